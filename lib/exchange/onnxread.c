#include "exchange/onnxread.h"

#include <endian.h>

#include "base/mem.h"
#include "exchange/onnxfield.h"
#include "exchange/proto.h"

bool
tp_onnx_is(struct tp_onnx_text t, const char *s)
{
	return t.n == strlen(s) && (t.n == 0 || memcmp(t.p, s, t.n) == 0);
}

static bool
same(struct tp_onnx_text a, struct tp_onnx_text b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

int
tp_onnx_no(struct tp_err *e, const char *what, struct tp_onnx_text op)
{
	if (op.n == 0)
		return tp_err_set(e, TP_EXIT_DATA, "not a model of ONNX that "
		    "can be used: %s", what);
	return tp_err_set(e, TP_EXIT_DATA, "not a model of ONNX that can be "
	    "used: %s '%.*s'", what, (int)(op.n < 64 ? op.n : 64), op.p);
}

static int
no(struct tp_err *e, const char *what)
{
	return tp_onnx_no(e, what, (struct tp_onnx_text){ NULL, 0 });
}

static struct tp_onnx_text
text_of(const struct tp_proto_field *f)
{
	return (struct tp_onnx_text){ f->bytes.p, f->bytes.n };
}

void
tp_onnx_release(struct tp_onnx *o)
{
	size_t	i, k;

	for (i = 0; i < o->nnode; i++) {
		for (k = 0; k < o->node[i].nattr; k++) {
			free(o->node[i].attr[k].ints);
			free(o->node[i].attr[k].floats);
			free(o->node[i].attr[k].strings);
		}
		free(o->node[i].attr);
	}
	for (i = 0; i < o->nconstant; i++)
		free(o->constant[i].v);
	free(o->node);
	free(o->constant);
	memset(o, 0, sizeof(*o));
}

const struct tp_onnx_tensor *
tp_onnx_constant(const struct tp_onnx *o, struct tp_onnx_text name)
{
	size_t	i;

	for (i = 0; i < o->nconstant; i++)
		if (same(o->constant[i].name, name))
			return &o->constant[i];
	return NULL;
}

const struct tp_onnx_attr *
tp_onnx_attr(const struct tp_onnx_node *n, const char *name)
{
	static const struct tp_onnx_attr	none;
	size_t					i;

	for (i = 0; i < n->nattr; i++)
		if (tp_onnx_is(n->attr[i].name, name))
			return &n->attr[i];
	return &none;
}

static double
number(struct tp_proto *r, uint64_t type)
{
	switch (type) {
	case TP_ONNX_FLOAT:
		return (double)tp_proto_float(r);
	case TP_ONNX_DOUBLE:
		return tp_proto_double(r);
	default:
		return (double)(int64_t)tp_proto_varint(r);
	}
}

/* The numbers of a raw field, in which integers have eight bytes. */
static double
raw_number(struct tp_proto *r, uint64_t type)
{
	double		v;
	uint64_t	u;

	if (type != TP_ONNX_INT64)
		return number(r, type);
	v = tp_proto_double(r);
	memcpy(&u, &v, sizeof(u));
	return (double)(int64_t)u;
}

/* The fields of a tensor that say what it is. */
struct tensor_fields {
	uint64_t	 type;
	struct tp_proto	 list;		/* packed */
	bool		 raw;
};

static int
tensor_field(struct tp_onnx_tensor *t, struct tensor_fields *q,
    const struct tp_proto_field *f)
{
	struct tp_proto	dims = f->bytes;

	switch (f->number) {
	case TP_ONNX_TENSOR_DIM:
		do {
			uint64_t	d = f->is_bytes ?
					    tp_proto_varint(&dims) : f->v;

			if (t->ndim == TP_ONNX_DIMS || d > UINT32_MAX)
				return -1;
			t->dim[t->ndim++] = (size_t)d;
		} while (dims.n > 0);
		break;
	case TP_ONNX_TENSOR_TYPE:
		q->type = f->v;
		break;
	case TP_ONNX_TENSOR_NAME:
		t->name = text_of(f);
		break;
	case TP_ONNX_TENSOR_FLOATS: case TP_ONNX_TENSOR_INT64S:
	case TP_ONNX_TENSOR_DOUBLES: case TP_ONNX_TENSOR_RAW:
		if (!f->is_bytes || q->list.p != NULL)
			return -1;
		q->list = f->bytes;
		q->raw = f->number == TP_ONNX_TENSOR_RAW;
		break;
	case TP_ONNX_TENSOR_ELSEWHERE:	/* in another file */
		return -1;
	}
	return 0;
}

static int
read_tensor(struct tp_onnx_tensor *t, struct tp_proto r, struct tp_err *e)
{
	struct tensor_fields	q = { 0 };
	struct tp_proto_field	f;
	size_t			n = 1, i;

	while (tp_proto_next(&r, &f))
		if (tensor_field(t, &q, &f) != 0)
			return no(e, "a constant that is damaged, or in "
			    "another file");
	if (r.bad || (q.type != TP_ONNX_FLOAT && q.type != TP_ONNX_INT64 &&
	    q.type != TP_ONNX_DOUBLE))
		return no(e, "a constant is not of numbers");
	for (i = 0; i < t->ndim; i++) {
		/* each takes a byte at least */
		if (t->dim[i] > q.list.n || n * t->dim[i] > q.list.n)
			return no(e, "a constant is cut short");
		n *= t->dim[i];
	}
	t->v = tp_calloc(n + 1, sizeof(*t->v));
	t->n = n;
	for (i = 0; i < n; i++)
		t->v[i] = q.raw ? raw_number(&q.list, q.type) :
		    number(&q.list, q.type);
	return q.list.bad || q.list.n > 0 ?
	    no(e, "a constant has another size than it says") : 0;
}

static struct tp_onnx_tensor *
new_constant(struct tp_onnx *o)
{
	struct tp_onnx_tensor	*t;

	TP_GROW(o->constant, o->constant_cap, o->nconstant + 1);
	t = &o->constant[o->nconstant++];
	memset(t, 0, sizeof(*t));
	return t;
}

static void
add_int(struct tp_onnx_attr *a, uint64_t v)
{
	TP_GROW(a->ints, a->int_cap, a->nint + 1);
	a->ints[a->nint++] = (int64_t)v;
}

static void
add_float(struct tp_onnx_attr *a, float v)
{
	TP_GROW(a->floats, a->float_cap, a->nfloat + 1);
	a->floats[a->nfloat++] = (double)v;
}

/* One field of an attribute; lists come packed or one by one. */
static void
attr_field(struct tp_onnx_attr *a, struct tp_proto_field *f)
{
	uint32_t	u = (uint32_t)f->v;
	float		v;

	memcpy(&v, &u, sizeof(v));
	switch (f->number) {
	case TP_ONNX_ATTR_NAME:
		a->name = text_of(f);
		break;
	case TP_ONNX_ATTR_F:
		a->f = (double)v;
		break;
	case TP_ONNX_ATTR_I:
		a->i = (int64_t)f->v;
		break;
	case TP_ONNX_ATTR_S:
		a->s = text_of(f);
		break;
	case TP_ONNX_ATTR_INTS:
		if (!f->is_bytes)
			add_int(a, f->v);
		while (f->bytes.n > 0)
			add_int(a, tp_proto_varint(&f->bytes));
		break;
	case TP_ONNX_ATTR_FLOATS:
		if (!f->is_bytes)
			add_float(a, v);
		while (f->bytes.n > 0)
			add_float(a, tp_proto_float(&f->bytes));
		break;
	case TP_ONNX_ATTR_STRINGS:
		TP_GROW(a->strings, a->string_cap, a->nstring + 1);
		a->strings[a->nstring++] = text_of(f);
		break;
	}
}

/* An attribute of the newest node; a tensor in it becomes a constant. */
static int
read_attr(struct tp_onnx *o, struct tp_onnx_node *n, struct tp_proto r,
    struct tp_err *e)
{
	struct tp_onnx_attr	*a;
	struct tp_onnx_tensor	*t;
	struct tp_proto_field	 f;

	TP_GROW(n->attr, n->attr_cap, n->nattr + 1);
	a = &n->attr[n->nattr++];
	memset(a, 0, sizeof(*a));
	while (tp_proto_next(&r, &f)) {
		if (f.number != TP_ONNX_ATTR_T) {
			attr_field(a, &f);
			if (f.bytes.bad)
				return no(e, "an attribute is damaged");
			continue;
		}
		t = new_constant(o);
		if (read_tensor(t, f.bytes, e) != 0)
			return -1;
		/* of a node Constant it has the name of the output */
		t->name = n->out[0];
	}
	return r.bad ? no(e, "an attribute is damaged") : 0;
}

static int
read_node(struct tp_onnx *o, struct tp_proto r, struct tp_err *e)
{
	struct tp_onnx_node	*n;
	struct tp_proto		 again = r;
	struct tp_proto_field	 f;

	TP_GROW(o->node, o->node_cap, o->nnode + 1);
	n = &o->node[o->nnode++];
	memset(n, 0, sizeof(*n));
	while (tp_proto_next(&r, &f)) {
		bool	in = f.number == TP_ONNX_NODE_INPUT;
		bool	out = f.number == TP_ONNX_NODE_OUTPUT;

		if ((in && n->nin == TP_ONNX_ENDS) ||
		    (out && n->nout == TP_ONNX_ENDS))
			return no(e, "a node has too many inputs or outputs");
		if (in)
			n->in[n->nin++] = text_of(&f);
		else if (out)
			n->out[n->nout++] = text_of(&f);
		else if (f.number == TP_ONNX_NODE_OP)
			n->op = text_of(&f);
	}
	if (r.bad)
		return no(e, "a node is damaged");
	while (tp_proto_next(&again, &f))
		if (f.number == TP_ONNX_NODE_ATTRIBUTE &&
		    read_attr(o, n, f.bytes, e) != 0)
			return -1;
	return 0;
}

/* The part of a message at the end of a path of field numbers. */
static struct tp_proto
inside(struct tp_proto r, const unsigned *path)
{
	struct tp_proto_field	f;

	for (; *path != 0; path++) {
		memset(&f, 0, sizeof(f));
		while (tp_proto_next(&r, &f))
			if (f.number == *path)
				break;
		if (r.bad || f.number != *path || !f.is_bytes)
			return (struct tp_proto){ NULL, 0, true };
		r = f.bytes;
	}
	return r;
}

/* The columns of an input of two dimensions; 0 where it has others. */
static size_t
columns(struct tp_proto value)
{
	static const unsigned	path[] = {
		TP_ONNX_VALUE_TYPE, TP_ONNX_TYPE_TENSOR, TP_ONNX_TENSOR_SHAPE,
		0,
	};
	struct tp_proto		shape = inside(value, path);
	struct tp_proto_field	f, d;
	size_t			n = 0, last = 0;

	while (tp_proto_next(&shape, &f)) {
		if (f.number != TP_ONNX_SHAPE_DIM)
			continue;
		last = 0;
		while (tp_proto_next(&f.bytes, &d))
			if (d.number == TP_ONNX_DIM_VALUE && d.v < UINT32_MAX)
				last = (size_t)d.v;
		n++;
	}
	return n == 2 ? last : 0;
}

static struct tp_onnx_text
value_name(struct tp_proto value)
{
	static const unsigned	path[] = { TP_ONNX_VALUE_NAME, 0 };
	struct tp_proto		name = inside(value, path);

	return (struct tp_onnx_text){ name.p, name.bad ? 0 : name.n };
}

static int
read_graph(struct tp_onnx *o, struct tp_proto r, struct tp_err *e)
{
	struct tp_proto		again = r;
	struct tp_proto_field	f;

	while (tp_proto_next(&r, &f)) {
		if (f.number == TP_ONNX_GRAPH_NODE &&
		    read_node(o, f.bytes, e) != 0)
			return -1;
		if (f.number == TP_ONNX_GRAPH_CONSTANT &&
		    read_tensor(new_constant(o), f.bytes, e) != 0)
			return -1;
		if (f.number == TP_ONNX_GRAPH_OUTPUT) {
			o->output = value_name(f.bytes);
			o->noutput++;
		}
	}
	if (r.bad)
		return no(e, "it is damaged");
	while (tp_proto_next(&again, &f)) {
		/* old files list constants as inputs too */
		if (f.number != TP_ONNX_GRAPH_INPUT ||
		    tp_onnx_constant(o, value_name(f.bytes)) != NULL)
			continue;
		o->input = value_name(f.bytes);
		o->width = columns(f.bytes);
		o->ninput++;
	}
	return 0;
}

int
tp_onnx_read(struct tp_onnx *o, const char *p, size_t n, struct tp_err *e)
{
	struct tp_proto		r = { p, n, false };
	struct tp_proto_field	f;
	bool			found = false;

	while (tp_proto_next(&r, &f)) {
		if (f.number != TP_ONNX_MODEL_GRAPH)
			continue;
		if (found || read_graph(o, f.bytes, e) != 0)
			return found ? no(e, "it has two graphs") : -1;
		found = true;
	}
	if (r.bad || !found)
		return no(e, "it is damaged, or no file of ONNX");
	return 0;
}
