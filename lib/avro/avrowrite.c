/* JSON to binary. */
#include <inttypes.h>
#include <math.h>

#include "avro/avroschema.h"

struct writer {
	struct tp_avro	*a;
	struct tp_buf	*b;
	const char	*at;		/* the field that is written */
	char		*why;
	size_t		 size;
};

static int write_value(struct writer *w, size_t type,
    const struct tp_json_val *v, int depth);

static int
fail(struct writer *w, const char *what)
{
	snprintf(w->why, w->size, "%s: %s", w->at, what);
	return -1;
}

/* Zigzag, then seven bits a byte, the low ones first. */
static void
put_long(struct tp_buf *b, int64_t v)
{
	uint64_t	u = (uint64_t)v << 1 ^ (uint64_t)(v >> 63);

	for (; u > 0x7F; u >>= 7)
		tp_buf_char(b, (char)(u | 0x80));
	tp_buf_char(b, (char)u);
}

static void
put_bytes(struct tp_buf *b, const char *p, size_t n)
{
	put_long(b, (int64_t)n);
	tp_buf_add(b, p, n);
}

/* The low n bytes of u, the lowest first. */
static void
put_little(struct tp_buf *b, uint64_t u, int n)
{
	for (; n > 0; n--, u >>= 8)
		tp_buf_char(b, (char)(u & 0xFF));
}

static int
put_text(struct writer *w, const char *p, size_t n, bool esc)
{
	struct tp_json_val	v = { .p = p, .n = (uint32_t)n };
	struct tp_buf		plain = { 0 };
	int			rc = 0;

	if (!esc) {
		put_bytes(w->b, p, n);
		return 0;
	}
	if (tp_json_unescape(&v, &plain) == 0)
		put_bytes(w->b, plain.p, plain.n);
	else
		rc = fail(w, "not Unicode");
	tp_buf_release(&plain);
	return rc;
}

static int
write_number(struct writer *w, enum tp_avro_kind kind,
    const struct tp_json_val *v)
{
	double		d;
	float		f;
	int64_t		i;
	uint64_t	u;
	uint32_t	u32;

	if (kind == TP_AVRO_INT || kind == TP_AVRO_LONG) {
		if (v->type != TP_JSON_NUM || tp_json_int(v, &i) != 0 ||
		    (kind == TP_AVRO_INT && (i < INT32_MIN || i > INT32_MAX)))
			return fail(w, kind == TP_AVRO_INT ? "not an int" :
			    "not a long");
		put_long(w->b, i);
		return 0;
	}
	if (v->type != TP_JSON_NUM || tp_json_num(v, &d) != 0)
		return fail(w, "not a number");
	if (kind == TP_AVRO_DOUBLE) {
		memcpy(&u, &d, sizeof(u));
		put_little(w->b, u, 8);
		return 0;
	}
	f = (float)d;
	if (!isfinite(f))
		return fail(w, "too large for a float");
	memcpy(&u32, &f, sizeof(u32));
	put_little(w->b, u32, 4);
	return 0;
}

/* The place of a symbol, or -1. */
static int64_t
symbol(const struct tp_avro_type *t, const struct tp_json_val *v)
{
	size_t	i;

	for (i = 0; v->type == TP_JSON_STR && i < t->nparts; i++)
		if (strlen(t->parts[i].name) == v->n &&
		    memcmp(t->parts[i].name, v->p, v->n) == 0)
			return (int64_t)i;
	return -1;
}

/* Whether a value may be of a type, by its looks. */
static bool
fits(const struct tp_avro_type *t, const struct tp_json_val *v)
{
	int64_t	i;

	switch (t->kind) {
	case TP_AVRO_NULL:
		return v->type == TP_JSON_NULL;
	case TP_AVRO_BOOLEAN:
		return v->type == TP_JSON_TRUE || v->type == TP_JSON_FALSE;
	case TP_AVRO_INT:
		return v->type == TP_JSON_NUM && tp_json_int(v, &i) == 0 &&
		    i >= INT32_MIN && i <= INT32_MAX;
	case TP_AVRO_LONG:
		return v->type == TP_JSON_NUM && tp_json_int(v, &i) == 0;
	case TP_AVRO_FLOAT:
	case TP_AVRO_DOUBLE:
		return v->type == TP_JSON_NUM;
	case TP_AVRO_STRING:
		return v->type == TP_JSON_STR;
	case TP_AVRO_ENUM:
		return symbol(t, v) >= 0;
	case TP_AVRO_ARRAY:
		return v->type == TP_JSON_ARR;
	case TP_AVRO_MAP:
	case TP_AVRO_RECORD:
		return v->type == TP_JSON_OBJ;
	case TP_AVRO_UNION:
		break;
	}
	return false;
}

