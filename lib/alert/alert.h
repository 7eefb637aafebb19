/*
 * The filter of tp-alert: events, aggregates and forecasts in, alerts out.
 *
 * For each segment and rule there is a latch.  A record that the rule looks
 * at is an evaluation, bad or not; lines of one segment and time (a horizon
 * each) are one evaluation, bad where one of them is.  The latch sets when k
 * of the last n evaluations are bad, and opens after `clear_k` good ones in a
 * row, all since the last that set it or would have.  A segment whose latch
 * sets joins the alert of a neighbour (of the same rule), else it raises one
 * of its own; the alert is resolved when its last segment has left.
 *
 * Bounded, and a function of a bounded stretch of the log: a segment that is
 * silent for `expire` is forgotten, and once a day, at `day_start`, all
 * latches open and all counts begin anew.  What the state needs of the log is
 * the records of the last n evaluations of each latch, and those that set the
 * latches of each standing alert:  with fewer of them, a latch can only set
 * later, never earlier, and opens at the same record, so that a state rebuilt
 * from there has the same standing alerts with the same history.  The clock
 * of both is the newest time seen, whose record is needed too.
 */
#ifndef TP_ALERT_ALERT_H
#define TP_ALERT_ALERT_H

#include "alert/rule.h"
#include "base/map.h"
#include "rec/filter.h"

enum tp_alert_as { TP_ALERT_AS_OWN, TP_ALERT_AS_HANOI, TP_ALERT_AS_LA };

/* Which segments are near each other: to[off[i] .. off[i + 1]) of segment i,
 * by their index in ids (raw bytes).  Owns all it holds. */
struct tp_alert_near {
	struct tp_map	 ids;
	uint32_t	*off, *to;
};

/* Owns nothing. */
struct tp_alert_conf {
	struct tp_rules	 rules;
	const struct tp_alert_near *near;	/* NULL: no groups */
	int64_t		 expire;		/* ms */
	int64_t		 day_start;		/* ms after local midnight */
	struct tp_tz	*tz;
	enum tp_alert_as as;
	enum tp_unit	 unit;			/* NONE: that of the record */
	size_t		 max_keys;		/* segments */
};

extern const struct tp_filter tp_alert_filter;

#endif
