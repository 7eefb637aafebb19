/*
 * The road graph of a data set's segments, made from a table of neighbours
 * whose ids may be more or fewer.
 */
#ifndef TP_FORECAST_ROADS_H
#define TP_FORECAST_ROADS_H

#include "feat/neighbour.h"
#include "num/adj.h"

/* Owns the arrays that adj points to. */
struct tp_roads {
	struct tp_adj	 adj;
	uint32_t	*start, *to;
	float		*weight;
};

/*
 * The arcs between segments of `segs`; r is overwritten.  Returns 0, or -1
 * where there is none at all, which no user can want.
 */
int tp_roads_init(struct tp_roads *r, const struct tp_neighbours *g,
    const struct tp_map *segs, struct tp_err *e);
void tp_roads_release(struct tp_roads *r);

#endif
