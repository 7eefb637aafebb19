/* The line of a piece of road along the edges of a graph. */
#include "graph/snap.h"

#define STEP_METRES	20	/* between places on the line */
#define PLACES_MAX	512
#define NEAR		8	/* edges looked at around a place */
#define STATES		(NEAR + 1)	/* and none of them */
#define TURN_MAX	50	/* degrees between the line and an edge */
#define METRES_SIGMA	8
#define TURN_SIGMA	25
#define COST_NONE	6	/* of a place that lies on no edge */
#define COST_BREAK	5	/* of going on where no edge leads */
#define COST_TURN	0.3	/* of each edge more */
#define BACK_CM		1000	/* slack for going backwards on an edge */

struct state {
	struct tp_spot	spot;	/* edge TP_GRAPH_NONE: none */
	double		cost;	/* of the best way to here */
	int		from;	/* state of the place before */
	uint32_t	middle;	/* edge passed over between, or none */
};

struct walk {
	const struct tp_locate *l;
	double		 metres;
	size_t		 n;
	struct state	 (*at)[STATES];
};

/* The edges near a place that go the way of the line there. */
static void
fill(const struct walk *w, struct state *at, struct tp_point p,
    double heading)
{
	struct tp_spot	near[4 * NEAR];
	size_t		n, i, k = 0;

	n = tp_locate_near(w->l, p, w->metres, near, 4 * NEAR);
	for (i = 0; i < n && k < NEAR; i++) {
		double	turn = tp_heading_apart((double)near[i].heading,
			    heading);
		double	d = (double)near[i].metres / METRES_SIGMA;

		if (!(turn <= TURN_MAX))
			continue;
		at[k++] = (struct state){
			.spot = near[i],
			.cost = (d * d + turn * turn /
			    (TURN_SIGMA * TURN_SIGMA)) / 2,
		};
	}
	for (; k < STATES; k++)
		at[k] = (struct state){
			.spot.edge = TP_GRAPH_NONE,
			.cost = k == NEAR ? COST_NONE : INFINITY,
		};
}

/* What it costs to go from one state to the next; sets the edge between. */
static double
going(const struct tp_graph *g, const struct tp_spot *a,
    const struct tp_spot *b, uint32_t *middle)
{
	uint32_t	v, to, e;

	*middle = TP_GRAPH_NONE;
	if (a->edge == TP_GRAPH_NONE || b->edge == TP_GRAPH_NONE)
		return 0;
	if (a->edge == b->edge)
		return (uint64_t)b->along_cm + BACK_CM >= a->along_cm ? 0 :
		    COST_BREAK;
	v = g->head[a->edge];
	to = g->tail[b->edge];
	if (tp_graph_own_node(g, v) == to)
		return COST_TURN;
	for (e = g->out[v]; e < g->out[v + 1]; e++)
		if (tp_graph_own_node(g, g->head[e]) == to) {
			*middle = tp_graph_own_edge(g, e);
			return 2 * COST_TURN;
		}
	return COST_BREAK;
}

/* Point and heading at each step along the line. */
static void
place_all(struct walk *w, const struct tp_point *p, uint32_t n, double length)
{
	double		step = length / (double)(w->n - 1), gone = 0, piece;
	size_t		k;
	uint32_t	i = 0;

	piece = tp_point_metres(p[0], p[1]);
	for (k = 0; k < w->n; k++) {
		double		at = step * (double)k, share;
		struct tp_point	q;

		while (i + 2 < n && gone + piece <= at) {
			gone += piece;
			i++;
			piece = tp_point_metres(p[i], p[i + 1]);
		}
		share = piece > 0 ? fmin((at - gone) / piece, 1) : 0;
		q.lat = p[i].lat + (int32_t)(((double)p[i + 1].lat -
		    p[i].lat) * share);
		q.lon = p[i].lon + (int32_t)(((double)p[i + 1].lon -
		    p[i].lon) * share);
		fill(w, w->at[k], q, tp_point_heading(p[i], p[i + 1]));
	}
}

