#include "num/net.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "num/netnode.h"

struct tp_net *
tp_net_new(size_t nseg)
{
	struct tp_net	*n = tp_calloc(1, sizeof(*n));

	n->nseg = nseg;
	return n;
}

void
tp_net_free(struct tp_net *n)
{
	size_t	i;

	if (n == NULL)
		return;
	for (i = 0; i < n->nadj; i++)
		free(n->adj[i].fixed);
	free(n->node);
	free(n->block);
	free(n->adj);
	free(n);
}

size_t
tp_net_nseg(const struct tp_net *n)
{
	return n->nseg;
}

struct tp_view
tp_view_times(struct tp_view v, size_t t0, size_t nt)
{
	v.t0 += t0;
	v.nt = nt;
	return v;
}

struct tp_view
tp_view_cols(struct tp_view v, size_t c0, size_t nc)
{
	v.c0 += c0;
	v.nc = nc;
	return v;
}

/* Where n more weights are. */
static size_t
take(struct tp_net *n, size_t count, double centre, double bound)
{
	size_t	at = n->learned;

	TP_GROW(n->block, n->block_cap, n->nblock + 1);
	n->block[n->nblock++] = (struct tp_net_block){
		at, count, (float)centre, (float)bound,
	};
	n->learned += count;
	return at;
}

struct tp_linear
tp_net_weights(struct tp_net *n, size_t in, size_t out, bool bias)
{
	struct tp_linear	w = { 0, in, out, bias };

	w.at = take(n, (in + bias) * out, 0, 1 / sqrt((double)in));
	return w;
}

static size_t
add_graph(struct tp_net *n, struct tp_net_adj a)
{
	TP_GROW(n->adj, n->adj_cap, n->nadj + 1);
	n->adj[n->nadj] = a;
	return n->nadj++;
}

size_t
tp_net_graph(struct tp_net *n, const float *adj)
{
	size_t	 bytes = n->nseg * n->nseg * sizeof(*adj);
	float	*copy = tp_malloc(bytes);

	memcpy(copy, adj, bytes);
	return add_graph(n, (struct tp_net_adj){ .fixed = copy });
}

size_t
tp_net_learned_graph(struct tp_net *n, size_t rank)
{
	struct tp_net_adj	a = { .rank = rank, .at = n->derived };

	a.e1 = take(n, n->nseg * rank, 0, 1);
	a.e2 = take(n, n->nseg * rank, 0, 1);
	n->derived += n->nseg * n->nseg;
	return add_graph(n, a);
}

/* Adds a node whose nt and cols are set. */
static struct tp_view
add_node(struct tp_net *n, struct tp_net_node node)
{
	struct tp_view	v = { n->nnode, 0, node.nt, 0, node.cols };

	TP_GROW(n->node, n->node_cap, n->nnode + 1);
	node.at = n->width;
	n->width += node.nt * node.cols;
	n->times = node.t0 + node.nt > n->times ? node.t0 + node.nt :
	    n->times;
	n->node[n->nnode++] = node;
	return v;
}

/* A node made from one view. */
static struct tp_view
add_from(struct tp_net *n, enum tp_net_op op, struct tp_view x, size_t cols,
    double share)
{
	struct tp_net_node	node = {
		.op = op, .nt = x.nt, .cols = cols, .nin = 1, .share = share,
	};

	if (op != TP_NET_LINEAR && x.nc != n->node[x.node].cols)
		tp_die("a layer needs all columns of its input");
	node.in[0] = x;
	return add_node(n, node);
}

static void
set_plus(struct tp_net *n, struct tp_view v, const struct tp_view *plus)
{
	struct tp_net_node	*node = &n->node[v.node];

	if (plus == NULL)
		return;
	if (plus->nt != v.nt || plus->nc != v.nc ||
	    plus->nc != n->node[plus->node].cols)
		tp_die("layers of different shapes cannot be added");
	node->has_plus = true;
	node->plus = *plus;
}

struct tp_view
tp_net_input(struct tp_net *n, size_t nt, size_t cols)
{
	return add_node(n, (struct tp_net_node){
		.op = TP_NET_INPUT, .nt = nt, .cols = cols,
	});
}

struct tp_view
tp_net_linear(struct tp_net *n, struct tp_view x, struct tp_linear w,
    const struct tp_view *plus)
{
	struct tp_view	v = add_from(n, TP_NET_LINEAR, x, w.out, 0);

	if (x.nc != w.in)
		tp_die("a layer has weights of another shape");
	n->node[v.node].w = w;
	set_plus(n, v, plus);
	return v;
}

struct tp_view
tp_net_embed(struct tp_net *n, enum tp_net_index by, size_t rows,
    size_t cols, size_t t0, size_t nt, const struct tp_view *plus)
{
	struct tp_net_node	node = {
		.op = TP_NET_EMBED, .nt = nt, .cols = cols, .by = by,
		.rows = rows, .t0 = t0,
	};
	struct tp_view		v;

	/* Glorot & Bengio 2010 */
	node.w.at = take(n, rows * cols, 0, sqrt(6.0 /
	    (double)(rows + cols)));
	v = add_node(n, node);
	set_plus(n, v, plus);
	return v;
}

struct tp_view
tp_net_join(struct tp_net *n, const struct tp_view *v, size_t count)
{
	struct tp_net_node	node = {
		.op = TP_NET_CONCAT, .nt = v[0].nt, .nin = count,
	};
	size_t			i;

	for (i = 0; i < count; i++) {
		node.in[i] = v[i];
		node.cols += v[i].nc;
	}
	return add_node(n, node);
}

