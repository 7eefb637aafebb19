/* The loop over partitions. */
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/sig.h"
#include "stream/kafkactx.h"

#define BATCH		1000	/* messages at once */
#define AHEAD		10	/* messages: how early memory is asked for */
#define HEAD		192	/* bytes of a message; then it is in step */
#define LINE		64	/* bytes of a cache line */
#define WAIT_MS		50	/* for the first of them */
#define MS		INT64_C(1000000)
#define TIME_NS		(100 * MS)	/* how exactly filter->time() is called */
#define PARK_NS		(300 * INT64_C(1000000000))	/* states kept so long */

/* The end of a partition, which may be all that its state is rebuilt from. */
static void
end_reached(struct tp_kstate *s, int64_t offset)
{
	if (s->quiet_ns == 0)
		s->quiet_ns = tp_clock_mono_ns();
	if (offset >= s->pos)
		s->rebuilt = true;
}

/* Copies the value where a newline and padding can stand behind it. */
static const char *
padded(struct tp_buf *b, const struct tp_kmsg *m)
{
	b->n = 0;
	tp_buf_room(b, m->n + 1 + TP_JSON_PAD);
	tp_buf_add(b, m->p, m->n);
	b->p[m->n] = '\n';
	memset(b->p + m->n + 1, 0, TP_JSON_PAD);
	return b->p;
}

/* A record without a value, or longer than --max-line. */
static int
give_message(struct tp_ctx *c, void *st, const struct tp_kmsg *m, bool json)
{
	struct tp_rec	*r = &c->k->rec;
	struct tp_kmsg	 text;
	char		 why[200];
	const char	*p;
	size_t		 n = m->n;
	int		 rc;

	r->line = "";
	r->len = 0;
	if (m->p == NULL || n == 0) {
		c->run->records++;
		return tp_out_reject(&c->out, r, m->p == NULL ? "tombstone" :
		    "empty", m->p == NULL ?
		    "the record has no value (a tombstone)" :
		    "the record's value is empty");
	}
	if (c->k->wires[m->topic] != NULL && !json) {
		rc = tp_ctx_kafka_json(c, m, &text, why, sizeof(why));
		if (rc == -1)
			return -1;
		if (rc == 1) {
			c->run->records++;
			r->line = m->p;
			r->len = m->n;
			return tp_out_reject(&c->out, r, "avro", why);
		}
		m = &text;
		n = m->n;
	}
	p = padded(&c->k->line, m);
	if (n > (size_t)c->run->opts->max_line) {
		c->run->records++;
		r->line = p;
		r->len = 1024;
		return tp_out_reject(&c->out, r, "line-length",
		    "record longer than --max-line; raw holds its first "
		    "1024 bytes");
	}
	while (n > 0 && (p[n - 1] == '\n' || p[n - 1] == '\r'))
		n--;
	return tp_ctx_give(c, st, r, p, n);
}

/* The log's own clock, where it has one: read again, it is the same. */
int64_t
tp_ctx_kafka_now(const struct tp_ctx *c, const struct tp_kmsg *m)
{
	return m->appended && c->run->opts->now_ms == TP_TIME_NONE ? m->t :
	    c->now_ms;
}

int
tp_ctx_kafka_give(struct tp_ctx *c, void *st, const struct tp_kmsg *m,
    int64_t pos, bool json)
{
	struct tp_ctx_kafka	*k = c->k;

	k->key = m->key;
	k->keylen = m->keylen;
	k->t = m->t;
	k->excess = false;
	k->rec.source = k->topics[m->topic];
	k->rec.input = m->topic;
	k->rec.partition = m->partition;
	k->rec.pos = pos;
	k->rec.offset = m->offset;
	k->rec.now_ms = tp_ctx_kafka_now(c, m);
	k->rec.assume = c->run->opts->speed_unit;
	return give_message(c, st, m, json);
}

