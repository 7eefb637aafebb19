/* Values and gradients of nets, layer by layer. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "num/net.h"
#include "num/netnode.h"

void
tp_netrun_init(struct tp_netrun *r, const struct tp_net *n, size_t windows,
    bool training)
{
	size_t	rows = windows * n->nseg, width = n->width, i;

	memset(r, 0, sizeof(*r));
	r->net = n;
	r->simd = tp_simd();
	r->windows = windows;
	r->needed = tp_net_needed(n);
	if (!training)
		r->at = tp_net_places(n, &width);
	r->value = tp_realloc(NULL, rows * width, sizeof(*r->value));
	for (i = 0; i < n->nnode; i++)
		if (n->node[i].op == TP_NET_INPUT)
			memset(tp_netrun_value(r, i), 0, n->node[i].nt *
			    n->node[i].cols * rows * sizeof(*r->value));
	if (training)
		r->grad = tp_calloc(rows * n->width, sizeof(*r->grad));
	r->slot = tp_calloc(n->times * windows, sizeof(*r->slot));
	r->day = tp_calloc(n->times * windows, sizeof(*r->day));
}

void
tp_netrun_release(struct tp_netrun *r)
{
	free(r->value);
	free(r->grad);
	free(r->needed);
	free(r->at);
	free(r->slot);
	free(r->day);
}

float *
tp_netrun_value(const struct tp_netrun *r, size_t node)
{
	size_t	at = r->at != NULL ? r->at[node] : r->net->node[node].at;

	return r->value + at * r->windows * r->net->nseg;
}

float *
tp_netrun_grad(const struct tp_netrun *r, size_t node)
{
	return r->grad + r->net->node[node].at * r->windows * r->net->nseg;
}

/* A view's first element, distance of rows, and how many. */
struct part {
	float	*p;
	size_t	 ld, rows;
};

static struct part
part(const struct tp_netrun *r, struct tp_view v, bool grad)
{
	size_t		 step = r->windows * r->net->nseg;
	struct part	 q = { NULL, r->net->node[v.node].cols, v.nt * step };

	q.p = grad ? tp_netrun_grad(r, v.node) : tp_netrun_value(r, v.node);
	q.p += v.t0 * step * q.ld + v.c0;
	return q;
}

static bool
has_grad(const struct tp_netrun *r, struct tp_view v)
{
	return r->net->node[v.node].op != TP_NET_INPUT;
}

/*
 * Dropout of node i from element `at` on; none where not training.  The
 * number of an element is added to the key, so a later one is a larger key.
 */
static struct tp_drop
drop_of(const struct tp_net_node *d, size_t i, size_t at, bool training,
    uint64_t key)
{
	struct tp_drop	o = { 0, 0, 1 };

	if (!training || d->share <= 0)
		return o;
	key = (key + i) * UINT64_C(0x9e3779b97f4a7c15);
	o.key = (uint32_t)(key ^ key >> 32) + (uint32_t)at;
	o.out = (uint32_t)(d->share * 4294967296.0);
	o.scale = (float)(1 / (1 - d->share));
	return o;
}

static void
linear(const struct tp_netrun *r, const struct tp_net_node *d, const float *w,
    float *y)
{
	struct part	 x = part(r, d->in[0], false), plus;
	size_t		 n = d->w.out, i;
	const float	*bias = d->w.bias ? w + d->w.at + d->w.in * n : NULL;
	struct tp_gemm	 g = {
		x.rows, n, d->w.in, x.p, x.ld, 1, w + d->w.at, n, 1, y, n,
		.f = bias,
	};

	if (d->has_plus) {
		plus = part(r, d->plus, false);
		g.f = plus.p;
		g.ldf = plus.ld;
	}
	if (d->has_plus && bias != NULL) {
		memcpy(y, plus.p, x.rows * n * sizeof(*y));
		for (i = 0; i < x.rows; i++)
			r->simd->add(y + i * n, bias, n);
		g.f = y;
	}
	r->simd->gemm(&g);
}

