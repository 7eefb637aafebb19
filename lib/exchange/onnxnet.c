/*
 * Networks as graphs of ONNX: one operator or a few for each layer, on arrays
 * of time x window x segment x column, as num/net.h has them.
 *
 * Inputs: `inputs`, windows x segments x the columns that the model reads, as
 * they stand in rows, NAN where not known; `slot` and `day`, of each window.
 * Output: `forecasts`, windows x segments x horizons.
 */
#include "base/mem.h"
#include "exchange/onnxnet.h"
#include "exchange/onnxput.h"
#include "model/netmodel.h"
#include "model/pack.h"
#include "num/netnode.h"

enum { TIME, WINDOW, SEGMENT, COLUMN };	/* the axes */

#define EPS	1e-5f		/* of normalisation, as num/netrun.c has it */

/* A value of the graph. */
struct name {
	char	s[24];
};

struct writing {
	struct tp_onnx_graph	*g;
	const struct tp_netmodel *m;
	unsigned		 n;	/* names given */
	struct name		 zero;	/* 1 x windows x segments x 1 */
	struct name		 slot, day;	/* time x windows */
};

static struct name
fresh(struct writing *w)
{
	struct name	a;

	snprintf(a.s, sizeof(a.s), "v%u", w->n++);
	return a;
}

static struct name
named(const char *s)
{
	struct name	a;

	snprintf(a.s, sizeof(a.s), "%s", s);
	return a;
}

static struct name
one(struct writing *w, const char *op, struct name x)
{
	struct name	y = fresh(w);

	tp_onnx_put_node(w->g, op, x.s, NULL, y.s, NULL, 0);
	return y;
}

static struct name
two(struct writing *w, const char *op, struct name a, struct name b)
{
	struct name	y = fresh(w);

	tp_onnx_put_node(w->g, op, a.s, b.s, y.s, NULL, 0);
	return y;
}

static struct name
ints(struct writing *w, const int64_t *v, size_t n)
{
	struct name	y = fresh(w);

	tp_onnx_put_ints(w->g, y.s, v, n);
	return y;
}

static struct name
integer(struct writing *w, int64_t v)
{
	return ints(w, &v, 1);
}

/* An array of rows x cols. */
static struct name
floats(struct writing *w, const float *v, size_t rows, size_t cols)
{
	const size_t	dim[2] = { rows, cols };
	struct name	y = fresh(w);
	struct tp_buf	raw = { 0 };

	tp_pack_f32(&raw, v, rows * cols);
	tp_onnx_put_constant(w->g, y.s, TP_ONNX_FLOAT, dim, 2, &raw);
	tp_buf_release(&raw);
	return y;
}

static struct name
number(struct writing *w, float v)
{
	return floats(w, &v, 1, 1);
}

static struct name
cast(struct writing *w, struct name x, int type)
{
	struct name	y = fresh(w);

	tp_onnx_put_node(w->g, "Cast", x.s, NULL, y.s, "to", type);
	return y;
}

static struct name
unsqueeze(struct writing *w, struct name x, int64_t axis)
{
	return two(w, "Unsqueeze", x, integer(w, axis));
}

static struct name
gather(struct writing *w, struct name x, struct name at, int64_t axis)
{
	struct name	y = fresh(w);

	tp_onnx_put_node(w->g, "Gather", x.s, at.s, y.s, "axis", axis);
	return y;
}

static struct name
concat(struct writing *w, const struct name *v, size_t n, int64_t axis)
{
	struct name		y = fresh(w);
	struct tp_onnx_op	o = {
		.op = "Concat", .nin = n, .out = y.s, .attr = "axis",
		.v = axis,
	};
	size_t			i;

	if (n == 1)
		return v[0];
	for (i = 0; i < n; i++)
		o.in[i] = v[i].s;
	tp_onnx_put_op(w->g, &o);
	return y;
}

static struct name
slice(struct writing *w, struct name x, int64_t axis, size_t from, size_t n)
{
	struct name		y = fresh(w), a, b, c;
	struct tp_onnx_op	o = { .op = "Slice", .nin = 4, .out = y.s };

	a = integer(w, (int64_t)from);
	b = integer(w, (int64_t)(from + n));
	c = integer(w, axis);
	o.in[0] = x.s;
	o.in[1] = a.s;
	o.in[2] = b.s;
	o.in[3] = c.s;
	tp_onnx_put_op(w->g, &o);
	return y;
}

