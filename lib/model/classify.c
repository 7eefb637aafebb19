/*
 * Congestion levels by boosted trees: for each horizon the probabilities of
 * five classes of speed as a share of the free-flow speed.  The forecast is
 * the mean of the classes' speeds, weighted by these, but no further than the
 * limits of the likeliest class, so that its level is that class.
 */
#include <math.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/rng.h"
#include "model/model.h"
#include "model/panel.h"
#include "model/treerows.h"
#include "num/parallel.h"

#define LANES	TP_TREES_LANES
#define K	5		/* classes, 0: free flow */
#define ROUNDS	80
#define SAMPLE	0.5		/* of the rows, for each round */
#define BINS	128
#define INSIDE	0.002		/* of a class's limits: forecasts are rounded */

/* The limits of the levels by ratio, see tp-record(5). */
static const double	limits[K + 1] = { INFINITY, .8, .6, .4, .2, 0 };

struct classify {
	struct tp_treeinput in;
	struct tp_trees	 trees[TP_MODEL_HORIZONS];	/* K a round */
	float		*free_flow;	/* nseg */
	float		*mean;		/* nseg x K: of the class's speeds */
};

static int
class_of(const struct classify *m, size_t seg, double speed)
{
	int	k = 0;

	while (k < K - 1 && !(speed >= limits[k + 1] *
	    (double)m->free_flow[seg]))
		k++;
	return k;
}

static void
release(void *st)
{
	struct classify	*m = st;
	size_t		 h;

	tp_treeinput_release(&m->in);
	for (h = 0; h < TP_MODEL_HORIZONS; h++)
		tp_trees_release(&m->trees[h]);
	free(m->free_flow);
	free(m->mean);
	free(m);
}

/* Probabilities of the classes, of LANES rows; x as for tp_trees_sum(). */
static void
probabilities(const struct tp_trees *t, size_t ntree, const float *x,
    double p[LANES][K])
{
	float	sum[LANES];
	double	all;
	size_t	i, k;

	for (k = 0; k < K; k++) {
		memset(sum, 0, sizeof(sum));
		tp_trees_sum(t, k, ntree, K, x, sum);
		for (i = 0; i < LANES; i++)
			p[i][k] = exp((double)sum[i]);
	}
	for (i = 0; i < LANES; i++) {
		for (all = 0, k = 0; k < K; k++)
			all += p[i][k];
		for (k = 0; k < K; k++)
			p[i][k] = all > 0 && all < INFINITY ? p[i][k] / all :
			    1.0 / K;
	}
}

static double
speed_of(const struct classify *m, size_t seg, const double *p)
{
	double	v = 0, ff = (double)m->free_flow[seg];
	size_t	k, best = 0;

	for (k = 0; k < K; k++) {
		v += p[k] * (double)m->mean[seg * K + k];
		best = p[k] > p[best] ? k : best;
	}
	if (best > 0 && v > limits[best] * ff - INSIDE)
		v = limits[best] * ff - INSIDE;
	if (v < limits[best + 1] * ff + INSIDE)
		v = limits[best + 1] * ff + INSIDE;
	return v > 0 ? v : 0;
}

static void
predict(const void *st, const struct tp_ask *a, double *out)
{
	const struct classify	*m = st;
	size_t			 nin = m->in.nin, nh = m->in.nh, i, j, h, n;
	float			*rows = tp_calloc(a->n * nin, sizeof(*rows));
	float			*x = tp_calloc((nin + 1) * LANES, sizeof(*x));
	double			*base = tp_calloc(a->n, sizeof(*base));
	double			 p[LANES][K];

	tp_treeinput_rows(&m->in, a, rows, base);
	for (i = 0; i < a->n; i += LANES) {
		n = a->n - i < LANES ? a->n - i : LANES;
		tp_trees_columns(rows + i * nin, n, nin, x);
		for (h = 0; h < nh; h++) {
			probabilities(&m->trees[h], m->trees[h].n, x, p);
			for (j = 0; j < n; j++)
				out[(i + j) * nh + h] =
				    speed_of(m, a->seg[i + j], p[j]);
		}
	}
	free(rows);
	free(x);
	free(base);
}

