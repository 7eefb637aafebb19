/*
 * Reading what ONNX computes: a chain of operators from one input to one
 * output, each of which takes what came before and constants.  Sums become
 * layers, a TreeEnsembleRegressor becomes trees; anything else is an error.
 */
#include "exchange/onnximport.h"

#include <math.h>

#include "base/mem.h"
#include "exchange/exchange.h"
#include "exchange/onnxfield.h"
#include "model/layers.h"

struct chain {
	const struct tp_onnx	*o;
	const struct tp_formula	*f;
	struct tp_trees	*t;		/* nout of them */
	struct tp_layers	*d;
	size_t		 nout;
	size_t		 width;		/* columns of the newest value */
	struct tp_onnx_text now;	/* the newest value */
	struct tp_onnx_text start;	/* the first input alone */
	bool		 changed;	/* the newest is not the input itself */
	bool		 trees, added;	/* they were met; start was added */
	bool		 ended;		/* nothing may be computed any more */
};

static int
no(struct tp_err *e, const char *what)
{
	return tp_onnx_no(e, what, (struct tp_onnx_text){ NULL, 0 });
}

static bool
same(struct tp_onnx_text a, struct tp_onnx_text b)
{
	return a.n > 0 && a.n == b.n && memcmp(a.p, b.p, a.n) == 0;
}

/* A new layer on what there is; the first skips inputs that are not taken. */
static struct tp_layer *
append(struct chain *c, size_t out)
{
	struct tp_layer	*y;

	y = tp_layers_add(c->d, c->d->n == 0 ? c->f->nin : c->width, out);
	if (y != NULL)
		c->width = out;
	return y;
}

/* The weight from input k of the chain; of the first layer there may be one
 * input more. */
static double *
weight(const struct chain *c, struct tp_layer *y, size_t wide,
    size_t i, size_t k)
{
	return &y->w[i * y->in + (c->d->n == 1 ? c->f->nin - wide : 0) + k];
}

/* A layer whose sums may still be changed. */
static struct tp_layer *
open_layer(struct chain *c)
{
	struct tp_layer	*y;
	size_t			 wide = c->width, i;

	if (c->d->n > 0 && c->d->layer[c->d->n - 1].act == TP_LAYERS_NONE)
		return &c->d->layer[c->d->n - 1];
	y = append(c, wide);
	for (i = 0; y != NULL && i < wide; i++)
		*weight(c, y, wide, i, i) = 1;
	return y;
}

/* Output i of a layer times `by`, and `plus` more. */
static void
change(struct tp_layer *y, size_t i, double by, double plus)
{
	size_t	k;

	for (k = 0; k < y->in; k++)
		y->w[i * y->in + k] *= by;
	y->b[i] = y->b[i] * by + plus;
}

/* now (+, -, *, /) v, or v (-) now. */
static int
arithmetic(struct chain *c, const struct tp_onnx_node *n,
    const struct tp_onnx_tensor *v, bool first, struct tp_err *e)
{
	struct tp_layer	*y = open_layer(c);
	char			 op = n->op.p[0];	/* Add Sub Mul Div */
	size_t			 i;

	if (y == NULL || (v->n != 1 && v->n != c->width) ||
	    (v->ndim > 0 && v->n > 1 && v->dim[v->ndim - 1] != v->n) ||
	    (op == 'D' && !first))
		return tp_onnx_no(e, "shapes do not fit at", n->op);
	for (i = 0; i < c->width; i++) {
		double	x = v->v[v->n == 1 ? 0 : i];

		if (op == 'A')
			change(y, i, 1, x);
		else if (op == 'S')
			change(y, i, first ? 1 : -1, first ? -x : x);
		else
			change(y, i, op == 'M' ? x : 1 / x, 0);
	}
	return 0;
}

