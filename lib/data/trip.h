/*
 * A taxi trip, as all readers of them see it, and a heap of things that wait
 * for their time.  Plain data; a heap owns its array.
 */
#ifndef TP_DATA_TRIP_H
#define TP_DATA_TRIP_H

#include <stddef.h>
#include <stdint.h>

#include "graph/point.h"

struct tp_trip {
	int64_t		from, to;	/* ms */
	uint64_t	id;		/* of the row's text */
	struct tp_point	a, b;		/* where it begins and ends */
	double		metres;		/* its length, as metered */
};

/* By the start, the end, the id: a total order but for the same trip. */
int tp_trip_compare(const struct tp_trip *a, const struct tp_trip *b);

struct tp_wait {
	int64_t		t;
	int64_t		then;		/* decide between equal t */
	uint64_t	id;
	uint32_t	i;		/* what waits */
};

/* All zero is an empty one; v[0] of n > 0 is the first. */
struct tp_queue {
	struct tp_wait	*v;
	size_t		 n, cap;
};

void tp_queue_release(struct tp_queue *q);
/* Adds w. */
void tp_queue_push(struct tp_queue *q, struct tp_wait w);
/* Takes the first out, which is there. */
struct tp_wait tp_queue_pop(struct tp_queue *q);
/* Puts w in the place of the first: as pop and push, at half the cost. */
void tp_queue_replace(struct tp_queue *q, struct tp_wait w);

#endif