/* Gives one message to the state of its partition; 0, or -1 to stop. */
static int
take(struct tp_ctx *c, const struct tp_kmsg *m)
{
	struct tp_kstate	*s = tp_ctx_kafka_state(c, m->topic,
				    m->partition);
	uint64_t		 before = c->run->records;
	int			 rc;

	if (c->k->whole != NULL)
		return tp_ctx_whole_take(c, m);
	if (s == NULL || !s->owned || s->st == NULL)
		return 0;
	if (m->kind == TP_KMSG_END) {
		end_reached(s, m->offset);
		return 0;
	}
	/* the library may give some twice (2.0.2) */
	if (m->offset < s->next)
		return 0;
	tp_ctx_kafka_enter(c, s);
	c->out.muted = m->offset < s->pos;
	c->out.again = c->out.muted && tp_kstate_waits(s, m->offset) ?
	    tp_ctx_shape_again : NULL;
	s->next = m->offset + 1;
	s->quiet_ns = 0;
	rc = tp_ctx_kafka_give(c, s->st, m, m->offset, false);
	if (c->out.muted) {
		c->run->records = before;
		if (s->next >= s->pos)
			s->rebuilt = true;
	} else if (rc == 0 && !c->k->excess) {
		s->pos = s->next;
		s->rebuilt = s->dirty = true;
	}
	c->out.muted = false;
	c->bytes += m->n;
	return rc;
}

/* Asks the memory for the head of a message that comes soon. */
static void
fetch_text(const struct tp_kmsg *m)
{
	size_t	i;

	for (i = 0; i < m->n && i < HEAD; i += LINE)
		__builtin_prefetch(m->p + i);
}

/* Tells the filter of a message that is taken after AHEAD others. */
static void
tell_key(struct tp_ctx *c, const struct tp_kmsg *m)
{
	const struct tp_filter	*f = c->run->filter;
	const struct tp_kstate	*s;

	if (f->soon == NULL || m->key == NULL || c->k->whole != NULL)
		return;
	s = tp_ctx_kafka_state(c, m->topic, m->partition);
	if (s != NULL && s->owned && s->st != NULL)
		f->soon(s->st, m->key, m->keylen);
}

/* Taken away; 0 or -1. */
static int
give_up(struct tp_ctx *c, bool lost)
{
	const struct tp_kpart	*l;
	struct tp_kstate	*s;
	enum tp_kcons_turn	 turn;
	int64_t			 now = tp_clock_mono_ns();
	size_t			 i, n;
	int			 rc = lost ? tp_ctx_kafka_abort(c) :
				    tp_ctx_kafka_commit(c);

	if (rc == -1)
		return -1;
	turn = tp_kcons_turn(c->k->cons, &l, &n);
	/* it was answered while our reader took nothing */
	if (turn != TP_KCONS_REVOKE && turn != TP_KCONS_LOST)
		return 0;
	for (i = 0; i < n; i++) {
		s = tp_ctx_kafka_state(c, l[i].topic, l[i].partition);
		if (s == NULL)
			continue;
		s->owned = false;
		s->parked_ns = now;
		if (rc != 0 || s->dirty || !s->rebuilt)
			tp_kstate_drop(c, s);
	}
	if (c->k->whole != NULL)
		tp_ctx_whole_stop(c);
	if (tp_kcons_unassign(c->k->cons, c->e) == -1)
		return tp_ctx_fail(c);
	/* those that we keep (cooperative) begin again as well */
	return rc == 1 ? tp_ctx_kafka_reload(c) : 0;
}

/* Given; 0 or -1. */
static int
take_over(struct tp_ctx *c, const struct tp_kpart *l, size_t n)
{
	struct tp_kpart	*mine;
	int		 rc;

	if (c->k->whole != NULL && tp_kcons_cooperative(c->k->cons)) {
		tp_opt_error(c->e, "partition.assignment.strategy: results "
		    "that need whole steps go with range or roundrobin");
		return tp_ctx_fail(c);
	}
	mine = tp_calloc(n + 1, sizeof(*mine));
	memcpy(mine, l, n * sizeof(*mine));
	rc = tp_ctx_kafka_load(c, &mine, &n);
	if (rc == 0 && tp_kcons_assign(c->k->cons, mine, n, c->e) == -1)
		rc = tp_ctx_fail(c);
	free(mine);
	return rc;
}

