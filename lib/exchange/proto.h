/*
 * The wire format of protocol buffers, as far as ONNX has it: varints, fields
 * of bytes and packed lists.  What is written is appended to a buffer; a
 * message inside another is written to a buffer of its own first.  What is
 * read is borrowed, and never past its end.
 */
#ifndef TP_EXCHANGE_PROTO_H
#define TP_EXCHANGE_PROTO_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

/* The rest of a message. */
struct tp_proto {
	const char	*p;
	size_t		 n;
	bool		 bad;		/* damaged; nothing follows */
};

/* A field: a number of 8 or 4 bytes or a varint in v, or bytes. */
struct tp_proto_field {
	unsigned	 number;
	bool		 is_bytes;
	uint64_t	 v;
	struct tp_proto	 bytes;
};

/* The next field into *f; false at the end, or where the rest is damaged. */
bool tp_proto_next(struct tp_proto *r, struct tp_proto_field *f);
/* The next varint, or float or double of a packed list; else 0 and bad. */
uint64_t tp_proto_varint(struct tp_proto *r);
float tp_proto_float(struct tp_proto *r);
double tp_proto_double(struct tp_proto *r);

/* Append one field. */
void tp_proto_int(struct tp_buf *b, unsigned field, int64_t v);
void tp_proto_bytes(struct tp_buf *b, unsigned field, const void *p, size_t n);
void tp_proto_str(struct tp_buf *b, unsigned field, const char *s);
/* Appends the message m as a field, and empties m. */
void tp_proto_message(struct tp_buf *b, unsigned field, struct tp_buf *m);
/* Append a packed list. */
void tp_proto_ints(struct tp_buf *b, unsigned field, const int64_t *v,
    size_t n);
void tp_proto_floats(struct tp_buf *b, unsigned field, const float *v,
    size_t n);

#endif
