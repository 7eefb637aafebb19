/* How models of trees grow. */
#include <math.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/rng.h"
#include "model/treemodel.h"
#include "model/treerows.h"
#include "num/parallel.h"
#include "num/stat.h"

#define LANES	TP_TREES_LANES
#define BINS	128
#define BLOCK	4096		/* rows made at once; a multiple of LANES */
#define HELD	((size_t)1 << 26)	/* leaves kept at once */

struct fitting {
	const struct tp_treeplan *plan;
	const struct tp_model_opts *o;
	struct tp_treemodel	*m;
	const struct tp_panel	*p;
	/* of the train part; where several processes train, this one's */
	struct tp_treerows	 rows;
	size_t			 before, all;	/* of others, of everybody */
	struct tp_xgb		 xgb;
	double			*base;	/* of each row */
	float			*y;	/* target less base, of one horizon */
	float			*g, *h;	/* derivatives */
};

/* Where each row starts from; the rows are made once for it. */
static void
find_base(struct fitting *f)
{
	size_t	 nin = f->m->in.nin, i, n;
	float	*x = tp_calloc(BLOCK * nin, sizeof(*x));

	f->base = tp_calloc(f->rows.n + 1, sizeof(*f->base));
	for (i = 0; i < f->rows.n; i += n)
		n = tp_treerows_read(&f->rows, i, BLOCK, x, f->base + i);
	free(x);
}

static void
set_target(struct fitting *f, size_t h)
{
	size_t	nh = f->m->in.nh, i;

	for (i = 0; i < f->rows.n; i++)
		f->y[i] = (float)(f->p->y[(f->rows.first + i) * nh + h] -
		    f->base[i]);
}

/*
 * The derivatives of the loss for the rows that this round draws and that
 * have a target; all others weigh nothing.  What is drawn does not depend on
 * who has which rows.  Pseudo-Huber with knee d: r /
 * sqrt(1 + (r / d)^2), and as the second one that which makes a step the
 * weighted mean of iteratively reweighted least squares.
 */
static void
derive(struct fitting *f, const float *margin, struct tp_rng *rng)
{
	uint64_t	limit = (uint64_t)(f->plan->sample * 0x1p53);
	float		k = f->plan->knee > 0 ? (float)(1 / f->plan->knee) : 0;
	float		r, w;
	size_t		i;

	for (i = 0; i < f->before; i++)
		tp_rng_next(rng);
	for (i = 0; i < f->rows.n; i++) {
		f->g[i] = f->h[i] = 0;
		if (tp_rng_next(rng) >> 11 >= limit || isnan(f->y[i]))
			continue;
		r = (margin != NULL ? margin[i] : 0) - f->y[i];
		w = 1 / sqrtf(1 + r * k * (r * k));
		f->g[i] = tp_xgb_exact(r * w);
		f->h[i] = tp_xgb_exact(w);
	}
	for (i += f->before; i < f->all; i++)
		tp_rng_next(rng);
}

static int
rounds(const struct fitting *f)
{
	int	n = f->plan->rounds;

	return f->o->epochs > 0 && f->o->epochs < n ? f->o->epochs : n;
}

/* Grows the trees of one horizon. */
static int
grow(struct fitting *f, size_t h, struct tp_err *e)
{
	const struct tp_treeplan	*plan = f->plan;
	struct tp_xgb_opts		 o = {
		.depth = plan->depth, .eta = plan->eta,
		.lambda = plan->lambda, .least = plan->least,
		.columns = plan->columns, .per_split = plan->per_split,
		.groups = 1,
		.seed = f->o->seed * TP_MODEL_HORIZONS + h,
	};
	struct tp_rng			 rng;
	const float			*margin = NULL;
	int				 n = rounds(f), i;

	tp_rng_init(&rng, o.seed);
	if (tp_xgb_start(&f->xgb, &o, e) != 0)
		return -1;
	for (i = 0; i < n; i++) {
		if (plan->knee > 0 && i > 0) {
			margin = tp_xgb_margins(&f->xgb, e);
			if (margin == NULL)
				return -1;
		}
		derive(f, margin, &rng);
		if (tp_xgb_round(&f->xgb, f->g, f->h, e) != 0)
			return -1;
		if (f->o->watch != NULL && f->o->watch->progress != NULL)
			f->o->watch->progress(f->o->watch->arg,
			    h * (size_t)n + (size_t)i + 1,
			    f->m->in.nh * (size_t)n);
	}
	return tp_xgb_trees(&f->xgb, &f->m->trees[h], e);
}

