/* Formulas as graphs of ONNX. */
#include "exchange/onnxform.h"

#include "base/mem.h"
#include "exchange/proto.h"
#include "model/layers.h"
#include "model/pack.h"

/* An input or output: n, or n x cols. */
static void
put_value(struct tp_onnx_graph *g, unsigned field, const char *name, int type,
    size_t cols)
{
	const size_t	dim[2] = { 0, cols };

	tp_onnx_put_value(g, field, name, type, dim, cols > 0 ? 2 : 1);
}

static void
put_axis(struct tp_onnx_graph *g, const char *name, int64_t axis)
{
	tp_onnx_put_ints(g, name, &axis, 1);
}

/* forecasts = max(0, sum over inputs of coefficients[segment] * inputs) */
static void
put_linear(struct tp_onnx_graph *g, const struct tp_formula *f)
{
	const size_t	dim[3] = { f->nseg, f->nh, f->nin };
	struct tp_buf	raw = { 0 };

	tp_pack_f64(&raw, f->coef, f->nseg * f->nh * f->nin);
	tp_onnx_put_constant(g, "coefficients", TP_ONNX_DOUBLE, dim, 3, &raw);
	tp_buf_release(&raw);
	put_axis(g, "one", 1);
	put_axis(g, "two", 2);
	put_value(g, TP_ONNX_GRAPH_INPUT, "inputs", TP_ONNX_DOUBLE, f->nin);
	put_value(g, TP_ONNX_GRAPH_INPUT, "segment", TP_ONNX_INT64, 0);
	tp_onnx_put_node(g, "Gather", "coefficients", "segment", "own", "axis", 0);
	tp_onnx_put_node(g, "Unsqueeze", "inputs", "one", "row", NULL, 0);
	tp_onnx_put_node(g, "Mul", "own", "row", "parts", NULL, 0);
	tp_onnx_put_node(g, "ReduceSum", "parts", "two", "sum", "keepdims", 0);
	tp_onnx_put_node(g, "Relu", "sum", NULL, "forecasts", NULL, 0);
	put_value(g, TP_ONNX_GRAPH_OUTPUT, "forecasts", TP_ONNX_DOUBLE, f->nh);
}

/* forecasts = max(0, layers on all inputs, and the first where it is added) */
static void
put_dense(struct tp_onnx_graph *g, const struct tp_formula *f)
{
	static const char *const	act[TP_LAYERS_ACTS] = {
		"Identity", "Relu", "Tanh", "Sigmoid",
	};
	const struct tp_layers		*d = f->layers;
	char				 name[5][24], *in = name[0];
	struct tp_buf			 raw = { 0 };
	size_t				 i, k;

	put_value(g, TP_ONNX_GRAPH_INPUT, "inputs", TP_ONNX_DOUBLE, f->nin);
	snprintf(in, sizeof(name[0]), "inputs");
	for (i = 0; i < d->n; i++) {
		const struct tp_layer	*y = &d->layer[i];
		const size_t			 dim[2] = { y->out, y->in };

		for (k = 1; k < 5; k++)
			snprintf(name[k], sizeof(name[k]), "%c_%zu",
			    " wbsy"[k], i);
		tp_pack_f64(&raw, y->w, y->out * y->in);
		tp_onnx_put_constant(g, name[1], TP_ONNX_DOUBLE, dim, 2, &raw);
		tp_pack_f64(&raw, y->b, y->out);
		tp_onnx_put_constant(g, name[2], TP_ONNX_DOUBLE, dim, 1, &raw);
		tp_onnx_put_op(g, &(struct tp_onnx_op){
			.op = "Gemm", .in = { in, name[1], name[2] },
			.nin = 3, .out = name[3], .attr = "transB", .v = 1,
		});
		tp_onnx_put_node(g, act[y->act], name[3], NULL, name[4], NULL, 0);
		memcpy(in, name[4], sizeof(name[4]));
	}
	if (d->adds) {
		put_axis(g, "first", 0);
		tp_onnx_put_node(g, "Gather", "inputs", "first", "start", "axis", 1);
		tp_onnx_put_node(g, "Add", "start", in, "sum", NULL, 0);
	}
	tp_onnx_put_node(g, "Relu", d->adds ? "sum" : in, NULL, "forecasts", NULL, 0);
	put_value(g, TP_ONNX_GRAPH_OUTPUT, "forecasts", TP_ONNX_DOUBLE, f->nh);
	tp_buf_release(&raw);
}

