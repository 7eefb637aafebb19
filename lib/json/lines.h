/*
 * Cuts bytes that are pushed in into lines.  The struct owns the start of a
 * line whose end is still to come; lines given out are views.
 */
#ifndef TP_JSON_LINES_H
#define TP_JSON_LINES_H

#include "base/buf.h"

struct tp_line {
	const char	*p;		/* n bytes; p[n] is a newline and is
					 * followed by TP_JSON_PAD more */
	size_t		 n;
	uint64_t	 lineno;	/* from 1 */
	bool		 overlong;	/* only the first bytes of it */
};

struct tp_lines {
	struct tp_buf	 part;
	size_t		 max;		/* longer lines are given cut */
	uint64_t	 lineno;
	bool		 overlong;	/* passing over the rest of one */
};

/* What is called for each line; what it returns, if not 0, ends the work. */
typedef int tp_line_fn(void *arg, const struct tp_line *l);

/* Starts a file; what was left of another is dropped. */
void tp_lines_init(struct tp_lines *s, size_t max);
void tp_lines_release(struct tp_lines *s);
/*
 * Takes n more bytes, followed by TP_JSON_PAD readable ones.  A byte order
 * mark at the very start is left out.  Returns 0 or what fn returned.
 */
int tp_lines_bytes(struct tp_lines *s, const char *p, size_t n,
    tp_line_fn *fn, void *arg);
/* The end: gives the last line if it has no newline. */
int tp_lines_end(struct tp_lines *s, tp_line_fn *fn, void *arg);

#endif
