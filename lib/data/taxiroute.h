/*
 * The line a trip follows: straight, or the fastest way through a road graph
 * in free flow.  A route owns its arrays and borrows the graph; a path owns
 * its own.
 */
#ifndef TP_DATA_TAXIROUTE_H
#define TP_DATA_TAXIROUTE_H

#include "graph/locate.h"
#include "graph/search.h"

/* A line of n points; all zero is one without any. */
struct tp_taxipath {
	struct tp_point	*at;
	double		*along;		/* metres from the first */
	size_t		 n, cap, alongcap;
	size_t		 i;		/* the piece asked for last */
};

void tp_taxipath_release(struct tp_taxipath *p);
/* The point at a share (0..1) of the length of a path with points; shares
 * that never fall are found soonest. */
struct tp_point tp_taxipath_at(struct tp_taxipath *p, double share);

struct tp_taxiroute {
	const struct tp_graph	*g;	/* NULL: all lines are straight */
	struct tp_locate	 locate;
	struct tp_weights	 free;	/* nothing but free flow */
	struct tp_landmarks	 marks;
	struct tp_search	 search;
	struct tp_way		 way;
};

/* Prepares for searches in g, which outlives r; g may be NULL. */
void tp_taxiroute_init(struct tp_taxiroute *r, const struct tp_graph *g);
void tp_taxiroute_release(struct tp_taxiroute *r);
/*
 * Sets p to the line from a to b.  False where the graph has no way from a
 * road within 500 m of a to one near b: then it is straight.
 */
bool tp_taxiroute_find(struct tp_taxiroute *r, struct tp_point a,
    struct tp_point b, struct tp_taxipath *p);

#endif
