/*
 * Learning while forecasting: against the same worked out anew for each
 * forecast, of the readings alone; and rebuilt from a bounded log.
 */
#include <inttypes.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "forecast/live.h"
#include "rebuild.h"

#define T0	INT64_C(1330570800000)	/* 2012-03-01 03:00 */
#define NOW	(T0 + 400 * TP_DAY)
#define STEP	TP_HOUR
#define DAY	24
#define SEGS	3
#define STEPS	(9 * DAY)
#define NH	2

static const int	ahead[NH] = { 1, 3 };

/* Readings of each segment and step; NAN where there is none. */
struct world {
	double		 v[SEGS][STEPS];
	struct tp_buf	 log;
	struct tp_modelfile m;
	struct tp_live_conf c;
};

static void
add_event(struct tp_buf *b, int seg, int64_t t, double v)
{
	tp_buf_printf(b, "{\"segment_id\":\"s%d\",\"timestamp\":%" PRId64
	    ",\"speed_mph\":", seg, t);
	tp_buf_num(b, v);
	tp_buf_lit(b, "}\n");
}

/* Speeds around 45 mph that drift, so that there is something to learn. */
static void
make_log(struct world *w, struct tp_rng *r, int64_t from, int steps, int mess)
{
	int	i, k;

	for (i = 0; i < steps; i++)
		for (k = 0; k < SEGS; k++) {
			int64_t	t = T0 + (from + i) * STEP + k * TP_MINUTE;
			double	v = tp_fixed(40 + 8 * k + 0.1 * i + 6 *
				    tp_rng_normal(r), 2);

			if (i < STEPS)
				w->v[k][i] = (double)NAN;
			if (tp_rng_below(r, 6) == 0 || (k == 2 && i < 5))
				continue;
			if (i < STEPS)
				w->v[k][i] = v;
			if (mess && tp_rng_below(r, 15) == 0)
				t -= (int64_t)tp_rng_below(r, 9) * STEP;
			if (mess && tp_rng_below(r, 60) == 0)
				t += 30 * TP_DAY;
			add_event(&w->log, k, t, v);
		}
}

static int	asked;		/* how often the model was */

/* What the model of this test says: speeds go back to 45 mph, or to 60. */
static double
says(double last, int h)
{
	return h == 0 ? 45 + 0.7 * (last - 45) : 60 + 0.4 * (last - 60);
}

static void
predict(const void *st, const struct tp_ask *a, double *out)
{
	size_t	i;
	int	h;

	(void)st;
	asked++;
	for (i = 0; i < a->n; i++)
		for (h = 0; h < NH; h++)
			out[i * NH + (size_t)h] = says(a->last[i], h);
}

static void
save(const void *st, struct tp_buf *b)
{
	(void)st;
	tp_buf_char(b, '.');
}

static const struct tp_model_kind	kind = {
	"test", "back to the mean", NULL, NULL, predict, save, NULL, free,
};

/* With intervals from made-up errors. */
static void
make_model(struct world *w, struct tp_rng *r)
{
	enum { each = 200, n = SEGS * NH };
	static double		 pred[n * each], err[n * each];
	size_t			 start[n + 1], i;
	struct tp_calibration	 c = { SEGS, NH, start, pred, err };
	struct tp_modelfile	*m = &w->m;
	char			 id[8];

	for (i = 0; i <= n; i++)
		start[i] = i * each;
	for (i = 0; i < n * each; i++) {
		pred[i] = 20 + 60 * tp_rng_uniform(r);
		err[i] = 4 * tp_rng_normal(r);
	}
	tp_intervals_fit(&m->iv, &c, 0.2);
	m->spec = tp_strdup("step=1h lags=1 unit=mph groups=lag");
	m->unit = tp_strdup("mph");
	m->step_ms = STEP;
	m->columns = tp_calloc(1, sizeof(*m->columns));
	for (i = 0; i < SEGS; i++) {
		snprintf(id, sizeof(id), "s%zu", i);
		tp_map_add(&m->segs, id, 2);
	}
	for (i = 0; i < NH; i++) {
		m->steps[i] = ahead[i];
		m->minutes[i] = 60 * ahead[i];
	}
	m->nh = NH;
	m->slots_per_day = DAY;
	m->free_flow = tp_calloc(SEGS, sizeof(*m->free_flow));
	m->toolkit = tp_strdup("0");
	m->metrics = tp_strdup("[]");
	m->kind = &kind;
	tp_modelfile_name(m);
}

