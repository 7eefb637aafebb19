/*
 * Endpoints of Kafka in one run.  Private to lib/stream.
 *
 * A partition is read by one state of the filter.  What the filter writes
 * goes to the same partition number of each output topic, where that has as
 * many partitions, else to that of its key.
 */
#ifndef TP_STREAM_KAFKACTX_H
#define TP_STREAM_KAFKACTX_H

#include "kafka/kconf.h"
#include "kafka/kcons.h"
#include "kafka/kprod.h"
#include "kafka/kuri.h"
#include "kafka/kwatch.h"
#include "stream/ctx.h"

enum tp_guarantee {
	TP_GUARANTEE_AUTO,	/* exactly where all outputs are topics */
	TP_GUARANTEE_EXACTLY,
	TP_GUARANTEE_LEAST,
	TP_GUARANTEE_NONE,	/* no group, nothing is committed */
};

/* One partition: its state, and where it stands. */
struct tp_kstate {
	struct tp_kpart	 saved;		/* as committed: LOW and metadata */
	void		*st;		/* NULL: none */
	int64_t		 low, pos;	/* see rec/filter.h */
	int64_t		 mark;		/* at the last commit */
	int64_t		 next;		/* offset of the next record to take */
	int64_t		 quiet_ns;	/* at the end since; 0: not there */
	int64_t		 parked_ns;	/* since when it is not ours */
	bool		 owned;
	bool		 dirty;		/* there is something to commit */
	bool		 rebuilt;	/* [LOW, POS) was read again */
	struct tp_shaper *shaper;	/* NULL: the context's, or none */
	int64_t		 waits[TP_SHAPER_WAIT];	/* offsets of records whose */
	int		 nwaits;	/* lines shall wait in it again */
	/* of runs over whole steps, where `st` is not used */
	bool		 read;		/* by us, if not owned too */
	bool		 paused;	/* too much of it waits */
	int64_t		 told;		/* rejects before it were written */
	int64_t		 done;		/* and lines up to this time, */
	int64_t		 newest;	/* and by us up to this */
};

struct tp_kwhole;
struct tp_kmeta;

struct tp_ctx_kafka {
	struct tp_kconf	 conf;
	struct tp_kprod	*prod;
	struct tp_kcons	*cons;
	enum tp_guarantee guarantee;
	char		*group, *instance, *id;
	int64_t		 wait_ms;	/* --broker-timeout */

	/* inputs */
	struct tp_kuri	*in;
	const char	**topics;	/* nin of them, borrowed from in */
	int32_t		*nparts;	/* of each */
	struct tp_wire	**wires;	/* of each; NULL: it is JSON */
	struct tp_buf	 json;		/* a record that was Avro */
	size_t		 nin;
	struct tp_kstate **states;	/* by topic, then partition */
	bool		 assigned;	/* the group has given us our share */
	struct tp_kpart	*todo;		/* without a group: what to read */
	size_t		 ntodo, todo_at;
	struct tp_kwhole *whole;	/* NULL: each partition by itself */
	bool		 more;		/* records that came wait for us */
	struct tp_rec	 rec;
	struct tp_buf	 line;		/* the record, and room behind it */
	int64_t		 commit_ns;	/* when the next commit is due */
	int64_t		 time_ns;	/* when time passed last */
	int		 aborts;	/* in a row */
	struct tp_ctx_kcount {		/* as they were at the last commit */
		uint64_t	 records, rejected, count[TP_COUNT_MAX];
		uint64_t	*lines;
	} kept;
	bool		 excess;	/* lines beyond -c were dropped */

	/* of the record at work, for what is written */
	uint32_t	 topic;
	int32_t		 partition;	/* -1: none */
	const char	*key;
	size_t		 keylen;
	int64_t		 t;

	/* --resume: lines of each output, then of rejects (nbufs + 1), that
	 * an earlier run has committed, and that this one has made */
	char		*mark_topic;
	uint64_t	*skip, *done;
	bool		 resuming;
};

/* kafkaopen.c: reads the settings where an endpoint is Kafka's.  0 or -1. */
int tp_ctx_kafka_open(struct tp_ctx *c);
void tp_ctx_kafka_close(struct tp_ctx *c);
/* After the outputs are open: starts transactions, finds the mark. */
int tp_ctx_kafka_ready(struct tp_ctx *c);
/* True where the inputs are topics. */
bool tp_ctx_kafka_reads(const struct tp_ctx *c);
/* Likewise, and a run goes on where another of the group ended. */
bool tp_ctx_kafka_goes_on(const struct tp_ctx *c);

