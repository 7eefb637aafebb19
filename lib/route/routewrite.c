/* Routes as lines: our own form, and that of an older service. */
#include <math.h>

#include "route/routestate.h"

#define MINUTE_MS	60000.0
#define KM_CM		100000.0

/* What is told of each leg; the last, which begins at the end, is none. */
struct legs {
	struct tp_buf		 b;		/* ",value" of each */
	size_t			 last;		/* where that begins */
};

struct writer {
	const struct tp_route_state *st;
	struct tp_buf		*b;
	bool			 hanoi;
	double			 t;		/* of the departure */
	uint32_t		 name;		/* of the road so far */
	bool			 first;		/* no waypoint yet */
	double			 kmh;		/* of the edge at work */
	struct legs		 speeds, free;
};

static void
put_num(struct tp_buf *b, const char *name, double v, int decimals)
{
	tp_buf_printf(b, "\"%s\":", name);
	tp_buf_num(b, tp_fixed(v, decimals));
}

static void
put_text(struct tp_buf *b, const char *name, const char *s)
{
	tp_buf_printf(b, "\"%s\":", name);
	tp_json_write_str(b, s, strlen(s));
}

static void
add_leg(struct legs *l, double kmh)
{
	l->last = l->b.n;
	tp_buf_char(&l->b, ',');
	tp_buf_num(&l->b, tp_fixed(kmh, 1));
}

/* A waypoint on edge e, with the road's name where it begins. */
static void
put_point(struct writer *x, struct tp_point p, uint32_t e)
{
	const struct tp_graph	*g = x->st->conf->g;
	uint32_t		 name = g->edge_name[e];

	tp_buf_str(x->b, x->first ? "{" : ",{");
	put_num(x->b, "lat", tp_degrees(p.lat), 7);
	tp_buf_char(x->b, ',');
	put_num(x->b, x->hanoi ? "lng" : "lon", tp_degrees(p.lon), 7);
	if (x->hanoi || ((x->first || name != x->name) &&
	    g->text[name] != '\0')) {
		tp_buf_char(x->b, ',');
		put_text(x->b, "road_name", g->text + name);
	}
	tp_buf_char(x->b, '}');
	x->name = name;
	x->first = false;
	if (x->st->conf->legs) {
		add_leg(&x->speeds, x->kmh);
		add_leg(&x->free, g->kmh10[e] / 10.0);
	}
}

static void
put_node(struct writer *x, uint32_t v)
{
	const struct tp_graph	*g = x->st->conf->g;

	tp_buf_str(x->b, x->first ? "{" : ",{");
	put_text(x->b, "node", g->text +
	    g->node_name[tp_graph_own_node(g, v)]);
	tp_buf_char(x->b, '}');
	x->first = false;
}

/* The line of edge e between two shares of its length; its end if last. */
static void
put_line(struct writer *x, uint32_t e, double from, double to, bool last)
{
	const struct tp_graph	*g = x->st->conf->g;
	uint32_t		 n = tp_graph_line_size(g, e), i;
	double			 all = 0, at = 0, piece;
	struct tp_point		 a, b;

	for (i = 0; i + 1 < n; i++)
		all += tp_point_metres(tp_graph_line_point(g, e, i),
		    tp_graph_line_point(g, e, i + 1));
	for (i = 0; i + 1 < n; i++) {
		a = tp_graph_line_point(g, e, i);
		b = tp_graph_line_point(g, e, i + 1);
		piece = all > 0 ? tp_point_metres(a, b) / all : 1;
		if (at <= from && from < at + piece)
			put_point(x, tp_point_between(a, b, (from - at) /
			    piece), e);
		else if (at > from && at < to)
			put_point(x, a, e);
		if (last && at < to && (to <= at + piece || i + 2 == n))
			put_point(x, tp_point_between(a, b, fmin(1,
			    (to - at) / piece)), e);
		at += piece;
	}
}

/* Sets the speed of edge i of the way, and *t to when it is behind. */
static void
drive(struct writer *x, const struct tp_way *p, size_t i, double *t)
{
	const struct tp_weights	*w = &x->st->w;
	double			 share = tp_way_share(p, i);
	double			 ms = tp_weights_drive(w, p->edge[i],
				    TP_LANE_MID, *t, share);

	x->kmh = ms > 0 ? w->g->length_cm[p->edge[i]] * share / ms *
	    (60 * MINUTE_MS / KM_CM) : 0;
	*t += ms;
}

/* A number for each leg between two waypoints. */
static void
put_legs(struct writer *x, const char *name, const struct legs *l)
{
	tp_buf_printf(x->b, ",\"%s\":[", name);
	if (l->last > 0)
		tp_buf_add(x->b, l->b.p + 1, l->last - 1);
	tp_buf_char(x->b, ']');
}

