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
#include "num/dense.h"
#include "num/lad.h"
#include "num/parallel.h"
#include "num/stat.h"

#define P	3
#define N	14

/* A random system of n rows and p columns, the first all ones. */
static void
make_system(struct tp_rng *r, size_t n, size_t p, double *x, double *y)
{
	size_t	ld = tp_dense_stride(p), i, j;

	memset(x, 0, n * ld * sizeof(*x));
	for (i = 0; i < n; i++) {
		double	u = tp_rng_normal(r);

		for (j = 0; j < p; j++)
			x[i * ld + j] = j == 0 ? 1 : tp_rng_normal(r) * 3;
		/* heavy tails, so that least squares would be far off */
		y[i] = 2 + x[i * ld + p - 1] + u * u * u;
	}
}

static double
objective(const double *x, const double *y, size_t n, size_t p,
    const double *z)
{
	size_t	ld = tp_dense_stride(p), i, j;
	double	sum = 0;

	for (i = 0; i < n; i++) {
		double	e = y[i];

		for (j = 0; j < p; j++)
			e -= z[j] * x[i * ld + j];
		sum += fabs(e);
	}
	return sum;
}

/* z through three of the rows, by Cramer's rule; -1 where there is none. */
static int
through(const double *x, const double *y, const size_t *row, double *z)
{
	double	m[P][P], d[P + 1];
	size_t	ld = tp_dense_stride(P), i, j, k;

	for (k = 0; k <= P; k++) {
		for (i = 0; i < P; i++)
			for (j = 0; j < P; j++)
				m[i][j] = j + 1 == k ? y[row[i]] :
				    x[row[i] * ld + j];
		d[k] = m[0][0] * (m[1][1] * m[2][2] - m[1][2] * m[2][1]) -
		    m[0][1] * (m[1][0] * m[2][2] - m[1][2] * m[2][0]) +
		    m[0][2] * (m[1][0] * m[2][1] - m[1][1] * m[2][0]);
	}
	if (fabs(d[0]) < 1e-9)
		return -1;
	for (k = 0; k < P; k++)
		z[k] = d[k + 1] / d[0];
	return 0;
}

/* The optimum goes through as many rows as there are coefficients, so that
 * trying all triples finds it. */
static double
brute_force(const double *x, const double *y)
{
	double	best = INFINITY, v, z[P];
	size_t	r[P];

	for (r[0] = 0; r[0] < N; r[0]++)
		for (r[1] = r[0] + 1; r[1] < N; r[1]++)
			for (r[2] = r[1] + 1; r[2] < N; r[2]++) {
				if (through(x, y, r, z) != 0)
					continue;
				v = objective(x, y, N, P, z);
				best = v < best ? v : best;
			}
	return best;
}

static void
lad_near_brute_force(void **state)
{
	struct tp_lad_opts	o = { 300, 0, 1e-12 };
	double			x[N * 4], y[N], z[P], best, got;
	struct tp_rng		r;
	int			k;

	(void)state;
	tp_rng_init(&r, 3);
	for (k = 0; k < 200; k++) {
		make_system(&r, N, P, x, y);
		tp_lad_fit(x, N, P, 4, y, &o, z);
		best = brute_force(x, y);
		got = objective(x, y, N, P, z);
		assert_true(got >= best * (1 - 1e-9));
		/* the promise of the header: n/400 of the mean residual */
		assert_true(got <= best * (1 + 1.0 / 400) + 1e-9);
	}
}

/* At a minimum of a convex function no direction leads down. */
static void
lad_no_way_down(void **state)
{
	enum { n = 6000, p = 7, ld = 8 };
	double		*x = tp_calloc(n * ld, sizeof(*x));
	double		*y = tp_calloc(n, sizeof(*y));
	double		 z[p], w[p], at, step;
	struct tp_rng	 r;
	int		 k, j;

	(void)state;
	tp_rng_init(&r, 5);
	make_system(&r, n, p, x, y);
	tp_lad_fit(x, n, p, ld, y, &tp_lad_defaults, z);
	at = objective(x, y, n, p, z);
	for (k = 0; k < 400; k++) {
		step = pow(10, -3 + 3 * tp_rng_uniform(&r));
		for (j = 0; j < p; j++)
			w[j] = z[j] + step * tp_rng_normal(&r);
		assert_true(objective(x, y, n, p, w) > at * (1 - 1e-4));
	}
	free(x);
	free(y);
}

/* A plane that every fourth row is 1000 above of is found again, but for the
 * knee of 250 / 200; least squares would be off by 250. */
static void
lad_ignores_outliers(void **state)
{
	enum { n = 500, p = 4, ld = 4 };
	static const double	want[p] = { 1, -2, 0.5, 3 };
	double			x[n * ld], y[n], z[p];
	struct tp_rng		r;
	int			i, j;

	(void)state;
	tp_rng_init(&r, 7);
	make_system(&r, n, p, x, y);
	for (i = 0; i < n; i++) {
		y[i] = 0;
		for (j = 0; j < p; j++)
			y[i] += want[j] * x[i * ld + j];
		if (i % 4 == 0)
			y[i] += 1000;
	}
	tp_lad_fit(x, n, p, ld, y, &(struct tp_lad_opts){ 60, 0, 1e-12 }, z);
	for (j = 0; j < p; j++)
		assert_true(fabs(z[j] - want[j]) < 1.25);
}

