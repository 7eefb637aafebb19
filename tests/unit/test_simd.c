/* The loops of each set of instructions that this machine can run. */
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
#include "num/simd.h"

static const struct tp_simd *const	sets[] = {
	&tp_simd_base, &tp_simd_avx2, &tp_simd_avx512,
};

/* True where this machine can run the set. */
static bool
usable(const struct tp_simd *s)
{
	const struct tp_simd	*best = tp_simd();

	return s == &tp_simd_base || s == best ||
	    (s == &tp_simd_avx2 && best == &tp_simd_avx512);
}

static float *
noise(struct tp_rng *r, size_t n)
{
	float	*v = tp_calloc(n + 1, sizeof(*v));
	size_t	 i;

	for (i = 0; i < n; i++)
		v[i] = (float)(2 * tp_rng_uniform(r) - 1);
	return v;
}

/* What C begins as: nothing, itself, rows of F, or one row for all. */
enum start { ZEROS, ITSELF, ROWS_OF_F, ONE_ROW, STARTS };

static void
check_gemm(const struct tp_simd *s, struct tp_rng *r, size_t m, size_t n,
    size_t k, int turn, enum start start)
{
	float		*a = noise(r, m * k), *b = noise(r, k * n);
	float		*c = noise(r, m * (n + 3)), *was;
	float		*f = noise(r, m * (n + 1));
	struct tp_gemm	 g = {
		m, n, k, a, turn & 1 ? 1 : k, turn & 1 ? m : 1,
		b, turn & 2 ? 1 : n, turn & 2 ? k : 1, c, n + 3,
		.add = start == ITSELF, .f = start >= ROWS_OF_F ? f : NULL,
		.ldf = start == ROWS_OF_F ? n + 1 : 0,
	};
	size_t		 i, j, p;

	was = tp_malloc(m * (n + 3) * sizeof(*was));
	memcpy(was, c, m * (n + 3) * sizeof(*was));
	s->gemm(&g);
	for (i = 0; i < m; i++)
		for (j = 0; j < n + 3; j++) {
			double	want = g.add || j >= n ?
				    (double)was[i * (n + 3) + j] : 0;

			if (g.f != NULL && j < n)
				want = (double)f[i * g.ldf + j];
			for (p = 0; j < n && p < k; p++)
				want += (double)a[i * g.ars + p * g.acs] *
				    (double)b[p * g.brs + j * g.bcs];
			assert_true(fabs(want - (double)c[i * (n + 3) + j]) <
			    1e-6 * (10 + (double)k));
		}
	free(a);
	free(b);
	free(c);
	free(f);
	free(was);
}

static void
gemm_is_the_sum(void **state)
{
	static const size_t	sizes[][3] = {
		{ 1, 1, 1 }, { 7, 5, 3 }, { 12, 32, 9 }, { 13, 33, 17 },
		{ 29, 31, 300 }, { 50, 100, 513 }, { 5, 64, 2 }, { 25, 16, 8 },
	};
	struct tp_rng		r;
	size_t			i, k;
	int			turn;

	(void)state;
	tp_rng_init(&r, 1);
	for (k = 0; k < 3; k++)
		for (i = 0; i < sizeof(sizes) / sizeof(*sizes) &&
		    usable(sets[k]); i++)
			for (turn = 0; turn < 4 * STARTS; turn++)
				check_gemm(sets[k], &r, sizes[i][0],
				    sizes[i][1], sizes[i][2], turn & 3,
				    (enum start)(turn / 4));
}

static double
sigmoid(double x)
{
	return 1 / (1 + exp(-x));
}

static bool
near(double a, double b)
{
	return fabs(a - b) < 1e-6 * (1 + fabs(b));
}