/* The times and columns of a node that a view names. */
static struct name
view(struct writing *w, const struct name *node, struct tp_view v)
{
	const struct tp_net_node	*d = &w->m->net->node[v.node];
	struct name			 x = node[v.node];

	if (v.nt < d->nt)
		x = slice(w, x, TIME, v.t0, v.nt);
	if (v.nc < d->cols)
		x = slice(w, x, COLUMN, v.c0, v.nc);
	return x;
}

static struct name
linear(struct writing *w, struct name x, const struct tp_net_node *d)
{
	const float	*p = w->m->w + d->w.at;

	x = two(w, "MatMul", x, floats(w, p, d->w.in, d->w.out));
	return d->w.bias ? two(w, "Add", x, floats(w, p + d->w.in * d->w.out,
	    1, d->w.out)) : x;
}

/* Rows of a table, for every time, window and segment. */
static struct name
embed(struct writing *w, const struct tp_net_node *d)
{
	struct name	table, at;

	table = floats(w, w->m->w + d->w.at, d->rows, d->cols);
	if (d->by != TP_NET_SEG) {
		at = slice(w, d->by == TP_NET_SLOT ? w->slot : w->day, TIME,
		    d->t0, d->nt);
		table = unsqueeze(w, gather(w, table, at, 0), SEGMENT);
	}
	return two(w, "Add", table, w->zero);
}

static struct name
gate(struct writing *w, struct name x, size_t cols)
{
	return two(w, "Mul", one(w, "Tanh", slice(w, x, COLUMN, 0, cols)),
	    one(w, "Sigmoid", slice(w, x, COLUMN, cols, cols)));
}

static struct name
lstm(struct writing *w, struct name x, struct name cells, size_t units)
{
	struct name	part[4], both[2];
	size_t		i;

	for (i = 0; i < 4; i++)
		part[i] = one(w, i == 2 ? "Tanh" : "Sigmoid",
		    slice(w, x, COLUMN, i * units, units));
	both[1] = two(w, "Add", two(w, "Mul", part[1], cells),
	    two(w, "Mul", part[0], part[2]));
	both[0] = two(w, "Mul", part[3], one(w, "Tanh", both[1]));
	return concat(w, both, 2, COLUMN);
}

static struct name
mix(struct writing *w, struct name x, const struct tp_net_node *d)
{
	struct name	part[1 + TP_NET_MIX * 2], a;
	size_t		i, hop, n = 0, nseg = w->m->nseg;

	part[n++] = x;
	for (i = 0; i < d->ngraph; i++) {
		a = floats(w, tp_net_adj(w->m->net, d->graph[i], w->m->w),
		    nseg, nseg);
		for (hop = 0; hop < d->hops; hop++, n++)
			part[n] = two(w, "MatMul", a, hop == 0 ? x :
			    part[n - 1]);
	}
	return concat(w, part, n, COLUMN);
}

static struct name
mean(struct writing *w, struct name x)
{
	const int64_t	axis = COLUMN;
	struct name	y = fresh(w);

	tp_onnx_put_op(w->g, &(struct tp_onnx_op){
		.op = "ReduceMean", .in = { x.s }, .nin = 1, .out = y.s,
		.attr = "axes", .list = &axis, .nlist = 1,
	});
	return y;
}

static struct name
norm(struct writing *w, struct name x, const struct tp_net_node *d)
{
	const float	*gain = w->m->w + d->w.at;
	struct name	 v;

	x = two(w, "Sub", x, mean(w, x));
	v = two(w, "Add", mean(w, two(w, "Mul", x, x)), number(w, EPS));
	x = two(w, "Div", x, one(w, "Sqrt", v));
	x = two(w, "Mul", x, floats(w, gain, 1, d->cols));
	return two(w, "Add", x, floats(w, gain + d->cols, 1, d->cols));
}

/* An input that the caller never fills. */
static struct name
nothing(struct writing *w, const struct tp_net_node *d)
{
	float		*v = tp_calloc(d->cols, sizeof(*v));
	struct name	 y = two(w, "Add", w->zero, floats(w, v, 1, d->cols));

	free(v);
	return y;
}

