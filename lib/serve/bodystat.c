/* Bodies of hours, days and weeks, from what the board remembers of them. */
#include <stdlib.h>

#include "serve/body.h"
#include "serve/put.h"

static double
mean(const struct tp_hour *x)
{
	return x->n > 0 ? x->speed / x->n : (double)NAN;
}

static void
put_means(const char *name, const struct tp_hour *x, size_t n,
    struct tp_buf *out)
{
	size_t	i;

	if (name != NULL)
		tp_put_key(out, name);
	tp_put_open(out, '[');
	for (i = 0; i < n; i++)
		tp_put_num(out, mean(&x[i]), 2);
	tp_put_close(out, ']');
}

static void
put_counts(const char *name, const struct tp_hour *x, size_t n,
    struct tp_buf *out)
{
	size_t	i;

	if (name != NULL)
		tp_put_key(out, name);
	tp_put_open(out, '[');
	for (i = 0; i < n; i++)
		tp_put_int(out, x[i].n);
	tp_put_close(out, ']');
}

int
tp_body_hourly(struct tp_board *b, const struct tp_http_req *q,
    struct tp_buf *out)
{
	struct tp_hour	all[24] = { 0 }, week[2][24] = { { { 0 } } };
	int64_t		days = 7, i, h;

	if (tp_http_query_int(q, "days", 1, 90, &days, out) == -1)
		return 400;
	for (i = 0; i < days * 24; i++) {
		const struct tp_hour	*x;

		x = tp_series_hour_at(&b->series, SIZE_MAX,
		    b->series.hour - i);
		if (x == NULL)
			break;
		h = (b->series.hour - i) % 24;
		tp_hour_add(&all[h], x);
		tp_hour_add(&week[tp_series_weekday(b->series.hour - i) >= 5][h], x);
	}
	tp_put_open(out, '{');
	tp_put_key_open(out, "hours", '[');
	for (i = 0; i < 24; i++)
		tp_put_int(out, i);
	tp_put_close(out, ']');
	put_means("speed_kmh", all, 24, out);
	put_counts("n", all, 24, out);
	put_means("weekday", week[0], 24, out);
	put_means("weekend", week[1], 24, out);
	tp_put_close(out, '}');
	return 200;
}

int
tp_body_week(struct tp_board *b, const struct tp_http_req *q,
    struct tp_buf *out)
{
	const char	*id = tp_http_query(q, "segment");
	struct tp_hour	 x[7][24] = { { { 0 } } };
	size_t		 seg = SIZE_MAX;
	int64_t		 i, hour, most = id != NULL ? 7 * 24 : 28 * 24;
	int		 d;

	if (id != NULL && (seg = tp_board_find(b, id)) == SIZE_MAX) {
		tp_buf_lit(out, "no segment has this id");
		return 404;
	}
	for (i = 0; i < most && b->series.hour >= 0; i++) {
		hour = b->series.hour - i;
		tp_hour_add(&x[tp_series_weekday(hour)][hour % 24],
		    tp_series_hour_at(&b->series, seg, hour));
	}
	tp_put_open(out, '{');
	tp_put_key_open(out, "speed_kmh", '[');
	for (d = 0; d < 7; d++)
		put_means(NULL, x[d], 24, out);
	tp_buf_lit(out, "],\"n\":[");
	for (d = 0; d < 7; d++)
		put_counts(NULL, x[d], 24, out);
	tp_buf_lit(out, "]}");
	return 200;
}

/* A segment by how much of the time it was congested. */
struct share {
	size_t		seg;
	struct tp_hour	sum;
};

static int
by_share(const void *a, const void *b)
{
	const struct share	*x = a, *y = b;
	double			 p = (double)x->sum.congested / x->sum.n;
	double			 q = (double)y->sum.congested / y->sum.n;

	if (p != q)
		return p > q ? -1 : 1;
	return x->seg < y->seg ? -1 : x->seg > y->seg;
}

static void
put_share(const struct tp_board *b, const struct share *x, int64_t hours,
    struct tp_buf *out)
{
	double	minutes = (double)x->sum.congested *
		    (double)b->conf.step_ms / TP_MINUTE;

	tp_put_open(out, '{');
	tp_put_key(out, "segment_id");
	tp_put_id(out, &b->ids.keys[x->seg]);
	tp_put_int_of(out, "index", (int64_t)x->seg);
	tp_put_str_of(out, "name", b->seg[x->seg].name);
	tp_put_num_of(out, "share_congested", (double)x->sum.congested /
	    x->sum.n, 4);
	tp_put_num_of(out, "mean_kmh", mean(&x->sum), 2);
	tp_put_num_of(out, "minutes", fmin(minutes, (double)hours * 60), 0);
	tp_put_close(out, '}');
}

int
tp_body_congested(struct tp_board *b, const struct tp_http_req *q,
    struct tp_buf *out)
{
	int64_t		 most = 20, hours = 24, h;
	struct share	*v;
	size_t		 i, n = 0;

	if (tp_http_query_int(q, "n", 1, 1000, &most, out) == -1 ||
	    tp_http_query_int(q, "hours", 1, TP_SERIES_HOURS, &hours,
	    out) == -1)
		return 400;
	v = tp_calloc(b->ids.n + 1, sizeof(*v));
	for (i = 0; i < b->ids.n; i++) {
		v[n] = (struct share){ .seg = i };
		for (h = 0; h < hours && b->series.hour >= 0; h++)
			tp_hour_add(&v[n].sum, tp_series_hour_at(&b->series, i,
			    b->series.hour - h));
		n += v[n].sum.n > 0;
	}
	qsort(v, n, sizeof(*v), by_share);
	tp_put_open(out, '{');
	tp_put_int_of(out, "hours", hours);
	tp_put_key_open(out, "segments", '[');
	for (i = 0; i < n && i < (size_t)most; i++)
		put_share(b, &v[i], hours, out);
	tp_buf_lit(out, "]}");
	free(v);
	return 200;
}

/* The hours of one day, `back` days before the newest. */
static struct tp_hour
day_of(const struct tp_board *b, int64_t back)
{
	struct tp_hour	x = { 0 };
	int64_t		first = (b->series.hour / 24 - back) * 24, h;

	for (h = first; h < first + 24; h++)
		tp_hour_add(&x, tp_series_hour_at(&b->series, SIZE_MAX, h));
	return x;
}

int
tp_body_trend(struct tp_board *b, const struct tp_http_req *q,
    struct tp_buf *out)
{
	struct tp_hour	x[90];
	int64_t		days = 30, i;
	int		column;

	if (tp_http_query_int(q, "days", 1, 90, &days, out) == -1)
		return 400;
	for (i = 0; i < days; i++)
		x[i] = b->series.hour < 0 ? (struct tp_hour){ 0 } :
		    day_of(b, i);
	tp_put_open(out, '{');
	for (column = 0; column < 3; column++) {
		tp_put_key_open(out, column == 0 ? "days" : column == 1 ?
		    "speed_kmh" : "congested_share", '[');
		for (i = days - 1; i >= 0; i--) {
			if (x[i].n == 0)
				continue;
			if (column == 0)
				tp_put_int(out, tp_series_hour_time(
				    &b->series, (b->series.hour / 24 - i) *
				    24));
			else
				tp_put_num(out, column == 1 ? mean(&x[i]) :
				    (double)x[i].congested / x[i].n,
				    column == 1 ? 2 : 4);
		}
		tp_put_close(out, ']');
	}
	tp_put_close(out, '}');
	return 200;
}
