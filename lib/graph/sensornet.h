/*
 * A graph of sensors alone: those of METR-LA come with the road distances
 * between them instead of a map.
 */
#ifndef TP_GRAPH_SENSORNET_H
#define TP_GRAPH_SENSORNET_H

#include "graph/builder.h"
#include "graph/segments.h"
#include "graph/sites.h"

struct tp_sensornet_arc {
	uint32_t	from, to;	/* indexes in the ids of the sites */
	double		metres;		/* along the road */
};

/*
 * Gives the sites as nodes and the arcs as edges of one speed.  An arc that
 * goes by way of another sensor (of which two arcs make it, but for 10 m and
 * 2 %) is left out, the longest first.  arcs is sorted.  Returns NULL or what
 * is wrong.
 */
const char *tp_sensornet_build(const struct tp_sites *s,
    struct tp_sensornet_arc *arcs, size_t n, double kmh,
    struct tp_builder *b);

/*
 * Adds to a graph file that was built of sensors that each tells the speed of
 * the half of each edge that is nearer to it.
 */
int tp_sensornet_link(struct tp_buf *file, struct tp_err *e);

#endif
