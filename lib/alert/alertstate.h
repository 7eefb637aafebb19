/*
 * The state of the alert filter, shared by the files that make it up.
 * Private to lib/alert.  Positions are those of the filter contract; each
 * stands for "from here on the log must be read again", and is that of the
 * record that set the clock which held then.
 */
#ifndef TP_ALERT_ALERTSTATE_H
#define TP_ALERT_ALERTSTATE_H

#include "alert/alert.h"
#include "forecast/issued.h"

#define TP_ALERT_NONE	UINT32_MAX

/* One segment and rule. */
struct tp_latch {
	uint64_t bits;		/* bad evaluations, the newest in bit 0 */
	int64_t	 t;		/* of the newest */
	int	 known;		/* evaluations in bits, <= n */
	int	 slot;		/* of the newest, in its ring */
	int	 good;		/* in a row, since the last that sets */
	bool	 all_good;	/* all lines of time t so far */
	bool	 counted;	/* time t is in `good` */
	uint32_t alert;		/* that it is in, or NONE */
};

/* One segment; owns its latches and positions. */
struct tp_alert_seg {
	struct tp_latch	*latch;	/* one a rule */
	int64_t		*pos;	/* rings of n of each rule, one after another */
	uint32_t	 near;	/* index in conf->near->ids, or NONE */
};

/* A standing alert; owns its list. */
struct tp_alert {
	bool		 used;
	int		 rule;
	uint32_t	 first;		/* the segment that raised it */
	int64_t		 raised_at;
	double		 lat, lon;	/* as was said then; NAN: nothing */
	int64_t		 pos;		/* what its history needs */
	enum tp_severity severity;	/* the worst so far */
	uint32_t	*segs;		/* in it now, in order of joining */
	size_t		 n, cap;
};

struct tp_alert_state {
	const struct tp_alert_conf *conf;
	struct tp_map	 ids;		/* of segments, raw bytes */
	struct tp_alert_seg *seg;	/* by index in ids */
	size_t		 segcap;
	uint32_t	*list;		/* scratch, room for all segments */
	size_t		 listcap;
	uint32_t	*near_seg;	/* segment of an index in near, NONE */
	struct tp_alert	*alert;
	size_t		 nalerts, alertcap;
	uint32_t	*spare;		/* places of alerts that are over */
	size_t		 nspare, sparecap;
	size_t		 ring[TP_RULES];	/* of each rule, in a segment's pos */
	int64_t		 wm, wm_pos;	/* the clock, and whose it is */
	int64_t		 day_end;	/* when all begins anew */
};

enum tp_alert_status { TP_ALERT_RAISED, TP_ALERT_CHANGED, TP_ALERT_RESOLVED };

/* What is known when an alert is written. */
struct tp_alert_note {
	enum tp_alert_status status;
	const char	*why;		/* of a resolved one, static */
	int64_t		 t;
	const struct tp_rec *rec;	/* that made it so, or NULL */
	const struct tp_values *v;	/* likewise */
	enum tp_unit	 unit;		/* of what is written */
};

/* Writes an alert as the conf says.  Returns what tp_out_end() returns. */
int tp_alert_write(const struct tp_alert_state *st, const struct tp_alert *a,
    const struct tp_alert_note *note, struct tp_out *out);

/* What a record is about. */
struct tp_subject {
	const char	*id;		/* raw bytes of the segment's id */
	uint32_t	 idlen;
	int64_t		 t;		/* ms */
	enum tp_unit	 unit;		/* of its speeds; NONE: it has none */
};

#define TP_VALUES_MAX	TP_ISSUED_MAX	/* horizons of one record */

/*
 * What a record says: v[0 .. n), one for each horizon of a forecast.
 * Returns n, 0 for a provisional aggregate, or -1 with a static text in *why
 * and the field's name, or NULL, in *field.
 */
int tp_values_get(const struct tp_rec *r, struct tp_subject *s,
    struct tp_values *v, const char **why, const char **field);

/*
 * Gives a latch the values of a record at position st->wm_pos: an evaluation
 * of the rule, or a part of one.  seg is the segment's index.  Writes what
 * becomes of alerts.  Returns 0, or -1 to stop.
 */
int tp_latch_take(struct tp_alert_state *st, uint32_t seg, int rule,
    const struct tp_values *v, struct tp_alert_note *note,
    struct tp_out *out);
/* Opens a latch and forgets its evaluations; note says why. */
int tp_latch_forget(struct tp_alert_state *st, uint32_t seg, int rule,
    struct tp_alert_note *note, struct tp_out *out);
/* The oldest position that a latch's evaluations need; INT64_MAX: none. */
int64_t tp_latch_pos(const struct tp_alert_state *st, uint32_t seg,
    int rule);

#endif
