/* Hanoi's routes and notifications.  Speeds are km/h. */
#include "serve/body.h"
#include "serve/compat.h"
#include "serve/put.h"

#define TOP	10

static const char *
level_word(int level)
{
	static const char *const	words[] = {
		NULL, "free_flow", "light", "moderate", "heavy", "severe",
	};

	return words[level];
}

/* As it was told, or from the free-flow speed where that is known. */
static double
jam_factor(const struct tp_seg *s)
{
	double	v;

	if (!isnan(s->jam))
		return (double)s->jam;
	v = 10 * (1 - (double)s->speed / (double)s->free_flow);
	return v < 0 ? 0 : v;
}

static void
put_name(const struct tp_board *b, size_t i, struct tp_buf *out)
{
	tp_put_key(out, "road_id");
	tp_put_id(out, &b->ids.keys[i]);
	tp_put_key(out, "road_name");
	if (b->seg[i].name != NULL)
		tp_put_str(out, b->seg[i].name);
	else
		tp_put_id(out, &b->ids.keys[i]);
}

static int
current(struct tp_board *b, const struct tp_http_req *q, struct tp_buf *out)
{
	const struct tp_seg	*s;
	size_t			 i;

	(void)q;
	tp_put_open(out, '[');
	for (i = 0; i < b->ids.n; i++) {
		s = &b->seg[i];
		if (s->at == TP_TIME_NONE)
			continue;
		tp_put_open(out, '{');
		put_name(b, i, out);
		tp_compat_put_num(out, "current_speed", (double)s->speed, 2);
		tp_compat_put_num(out, "jam_factor", jam_factor(s), 2);
		tp_compat_put_str(out, "congestion_level", level_word(
		    tp_board_level(b, s, (double)s->speed)));
		tp_put_iso_of(out, "last_updated", s->at);
		tp_put_close(out, '}');
	}
	tp_put_close(out, ']');
	return 200;
}

/* The mean speed at the hours from .. to of a day, of the last seven. */
static double
mean_between(const struct tp_board *b, int from, int to)
{
	const struct tp_hour	*x;
	double			 sum = 0, n = 0;
	int64_t			 i, h;

	for (i = 0; i < 7 * 24 && b->series.hour >= 0; i++) {
		h = b->series.hour - i;
		x = tp_series_hour_at(&b->series, SIZE_MAX, h);
		if (x == NULL || h % 24 < from || h % 24 > to)
			continue;
		sum += x->speed;
		n += x->n;
	}
	return n > 0 ? sum / n : (double)NAN;
}

static int
trends(struct tp_board *b, const struct tp_http_req *q, struct tp_buf *out)
{
	size_t	v[TOP], n, i;
	int	h;

	(void)q;
	tp_put_open(out, '{');
	tp_put_key_open(out, "hourly_avg_speed", '[');
	for (h = 0; h < 24; h++) {
		double	speed = mean_between(b, h, h);

		if (isnan(speed))
			continue;
		tp_put_open(out, '{');
		tp_put_int_of(out, "hour", h);
		tp_put_num_of(out, "speed", speed, 2);
		tp_put_close(out, '}');
	}
	tp_buf_lit(out, "],\"rush_hour_patterns\":{");
	tp_compat_put_num(out, "morning_7_9", mean_between(b, 7, 9), 2);
	tp_compat_put_num(out, "evening_17_19", mean_between(b, 17, 19), 2);
	tp_compat_put_num(out, "all_day", mean_between(b, 0, 23), 2);
	tp_buf_lit(out, "},\"top_congested_roads\":[");
	n = tp_compat_slowest(b, v, TOP);
	for (i = 0; i < n; i++) {
		const struct tp_seg	*s = &b->seg[v[i]];

		tp_put_open(out, '{');
		put_name(b, v[i], out);
		tp_put_num_of(out, "current_speed", (double)s->speed, 2);
		tp_compat_put_num(out, "jam_factor", jam_factor(s), 2);
		tp_put_close(out, '}');
	}
	tp_buf_lit(out, "]}");
	return 200;
}

/* A word of an alert in small letters. */
static void
put_small(struct tp_buf *out, const char *name, const char *s)
{
	size_t	at;

	tp_put_key(out, name);
	at = out->n;
	tp_put_str(out, s == NULL ? "" : s);
	for (; at < out->n; at++)
		if (out->p[at] >= 'A' && out->p[at] <= 'Z')
			out->p[at] = (char)(out->p[at] + 'a' - 'A');
}

bool
tp_hanoi_notification(const struct tp_alert_entry *x, struct tp_buf *out)
{
	if (!x->open)
		return false;
	tp_put_open(out, '{');
	tp_put_str_of(out, "event_id", x->id);
	tp_put_iso_of(out, "timestamp", x->updated);
	put_small(out, "alert_type", x->type);
	tp_compat_put_str(out, "road_id", x->segment);
	tp_compat_put_str(out, "road_name", x->road != NULL ? x->road :
	    x->segment);
	put_small(out, "severity", x->severity);
	tp_compat_put_str(out, "message", x->message);
	tp_put_key_open(out, "affected_routes", '[');
	if (x->segment != NULL)
		tp_put_str(out, x->segment);
	tp_buf_lit(out, "]}");
	return true;
}

const struct tp_http_route tp_hanoi_routes[] = {
	{ "GET", "/traffic/current", TP_ROLE_VIEWER, current, TP_HTTP_SHARED,
	    NULL },
	{ "POST", "/route/recommend", TP_ROLE_VIEWER, tp_body_route, 0, NULL },
	{ "GET", "/analytics/trends", TP_ROLE_VIEWER, trends, 0, NULL },
	{ 0 }
};
