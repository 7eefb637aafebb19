/* From what was read of OpenStreetMap to edges. */
#include "graph/osm.h"

#include <inttypes.h>

struct cutting {
	struct tp_osm	*o;
	uint32_t	*ref;		/* of o->refs: index in nodes, or
					 * TP_GRAPH_NONE where it is missing */
	uint8_t		*seen;		/* of nodes: how often, at most 2 */
	bool		*closed;	/* of nodes */
	uint32_t	*made;		/* of nodes: number in the builder */
};

static int
compare_nodes(const void *a, const void *b)
{
	const struct tp_osm_node	*x = a, *y = b;

	if (x->id != y->id)
		return x->id < y->id ? -1 : 1;
	/* of several places of a node, the same one whatever the order */
	if (x->at.lat != y->at.lat)
		return x->at.lat < y->at.lat ? -1 : 1;
	return (x->at.lon > y->at.lon) - (x->at.lon < y->at.lon);
}

static int
compare_ways(const void *a, const void *b)
{
	const struct tp_osm_way	*x = a, *y = b;

	if (x->id != y->id)
		return x->id < y->id ? -1 : 1;
	return (x->ref > y->ref) - (x->ref < y->ref);
}

/* Sorts the nodes by id and leaves each once. */
static void
settle_nodes(struct tp_osm *o)
{
	size_t	i, n = 0;

	for (i = 1; i < o->n; i++)
		if (compare_nodes(&o->nodes[i - 1], &o->nodes[i]) >= 0)
			break;
	if (i < o->n)
		qsort(o->nodes, o->n, sizeof(*o->nodes), compare_nodes);
	for (i = 0; i < o->n; i++)
		if (n == 0 || o->nodes[n - 1].id != o->nodes[i].id)
			o->nodes[n++] = o->nodes[i];
	o->n = n;
}