struct fitting {
	struct classify		*m;
	const struct tp_panel	*p;
	struct tp_treerows	 rows;
	struct tp_xgb		 xgb;
	float			*g, *h;		/* n x K */
	int8_t			*class;		/* of the target; -1: none */
};

/* Mean speed of each class; of one never seen, the middle of its limits. */
static void
learn_speeds(struct fitting *f)
{
	struct classify	*m = f->m;
	size_t		 nseg = m->in.nseg, i, at, end = tp_panel_part(f->p, 1);
	double		*sum = tp_calloc(nseg * K + 1, sizeof(*sum));
	double		*n = tp_calloc(nseg * K + 1, sizeof(*n));

	m->free_flow = tp_profile_free_flow(f->p);
	m->mean = tp_calloc(nseg * K + 1, sizeof(*m->mean));
	for (i = 0; i < end; i++) {
		if (isnan(f->p->now[i]))
			continue;
		at = f->p->seg[i] * K + (size_t)class_of(m, f->p->seg[i],
		    f->p->now[i]);
		sum[at] += f->p->now[i];
		n[at]++;
	}
	for (at = 0; at < nseg * K; at++) {
		size_t	k = at % K;

		m->mean[at] = (float)(n[at] > 0 ? sum[at] / n[at] :
		    (double)m->free_flow[at / K] * (k == 0 ? 1 :
		    (limits[k] + limits[k + 1]) / 2));
	}
	free(sum);
	free(n);
}

/* The derivatives of the logarithmic loss (softmax) for the rows drawn. */
static void
derive(struct fitting *f, const float *margin, struct tp_rng *rng)
{
	uint64_t	limit = (uint64_t)(SAMPLE * 0x1p53);
	double		p[K], all;
	size_t		i, k;

	memset(f->g, 0, f->rows.n * K * sizeof(*f->g));
	memset(f->h, 0, f->rows.n * K * sizeof(*f->h));
	for (i = 0; i < f->rows.n; i++) {
		if (tp_rng_next(rng) >> 11 >= limit || f->class[i] < 0)
			continue;
		for (all = 0, k = 0; k < K; k++) {
			p[k] = margin == NULL ? 1 :
			    exp((double)margin[i * K + k]);
			all += p[k];
		}
		for (k = 0; k < K; k++) {
			p[k] /= all;
			f->g[i * K + k] = tp_xgb_exact((float)(p[k] -
			    (k == (size_t)f->class[i])));
			f->h[i * K + k] = tp_xgb_exact((float)(2 * p[k] *
			    (1 - p[k])));
		}
	}
}

static int
grow(struct fitting *f, size_t h, const struct tp_model_opts *o,
    struct tp_err *e)
{
	struct tp_xgb_opts	 x = {
		.depth = 6, .eta = 0.2, .lambda = 1, .least = 5,
		.columns = 0.8, .groups = K,
		.seed = o->seed * TP_MODEL_HORIZONS + h,
	};
	int			 n = ROUNDS, i;
	const float		*margin = NULL;
	struct tp_rng		 rng;
	size_t			 r, nh = f->m->in.nh;

	for (r = 0; r < f->rows.n; r++) {
		size_t	at = f->rows.first + r;
		double	y = f->p->y[at * nh + h];

		f->class[r] = isnan(y) ? -1 :
		    (int8_t)class_of(f->m, f->p->seg[at], y);
	}
	if (o->epochs > 0 && o->epochs < n)
		n = o->epochs;
	tp_rng_init(&rng, x.seed);
	if (tp_xgb_start(&f->xgb, &x, e) != 0)
		return -1;
	for (i = 0; i < n; i++) {
		if (i > 0 && (margin = tp_xgb_margins(&f->xgb, e)) == NULL)
			return -1;
		derive(f, margin, &rng);
		if (tp_xgb_round(&f->xgb, f->g, f->h, e) != 0)
			return -1;
		if (o->watch != NULL && o->watch->progress != NULL)
			o->watch->progress(o->watch->arg,
			    h * (size_t)n + (size_t)i + 1, nh * (size_t)n);
	}
	return tp_xgb_trees(&f->xgb, &f->m->trees[h], e);
}

