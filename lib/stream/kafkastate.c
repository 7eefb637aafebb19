/*
 * The states of partitions: made from the log as rec/filter.h says, or, where
 * a partition comes back and nobody has worked on it meanwhile, taken up as
 * they were left.
 */
#include <inttypes.h>

#include "base/clock.h"
#include "base/log.h"
#include "stream/kafkawhole.h"

struct tp_kstate *
tp_ctx_kafka_state(const struct tp_ctx *c, uint32_t topic, int32_t partition)
{
	const struct tp_ctx_kafka	*k = c->k;

	if (topic >= k->nin || partition < 0 || partition >= k->nparts[topic])
		return NULL;
	return &k->states[topic][partition];
}

struct tp_kstate *
tp_ctx_kafka_each(const struct tp_ctx *c, size_t *i)
{
	const struct tp_ctx_kafka	*k = c->k;
	size_t				 at = (*i)++, t;

	for (t = 0; t < k->nin && k->states[t] != NULL; t++) {
		if (at < (size_t)k->nparts[t])
			return &k->states[t][at];
		at -= (size_t)k->nparts[t];
	}
	return NULL;
}

void
tp_ctx_kafka_enter(struct tp_ctx *c, const struct tp_kstate *s)
{
	c->k->topic = s->saved.topic;
	c->k->partition = s->saved.partition;
	c->shaper = s->shaper != NULL ? s->shaper : c->own_shaper;
	c->k->key = NULL;
	c->k->keylen = 0;
	c->out.muted = false;
}

bool
tp_kstate_waits(const struct tp_kstate *s, int64_t offset)
{
	int	i;

	for (i = 0; i < s->nwaits; i++)
		if (s->waits[i] == offset)
			return true;
	return false;
}

void
tp_kstate_drop(struct tp_ctx *c, struct tp_kstate *s)
{
	const struct tp_filter	*f = c->run->filter;

	if (s->st != NULL && s->st != c->run->state) {
		if (f->clear != NULL)
			f->clear(s->st);
		free(s->st);
	}
	if (s->shaper != NULL && c->shaper == s->shaper)
		c->shaper = c->own_shaper;
	tp_shaper_free(s->shaper);
	*s = (struct tp_kstate){ 0 };
}

/* A fresh state at an offset; resumed where mark is one. */
static int
start_state(struct tp_ctx *c, struct tp_kstate *s, const struct tp_kpart *at)
{
	const struct tp_filter	*f = c->run->filter;

	tp_kstate_drop(c, s);
	s->saved = *at;
	s->low = s->pos = s->next = at->offset;
	s->mark = TP_TIME_NONE;
	if (c->run->state != NULL) {
		s->st = c->run->state;
		return 0;
	}
	s->st = tp_calloc(1, f->size > 0 ? f->size : 1);
	if (c->own_shaper != NULL)
		s->shaper = tp_shaper_new(c->run->shape);
	if (f->init != NULL && f->init(s->st, c->run->conf, c->e) == -1)
		return tp_ctx_fail(c);
	return 0;
}

int
tp_ctx_kafka_first(struct tp_ctx *c, struct tp_kpart *p)
{
	const struct tp_kuri	*u = &c->k->in[p->topic];
	enum tp_kuri_from	 from = u->from;
	int64_t			 lo, hi, t = u->from_ms;

	if (from == TP_KURI_FROM_DEFAULT && c->run->opts->start != NULL)
		tp_kuri_from(c->run->opts->start, &from, &t);
	if (from == TP_KURI_FROM_TIME)
		return tp_kcons_at_time(c->k->cons, p, 1, t, c->e);
	if (tp_kcons_range(c->k->cons, p, &lo, &hi, c->e) == -1)
		return -1;
	p->offset = from == TP_KURI_FROM_LATEST ? hi : lo;
	return 0;
}

