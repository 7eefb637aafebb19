/*
 * Makes graph files: readers of maps add nodes, edges and turns that are not
 * allowed; tp_builder_finish() cleans them up and writes the file.
 *
 * The struct owns all it was given; an all-zero one is empty.  Nodes and edges
 * are numbered in the order of their adding; the file has its own numbers.
 */
#ifndef TP_GRAPH_BUILDER_H
#define TP_GRAPH_BUILDER_H

#include "base/map.h"
#include "graph/graph.h"

/* Limits of what a builder takes. */
#define TP_BUILDER_CM_MAX	UINT32_MAX	/* of an edge: 42,949 km */
#define TP_BUILDER_MS_MAX	INT32_MAX	/* of an edge: 24 days */
#define TP_BUILDER_KMH_MAX	6000u
#define TP_BUILDER_NAME_MAX	1024		/* bytes */

struct tp_builder_node {
	struct tp_point	at;
	uint32_t	name;		/* into text */
	bool		keep;		/* never contracted away */
};

struct tp_builder_edge {
	uint32_t	from, to;
	uint32_t	length_cm, free_ms;
	uint32_t	name;		/* tp_builder_name() */
	uint32_t	line, lines;	/* first in points, how many between */
	uint16_t	kmh10;
	uint8_t		kind;
	bool		backwards;	/* along its line */
	bool		gone;		/* and what it became part of: */
	uint32_t	became;		/* or TP_GRAPH_NONE */
};

/* Who comes by edge `from` may not go on by edge `to`. */
struct tp_builder_ban {
	uint32_t	from, to;
};

struct tp_builder {
	struct tp_builder_node *nodes;
	struct tp_builder_edge *edges;
	struct tp_builder_ban *bans;
	struct tp_point	*points;
	size_t		 n, ncap, m, mcap, nbans, bans_cap, npoints,
			 points_cap;
	struct tp_buf	 text;		/* names of nodes, each with its NUL */
	struct tp_map	 names;		/* of edges */
};

struct tp_builder_opts {
	bool	component;	/* only the largest strong component */
	bool	contract;	/* join edges at nodes that only continue */
};

/* What became of it. */
struct tp_builder_stats {
	uint32_t	nodes, edges;		/* added */
	uint32_t	outside;		/* nodes not in the component */
	uint32_t	contracted;		/* nodes */
	uint32_t	bans, copies;		/* turns kept; nodes made */
};

void tp_builder_release(struct tp_builder *b);

/* Adds a node; n bytes of name (cut to TP_BUILDER_NAME_MAX), which the caller
 * gives to one node only.  Returns its number. */
uint32_t tp_builder_node(struct tp_builder *b, const char *name, size_t n,
    struct tp_point at);

/* The number of an edge's name, 0 for n == 0. */
uint32_t tp_builder_name(struct tp_builder *b, const char *name, size_t n);

/* What a new edge is; the line is n points between its ends. */
struct tp_builder_road {
	uint32_t	from, to;
	double		metres, kmh;
	uint32_t	name;		/* tp_builder_name() */
	uint8_t		kind;
	uint32_t	line, lines;	/* in b->points */
	bool		backwards;	/* the line runs from `to` to `from` */
};

/*
 * Adds a directed edge.  Returns NULL, or what is wrong with it: a length that
 * is negative or over TP_BUILDER_CM_MAX, a speed outside 1..TP_BUILDER_KMH_MAX, a time
 * over TP_BUILDER_MS_MAX; then nothing was added.
 */
const char *tp_builder_edge(struct tp_builder *b,
    const struct tp_builder_road *r);

/* Adds a point to the lines; returns its number. */
uint32_t tp_builder_point(struct tp_builder *b, struct tp_point p);

/* Forbids the turn from one edge, which ends where the other begins. */
void tp_builder_ban(struct tp_builder *b, uint32_t from, uint32_t to);

/*
 * Cleans up and appends the graph file to out; b is then only for release.
 * Returns 0, or -1 with an error of code TP_EXIT_DATA that begins with name:
 * nothing is left, or it is too large for the format.
 */
int tp_builder_finish(struct tp_builder *b, const struct tp_builder_opts *o,
    struct tp_builder_stats *s, const char *name, struct tp_buf *out,
    struct tp_err *e);

#endif
