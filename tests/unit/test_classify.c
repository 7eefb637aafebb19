#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/rng.h"
#include "model/layers.h"
#include "model/xgb.h"

#define SLOTS	24
#define STEPS	(SLOTS * 300)

/* One segment that is fast or slow by chance, mostly fast before noon. */
struct world {
	float		 x[STEPS * 2];
	double		 now[STEPS], y[STEPS];
	uint32_t	 seg[STEPS], step[STEPS], slot[STEPS];
	uint8_t		 day[STEPS];
	struct tp_panel	 p;
};

#define FAST	60.0
#define SLOW	30.0		/* half of the free-flow speed, which is FAST */

static struct world *
make_world(void)
{
	static const char *const	names[] = {
		"lag_0_mph", "minutes_since_reading",
	};
	static const int		one = 1;
	struct world			*w = tp_calloc(1, sizeof(*w));
	struct tp_rng			 r;
	size_t				 i;

	tp_rng_init(&r, 3);
	for (i = 0; i < STEPS; i++) {
		w->slot[i] = (uint32_t)(i % SLOTS);
		w->step[i] = (uint32_t)i;
		w->day[i] = (uint8_t)(i / SLOTS % 7);
		w->now[i] = tp_rng_uniform(&r) <
		    (w->slot[i] < SLOTS / 2 ? 0.8 : 0.1) ? FAST : SLOW;
		w->x[2 * i] = (float)w->now[i];
		w->y[i] = (double)NAN;
		if (i > 0)
			w->y[i - 1] = w->now[i];
	}
	w->p = (struct tp_panel){
		.shape = { 1, 2, 1, names, &one, SLOTS },
		.nrow = STEPS, .nstep = STEPS, .x = w->x, .now = w->now,
		.last = w->now, .y = w->y, .seg = w->seg, .step = w->step,
		.slot = w->slot, .day = w->day,
		.part = { 0, STEPS * 7 / 10, STEPS * 8 / 10, STEPS - 1 },
	};
	return w;
}

/* Mean of the train part's readings of a half of the day. */
static double
mean_of(const struct world *w, bool morning)
{
	double	sum = 0, n = 0;
	size_t	i;

	for (i = 0; i < w->p.part[1]; i++)
		if ((w->slot[i] < SLOTS / 2) == morning) {
			sum += w->now[i];
			n++;
		}
	return sum / n;
}

/*
 * Probabilities are the shares of the classes: what they make of the classes'
 * speeds is the mean of these, and mostly lies in the class that is seen most.
 */
static void
shares_are_counted_ones(void **state)
{
	struct world		*w = make_world();
	struct tp_model_opts	 o = { .seed = 1, .threads = 2 };
	struct tp_err		 e = { 0 };
	struct tp_xgb		 xgb = { 0 };
	void			*st;
	double			 out, sum[2] = { 0 }, n[2] = { 0 }, right = 0;
	size_t			 i;

	(void)state;
	if (tp_xgb_open(&xgb, &e) != 0) {
		print_message("skipped: %s\n", e.text);
		free(w);
		return;
	}
	st = tp_model_classify.fit(&w->p, &o, &e);
	assert_non_null(st);
	for (i = w->p.part[2]; i < w->p.part[3]; i++) {
		bool		morning = (w->slot[i] + 1) % SLOTS < SLOTS / 2;
		struct tp_ask	a = { 1, w->x + 2 * i, w->now + i, w->now + i,
		    w->seg, (int)w->slot[i], w->day[i] };

		tp_model_classify.predict(st, &a, &out);
		right += morning ? out >= 0.8 * FAST :
		    out >= 0.4 * FAST && out < 0.6 * FAST;
		sum[morning] += out;
		n[morning]++;
	}
	assert_true(right > 0.97 * (n[0] + n[1]));
	assert_true(fabs(sum[0] / n[0] - mean_of(w, false)) < 1);
	assert_true(fabs(sum[1] / n[1] - mean_of(w, true)) < 1);
	tp_model_classify.free(st);
	free(w);
}

/* True where layers on the inputs of another model come back from a file. */
static bool
layers_load(const struct world *w, const struct tp_model_kind *like, void *st)
{
	struct tp_layers	 d = { .like = like, .inputs = st };
	struct tp_buf		 b = { 0 };
	struct tp_err		 e = { 0 };
	void			*again;

	assert_non_null(tp_layers_add(&d, tp_formula_count(like, st), 1));
	tp_model_dense.save(&d, &b);
	again = tp_model_dense.load(b.p, b.n, &w->p.shape, &e);
	if (again != NULL)
		tp_model_dense.free(again);
	tp_layers_release(&d);
	tp_buf_release(&b);
	return again != NULL;
}

