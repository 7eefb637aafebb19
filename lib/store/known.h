/*
 * Private to lib/store: what a database has of the batch that is written to
 * it again and again: ids of its segments and shapes, and how far its sources
 * were stored.  All zero knows nothing; the struct owns its arrays.
 */
#ifndef TP_STORE_KNOWN_H
#define TP_STORE_KNOWN_H

#include "store/batch.h"

struct tp_known {
	int64_t		*segment, *shape;	/* ids by the batch's numbers */
	size_t		 nsegments, nshapes, segments_cap, shapes_cap;
	int64_t		*next;		/* position of each source, -1 */
	size_t		 nsources, sources_cap;
};

void tp_known_release(struct tp_known *k);
/* Knows nothing any more. */
void tp_known_forget(struct tp_known *k);
/* Makes room for all that the batch names. */
void tp_known_room(struct tp_known *k, const struct tp_batch *b);
/*
 * Source i was found at `next`.  Positions move only from where we left them:
 * who was thought dead and wakes up after another took its place must not
 * write.  0, or -1 with TP_EXIT_RESTART.
 */
int tp_known_source(struct tp_known *k, const struct tp_batch *b, size_t i,
    int64_t next, struct tp_err *e);
/* Whether the database has the row from the same source already. */
bool tp_known_row(const struct tp_known *k, const struct tp_row *r);
/* The batch was written, all of it. */
void tp_known_written(struct tp_known *k, const struct tp_batch *b);

#endif
