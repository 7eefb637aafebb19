/* Where a run over whole steps begins: what its partitions' commits have in
 * common. */
#include <inttypes.h>

#include "base/log.h"
#include "stream/kafkawhole.h"

static struct tp_kpart
part_of(const struct tp_kstate *s)
{
	return (struct tp_kpart){
		.topic = s->saved.topic, .partition = s->saved.partition,
		.offset = -1,
	};
}

/* Forgets everything but which partitions there are. */
static void
forget(struct tp_ctx *c)
{
	const struct tp_filter	*f = c->run->filter;
	struct tp_kwhole	*w = c->k->whole;
	size_t			 i = 0, t, p;

	for (t = 0; t < c->k->nin; t++)
		for (p = 0; p < (size_t)c->k->nparts[t]; p++, i++)
			*w->s[i] = (struct tp_kstate){
				.saved.topic = (uint32_t)t,
				.saved.partition = (int32_t)p,
				.done = TP_TIME_NONE, .newest = TP_TIME_NONE,
			};
	if (w->st != NULL && w->st != c->run->state) {
		if (f->clear != NULL)
			f->clear(w->st);
		free(w->st);
	}
	w->st = NULL;
	tp_merge_clear(&w->merge);
	w->npoints = 0;
	w->seq = 0;
	w->rebuilt = false;
}

void
tp_ctx_whole_stop(struct tp_ctx *c)
{
	c->k->whole->active = false;
	forget(c);
}

/* Where each partition begins without a commit. */
static int
begin_first(struct tp_ctx *c, struct tp_kmeta *m)
{
	struct tp_kwhole	*w = c->k->whole;
	size_t			 i;

	for (i = 0; i < w->n; i++) {
		struct tp_kpart	p = part_of(w->s[i]);

		if (tp_ctx_kafka_first(c, &p) == -1)
			return tp_ctx_fail(c);
		m->low[i] = m->at[i] = p.offset;
	}
	m->mark = TP_TIME_NONE;
	return 0;
}

/* One commit; it joins those before (have). */
static int
meet(struct tp_ctx *c, struct tp_kmeta *all, const struct tp_kpart *p,
    bool have)
{
	struct tp_kstate	*s = tp_ctx_kafka_state(c, p->topic,
				    p->partition);
	struct tp_kmeta		 m = { 0 };
	int32_t			 n = all->n, i;

	if (tp_kmeta_read(p->meta, &m) == -1)
		m = (struct tp_kmeta){ .n = n };	/* not ours */
	if (tp_ctx_kafka_same(c, p, &m) == -1)
		return -1;
	/* partitions made since then begin at their beginning; of several
	 * topics it is not known which these are */
	for (i = c->k->nin == 1 || m.n == n ? m.n : 0; i < n; i++)
		m.low[i] = m.at[i] = 0;
	s->saved = *p;
	s->told = m.pos;
	s->done = m.done;
	if (have)
		tp_kmeta_meet(all, &m);
	else {
		*all = m;
		all->n = n;
	}
	return 0;
}

/* True where a begins before b in every partition. */
static bool
precedes(const struct tp_kmeta *a, const struct tp_kmeta *b)
{
	int32_t	i;

	for (i = 0; i < a->n; i++)
		if (a->at[i] > b->at[i])
			return false;
	return true;
}

/*
 * Those without a commit begin by themselves where that is before the others,
 * else with them.
 */
static int
join_first(struct tp_ctx *c, struct tp_kmeta *all, bool have)
{
	struct tp_kmeta	first = { .n = all->n };

	if (begin_first(c, &first) == -1)
		return -1;
	if (!have || precedes(&first, all))
		*all = first;
	return 0;
}

/* What is needed may be gone. */
static int
check_gaps(struct tp_ctx *c, struct tp_kmeta *all)
{
	struct tp_kwhole	*w = c->k->whole;
	size_t			 i;

	for (i = 0; i < w->n; i++) {
		struct tp_kpart	p = part_of(w->s[i]);
		struct tp_kmeta	m = { .pos = all->at[i], .mark = all->mark };

		p.offset = all->low[i];
		if (tp_ctx_kafka_gap(c, &p, &m) == -1)
			return -1;
		all->low[i] = p.offset;
		all->at[i] = m.pos;
		all->mark = m.mark;
	}
	return 0;
}

