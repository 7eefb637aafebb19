/*
 * The trailing profile: what speed a segment has had at a time of day, as an
 * exponential mean over the days before, kept apart for weekdays, Saturdays
 * and Sundays.  It follows a road that changes, which a mean over the whole
 * history does not.
 *
 * Learning.  The readings of one local day are kept as they come and folded
 * into the means when the next day begins, so that a mean never holds anything
 * of the day it is asked for.  Where steps are of 15 minutes or less, what is
 * folded at a slot is the mean of the readings there and in the slots next to
 * it, on the same side of midnight.  The mean of d days moves towards the next
 * one by the larger of the rate and 1 / (d + 1): the first days count alike.
 *
 * Speeds are kept in thousandths, so that a table read back from its text is
 * the same table.  14 bytes a slot and 5 more for each kind of day: 5.5 kB a
 * segment at 5 minutes.
 *
 * The struct owns its arrays and ids.
 */
#ifndef TP_FEAT_TRAIL_H
#define TP_FEAT_TRAIL_H

#include "base/map.h"
#include "feat/feat.h"

#define TP_TRAIL_KINDS	3	/* weekday, Saturday, Sunday */

struct tp_trail {
	int64_t		 step_ms;
	int		 slots;		/* of a day */
	char		 tz[48];
	enum tp_unit	 unit;		/* NONE until known */
	double		 rate;		/* in (0, 1] */
	size_t		 max;		/* segments */
	struct tp_map	 ids;		/* raw JSON bytes */
	int64_t		 last;		/* newest day in the means, counted
					 * from 1970; TP_TIME_NONE: none */
	uint64_t	 generation;	/* of what it holds: tp_trail_read() */

	/* private */
	size_t		 cap;		/* segments there is room for */
	int32_t		*mean;		/* cap x KINDS x slots, thousandths */
	uint8_t		*days;		/* likewise: folded, up to 255 */
	int32_t		*today;		/* cap x slots; -1: no reading */
	int64_t		 day;		/* whose readings are in today */
};

/* A local time: the day since 1970 and the step of that day. */
struct tp_trail_time {
	int64_t	day;
	int	slot;
};

/*
 * Makes t (zeroed) an empty table for features of spec s, with room for max
 * segments; s->unit may be unknown yet.
 */
void tp_trail_init(struct tp_trail *t, const struct tp_feat_spec *s,
    size_t max);
void tp_trail_copy(struct tp_trail *t, const struct tp_trail *from);
void tp_trail_release(struct tp_trail *t);

/* Where time ms is, in the zone of the table, which the caller has open. */
struct tp_trail_time tp_trail_time(const struct tp_trail *t,
    struct tp_tz *tz, int64_t ms);

/* The index of a segment, added if new; SIZE_MAX where there is no room. */
size_t tp_trail_add(struct tp_trail *t, const char *id, size_t n);
/*
 * What follows is of this local day: folds the readings of another one, but
 * not of days that the table has already.
 */
void tp_trail_day(struct tp_trail *t, int64_t day);
/* The reading of a segment in a slot of the present day, in t->unit. */
void tp_trail_put(struct tp_trail *t, size_t seg, int slot, double speed);

/*
 * The mean of a segment on days like this one; where there was none yet, that
 * of weekdays, else Saturdays, else Sundays; NAN where there is none at all.
 */
double tp_trail_at(const struct tp_trail *t, size_t seg,
    struct tp_trail_time at);

/*
 * The table as profile records (man/tp-record.5), a line for each segment and
 * kind of day, and back (n bytes, 16 zero bytes behind; name is for messages).
 * tp_trail_read() replaces what t held, which may be nothing (all zero), by
 * profiles of the same step and zone, counts t->generation up and returns 0;
 * or returns -1 with "name:line: ..." and t as it was.
 */
void tp_trail_write(const struct tp_trail *t, struct tp_buf *b);
int tp_trail_read(struct tp_trail *t, const char *p, size_t n,
    const char *name, struct tp_err *e);
/* The same of a file. */
int tp_trail_open(struct tp_trail *t, const char *path, struct tp_err *e);
/* 0, or -1 where the table is for another step or zone than spec s. */
int tp_trail_check(const struct tp_trail *t, const struct tp_feat_spec *s,
    struct tp_err *e);

#endif
