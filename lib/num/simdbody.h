/*
 * The loops of num/simd.h, compiled once for each set of instructions by a
 * file that defines SIMD (the struct's name), SIMD_NAME, WIDTH (bytes of a
 * register) and ROWS (of C held in registers).
 */
#include <math.h>
#include <string.h>

#include "num/simd.h"

typedef float vec __attribute__((vector_size(WIDTH), aligned(4), may_alias));

#define LANES	(WIDTH / sizeof(float))
#define COLS	(2 * LANES)	/* of C held in registers */
#define DEPTH	256		/* of B packed at a time; fits the L1 cache */

/* rows x COLS elements of C; rows is a constant where this is inlined. */
static inline __attribute__((always_inline)) void
tile(size_t rows, size_t k, const float *a, size_t ars, size_t acs,
    const float *b, size_t ldb, float *c, size_t ldc, bool add)
{
	vec	s[ROWS][2];
	size_t	i, p;

#pragma GCC unroll 16
	for (i = 0; i < rows; i++) {
		s[i][0] = add ? *(const vec *)(c + i * ldc) : (vec){ 0 };
		s[i][1] = add ? *(const vec *)(c + i * ldc + LANES) :
		    (vec){ 0 };
	}
	for (p = 0; p < k; p++) {
		vec	b0 = *(const vec *)(b + p * ldb);
		vec	b1 = *(const vec *)(b + p * ldb + LANES);

#pragma GCC unroll 16
		for (i = 0; i < rows; i++) {
			float	f = a[i * ars + p * acs];

			s[i][0] += f * b0;
			s[i][1] += f * b1;
		}
	}
#pragma GCC unroll 16
	for (i = 0; i < rows; i++) {
		*(vec *)(c + i * ldc) = s[i][0];
		*(vec *)(c + i * ldc + LANES) = s[i][1];
	}
}

static void
tile_of(size_t rows, size_t k, const float *a, size_t ars, size_t acs,
    const float *b, size_t ldb, float *c, size_t ldc, bool add)
{
#define CASE(r)								\
	case r:								\
		if (r <= ROWS)						\
			tile(r <= ROWS ? r : 1, k, a, ars, acs, b, ldb,	\
			    c, ldc, add);				\
		break
	switch (rows) {
	CASE(1); CASE(2); CASE(3); CASE(4); CASE(5); CASE(6);
	CASE(7); CASE(8); CASE(9); CASE(10); CASE(11); CASE(12);
	}
#undef CASE
}

/* Some columns (at most COLS) of C from k rows of B. */
static void
strip(const struct tp_gemm *g, size_t p0, size_t k, size_t j0, size_t cols,
    const float *b, size_t ldb)
{
	float	edge[ROWS * COLS];
	bool	add = g->add || p0 > 0;
	size_t	i, r, rows;

	for (i = 0; i < g->m; i += rows) {
		const float	*a = g->a + i * g->ars + p0 * g->acs;
		float		*c = g->c + i * g->ldc + j0;

		rows = g->m - i < ROWS ? g->m - i : ROWS;
		if (cols == COLS) {
			tile_of(rows, k, a, g->ars, g->acs, b, ldb, c, g->ldc,
			    add);
			continue;
		}
		for (r = 0; add && r < rows; r++)
			memcpy(edge + r * COLS, c + r * g->ldc,
			    cols * sizeof(*c));
		tile_of(rows, k, a, g->ars, g->acs, b, ldb, edge, COLS, add);
		for (r = 0; r < rows; r++)
			memcpy(c + r * g->ldc, edge + r * COLS,
			    cols * sizeof(*c));
	}
}

/* k rows of cols elements, side by side; reads along memory. */
static void
pack_b(float *pack, const float *b, size_t brs, size_t bcs, size_t k,
    size_t cols)
{
	size_t	q, i;

	if (bcs == 1) {
		for (q = 0; q < k; q++)
			memcpy(pack + q * COLS, b + q * brs,
			    cols * sizeof(*b));
		return;
	}
	for (i = 0; i < cols; i++)
		for (q = 0; q < k; q++)
			pack[q * COLS + i] = b[q * brs + i * bcs];
}