static uint32_t
find_node(const struct tp_osm *o, int64_t id)
{
	size_t	lo = 0, hi = o->n;

	while (lo < hi) {
		size_t	mid = lo + (hi - lo) / 2;

		if (o->nodes[mid].id < id)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < o->n && o->nodes[lo].id == id ? (uint32_t)lo :
	    TP_GRAPH_NONE;
}

static const struct tp_osm_way *
find_way(const struct tp_osm *o, int64_t id)
{
	size_t	lo = 0, hi = o->nways;

	while (lo < hi) {
		size_t	mid = lo + (hi - lo) / 2;

		if (o->ways[mid].id < id)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < o->nways && o->ways[lo].id == id ? &o->ways[lo] : NULL;
}

static void
cutting_init(struct cutting *c, struct tp_osm *o)
{
	uint32_t	v;
	size_t		i;

	settle_nodes(o);
	if (o->nways > 0)
		qsort(o->ways, o->nways, sizeof(*o->ways), compare_ways);
	*c = (struct cutting){
		.o = o,
		.ref = tp_calloc(o->nrefs + 1, sizeof(*c->ref)),
		.seen = tp_calloc(o->n + 1, sizeof(*c->seen)),
		.closed = tp_calloc(o->n + 1, sizeof(*c->closed)),
		.made = tp_malloc((o->n + 1) * sizeof(*c->made)),
	};
	memset(c->made, 0xff, (o->n + 1) * sizeof(*c->made));
	for (i = 0; i < o->nrefs; i++) {
		v = c->ref[i] = find_node(o, o->refs[i]);
		o->stats.missing += v == TP_GRAPH_NONE;
		if (v != TP_GRAPH_NONE && c->seen[v] < 2)
			c->seen[v]++;
	}
	for (i = 0; i < o->nclosed; i++)
		if ((v = find_node(o, o->closed[i])) != TP_GRAPH_NONE)
			c->closed[v] = true;
	for (i = 0; i < o->nbans; i++)
		if ((v = find_node(o, o->bans[i].via)) != TP_GRAPH_NONE)
			c->seen[v] = 2;
}

static void
cutting_release(struct cutting *c)
{
	free(c->ref);
	free(c->seen);
	free(c->closed);
	free(c->made);
}

static uint32_t
make_node(struct cutting *c, uint32_t v)
{
	const struct tp_osm_node	*n = &c->o->nodes[v];
	char				 name[24];
	int				 len;

	if (c->made[v] == TP_GRAPH_NONE) {
		len = snprintf(name, sizeof(name), "%" PRId64, n->id);
		c->made[v] = tp_builder_node(c->o->b, name, (size_t)len,
		    n->at);
	}
	return c->made[v];
}

/* The edges of the piece ref[from..to] of a way. */
static const char *
make_edges(struct cutting *c, const struct tp_osm_way *w, size_t from,
    size_t to)
{
	struct tp_builder	*b = c->o->b;
	const struct tp_osm_node *nodes = c->o->nodes;
	struct tp_builder_road	 r = {
		.from = make_node(c, c->ref[from]),
		.to = make_node(c, c->ref[to]),
		.kmh = w->road.kmh, .name = w->name, .kind = w->road.kind,
		.line = (uint32_t)b->npoints,
	};
	const char		*why = NULL;
	size_t			 i;

	for (i = from; i < to; i++) {
		r.metres += tp_point_metres(nodes[c->ref[i]].at,
		    nodes[c->ref[i + 1]].at);
		if (i > from)
			tp_builder_point(b, nodes[c->ref[i]].at);
	}
	r.lines = (uint32_t)b->npoints - r.line;
	if (w->road.forward)
		why = tp_builder_edge(b, &r);
	if (why == NULL && w->road.backward) {
		uint32_t	end = r.from;

		r.from = r.to;
		r.to = end;
		r.kmh = w->road.kmh_back;
		r.backwards = true;
		why = tp_builder_edge(b, &r);
	}
	return why;
}

/* Cuts a way at its junctions and around nodes that cannot be passed. */
static const char *
cut_way(struct cutting *c, struct tp_osm_way *w)
{
	size_t		 i, end = w->ref + w->refs, start = SIZE_MAX;
	const char	*why = NULL;

	w->edge = c->o->b->m;
	for (i = w->ref; i < end && why == NULL; i++) {
		uint32_t	v = c->ref[i];

		if (v == TP_GRAPH_NONE || c->closed[v]) {
			/* up to the last node that is there and open */
			if (start != SIZE_MAX && start + 1 < i)
				why = make_edges(c, w, start, i - 1);
			start = SIZE_MAX;
		} else if (start == SIZE_MAX) {
			start = i;
		} else if (c->seen[v] > 1 || i + 1 == end) {
			why = make_edges(c, w, start, i);
			start = i;
		}
	}
	w->edges = c->o->b->m - w->edge;
	return why;
}

/*
 * The edge of a way that ends (or begins) at a node; TP_GRAPH_NONE where there
 * is none or more than one.
 */
static uint32_t
edge_at(const struct tp_osm *o, int64_t way, uint32_t node, bool ends)
{
	const struct tp_osm_way	*w = find_way(o, way);
	uint32_t		 found = TP_GRAPH_NONE;
	size_t			 i;

	for (i = 0; w != NULL && i < w->edges; i++) {
		const struct tp_builder_edge	*e = &o->b->edges[w->edge + i];

		if ((ends ? e->to : e->from) != node)
			continue;
		if (found != TP_GRAPH_NONE)
			return TP_GRAPH_NONE;
		found = (uint32_t)(w->edge + i);
	}
	return found;
}

/* Where the turns out of each node are looked for. */
struct leaving {
	uint32_t	*at, *edge;	/* by node of the builder */
};

static void
leaving_init(struct leaving *l, const struct tp_builder *b)
{
	size_t	i;

	l->at = tp_calloc(b->n + 2, sizeof(*l->at));
	l->edge = tp_calloc(b->m + 1, sizeof(*l->edge));
	for (i = 0; i < b->m; i++)
		l->at[b->edges[i].from + 2]++;
	for (i = 2; i < b->n + 2; i++)
		l->at[i] += l->at[i - 1];
	for (i = 0; i < b->m; i++)
		l->edge[l->at[b->edges[i].from + 1]++] = (uint32_t)i;
}

/* Forbids what the restriction does; false where it does not fit the roads. */
static bool
apply(struct cutting *c, const struct leaving *l, const struct tp_osm_ban *ban)
{
	struct tp_osm	*o = c->o;
	uint32_t	 v = find_node(o, ban->via), i, k, from, to, n;
	bool		 used = false;

	v = v == TP_GRAPH_NONE ? v : c->made[v];
	if (v == TP_GRAPH_NONE ||
	    l->at[v + 1] - l->at[v] > TP_OSM_VIA_MAX ||
	    (ban->turn == TP_OSM_TURN_ONLY && ban->from + ban->to > 2))
		return false;
	for (i = 0; i < ban->from; i++) {
		from = edge_at(o, o->members[ban->way + i], v, true);
		for (n = 0; from != TP_GRAPH_NONE && n < ban->to; n++) {
			to = edge_at(o, o->members[ban->way + ban->from + n],
			    v, false);
			if (to == TP_GRAPH_NONE)
				continue;
			used = true;
			if (ban->turn == TP_OSM_TURN_NO)
				tp_builder_ban(o->b, from, to);
			else for (k = l->at[v]; k < l->at[v + 1]; k++)
				if (l->edge[k] != to)
					tp_builder_ban(o->b, from, l->edge[k]);
		}
	}
	return used;
}

int
tp_osm_build(struct tp_osm *o)
{
	struct cutting	 c;
	struct leaving	 l;
	const char	*why = NULL;
	size_t		 i;

	if (o->n >= UINT32_MAX)
		return tp_err_set(o->e, TP_EXIT_DATA, "%s: too many nodes",
		    o->name);
	cutting_init(&c, o);
	for (i = 0; i < o->nways && why == NULL; i++) {
		why = cut_way(&c, &o->ways[i]);
		if (why != NULL)
			tp_err_set(o->e, TP_EXIT_DATA, "%s: way %" PRId64 ": %s",
			    o->name, o->ways[i].id, why);
	}
	if (why == NULL) {
		leaving_init(&l, o->b);
		for (i = 0; i < o->nbans; i++)
			o->stats.unused += !apply(&c, &l, &o->bans[i]);
		free(l.at);
		free(l.edge);
	}
	cutting_release(&c);
	return why == NULL ? 0 : -1;
}
