/* The named outputs of a run: buffers, sinks, pacing. */
#include <errno.h>
#include <math.h>
#include <poll.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/sig.h"
#include "stream/ctx.h"
#include "stream/kafkactx.h"

#define FAR_NS	1e18	/* 31 years: what nobody waits for */

static size_t
count_outputs(const struct tp_run *run)
{
	const char *const	*name;
	size_t			 n = 0;

	if (run->filter == NULL || run->filter->outputs == NULL)
		return 1;
	for (name = run->filter->outputs; *name != NULL; name++)
		n++;
	return n;
}

static int
open_sink(struct tp_ctx *c, struct tp_ctx_sink *s, const char *path,
    size_t which)
{
	s->fixed = -1;
	s->which = which;
	if (tp_kuri_is(path))
		return tp_ctx_kafka_sink(c, s, path);
	s->file = tp_ctx_kafka_goes_on(c) ? tp_sink_append(path, c->e) :
	    tp_sink_open(path, c->e);
	if (s->file != NULL && tp_ctx_kafka_reads(c))
		tp_sink_on_wait(s->file, tp_ctx_kafka_wait, c);
	return s->file != NULL ? 0 : -1;
}

/* Sleeps until mono_ns or a signal, ticking; -1 where the run shall stop. */
static int
sleep_until(struct tp_ctx *c, int64_t mono_ns)
{
	struct pollfd	p = { .fd = tp_sig_fd(), .events = POLLIN };
	int64_t		left;

	if (tp_ctx_flush(c) == -1)
		return -1;
	for (;;) {
		if (tp_sig_stop() != 0) {
			c->stop = TP_CTX_SIGNAL;
			return -1;
		}
		if (tp_ctx_tick(c) == -1)
			return -1;
		left = (mono_ns - tp_clock_mono_ns() + 999999) / 1000000;
		if (left <= 0)
			return 0;
		if (poll(&p, 1, left < 1000 ? (int)left : 1000) > 0)
			tp_sig_drain();
	}
}

/*
 * Waits until the line's time has come: it is held back while what precedes
 * it goes out.
 */
static int
pace(struct tp_ctx *c, int64_t t)
{
	const struct tp_pace	*p = &c->run->pace;
	struct tp_buf		*b = &c->out.bufs[0];
	size_t			 start = c->out.start, line = b->n - start;
	double			 ns;	/* from the start on */
	int64_t			 due;

	if (!c->pacing) {
		c->pacing = true;
		c->pace_start_ns = tp_clock_mono_ns();
		c->pace_t0 = t;
	}
	if (p->rate > 0)
		ns = (double)(c->out.lines[0] - 1) / p->rate * 1e9;
	else
		ns = (double)(t - c->pace_t0) / p->speed * 1e6;
	due = c->pace_start_ns + (int64_t)fmin(fmax(ns, 0), FAR_NS);
	if (due - tp_clock_mono_ns() < 1000 * 1000)
		return 0;
	b->n = start;
	c->out.lines[0]--;
	if (sleep_until(c, due) == -1)
		return -1;
	memmove(b->p + b->n, b->p + start, line);
	b->n += line;
	c->out.lines[0]++;
	return 0;
}

static int
end_line(struct tp_out *o, unsigned which, const char *key, size_t keylen,
    int64_t t)
{
	struct tp_ctx		*c = (struct tp_ctx *)o;
	struct tp_run		*run = c->run;
	struct tp_ctx_sink	*s = &c->sinks[which];
	uint64_t		 count = (uint64_t)run->opts->count;
	int			 rc;

	if (which == TP_OUT_MAIN) {
		if (c->shaper != NULL && (rc = tp_ctx_shape(c)) != 1)
			return rc;
		c->last_t = t;
		if ((run->pace.speed > 0 || run->pace.rate > 0) &&
		    !tp_ctx_resume_past(c) && pace(c, t) == -1)
			return -1;
		/* a record of a topic is given whole, so nothing is lost */
		if (count > 0 && tp_ctx_kafka_reads(c))
			return tp_ctx_kafka_counted(c, s, key, keylen, t);
	}
	if (s->topic != NULL && tp_ctx_kafka_put(c, s, &o->bufs[which],
	    o->start, key, keylen, t) == -1)
		return -1;
	if (which == TP_OUT_MAIN && count > 0 && o->lines[0] >= count) {
		if (c->stop == TP_CTX_GO)
			c->stop = TP_CTX_ENOUGH;
		return -1;
	}
	if (tp_ctx_kafka_reads(c))
		return 0;
	if (o->bufs[which].n >= TP_CTX_FLUSH || run->opts->unbuffered)
		return tp_ctx_flush(c);
	return 0;
}