static void
linear_back(const struct tp_netrun *r, const struct tp_net_node *d,
    const float *w, float *dw, const float *dy)
{
	struct part	x = part(r, d->in[0], false), dx;
	size_t		in = d->w.in, out = d->w.out;
	struct tp_gemm	g = {
		in, out, x.rows, x.p, 1, x.ld, dy, out, 1, dw + d->w.at, out,
		.add = true,
	};

	r->simd->gemm(&g);
	if (d->w.bias)
		r->simd->add_rows(dw + d->w.at + in * out, dy, x.rows, out);
	if (!has_grad(r, d->in[0]))
		return;
	dx = part(r, d->in[0], true);
	g = (struct tp_gemm){
		x.rows, in, out, dy, out, 1, w + d->w.at, 1, out, dx.p, dx.ld,
		.add = true,
	};
	r->simd->gemm(&g);
}

/* The row of the table for a row of node d. */
static size_t
table_row(const struct tp_netrun *r, const struct tp_net_node *d, size_t row)
{
	size_t	at = row / r->net->nseg + d->t0 * r->windows;

	if (d->by == TP_NET_SEG)
		return row % r->net->nseg;
	return d->by == TP_NET_SLOT ? r->slot[at] : r->day[at];
}

static void
embed(const struct tp_netrun *r, const struct tp_net_node *d, const float *w,
    float *y)
{
	size_t	rows = d->nt * r->windows * r->net->nseg, i;

	if (d->has_plus)
		memcpy(y, part(r, d->plus, false).p,
		    rows * d->cols * sizeof(*y));
	else
		memset(y, 0, rows * d->cols * sizeof(*y));
	for (i = 0; i < rows; i++)
		r->simd->add(y + i * d->cols, w + d->w.at +
		    table_row(r, d, i) * d->cols, d->cols);
}

static void
embed_back(const struct tp_netrun *r, const struct tp_net_node *d, float *dw,
    const float *dy)
{
	size_t	rows = d->nt * r->windows * r->net->nseg, i;

	for (i = 0; i < rows; i++)
		r->simd->add(dw + d->w.at + table_row(r, d, i) * d->cols,
		    dy + i * d->cols, d->cols);
}

/* Copies views side by side, or adds the gradient to each. */
static void
join(const struct tp_netrun *r, const struct tp_net_node *d, float *y,
    bool back)
{
	size_t	k, i, at = 0;

	for (k = 0; k < d->nin; k++) {
		struct part	x = part(r, d->in[k], back);
		size_t		n = d->in[k].nc;

		for (i = 0; i < x.rows; i++) {
			float	*to = y + i * d->cols + at;

			if (back)
				r->simd->add(x.p + i * x.ld, to, n);
			else
				memcpy(to, x.p + i * x.ld, n * sizeof(*to));
		}
		at += n;
	}
}

/* The columns of one product within a mixing node's row. */
static size_t
mixed_at(const struct tp_net_node *d, size_t graph, size_t hop)
{
	return (1 + graph * d->hops + hop) * d->in[0].nc;
}

static void
mixing(const struct tp_netrun *r, const struct tp_net_node *d, const float *w,
    float *y)
{
	struct part	x = part(r, d->in[0], false);
	size_t		nseg = r->net->nseg, c = d->in[0].nc, i, k, hop;
	struct tp_gemm	g = {
		.m = nseg, .n = c, .k = nseg, .ars = nseg, .acs = 1,
		.bcs = 1, .ldc = d->cols,
	};

	for (i = 0; i < x.rows; i++)
		memcpy(y + i * d->cols, x.p + i * c, c * sizeof(*y));
	for (k = 0; k < d->ngraph; k++)
		for (i = 0; i < x.rows; i += nseg) {
			float	*row = y + i * d->cols;

			g.a = tp_net_adj(r->net, d->graph[k], w);
			g.b = x.p + i * c;
			g.brs = c;
			for (hop = 0; hop < d->hops; hop++) {
				g.c = row + mixed_at(d, k, hop);
				r->simd->gemm(&g);
				g.b = g.c;
				g.brs = d->cols;
			}
		}
}

