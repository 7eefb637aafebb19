/* Writing the messages of a graph of ONNX; for lib/exchange. */
#ifndef TP_EXCHANGE_ONNXPUT_H
#define TP_EXCHANGE_ONNXPUT_H

#include <stddef.h>

#include "base/buf.h"
#include "exchange/onnxfield.h"

#define TP_ONNX_PUT_MOST	16	/* inputs of an operator */

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
void tp_onnx_put_op(struct tp_buf *graph, const struct tp_onnx_op *o);
/* The same of one or two inputs (in1 NULL: one). */
void tp_onnx_put_node(struct tp_buf *graph, const char *op, const char *in0,
    const char *in1, const char *out, const char *attr, int64_t v);

/* An input or output of these dimensions, where 0 stands for any number. */
void tp_onnx_put_value(struct tp_buf *graph, unsigned field,
    const char *name, int type, const size_t *dim, size_t ndim);
/* A constant; raw holds its numbers, and is emptied. */
void tp_onnx_put_constant(struct tp_buf *graph, const char *name, int type,
    const size_t *dim, size_t ndim, struct tp_buf *raw);
/* A list of integers as a constant. */
void tp_onnx_put_ints(struct tp_buf *graph, const char *name,
    const int64_t *v, size_t n);
/* A list of integers as an attribute of a node. */
void tp_onnx_put_attr_ints(struct tp_buf *node, const char *name,
    const int64_t *v, size_t n);

#endif
