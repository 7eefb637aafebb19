/* CSV lines to rows of fields, by libcsv. */
#include "data/csvrow.h"

#include <csv.h>
#include <strings.h>

#define OPTIONS	(CSV_STRICT | CSV_STRICT_FINI | CSV_APPEND_NULL)

static void *
grow(void *p, size_t n)
{
	return tp_realloc(p, n, 1);
}

static void
restart(struct tp_csv *c)
{
	if (c->parser != NULL)
		csv_free(c->parser);
	else
		c->parser = tp_malloc(sizeof(*c->parser));
	csv_init(c->parser, OPTIONS);
	csv_set_realloc_func(c->parser, grow);
	if (c->delimiter != '\0')
		csv_set_delim(c->parser, (unsigned char)c->delimiter);
}

void
tp_csv_init(struct tp_csv *c, size_t max)
{
	tp_lines_init(&c->lines, max);
	c->n = c->text.n = 0;
	c->delimiter = '\0';
	restart(c);
}

void
tp_csv_release(struct tp_csv *c)
{
	if (c->parser != NULL)
		csv_free(c->parser);
	free(c->parser);
	tp_lines_release(&c->lines);
	tp_buf_release(&c->text);
	free(c->ends);
	free(c->f);
	*c = (struct tp_csv){ 0 };
}

/* What parts the fields of a line, outside quotes; NUL: it has one field. */
static char
find_delimiter(const struct tp_line *l)
{
	bool	quoted = false, semicolon = false, tab = false;
	size_t	i;

	for (i = 0; i < l->n; i++) {
		quoted ^= l->p[i] == '"';
		if (!quoted && l->p[i] == ',')
			return ',';
		semicolon |= !quoted && l->p[i] == ';';
		tab |= !quoted && l->p[i] == '\t';
	}
	return semicolon ? ';' : tab ? '\t' : '\0';
}

/* Makes "-57,3" of n bytes and a NUL "-57.3"; other text stays. */
static void
set_point(char *s, size_t n)
{
	size_t	whole = *s == '-' || *s == '+', part;

	whole += strspn(s + whole, "0123456789");
	if (s[whole] != ',')
		return;
	part = strspn(s + whole + 1, "0123456789");
	if (part > 0 && whole + 1 + part == n)
		s[whole] = '.';
}

/* libcsv: one field is whole; p has a NUL behind it. */
static void
take_field(void *p, size_t n, void *arg)
{
	struct tp_csv	*c = arg;

	TP_GROW(c->ends, c->cap, c->n + 1);
	if (c->delimiter == ';')
		set_point(p, n);
	tp_buf_add(&c->text, p, n + 1);
	c->ends[c->n++] = c->text.n - 1;
}

static void
fill(const struct tp_csv *c, struct tp_csv_row *row)
{
	size_t	n = c->line->n;

	if (n > 0 && c->line->p[n - 1] == '\r')
		n--;
	*row = (struct tp_csv_row){
		.raw = c->line->p, .rawlen = n, .lineno = c->line->lineno,
	};
}

/* libcsv: the row is whole. */
static void
take_row(int end, void *arg)
{
	struct tp_csv		*c = arg;
	struct tp_csv_row	 row;
	size_t			 i, start = 0;

	(void)end;
	TP_GROW(c->f, c->fcap, c->n);
	for (i = 0; i < c->n; i++) {
		c->f[i].p = c->text.p + start;
		c->f[i].n = c->ends[i] - start;
		start = c->ends[i] + 1;
	}
	fill(c, &row);
	row.f = c->f;
	row.n = c->n;
	c->n = c->text.n = 0;
	if (c->rc == 0)
		c->rc = c->fn(c->arg, &row);
}

static int
bad_line(struct tp_csv *c, const char *rule, const char *why)
{
	struct tp_csv_row	row;

	c->n = c->text.n = 0;
	fill(c, &row);
	row.rule = rule;
	row.why = why;
	return c->fn(c->arg, &row);
}

static int
take_line(void *arg, const struct tp_line *l)
{
	struct tp_csv	*c = arg;

	c->line = l;
	if (l->overlong)
		return bad_line(c, "line-length",
		    "line longer than --max-line");
	if (c->delimiter == '\0' &&
	    (c->delimiter = find_delimiter(l)) != '\0')
		restart(c);
	if (csv_parse(c->parser, l->p, l->n + 1, take_field, take_row, c) !=
	    l->n + 1) {
		restart(c);
		return c->rc != 0 ? c->rc : bad_line(c, "csv-quote",
		    "a quote stands where none may be");
	}
	/* a row that is not over at the end of its line has a quote open */
	if (csv_fini(c->parser, take_field, take_row, c) == -1 || c->n > 0) {
		restart(c);
		return c->rc != 0 ? c->rc : bad_line(c, "csv-quote",
		    "a quote is left open");
	}
	return c->rc;
}

int
tp_csv_bytes(struct tp_csv *c, const char *p, size_t n, tp_csv_fn *fn,
    void *arg)
{
	c->fn = fn;
	c->arg = arg;
	c->rc = 0;
	return tp_lines_bytes(&c->lines, p, n, take_line, c);
}

int
tp_csv_end(struct tp_csv *c, tp_csv_fn *fn, void *arg)
{
	c->fn = fn;
	c->arg = arg;
	c->rc = 0;
	return tp_lines_end(&c->lines, take_line, c);
}

bool
tp_csv_named(const struct tp_csv_field *f, const char *name)
{
	return f->n == strlen(name) && strncasecmp(f->p, name, f->n) == 0;
}

bool
tp_csv_is_text(const struct tp_csv_row *row)
{
	size_t	i;

	for (i = 0; i < row->rawlen; i++)
		if ((unsigned char)row->raw[i] < ' ' && row->raw[i] != '\t')
			return false;
	return true;
}