/* What the group wants now; also said. */
static enum tp_kcons_turn
ask_group(struct tp_ctx *c, const struct tp_kpart **l, size_t *n)
{
	enum tp_kcons_turn	turn = tp_kcons_turn(c->k->cons, l, n);

	if (turn == TP_KCONS_STAY)
		return turn;
	tp_log_detail("kafka: %zu partitions %s", *n,
	    turn == TP_KCONS_ASSIGN ? "given" : turn == TP_KCONS_REVOKE ?
	    "taken away" : "lost");
	/* between both there is nothing to read, which is not the end */
	c->k->assigned = turn == TP_KCONS_ASSIGN;
	return turn;
}

static int
follow_group(struct tp_ctx *c)
{
	const struct tp_kpart	*l;
	size_t			 n;
	enum tp_kcons_turn	 turn = ask_group(c, &l, &n);

	if (turn == TP_KCONS_STAY)
		return 0;
	return turn == TP_KCONS_ASSIGN ? take_over(c, l, n) :
	    give_up(c, turn == TP_KCONS_LOST);
}

int
tp_ctx_kafka_yield(struct tp_ctx *c)
{
	const struct tp_kpart	*l;
	struct tp_kstate	*s;
	size_t			 i, n;
	enum tp_kcons_turn	 turn = ask_group(c, &l, &n);

	if (turn == TP_KCONS_STAY)
		return 0;
	if (turn == TP_KCONS_ASSIGN)
		return take_over(c, l, n);
	for (i = 0; i < n; i++) {
		s = tp_ctx_kafka_state(c, l[i].topic, l[i].partition);
		if (s != NULL)
			tp_kstate_drop(c, s);
	}
	if (c->k->whole != NULL)
		tp_ctx_whole_stop(c);
	return tp_kcons_unassign(c->k->cons, c->e) == -1 ? tp_ctx_fail(c) :
	    0;
}

/* Lets time pass for partitions at their end, and forgets parked states. */
static int
pass_time(struct tp_ctx *c)
{
	const struct tp_filter	*f = c->run->filter;
	struct tp_kstate	*s;
	int64_t			 now = tp_clock_mono_ns(), mark;
	uint64_t		 lines;
	size_t			 i = 0, k;

	if (now - c->k->time_ns < TIME_NS)
		return 0;
	c->k->time_ns = now;
	if (c->k->whole != NULL)
		return tp_ctx_whole_time(c, now);
	while ((s = tp_ctx_kafka_each(c, &i)) != NULL) {
		if (s->parked_ns != 0 && now - s->parked_ns > PARK_NS)
			tp_kstate_drop(c, s);
		if (f->time == NULL || !s->owned || !s->rebuilt ||
		    s->quiet_ns == 0)
			continue;
		tp_ctx_kafka_enter(c, s);
		mark = f->mark != NULL ? f->mark(s->st) : 0;
		for (lines = k = 0; k < c->out.nbufs; k++)
			lines += c->out.lines[k];
		if (f->time(s->st, (now - s->quiet_ns) / MS, &c->out) == -1)
			return -1;
		for (k = 0; k < c->out.nbufs; k++)
			lines -= c->out.lines[k];
		if (lines != 0 || (f->mark != NULL && f->mark(s->st) != mark))
			s->dirty = true;
	}
	return 0;
}

/* Every partition that is ours was read to its end. */
static bool
all_read(const struct tp_ctx *c)
{
	const struct tp_kstate	*s;
	size_t			 i = 0;

	if (!c->k->assigned)
		return false;
	if (c->k->whole != NULL)
		return tp_ctx_whole_read(c);
	while ((s = tp_ctx_kafka_each(c, &i)) != NULL)
		if (s->owned && s->quiet_ns == 0)
			return false;
	return true;
}

/* Nothing came: looks whether anybody still reads our output. */
static int
look_at_reader(struct tp_ctx *c)
{
	struct pollfd	p = { .fd = STDOUT_FILENO };

	if (tp_sig_stop() == 0 && c->sinks[0].file != NULL &&
	    strcmp(c->run->opts->output, "-") == 0 && poll(&p, 1, 0) > 0 &&
	    (p.revents & POLLERR)) {
		c->broken_pipe = true;
		c->stop = TP_CTX_ENOUGH;
		return -1;
	}
	return 0;
}

