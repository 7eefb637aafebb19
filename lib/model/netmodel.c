#include "model/netmodel.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "model/column.h"
#include "model/pack.h"

#define SLOTS	288		/* the most rows by time of day */
#define RANK	10		/* of the learned graph */
#define HEAD	5		/* doubles before the arrays of a state */

bool
tp_netmodel_wants(const struct tp_netrecipe *r, const char *column)
{
	int	k = tp_column_lag(column);

	if (k < 0 && r->seen)
		k = tp_column_number(column, "lag_", "_seen");
	if (k < 0 && r->trail)
		k = tp_column_number(column, "trail_", NULL);
	if (k >= 0)
		return k < TP_NETMODEL_LAGS;
	return r->trail && tp_column_number(column, "trail_ahead_", NULL) > 0;
}

/* Finds PREFIX 0 .. SUFFIX, up to most of them; returns how many. */
static size_t
find_run(const struct tp_shape *s, const char *prefix, const char *suffix,
    size_t most, size_t *at)
{
	size_t	n = 0, c;

	while (n < most) {
		for (c = 0; c < s->ncol; c++)
			if (tp_column_number(s->names[c], prefix, suffix) ==
			    (int)n)
				break;
		if (c == s->ncol)
			break;
		at[n++] = c;
	}
	return n;
}

static void
find_columns(const struct tp_netrecipe *r, const struct tp_shape *s,
    struct tp_netcols *c)
{
	size_t	i;

	c->ncol = s->ncol;
	c->nlag = find_run(s, "lag_", NULL, TP_NETMODEL_LAGS, c->lag);
	if (r->seen && find_run(s, "lag_", "_seen", c->nlag, c->seen) ==
	    c->nlag)
		c->nseen = c->nlag;
	if (!r->trail)
		return;
	if (find_run(s, "trail_", NULL, c->nlag, c->trail) == c->nlag)
		c->ntrail = c->nlag;
	for (i = 0; i < s->ncol && c->nahead < TP_MODEL_HORIZONS; i++)
		if (tp_column_number(s->names[i], "trail_ahead_", NULL) > 0)
			c->ahead[c->nahead++] = i;
}

/* All steps up to the longest horizon, or where that is far the horizons. */
static void
choose_outputs(struct tp_netmodel *m, const struct tp_shape *s)
{
	size_t	most = 0, i, h;

	for (h = 0; h < s->nh; h++)
		if ((size_t)s->horizon[h] > most)
			most = (size_t)s->horizon[h];
	if (most <= TP_NETMODEL_DENSE) {
		m->nout = most;
		for (i = 0; i < most; i++)
			m->step[i] = i + 1;
		for (h = 0; h < s->nh; h++)
			m->pick[h] = (size_t)s->horizon[h] - 1;
		return;
	}
	m->nout = s->nh;
	for (h = 0; h < s->nh; h++) {
		m->step[h] = (size_t)s->horizon[h];
		m->pick[h] = h;
	}
}

/* A model without graph, net and weights; NULL with the error where it would
 * have no lag or too many segments. */
static struct tp_netmodel *
make(const struct tp_netrecipe *r, const struct tp_shape *s,
    struct tp_err *e)
{
	struct tp_netmodel	*m = tp_calloc(1, sizeof(*m));
	size_t			 slots = (size_t)s->slots_per_day;

	m->recipe = r;
	m->nseg = s->nseg;
	m->nh = s->nh;
	m->slots_per_day = s->slots_per_day;
	find_columns(r, s, &m->cols);
	choose_outputs(m, s);
	m->dims.nlag = m->cols.nlag;
	m->dims.nout = m->nout;
	m->dims.slots = slots < SLOTS ? slots : SLOTS;
	if (m->cols.nlag == 0)
		tp_err_set(e, TP_EXIT_DATA, "model '%s' needs columns "
		    "lag_0_*, lag_1_*, ... (tp-features --groups lag)",
		    r->name);
	else if (m->nseg > TP_NETMODEL_SEGS)
		tp_err_set(e, TP_EXIT_DATA, "model '%s' is for at most %d "
		    "segments, these are %zu", r->name, TP_NETMODEL_SEGS,
		    m->nseg);
	else
		return m;
	free(m);
	return NULL;
}

