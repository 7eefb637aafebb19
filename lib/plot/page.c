#include "plot/page.h"

#include <math.h>

#include "base/mem.h"

double
tp_page_scale(const struct tp_page *p)
{
	double	s = sqrt((double)p->width * p->height / (1000.0 * 600));

	if (p->kind == TP_PAGE_TEXT)
		return 1;
	return s < 0.72 ? 0.72 : s > 2.5 ? 2.5 : s;
}

const char *
tp_page_unit(enum tp_unit u)
{
	return u == TP_UNIT_MPH ? "mph" : "km/h";
}

static void
begin_text(const struct tp_page *p, struct tp_buf *b)
{
	tp_buf_printf(b, "set terminal dumb noenhanced size %d,%d %s\n",
	    p->width, p->height, p->colour ? "ansi256" : "mono");
	tp_buf_lit(b, "set tics out nomirror scale 0.5\nset border 3\n"
	    "unset grid\n");
}

void
tp_page_begin(const struct tp_page *p, struct tp_buf *b)
{
	double	s = tp_page_scale(p);

	tp_buf_lit(b, "set encoding utf8\nset decimalsign '.'\n");
	if (p->kind == TP_PAGE_TEXT) {
		begin_text(p, b);
		return;
	}
	if (p->kind == TP_PAGE_PNG)
		tp_buf_printf(b, "set terminal pngcairo noenhanced "
		    "size %d,%d font 'DejaVu Sans,%.4g' linewidth %.3g "
		    "background '#ffffff'\n", p->width, p->height, 10.5 * s,
		    s);
	else
		tp_buf_printf(b, "set terminal svg noenhanced size %d,%d "
		    "font 'DejaVu Sans,%.4g' linewidth %.3g name 'tp_plot' "
		    "background '#ffffff'\n", p->width, p->height, 13.5 * s,
		    s);
	tp_buf_lit(b, "set border 3 linecolor rgb '#888888' linewidth 1\n"
	    "set tics out nomirror scale 0.6 textcolor rgb '"
	    TP_COLOUR_TEXT "'\n"
	    "set grid ytics back linetype 1 linecolor rgb '"
	    TP_COLOUR_GRID "' linewidth 0.8\n"
	    "set xlabel textcolor rgb '" TP_COLOUR_TEXT "'\n"
	    "set ylabel textcolor rgb '" TP_COLOUR_TEXT "'\n"
	    "set key textcolor rgb '" TP_COLOUR_TEXT "'\n");
}

/* The length of the UTF-8 character at s, 1 where there is none. */
static size_t
character(const char *s, size_t n)
{
	unsigned char	c = (unsigned char)*s;
	size_t		k = c >= 0xF0 ? 4 : c >= 0xE0 ? 3 : c >= 0xC2 ? 2 : 1;
	size_t		i;

	if (k > n)
		return 1;
	for (i = 1; i < k; i++)
		if (((unsigned char)s[i] & 0xC0) != 0x80)
			return 1;
	return k;
}

/*
 * In single quotes only the quote itself is special, and is written twice.
 * Backquotes, which run commands elsewhere, are replaced all the same.
 */
void
tp_page_text(struct tp_buf *b, const char *s, size_t n, size_t max)
{
	size_t	i, k, count = 0;

	tp_buf_char(b, '\'');
	for (i = 0; i < n && count < max; i += k, count++) {
		unsigned char	c = (unsigned char)s[i];

		k = character(s + i, n - i);
		if (c == '\'')
			tp_buf_lit(b, "''");
		else if (k == 1 && (c < 0x20 || c >= 0x7F || c == '`' ||
		    c == '\\'))
			tp_buf_char(b, '?');
		else if (c == 0xC2 && (unsigned char)s[i + 1] < 0xA0)
			tp_buf_char(b, '?');	/* C1 control characters */
		else
			tp_buf_add(b, s + i, k);
	}
	if (i < n)
		tp_buf_str(b, "...");
	tp_buf_char(b, '\'');
}

void
tp_page_title(const struct tp_page *p, struct tp_buf *b, const char *title)
{
	const char	*t = p->title != NULL ? p->title : title;
	double		 size = 12.5 * tp_page_scale(p), most;
	size_t		 n = strlen(t);

	tp_page_text(b, t, n, 200);
	/* a character is about 0.58 of the font's size; 4/3 pixels a point */
	most = (p->width - 16) / 0.58 * 0.75 / (double)(n > 20 ? n : 20);
	if (size > most)
		size = most > 4 ? most : 4;
	if (p->kind != TP_PAGE_TEXT)
		tp_buf_printf(b, " font ',%.4g' textcolor rgb '#111111'",
		    p->kind == TP_PAGE_PNG ? size : size * 1.28);
	tp_buf_char(b, '\n');
}

/* Copies the text with the first `mark` replaced. */
static void
replace(struct tp_buf *text, const char *mark, const char *with)
{
	struct tp_buf	 b = { 0 };
	size_t		 k = strlen(mark), before;
	char		*at;

	at = text->n > 0 ? memmem(text->p, text->n, mark, k) : NULL;
	if (at == NULL)
		return;
	before = (size_t)(at - text->p);
	tp_buf_add(&b, text->p, before);
	tp_buf_str(&b, with);
	tp_buf_add(&b, at + k, text->n - before - k);
	tp_buf_release(text);
	*text = b;
}

/*
 * Text as gnuplot writes it fills the page with blanks, after a form feed.
 * Goes without them and without empty lines at either end.
 */
static void
trim(struct tp_buf *text)
{
	struct tp_buf	 b = { 0 };
	const char	*p = text->p, *end = p + text->n, *nl;
	size_t		 n, kept = 0;

	for (; p < end; p = nl + 1) {
		nl = memchr(p, '\n', (size_t)(end - p));
		if (nl == NULL)
			nl = end;
		if (*p == '\f')
			p++;
		for (n = (size_t)(nl - p); n > 0 && p[n - 1] == ' '; n--)
			;
		if (n == 0 && b.n == 0)
			continue;
		tp_buf_add(&b, p, n);
		tp_buf_char(&b, '\n');
		if (n > 0)
			kept = b.n;
	}
	b.n = kept;
	tp_buf_release(text);
	*text = b;
}

void
tp_page_finish(const struct tp_page *p, struct tp_buf *picture)
{
	if (p->kind == TP_PAGE_TEXT)
		trim(picture);
	if (p->kind != TP_PAGE_SVG)
		return;
	replace(picture, "<image ",
	    "<image style='image-rendering:pixelated' ");
}
