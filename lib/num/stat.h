/* Order statistics.  Arrays are the caller's and are reordered. */
#ifndef TP_NUM_STAT_H
#define TP_NUM_STAT_H

#include <stddef.h>

/* Sorts ascending; no NAN among them. */
void tp_stat_sort(double *v, size_t n);

/*
 * The q-quantile (0..1) of ascending v, n > 0, with linear interpolation
 * between order statistics (type 7 of Hyndman & Fan 1996, numpy's default).
 */
double tp_stat_quantile(const double *v, size_t n, double q);

/*
 * The limits of split conformal prediction (Vovk et al. 2005; Lei et al.
 * 2018) from n ascending signed errors: the next exchangeable error is
 * below lo with probability at most `below`, above hi with at most `above`.
 * Returns 0, or -1 where n < 1/below - 1 (1/above - 1) is too few for finite
 * limits.
 */
int tp_stat_conformal(const double *v, size_t n, double below,
    double above, double *lo, double *hi);

#endif
