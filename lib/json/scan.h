/*
 * The inner loops of the scanner, inline since most values are short: for
 * lib/json, and for lib/rec/template.c.  Texts are padded as json.h says.
 */
#ifndef TP_JSON_SCAN_H
#define TP_JSON_SCAN_H

#include "base/digits.h"
#include "json/json.h"

/* Why a scan failed, and where. */
struct tp_scan_fault {
	const char	*why;
	const char	*at;
};

/* Notes a fault, of which the first counts; returns NULL. */
static inline const char *
tp_scan_fail(struct tp_scan_fault *f, const char *at, const char *why)
{
	if (f->why == NULL) {
		f->why = why;
		f->at = at;
	}
	return NULL;
}

/* One multi-byte UTF-8 sequence (Unicode table 3-7): behind it, or NULL. */
const char *tp_scan_utf8(const char *p);
/* p is at a backslash; returns behind the escape, or NULL. */
const char *tp_scan_escape(const char *p, struct tp_scan_fault *f);
/* true, false and null. */
const char *tp_scan_word(const char *p, struct tp_json_val *v,
    struct tp_scan_fault *f);
/* An object or array in so many others; returns behind it, or NULL. */
const char *tp_scan_inner(const char *p, int depth, struct tp_scan_fault *f);

/* Behind the blanks at p. */
static inline const char *
tp_scan_blanks(const char *p)
{
	while (*p == ' ' || *p == '\t' || *p == '\r')
		p++;
	return p;
}

/* A mask with the high bit of each byte set that is '"', '\\', a control
 * character or part of a multi-byte character. */
static inline uint64_t
tp_scan_special(uint64_t w)
{
	const uint64_t	ones = UINT64_C(0x0101010101010101);
	const uint64_t	highs = ones * 0x80;
	uint64_t	quote = w ^ (ones * '"');
	uint64_t	slash = w ^ (ones * '\\');

	return (((quote - ones) & ~quote) | ((slash - ones) & ~slash) |
	    (w - ones * 0x20) | w) & highs;
}

/* p is behind the opening quote; returns behind the closing one. */
static inline const char *
tp_scan_string(const char *p, struct tp_json_val *v, struct tp_scan_fault *f)
{
	const char	*start = p;
	uint64_t	 w, mask;

	v->p = p;
	v->esc = false;
	v->type = TP_JSON_STR;
	for (;;) {
		memcpy(&w, p, sizeof(w));
		mask = tp_scan_special(w);
		if (mask == 0) {
			p += 8;
			continue;
		}
		p += __builtin_ctzll(mask) >> 3;
		if (*p == '"') {
			v->n = (uint32_t)(p - start);
			return p + 1;
		} else if (*p == '\\') {
			v->esc = true;
			if ((p = tp_scan_escape(p, f)) == NULL)
				return NULL;
		} else if ((unsigned char)*p < 0x20) {
			return tp_scan_fail(f, p, *p == '\n' ? "string not closed" :
			    "control character in a string");
		} else {
			const char	*q = tp_scan_utf8(p);

			if (q == NULL)
				return tp_scan_fail(f, p, "invalid UTF-8");
			p = q;
		}
	}
}

/* True for 0 to 9. */
static inline bool
tp_scan_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Behind the digits at p. */
static inline const char *
tp_scan_digits(const char *p)
{
	uint64_t	w;
	unsigned	n;

	do {
		n = tp_digits_count(p, &w);
		p += n;
	} while (n == 8);
	return p;
}

/* p is where a number should be; returns behind it, or NULL. */
static inline const char *
tp_scan_number(const char *p, struct tp_json_val *v, struct tp_scan_fault *f)
{
	const char	*start = p;

	v->p = p;
	v->type = TP_JSON_NUM;
	v->integer = true;
	v->decimals = 0;
	v->esc = false;
	if (*p == '-')
		p++;
	if (*p == '0') {
		p++;
	} else {
		if (!tp_scan_digit(*p))
			return tp_scan_fail(f, start, "no value");
		p = tp_scan_digits(p);
	}
	if (*p == '.') {
		const char	*first = ++p;

		if (!tp_scan_digit(*p))
			return tp_scan_fail(f, start, "bad number");
		p = tp_scan_digits(p);
		v->decimals = p - first < TP_JSON_ODD ?
		    (uint8_t)(p - first) : TP_JSON_ODD;
		v->integer = false;
	}
	if (*p == 'e' || *p == 'E') {
		p++;
		if (*p == '+' || *p == '-')
			p++;
		if (!tp_scan_digit(*p))
			return tp_scan_fail(f, start, "bad number");
		p = tp_scan_digits(p);
		v->decimals = TP_JSON_ODD;
		v->integer = false;
	}
	v->n = (uint32_t)(p - start);
	return p;
}

/* p is at the first byte of a value; returns behind it, or
 * NULL. */
static inline const char *
tp_scan_value(const char *p, struct tp_json_val *v, int depth,
    struct tp_scan_fault *f)
{
	const char	*start = p;

	switch (*p) {
	case '"':
		return tp_scan_string(p + 1, v, f);
	case 't':
	case 'f':
	case 'n':
		return tp_scan_word(p, v, f);
	case '{':
	case '[':
		v->p = p;
		v->type = *p == '{' ? TP_JSON_OBJ : TP_JSON_ARR;
		v->esc = false;
		if ((p = tp_scan_inner(p, depth, f)) != NULL)
			v->n = (uint32_t)(p - start);
		return p;
	default:
		return tp_scan_number(p, v, f);
	}
}

#endif
