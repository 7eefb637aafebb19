/*
 * The contract between a filter (windows, features, forecasts, ...) and what
 * runs it (lib/stream over files and pipes, and over Kafka's partitions).
 *
 * A filter is a set of pure functions over the ordered records of ONE
 * partition.  It never touches a descriptor, a clock or another partition;
 * what it writes depends only on its configuration, the records it was given
 * and the calls below, in their order.  Each partition has a state of its
 * own, of `size` zeroed bytes, which the runner owns; what the state points
 * to the filter owns and frees in clear().
 *
 * Rebuilding.  A filter keeps no store.  At a commit the runner saves, in the
 * same transaction as the outputs,
 *
 *	LOW	the position of the oldest record that the state still needs,
 *	POS	the position of the next record to process,
 *	MARK	one number of the filter's own, usually its watermark.
 *
 * After a restart it makes a fresh state, calls resume(MARK), gives it the
 * records of [LOW, POS) again with its outputs muted, and goes on from POS.
 * From there on the outputs must be, byte for byte, what the uninterrupted
 * state would have written.  So a filter obeys three rules:
 *
 *   1. low() never goes back, and is at most the position of any record whose
 *      loss would change a later output;
 *   2. a record given again whose result was already written (for windows:
 *      one whose window MARK has closed) leaves no trace in the state;
 *   3. flush() writes everything that is written before a commit, so that
 *      nothing is pending across one.
 *
 * Why this is exactly once, with MARK = watermark: a record of [LOW, POS)
 * whose window is closed at MARK had its result written in a committed
 * transaction and is skipped; a record of a window still open at MARK cannot
 * have been dropped as late before, since its limit is beyond MARK and the
 * watermark never was; so the rebuilt state equals the lost one.
 *
 * Whole steps.  Results that need the segments of all partitions (neighbours)
 * are made from ONE log, that of all partitions merged by time (see
 * stream/merge.h), by every worker; each writes the lines of its partitions.
 * The filter of such a run asks tp_out_wants() before each line.
 */
#ifndef TP_REC_FILTER_H
#define TP_REC_FILTER_H

#include "rec/rec.h"

struct tp_out;

struct tp_filter {
	size_t	size;			/* of the state */
	const char *const *outputs;	/* names, NULL last; [0] is "main",
					 * NULL: only "main" */
	/* 0, or -1 with the error */
	int	(*init)(void *st, const void *conf, struct tp_err *e);
	/* One record, in partition order.  Returns what tp_out_end() and
	 * tp_out_reject() return: 0, or -1 to stop. */
	int	(*record)(void *st, const struct tp_rec *r,
		    struct tp_out *out);
	/* A record that may be of this key comes after a few others: time to
	 * ask the memory for what it needs.  No result may depend on it.
	 * NULL: not wanted. */
	void	(*soon)(void *st, const char *key, size_t n);
	/* The end of what there is was seen and nothing came for idle_ms of
	 * wall time.  May close windows.  NULL: not wanted. */
	int	(*time)(void *st, int64_t idle_ms, struct tp_out *out);
	/* Before a commit, and before the runner waits for input: write what
	 * is pending.  NULL: nothing ever is. */
	int	(*flush)(void *st, struct tp_out *out);
	/* End of input; files and pipes only.  NULL: nothing to do. */
	int	(*end)(void *st, struct tp_out *out);
	/* LOW, or INT64_MAX where no record is needed.  NULL: stateless. */
	int64_t	(*low)(const void *st);
	/* MARK.  NULL: none. */
	int64_t	(*mark)(const void *st);
	/* Start of a rebuild, right after init. */
	void	(*resume)(void *st, int64_t mark);
	/* Frees what the state points to. */
	void	(*clear)(void *st);
};

enum { TP_OUT_MAIN = 0 };

/* Counters that lib/stream prints and exports; see tp_out_count(). */
enum tp_count {
	TP_COUNT_LATE,		/* records after their window had closed */
	TP_COUNT_DUPLICATE,
	TP_COUNT_FILLED,	/* rows without a reading of their own */
	TP_COUNT_MISSING,	/* readings that the source marks as missing */
	TP_COUNT_HELD,		/* alerts held back, and the like */
	TP_COUNT_UNKNOWN,	/* forecasts of segments new to the model */
	TP_COUNT_UNPLACED,	/* fields that the shape of --as cannot hold */
	TP_COUNT_MAX
};

/*
 * How a filter writes.  The runner fills the struct; a filter uses only the
 * functions.  Each line: begin, append to the buffer, end.
 */
struct tp_out {
	struct tp_buf	*bufs;		/* one per named output */
	size_t		 nbufs;
	bool		 muted;		/* rebuilding: lines are dropped */
	uint64_t	 count[TP_COUNT_MAX];
	uint64_t	*lines;		/* written, per output */
	/* called at the end of a line; NULL when nothing is to be done */
	int		(*end)(struct tp_out *o, unsigned which,
			    const char *key, size_t keylen, int64_t t);
	int		(*reject)(struct tp_out *o, const struct tp_rec *r,
			    const char *rule, const char *reason);
	/* called at the end of a muted line; NULL, mostly: it is dropped */
	void		(*again)(struct tp_out *o, unsigned which);
	/* NULL: all lines are ours; see tp_out_wants() */
	bool		(*wants)(struct tp_out *o, const char *key,
			    size_t keylen, int64_t t);
	size_t		 start;		/* of the line being written */
};

/*
 * True where the line about to be written is ours, and was not written
 * before.  t is its time, which for a key never goes back; TP_TIME_NONE for a
 * line that is made of the present record alone.
 */
static inline bool
tp_out_wants(struct tp_out *o, const char *key, size_t keylen, int64_t t)
{
	return !o->muted && (o->wants == NULL ||
	    o->wants(o, key, keylen, t));
}

/* The buffer to append one line to, without its newline. */
static inline struct tp_buf *
tp_out_begin(struct tp_out *o, unsigned which)
{
	o->start = o->bufs[which].n;
	return &o->bufs[which];
}

/*
 * Ends the line.  key (segment_id) picks the Kafka partition, t is its event
 * time; both are ignored by pipes.  Returns 0, or -1 where the run must stop
 * (output closed, enough written): the filter returns -1 at once.
 */
static inline int
tp_out_end(struct tp_out *o, unsigned which, const char *key, size_t keylen,
    int64_t t)
{
	struct tp_buf	*b = &o->bufs[which];

	if (o->muted) {
		if (o->again != NULL)
			o->again(o, which);
		b->n = o->start;
		return 0;
	}
	tp_buf_char(b, '\n');
	o->lines[which]++;
	return o->end != NULL ? o->end(o, which, key, keylen, t) : 0;
}

/*
 * Refuses a record: writes a reject record, counts it, and returns 0 to go on
 * or -1 to stop (--on-error stop, --max-errors).  `rule` is a short name
 * ("speed-range"), `reason` a sentence; both are copied.
 */
static inline int
tp_out_reject(struct tp_out *o, const struct tp_rec *r, const char *rule,
    const char *reason)
{
	return o->muted ? 0 : o->reject(o, r, rule, reason);
}

/* As tp_out_reject(), of one field: "field: why".  field may be NULL. */
int tp_out_reject_field(struct tp_out *o, const struct tp_rec *r,
    const char *rule, const char *field, const char *why);

/* Adds n to a counter of --stats. */
static inline void
tp_out_count(struct tp_out *o, enum tp_count c, uint64_t n)
{
	if (!o->muted)
		o->count[c] += n;
}

#endif
