/* Lines of text cut into fields, as views. */
#ifndef TP_GRAPH_SLICE_H
#define TP_GRAPH_SLICE_H

#include "base/err.h"
#include "json/lines.h"

struct tp_slice {
	const char	*p;
	size_t		 n;
};

/* Cuts at each sep.  Fills at most max fields; returns how many there are. */
size_t tp_slice_cut(struct tp_slice line, char sep, struct tp_slice *f,
    size_t max);
/* The same between runs of blanks and tabs. */
size_t tp_slice_words(struct tp_slice line, struct tp_slice *f, size_t max);

/*
 * The text of a line without its carriage return.  Returns 0, or -1 with
 * "name:line: ..." where it is too long to be read whole.
 */
int tp_slice_line(struct tp_slice *s, const struct tp_line *l,
    const char *name, struct tp_err *e);

/* "name:line: what" with code TP_EXIT_DATA.  Returns -1. */
int tp_line_bad(const struct tp_line *l, const char *name, const char *what,
    struct tp_err *e);

/* True where the bytes are those of the string. */
bool tp_slice_is(struct tp_slice s, const char *string);

#endif
