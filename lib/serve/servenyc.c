/*
 * New York's routes, by cell.  Its documents name the paths and no fields;
 * these are ours, in the words of its windows: cell_id, count, avg_speed
 * (mph), class.
 */
#include <stdlib.h>

#include "serve/compat.h"
#include "serve/put.h"

#define HORIZON	15		/* minutes */
#define PUSH_MS	2000		/* between two messages of the stream */

static const char *const classes[] = { "low", "medium", "high" };

static const char *
class_word(int class)
{
	return class >= 0 && class < 3 ? classes[class] : NULL;
}

static void
put_cell(const struct tp_board *b, size_t i, struct tp_buf *out)
{
	const struct tp_seg	*s = &b->seg[i];

	tp_put_key(out, "cell_id");
	tp_put_id(out, &b->ids.keys[i]);
	tp_compat_put_num(out, "latitude", s->lat, 6);
	tp_compat_put_num(out, "longitude", s->lon, 6);
	tp_put_iso_of(out, "timestamp", s->at);
	tp_compat_put_num(out, "count", (double)s->count, 0);
	tp_compat_put_num(out, "avg_speed", tp_compat_mph((double)s->speed),
	    2);
	tp_compat_put_str(out, "class", class_word(s->class));
}

static int
health(struct tp_board *b, const struct tp_http_req *q, struct tp_buf *out)
{
	tp_put_open(out, '{');
	tp_put_str_of(out, "status", "healthy");
	tp_compat_put_iso(out, "timestamp", q->now_ms);
	tp_put_int_of(out, "cells", (int64_t)b->ids.n);
	tp_compat_put_iso(out, "newest", b->time);
	tp_put_close(out, '}');
	return 200;
}

/* The members "timestamp" and "cells", of those that are not too old. */
static void
put_cells(const struct tp_board *b, struct tp_buf *out)
{
	size_t	i;

	tp_compat_put_iso(out, "timestamp", b->time);
	tp_put_key_open(out, "cells", '[');
	for (i = 0; i < b->ids.n; i++) {
		if (!tp_board_live(b, &b->seg[i]))
			continue;
		tp_put_open(out, '{');
		put_cell(b, i, out);
		tp_put_close(out, '}');
	}
	tp_put_close(out, ']');
}

static int
current(struct tp_board *b, const struct tp_http_req *q, struct tp_buf *out)
{
	(void)q;
	tp_put_open(out, '{');
	put_cells(b, out);
	tp_put_close(out, '}');
	return 200;
}

static void
put_forecast(const struct tp_board *b, size_t i, int h, struct tp_buf *out)
{
	const struct tp_seg_forecast	*f;

	f = tp_board_forecast(&b->seg[i], (unsigned)h);
	if (f == NULL)
		return;
	tp_put_open(out, '{');
	tp_put_key(out, "cell_id");
	tp_put_id(out, &b->ids.keys[i]);
	tp_put_iso_of(out, "made", f->made);
	tp_put_iso_of(out, "timestamp", f->made + b->horizon[h] *
	    TP_MINUTE);
	tp_put_int_of(out, "horizon_minutes", b->horizon[h]);
	tp_compat_put_num(out, "predicted_speed", tp_compat_mph((double)
	    f->speed), 2);
	tp_compat_put_str(out, "class", class_word(f->class));
	tp_compat_put_num(out, "confidence", (double)f->confidence, 3);
	tp_put_close(out, '}');
}

/* The members "horizon_minutes" and "predictions". */
static void
put_forecasts(const struct tp_board *b, struct tp_buf *out)
{
	int	h = tp_board_horizon(b, HORIZON);
	size_t	i;

	tp_compat_put_num(out, "horizon_minutes", h == -1 ? (double)NAN :
	    b->horizon[h], 0);
	tp_put_key_open(out, "predictions", '[');
	for (i = 0; h != -1 && i < b->ids.n; i++)
		put_forecast(b, i, h, out);
	tp_put_close(out, ']');
}

static int
predictions(struct tp_board *b, const struct tp_http_req *q,
    struct tp_buf *out)
{
	(void)q;
	tp_put_open(out, '{');
	tp_compat_put_iso(out, "timestamp", b->time);
	put_forecasts(b, out);
	tp_put_close(out, '}');
	return 200;
}

void
tp_nyc_put_state(const struct tp_board *b, struct tp_buf *out)
{
	tp_put_open(out, '{');
	put_cells(b, out);
	put_forecasts(b, out);
	tp_put_close(out, '}');
}

void
tp_nyc_tick(struct tp_board *b, struct tp_hub *h, int64_t now_ms)
{
	if (!tp_hub_wanted(h, TP_CHANNEL_NYC) ||
	    b->nyc_version == b->version ||
	    llabs(now_ms - b->nyc_ms) < PUSH_MS)
		return;
	b->nyc_version = b->version;
	b->nyc_ms = now_ms;
	b->text.n = 0;
	tp_nyc_put_state(b, &b->text);
	tp_hub_send(h, TP_CHANNEL_NYC, "message", b->text.p, b->text.n);
}

