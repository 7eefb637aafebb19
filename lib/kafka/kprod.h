/*
 * Writes topics: in transactions (with an id), or each record once in its
 * partition (idempotent, without).  A producer belongs to one thread and owns
 * its topics.  Calls have time limits, and the watchdog behind them.
 */
#ifndef TP_KAFKA_KPROD_H
#define TP_KAFKA_KPROD_H

#include "base/err.h"
#include "kafka/kpart.h"

struct tp_kconf;
struct tp_kcons;
struct tp_kprod;
struct tp_kdest;

struct tp_kprod_conf {
	const struct tp_kconf *kconf;
	const char	*id;		/* of the transactions; NULL: none */
};

/* Returns NULL with the error where the settings are no good. */
struct tp_kprod *tp_kprod_new(const struct tp_kprod_conf *c,
    struct tp_err *e);
/* What was not delivered is dropped: flush before. */
void tp_kprod_free(struct tp_kprod *p);

/*
 * A topic to write to, made by the broker where it does such.  Waits up to ms
 * for a broker that knows it; the number of its partitions goes to *n.  Owned
 * by the producer; the same for the same name.
 */
struct tp_kdest *tp_kprod_topic(struct tp_kprod *p, const char *name,
    int64_t ms, int32_t *n, struct tp_err *e);
/*
 * Makes this the only producer with its id, and ends what an earlier one left
 * open.  Waits up to ms.
 */
int tp_kprod_init(struct tp_kprod *p, int64_t ms, struct tp_err *e);

/* The partition of a key among n, as Java's producer picks it. */
int32_t tp_kprod_partition(const char *key, size_t keylen, int32_t n);

/* One record; copied. */
struct tp_krec {
	int32_t		 partition;	/* -1: by the hash of its key */
	const char	*key;		/* NULL: none */
	size_t		 keylen;
	const char	*p;
	size_t		 n;
	int64_t		 t;		/* ms; < 0: now */
	/* record headers: processor_id, and when, by the name of `stamp`;
	 * NULL: none */
	const char	*processor, *stamp;
	int64_t		 processed_ms;
};

/*
 * Hands a record over, beginning a transaction where none is open.  Waits
 * while the queue is full.  Returns 0, or -1 with the error, also where an
 * earlier record can never be delivered.
 */
int tp_kprod_put(struct tp_kprod *p, struct tp_kdest *t,
    const struct tp_krec *r, struct tp_err *e);
/* Takes note of what was delivered.  0, or -1 as above. */
int tp_kprod_serve(struct tp_kprod *p, struct tp_err *e);
/* Waits up to ms until all is delivered.  0, or -1 with code TP_EXIT_KAFKA
 * where something is left. */
int tp_kprod_flush(struct tp_kprod *p, int64_t ms, struct tp_err *e);

enum tp_kdone {
	TP_KDONE_ERROR = -1,	/* e says what; the process must end */
	TP_KDONE,
	TP_KDONE_ABORTED,	/* nothing of it happened: go back and redo */
};

/*
 * Commits the records put since the last commit together with the offsets
 * (n of them, of the group of c).
 */
enum tp_kdone tp_kprod_commit(struct tp_kprod *p, struct tp_kcons *c,
    const struct tp_kpart *l, size_t n, struct tp_err *e);
/*
 * Likewise with one number and a text as the committed offset and metadata of
 * partition 0 of `topic` in a group without members.
 */
enum tp_kdone tp_kprod_commit_mark(struct tp_kprod *p, const char *group,
    const char *topic, int64_t number, const char *meta, struct tp_err *e);
/* What tp_kprod_commit_mark() left: number -1 where nothing. */
int tp_kprod_mark(const struct tp_kconf *kconf, const char *group,
    const char *topic, struct tp_kpart *mark, struct tp_err *e);
/* Throws away what was put since the last commit. */
int tp_kprod_abort(struct tp_kprod *p, struct tp_err *e);

#endif
