/* All sites put on edges, but for those that a person has placed. */
#ifndef TP_GRAPH_SNAPALL_H
#define TP_GRAPH_SNAPALL_H

#include "graph/snap.h"

/* Lines "SEGMENT FROM TO" between tabs: the edge between two nodes, by their
 * names; or "SEGMENT -": none.  Borrows all but done. */
struct tp_overrides {
	const struct tp_graph *g;
	struct tp_segments *segments;	/* links go there, with score 1 */
	const char	*name;		/* of the file that is being read */
	struct tp_err	*e;
	struct tp_map	 done;		/* segments named */
};

/* A line, for tp_lines_bytes(); the shortest of parallel edges is taken.
 * Returns 0, or -1 with "name:line: ...". */
int tp_overrides_line(void *overrides, const struct tp_line *l);

struct tp_snap_stats {
	size_t	on, off, by_hand;	/* segments */
};

/*
 * Finds the edges of all sites that are not in done, looking `metres` around,
 * and adds their links; those with a score under `least` are off.  Appends to
 * report a line a link, between tabs: segment, nodes from and to, name of the
 * edge, from and to in metres along it, score, rival ('-' for lines).
 */
void tp_snap_all(const struct tp_locate *l, const struct tp_sites *s,
    const struct tp_map *done, double metres, double least,
    struct tp_segments *out, struct tp_buf *report, struct tp_snap_stats *st);

#endif
