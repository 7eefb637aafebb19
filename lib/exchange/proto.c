#include "exchange/proto.h"

#include <endian.h>

#include "base/mem.h"

enum { VARINT = 0, BYTES = 2 };

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