static struct world *
make_world(uint64_t seed)
{
	struct world	*w = tp_calloc(1, sizeof(*w));
	struct tp_rng	 r;
	struct tp_err	 e = { 0 };

	tp_rng_init(&r, seed);
	make_model(w, &r);
	make_log(w, &r, 0, STEPS, 0);
	w->c = (struct tp_live_conf){
		.grid = tp_grid_defaults, .levels = tp_levels_default,
		.adapt = true,
	};
	w->c.grid.early = false;
	if (tp_live_use(&w->c, &w->m, &e) != 0)
		fail_msg("%s", e.text);
	return w;
}

static void
free_world(struct world *w)
{
	tp_modelfile_release(&w->m);
	tp_buf_release(&w->log);
	free(w);
}

/* The last reading of a segment up to a step. */
static double
last(const struct world *w, int seg, int step)
{
	while (step >= 0 && isnan(w->v[seg][step]))
		step--;
	return step >= 0 ? w->v[seg][step] : (double)NAN;
}

/* What is forecast at a step; NAN: nothing. */
static double
forecast(const struct world *w, int seg, int h, int step)
{
	return says(last(w, seg, step), h);
}

/* How far the forecasts of a step move. */
static double
move(const struct world *w, int seg, int step)
{
	double	v = last(w, seg, step);

	return fabs(says(v, 0) - v) + fabs(says(v, 1) - says(v, 0));
}

/* What a run learnt, and the intervals it issued. */
struct learnt {
	double	bias[2], lo, hi, error, usual, moves;
	int	issued;
	double	lower[STEPS], upper[STEPS], half[STEPS];
};

static double
round3(double v)
{
	return v > 0 ? tp_fixed(v, 3) : 0;
}

static void
issue(const struct world *w, struct learnt *l, int seg, int h, int step)
{
	double	raw = forecast(w, seg, h, step), lo, hi, v, by;

	assert_true(tp_intervals_get(&w->m.iv, tp_intervals_cell(&w->m.iv,
	    (size_t)seg, (size_t)h, round3(raw)), &lo, &hi));
	l->half[step] = (hi - lo) / 2;
	l->issued++;		/* 200 of them count at most */
	l->moves += (move(w, seg, step) - l->moves) /
	    (l->issued < 200 ? l->issued : 200);
	by = (l->error + 0.15) / (l->usual + 0.15);
	by *= (2 + move(w, seg, step)) / (2 + l->moves);
	by = fmin(fmax(pow(by, 0.3), 0.6), 2);

	v = round3(raw + l->bias[raw < 45]);
	assert_true(tp_intervals_get(&w->m.iv, tp_intervals_cell(&w->m.iv,
	    (size_t)seg, (size_t)h, v), &lo, &hi));
	lo += lo * (by - 1) + l->lo;
	l->lower[step] = round3(v + lo);
	l->upper[step] = round3(v + fmax(lo, hi + (hi * (by - 1) + l->hi)));
}

/*
 * What adapt.h says of the steps from `first` to `step`, with the truths of
 * forecasts made from `first` on.
 */
