#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/rng.h"
#include "model/interval.h"

/* Errors whose spread grows where the forecast is low. */
static void
make_errors(struct tp_rng *r, size_t n, double *pred, double *err)
{
	size_t	i;

	for (i = 0; i < n; i++) {
		pred[i] = 20 + 40 * tp_rng_uniform(r);
		err[i] = tp_rng_normal(r) * (pred[i] < 28 ? 9 : 2);
	}
}

/*
 * On exchangeable data the intervals hold 90 % of the truths, where traffic
 * is slow as well, and probabilities are as often true as they say.
 */
static void
intervals_cover(void **state)
{
	enum { cells = 4, each = 4000, tries = 40000 };
	double			*pred = tp_calloc(cells * each, 8);
	double			*err = tp_calloc(cells * each, 8);
	size_t			 start[cells + 1], i, in = 0, slow = 0;
	size_t			 nslow = 0, cell, hit = 0, below = 0;
	struct tp_calibration	 c = { 2, 2, start, pred, err };
	struct tp_intervals	 iv = { 0 };
	double			 p, e, lo, hi, said = 0;
	struct tp_rng		 r;

	(void)state;
	tp_rng_init(&r, 6);
	make_errors(&r, cells * each, pred, err);
	for (i = 0; i <= cells; i++)
		start[i] = i * each;
	tp_intervals_fit(&iv, &c, 0.1);
	for (i = 0; i < tries; i++) {
		make_errors(&r, 1, &p, &e);
		cell = tp_intervals_cell(&iv, i % 2, i / 2 % 2, p);
		assert_true(tp_intervals_get(&iv, cell, &lo, &hi));
		in += e >= lo && e <= hi;
		nslow += p < 28;
		slow += p < 28 && e >= lo && e <= hi;
		below += e < lo;
		said += tp_intervals_prob(&iv, cell, p, 30, 45);
		hit += p + e >= 30 && p + e < 45;
	}
	assert_true(fabs((double)in / tries - 0.9) < 0.015);
	assert_true(fabs((double)slow / (double)nslow - 0.9) < 0.02);
	assert_true(fabs((double)below / tries - 0.04) < 0.005);
	assert_true(fabs(said - (double)hit) / tries < 0.02);
	assert_true(tp_intervals_prob(&iv, 0, 30, -INFINITY, INFINITY) == 1);
	tp_intervals_release(&iv);
	free(pred);
	free(err);
}

/* With fewer errors than an interval can be made of there is none. */
static void
intervals_of_few(void **state)
{
	size_t			start[2] = { 0, 10 };
	double			pred[10], err[10], lo, hi;
	struct tp_calibration	c = { 1, 1, start, pred, err };
	struct tp_intervals	iv = { 0 };
	struct tp_rng		r;

	(void)state;
	tp_rng_init(&r, 8);
	make_errors(&r, 10, pred, err);
	tp_intervals_fit(&iv, &c, 0.1);
	assert_false(tp_intervals_get(&iv, 2, &lo, &hi));
	tp_intervals_release(&iv);
	tp_intervals_fit(&iv, &c, 0.5);
	assert_true(tp_intervals_get(&iv, 2, &lo, &hi));
	assert_true(lo <= hi);
	tp_intervals_release(&iv);
}

int
main(void)
{
	const struct CMUnitTest	tests[] = {
		cmocka_unit_test(intervals_cover),
		cmocka_unit_test(intervals_of_few),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
