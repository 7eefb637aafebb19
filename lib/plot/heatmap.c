#include "plot/heatmap.h"

#include <math.h>

#include "plot/cells.h"
#include "plot/heattext.h"
#include "plot/speedcolour.h"

#define LABEL_MAX	22	/* characters of a sensor's name */
#define ROW_PX		12	/* a row so high has a label */

static void
put_palette(const struct tp_heatmap *h, struct tp_buf *b)
{
	double	step = tp_speed_step(h->unit);
	int	i;

	tp_buf_lit(b, "set palette defined (");
	for (i = 0; i < TP_SPEED_STOPS; i++) {
		struct tp_rgb	c = tp_speed_stop(i);

		tp_buf_printf(b, "%s%g '#%02x%02x%02x'", i > 0 ? ", " : "",
		    i * step, c.red, c.green, c.blue);
	}
	tp_buf_printf(b, ")\nset cbrange [0:%g]\nset cbtics %g "
	    "scale 0.4 textcolor rgb '" TP_COLOUR_TEXT "'\n"
	    "set colorbox noborder\n"
	    "set cblabel 'speed, %s' textcolor rgb '" TP_COLOUR_TEXT "'\n",
	    (TP_SPEED_STOPS - 1) * step, step, tp_page_unit(h->unit));
}

void
tp_heatmap_label(const struct tp_heatmap *h, size_t row, struct tp_buf *b)
{
	const struct tp_heatmap_row	*r = &h->rows[row];
	struct tp_json_val		 v = { .type = TP_JSON_STR };

	if (r->road != NULL && *r->road != '\0') {
		tp_buf_str(b, r->road);
		tp_buf_char(b, ' ');
	}
	v.p = h->readings->ids.keys[r->seg].p;
	v.n = h->readings->ids.keys[r->seg].n;
	if (tp_json_unescape(&v, b) != 0)
		tp_buf_char(b, '?');
}

/* Labels of so many rows as there is room for. */
static void
put_labels(const struct tp_heatmap *h, const struct tp_page *p,
    const struct tp_cells *c, int axis_px, struct tp_buf *b)
{
	double		px = axis_px / (double)c->nrow;
	double		need = ROW_PX * tp_page_scale(p) * 1.05;
	size_t		each = px >= need ? 1 : (size_t)(need / px) + 1, i;
	struct tp_buf	label = { 0 };

	tp_buf_lit(b, "set ytics (");
	for (i = 0; i < c->nrow; i += each) {
		label.n = 0;
		tp_heatmap_label(h, i * c->share, &label);
		tp_buf_str(b, i > 0 ? ", " : "");
		tp_page_text(b, label.p, label.n, LABEL_MAX);
		tp_buf_printf(b, " %zu", i);
	}
	tp_buf_lit(b, ") scale 0\n");
	tp_buf_release(&label);
}

/* A white line where another road begins. */
static void
put_roads(const struct tp_heatmap *h, const struct tp_cells *c,
    struct tp_buf *b)
{
	size_t	i;

	for (i = 1; i < c->nrow; i++) {
		const char	*a = h->rows[(i - 1) * c->share].road;
		const char	*z = h->rows[i * c->share].road;

		if (a != NULL && z != NULL && strcmp(a, z) != 0)
			tp_buf_printf(b, "set arrow from graph 0, first "
			    "%g to graph 1, first %g nohead front linewidth "
			    "2.5 linecolor rgb '#ffffff'\n",
			    (double)i - 0.5, (double)i - 0.5);
	}
}

static void
put_row(const double *v, size_t n, int times, struct tp_buf *b)
{
	size_t	i;
	int	k;

	for (i = 0; i < n; i++)
		for (k = 0; k < times; k++) {
			if (i > 0 || k > 0)
				tp_buf_char(b, ' ');
			if (isnan(v[i]))
				tp_buf_lit(b, "NaN");
			else
				tp_buf_fixed(b, v[i], 2);
		}
	tp_buf_char(b, '\n');
}

/*
 * The matrix and the plot of it.  An image has at least two rows and two
 * columns for gnuplot: a single one is written twice, half as wide.
 */
static void
put_image(const struct tp_cells *c, struct tp_buf *b)
{
	int	across = c->ncol == 1 ? 2 : 1, down = c->nrow == 1 ? 2 : 1, k;
	size_t	i;

	tp_buf_lit(b, "$M << EOD\n");
	for (i = 0; i < c->nrow; i++)
		for (k = 0; k < down; k++)
			put_row(c->v + i * c->ncol, c->ncol, across, b);
	tp_buf_printf(b, "EOD\nplot $M matrix using (($1 + 0.5) * %.4f):"
	    "(($2 + 0.5) / %d - 0.5):3 with image notitle\n",
	    (double)c->width_ms / 1000 / across, down);
}

/* "29 sensors, 1 Mar to 27 Jun 2012" */
static void
put_title(const struct tp_heatmap *h, const struct tp_page *p,
    struct tp_buf *b)
{
	struct tp_buf	t = { 0 };

	tp_buf_printf(&t, "Speed at %zu sensor%s, ", h->nrows,
	    h->nrows == 1 ? "" : "s");
	tp_page_dates(p, &t, h->readings->first, h->readings->last);
	tp_buf_lit(b, "set title ");
	tp_page_title(p, b, tp_buf_cstr(&t));
	tp_buf_release(&t);
}

int
tp_heatmap_draw(const struct tp_heatmap *h, const struct tp_page *p,
    struct tp_buf *b, struct tp_err *e)
{
	struct tp_cells	c = { 0 };
	double		scale = tp_page_scale(p);
	int		across, down;

	if (p->kind == TP_PAGE_TEXT)
		return tp_heattext_draw(h, p, b, e);
	across = p->width - (int)(210 * scale);
	down = p->height - (int)(110 * scale);
	if (tp_cells_init(&c, h, across > 50 ? (size_t)across : 50,
	    down > 20 ? (size_t)down : 20, e) != 0)
		return -1;
	tp_page_begin(p, b);
	put_title(h, p, b);
	put_palette(h, b);
	tp_buf_lit(b, "unset grid\nset border 0\n");
	tp_page_time_axis(p, b, c.lo, c.hi, across);
	put_labels(h, p, &c, down, b);
	put_roads(h, &c, b);
	tp_buf_printf(b, "set yrange [%zu.5:-0.5]\nset object 1 rectangle "
	    "from graph 0, 0 to graph 1, 1 behind fillstyle solid noborder "
	    "fillcolor rgb '" TP_COLOUR_GAP "'\n"
	    "set label 1 'grey: no reading' at graph 1, screen 0.025 right "
	    "textcolor rgb '#777777'\n", c.nrow - 1);
	put_image(&c, b);
	tp_cells_release(&c);
	return 0;
}
