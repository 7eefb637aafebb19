/*
 * An ensemble as one graph of ONNX: the graphs of its members, each with a
 * prefix to its names, between a piece that hands each its inputs and one that
 * adds up what they say.
 */
#include "base/mem.h"
#include "exchange/onnxform.h"
#include "exchange/onnxnet.h"
#include "model/ensemble.h"
#include "model/netmodel.h"
#include "model/pack.h"

struct mix {
	struct tp_onnx_graph	*g;
	const struct tp_modelfile *m;
	bool			 steps;	/* whole ones go in, not rows */
	size_t			*place;	/* inputs of the columns */
	size_t			 at;	/* the next member's first input */
};

/* The name of a value of member i. */
struct name {
	char	s[32];
};

static struct name
name(size_t i, const char *what)
{
	struct name	a;

	snprintf(a.s, sizeof(a.s), "%zu.%s", i, what);
	return a;
}

static void
node(struct mix *x, const char *op, const char *in0, const char *in1,
    const char *out)
{
	tp_onnx_put_node(x->g, op, in0, in1, out, NULL, 0);
}

/* in, cast to a type, as `out`. */
static void
cast(struct mix *x, const char *in, int type, const char *out)
{
	tp_onnx_put_node(x->g, "Cast", in, NULL, out, "to", type);
}

/* The numbers in `at` of the inputs, as `out`. */
static void
take(struct mix *x, size_t i, const int64_t *at, size_t n, const char *out)
{
	struct name	list = name(i, "columns");

	tp_onnx_put_ints(x->g, list.s, at, n);
	tp_onnx_put_node(x->g, "Gather", "inputs", list.s, out, "axis", -1);
}

static void
feed_net(struct mix *x, size_t i, const struct tp_modelfile *one)
{
	int64_t		*at = tp_calloc(one->ncol + 1, sizeof(*at));
	size_t		 c;

	for (c = 0; c < one->ncol; c++)
		at[c] = (int64_t)x->place[tp_ensemble_column(x->m->state, i,
		    c)];
	take(x, i, at, one->ncol, name(i, "taken").s);
	cast(x, name(i, "taken").s, TP_ONNX_FLOAT, name(i, "inputs").s);
	node(x, "Identity", "slot", NULL, name(i, "slot").s);
	node(x, "Identity", "day", NULL, name(i, "day").s);
	free(at);
}

static void
feed_formula(struct mix *x, size_t i, const struct tp_formula *f)
{
	const int64_t	 rows[2] = { -1, (int64_t)f->nin };
	int64_t		*at = tp_calloc(f->nin + 1, sizeof(*at));
	struct name	 in = name(i, "taken");
	size_t		 k;

	for (k = 0; k < f->nin; k++)
		at[k] = (int64_t)x->at++;
	take(x, i, at, f->nin, in.s);
	if (x->steps) {
		tp_onnx_put_ints(x->g, name(i, "rows").s, rows, 2);
		node(x, "Reshape", in.s, name(i, "rows").s,
		    name(i, "flat").s);
		in = name(i, "flat");
	}
	cast(x, in.s, f->form == TP_FORMULA_TREES ?
	    TP_ONNX_FLOAT : TP_ONNX_DOUBLE, name(i, "inputs").s);
	if (f->form == TP_FORMULA_LINEAR)
		node(x, "Identity", "segment", NULL, name(i, "segment").s);
	free(at);
}

/* The graph of member i, which ends in its `forecasts`. */
static int
put_member(struct mix *x, size_t i, const struct tp_modelfile *one,
    struct tp_err *e)
{
	struct tp_onnx_graph	*g = x->g;
	struct tp_formula	 f = { 0 };

	if (one->kind == &tp_model_classify)
		return tp_err_set(e, TP_EXIT_USAGE, "member %zu is of kind "
		    "'classify', which has no speeds in ONNX", i);
	if (tp_netmodel_is(one->kind)) {
		feed_net(x, i, one);
		snprintf(g->prefix, sizeof(g->prefix), "%zu.", i);
		tp_onnx_put_net(g, one->state);
	} else {
		if (tp_formula_init(&f, one, e) != 0)
			return -1;
		feed_formula(x, i, &f);
		snprintf(g->prefix, sizeof(g->prefix), "%zu.", i);
		tp_onnx_put_formula(g, &f);
		tp_formula_release(&f);
	}
	g->prefix[0] = '\0';
	return 0;
}

