#include "num/lad.h"

#include <math.h>

#include "base/mem.h"
#include "num/dense.h"

#define KNEE	(1.0 / 200)	/* of Huber's loss, in mean residuals */
#define SAMPLE	8		/* every which row at the start */

const struct tp_lad_opts tp_lad_defaults = { 12, 1e-5, 1e-9 };

struct work {
	const double	*x, *y;
	size_t		 n, p, ld;
	double		*w;		/* n */
	double		*a, *b;		/* ld x ld, ld */
	double		*z;		/* ld, zero from p on */
};

static double
dot(const double *a, const double *b, size_t n)
{
	double	s0 = 0, s1 = 0, s2 = 0, s3 = 0;
	size_t	i;

	for (i = 0; i < n; i += TP_DENSE_PAD) {
		s0 += a[i] * b[i];
		s1 += a[i + 1] * b[i + 1];
		s2 += a[i + 2] * b[i + 2];
		s3 += a[i + 3] * b[i + 3];
	}
	return (s0 + s1) + (s2 + s3);
}

/* Sets w to |residual|; returns their sum. */
static double
residuals(struct work *k)
{
	double	s = 0;
	size_t	i;

	for (i = 0; i < k->n; i++) {
		k->w[i] = fabs(k->y[i] -
		    dot(k->x + i * k->ld, k->z, k->ld));
		s += k->w[i];
	}
	return s;
}

/* One weighted least squares step with the weights in w. */
static void
step(struct work *k, double ridge)
{
	size_t	ld = k->ld, j;
	double	trace = 0;

	memset(k->a, 0, ld * ld * sizeof(*k->a));
	memset(k->b, 0, ld * sizeof(*k->b));
	tp_dense_normal(k->x, k->n, ld, k->w, k->y, k->a, k->b);
	for (j = 0; j < k->p; j++)
		trace += k->a[j * ld + j];
	if (!(trace > 0) || !isfinite(trace))
		return;
	for (j = 0; j < k->p; j++)
		k->a[j * ld + j] += ridge * trace / (double)k->p;
	if (tp_dense_solve(k->a, k->p, ld, k->b) == 0)
		memcpy(k->z, k->b, k->p * sizeof(*k->z));
}

/* Reweights until the sum of |residual| settles, keeping the best z. */
static void
iterate(struct work *k, const struct tp_lad_opts *o, double *best)
{
	double	least, sum, last, knee;
	size_t	i;
	int	it;

	least = last = residuals(k);
	memcpy(best, k->z, k->ld * sizeof(*best));
	for (it = 0; it < o->most && last > 0; it++) {
		knee = KNEE * last / (double)k->n;
		for (i = 0; i < k->n; i++)
			k->w[i] = 1 / (k->w[i] > knee ? k->w[i] : knee);
		step(k, o->ridge);
		sum = residuals(k);
		if (sum < least) {
			least = sum;
			memcpy(best, k->z, k->ld * sizeof(*best));
		}
		if (!(last - sum > o->tol * last))
			break;
		last = sum;
	}
	memcpy(k->z, best, k->ld * sizeof(*best));
}

/* A start from every SAMPLE-th row, copied together. */
static void
begin(const struct work *k, const struct tp_lad_opts *o, double *best)
{
	struct work	 s = *k;
	double		*x, *y;
	size_t		 i;

	s.n = k->n / SAMPLE;
	x = tp_calloc(s.n * k->ld, sizeof(*x));
	y = tp_calloc(s.n, sizeof(*y));
	for (i = 0; i < s.n; i++) {
		memcpy(x + i * k->ld, k->x + i * SAMPLE * k->ld,
		    k->ld * sizeof(*x));
		y[i] = k->y[i * SAMPLE];
	}
	s.x = x;
	s.y = y;
	for (i = 0; i < s.n; i++)
		s.w[i] = 1;
	step(&s, o->ridge);
	iterate(&s, o, best);
	free(x);
	free(y);
}

void
tp_lad_fit(const double *x, size_t n, size_t p, size_t ld, const double *y,
    const struct tp_lad_opts *o, double *z)
{
	struct work	 k = { x, y, n, p, ld, NULL, NULL, NULL, NULL };
	double		*best;
	size_t		 i;

	memset(z, 0, p * sizeof(*z));
	if (n == 0)
		return;
	k.w = tp_calloc(n, sizeof(*k.w));
	k.a = tp_calloc(ld * ld, sizeof(*k.a));
	k.b = tp_calloc(ld, sizeof(*k.b));
	k.z = tp_calloc(ld, sizeof(*k.z));
	best = tp_calloc(ld, sizeof(*best));
	if (n / SAMPLE >= 40 * p) {
		begin(&k, o, best);
	} else {
		for (i = 0; i < n; i++)
			k.w[i] = 1;
		step(&k, o->ridge);
	}
	iterate(&k, o, best);
	memcpy(z, k.z, p * sizeof(*z));
	free(k.w);
	free(k.a);
	free(k.b);
	free(k.z);
	free(best);
}