/* The arrays of a TreeEnsembleRegressor, one entry a node or leaf. */
struct ensemble {
	int64_t	*tree, *node, *feature, *yes, *no;
	float	*value;
	bool	*leaf;
	size_t	 n;
	int64_t	*leaf_tree, *leaf_node, *leaf_target;
	float	*weight;
	size_t	 nleaf;
};

static void
gather(struct ensemble *s, const struct tp_formula *f)
{
	size_t	h, k, i, n = 0, tree = 0;
	size_t	outs = f->nclass > 0 ? f->nclass : 1;
	size_t	first = f->nclass > 0 ? 0 : 1;	/* 0 is the start */

	for (h = 0; h < f->nh; h++)
		n += f->trees[h].nnode;
	s->tree = tp_calloc(n + 1, sizeof(*s->tree));
	s->node = tp_calloc(n + 1, sizeof(*s->node));
	s->feature = tp_calloc(n + 1, sizeof(*s->feature));
	s->yes = tp_calloc(n + 1, sizeof(*s->yes));
	s->no = tp_calloc(n + 1, sizeof(*s->no));
	s->value = tp_calloc(n + 1, sizeof(*s->value));
	s->leaf = tp_calloc(n + 1, sizeof(*s->leaf));
	s->leaf_tree = tp_calloc(n + 1, sizeof(*s->leaf_tree));
	s->leaf_node = tp_calloc(n + 1, sizeof(*s->leaf_node));
	s->leaf_target = tp_calloc(n + 1, sizeof(*s->leaf_target));
	s->weight = tp_calloc(n + 1, sizeof(*s->weight));
	for (h = 0; h < f->nh; h++)
		for (k = 0; k < f->trees[h].n; k++, tree++) {
			const struct tp_trees	*t = &f->trees[h];

			for (i = t->root[k]; i < t->root[k + 1]; i++) {
				struct tp_tree_node	v = t->node[i];
				size_t			at = s->n++;

				s->tree[at] = (int64_t)tree;
				s->node[at] = (int64_t)(i - t->root[k]);
				s->leaf[at] = v.step == 0;
				if (v.step > 0) {
					s->feature[at] =
					    (int64_t)first + v.col;
					s->value[at] = tp_tree_number(v.key);
					s->yes[at] = s->node[at] + v.step;
					s->no[at] = s->yes[at] + 1;
					continue;
				}
				s->leaf_tree[s->nleaf] = s->tree[at];
				s->leaf_node[s->nleaf] = s->node[at];
				s->leaf_target[s->nleaf] =
				    (int64_t)(h * outs + k % outs);
				s->weight[s->nleaf++] = tp_tree_number(v.key);
			}
		}
}

static void
release(struct ensemble *s)
{
	free(s->tree);
	free(s->node);
	free(s->feature);
	free(s->yes);
	free(s->no);
	free(s->value);
	free(s->leaf);
	free(s->leaf_tree);
	free(s->leaf_node);
	free(s->leaf_target);
	free(s->weight);
}

static void
put_floats(struct tp_buf *node, const char *name, const float *v, size_t n)
{
	struct tp_buf	a = { 0 };

	tp_proto_str(&a, TP_ONNX_ATTR_NAME, name);
	tp_proto_floats(&a, TP_ONNX_ATTR_FLOATS, v, n);
	tp_proto_int(&a, TP_ONNX_ATTR_TYPE, TP_ONNX_IS_FLOATS);
	tp_proto_message(node, TP_ONNX_NODE_ATTRIBUTE, &a);
	tp_buf_release(&a);
}

