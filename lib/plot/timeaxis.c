/* Axes of time: ticks at round local times. */
#include "plot/page.h"

#define LABEL_PX	90	/* room for a label */
#define LABEL_COLUMNS	11

static const char *const	month_names[] = {
	"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct",
	"Nov", "Dec",
};
static const char *const	day_names[] = {
	"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun",
};

/* How far apart ticks are: minutes of the day, else days, else months. */
struct step {
	int	minutes, days, months;
	int64_t	ms;		/* about so long */
};

#define M(n)	{ (n), 0, 0, (n) * TP_MINUTE }
#define D(n)	{ 0, (n), 0, (n) * TP_DAY }
#define MON(n)	{ 0, 0, (n), (n) * INT64_C(30) * TP_DAY }

static const struct step	steps[] = {
	M(1), M(2), M(5), M(10), M(15), M(30), M(60), M(120), M(180), M(360),
	M(720), D(1), D(2), D(7), D(14), MON(1), MON(2), MON(3), MON(6),
	MON(12), MON(24), MON(60), MON(120), MON(240),
};

static const struct step *
choose(int64_t span, int labels)
{
	size_t	i, n = sizeof(steps) / sizeof(steps[0]);

	for (i = 0; i < n - 1; i++)
		if (span / steps[i].ms <= labels)
			break;
	return &steps[i];
}

struct axis {
	const struct tp_page *page;
	struct tp_buf	*b;
	int64_t		 lo, hi;
	const struct step *step;
	int		 n;		/* ticks so far */
	bool		 dated;		/* the date was shown */
};

/* One tick at the local time c, if that exists and is on the axis. */
static void
tick(struct axis *a, const struct tp_civil *c)
{
	int64_t	t;
	bool	date = a->step->minutes > 0 && a->hi - a->lo > TP_DAY &&
		    (!a->dated || c->hour * 60 + c->minute == 0);

	if (tp_tz_time(a->page->tz, c, &t) != 0 || t < a->lo || t > a->hi)
		return;
	tp_buf_str(a->b, a->n++ > 0 ? ", \"" : "\"");
	if (a->step->minutes > 0)
		tp_buf_printf(a->b, "%02d:%02d", c->hour, c->minute);
	if (date)
		tp_buf_str(a->b, "\\n");
	if (date || a->step->days > 0)
		tp_buf_printf(a->b, "%s %d %s", day_names[c->weekday],
		    c->day, month_names[c->month - 1]);
	if (a->step->months > 0)
		tp_buf_printf(a->b, "%s %d", month_names[c->month - 1],
		    c->year);
	a->dated = a->dated || date;
	tp_buf_printf(a->b, "\" %.3f", (double)(t - a->lo) / 1000);
}

/* The ticks of the local day at c. */
static void
day_ticks(struct axis *a, struct tp_civil *c)
{
	int64_t	days = tp_civil_days(c->year, c->month, c->day);
	int	m;

	c->weekday = (int)(((days + 3) % 7 + 7) % 7);
	if (a->step->months > 0) {
		if (c->day == 1 && (c->year * 12 + c->month - 1) %
		    a->step->months == 0)
			tick(a, c);
		return;
	}
	if (a->step->days > 0) {
		if ((days + 3) % a->step->days == 0)	/* on Mondays */
			tick(a, c);
		return;
	}
	for (m = 0; m < 24 * 60; m += a->step->minutes) {
		c->hour = m / 60;
		c->minute = m % 60;
		tick(a, c);
	}
}

void
tp_page_time_axis(const struct tp_page *p, struct tp_buf *b, int64_t lo,
    int64_t hi, int axis)
{
	int		 room = p->kind == TP_PAGE_TEXT ? LABEL_COLUMNS :
			     (int)(LABEL_PX * tp_page_scale(p));
	struct axis	 a = { .page = p, .b = b, .lo = lo, .hi = hi };
	struct tp_civil	 c;
	int64_t		 t = lo - TP_DAY;

	a.step = choose(hi - lo, axis / room > 1 ? axis / room : 1);
	tp_buf_printf(b, "set xrange [0:%.3f]\nset xtics (",
	    (double)(hi - lo) / 1000);
	/* From noon to noon: no day of 23 or 25 hours is missed or met twice. */
	tp_tz_civil(p->tz, t, &c);
	c.hour = 12;
	c.minute = c.second = c.ms = 0;
	tp_tz_time(p->tz, &c, &t);
	for (; t <= hi + TP_DAY; t += TP_DAY) {
		tp_tz_civil(p->tz, t, &c);
		c.hour = c.minute = c.second = c.ms = 0;
		day_ticks(&a, &c);
	}
	tp_buf_lit(b, ")\nset xlabel 'time, '.");
	tp_page_text(b, p->tz_name, strlen(p->tz_name), 60);
	/* gnuplot leaves no room for the second line of a label */
	tp_buf_str(b, a.dated ? " offset 0,-1\nset bmargin 4.6\n" :
	    "\nset bmargin 3.6\n");
}

void
tp_page_dates(const struct tp_page *p, struct tp_buf *b, int64_t lo,
    int64_t hi)
{
	struct tp_civil	x, y;

	tp_tz_civil(p->tz, lo, &x);
	tp_tz_civil(p->tz, hi, &y);
	if (x.year != y.year)
		tp_buf_printf(b, "%d %s %d to ", x.day,
		    month_names[x.month - 1], x.year);
	else if (x.month != y.month)
		tp_buf_printf(b, "%d %s to ", x.day,
		    month_names[x.month - 1]);
	else if (x.day != y.day)
		tp_buf_printf(b, "%d to ", x.day);
	tp_buf_printf(b, "%d %s %d", y.day, month_names[y.month - 1], y.year);
}
