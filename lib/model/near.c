#include "model/near.h"

#include <math.h>

#include "base/mem.h"
#include "num/dense.h"
#include "num/parallel.h"

#define SAMPLE	12000		/* steps that are looked at, at most */
#define RIDGE	10.0		/* on coefficients of speeds */
#define ENOUGH	100		/* steps that two segments share */

struct work {
	const struct tp_panel	*p;
	const struct tp_profile	*usual;
	const size_t		*lag;
	size_t			 nlag, n, nstep, every;
	uint32_t		*near;
	float			*dev;	/* nseg x nstep: lag 0 less usual */
	uint32_t		*row;	/* nseg x nstep, UINT32_MAX: none */
};

/* How far lag k of row r is from usual; NAN where not known. */
static double
deviation(const struct work *w, size_t r, size_t k)
{
	const struct tp_panel	*p = w->p;

	return (double)(p->x[r * p->shape.ncol + w->lag[k]] -
	    tp_profile_at(w->usual, p->seg[r], p->day[r], (int)p->slot[r],
	    -(int)k));
}

/* Spreads the deviations of every some steps by segment. */
static void
spread(struct work *w)
{
	const struct tp_panel	*p = w->p;
	size_t			 nseg = p->shape.nseg, i, at;

	w->every = (p->part[1] - p->part[0]) / SAMPLE + 1;
	w->nstep = (p->part[1] - p->part[0]) / w->every + 1;
	w->dev = tp_calloc(nseg * w->nstep, sizeof(*w->dev));
	w->row = tp_calloc(nseg * w->nstep, sizeof(*w->row));
	for (i = 0; i < nseg * w->nstep; i++) {
		w->dev[i] = NAN;
		w->row[i] = UINT32_MAX;
	}
	for (i = 0; i < p->nrow && p->step[i] < p->part[1]; i++) {
		if (p->step[i] < p->part[0] ||
		    (p->step[i] - p->part[0]) % w->every != 0)
			continue;
		at = p->seg[i] * w->nstep +
		    (p->step[i] - p->part[0]) / w->every;
		w->dev[at] = (float)deviation(w, i, 0);
		w->row[at] = (uint32_t)i;
	}
}

/*
 * What the segment's own lags leave of its target's deviation, by ridge
 * regression; NAN where something is missing.
 */
static void
residuals(const struct work *w, size_t seg, size_t h, float *res)
{
	const struct tp_panel	*p = w->p;
	size_t			 np = w->nlag + 1, ld = tp_dense_stride(np);
	size_t			 n = 0, i, k, r;
	double			*x = tp_calloc(w->nstep * ld, sizeof(*x));
	double			*y = tp_calloc(w->nstep, sizeof(*y));
	double			*one = tp_calloc(w->nstep, sizeof(*one));
	double			*a = tp_calloc(ld * ld, sizeof(*a));
	double			*b = tp_calloc(ld, sizeof(*b));

	for (i = 0; i < w->nstep; i++) {
		res[i] = NAN;
		r = w->row[seg * w->nstep + i];
		if (r == UINT32_MAX || isnan(p->y[r * p->shape.nh + h]))
			continue;
		x[n * ld] = 1;
		for (k = 0; k < w->nlag; k++) {
			double	d = deviation(w, r, k);

			x[n * ld + 1 + k] = isnan(d) ? 0 : d;
		}
		y[n] = p->y[r * p->shape.nh + h] - (double)
		    tp_profile_at(w->usual, seg, p->day[r], (int)p->slot[r],
		    p->shape.horizon[h]);
		res[i] = (float)n;	/* where it is, for now */
		one[n++] = 1;
	}
	tp_dense_normal(x, n, ld, one, y, a, b);
	for (k = 0; k < np; k++)
		a[k * ld + k] += RIDGE;
	if (tp_dense_solve(a, np, ld, b) != 0)
		memset(b, 0, ld * sizeof(*b));
	for (i = 0, n = 0; i < w->nstep; i++) {
		if (isnan(res[i]))
			continue;
		for (k = 0; k < np; k++)
			y[n] -= x[n * ld + k] * b[k];
		res[i] = (float)y[n++];
	}
	free(x);
	free(y);
	free(one);
	free(a);
	free(b);
}

/*
 * How strongly another segment's deviation, without what the segment's own
 * says of it, goes with the residuals.
 */
static double
partial(const float *own, const float *other, const float *res, size_t n)
{
	double	n1 = 0, s[3] = { 0 }, q[6] = { 0 }, c, vr, vo, cov;
	size_t	i;

	for (i = 0; i < n; i++) {
		double	a = (double)own[i], b = (double)other[i];
		double	r = (double)res[i];

		if (isnan(a + b + r))
			continue;
		n1++;
		s[0] += a, s[1] += b, s[2] += r;
		q[0] += a * a, q[1] += b * b, q[2] += r * r;
		q[3] += a * b, q[4] += a * r, q[5] += b * r;
	}
	if (n1 < ENOUGH)
		return 0;
	c = q[0] > 0 ? q[3] / q[0] : 0;		/* b's slope on a */
	vr = q[2] / n1 - s[2] / n1 * (s[2] / n1);
	vo = (q[1] - 2 * c * q[3] + c * c * q[0]) / n1 -
	    (s[1] - c * s[0]) / n1 * ((s[1] - c * s[0]) / n1);
	cov = (q[5] - c * q[4]) / n1 - (s[1] - c * s[0]) / n1 * (s[2] / n1);
	return vr > 0 && vo > 1e-9 ? fabs(cov) / sqrt(vr * vo) : 0;
}

/* The best n of the scores, best first. */
static void
choose(const double *score, size_t nseg, size_t seg, size_t n, uint32_t *near)
{
	size_t	k, i, j;

	for (k = 0; k < n; k++) {
		near[k] = (uint32_t)seg;
		for (i = 0; i < nseg; i++) {
			for (j = 0; j < k && near[j] != i; j++)
				;
			if (j == k && score[i] > score[near[k]])
				near[k] = (uint32_t)i;
		}
	}
}

static void
fit_segment(void *arg, size_t seg)
{
	struct work	*w = arg;
	size_t		 nseg = w->p->shape.nseg, h, i;
	float		*res = tp_calloc(w->nstep, sizeof(*res));
	double		*score = tp_calloc(nseg, sizeof(*score));

	for (h = 0; h < w->p->shape.nh; h++) {
		residuals(w, seg, h, res);
		for (i = 0; i < nseg; i++)
			if (i != seg)
				score[i] += partial(w->dev + seg * w->nstep,
				    w->dev + i * w->nstep, res, w->nstep);
	}
	choose(score, nseg, seg, w->n, w->near + seg * w->n);
	free(res);
	free(score);
}

void
tp_near_fit(uint32_t *near, size_t n, const struct tp_panel *p,
    const struct tp_profile *usual, const size_t *lag, size_t nlag,
    int threads)
{
	struct work	w = { p, usual, lag, nlag, n, 0, 0, near, NULL, NULL };

	spread(&w);
	tp_parallel(threads, p->shape.nseg, fit_segment, &w);
	free(w.dev);
	free(w.row);
}