/* Adds what member i says, by its weights; `sum` is what those before did. */
static struct name
add_member(struct mix *x, size_t i, const char *sum)
{
	const size_t	nh = x->m->nh;
	const int64_t	shape[3] = { -1, (int64_t)x->m->segs.n, (int64_t)nh };
	double		w[TP_MODEL_HORIZONS];
	struct tp_buf	raw = { 0 };
	struct name	part = name(i, "part"), total = name(i, "total");
	size_t		h;

	for (h = 0; h < nh; h++)
		w[h] = tp_ensemble_weight(x->m->state, i, h);
	tp_pack_f64(&raw, w, nh);
	tp_onnx_put_constant(x->g, name(i, "weights").s, TP_ONNX_DOUBLE, &nh,
	    1, &raw);
	tp_buf_release(&raw);
	cast(x, name(i, "forecasts").s, TP_ONNX_DOUBLE, name(i, "wide").s);
	node(x, "Mul", name(i, "wide").s, name(i, "weights").s, part.s);
	if (x->steps) {
		tp_onnx_put_ints(x->g, name(i, "shape").s, shape, 3);
		node(x, "Reshape", part.s, name(i, "shape").s,
		    name(i, "steps").s);
		part = name(i, "steps");
	}
	if (sum == NULL)
		return part;
	node(x, "Add", sum, part.s, total.s);
	return total;
}

/* The number of each row's segment, where rows are those of whole steps. */
static void
number_segments(struct mix *x)
{
	const int64_t	zero = 0, one = 1, rows = -1;
	size_t		n = x->m->segs.n, i;
	int64_t		*ids = tp_calloc(n + 1, sizeof(*ids));

	for (i = 0; i < n; i++)
		ids[i] = (int64_t)i;
	tp_onnx_put_ints(x->g, "segments", ids, n);
	tp_onnx_put_ints(x->g, "zero", &zero, 1);
	tp_onnx_put_ints(x->g, "second", &one, 1);
	tp_onnx_put_ints(x->g, "rows", &rows, 1);
	node(x, "Mul", "slot", "zero", "zeros");
	node(x, "Unsqueeze", "zeros", "second", "column");
	node(x, "Add", "column", "segments", "numbers");
	node(x, "Reshape", "numbers", "rows", "segment");
	free(ids);
}

/* True where a member's formula has coefficients of each segment. */
static bool
needs_segment(const struct tp_modelfile *m)
{
	const struct tp_modelfile	*one;
	struct tp_formula		 f = { 0 };
	struct tp_err			 e;
	size_t				 i;
	bool				 does = false;

	for (i = 0; (one = tp_ensemble_member(m->state, i)) != NULL; i++)
		if (!tp_netmodel_is(one->kind) &&
		    tp_formula_init(&f, one, &e) == 0) {
			does = does || f.form == TP_FORMULA_LINEAR;
			tp_formula_release(&f);
		}
	return does;
}

static void
declare(struct mix *x, size_t nin)
{
	const size_t	n = x->m->segs.n;
	const size_t	in[3] = { 0, x->steps ? n : nin, nin };
	const size_t	out[3] = { 0, x->steps ? n : x->m->nh, x->m->nh };
	const size_t	ndim = x->steps ? 3 : 2;

	tp_onnx_put_value(x->g, TP_ONNX_GRAPH_INPUT, "inputs", TP_ONNX_DOUBLE,
	    in, ndim);
	tp_onnx_put_value(x->g, TP_ONNX_GRAPH_OUTPUT, "forecasts",
	    TP_ONNX_DOUBLE, out, ndim);
	if (x->steps) {
		tp_onnx_put_value(x->g, TP_ONNX_GRAPH_INPUT, "slot",
		    TP_ONNX_INT64, in, 1);
		tp_onnx_put_value(x->g, TP_ONNX_GRAPH_INPUT, "day",
		    TP_ONNX_INT64, in, 1);
	}
	if (!needs_segment(x->m))
		return;
	if (x->steps)
		number_segments(x);
	else
		tp_onnx_put_value(x->g, TP_ONNX_GRAPH_INPUT, "segment",
		    TP_ONNX_INT64, in, 1);
}

int
tp_onnx_put_mix(struct tp_onnx_graph *g, const struct tp_modelfile *m,
    const struct tp_formula *f, struct tp_err *e)
{
	struct mix			 x = { .g = g, .m = m };
	const struct tp_modelfile	*one;
	struct name			 sum = { "" };
	size_t				 i;
	int				 rc = 0;

	x.place = tp_mixed_columns(m->state, &x.at);
	for (i = 0; (one = tp_ensemble_member(m->state, i)) != NULL; i++)
		x.steps = x.steps || tp_netmodel_is(one->kind);
	declare(&x, f->nin);
	for (i = 0; rc == 0 &&
	    (one = tp_ensemble_member(m->state, i)) != NULL; i++) {
		rc = put_member(&x, i, one, e);
		if (rc == 0)
			sum = add_member(&x, i, i == 0 ? NULL : sum.s);
	}
	node(&x, "Identity", sum.s, NULL, "forecasts");
	free(x.place);
	return rc;
}