/* now times a matrix, in x out or (turned) out x in, plus bias. */
static int
multiply(struct chain *c, const struct tp_onnx_node *n,
    const struct tp_onnx_tensor *v, bool turned,
    const struct tp_onnx_tensor *bias, struct tp_err *e)
{
	size_t			 in = c->width, out, i, k;
	struct tp_layer	*y;

	if (v->ndim != 2 || v->dim[turned] != in)
		return tp_onnx_no(e, "shapes do not fit at", n->op);
	out = v->dim[!turned];
	if (bias != NULL && bias->n != 1 && bias->n != out)
		return tp_onnx_no(e, "shapes do not fit at", n->op);
	y = append(c, out);
	if (y == NULL)
		return no(e, "too many layers or weights");
	for (i = 0; i < out; i++) {
		for (k = 0; k < in; k++)
			*weight(c, y, in, i, k) = turned ?
			    v->v[i * in + k] : v->v[k * out + i];
		if (bias != NULL)
			y->b[i] = bias->v[bias->n == 1 ? 0 : i];
	}
	return 0;
}

static int
gemm(struct chain *c, const struct tp_onnx_node *n, struct tp_err *e)
{
	const struct tp_onnx_tensor	*v, *bias = NULL;
	size_t				 i;

	for (i = 0; i < n->nattr; i++) {
		const struct tp_onnx_attr	*a = &n->attr[i];

		if (((tp_onnx_is(a->name, "alpha") ||
		    tp_onnx_is(a->name, "beta")) && fabs(a->f - 1) > 0) ||
		    (tp_onnx_is(a->name, "transA") && a->i != 0))
			return tp_onnx_no(e, "it is not plain:", n->op);
	}
	if (n->nin < 2 || !same(n->in[0], c->now) ||
	    (v = tp_onnx_constant(c->o, n->in[1])) == NULL ||
	    (n->nin > 2 && n->in[2].n > 0 &&
	    (bias = tp_onnx_constant(c->o, n->in[2])) == NULL))
		return tp_onnx_no(e, "weights that are no constants at",
		    n->op);
	return multiply(c, n, v, tp_onnx_attr(n, "transB")->i != 0, bias, e);
}

/* LinearRegressor and Scaler of ai.onnx.ml. */
static int
linear(struct chain *c, const struct tp_onnx_node *n, struct tp_err *e)
{
	const struct tp_onnx_attr	*w = tp_onnx_attr(n, "coefficients");
	const struct tp_onnx_attr	*b = tp_onnx_attr(n, "intercepts");
	const struct tp_onnx_attr	*how = tp_onnx_attr(n,
					    "post_transform");
	struct tp_onnx_tensor		 t = {
		.ndim = 2, .n = w->nfloat, .v = w->floats,
	}, bias = { .ndim = 1, .n = b->nfloat, .v = b->floats };

	if (how->s.n > 0 && !tp_onnx_is(how->s, "NONE"))
		return tp_onnx_no(e, "what comes out is changed by", how->s);
	if (w->nfloat == 0 || w->nfloat % c->width != 0)
		return tp_onnx_no(e, "shapes do not fit at", n->op);
	t.dim[0] = w->nfloat / c->width;
	t.dim[1] = c->width;
	return multiply(c, n, &t, true, b->nfloat > 0 ? &bias : NULL, e);
}

static int
scaler(struct chain *c, const struct tp_onnx_node *n, struct tp_err *e)
{
	const struct tp_onnx_attr	*off = tp_onnx_attr(n, "offset");
	const struct tp_onnx_attr	*by = tp_onnx_attr(n, "scale");
	struct tp_layer		*y = open_layer(c);
	size_t				 i;

	if (y == NULL || (off->nfloat != 1 && off->nfloat != c->width) ||
	    (by->nfloat != 1 && by->nfloat != c->width))
		return tp_onnx_no(e, "shapes do not fit at", n->op);
	for (i = 0; i < c->width; i++) {
		double	o = off->floats[off->nfloat == 1 ? 0 : i];
		double	s = by->floats[by->nfloat == 1 ? 0 : i];

		change(y, i, s, -o * s);
	}
	return 0;
}

