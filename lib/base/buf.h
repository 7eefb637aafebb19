/*
 * A growing byte buffer and the number formatting of every output line.
 * The struct owns `p`; `n` bytes of `cap` are used; p may be NULL while cap
 * is 0.  Nothing here adds a NUL except tp_buf_cstr().
 */
#ifndef TP_BASE_BUF_H
#define TP_BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/mem.h"

struct tp_buf {
	char	*p;
	size_t	 n, cap;
};

void tp_buf_release(struct tp_buf *b);

/* Makes room for `more` bytes and returns where they go; n is unchanged. */
char *tp_buf_room_slow(struct tp_buf *b, size_t more);
static inline char *
tp_buf_room(struct tp_buf *b, size_t more)
{
	return b->cap - b->n > more ? b->p + b->n :	/* p is not NULL */
	    tp_buf_room_slow(b, more);
}

/* Appends n bytes; s may be NULL where n is 0. */
static inline void
tp_buf_add(struct tp_buf *b, const char *s, size_t n)
{
	char	*d = tp_buf_room(b, n);

	if (n > 0)
		memcpy(d, s, n);
	b->n += n;
}

/* Appends one byte. */
static inline void
tp_buf_char(struct tp_buf *b, char c)
{
	*tp_buf_room(b, 1) = c;
	b->n++;
}

/* Appends a string literal. */
#define tp_buf_lit(b, s) tp_buf_add((b), "" s, sizeof(s) - 1)

/* Append a string and formatted text, without their NUL. */
void tp_buf_str(struct tp_buf *b, const char *s);
void tp_buf_printf(struct tp_buf *b, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* Returns the contents with a NUL behind them (not counted in n). */
const char *tp_buf_cstr(struct tp_buf *b);

/* Appends v in decimal. */
void tp_buf_int(struct tp_buf *b, int64_t v);
/*
 * Appends the shortest decimal text that reads back as v.  v is finite;
 * negative zero is written as 0.
 */
void tp_buf_num(struct tp_buf *b, double v);
/* Likewise the shortest that reads back as the same float; one below 1.2e-38 may
 * have more digits than it needs. */
void tp_buf_float(struct tp_buf *b, float v);
/*
 * Appends v rounded half away from zero to at most `decimals` (0..9) places,
 * without trailing zeros; falls back to tp_buf_num() where |v| >= 2^52 /
 * 10^decimals.
 */
void tp_buf_fixed(struct tp_buf *b, double v, int decimals);
/* The value that tp_buf_fixed() writes, as a reader will read it back. */
double tp_fixed(double v, int decimals);

/*
 * Strict parsers of a whole string of n bytes (no blanks, no trailing text).
 * Return 0, or -1 where the text is no number, not finite or out of range.
 */
int tp_parse_num(const char *s, size_t n, double *v);
/*
 * The same, faster, of a text that is known to be a number of JSON, behind
 * which eight bytes more can be read.  Of its digits so many are behind the
 * point; more than 8, and it may have an exponent.
 */
int tp_parse_padded(const char *s, size_t n, unsigned decimals, double *v);
int tp_parse_int(const char *s, size_t n, int64_t *v);
/* What a hexadecimal digit stands for, or -1. */
int tp_hex_digit(char c);
/* Whether s is something and then `end`. */
bool tp_ends_with(const char *s, const char *end);

#endif