static void
gemm(const struct tp_gemm *g)
{
	float	pack[DEPTH * COLS];
	size_t	j, p, k, cols;

	for (j = 0; j < g->n; j += cols) {
		cols = g->n - j < COLS ? g->n - j : COLS;
		if (cols < COLS)
			memset(pack, 0, sizeof(pack));
		for (p = 0; p < g->k; p += k) {
			const float	*b = g->b + p * g->brs + j * g->bcs;

			k = g->k - p < DEPTH ? g->k - p : DEPTH;
			if (g->bcs == 1 && cols == COLS && g->m <= 2 * ROWS) {
				strip(g, p, k, j, cols, b, g->brs);
				continue;
			}
			pack_b(pack, b, g->brs, g->bcs, k, cols);
			strip(g, p, k, j, cols, pack, COLS);
		}
	}
}

/* Wellons's lowbias32: mixes the bits of a counter. */
static inline uint32_t
mix(uint32_t x)
{
	x ^= x >> 16;
	x *= 0x7feb352du;
	x ^= x >> 15;
	x *= 0x846ca68bu;
	return x ^ x >> 16;
}

static inline float
kept(const struct tp_drop *d, size_t i)
{
	return mix(d->key + (uint32_t)i) < d->out ? 0 : d->scale;
}

static void
relu(float *restrict y, const float *restrict x, size_t n,
    const struct tp_drop *d)
{
	const struct tp_drop	o = *d;
	size_t			i;

	if (o.out == 0) {
		for (i = 0; i < n; i++)
			y[i] = x[i] > 0 ? x[i] : 0;
		return;
	}
	for (i = 0; i < n; i++)
		y[i] = (x[i] > 0 ? x[i] : 0) * kept(&o, i);
}

static void
relu_back(float *restrict dx, const float *restrict dy,
    const float *restrict y, size_t n, float scale)
{
	size_t	i;

	for (i = 0; i < n; i++)
		dx[i] += y[i] > 0 ? dy[i] * scale : 0;
}

static void
drop(float *restrict y, const float *restrict x, size_t n,
    const struct tp_drop *d)
{
	const struct tp_drop	o = *d;
	size_t			i;

	for (i = 0; i < n; i++)
		y[i] = x[i] * kept(&o, i);
}

static void
drop_back(float *restrict dx, const float *restrict dy, size_t n,
    const struct tp_drop *d)
{
	const struct tp_drop	o = *d;
	size_t			i;

	for (i = 0; i < n; i++)
		dx[i] += dy[i] * kept(&o, i);
}

/*
 * e^x to 2 units in the last place for |x| <= 87, limited beyond: 2^n from
 * the exponent bits times Cephes's polynomial for the rest.
 */
static inline float
exp_of(float x)
{
	const float	magic = 12582912.f;	/* 1.5 2^23: rounds */
	union { float f; int32_t i; } n, two;
	float		r, p, k;

	x = x > 87.f ? 87.f : x;
	x = x < -87.f ? -87.f : x;
	n.f = x * 1.44269504f + magic;
	k = n.f - magic;
	r = x - k * 0.693359375f;
	r = r + k * 2.12194440e-4f;
	p = 1.9875691500e-4f;
	p = p * r + 1.3981999507e-3f;
	p = p * r + 8.3334519073e-3f;
	p = p * r + 4.1665795894e-2f;
	p = p * r + 1.6666665459e-1f;
	p = p * r + 5.0000001201e-1f;
	p = p * r * r + r + 1;
	two.i = (n.i - 0x4b400000 + 127) * (1 << 23);
	return p * two.f;
}

static inline float
sigmoid(float x)
{
	return 1 / (1 + exp_of(-x));
}