/* Operators that leave all numbers as they are. */
static int
passes(struct chain *c, const struct tp_onnx_node *n, struct tp_err *e)
{
	const struct tp_onnx_tensor	*shape;
	int64_t				 to = tp_onnx_attr(n, "to")->i;

	if (tp_onnx_is(n->op, "Cast") && to != TP_ONNX_FLOAT &&
	    to != TP_ONNX_DOUBLE)
		return tp_onnx_no(e, "numbers become integers at", n->op);
	if (!tp_onnx_is(n->op, "Reshape"))
		return 0;
	shape = n->nin > 1 ? tp_onnx_constant(c->o, n->in[1]) : NULL;
	if (shape == NULL || shape->n != 2 ||
	    (fabs(shape->v[1] - (double)c->width) > 0 &&
	    fabs(shape->v[1] - 1) > 0))
		return tp_onnx_no(e, "rows are not kept at", n->op);
	/* skl2onnx leaves horizons one below the other */
	c->ended = c->ended || shape->v[1] < (double)c->width;
	return 0;
}

static int
activation(struct chain *c, const struct tp_onnx_node *n,
    enum tp_layers_act act, struct tp_err *e)
{
	struct tp_layer	*y;

	if (act == TP_LAYERS_RELU && c->ended)
		return 0;		/* forecasts are cut at 0 anyway */
	if (c->ended)
		return tp_onnx_no(e, "it goes on behind its end, with",
		    n->op);
	y = open_layer(c);
	if (y == NULL)
		return no(e, "too many layers or weights");
	y->act = act;
	return 0;
}

static int
grow_trees(struct chain *c, const struct tp_onnx_node *n, struct tp_err *e)
{
	if (c->changed)
		return no(e, "the inputs of its trees are changed before");
	c->trees = c->ended = true;
	c->width = c->nout;
	return tp_onnx_trees(n, c->f->nin - c->o->width == 1 ? 0 : 1, c->t,
	    c->nout, e);
}

/* An operator of the newest value, which is its input `at`. */
static int
apply(struct chain *c, const struct tp_onnx_node *n, size_t at,
    struct tp_err *e)
{
	const struct tp_onnx_tensor	*v;
	struct tp_onnx_text		 op = n->op;

	if (tp_onnx_is(op, "Cast") || tp_onnx_is(op, "Identity") ||
	    tp_onnx_is(op, "Reshape"))
		return passes(c, n, e);
	if (tp_onnx_is(op, "Relu"))
		return activation(c, n, TP_LAYERS_RELU, e);
	if (tp_onnx_is(op, "Tanh"))
		return activation(c, n, TP_LAYERS_TANH, e);
	if (tp_onnx_is(op, "Sigmoid"))
		return activation(c, n, TP_LAYERS_SIGMOID, e);
	if (tp_onnx_is(op, "TreeEnsembleRegressor"))
		return grow_trees(c, n, e);
	if (c->ended)
		return tp_onnx_no(e, "it goes on behind its end, with", op);
	if (tp_onnx_is(op, "Gemm"))
		return gemm(c, n, e);
	if (tp_onnx_is(op, "LinearRegressor"))
		return linear(c, n, e);
	if (tp_onnx_is(op, "Scaler"))
		return scaler(c, n, e);
	v = n->nin == 2 ? tp_onnx_constant(c->o, n->in[1 - at]) : NULL;
	if (v != NULL && tp_onnx_is(op, "MatMul") && at == 0)
		return multiply(c, n, v, false, NULL, e);
	if (v != NULL && (tp_onnx_is(op, "Add") || tp_onnx_is(op, "Sub") ||
	    tp_onnx_is(op, "Mul") || tp_onnx_is(op, "Div")))
		return arithmetic(c, n, v, at == 0, e);
	return tp_onnx_no(e, "an operator that is not known here:", op);
}

