/*
 * The road graph as it lies in a graph file (man/tp-graph.5), which is mapped
 * and used in place: directed edges sorted by the node where they begin, the
 * same edges by the node where they end, and what is known of each.
 *
 * Turns that are not allowed need no care of a search: the builder splits the
 * node.  Whoever enters it by the restricted edge comes to a copy of the node,
 * from which copies of the allowed edges lead on.  Copies are the last nodes
 * and edges of the graph; a copy stands at the same place, and what is true of
 * an edge (speed, traffic, name) is true of its copies.  So a search goes by
 * `out` and `head` alone, and three things ask for tp_graph_own_edge() and
 * its like: live speeds, which are per own edge; a destination that is a node,
 * which is reached at any of its copies; and output.
 *
 * All pointers are into the file, read only, and live as long as the graph.
 * Everything that leads from one array into another was checked when the file
 * was opened, so that no use of it can leave the arrays.
 */
#ifndef TP_GRAPH_GRAPH_H
#define TP_GRAPH_GRAPH_H

#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "graph/point.h"

#define TP_GRAPH_NONE		UINT32_MAX	/* no such node or edge */
#define TP_GRAPH_VERSION	1		/* of the file format */
#define TP_GRAPH_REVERSED	0x80000000u	/* bit of shape[] */

/* Kinds of roads, the low bits of kind[]; 0 where it is not known. */
enum tp_road {
	TP_ROAD_UNKNOWN, TP_ROAD_MOTORWAY, TP_ROAD_TRUNK, TP_ROAD_PRIMARY,
	TP_ROAD_SECONDARY, TP_ROAD_TERTIARY, TP_ROAD_UNCLASSIFIED,
	TP_ROAD_RESIDENTIAL, TP_ROAD_LIVING_STREET, TP_ROAD_SERVICE,
	TP_ROAD_MAX
};
#define TP_ROAD_KIND		0x0f
#define TP_ROAD_LINK		0x10	/* a ramp */
#define TP_ROAD_ROUNDABOUT	0x20

/*
 * A piece of an own edge, from..to in cm from its tail, that a segment (a
 * sensor, a piece of road of a traffic feed) tells the speed of.  A sensor at
 * a point has from == to.
 */
struct tp_link {
	uint32_t	edge;
	uint32_t	from_cm, to_cm;
	float		score;		/* 0..1, how well it fits; 1 by hand */
};

struct tp_graph {
	uint32_t	 nodes, edges;	/* with the copies */
	uint32_t	 node_copies, edge_copies;	/* of which, the last */
	uint32_t	 shapes, points, segments, links, text_size;

	/* by node */
	const struct tp_point *at;	/* TP_NOWHERE where not known */
	const uint32_t	*out;		/* nodes + 1: edges out[v]..out[v+1] */
	const uint32_t	*in;		/* nodes + 1: into[in[v]..in[v+1]) */
	const uint32_t	*node_name;	/* into text */
	const uint32_t	*node_order;	/* nodes by name, then by number */

	/* by edge */
	const uint32_t	*tail, *head;
	const uint32_t	*into;		/* edges by head, then by number */
	const uint32_t	*length_cm;
	const uint32_t	*free_ms;	/* time in free flow, at least 1 */
	const uint32_t	*edge_name;	/* into text; "" where it has none */
	const uint32_t	*shape;		/* TP_GRAPH_REVERSED may be set */
	const uint16_t	*kmh10;		/* free flow, 0.1 km/h, at least 10 */
	const uint8_t	*kind;		/* enum tp_road and its bits */

	/* what the copies are copies of, those of nodes in ascending order */
	const uint32_t	*node_copy, *edge_copy;

	/* lines between the ends of edges; shape 0 is the straight one */
	const uint32_t	*shape_at;	/* shapes + 1, into point */
	const struct tp_point *point;

	/* segments in byte order of their names */
	const uint32_t	*segment_name;	/* into text */
	const uint32_t	*segment_at;	/* segments + 1, into link */
	const struct tp_link *link;

	const char	*text;		/* strings with their NULs */

	uint64_t	 hash;		/* of all the file says */
	const void	*file;
	size_t		 file_size;
	bool		 mapped;	/* else it is the caller's memory */
};

/*
 * Maps a graph file.  Checks the header with its sum, and all that leads from
 * one array into another; the sum of the whole is left to tp_graph_check().
 * Returns 0, or -1 with an error: TP_EXIT_DATA "PATH: ..." where it is no
 * graph file, cut, or of another version.  g is for tp_graph_release().
 */
int tp_graph_open(struct tp_graph *g, const char *path, struct tp_err *e);
/* The same for a file in memory, aligned to 8, which outlives g. */
int tp_graph_view(struct tp_graph *g, const void *p, size_t n,
    const char *name, struct tp_err *e);
void tp_graph_release(struct tp_graph *g);

/*
 * What only a damaged or badly made file has wrong: the sum, coordinates,
 * lengths, times and the order of names.  Returns 0, or -1 with the error.
 */
int tp_graph_check(const struct tp_graph *g, const char *name,
    struct tp_err *e);

/* "v" and 16 hexadecimal digits: changes with anything the file says. */
#define TP_GRAPH_ID_MAX	18
void tp_graph_id(const struct tp_graph *g, char id[TP_GRAPH_ID_MAX]);

/* The node that v is a copy of; v itself if it is none. */
static inline uint32_t
tp_graph_own_node(const struct tp_graph *g, uint32_t v)
{
	uint32_t	own = g->nodes - g->node_copies;

	return v < own ? v : g->node_copy[v - own];
}

/* The same of an edge. */
static inline uint32_t
tp_graph_own_edge(const struct tp_graph *g, uint32_t e)
{
	uint32_t	own = g->edges - g->edge_copies;

	return e < own ? e : g->edge_copy[e - own];
}

/* The copies of own node v are *n nodes from the one returned. */
uint32_t tp_graph_copies(const struct tp_graph *g, uint32_t v, uint32_t *n);

/* The own node with this name, or TP_GRAPH_NONE. */
uint32_t tp_graph_find_node(const struct tp_graph *g, const char *name,
    size_t n);
/* The segment with this name, or TP_GRAPH_NONE. */
uint32_t tp_graph_find_segment(const struct tp_graph *g, const char *name,
    size_t n);

/* True where the nodes have places. */
bool tp_graph_has_places(const struct tp_graph *g);

/* How many points edge e has, its two ends included. */
uint32_t tp_graph_line_size(const struct tp_graph *g, uint32_t e);
/* Point i of them, from the tail (0) to the head. */
struct tp_point tp_graph_line_point(const struct tp_graph *g, uint32_t e,
    uint32_t i);

#endif
