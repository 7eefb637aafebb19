/*
 * Who tells the speed of an edge.  Segments say where they are (struct
 * tp_link): pieces of an edge that are given by their ends count by their
 * lengths, sensors at points share what no piece tells of.
 *
 * An edge without segments can take the rate of those before and after it on
 * the same road (the same kind and name, not back where one came from), by the
 * inverse of their distance, middle to middle.
 *
 * An edge that somebody tells of, one way or the other, has a row: those with
 * segments come first.  The struct owns its arrays.
 */
#ifndef TP_GRAPH_VOICES_H
#define TP_GRAPH_VOICES_H

#include "graph/graph.h"

/* A segment that speaks for a share of an edge. */
struct tp_voice {
	uint32_t	segment;
	float		share;
};

/* A row with segments that another one follows. */
struct tp_source {
	uint32_t	row;
	float		weight;		/* 1 / metres */
};

struct tp_voices {
	uint32_t	 rows, told;	/* [0, told) have segments */
	uint32_t	*row;		/* by own edge, or TP_GRAPH_NONE */
	uint32_t	*edge_at;	/* rows + 1, into edges */
	uint32_t	*edge;		/* the own edge of a row, its copies */
	uint32_t	*voice_at;	/* told + 1, into voice */
	struct tp_voice	*voice;
	uint32_t	*source_at;	/* rows - told + 1, into source */
	struct tp_source *source;
	uint32_t	*heir_at;	/* told + 1, into heir */
	uint32_t	*heir;		/* rows that a row is a source of */
};

/* reach: metres that a segment is followed along the road; 0: not at all. */
void tp_voices_init(struct tp_voices *v, const struct tp_graph *g,
    double reach);
void tp_voices_release(struct tp_voices *v);

#endif
