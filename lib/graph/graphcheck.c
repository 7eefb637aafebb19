/* Checks of a graph file that a user of it can do without. */
#include "base/map.h"
#include "graph/graphfile.h"

static int
wrong(struct tp_err *e, const char *name, const char *what, uint32_t i)
{
	return tp_err_set(e, TP_EXIT_DATA, "%s: damaged: %s %u", name, what,
	    i);
}

/* Either all nodes have places or none, and copies those of their own. */
static int
check_places(const struct tp_graph *g, const char *name, struct tp_err *e)
{
	bool		known = tp_graph_has_places(g);
	uint32_t	i;

	for (i = 0; i < g->nodes; i++) {
		struct tp_point	own = g->at[tp_graph_own_node(g, i)];

		if (known ? !tp_point_on_earth(g->at[i]) : tp_point_known(g->at[i]))
			return wrong(e, name, "the place of node", i);
		if (own.lat != g->at[i].lat || own.lon != g->at[i].lon)
			return wrong(e, name, "the place of copy", i);
	}
	for (i = 0; i < g->points; i++)
		if (!tp_point_on_earth(g->point[i]))
			return wrong(e, name, "point", i);
	return 0;
}

static int
check_edges(const struct tp_graph *g, const char *name, struct tp_err *e)
{
	uint32_t	i;

	for (i = 0; i < g->edges; i++) {
		uint32_t	own = tp_graph_own_edge(g, i);

		if ((g->kind[i] & TP_ROAD_KIND) >= TP_ROAD_MAX)
			return wrong(e, name, "the kind of edge", i);
		if (tp_graph_own_node(g, g->tail[i]) !=
		    tp_graph_own_node(g, g->tail[own]) ||
		    tp_graph_own_node(g, g->head[i]) !=
		    tp_graph_own_node(g, g->head[own]) ||
		    g->length_cm[i] != g->length_cm[own] ||
		    g->free_ms[i] != g->free_ms[own] ||
		    g->edge_name[i] != g->edge_name[own])
			return wrong(e, name, "copied edge", i);
	}
	return 0;
}

static int
check_names(const struct tp_graph *g, const char *name, struct tp_err *e)
{
	uint32_t	i;

	for (i = 1; i < g->nodes; i++) {
		uint32_t	a = g->node_order[i - 1], b = g->node_order[i];
		int		c = strcmp(g->text + g->node_name[a],
				    g->text + g->node_name[b]);

		if (c > 0 || (c == 0 && a >= b))
			return wrong(e, name, "the order of node", b);
	}
	for (i = 1; i < g->segments; i++)
		if (strcmp(g->text + g->segment_name[i - 1],
		    g->text + g->segment_name[i]) >= 0)
			return wrong(e, name, "the order of segment", i);
	return 0;
}

static int
check_hash(const struct tp_graph *g, const char *name, struct tp_err *e)
{
	size_t	head = sizeof(struct tp_graphfile_header);

	if (tp_hash((const char *)g->file + head, g->file_size - head, 0) !=
	    g->hash)
		return tp_err_set(e, TP_EXIT_DATA, "%s: damaged: the sum is "
		    "wrong", name);
	return 0;
}

int
tp_graph_check(const struct tp_graph *g, const char *name, struct tp_err *e)
{
	if (check_hash(g, name, e) == -1 || check_places(g, name, e) == -1 ||
	    check_edges(g, name, e) == -1)
		return -1;
	return check_names(g, name, e);
}
