/*
 * The wire format of protocol buffers, as far as ONNX has it: varints, fields
 * of bytes and packed lists, to be written.  All append to a buffer; a message
 * inside another is written to a buffer of its own first.
 */
#ifndef TP_EXCHANGE_PROTO_H
#define TP_EXCHANGE_PROTO_H

#include <stdint.h>

#include "base/buf.h"

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
