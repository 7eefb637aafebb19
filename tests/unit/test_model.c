#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/rng.h"
#include "model/model.h"
#include "model/modelfile.h"
#include "model/profile.h"
#include "model/xgb.h"

#define SLOTS	96		/* a quarter of an hour each */
#define SEGS	3
#define STEPS	(SLOTS * 21)
#define LAGS	4
#define COLS	(LAGS + 1)
#define NH	2

/* A panel with a daily wave, noise and gaps. */
struct world {
	struct tp_panel	 p;
	float		 x[STEPS * SEGS * COLS];
	double		 now[STEPS * SEGS], last[STEPS * SEGS];
	double		 y[STEPS * SEGS * NH];
	uint32_t	 seg[STEPS * SEGS], step[STEPS * SEGS];
	uint32_t	 slot[STEPS * SEGS];
	uint8_t		 day[STEPS * SEGS];
};

static const char *const	names[COLS] = {
	"lag_0_mph", "lag_1_mph", "minutes_since_reading", "lag_2_mph",
	"lag_3_mph",
};
static const int		horizon[NH] = { 1, 6 };
static const size_t		lag_col[LAGS] = { 0, 1, 3, 4 };

static double
reading(const struct world *w, int step, size_t seg)
{
	return step < 0 || step >= STEPS ? (double)NAN :
	    w->now[(size_t)step * SEGS + seg];
}

static void
fill_rows(struct world *w)
{
	size_t	i, k;

	for (i = 0; i < STEPS * SEGS; i++) {
		size_t	seg = i % SEGS;
		int	t = (int)(i / SEGS), since = 0;

		while (since <= t && isnan(reading(w, t - since, seg)))
			since++;
		w->last[i] = reading(w, t - since, seg);
		w->x[i * COLS + 2] = (float)(since * 15);
		for (k = 0; k < LAGS; k++)
			w->x[i * COLS + lag_col[k]] =
			    (float)reading(w, t - (int)k, seg);
		for (k = 0; k < NH; k++)
			w->y[i * NH + k] = reading(w, t + horizon[k], seg);
		w->seg[i] = (uint32_t)seg;
		w->step[i] = (uint32_t)t;
		w->slot[i] = (uint32_t)(t % SLOTS);
		w->day[i] = (uint8_t)(t / SLOTS % 7);
	}
}

static struct world *
make_world(uint64_t seed)
{
	struct world	*w = tp_calloc(1, sizeof(*w));
	struct tp_rng	 r;
	size_t		 i;

	tp_rng_init(&r, seed);
	for (i = 0; i < STEPS * SEGS; i++) {
		double	at = (double)(i / SEGS % SLOTS) / SLOTS;
		bool	weekend = i / SEGS / SLOTS % 7 >= 5;

		w->now[i] = tp_rng_below(&r, 10) == 0 ? (double)NAN :
		    55 - (double)(i % SEGS) * 5 + tp_rng_normal(&r) +
		    (weekend ? 0 : 12 * sin(2 * M_PI * at));
	}
	fill_rows(w);
	w->p = (struct tp_panel){
		.shape = { SEGS, COLS, NH, names, horizon, SLOTS },
		.nrow = STEPS * SEGS, .nstep = STEPS,
		.x = w->x, .now = w->now, .last = w->last, .y = w->y,
		.seg = w->seg, .step = w->step, .slot = w->slot,
		.day = w->day,
		.part = { LAGS - 1, STEPS * 7 / 10, STEPS * 8 / 10,
		    STEPS - 6 },
	};
	return w;
}

/* Mean of the readings of train steps that `take` says yes to. */
static double
naive_mean(const struct world *w, size_t seg, int kind, int slot, int day)
{
	double	sum = 0, n = 0;
	size_t	i;

	for (i = 0; i < w->p.nrow; i++) {
		int	d = w->day[i], k = d < 5 ? 0 : d - 4;
		int	off = ((int)w->slot[i] - slot + SLOTS) % SLOTS;

		if (w->step[i] >= w->p.part[1] || w->seg[i] != seg ||
		    isnan(w->now[i]))
			continue;
		if (day >= 0 ? d == day && off == 0 :
		    k == kind && (off <= 1 || off == SLOTS - 1)) {
			sum += w->now[i];
			n++;
		}
	}
	return sum / n;
}

