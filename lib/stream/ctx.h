/*
 * What the files of lib/stream share about one run.  Private to lib/stream.
 */
#ifndef TP_STREAM_CTX_H
#define TP_STREAM_CTX_H

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

struct tp_ctx {
	struct tp_out	 out;		/* first: filters see only this */
	struct tp_run	*run;
	struct tp_err	*e;
	enum tp_ctx_stop stop;

	struct tp_sink **sinks;		/* out.nbufs of them; NULL: dropped */
	struct tp_sink	*rejects;
	struct tp_buf	 reject_buf;

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
	uint64_t	 stats_records;
	int64_t		 read_ns;	/* first read since the last flush, 0 */
	uint64_t	 latency[TP_CTX_BUCKETS];	/* by log2(us) * 2 */
};

/* output.c: opens the sinks, and closes them; 0 or -1 with c->e. */
int tp_ctx_open_outputs(struct tp_ctx *c);
int tp_ctx_close_outputs(struct tp_ctx *c);
/* Writes all that waits in the buffers.  0 or -1 with c->stop set. */
int tp_ctx_flush(struct tp_ctx *c);
/* Sleeps until mono_ns or a signal, ticking; -1 where the run shall stop. */
int tp_ctx_sleep(struct tp_ctx *c, int64_t mono_ns);

/* reject.c: as tp_out_reject(). */
int tp_ctx_reject(struct tp_out *o, const struct tp_rec *r, const char *rule,
    const char *reason);

/* stats.c */
void tp_ctx_stats_init(struct tp_ctx *c);
/* Does what is due: --stats, --metrics, refresh.  0 or -1 with c->stop. */
int tp_ctx_tick(struct tp_ctx *c);
/* The last line on stderr, and the last metrics. */
void tp_ctx_stats_end(struct tp_ctx *c);
void tp_ctx_latency(struct tp_ctx *c);

#endif
