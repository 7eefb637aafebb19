/*
 * Finds the edges near a place, by a grid of square cells over the pieces of
 * all lines.  The struct owns the grid and borrows the graph.
 */
#ifndef TP_GRAPH_LOCATE_H
#define TP_GRAPH_LOCATE_H

#include "graph/graph.h"

/* A place on an own edge. */
struct tp_spot {
	uint32_t	edge;		/* TP_GRAPH_NONE: nothing found */
	uint32_t	along_cm;	/* from the tail, along the edge */
	float		metres;		/* from the place asked for */
	float		heading;	/* of the edge there, degrees */
	struct tp_point	at;		/* on the edge */
};

struct tp_piece {			/* of a line, in a cell */
	uint32_t	edge, i;	/* points i and i + 1 of the edge */
};

struct tp_locate {
	const struct tp_graph *g;
	struct tp_plane	 plane;		/* at the south-west corner */
	double		 cell;		/* metres, */
	double		 per_metre;	/* and 1 / cell */
	uint32_t	 columns, rows;
	/* columns * rows + 2, into pieces; the last cell is for all places */
	uint32_t	*first;
	struct tp_piece	*pieces;
};

/* Makes the grid; a graph without places gives one that finds nothing. */
void tp_locate_init(struct tp_locate *l, const struct tp_graph *g);
void tp_locate_release(struct tp_locate *l);

/*
 * The own edges that come within `metres` of p (at most 10 km), each at the
 * spot where it is nearest, nearest first, by edge number where equal.  At
 * most max of them; returns how many.
 */
size_t tp_locate_near(const struct tp_locate *l, struct tp_point p,
    double metres, struct tp_spot *spots, size_t max);

/*
 * The own node nearest to p, however far away, of those at an end of an edge,
 * with the distance in *metres; the lowest where equal.  TP_GRAPH_NONE where
 * there is none.
 */
uint32_t tp_locate_node(const struct tp_locate *l, struct tp_point p,
    double *metres);

#endif