static int
load_first(struct tp_ctx *c, struct tp_kstate *s, struct tp_kpart *p)
{
	if (tp_ctx_kafka_first(c, p) == -1)
		return tp_ctx_fail(c);
	if (start_state(c, s, p) == -1)
		return -1;
	s->rebuilt = true;
	/* so that the first commit says where we began */
	s->dirty = true;
	s->saved.meta[0] = '\0';
	return 0;
}

int
tp_ctx_kafka_same(struct tp_ctx *c, const struct tp_kpart *p,
    struct tp_kmeta *m)
{
	const char	*topic = c->k->topics[p->topic];
	int32_t		 n = c->k->whole != NULL ?
			    (int32_t)c->k->whole->n : c->k->nparts[p->topic];

	if (m->n != n && !c->run->opts->rebuild) {
		tp_err_set(c->e, TP_EXIT_KAFKA, "%s '%s' %s %" PRId32
		    " partitions, and had %" PRId32 " at the last commit of "
		    "group '%s': keys have moved; --rebuild goes on",
		    c->k->nin > 1 && c->k->whole != NULL ?
		    "the topics with" : "topic", topic,
		    c->k->nin > 1 && c->k->whole != NULL ? "have" : "has",
		    n, m->n, c->k->group);
		return tp_ctx_fail(c);
	}
	if (c->k->whole != NULL && !m->whole) {
		tp_err_set(c->e, TP_EXIT_KAFKA, "%s [%" PRId32 "]: group '%s' "
		    "has no commit of results that need all partitions; "
		    "another --group begins anew", topic, p->partition,
		    c->k->group);
		return tp_ctx_fail(c);
	}
	if ((m->cfg != c->run->opts->conf_hash ||
	    m->whole != (c->k->whole != NULL)) && !c->run->opts->rebuild) {
		tp_err_set(c->e, TP_EXIT_KAFKA, "%s [%" PRId32 "]: group '%s' "
		    "ran with other options; --rebuild goes on with these, "
		    "another --group begins anew", topic, p->partition,
		    c->k->group);
		return tp_ctx_fail(c);
	}
	if (m->n != n || m->cfg != c->run->opts->conf_hash ||
	    m->whole != (c->k->whole != NULL))
		m->mark = TP_TIME_NONE;
	return 0;
}

int
tp_ctx_kafka_gap(struct tp_ctx *c, struct tp_kpart *p, struct tp_kmeta *m)
{
	const char	*topic = c->k->topics[p->topic];
	int64_t		 lo, hi;

	if (tp_kcons_range(c->k->cons, p, &lo, &hi, c->e) == -1)
		return tp_ctx_fail(c);
	if (p->offset >= lo && m->pos <= hi)
		return 0;
	if (c->run->opts->on_gap == 0) {
		if (m->pos > hi)
			tp_err_set(c->e, TP_EXIT_KAFKA, "%s [%" PRId32 "]: "
			    "group '%s' was at offset %" PRId64 ", but the "
			    "topic ends at %" PRId64 ": it was made anew, or "
			    "has lost records; --on-gap skip begins it again",
			    topic, p->partition, c->k->group, m->pos, hi);
		else
			tp_err_set(c->e, TP_EXIT_KAFKA, "%s [%" PRId32 "]: "
			    "records from offset %" PRId64 " on are needed, "
			    "but those before %" PRId64 " were deleted; "
			    "--on-gap skip goes on without them", topic,
			    p->partition, p->offset, lo);
		return tp_ctx_fail(c);
	}
	tp_log_note("%s [%" PRId32 "]: records %" PRId64 " to %" PRId64
	    " are gone, skipped", topic, p->partition, p->offset,
	    m->pos > hi ? hi : lo);
	if (m->pos > hi) {
		m->pos = lo;
		m->mark = TP_TIME_NONE;
	}
	p->offset = lo;
	if (m->pos < lo)
		m->pos = lo;
	return 0;
}

