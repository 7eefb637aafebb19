#include "exchange/onnxput.h"

#include <endian.h>

#include "exchange/proto.h"

void
tp_onnx_put_name(const struct tp_onnx_graph *g, struct tp_buf *b,
    unsigned field, const char *name)
{
	struct tp_buf	whole = { 0 };

	tp_buf_printf(&whole, "%s%s", g->prefix, name);
	tp_proto_bytes(b, field, whole.p, whole.n);
	tp_buf_release(&whole);
}

void
tp_onnx_put_value(struct tp_onnx_graph *g, unsigned field, const char *name,
    int type, const size_t *d, size_t ndim)
{
	struct tp_buf	value = { 0 }, t = { 0 }, tensor = { 0 };
	struct tp_buf	shape = { 0 }, dim = { 0 };
	size_t		i;

	if (g->prefix[0] != '\0')
		return;
	for (i = 0; i < ndim; i++) {
		if (d[i] == 0)
			tp_proto_str(&dim, TP_ONNX_DIM_NAME, "n");
		else
			tp_proto_int(&dim, TP_ONNX_DIM_VALUE, (int64_t)d[i]);
		tp_proto_message(&shape, TP_ONNX_SHAPE_DIM, &dim);
	}
	tp_proto_int(&tensor, TP_ONNX_TENSOR_ELEM, type);
	tp_proto_message(&tensor, TP_ONNX_TENSOR_SHAPE, &shape);
	tp_proto_message(&t, TP_ONNX_TYPE_TENSOR, &tensor);
	tp_proto_str(&value, TP_ONNX_VALUE_NAME, name);
	tp_proto_message(&value, TP_ONNX_VALUE_TYPE, &t);
	tp_proto_message(&g->b, field, &value);
	tp_buf_release(&value);
	tp_buf_release(&t);
	tp_buf_release(&tensor);
	tp_buf_release(&shape);
	tp_buf_release(&dim);
}

void
tp_onnx_put_constant(struct tp_onnx_graph *g, const char *name, int type,
    const size_t *dim, size_t ndim, struct tp_buf *raw)
{
	struct tp_buf	t = { 0 };
	size_t		i;

	for (i = 0; i < ndim; i++)
		tp_proto_int(&t, TP_ONNX_TENSOR_DIM, (int64_t)dim[i]);
	tp_proto_int(&t, TP_ONNX_TENSOR_TYPE, type);
	tp_onnx_put_name(g, &t, TP_ONNX_TENSOR_NAME, name);
	tp_proto_message(&t, TP_ONNX_TENSOR_RAW, raw);
	tp_proto_message(&g->b, TP_ONNX_GRAPH_CONSTANT, &t);
	tp_buf_release(&t);
}

void
tp_onnx_put_ints(struct tp_onnx_graph *g, const char *name, const int64_t *v,
    size_t n)
{
	struct tp_buf	raw = { 0 };
	uint64_t	u;
	size_t		i;

	for (i = 0; i < n; i++) {
		u = htole64((uint64_t)v[i]);
		tp_buf_add(&raw, (const char *)&u, sizeof(u));
	}
	tp_onnx_put_constant(g, name, TP_ONNX_INT64, &n, 1, &raw);
	tp_buf_release(&raw);
}

void
tp_onnx_put_attr_ints(struct tp_buf *node, const char *name,
    const int64_t *v, size_t n)
{
	struct tp_buf	a = { 0 };

	tp_proto_str(&a, TP_ONNX_ATTR_NAME, name);
	tp_proto_ints(&a, TP_ONNX_ATTR_INTS, v, n);
	tp_proto_int(&a, TP_ONNX_ATTR_TYPE, TP_ONNX_IS_INTS);
	tp_proto_message(node, TP_ONNX_NODE_ATTRIBUTE, &a);
	tp_buf_release(&a);
}

void
tp_onnx_put_attr_int(struct tp_buf *node, const char *name, int64_t v)
{
	struct tp_buf	a = { 0 };

	tp_proto_str(&a, TP_ONNX_ATTR_NAME, name);
	tp_proto_int(&a, TP_ONNX_ATTR_I, v);
	tp_proto_int(&a, TP_ONNX_ATTR_TYPE, TP_ONNX_IS_INT);
	tp_proto_message(node, TP_ONNX_NODE_ATTRIBUTE, &a);
	tp_buf_release(&a);
}

void
tp_onnx_put_op(struct tp_onnx_graph *g, const struct tp_onnx_op *o)
{
	struct tp_buf	node = { 0 };
	size_t		i;

	for (i = 0; i < o->nin; i++)
		tp_onnx_put_name(g, &node, TP_ONNX_NODE_INPUT, o->in[i]);
	tp_onnx_put_name(g, &node, TP_ONNX_NODE_OUTPUT, o->out);
	tp_proto_str(&node, TP_ONNX_NODE_OP, o->op);
	if (o->nlist > 0)
		tp_onnx_put_attr_ints(&node, o->attr, o->list, o->nlist);
	else if (o->attr != NULL)
		tp_onnx_put_attr_int(&node, o->attr, o->v);
	tp_proto_message(&g->b, TP_ONNX_GRAPH_NODE, &node);
	tp_buf_release(&node);
}

void
tp_onnx_put_node(struct tp_onnx_graph *g, const char *op, const char *in0,
    const char *in1, const char *out, const char *attr, int64_t v)
{
	tp_onnx_put_op(g, &(struct tp_onnx_op){
		.op = op, .in = { in0, in1 }, .nin = in1 != NULL ? 2 : 1,
		.out = out, .attr = attr, .v = v,
	});
}
