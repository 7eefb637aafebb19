/* Private to lib/graph: the steps of tp_builder_finish(). */
#ifndef TP_GRAPH_BUILDPART_H
#define TP_GRAPH_BUILDPART_H

#include "graph/builder.h"

/* Edge numbers by the node they begin or end at. */
struct tp_edge_index {
	uint32_t	*at;		/* n + 1, into edge */
	uint32_t	*edge;
};

/*
 * Sorts m edges, which are numbered in the order of v, by end[i], one of n
 * nodes; edges with end[i] == TP_GRAPH_NONE are left out.
 */
void tp_edge_index_init(struct tp_edge_index *x, const uint32_t *end,
    size_t m, size_t n);
void tp_edge_index_release(struct tp_edge_index *x);

/*
 * Marks the nodes of the largest strongly connected component of n nodes and
 * m edges tail[i] -> head[i] (those with tail TP_GRAPH_NONE do not count); the
 * first found where two are equally large (Tarjan 1972, without recursion).
 */
void tp_strong_largest(const uint32_t *tail, const uint32_t *head, size_t m,
    size_t n, bool *in);

/*
 * The ends of all edges, TP_GRAPH_NONE for those that are gone; the caller
 * frees both.
 */
void tp_builder_ends(const struct tp_builder *b, uint32_t **tail,
    uint32_t **head);

/*
 * Joins edges at nodes that only continue one road: its name and kind are the
 * same on both sides, nothing branches off, and no turn there is forbidden.
 * Returns how many nodes went; *why is NULL, or a static text where a joined
 * edge would be too long, and b is of no use then.
 */
size_t tp_builder_contract(struct tp_builder *b, const char **why);

/*
 * Splits nodes with forbidden turns.  Nodes and edges made are appended to b
 * behind the own ones, edge i of them a copy of edge_copy[i], node i of
 * node_copy[i].
 */
struct tp_split {
	size_t		 own_nodes, own_edges;
	uint32_t	*node_copy, *edge_copy;
	size_t		 ncap, ecap;
	size_t		 bans;		/* that changed something */
};

/* Splits the nodes of b, whose forbidden turns are settled thereby. */
void tp_split_init(struct tp_split *s, struct tp_builder *b);
void tp_split_release(struct tp_split *s);

/* Orders what is left (nodes with keep_node) and appends the file to out. */
int tp_builder_pack(const struct tp_builder *b, const struct tp_split *s,
    const bool *keep_node, const char *name, struct tp_buf *out,
    struct tp_err *e);

#endif