static void
profile_is_naive_mean(void **state)
{
	struct world		*w = make_world(1);
	struct tp_profile	 f;
	size_t			 seg;
	int			 day, slot;

	(void)state;
	tp_profile_fit(&f, &w->p);
	for (seg = 0; seg < SEGS; seg++)
		for (day = 4; day < 7; day++)
			for (slot = 0; slot < SLOTS; slot++)
				assert_true(fabs((double)tp_profile_at(&f,
				    seg, day, slot, 0) - naive_mean(w, seg,
				    day - 4, slot, -1)) < 1e-4);
	/* Sunday night to Monday and back */
	assert_true(tp_profile_at(&f, 1, 6, SLOTS - 1, 1) ==
	    tp_profile_at(&f, 1, 0, 0, 0));
	assert_true(tp_profile_at(&f, 1, 0, 0, -1) ==
	    tp_profile_at(&f, 1, 6, SLOTS - 1, 0));
	tp_profile_release(&f);
	free(w);
}

/* A future that changes nothing of the past changes no profile. */
static void
profile_knows_train_part_only(void **state)
{
	struct world		*w = make_world(1);
	struct tp_profile	 a, b;
	size_t			 i;

	(void)state;
	tp_profile_fit(&a, &w->p);
	for (i = 0; i < w->p.nrow; i++)
		if (w->step[i] >= w->p.part[1])
			w->now[i] = 1;
	tp_profile_fit(&b, &w->p);
	assert_memory_equal(a.v, b.v,
	    tp_profile_size(SEGS, SLOTS) * sizeof(*a.v));
	tp_profile_release(&a);
	tp_profile_release(&b);
	free(w);
}

static struct tp_ask
ask_step(const struct world *w, size_t step)
{
	size_t	at = step * SEGS;

	return (struct tp_ask){
		SEGS, w->x + at * COLS, w->now + at, w->last + at,
		w->seg + at, (int)w->slot[at], w->day[at],
	};
}

static void *
fit(const struct tp_model_kind *k, const struct world *w, int threads)
{
	struct tp_err	 e = { 0 };
	bool		 net = k == &tp_model_mlp || k == &tp_model_gwnet ||
			     strncmp(k->name, "lstm", 4) == 0;
	void		*st = k->fit(&w->p,
	    &(struct tp_model_opts){
		.seed = 1, .threads = threads, .epochs = net ? 2 : 40,
	    }, &e);

	assert_non_null(st);
	return st;
}

static void
ha_is_naive_mean(void **state)
{
	struct world	*w = make_world(2);
	void		*st = fit(&tp_model_ha, w, 1);
	double		 out[SEGS * NH];
	size_t		 step, s, h;
	struct tp_ask	 a;

	(void)state;
	for (step = STEPS - 400; step < STEPS; step += 37) {
		a = ask_step(w, step);
		tp_model_ha.predict(st, &a, out);
		for (s = 0; s < SEGS; s++)
			for (h = 0; h < NH; h++) {
				int	then = (int)step + horizon[h];
				int	slot = then % SLOTS;
				int	day = then / SLOTS % 7;
				double	want = naive_mean(w, s, 0, slot, day);

				/* no reading: that of the profile */
				if (isnan(want))
					want = naive_mean(w, s, day < 5 ? 0 :
					    day - 4, slot, -1);
				assert_true(fabs(out[s * NH + h] - want) <
				    1e-4);
			}
	}
	tp_model_ha.free(st);
	free(w);
}

static void
persistence_is_last(void **state)
{
	struct world	*w = make_world(2);
	void		*st = fit(&tp_model_persistence, w, 1);
	double		 out[SEGS * NH];
	struct tp_ask	 a;
	size_t		 step, i;

	(void)state;
	for (step = 10; step < STEPS; step += 11) {
		a = ask_step(w, step);
		tp_model_persistence.predict(st, &a, out);
		for (i = 0; i < SEGS * NH; i++)
			assert_true(out[i] == a.last[i / NH]);
	}
	tp_model_persistence.free(st);
	free(w);
}

static double
mae(const struct tp_model_kind *k, const struct world *w, const void *st)
{
	double		 out[SEGS * NH], sum = 0, n = 0, y;
	struct tp_ask	 a;
	size_t		 step, i;

	for (step = w->p.part[2]; step < w->p.part[3]; step++) {
		a = ask_step(w, step);
		k->predict(st, &a, out);
		for (i = 0; i < SEGS * NH; i++) {
			assert_true(isfinite(out[i]) && out[i] >= 0);
			y = w->y[step * SEGS * NH + i];
			if (isnan(y))
				continue;
			sum += fabs(out[i] - y);
			n++;
		}
	}
	return sum / n;
}

