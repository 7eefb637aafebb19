#include "graph/builder.h"

#include "graph/buildpart.h"

void
tp_builder_release(struct tp_builder *b)
{
	free(b->nodes);
	free(b->edges);
	free(b->bans);
	free(b->points);
	tp_buf_release(&b->text);
	tp_map_release(&b->names);
	*b = (struct tp_builder){ 0 };
}

/* Appends a name and its NUL, the only one. */
static uint32_t
add_text(struct tp_builder *b, const char *s, size_t n)
{
	size_t	at, i;

	if (b->text.n > UINT32_MAX - TP_BUILDER_NAME_MAX - 1)
		tp_die("names of more than 4 GB in one graph");
	at = b->text.n;
	if (n > TP_BUILDER_NAME_MAX)
		n = TP_BUILDER_NAME_MAX;
	for (i = 0; i < n; i++)
		tp_buf_char(&b->text, s[i] == '\0' ? '?' : s[i]);
	tp_buf_char(&b->text, '\0');
	return (uint32_t)at;
}

uint32_t
tp_builder_node(struct tp_builder *b, const char *name, size_t n,
    struct tp_point at)
{
	if (b->n >= INT32_MAX)
		tp_die("more than 2^31 nodes in one graph");
	TP_GROW(b->nodes, b->ncap, b->n + 1);
	b->nodes[b->n] = (struct tp_builder_node){
		.at = at, .name = add_text(b, name, n),
	};
	return (uint32_t)b->n++;
}

uint32_t
tp_builder_name(struct tp_builder *b, const char *name, size_t n)
{
	if (n > TP_BUILDER_NAME_MAX)
		n = TP_BUILDER_NAME_MAX;
	return n == 0 ? 0 : (uint32_t)tp_map_add(&b->names, name, n) + 1;
}

const char *
tp_builder_edge(struct tp_builder *b, const struct tp_builder_road *r)
{
	double	cm = round(r->metres * 100), kmh10 = round(r->kmh * 10), ms;

	if (!(r->metres >= 0))
		return "the length is negative or no number";
	if (cm > TP_BUILDER_CM_MAX)
		return "the length is above 42,949 km";
	if (!(kmh10 >= 10 && kmh10 <= TP_BUILDER_KMH_MAX * 10))
		return "the speed is not in 1..6000 km/h";
	ms = round(cm * 360 / kmh10);
	if (ms > TP_BUILDER_MS_MAX)
		return "the way takes longer than 24 days";
	if (b->m >= INT32_MAX)
		tp_die("more than 2^31 edges in one graph");
	TP_GROW(b->edges, b->mcap, b->m + 1);
	b->edges[b->m++] = (struct tp_builder_edge){
		.from = r->from, .to = r->to,
		.length_cm = (uint32_t)cm,
		.free_ms = ms < 1 ? 1 : (uint32_t)ms,
		.name = r->name, .line = r->line, .lines = r->lines,
		.kmh10 = (uint16_t)kmh10, .kind = r->kind,
		.backwards = r->backwards, .became = TP_GRAPH_NONE,
	};
	return NULL;
}

uint32_t
tp_builder_point(struct tp_builder *b, struct tp_point p)
{
	if (b->npoints >= UINT32_MAX)
		tp_die("more than 2^32 points in one graph");
	TP_GROW(b->points, b->points_cap, b->npoints + 1);
	b->points[b->npoints] = p;
	return (uint32_t)b->npoints++;
}

void
tp_builder_ban(struct tp_builder *b, uint32_t from, uint32_t to)
{
	if (b->edges[from].to != b->edges[to].from)
		tp_die("graph: a turn between edges that do not meet");
	TP_GROW(b->bans, b->bans_cap, b->nbans + 1);
	b->bans[b->nbans++] = (struct tp_builder_ban){ from, to };
}

void
tp_builder_ends(const struct tp_builder *b, uint32_t **tail, uint32_t **head)
{
	size_t	i;

	*tail = tp_malloc((b->m + 1) * sizeof(**tail));
	*head = tp_malloc((b->m + 1) * sizeof(**head));
	for (i = 0; i < b->m; i++) {
		const struct tp_builder_edge	*e = &b->edges[i];

		(*tail)[i] = e->gone ? TP_GRAPH_NONE : e->from;
		(*head)[i] = e->gone ? TP_GRAPH_NONE : e->to;
	}
}

static void
largest(const struct tp_builder *b, bool *in)
{
	uint32_t	*tail, *head;

	tp_builder_ends(b, &tail, &head);
	tp_strong_largest(tail, head, b->m, b->n, in);
	free(tail);
	free(head);
}

/* Drops what is outside the largest component, before any node is split. */
static uint32_t
keep_component(struct tp_builder *b)
{
	bool		*in = tp_calloc(b->n + 1, sizeof(*in));
	uint32_t	 dropped = 0;
	size_t		 i;

	largest(b, in);
	for (i = 0; i < b->m; i++)
		b->edges[i].gone |= !in[b->edges[i].from] ||
		    !in[b->edges[i].to];
	for (i = 0; i < b->n; i++)
		dropped += !in[i];
	free(in);
	return dropped;
}

/*
 * Which nodes stay once turns count: those of the largest component, and own
 * nodes that are only entered by way of their copies, from where journeys may
 * still begin.
 */
static bool *
kept_nodes(struct tp_builder *b, const struct tp_split *s, bool component,
    bool contract)
{
	bool	*keep = tp_calloc(b->n + 1, sizeof(*keep));
	size_t	 i;

	if (component) {
		largest(b, keep);
		for (i = s->own_nodes; i < b->n; i++)
			if (keep[i])
				keep[s->node_copy[i - s->own_nodes]] = true;
		/* what led out of a node that only its copies stand for */
		for (i = 0; i < b->m; i++)
			b->edges[i].gone |= !keep[b->edges[i].from] ||
			    !keep[b->edges[i].to];
		return keep;
	}
	for (i = 0; i < b->n; i++)
		keep[i] = !contract;
	for (i = 0; i < b->m; i++)
		if (!b->edges[i].gone)
			keep[b->edges[i].from] = keep[b->edges[i].to] = true;
	/* a copy stays with its own node, which may have no edge left */
	for (i = s->own_nodes; i < b->n; i++)
		if (keep[i])
			keep[s->node_copy[i - s->own_nodes]] = true;
	return keep;
}

int
tp_builder_finish(struct tp_builder *b, const struct tp_builder_opts *o,
    struct tp_builder_stats *st, const char *name, struct tp_buf *out,
    struct tp_err *e)
{
	struct tp_split	 s;
	const char	*why = NULL;
	bool		*keep;
	size_t		 went = 0, i;
	int		 rc;

	*st = (struct tp_builder_stats){
		.nodes = (uint32_t)b->n, .edges = (uint32_t)b->m,
	};
	if (b->m == 0)
		return tp_err_set(e, TP_EXIT_DATA, "%s: no roads", name);
	if (o->component)
		st->outside = keep_component(b);
	if (o->contract)
		went = tp_builder_contract(b, &why);
	if (why != NULL)
		return tp_err_set(e, TP_EXIT_DATA, "%s: %s", name, why);
	st->contracted = (uint32_t)went;
	tp_split_init(&s, b);
	keep = kept_nodes(b, &s, o->component, o->contract);
	st->bans = (uint32_t)s.bans;
	for (i = s.own_nodes; i < b->n; i++)
		st->copies += keep[i];
	rc = tp_builder_pack(b, &s, keep, name, out, e);
	free(keep);
	tp_split_release(&s);
	return rc;
}