static void
put_waypoints(struct writer *x, const struct tp_way *p)
{
	const struct tp_graph	*g = x->st->conf->g;
	bool			 places = tp_graph_has_places(g);
	double			 t = x->t;
	size_t			 i;

	x->first = true;
	tp_buf_lit(x->b, "\"waypoints\":[");
	for (i = 0; i < p->n; i++) {
		bool	last = i + 1 == p->n;

		drive(x, p, i, &t);
		if (places)
			put_line(x, p->edge[i], i == 0 ? p->from : 0,
			    last ? p->to : 1, last);
		else if (i == 0)
			put_node(x, g->tail[p->edge[i]]);
		if (!places)
			put_node(x, g->head[p->edge[i]]);
	}
	tp_buf_char(x->b, ']');
	if (x->st->conf->legs && !x->hanoi) {
		put_legs(x, "speeds_kmh", &x->speeds);
		put_legs(x, "free_flow_kmh", &x->free);
	}
	tp_buf_release(&x->speeds.b);
	tp_buf_release(&x->free.b);
	x->speeds.last = x->free.last = 0;
}

/* Length in cm, how much of it is told live, and ms in free flow. */
struct sums {
	double	cm, live_cm, free_ms;
};

static struct sums
sum_up(const struct writer *x, const struct tp_way *p)
{
	const struct tp_weights	*w = &x->st->w;
	struct sums		 s = { 0 };
	double			 t = x->t;
	size_t			 i;

	for (i = 0; i < p->n; i++) {
		uint32_t	e = p->edge[i];
		double		share = tp_way_share(p, i);
		double		cm = w->g->length_cm[e] * share;

		s.cm += cm;
		s.live_cm += tp_weights_live(w, e, t) ? cm : 0;
		s.free_ms += w->g->free_ms[e] * share;
		t += tp_weights_drive(w, e, TP_LANE_MID, t, share);
	}
	return s;
}

/* How the traffic is on the way, by the share of the free-flow speed. */
static const char *
summary(const struct tp_way *p, const struct sums *s)
{
	static const struct tp_levels	levels = {
		{ 0.8, 0.6, 0.4, 0.2 }, true,
	};

	return tp_level_name(tp_level(&levels, p->ms > 0 ?
	    s->free_ms / p->ms : 1, 1, TP_UNIT_KMH));
}

/* The fields of one way, without braces. */
static void
put_way(struct writer *x, const struct tp_way *p)
{
	const struct tp_weights	*w = &x->st->w;
	struct sums		 s = sum_up(x, p);

	put_num(x->b, "distance_km", s.cm / KM_CM, 3);
	tp_buf_char(x->b, ',');
	put_num(x->b, "eta_minutes", p->ms / MINUTE_MS, 2);
	if (x->hanoi) {
		tp_buf_char(x->b, ',');
		put_text(x->b, "congestion_summary", summary(p, &s));
	} else {
		tp_buf_char(x->b, ',');
		put_num(x->b, "eta_lower_minutes", tp_way_drive(p, w,
		    TP_LANE_FAST, x->t) / MINUTE_MS, 2);
		tp_buf_char(x->b, ',');
		put_num(x->b, "eta_upper_minutes", tp_way_drive(p, w,
		    TP_LANE_SLOW, x->t) / MINUTE_MS, 2);
		tp_buf_char(x->b, ',');
		put_num(x->b, "live_share", s.cm > 0 ? s.live_cm / s.cm : 0,
		    3);
	}
	tp_buf_char(x->b, ',');
	put_waypoints(x, p);
}

static void
put_others(struct writer *x, const struct tp_ways *ways)
{
	size_t	i;

	tp_buf_lit(x->b, ",\"alternatives\":[");
	for (i = 1; i < ways->n; i++) {
		tp_buf_str(x->b, i == 1 ? "{" : ",{");
		put_way(x, &ways->way[i]);
		tp_buf_char(x->b, '}');
	}
	tp_buf_char(x->b, ']');
}

static void
put_id(struct tp_buf *b, const struct tp_json_val *v)
{
	if (v == NULL || (v->type != TP_JSON_STR && v->type != TP_JSON_NUM))
		return;
	tp_buf_lit(b, "\"query_id\":");
	tp_buf_str(b, v->type == TP_JSON_STR ? "\"" : "");
	tp_buf_add(b, v->p, v->n);
	tp_buf_str(b, v->type == TP_JSON_STR ? "\"," : ",");
}

static void
write_hanoi(struct writer *x, const struct tp_ways *ways, const char *reason)
{
	if (ways->n == 0) {
		put_text(x->b, "error", reason);
		return;
	}
	tp_buf_lit(x->b, "\"recommended_route\":{");
	put_way(x, &ways->way[0]);
	tp_buf_char(x->b, '}');
	put_others(x, ways);
}

/* What all answers of our own form begin with; no reason where it is well. */
static void
put_status(const struct tp_route_state *st, int64_t t, const char *status,
    const char *reason, struct tp_buf *b)
{
	put_text(b, "status", status);
	if (reason != NULL) {
		tp_buf_char(b, ',');
		put_text(b, "reason", reason);
	}
	tp_buf_lit(b, ",\"timestamp\":");
	tp_buf_int(b, t);
	tp_buf_lit(b, ",\"graph_version\":\"");
	tp_route_version(st, b);
	tp_buf_char(b, '"');
}