/* Both directions of the road graph: neighbours' weights, each row's sum 1. */
static void
put_road(struct tp_netmodel *m)
{
	size_t	 n = m->nseg, d, i, j;
	float	*a, sum;

	for (d = 0; d < 2; d++) {
		a = tp_calloc(n * n, sizeof(*a));
		for (i = 0; i < m->narc; i++) {
			size_t	from = m->arc[2 * i], to = m->arc[2 * i + 1];

			if (from != to)
				a[d == 0 ? from * n + to : to * n + from] +=
				    m->weight[i];
		}
		for (i = 0; i < n; i++) {
			for (sum = 0, j = 0; j < n; j++)
				sum += a[i * n + j];
			for (j = 0; j < n && sum > 0; j++)
				a[i * n + j] /= sum;
		}
		m->dims.graph[m->dims.ngraph++] = tp_net_graph(m->net, a);
		free(a);
	}
}

static void
build(struct tp_netmodel *m)
{
	const struct tp_netcols	*c = &m->cols;
	size_t			 wide = c->nahead, times = 1;

	m->net = tp_net_new(m->nseg);
	if (m->nseg > 1 && m->nseg <= TP_NETMODEL_MIXED) {
		if (m->narc > 0)
			put_road(m);
		m->dims.graph[m->dims.ngraph++] =
		    tp_net_learned_graph(m->net, RANK);
	}
	if (m->recipe->sequence) {
		wide += 1 + (c->nseen > 0) + (c->ntrail > 0) +
		    2 * (size_t)m->recipe->calendar;
		times = c->nlag + m->recipe->pad;
	} else {
		wide += c->nlag + c->nseen + c->ntrail;
	}
	m->in = tp_net_input(m->net, times, wide);
	m->out = m->recipe->build(m->net, m->in, &m->dims);
}

/* Speeds of the train part set the scale. */
static void
set_scale(struct tp_netmodel *m, const struct tp_panel *p)
{
	double	sum = 0, sq = 0, n = 0, v;
	size_t	i;

	for (i = 0; i < p->nrow && p->step[i] < p->part[1]; i++) {
		v = (double)p->x[i * p->shape.ncol + m->cols.lag[0]];
		if (isnan(v))
			continue;
		sum += v;
		sq += v * v;
		n++;
	}
	m->mean = n > 0 ? (float)(sum / n) : 0;
	sq = n > 0 ? sq / n - sum / n * (sum / n) : 0;
	m->std = sq > 1e-6 ? (float)sqrt(sq) : 1;
}

static void
copy_graph(struct tp_netmodel *m, const struct tp_adj *g)
{
	size_t	i, k;

	if (g == NULL || m->nseg > TP_NETMODEL_MIXED)
		return;
	m->graph_hash = g->hash;
	m->arc = tp_calloc(2 * (size_t)g->start[g->n] + 1, sizeof(*m->arc));
	m->weight = tp_calloc(g->start[g->n] + 1, sizeof(*m->weight));
	for (i = 0; i < g->n; i++)
		for (k = g->start[i]; k < g->start[i + 1]; k++) {
			m->arc[2 * m->narc] = (uint32_t)i;
			m->arc[2 * m->narc + 1] = g->to[k];
			m->weight[m->narc++] = g->weight[k];
		}
}

void *
tp_netmodel_fit(const struct tp_netrecipe *r, const struct tp_panel *p,
    const struct tp_model_opts *o, struct tp_err *e)
{
	struct tp_netmodel	*m = make(r, &p->shape, e);

	if (m == NULL)
		return NULL;
	set_scale(m, p);
	if (m->recipe->seen)
		copy_graph(m, p->graph);
	build(m);
	m->w = tp_calloc(tp_net_size(m->net), sizeof(*m->w));
	if (tp_netmodel_train(m, p, o, e) == 0)
		return m;
	tp_netmodel_free(m);
	return NULL;
}

void
tp_netmodel_free(void *st)
{
	struct tp_netmodel	*m = st;

	tp_net_free(m->net);
	free(m->w);
	free(m->arc);
	free(m->weight);
	free(m);
}