/* No file has layers that are asked for probabilities. */
static void
no_layers_on_classes(void **state)
{
	static const struct tp_model_kind	*const kinds[] = {
		&tp_model_linear, &tp_model_gbt, &tp_model_classify,
	};
	struct world		*w = make_world();
	struct tp_model_opts	 o = { .seed = 1, .threads = 2, .epochs = 1 };
	struct tp_err		 e = { 0 };
	void			*st;
	size_t			 i;

	(void)state;
	for (i = 0; i < 3; i++) {
		st = kinds[i]->fit(&w->p, &o, &e);
		if (st == NULL) {
			print_message("skipped: %s\n", e.text);
			break;
		}
		assert_int_equal(layers_load(w, kinds[i], st),
		    kinds[i] != &tp_model_classify);
		kinds[i]->free(st);
	}
	free(w);
}

/* Two classes with a limit in mph, by both learners; saved and loaded. */
static void
classes_of_ones_own(void **state)
{
	struct world		*w = make_world();
	struct tp_classes	 c;
	struct tp_model_opts	 o = { .seed = 1, .threads = 2,
				     .classes = &c };
	struct tp_err		 e = { 0 };
	struct tp_xgb		 xgb = { 0 };
	struct tp_buf		 b = { 0 };
	void			*st, *again;
	double			 out, same;
	size_t			 i, right;
	int			 forest;

	(void)state;
	assert_int_equal(tp_classes_parse(&c, "fast:45mph,slow"), 0);
	if (tp_xgb_open(&xgb, &e) != 0) {
		print_message("skipped: %s\n", e.text);
		free(w);
		return;
	}
	for (forest = 0; forest < 2; forest++) {
		o.forest = forest;
		st = tp_model_classify.fit(&w->p, &o, &e);
		assert_non_null(st);
		b.n = 0;
		tp_model_classify.save(st, &b);
		again = tp_model_classify.load(b.p, b.n, &w->p.shape, &e);
		assert_non_null(again);
		assert_null(tp_model_classify.load(b.p, b.n - 1, &w->p.shape,
		    &e));
		right = 0;
		for (i = w->p.part[2]; i < w->p.part[3]; i++) {
			bool		morning = (w->slot[i] + 1) % SLOTS <
					    SLOTS / 2;
			struct tp_ask	a = { 1, w->x + 2 * i, w->now + i,
			    w->now + i, w->seg, (int)w->slot[i], w->day[i] };

			tp_model_classify.predict(st, &a, &out);
			tp_model_classify.predict(again, &a, &same);
			assert_memory_equal(&out, &same, sizeof(out));
			right += morning == (out >= 45);
		}
		assert_true((double)right >
		    0.97 * (double)(w->p.part[3] - w->p.part[2]));
		tp_model_classify.free(st);
		tp_model_classify.free(again);
	}
	tp_buf_release(&b);
	free(w);
}

static void
lists_of_classes(void **state)
{
	static const char *const	lists[][2] = {
		{ "low,medium,high", "low:0.75,medium:0.5,high" },
		{ "a,b", "a:0.666667,b" },
		{ "go:20mph,slow:5.5mph,jam", "go:20mph,slow:5.5mph,jam" },
		{ "go:1.2,stop", "go:1.2,stop" },
	};
	struct tp_classes		c;
	struct tp_buf			b = { 0 };
	size_t				i;

	(void)state;
	for (i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		assert_int_equal(tp_classes_parse(&c, lists[i][0]), 0);
		b.n = 0;
		tp_classes_print(&c, &b);
		assert_string_equal(tp_buf_cstr(&b), lists[i][1]);
	}
	assert_int_equal(tp_classes_parse(&c, "low:0.75,medium:0.5,high"), 0);
	assert_int_equal(tp_class_of(&c, 30, 40), 0);
	assert_int_equal(tp_class_of(&c, 29.9, 40), 1);
	assert_int_equal(tp_class_of(&c, 20, 40), 1);
	assert_int_equal(tp_class_of(&c, 19.9, 40), 2);
	assert_int_equal(tp_class_of(&c, 0, 40), 2);
	tp_buf_release(&b);
}

int
main(void)
{
	const struct CMUnitTest	tests[] = {
		cmocka_unit_test(shares_are_counted_ones),
		cmocka_unit_test(classes_of_ones_own),
		cmocka_unit_test(no_layers_on_classes),
		cmocka_unit_test(lists_of_classes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