static void
by_definition(const struct world *w, struct learnt *l, int seg, int h,
    int first, int step)
{
	double	width = tp_intervals_width(&w->m.iv, (size_t)seg, (size_t)h);
	int	s, made;

	memset(l, 0, sizeof(*l));
	l->error = l->usual = 0.35;
	for (s = first; s <= step; s++) {
		double	y = w->v[seg][s], raw, e;

		made = s - ahead[h];
		raw = made >= first ? forecast(w, seg, h, made) : (double)NAN;
		if (!isnan(y) && !isnan(raw)) {
			e = y - raw - l->bias[raw < 45];
			l->bias[raw < 45] += e > 0 ? 0.02 : e < 0 ? -0.02 : 0;
			/* 0.9 of the 0.2 outside, a fifth of them below, as
			 * an hour and more ahead */
			l->lo -= 0.015 * width * ((y < l->lower[made]) -
			    0.2 * 0.18);
			l->hi += 0.015 * width * ((y > l->upper[made]) -
			    0.8 * 0.18);
			e = fabs(e) / l->half[made];
			l->error += 0.1 * (e - l->error);
			l->usual += 0.005 * (e - l->usual);
		}
		if (!isnan(last(w, seg, s)))
			issue(w, l, seg, h, s);
	}
}

/* The number behind a key of a line. */
static double
field(const char *line, const char *key)
{
	const char	*p = strstr(line, key);

	assert_non_null(p);
	return strtod(p + strlen(key), NULL);
}

/* The run in use at a step began with the block before. */
static int
first_of(int step)
{
	int	block = (step + 3) / DAY;	/* the log begins at 3:00 */

	return block < 2 ? 0 : (block - 1) * DAY - 3;
}

static void
test_definition(void **state)
{
	struct world		*w = make_world(1);
	struct rebuild		 b = { .filter = &tp_live_filter,
				       .conf = &w->c, .now_ms = NOW };
	struct rebuild_run	 x;
	struct learnt		 l;
	char			*line, *end;
	int			 n = 0, moved = 0;

	(void)state;
	memset(tp_buf_room(&w->log, TP_JSON_PAD), 0, TP_JSON_PAD);
	b.log = w->log.p;
	b.n = w->log.n;
	rebuild_start(&x, &b);
	rebuild_feed(&x, b.n);
	tp_buf_cstr(&x.bufs[0]);
	for (line = x.bufs[0].p; *line != '\0'; line = end + 1) {
		int	seg = (int)field(line, "\"segment_id\":\"s");
		int	step = (int)((int64_t)field(line, "\"timestamp\":") -
			    T0 + 3 * TP_HOUR) / (int)STEP - 3;
		int	h = (int)field(line, "horizon_minutes\":") == 180;
		double	raw = forecast(w, seg, h, step);

		end = strchr(line, '\n');
		*end = '\0';
		by_definition(w, &l, seg, h, first_of(step), step);
		if (field(line, "predicted_speed_mph\":") !=
		    round3(raw + l.bias[raw < 45]) ||
		    field(line, "lower_mph\":") != l.lower[step] ||
		    field(line, "upper_mph\":") != l.upper[step])
			fail_msg("step %d: want %g %g %g, got %s", step,
			    raw + l.bias[raw < 45], l.lower[step],
			    l.upper[step], line);
		n++;
		moved += fabs(l.bias[raw < 45]) > 0.05 && fabs(l.lo) > 0.05;
	}
	assert_true(n > 2 * SEGS * (STEPS - 10));
	assert_true(moved > n / 4);
	rebuild_stop(&x);
	free_world(w);
}

static void
check_rebuild(int mess, bool early, int late, int64_t expire, uint64_t seed)
{
	struct world	*w = make_world(seed);
	struct rebuild	 b = { .filter = &tp_live_filter, .conf = &w->c,
			       .now_ms = NOW, .idle_ms = TP_HOUR };
	struct tp_rng	 r;

	tp_rng_init(&r, seed + 50);
	w->log.n = 0;
	make_log(w, &r, 0, STEPS, mess);
	make_log(w, &r, STEPS + 10 * DAY, 3 * DAY, mess);
	memset(tp_buf_room(&w->log, TP_JSON_PAD), 0, TP_JSON_PAD);
	b.log = w->log.p;
	b.n = w->log.n;
	b.idle_every = mess ? 19 : 0;
	w->c.grid.early = early;
	w->c.grid.delay_ms = late * STEP;
	w->c.grid.spec.expire_ms = expire;
	w->c.grid.spec.max_gap_ms = expire;
	rebuild_check(&b, 20, seed);
	free_world(w);
}