/* One product C = A B backward: dB += A' dC, dA += dC B'. */
static void
product_back(const struct tp_netrun *r, size_t graph, const float *w,
    float *dw, const float *dc, size_t ldc, const float *b, float *db,
    size_t ldb, size_t cols)
{
	size_t		n = r->net->nseg;
	struct tp_gemm	g = {
		n, cols, n, tp_net_adj(r->net, graph, w), 1, n, dc, ldc, 1,
		db, ldb, .add = true,
	};

	r->simd->gemm(&g);
	if (r->net->adj[graph].fixed != NULL)
		return;
	g = (struct tp_gemm){
		n, n, cols, dc, ldc, 1, b, 1, ldb,
		dw + r->net->learned + r->net->adj[graph].at, n, .add = true,
	};
	r->simd->gemm(&g);
}

static void
mixing_back(const struct tp_netrun *r, const struct tp_net_node *d,
    const float *w, float *dw, const float *y, float *dy)
{
	struct part	x = part(r, d->in[0], false);
	struct part	dx = part(r, d->in[0], true);
	size_t		nseg = r->net->nseg, c = d->in[0].nc, i, k, hop;

	for (i = 0; i < x.rows; i++)
		r->simd->add(dx.p + i * c, dy + i * d->cols, c);
	for (i = 0; i < x.rows; i += nseg)
		for (k = 0; k < d->ngraph; k++) {
			const float	*v = y + i * d->cols;
			float		*g = dy + i * d->cols;

			for (hop = d->hops - 1; hop > 0; hop--)
				product_back(r, d->graph[k], w, dw,
				    g + mixed_at(d, k, hop), d->cols,
				    v + mixed_at(d, k, hop - 1),
				    g + mixed_at(d, k, hop - 1), d->cols, c);
			product_back(r, d->graph[k], w, dw,
			    g + mixed_at(d, k, 0), d->cols, x.p + i * c,
			    dx.p + i * c, c, c);
		}
}

/* Some of the times of node number i, which d is, from element `at` on. */
static void
node_forward(const struct tp_netrun *r, size_t i,
    const struct tp_net_node *d, size_t at, const float *w, bool training,
    uint64_t key)
{
	struct tp_drop	drop = drop_of(d, i, at, training, key);
	float		*y = tp_netrun_value(r, i) + at;
	struct part	x = { 0 }, c;

	if (d->nin > 0)
		x = part(r, d->in[0], false);
	switch (d->op) {
	case TP_NET_INPUT:
		break;
	case TP_NET_LINEAR:
		linear(r, d, w, y);
		break;
	case TP_NET_EMBED:
		embed(r, d, w, y);
		break;
	case TP_NET_CONCAT:
		join(r, d, y, false);
		break;
	case TP_NET_RELU:
		r->simd->relu(y, x.p, x.rows * x.ld, &drop);
		break;
	case TP_NET_DROP:
		r->simd->drop(y, x.p, x.rows * x.ld, &drop);
		if (d->has_plus)
			r->simd->add(y, part(r, d->plus, false).p,
			    x.rows * x.ld);
		break;
	case TP_NET_GATE:
		r->simd->gate(y, x.p, x.rows, d->cols);
		break;
	case TP_NET_LSTM:
		c = part(r, d->in[1], false);
		r->simd->lstm(y, x.p, c.p, c.ld, x.rows, d->cols / 2);
		break;
	case TP_NET_MIXING:
		mixing(r, d, w, y);
		break;
	case TP_NET_NORM:
		r->simd->norm(y, x.p, w + d->w.at, w + d->w.at + d->cols,
		    x.rows, d->cols);
		break;
	}
}

/*
 * The next times in a row that are needed of node i, as a node of these only:
 * from time *t on, which is set to the first behind them; at: their first
 * element.  False where there are none.
 */