static void
gates_are_those_of_libm(void **state)
{
	float	x[4 * 7], y[2 * 7], c0[7];
	size_t	k, j, turn;

	(void)state;
	for (k = 0; k < 3; k++)
		for (turn = 0; turn < 200 && usable(sets[k]); turn++) {
			for (j = 0; j < 4 * 7; j++)
				x[j] = (float)(sin((double)(turn * 31 + j)) *
				    (double)turn);
			for (j = 0; j < 7; j++)
				c0[j] = (float)cos((double)(turn + j));
			sets[k]->gate(y, x, 2, 7);
			for (j = 0; j < 14; j++)
				assert_true(near((double)y[j],
				    tanh((double)x[j / 7 * 14 + j % 7]) *
				    sigmoid((double)x[j / 7 * 14 + 7 +
				    j % 7])));
			sets[k]->lstm(y, x, c0, 7, 1, 7);
			for (j = 0; j < 7; j++) {
				double	c = sigmoid((double)x[7 + j]) *
					    (double)c0[j] +
					    sigmoid((double)x[j]) *
					    tanh((double)x[14 + j]);

				assert_true(near((double)y[7 + j], c));
				assert_true(near((double)y[j], tanh(c) *
				    sigmoid((double)x[21 + j])));
			}
		}
}

/* As in Kingma & Ba 2015, algorithm 1, with decay and an average. */
static void
adam_is_that_of_the_paper(void **state)
{
	enum { N = 37 };
	float		w[N], m[N] = { 0 }, v[N] = { 0 }, mean[N] = { 0 };
	float		g[N];
	double		dw[N], dm[N] = { 0 }, dv[N] = { 0 }, dmean[N] = { 0 };
	struct tp_adam	o = { 0, 0.01f, 0.5f, 0.9f, 0.999f, 1e-8f, 0.75f };
	size_t		k, i;
	int		t;

	(void)state;
	for (k = 0; k < 3; k++) {
		for (i = 0; i < N; i++) {
			dw[i] = cos((double)i);
			w[i] = (float)dw[i];
			m[i] = v[i] = mean[i] = 0;
			dm[i] = dv[i] = dmean[i] = 0;
		}
		for (t = 1; t < 20 && usable(sets[k]); t++) {
			double	c1 = 1 - pow(0.9, t), c2 = 1 - pow(0.999, t);

			o.rate = (float)(0.1 * sqrt(c2) / c1);
			for (i = 0; i < N; i++) {
				double	q = sin((double)i * t);

				g[i] = (float)q;
				q = q * 0.5 + 0.01 * dw[i];
				dm[i] = 0.9 * dm[i] + 0.1 * q;
				dv[i] = 0.999 * dv[i] + 0.001 * q * q;
				dw[i] -= 0.1 * (dm[i] / c1) /
				    (sqrt(dv[i] / c2) + 1e-8 / sqrt(c2));
				dmean[i] = 0.75 * dmean[i] + 0.25 * dw[i];
			}
			sets[k]->adam(w, m, v, mean, g, N, &o);
			for (i = 0; i < N; i++) {
				assert_true(fabs(dw[i] - (double)w[i]) < 1e-3);
				assert_true(fabs(dmean[i] -
				    (double)mean[i]) < 1e-3);
			}
		}
	}
}

static void
dropout_leaves_its_share(void **state)
{
	enum { N = 100000 };
	struct tp_drop	 d = { 77, (uint32_t)(0.3 * 4294967296.0),
	    (float)(1 / 0.7) };
	float		*x = tp_calloc(N, sizeof(*x));
	float		*y = tp_calloc(N, sizeof(*y));
	float		*z = tp_calloc(N, sizeof(*z));
	double		 sum;
	size_t		 i, k;

	(void)state;
	for (i = 0; i < N; i++)
		x[i] = 1;
	for (k = 0; k < 3; k++) {
		if (!usable(sets[k]))
			continue;
		sets[k]->drop(y, x, N, &d);
		for (i = 0, sum = 0; i < N; i++) {
			assert_true(y[i] == 0 || y[i] == d.scale);
			sum += (double)y[i];
		}
		/* 7 deviations */
		assert_true(fabs(sum / N - 1) < 7 * sqrt(0.3 / 0.7 / N));
		sets[k]->relu(z, x, N, &d);
		assert_memory_equal(y, z, N * sizeof(*y));
		memset(z, 0, N * sizeof(*z));
		sets[k]->drop_back(z, x, N, &d);
		assert_memory_equal(y, z, N * sizeof(*y));
	}
	free(z);
	free(x);
	free(y);
}

int
main(void)
{
	const struct CMUnitTest	tests[] = {
		cmocka_unit_test(gemm_is_the_sum),
		cmocka_unit_test(gates_are_those_of_libm),
		cmocka_unit_test(adam_is_that_of_the_paper),
		cmocka_unit_test(dropout_leaves_its_share),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