static inline float
tanh_of(float x)
{
	return 1 - 2 / (1 + exp_of(2 * x));
}

static void
gate(float *restrict y, const float *restrict x, size_t n, size_t cols)
{
	size_t	i, j;

	for (i = 0; i < n; i++, x += 2 * cols, y += cols)
		for (j = 0; j < cols; j++)
			y[j] = tanh_of(x[j]) * sigmoid(x[cols + j]);
}

static void
gate_back(float *restrict dx, const float *restrict dy,
    const float *restrict x, size_t n, size_t cols)
{
	size_t	i, j;

	for (i = 0; i < n; i++, x += 2 * cols, dx += 2 * cols, dy += cols)
		for (j = 0; j < cols; j++) {
			float	t = tanh_of(x[j]), s = sigmoid(x[cols + j]);

			dx[j] += dy[j] * s * (1 - t * t);
			dx[cols + j] += dy[j] * t * s * (1 - s);
		}
}

static void
lstm(float *restrict y, const float *restrict x, const float *restrict c0,
    size_t ldc, size_t n, size_t cols)
{
	size_t	i, j;

	for (i = 0; i < n; i++, x += 4 * cols, y += 2 * cols, c0 += ldc)
		for (j = 0; j < cols; j++) {
			float	c = sigmoid(x[cols + j]) * c0[j] +
				    sigmoid(x[j]) * tanh_of(x[2 * cols + j]);

			y[cols + j] = c;
			y[j] = sigmoid(x[3 * cols + j]) * tanh_of(c);
		}
}

static void
lstm_back(float *restrict dx, float *restrict dc0,
    const float *restrict dy, const float *restrict y,
    const float *restrict x, const float *restrict c0, size_t ldc, size_t n,
    size_t cols)
{
	size_t	i, j;

	for (i = 0; i < n; i++) {
		for (j = 0; j < cols; j++) {
			float	in = sigmoid(x[j]), f = sigmoid(x[cols + j]);
			float	g = tanh_of(x[2 * cols + j]);
			float	o = sigmoid(x[3 * cols + j]);
			float	t = tanh_of(y[cols + j]);
			float	dc = dy[cols + j] + dy[j] * o * (1 - t * t);

			dx[j] += dc * g * in * (1 - in);
			dx[cols + j] += dc * c0[j] * f * (1 - f);
			dx[2 * cols + j] += dc * in * (1 - g * g);
			dx[3 * cols + j] += dy[j] * t * o * (1 - o);
			dc0[j] += dc * f;
		}
		x += 4 * cols;
		dx += 4 * cols;
		y += 2 * cols;
		dy += 2 * cols;
		c0 += ldc;
		dc0 += ldc;
	}
}

static void
adam(float *restrict w, float *restrict m, float *restrict v,
    float *restrict mean, const float *restrict grad, size_t n,
    const struct tp_adam *p)
{
	const struct tp_adam	o = *p;
	size_t			i;

	for (i = 0; i < n; i++) {
		float	g = grad[i] * o.grad_scale + o.decay * w[i];

		m[i] = o.b1 * m[i] + (1 - o.b1) * g;
		v[i] = o.b2 * v[i] + (1 - o.b2) * g * g;
		w[i] -= o.rate * m[i] / (sqrtf(v[i]) + o.eps);
		mean[i] = o.average * mean[i] + (1 - o.average) * w[i];
	}
}

static void
add(float *restrict y, const float *restrict x, size_t n)
{
	size_t	i;

	for (i = 0; i < n; i++)
		y[i] += x[i];
}

static void
add_rows(float *restrict y, const float *restrict x, size_t n, size_t cols)
{
	size_t	i, j;

	for (i = 0; i < n; i++, x += cols)
		for (j = 0; j < cols; j++)
			y[j] += x[j];
}

const struct tp_simd SIMD = {
	SIMD_NAME, gemm, relu, relu_back, drop, drop_back, gate, gate_back,
	lstm, lstm_back, adam, add, add_rows,
};
