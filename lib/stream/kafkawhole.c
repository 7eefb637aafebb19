/*
 * Runs over whole steps.  Every worker gives the records of all partitions to
 * one state, in an order that depends on the logs alone; so all workers see
 * the same results, and each writes those of its partitions, in one
 * transaction with
 *
 *	LOW, POS	of every partition: what the state needs of it, and
 *			where it stands in it,
 *	MARK		of the state,
 *	DONE		the time of the last line written for the partition.
 *
 * A worker that is given partitions begins at the least of their positions
 * and MARKs, which without --wait is one of the commits, since all are from
 * one order.  It reads [LOW, POS) again, goes on from there, and leaves out
 * the lines up to DONE and the rejects before POS of each partition.
 *
 * Several topics are one log too.  A line that is made of one record goes with
 * that record's partition, all others with those of the first topic.
 */
#include "stream/kafkawhole.h"

#include "base/clock.h"

#define EACH	256		/* records between two points */
#define BATCH	1000		/* records given at once */
#define MS	INT64_C(1000000)
#define AHEAD_MS TP_DAY		/* of the clock: more than filters take */

/* Counters that are about the record at work. */
static const enum tp_count of_records[] = {
	TP_COUNT_LATE, TP_COUNT_DUPLICATE, TP_COUNT_MISSING, TP_COUNT_HELD,
};
#define NOF	(sizeof(of_records) / sizeof(*of_records))

static bool
wants(struct tp_out *o, const char *key, size_t keylen, int64_t t)
{
	struct tp_ctx		*c = (struct tp_ctx *)o;
	struct tp_ctx_kafka	*k = c->k;
	struct tp_kwhole	*w = k->whole;
	struct tp_kstate	*s;

	if (o->muted)
		return false;
	if (k->guarantee == TP_GUARANTEE_NONE) {
		k->partition = -1;
		return true;
	}
	if (t == TP_TIME_NONE) {
		k->partition = k->rec.partition;
		return tp_ctx_whole_ours(c, &k->rec);
	}
	k->topic = 0;
	k->partition = tp_kprod_partition(key, keylen, k->nparts[0]);
	s = w->s[k->partition];
	if (!s->owned || t <= s->done)
		return false;
	if (t > s->newest)
		s->newest = t;
	return true;
}

bool
tp_ctx_whole_ours(struct tp_ctx *c, const struct tp_rec *r)
{
	const struct tp_kstate	*s = tp_ctx_kafka_state(c, r->input,
				    r->partition);

	c->k->topic = r->input;
	c->k->partition = r->partition;
	return s->owned && r->offset >= s->told;
}

int
tp_ctx_whole_open(struct tp_ctx *c)
{
	struct tp_ctx_kafka	*k = c->k;
	struct tp_kwhole	*w;
	struct tp_kstate	*s;
	size_t			 t, n = 0, i;

	for (t = 0; t < k->nin; t++)
		n += (size_t)k->nparts[t];
	if (!c->run->whole || n < 2)
		return 0;
	if (k->guarantee != TP_GUARANTEE_NONE && n > TP_KMETA_PARTS)
		return tp_opt_error(c->e, "results that need whole steps are "
		    "made from topics of up to %d partitions in all",
		    TP_KMETA_PARTS);
	w = k->whole = tp_calloc(1, sizeof(*w));
	w->n = n;
	w->until = tp_calloc(n, sizeof(*w->until));
	w->s = tp_calloc(n, sizeof(*w->s));
	for (i = 0; (s = tp_ctx_kafka_each(c, &i)) != NULL;)
		w->s[i - 1] = s;
	w->bounded = k->guarantee == TP_GUARANTEE_NONE &&
	    (c->run->opts->at_end || c->run->state != NULL);
	tp_merge_init(&w->merge, n);
	c->out.wants = wants;
	return 0;
}

void
tp_ctx_whole_close(struct tp_ctx *c)
{
	struct tp_kwhole	*w = c->k->whole;

	if (w == NULL)
		return;
	tp_ctx_whole_stop(c);
	tp_merge_release(&w->merge);
	free(w->points);
	free(w->until);
	free(w->s);
	free(w);
	c->k->whole = NULL;
}

size_t
tp_kwhole_index(const struct tp_kwhole *w, const struct tp_kstate *s)
{
	size_t	i;

	for (i = 0; w->s[i] != s; i++)
		continue;
	return i;
}