static void
write_own(struct writer *x, const struct tp_ways *ways, int64_t t,
    const char *status, const char *reason)
{
	put_status(x->st, t, status, ways->n == 0 ? reason : NULL, x->b);
	if (ways->n == 0)
		return;
	tp_buf_char(x->b, ',');
	put_way(x, &ways->way[0]);
	put_others(x, ways);
}

void
tp_route_write(const struct tp_route_state *st, const struct tp_query *q,
    int64_t t, const char *status, const char *reason, struct tp_buf *b)
{
	struct writer	x = {
		.st = st, .b = b, .t = (double)t,
		.hanoi = q->hanoi || st->conf->as == TP_ROUTE_AS_HANOI,
	};

	tp_buf_char(b, '{');
	put_id(b, q->id);
	if (x.hanoi)
		write_hanoi(&x, &st->ways, reason);
	else
		write_own(&x, &st->ways, t, status, reason);
	tp_buf_char(b, '}');
}

/* How far away it is, and where. */
static void
put_place(struct tp_buf *b, double metres, struct tp_point p)
{
	tp_buf_char(b, ',');
	put_num(b, "metres", metres, 2);
	tp_buf_char(b, ',');
	put_num(b, "lat", tp_degrees(p.lat), 7);
	tp_buf_char(b, ',');
	put_num(b, "lon", tp_degrees(p.lon), 7);
}

/* How fast edge e is at t, if news of its own tell. */
static void
put_speed(const struct tp_weights *w, uint32_t e, double t, struct tp_buf *b)
{
	double	kmh = w->g->kmh10[e] / 10.0;

	tp_buf_char(b, ',');
	put_num(b, "free_flow_speed_kmh", kmh, 1);
	if (tp_weights_closed(w, e)) {
		tp_buf_lit(b, ",\"closed\":true");
	} else if (tp_weights_live(w, e, t)) {
		tp_buf_char(b, ',');
		put_num(b, "speed_kmh", kmh * w->g->free_ms[e] /
		    tp_weights_still(w, e, t, 1), 1);
	}
}

/* The segments on own edge e; a row's voices are in their order. */
static void
put_segments(const struct tp_weights *w, uint32_t e, struct tp_buf *b)
{
	const struct tp_graph	*g = w->g;
	const struct tp_voices	*v = &w->voices;
	uint32_t		 row = v->row[e], last = TP_GRAPH_NONE, i, s;

	if (row == TP_GRAPH_NONE || row >= v->told) {
		tp_buf_lit(b, ",\"segments\":[]");
		return;
	}
	tp_buf_lit(b, ",\"segments\":[");
	for (i = v->voice_at[row]; i < v->voice_at[row + 1]; i++) {
		s = v->voice[i].segment;
		if (s == last)		/* another piece of it */
			continue;
		tp_buf_str(b, last != TP_GRAPH_NONE ? "," : "");
		tp_json_write_str(b, g->text + g->segment_name[s],
		    strlen(g->text + g->segment_name[s]));
		last = s;
	}
	tp_buf_char(b, ']');
}

static void
put_near_edge(const struct tp_route_state *st, const struct tp_spot *s,
    double t, struct tp_buf *b)
{
	const struct tp_graph	*g = st->conf->g;
	uint32_t		 e = s->edge;

	tp_buf_printf(b, "{\"edge\":%lu,", (unsigned long)e);
	put_text(b, "from", g->text +
	    g->node_name[tp_graph_own_node(g, g->tail[e])]);
	tp_buf_char(b, ',');
	put_text(b, "to", g->text +
	    g->node_name[tp_graph_own_node(g, g->head[e])]);
	put_place(b, (double)s->metres, s->at);
	tp_buf_char(b, ',');
	put_num(b, "along_m", s->along_cm / 100.0, 2);
	tp_buf_char(b, ',');
	put_num(b, "length_m", g->length_cm[e] / 100.0, 2);
	tp_buf_char(b, ',');
	put_text(b, "road_name", g->text + g->edge_name[e]);
	put_speed(&st->w, e, t, b);
	put_segments(&st->w, e, b);
	tp_buf_char(b, '}');
}

void
tp_route_write_near(const struct tp_route_state *st, const struct tp_query *q,
    int64_t t, const char *status, const char *reason,
    const struct tp_near *near, struct tp_buf *b)
{
	const struct tp_graph	*g = st->conf->g;
	size_t			 i;

	tp_buf_char(b, '{');
	put_id(b, q->id);
	put_status(st, t, status, near->n == 0 ? reason : NULL, b);
	if (near->n > 0) {
		tp_buf_lit(b, ",\"node\":{");
		put_text(b, "node", g->text + g->node_name[near->node]);
		put_place(b, near->metres, g->at[near->node]);
		tp_buf_lit(b, "},\"edges\":[");
		for (i = 0; i < near->n; i++) {
			tp_buf_str(b, i > 0 ? "," : "");
			put_near_edge(st, &near->spot[i], (double)t, b);
		}
		tp_buf_char(b, ']');
	}
	tp_buf_char(b, '}');
}
