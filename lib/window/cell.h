/*
 * What a pane (and a window, which is a sum of panes) knows of one key:
 * enough for every field of an aggregate.
 *
 * Means and deviations are made of sums of differences from the first value,
 * so that they lose nothing where values are large and close together; cells
 * add up by shifting one to the other's first value (Chan, Golub & LeVeque
 * 1983, section 3).
 *
 * A cell owns its percentiles and ids; all zero but `key` is an empty one.
 */
#ifndef TP_WINDOW_CELL_H
#define TP_WINDOW_CELL_H

#include <stdbool.h>

#include "rec/rec.h"
#include "window/distinct.h"
#include "window/quant.h"

/* Readings beside speed: sums and counts. */
enum tp_cell_extra {
	TP_CELL_VOLUME, TP_CELL_OCCUPANCY, TP_CELL_QUALITY, TP_CELL_FREE_FLOW,
	TP_CELL_EXTRAS
};

struct tp_cell {
	uint32_t key;			/* index in the groups */
	bool	 dirty;			/* changed since its last update */
	uint64_t n;			/* events */
	uint64_t nspeed;		/* of them with a speed */
	double	 first;			/* speed that sum and sum2 refer to */
	double	 sum, sum2;		/* of (speed - first), and squared */
	double	 min, max;
	double	 last;			/* speed of the newest event ... */
	int64_t	 last_t;		/* ... at this time, ... */
	int64_t	 last_pos;		/* ... and its position */
	double	 extra[TP_CELL_EXTRAS];
	uint64_t nextra[TP_CELL_EXTRAS];
	struct tp_quant q;		/* empty where nspeed < 2 */
	struct tp_distinct ids;		/* empty where not wanted */
};

/* One event's numbers; NAN where the event has none. */
struct tp_cell_event {
	int64_t	t, pos;
	uint64_t id;			/* hash of whose it is; 0: no matter */
	double	speed;
	double	extra[TP_CELL_EXTRAS];
	bool	has_extra;		/* false: all of extra are NAN */
};

/* quant: keep values for percentiles. */
void tp_cell_add(struct tp_cell *c, const struct tp_cell_event *e, bool quant);
/* Adds b, of a later pane, to c. */
void tp_cell_merge(struct tp_cell *c, const struct tp_cell *b, bool quant);
/* Frees what the cell owns and empties it, but for its key. */
void tp_cell_release(struct tp_cell *c);

/* Of a cell with speeds. */
double tp_cell_mean(const struct tp_cell *c);
/* The sample's standard deviation (n - 1); NAN where nspeed < 2. */
double tp_cell_std(const struct tp_cell *c);

#endif
