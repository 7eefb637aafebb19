/*
 * Avro's binary form of records (specification 1.11), from JSON lines and
 * back.  A schema owns all it holds.  Types: null, boolean, int, long, float,
 * double, string, enum, array, map, union and record; no bytes, no fixed, and
 * no type within itself.  A value of a union stands in JSON as it is, without
 * the name of its branch.
 */
#ifndef TP_AVRO_AVRO_H
#define TP_AVRO_AVRO_H

#include "base/buf.h"
#include "base/err.h"

struct tp_avro;

/* Reads the schema text[0..n); name is for messages.  NULL with the error. */
struct tp_avro *tp_avro_parse(const char *name, const char *text, size_t n,
    struct tp_err *e);
void tp_avro_free(struct tp_avro *a);

/*
 * Appends the binary form of one JSON object (n bytes, TP_JSON_PAD readable
 * ones behind).  Members that the schema does not have are left out, those
 * that are not there have its default.  -1 with the reason in why[size] and
 * nothing appended.
 */
int tp_avro_encode(struct tp_avro *a, const char *line, size_t n,
    struct tp_buf *out, char *why, size_t size);
/*
 * Appends the JSON of p[0..n), which must be one value and nothing more; a
 * null is left out of its object.  -1 as above.
 */
int tp_avro_decode(const struct tp_avro *a, const char *p, size_t n,
    struct tp_buf *out, char *why, size_t size);

#endif
