#include "plot/hourly.h"

#include <math.h>

#include "base/mem.h"

#define BIN	0.1

void
tp_hourly_release(struct tp_hourly *p)
{
	free(p->count);
	p->count = NULL;
}

void
tp_hourly_add(struct tp_hourly *p, struct tp_tz *tz, int64_t t,
    double speed, enum tp_unit unit)
{
	struct tp_civil	c;
	double		bin;

	if (p->count == NULL) {
		p->count = tp_calloc(2, sizeof(*p->count));
		p->unit = unit;
		p->first = p->last = t;
	}
	speed = tp_speed_convert(speed, unit, p->unit);
	bin = floor(speed / BIN + 0.5);
	if (!(bin > 0))
		bin = 0;
	if (bin > TP_HOURLY_BINS - 1)
		bin = TP_HOURLY_BINS - 1;
	tp_tz_civil(tz, t, &c);
	p->count[c.weekday >= 5][c.hour][(int)bin]++;
	p->n++;
	if (t < p->first)
		p->first = t;
	if (t > p->last)
		p->last = t;
}

double
tp_hourly_quantile(const struct tp_hourly *p, int weekend, int hour,
    double q)
{
	const uint64_t	*v = p->count[weekend][hour];
	uint64_t	 n = 0, sum = 0;
	int		 i;

	for (i = 0; i < TP_HOURLY_BINS; i++)
		n += v[i];
	if (n == 0)
		return NAN;
	for (i = 0; i < TP_HOURLY_BINS - 1; i++) {
		sum += v[i];
		if ((double)sum >= q * (double)n)
			break;
	}
	return i * BIN;
}

/*
 * "hour p15 p50 p85" at the middle of each hour.  The first and the last hour
 * are repeated at the ends of the day, since it is a circle.
 */
static void
put_data(const struct tp_hourly *p, enum tp_unit unit, int weekend,
    struct tp_buf *b)
{
	static const double	q[] = { 0.15, 0.5, 0.85 };
	double			v;
	int			h, i;

	tp_buf_printf(b, "$D%d << EOD\n", weekend);
	for (h = -1; h <= 24; h++) {
		tp_buf_printf(b, "%g", h + 0.5);
		for (i = 0; i < 3; i++) {
			v = tp_hourly_quantile(p, weekend, (h + 24) % 24,
			    q[i]);
			if (isnan(v))
				tp_buf_lit(b, " NaN");
			else
				tp_buf_printf(b, " %.6g", tp_speed_convert(v,
				    p->unit, unit));
		}
		tp_buf_char(b, '\n');
	}
	tp_buf_lit(b, "EOD\n");
}

/* The largest 85th percentile, rounded up, so that both panels agree. */
static double
top(const struct tp_hourly *p, enum tp_unit unit)
{
	double	most = 10, v;
	int	i;

	for (i = 0; i < 48; i++) {
		v = tp_hourly_quantile(p, i / 24, i % 24, 0.85);
		v = tp_speed_convert(v, p->unit, unit);
		if (v > most)
			most = v;
	}
	return ceil((most + 1) / 10) * 10;
}

static void
put_panel(int weekend, struct tp_buf *b)
{
	static const char *const	names[] = {
		"Monday to Friday", "Saturday and Sunday",
	};
	static const char *const	colours[] = {
		TP_COLOUR_MODEL, TP_COLOUR_BASE,
	};

	tp_buf_printf(b, "set title '%s' textcolor rgb '%s' offset 0,-0.6\n",
	    names[weekend], colours[weekend]);
	tp_buf_printf(b, "plot $D%d using 1:2:4 with filledcurves "
	    "fillcolor rgb '%s' fillstyle transparent solid 0.2 noborder "
	    "title '15 to 85 %% of readings', "
	    "'' using 1:3 with lines linewidth 2.4 linecolor rgb '%s' "
	    "title 'median'\n", weekend, colours[weekend], colours[weekend]);
}

static void
draw_text(struct tp_buf *b)
{
	tp_buf_lit(b, "set key below\n"
	    "plot $D0 using 1:3 with lines linetype 3 title 'Monday to "
	    "Friday', $D1 using 1:3 with lines linetype 1 title "
	    "'Saturday and Sunday'\n");
}

void
tp_hourly_draw(const struct tp_hourly *p, const struct tp_page *page,
    enum tp_unit unit, const char *of, struct tp_buf *b)
{
	struct tp_buf	t = { 0 };

	tp_buf_printf(&t, "%s by hour, %s, ", page->kind == TP_PAGE_TEXT ?
	    "Median speed" : "Speed", of);
	tp_page_dates(page, &t, p->first, p->last);
	tp_page_begin(page, b);
	put_data(p, unit, 0, b);
	put_data(p, unit, 1, b);
	tp_buf_printf(b, "set yrange [0:%g]\nset xrange [0:24]\n"
	    "set ylabel 'speed, %s'\n", top(p, unit), tp_page_unit(unit));
	tp_buf_lit(b, "set xtics 0, 6, 24 format '%02.0f:00'\n"
	    "set xlabel 'hour of the day, '.");
	tp_page_text(b, page->tz_name, strlen(page->tz_name), 60);
	tp_buf_char(b, '\n');
	if (page->kind == TP_PAGE_TEXT) {
		tp_buf_lit(b, "set title ");
		tp_page_title(page, b, tp_buf_cstr(&t));
		draw_text(b);
	} else {
		tp_buf_lit(b, "set multiplot layout 1,2 title ");
		tp_page_title(page, b, tp_buf_cstr(&t));
		tp_buf_lit(b, "set key bottom right samplen 1.5\n");
		put_panel(0, b);
		put_panel(1, b);
		tp_buf_lit(b, "unset multiplot\n");
	}
	tp_buf_release(&t);
}
