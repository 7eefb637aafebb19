/*
 * Other good ways than the shortest: those through plateaus, stretches that
 * the shortest ways from the start and to the end both use; where they are
 * too few, ways found after making those known dearer.  What is admitted is
 * as in OSRM: not too long, not too much of the same, and straight on for
 * long enough (Abraham and others 2013, "Alternative Routes in Road
 * Networks").
 *
 * They are found at the rates of the departure and driven at those to come.
 */
#ifndef TP_GRAPH_ALTERNATIVES_H
#define TP_GRAPH_ALTERNATIVES_H

#include "graph/search.h"

#define TP_WAYS_MAX	4		/* with the shortest */

/* How many candidates were refused, and why. */
struct tp_refused {
	uint64_t	stretch, sharing, plateau, loop;
};

/* Adds more to sum. */
void tp_refused_add(struct tp_refused *sum, const struct tp_refused *more);

/* Owns all it holds. */
struct tp_ways {
	struct tp_way	 way[TP_WAYS_MAX];	/* 0: the shortest */
	size_t		 n;
	struct tp_refused refused;
	/* private */
	struct tp_search back;
	float		*dearer;	/* by own edge; NULL: not yet used */
	bool		*used;		/* by own edge: in an admitted way */
	bool		*seen;		/* by node */
	struct tp_plateau *plateau;
	size_t		 nplateaus, cap;
	struct tp_way	 next;		/* the candidate */
};

/* For ways through the graph of s; a is for tp_ways_release(). */
void tp_ways_init(struct tp_ways *a, const struct tp_search *s);
void tp_ways_release(struct tp_ways *a);

/*
 * Finds the shortest way and up to `others` (< TP_WAYS_MAX) more, by the time
 * they take.  Returns how many in all; 0: there is none.
 */
size_t tp_ways_find(struct tp_ways *a, struct tp_search *s,
    const struct tp_task *k, size_t others);

#endif
