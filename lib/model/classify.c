/*
 * Classes of speed by trees: for each horizon the probabilities of the
 * classes, by boosting or as the mean of a forest.  The forecast is the mean
 * of the classes' speeds, weighted by these, but no further than the limits of
 * the likeliest class, so that its class is that one.
 */
#include <math.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/rng.h"
#include "model/formula.h"
#include "model/leafshare.h"
#include "model/panel.h"
#include "model/treerows.h"

#define LANES	TP_TREES_LANES
#define BLOCK	(LANES * TP_TREES_GROUPS)
#define CLASSES	TP_CLASSES
#define ROUNDS	80		/* of boosting */
#define TREES	60		/* of a forest */
#define SAMPLE	0.5		/* of the rows, for each round */
#define BINS	128
#define INSIDE	0.002		/* of a class's limits: forecasts are rounded */

struct classify {
	struct tp_treeinput in;
	struct tp_classes classes;	/* their names are not kept */
	bool		 forest;
	bool		 alike;	/* the trees of a round, but for their leaves */
	struct tp_trees	 trees[TP_MODEL_HORIZONS];	/* K a round */
	float		*free_flow;	/* nseg */
	float		*mean;		/* nseg x k: of the class's speeds */
};

static size_t
count(const struct classify *m)
{
	return (size_t)m->classes.n;
}

/* The least speed of class k. */
static double
limit(const struct classify *m, size_t seg, size_t k)
{
	return m->classes.limit[k] * (m->classes.ratio ?
	    (double)m->free_flow[seg] : 1);
}

