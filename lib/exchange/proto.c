#include "exchange/proto.h"

#include <endian.h>

#include "base/mem.h"

enum { VARINT = 0, EIGHT = 1, BYTES = 2, FOUR = 5 };	/* wire types */

static void
put_varint(struct tp_buf *b, uint64_t v)
{
	for (; v >= 0x80; v >>= 7)
		tp_buf_char(b, (char)(v | 0x80));
	tp_buf_char(b, (char)v);
}

static void
put_key(struct tp_buf *b, unsigned field, unsigned wire)
{
	put_varint(b, (uint64_t)field << 3 | wire);
}

void
tp_proto_int(struct tp_buf *b, unsigned field, int64_t v)
{
	put_key(b, field, VARINT);
	put_varint(b, (uint64_t)v);
}

static void
put_float(struct tp_buf *b, float v)
{
	uint32_t	u;

	memcpy(&u, &v, sizeof(u));
	u = htole32(u);
	tp_buf_add(b, (const char *)&u, sizeof(u));
}

void
tp_proto_bytes(struct tp_buf *b, unsigned field, const void *p, size_t n)
{
	put_key(b, field, BYTES);
	put_varint(b, n);
	tp_buf_add(b, p, n);
}

void
tp_proto_str(struct tp_buf *b, unsigned field, const char *s)
{
	tp_proto_bytes(b, field, s, strlen(s));
}

void
tp_proto_message(struct tp_buf *b, unsigned field, struct tp_buf *m)
{
	tp_proto_bytes(b, field, m->p, m->n);
	m->n = 0;
}

void
tp_proto_ints(struct tp_buf *b, unsigned field, const int64_t *v, size_t n)
{
	struct tp_buf	list = { 0 };
	size_t		i;

	for (i = 0; i < n; i++)
		put_varint(&list, (uint64_t)v[i]);
	tp_proto_message(b, field, &list);
	tp_buf_release(&list);
}

void
tp_proto_floats(struct tp_buf *b, unsigned field, const float *v, size_t n)
{
	size_t	i;

	put_key(b, field, BYTES);
	put_varint(b, 4 * n);
	for (i = 0; i < n; i++)
		put_float(b, v[i]);
}

uint64_t
tp_proto_varint(struct tp_proto *r)
{
	uint64_t	v = 0;
	unsigned	shift;
	unsigned char	c;

	for (shift = 0; shift < 64 && r->n > 0; shift += 7) {
		c = (unsigned char)*r->p++;
		r->n--;
		v |= (uint64_t)(c & 0x7f) << shift;
		if (c < 0x80)
			return v;
	}
	r->n = 0;
	r->bad = true;
	return 0;
}

/* The next `size` bytes as a little-endian number. */
static uint64_t
take(struct tp_proto *r, size_t size)
{
	uint64_t	v = 0;

	if (r->n < size) {
		r->n = 0;
		r->bad = true;
		return 0;
	}
	memcpy(&v, r->p, size);
	r->p += size;
	r->n -= size;
	return size == 8 ? le64toh(v) : le32toh((uint32_t)v);
}

float
tp_proto_float(struct tp_proto *r)
{
	uint32_t	u = (uint32_t)take(r, 4);
	float		v;

	memcpy(&v, &u, sizeof(v));
	return v;
}

double
tp_proto_double(struct tp_proto *r)
{
	uint64_t	u = take(r, 8);
	double		v;

	memcpy(&v, &u, sizeof(v));
	return v;
}

bool
tp_proto_next(struct tp_proto *r, struct tp_proto_field *f)
{
	uint64_t	key;

	if (r->n == 0)
		return false;
	key = tp_proto_varint(r);
	memset(f, 0, sizeof(*f));
	f->number = (unsigned)(key >> 3);
	switch (key & 7) {
	case VARINT:
		f->v = tp_proto_varint(r);
		break;
	case EIGHT:
		f->v = take(r, 8);
		break;
	case FOUR:
		f->v = take(r, 4);
		break;
	case BYTES:
		f->is_bytes = true;
		f->v = tp_proto_varint(r);
		if (f->v > r->n)
			r->bad = true;
		if (r->bad)
			break;
		f->bytes.p = r->p;
		f->bytes.n = (size_t)f->v;
		r->p += f->v;
		r->n -= (size_t)f->v;
		break;
	default:
		r->bad = true;
	}
	if (r->bad)
		r->n = 0;
	return !r->bad;
}
