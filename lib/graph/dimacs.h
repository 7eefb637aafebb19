/*
 * Reads graphs of the 9th DIMACS Implementation Challenge (Shortest Paths,
 * 2006): .gr with lines "p sp NODES ARCS" and "a FROM TO LENGTH", lengths in
 * metres, and .co with "p aux sp co NODES" and "v NODE LON LAT" in millionths
 * of a degree.  Line by line: the struct owns what it keeps and borrows the
 * name and where errors go.
 */
#ifndef TP_GRAPH_DIMACS_H
#define TP_GRAPH_DIMACS_H

#include "graph/builder.h"
#include "json/lines.h"

struct tp_dimacs_arc {
	uint32_t	from, to;	/* from 1 */
	float		metres;
};

struct tp_dimacs {
	const char	*name;		/* of the file that is being read */
	struct tp_err	*e;
	struct tp_dimacs_arc *arcs;
	size_t		 n, cap;
	struct tp_point	*at;		/* of nodes 1, 2, ..., or NULL */
	size_t		 places;
	uint64_t	 nodes, said;	/* by the "p" line: nodes, lines */
	bool		 header;
	uint64_t	 zero;		/* arcs of no length */
};

void tp_dimacs_release(struct tp_dimacs *d);

/* A line of the .gr file, for tp_lines_bytes().  Returns 0, or -1 with
 * "name:line: ...". */
int tp_dimacs_line(void *dimacs, const struct tp_line *l);
/* The end of the .gr file: the counts must be those of its header. */
int tp_dimacs_end(struct tp_dimacs *d);

/* The same for the .co file, which comes second; d->name is its name now. */
int tp_dimacs_place(void *dimacs, const struct tp_line *l);
int tp_dimacs_places_end(struct tp_dimacs *d);

/* Gives all to the builder, at one speed in km/h.  Returns 0 or -1. */
int tp_dimacs_build(const struct tp_dimacs *d, double kmh,
    struct tp_builder *b);

#endif