/* The noise has deviation 1, so nothing can do better than sqrt(2 / pi). */
static void
linear_is_near_the_best(void **state)
{
	struct world	*w = make_world(3);
	void		*st = fit(&tp_model_linear, w, 1);
	double		 got = mae(&tp_model_linear, w, st);

	(void)state;
	assert_true(got > 0.7 && got < 1.15 * sqrt(2 / M_PI));
	tp_model_linear.free(st);
	free(w);
}

static void
state_of(const struct tp_model_kind *k, const void *st, struct tp_buf *b)
{
	b->n = 0;
	k->save(st, b);
}

static void
linear_same_with_threads(void **state)
{
	struct world	*w = make_world(4);
	void		*a = fit(&tp_model_linear, w, 1);
	void		*b = fit(&tp_model_linear, w, 3);
	struct tp_buf	 x = { 0 }, y = { 0 };

	(void)state;
	state_of(&tp_model_linear, a, &x);
	state_of(&tp_model_linear, b, &y);
	assert_int_equal(x.n, y.n);
	assert_memory_equal(x.p, y.p, x.n);
	tp_model_linear.free(a);
	tp_model_linear.free(b);
	tp_buf_release(&x);
	tp_buf_release(&y);
	free(w);
}

/* Without XGBoost's library, trees cannot be grown: that says so. */
static bool
have_xgboost(void)
{
	struct tp_xgb	x = { 0 };
	struct tp_err	e = { 0 };

	if (tp_xgb_open(&x, &e) == 0)
		return true;
	print_message("skipped for trees: %s\n", e.text);
	return false;
}

/* Every kind forecasts the same after save and load, and says the same. */
static void
kinds_survive_loading(void **state)
{
	struct world	*w = make_world(5);
	double		 one[SEGS * NH], two[SEGS * NH];
	struct tp_buf	 x = { 0 }, y = { 0 };
	struct tp_err	 e = { 0 };
	struct tp_ask	 a;
	size_t		 i, step;
	void		*st, *ld;

	(void)state;
	for (i = 0; tp_model_kinds[i] != NULL; i++) {
		const struct tp_model_kind	*k = tp_model_kinds[i];

		assert_ptr_equal(tp_model_find(k->name), k);
		if ((k->load == tp_model_gbt.load ||
		    k == &tp_model_classify) && !have_xgboost())
			continue;
		if (k == &tp_model_ensemble)	/* of files: a CLI case */
			continue;
		st = fit(k, w, 2);
		state_of(k, st, &x);
		ld = k->load(x.p, x.n, &w->p.shape, &e);
		assert_non_null(ld);
		state_of(k, ld, &y);
		assert_int_equal(x.n, y.n);
		assert_memory_equal(x.p, y.p, x.n);
		for (step = 0; step < STEPS; step += 5) {
			a = ask_step(w, step);
			k->predict(st, &a, one);
			k->predict(ld, &a, two);
			assert_memory_equal(one, two, sizeof(one));
		}
		assert_null(k->load(x.p, x.n - 1, &w->p.shape, &e));
		assert_int_equal(e.code, TP_EXIT_DATA);
		k->free(st);
		k->free(ld);
	}
	assert_null(tp_model_find("nothing"));
	tp_buf_release(&x);
	tp_buf_release(&y);
	free(w);
}

/* A model file around a fitted linear model. */
static void
make_file(struct tp_modelfile *m, const struct world *w)
{
	static const char *const	ids[SEGS] = { "a", "b\\\"", "\xc3\xa9" };
	size_t				start[SEGS * NH + 1] = { 0 };
	struct tp_calibration		c = { SEGS, NH, start, NULL, NULL };
	size_t				i;

	m->kind = &tp_model_linear;
	m->state = fit(m->kind, w, 1);
	m->toolkit = tp_strdup("0");
	m->spec = tp_strdup("step=15m lags=4 unit=mph");
	m->unit = tp_strdup("mph");
	m->step_ms = 15 * TP_MINUTE;
	m->ncol = COLS;
	m->columns = tp_calloc(COLS, sizeof(*m->columns));
	for (i = 0; i < COLS; i++)
		m->columns[i] = tp_strdup(names[i]);
	for (i = 0; i < SEGS; i++)
		tp_map_add(&m->segs, ids[i], strlen(ids[i]));
	m->nh = NH;
	for (i = 0; i < NH; i++) {
		m->steps[i] = horizon[i];
		m->minutes[i] = 15 * horizon[i];
	}
	m->slots_per_day = SLOTS;
	m->seed = 7;
	m->to = INT64_C(1340841300000);
	m->free_flow = tp_calloc(SEGS, sizeof(*m->free_flow));
	m->metrics = tp_strdup("[{\"mae_mph\":4.1567}]");
	tp_intervals_fit(&m->iv, &c, 0.1);
	tp_modelfile_name(m);
}

