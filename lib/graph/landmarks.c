/* Landmarks, each the node farthest from all before. */
#include "graph/heap.h"
#include "graph/search.h"

/* One direction of a landmark's distances, from what the search reached. */
static void
keep(struct tp_landmarks *l, const struct tp_search *s, uint32_t i,
    uint32_t way)
{
	uint32_t	v;

	for (v = 0; v < s->g->nodes; v++)
		l->of[(size_t)i * l->nodes + v].ms[way] =
		    s->at[v].ms < UINT32_MAX ? (uint32_t)s->at[v].ms : UINT32_MAX;
}

/* Own node that is farthest, there and back, from landmarks 0..i; unreached
 * ones come last, so that landmarks stay where most roads are. */
static uint32_t
farthest(const struct tp_landmarks *l, const struct tp_graph *g, uint32_t n,
    double *nearest)
{
	uint32_t	best = TP_GRAPH_NONE, v;

	for (v = 0; v < g->nodes - g->node_copies; v++) {
		const uint32_t	*ms = l->of[(size_t)(n - 1) * l->nodes + v].ms;
		double		 d = ms[0] == UINT32_MAX ||
				    ms[1] == UINT32_MAX ? -1 :
				    (double)ms[0] + ms[1];

		nearest[v] = n == 1 ? d : fmin(nearest[v], d);
		if (nearest[v] > 0 && (best == TP_GRAPH_NONE ||
		    nearest[v] > nearest[best]))
			best = v;
	}
	return best;
}

void
tp_landmarks_init(struct tp_landmarks *l, const struct tp_graph *g,
    uint32_t n)
{
	struct tp_weights	w;
	struct tp_search	s;
	struct tp_ends		at;
	struct tp_task		k = { .from = &at, .to = &at,
				    .costs = TP_COSTS_STILL };
	double			*nearest;
	uint32_t		 v = 0, i;

	*l = (struct tp_landmarks){ .n = n, .nodes = g->nodes };
	if (g->nodes == 0 || n == 0) {
		l->n = 0;
		return;
	}
	l->of = tp_malloc((size_t)g->nodes * n * sizeof(*l->of));
	memset(l->of, 0xff, (size_t)g->nodes * n * sizeof(*l->of));
	nearest = tp_calloc(g->nodes, sizeof(*nearest));
	tp_weights_init(&w, g, 0);
	tp_search_init(&s, g, &w);
	for (i = 0; i < n && v != TP_GRAPH_NONE; i++) {
		at.n = 0;
		tp_ends_node(&at, g, v, true);
		tp_search_tree(&s, &k, false);
		keep(l, &s, i, 0);
		tp_search_tree(&s, &k, true);
		keep(l, &s, i, 1);
		v = farthest(l, g, i + 1, nearest);
	}
	tp_search_release(&s);
	tp_weights_release(&w);
	free(nearest);
}

void
tp_landmarks_release(struct tp_landmarks *l)
{
	free(l->of);
	*l = (struct tp_landmarks){ 0 };
}
