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
#include "model/model.h"
#include "model/profile.h"

#define SLOTS	96		/* a quarter of an hour each */
#define SEGS	3
#define DAYS	14
#define STEPS	(SLOTS * DAYS)
#define ROWS	(STEPS * SEGS)
#define LAGS	3
#define AHEAD	4		/* steps to the horizon */

/* A panel of speeds that wander and know no time of day. */
struct world {
	struct tp_panel	 p;
	float		 x[ROWS * LAGS];
	double		 now[ROWS], y[ROWS];
	uint32_t	 seg[ROWS], step[ROWS], slot[ROWS];
	uint8_t		 day[ROWS];
};

static struct world *
make_world(void)
{
	static const char *const names[] = { "lag_0_mph", "lag_1_mph",
	    "lag_2_mph" };
	static const int	 ahead[] = { AHEAD };
	struct world		*w = tp_calloc(1, sizeof(*w));
	double			 v[SEGS] = { 0 };
	struct tp_rng		 r;
	size_t			 i, k;

	tp_rng_init(&r, 1);
	for (i = 0; i < ROWS; i++) {
		v[i % SEGS] = 0.98 * v[i % SEGS] + tp_rng_normal(&r);
		w->now[i] = 60 + v[i % SEGS];
		w->seg[i] = i % SEGS;
		w->step[i] = (uint32_t)(i / SEGS);
		w->slot[i] = w->step[i] % SLOTS;
		w->day[i] = (uint8_t)(w->step[i] / SLOTS % 7);
	}
	for (i = 0; i < ROWS; i++) {
		for (k = 0; k < LAGS; k++)
			w->x[i * LAGS + k] = i < k * SEGS ? NAN :
			    (float)w->now[i - k * SEGS];
		w->y[i] = i + AHEAD * SEGS < ROWS ?
		    w->now[i + AHEAD * SEGS] : (double)NAN;
	}
	w->p = (struct tp_panel){
		.shape = { SEGS, LAGS, 1, names, ahead, SLOTS },
		.nrow = ROWS, .nstep = STEPS, .x = w->x, .now = w->now,
		.last = w->now, .y = w->y, .seg = w->seg, .step = w->step,
		.slot = w->slot, .day = w->day,
		.part = { LAGS - 1, SLOTS * 7, SLOTS * 8, STEPS - AHEAD },
	};
	return w;
}

/* What fold k says does not depend on the days of hand k, and on others. */
static void
folds_leave_days_out(void **state)
{
	struct world		*w = make_world();
	struct tp_profile	 a[TP_PROFILE_FOLDS], b[TP_PROFILE_FOLDS];
	size_t			 size, i, k, hand;

	(void)state;
	size = tp_profile_size(SEGS, SLOTS) * sizeof(*a[0].v);
	tp_profile_fit_folds(a, &w->p);
	hand = tp_profile_fold(&w->p, SLOTS * SEGS);
	for (i = 0; i < ROWS; i++) {
		bool	out = i / SEGS / SLOTS % TP_PROFILE_FOLDS == 1;

		assert_int_equal(tp_profile_fold(&w->p, i) == hand, out);
		if (out)
			w->now[i] = 1;
	}
	tp_profile_fit_folds(b, &w->p);
	for (k = 0; k < TP_PROFILE_FOLDS; k++) {
		if (k == hand)
			assert_memory_equal(a[k].v, b[k].v, size);
		else
			assert_true(memcmp(a[k].v, b[k].v, size) != 0);
		tp_profile_release(&a[k]);
		tp_profile_release(&b[k]);
	}
	free(w);
}

/* Of the test part, with the model or, if st is NULL, the last reading. */
static double
mae(const struct world *w, const void *st)
{
	double		out[SEGS], sum = 0;
	size_t		i, k, from = w->p.part[2] * SEGS;
	size_t		to = w->p.part[3] * SEGS;
	struct tp_ask	a;

	for (i = from; i < to; i += SEGS) {
		a = (struct tp_ask){ SEGS, w->x + i * LAGS, w->now + i,
		    w->now + i, w->seg + i, (int)w->slot[i], w->day[i] };
		memcpy(out, w->now + i, sizeof(out));
		if (st != NULL)
			tp_model_linear.predict(st, &a, out);
		for (k = 0; k < SEGS; k++)
			sum += fabs(out[k] - w->y[i + k]);
	}
	return sum / (double)(to - from);
}

/*
 * What was usual in a week of such days says nothing of the next: who trusts
 * it, since it holds the very readings it was learnt from, does much worse than
 * who goes by the last reading.
 */
static void
few_days_are_not_trusted(void **state)
{
	struct world	*w = make_world();
	struct tp_err	 e = { 0 };
	void		*st = tp_model_linear.fit(&w->p,
			    &(struct tp_model_opts){ .threads = 1 }, &e);

	(void)state;
	assert_non_null(st);
	assert_true(mae(w, st) < 1.05 * mae(w, NULL));
	tp_model_linear.free(st);
	free(w);
}

int
main(void)
{
	const struct CMUnitTest	tests[] = {
		cmocka_unit_test(folds_leave_days_out),
		cmocka_unit_test(few_days_are_not_trusted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
