/* A graph as text: what it holds, and all of it in formats of others. */
#ifndef TP_GRAPH_GRAPHTEXT_H
#define TP_GRAPH_GRAPHTEXT_H

#include "graph/graph.h"

/* Appends what the graph holds, a line each: "name: value". */
void tp_graph_info(const struct tp_graph *g, struct tp_buf *b);

enum tp_graph_format {
	TP_GRAPH_GEOJSON,	/* a FeatureCollection, a line an own edge */
	TP_GRAPH_TSV,		/* edges, as tp_edgetsv_line() reads them */
	TP_GRAPH_NODES,		/* places, as tp_edgetsv_place() does */
	TP_GRAPH_DIMACS,	/* .gr, lengths in metres */
	TP_GRAPH_CO,		/* and .co */
};

/*
 * Appends some of the graph from *at on, which is 0 at first, and moves it.
 * Returns false when all was given.  Turns that are not allowed are left out:
 * only own nodes and edges are given.  Nodes are numbered from 1 in DIMACS.
 */
bool tp_graph_export(const struct tp_graph *g, enum tp_graph_format f,
    uint32_t *at, struct tp_buf *b);

#endif
