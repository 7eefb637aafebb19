#include "model/interval.h"

#include <math.h>

#include "base/mem.h"
#include "model/pack.h"
#include "num/stat.h"

#define BINS	TP_INTERVAL_BINS
#define PROBS	TP_INTERVAL_PROBS
#define ENOUGH	60		/* errors of a cell */

/* The probabilities of err[]: the ends, where it matters, finer. */
static const double	prob[PROBS] = {
	0, .01, .025, .05, .1, .15, .2, .25, .3, .35, .4, .45, .5,
	.55, .6, .65, .7, .75, .8, .85, .9, .95, .975, .99, 1,
};

static void
make(struct tp_intervals *iv, size_t nseg, size_t nh, double alpha)
{
	size_t	n = nseg * nh;

	iv->nseg = nseg;
	iv->nh = nh;
	iv->alpha = alpha;
	iv->edge = tp_calloc(n * (BINS - 1) + 1, sizeof(*iv->edge));
	iv->lo = tp_calloc(n * BINS + 1, sizeof(*iv->lo));
	iv->hi = tp_calloc(n * BINS + 1, sizeof(*iv->hi));
	iv->err = tp_calloc(n * BINS * PROBS + 1, sizeof(*iv->err));
}

void
tp_intervals_release(struct tp_intervals *iv)
{
	free(iv->edge);
	free(iv->lo);
	free(iv->hi);
	free(iv->err);
	memset(iv, 0, sizeof(*iv));
}

/* What one cell learns from; v is sorted here. */
struct pool {
	double	*v;
	size_t	 n;
};

static void
set_cell(struct tp_intervals *iv, size_t cell, const struct pool *p)
{
	double	lo = 1, hi = 0;
	size_t	i;

	if (tp_stat_conformal(p->v, p->n, TP_INTERVAL_LOW * iv->alpha,
	    (1 - TP_INTERVAL_LOW) * iv->alpha, &lo, &hi) != 0) {
		lo = 1;
		hi = 0;
	}
	iv->lo[cell] = (float)lo;
	iv->hi[cell] = (float)hi;
	for (i = 0; i < PROBS; i++)
		iv->err[cell * PROBS + i] = p->n == 0 ? 0 :
		    (float)tp_stat_quantile(p->v, p->n, prob[i]);
}

/* Limits of five bins with as many forecasts in each. */
static void
set_edges(struct tp_intervals *iv, size_t sh, const double *pred, size_t n,
    double *tmp)
{
	size_t	i;

	for (i = 0; i < n; i++)
		tmp[i] = pred[i];
	tp_stat_sort(tmp, n);
	for (i = 1; i < BINS; i++)
		iv->edge[sh * (BINS - 1) + i - 1] = n == 0 ? 0 :
		    (float)tp_stat_quantile(tmp, n, (double)i / BINS);
}

/*
 * The pool of one horizon over all segments; at most POOLED errors, evenly
 * taken.
 */
#define POOLED	100000
static void
pool_horizon(const struct tp_calibration *c, size_t h, struct pool *p)
{
	size_t	total = 0, seen = 0, every, s, i;

	for (s = 0; s < c->nseg; s++)
		total += c->start[s * c->nh + h + 1] -
		    c->start[s * c->nh + h];
	every = total / POOLED + 1;
	p->v = tp_calloc(total / every + 1, sizeof(*p->v));
	p->n = 0;
	for (s = 0; s < c->nseg; s++)
		for (i = c->start[s * c->nh + h];
		    i < c->start[s * c->nh + h + 1]; i++)
			if (seen++ % every == 0)
				p->v[p->n++] = c->err[i];
	tp_stat_sort(p->v, p->n);
}

/* One segment and horizon: its five cells. */
static void
fit_cells(struct tp_intervals *iv, const struct tp_calibration *c, size_t sh,
    const struct pool *wide)
{
	size_t		 from = c->start[sh], n = c->start[sh + 1] - from;
	double		*tmp = tp_calloc(n + 1, sizeof(*tmp));
	double		*bin = tp_calloc(n + 1, sizeof(*bin));
	struct pool	 all = { tmp, n }, cell = { bin, 0 };
	size_t		 b, i, at;

	set_edges(iv, sh, c->pred + from, n, tmp);
	for (i = 0; i < n; i++)
		tmp[i] = c->err[from + i];
	tp_stat_sort(tmp, n);
	for (b = 0; b < BINS; b++) {
		at = sh * BINS + b;
		cell.n = 0;
		for (i = 0; i < n; i++)
			if (tp_intervals_cell(iv, sh / iv->nh, sh % iv->nh,
			    c->pred[from + i]) == at)
				bin[cell.n++] = c->err[from + i];
		tp_stat_sort(bin, cell.n);
		set_cell(iv, at, cell.n >= ENOUGH ? &cell :
		    n >= ENOUGH ? &all : wide);
	}
	free(tmp);
	free(bin);
}

