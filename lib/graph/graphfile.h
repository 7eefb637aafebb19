/*
 * How a graph lies in its file: a header with the counts, then the arrays of
 * struct tp_graph in a fixed order, each padded to 8 bytes.  Where an array is
 * follows from the counts alone.  Private to lib/graph.
 */
#ifndef TP_GRAPH_GRAPHFILE_H
#define TP_GRAPH_GRAPHFILE_H

#include "graph/graph.h"

#define TP_GRAPHFILE_MAGIC	"tpgraph\n"
#define TP_GRAPHFILE_ORDER	0x01020304u	/* of bytes */
#define TP_GRAPHFILE_COUNTS	9
#define TP_GRAPHFILE_ARRAYS	22

struct tp_graphfile_header {
	char		magic[8];
	uint32_t	version;
	uint32_t	order;
	uint32_t	counts[TP_GRAPHFILE_COUNTS];
	uint32_t	zero;
	uint64_t	size;		/* of the file */
	uint64_t	hash;		/* of all behind the header */
	uint64_t	sum;		/* of the header up to here */
};

/* One array; `at` and `count` are offsets in struct tp_graph. */
struct tp_graphfile_array {
	size_t		at;		/* the pointer */
	size_t		size;		/* bytes of an element */
	size_t		count;
	unsigned	more;		/* elements beyond the count */
};

extern const struct tp_graphfile_array
    tp_graphfile_arrays[TP_GRAPHFILE_ARRAYS];

/* The counts in the order of the header, as offsets in struct tp_graph. */
extern const size_t tp_graphfile_counts[TP_GRAPHFILE_COUNTS];

/* Bytes of array a with the counts of g, without padding. */
uint64_t tp_graphfile_bytes(const struct tp_graph *g,
    const struct tp_graphfile_array *a);

/* The sum of a header, without the field that holds it. */
uint64_t tp_graphfile_sum(const struct tp_graphfile_header *h);

/*
 * Appends the file for g, whose counts and pointers are set; g->hash is not
 * looked at.  The same graph gives the same bytes.
 */
void tp_graphfile_write(const struct tp_graph *g, struct tp_buf *b);

#endif
