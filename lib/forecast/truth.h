/*
 * What happened: the speeds of segments by step of a regular grid, read as a
 * side table of forecasts.  16 bytes a reading.  The struct owns all it holds.
 */
#ifndef TP_FORECAST_TRUTH_H
#define TP_FORECAST_TRUTH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/map.h"
#include "rec/rec.h"

struct tp_truth_point {
	int64_t	t;		/* ms; start of its step once closed */
	double	v;		/* in the table's unit */
};

/* The readings of one segment, ascending in t once the table is closed. */
struct tp_truth_seg {
	struct tp_truth_point *p;
	size_t	 n, cap;
	bool	 unsorted;
};

struct tp_truth {
	/* set before the first reading */
	int64_t	 step_ms;		/* > 0 */
	size_t	 max_keys, max_readings;
	/* filled */
	struct tp_map ids;
	struct tp_truth_seg *seg;	/* by index in ids */
	size_t	 segcap;
	enum tp_unit unit;		/* of the first reading */
	size_t	 n;			/* readings */
	size_t	 astray;		/* forecasts, which are none */
	int64_t	 first, last;		/* steps; TP_TIME_NONE: no reading */
};

void tp_truth_release(struct tp_truth *t);

/*
 * Adds a reading; another unit than the first one's is converted to it and
 * rounded to 6 decimals.  id is raw bytes.  Returns 0, or -1 where a limit is reached, with the rule's
 * name in *rule and a static text in *why.
 */
int tp_truth_add(struct tp_truth *t, const char *id, size_t n,
    int64_t time, double speed, enum tp_unit unit, const char **rule,
    const char **why);

/*
 * Adds the reading of an event or aggregate (final ones only).  Returns 0, 1
 * where it holds none, or -1 as tp_truth_add(); a rule "schema" is about the
 * field *field (or NULL).
 */
int tp_truth_record(struct tp_truth *t, const struct tp_rec *r,
    const char **rule, const char **why, const char **field);

/*
 * Sorts, and makes several readings of one step their mean, rounded to 6
 * decimals (what tp-features does).  To be called once, after the last
 * reading and before the first look-up.
 */
void tp_truth_close(struct tp_truth *t);

/* The index of the reading of the step that holds `time`, or SIZE_MAX. */
size_t tp_truth_find(const struct tp_truth *t, size_t seg, int64_t time);

/* The start of the step that holds time. */
int64_t tp_truth_step(const struct tp_truth *t, int64_t time);

#endif
