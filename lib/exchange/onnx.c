/*
 * ONNX: the messages of onnx.proto that a model of ours needs.  Field numbers
 * are those of onnx/onnx.proto, version 1.8 (IR 7), which all later ones keep.
 */
#include "base/mem.h"
#include "base/version.h"
#include "exchange/exchange.h"
#include "exchange/proto.h"
#include "model/pack.h"

enum { FLOAT = 1, INT64 = 7, DOUBLE = 11 };	/* TensorProto.DataType */
enum { INT = 2, FLOATS = 6, INTS = 7, STRINGS = 8 };	/* AttributeProto.Type */

/* ModelProto, GraphProto, NodeProto, ... */
enum {
	MODEL_IR = 1, MODEL_PRODUCER = 2, MODEL_PRODUCER_VERSION = 3,
	MODEL_GRAPH = 7, MODEL_OPSET = 8, MODEL_METADATA = 14,
	OPSET_DOMAIN = 1, OPSET_VERSION = 2,
	ENTRY_KEY = 1, ENTRY_VALUE = 2,
	GRAPH_NODE = 1, GRAPH_NAME = 2, GRAPH_CONSTANT = 5, GRAPH_INPUT = 11,
	GRAPH_OUTPUT = 12,
	NODE_INPUT = 1, NODE_OUTPUT = 2, NODE_OP = 4, NODE_ATTRIBUTE = 5,
	NODE_DOMAIN = 7,
	ATTR_NAME = 1, ATTR_I = 3, ATTR_FLOATS = 7, ATTR_INTS = 8,
	ATTR_STRINGS = 9, ATTR_TYPE = 20,
	TENSOR_DIM = 1, TENSOR_TYPE = 2, TENSOR_NAME = 8, TENSOR_RAW = 9,
	VALUE_NAME = 1, VALUE_TYPE = 2, TYPE_TENSOR = 1,
	TENSOR_ELEM = 1, TENSOR_SHAPE = 2, SHAPE_DIM = 1,
	DIM_VALUE = 1, DIM_NAME = 2,
};

/* An input or output: n, or n x cols. */
static void
put_value(struct tp_buf *graph, unsigned field, const char *name, int type,
    size_t cols)
{
	struct tp_buf	value = { 0 }, t = { 0 }, tensor = { 0 };
	struct tp_buf	shape = { 0 }, dim = { 0 };

	tp_proto_str(&dim, DIM_NAME, "n");
	tp_proto_message(&shape, SHAPE_DIM, &dim);
	if (cols > 0) {
		tp_proto_int(&dim, DIM_VALUE, (int64_t)cols);
		tp_proto_message(&shape, SHAPE_DIM, &dim);
	}
	tp_proto_int(&tensor, TENSOR_ELEM, type);
	tp_proto_message(&tensor, TENSOR_SHAPE, &shape);
	tp_proto_message(&t, TYPE_TENSOR, &tensor);
	tp_proto_str(&value, VALUE_NAME, name);
	tp_proto_message(&value, VALUE_TYPE, &t);
	tp_proto_message(graph, field, &value);
	tp_buf_release(&value);
	tp_buf_release(&t);
	tp_buf_release(&tensor);
	tp_buf_release(&shape);
	tp_buf_release(&dim);
}

/* A constant of the graph; raw holds its numbers, and is emptied. */
static void
put_constant(struct tp_buf *graph, const char *name, int type,
    const size_t *dim, size_t ndim, struct tp_buf *raw)
{
	struct tp_buf	t = { 0 };
	size_t		i;

	for (i = 0; i < ndim; i++)
		tp_proto_int(&t, TENSOR_DIM, (int64_t)dim[i]);
	tp_proto_int(&t, TENSOR_TYPE, type);
	tp_proto_str(&t, TENSOR_NAME, name);
	tp_proto_message(&t, TENSOR_RAW, raw);
	tp_proto_message(graph, GRAPH_CONSTANT, &t);
	tp_buf_release(&t);
}

/* A node of up to two inputs (NULL: no second), and one attribute or none. */
static void
put_node(struct tp_buf *graph, const char *op, const char *in0,
    const char *in1, const char *out, const char *attr, int64_t v)
{
	struct tp_buf	node = { 0 }, a = { 0 };

	tp_proto_str(&node, NODE_INPUT, in0);
	if (in1 != NULL)
		tp_proto_str(&node, NODE_INPUT, in1);
	tp_proto_str(&node, NODE_OUTPUT, out);
	tp_proto_str(&node, NODE_OP, op);
	if (attr != NULL) {
		tp_proto_str(&a, ATTR_NAME, attr);
		tp_proto_int(&a, ATTR_I, v);
		tp_proto_int(&a, ATTR_TYPE, INT);
		tp_proto_message(&node, NODE_ATTRIBUTE, &a);
	}
	tp_proto_message(graph, GRAPH_NODE, &node);
	tp_buf_release(&node);
	tp_buf_release(&a);
}

