/* The loop that moves records from inputs through a filter or a reader. */
#include "stream/run.h"

#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/sig.h"
#include "stream/ctx.h"
#include "stream/kafkactx.h"

#define BLOCK		(256 * 1024)
#define TICK_MS		100	/* how exactly filter->time() is called */

/* Lines of all inputs: what was read and is not yet a whole line. */
struct lines {
	char		*p;		/* cap + TP_JSON_PAD bytes */
	size_t		 at, n, cap;	/* p[at..n) is to be looked at */
	size_t		 scanned;	/* no newline in p[at..scanned) */
	int64_t		 pos;		/* of p[at], over all inputs */
	uint64_t	 lineno;
	bool		 overlong;	/* dropping the rest of a line */
};

int
tp_ctx_fail(struct tp_ctx *c)
{
	c->stop = TP_CTX_ERROR;
	return -1;
}

bool
tp_ctx_stopping(struct tp_ctx *c)
{
	if (c->stop == TP_CTX_GO && tp_sig_stop() != 0)
		c->stop = TP_CTX_SIGNAL;
	return c->stop != TP_CTX_GO;
}

/* The file sizes, for the time left; 0 where one is not known. */
static uint64_t
total_size(const struct tp_run_opts *o)
{
	struct stat	st;
	uint64_t	sum = 0;
	size_t		i;

	for (i = 0; i < o->inputs.n; i++) {
		if (stat(o->inputs.v[i], &st) == -1 || !S_ISREG(st.st_mode))
			return 0;
		sum += (uint64_t)st.st_size;
	}
	return sum;
}

static int
open_input(struct tp_ctx *c, const char *path, struct tp_src **src)
{
	if ((*src = tp_src_open(path, c->e)) == NULL)
		return tp_ctx_fail(c);
	if (isatty(tp_src_poll_fd(*src)))
		tp_log_note("reading from the terminal; "
		    "end with control-D, or try --help");
	c->src = *src;
	return 0;
}

static void
close_input(struct tp_ctx *c, struct tp_src *src)
{
	c->packed_before += tp_src_done(src);
	c->src = NULL;
	c->at = NULL;			/* its record has src's name */
	tp_src_close(src);
}

/* Nothing to read: writes what is pending, lets time pass, waits. */
static int
wait_input(struct tp_ctx *c, void *st)
{
	const struct tp_filter	*f = c->run->filter;
	bool			 piped = strcmp(c->run->opts->output, "-") == 0;
	struct pollfd		 p[3] = {
		{ .fd = tp_src_poll_fd(c->src), .events = POLLIN },
		{ .fd = tp_sig_fd(), .events = POLLIN },
		/* whoever read our output may be gone: "| head -3" */
		{ .fd = piped ? STDOUT_FILENO : -1 },
	};
	int64_t			 since = tp_clock_mono_ns();
	bool			 timed = f != NULL && f->time != NULL;

	if (f != NULL && f->flush != NULL && f->flush(st, &c->out) == -1)
		return -1;
	while (tp_ctx_flush(c) == 0 && !tp_ctx_stopping(c)) {
		if (poll(p, 3, timed ? TICK_MS : 1000) == -1)
			continue;
		if (p[1].revents != 0)
			tp_sig_drain();
		if (p[2].revents & POLLERR) {
			c->stop = TP_CTX_ENOUGH;
			raise(SIGPIPE);
			return -1;
		}
		if (p[0].revents != 0)
			return 0;
		if (timed && f->time(st, tp_clock_ms_since(since),
		    &c->out) == -1)
			return -1;
		if (tp_ctx_tick(c) == -1)
			return -1;
	}
	return -1;
}

/* One block more: 1, 0 at the end of the input, -1 to stop. */
static int
read_block(struct tp_ctx *c, void *st, char *p, size_t n, size_t *got)
{
	ssize_t	k;

	for (;;) {
		if (tp_ctx_stopping(c))
			return -1;
		if (!tp_src_ready(c->src) && wait_input(c, st) == -1)
			return -1;
		k = tp_src_read(c->src, p, n, c->e);
		if (k >= 0)
			break;
		if (c->e->code != 0)
			return tp_ctx_fail(c);
	}
	*got = (size_t)k;
	c->bytes += (uint64_t)k;
	c->now_ms = c->run->opts->now_ms != TP_TIME_NONE ?
	    c->run->opts->now_ms : tp_clock_wall_ms();
	if (c->read_ns == 0)
		c->read_ns = tp_clock_mono_ns();
	return tp_ctx_tick(c) == -1 ? -1 : k > 0;
}

/* Makes room and reads more behind the unfinished line; as read_block(). */
static int
fill_lines(struct tp_ctx *c, void *st, struct lines *l)
{
	size_t	got = 0;
	int	rc;

	if (l->at > 0) {
		memmove(l->p, l->p + l->at, l->n - l->at);
		l->n -= l->at;
		l->scanned -= l->at;
		l->at = 0;
	}
	if (l->cap - l->n < BLOCK / 2) {
		l->cap = l->cap < BLOCK ? BLOCK : l->cap * 2;
		l->p = tp_realloc(l->p, l->cap + TP_JSON_PAD, 1);
	}
	rc = read_block(c, st, l->p + l->n, l->cap - l->n, &got);
	l->n += got;
	memset(l->p + l->n, 0, TP_JSON_PAD);
	return rc;
}