void
tp_intervals_fit(struct tp_intervals *iv, const struct tp_calibration *c,
    double alpha)
{
	struct pool	wide;
	size_t		s, h;

	make(iv, c->nseg, c->nh, alpha);
	for (h = 0; h < c->nh; h++) {
		pool_horizon(c, h, &wide);
		for (s = 0; s < c->nseg; s++)
			fit_cells(iv, c, s * c->nh + h, &wide);
		free(wide.v);
	}
}

size_t
tp_intervals_cell(const struct tp_intervals *iv, size_t seg, size_t h,
    double pred)
{
	size_t		 sh = seg * iv->nh + h, b = 0, i;
	const float	*edge = iv->edge + sh * (BINS - 1);

	for (i = 0; i < BINS - 1; i++)
		b += pred >= (double)edge[i];
	return sh * BINS + b;
}

bool
tp_intervals_get(const struct tp_intervals *iv, size_t cell, double *lo,
    double *hi)
{
	*lo = (double)iv->lo[cell];
	*hi = (double)iv->hi[cell];
	return *lo <= *hi;
}

double
tp_intervals_width(const struct tp_intervals *iv, size_t seg, size_t h)
{
	size_t	at = (seg * iv->nh + h) * BINS, b;
	double	sum = 0, lo, hi;

	for (b = 0; b < BINS; b++)
		if (tp_intervals_get(iv, at + b, &lo, &hi))
			sum += hi - lo;
	return sum / BINS;
}

/* The share of errors below e. */
static double
below(const float *q, double e)
{
	size_t	lo = 0, hi = PROBS - 1, mid;

	if (!(e > (double)q[0]))
		return 0;
	if (e >= (double)q[PROBS - 1])
		return 1;
	while (hi - lo > 1) {
		mid = (lo + hi) / 2;
		if ((double)q[mid] <= e)
			lo = mid;
		else
			hi = mid;
	}
	if (!(q[hi] > q[lo]))
		return prob[lo];
	return prob[lo] + (prob[hi] - prob[lo]) *
	    (e - (double)q[lo]) / ((double)q[hi] - (double)q[lo]);
}

double
tp_intervals_prob(const struct tp_intervals *iv, size_t cell, double pred,
    double from, double to)
{
	const float	*q = iv->err + cell * PROBS;
	double		 p = below(q, to - pred) - below(q, from - pred);

	return p > 0 ? p : 0;
}

void
tp_intervals_save(const struct tp_intervals *iv, struct tp_buf *b)
{
	size_t	n = iv->nseg * iv->nh;

	tp_pack_f32(b, iv->edge, n * (BINS - 1));
	tp_pack_f32(b, iv->lo, n * BINS);
	tp_pack_f32(b, iv->hi, n * BINS);
	tp_pack_f32(b, iv->err, n * BINS * PROBS);
}

int
tp_intervals_load(struct tp_intervals *iv, size_t nseg, size_t nh,
    double alpha, const char *p, size_t n, struct tp_err *e)
{
	struct tp_unpack	u = { p, n, false };
	size_t			c = nseg * nh;

	if (n != 4 * c * (BINS - 1 + 2 * BINS + BINS * PROBS))
		return tp_err_set(e, TP_EXIT_DATA,
		    "intervals have the wrong size");
	make(iv, nseg, nh, alpha);
	tp_unpack_f32(&u, iv->edge, c * (BINS - 1));
	tp_unpack_f32(&u, iv->lo, c * BINS);
	tp_unpack_f32(&u, iv->hi, c * BINS);
	tp_unpack_f32(&u, iv->err, c * BINS * PROBS);
	if (tp_unpack_done(&u))
		return 0;
	tp_intervals_release(iv);
	return tp_err_set(e, TP_EXIT_DATA,
	    "intervals hold a number that is not finite");
}
