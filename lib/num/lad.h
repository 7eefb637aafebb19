/*
 * Least absolute deviations: the coefficients z that make the sum of
 * |y - X z| small, by iteratively reweighted least squares.
 */
#ifndef TP_NUM_LAD_H
#define TP_NUM_LAD_H

#include <stddef.h>

struct tp_lad_opts {
	int	most;		/* iterations over all rows */
	double	tol;		/* stop when the sum falls by a smaller share */
	double	ridge;		/* on the diagonal, as a share of its mean */
};
extern const struct tp_lad_opts tp_lad_defaults;

/*
 * X: n rows of ld doubles (ld = tp_dense_stride(p); the columns from p on are
 * zero), y: n, z: p, the result.  Residuals below 1/200 of their mean weigh
 * as if they were that large, so what is minimised is Huber's loss with that
 * knee (Huber 1964), at most n/400 of the mean residual above the optimum;
 * the ridge keeps columns that are constant or alike from blowing up.  Starts
 * on every eighth row where there are many.  n = 0 gives zeros.  The result
 * depends on nothing but the arguments.
 */
void tp_lad_fit(const double *x, size_t n, size_t p, size_t ld,
    const double *y, const struct tp_lad_opts *o, double *z);

#endif
