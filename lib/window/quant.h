/*
 * Percentiles of a set of numbers in bounded memory.  Up to TP_QUANT_EXACT
 * values are kept as they are, and percentiles are exact.  Beyond that they
 * are counted in bins, 128 to each power of two from 1/16 to 2048 (as the HDR
 * histogram has them), which puts a value within 1/256 of itself (0.4 %);
 * values outside that range count as the smallest and the largest seen.  Two
 * sets add up to the same result in any order.
 *
 * The struct owns its memory; all zero is an empty set.
 */
#ifndef TP_WINDOW_QUANT_H
#define TP_WINDOW_QUANT_H

#include <stddef.h>
#include <stdint.h>

#define TP_QUANT_EXACT	1024
#define TP_QUANT_BINS	(15 * 128)

struct tp_quant {
	double	 *v;		/* n values, unordered, while bins is NULL */
	size_t	  n, cap;
	uint32_t *bins;		/* TP_QUANT_BINS counts */
};

void tp_quant_release(struct tp_quant *q);
/* Adds one value, finite. */
void tp_quant_add(struct tp_quant *q, double v);
/* Adds all of b to q. */
void tp_quant_merge(struct tp_quant *q, const struct tp_quant *b);

/*
 * Percentiles pct[0..n) in 0..100 of a set that is not empty, by linear
 * interpolation between the two nearest ranks (Hyndman & Fan 1996, type 7,
 * which is numpy's and SQL's percentile_cont).  min and max are those of the
 * set and bound the result.  Reorders the kept values.
 */
void tp_quant_get(struct tp_quant *q, double min, double max,
    const double *pct, int n, double *out);

#endif
