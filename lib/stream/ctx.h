/*
 * What the files of lib/stream share about one run.  Private to lib/stream.
 */
#ifndef TP_STREAM_CTX_H
#define TP_STREAM_CTX_H

#include "avro/wire.h"
#include "base/log.h"
#include "io/sink.h"
#include "io/src.h"
#include "stream/run.h"

#define TP_CTX_FLUSH	(256 * 1024)	/* bytes: write when so much waits */
#define TP_CTX_BUCKETS	64		/* of the latency histogram */

enum tp_ctx_stop {
	TP_CTX_GO,
	TP_CTX_ENOUGH,		/* -c reached: end quietly */
	TP_CTX_SIGNAL,		/* SIGINT or SIGTERM */
	TP_CTX_ERROR,		/* e says what */
};

struct tp_kdest;
struct tp_ctx_kafka;

/* Where an output goes: at most one of both, nothing is dropped. */
struct tp_ctx_sink {
	struct tp_sink	*file;
	struct tp_kdest	*topic;
	int32_t		 partitions;	/* of the topic */
	int32_t		 fixed;		/* the only one to write; -1: any */
	size_t		 which;		/* output; out.nbufs: the rejects */
	struct tp_wire	*wire;		/* of a topic in Avro, or NULL */
};

struct tp_ctx {
	struct tp_out	 out;		/* first: filters see only this */
	struct tp_run	*run;
	struct tp_err	*e;
	enum tp_ctx_stop stop;

	struct tp_ctx_sink *sinks;	/* out.nbufs of them */
	struct tp_ctx_sink rejects;
	struct tp_buf	 reject_buf;
	struct tp_buf	 first_reject;	/* where and why */
	struct tp_ctx_kafka *k;		/* NULL: no endpoint is Kafka's */
	bool		 broken_pipe;	/* whoever read our output is gone */

	/* --as; NULL: our own shape */
	struct tp_shaper *shaper;	/* that of the state at work, */
	struct tp_shaper *own_shaper;	/* or where there is but one */
	struct tp_buf	 shaped;	/* a line, while it is made */
	const struct tp_rec *at;	/* the record at work, or NULL */
	uint64_t	 unshaped;	/* refused where at is NULL */

	struct tp_src	*src;		/* being read, or NULL */
	uint64_t	 bytes;		/* unpacked, read so far */
	uint64_t	 packed_before, packed_total;	/* earlier and all files */
	int64_t		 now_ms;	/* wall clock of the present block */
	int64_t		 last_t;	/* event time of the last line out */

	/* pacing */
	int64_t		 pace_start_ns, pace_t0;
	bool		 pacing;

	/* statistics */
	struct tp_progress progress;
	int64_t		 start_ns, stats_ns, metrics_ns, refresh_ns;
	bool		 metrics_failed;	/* and somebody was told */
	uint64_t	 stats_records;
	int64_t		 read_ns;	/* first read since the last flush, 0 */
	uint64_t	 latency[TP_CTX_BUCKETS];	/* by log2(us) * 2 */
};

/* run.c: true where the run shall end, for whatever reason. */
bool tp_ctx_stopping(struct tp_ctx *c);
/* Notes that c->e says why it ends.  Returns -1. */
int tp_ctx_fail(struct tp_ctx *c);
/*
 * Gives one line to the filter, without its newline but with one and
 * TP_JSON_PAD bytes behind it; where it is an array, each of its objects.
 * source and position are set.  What the filter returns.
 */
int tp_ctx_give(struct tp_ctx *c, void *st, struct tp_rec *r, const char *p,
    size_t n);

/* output.c: opens the sinks, and closes them; 0 or -1 with c->e. */
int tp_ctx_open_outputs(struct tp_ctx *c);
int tp_ctx_close_outputs(struct tp_ctx *c);
/* Goes on with the files that have the names of the outputs now. */
void tp_ctx_reopen_outputs(struct tp_ctx *c);
/* Writes all that waits in the buffers.  0 or -1 with c->stop set. */
int tp_ctx_flush(struct tp_ctx *c);

/* reject.c: as tp_out_reject(). */
int tp_ctx_reject(struct tp_out *o, const struct tp_rec *r, const char *rule,
    const char *reason);

/*
 * Likewise, of a line raw[0..n) that the tool made itself, at the place of the
 * input that it was made of; at the end of the input, by the number of
 * refusals.
 */
int tp_ctx_refuse_line(struct tp_ctx *c, const char *raw, size_t n,
    const char *rule, const char *reason);

/* shapeout.c: makes what --as needs; frees it. */
void tp_ctx_shape_open(struct tp_ctx *c);
void tp_ctx_shape_close(struct tp_ctx *c);
/*
 * Gives the line that was just ended on the main output its shape.  Returns
 * 1; or what end of line returns, 0 or -1, where none is to be written now.
 */
int tp_ctx_shape(struct tp_ctx *c);
/* The end of the input: refuses what waits for others, where no run goes on
 * with it.  0 or -1. */
int tp_ctx_shape_end(struct tp_ctx *c);
/* What waits will be read again. */
void tp_ctx_shape_forget(struct tp_ctx *c);
/* For struct tp_out: a line that waited when its record's offset was
 * committed waits again. */
void tp_ctx_shape_again(struct tp_out *o, unsigned which);

/* stats.c */
void tp_ctx_stats_init(struct tp_ctx *c);
/* Does what is due: --stats, --metrics, refresh.  0 or -1 with c->stop. */
int tp_ctx_tick(struct tp_ctx *c);
/* The last line on stderr, and the last metrics. */
void tp_ctx_stats_end(struct tp_ctx *c);
void tp_ctx_latency(struct tp_ctx *c);

#endif
