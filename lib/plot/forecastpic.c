#include "plot/forecastpic.h"

#include <math.h>

#include "base/mem.h"

#define SHOWN		TP_DAY		/* without --from */

void
tp_fcpic_release(struct tp_fcpic *f)
{
	free(f->v);
	free(f->id);
	f->v = NULL;
	f->id = NULL;
	f->n = f->cap = 0;
}

int
tp_fcpic_add(struct tp_fcpic *f, const struct tp_issued *in)
{
	struct tp_issued	x = *in;

	if (f->id == NULL)
		f->id = tp_strndup(in->id, in->idlen);
	if (strlen(f->id) != in->idlen ||
	    memcmp(f->id, in->id, in->idlen) != 0)
		return 0;
	if (f->n >= f->max)
		return -1;
	if (f->n == 0)
		f->unit = x.unit;
	if (x.unit != f->unit)
		tp_issued_convert(&x, f->unit);
	TP_GROW(f->v, f->cap, f->n + 1);
	f->v[f->n++] = (struct tp_fcpic_point){
		x.target, x.horizon, (float)x.speed, (float)x.lower,
		(float)x.upper,
	};
	return 0;
}

/* What is drawn: chosen points, ascending, and the range of times. */
struct view {
	struct tp_fcpic_point *p;
	size_t	 n;
	int	 horizon;
	int64_t	 lo, hi;
	const struct tp_truth_seg *seg;	/* NULL: no readings */
	int64_t	 gap;		/* the usual one between points */
};

static int
compare(const void *pa, const void *pb)
{
	const struct tp_fcpic_point	*a = pa, *b = pb;

	return a->target < b->target ? -1 : a->target > b->target;
}

static int
choose(struct view *w, const struct tp_fcpic *f, int horizon, int64_t from,
    int64_t to)
{
	int64_t	last = INT64_MIN;
	size_t	i;

	w->horizon = horizon;
	for (i = 0; horizon == 0 && i < f->n; i++)
		if (f->v[i].horizon > w->horizon)
			w->horizon = f->v[i].horizon;
	for (i = 0; i < f->n; i++)
		if (f->v[i].horizon == w->horizon && f->v[i].target < to &&
		    f->v[i].target > last)
			last = f->v[i].target;
	if (last == INT64_MIN)
		return -1;
	w->lo = from != INT64_MIN ? from : last - SHOWN;
	w->p = tp_malloc(f->n * sizeof(*w->p));
	for (i = 0; i < f->n; i++)
		if (f->v[i].horizon == w->horizon &&
		    f->v[i].target >= w->lo && f->v[i].target < to)
			w->p[w->n++] = f->v[i];
	if (w->n == 0)
		return -1;
	qsort(w->p, w->n, sizeof(*w->p), compare);
	w->lo = w->p[0].target;
	w->hi = w->n > 1 ? last : last + TP_MINUTE;
	w->gap = (w->hi - w->lo) / (int64_t)(w->n > 1 ? w->n - 1 : 1);
	return 0;
}

static void
put_num(struct tp_buf *b, double v)
{
	if (isnan(v))
		tp_buf_lit(b, " NaN");
	else {
		tp_buf_char(b, ' ');
		tp_buf_fixed(b, v, 3);
	}
}

/* $F: seconds, forecast, lower, upper; a blank line where there is a gap.
 * Returns the largest value. */
static double
put_forecasts(const struct view *w, enum tp_unit from, enum tp_unit to,
    bool *band, struct tp_buf *b)
{
	double	most = 0, upper;
	size_t	i;

	tp_buf_lit(b, "$F << EOD\n");
	for (i = 0; i < w->n; i++) {
		const struct tp_fcpic_point	*p = &w->p[i];

		if (i > 0 && p->target - p[-1].target > 3 * w->gap)
			tp_buf_char(b, '\n');
		upper = isnan(p->upper) ? (double)p->speed :
		    (double)p->upper;
		*band = *band || !isnan(p->upper);
		tp_buf_printf(b, "%.3f", (double)(p->target - w->lo) / 1000);
		put_num(b, tp_speed_convert((double)p->speed, from, to));
		put_num(b, tp_speed_convert((double)p->lower, from, to));
		put_num(b, tp_speed_convert((double)p->upper, from, to));
		tp_buf_char(b, '\n');
		upper = tp_speed_convert(upper, from, to);
		if (upper > most)
			most = upper;
	}
	tp_buf_lit(b, "EOD\n");
	return most;
}

static double
put_readings(const struct view *w, const struct tp_truth *t, enum tp_unit to,
    struct tp_buf *b)
{
	double	most = 0, v;
	int64_t	before = INT64_MAX;
	size_t	i;

