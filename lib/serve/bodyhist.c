/* Bodies of what was: all segments step by step, one of them in full, and
 * the slowest. */
#include <stdlib.h>

#include "serve/body.h"
#include "serve/put.h"

#define FRAMES_MAX	600
#define NUMBERS_MAX	1500000		/* in the frames of one answer */
#define DEFAULT_SPAN	(3 * TP_HOUR)
#define QUARTER		(15 * TP_MINUTE)
#define LEAST_VEHICLES	3	/* in a cell whose mean speed is believed */
#define MAX_TIME	INT64_C(253402300800000)

/* The steps from .. to that were asked for, as far as they are kept. */
static int
span(const struct tp_board *b, const struct tp_http_req *q, int64_t *from,
    int64_t *to, struct tp_buf *out)
{
	int64_t	last = b->time != TP_TIME_NONE ? b->time : 0;
	int64_t	begin, end = last;

	if (tp_http_query_int(q, "to", 0, MAX_TIME, &end, out) == -1)
		return -1;
	begin = end - DEFAULT_SPAN;
	if (tp_http_query_int(q, "from", 0, MAX_TIME, &begin, out) == -1)
		return -1;
	if (begin > end) {
		tp_buf_lit(out, "from must not be after to");
		return -1;
	}
	*from = tp_series_step(&b->series, begin);
	*to = tp_series_step(&b->series, end);
	if (*from < tp_series_oldest(&b->series))
		*from = tp_series_oldest(&b->series);
	if (*to > b->series.newest)
		*to = b->series.newest;
	return 0;
}

static double
step_speed(const struct tp_board *b, size_t seg, int64_t step)
{
	const struct tp_step	*p = tp_series_at(&b->series, seg, step);

	return p != NULL && p->n > 0 ? (double)p->speed : (double)NAN;
}

/* The counts or classes of cells, a row for each step. */
static void
put_crowds(const struct tp_board *b, bool classes, int64_t from, int64_t to,
    int64_t every, struct tp_buf *out)
{
	const struct tp_crowd	*x;
	size_t			 i;

	tp_put_key_open(out, classes ? "class" : "count", '[');
	for (; from <= to; from += every) {
		tp_put_open(out, '[');
		for (i = 0; i < b->ids.n; i++) {
			x = tp_series_crowd_at(&b->series, i, from);
			tp_put_num(out, !classes ? (double)x->count :
			    x->class < 0 ? (double)NAN : x->class, 2);
		}
		tp_put_close(out, ']');
	}
	tp_put_close(out, ']');
}

int
tp_body_frames(struct tp_board *b, const struct tp_http_req *q,
    struct tp_buf *out)
{
	int64_t	from, to, s, every, most = FRAMES_MAX;
	size_t	i;

	if (span(b, q, &from, &to, out) != 0)
		return 400;
	if (b->ids.n > 0 && most > NUMBERS_MAX / (int64_t)b->ids.n)
		most = NUMBERS_MAX / (int64_t)b->ids.n + 1;
	every = to < from ? 1 : (to - from) / most + 1;
	tp_put_open(out, '{');
	tp_put_int_of(out, "step_ms", every * b->conf.step_ms);
	tp_put_key_open(out, "times", '[');
	for (s = from; s <= to; s += every)
		tp_put_int(out, s * b->conf.step_ms);
	tp_buf_lit(out, "],\"speed_kmh\":[");
	for (s = from; s <= to; s += every) {
		tp_put_open(out, '[');
		for (i = 0; i < b->ids.n; i++)
			tp_put_num(out, step_speed(b, i, s), 2);
		tp_put_close(out, ']');
	}
	tp_put_close(out, ']');
	if (tp_board_cells(b)) {
		put_crowds(b, false, from, to, every, out);
		put_crowds(b, true, from, to, every, out);
	}
	tp_put_close(out, '}');
	return 200;
}

/* The readings of a segment, and where there are none. */
static void
put_readings(const struct tp_board *b, size_t seg, int64_t from, int64_t to,
    struct tp_buf *out)
{
	const struct tp_step	*p;
	int64_t			 s;
	int			 column;

