/*
 * A file of ONNX as nodes and constants, so far as models of sums and trees
 * need it.  Names and texts point into the file; the struct owns its arrays.
 */
#ifndef TP_EXCHANGE_ONNXREAD_H
#define TP_EXCHANGE_ONNXREAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define TP_ONNX_DIMS	4
#define TP_ONNX_ENDS	8	/* inputs or outputs of a node */

struct tp_onnx_text {
	const char	*p;
	size_t		 n;
};

/* Numbers of any type, as doubles. */
struct tp_onnx_tensor {
	struct tp_onnx_text name;
	size_t		 dim[TP_ONNX_DIMS], ndim;
	size_t		 n;
	double		*v;
};

struct tp_onnx_attr {
	struct tp_onnx_text name, s;
	double		 f;
	int64_t		 i;
	int64_t		*ints;
	double		*floats;
	struct tp_onnx_text *strings;
	size_t		 nint, int_cap, nfloat, float_cap;
	size_t		 nstring, string_cap;
};

struct tp_onnx_node {
	struct tp_onnx_text op, in[TP_ONNX_ENDS], out[TP_ONNX_ENDS];
	size_t		 nin, nout;
	struct tp_onnx_attr *attr;
	size_t		 nattr, attr_cap;
};

struct tp_onnx {
	struct tp_onnx_node *node;
	size_t		 nnode, node_cap;
	struct tp_onnx_tensor *constant;
	size_t		 nconstant, constant_cap;
	/* those that are no constants; width: columns, 0: not said */
	struct tp_onnx_text input, output;
	size_t		 ninput, noutput, width;
};

/* Reads n bytes; o is zeroed, and to be released whatever is returned. */
int tp_onnx_read(struct tp_onnx *o, const char *p, size_t n,
    struct tp_err *e);
void tp_onnx_release(struct tp_onnx *o);

/* True where a text is this one. */
bool tp_onnx_is(struct tp_onnx_text t, const char *s);
/* The constant of this name, or NULL. */
const struct tp_onnx_tensor *tp_onnx_constant(const struct tp_onnx *o,
    struct tp_onnx_text name);
/* The attribute of this name, or one that holds nothing. */
const struct tp_onnx_attr *tp_onnx_attr(const struct tp_onnx_node *n,
    const char *name);

/* "not a model of ONNX that can be used: WHAT 'OP'"; returns -1. */
int tp_onnx_no(struct tp_err *e, const char *what, struct tp_onnx_text op);

#endif