/* Takes the first column out of the input. */
static bool
is_start(const struct chain *c, const struct tp_onnx_node *n)
{
	const struct tp_onnx_tensor	*v;

	if (!tp_onnx_is(n->op, "Gather") || n->nin != 2 ||
	    !same(n->in[0], c->o->input) || c->o->width != c->f->nin ||
	    tp_onnx_attr(n, "axis")->i != 1)
		return false;
	v = tp_onnx_constant(c->o, n->in[1]);
	return v != NULL && v->n == 1 && fabs(v->v[0]) <= 0;
}

static int
take_node(struct chain *c, const struct tp_onnx_node *n, struct tp_err *e)
{
	size_t	at;

	if (tp_onnx_is(n->op, "Constant"))
		return 0;
	if (is_start(c, n)) {
		c->start = n->out[0];
		return 0;
	}
	for (at = 0; at < n->nin && !same(n->in[at], c->now); at++)
		;
	if (at == n->nin || n->nout != 1)
		return tp_onnx_no(e, "not a chain of operators at", n->op);
	if (tp_onnx_is(n->op, "Add") && n->nin == 2 &&
	    same(n->in[1 - at], c->start) && !c->added)
		c->added = c->ended = true;
	else if (apply(c, n, at, e) != 0)
		return -1;
	c->changed = c->changed || !(tp_onnx_is(n->op, "Identity") ||
	    tp_onnx_is(n->op, "Cast"));
	c->now = n->out[0];
	return 0;
}

static int
check_ends(const struct chain *c, struct tp_err *e)
{
	const struct tp_onnx	*o = c->o;

	if (o->ninput != 1 || o->noutput != 1)
		return no(e, "it does not have one input and one output");
	if (o->width == 0 || (o->width != c->f->nin &&
	    (c->f->form != TP_FORMULA_TREES || o->width + 1 != c->f->nin)))
		return no(e, "it does not have the inputs of the model");
	return 0;
}

static bool
all_finite(const struct tp_layers *d)
{
	bool	good = true;
	size_t	i, k;

	for (i = 0; i < d->n; i++) {
		const struct tp_layer	*y = &d->layer[i];

		for (k = 0; k < y->in * y->out; k++)
			good = good && isfinite(y->w[k]);
		for (k = 0; k < y->out; k++)
			good = good && isfinite(y->b[k]);
	}
	return good;
}

static int
take_chain(struct chain *c, struct tp_err *e)
{
	bool	outright = c->o->width == c->f->nin;
	size_t	i;

	for (i = 0; i < c->o->nnode; i++)
		if (take_node(c, &c->o->node[i], e) != 0)
			return -1;
	if (!same(c->now, c->o->output))
		return no(e, "its output is not the end of the chain");
	if (c->width != c->nout)
		return no(e, "it does not have an output for each horizon");
	if (c->trees && outright && !c->added)
		return no(e, "its trees do not add to the first input");
	if (c->trees && c->d->n > 0)
		return no(e, "the inputs of its trees are changed before");
	if (!c->trees && c->d->n == 0 && open_layer(c) == NULL)
		return no(e, "it computes nothing");
	if (!all_finite(c->d))
		return no(e, "a weight is not finite");
	c->d->adds = c->added || !outright;
	return 0;
}

int
tp_import_onnx(const struct tp_formula *f, const char *p, size_t n,
    size_t nout, struct tp_trees *t, struct tp_layers *d, struct tp_err *e)
{
	struct tp_onnx	o = { 0 };
	struct chain	c = {
		.o = &o, .f = f, .t = t, .d = d, .nout = nout,
	};
	size_t		h;
	int		rc = tp_onnx_read(&o, p, n, e);

	for (h = 0; h < nout; h++)
		t[h].ncol = f->nin - 1;
	if (rc == 0)
		rc = check_ends(&c, e);
	c.now = o.input;
	c.width = o.width;
	if (rc == 0)
		rc = take_chain(&c, e);
	tp_onnx_release(&o);
	if (rc == 0)
		return 0;
	for (h = 0; h < nout; h++)
		tp_trees_release(&t[h]);
	tp_layers_release(d);
	return -1;
}
