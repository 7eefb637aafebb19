/*
 * Small dense systems in double precision, with a fixed order of operations:
 * the same input gives the same bits, whatever the machine's cores and BLAS.
 * (For 10 to 30 unknowns this is also faster than a BLAS call.)
 */
#ifndef TP_NUM_DENSE_H
#define TP_NUM_DENSE_H

#include <stddef.h>

/* Rows are padded with zeros to a multiple of this many doubles. */
#define TP_DENSE_PAD	4
#define TP_DENSE_MAX	256		/* the most unknowns */

/* n rounded up to a multiple of TP_DENSE_PAD. */
size_t tp_dense_stride(size_t n);

/*
 * Adds X' W X to a (ld x ld, lower triangle; what is above it is undefined)
 * and X' W y to b (ld).  X: n rows of ld doubles, row-major, ld a multiple of
 * TP_DENSE_PAD and at most TP_DENSE_MAX; w, y: n.
 */
void tp_dense_normal(const double *x, size_t n, size_t ld, const double *w,
    const double *y, double *a, double *b);

/*
 * Solves A z = b for a symmetric positive definite A (lower triangle of the
 * leading p x p of rows of ld) by Cholesky's method; overwrites a with the
 * factor and b with z.  Returns 0, or -1 where A is not positive definite.
 */
int tp_dense_solve(double *a, size_t p, size_t ld, double *b);

#endif