static int
commit_due(struct tp_ctx *c)
{
	int64_t	every = c->run->opts->commit_ms * MS;
	int64_t	start = tp_clock_mono_ns(), end;
	int	rc;

	if (start < c->k->commit_ns)
		return 0;
	rc = tp_ctx_kafka_commit(c);
	end = tp_clock_mono_ns();
	/* from one start to the next, and some work between slow ones */
	c->k->commit_ns = start + every > end + every / 4 ? start + every :
	    end + every / 4;
	return rc == 1 ? tp_ctx_kafka_reload(c) : rc;
}

/* Flushes to pipes and files where the next poll would wait. */
static int
write_on(struct tp_ctx *c, bool idle)
{
	size_t	i, waiting = c->reject_buf.n;

	for (i = 0; i < c->out.nbufs; i++)
		waiting += c->out.bufs[i].n;
	if (waiting == 0 || (!idle && waiting < TP_CTX_FLUSH &&
	    !c->run->opts->unbuffered))
		return 0;
	return tp_ctx_flush(c);
}

/* One round: 0 or -1. */
static int
turn(struct tp_ctx *c, struct tp_kmsg *m)
{
	int64_t	left;
	int	n, i;

	if (follow_group(c) == -1 || (tp_kcons_resume(c->k->cons) &&
	    tp_ctx_kafka_reread(c) == -1))
		return -1;
	left = (c->k->commit_ns - tp_clock_mono_ns()) / MS;
	left = left < 0 || c->k->more ? 0 : left > WAIT_MS ? WAIT_MS : left;
	tp_kwatch_on("polling");
	n = tp_kcons_poll(c->k->cons, (int)left, m, BATCH, c->e);
	tp_kwatch_off();
	if (n == -1)
		return tp_ctx_fail(c);
	c->now_ms = c->run->opts->now_ms != TP_TIME_NONE ?
	    c->run->opts->now_ms : tp_clock_wall_ms();
	if (n > 0 && c->read_ns == 0)
		c->read_ns = tp_clock_mono_ns();
	for (i = 0; i < n; i++) {
		if (i + 2 * AHEAD < n)
			fetch_text(&m[i + 2 * AHEAD]);
		if (i + AHEAD < n)
			tell_key(c, &m[i + AHEAD]);
		if (take(c, &m[i]) == -1)
			return -1;
		if (c->stop == TP_CTX_ENOUGH)
			return 0;
	}
	if (c->k->whole != NULL && tp_ctx_whole_advance(c) == -1)
		return -1;
	if (c->k->guarantee != TP_GUARANTEE_EXACTLY &&
	    write_on(c, n < BATCH / 2) == -1)
		return -1;
	if ((n == 0 && look_at_reader(c) == -1) || pass_time(c) == -1)
		return -1;
	return commit_due(c) == -1 || tp_ctx_tick(c) == -1 ? -1 : 0;
}

/* A topic read as a file to its end: what is open is written. */
static int
end_states(struct tp_ctx *c)
{
	const struct tp_filter	*f = c->run->filter;
	struct tp_kstate	*s;
	size_t			 i = 0;

	if (f->end == NULL)
		return 0;
	if (c->k->whole != NULL)
		return tp_ctx_whole_end(c);
	if (c->run->state != NULL)
		return f->end(c->run->state, &c->out);
	while ((s = tp_ctx_kafka_each(c, &i)) != NULL) {
		if (!s->owned)
			continue;
		tp_ctx_kafka_enter(c, s);
		if (f->end(s->st, &c->out) == -1)
			return -1;
	}
	return 0;
}