static int
bad_json(struct tp_ctx *c, const struct tp_rec *r, const char *why, size_t at)
{
	char	text[200];

	snprintf(text, sizeof(text), "bad JSON at byte %zu: %s%s", at + 1, why,
	    at == 0 && r->lineno == 1 ? "; tables are for tp-replay" : "");
	return tp_out_reject(&c->out, r, "json", text);
}

static int
give_record(struct tp_ctx *c, void *st, struct tp_rec *r, const char *p,
    size_t n)
{
	c->run->records++;
	c->at = r;
	if (tp_rec_parse(r, p, n) == -1) {
		r->line = p;
		r->len = n;
		return bad_json(c, r, r->o.why, r->o.at);
	}
	return c->run->filter->record(st, r, &c->out);
}

/* A line that holds an array: each of its objects is a record. */
static int
give_array(struct tp_ctx *c, void *st, struct tp_rec *r, const char *p,
    size_t n)
{
	struct tp_json_obj	a = { 0 };
	size_t			i;
	int			rc = 0;

	if (tp_json_array(&a, p, n) == -1) {
		c->run->records++;
		r->line = p;
		r->len = n;
		rc = bad_json(c, r, a.why, a.at);
	}
	for (i = 0; rc == 0 && a.why == NULL && i < a.n; i++)
		rc = give_record(c, st, r, a.f[i].v.p, a.f[i].v.n);
	tp_json_obj_release(&a);
	return rc;
}

int
tp_ctx_give(struct tp_ctx *c, void *st, struct tp_rec *r, const char *p,
    size_t n)
{
	while (n > 0 && (*p == ' ' || *p == '\t' || *p == '\r')) {
		p++;
		n--;
	}
	if (n == 0)
		return 0;
	return *p == '[' ? give_array(c, st, r, p, n) :
	    give_record(c, st, r, p, n);
}

/* One line, without its newline; blank ones are passed over. */
static int
give_line(struct tp_ctx *c, void *st, struct tp_rec *r, struct lines *l,
    const char *p, size_t n)
{
	r->lineno = ++l->lineno;
	r->pos = l->pos;
	r->now_ms = c->now_ms;
	if (n >= 3 && l->lineno == 1 && memcmp(p, "\xEF\xBB\xBF", 3) == 0) {
		p += 3;
		n -= 3;
	}
	return tp_ctx_give(c, st, r, p, n);
}

static int
reject_overlong(struct tp_ctx *c, struct tp_rec *r, struct lines *l)
{
	r->lineno = ++l->lineno;
	r->pos = l->pos;
	r->line = l->p + l->at;
	r->len = 1024;
	c->run->records++;
	return tp_ctx_reject(&c->out, r, "line-length",
	    "line longer than --max-line; raw holds its first 1024 bytes");
}

/* A line without end in the buffer: waits for more, unless it is too long. */
static int
check_length(struct tp_ctx *c, struct tp_rec *r, struct lines *l)
{
	size_t	have = l->n - l->at;

	if (!l->overlong && have > (size_t)c->run->opts->max_line) {
		l->overlong = true;
		if (reject_overlong(c, r, l) == -1)
			return -1;
	}
	if (l->overlong) {
		l->pos += (int64_t)have;
		l->at = l->n;
	}
	l->scanned = l->n;
	return 0;
}

/* Gives all whole lines of the buffer. */
static int
take_lines(struct tp_ctx *c, void *st, struct tp_rec *r, struct lines *l)
{
	const char	*nl;
	size_t		 n;

	while ((nl = memchr(l->p + l->scanned, '\n', l->n - l->scanned)) !=
	    NULL) {
		n = (size_t)(nl - (l->p + l->at));
		if (l->overlong)
			l->overlong = false;
		else if (n > (size_t)c->run->opts->max_line) {
			if (reject_overlong(c, r, l) == -1)
				return -1;
		} else if (give_line(c, st, r, l, l->p + l->at, n) == -1)
			return -1;
		l->pos += (int64_t)n + 1;
		l->at += n + 1;
		l->scanned = l->at;
	}
	return check_length(c, r, l);
}

static int
run_lines_of(struct tp_ctx *c, void *st, struct tp_rec *r, struct lines *l)
{
	int	rc;

	l->at = l->n = l->scanned = 0;
	l->lineno = 0;
	l->overlong = false;
	while ((rc = fill_lines(c, st, l)) == 1)
		if (take_lines(c, st, r, l) == -1)
			return -1;
	if (rc == 0 && l->n > l->at) {
		/* the last line has no newline; the scanner wants one */
		l->p[l->n] = '\n';
		rc = give_line(c, st, r, l, l->p + l->at, l->n - l->at);
		l->pos += (int64_t)(l->n - l->at);
	}
	return rc;
}