static void
file_comes_back(void **state)
{
	struct world		*w = make_world(9);
	struct tp_modelfile	 m = { 0 }, back = { 0 };
	struct tp_buf		 a = { 0 }, b = { 0 };
	struct tp_err		 e = { 0 };

	(void)state;
	make_file(&m, w);
	tp_modelfile_write(&m, &a);
	assert_int_equal(tp_modelfile_read(&back, a.p, a.n, &e), 0);
	tp_modelfile_write(&back, &b);
	assert_int_equal(a.n, b.n);
	assert_memory_equal(a.p, b.p, a.n);
	assert_string_equal(back.version, m.version);
	assert_memory_equal(m.version, "linear-20120627-", 16);
	assert_int_equal(tp_map_find(&back.segs, "b\\\"", 3), 1);
	assert_non_null(strstr(back.metrics, "4.1567}"));
	tp_modelfile_release(&m);
	tp_modelfile_release(&back);
	tp_buf_release(&a);
	tp_buf_release(&b);
	free(w);
}

static void
read_fails(const char *p, size_t n, const char *why)
{
	struct tp_modelfile	m = { 0 };
	struct tp_err		e = { 0 };
	char			*copy = tp_malloc(n + 1);

	memcpy(copy, p, n);
	assert_int_equal(tp_modelfile_read(&m, copy, n, &e), -1);
	assert_int_equal(e.code, TP_EXIT_DATA);
	if (why != NULL && strstr(e.text, why) == NULL)
		fail_msg("%zu bytes: '%s', not '%s'", n, e.text, why);
	assert_null(m.state);
	free(copy);
}

static void
file_damaged(void **state)
{
	struct world		*w = make_world(9);
	struct tp_modelfile	 m = { 0 };
	struct tp_buf		 a = { 0 };
	size_t			 i;

	(void)state;
	make_file(&m, w);
	tp_modelfile_write(&m, &a);
	for (i = 0; i < a.n; i += i < 1500 ? 1 : 97)
		read_fails(a.p, i, i == 0 ? "not a model" : "cut short");
	read_fails(a.p, a.n - 1, "cut short");
	for (i = 0; i < a.n; i += i < 3000 ? 1 : 89) {
		a.p[i] ^= 1;
		read_fails(a.p, a.n, i > 3000 ? "checksum" : NULL);
		a.p[i] ^= 1;
	}
	tp_buf_char(&a, 'x');
	read_fails(a.p, a.n, "more bytes");
	memcpy(strstr(a.p, "version\":1") + 9, "2", 1);
	read_fails(a.p, a.n, "format 2");
	read_fails("{}\n", 3, "not a model file");
	tp_modelfile_release(&m);
	tp_buf_release(&a);
	free(w);
}

/* What a terminal would take for a command is in no text of a file. */
static void
file_of_escapes(void **state)
{
	static const char *const	 ids[SEGS] = { "a", "b", "\33[2J" };
	struct world		*w = make_world(9);
	struct tp_modelfile	 m = { 0 };
	struct tp_buf		 a = { 0 };
	char			**text[] = { &m.version, &m.spec, &m.toolkit,
				    NULL };
	size_t			 i;

	(void)state;
	make_file(&m, w);
	text[3] = &m.columns[1];
	for (i = 0; i < 4; i++) {
		char	*good = *text[i];

		*text[i] = tp_strdup("\33[2J");
		a.n = 0;
		tp_modelfile_write(&m, &a);
		read_fails(a.p, a.n, i == 3 ? "columns" : "lacks a text");
		free(*text[i]);
		*text[i] = good;
	}
	tp_map_release(&m.segs);
	for (i = 0; i < SEGS; i++)
		tp_map_add(&m.segs, ids[i], strlen(ids[i]));
	a.n = 0;
	tp_modelfile_write(&m, &a);
	read_fails(a.p, a.n, "segments");
	tp_modelfile_release(&m);
	tp_buf_release(&a);
	free(w);
}

int
main(void)
{
	const struct CMUnitTest	tests[] = {
		cmocka_unit_test(profile_is_naive_mean),
		cmocka_unit_test(profile_knows_train_part_only),
		cmocka_unit_test(ha_is_naive_mean),
		cmocka_unit_test(persistence_is_last),
		cmocka_unit_test(linear_is_near_the_best),
		cmocka_unit_test(linear_same_with_threads),
		cmocka_unit_test(kinds_survive_loading),
		cmocka_unit_test(file_comes_back),
		cmocka_unit_test(file_damaged),
		cmocka_unit_test(file_of_escapes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