/* Without a group: all partitions, or those that were named. */
static void
list_all(struct tp_ctx *c)
{
	struct tp_ctx_kafka	*k = c->k;
	const struct tp_kuri	*u;
	size_t			 t, i, n, cap = 0;

	for (t = 0; t < k->nin; t++) {
		u = &k->in[t];
		n = u->nparts > 0 ? u->nparts : (size_t)k->nparts[t];
		for (i = 0; i < n; i++) {
			TP_GROW(k->todo, cap, k->ntodo + 1);
			k->todo[k->ntodo++] = (struct tp_kpart){
				.topic = (uint32_t)t, .offset = -1,
				.partition = u->nparts > 0 ? u->parts[i] :
				    (int32_t)i,
			};
		}
	}
}

/*
 * The next n of the list.  One result of all is made from one partition after
 * another, so that it does not depend on how fast each one comes.
 */
static int
assign_next(struct tp_ctx *c, size_t n)
{
	struct tp_ctx_kafka	*k = c->k;
	struct tp_kpart		*l = tp_calloc(n + 1, sizeof(*l));
	int			 rc;

	memcpy(l, k->todo + k->todo_at, n * sizeof(*l));
	k->todo_at += n;
	k->assigned = true;
	rc = tp_ctx_kafka_load(c, &l, &n);
	if (rc == 0 && tp_kcons_assign(k->cons, l, n, c->e) == -1)
		rc = tp_ctx_fail(c);
	free(l);
	return rc;
}

/* All was read: goes on with the next partition, or 1 at the end of all. */
static int
next_part(struct tp_ctx *c)
{
	const struct tp_kpart	*last;

	if (c->k->guarantee != TP_GUARANTEE_NONE)
		return 1;
	if (c->k->todo_at < c->k->ntodo) {
		last = &c->k->todo[c->k->todo_at - 1];
		tp_ctx_kafka_state(c, last->topic, last->partition)->owned =
		    false;
		return assign_next(c, 1);
	}
	if (c->stop == TP_CTX_GO)
		end_states(c);
	return 1;
}

/* Begins: without a group by itself, else by asking the group. */
static int
begin(struct tp_ctx *c)
{
	const struct tp_filter	*f = c->run->filter;
	void			*st = c->run->state;

	if (st != NULL && f->init != NULL &&
	    f->init(st, c->run->conf, c->e) == -1)
		return tp_ctx_fail(c);
	if (c->k->guarantee == TP_GUARANTEE_NONE) {
		list_all(c);
		return assign_next(c, st != NULL && c->k->whole == NULL ? 1 :
		    c->k->ntodo);
	}
	if (tp_kcons_subscribe(c->k->cons, c->e) == -1)
		return tp_ctx_fail(c);
	return 0;
}

/*
 * The last commit; none where the loop has failed, since what was written
 * from the positions may be lost then.  Returns 1 where it was undone and is
 * to be done again; after a signal that is left to the next run.
 */
static int
finish(struct tp_ctx *c, bool failed)
{
	struct tp_err	later = { 0 };
	int		rc = -1;

	if (c->stop != TP_CTX_ERROR && !failed && tp_ctx_shape_end(c) == 0)
		rc = tp_ctx_kafka_commit(c);
	if (rc == 1 && c->stop != TP_CTX_SIGNAL) {
		c->stop = TP_CTX_GO;
		return tp_ctx_kafka_reload(c) == 0;
	}
	if (rc == -1 && c->k->guarantee == TP_GUARANTEE_EXACTLY &&
	    c->e->code != TP_EXIT_RESTART)
		tp_kprod_abort(c->k->prod, &later);
	return 0;
}

int
tp_ctx_kafka_run(struct tp_ctx *c)
{
	struct tp_ctx_kafka	*k = c->k;
	bool			 to_end = c->run->opts->at_end ||
				    c->run->state != NULL;
	struct tp_kmsg		*m = tp_calloc(BATCH, sizeof(*m));
	int			 rc = begin(c);

	k->commit_ns = tp_clock_mono_ns() + c->run->opts->commit_ms * MS;
	do {
		while (rc == 0 && !tp_ctx_stopping(c)) {
			rc = turn(c, m);
			if (rc == 0 && to_end && all_read(c))
				rc = next_part(c);
		}
		rc = finish(c, rc == -1) == 1 ? 0 : -1;
	} while (rc == 0);
	free(m);
	return c->stop == TP_CTX_ERROR ? -1 : 0;
}