/* Where the rows of the train part end up, in `n` trees from number `from`. */
struct leaves {
	struct fitting	*f;
	struct tp_trees	*t;
	size_t		 from, n;
	uint32_t	*leaf;		/* n x rows */
};

static void
find_leaves(struct leaves *l)
{
	struct tp_treerows	*r = &l->f->rows;
	size_t			 nin = l->t->ncol, i, k, b, n;
	float			*rows = tp_calloc(BLOCK * nin, sizeof(*rows));
	uint32_t		*x = tp_calloc((nin + 1) * LANES, sizeof(*x));
	uint32_t		 leaf[LANES];

	for (i = 0; i < r->n; i += n) {
		n = tp_treerows_read(r, i, BLOCK, rows, NULL);
		for (b = 0; b < n; b += LANES) {
			size_t	some = n - b < LANES ? n - b : LANES;

			tp_trees_columns(rows + b * nin, some, nin, x);
			for (k = 0; k < l->n; k++) {
				tp_trees_leaves(l->t, l->from + k, x, leaf);
				memcpy(l->leaf + k * r->n + i + b, leaf,
				    some * sizeof(*leaf));
			}
		}
	}
	free(rows);
	free(x);
}

/* Gives each leaf of one tree the median of its rows, over all trees. */
static void
set_medians(void *arg, size_t k)
{
	struct leaves	*l = arg;
	struct fitting	*f = l->f;
	size_t		 tree = l->from + k, n0 = l->t->root[tree];
	size_t		 nn = l->t->root[tree + 1] - n0, i, n = f->rows.n;
	const uint32_t	*leaf = l->leaf + k * n;
	size_t		*at = tp_calloc(nn + 2, sizeof(*at));
	double		*v = tp_calloc(n + 1, sizeof(*v)), median;

	for (i = 0; i < n; i++)
		if (!isnan(f->y[i]))
			at[leaf[i] - n0 + 2]++;
	for (i = 2; i < nn + 2; i++)
		at[i] += at[i - 1];
	for (i = 0; i < n; i++)
		if (!isnan(f->y[i]))
			v[at[leaf[i] - n0 + 1]++] = (double)f->y[i];
	for (i = 0; i < nn; i++) {
		if (l->t->node[n0 + i].step != 0 || at[i + 1] == at[i])
			continue;
		tp_stat_sort(v + at[i], at[i + 1] - at[i]);
		median = tp_stat_quantile(v + at[i], at[i + 1] - at[i], 0.5);
		l->t->node[n0 + i].key = tp_tree_key((float)(median /
		    (double)l->t->n));
	}
	free(at);
	free(v);
}

static void
use_medians(struct fitting *f, size_t h)
{
	struct tp_trees	*t = &f->m->trees[h];
	struct leaves	 l = { f, t, 0, 0, NULL };
	size_t		 most = HELD / (f->rows.n + 1) + 1;

	l.leaf = tp_calloc((most < t->n ? most : t->n) * f->rows.n + 1,
	    sizeof(*l.leaf));
	for (l.from = 0; l.from < t->n; l.from += l.n) {
		l.n = t->n - l.from < most ? t->n - l.from : most;
		find_leaves(&l);
		tp_parallel(f->o->threads, l.n, set_medians, &l);
	}
	free(l.leaf);
}

/*
 * Keeps as many of the boosted trees as forecast the validation part best.
 */
