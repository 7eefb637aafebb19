/*
 * Private to lib/store: when records are old enough to go, and whether it is
 * time to look.  Embedded; nothing to release.
 */
#ifndef TP_STORE_RETAIN_H
#define TP_STORE_RETAIN_H

#include "store/batch.h"

struct tp_retain {
	int64_t	newest;		/* time of an event; TP_TIME_NONE: no event */
	int64_t	looked_ns;	/* monotonic; 0: never */
};

/* Notes the times of a batch's events; other kinds may speak of the future. */
void tp_retain_note(struct tp_retain *r, const struct tp_batch *b);
/* The newest event's time, or the clock's where that is earlier, since a
 * record may be wrong; TP_TIME_NONE: there was no event. */
int64_t tp_retain_now(const struct tp_retain *r);
/*
 * Whether what is before *before has to go: once a minute, where records are
 * kept for so long behind tp_retain_now(); 0: for ever.
 */
bool tp_retain_due(struct tp_retain *r, int64_t retain_ms, int64_t *before);

#endif