static void
test_rebuild(void **state)
{
	(void)state;
	check_rebuild(0, false, 0, 7 * TP_DAY, 1);
	check_rebuild(0, true, 0, 7 * TP_DAY, 2);
	check_rebuild(1, true, 0, 7 * TP_DAY, 3);
	check_rebuild(1, true, 2, 7 * TP_DAY, 4);
	check_rebuild(1, true, 30, 7 * TP_DAY, 5);
	check_rebuild(1, false, 1, 6 * TP_HOUR, 6);
}

/* The log that is needed is bounded: two blocks and what the grid needs. */
static void
test_bounded(void **state)
{
	struct world		*w = make_world(1);
	struct rebuild		 b = { .filter = &tp_live_filter,
				       .conf = &w->c, .now_ms = NOW };
	struct rebuild_run	 x;
	int64_t			 low;

	(void)state;
	memset(tp_buf_room(&w->log, TP_JSON_PAD), 0, TP_JSON_PAD);
	b.log = w->log.p;
	b.n = w->log.n;
	rebuild_start(&x, &b);
	rebuild_feed(&x, b.n);
	low = rebuild_low(&x);
	/* 9 days: LOW is at most 2 of them back, and a few steps */
	assert_true(low > (int64_t)b.n * 6 / 9);
	assert_true(low < (int64_t)b.n * 8 / 9);
	rebuild_stop(&x);
	free_world(w);
}

/* How often the model is asked about `steps` steps of a log, in which each
 * segment has a reading in each, and `again` a second one. */
static int
count_asked(int steps, int again, bool early, int late)
{
	struct world		*w = make_world(1);
	struct rebuild		 b = { .filter = &tp_live_filter,
				       .conf = &w->c, .now_ms = NOW };
	struct rebuild_run	 x;
	int			 i, k;

	w->log.n = 0;
	for (i = 0; i < steps; i++) {
		for (k = 0; k < SEGS; k++)
			add_event(&w->log, k, T0 + i * STEP, 50 + i % 7 + k);
		if (i == again)
			add_event(&w->log, 0, T0 + i * STEP, 20);
	}
	memset(tp_buf_room(&w->log, TP_JSON_PAD), 0, TP_JSON_PAD);
	b.log = w->log.p;
	b.n = w->log.n;
	w->c.grid.early = early;
	w->c.grid.delay_ms = late * STEP;
	asked = 0;
	rebuild_start(&x, &b);
	rebuild_feed(&x, b.n);
	rebuild_end(&x);
	assert_int_equal(x.lines[0], steps * SEGS * NH);
	rebuild_stop(&x);
	free_world(w);
	return asked;
}

/* The model is asked about a step once, for both grids; of one whose rows
 * changed between them, twice. */
static void
test_asked_once(void **state)
{
	(void)state;
	assert_int_equal(count_asked(DAY, -1, false, 0), DAY);
	assert_int_equal(count_asked(DAY, -1, true, 0), DAY);
	assert_int_equal(count_asked(DAY, -1, true, 3), DAY);
	/* its step was closed early; no later one is */
	assert_int_equal(count_asked(DAY, 9, true, 0), DAY + 1);
	assert_int_equal(count_asked(DAY, 9, false, 0), DAY);
}

int
main(void)
{
	const struct CMUnitTest	tests[] = {
		cmocka_unit_test(test_definition),
		cmocka_unit_test(test_rebuild),
		cmocka_unit_test(test_bounded),
		cmocka_unit_test(test_asked_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
