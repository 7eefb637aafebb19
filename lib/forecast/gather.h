/*
 * Keeps the rows of one step together until all of them are there, for models
 * that read the rows of other segments too.
 *
 * A step is complete when a row of a later one comes, or (at once) when each
 * segment of the model has a row in it.  A row of a step that was complete
 * before is late.  So what is complete is a function of the log and of the
 * last step that was (done), and the records of the rows that are kept are all
 * that a rebuild needs.
 *
 * The struct owns what it holds.
 */
#ifndef TP_FORECAST_GATHER_H
#define TP_FORECAST_GATHER_H

#include "base/map.h"
#include "feat/rowread.h"

struct tp_gather_row {
	size_t	 seg;		/* the model's index; SIZE_MAX: unknown to it */
	double	 last;		/* last reading, in the stream's unit */
};

struct tp_gather {
	int64_t	 done;		/* the last step complete; TP_TIME_NONE: none */
	int64_t	 t;		/* of the rows; TP_TIME_NONE: there are none */
	int64_t	 low;		/* position of the first one's record */
	struct tp_map ids;	/* of the rows, in their order */
	struct tp_gather_row *row;	/* ids.n */
	size_t	 nknown;	/* with a segment of the model */
	size_t	 cap;
};

enum tp_gather_fate {
	TP_GATHER_KEPT, TP_GATHER_LATE,
	TP_GATHER_AGAIN,	/* the segment has a row in this step */
	TP_GATHER_FULL,		/* there are max_keys rows */
};

/* g is overwritten; no step was complete. */
void tp_gather_init(struct tp_gather *g);
void tp_gather_release(struct tp_gather *g);
/*
 * Takes a row, whose record is at position pos, and says what became of it.
 * Rows of another step that are still kept were to be closed before.
 */
enum tp_gather_fate tp_gather_put(struct tp_gather *g,
    const struct tp_feat_row *row, size_t seg, int64_t pos, size_t max_keys);
/* Forgets the rows: their step is complete. */
void tp_gather_close(struct tp_gather *g);

#endif
