/* Percentiles: all values of a small set, a histogram of a large one. */
#include "window/quant.h"

#include <math.h>

#include "base/mem.h"

#define SUB_BITS	7		/* 128 bins to a power of two */
#define FIRST		0.0625		/* lower edge of bin 0 */

void
tp_quant_release(struct tp_quant *q)
{
	free(q->v);
	free(q->bins);
	*q = (struct tp_quant){ 0 };
}

static uint64_t
bits_of(double v)
{
	uint64_t	u;

	memcpy(&u, &v, sizeof(u));
	return u;
}

/* The bin is what the exponent and the highest SUB_BITS of v say. */
static size_t
bin_of(double v)
{
	uint64_t	i;

	if (!(v >= FIRST))
		return 0;
	i = (bits_of(v) - bits_of(FIRST)) >> (52 - SUB_BITS);
	return i < TP_QUANT_BINS ? (size_t)i : TP_QUANT_BINS - 1;
}

/* The middle of bin i. */
static double
bin_middle(size_t i)
{
	uint64_t	u = bits_of(FIRST) + ((uint64_t)i << (52 - SUB_BITS)) +
	    (UINT64_C(1) << (51 - SUB_BITS));
	double		v;

	memcpy(&v, &u, sizeof(v));
	return v;
}

static void
count(struct tp_quant *q, double v, uint32_t times)
{
	uint32_t	*b = &q->bins[bin_of(v)];

	*b = *b > UINT32_MAX - times ? UINT32_MAX : *b + times;
	q->n += times;
}

static void
use_bins(struct tp_quant *q)
{
	size_t	i, n = q->n;

	q->bins = tp_calloc(TP_QUANT_BINS, sizeof(*q->bins));
	q->n = 0;
	for (i = 0; i < n; i++)
		count(q, q->v[i], 1);
	free(q->v);
	q->v = NULL;
	q->cap = 0;
}

void
tp_quant_add(struct tp_quant *q, double v)
{
	if (q->bins == NULL && q->n == TP_QUANT_EXACT)
		use_bins(q);
	if (q->bins != NULL) {
		count(q, v, 1);
		return;
	}
	TP_GROW(q->v, q->cap, q->n + 1);
	q->v[q->n++] = v;
}

void
tp_quant_merge(struct tp_quant *q, const struct tp_quant *b)
{
	size_t	i;

	if (b->bins == NULL) {
		for (i = 0; i < b->n; i++)
			tp_quant_add(q, b->v[i]);
		return;
	}
	if (q->bins == NULL)
		use_bins(q);
	for (i = 0; i < TP_QUANT_BINS; i++)
		if (b->bins[i] > 0)
			count(q, bin_middle(i), b->bins[i]);
}

static void
swap(double *a, double *b)
{
	double	x = *a;

	*a = *b;
	*b = x;
}

/*
 * Puts the value of rank r at v[r], no larger one before it and no smaller
 * one behind (Hoare's FIND, CACM 1961), the pivot being the median of three.
 * At worst it takes n^2 steps, of n <= TP_QUANT_EXACT.
 */
static void
select_rank(double *v, size_t n, size_t r)
{
	ptrdiff_t	low = 0, high = (ptrdiff_t)n - 1, i, j, k;
	double		pivot;

	k = (ptrdiff_t)r;
	while (low < high) {
		ptrdiff_t	mid = low + (high - low) / 2;

		if (v[mid] < v[low])
			swap(&v[mid], &v[low]);
		if (v[high] < v[low])
			swap(&v[high], &v[low]);
		if (v[high] < v[mid])
			swap(&v[high], &v[mid]);
		pivot = v[mid];
		for (i = low, j = high; i <= j;) {
			while (v[i] < pivot)
				i++;
			while (pivot < v[j])
				j--;
			if (i <= j)
				swap(&v[i++], &v[j--]);
		}
		if (k <= j)
			high = j;
		else if (k >= i)
			low = i;
		else
			return;
	}
}

/* The values of ranks r and r + 1 (or r, where it is the last). */
static void
exact_ranks(struct tp_quant *q, size_t r, double *low, double *high)
{
	size_t	i;

	select_rank(q->v, q->n, r);
	*low = *high = q->v[r];
	if (r + 1 == q->n)
		return;
	*high = q->v[r + 1];
	for (i = r + 2; i < q->n; i++)
		if (q->v[i] < *high)
			*high = q->v[i];
}

/* The value of rank r, 0 .. n - 1, in the histogram. */
static double
ranked(const struct tp_quant *q, size_t r, double min, double max)
{
	size_t	i, seen = 0;
	double	v;

	if (r == 0)
		return min;
	if (r + 1 >= q->n)
		return max;
	for (i = 0; i < TP_QUANT_BINS - 1; i++) {
		seen += q->bins[i];
		if (seen > r)
			break;
	}
	if (i == 0)
		return min;
	if (i == TP_QUANT_BINS - 1)
		return max;
	v = bin_middle(i);
	return v < min ? min : v > max ? max : v;
}

void
tp_quant_get(struct tp_quant *q, double min, double max, const double *pct,
    int n, double *out)
{
	double	rank, part, low, high;
	size_t	r;
	int	i;

	for (i = 0; i < n; i++) {
		rank = pct[i] / 100 * (double)(q->n - 1);
		r = (size_t)rank;
		part = rank - (double)r;
		if (q->bins == NULL) {
			exact_ranks(q, r, &low, &high);
		} else {
			low = ranked(q, r, min, max);
			high = ranked(q, r + 1, min, max);
		}
		out[i] = part > 0 ? low + (high - low) * part : low;
	}
}