	tp_buf_lit(b, "$T << EOD\n");
	for (i = 0; w->seg != NULL && i < w->seg->n; i++) {
		const struct tp_truth_point	*p = &w->seg->p[i];

		if (p->t < w->lo || p->t > w->hi)
			continue;
		if (before != INT64_MAX && p->t - before > 3 * w->gap)
			tp_buf_char(b, '\n');
		before = p->t;
		v = tp_speed_convert(p->v, t->unit, to);
		tp_buf_printf(b, "%.3f", (double)(p->t - w->lo) / 1000);
		put_num(b, v);
		tp_buf_char(b, '\n');
		if (v > most)
			most = v;
	}
	if (before == INT64_MAX)
		tp_buf_lit(b, "0 NaN\n");
	tp_buf_lit(b, "EOD\n");
	return before == INT64_MAX ? -1 : most;
}

static void
put_plot(const struct tp_page *page, bool band, bool read, struct tp_buf *b)
{
	bool	text = page->kind == TP_PAGE_TEXT;

	tp_buf_lit(b, "plot ");
	if (band && !text)
		tp_buf_lit(b, "$F using 1:3:4 with filledcurves fillcolor "
		    "rgb '" TP_COLOUR_BAND "' fillstyle transparent solid "
		    "0.3 noborder title 'interval', ");
	if (text)
		tp_buf_lit(b, "$F using 1:2 with lines linetype 3 title "
		    "'forecast'");
	else
		tp_buf_lit(b, "$F using 1:2 with lines linewidth 2.2 "
		    "linecolor rgb '" TP_COLOUR_MODEL "' title 'forecast'");
	if (read && text)
		tp_buf_lit(b, ", $T using 1:2 with lines linetype 1 title "
		    "'reading'");
	else if (read)
		tp_buf_lit(b, ", $T using 1:2 with lines linewidth 1.3 "
		    "linecolor rgb '" TP_COLOUR_TRUTH "' title 'reading'");
	tp_buf_char(b, '\n');
}

static void
put_title(const struct tp_fcpic *f, const struct view *w,
    const struct tp_page *page, struct tp_buf *b)
{
	struct tp_json_val	id = { .p = f->id, .type = TP_JSON_STR };
	struct tp_buf		t = { 0 };

	id.n = (uint32_t)strlen(f->id);
	tp_buf_lit(&t, "Speed at ");
	if (id.n > 60 || tp_json_unescape(&id, &t) != 0)
		tp_buf_lit(&t, "a sensor");
	tp_buf_printf(&t, ", forecast %d minutes ahead, ", w->horizon);
	tp_page_dates(page, &t, w->lo, w->hi);
	tp_buf_lit(b, "set title ");
	tp_page_title(page, b, tp_buf_cstr(&t));
	tp_buf_release(&t);
}

int
tp_fcpic_draw(const struct tp_fcpic *f, const struct tp_truth *truth,
    int horizon, int64_t from, int64_t to, const struct tp_page *page,
    enum tp_unit unit, struct tp_buf *b, struct tp_err *e)
{
	struct view	w = { 0 };
	size_t		seg = SIZE_MAX;
	double		most, read;
	bool		band = false;

	if (f->n == 0)
		return tp_err_set(e, TP_EXIT_DATA, f->id != NULL ?
		    "no forecast of segment '%s'" : "no forecasts", f->id);
	if (choose(&w, f, horizon, from, to) != 0) {
		free(w.p);
		return tp_err_set(e, TP_EXIT_DATA, "no forecast of segment "
		    "'%s'%s in that time", f->id,
		    horizon > 0 ? " with that horizon" : "");
	}
	if (truth->n > 0)
		seg = tp_map_find(&truth->ids, f->id, strlen(f->id));
	w.seg = seg != SIZE_MAX ? &truth->seg[seg] : NULL;
	tp_page_begin(page, b);
	put_title(f, &w, page, b);
	most = put_forecasts(&w, f->unit, unit, &band, b);
	read = put_readings(&w, truth, unit, b);
	most = ceil(fmax(fmax(most, read), 10) * 1.04 / 10) * 10;
	tp_page_time_axis(page, b, w.lo, w.hi, page->width -
	    (page->kind == TP_PAGE_TEXT ? 12 : 80));
	tp_buf_printf(b, "set yrange [0:%g]\nset ylabel 'speed, %s'\n"
	    "set key %s\n", most, tp_page_unit(unit),
	    page->kind == TP_PAGE_TEXT ? "below" :
	    "bottom left horizontal samplen 2.5");
	put_plot(page, band, read >= 0, b);
	free(w.p);
	return 0;
}