	for (column = 0; column < 3; column++) {
		tp_put_key_open(out, column == 0 ? "time" : column == 1 ?
		    "speed_kmh" : "volume_vph", '[');
		for (s = from; s <= to; s++) {
			p = tp_series_at(&b->series, seg, s);
			if (p->n == 0 && p->nvolume == 0)
				continue;
			if (column == 0)
				tp_put_int(out, s * b->conf.step_ms);
			else
				tp_put_num(out, (double)(column == 1 ?
				    p->speed : p->volume), 2);
		}
		tp_put_close(out, ']');
	}
	tp_put_key_open(out, "flags", '[');
	for (s = from; s <= to; s++) {
		if (!isnan(step_speed(b, seg, s)) || (s > from &&
		    isnan(step_speed(b, seg, s - 1))))
			continue;
		tp_put_open(out, '{');
		tp_put_int_of(out, "time", s * b->conf.step_ms);
		tp_put_str_of(out, "flag", "missing");
		tp_put_close(out, '}');
	}
	tp_put_close(out, ']');
}

/* The newest forecast as a fan. */
static void
put_fan(const struct tp_board *b, const struct tp_seg *s, struct tp_buf *out)
{
	static const char *const	names[] = {
		"time", "p50", "lower", "upper",
	};
	const struct tp_seg_forecast	*f;
	unsigned			 i, column;

	tp_put_key_open(out, "fan", '{');
	tp_put_time_of(out, "made", s->made);
	for (column = 0; column < 4; column++) {
		tp_put_key_open(out, names[column], '[');
		for (i = 0; i < b->nhorizons; i++) {
			f = tp_board_forecast(s, b->order[i]);
			if (f == NULL)
				continue;
			if (column == 0)
				tp_put_int(out, s->made + TP_MINUTE *
				    b->horizon[b->order[i]]);
			else
				tp_put_num(out, (double)(column == 1 ?
				    f->speed : column == 2 ? f->lower :
				    f->upper), 2);
		}
		tp_put_close(out, ']');
	}
	tp_put_close(out, '}');
}

/*
 * What is usual at the quarters of an hour from one time to another; one day
 * alone is usual of nothing.
 */
static void
put_typical(const struct tp_board *b, size_t seg, int64_t from, int64_t to,
    struct tp_buf *out)
{
	const struct tp_quarter	*u;
	int64_t			 t;
	int			 column;

	tp_put_key_open(out, "typical", '{');
	for (column = 0; column < 2; column++) {
		tp_put_key_open(out, column == 0 ? "time" : "speed_kmh", '[');
		for (t = from - from % QUARTER; t <= to; t += QUARTER) {
			u = tp_series_usual(&b->series, seg, t);
			if (u->n <= QUARTER / b->conf.step_ms + 1)
				continue;
			if (column == 0)
				tp_put_int(out, t);
			else
				tp_put_num(out, (double)u->speed, 2);
		}
		tp_put_close(out, ']');
	}
	tp_put_close(out, '}');
}

/* The means of the hours a week before, if any is known. */
static void
put_last_week(const struct tp_board *b, size_t seg, int64_t from, int64_t to,
    struct tp_buf *out)
{
	int64_t			 h0 = tp_series_hour(&b->series, from) -
				    7 * 24, h1 = tp_series_hour(&b->series,
				    to) - 7 * 24, h;
	const struct tp_hour	*x;
	bool			 any = false;
	int			 column;

	for (column = 0; column < 2; column++) {
		for (h = h0; h <= h1; h++) {
			x = tp_series_hour_at(&b->series, seg, h);
			if (x == NULL || x->n == 0)
				continue;
			if (!any) {
				tp_put_key_open(out, "last_week", '{');
				tp_put_key_open(out, "time", '[');
				any = true;
			}
			if (column == 0)
				tp_put_int(out, tp_series_hour_time(
				    &b->series, h + 7 * 24) + TP_HOUR / 2);
			else
				tp_put_num(out, x->speed / x->n, 2);
		}
		if (any)
			tp_buf_str(out, column == 0 ? "],\"speed_kmh\":[" :
			    "]}");
	}
}

int
tp_body_history(struct tp_board *b, const struct tp_http_req *q,
    struct tp_buf *out)
{
	size_t	seg = tp_board_find(b, q->arg[0]);
	int64_t	from, to, end;

	if (seg == SIZE_MAX) {
		tp_buf_lit(out, "no segment has this id");
		return 404;
	}
	if (span(b, q, &from, &to, out) != 0)
		return 400;
	tp_put_open(out, '{');
	tp_put_key(out, "id");
	tp_put_id(out, &b->ids.keys[seg]);
	tp_put_str_of(out, "name", b->seg[seg].name);
	put_readings(b, seg, from, to, out);
	put_fan(b, &b->seg[seg], out);
	if (from <= to) {
		end = (to + 1) * b->conf.step_ms;
		if (b->nhorizons > 0)
			end += TP_MINUTE *
			    b->horizon[b->order[b->nhorizons - 1]];
		put_typical(b, seg, from * b->conf.step_ms, end, out);
		put_last_week(b, seg, from * b->conf.step_ms, end, out);
	} else {
		tp_buf_lit(out, ",\"typical\":{\"time\":[],\"speed_kmh\":"
		    "[]}");
	}
	tp_put_num_of(out, "free_flow_kmh", (double)b->seg[seg].free_flow,
	    2);
	tp_put_close(out, '}');
	return 200;
}

