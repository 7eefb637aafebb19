/* Percentiles against sorting, exact for few values, within 0.4 % for many. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/rng.h"
#include "window/quant.h"

#define MANY	50000

static const double	pct[] = { 0, 1, 15, 50, 85, 99.9, 100 };
#define PCTS	((int)(sizeof(pct) / sizeof(*pct)))

static int
by_value(const void *a, const void *b)
{
	double	x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Splits n values over a few sets, adds the sets up, compares. */
static void
check(double *v, size_t n, size_t parts, double tolerance)
{
	struct tp_quant	all = { 0 }, part;
	double		got[PCTS], rank, want;
	size_t		i, j;
	int		k;

	for (i = 0; i < parts; i++) {
		part = (struct tp_quant){ 0 };
		for (j = i * n / parts; j < (i + 1) * n / parts; j++)
			tp_quant_add(&part, v[j]);
		tp_quant_merge(&all, &part);
		tp_quant_release(&part);
	}
	assert_int_equal(all.n, n);
	qsort(v, n, sizeof(*v), by_value);
	tp_quant_get(&all, v[0], v[n - 1], pct, PCTS, got);
	for (k = 0; k < PCTS; k++) {
		rank = pct[k] / 100 * (double)(n - 1);
		i = (size_t)rank;
		want = v[i];
		if (rank > (double)i)
			want += (v[i + 1] - v[i]) * (rank - (double)i);
		if (!(fabs(got[k] - want) <= tolerance * fabs(want)))
			fail_msg("p%g of %zu values: %.17g, not %.17g",
			    pct[k], n, got[k], want);
	}
	tp_quant_release(&all);
}

static void
few_are_exact(void **state)
{
	static double	v[TP_QUANT_EXACT];
	struct tp_rng	r;
	size_t		n, i;

	(void)state;
	tp_rng_init(&r, 1);
	for (n = 1; n <= TP_QUANT_EXACT; n += n < 60 ? 1 : 97) {
		for (i = 0; i < n; i++)
			v[i] = 200 * tp_rng_uniform(&r) - 20;
		check(v, n, 1 + n / 3, 0);
	}
	for (i = 0; i < TP_QUANT_EXACT; i++)
		v[i] = tp_rng_normal(&r) * 1e300;
	check(v, TP_QUANT_EXACT, 3, 1e-15);
}

/* Between ranks far apart the two errors add up, so here ranks are close. */
static void
many_are_close(void **state)
{
	static double	v[MANY];
	struct tp_rng	r;
	size_t		i;

	(void)state;
	tp_rng_init(&r, 2);
	for (i = 0; i < MANY; i++)
		v[i] = 0.1 + 130 * tp_rng_uniform(&r);
	check(v, MANY, 1, 1.0 / 256 + 1e-3);
	for (i = 0; i < MANY; i++)
		v[i] = 55 + 8 * tp_rng_normal(&r);
	check(v, MANY, 7, 1.0 / 256 + 1e-3);
	/* one value only, and values outside the bins */
	for (i = 0; i < MANY; i++)
		v[i] = 64.375;
	check(v, MANY, 2, 0);
	for (i = 0; i < MANY; i++)
		v[i] = i < MANY / 200 ? -3 : i % 2 == 0 ? 50 : 1e9;
	check(v, MANY, 2, 1.0 / 256);
}

int
main(void)
{
	const struct CMUnitTest	tests[] = {
		cmocka_unit_test(few_are_exact),
		cmocka_unit_test(many_are_close),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