int
tp_ctx_open_outputs(struct tp_ctx *c)
{
	struct tp_run	*run = c->run;
	size_t		 i, n = count_outputs(run);

	c->out.nbufs = n;
	c->out.bufs = tp_calloc(n, sizeof(*c->out.bufs));
	c->out.lines = tp_calloc(n, sizeof(*c->out.lines));
	c->sinks = tp_calloc(n, sizeof(*c->sinks));
	c->out.end = end_line;
	c->out.reject = tp_ctx_reject;
	tp_ctx_shape_open(c);
	if (tp_ctx_kafka_open(c) == -1 ||
	    open_sink(c, &c->sinks[0], run->opts->output, 0) == -1)
		return -1;
	for (i = 1; i < n; i++)
		if (run->paths != NULL && run->paths[i - 1] != NULL &&
		    open_sink(c, &c->sinks[i], run->paths[i - 1], i) == -1)
			return -1;
	if (run->opts->rejects != NULL &&
	    open_sink(c, &c->rejects, run->opts->rejects, n) == -1)
		return -1;
	return tp_ctx_kafka_ready(c);
}

static int
write_out(struct tp_ctx *c, struct tp_sink *s, struct tp_buf *b, bool flush)
{
	size_t	n = b->n;

	b->n = 0;
	if (s == NULL || n == 0)
		return 0;
	if (tp_sink_write(s, b->p, n, c->e) == 0 &&
	    (!flush || tp_sink_flush(s, c->e) == 0))
		return 0;
	if (c->stop == TP_CTX_SIGNAL && errno == EINTR)
		return -1;	/* nobody takes it, and we are to end */
	if (errno == EPIPE && tp_ctx_kafka_reads(c)) {
		/* leaves the group before it dies of it */
		c->broken_pipe = true;
		c->stop = TP_CTX_ENOUGH;
		return -1;
	}
	return tp_ctx_fail(c);
}

int
tp_ctx_flush(struct tp_ctx *c)
{
	size_t	i;
	int	rc = 0;

	for (i = 0; i < c->out.nbufs; i++)
		if (write_out(c, c->sinks[i].file, &c->out.bufs[i], true) ==
		    -1)
			rc = -1;
	if (write_out(c, c->rejects.file, &c->reject_buf, true) == -1)
		rc = -1;
	c->out.start = 0;
	tp_ctx_latency(c);
	if (rc == 0 && c->k != NULL && !tp_ctx_kafka_reads(c))
		rc = tp_ctx_kafka_pause(c);
	return rc;
}

/* Notes what cannot be opened: the old file still takes the lines. */
static void
reopen(struct tp_sink *s)
{
	struct tp_err	e = { 0 };

	if (s != NULL && tp_sink_reopen(s, &e) == -1)
		tp_log_note("%s; going on with the old file", e.text);
}

void
tp_ctx_reopen_outputs(struct tp_ctx *c)
{
	size_t	i;

	for (i = 0; i < c->out.nbufs; i++)
		reopen(c->sinks[i].file);
	reopen(c->rejects.file);
}

int
tp_ctx_close_outputs(struct tp_ctx *c)
{
	struct tp_err	 later = { 0 };
	struct tp_err	*e = c->stop == TP_CTX_ERROR ? &later : c->e;
	size_t		 i;
	int		 rc = 0;

	for (i = 0; i < c->out.nbufs; i++) {
		if (c->sinks[i].file != NULL && !c->broken_pipe &&
		    tp_sink_close(c->sinks[i].file, e) == -1)
			rc = -1;
		tp_wire_free(c->sinks[i].wire);
		tp_buf_release(&c->out.bufs[i]);
	}
	if (tp_sink_close(c->rejects.file, e) == -1)
		rc = -1;
	tp_ctx_kafka_close(c);
	tp_ctx_shape_close(c);
	tp_buf_release(&c->reject_buf);
	tp_buf_release(&c->first_reject);
	free(c->sinks);
	free(c->out.bufs);
	free(c->out.lines);
	if (rc == -1)
		c->stop = TP_CTX_ERROR;
	return rc;
}