int
tp_ctx_whole_take(struct tp_ctx *c, const struct tp_kmsg *m)
{
	struct tp_kwhole	*w = c->k->whole;
	struct tp_kstate	*s = tp_ctx_kafka_state(c, m->topic,
				    m->partition);
	struct tp_merge_rec	 r = {
		.pos = m->offset, .p = m->p, .n = m->n, .key = m->key,
		.keylen = m->keylen, .stamp = m->t, .appended = m->appended,
		.latest = tp_ctx_kafka_now(c, m) + AHEAD_MS,
		.otherwise = c->run->stamped && m->t >= 0 ? m->t :
		    TP_TIME_NONE,
	};
	struct tp_kpart		 p;
	struct tp_kmsg		 text;
	char			 why[200];
	size_t			 i;
	int			 rc;

	if (s == NULL || !s->read || !w->active)
		return 0;
	if (m->kind == TP_KMSG_END && s->quiet_ns == 0)
		s->quiet_ns = tp_clock_mono_ns();
	/* the library may give some twice; a bounded run ends at the end */
	if (m->kind == TP_KMSG_END || m->offset < s->next ||
	    (w->bounded && s->quiet_ns != 0))
		return 0;
	s->next = m->offset + 1;
	s->quiet_ns = 0;
	if (c->k->wires[m->topic] != NULL && m->n > 0) {
		rc = tp_ctx_kafka_json(c, m, &text, why, sizeof(why));
		if (rc == -1)
			return -1;
		/* what is bad stays as it came, and is refused in its turn */
		if (rc == 0) {
			r.p = text.p;
			r.n = text.n;
			r.json = true;
		}
	}
	i = tp_kwhole_index(w, s);
	tp_merge_put(&w->merge, i, &r);
	if (s->paused || tp_merge_waiting(&w->merge, i) < TP_MERGE_FULL)
		return 0;
	s->paused = true;
	p = (struct tp_kpart){ .topic = m->topic, .partition = m->partition };
	tp_kcons_pause(c->k->cons, &p, true);
	return 0;
}

/* There is room again for what was paused. */
static int
go_on(struct tp_ctx *c, struct tp_kstate *s)
{
	struct tp_kpart	p = {
		.topic = s->saved.topic, .partition = s->saved.partition,
		.offset = s->next,
	};

	s->paused = false;
	tp_kcons_pause(c->k->cons, &p, false);
	/* the pause threw away what was fetched */
	return tp_kcons_seek(c->k->cons, &p, 1, c->e) == -1 ?
	    tp_ctx_fail(c) : 0;
}

/* Which partitions the others wait for. */
static void
set_open(struct tp_ctx *c)
{
	struct tp_kwhole	*w = c->k->whole;
	int64_t			 wait = c->run->wait_ms * MS, quiet;
	int64_t			 now = tp_clock_mono_ns();
	size_t			 i;

	for (i = 0; i < w->n; i++) {
		const struct tp_kstate	*s = w->s[i];
		struct tp_merge_log	*q = &w->merge.log[i];

		quiet = s->quiet_ns != 0 ? now - s->quiet_ns : -1;
		q->limit = w->rebuilt ? INT64_MAX : w->until[i];
		q->open = s->read && (!w->rebuilt ? quiet < 0 &&
		    s->next < w->until[i] : quiet < 0 ||
		    (!w->bounded && (wait == 0 || quiet < wait)));
	}
}

/* Notes where the state stands in all partitions, as record w->seq comes. */
static void
add_point(struct tp_kwhole *w)
{
	int64_t	*p;
	size_t	 i;

	TP_GROW(w->points, w->cap, (w->npoints + 1) * (w->n + 1));
	p = &w->points[w->npoints++ * (w->n + 1)];
	*p++ = w->seq;
	for (i = 0; i < w->n; i++)
		p[i] = w->s[i]->pos;
}

/* All that is ours has changed. */
static void
set_dirty(struct tp_kwhole *w, bool dirty)
{
	size_t	i;

	for (i = 0; i < w->n; i++)
		if (w->s[i]->owned)
			w->s[i]->dirty = dirty;
}

static int
give(struct tp_ctx *c, size_t i)
{
	struct tp_kwhole	*w = c->k->whole;
	struct tp_kstate	*s = w->s[i];
	struct tp_merge_rec	 r = tp_merge_head(&w->merge, i);
	struct tp_kmsg		 m = {
		TP_KMSG_RECORD, s->saved.topic, s->saved.partition, r.pos,
		r.p, r.n, r.key, r.keylen, r.stamp, r.appended,
	};
	uint64_t		 records = c->run->records, count[NOF];
	size_t			 k;
	int			 rc;

	if (w->seq % EACH == 0 && c->k->guarantee != TP_GUARANTEE_NONE)
		add_point(w);
	for (k = 0; k < NOF; k++)
		count[k] = c->out.count[of_records[k]];
	tp_ctx_kafka_enter(c, s);
	c->out.muted = !w->rebuilt;
	rc = tp_ctx_kafka_give(c, w->st, &m, w->seq, r.json);
	if (!w->rebuilt || !tp_ctx_whole_ours(c, &c->k->rec)) {
		c->run->records = records;
		for (k = 0; k < NOF; k++)
			c->out.count[of_records[k]] = count[k];
	}
	c->out.muted = false;
	if (rc == 0 && !c->k->excess) {
		s->pos = r.pos + 1;
		w->seq++;
	}
	/* what of it was dropped is made again, from the last commit on */
	if (w->rebuilt)
		set_dirty(w, !c->k->excess);
	tp_merge_pop(&w->merge, i);
	return rc == 0 && s->paused &&
	    tp_merge_waiting(&w->merge, i) < TP_MERGE_FULL / 2 ?
	    go_on(c, s) : rc;
}

