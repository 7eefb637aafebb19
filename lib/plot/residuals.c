#include "plot/residuals.h"

#include <math.h>

#include "base/mem.h"

#define SPEED		5.0
#define ERROR		0.5
#define MIDDLE		(TP_RESIDUAL_ERRORS / 2)
#define FEW		20	/* less pairs say nothing of quantiles */

void
tp_residuals_release(struct tp_residuals *r)
{
	int	i;

	for (i = 0; i < r->n; i++)
		free(r->h[i]);
	r->n = 0;
}

static int
bin(double v, double width, int n)
{
	double	i = floor(v / width);

	return i > 0 ? i < n - 1 ? (int)i : n - 1 : 0;
}

int
tp_residuals_add(struct tp_residuals *r, int minutes, int64_t target,
    double forecast, double truth)
{
	double			 e = forecast - truth;
	struct tp_residual	*h;
	int			 i;

	for (i = 0; i < r->n; i++)
		if (r->h[i]->minutes == minutes)
			break;
	if (i == TP_RESIDUAL_HORIZONS)
		return -1;
	if (i == r->n) {
		r->h[i] = tp_calloc(1, sizeof(*r->h[i]));
		r->h[i]->minutes = minutes;
		if (r->n++ == 0)
			r->first = r->last = target;
	}
	h = r->h[i];
	h->n++;
	h->sum += e;
	h->abs += fabs(e);
	h->count[bin(forecast, SPEED, TP_RESIDUAL_SPEEDS)]
	    [bin(e + (MIDDLE + 0.5) * ERROR, ERROR, TP_RESIDUAL_ERRORS)]++;
	if (target < r->first)
		r->first = target;
	if (target > r->last)
		r->last = target;
	return 0;
}

const struct tp_residual *
tp_residuals_find(const struct tp_residuals *r, int minutes)
{
	const struct tp_residual	*found = NULL;
	int				 i;

	for (i = 0; i < r->n; i++)
		if (minutes > 0 ? r->h[i]->minutes == minutes :
		    found == NULL || r->h[i]->minutes > found->minutes)
			found = r->h[i];
	return found;
}

/* The q-quantile of n residuals in bins. */
static double
quantile(const uint64_t *v, uint64_t n, double q)
{
	uint64_t	sum = 0;
	int		i;

	for (i = 0; i < TP_RESIDUAL_ERRORS - 1; i++) {
		sum += v[i];
		if ((double)sum >= q * (double)n)
			break;
	}
	return (i - MIDDLE) * ERROR;
}

/* $H: residual, share in percent of those within half a mph or km/h. */
static void
put_histogram(const struct tp_residual *h, struct tp_buf *b, double *limit)
{
	static const double	tail = 0.01;
	uint64_t		all[TP_RESIDUAL_ERRORS] = { 0 };
	double			lo, hi;
	int			i, s;

	for (s = 0; s < TP_RESIDUAL_SPEEDS; s++)
		for (i = 0; i < TP_RESIDUAL_ERRORS; i++)
			all[i] += h->count[s][i];
	lo = quantile(all, h->n, tail);
	hi = quantile(all, h->n, 1 - tail);
	*limit = ceil((fmax(fabs(lo), fabs(hi)) + 1) / 5) * 5;
	tp_buf_lit(b, "$H << EOD\n");
	for (i = 0; i < TP_RESIDUAL_ERRORS; i++)
		if (fabs((i - MIDDLE) * ERROR) <= *limit)
			tp_buf_printf(b, "%g %.6g\n", (i - MIDDLE) * ERROR,
			    100.0 * (double)all[i] / (double)h->n);
	tp_buf_lit(b, "EOD\n");
}

/* $S: speed forecast, 5, 15, 50, 85 and 95 % of the residuals there. */
static void
put_speeds(const struct tp_residual *h, struct tp_buf *b)
{
	static const double	q[] = { 0.05, 0.15, 0.5, 0.85, 0.95 };
	uint64_t		n;
	size_t			k;
	int			i, s, shown = 0;

	tp_buf_lit(b, "$S << EOD\n");
	for (s = 0; s < TP_RESIDUAL_SPEEDS; s++) {
		for (n = 0, i = 0; i < TP_RESIDUAL_ERRORS; i++)
			n += h->count[s][i];
		if (n < FEW)
			continue;
		tp_buf_printf(b, "%g", (s + 0.5) * SPEED);
		for (k = 0; k < 5; k++)
			tp_buf_printf(b, " %g", quantile(h->count[s], n,
			    q[k]));
		tp_buf_char(b, '\n');
		shown++;
	}
	if (shown == 0)
		tp_buf_lit(b, "0 NaN NaN NaN NaN NaN\n");
	tp_buf_lit(b, "EOD\n");
}