static void
put_ensemble(struct tp_onnx_graph *g, const struct ensemble *s, size_t nout)
{
	struct tp_buf	node = { 0 }, a = { 0 };
	size_t		i;

	tp_onnx_put_name(g, &node, TP_ONNX_NODE_INPUT, "inputs");
	tp_onnx_put_name(g, &node, TP_ONNX_NODE_OUTPUT, "change");
	tp_proto_str(&node, TP_ONNX_NODE_OP, "TreeEnsembleRegressor");
	tp_proto_str(&node, TP_ONNX_NODE_DOMAIN, "ai.onnx.ml");
	tp_onnx_put_attr_int(&node, "n_targets", (int64_t)nout);
	tp_onnx_put_attr_ints(&node, "nodes_treeids", s->tree, s->n);
	tp_onnx_put_attr_ints(&node, "nodes_nodeids", s->node, s->n);
	tp_onnx_put_attr_ints(&node, "nodes_featureids", s->feature, s->n);
	tp_onnx_put_attr_ints(&node, "nodes_truenodeids", s->yes, s->n);
	tp_onnx_put_attr_ints(&node, "nodes_falsenodeids", s->no, s->n);
	put_floats(&node, "nodes_values", s->value, s->n);
	tp_proto_str(&a, TP_ONNX_ATTR_NAME, "nodes_modes");
	for (i = 0; i < s->n; i++)
		tp_proto_str(&a, TP_ONNX_ATTR_STRINGS,
		    s->leaf[i] ? "LEAF" : "BRANCH_LT");
	tp_proto_int(&a, TP_ONNX_ATTR_TYPE, TP_ONNX_IS_STRINGS);
	tp_proto_message(&node, TP_ONNX_NODE_ATTRIBUTE, &a);
	tp_onnx_put_attr_ints(&node, "target_treeids", s->leaf_tree, s->nleaf);
	tp_onnx_put_attr_ints(&node, "target_nodeids", s->leaf_node, s->nleaf);
	tp_onnx_put_attr_ints(&node, "target_ids", s->leaf_target, s->nleaf);
	put_floats(&node, "target_weights", s->weight, s->nleaf);
	tp_proto_message(&g->b, TP_ONNX_GRAPH_NODE, &node);
	tp_buf_release(&node);
	tp_buf_release(&a);
}

/* forecasts = max(0, the first input + what the trees say) */
static void
put_trees(struct tp_onnx_graph *g, const struct tp_formula *f)
{
	struct ensemble	s = { 0 };

	gather(&s, f);
	put_axis(g, "first", 0);
	put_value(g, TP_ONNX_GRAPH_INPUT, "inputs", TP_ONNX_FLOAT, f->nin);
	put_ensemble(g, &s, f->nh);
	tp_onnx_put_node(g, "Gather", "inputs", "first", "start", "axis", 1);
	tp_onnx_put_node(g, "Add", "start", "change", "sum", NULL, 0);
	tp_onnx_put_node(g, "Relu", "sum", NULL, "forecasts", NULL, 0);
	put_value(g, TP_ONNX_GRAPH_OUTPUT, "forecasts", TP_ONNX_FLOAT, f->nh);
	release(&s);
}

/*
 * probabilities = for each horizon the softmax of what the trees of the
 * classes say, or its shares
 */
static void
put_classes(struct tp_onnx_graph *g, const struct tp_formula *f)
{
	const size_t	dim[3] = { 0, f->nh, f->nclass };
	const int64_t	shape[3] = { -1, (int64_t)f->nh, (int64_t)f->nclass };
	struct ensemble	s = { 0 };

	gather(&s, f);
	put_value(g, TP_ONNX_GRAPH_INPUT, "inputs", TP_ONNX_FLOAT, f->nin);
	put_ensemble(g, &s, f->nh * f->nclass);
	tp_onnx_put_ints(g, "shape", shape, 3);
	tp_onnx_put_node(g, "Reshape", "change", "shape", "sum", NULL, 0);
	if (f->shares) {
		put_axis(g, "last", 2);
		tp_onnx_put_node(g, "ReduceSum", "sum", "last", "all",
		    "keepdims", 1);
		tp_onnx_put_node(g, "Div", "sum", "all", "probabilities",
		    NULL, 0);
	} else {
		tp_onnx_put_node(g, "Softmax", "sum", NULL, "probabilities",
		    "axis", 2);
	}
	tp_onnx_put_value(g, TP_ONNX_GRAPH_OUTPUT, "probabilities",
	    TP_ONNX_FLOAT, dim, 3);
	release(&s);
}

void
tp_onnx_put_formula(struct tp_onnx_graph *g, const struct tp_formula *f)
{
	if (f->form == TP_FORMULA_LINEAR)
		put_linear(g, f);
	else if (f->form == TP_FORMULA_DENSE)
		put_dense(g, f);
	else if (f->form == TP_FORMULA_CLASSES)
		put_classes(g, f);
	else
		put_trees(g, f);
}
