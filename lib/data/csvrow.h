/*
 * Rows of CSV (RFC 4180, by libcsv) with their line numbers and their text.
 * A row is one line: a quoted field does not go on behind a line break, so
 * that a quote left open costs one row and not the rest of the file.  Rows
 * are views that are valid in the callback; the struct owns all else.
 *
 * No table here has one column: where the first line has no comma, semicolons
 * or tabs part the fields.  Beside semicolons a comma is a decimal mark, as
 * spreadsheets have it in most of Europe, and fields that are such numbers
 * are given with a point.
 */
#ifndef TP_DATA_CSVROW_H
#define TP_DATA_CSVROW_H

#include "json/lines.h"

struct csv_parser;

struct tp_csv_field {
	const char	*p;		/* n bytes and a NUL */
	size_t		 n;
};

struct tp_csv_row {
	const struct tp_csv_field *f;
	size_t		 n;
	const char	*raw;		/* the line, without its line break */
	size_t		 rawlen;
	uint64_t	 lineno;
	const char	*why;		/* not NULL: no CSV, no fields */
	const char	*rule;		/* and the rule's name */
};

/* What is called for each row; not 0 ends the work. */
typedef int tp_csv_fn(void *arg, const struct tp_csv_row *row);

struct tp_csv {
	struct csv_parser *parser;
	struct tp_lines	 lines;
	struct tp_buf	 text;		/* of the fields, each with a NUL */
	size_t		*ends;		/* of the fields in text */
	struct tp_csv_field *f;
	size_t		 n, cap, fcap;
	char		 delimiter;	/* NUL: no line had one yet */

	/* while in a call */
	tp_csv_fn	*fn;
	void		*arg;
	const struct tp_line *line;
	int		 rc;
};

/* Starts a file: the next line is line 1.  Lines are at most max bytes. */
void tp_csv_init(struct tp_csv *c, size_t max);
void tp_csv_release(struct tp_csv *c);
/* As tp_lines_bytes() and tp_lines_end(); blank lines are passed over. */
int tp_csv_bytes(struct tp_csv *c, const char *p, size_t n, tp_csv_fn *fn,
    void *arg);
int tp_csv_end(struct tp_csv *c, tp_csv_fn *fn, void *arg);

/* False where the row's line holds control characters. */
bool tp_csv_is_text(const struct tp_csv_row *row);
/* Compares a column's name with a lower case one, ignoring letter case. */
bool tp_csv_named(const struct tp_csv_field *f, const char *name);

#endif
