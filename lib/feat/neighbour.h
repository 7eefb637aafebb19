/*
 * Which segment follows which: directed arcs with lengths, read from a table
 * "from,to,distance_m", and weighted means over a segment's neighbours.
 *
 * Weights are those of the DCRNN road graph (Li et al., ICLR 2018):
 * exp(-(d / s)^2), s the standard deviation of all distances of the table, but
 * not less than the least number that is not 0.
 *
 * The graph owns its arrays and ids.
 */
#ifndef TP_FEAT_NEIGHBOUR_H
#define TP_FEAT_NEIGHBOUR_H

#include "base/err.h"
#include "base/map.h"

struct tp_neighbour_arc {
	uint32_t from, to;	/* indexes in ids */
	double	 metres;
	double	 weight;	/* in (0, 1] */
};

struct tp_neighbours {
	struct tp_map	 ids;	/* raw JSON bytes of the segment ids */
	struct tp_neighbour_arc *arcs;	/* sorted by from, to */
	size_t		 n, cap;
	/* arcs by their ends: arc numbers into[in[i] .. in[i + 1]) end in
	 * segment i, arcs out[i] .. out[i + 1] start there */
	uint32_t	*in, *into, *out;
	uint64_t	 hash;	/* of ids and distances, in any order of rows */
};

/*
 * Reads the table from memory (n bytes, any line ends, a header line with
 * columns from, to, distance_m or distance or cost, in any order); name is for
 * messages.  Returns 0, or -1 with "name:line: ...".  g is zeroed.
 */
int tp_neighbours_read(struct tp_neighbours *g, const char *p, size_t n,
    const char *name, struct tp_err *e);
/* The same of a file, of up to 256 MB. */
int tp_neighbours_open(struct tp_neighbours *g, const char *path,
    struct tp_err *e);
void tp_neighbours_release(struct tp_neighbours *g);

/*
 * The weighted mean of value[] over segment i's neighbours that have one (not
 * NAN), and how many those are.  value is indexed as ids.  NAN where none.
 */
double tp_neighbours_upstream(const struct tp_neighbours *g, size_t i,
    const double *value, int *count);
double tp_neighbours_downstream(const struct tp_neighbours *g, size_t i,
    const double *value, int *count);

/*
 * Which segments are at most so many metres apart, in either direction: those
 * of segment i become to[off[i] .. off[i + 1]), indexes in ids.  The caller
 * frees both.
 */
void tp_neighbours_near(const struct tp_neighbours *g, double metres,
    uint32_t **off, uint32_t **to);

#endif
