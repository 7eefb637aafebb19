/*
 * Private to lib/rec: what a key of a record means.  The table is static.
 */
#ifndef TP_REC_NAME_H
#define TP_REC_NAME_H

#include "rec/rec.h"

/* What values a field takes. */
enum tp_kind {
	TP_KIND_ANY, TP_KIND_ID, TP_KIND_TEXT, TP_KIND_TIME, TP_KIND_NUM,
	TP_KIND_INT,
};

struct tp_name {
	uint64_t	 head, tail;	/* first and last eight bytes */
	const char	*name;		/* NULL: an empty slot */
	uint8_t		 n;
	uint8_t		 scope;		/* where it has this meaning */
	uint8_t		 field;		/* NONE: only a container */
	uint8_t		 rank;		/* 0: the canonical name */
	uint8_t		 opens;		/* scope of the object in it */
};

/*
 * The meaning of a key of n bytes in a scope, or NULL.  Eight bytes from key
 * on must be readable.
 */
const struct tp_name *tp_name_find(enum tp_scope scope, const char *key,
    size_t n);

/* Whether the values of a field are texts, numbers, times, ... */
enum tp_kind tp_field_kind(enum tp_field f);

#endif