static int
write_union(struct writer *w, const struct tp_avro_type *t,
    const struct tp_json_val *v, int depth)
{
	size_t	i;

	for (i = 0; i < t->nparts; i++)
		if (fits(&w->a->types[t->parts[i].type], v)) {
			put_long(w->b, (int64_t)i);
			return write_value(w, t->parts[i].type, v, depth);
		}
	return fail(w, "no branch of the union is for it");
}

static int
write_record(struct writer *w, const struct tp_avro_type *t,
    const struct tp_json_val *v, int depth)
{
	static const struct tp_json_val	 none = { .type = TP_JSON_NULL };
	struct tp_json_obj		*o = &w->a->scan[depth];
	const struct tp_json_field	*f;
	const struct tp_avro_part	*p;
	size_t				 i;

	if (v->type != TP_JSON_OBJ)
		return fail(w, "not an object");
	if (tp_json_object(o, v->p, v->n) != 0)
		return fail(w, o->why);
	for (i = 0; i < t->nparts; i++) {
		p = &t->parts[i];
		w->at = p->name;
		f = tp_json_find(o, p->name);
		if (write_value(w, p->type, f != NULL ? &f->v :
		    p->text != NULL ? &p->preset : &none, depth + 1) != 0)
			return -1;
	}
	return 0;
}

/* One block of all elements, and the empty one that ends them. */
static int
write_many(struct writer *w, const struct tp_avro_type *t,
    const struct tp_json_val *v, int depth)
{
	struct tp_json_obj	*o = &w->a->scan[depth];
	bool			 map = t->kind == TP_AVRO_MAP;
	size_t			 i;

	if (v->type != (map ? TP_JSON_OBJ : TP_JSON_ARR))
		return fail(w, map ? "not an object" : "not an array");
	if ((map ? tp_json_object(o, v->p, v->n) :
	    tp_json_array(o, v->p, v->n)) != 0)
		return fail(w, o->why);
	if (o->n > 0)
		put_long(w->b, (int64_t)o->n);
	for (i = 0; i < o->n; i++) {
		if (map && put_text(w, o->f[i].key, o->f[i].klen,
		    memchr(o->f[i].key, '\\', o->f[i].klen) != NULL) != 0)
			return -1;
		if (write_value(w, t->parts[0].type, &o->f[i].v,
		    depth + 1) != 0)
			return -1;
	}
	put_long(w->b, 0);
	return 0;
}

static int
write_value(struct writer *w, size_t type, const struct tp_json_val *v,
    int depth)
{
	const struct tp_avro_type	*t = &w->a->types[type];

	switch (t->kind) {
	case TP_AVRO_NULL:
		return v->type == TP_JSON_NULL ? 0 : fail(w, "not null");
	case TP_AVRO_BOOLEAN:
		if (!fits(t, v))
			return fail(w, "neither true nor false");
		tp_buf_char(w->b, v->type == TP_JSON_TRUE);
		return 0;
	case TP_AVRO_INT:
	case TP_AVRO_LONG:
	case TP_AVRO_FLOAT:
	case TP_AVRO_DOUBLE:
		return write_number(w, t->kind, v);
	case TP_AVRO_STRING:
		return v->type == TP_JSON_STR ?
		    put_text(w, v->p, v->n, v->esc) :
		    fail(w, v->type == TP_JSON_NULL ? "missing, and the "
		    "schema has no default" : "not a string");
	case TP_AVRO_ENUM:
		if (!fits(t, v))
			return fail(w, "not one of the symbols");
		put_long(w->b, symbol(t, v));
		return 0;
	case TP_AVRO_ARRAY:
	case TP_AVRO_MAP:
		return write_many(w, t, v, depth);
	case TP_AVRO_UNION:
		return write_union(w, t, v, depth);
	case TP_AVRO_RECORD:
		break;
	}
	return write_record(w, t, v, depth);
}

int
tp_avro_encode(struct tp_avro *a, const char *line, size_t n,
    struct tp_buf *out, char *why, size_t size)
{
	struct tp_json_val	v = {
		.p = line, .n = (uint32_t)n, .type = TP_JSON_OBJ,
	};
	struct writer		w = {
		.a = a, .b = out, .at = "record", .why = why, .size = size,
	};
	size_t			at = out->n;

	if (write_value(&w, a->root, &v, 0) == 0)
		return 0;
	out->n = at;
	return -1;
}
