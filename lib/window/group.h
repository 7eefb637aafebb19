/*
 * The keys that windows are grouped by: each has an index, the texts of its
 * aggregates, and its place in byte order.  Keys that nothing needs any more
 * are forgotten, so that a stream of passing ids does not fill the memory.
 *
 * The struct owns all of it; all zero is an empty one.
 */
#ifndef TP_WINDOW_GROUP_H
#define TP_WINDOW_GROUP_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/map.h"

struct tp_group {
	char	*text;		/* head, mid: what a line is made of */
	uint32_t headlen;	/* {"aggregate_id":"AGG_KEY_ */
	uint32_t midlen;	/* ","segment_id":"KEY", ... "window_start": */
	uint32_t idat, idlen;	/* the key as written, in text */
	uint32_t rank;		/* in byte order, after tp_groups_sort() */
	uint32_t refs;		/* cells of open panes */
	uint32_t stamp, at;	/* scratch of the window being written */
	bool	 seen;		/* the next three hold */
	double	 speed;		/* of the newest event before open panes; NAN */
	int64_t	 t, pos;	/* its time and position */
};

struct tp_groups {
	struct tp_map	 map;
	struct tp_group	*g;		/* map.n of cap */
	size_t		 cap;
	uint32_t	*order;		/* indices in byte order of keys */
	size_t		 norder, ordercap;
	size_t		 live;		/* groups with refs or seen */
};

void tp_groups_release(struct tp_groups *gs);
/* The index of a key that is not there yet; its text is still to be set. */
size_t tp_groups_add(struct tp_groups *gs, const char *key, size_t n);

/* A cell of the group was made, or freed. */
void tp_groups_ref(struct tp_groups *gs, size_t i);
void tp_groups_unref(struct tp_groups *gs, size_t i);
/* An event before the open panes; the newest one is kept. */
void tp_groups_see(struct tp_groups *gs, size_t i, int64_t t, double speed,
    int64_t pos);
/* Forgets that event. */
void tp_groups_unsee(struct tp_groups *gs, size_t i);

/* Brings order and the ranks up to date. */
void tp_groups_sort(struct tp_groups *gs);

/* True where so many keys are dead that tp_groups_shrink() pays. */
static inline bool
tp_groups_want_shrink(const struct tp_groups *gs)
{
	return gs->map.n > 1024 && gs->map.n > 2 * gs->live;
}

/*
 * Forgets the groups without refs that are not seen.  Returns an array of the
 * new index of each old one, for the caller to free.
 */
uint32_t *tp_groups_shrink(struct tp_groups *gs);

#endif
