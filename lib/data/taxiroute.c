#include "data/taxiroute.h"

#include "base/mem.h"

#define REACH		500.0	/* metres from a place to its road, */
#define REACH_FIRST	50.0	/* looked for so near at first */
#define SPOTS		8	/* roads looked at */
#define SAME_METRES	1.0	/* both directions of one street */
#define LANDMARKS	8

void
tp_taxipath_release(struct tp_taxipath *p)
{
	free(p->at);
	free(p->along);
	*p = (struct tp_taxipath){ 0 };
}

/* Empties it. */
static void
empty(struct tp_taxipath *p)
{
	p->n = p->i = 0;
}

/* Adds a point at the end; one that is where the last one was is not. */
static void
add_point(struct tp_taxipath *p, struct tp_point at)
{
	double	d = 0;

	if (p->n > 0) {
		d = tp_point_metres(p->at[p->n - 1], at);
		if (d <= 0)
			return;
		d += p->along[p->n - 1];
	}
	TP_GROW(p->at, p->cap, p->n + 1);
	TP_GROW(p->along, p->alongcap, p->n + 1);
	p->at[p->n] = at;
	p->along[p->n++] = d;
}

/* As lround(3), but for half a unit less its last bit, without a call. */
static inline int32_t
nearest(double v)
{
	return (int32_t)(v < 0 ? v - 0.5 : v + 0.5);
}

/* The point at a share of the straight line from a to b. */
static struct tp_point
between(struct tp_point a, struct tp_point b, double share)
{
	return (struct tp_point){
		a.lat + nearest((b.lat - a.lat) * share),
		a.lon + nearest((b.lon - a.lon) * share),
	};
}

struct tp_point
tp_taxipath_at(struct tp_taxipath *p, double share)
{
	double	d, from, to, part;

	if (p->n == 1)
		return p->at[0];
	d = share * p->along[p->n - 1];
	if (p->along[p->i] > d)
		p->i = 0;
	while (p->i + 2 < p->n && p->along[p->i + 1] < d)
		p->i++;
	from = p->along[p->i];
	to = p->along[p->i + 1];
	part = (d - from) / (to - from);
	/* not a number where both are one place */
	return between(p->at[p->i], p->at[p->i + 1],
	    !(part > 0) ? 0 : part > 1 ? 1 : part);
}

void
tp_taxiroute_init(struct tp_taxiroute *r, const struct tp_graph *g)
{
	*r = (struct tp_taxiroute){ .g = g };
	if (g == NULL)
		return;
	tp_locate_init(&r->locate, g);
	tp_weights_init(&r->free, g, 0);
	tp_landmarks_init(&r->marks, g, LANDMARKS);
	tp_search_init(&r->search, g, &r->free);
}

void
tp_taxiroute_release(struct tp_taxiroute *r)
{
	if (r->g != NULL) {
		tp_locate_release(&r->locate);
		tp_weights_release(&r->free);
		tp_landmarks_release(&r->marks);
		tp_search_release(&r->search);
		tp_way_release(&r->way);
	}
	*r = (struct tp_taxiroute){ 0 };
}

/* The spots nearest to p, on both sides of a street. */
static void
find_ends(const struct tp_taxiroute *r, struct tp_point p, bool start,
    struct tp_ends *ends)
{
	struct tp_spot	s[SPOTS];
	double		reach = REACH_FIRST;
	size_t		n, i;
	uint32_t	length;

	/* on until what is as near as the nearest must be among them */
	while ((n = tp_locate_near(&r->locate, p, reach, s, SPOTS)) == 0 ||
	    (double)s[0].metres + SAME_METRES > reach) {
		if (reach >= REACH)
			break;
		reach = fmin(2 * reach, REACH);
	}
	ends->n = 0;
	for (i = 0; i < n; i++) {
		if ((double)s[i].metres > (double)s[0].metres + SAME_METRES)
			break;
		length = r->g->length_cm[s[i].edge];
		tp_ends_spot(ends, r->g, s[i].edge, length == 0 ? 0 :
		    fmin(1, (double)s[i].along_cm / length), start);
	}
}

/* Adds the part lo..hi, shares of its length, of an own edge. */
static void
add_edge(const struct tp_graph *g, uint32_t e, double lo, double hi,
    struct tp_taxipath *p)
{
	uint32_t	n = tp_graph_line_size(g, e), i;
	struct tp_point	a, b;
	double		all = 0, at = 0, d;

	for (i = 1; i < n; i++)
		all += tp_point_metres(tp_graph_line_point(g, e, i - 1),
		    tp_graph_line_point(g, e, i));
	lo *= all;
	hi *= all;
	for (i = 1; i < n; i++, at += d) {
		a = tp_graph_line_point(g, e, i - 1);
		b = tp_graph_line_point(g, e, i);
		d = tp_point_metres(a, b);
		if (d <= 0 || at + d < lo || at > hi)
			continue;
		add_point(p, lo > at ? between(a, b, (lo - at) / d) : a);
		add_point(p, hi < at + d ?
		    between(a, b, (hi - at) / d) : b);
	}
}

bool
tp_taxiroute_find(struct tp_taxiroute *r, struct tp_point a,
    struct tp_point b, struct tp_taxipath *p)
{
	struct tp_ends	from, to;
	struct tp_task	task = {
		.from = &from, .to = &to, .costs = TP_COSTS_STILL,
		.marks = &r->marks,
	};
	bool		found = r->g == NULL;
	size_t		i;

	empty(p);
	add_point(p, a);
	if (r->g != NULL) {
		find_ends(r, a, true, &from);
		find_ends(r, b, false, &to);
		found = from.n > 0 && to.n > 0 &&
		    tp_search_way(&r->search, &task, &r->way);
		for (i = 0; found && i < r->way.n; i++)
			add_edge(r->g, tp_graph_own_edge(r->g,
			    r->way.edge[i]), i == 0 ? r->way.from : 0,
			    i + 1 == r->way.n ? r->way.to : 1, p);
	}
	add_point(p, b);
	return found;
}