static void
lad_of_nothing(void **state)
{
	double	x[8 * 4] = { 0 }, y[8] = { 0 }, z[3] = { 9, 9, 9 };
	int	j;

	(void)state;
	tp_lad_fit(x, 0, 3, 4, y, &tp_lad_defaults, z);
	for (j = 0; j < 3; j++)
		assert_true(z[j] == 0);
	tp_lad_fit(x, 8, 3, 4, y, &tp_lad_defaults, z);
	for (j = 0; j < 3; j++)
		assert_true(z[j] == 0);
}

/* A z = b is checked by putting z in. */
static void
solve_satisfies(void **state)
{
	enum { n = 40, p = 6, ld = 8 };
	double		x[n * ld], y[n], w[n], a[ld * ld], b[ld], f[ld * ld];
	double		z[ld], s;
	struct tp_rng	r;
	int		i, j, k;

	(void)state;
	tp_rng_init(&r, 9);
	make_system(&r, n, p, x, y);
	for (i = 0; i < n; i++)
		w[i] = tp_rng_uniform(&r) + 0.1;
	memset(a, 0, sizeof(a));
	memset(b, 0, sizeof(b));
	/* not a multiple of four rows: the rest is added one by one */
	tp_dense_normal(x, n - 3, ld, w, y, a, b);
	for (j = 0; j < p; j++)
		for (k = 0; k <= j; k++) {
			for (s = 0, i = 0; i < n - 3; i++)
				s += w[i] * x[i * ld + j] * x[i * ld + k];
			assert_true(fabs(s - a[j * ld + k]) < 1e-9);
		}
	memcpy(f, a, sizeof(a));
	memcpy(z, b, sizeof(b));
	assert_int_equal(tp_dense_solve(f, p, ld, z), 0);
	for (j = 0; j < p; j++) {
		for (s = 0, k = 0; k < p; k++)
			s += (k <= j ? a[j * ld + k] : a[k * ld + j]) * z[k];
		assert_true(fabs(s - b[j]) < 1e-8);
	}
	memset(f, 0, sizeof(f));
	assert_int_equal(tp_dense_solve(f, p, ld, z), -1);
}

static void
quantiles_by_hand(void **state)
{
	double	v[] = { 9, 1, 4, 7 };

	(void)state;
	tp_stat_sort(v, 4);
	assert_true(v[0] == 1 && v[1] == 4 && v[2] == 7 && v[3] == 9);
	/* numpy.quantile([1, 4, 7, 9], q) */
	assert_true(tp_stat_quantile(v, 4, 0) == 1);
	assert_true(tp_stat_quantile(v, 4, 0.5) == 5.5);
	assert_true(fabs(tp_stat_quantile(v, 4, 0.85) - 8.1) < 1e-12);
	assert_true(tp_stat_quantile(v, 4, 1) == 9);
	assert_true(tp_stat_quantile(v, 1, 0.3) == 1);
}

static void
conformal_ranks(void **state)
{
	double	v[39], lo, hi;
	int	i;

	(void)state;
	for (i = 0; i < 39; i++)
		v[i] = i + 1;
	/* (39 + 1) * 0.05 = 2: the second from each end */
	assert_int_equal(tp_stat_conformal(v, 39, 0.05, 0.05, &lo, &hi), 0);
	assert_true(lo == 2 && hi == 38);
	assert_int_equal(tp_stat_conformal(v, 19, 0.05, 0.05, &lo, &hi), 0);
	assert_true(lo == 1 && hi == 19);
	assert_int_equal(tp_stat_conformal(v, 18, 0.05, 0.05, &lo, &hi), -1);
	assert_int_equal(tp_stat_conformal(v, 0, 0.05, 0.05, &lo, &hi), -1);
}

/* Exchangeable errors: the next is inside at least as often as promised,
 * here exactly (n + 1 - 2 rank) / (n + 1) of the time. */
static void
conformal_covers(void **state)
{
	enum { rounds = 40000, n = 59 };
	double		v[n], lo, hi, next, want;
	struct tp_rng	r;
	int		i, k, in = 0;

	(void)state;
	tp_rng_init(&r, 11);
	for (k = 0; k < rounds; k++) {
		for (i = 0; i < n; i++)
			v[i] = exp(tp_rng_normal(&r));
		next = exp(tp_rng_normal(&r));
		tp_stat_sort(v, n);
		assert_int_equal(tp_stat_conformal(v, n, 0.05, 0.05, &lo, &hi), 0);
		in += next >= lo && next <= hi;
	}
	want = 1 - 2 * 3.0 / (n + 1);
	/* five standard deviations of a share of so many rounds */
	assert_true(fabs((double)in / rounds - want) <
	    5 * sqrt(want * (1 - want) / rounds));
}

static void
square(void *arg, size_t i)
{
	((double *)arg)[i] = (double)(i * i);
}

static void
parallel_all_once(void **state)
{
	double	v[1000];
	int	threads;
	size_t	i;

	(void)state;
	for (threads = 0; threads < 80; threads += 13) {
		memset(v, 0, sizeof(v));
		tp_parallel(threads, 1000, square, v);
		for (i = 0; i < 1000; i++)
			assert_true(v[i] == (double)(i * i));
	}
	tp_parallel(2, 0, square, NULL);
}

int
main(void)
{
	const struct CMUnitTest	tests[] = {
		cmocka_unit_test(lad_near_brute_force),
		cmocka_unit_test(lad_no_way_down),
		cmocka_unit_test(lad_ignores_outliers),
		cmocka_unit_test(lad_of_nothing),
		cmocka_unit_test(solve_satisfies),
		cmocka_unit_test(quantiles_by_hand),
		cmocka_unit_test(conformal_ranks),
		cmocka_unit_test(conformal_covers),
		cmocka_unit_test(parallel_all_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
