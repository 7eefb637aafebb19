/*
 * Makes one log of several: of the oldest record that each has left, the one
 * with the smallest time is next; of equal times the one with the smallest
 * segment id, then that of the first log.  So the order depends on the logs
 * alone, not on when their records arrive, as long as nothing is passed over;
 * and from positions in all logs it goes on the same, without a memory of
 * what was before.  Logs in the order of time make a log in that order.
 *
 * A record without a time (no JSON, for one) has that of `otherwise`; one that
 * has none there either, or one that no clock shows yet, is next at once: its
 * log does not wait for the year 3000.
 *
 * The struct owns copies of the records that wait.
 */
#ifndef TP_STREAM_MERGE_H
#define TP_STREAM_MERGE_H

#include "rec/rec.h"

#define TP_MERGE_FULL	((size_t)4 << 20)	/* bytes that wait in one log */

/* A record that waits; the texts of a head are valid until the next call. */
struct tp_merge_rec {
	int64_t		 pos;		/* in its log */
	const char	*p;		/* NULL: no value */
	size_t		 n;
	const char	*key;		/* NULL: none */
	size_t		 keylen;
	int64_t		 latest;	/* a time beyond it is none */
	int64_t		 otherwise;	/* its time where it tells none; or
					 * TP_TIME_NONE */
	int64_t		 stamp;		/* for the caller, as are the next two */
	bool		 appended;
	bool		 json;		/* decoded, where the topic is not */
};

struct tp_merge_item;

struct tp_merge_log {
	int64_t		 limit;		/* records from here on stay where
					 * they are */
	bool		 open;		/* while it is empty, nothing is next */

	/* the rest is private */
	struct tp_merge_item *v;
	size_t		 from, n, cap;	/* v[from .. n) wait */
	struct tp_buf	 text;
	size_t		 used;		/* bytes of text that are done with */
};

struct tp_merge {
	struct tp_merge_log *log;
	size_t		 n;
	struct tp_rec	 rec;		/* scratch */
};

/* n empty logs, open and without a limit. */
void tp_merge_init(struct tp_merge *m, size_t n);
void tp_merge_release(struct tp_merge *m);
/* Forgets all records; logs are as after init. */
void tp_merge_clear(struct tp_merge *m);

/* Appends a copy of a record to a log. */
void tp_merge_put(struct tp_merge *m, size_t log,
    const struct tp_merge_rec *r);
/* Bytes that wait in a log. */
size_t tp_merge_waiting(const struct tp_merge *m, size_t log);

enum { TP_MERGE_NONE = -1, TP_MERGE_OPEN = -2 };
/* The log whose head is next; NONE: no log has any; OPEN: one has to come. */
int tp_merge_next(const struct tp_merge *m);
/* The oldest record of a log that has one. */
struct tp_merge_rec tp_merge_head(const struct tp_merge *m, size_t log);
/* Takes it away. */
void tp_merge_pop(struct tp_merge *m, size_t log);

#endif
