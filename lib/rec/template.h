/*
 * Private to lib/rec: the template of a record is its line without the
 * values.  Most lines of a stream differ in nothing else, and need not be
 * taken apart anew: what stands between values is compared, values are
 * scanned as ever, and each has the meaning of the one in its place before.
 */
#ifndef TP_REC_TEMPLATE_H
#define TP_REC_TEMPLATE_H

#include "rec/rec.h"

/* Frees the templates of a record. */
void tp_template_release(struct tp_rec *r);
/*
 * Parses the line of r where it is that of a template and r is to have its
 * fields; else returns false, and r has still to be parsed.
 */
bool tp_template_parse(struct tp_rec *r);
/* Tells of a record that was parsed without one: it may be made one. */
void tp_template_learn(struct tp_rec *r);

/* In rec.c: no field has a meaning any more. */
void tp_rec_forget(struct tp_rec *r);
/* In rec.c: makes a text that is a JSON number a number: metadata has such. */
void tp_rec_unquote(struct tp_json_val *v);

#endif