static int
class_of(const struct classify *m, size_t seg, double speed)
{
	return tp_class_of(&m->classes, speed, (double)m->free_flow[seg]);
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

/* Finds out whether one walk serves the trees of all classes. */
static void
find_alike(struct classify *m)
{
	size_t	h;

	m->alike = true;
	for (h = 0; h < m->in.nh && m->alike; h++)
		m->alike = tp_trees_alike(&m->trees[h], count(m));
}

/* Probabilities of the classes, of so many rows; x as for tp_trees_sum(). */
static void
probabilities(const struct classify *m, const struct tp_trees *t,
    const uint32_t *x, size_t rows, double p[BLOCK][CLASSES])
{
	float	sum[CLASSES * BLOCK] = { 0 }, v;
	double	all;
	size_t	i, k, n = count(m), groups = (rows + LANES - 1) / LANES;

	if (m->alike)
		tp_trees_sums(t, n, x, groups, sum);
	for (k = 0; k < n && !m->alike; k++)
		tp_trees_sum(t, k, t->n, n, x, groups,
		    sum + k * groups * LANES);
	for (k = 0; k < n; k++)
		for (i = 0; i < rows; i++) {
			v = sum[k * groups * LANES + i];
			p[i][k] = m->forest ? fmax(0, (double)v) :
			    exp((double)v);
		}
	for (i = 0; i < rows; i++) {
		for (all = 0, k = 0; k < n; k++)
			all += p[i][k];
		for (k = 0; k < n; k++)
			p[i][k] = all > 0 && all < INFINITY ? p[i][k] / all :
			    1.0 / (double)n;
	}
}

static double
speed_of(const struct classify *m, size_t seg, const double *p)
{
	size_t	k, n = count(m), best = 0;
	double	v = 0;

	for (k = 0; k < n; k++) {
		v += p[k] * (double)m->mean[seg * n + k];
		best = p[k] > p[best] ? k : best;
	}
	if (best > 0 && v > limit(m, seg, best - 1) - INSIDE)
		v = limit(m, seg, best - 1) - INSIDE;
	if (v < limit(m, seg, best) + INSIDE)
		v = limit(m, seg, best) + INSIDE;
	return v > 0 ? v : 0;
}

void
tp_classify_probabilities(const void *st, const struct tp_ask *a, double *p)
{
	const struct classify	*m = st;
	size_t			 nin = m->in.nin, nh = m->in.nh, i, j, h, n;
	size_t			 size = count(m) * sizeof(*p);
	float			*rows = tp_calloc(a->n * nin, sizeof(*rows));
	uint32_t		*x = tp_calloc((nin + 1) * BLOCK, sizeof(*x));
	double			*base = tp_calloc(a->n, sizeof(*base));
	double			 block[BLOCK][CLASSES];

	tp_treeinput_rows(&m->in, a, rows, base);
	for (i = 0; i < a->n; i += BLOCK) {
		n = a->n - i < BLOCK ? a->n - i : BLOCK;
		tp_trees_columns(rows + i * nin, n, nin, x);
		for (h = 0; h < nh; h++) {
			probabilities(m, &m->trees[h], x, n, block);
			for (j = 0; j < n; j++)
				memcpy(p + ((i + j) * nh + h) * count(m),
				    block[j], size);
		}
	}
	free(rows);
	free(x);
	free(base);
}

static void
predict(const void *st, const struct tp_ask *a, double *out)
{
	const struct classify	*m = st;
	size_t			 nh = m->in.nh, n = a->n * nh, i;
	double			*p = tp_calloc(n * count(m) + 1, sizeof(*p));

	tp_classify_probabilities(m, a, p);
	for (i = 0; i < n; i++)
		out[i] = speed_of(m, a->seg[i / nh], p + i * count(m));
	free(p);
}

void
tp_classify_formula(const void *st, const struct tp_modelfile *m,
    struct tp_formula *f)
{
	const struct classify	*t = st;
	struct tp_shape		 s = tp_modelfile_shape(m);

	tp_formula_room(f, &s, t->in.nin);
	f->form = TP_FORMULA_CLASSES;
	f->trees = t->trees;
	f->nclass = count(t);
	f->shares = t->forest;
	tp_treeinput_names(&t->in, m, f->name);
}

size_t
tp_classify_count(const void *st)
{
	const struct classify	*m = st;

	return m->in.nin;
}

void
tp_classify_inputs(const void *st, const struct tp_ask *a, double *x)
{
	const struct classify	*m = st;
	size_t			 n = a->n * m->in.nin, i;
	float			*rows = tp_calloc(n + 1, sizeof(*rows));
	double			*base = tp_calloc(a->n + 1, sizeof(*base));

	tp_treeinput_rows(&m->in, a, rows, base);
	for (i = 0; i < n; i++)
		x[i] = (double)rows[i];
	free(rows);
	free(base);
}

struct fitting {
	struct classify		*m;
	const struct tp_panel	*p;
	struct tp_treerows	 rows;
	struct tp_xgb		 xgb;
	float			*g, *h;		/* n x classes */
	int8_t			*class;		/* of the target; -1: none */
};

/* Mean speed of each class; of one never seen, the middle of its limits. */
static void
learn_speeds(struct fitting *f)
{
	struct classify	*m = f->m;
	size_t		 nseg = m->in.nseg, n = count(m), i, at, k;
	size_t		 end = tp_panel_part(f->p, 1);
	double		*sum = tp_calloc(nseg * n + 1, sizeof(*sum));
	double		*seen = tp_calloc(nseg * n + 1, sizeof(*seen));
	double		 top;

	m->free_flow = tp_profile_free_flow(f->p);
	m->mean = tp_calloc(nseg * n + 1, sizeof(*m->mean));
	for (i = 0; i < end; i++) {
		if (isnan(f->p->now[i]))
			continue;
		at = f->p->seg[i] * n + (size_t)class_of(m, f->p->seg[i],
		    f->p->now[i]);
		sum[at] += f->p->now[i];
		seen[at]++;
	}
	for (at = 0; at < nseg * n; at++) {
		k = at % n;
		top = k == 0 ? fmax((double)m->free_flow[at / n],
		    limit(m, at / n, 0)) : limit(m, at / n, k - 1);
		m->mean[at] = (float)(seen[at] > 0 ? sum[at] / seen[at] :
		    k == 0 ? top : (top + limit(m, at / n, k)) / 2);
	}
	free(sum);
	free(seen);
}

/* True for the rows that a tree is grown on. */
static bool
drawn(struct tp_rng *rng)
{
	return tp_rng_next(rng) >> 11 < (uint64_t)(SAMPLE * 0x1p53);
}

/* The derivatives of the logarithmic loss (softmax) for the rows drawn. */
static void
derive(struct fitting *f, const float *margin, struct tp_rng *rng)
{
	size_t	i, k, n = count(f->m);
	double	p[CLASSES], all;

	memset(f->g, 0, f->rows.n * n * sizeof(*f->g));
	memset(f->h, 0, f->rows.n * n * sizeof(*f->h));
	for (i = 0; i < f->rows.n; i++) {
		if (!drawn(rng) || f->class[i] < 0)
			continue;
		for (all = 0, k = 0; k < n; k++) {
			p[k] = margin == NULL ? 1 :
			    exp((double)margin[i * n + k]);
			all += p[k];
		}
		for (k = 0; k < n; k++) {
			bool	is = k == (size_t)f->class[i];

			p[k] /= all;
			f->g[i * n + k] = tp_xgb_exact((float)(p[k] - is));
			f->h[i * n + k] =
			    tp_xgb_exact((float)(2 * p[k] * (1 - p[k])));
		}
	}
}

/*
 * Those of the squared error of the share of class k, for a tree of a forest;
 * classes take turns, since the leaves of a tree tell of all.
 */
static void
derive_share(struct fitting *f, size_t k, struct tp_rng *rng)
{
	size_t	i;
	bool	in;

	for (i = 0; i < f->rows.n; i++) {
		in = drawn(rng) && f->class[i] >= 0;
		f->g[i] = in && (size_t)f->class[i] == k ? -1 : 0;
		f->h[i] = in;
	}
}

/* The class of each row's target. */
static void
set_classes(struct fitting *f, size_t h)
{
	size_t	r, at, nh = f->m->in.nh;
	double	y;

	for (r = 0; r < f->rows.n; r++) {
		at = f->rows.first + r;
		y = f->p->y[at * nh + h];
		f->class[r] = isnan(y) ? -1 :
		    (int8_t)class_of(f->m, f->p->seg[at], y);
	}
}

static int
grow_round(struct fitting *f, size_t round, struct tp_rng *rng,
    struct tp_err *e)
{
	const float	*margin = NULL;

	if (f->m->forest) {
		derive_share(f, round % count(f->m), rng);
	} else {
		if (round > 0 &&
		    (margin = tp_xgb_margins(&f->xgb, e)) == NULL)
			return -1;
		derive(f, margin, rng);
	}
	return tp_xgb_round(&f->xgb, f->g, f->h, e);
}

/* The trees that were grown, as those of horizon h. */
static int
take_trees(struct fitting *f, size_t h, struct tp_err *e)
{
	struct tp_trees	*to = &f->m->trees[h], t = { 0 };
	int		 rc;

	if (!f->m->forest)
		return tp_xgb_trees(&f->xgb, to, e);
	rc = tp_xgb_trees(&f->xgb, &t, e);
	if (rc == 0 && tp_leafshare_trees(&t, &f->rows, f->class,
	    count(f->m), to) != 0)
		rc = tp_err_set(e, TP_EXIT_DATA, "too many trees");
	tp_trees_release(&t);
	return rc;
}

static int
grow(struct fitting *f, size_t h, const struct tp_model_opts *o,
    struct tp_err *e)
{
	bool			 forest = f->m->forest;
	int			 n = forest ? TREES : ROUNDS, i;
	struct tp_rng		 rng;
	size_t			 nh = f->m->in.nh;
	struct tp_xgb_opts	 x = {
		.depth = 6, .eta = 0.2, .lambda = 1, .least = 5,
		.columns = 0.8, .groups = count(f->m),
		.seed = o->seed * TP_MODEL_HORIZONS + h,
	};

	set_classes(f, h);
	if (o->epochs > 0 && o->epochs < n)
		n = o->epochs;
	if (forest) {
		x.depth = 12;
		x.eta = 1.0 / n;
		x.least = 10;
		x.columns = 1;
		x.per_split = 0.4;
		x.groups = 1;
	}
	tp_rng_init(&rng, x.seed);
	if (tp_xgb_start(&f->xgb, &x, e) != 0)
		return -1;
	for (i = 0; i < n; i++) {
		if (grow_round(f, (size_t)i, &rng, e) != 0)
			return -1;
		if (o->watch != NULL && o->watch->progress != NULL)
			o->watch->progress(o->watch->arg,
			    h * (size_t)n + (size_t)i + 1, nh * (size_t)n);
	}
	return take_trees(f, h, e);
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
	f->g = tp_calloc(f->rows.n * count(f->m) + 1, sizeof(*f->g));
	f->h = tp_calloc(f->rows.n * count(f->m) + 1, sizeof(*f->h));
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
	f.m->classes = o->classes != NULL ? *o->classes : tp_classes_levels;
	f.m->forest = o->forest;
	rc = fit_all(&f, o, e);
	tp_xgb_close(&f.xgb);
	tp_treerows_release(&f.rows);
	free(f.g);
	free(f.h);
	free(f.class);
	if (rc == 0) {
		find_alike(f.m);
		return f.m;
	}
	release(f.m);
	return NULL;
}

static void
save(const void *st, struct tp_buf *b)
{
	const struct classify	*m = st;
	size_t			 h;

	tp_pack_u32(b, (uint32_t)m->classes.n);
	tp_pack_u32(b, (uint32_t)m->classes.ratio | (uint32_t)m->forest << 1);
	tp_pack_f64(b, m->classes.limit, count(m));
	tp_treeinput_save(&m->in, b);
	tp_pack_f32(b, m->free_flow, m->in.nseg);
	tp_pack_f32(b, m->mean, m->in.nseg * count(m));
	for (h = 0; h < m->in.nh; h++)
		tp_trees_save(&m->trees[h], b);
}

static int
load_classes(struct classify *m, struct tp_unpack *u, struct tp_err *e)
{
	struct tp_classes	*c = &m->classes;
	uint32_t		 n = tp_unpack_u32(u), bits = tp_unpack_u32(u);
	int			 k;

	if (u->bad || n < 2 || n > CLASSES || bits > 3)
		return tp_err_set(e, TP_EXIT_DATA, "state has no classes");
	c->n = (int)n;
	c->ratio = (bits & 1) != 0;
	m->forest = (bits & 2) != 0;
	tp_unpack_f64(u, c->limit, n);
	for (k = 1; k < c->n; k++)
		if (!(c->limit[k] < c->limit[k - 1]))
			return tp_err_set(e, TP_EXIT_DATA,
			    "limits of classes do not fall");
	return 0;
}

static void *
load(const char *p, size_t n, const struct tp_shape *s, struct tp_err *e)
{
	struct classify		*m = tp_calloc(1, sizeof(*m));
	struct tp_unpack	 u = { p, n, false };
	size_t			 h, k;
	int			 rc;

	rc = load_classes(m, &u, e);
	k = count(m);
	if (rc == 0)
		rc = tp_treeinput_init(&m->in, s, e);
	if (rc == 0)
		rc = tp_treeinput_load(&m->in, &u, e);
	if (rc == 0) {
		m->free_flow = tp_calloc(s->nseg + 1, sizeof(*m->free_flow));
		m->mean = tp_calloc(s->nseg * k + 1, sizeof(*m->mean));
		tp_unpack_f32(&u, m->free_flow, s->nseg);
		tp_unpack_f32(&u, m->mean, s->nseg * k);
	}
	for (h = 0; h < s->nh && rc == 0; h++) {
		rc = tp_trees_load(&m->trees[h], m->in.nin, &u, e);
		if (rc == 0 && m->trees[h].n % k != 0)
			rc = tp_err_set(e, TP_EXIT_DATA, "a class lacks a "
			    "tree");
	}
	if (rc == 0 && !tp_unpack_done(&u))
		rc = tp_err_set(e, TP_EXIT_DATA, "state has the wrong size");
	if (rc == 0) {
		find_alike(m);
		return m;
	}
	release(m);
	return NULL;
}

const struct tp_model_kind tp_model_classify = {
	"classify", "classes of traffic by trees", tp_treeinput_wants,
	fit, predict, save, load, release,
};