static int
load_committed(struct tp_ctx *c, struct tp_kstate *s, struct tp_kpart *p)
{
	const struct tp_filter	*f = c->run->filter;
	struct tp_kpart		 saved = *p;
	struct tp_kmeta		 m;

	if (tp_kmeta_read(p->meta, &m) == -1) {
		/* set by other programs: a plain position */
		m = (struct tp_kmeta){ .pos = p->offset,
		    .mark = TP_TIME_NONE, .n = c->k->nparts[p->topic],
		    .cfg = c->run->opts->conf_hash };
		if (f->low != NULL)
			tp_log_note("%s [%" PRId32 "]: the position %" PRId64
			    " of group '%s' is another program's: begins "
			    "there with an empty state", c->k->topics[
			    p->topic], p->partition, p->offset, c->k->group);
	} else if (f->low != NULL && tp_ctx_kafka_same(c, p, &m) == -1)
		return -1;
	if (f->low == NULL)
		p->offset = m.nwaits > 0 ? m.waits[0] : m.pos;
	if (tp_ctx_kafka_gap(c, p, &m) == -1 || start_state(c, s, p) == -1)
		return -1;
	s->saved = saved;
	s->pos = m.pos;
	s->rebuilt = s->pos == s->next;
	/* taken over from other options: say so at the next commit */
	s->dirty = m.cfg != c->run->opts->conf_hash ||
	    m.n != c->k->nparts[p->topic];
	if (f->resume != NULL && m.mark != TP_TIME_NONE)
		f->resume(s->st, m.mark);
	s->mark = m.mark;
	memcpy(s->waits, m.waits, sizeof(s->waits));
	s->nwaits = s->shaper != NULL ? m.nwaits : 0;
	tp_log_detail("%s [%" PRId32 "]: at offset %" PRId64 ", %" PRId64
	    " records to read again", c->k->topics[p->topic], p->partition,
	    s->pos, s->pos - s->next);
	return 0;
}

/* Tells the caller, who may know of more than the group. */
static int
tell_taken(struct tp_ctx *c, const struct tp_kpart *p)
{
	int64_t	lo, hi;

	if (c->run->taken == NULL)
		return 0;
	if (tp_kcons_range(c->k->cons, p, &lo, &hi, c->e) == -1 ||
	    c->run->taken(c->run->taken_arg, c->k->topics[p->topic],
	    p->partition, hi, c->e) == -1)
		return tp_ctx_fail(c);
	return 0;
}

static int
load_one(struct tp_ctx *c, struct tp_kpart *p)
{
	struct tp_kstate	*s = tp_ctx_kafka_state(c, p->topic,
				    p->partition);

	if (s == NULL) {
		tp_err_set(c->e, TP_EXIT_KAFKA, "topic '%s' has more "
		    "partitions than at start: keys have moved; --rebuild "
		    "goes on", p->topic < c->k->nin ?
		    c->k->topics[p->topic] : "?");
		return tp_ctx_fail(c);
	}
	if (s->st != NULL && !s->owned && s->parked_ns != 0 &&
	    s->saved.offset == p->offset && p->offset >= 0 &&
	    strcmp(s->saved.meta, p->meta) == 0) {
		/* parked, and nobody has moved it */
		p->offset = s->next;
		s->owned = true;
		s->quiet_ns = s->parked_ns = 0;
		return 0;
	}
	if ((p->offset < 0 ? load_first(c, s, p) :
	    load_committed(c, s, p)) == -1)
		return -1;
	s->owned = true;
	return tell_taken(c, p);
}

int
tp_ctx_kafka_load(struct tp_ctx *c, struct tp_kpart **l, size_t *n)
{
	struct tp_kpart	*mine = *l;
	size_t		 i;
	int		 rc;

	if (c->k->whole != NULL) {
		rc = tp_ctx_whole_load(c, mine, *n, l, n);
		free(mine);
		return rc;
	}
	if (c->k->guarantee != TP_GUARANTEE_NONE && *n > 0 &&
	    tp_kcons_committed(c->k->cons, mine, *n, c->e) == -1)
		return tp_ctx_fail(c);
	for (i = 0; i < *n; i++)
		if (load_one(c, &mine[i]) == -1)
			return -1;
	return 0;
}