/* The cheapest way through the states (Viterbi); the last place's state. */
static int
solve(struct walk *w)
{
	size_t	k;
	int	a, b, best = NEAR;

	for (k = 1; k < w->n; k++)
		for (b = 0; b < STATES; b++) {
			struct state	*to = &w->at[k][b];
			double		 least = INFINITY;

			for (a = 0; a < STATES; a++) {
				struct state	*from = &w->at[k - 1][a];
				uint32_t	 middle;
				double		 cost;

				if (isinf(from->cost) || isinf(to->cost))
					continue;
				cost = from->cost + going(w->l->g,
				    &from->spot, &to->spot, &middle);
				if (cost < least) {
					least = cost;
					to->from = a;
					to->middle = middle;
				}
			}
			to->cost += least;
		}
	for (b = 0; b < STATES; b++)
		if (w->at[w->n - 1][b].cost < w->at[w->n - 1][best].cost)
			best = b;
	return best;
}

static void
add(struct tp_segments *out, const struct tp_map_key *id, uint32_t edge,
    uint32_t from, uint32_t to, float score)
{
	tp_segments_add(out, id->p, id->n, (struct tp_link){
		edge, from < to ? from : to, to, score,
	});
}

/* The states of the way as links: whole edges but at its ends. */
static void
link_all(const struct walk *w, const int *way, const struct tp_map_key *id,
    float score, struct tp_segments *out)
{
	const struct tp_graph	*g = w->l->g;
	uint32_t		 from = 0;
	size_t			 k;

	for (k = 0; k < w->n; k++) {
		const struct state	*s = &w->at[k][way[k]];
		const struct state	*next = k + 1 < w->n ?
					    &w->at[k + 1][way[k + 1]] : NULL;
		uint32_t		 e = s->spot.edge, middle;
		bool			 on;

		if (e == TP_GRAPH_NONE) {
			from = next != NULL ? next->spot.along_cm : 0;
			continue;
		}
		if (k == 0)
			from = s->spot.along_cm;
		if (next != NULL && next->spot.edge == e)
			continue;
		on = next != NULL && next->spot.edge != TP_GRAPH_NONE &&
		    going(g, &s->spot, &next->spot, &middle) < COST_BREAK;
		add(out, id, e, from, on ? g->length_cm[e] :
		    s->spot.along_cm, score);
		if (on && next->middle != TP_GRAPH_NONE)
			add(out, id, next->middle, 0,
			    g->length_cm[next->middle], score);
		from = on || next == NULL ? 0 : next->spot.along_cm;
	}
}

float
tp_snap_shape(const struct tp_locate *l, const struct tp_sites *s, size_t i,
    double metres, struct tp_segments *out)
{
	const struct tp_site	*site = &s->v[i];
	const struct tp_point	*p = s->points + site->point;
	struct walk		 w = { .l = l, .metres = metres };
	double			 length = 0;
	size_t			 k, on = 0;
	uint32_t		 j;
	int			*way;
	float			 share;

	for (j = 0; j + 1 < site->n; j++)
		length += tp_point_metres(p[j], p[j + 1]);
	w.n = 2 + (size_t)fmin(length / STEP_METRES, PLACES_MAX);
	w.at = tp_calloc(w.n, sizeof(*w.at));
	way = tp_calloc(w.n, sizeof(*way));
	place_all(&w, p, site->n, length);
	way[w.n - 1] = solve(&w);
	for (k = w.n - 1; k > 0; k--)
		way[k - 1] = w.at[k][way[k]].from;
	for (k = 0; k < w.n; k++)
		on += w.at[k][way[k]].spot.edge != TP_GRAPH_NONE;
	share = (float)on / (float)w.n;
	link_all(&w, way, &s->ids.keys[i], share, out);
	free(way);
	free(w.at);
	return share;
}
