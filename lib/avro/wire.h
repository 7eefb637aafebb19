/*
 * Records as Confluent's serializers put them into topics: a zero byte, the
 * id of the schema in four bytes, the first the highest, and the record in
 * Avro's binary form.  Schemas are from a file, or from a registry by its
 * HTTP interface, asked through curl(1).  The struct owns all it holds.
 */
#ifndef TP_AVRO_WIRE_H
#define TP_AVRO_WIRE_H

#include "avro/avro.h"

struct tp_wire;

/*
 * where is the URL of a registry ("http://...") or a file with a schema, whose
 * id must then be given; -1: not given.  What is written has the schema that
 * the registry has last for "TOPIC-value"; what is read that of its id.
 * Returns NULL with the error, whose code is TP_EXIT_RESTART where the registry
 * does not answer now.
 */
struct tp_wire *tp_wire_open(const char *where, int64_t id,
    const char *topic, bool writes, struct tp_err *e);
void tp_wire_free(struct tp_wire *w);

/*
 * Appends the message of a JSON line.  Returns 0, or -1 with the reason in
 * why[size].
 */
int tp_wire_encode(struct tp_wire *w, const char *line, size_t n,
    struct tp_buf *out, char *why, size_t size);
/*
 * Appends the JSON of a message.  Returns 0; 1 with the reason in why[size]
 * where the message is bad, or its schema; or -1 with the error where the
 * registry does not answer: with the code TP_EXIT_RESTART the same call may
 * succeed later.
 */
int tp_wire_decode(struct tp_wire *w, const char *p, size_t n,
    struct tp_buf *out, char *why, size_t size, struct tp_err *e);

#endif
