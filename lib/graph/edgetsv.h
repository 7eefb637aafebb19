/*
 * Reads roads from text: one directed edge a line, "FROM TO LENGTH_M SPEED_KMH
 * [NAME]" between tabs; and the places of nodes, "NODE LAT LON".  Blank lines,
 * and lines that begin with '#', say nothing.  The struct owns what it keeps
 * and borrows the builder, the name, and where errors go.
 */
#ifndef TP_GRAPH_EDGETSV_H
#define TP_GRAPH_EDGETSV_H

#include "graph/builder.h"
#include "json/lines.h"

struct tp_edgetsv {
	struct tp_builder *b;
	const char	*name;		/* of the file that is being read */
	struct tp_err	*e;
	struct tp_map	 ids;		/* of nodes */
};

void tp_edgetsv_release(struct tp_edgetsv *t);

/* A line of the edges, for tp_lines_bytes().  Returns 0, or -1 with
 * "name:line: ...". */
int tp_edgetsv_line(void *tsv, const struct tp_line *l);

/*
 * A line of the places, which come second; nodes without an edge are passed
 * over.  At the end all nodes must have one.
 */
int tp_edgetsv_place(void *tsv, const struct tp_line *l);
int tp_edgetsv_places_end(struct tp_edgetsv *t);

#endif