static bool
next_needed(const struct tp_netrun *r, size_t i, size_t *t,
    struct tp_net_node *some, size_t *at)
{
	const struct tp_net_node	*d = &r->net->node[i];
	const bool			*needed = r->needed +
					    i * r->net->times;
	size_t				 first, k;

	for (first = *t; first < d->nt && !needed[first]; )
		first++;
	for (*t = first; *t < d->nt && needed[*t]; )
		++*t;
	*some = *d;
	some->nt = *t - first;
	some->t0 += first;
	for (k = 0; k < d->nin; k++)
		some->in[k] = tp_view_times(d->in[k], first, some->nt);
	if (d->has_plus)
		some->plus = tp_view_times(d->plus, first, some->nt);
	*at = first * r->windows * r->net->nseg * d->cols;
	return some->nt > 0;
}

void
tp_net_forward(struct tp_netrun *r, const float *w, bool training,
    uint64_t key)
{
	struct tp_net_node	some;
	size_t			i, t, at;

	for (i = 0; i < r->net->nnode; i++)
		for (t = 0; next_needed(r, i, &t, &some, &at); )
			node_forward(r, i, &some, at, w, training, key);
}

void
tp_net_clear(struct tp_netrun *r)
{
	struct tp_net_node	some;
	size_t			i, t, at;

	for (i = 0; i < r->net->nnode; i++)
		for (t = 0; next_needed(r, i, &t, &some, &at); )
			memset(tp_netrun_grad(r, i) + at, 0, some.nt *
			    r->windows * r->net->nseg * some.cols *
			    sizeof(*r->grad));
}

/* As node_forward(). */
static void
node_backward(const struct tp_netrun *r, size_t i,
    const struct tp_net_node *d, size_t at, const float *w, float *dw,
    uint64_t key)
{
	struct tp_drop	 drop = drop_of(d, i, at, true, key);
	const float	*y = tp_netrun_value(r, i) + at;
	float		*dy = tp_netrun_grad(r, i) + at;
	struct part	 x = { 0 }, dx = { 0 }, c;

	if (d->nin > 0) {
		x = part(r, d->in[0], false);
		dx = part(r, d->in[0], true);
	}
	if (d->has_plus)
		r->simd->add(part(r, d->plus, true).p, dy,
		    d->nt * r->windows * r->net->nseg * d->cols);
	switch (d->op) {
	case TP_NET_INPUT:
		break;
	case TP_NET_LINEAR:
		linear_back(r, d, w, dw, dy);
		break;
	case TP_NET_EMBED:
		embed_back(r, d, dw, dy);
		break;
	case TP_NET_CONCAT:
		join(r, d, dy, true);
		break;
	case TP_NET_RELU:
		r->simd->relu_back(dx.p, dy, y, x.rows * x.ld, drop.scale);
		break;
	case TP_NET_DROP:
		r->simd->drop_back(dx.p, dy, x.rows * x.ld, &drop);
		break;
	case TP_NET_GATE:
		r->simd->gate_back(dx.p, dy, x.p, x.rows, d->cols);
		break;
	case TP_NET_LSTM:
		c = part(r, d->in[1], false);
		r->simd->lstm_back(dx.p, part(r, d->in[1], true).p, dy, y,
		    x.p, c.p, c.ld, x.rows, d->cols / 2);
		break;
	case TP_NET_MIXING:
		mixing_back(r, d, w, dw, y, dy);
		break;
	case TP_NET_NORM:
		r->simd->norm_back(dx.p, dw + d->w.at,
		    dw + d->w.at + d->cols, dy, x.p, w + d->w.at, x.rows,
		    d->cols);
		break;
	}
}

void
tp_net_backward(struct tp_netrun *r, const float *w, float *g, uint64_t key)
{
	struct tp_net_node	some;
	size_t			i, t, at;

	for (i = r->net->nnode; i-- > 0; )
		for (t = 0; next_needed(r, i, &t, &some, &at); )
			node_backward(r, i, &some, at, w, g, key);
}