struct tp_view
tp_net_relu(struct tp_net *n, struct tp_view x, double share)
{
	return add_from(n, TP_NET_RELU, x, x.nc, share);
}

struct tp_view
tp_net_drop(struct tp_net *n, struct tp_view x, double share,
    const struct tp_view *plus)
{
	struct tp_view	v = add_from(n, TP_NET_DROP, x, x.nc, share);

	set_plus(n, v, plus);
	return v;
}

struct tp_view
tp_net_gate(struct tp_net *n, struct tp_view x)
{
	return add_from(n, TP_NET_GATE, x, x.nc / 2, 0);
}

struct tp_view
tp_net_lstm(struct tp_net *n, struct tp_view gates, struct tp_view cells)
{
	struct tp_view	v = add_from(n, TP_NET_LSTM, gates, gates.nc / 2, 0);

	n->node[v.node].in[1] = cells;
	n->node[v.node].nin = 2;
	return v;
}

struct tp_view
tp_net_mix(struct tp_net *n, struct tp_view x, const size_t *graph,
    size_t count, size_t hops)
{
	struct tp_view		v = add_from(n, TP_NET_MIXING, x,
				    x.nc * (1 + count * hops), 0);
	struct tp_net_node	*node = &n->node[v.node];

	node->ngraph = count;
	node->hops = hops;
	memcpy(node->graph, graph, count * sizeof(*graph));
	return v;
}

struct tp_view
tp_net_norm(struct tp_net *n, struct tp_view x)
{
	struct tp_view	v = add_from(n, TP_NET_NORM, x, x.nc, 0);
	size_t		at = take(n, x.nc, 1, 0);

	take(n, x.nc, 0, 0);
	n->node[v.node].w.at = at;
	return v;
}

size_t
tp_net_learned(const struct tp_net *n)
{
	return n->learned;
}

size_t
tp_net_size(const struct tp_net *n)
{
	return n->learned + n->derived;
}

double
tp_net_flop(const struct tp_net *n)
{
	double	sum = 0;
	size_t	i;

	for (i = 0; i < n->nnode; i++) {
		const struct tp_net_node	*d = &n->node[i];
		double				 rows;

		rows = (double)(d->nt * n->nseg);
		if (d->op == TP_NET_LINEAR)
			sum += 2 * rows * (double)(d->w.in * d->w.out);
		else if (d->op == TP_NET_MIXING)
			sum += 2 * rows * (double)(n->nseg *
			    (d->cols - d->in[0].nc));
	}
	return sum;
}

void
tp_net_start(const struct tp_net *n, struct tp_rng *r, float *w)
{
	size_t	i, k;

	for (i = 0; i < n->nblock; i++) {
		const struct tp_net_block	*b = &n->block[i];

		for (k = 0; k < b->n; k++)
			w[b->at + k] = b->centre + b->bound *
			    (float)(2 * tp_rng_uniform(r) - 1);
	}
}

const float *
tp_net_adj(const struct tp_net *n, size_t i, const float *w)
{
	return n->adj[i].fixed != NULL ? n->adj[i].fixed :
	    w + n->learned + n->adj[i].at;
}

/* relu(E1 E2') */
static void
products(const struct tp_net *n, const struct tp_net_adj *a, const float *w,
    float *out)
{
	struct tp_gemm	g = {
		n->nseg, n->nseg, a->rank, w + a->e1, a->rank, 1,
		w + a->e2, 1, a->rank, out, n->nseg, .add = false,
	};
	size_t		i;

	tp_simd()->gemm(&g);
	for (i = 0; i < n->nseg * n->nseg; i++)
		out[i] = out[i] > 0 ? out[i] : 0;
}

void
tp_net_derive(const struct tp_net *n, float *w)
{
	size_t	k, i, j;

	for (k = 0; k < n->nadj; k++) {
		float	*a = w + n->learned + n->adj[k].at;

		if (n->adj[k].fixed != NULL)
			continue;
		products(n, &n->adj[k], w, a);
		for (i = 0; i < n->nseg; i++, a += n->nseg) {
			float	most = 0, sum = 0;

			for (j = 0; j < n->nseg; j++)
				most = a[j] > most ? a[j] : most;
			for (j = 0; j < n->nseg; j++)
				sum += a[j] = expf(a[j] - most);
			for (j = 0; j < n->nseg; j++)
				a[j] /= sum;
		}
	}
}

void
tp_net_derive_back(const struct tp_net *n, const float *w, float *g)
{
	size_t	 size = n->nseg * n->nseg, k, i, j;
	float	*raw = n->derived > 0 ? tp_calloc(size, sizeof(*raw)) : NULL;

	for (k = 0; k < n->nadj; k++) {
		const struct tp_net_adj	*d = &n->adj[k];
		const float		*a = w + n->learned + d->at;
		float			*da = g + n->learned + d->at;
		struct tp_gemm		 m = {
			n->nseg, d->rank, n->nseg, da, n->nseg, 1,
			w + d->e2, d->rank, 1, g + d->e1, d->rank, .add = true,
		};

		if (d->fixed != NULL)
			continue;
		products(n, d, w, raw);
		for (i = 0; i < size; i += n->nseg) {
			float	dot = 0;

			for (j = i; j < i + n->nseg; j++)
				dot += da[j] * a[j];
			for (j = i; j < i + n->nseg; j++)
				da[j] = raw[j] > 0 ? a[j] * (da[j] - dot) : 0;
		}
		tp_simd()->gemm(&m);
		m.ars = 1;
		m.acs = n->nseg;
		m.b = w + d->e1;
		m.c = g + d->e2;
		tp_simd()->gemm(&m);
	}
	free(raw);
}
