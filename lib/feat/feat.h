/*
 * Features of a regular time grid.  Readings of many segments fall into steps
 * of step_ms; when a step is complete, each known segment has one row of
 * numbers that were known at its end, and (for training) what came after.
 *
 * tp-features writes these rows; tp-predict makes the same rows in memory, by
 * the same code, from the spec that is kept in the model file.
 */
#ifndef TP_FEAT_FEAT_H
#define TP_FEAT_FEAT_H

#include "rec/rec.h"

#define TP_FEAT_TARGETS	16
#define TP_FEAT_ROLLS	8

enum tp_feat_group {
	TP_FEAT_TIME = 1,	/* minute_of_day, day_of_week, ... */
	TP_FEAT_LAG = 2,	/* the last `lags` steps, filled, and masks */
	TP_FEAT_ROLL = 4,	/* mean, std, min, max over roll[] steps */
	TP_FEAT_CHANGE = 8,	/* rate of change */
	TP_FEAT_NEIGHBOUR = 16,	/* of the road graph */
};

/* What is computed.  Plain data: compare, copy, print. */
struct tp_feat_spec {
	int64_t	 step_ms;		/* 5 min */
	int	 lags;			/* 12, the present step included */
	unsigned groups;		/* of enum tp_feat_group */
	int	 roll[TP_FEAT_ROLLS], nroll;	/* in steps */
	int64_t	 max_gap_ms;		/* fill a missing reading so long */
	int64_t	 expire_ms;		/* forget a segment silent so long */
	char	 tz[48];		/* of the calendar columns */
	enum tp_unit unit;		/* of all speeds; NONE until known */
	int	 targets[TP_FEAT_TARGETS], ntargets;	/* minutes ahead */
	uint64_t graph_hash;		/* 0: no graph */
};

/* The spec as one short text, "step=5m,lags=12,tz=UTC,...", and back. */
void tp_feat_spec_print(const struct tp_feat_spec *s, struct tp_buf *b);
int tp_feat_spec_parse(struct tp_feat_spec *s, const char *p, size_t n);

/*
 * The columns of a spec, in order, without targets; names are static or
 * owned by the struct.  Values that are not known are NAN.
 */
struct tp_feat_cols {
	char	(*name)[40];
	size_t	  n;
};
void tp_feat_cols_init(struct tp_feat_cols *c, const struct tp_feat_spec *s);
void tp_feat_cols_release(struct tp_feat_cols *c);

/* One complete step: a row for each known segment, in order of segment. */
struct tp_feat_step {
	int64_t		 t;		/* start of the step (its reading's time) */
	size_t		 nrows, ncols;
	const size_t	*seg;		/* nrows: segment's index in the grid */
	const double	*x;		/* nrows x ncols */
	const double	*now;		/* nrows: own reading, NAN if missing */
	const double	*last;		/* nrows: last reading seen */
	const double	*target;	/* nrows x ntargets, or NULL */
};

/* A function that takes complete steps; -1 stops. */
typedef int tp_feat_fn(void *arg, const struct tp_feat_step *s);

#endif