static void
stop_early(void *arg, size_t h)
{
	struct fitting		*f = arg;
	struct tp_trees		*t = &f->m->trees[h];
	struct tp_treerows	 r;
	size_t			 nin = t->ncol, nh = f->m->in.nh;
	float			*rows = tp_calloc(LANES * nin, sizeof(*rows));
	uint32_t		*x = tp_calloc((nin + 1) * LANES, sizeof(*x));
	float			 sum[LANES];
	double			*err = tp_calloc(t->n + 1, sizeof(*err));
	double			 base[LANES];
	size_t			 i, j, k, n, best = 0;

	tp_treerows_init(&r, f->p, &f->m->in, 1);
	for (i = 0; i < r.n; i += n) {
		n = tp_treerows_read(&r, i, LANES, rows, base);
		tp_trees_columns(rows, n, nin, x);
		memset(sum, 0, sizeof(sum));
		for (k = 0; k <= t->n; k++) {
			for (j = 0; j < n; j++) {
				double	y = f->p->y[(r.first + i + j) * nh + h];

				if (!isnan(y))
					err[k] += fabs(base[j] +
					    (double)sum[j] - y);
			}
			if (k < t->n)
				tp_trees_sum(t, k, k + 1, 1, x, 1, sum);
		}
	}
	for (k = 0; k <= t->n; k++)
		if (err[k] < err[best])
			best = k;
	tp_trees_cut(t, best);
	tp_treerows_release(&r);
	free(rows);
	free(x);
	free(err);
}

static int
fit_all(struct fitting *f, struct tp_err *e)
{
	struct tp_xgb_rows	 r = { f->rows.n, f->m->in.nin,
				    tp_treerows_fill, &f->rows };
	int			 threads = f->o->threads;
	size_t			 h;

	if (threads < 1)
		threads = (int)sysconf(_SC_NPROCESSORS_ONLN);
	if (tp_xgb_data(&f->xgb, &r, BINS, threads, e) != 0)
		return -1;
	find_base(f);
	f->y = tp_calloc(f->rows.n + 1, sizeof(*f->y));
	f->g = tp_calloc(f->rows.n + 1, sizeof(*f->g));
	f->h = tp_calloc(f->rows.n + 1, sizeof(*f->h));
	for (h = 0; h < f->m->in.nh; h++) {
		set_target(f, h);
		if (grow(f, h, e) != 0)
			return -1;
		if (f->plan->knee <= 0)
			use_medians(f, h);
	}
	if (f->plan->knee > 0)
		tp_parallel(f->o->threads, f->m->in.nh, stop_early, f);
	return 0;
}

/* Row number `at` of the train part, or the first one of its step. */
static size_t
step_of(const struct fitting *f, size_t at)
{
	const uint32_t	*step = f->p->step + f->rows.first;

	while (at > 0 && at < f->all && step[at - 1] == step[at])
		at--;
	return at;
}

/* The train part, or of several processes this one's share, whole steps. */
static void
take_rows(struct fitting *f)
{
	size_t	rank = (size_t)f->xgb.rank, ranks = (size_t)f->xgb.ranks;

	tp_treerows_init(&f->rows, f->p, &f->m->in, 0);
	f->all = f->rows.n;
	f->before = step_of(f, f->all / ranks * rank);
	f->rows.n = (rank + 1 == ranks ? f->all :
	    step_of(f, f->all / ranks * (rank + 1))) - f->before;
	f->rows.first += f->before;
}

void *
tp_treemodel_fit(const struct tp_treeplan *plan, const struct tp_panel *p,
    const struct tp_model_opts *o, struct tp_err *e)
{
	struct fitting	f = { .plan = plan, .o = o, .p = p };
	int		rc;

	f.m = tp_calloc(1, sizeof(*f.m));
	rc = tp_xgb_open(&f.xgb, e);
	if (rc == 0 && o->tracker != NULL)
		rc = tp_xgb_join(&f.xgb, o->tracker, e);
	if (rc == 0)
		rc = tp_treeinput_init(&f.m->in, &p->shape, e);
	if (rc == 0) {
		tp_treeinput_fit(&f.m->in, p, o->threads);
		take_rows(&f);
		rc = fit_all(&f, e);
	}
	tp_xgb_close(&f.xgb);
	tp_treerows_release(&f.rows);
	free(f.base);
	free(f.y);
	free(f.g);
	free(f.h);
	if (rc == 0)
		return f.m;
	tp_treemodel_free(f.m);
	return NULL;
}