/* kafkaout.c: opens a topic to write to. */
int tp_ctx_kafka_sink(struct tp_ctx *c, struct tp_ctx_sink *s,
    const char *path);
/* Writes the lines of b from `start` on, and takes them out of it. */
int tp_ctx_kafka_put(struct tp_ctx *c, struct tp_ctx_sink *s,
    struct tp_buf *b, size_t start, const char *key, size_t keylen,
    int64_t t);
/* A line of the main output, where -c counts and the input is a topic. */
int tp_ctx_kafka_counted(struct tp_ctx *c, struct tp_ctx_sink *s,
    const char *key, size_t keylen, int64_t t);
/* Writes the reject that was just put into its buffer. */
int tp_ctx_kafka_reject(struct tp_ctx *c);
/* A run over files has nothing to do, or has done a lot. */
int tp_ctx_kafka_pause(struct tp_ctx *c);
/* At the end of a run over files: delivers everything.  0 or -1. */
int tp_ctx_kafka_deliver(struct tp_ctx *c);

/* kafkaresume.c: finds where an earlier run stopped (--resume). */
int tp_ctx_resume_open(struct tp_ctx *c);
/* Counts a line: 1 where an earlier run has committed it, 0, or -1. */
int tp_ctx_resume_skip(struct tp_ctx *c, const struct tp_ctx_sink *s);
/* True while the lines are those of an earlier run. */
bool tp_ctx_resume_past(const struct tp_ctx *c);
/* Commits where it is time, or now. */
int tp_ctx_resume_commit(struct tp_ctx *c, bool now);

/*
 * kafkaavro.c: opens the schemas of a topic in Avro, for the caller to free;
 * NULL with the error.  Waits for a registry that does not answer, as the next
 * does.
 */
struct tp_wire *tp_ctx_kafka_wire(struct tp_ctx *c, const struct tp_kuri *u,
    bool writes);
/*
 * The JSON of a message in Avro, as *text: a copy of it with another value,
 * valid until the next call.  0; 1 with the reason in why[size] where it is
 * bad; or -1.
 */
int tp_ctx_kafka_json(struct tp_ctx *c, const struct tp_kmsg *m,
    struct tp_kmsg *text, char *why, size_t size);

/* kafkarun.c: runs the filter over partitions.  0 or -1. */
int tp_ctx_kafka_run(struct tp_ctx *c);
/* Gives one message to a state as its record number `pos`, where its value is
 * JSON already or still as it came: what the filter returns. */
int tp_ctx_kafka_give(struct tp_ctx *c, void *st, const struct tp_kmsg *m,
    int64_t pos, bool json);
/* The clock of a message, ms. */
int64_t tp_ctx_kafka_now(const struct tp_ctx *c, const struct tp_kmsg *m);

/*
 * While our reader takes nothing the group does not wait for it: answers what
 * it wants without a commit, so that another reads again what is taken away.
 */
int tp_ctx_kafka_yield(struct tp_ctx *c);

/* kafkacommit.c: commits what was done; 0, 1 where it was undone (all states
 * are gone), or -1. */
int tp_ctx_kafka_commit(struct tp_ctx *c);
/* Undoes it. */
int tp_ctx_kafka_abort(struct tp_ctx *c);
/* After an undone commit: loads all partitions that are ours, and seeks. */
int tp_ctx_kafka_reload(struct tp_ctx *c);

/* Seeks to where the states are, after a pause threw away what was fetched. */
int tp_ctx_kafka_reread(struct tp_ctx *c);

/* kafkastate.c: makes or takes up the states of partitions that were given
 * to us, *n of them in *l, which is allocated; they become those to read, and
 * their offsets those to read from. */
int tp_ctx_kafka_load(struct tp_ctx *c, struct tp_kpart **l, size_t *n);
/* Where to begin without a commit: its offset.  0 or -1. */
int tp_ctx_kafka_first(struct tp_ctx *c, struct tp_kpart *p);
/* Checks the options and the number of partitions of a commit: 0 or -1. */
int tp_ctx_kafka_same(struct tp_ctx *c, const struct tp_kpart *p,
    struct tp_kmeta *m);