/* The figures in the corner of the left panel. */
static void
put_sums(const struct tp_residual *h, const char *unit, struct tp_buf *b)
{
	const char	*at = "textcolor rgb '" TP_COLOUR_TEXT "'\n";

	tp_buf_printf(b, "set label 1 'MAE %.2f %s' at graph 0.04, graph 0.95 "
	    "%s", h->abs / (double)h->n, unit, at);
	tp_buf_printf(b, "set label 2 'bias %.2f %s' at graph 0.04, graph "
	    "0.90 %s", h->sum / (double)h->n, unit, at);
	tp_buf_printf(b, "set label 3 'n = %llu' at graph 0.04, graph 0.85 "
	    "%s", (unsigned long long)h->n, at);
}

static void
put_left(const char *unit, double limit, struct tp_buf *b)
{
	tp_buf_printf(b, "set xrange [%g:%g]\nset yrange [0:*]\n"
	    "set xlabel 'forecast less reading, %s'\n"
	    "set ylabel 'share of forecasts, %%'\nunset key\n"
	    "set arrow 1 from first 0, graph 0 to first 0, graph 1 nohead "
	    "back linecolor rgb '#888888' linewidth 1 dashtype 2\n"
	    "plot $H using ($1 - 0.25):2 with fillsteps fillstyle solid 1 "
	    "noborder fillcolor rgb '" TP_COLOUR_MODEL "' notitle\n", -limit, limit,
	    unit);
}

static void
put_right(const char *unit, double limit, struct tp_buf *b)
{
	tp_buf_printf(b, "unset arrow 1\nunset label\nset xrange [0:*]\n"
	    "set yrange [%g:%g]\n"
	    "set xlabel 'speed forecast, %s'\n"
	    "set ylabel 'forecast less reading, %s'\n"
	    "set key top right samplen 1.5\n"
	    "set arrow 2 from graph 0, first 0 to graph 1, first 0 nohead "
	    "back linecolor rgb '#888888' linewidth 1 dashtype 2\n",
	    -limit, limit, unit, unit);
	tp_buf_lit(b, "plot $S using 1:2:6 with filledcurves fillcolor rgb '"
	    TP_COLOUR_BAND "' fillstyle transparent solid 0.25 noborder "
	    "title '5 to 95 %', '' using 1:3:5 with filledcurves fillcolor "
	    "rgb '" TP_COLOUR_BAND "' fillstyle transparent solid 0.5 "
	    "noborder title '15 to 85 %', '' using 1:4 with linespoints "
	    "linewidth 2.2 pointtype 7 pointsize 0.5 linecolor rgb '"
	    TP_COLOUR_MODEL "' title 'median'\n");
}

void
tp_residuals_draw(const struct tp_residuals *r, const struct tp_residual *h,
    const struct tp_page *page, enum tp_unit unit, struct tp_buf *b)
{
	struct tp_buf	t = { 0 };
	const char	*u = tp_page_unit(unit);
	double		limit;

	tp_buf_printf(&t, "Residuals %d minutes ahead, ", h->minutes);
	tp_page_dates(page, &t, r->first, r->last);
	tp_page_begin(page, b);
	put_histogram(h, b, &limit);
	put_speeds(h, b);
	if (page->kind == TP_PAGE_TEXT) {
		tp_buf_lit(b, "set title ");
		tp_page_title(page, b, tp_buf_cstr(&t));
		tp_buf_printf(b, "set xlabel 'forecast less reading, %s'\n"
		    "set ylabel '%%'\nplot [%g:%g] $H using 1:2 with impulses "
		    "linetype 3 notitle\n", u, -limit, limit);
	} else {
		tp_buf_lit(b, "set multiplot layout 1,2 title ");
		tp_page_title(page, b, tp_buf_cstr(&t));
		tp_buf_lit(b, "set tmargin 2\n");
		put_sums(h, u, b);
		put_left(u, limit, b);
		put_right(u, limit, b);
		tp_buf_lit(b, "unset multiplot\n");
	}
	tp_buf_release(&t);
}
