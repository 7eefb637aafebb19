#include "base/optlist.h"

#define COLUMNS		80
#define HELP_COLUMN	28
#define INDENT		2

/* Appends "  -s, --size DURATION"; returns its width. */
static size_t
add_forms(struct tp_buf *out, const struct tp_opt_item *it)
{
	const char	*arg = tp_opt_arg(it->opt);
	size_t		 start = out->n;

	if (it->letter != 0)
		tp_buf_printf(out, "  -%c, ", it->letter);
	else
		tp_buf_lit(out, "      ");
	tp_buf_printf(out, "--%s%s",
	    it->opt->kind == TP_OPT_TRI ? "[no-]" : "", it->opt->name);
	if (arg != NULL)
		tp_buf_printf(out, " %s", arg);
	return out->n - start;
}

static void
add_blanks(struct tp_buf *out, size_t n)
{
	while (n-- > 0)
		tp_buf_char(out, ' ');
}

/* How many columns n bytes of UTF-8 take: one a character. */
static size_t
width(const char *s, size_t n)
{
	size_t	i, w = 0;

	for (i = 0; i < n; i++)
		w += ((unsigned char)s[i] & 0xc0) != 0x80;
	return w;
}

/*
 * Appends the words of s, from column `at` on, in lines that start at column
 * `left` and stay within COLUMNS.
 */
static void
add_words(struct tp_buf *out, const char *s, size_t at, size_t left)
{
	bool	first = at <= left;

	add_blanks(out, at < left ? left - at : 0);
	if (at < left)
		at = left;
	for (;;) {
		size_t	n, w;

		s += strspn(s, " \n");
		if (*s == '\0')
			return;
		n = strcspn(s, " \n");
		w = width(s, n);
		if (!first && at + 1 + w > COLUMNS - 1) {
			tp_buf_char(out, '\n');
			add_blanks(out, left);
			at = left;
		} else if (!first) {
			tp_buf_char(out, ' ');
			at++;
		}
		tp_buf_add(out, s, n);
		at += w;
		s += n;
		first = false;
	}
}

static void
add_usage(const struct tp_tool *tool, struct tp_buf *out)
{
	tp_buf_printf(out, "usage: %s [options]%s%s\n", tool->name,
	    tool->operands[0] != '\0' ? " " : "", tool->operands);
}

void
tp_opt_usage(const struct tp_tool *tool, const struct tp_opt_items *l,
    struct tp_buf *out)
{
	size_t	i;

	add_usage(tool, out);
	for (i = 0; i < l->n; i++) {
		if (!tp_opt_shown(&l->v[i]))
			continue;
		add_forms(out, &l->v[i]);
		tp_buf_char(out, '\n');
	}
}

static void
add_option(struct tp_buf *out, const struct tp_opt_item *it)
{
	const struct tp_opt	*o = it->opt;
	struct tp_buf		 text = { 0 };
	size_t			 at = add_forms(out, it);

	if (o->help != NULL)
		tp_buf_str(&text, o->help);
	if (o->kind == TP_OPT_CHOICE && o->arg != NULL)
		tp_buf_printf(&text, "; one of %s", o->choices);
	if (text.n > 0 && at + INDENT > HELP_COLUMN) {
		tp_buf_char(out, '\n');
		at = 0;
	}
	add_words(out, tp_buf_cstr(&text), at, HELP_COLUMN);
	tp_buf_release(&text);
	tp_buf_char(out, '\n');
}

void
tp_opt_help(const struct tp_tool *tool, const struct tp_opt_items *l,
    struct tp_buf *out)
{
	const char	*heading = "Options";
	size_t		 i;

	tp_buf_printf(out, "%s -", tool->name);
	add_words(out, tool->brief, strlen(tool->name) + 2, INDENT);
	tp_buf_lit(out, "\n\n");
	add_usage(tool, out);
	for (i = 0; i < l->n; i++) {
		if (l->v[i].opt->kind == TP_OPT_HEADING)
			heading = l->v[i].opt->help;
		if (!tp_opt_shown(&l->v[i]))
			continue;
		/* Only where an option follows it. */
		if (heading != NULL)
			tp_buf_printf(out, "\n%s:\n", heading);
		heading = NULL;
		add_option(out, &l->v[i]);
	}
	if (tool->help_tail != NULL) {
		tp_buf_char(out, '\n');
		tp_buf_str(out, tool->help_tail);
		if (out->p[out->n - 1] != '\n')
			tp_buf_char(out, '\n');
	}
}
