#include "plot/curvepic.h"

#include <math.h>
#include <string.h>

static void
put_data(const struct tp_curve *c, size_t k, struct tp_buf *b)
{
	size_t	i;

	tp_buf_printf(b, "$C%zu << EOD\n", k);
	for (i = 0; i < c->n; i++)
		if (isfinite(c->y[i]))
			tp_buf_printf(b, "%.6g %.6g\n", c->x[i], c->y[i]);
		else
			tp_buf_printf(b, "%.6g NaN\n", c->x[i]);
	tp_buf_lit(b, "EOD\n");
}

static void
put_label(const char *axis, const char *text, struct tp_buf *b)
{
	tp_buf_printf(b, "set %s ", axis);
	tp_page_text(b, text, strlen(text), 100);
	tp_buf_char(b, '\n');
}

void
tp_curvepic_draw(const struct tp_curvepic *c, const struct tp_page *page,
    struct tp_buf *b)
{
	const struct tp_curve	*v;
	size_t			 k;

	tp_page_begin(page, b);
	for (k = 0; k < c->n; k++)
		put_data(&c->v[k], k, b);
	tp_buf_lit(b, "set title ");
	tp_page_title(page, b, c->title);
	put_label("xlabel", c->xlabel, b);
	put_label("ylabel", c->ylabel, b);
	tp_buf_lit(b, "set yrange [0:*]\nset key outside top center "
	    "horizontal samplen 2\n");
	if (c->whole_x)
		tp_buf_lit(b, "set xtics 0, 1\n");
	if (c->whole_x && c->n > 0 && c->v[0].n > 25)
		tp_buf_lit(b, "set xtics autofreq\n");
	for (k = 0; k < c->n; k++) {
		v = &c->v[k];
		tp_buf_printf(b, "%s $C%zu using 1:2 with %s linewidth 2.2 "
		    "linecolor rgb '%s' %s title ", k == 0 ? "plot" : ",", k,
		    v->dashed ? "lines" : "linespoints", v->colour,
		    v->dashed ? "dashtype 2" : "pointtype 7 pointsize 0.5");
		tp_page_text(b, v->name, strlen(v->name), 40);
	}
	tp_buf_char(b, '\n');
}