/* The means of the hours kept, of one cell or all. */
static int
historical(struct tp_board *b, const struct tp_http_req *q,
    struct tp_buf *out)
{
	const char		*id = tp_http_query(q, "cell_id");
	const struct tp_hour	*x;
	int64_t			 hours = 24, h;
	size_t			 seg = SIZE_MAX;

	if (tp_http_query_int(q, "hours", 1, 168, &hours, out) == -1)
		return 400;
	if (id != NULL && (seg = tp_board_find(b, id)) == SIZE_MAX) {
		tp_buf_lit(out, "no cell has this id");
		return 404;
	}
	tp_put_open(out, '{');
	tp_compat_put_str(out, "cell_id", id);
	tp_put_key_open(out, "hours", '[');
	for (h = hours - 1; h >= 0 && b->series.hour >= 0; h--) {
		x = tp_series_hour_at(&b->series, seg, b->series.hour - h);
		if (x == NULL || x->n == 0)
			continue;
		tp_put_open(out, '{');
		tp_put_iso_of(out, "timestamp", tp_series_hour_time(
		    &b->series, b->series.hour - h));
		tp_put_num_of(out, "avg_speed", tp_compat_mph(x->speed /
		    x->n), 2);
		tp_put_int_of(out, "readings", x->n);
		tp_put_close(out, '}');
	}
	tp_buf_lit(out, "]}");
	return 200;
}

/* A cell and how crowded it is. */
struct crowd {
	double	rank;
	size_t	seg;
};

static int
by_rank(const void *a, const void *b)
{
	const struct crowd	*x = a, *y = b;

	return x->rank > y->rank ? -1 : x->rank < y->rank ? 1 :
	    x->seg < y->seg ? -1 : x->seg > y->seg;
}

static int
hotspots(struct tp_board *b, const struct tp_http_req *q, struct tp_buf *out)
{
	int64_t		 most = 10;
	struct crowd	*v;
	size_t		 i, n = 0;

	if (tp_http_query_int(q, "n", 1, 1000, &most, out) == -1)
		return 400;
	v = tp_calloc(b->ids.n + 1, sizeof(*v));
	for (i = 0; i < b->ids.n; i++) {
		const struct tp_seg	*s = &b->seg[i];

		if (tp_board_live(b, s))
			v[n++] = (struct crowd){ s->class * 1e9 +
				(isnan(s->count) ? 0 : (double)s->count), i };
	}
	qsort(v, n, sizeof(*v), by_rank);
	tp_put_open(out, '{');
	tp_compat_put_iso(out, "timestamp", b->time);
	tp_put_key_open(out, "hotspots", '[');
	for (i = 0; i < n && i < (size_t)most; i++) {
		tp_put_open(out, '{');
		tp_put_int_of(out, "rank", (int64_t)i + 1);
		put_cell(b, v[i].seg, out);
		tp_put_close(out, '}');
	}
	tp_buf_lit(out, "]}");
	free(v);
	return 200;
}

static int
one_cell(struct tp_board *b, const struct tp_http_req *q, struct tp_buf *out)
{
	size_t		i = tp_board_find(b, q->arg[0]);
	unsigned	h;

	if (i == SIZE_MAX) {
		tp_buf_lit(out, "no cell has this id");
		return 404;
	}
	tp_put_open(out, '{');
	put_cell(b, i, out);
	tp_put_key_open(out, "predictions", '[');
	for (h = 0; h < b->nhorizons; h++)
		put_forecast(b, i, (int)b->order[h], out);
	tp_buf_lit(out, "]}");
	return 200;
}

static int
stats(struct tp_board *b, const struct tp_http_req *q, struct tp_buf *out)
{
	int64_t	in[3] = { 0 };
	double	count = 0;
	size_t	i;
	int	k;

	(void)q;
	tp_board_sum_up(b);
	for (i = 0; i < b->ids.n; i++) {
		const struct tp_seg	*s = &b->seg[i];

		if (!tp_board_live(b, s))
			continue;
		if (s->class >= 0)
			in[s->class]++;
		if (!isnan(s->count))
			count += (double)s->count;
	}
	tp_put_open(out, '{');
	tp_compat_put_iso(out, "timestamp", b->time);
	tp_put_int_of(out, "active_cells", (int64_t)b->summary.live);
	tp_put_num_of(out, "count", count, 0);
	tp_compat_put_num(out, "avg_speed", tp_compat_mph(
	    b->summary.mean_speed), 2);
	tp_put_key_open(out, "classes", '{');
	for (k = 0; k < 3; k++)
		tp_put_int_of(out, classes[k], in[k]);
	tp_buf_lit(out, "}}");
	return 200;
}

#define NYC(path, handler) \
	{ "GET", path, TP_ROLE_VIEWER, handler, 0, NULL }

const struct tp_http_route tp_nyc_routes[] = {
	{ "GET", "/api/health", TP_ROLE_NONE, health, 0, NULL },
	NYC("/api/current-traffic", current),
	NYC("/api/predictions", predictions),
	NYC("/api/historical", historical),
	NYC("/api/hotspots", hotspots),
	NYC("/api/cell/{id}", one_cell),
	NYC("/api/stats", stats),
	{ 0 }
};