/* One int64 as a constant. */
static void
put_axis(struct tp_buf *graph, const char *name, char axis)
{
	struct tp_buf	raw = { 0 };
	const size_t	one = 1;

	tp_buf_char(&raw, axis);
	tp_buf_add(&raw, "\0\0\0\0\0\0\0", 7);
	put_constant(graph, name, INT64, &one, 1, &raw);
	tp_buf_release(&raw);
}

/* forecasts = max(0, sum over inputs of coefficients[segment] * inputs) */
static void
put_linear(struct tp_buf *g, const struct tp_formula *f)
{
	const size_t	dim[3] = { f->nseg, f->nh, f->nin };
	struct tp_buf	raw = { 0 };

	tp_pack_f64(&raw, f->coef, f->nseg * f->nh * f->nin);
	put_constant(g, "coefficients", DOUBLE, dim, 3, &raw);
	tp_buf_release(&raw);
	put_axis(g, "one", 1);
	put_axis(g, "two", 2);
	put_value(g, GRAPH_INPUT, "inputs", DOUBLE, f->nin);
	put_value(g, GRAPH_INPUT, "segment", INT64, 0);
	put_node(g, "Gather", "coefficients", "segment", "own", "axis", 0);
	put_node(g, "Unsqueeze", "inputs", "one", "row", NULL, 0);
	put_node(g, "Mul", "own", "row", "parts", NULL, 0);
	put_node(g, "ReduceSum", "parts", "two", "sum", "keepdims", 0);
	put_node(g, "Relu", "sum", NULL, "forecasts", NULL, 0);
	put_value(g, GRAPH_OUTPUT, "forecasts", DOUBLE, f->nh);
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
					/* the first input is the start */
					s->feature[at] = 1 + v.col;
					s->value[at] = v.t;
					s->yes[at] = s->node[at] + v.step;
					s->no[at] = s->yes[at] + 1;
					continue;
				}
				s->leaf_tree[s->nleaf] = s->tree[at];
				s->leaf_node[s->nleaf] = s->node[at];
				s->leaf_target[s->nleaf] = (int64_t)h;
				s->weight[s->nleaf++] = v.t;
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
put_ints(struct tp_buf *node, const char *name, const int64_t *v, size_t n)
{
	struct tp_buf	a = { 0 };

	tp_proto_str(&a, ATTR_NAME, name);
	tp_proto_ints(&a, ATTR_INTS, v, n);
	tp_proto_int(&a, ATTR_TYPE, INTS);
	tp_proto_message(node, NODE_ATTRIBUTE, &a);
	tp_buf_release(&a);
}

static void
put_floats(struct tp_buf *node, const char *name, const float *v, size_t n)
{
	struct tp_buf	a = { 0 };

	tp_proto_str(&a, ATTR_NAME, name);
	tp_proto_floats(&a, ATTR_FLOATS, v, n);
	tp_proto_int(&a, ATTR_TYPE, FLOATS);
	tp_proto_message(node, NODE_ATTRIBUTE, &a);
	tp_buf_release(&a);
}

static void
put_ensemble(struct tp_buf *graph, const struct ensemble *s, size_t nh)
{
	struct tp_buf	node = { 0 }, a = { 0 };
	size_t		i;

	tp_proto_str(&node, NODE_INPUT, "inputs");
	tp_proto_str(&node, NODE_OUTPUT, "change");
	tp_proto_str(&node, NODE_OP, "TreeEnsembleRegressor");
	tp_proto_str(&node, NODE_DOMAIN, "ai.onnx.ml");
	tp_proto_str(&a, ATTR_NAME, "n_targets");
	tp_proto_int(&a, ATTR_I, (int64_t)nh);
	tp_proto_int(&a, ATTR_TYPE, INT);
	tp_proto_message(&node, NODE_ATTRIBUTE, &a);
	put_ints(&node, "nodes_treeids", s->tree, s->n);
	put_ints(&node, "nodes_nodeids", s->node, s->n);
	put_ints(&node, "nodes_featureids", s->feature, s->n);
	put_ints(&node, "nodes_truenodeids", s->yes, s->n);
	put_ints(&node, "nodes_falsenodeids", s->no, s->n);
	put_floats(&node, "nodes_values", s->value, s->n);
	tp_proto_str(&a, ATTR_NAME, "nodes_modes");
	for (i = 0; i < s->n; i++)
		tp_proto_str(&a, ATTR_STRINGS,
		    s->leaf[i] ? "LEAF" : "BRANCH_LT");
	tp_proto_int(&a, ATTR_TYPE, STRINGS);
	tp_proto_message(&node, NODE_ATTRIBUTE, &a);
	put_ints(&node, "target_treeids", s->leaf_tree, s->nleaf);
	put_ints(&node, "target_nodeids", s->leaf_node, s->nleaf);
	put_ints(&node, "target_ids", s->leaf_target, s->nleaf);
	put_floats(&node, "target_weights", s->weight, s->nleaf);
	tp_proto_message(graph, GRAPH_NODE, &node);
	tp_buf_release(&node);
	tp_buf_release(&a);
}