/* A group's: what the commits of l say. */
static int
meet_all(struct tp_ctx *c, struct tp_kpart *l, size_t n, struct tp_kmeta *all)
{
	bool	have = false, first = false;
	size_t	i;

	if (tp_kcons_committed(c->k->cons, l, n, c->e) == -1)
		return tp_ctx_fail(c);
	for (i = 0; i < n; i++) {
		if (l[i].offset < 0)
			first = true;
		else if (meet(c, all, &l[i], have) == -1)
			return -1;
		else
			have = true;
	}
	if (first && join_first(c, all, have) == -1)
		return -1;
	return have ? check_gaps(c, all) : 0;
}

/* A fresh state, resumed where mark is one. */
static int
start_state(struct tp_ctx *c, int64_t mark)
{
	const struct tp_filter	*f = c->run->filter;
	struct tp_kwhole	*w = c->k->whole;

	w->active = true;
	w->st = c->run->state;
	if (w->st != NULL)
		return 0;
	w->st = tp_calloc(1, f->size > 0 ? f->size : 1);
	if (f->init != NULL && f->init(w->st, c->run->conf, c->e) == -1)
		return tp_ctx_fail(c);
	if (f->resume != NULL && mark != TP_TIME_NONE)
		f->resume(w->st, mark);
	return 0;
}

/* Without a group: each of l from where --start says. */
static int
begin_alone(struct tp_ctx *c, const struct tp_kpart *l, size_t n)
{
	struct tp_kstate	*s;
	struct tp_kpart		 p;
	size_t			 i;

	for (i = 0; i < n; i++) {
		s = tp_ctx_kafka_state(c, l[i].topic, l[i].partition);
		p = part_of(s);
		if (tp_ctx_kafka_first(c, &p) == -1)
			return tp_ctx_fail(c);
		s->read = s->owned = true;
		s->pos = s->next = p.offset;
	}
	return start_state(c, TP_TIME_NONE);
}

/* In a group: all partitions, from where l can go on. */
static int
begin_group(struct tp_ctx *c, struct tp_kpart *l, size_t n)
{
	struct tp_kwhole	*w = c->k->whole;
	struct tp_kmeta		 all = { .n = (int32_t)w->n };
	struct tp_kstate	*s;
	int64_t			 again = 0;
	size_t			 i;

	if (meet_all(c, l, n, &all) == -1)
		return -1;
	for (i = 0; i < w->n; i++) {
		s = w->s[i];
		s->read = true;
		s->low = s->pos = s->next = all.low[i];
		w->until[i] = all.at[i];
		again += all.at[i] - all.low[i];
	}
	for (i = 0; i < n; i++) {
		s = tp_ctx_kafka_state(c, l[i].topic, l[i].partition);
		s->owned = true;
		if (l[i].offset >= 0)
			continue;
		s->told = all.at[tp_kwhole_index(w, s)];
		s->dirty = true;	/* the first commit says so */
	}
	tp_log_detail("%s: all %zu partitions, %" PRId64 " records to read "
	    "again", c->k->topics[0], w->n, again);
	return start_state(c, all.mark);
}

int
tp_ctx_whole_load(struct tp_ctx *c, const struct tp_kpart *mine, size_t n,
    struct tp_kpart **all, size_t *nall)
{
	struct tp_kwhole	*w = c->k->whole;
	struct tp_kpart		*l = tp_calloc(n + 1, sizeof(*l));
	size_t			 i;
	int			 rc = 0;

	tp_ctx_whole_stop(c);
	for (i = 0; i < n; i++)
		l[i] = mine[i];
	if (n > 0)
		rc = c->k->guarantee == TP_GUARANTEE_NONE ?
		    begin_alone(c, l, n) : begin_group(c, l, n);
	free(l);
	*nall = 0;
	*all = tp_calloc(w->n, sizeof(**all));
	for (i = 0; i < w->n; i++) {
		if (!w->s[i]->read)
			continue;
		(*all)[*nall] = part_of(w->s[i]);
		(*all)[(*nall)++].offset = w->s[i]->next;
	}
	return rc;
}
