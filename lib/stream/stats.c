/* Counters of a run: --stats, --metrics, progress and the last line. */
#include <inttypes.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/sig.h"
#include "io/file.h"
#include "stream/ctx.h"
#include "stream/kafkactx.h"

#define NS		INT64_C(1000000000)
#define METRICS_NS	(10 * NS)	/* where --stats gives no interval */

static const char *const count_names[TP_COUNT_MAX] = {
	[TP_COUNT_LATE] = "late",
	[TP_COUNT_DUPLICATE] = "duplicate",
	[TP_COUNT_FILLED] = "filled",
	[TP_COUNT_MISSING] = "missing",
	[TP_COUNT_HELD] = "held",
	[TP_COUNT_UNKNOWN] = "unknown",
	[TP_COUNT_UNPLACED] = "unplaced",
};

void
tp_ctx_stats_init(struct tp_ctx *c)
{
	const struct tp_run_opts	*o = c->run->opts;
	int				 show = o->progress;

	if (show == 0 && (o->quiet > 0 || isatty(STDOUT_FILENO)))
		show = -1;
	tp_progress_init(&c->progress, c->run->what != NULL ? c->run->what :
	    "records", show);
	c->start_ns = tp_clock_mono_ns();
	c->stats_ns = c->metrics_ns = c->refresh_ns = c->start_ns;
	c->last_t = TP_TIME_NONE;
}

/* Two buckets for each doubling of microseconds. */
static unsigned
bucket(int64_t ns)
{
	uint64_t	us = ns > 0 ? (uint64_t)ns / 1000 : 0;
	unsigned	b;

	if (us == 0)
		return 0;
	b = 63 - (unsigned)__builtin_clzll(us);
	b = 2 * b + (b > 0 && us >> (b - 1) & 1);
	return b < TP_CTX_BUCKETS ? b : TP_CTX_BUCKETS - 1;
}

void
tp_ctx_latency(struct tp_ctx *c)
{
	if (c->read_ns == 0)
		return;
	c->latency[bucket(tp_clock_mono_ns() - c->read_ns)]++;
	c->read_ns = 0;
}

/* The upper limit in ms of the bucket that holds the q-quantile. */
static double
latency_quantile(const struct tp_ctx *c, double q)
{
	uint64_t	total = 0, sum = 0;
	unsigned	i;

	for (i = 0; i < TP_CTX_BUCKETS; i++)
		total += c->latency[i];
	for (i = 0; i < TP_CTX_BUCKETS && total > 0; i++) {
		sum += c->latency[i];
		if ((double)sum >= q * (double)total)
			return (double)(UINT64_C(1) << (i / 2)) *
			    (i % 2 ? 2.0 : 1.5) / 1000;
	}
	return 0;
}

static void
add_count(struct tp_buf *b, const char *name, uint64_t v)
{
	tp_buf_printf(b, ",\"%s\":%" PRIu64, name, v);
}

static void
print_stats(struct tp_ctx *c, int64_t now)
{
	const struct tp_run	*run = c->run;
	double			 s = (double)(now - c->stats_ns) / 1e9;
	struct tp_buf		 b = { 0 };
	int64_t			 lag;
	unsigned		 i;

	tp_buf_printf(&b, "{\"tool\":\"%s\",\"uptime_s\":", tp_log_tool());
	tp_buf_fixed(&b, (double)(now - c->start_ns) / 1e9, 1);
	add_count(&b, "records", run->records);
	add_count(&b, "rejected", run->rejected);
	add_count(&b, "written", c->out.lines[0]);
	add_count(&b, "bytes", c->bytes);
	for (i = 0; i < TP_COUNT_MAX; i++)
		add_count(&b, count_names[i], c->out.count[i]);
	tp_buf_lit(&b, ",\"records_per_s\":");
	tp_buf_fixed(&b, s > 0 ? (double)(run->records - c->stats_records) / s
	    : 0, 1);
	if (c->last_t != TP_TIME_NONE) {
		tp_buf_lit(&b, ",\"lag_ms\":");
		lag = tp_clock_wall_ms() - c->last_t;
		tp_buf_int(&b, lag > 0 ? lag : 0);
	}
	if (tp_ctx_kafka_lag(c) >= 0)
		add_count(&b, "lag_records", (uint64_t)tp_ctx_kafka_lag(c));
	tp_buf_lit(&b, ",\"latency_p50_ms\":");
	tp_buf_num(&b, latency_quantile(c, 0.5));
	tp_buf_lit(&b, ",\"latency_p99_ms\":");
	tp_buf_num(&b, latency_quantile(c, 0.99));
	tp_buf_lit(&b, "}\n");
	tp_progress_end(&c->progress);
	if (write(STDERR_FILENO, b.p, b.n) == -1)
		tp_log_detail("cannot write statistics");
	tp_buf_release(&b);
	c->stats_ns = now;
	c->stats_records = run->records;
}

