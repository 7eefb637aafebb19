#include "base/mem.h"
#include "graph/buildpart.h"

static int
compare_bans(const void *a, const void *b)
{
	const struct tp_builder_ban	*x = a, *y = b;

	if (x->from != y->from)
		return x->from < y->from ? -1 : 1;
	return (x->to > y->to) - (x->to < y->to);
}

/* The edge that e is part of now, TP_GRAPH_NONE if it is gone. */
static uint32_t
living(const struct tp_builder *b, uint32_t e)
{
	while (e != TP_GRAPH_NONE && b->edges[e].gone)
		e = b->edges[e].became;
	return e;
}

/* Leaves the bans between edges that are still there, sorted, each once. */
static void
settle_bans(struct tp_builder *b)
{
	size_t	n = 0, i;

	for (i = 0; i < b->nbans; i++) {
		struct tp_builder_ban	ban = {
			living(b, b->bans[i].from), living(b, b->bans[i].to),
		};

		if (ban.from != TP_GRAPH_NONE && ban.to != TP_GRAPH_NONE)
			b->bans[n++] = ban;
	}
	if (n > 1)
		qsort(b->bans, n, sizeof(*b->bans), compare_bans);
	b->nbans = 0;
	for (i = 0; i < n; i++)
		if (b->nbans == 0 ||
		    compare_bans(&b->bans[b->nbans - 1], &b->bans[i]) != 0)
			b->bans[b->nbans++] = b->bans[i];
}

/* Leads edge e to a new copy of the node where it ends. */
static void
redirect(struct tp_split *s, struct tp_builder *b, uint32_t e)
{
	uint32_t	own = b->edges[e].to;
	size_t		i = b->n - s->own_nodes;

	TP_GROW(b->nodes, b->ncap, b->n + 1);
	TP_GROW(s->node_copy, s->ncap, i + 1);
	b->nodes[b->n] = b->nodes[own];
	s->node_copy[i] = own;
	b->edges[e].to = (uint32_t)b->n++;
}

static void
copy_edge(struct tp_split *s, struct tp_builder *b, uint32_t e, uint32_t from)
{
	size_t	i = b->m - s->own_edges;

	TP_GROW(b->edges, b->mcap, b->m + 1);
	TP_GROW(s->edge_copy, s->ecap, i + 1);
	b->edges[b->m] = b->edges[e];
	b->edges[b->m++].from = from;
	s->edge_copy[i] = e;
}

/*
 * All edges are redirected first, so that the copies made then lead to where
 * their own edges lead now.
 */
void
tp_split_init(struct tp_split *s, struct tp_builder *b)
{
	struct tp_edge_index	 out;
	uint32_t		*tail, *head, k, from, node;
	size_t			 i;

	settle_bans(b);
	*s = (struct tp_split){
		.own_nodes = b->n, .own_edges = b->m, .bans = b->nbans,
	};
	tp_builder_ends(b, &tail, &head);
	tp_edge_index_init(&out, tail, b->m, b->n);
	for (i = 0; i < b->nbans; i++)
		if (i == 0 || b->bans[i].from != b->bans[i - 1].from)
			redirect(s, b, b->bans[i].from);
	for (i = 0; i < b->nbans;) {
		from = b->bans[i].from;
		node = head[from];
		/* both lists ascend, and the bans are all in the other */
		for (k = out.at[node]; k < out.at[node + 1]; k++)
			if (i < b->nbans && b->bans[i].from == from &&
			    b->bans[i].to == out.edge[k])
				i++;
			else
				copy_edge(s, b, out.edge[k],
				    b->edges[from].to);
	}
	tp_edge_index_release(&out);
	free(tail);
	free(head);
}

void
tp_split_release(struct tp_split *s)
{
	free(s->node_copy);
	free(s->edge_copy);
	*s = (struct tp_split){ 0 };
}
