/*
 * A strict scanner of one JSON value in memory (RFC 8259, UTF-8 checked) that
 * allocates nothing: fields are slices of the line, which the caller owns and
 * must not change while they are in use.
 *
 * Every text handed to a scanner must be followed by TP_JSON_PAD readable
 * bytes, the first of which is '\n' or NUL: strings are scanned eight bytes
 * at a time.
 */
#ifndef TP_JSON_JSON_H
#define TP_JSON_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

#define TP_JSON_PAD	16
#define TP_JSON_DEPTH	64	/* nesting beyond this is refused */

enum tp_json_type {
	TP_JSON_NULL, TP_JSON_FALSE, TP_JSON_TRUE, TP_JSON_NUM, TP_JSON_STR,
	TP_JSON_OBJ, TP_JSON_ARR,
};

#define TP_JSON_ODD	UINT8_MAX

struct tp_json_val {
	const char	*p;	/* STR: behind the opening quote, escapes raw */
	uint32_t	 n;	/* STR: without the quotes */
	uint8_t		 type;	/* enum tp_json_type */
	bool		 esc;	/* STR: holds a backslash */
	bool		 integer; /* NUM: no point and no exponent */
	uint8_t		 decimals; /* NUM: digits behind the point, or
				 * TP_JSON_ODD: many, or an exponent */
};

struct tp_json_field {
	const char	*key;	/* without the quotes, escapes raw */
	uint32_t	 klen;
	struct tp_json_val v;
};

/* The fields of one object, in their order.  All zero is an empty one. */
struct tp_json_obj {
	struct tp_json_field *f;
	size_t		 n, cap;
	const char	*why;	/* after an error: what is wrong, static text */
	size_t		 at;	/* and the byte where */
};

void tp_json_obj_release(struct tp_json_obj *o);

/*
 * Scans s[0..n) as one object with nothing but blanks around it.  Nested
 * values are checked and kept as slices.  A key that occurs twice is an
 * error.  Returns 0, or -1 with why and at set.
 */
int tp_json_object(struct tp_json_obj *o, const char *s, size_t n);

/* As tp_json_object, for an array: each element becomes a field without key. */
int tp_json_array(struct tp_json_obj *o, const char *s, size_t n);

/* The field with this key, or NULL. */
const struct tp_json_field *tp_json_find(const struct tp_json_obj *o,
    const char *key);

/* The value as a finite double: -1 where it is no number or overflows. */
int tp_json_num(const struct tp_json_val *v, double *d);
/* The value as an integer: -1 where it has a fraction or exceeds 64 bits. */
int tp_json_int(const struct tp_json_val *v, int64_t *i);
/*
 * Appends a string value with its escapes undone.  Returns -1 on a lone
 * surrogate; NUL (\u0000) is kept as a byte.
 */
int tp_json_unescape(const struct tp_json_val *v, struct tp_buf *b);

/* Appends n bytes as a JSON string: quotes, escapes, invalid UTF-8 as U+FFFD. */
void tp_json_write_str(struct tp_buf *b, const char *s, size_t n);

#endif
