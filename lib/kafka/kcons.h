/*
 * Reads topics, in a group or without one.  A consumer belongs to one thread.
 *
 * What the group wants (partitions given or taken away) is told between two
 * polls, never inside one: tp_kcons_turn() says it, the caller puts its state
 * in order and answers by tp_kcons_assign() or tp_kcons_unassign().  Until
 * then the group waits, and messages are those of the old assignment.
 *
 * Every call has a time limit, and the watchdog of kwatch.h behind it.
 */
#ifndef TP_KAFKA_KCONS_H
#define TP_KAFKA_KCONS_H

#include <stdbool.h>

#include "base/err.h"
#include "kafka/kpart.h"

struct tp_kconf;
struct tp_kcons;

enum tp_kmsg_kind {
	TP_KMSG_RECORD,
	TP_KMSG_END,	/* of the partition was reached; offset is the next */
};

/* Valid until the next tp_kcons_poll(). */
struct tp_kmsg {
	enum tp_kmsg_kind kind;
	uint32_t	 topic;
	int32_t		 partition;
	int64_t		 offset;
	const char	*p;		/* NULL: no value (a tombstone) */
	size_t		 n;
	const char	*key;		/* NULL: none */
	size_t		 keylen;
	int64_t		 t;		/* of the record, ms; -1: none */
	bool		 appended;	/* t is when the broker took it */
};

enum tp_kcons_turn {
	TP_KCONS_STAY,
	TP_KCONS_ASSIGN,	/* partitions are given */
	TP_KCONS_REVOKE,	/* taken away; what was done may be committed */
	TP_KCONS_LOST,		/* taken away; it may not */
};

struct tp_kcons_conf {
	const struct tp_kconf *kconf;
	const char	*group;		/* NULL: none, nothing is committed */
	const char	*instance;	/* NULL: a member without a name */
	const char	*const *topics;	/* ntopics of them, borrowed */
	size_t		 ntopics;
};

/* Returns NULL with the error where the settings are no good. */
struct tp_kcons *tp_kcons_new(const struct tp_kcons_conf *c,
    struct tp_err *e);
/* Leaves the group (a named member stays in it) and frees. */
void tp_kcons_free(struct tp_kcons *c);

/*
 * Waits up to ms for a broker that knows all topics; the number of partitions
 * of each goes to n[].  0, or -1 with what is wrong.
 */
int tp_kcons_check(struct tp_kcons *c, int32_t *n, int64_t ms,
    struct tp_err *e);
/* Joins the group for the topics. */
int tp_kcons_subscribe(struct tp_kcons *c, struct tp_err *e);

/*
 * At most max messages; waits up to ms for the first.  Returns how many, or
 * -1 where it is over: code TP_EXIT_RESTART or TP_EXIT_KAFKA.
 */
int tp_kcons_poll(struct tp_kcons *c, int ms, struct tp_kmsg *m, size_t max,
    struct tp_err *e);
/*
 * What the group wants, until it is answered; the partitions concerned go to
 * *l, which the consumer owns, *n of them.
 */
enum tp_kcons_turn tp_kcons_turn(struct tp_kcons *c,
    const struct tp_kpart **l, size_t *n);
/* Starts (also) reading these from their offsets; answers ASSIGN. */
int tp_kcons_assign(struct tp_kcons *c, const struct tp_kpart *l, size_t n,
    struct tp_err *e);
/* True where the group moves partitions one by one: then only those it gave
 * can be read. */
bool tp_kcons_cooperative(struct tp_kcons *c);
/* Answers REVOKE and LOST. */
int tp_kcons_unassign(struct tp_kcons *c, struct tp_err *e);

/* Fills in the committed offset (-1: none) and metadata of each. */
int tp_kcons_committed(struct tp_kcons *c, struct tp_kpart *l, size_t n,
    struct tp_err *e);
/* The first offset there is and the one after the last. */
int tp_kcons_range(struct tp_kcons *c, const struct tp_kpart *p, int64_t *lo,
    int64_t *hi, struct tp_err *e);
/* Fills in the first offset of a record not older than t (ms). */
int tp_kcons_at_time(struct tp_kcons *c, struct tp_kpart *l, size_t n,
    int64_t t, struct tp_err *e);
/* The offset after the last, as the last answer of a broker had it; -1. */
int64_t tp_kcons_high(struct tp_kcons *c, const struct tp_kpart *p);
/* Goes on reading each from its offset. */
int tp_kcons_seek(struct tp_kcons *c, const struct tp_kpart *l, size_t n,
    struct tp_err *e);
/* Stops reading a partition for a while, or goes on, after which the caller
 * seeks to where it is. */
void tp_kcons_pause(struct tp_kcons *c, const struct tp_kpart *p, bool on);
/*
 * Commits offsets and metadata outside a transaction.  Returns 0; 1 where the
 * group has moved on and they do not count; -1 with the error.
 */
int tp_kcons_commit(struct tp_kcons *c, const struct tp_kpart *l, size_t n,
    struct tp_err *e);
/*
 * Stays in the group without being given anything: after so long that the
 * group would throw us out, pauses and polls.  After it was called, and
 * before going on, call tp_kcons_resume(), which is true where the caller
 * has to seek to where it is.
 */
void tp_kcons_idle(struct tp_kcons *c);
bool tp_kcons_resume(struct tp_kcons *c);

#endif
