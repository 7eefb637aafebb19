#include "num/dense.h"

#include <math.h>
#include <string.h>

/* Two doubles at a time, which every 64-bit machine has registers for. */
typedef double vec __attribute__((vector_size(16)));
#define VEC	2

size_t
tp_dense_stride(size_t n)
{
	return (n + TP_DENSE_PAD - 1) / TP_DENSE_PAD * TP_DENSE_PAD;
}

static inline vec
load(const double *p)
{
	vec	v;

	memcpy(&v, p, sizeof(v));
	return v;
}

static inline void
add_to(double *p, vec v)
{
	vec	s = load(p) + v;

	memcpy(p, &s, sizeof(s));
}

/* Four rows at once, so that each element of a is touched once for four. */
static void
normal4(const double *x, size_t ld, const double *w, const double *y,
    double *a, double *b)
{
	const double	*r[4] = { x, x + ld, x + 2 * ld, x + 3 * ld };
	size_t		 j, k;

	for (j = 0; j < ld; j++) {
		double	f0 = w[0] * r[0][j], f1 = w[1] * r[1][j];
		double	f2 = w[2] * r[2][j], f3 = w[3] * r[3][j];

		for (k = 0; k <= j; k += VEC)
			add_to(a + j * ld + k,
			    f0 * load(r[0] + k) + f1 * load(r[1] + k) +
			    f2 * load(r[2] + k) + f3 * load(r[3] + k));
		b[j] += f0 * y[0] + f1 * y[1] + f2 * y[2] + f3 * y[3];
	}
}

void
tp_dense_normal(const double *x, size_t n, size_t ld, const double *w,
    const double *y, double *a, double *b)
{
	size_t	i, j, k;

	for (i = 0; i + 4 <= n; i += 4)
		normal4(x + i * ld, ld, w + i, y + i, a, b);
	for (; i < n; i++) {
		const double	*r = x + i * ld;

		for (j = 0; j < ld; j++) {
			double	f = w[i] * r[j];

			for (k = 0; k <= j; k++)
				a[j * ld + k] += f * r[k];
			b[j] += f * y[i];
		}
	}
}

/* a = L L', in place. */
static int
factor(double *a, size_t p, size_t ld)
{
	size_t	i, j, k;

	for (j = 0; j < p; j++) {
		double	d = a[j * ld + j];

		for (k = 0; k < j; k++)
			d -= a[j * ld + k] * a[j * ld + k];
		if (!(d > 0) || !isfinite(d))
			return -1;
		d = sqrt(d);
		a[j * ld + j] = d;
		for (i = j + 1; i < p; i++) {
			double	s = a[i * ld + j];

			for (k = 0; k < j; k++)
				s -= a[i * ld + k] * a[j * ld + k];
			a[i * ld + j] = s / d;
		}
	}
	return 0;
}

int
tp_dense_solve(double *a, size_t p, size_t ld, double *b)
{
	size_t	i, k;

	if (factor(a, p, ld) != 0)
		return -1;
	for (i = 0; i < p; i++) {
		for (k = 0; k < i; k++)
			b[i] -= a[i * ld + k] * b[k];
		b[i] /= a[i * ld + i];
	}
	for (i = p; i-- > 0; ) {
		for (k = i + 1; k < p; k++)
			b[i] -= a[k * ld + i] * b[k];
		b[i] /= a[i * ld + i];
	}
	return 0;
}
