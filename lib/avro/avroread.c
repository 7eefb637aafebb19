/* Binary to JSON. */
#include <math.h>
#include <stdlib.h>

#include "avro/avroschema.h"

struct reader {
	const struct tp_avro *a;
	const char	*p, *end, *start;
	int64_t		 elements;	/* there may be so many more */
	struct tp_buf	*b;
	const char	*at;		/* the field that is read */
	char		*why;
	size_t		 size;
};

static int read_value(struct reader *r, size_t type);

static int
fail(struct reader *r, const char *what)
{
	snprintf(r->why, r->size, "%s: %s at byte %zu", r->at, what,
	    (size_t)(r->p - r->start));
	return -1;
}

static int
get_long(struct reader *r, int64_t *v)
{
	uint64_t	u = 0;
	unsigned	shift;
	unsigned char	c;

	for (shift = 0; shift < 64; shift += 7) {
		if (r->p == r->end)
			return fail(r, "a number that is cut off");
		c = (unsigned char)*r->p++;
		if (shift == 63 && c > 1)
			break;
		u |= (uint64_t)(c & 0x7F) << shift;
		if (c < 0x80) {
			*v = (int64_t)(u >> 1) ^ -(int64_t)(u & 1);
			return 0;
		}
	}
	return fail(r, "a number of more than 64 bits");
}

static int
get_little(struct reader *r, size_t n, uint64_t *u)
{
	size_t	i;

	if ((size_t)(r->end - r->p) < n)
		return fail(r, "a number that is cut off");
	*u = 0;
	for (i = 0; i < n; i++)
		*u |= (uint64_t)(unsigned char)r->p[i] << 8 * i;
	r->p += n;
	return 0;
}

static int
read_text(struct reader *r)
{
	int64_t	n;

	if (get_long(r, &n) != 0)
		return -1;
	if (n < 0 || n > r->end - r->p)
		return fail(r, "a text that is cut off");
	tp_json_write_str(r->b, r->p, (size_t)n);
	r->p += n;
	return 0;
}

static int
read_real(struct reader *r, bool wide)
{
	uint64_t	u;
	uint32_t	u32;
	double		d;
	float		f;

	if (get_little(r, wide ? 8 : 4, &u) != 0)
		return -1;
	u32 = (uint32_t)u;
	memcpy(&d, &u, sizeof(d));
	memcpy(&f, &u32, sizeof(f));
	if (!(wide ? isfinite(d) : isfinite(f)))
		return fail(r, "not a finite number");
	if (wide)
		tp_buf_num(r->b, d);
	else
		tp_buf_float(r->b, f);
	return 0;
}

static int
read_whole(struct reader *r, bool narrow)
{
	int64_t	v;

	if (get_long(r, &v) != 0)
		return -1;
	if (narrow && (v < INT32_MIN || v > INT32_MAX))
		return fail(r, "not an int");
	tp_buf_int(r->b, v);
	return 0;
}

/* A place in an enum or a union. */
static int
read_place(struct reader *r, const struct tp_avro_type *t, const char *what,
    size_t *place)
{
	int64_t	i;

	if (get_long(r, &i) != 0)
		return -1;
	if (i < 0 || (uint64_t)i >= t->nparts)
		return fail(r, what);
	*place = (size_t)i;
	return 0;
}

static int
read_record(struct reader *r, const struct tp_avro_type *t)
{
	size_t	i, at, value;
	bool	any = false;

	tp_buf_char(r->b, '{');
	for (i = 0; i < t->nparts; i++) {
		at = r->b->n;
		r->at = t->parts[i].name;
		if (any)
			tp_buf_char(r->b, ',');
		tp_json_write_str(r->b, r->at, strlen(r->at));
		tp_buf_char(r->b, ':');
		value = r->b->n;
		if (read_value(r, t->parts[i].type) != 0)
			return -1;
		if (r->b->n - value == 4 &&
		    memcmp(r->b->p + value, "null", 4) == 0)
			r->b->n = at;
		else
			any = true;
	}
	tp_buf_char(r->b, '}');
	return 0;
}

/*
 * How many elements a block has.  All of a message have no more than it has
 * bytes: each takes one at least, but for nulls, which could be without number.
 */
static int
read_block(struct reader *r, int64_t *n)
{
	int64_t	bytes;

	if (get_long(r, n) != 0)
		return -1;
	if (*n < 0) {
		if (*n == INT64_MIN || get_long(r, &bytes) != 0)
			return fail(r, "a block of no known size");
		*n = -*n;
	}
	if (*n > r->elements)
		return fail(r, "more elements than bytes");
	r->elements -= *n;
	return 0;
}

static int
read_many(struct reader *r, const struct tp_avro_type *t)
{
	bool	map = t->kind == TP_AVRO_MAP, any = false;
	int64_t	n;

	tp_buf_char(r->b, map ? '{' : '[');
	for (;;) {
		if (read_block(r, &n) != 0)
			return -1;
		if (n == 0)
			break;
		for (; n > 0; n--) {
			if (any)
				tp_buf_char(r->b, ',');
			any = true;
			if (map) {
				if (read_text(r) != 0)
					return -1;
				tp_buf_char(r->b, ':');
			}
			if (read_value(r, t->parts[0].type) != 0)
				return -1;
		}
	}
	tp_buf_char(r->b, map ? '}' : ']');
	return 0;
}

static int
read_value(struct reader *r, size_t type)
{
	const struct tp_avro_type	*t = &r->a->types[type];
	size_t				 i;

	switch (t->kind) {
	case TP_AVRO_NULL:
		tp_buf_lit(r->b, "null");
		return 0;
	case TP_AVRO_BOOLEAN:
		if (r->p == r->end || (unsigned char)*r->p > 1)
			return fail(r, "neither true nor false");
		tp_buf_str(r->b, *r->p++ == 1 ? "true" : "false");
		return 0;
	case TP_AVRO_INT:
	case TP_AVRO_LONG:
		return read_whole(r, t->kind == TP_AVRO_INT);
	case TP_AVRO_FLOAT:
	case TP_AVRO_DOUBLE:
		return read_real(r, t->kind == TP_AVRO_DOUBLE);
	case TP_AVRO_STRING:
		return read_text(r);
	case TP_AVRO_ENUM:
		if (read_place(r, t, "no such symbol", &i) != 0)
			return -1;
		tp_json_write_str(r->b, t->parts[i].name,
		    strlen(t->parts[i].name));
		return 0;
	case TP_AVRO_UNION:
		if (read_place(r, t, "no such branch of the union", &i) != 0)
			return -1;
		return read_value(r, t->parts[i].type);
	case TP_AVRO_ARRAY:
	case TP_AVRO_MAP:
		return read_many(r, t);
	case TP_AVRO_RECORD:
		break;
	}
	return read_record(r, t);
}

int
tp_avro_decode(const struct tp_avro *a, const char *p, size_t n,
    struct tp_buf *out, char *why, size_t size)
{
	struct reader	r = {
		.a = a, .p = p, .end = p + n, .start = p,
		.elements = (int64_t)n, .b = out,
		.at = "record", .why = why, .size = size,
	};
	size_t		at = out->n;
	int		rc = read_value(&r, a->root);

	if (rc == 0 && r.p != r.end) {
		r.at = "message";
		rc = fail(&r, "more than one record");
	}
	if (rc != 0)
		out->n = at;
	return rc;
}
