/*
 * The grid: takes the records of one partition, sorts their readings into
 * steps, closes steps, and hands each closed step with its features to a
 * function.  It has the shape of a filter's state: a filter over it calls the
 * functions below from the members of the same name (rec/filter.h).
 *
 * When a step closes.  Step s closes when
 *   - the watermark (largest time seen, less delay_ms) passes its end; or
 *   - `early` is set and each known segment has a reading in it, none of which
 *     is new in this step; a stream that once had two readings of a segment
 *     in one step waits for the watermark from then on; or
 *   - nothing has come for wait_ms of wall time; or
 *   - the input ends.
 * With targets, a step is held until the step of its longest target closes.
 *
 * A segment is known in a step where it has a reading in it or in the
 * expire_ms before.  Readings of steps already closed are counted as late;
 * they serve as history of later steps.
 *
 * Rebuild.  Rows are a function of: the readings of the last `lags` (...)
 * steps, the last reading before those of each known segment, the first step
 * still open, the unit, and whether a step ever had two readings of a
 * segment.  The last three are in mark(); low() is the first record of the
 * oldest step of any of the others.  Sums of the same readings are made in
 * the order of the log, and of what else is read again only the newest
 * reading before the window is kept, which is among the others.  While the
 * output is muted nothing closes.  Exception: past max_keys, which of the
 * segments is refused depends on the order of their first records.
 *
 * With opts.learn the group trail depends on all days before too, which a
 * rebuild does not bring back: it is for files and pipes, which have none.
 *
 * The struct owns all its arrays; opts.graph and opts.profiles are the
 * caller's, who may replace what *profiles holds between two records (with
 * another generation).
 */
#ifndef TP_FEAT_GRID_H
#define TP_FEAT_GRID_H

#include "base/map.h"
#include "feat/feat.h"
#include "feat/neighbour.h"
#include "feat/trail.h"
#include "rec/filter.h"
#include "rec/tile.h"

struct tp_grid_opts {
	struct tp_feat_spec spec;
	const struct tp_neighbours *graph;	/* or NULL */
	/* Of the group trail: what is usual, taken as it is; or with learn
	 * what the input says, and *profiles (or nothing) at the start. */
	const struct tp_trail *profiles;
	bool	 learn;
	bool	 early;			/* close when all have reported */
	int64_t	 delay_ms;		/* watermark = max t - delay */
	int64_t	 wait_ms;		/* wall time without input, 0: never */
	int64_t	 max_future_ms;		/* past the wall clock: refused */
	size_t	 max_keys;		/* segments at once */
};

/* Spec defaults; early; delay 0, wait 30 s, 5 min ahead, 100,000 segments;
 * learns. */
extern const struct tp_grid_opts tp_grid_defaults;

struct tp_grid_cell;
struct tp_grid_seg;

struct tp_grid {
	struct tp_grid_opts opts;	/* spec.unit: set by the first reading */
	struct tp_feat_cols cols;	/* named once the unit is known */
	struct tp_map	 ids;		/* segment id (raw JSON bytes) -> index */
	uint64_t	 generation;	/* grows when indexes change */
	uint64_t	 restarts;	/* after pauses: nothing before counts */

	/* the rest is private */
	tp_feat_fn	*fn;
	void		*arg;
	struct tp_tz	 tz;
	struct tp_tiling tiling;	/* of spec.cell */
	struct tp_tile_memo tiles;	/* of records */
	int64_t		 next;		/* first step not closed */
	int64_t		 top;		/* largest step seen */
	int64_t		 max_t;		/* largest time seen */
	bool		 started, multi;
	int		 back, ahead;	/* steps of history; of targets */
	size_t		 ring;		/* cells a segment has; power of two */
	struct tp_grid_cell *cells;	/* ids.cap x ring */
	int64_t		*minpos;	/* ring: first record of each step */
	struct tp_grid_seg *segs;
	size_t		 cap;		/* segments there is room for */
	size_t		*order;		/* indexes in byte order of ids */
	size_t		 norder;
	size_t		 nold;		/* known before step `next` */
	size_t		 nin, nin_new;	/* with a reading in `next`; new ones */
	int64_t		 full_at;	/* step when no room was found last */
	struct tp_grid_jump *jump;	/* a record far ahead, not confirmed */
	struct tp_grid_work *work;	/* arrays of the step being closed */
	struct tp_trail	*learnt;	/* NULL: opts.profiles is used */
	uint64_t	 trail_gen;	/* of the table that segs[] refer to */
};

/*
 * g is zeroed.  fn gets every closed step that has rows.  Returns 0, or -1
 * where the spec, its time zone or the sizes cannot be.
 */
int tp_grid_init(struct tp_grid *g, const struct tp_grid_opts *o,
    tp_feat_fn *fn, void *arg, struct tp_err *e);
/*
 * True where a grid of one spec can go on with another: only their groups
 * differ, no more history is needed, and none of the groups has state.
 */
bool tp_grid_gives(const struct tp_feat_spec *have,
    const struct tp_feat_spec *want);
/* From the next step on rows have the groups of want, which
 * tp_grid_gives(). */
void tp_grid_regroup(struct tp_grid *g, const struct tp_feat_spec *want);
/*
 * Takes an event or aggregate: closes what its time closes, then keeps its
 * reading.  Refused records go to out's rejects.  Returns 0, or -1 to stop.
 */
int tp_grid_record(struct tp_grid *g, const struct tp_rec *r,
    struct tp_out *out);
/* Wall time passed without input; see struct tp_filter. */
int tp_grid_time(struct tp_grid *g, int64_t idle_ms, struct tp_out *out);
/* Closes every step with readings. */
int tp_grid_end(struct tp_grid *g, struct tp_out *out);
/*
 * What was learnt, once the input has ended: the days that are complete; NULL
 * where nothing is learnt.  Owned by the grid.
 */
const struct tp_trail *tp_grid_profiles(struct tp_grid *g);
int64_t tp_grid_low(const struct tp_grid *g);
int64_t tp_grid_mark(const struct tp_grid *g);
void tp_grid_resume(struct tp_grid *g, int64_t mark);
/*
 * As tp_grid_resume(), but so many steps before the mark, where rows are to be
 * made of the past again: the records up to the mark are to be taken as ones
 * that were taken before.
 */
void tp_grid_rewind(struct tp_grid *g, int64_t mark, int64_t steps);
void tp_grid_clear(struct tp_grid *g);

#endif