void
tp_netmodel_predict(const void *st, const struct tp_ask *a, double *out)
{
	const struct tp_netmodel	*m = st;
	struct tp_netrun		 run;
	const float			*y;
	size_t				 i, h;

	tp_netrun_init(&run, m->net, 1, false);
	tp_netmodel_put(m, &run, 0, a->x, a->seg, a->n, a->day, a->slot);
	tp_net_forward(&run, m->w, false, 0);
	y = tp_netrun_value(&run, m->out.node);
	for (i = 0; i < a->n; i++)
		for (h = 0; h < m->nh; h++) {
			double	v = (double)(y[a->seg[i] * m->nout +
				    m->pick[h]] * m->std + m->mean);

			out[i * m->nh + h] = v > 0 ? v : 0;
		}
	tp_netrun_release(&run);
}

bool
tp_netmodel_is(const struct tp_model_kind *kind)
{
	return kind->save == tp_netmodel_save;
}

void
tp_netmodel_save(const void *st, struct tp_buf *b)
{
	const struct tp_netmodel	*m = st;
	double				 head[HEAD] = {
		(double)m->mean, (double)m->std, (double)m->narc,
		(double)(m->graph_hash >> 32),
		(double)(uint32_t)m->graph_hash,
	};
	double				 arc[2];
	size_t				 i;

	tp_pack_f64(b, head, HEAD);
	for (i = 0; i < m->narc; i++) {
		arc[0] = m->arc[2 * i];
		arc[1] = m->arc[2 * i + 1];
		tp_pack_f64(b, arc, 2);
	}
	tp_pack_f32(b, m->weight, m->narc);
	tp_pack_f32(b, m->w, tp_net_learned(m->net));
}

/* The head and the graph; 0, or -1 where they cannot be. */
static int
load_graph(struct tp_netmodel *m, struct tp_unpack *u)
{
	double	head[HEAD], arc[2];
	size_t	i;

	tp_unpack_f64(u, head, HEAD);
	m->mean = (float)head[0];
	m->std = (float)head[1];
	if (u->bad || !isfinite(m->mean) || !isfinite(m->std) ||
	    !(head[2] >= 0 && head[2] <= (double)(u->n / 20)) ||
	    !(head[3] >= 0 && head[3] < 4294967296.0) ||
	    !(head[4] >= 0 && head[4] < 4294967296.0))
		return -1;
	if (head[2] > 0 && m->nseg > TP_NETMODEL_MIXED)
		return -1;
	m->graph_hash = (uint64_t)head[3] << 32 | (uint32_t)head[4];
	m->narc = (size_t)head[2];
	m->arc = tp_calloc(2 * m->narc + 1, sizeof(*m->arc));
	m->weight = tp_calloc(m->narc + 1, sizeof(*m->weight));
	for (i = 0; i < m->narc; i++) {
		tp_unpack_f64(u, arc, 2);
		if (!(arc[0] >= 0 && arc[0] < (double)m->nseg &&
		    arc[1] >= 0 && arc[1] < (double)m->nseg))
			return -1;
		m->arc[2 * i] = (uint32_t)arc[0];
		m->arc[2 * i + 1] = (uint32_t)arc[1];
	}
	tp_unpack_f32(u, m->weight, m->narc);
	return u->bad ? -1 : 0;
}

void *
tp_netmodel_load(const struct tp_netrecipe *r, const char *p, size_t n,
    const struct tp_shape *s, struct tp_err *e)
{
	struct tp_unpack	 u = { p, n, false };
	struct tp_netmodel	*m = make(r, s, e);
	const char		*why = "state holds a number that cannot be";

	if (m == NULL)
		return NULL;
	if (load_graph(m, &u) == 0) {
		build(m);
		why = "state has the wrong size";
		if (u.n == sizeof(float) * tp_net_learned(m->net)) {
			m->w = tp_calloc(tp_net_size(m->net), sizeof(*m->w));
			tp_unpack_f32(&u, m->w, tp_net_learned(m->net));
			tp_net_derive(m->net, m->w);
			if (tp_unpack_done(&u))
				return m;
			why = "state holds a number that is not finite";
		}
	}
	tp_err_set(e, TP_EXIT_DATA, "%s", why);
	tp_netmodel_free(m);
	return NULL;
}
