/*
 * Calibrated intervals: how far off the forecasts of a model were on the
 * validation part, by segment, horizon and five bins of predicted speed
 * (split conformal prediction, Mondrian: Vovk et al. 2005).  Cells with few
 * errors take those of the segment, else of the horizon.
 *
 * The struct owns its arrays.  Errors are truth - forecast.
 */
#ifndef TP_MODEL_INTERVAL_H
#define TP_MODEL_INTERVAL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"

#define TP_INTERVAL_BINS	5
/* Of the truths outside, the share that is below: in slow traffic, where it
 * matters, truths are below what was forecast. */
#define TP_INTERVAL_LOW		0.4
#define TP_INTERVAL_PROBS	25	/* points of a distribution */

struct tp_intervals {
	size_t	 nseg, nh;
	double	 alpha;		/* 1 - coverage */
	/* by cell: (segment * nh + horizon) * BINS + bin */
	float	*lo, *hi;	/* lo > hi: too few errors for an interval */
	float	*err;		/* PROBS quantiles of each cell */
	float	*edge;		/* (segment * nh + horizon) * (BINS - 1) */
};

/*
 * Forecasts and their errors, those of segment s and horizon h in
 * start[s * nh + h] .. start[s * nh + h + 1].
 */
struct tp_calibration {
	size_t		 nseg, nh;
	const size_t	*start;		/* nseg * nh + 1 */
	const double	*pred, *err;
};

/* Learns from the errors; iv is made anew.  alpha: 1 - coverage. */
void tp_intervals_fit(struct tp_intervals *iv,
    const struct tp_calibration *c, double alpha);
void tp_intervals_release(struct tp_intervals *iv);

/* The cell of a forecast. */
size_t tp_intervals_cell(const struct tp_intervals *iv, size_t seg, size_t h,
    double pred);
/* True where the cell has an interval: pred + *lo .. pred + *hi. */
bool tp_intervals_get(const struct tp_intervals *iv, size_t cell, double *lo,
    double *hi);
/* How wide the intervals of a segment and horizon are, mean of the bins. */
double tp_intervals_width(const struct tp_intervals *iv, size_t seg,
    size_t h);
/* The estimated probability that the truth is in from <= truth < to. */
double tp_intervals_prob(const struct tp_intervals *iv, size_t cell,
    double pred, double from, double to);

/* As the binary part of a model file.  load: iv is zeroed; -1 with e. */
void tp_intervals_save(const struct tp_intervals *iv, struct tp_buf *b);
int tp_intervals_load(struct tp_intervals *iv, size_t nseg, size_t nh,
    double alpha, const char *p, size_t n, struct tp_err *e);

#endif