static int
fit_all(struct fitting *f, const struct tp_model_opts *o, struct tp_err *e)
{
	struct tp_xgb_rows	r;
	int			threads = o->threads;
	size_t			h;

	if (tp_xgb_open(&f->xgb, e) != 0 ||
	    tp_treeinput_init(&f->m->in, &f->p->shape, e) != 0)
		return -1;
	tp_treeinput_fit(&f->m->in, f->p, threads);
	tp_treerows_init(&f->rows, f->p, &f->m->in, 0);
	learn_speeds(f);
	f->g = tp_calloc(f->rows.n * K + 1, sizeof(*f->g));
	f->h = tp_calloc(f->rows.n * K + 1, sizeof(*f->h));
	f->class = tp_calloc(f->rows.n + 1, sizeof(*f->class));
	r = (struct tp_xgb_rows){ f->rows.n, f->m->in.nin, tp_treerows_fill,
	    &f->rows };
	if (threads < 1)
		threads = (int)sysconf(_SC_NPROCESSORS_ONLN);
	if (tp_xgb_data(&f->xgb, &r, BINS, threads, e) != 0)
		return -1;
	for (h = 0; h < f->m->in.nh; h++)
		if (grow(f, h, o, e) != 0)
			return -1;
	return 0;
}

static void *
fit(const struct tp_panel *p, const struct tp_model_opts *o,
    struct tp_err *e)
{
	struct fitting	f = { .p = p };
	int		rc;

	f.m = tp_calloc(1, sizeof(*f.m));
	rc = fit_all(&f, o, e);
	tp_xgb_close(&f.xgb);
	tp_treerows_release(&f.rows);
	free(f.g);
	free(f.h);
	free(f.class);
	if (rc == 0)
		return f.m;
	release(f.m);
	return NULL;
}

static void
save(const void *st, struct tp_buf *b)
{
	const struct classify	*m = st;
	size_t			 h;

	tp_treeinput_save(&m->in, b);
	tp_pack_f32(b, m->free_flow, m->in.nseg);
	tp_pack_f32(b, m->mean, m->in.nseg * K);
	for (h = 0; h < m->in.nh; h++)
		tp_trees_save(&m->trees[h], b);
}

static void *
load(const char *p, size_t n, const struct tp_shape *s, struct tp_err *e)
{
	struct classify		*m = tp_calloc(1, sizeof(*m));
	struct tp_unpack	 u = { p, n, false };
	size_t			 h;
	int			 rc;

	rc = tp_treeinput_init(&m->in, s, e);
	if (rc == 0)
		rc = tp_treeinput_load(&m->in, &u, e);
	if (rc == 0) {
		m->free_flow = tp_calloc(s->nseg + 1, sizeof(*m->free_flow));
		m->mean = tp_calloc(s->nseg * K + 1, sizeof(*m->mean));
		tp_unpack_f32(&u, m->free_flow, s->nseg);
		tp_unpack_f32(&u, m->mean, s->nseg * K);
	}
	for (h = 0; h < s->nh && rc == 0; h++) {
		rc = tp_trees_load(&m->trees[h], m->in.nin, &u, e);
		if (rc == 0 && m->trees[h].n % K != 0)
			rc = tp_err_set(e, TP_EXIT_DATA, "a class lacks a "
			    "tree");
	}
	if (rc == 0 && !tp_unpack_done(&u))
		rc = tp_err_set(e, TP_EXIT_DATA, "state has the wrong size");
	if (rc == 0)
		return m;
	release(m);
	return NULL;
}

const struct tp_model_kind tp_model_classify = {
	"classify", "congestion levels by boosted trees", tp_treeinput_wants,
	fit, predict, save, load, release,
};
