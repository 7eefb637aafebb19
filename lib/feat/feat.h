/*
 * Features of a regular time grid.  Readings of many segments fall into steps
 * of step_ms; when a step is complete, each known segment has one row of
 * numbers that were known at its end, and (for training) what came after.
 *
 * tp-features writes these rows; tp-predict makes the same rows in memory, by
 * the same code, from the spec that is kept in the model file.
 *
 * A spec is plain data and owns nothing; a struct tp_feat_cols owns its names.
 */
#ifndef TP_FEAT_FEAT_H
#define TP_FEAT_FEAT_H

#include "rec/rec.h"

#define TP_FEAT_TARGETS	16
#define TP_FEAT_ROLLS	8
#define TP_FEAT_STEPS	4096	/* the longest look back or ahead, in steps */
#define TP_FEAT_NAME	40	/* bytes of a column's name, NUL included */
#define TP_FEAT_CELL_NAME 24	/* of a tiling's name, likewise */
#define TP_FEAT_CALENDAR 7	/* columns of the group time */
#define TP_FEAT_DECIMALS 6	/* of computed values */

enum tp_feat_group {
	TP_FEAT_TIME = 1,	/* minute_of_day, day_of_week, ... */
	TP_FEAT_LAG = 2,	/* the last `lags` steps, filled, and masks */
	TP_FEAT_ROLL = 4,	/* mean, std, min, max over roll[] steps */
	TP_FEAT_CHANGE = 8,	/* rate of change */
	TP_FEAT_NEIGHBOUR = 16,	/* of the road graph */
	TP_FEAT_TRAIL = 32,	/* trailing profile (feat/trail.h) */
	TP_FEAT_CELL = 64,	/* counts, and the cells around */
	TP_FEAT_GROUP_LAST = TP_FEAT_CELL,
};

/* What is computed.  Plain data: compare, copy, print. */
struct tp_feat_spec {
	int64_t	 step_ms;		/* 5 min */
	int	 lags;			/* 12, the present step included */
	unsigned groups;		/* of enum tp_feat_group */
	int	 roll[TP_FEAT_ROLLS], nroll;	/* in steps */
	int64_t	 max_gap_ms;		/* fill a missing reading so long */
	int64_t	 expire_ms;		/* forget a segment silent so long */
	char	 cell[TP_FEAT_CELL_NAME];	/* segments are the cells of
					 * this tiling (rec/tile.h); "": as
					 * records have them */
	char	 tz[48];		/* of the calendar columns */
	enum tp_unit unit;		/* of all speeds; NONE until known */
	int	 targets[TP_FEAT_TARGETS], ntargets;	/* minutes ahead */
	int	 ahead[TP_FEAT_TARGETS], nahead;	/* of trail_ahead */
	double	 trail_rate;		/* of its means, 0.1 */
	uint64_t graph_hash;		/* 0: no graph */
};

/* The defaults: 5 min, 12 lags, the groups time, lag, roll and change, roll 3
 * 6 12, UTC. */
#define TP_FEAT_SPEC_INIT {						\
	.step_ms = 5 * TP_MINUTE,					\
	.lags = 12,							\
	.groups = TP_FEAT_TIME | TP_FEAT_LAG | TP_FEAT_ROLL |		\
	    TP_FEAT_CHANGE,						\
	.roll = { 3, 6, 12 },						\
	.nroll = 3,							\
	.max_gap_ms = TP_DAY,						\
	.expire_ms = 7 * TP_DAY,					\
	.tz = "UTC",							\
	.trail_rate = 0.1,						\
}
extern const struct tp_feat_spec tp_feat_spec_default;

/*
 * The spec as one short text, "step=5m lags=12 tz=America/Los_Angeles", and
 * back.  What is as in tp_feat_spec_default is left out (but step, lags and
 * unit), so those defaults are part of the format and never change.  Parsing
 * checks the result as tp_feat_spec_check() does; -1 where it is no spec.
 */
void tp_feat_spec_print(const struct tp_feat_spec *s, struct tp_buf *b);
int tp_feat_spec_parse(struct tp_feat_spec *s, const char *p, size_t n);
/* 0, or a usage error that says which value cannot be. */
int tp_feat_spec_check(const struct tp_feat_spec *s, struct tp_err *e);
/* "time,lag,roll" as bits of enum tp_feat_group; -1 on another word. */
int tp_feat_groups_parse(const char *s, size_t n, unsigned *groups);

/*
 * The columns of a spec, in order, without targets; names are owned by the
 * struct.  Values that are not known are NAN.  With unit U ("mph"):
 *
 *	time	minute_of_day hour day_of_week is_weekend is_rush_hour
 *		day_of_month month
 *	lag	lag_0_U .. lag_{lags-1}_U, filled forward up to max_gap;
 *		lag_0_seen .. : 1 where that step has a reading of its own;
 *		minutes_since_reading
 *	roll	roll_W_mean_U roll_W_std_U roll_W_min_U roll_W_max_U, for each
 *		W in roll[], of the readings seen in the last W steps
 *	change	change_1_U change_3_U: filled reading less that K steps ago
 *	neighbour upstream_mean_U upstream_count downstream_mean_U
 *		downstream_count
 *	cell	event_count (of the step), around_mean_U and around_count: of
 *		the cells next to this one that have a reading in the step
 *	trail	trail_0_U .. trail_{lags-1}_U, what was usual at the time of
 *		each lag on the days before; trail_ahead_M_U, likewise M
 *		minutes ahead, for each M in ahead[]
 *
 * Computed values are rounded to 6 decimals, so that a row read back from its
 * text is the same row.
 */
struct tp_feat_cols {
	char	(*name)[TP_FEAT_NAME];
	size_t	  n;
};
/* c is overwritten; s->unit is known. */
void tp_feat_cols_init(struct tp_feat_cols *c, const struct tp_feat_spec *s);
void tp_feat_cols_release(struct tp_feat_cols *c);
/* The name of target i, as target_15_mph. */
void tp_feat_target_name(const struct tp_feat_spec *s, size_t i,
    char name[TP_FEAT_NAME]);

/* One complete step: a row for each known segment, in byte order of ids. */
struct tp_feat_step {
	int64_t		 t;		/* start of the step (its reading's time) */
	size_t		 nrows, ncols;
	const size_t	*seg;		/* nrows: segment's index in the grid */
	const double	*x;		/* nrows x ncols */
	const double	*now;		/* nrows: own reading, NAN if missing */
	const double	*last;		/* nrows: last reading seen */
	const double	*target;	/* nrows x ntargets, or NULL */
	struct tp_out	*out;		/* of the call that closed the step */
};

/* A function that takes complete steps; -1 stops. */
typedef int tp_feat_fn(void *arg, const struct tp_feat_step *s);

#endif
