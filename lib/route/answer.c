/* From a question to ways through the graph, or to why there is none. */
#include <math.h>

#include "route/routestate.h"

#define SHORT_REACH	100.0	/* metres; mostly there is a road */
#define SAME_METRES	0.5	/* the two sides of a street */
#define PAST_MAX	(5 * TP_MINUTE)	/* a departure before the clock */

/* What hinders, if anything: a word, and a sentence into `text`. */
struct trouble {
	const char	*status;
	char		 text[120];
};

__attribute__((format(printf, 3, 4))) static bool
trouble(struct trouble *x, const char *status, const char *fmt, ...)
{
	va_list	ap;

	x->status = status;
	va_start(ap, fmt);
	vsnprintf(x->text, sizeof(x->text), fmt, ap);
	va_end(ap);
	return false;
}

/* The spots on the nearest edge to p and on those as near; how many. */
static size_t
nearest(const struct tp_route_state *st, struct tp_point p,
    struct tp_spot s[TP_NEAR_MAX])
{
	const struct tp_locate	*l = st->conf->locate;
	double			 reach = SHORT_REACH;
	size_t			 n;

	n = tp_locate_near(l, p, reach + SAME_METRES, s, TP_NEAR_MAX);
	if (n == 0 || (double)s[0].metres > reach) {
		reach = TP_ROUTE_REACH;
		n = tp_locate_near(l, p, reach + SAME_METRES, s, TP_NEAR_MAX);
	}
	if (n == 0 || (double)s[0].metres > reach)
		return 0;
	while ((double)s[n - 1].metres > (double)s[0].metres + SAME_METRES)
		n--;
	return n;
}

static bool
off_map(const struct tp_route_state *st, struct tp_point p, const char *what,
    struct trouble *x)
{
	struct tp_point	swapped = { p.lon, p.lat };
	struct tp_spot	s[TP_NEAR_MAX];

	if (!tp_graph_has_places(st->conf->g))
		return trouble(x, "off_map", "%s: the nodes of this graph "
		    "have no places, only names", what);
	return trouble(x, "off_map", "%s: no road within %.0f m%s", what,
	    TP_ROUTE_REACH, tp_point_on_earth(swapped) &&
	    nearest(st, swapped, s) > 0 ? "; latitude and longitude look swapped" :
	    "");
}

/* The spots nearest to p, on both sides of a street. */
static bool
resolve_point(struct tp_route_state *st, struct tp_point p, const char *what,
    bool start, struct tp_ends *ends, struct trouble *x)
{
	const struct tp_graph	*g = st->conf->g;
	struct tp_spot		 s[TP_NEAR_MAX];
	size_t			 n = nearest(st, p, s), i;

	if (n == 0)
		return off_map(st, p, what, x);
	for (i = 0; i < n; i++) {
		uint32_t	length = g->length_cm[s[i].edge];

		if (tp_weights_closed(&st->w, s[i].edge))
			continue;
		tp_ends_spot(ends, g, s[i].edge, length == 0 ? 0 :
		    fmin(1, (double)s[i].along_cm / length), start);
	}
	return ends->n > 0 ? true :
	    trouble(x, "closed", "%s: the road there is closed", what);
}

static bool
resolve(struct tp_route_state *st, const struct tp_place *p,
    const char *what, bool start, struct tp_ends *ends, struct trouble *x)
{
	uint32_t	v;

	ends->n = 0;
	if (!p->named)
		return resolve_point(st, p->at, what, start, ends, x);
	v = tp_graph_find_node(st->conf->g, p->name.n > 0 ? p->name.p : "",
	    p->name.n);
	if (v == TP_GRAPH_NONE)
		return trouble(x, "unknown_node", "%s: no node of this name",
		    what);
	tp_ends_node(ends, st->conf->g, v, start);
	return true;
}

static bool
same_place(const struct tp_place *a, const struct tp_place *b)
{
	if (a->named != b->named)
		return false;
	if (a->named)
		return a->name.n == b->name.n && (a->name.n == 0 ||
		    memcmp(a->name.p, b->name.p, a->name.n) == 0);
	return tp_point_metres(a->at, b->at) < 1;
}

/* Finds the ways; the trouble says why there are none. */
static bool
find_ways(struct tp_route_state *st, const struct tp_query *q, int64_t t,
    struct trouble *x)
{
	const struct tp_route_conf	*c = st->conf;
	struct tp_task			 task = {
		.from = &st->from, .to = &st->to, .t = (double)t,
		.costs = TP_COSTS_MOVING, .marks = c->marks,
	};
	int				 others = q->others >= 0 ? q->others :
					    c->others;

	st->ways.n = 0;
	if (st->wm != TP_TIME_NONE && t < st->wm - PAST_MAX)
		return trouble(x, "past", "the departure is before the "
		    "newest news of the roads");
	if (!resolve(st, &q->from, "from", true, &st->from, x) ||
	    !resolve(st, &q->to, "to", false, &st->to, x))
		return false;
	if (same_place(&q->from, &q->to))
		return trouble(x, "same_place", "from and to are the same "
		    "place");
	st->left = c->budget;
	st->search.budget = c->budget > 0 ? &st->left : NULL;
	if (tp_ways_find(&st->ways, &st->search, &task, (size_t)others) == 0)
		return c->budget > 0 && st->left == 0 ?
		    trouble(x, "too_far", "too far to be searched for here") :
		    trouble(x, "unreachable", "no open road leads there");
	if (c->refused != NULL)
		tp_refused_add(c->refused, &st->ways.refused);
	return true;
}

/* Finds the road and the node; the trouble says why there are none. */
static bool
find_near(const struct tp_route_state *st, const struct tp_query *q,
    struct tp_near *near, struct trouble *x)
{
	near->n = nearest(st, q->from.at, near->spot);
	if (near->n == 0)
		return off_map(st, q->from.at, "the place", x);
	near->node = tp_locate_node(st->conf->locate, q->from.at,
	    &near->metres);
	return true;
}

int
tp_route_answer(struct tp_route_state *st, const struct tp_query *q,
    int64_t now_ms, struct tp_out *out, bool *found)
{
	struct trouble	x = { .status = "ok" };
	int64_t		t = q->depart;
	struct tp_near	near;
	struct tp_buf	*b;

	if (t == TP_TIME_NONE)
		t = st->wm != TP_TIME_NONE ? st->wm : now_ms;
	if (t == TP_TIME_NONE)
		t = tp_clock_wall_ms();
	if (st->wm == TP_TIME_NONE && st->conf->usual != NULL)
		tp_usual_calendar(&st->tz, t, &st->w);
	*found = q->near ? find_near(st, q, &near, &x) :
	    find_ways(st, q, t, &x);
	b = tp_out_begin(out, TP_OUT_MAIN);
	if (q->near)
		tp_route_write_near(st, q, t, x.status, x.text, &near, b);
	else
		tp_route_write(st, q, t, x.status, x.text, b);
	/* its own question's key, if it has one, so that answers spread */
	return tp_out_end(out, TP_OUT_MAIN, q->id != NULL ? q->id->p : "route",
	    q->id != NULL ? q->id->n : 5, t);
}
