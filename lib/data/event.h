/*
 * Events on their way out: which are wanted, at what time, with which place;
 * and the text of their line.  What every format shares.  A segment owns its
 * texts; the table of segments owns the segments.
 */
#ifndef TP_DATA_EVENT_H
#define TP_DATA_EVENT_H

#include "data/replay.h"
#include "data/sensors.h"

/* One segment: what its lines have in common. */
struct tp_seg {
	char		*head;		/* {"NAME":"ID","timestamp": */
	size_t		 headlen;
	const char	*key;		/* ID, a slice of head */
	size_t		 keylen;
	bool		 wanted;
	const struct tp_sensor *place;	/* fields to add, or NULL */
};

struct tp_events {
	const struct tp_replay_conf *conf;
	const char	*source;	/* the file's name, for rejects */

	/* the time that ts and out_t were made of */
	bool		 timed;
	int64_t		 t;
	int64_t		 out_t;		/* with the shift: what is written */
	char		 ts[24];
	size_t		 tslen;

	int64_t		 shift;		/* added to source times */
	bool		 anchored;	/* --rebase has its first event */
	int64_t		 pass;		/* of --loop */
	bool		 any;		/* of what follows: */
	int64_t		 first, last;	/* source times written in pass 0 */
	int64_t		 gap;		/* smallest between two of them, 0 */

	struct tp_map	 ids;		/* segments by id, and their table */
	struct tp_seg	*segs;
	size_t		 cap;
};

/* No file yet; release frees the table of segments. */
void tp_events_init(struct tp_events *ev, const struct tp_replay_conf *conf);
void tp_events_release(struct tp_events *ev);
/* A file begins. */
void tp_events_open(struct tp_events *ev, const char *source, int64_t pass);

/* Makes a segment of n bytes of id (no JSON escapes), which lines have in the
 * field `name`. */
void tp_seg_init(struct tp_seg *s, const struct tp_events *ev,
    const char *name, const char *id, size_t n);
void tp_seg_release(struct tp_seg *s);
/* How much of the key a message shows, for "%.*s". */
static inline int
tp_seg_shown(const struct tp_seg *s)
{
	return s->keylen < 100 ? (int)s->keylen : 100;
}

/* The segment from the table.  Valid until the next call. */
const struct tp_seg *tp_events_seg(struct tp_events *ev, const char *id,
    size_t n);

/* True where --from and --to let a source time pass. */
static inline bool
tp_events_in_range(const struct tp_events *ev, int64_t t)
{
	return t >= ev->conf->from && t < ev->conf->to;
}

/* What tp_events_at() does where the time is another than the last. */
void tp_events_set_time(struct tp_events *ev, int64_t t);

/* Sets ev->ts and ev->out_t for an event that is about to be written. */
static inline void
tp_events_at(struct tp_events *ev, int64_t t)
{
	if (!ev->timed || t != ev->t)
		tp_events_set_time(ev, t);
}

/* Begins a line: segment and time.  Then the caller adds ,"name":value. */
static inline struct tp_buf *
tp_events_begin(struct tp_events *ev, struct tp_out *out,
    const struct tp_seg *s, int64_t t)
{
	struct tp_buf	*b = tp_out_begin(out, TP_OUT_MAIN);

	tp_events_at(ev, t);
	tp_buf_room(b, s->headlen + sizeof(ev->ts) + 64);
	memcpy(b->p + b->n, s->head, s->headlen);
	memcpy(b->p + b->n + s->headlen, ev->ts, sizeof(ev->ts));
	b->n += s->headlen + ev->tslen;
	return b;
}

/*
 * Ends it: adds the fields of the place that are not in mask (enum tp_place)
 * and the brace.  Returns 0, or 1 to stop.
 */
static inline int
tp_events_end(struct tp_events *ev, struct tp_out *out,
    const struct tp_seg *s, unsigned mask)
{
	struct tp_buf	*b = &out->bufs[TP_OUT_MAIN];

	if (s->place != NULL)
		tp_sensor_add(b, s->place, mask);
	tp_buf_char(b, '}');
	return -tp_out_end(out, TP_OUT_MAIN, s->key, s->keylen, ev->out_t);
}

/*
 * Refuses raw[0..n), line lineno of the source.  Returns 0 to go on, 1 to
 * stop.
 */
int tp_events_reject(struct tp_events *ev, struct tp_out *out,
    const char *raw, size_t n, uint64_t lineno, const char *rule,
    const char *fmt, ...) __attribute__((format(printf, 7, 8)));

/*
 * When the clock is put back, an hour of local time happens twice.  t is the
 * first of the two; where it is not after `last` (TP_TIME_NONE: no matter)
 * the second is meant.  Other times are returned as they are.
 */
int64_t tp_table_second(struct tp_tz *z, int64_t t, int64_t last);
/*
 * A time of a table: as tp_time_parse() reads it, or with a date like
 * 31.12.2012 or 1.3.2012, then tp_table_second(); or an epoch of 9-10 digits
 * (s), 12-13 (ms), 15-16 (us) or 18-19 (ns).  Returns 0, or -1 and a static
 * text in *why.
 */
int tp_table_time(struct tp_tz *z, const char *s, size_t n, int64_t last,
    int64_t *t, const char **why);

/* What a cell of a table says. */
enum tp_table_cell {
	TP_TABLE_NONE,		/* empty, or one of pandas' words for missing */
	TP_TABLE_JSON,		/* a number that is JSON as it stands */
	TP_TABLE_NUM,		/* a number in other words, in *v */
	TP_TABLE_TEXT,		/* anything else */
};

/*
 * Looks at a cell.  *zero is true for a JSON number that is 0; *v is set for
 * TP_TABLE_NUM only.
 */
enum tp_table_cell tp_table_cell(const char *s, size_t n, bool *zero, double *v);

#endif
