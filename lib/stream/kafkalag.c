/* How far behind, and waiting for a reader of our output. */
#include <errno.h>
#include <inttypes.h>
#include <poll.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/sig.h"
#include "stream/kafkactx.h"

#define WAIT_MS		200	/* between two looks at the group */
#define DRAIN_NS	INT64_C(10000000000)	/* for what is left at the end */

static int64_t
lag_of(const struct tp_ctx *c, const struct tp_kstate *s)
{
	int64_t	high = tp_kcons_high(c->k->cons, &s->saved);
	int64_t	at = c->k->whole != NULL ? s->pos : s->next;

	return high < 0 ? -1 : high > at ? high - at : 0;
}

int64_t
tp_ctx_kafka_lag(const struct tp_ctx *c)
{
	const struct tp_kstate	*s;
	int64_t			 lag, sum = -1;
	size_t			 i = 0;

	if (!tp_ctx_kafka_reads(c))
		return -1;
	while ((s = tp_ctx_kafka_each(c, &i)) != NULL) {
		lag = s->owned ? lag_of(c, s) : -1;
		if (lag >= 0)
			sum = (sum < 0 ? 0 : sum) + lag;
	}
	return sum;
}

void
tp_ctx_kafka_metrics(const struct tp_ctx *c, struct tp_buf *b)
{
	const struct tp_kstate	*s;
	int64_t			 lag;
	size_t			 i = 0;

	if (!tp_ctx_kafka_reads(c))
		return;
	tp_buf_lit(b, "# TYPE tp_lag_records gauge\n"
	    "# HELP tp_lag_records Records behind the end of the partition.\n");
	while ((s = tp_ctx_kafka_each(c, &i)) != NULL) {
		lag = s->owned ? lag_of(c, s) : -1;
		if (lag >= 0)
			tp_buf_printf(b, "tp_lag_records{tool=\"%s\",topic="
			    "\"%s\",partition=\"%" PRId32 "\"} %" PRId64 "\n",
			    tp_log_tool(), c->k->topics[s->saved.topic],
			    s->saved.partition, lag);
	}
}

/*
 * The second signal kills; the first, while nobody reads, ends the run
 * without what nobody took.
 */
int
tp_ctx_kafka_wait(void *arg, int fd)
{
	struct tp_ctx	*c = arg;
	struct pollfd	 p[2] = {
		{ .fd = fd, .events = POLLOUT },
		{ .fd = tp_sig_fd(), .events = POLLIN },
	};
	int64_t		 until = tp_clock_mono_ns() + DRAIN_NS;

	for (;;) {
		if (poll(p, 2, WAIT_MS) == -1 && errno != EINTR)
			return -1;
		if (p[0].revents != 0)
			return 0;
		if (p[1].revents != 0)
			tp_sig_drain();
		if (tp_sig_stop() != 0 && (c->stop == TP_CTX_GO ||
		    tp_clock_mono_ns() > until)) {
			c->stop = TP_CTX_SIGNAL;
			errno = EINTR;
			return -1;
		}
		tp_kcons_idle(c->k->cons);
		if (tp_ctx_kafka_yield(c) == -1 || tp_ctx_tick(c) == -1)
			return -1;
	}
}