static void
add_metric(struct tp_buf *b, const char *name, const char *help, uint64_t v)
{
	tp_buf_printf(b, "# TYPE tp_%s counter\n# HELP tp_%s %s\n"
	    "tp_%s_total{tool=\"%s\"} %" PRIu64 "\n", name, name, help, name,
	    tp_log_tool(), v);
}

/* OpenMetrics text, replaced whole so that a reader never sees half. */
static int
write_metrics(struct tp_ctx *c, struct tp_err *e)
{
	struct tp_buf	b = { 0 };
	unsigned	i;
	int		rc;

	add_metric(&b, "records", "Records read.", c->run->records);
	add_metric(&b, "rejected", "Records refused.", c->run->rejected);
	add_metric(&b, "written", "Records written.", c->out.lines[0]);
	for (i = 0; i < TP_COUNT_MAX; i++)
		add_metric(&b, count_names[i], "See tp(7).", c->out.count[i]);
	tp_ctx_kafka_metrics(c, &b);
	tp_buf_printf(&b, "# TYPE tp_latency_seconds gauge\n"
	    "# HELP tp_latency_seconds From read to written.\n");
	tp_buf_printf(&b, "tp_latency_seconds{tool=\"%s\",quantile=\"0.5\"} "
	    "%g\n", tp_log_tool(), latency_quantile(c, 0.5) / 1000);
	tp_buf_printf(&b, "tp_latency_seconds{tool=\"%s\",quantile=\"0.99\"} "
	    "%g\n# EOF\n", tp_log_tool(), latency_quantile(c, 0.99) / 1000);
	rc = tp_file_replace(c->run->opts->metrics, b.p, b.n, e);
	tp_buf_release(&b);
	return rc;
}

/* A full disk there is no reason to end a run that goes on: it is said once,
 * until there is room again. */
static void
try_metrics(struct tp_ctx *c)
{
	struct tp_err	e = { 0 };
	bool		failed = write_metrics(c, &e) == -1;

	if (failed && !c->metrics_failed)
		tp_log_note("%s; going on without metrics", e.text);
	c->metrics_failed = failed;
}

int
tp_ctx_tick(struct tp_ctx *c)
{
	const struct tp_run_opts	*o = c->run->opts;
	int64_t				 now = tp_clock_mono_ns();
	int64_t				 every = o->stats_ms * (NS / 1000);
	bool				 hup;

	tp_progress_show(&c->progress, c->run->records, c->packed_before +
	    (c->src != NULL ? tp_src_done(c->src) : 0), c->packed_total);
	if (every > 0 && now - c->stats_ns >= every)
		print_stats(c, now);
	if (o->metrics != NULL &&
	    now - c->metrics_ns >= (every > 0 ? every : METRICS_NS)) {
		c->metrics_ns = now;
		try_metrics(c);
	}
	hup = tp_sig_reload();
	if (hup)
		tp_ctx_reopen_outputs(c);
	if (c->run->refresh != NULL && (hup || now - c->refresh_ns >= NS)) {
		c->refresh_ns = now;
		if (c->run->refresh(c->run->refresh_arg, hup, c->e) == -1) {
			c->stop = TP_CTX_ERROR;
			return -1;
		}
	}
	return 0;
}

/* Where all was refused, one reason is most likely that of all. */
static void
say_all_refused(struct tp_ctx *c)
{
	const struct tp_run	*run = c->run;
	bool			 all = run->filter != NULL ?
	    run->rejected >= run->records : run->written == 0;

	if (all && c->first_reject.n > 0 && c->stop != TP_CTX_ERROR &&
	    c->rejects.file == NULL && c->rejects.topic == NULL)
		tp_log_note("all were refused, the first: %s",
		    tp_buf_cstr(&c->first_reject));
}

void
tp_ctx_stats_end(struct tp_ctx *c)
{
	struct tp_run	*run = c->run;
	struct tp_buf	 b = { 0 };
	bool		 odd = run->rejected > 0 ||
	    c->out.count[TP_COUNT_LATE] > 0 ||
	    c->out.count[TP_COUNT_DUPLICATE] > 0;
	unsigned	 i;

	tp_progress_end(&c->progress);
	memcpy(run->count, c->out.count, sizeof(run->count));
	run->written = c->out.lines[0];
	if (run->opts->metrics != NULL && c->stop != TP_CTX_ERROR &&
	    write_metrics(c, c->e) == -1)
		c->stop = TP_CTX_ERROR;
	if (run->opts->stats_ms > 0)
		print_stats(c, tp_clock_mono_ns());
	if (!odd && tp_log_level() < 1)
		return;
	if (run->filter != NULL)
		tp_buf_printf(&b, "%" PRIu64 " %s read, ", run->records,
		    run->what != NULL ? run->what : "records");
	tp_buf_printf(&b, "%" PRIu64 " written, %" PRIu64 " rejected",
	    run->written, run->rejected);
	for (i = 0; i < TP_COUNT_MAX; i++)
		if (run->count[i] > 0)
			tp_buf_printf(&b, ", %" PRIu64 " %s", run->count[i],
			    count_names[i]);
	tp_log_note("%s", tp_buf_cstr(&b));
	tp_buf_release(&b);
	say_all_refused(c);
}