/* Checks that what is needed from p on is there; 0, with --on-gap skip p and m
 * behind the gap, or -1. */
int tp_ctx_kafka_gap(struct tp_ctx *c, struct tp_kpart *p,
    struct tp_kmeta *m);
/* Ends a state. */
void tp_kstate_drop(struct tp_ctx *c, struct tp_kstate *s);
/* The state of a partition, NULL where the topic has no such. */
struct tp_kstate *tp_ctx_kafka_state(const struct tp_ctx *c, uint32_t topic,
    int32_t partition);
/* All states, one after another: *i from 0; NULL at the end. */
struct tp_kstate *tp_ctx_kafka_each(const struct tp_ctx *c, size_t *i);
/* The output is that of this state from now on. */
void tp_ctx_kafka_enter(struct tp_ctx *c, const struct tp_kstate *s);
/* True where the line of this record shall wait again. */
bool tp_kstate_waits(const struct tp_kstate *s, int64_t offset);

#define TP_KMETA_PARTS	64	/* so that their numbers fit TP_KPART_META */

/*
 * The commit metadata "1 POS MARK CFG N", behind which are the offsets of
 * records whose lines wait for others to go into one, and of a run over whole
 * steps "2 POS MARK CFG N DONE LOW+AHEAD ...", a pair for each partition.
 */
struct tp_kmeta {
	int64_t		 pos, mark;
	uint64_t	 cfg;
	int32_t		 n;		/* partitions of the topic */
	int64_t		 waits[TP_SHAPER_WAIT];
	int		 nwaits;
	bool		 whole;
	int64_t		 done;		/* lines up to this time were written */
	int64_t		 low[TP_KMETA_PARTS], at[TP_KMETA_PARTS];
};
/* Writes it into TP_KPART_META bytes. */
void tp_kmeta_write(char *text, const struct tp_kmeta *m);
/* 0, or -1 where it is not ours. */
int tp_kmeta_read(const char *text, struct tp_kmeta *m);
/* Makes a's mark and positions those from which both can go on. */
void tp_kmeta_meet(struct tp_kmeta *a, const struct tp_kmeta *b);

/*
 * kafkawhole.c: runs over whole steps.  One state takes the records of all
 * partitions in the order of stream/merge.h; of the partitions that are ours
 * the lines and rejects are written, and that is committed.
 */
/* Sets k->whole where the run wants it and there are several partitions. */
int tp_ctx_whole_open(struct tp_ctx *c);
void tp_ctx_whole_close(struct tp_ctx *c);
/* Begins anew with the partitions that are ours: to *all, for the caller to
 * free, goes what is to be read, *nall of them. */
int tp_ctx_whole_load(struct tp_ctx *c, const struct tp_kpart *mine,
    size_t n, struct tp_kpart **all, size_t *nall);
/* Takes nothing more until the next load. */
void tp_ctx_whole_stop(struct tp_ctx *c);
/* Keeps a message until its turn. */
int tp_ctx_whole_take(struct tp_ctx *c, const struct tp_kmsg *m);
/* Gives records whose turn it is to the state; k->more says whether some are
 * left.  0 or -1. */
int tp_ctx_whole_advance(struct tp_ctx *c);
/* Time passes; 0 or -1. */
int tp_ctx_whole_time(struct tp_ctx *c, int64_t now_ns);
/* Every partition was read to its end. */
bool tp_ctx_whole_read(const struct tp_ctx *c);
int tp_ctx_whole_end(struct tp_ctx *c);
/* What is to be committed of a partition. */
struct tp_kpart tp_ctx_whole_commit(struct tp_ctx *c, struct tp_kstate *s);
/* Whether a reject of this record is for us to write. */
bool tp_ctx_whole_ours(struct tp_ctx *c, const struct tp_rec *r);

/* kafkalag.c: records behind the end, over all partitions; -1: not known. */
int64_t tp_ctx_kafka_lag(const struct tp_ctx *c);
/* Appends the metrics of each partition. */
void tp_ctx_kafka_metrics(const struct tp_ctx *c, struct tp_buf *b);
/* For tp_sink_on_wait(): stays in the group while a reader takes nothing. */
int tp_ctx_kafka_wait(void *arg, int fd);

#endif