/* A place in the list of the worst. */
struct spot {
	double	rank;		/* the least is the worst */
	size_t	seg;
	double	speed;
	int	level;
};

static int
by_rank(const void *a, const void *b)
{
	const struct spot	*x = a, *y = b;

	return x->rank < y->rank ? -1 : x->rank > y->rank ? 1 :
	    x->seg < y->seg ? -1 : x->seg > y->seg;
}

/*
 * How bad a cell is at a level: by that, then by its vehicles; but the mean of
 * one or two says little, and they come after all others.
 */
static double
crowded(const struct tp_seg *s, int level)
{
	double	count = isnan(s->count) ? 0 : (double)s->count;

	return (count >= LEAST_VEHICLES) * 1e12 + level * 1e10 + count;
}

/* How a segment is now, or will be: false where that is not known. */
static bool
spot_of(const struct tp_board *b, size_t seg, int h, struct spot *x)
{
	const struct tp_seg		*s = &b->seg[seg];
	const struct tp_seg_forecast	*f = NULL;
	int				 class = s->class;

	if (!tp_board_live(b, s))
		return false;
	*x = (struct spot){ .seg = seg, .speed = (double)s->speed };
	if (h >= 0) {
		f = tp_board_forecast(s, (unsigned)h);
		if (f == NULL)
			return false;
		x->speed = (double)f->speed;
		class = f->class;
	}
	x->level = tp_board_level(b, s, x->speed);
	x->rank = tp_board_cells(b) ? -crowded(s, class >= 0 ?
	    2 * class + 1 : x->level) : x->speed;
	return tp_board_cells(b) || !isnan(x->speed);
}

static void
put_spot(const struct tp_board *b, const struct spot *x, int h,
    struct tp_buf *out)
{
	const struct tp_seg	*s = &b->seg[x->seg];
	int64_t			 then = b->series.newest - (30 * TP_MINUTE) /
				    b->conf.step_ms;
	double			 change = h >= 0 ? x->speed -
				    (double)s->speed : x->speed -
				    step_speed(b, x->seg, then);

	tp_put_open(out, '{');
	tp_put_key(out, "segment_id");
	tp_put_id(out, &b->ids.keys[x->seg]);
	tp_put_int_of(out, "index", (int64_t)x->seg);
	tp_put_str_of(out, "name", s->name);
	tp_put_num_of(out, "speed_kmh", x->speed, 2);
	tp_put_num_of(out, "free_flow_kmh", (double)s->free_flow, 2);
	if (x->level > 0)
		tp_put_int_of(out, "level", x->level);
	tp_put_num_of(out, "change_kmh", change, 2);
	if (tp_board_cells(b)) {
		tp_put_num_of(out, "count", (double)s->count, 2);
		tp_put_num_of(out, "class", s->class >= 0 ? s->class :
		    (double)NAN, 0);
	}
	tp_put_close(out, '}');
}

int
tp_body_hotspots(struct tp_board *b, const struct tp_http_req *q,
    struct tp_buf *out)
{
	int64_t		 horizon = 0, most = 10;
	struct spot	*v;
	size_t		 i, n = 0;
	int		 h = -1;

	if (tp_http_query_int(q, "horizon", 0, 10080, &horizon, out) == -1 ||
	    tp_http_query_int(q, "n", 1, 1000, &most, out) == -1)
		return 400;
	if (horizon > 0) {
		h = tp_board_horizon(b, horizon);
		if (h == -1 || b->horizon[h] != horizon) {
			tp_buf_lit(out, "no forecasts for this horizon");
			return 404;
		}
	}
	v = tp_calloc(b->ids.n + 1, sizeof(*v));
	for (i = 0; i < b->ids.n; i++)
		n += spot_of(b, i, h, &v[n]);
	qsort(v, n, sizeof(*v), by_rank);
	tp_put_open(out, '{');
	tp_put_time_of(out, "time", b->time);
	tp_put_int_of(out, "horizon", horizon);
	tp_put_key_open(out, "hotspots", '[');
	for (i = 0; i < n && i < (size_t)most; i++)
		put_spot(b, &v[i], h, out);
	tp_buf_lit(out, "]}");
	free(v);
	return 200;
}
