/*
 * Writing the messages of a graph of ONNX; for lib/exchange.
 *
 * A graph may be written as a part of another one: all of its names then get
 * the prefix, and its inputs and outputs are values of the whole like others.
 */
#ifndef TP_EXCHANGE_ONNXPUT_H
#define TP_EXCHANGE_ONNXPUT_H

#include <stddef.h>

#include "base/buf.h"
#include "exchange/onnxfield.h"

#define TP_ONNX_PUT_MOST	16	/* inputs of an operator */

struct tp_onnx_graph {
	struct tp_buf	 b;
	char		 prefix[8];	/* "": a graph of its own */
};

/* An operator with one output, and one attribute or none: a number, or a list
 * of them where nlist > 0. */
struct tp_onnx_op {
	const char	*op, *in[TP_ONNX_PUT_MOST], *out;
	size_t		 nin;
	const char	*attr;		/* or NULL */
	int64_t		 v;
	const int64_t	*list;
	size_t		 nlist;
};

/* Appends it to the graph. */
void tp_onnx_put_op(struct tp_onnx_graph *g, const struct tp_onnx_op *o);
/* The same of one or two inputs (in1 NULL: one). */
void tp_onnx_put_node(struct tp_onnx_graph *g, const char *op, const char *in0,
    const char *in1, const char *out, const char *attr, int64_t v);

/* Appends a name, as it is in the graph, to one of its messages. */
void tp_onnx_put_name(const struct tp_onnx_graph *g, struct tp_buf *b,
    unsigned field, const char *name);
/* An input or output of these dimensions, where 0 stands for any number. */
void tp_onnx_put_value(struct tp_onnx_graph *g, unsigned field,
    const char *name, int type, const size_t *dim, size_t ndim);
/* A constant; raw holds its numbers, and is emptied. */
void tp_onnx_put_constant(struct tp_onnx_graph *g, const char *name, int type,
    const size_t *dim, size_t ndim, struct tp_buf *raw);
/* A list of integers as a constant. */
void tp_onnx_put_ints(struct tp_onnx_graph *g, const char *name,
    const int64_t *v, size_t n);
/* An integer, or a list of them, as an attribute of a node. */
void tp_onnx_put_attr_int(struct tp_buf *node, const char *name, int64_t v);
void tp_onnx_put_attr_ints(struct tp_buf *node, const char *name,
    const int64_t *v, size_t n);

#endif
