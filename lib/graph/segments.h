/*
 * Which edges segments tell the speed of, to be put into a graph file.  The
 * struct owns its arrays.
 */
#ifndef TP_GRAPH_SEGMENTS_H
#define TP_GRAPH_SEGMENTS_H

#include "base/map.h"
#include "graph/graph.h"

struct tp_segment_link {
	uint32_t	segment;	/* index in ids */
	struct tp_link	link;
};

struct tp_segments {
	struct tp_map	 ids;
	struct tp_segment_link *v;
	size_t		 n, cap;
};

void tp_segments_release(struct tp_segments *s);

/* Adds a link; the segment's others stay, in the order of their adding. */
void tp_segments_add(struct tp_segments *s, const char *id, size_t n,
    struct tp_link l);

/*
 * Appends the file of g with these segments, and with those of its own that
 * are not among them.
 */
void tp_segments_write(const struct tp_segments *s, const struct tp_graph *g,
    struct tp_buf *out);

#endif
