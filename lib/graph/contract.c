#include "base/mem.h"
#include "graph/buildpart.h"

struct contraction {
	struct tp_builder *b;
	struct tp_edge_index out, in;
	bool		*pass;		/* nodes to go */
};

static bool
same_road(const struct tp_builder_edge *a, const struct tp_builder_edge *b)
{
	return a->name == b->name && a->kind == b->kind;
}

/*
 * The edge that goes on from e at its head, which has one or two ways out: the
 * one that does not lead back.
 */
static uint32_t
onward(const struct contraction *c, uint32_t e)
{
	const struct tp_builder_edge	*edges = c->b->edges;
	uint32_t			 v = edges[e].to, at = c->out.at[v];
	uint32_t			 f = c->out.edge[at];

	if (c->out.at[v + 1] - at == 2 && edges[f].to == edges[e].from)
		f = c->out.edge[at + 1];
	return f;
}

/* True where v only continues a road, in one or both directions. */
static bool
continues(const struct contraction *c, uint32_t v)
{
	const struct tp_builder_edge	*edges = c->b->edges;
	uint32_t			 in = c->in.at[v + 1] - c->in.at[v];
	uint32_t			 out = c->out.at[v + 1] -
					    c->out.at[v];
	uint32_t			 k, a, z;

	if (c->b->nodes[v].keep || in != out || in < 1 || in > 2)
		return false;
	for (k = c->in.at[v]; k < c->in.at[v + 1]; k++) {
		uint32_t	e = c->in.edge[k], f = onward(c, e);

		if (edges[e].from == v || edges[f].to == v ||
		    edges[f].to == edges[e].from ||
		    !same_road(&edges[e], &edges[f]))
			return false;
	}
	if (in == 1)
		return true;
	/* from a and z, and to both of them */
	a = edges[c->in.edge[c->in.at[v]]].from;
	z = edges[c->in.edge[c->in.at[v] + 1]].from;
	return a != z &&
	    edges[c->out.edge[c->out.at[v]]].to !=
	    edges[c->out.edge[c->out.at[v] + 1]].to &&
	    edges[onward(c, c->in.edge[c->in.at[v]])].to == z &&
	    edges[onward(c, c->in.edge[c->in.at[v] + 1])].to == a;
}

/* Appends the points of edge e, in the direction of travel. */
static void
add_line(struct tp_builder *b, const struct tp_builder_edge *e)
{
	uint32_t	i;

	for (i = 0; i < e->lines; i++)
		tp_builder_point(b, b->points[e->line +
		    (e->backwards ? e->lines - 1 - i : i)]);
}

/* Joins the edges from `first` on up to the next node that stays. */
static const char *
join(struct contraction *c, uint32_t first)
{
	struct tp_builder	*b = c->b;
	struct tp_builder_edge	 whole = b->edges[first];
	uint64_t		 cm = 0, ms = 0, kmh10;
	uint32_t		 e = first, id = (uint32_t)b->m;

	whole.line = (uint32_t)b->npoints;
	whole.backwards = false;
	for (;;) {
		struct tp_builder_edge	*part = &b->edges[e];

		cm += part->length_cm;
		ms += part->free_ms;
		add_line(b, part);
		part->gone = true;
		part->became = id;
		whole.to = part->to;
		if (!c->pass[part->to])
			break;
		if (tp_point_known(b->nodes[part->to].at))
			tp_builder_point(b, b->nodes[part->to].at);
		e = onward(c, e);
	}
	if (cm > TP_BUILDER_CM_MAX || ms > TP_BUILDER_MS_MAX)
		return "a road is too long";
	whole.lines = (uint32_t)b->npoints - whole.line;
	whole.length_cm = (uint32_t)cm;
	whole.free_ms = (uint32_t)ms;
	kmh10 = (cm * 360 + ms / 2) / ms;
	whole.kmh10 = (uint16_t)(kmh10 < 10 ? 10 :
	    kmh10 > TP_BUILDER_KMH_MAX * 10 ? TP_BUILDER_KMH_MAX * 10 :
	    kmh10);
	TP_GROW(b->edges, b->mcap, b->m + 1);
	b->edges[b->m++] = whole;
	return NULL;
}

/*
 * A ring of nodes that all only continue has no end to begin at: one of them
 * stays.
 */
static void
open_rings(struct contraction *c)
{
	struct tp_builder	*b = c->b;
	bool			*reached = tp_calloc(b->n + 1, 1);
	uint32_t		 e, f, v;

	for (e = 0; e < b->m; e++)
		if (!b->edges[e].gone && !c->pass[b->edges[e].from])
			for (f = e; c->pass[b->edges[f].to]; f = onward(c, f))
				reached[b->edges[f].to] = true;
	for (v = 0; v < b->n; v++) {
		if (!c->pass[v] || reached[v])
			continue;
		c->pass[v] = false;
		for (e = c->out.at[v]; e < c->out.at[v + 1]; e++)
			for (f = c->out.edge[e]; c->pass[b->edges[f].to];
			    f = onward(c, f))
				reached[b->edges[f].to] = true;
	}
	free(reached);
}

size_t
tp_builder_contract(struct tp_builder *b, const char **why)
{
	struct contraction	 c = { .b = b };
	uint32_t		*tail, *head, e, m = (uint32_t)b->m, v;
	size_t			 went = 0;

	*why = NULL;
	tp_builder_ends(b, &tail, &head);
	tp_edge_index_init(&c.out, tail, b->m, b->n);
	tp_edge_index_init(&c.in, head, b->m, b->n);
	c.pass = tp_calloc(b->n + 1, sizeof(*c.pass));
	for (e = 0; e < b->nbans; e++)
		b->nodes[b->edges[b->bans[e].from].to].keep = true;
	for (v = 0; v < b->n; v++)
		c.pass[v] = continues(&c, v);
	open_rings(&c);
	for (v = 0; v < b->n; v++)
		went += c.pass[v];
	for (e = 0; e < m && *why == NULL; e++)
		if (!b->edges[e].gone && !c.pass[b->edges[e].from] &&
		    c.pass[b->edges[e].to])
			*why = join(&c, e);
	tp_edge_index_release(&c.out);
	tp_edge_index_release(&c.in);
	free(c.pass);
	free(tail);
	free(head);
	return went;
}