/* [LOW, POS) of all was read. */
static void
rebuild_done(struct tp_kwhole *w)
{
	size_t	i;

	w->rebuilt = true;
	for (i = 0; i < w->n; i++) {
		w->s[i]->rebuilt = true;
		if (w->s[i]->pos < w->until[i])
			w->s[i]->pos = w->until[i];
	}
}

int
tp_ctx_whole_advance(struct tp_ctx *c)
{
	struct tp_kwhole	*w = c->k->whole;
	int			 i, n;

	c->k->more = false;
	for (n = 0; w->active && n < BATCH; n++) {
		set_open(c);
		i = tp_merge_next(&w->merge);
		if (i == TP_MERGE_OPEN || (i == TP_MERGE_NONE && w->rebuilt))
			return 0;
		if (i == TP_MERGE_NONE)
			rebuild_done(w);
		else if (give(c, (size_t)i) == -1)
			return -1;
		if (c->stop == TP_CTX_ENOUGH)
			return 0;
	}
	c->k->more = w->active;
	return 0;
}

/* The moment when the last partition fell silent; 0: not all are. */
static int64_t
silent_since(const struct tp_kwhole *w)
{
	int64_t	last = 0;
	size_t	i;

	for (i = 0; i < w->n; i++) {
		if (!w->s[i]->read)
			continue;
		if (w->s[i]->quiet_ns == 0)
			return 0;
		if (w->s[i]->quiet_ns > last)
			last = w->s[i]->quiet_ns;
	}
	return w->active && w->rebuilt ? last : 0;
}

int
tp_ctx_whole_time(struct tp_ctx *c, int64_t now_ns)
{
	const struct tp_filter	*f = c->run->filter;
	struct tp_kwhole	*w = c->k->whole;
	int64_t			 since = silent_since(w), mark;

	if (f->time == NULL || since == 0 ||
	    tp_merge_next(&w->merge) != TP_MERGE_NONE)
		return 0;
	tp_ctx_kafka_enter(c, w->s[0]);
	mark = f->mark != NULL ? f->mark(w->st) : 0;
	if (f->time(w->st, (now_ns - since) / MS, &c->out) == -1)
		return -1;
	if (f->mark != NULL && f->mark(w->st) != mark)
		set_dirty(w, true);
	return 0;
}

bool
tp_ctx_whole_read(const struct tp_ctx *c)
{
	const struct tp_kwhole	*w = c->k->whole;
	int			 next;

	if (!w->active)
		return true;
	if (silent_since(w) == 0)
		return false;
	next = tp_merge_next(&w->merge);
	/* what is held back without a limit stays for the next run */
	return next == TP_MERGE_NONE ||
	    (next == TP_MERGE_OPEN && c->run->wait_ms == 0);
}

int
tp_ctx_whole_end(struct tp_ctx *c)
{
	tp_ctx_kafka_enter(c, c->k->whole->s[0]);
	return c->run->filter->end(c->k->whole->st, &c->out);
}

/* The newest point at or before what the state needs; NULL: it needs none. */
static const int64_t *
low_point(const struct tp_ctx *c)
{
	const struct tp_filter	*f = c->run->filter;
	struct tp_kwhole	*w = c->k->whole;
	size_t			 width = w->n + 1, i;
	int64_t			 low = f->low != NULL ? f->low(w->st) :
				    INT64_MAX;

	for (i = 0; i + 1 < w->npoints &&
	    w->points[(i + 1) * width] <= low; i++)
		continue;
	/* what is before it will not be asked for again */
	w->npoints -= i;
	memmove(w->points, w->points + i * width, w->npoints * width *
	    sizeof(*w->points));
	return w->npoints > 0 && low < w->seq ? w->points + 1 : NULL;
}

struct tp_kpart
tp_ctx_whole_commit(struct tp_ctx *c, struct tp_kstate *s)
{
	const struct tp_filter	*f = c->run->filter;
	const struct tp_kwhole	*w = c->k->whole;
	const int64_t		*low = low_point(c);
	struct tp_kpart		 p = s->saved;
	struct tp_kmeta		 m = {
		.whole = true, .mark = TP_TIME_NONE, .n = (int32_t)w->n,
		.pos = s->pos > s->told ? s->pos : s->told,
		.cfg = c->run->opts->conf_hash,
		.done = s->newest > s->done ? s->newest : s->done,
	};
	size_t			 i;

	if (f->mark != NULL)
		m.mark = f->mark(w->st);
	for (i = 0; i < w->n; i++) {
		m.at[i] = w->s[i]->pos;
		m.low[i] = low != NULL ? low[i] : m.at[i];
	}
	s->low = p.offset = m.low[tp_kwhole_index(w, s)];
	tp_kmeta_write(p.meta, &m);
	return p;
}
