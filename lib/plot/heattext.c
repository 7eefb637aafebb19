#include "plot/heattext.h"

#include <math.h>

#include "base/mem.h"
#include "plot/cells.h"
#include "plot/speedcolour.h"

#define LABEL_MAX	16	/* columns of a sensor's name */
#define TICK_COLUMNS	14

/* Signs of congestion levels 1 .. 5 and of no reading, without colour. */
static const char *const	ascii_signs[] = { " ", ".", "-", "+", "x", "#" };
static const char *const	utf8_signs[] = {
	" ", "\u00b7", "\u2591", "\u2592", "\u2593", "\u2588",
};

static const char *
sign(const struct tp_page *p, int level)
{
	return p->utf8 ? utf8_signs[level] : ascii_signs[level];
}

/* Appends s with control bytes masked, cut off or filled to w columns. */
static void
put_label(struct tp_buf *b, const char *s, size_t w)
{
	char	text[200];
	size_t	columns = 0, i;

	snprintf(text, sizeof(text), "%s", s);
	tp_err_mask(text);
	for (i = 0; text[i] != '\0'; i++) {
		if ((text[i] & 0xC0) == 0x80)
			continue;
		if (columns == w)
			break;
		columns++;
	}
	tp_buf_add(b, text, i);
	for (; columns < w; columns++)
		tp_buf_char(b, ' ');
}

static size_t
label_width(const struct tp_heatmap *h)
{
	struct tp_buf	label = { 0 };
	size_t		i, w = 1;

	for (i = 0; i < h->nrows; i++) {
		label.n = 0;
		tp_heatmap_label(h, i, &label);
		if (label.n > w)
			w = label.n;
	}
	tp_buf_release(&label);
	return w < LABEL_MAX ? w : LABEL_MAX;
}

static void
put_row(const struct tp_heatmap *h, const struct tp_page *p,
    const double *v, size_t n, struct tp_buf *b)
{
	int	shown = -1, ansi;
	size_t	i;

	for (i = 0; i < n; i++) {
		if (!p->colour) {
			tp_buf_str(b, sign(p, tp_level(&tp_levels_default,
			    v[i], (double)NAN, h->unit)));
			continue;
		}
		ansi = isnan(v[i]) ? 0 :
		    tp_rgb_ansi(tp_speed_colour(v[i], h->unit));
		if (ansi != shown && ansi == 0)
			tp_buf_lit(b, "\033[0m");
		else if (ansi != shown)
			tp_buf_printf(b, "\033[48;5;%dm", ansi);
		shown = ansi;
		tp_buf_char(b, ' ');
	}
	if (shown > 0)
		tp_buf_lit(b, "\033[0m");
}

/* Dates or times below the map, as many as there is room for. */
static void
put_times(const struct tp_page *p, const struct tp_cells *c, size_t indent,
    struct tp_buf *b)
{
	size_t		 i, at = 0;
	int64_t		 span = TICK_COLUMNS * c->width_ms;
	struct tp_civil	 x;
	char		 text[40];

	tp_buf_printf(b, "%*s", (int)indent, "");
	for (i = 0; i == 0 || i + TICK_COLUMNS <= c->ncol;
	    i += TICK_COLUMNS) {
		tp_tz_civil(p->tz, c->lo + (int64_t)i * c->width_ms, &x);
		if (span >= TP_DAY)
			snprintf(text, sizeof(text), "|%04d-%02d-%02d",
			    x.year, x.month, x.day);
		else
			snprintf(text, sizeof(text), "|%02d-%02d %02d:%02d",
			    x.month, x.day, x.hour, x.minute);
		tp_buf_printf(b, "%*s%s", (int)(i - at), "", text);
		at = i + strlen(text);
	}
	tp_buf_char(b, '\n');
}

static void
put_legend(const struct tp_heatmap *h, const struct tp_page *p,
    size_t indent, struct tp_buf *b)
{
	double	unit = h->unit == TP_UNIT_MPH ? 1 : TP_KMH_PER_MPH;
	int	i;

	tp_buf_printf(b, "%*s", (int)indent, "");
	if (p->colour) {
		for (i = 0; i < TP_SPEED_STOPS; i++)
			tp_buf_printf(b, "\033[48;5;%dm  \033[0m %g  ",
			    tp_rgb_ansi(tp_speed_stop(i)),
			    i * tp_speed_step(h->unit));
		tp_buf_printf(b, "%s, %s\n", tp_page_unit(h->unit),
		    p->tz_name);
		return;
	}
	tp_buf_printf(b, "'%s' under %.0f", sign(p, 5),
	    tp_levels_default.mph[3] * unit);
	for (i = 3; i > 0; i--)
		tp_buf_printf(b, "  '%s' under %.0f", sign(p, i + 1),
		    tp_levels_default.mph[i - 1] * unit);
	tp_buf_printf(b, "  '%s' faster, %s, %s\n", sign(p, 1),
	    tp_page_unit(h->unit), p->tz_name);
}

/* The title, in the middle above the map. */
static void
put_title(const struct tp_heatmap *h, const struct tp_page *p,
    struct tp_buf *b)
{
	struct tp_buf	t = { 0 }, shown = { 0 };
	int		left;

	if (p->title != NULL) {
		tp_buf_str(&t, p->title);
	} else {
		tp_buf_printf(&t, "Speed at %zu sensor%s, ", h->nrows,
		    h->nrows == 1 ? "" : "s");
		tp_page_dates(p, &t, h->readings->first, h->readings->last);
	}
	put_label(&shown, tp_buf_cstr(&t), (size_t)p->width);
	while (shown.n > 0 && shown.p[shown.n - 1] == ' ')
		shown.n--;
	left = (p->width - (int)shown.n) / 2;
	tp_buf_printf(b, "%*s%s\n", left > 0 ? left : 0, "",
	    tp_buf_cstr(&shown));
	tp_buf_release(&t);
	tp_buf_release(&shown);
}

int
tp_heattext_draw(const struct tp_heatmap *h, const struct tp_page *p,
    struct tp_buf *b, struct tp_err *e)
{
	struct tp_cells	c = { 0 };
	struct tp_buf	label = { 0 };
	size_t		w = label_width(h), i;
	int		across = p->width - (int)w - 1, down = p->height - 4;
	struct tp_heatmap data = *h;	/* in its own unit: levels are exact */

	data.unit = h->readings->unit;
	if (tp_cells_init(&c, &data, across > 10 ? (size_t)across : 10,
	    down > 2 ? (size_t)down : 2, e) != 0)
		return -1;
	put_title(h, p, b);
	for (i = 0; i < c.nrow; i++) {
		label.n = 0;
		tp_heatmap_label(h, i * c.share, &label);
		put_label(b, tp_buf_cstr(&label), w);
		tp_buf_char(b, ' ');
		put_row(&data, p, c.v + i * c.ncol, c.ncol, b);
		tp_buf_char(b, '\n');
	}
	put_times(p, &c, w + 1, b);
	put_legend(h, p, w + 1, b);
	tp_buf_release(&label);
	tp_cells_release(&c);
	return 0;
}