static struct name
layer(struct writing *w, const struct name *node, const struct tp_net_node *d)
{
	struct name	x, part[TP_NET_JOIN];
	size_t		i;

	for (i = 0; i < d->nin; i++)
		part[i] = view(w, node, d->in[i]);
	x = part[0];
	switch (d->op) {
	case TP_NET_INPUT:
		x = nothing(w, d);
		break;
	case TP_NET_LINEAR:
		x = linear(w, x, d);
		break;
	case TP_NET_EMBED:
		x = embed(w, d);
		break;
	case TP_NET_CONCAT:
		x = concat(w, part, d->nin, COLUMN);
		break;
	case TP_NET_RELU:
		x = one(w, "Relu", x);
		break;
	case TP_NET_DROP:	/* nothing, but in training */
		break;
	case TP_NET_GATE:
		x = gate(w, x, d->cols);
		break;
	case TP_NET_LSTM:
		x = lstm(w, x, part[1], d->cols / 2);
		break;
	case TP_NET_MIXING:
		x = mix(w, x, d);
		break;
	case TP_NET_NORM:
		x = norm(w, x, d);
		break;
	}
	return d->has_plus ? two(w, "Add", x, view(w, node, d->plus)) : x;
}

/* Columns of what goes in, in this order. */
static struct name
columns(struct writing *w, struct name x, const size_t *at, size_t n,
    bool back)
{
	int64_t	v[TP_NETMODEL_LAGS];
	size_t	i;

	for (i = 0; i < n; i++)
		v[i] = (int64_t)at[back ? n - 1 - i : i];
	return gather(w, x, ints(w, v, n), 2);
}

/* Slots and days of all times, the last of which is the window's own. */
static void
put_times(struct writing *w)
{
	const struct tp_netmodel	*m = w->m;
	size_t				 nt = m->cols.nlag + m->recipe->pad, i;
	int64_t				 per_day = m->slots_per_day;
	int64_t				 back[TP_NETMODEL_LAGS + 1];
	struct name			 t, day;

	for (i = 0; i < nt; i++)
		back[i] = (int64_t)(nt - 1 - i);
	day = integer(w, per_day);
	t = two(w, "Add", two(w, "Mul", named("day"), day), named("slot"));
	t = two(w, "Sub", unsqueeze(w, t, 0),
	    unsqueeze(w, ints(w, back, nt), 1));
	t = two(w, "Mod", t, integer(w, 7 * per_day));
	w->day = two(w, "Div", t, day);
	t = two(w, "Mul", two(w, "Mod", t, day),
	    integer(w, (int64_t)m->dims.slots));
	w->slot = two(w, "Div", t, day);
}

/* What is known of each time, oldest first: time x window x segment x .. */
static struct name
sequence(struct writing *w, struct name x, struct name seen)
{
	const struct tp_netmodel	*m = w->m;
	const struct tp_netcols		*c = &m->cols;
	static const int64_t		 order[] = { 2, 0, 1 };
	struct name			 part[6], t, all;
	size_t				 n = 0, i;
	const float			 zeros[TP_NETMODEL_LAGS] = { 0 };

	for (i = 0; i < 3; i++) {
		if ((i == 1 && c->nseen == 0) || (i == 2 && c->ntrail == 0))
			continue;
		all = i == 0 ? columns(w, x, c->lag, c->nlag, true) :
		    i == 1 ? columns(w, seen, c->seen, c->nseen, true) :
		    columns(w, x, c->trail, c->ntrail, true);
		t = fresh(w);
		tp_onnx_put_op(w->g, &(struct tp_onnx_op){
			.op = "Transpose", .in = { all.s }, .nin = 1,
			.out = t.s, .attr = "perm", .list = order, .nlist = 3,
		});
		part[n++] = unsqueeze(w, t, COLUMN);
	}
	/* time x 1 x 1 x 1 of zeros, to bring the others to all times */
	all = unsqueeze(w, unsqueeze(w, floats(w, zeros, c->nlag, 1), 2), 3);
	if (c->nahead > 0)
		part[n++] = two(w, "Add", unsqueeze(w, columns(w, x, c->ahead,
		    c->nahead, false), TIME), all);
	for (i = 0; i < 2 && m->recipe->calendar; i++) {
		t = cast(w, i == 0 ? w->slot : w->day, TP_ONNX_FLOAT);
		t = two(w, "Div", t, number(w, i == 0 ? (float)m->dims.slots :
		    7));
		t = unsqueeze(w, unsqueeze(w, t, 2), 3);
		part[n++] = two(w, "Add", t, w->zero);
	}
	t = concat(w, part, n, COLUMN);
	if (m->recipe->pad == 0)
		return t;
	part[0] = two(w, "Mul", slice(w, t, TIME, 0, m->recipe->pad),
	    number(w, 0));
	part[1] = t;
	return concat(w, part, 2, TIME);
}

