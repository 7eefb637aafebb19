/*
 * The inner loops of networks in single precision, compiled for several sets
 * of vector instructions; the best that this CPU has is chosen when first
 * asked for.  (Debian 12's OpenBLAS takes CPUs made after it for a Prescott
 * of 2004, chooses in its constructor, and starts threads of its own; these
 * loops need nothing and reach its speed.)
 *
 * Every element of a result is summed in one order that depends on nothing
 * but the sizes, so equal input gives equal bits whatever the threads.
 * TP_SIMD=base|avx2|avx512 in the environment makes another choice.
 */
#ifndef TP_NUM_SIMD_H
#define TP_NUM_SIMD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * C = A B, C += A B, or C = F + A B where f is not NULL: A (m x k) has element
 * (i, j) at a[i * ars + j * acs], likewise B (k x n); C (m x n) has rows of
 * ldc, F of ldf (0: all are the same).  Strides make transposes.
 */
struct tp_gemm {
	size_t		 m, n, k;
	const float	*a;
	size_t		 ars, acs;
	const float	*b;
	size_t		 brs, bcs;
	float		*c;
	size_t		 ldc;
	bool		 add;
	const float	*f;		/* not with add */
	size_t		 ldf;
};

/*
 * What is left out by dropout is a function of key and the element's number:
 * the share is out / 2^32, what stays is multiplied by scale.
 */
struct tp_drop {
	uint32_t	 key, out;
	float		 scale;
};

/* Adam (Kingma & Ba 2015), with L2 decay added to the gradient. */
struct tp_adam {
	float		 rate;		/* bias corrections included */
	float		 decay, grad_scale;
	float		 b1, b2, eps;
	float		 average;	/* of the weights: mean = a mean + (1-a) w */
};

struct tp_simd {
	const char	*name;
	/* All but gemm: n elements, or n rows of cols. */
	void (*gemm)(const struct tp_gemm *g);
	/* y = x where > 0 and not dropped, scaled; else 0. */
	void (*relu)(float *y, const float *x, size_t n,
	    const struct tp_drop *d);
	/* dx += scale dy where y > 0. */
	void (*relu_back)(float *dx, const float *dy, const float *y,
	    size_t n, float scale);
	/* y = x dropped and scaled; y += that. */
	void (*drop)(float *y, const float *x, size_t n,
	    const struct tp_drop *d);
	void (*drop_back)(float *dx, const float *dy, size_t n,
	    const struct tp_drop *d);
	/* y (cols) = tanh(x[0 .. cols)) sigmoid(x[cols .. 2 cols)). */
	void (*gate)(float *y, const float *x, size_t n, size_t cols);
	void (*gate_back)(float *dx, const float *dy, const float *x,
	    size_t n, size_t cols);
	/*
	 * LSTM (Hochreiter & Schmidhuber 1997, with forget gate): x holds
	 * 4 x cols sums for the gates i f g o, c0 (rows of ldc) the old
	 * cells; y gets cols outputs, then cols new cells.
	 */
	void (*lstm)(float *y, const float *x, const float *c0, size_t ldc,
	    size_t n, size_t cols);
	void (*lstm_back)(float *dx, float *dc0, const float *dy,
	    const float *y, const float *x, const float *c0, size_t ldc,
	    size_t n, size_t cols);
	/* Each row less its mean over its deviation, times gain, plus shift
	 * (cols each); back, the gradients of all but y are added to. */
	void (*norm)(float *y, const float *x, const float *gain,
	    const float *shift, size_t n, size_t cols);
	void (*norm_back)(float *dx, float *dgain, float *dshift,
	    const float *dy, const float *x, const float *gain, size_t n,
	    size_t cols);
	/* One step of Adam on n weights w; m, v: its moments. */
	void (*adam)(float *w, float *m, float *v, float *mean,
	    const float *grad, size_t n, const struct tp_adam *o);
	/* y += x; y[j] += the sum of x's column j. */
	void (*add)(float *y, const float *x, size_t n);
	void (*add_rows)(float *y, const float *x, size_t n, size_t cols);
};

/* Borrowed, never NULL. */
const struct tp_simd *tp_simd(void);

extern const struct tp_simd tp_simd_base;
/* NULL names where not compiled in. */
extern const struct tp_simd tp_simd_avx2, tp_simd_avx512;

#endif