static int
run_filter(struct tp_ctx *c)
{
	const struct tp_filter		*f = c->run->filter;
	const struct tp_run_opts	*o = c->run->opts;
	struct lines			 l = { 0 };
	struct tp_rec			 r = { .assume = o->speed_unit };
	struct tp_src			*src;
	void				*st = c->run->state;
	size_t				 i, n = o->inputs.n;

	if (st == NULL)
		st = tp_calloc(1, f->size > 0 ? f->size : 1);
	if (f->init != NULL && f->init(st, c->run->conf, c->e) == -1)
		tp_ctx_fail(c);
	for (i = 0; i < (n > 0 ? n : 1) && c->stop == TP_CTX_GO; i++) {
		if (open_input(c, n > 0 ? o->inputs.v[i] : "-", &src) == -1)
			break;
		r.source = tp_src_name(src);
		r.input = (uint32_t)i;
		if (run_lines_of(c, st, &r, &l) == -1 && !tp_ctx_stopping(c))
			c->stop = TP_CTX_ENOUGH;
		close_input(c, src);
	}
	if (c->stop == TP_CTX_GO) {
		if (f->end == NULL || f->end(st, &c->out) == 0)
			tp_ctx_shape_end(c);
	} else if (c->stop == TP_CTX_SIGNAL && f->flush != NULL) {
		f->flush(st, &c->out);
	}
	if (c->run->state == NULL) {
		if (f->clear != NULL)
			f->clear(st);
		free(st);
	}
	tp_rec_release(&r);
	free(l.p);
	return c->stop == TP_CTX_ERROR ? -1 : 0;
}

/* One file through a reader: 0, or 1 where the run stops. */
static int
read_file(struct tp_ctx *c, void *st, const char *path, int64_t pass,
    char *block)
{
	const struct tp_reader	*rd = c->run->reader;
	struct tp_src		*src;
	size_t			 got = 0;
	int			 rc;

	c->now_ms = c->run->opts->now_ms != TP_TIME_NONE ?
	    c->run->opts->now_ms : tp_clock_wall_ms();
	rc = rd->open(st, strcmp(path, "-") == 0 ? "stdin" : path, pass,
	    c->e);
	if (rc == 1)
		rc = rd->whole(st, path, &c->out, c->e);
	else if (rc == 0 && (rc = open_input(c, path, &src)) == 0) {
		while ((rc = read_block(c, st, block, BLOCK, &got)) == 1) {
			memset(block + got, 0, TP_JSON_PAD);
			rc = rd->bytes(st, block, got, &c->out, c->e);
			if (rc != 0)
				break;
		}
		if (rc == 0)
			rc = rd->close(st, &c->out, c->e);
		close_input(c, src);
	}
	if (rc == -1 && c->stop == TP_CTX_GO)
		tp_ctx_fail(c);
	return rc != 0 || c->stop != TP_CTX_GO;
}

static int
run_reader(struct tp_ctx *c)
{
	const struct tp_reader		*rd = c->run->reader;
	const struct tp_run_opts	*o = c->run->opts;
	void				*st = tp_calloc(1, rd->size);
	char				*block;
	int64_t				 pass;
	uint64_t			 before;
	size_t				 i, n = o->inputs.n;

	block = tp_malloc(BLOCK + TP_JSON_PAD);
	if (rd->init(st, c->run->conf, c->e) == -1)
		tp_ctx_fail(c);
	for (pass = 0; c->stop == TP_CTX_GO; pass++) {
		before = c->out.lines[0];
		for (i = 0; i < (n > 0 ? n : 1); i++)
			if (read_file(c, st, n > 0 ? o->inputs.v[i] : "-",
			    pass, block))
				break;
		/* an input without events would loop for ever */
		if (!c->run->loop || c->out.lines[0] == before || tp_ctx_stopping(c))
			break;
	}
	rd->clear(st);
	free(st);
	free(block);
	return c->stop == TP_CTX_ERROR ? -1 : 0;
}

int
tp_run(struct tp_run *run, struct tp_err *e)
{
	struct tp_ctx	c = { .run = run, .e = e };

	run->records = run->rejected = run->written = 0;
	if (tp_ctx_open_outputs(&c) == -1) {
		tp_ctx_fail(&c);
		if (tp_sig_stop() != 0)
			c.stop = TP_CTX_SIGNAL;
	}
	tp_ctx_stats_init(&c);
	c.packed_total = total_size(run->opts);
	if (c.stop == TP_CTX_GO) {
		if (tp_ctx_kafka_reads(&c))
			tp_ctx_kafka_run(&c);
		else if (run->filter != NULL)
			run_filter(&c);
		else
			run_reader(&c);
	}
	tp_ctx_flush(&c);
	tp_ctx_kafka_deliver(&c);
	tp_ctx_stats_end(&c);
	tp_ctx_close_outputs(&c);
	if (c.broken_pipe) {
		signal(SIGPIPE, SIG_DFL);
		raise(SIGPIPE);
	}
	return c.stop == TP_CTX_ERROR ? -1 : 0;
}