/* All columns side by side: 1 x window x segment x .. */
static struct name
flat(struct writing *w, struct name x, struct name seen)
{
	const struct tp_netcols	*c = &w->m->cols;
	struct name		 part[4];
	size_t			 n = 0;

	part[n++] = columns(w, x, c->lag, c->nlag, false);
	if (c->nseen > 0)
		part[n++] = columns(w, seen, c->seen, c->nseen, false);
	if (c->ntrail > 0)
		part[n++] = columns(w, x, c->trail, c->ntrail, false);
	if (c->nahead > 0)
		part[n++] = columns(w, x, c->ahead, c->nahead, false);
	return unsqueeze(w, concat(w, part, n, 2), TIME);
}

static struct name
put_inputs(struct writing *w)
{
	const struct tp_netmodel	*m = w->m;
	struct name			 x, y = fresh(w), none, seen, in;

	in = named("inputs");
	none = one(w, "IsNaN", in);
	x = two(w, "Div", two(w, "Sub", in, number(w, m->mean)),
	    number(w, m->std));
	seen = number(w, 0);
	tp_onnx_put_op(w->g, &(struct tp_onnx_op){
		.op = "Where", .in = { none.s, seen.s, x.s }, .nin = 3,
		.out = y.s,
	});
	seen = cast(w, two(w, "Greater", in, seen), TP_ONNX_FLOAT);
	w->zero = two(w, "Mul", columns(w, y, m->cols.lag, 1, false),
	    number(w, 0));
	w->zero = unsqueeze(w, w->zero, TIME);
	put_times(w);
	return m->recipe->sequence ? sequence(w, y, seen) : flat(w, y, seen);
}

void
tp_onnx_put_net(struct tp_onnx_graph *g, const struct tp_netmodel *m)
{
	struct writing	 w = { .g = g, .m = m };
	struct name	*node = tp_calloc(m->net->nnode, sizeof(*node)), y;
	const size_t	 in[3] = { 0, m->nseg, m->cols.ncol };
	const size_t	 out[3] = { 0, m->nseg, m->nh };
	int64_t		 pick[TP_MODEL_HORIZONS];
	size_t		 i;

	tp_onnx_put_value(g, TP_ONNX_GRAPH_INPUT, "inputs",
	    TP_ONNX_FLOAT, in, 3);
	tp_onnx_put_value(g, TP_ONNX_GRAPH_INPUT, "slot", TP_ONNX_INT64,
	    in, 1);
	tp_onnx_put_value(g, TP_ONNX_GRAPH_INPUT, "day", TP_ONNX_INT64,
	    in, 1);
	node[m->in.node] = put_inputs(&w);
	for (i = 0; i < m->net->nnode; i++)
		if (i != m->in.node)
			node[i] = layer(&w, node, &m->net->node[i]);
	for (i = 0; i < m->nh; i++)
		pick[i] = (int64_t)m->pick[i];
	y = gather(&w, node[m->out.node], ints(&w, pick, m->nh), COLUMN);
	y = two(&w, "Add", two(&w, "Mul", y, number(&w, m->std)),
	    number(&w, m->mean));
	y = two(&w, "Squeeze", one(&w, "Relu", y), integer(&w, TIME));
	tp_onnx_put_node(g, "Identity", y.s, NULL, "forecasts", NULL, 0);
	tp_onnx_put_value(g, TP_ONNX_GRAPH_OUTPUT, "forecasts",
	    TP_ONNX_FLOAT, out, 3);
	free(node);
}