/* forecasts = max(0, the first input + what the trees say) */
static void
put_trees(struct tp_buf *g, const struct tp_formula *f)
{
	struct ensemble	s = { 0 };

	gather(&s, f);
	put_axis(g, "first", 0);
	put_value(g, GRAPH_INPUT, "inputs", FLOAT, f->nin);
	put_ensemble(g, &s, f->nh);
	put_node(g, "Gather", "inputs", "first", "start", "axis", 1);
	put_node(g, "Add", "start", "change", "sum", NULL, 0);
	put_node(g, "Relu", "sum", NULL, "forecasts", NULL, 0);
	put_value(g, GRAPH_OUTPUT, "forecasts", FLOAT, f->nh);
	release(&s);
}

static void
put_metadata(struct tp_buf *b, const char *key, const char *value)
{
	struct tp_buf	entry = { 0 };

	tp_proto_str(&entry, ENTRY_KEY, key);
	tp_proto_str(&entry, ENTRY_VALUE, value);
	tp_proto_message(b, MODEL_METADATA, &entry);
	tp_buf_release(&entry);
}

/* What somebody needs who has nothing but the file. */
static void
put_about(struct tp_buf *b, const struct tp_modelfile *m,
    const struct tp_formula *f)
{
	struct tp_buf	list = { 0 };
	size_t		i;

	put_metadata(b, "model_version", m->version);
	put_metadata(b, "feature_set", m->spec);
	put_metadata(b, "unit", m->unit);
	for (i = 0; i < f->nin; i++)
		tp_buf_printf(&list, "%s%s", i > 0 ? "," : "", f->name[i]);
	put_metadata(b, "inputs", tp_buf_cstr(&list));
	list.n = 0;
	for (i = 0; i < m->nh; i++)
		tp_buf_printf(&list, "%s%d", i > 0 ? "," : "", m->minutes[i]);
	put_metadata(b, "horizon_minutes", tp_buf_cstr(&list));
	list.n = 0;
	for (i = 0; i < m->segs.n; i++)
		tp_buf_printf(&list, "%s\"%s\"", i > 0 ? "," : "[",
		    m->segs.keys[i].p);
	tp_buf_char(&list, ']');
	put_metadata(b, "segments", tp_buf_cstr(&list));
	tp_buf_release(&list);
}

static void
put_opset(struct tp_buf *b, const char *domain, int64_t version)
{
	struct tp_buf	o = { 0 };

	tp_proto_str(&o, OPSET_DOMAIN, domain);
	tp_proto_int(&o, OPSET_VERSION, version);
	tp_proto_message(b, MODEL_OPSET, &o);
	tp_buf_release(&o);
}

int
tp_export_onnx(const struct tp_modelfile *m, const struct tp_formula *f,
    struct tp_buf *b, struct tp_err *e)
{
	struct tp_buf	graph = { 0 };

	(void)e;
	tp_proto_int(b, MODEL_IR, 7);
	tp_proto_str(b, MODEL_PRODUCER, "tp-model");
	tp_proto_str(b, MODEL_PRODUCER_VERSION, TP_VERSION);
	if (f->form == TP_FORMULA_LINEAR)
		put_linear(&graph, f);
	else
		put_trees(&graph, f);
	tp_proto_str(&graph, GRAPH_NAME, m->kind->name);
	tp_proto_message(b, MODEL_GRAPH, &graph);
	put_opset(b, "", 13);
	put_opset(b, "ai.onnx.ml", 1);
	put_about(b, m, f);
	tp_buf_release(&graph);
	return 0;
}
