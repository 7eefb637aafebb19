#include "num/stat.h"

#include <math.h>
#include <stdlib.h>

static int
ascending(const void *a, const void *b)
{
	double	x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

void
tp_stat_sort(double *v, size_t n)
{
	if (n > 1)
		qsort(v, n, sizeof(*v), ascending);
}

double
tp_stat_quantile(const double *v, size_t n, double q)
{
	double	at = q * (double)(n - 1);
	size_t	i = (size_t)at;

	if (i + 1 >= n)
		return v[n - 1];
	return v[i] + (at - (double)i) * (v[i + 1] - v[i]);
}

/* Ranks are counted from 1; lo has rank floor((n + 1) alpha / 2). */
int
tp_stat_conformal(const double *v, size_t n, double below, double above,
    double *lo, double *hi)
{
	/* 1e-9: (n + 1) below of 19 and 0.05 is 1, not a bit less */
	double	low = floor((double)(n + 1) * below + 1e-9);
	double	high = floor((double)(n + 1) * above + 1e-9);

	if (low < 1 || high < 1)
		return -1;
	*lo = v[(size_t)low - 1];
	*hi = v[n - (size_t)high];
	return 0;
}
