/*
 * Writes JSON into a buffer.  Whether a comma is needed is told by the byte
 * before, so that there is no state: open, put what is inside, close.
 */
#ifndef TP_SERVE_PUT_H
#define TP_SERVE_PUT_H

#include <math.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/map.h"

/* The comma between two values, where one is needed. */
static inline void
tp_put_next(struct tp_buf *b)
{
	char	last = b->n > 0 ? b->p[b->n - 1] : '[';

	if (last != '[' && last != '{' && last != ':')
		tp_buf_char(b, ',');
}

/* '{' or '['. */
static inline void
tp_put_open(struct tp_buf *b, char c)
{
	tp_put_next(b);
	tp_buf_char(b, c);
}

/* '}' or ']'. */
static inline void
tp_put_close(struct tp_buf *b, char c)
{
	tp_buf_char(b, c);
}

/* The name of a member; its value comes next. */
void tp_put_key(struct tp_buf *b, const char *name);
/* A name and '{' or '['. */
void tp_put_key_open(struct tp_buf *b, const char *name, char c);

/* Values.  NAN, TP_TIME_NONE and NULL are written as null. */
void tp_put_num(struct tp_buf *b, double v, int decimals);
void tp_put_int(struct tp_buf *b, int64_t v);
void tp_put_bool(struct tp_buf *b, bool v);
void tp_put_str(struct tp_buf *b, const char *s);
/* A time in ms; and as ISO 8601 text. */
void tp_put_time(struct tp_buf *b, int64_t t);
void tp_put_iso(struct tp_buf *b, int64_t t);
/* An id that is kept as the raw bytes of a JSON string. */
void tp_put_id(struct tp_buf *b, const struct tp_map_key *id);

/* Members; those with no value to tell are left out. */
void tp_put_num_of(struct tp_buf *b, const char *name, double v, int decimals);
void tp_put_int_of(struct tp_buf *b, const char *name, int64_t v);
void tp_put_bool_of(struct tp_buf *b, const char *name, bool v);
void tp_put_str_of(struct tp_buf *b, const char *name, const char *s);
void tp_put_time_of(struct tp_buf *b, const char *name, int64_t t);
void tp_put_iso_of(struct tp_buf *b, const char *name, int64_t t);

#endif
