/*
 * Commits: positions with what was written from them.  LOW is the oldest
 * record that a state still needs, and never goes back; POS and MARK are in
 * the metadata.
 */
#include "base/clock.h"
#include "base/log.h"
#include "stream/kafkactx.h"

#define ABORTS_MAX	8	/* in a row; then a new process may do better */

/* All that runs is counted again after an undone commit, so it is taken
 * back with it. */
static void
keep_counts(struct tp_ctx *c)
{
	struct tp_ctx_kcount	*kept = &c->k->kept;

	kept->records = c->run->records;
	kept->rejected = c->run->rejected;
	memcpy(kept->count, c->out.count, sizeof(kept->count));
	memcpy(kept->lines, c->out.lines, c->out.nbufs *
	    sizeof(*kept->lines));
}

static void
restore_counts(struct tp_ctx *c)
{
	const struct tp_ctx_kcount	*kept = &c->k->kept;

	c->run->records = kept->records;
	c->run->rejected = kept->rejected;
	memcpy(c->out.count, kept->count, sizeof(kept->count));
	memcpy(c->out.lines, kept->lines, c->out.nbufs *
	    sizeof(*kept->lines));
}

/* What is to be committed of a state. */
static struct tp_kpart
to_commit(struct tp_ctx *c, struct tp_kstate *s)
{
	const struct tp_filter	*f = c->run->filter;
	struct tp_kpart		 p = s->saved;
	struct tp_kmeta		 m = {
		.pos = s->pos, .mark = TP_TIME_NONE,
		.cfg = c->run->opts->conf_hash,
		.n = c->k->nparts[s->saved.topic],
	};
	int64_t			 low = s->pos, needed;

	if (c->k->whole != NULL)
		return tp_ctx_whole_commit(c, s);
	if (f->low != NULL && (needed = f->low(s->st)) < low)
		low = needed;
	if (s->shaper != NULL)
		m.nwaits = tp_shaper_waits(s->shaper, m.waits);
	if (m.nwaits > 0 && m.waits[0] < low)
		low = m.waits[0];
	if (low > s->low)
		s->low = low;
	if (f->mark != NULL)
		m.mark = f->mark(s->st);
	p.offset = s->low;
	tp_kmeta_write(p.meta, &m);
	return p;
}

/* Writes what is pending in all states that are up to date. */
static int
flush_states(struct tp_ctx *c)
{
	const struct tp_filter	*f = c->run->filter;
	struct tp_kstate	*s;
	size_t			 i = 0;

	while (f->flush != NULL && (s = tp_ctx_kafka_each(c, &i)) != NULL) {
		if (s->st == NULL || !s->owned || !s->rebuilt || !s->dirty)
			continue;
		tp_ctx_kafka_enter(c, s);
		if (f->flush(s->st, &c->out) == -1)
			return -1;
	}
	return 0;
}

/* The list of what has changed; the caller frees it. */
static struct tp_kpart *
changed(struct tp_ctx *c, size_t *n)
{
	struct tp_kpart		*l = NULL;
	struct tp_kstate	*s;
	size_t			 i = 0, cap = 0;

	*n = 0;
	while ((s = tp_ctx_kafka_each(c, &i)) != NULL) {
		if (!s->owned || !s->rebuilt || !s->dirty)
			continue;
		TP_GROW(l, cap, *n + 1);
		l[(*n)++] = to_commit(c, s);
	}
	return l;
}

static void
committed(struct tp_ctx *c, const struct tp_kpart *l, size_t n)
{
	struct tp_kstate	*s;
	size_t			 i;

	for (i = 0; i < n; i++) {
		s = tp_ctx_kafka_state(c, l[i].topic, l[i].partition);
		s->saved = l[i];
		s->dirty = false;
	}
	c->k->aborts = 0;
	keep_counts(c);
	tp_ctx_latency(c);
}

/* An undone commit: the states are ahead of the log and of no use. */
static int
undone(struct tp_ctx *c)
{
	struct tp_kstate	*s;
	struct tp_kpart		 at;
	size_t			 i;

	for (i = 0; (s = tp_ctx_kafka_each(c, &i)) != NULL;) {
		if (!s->owned)
			continue;
		at = s->saved;
		tp_kstate_drop(c, s);
		s->saved.topic = at.topic;
		s->saved.partition = at.partition;
		s->owned = true;
	}
	restore_counts(c);
	if (++c->k->aborts > ABORTS_MAX) {
		tp_err_set(c->e, TP_EXIT_RESTART, "%d commits in a row were "
		    "undone", c->k->aborts);
		return tp_ctx_fail(c);
	}
	return 1;
}

int
tp_ctx_kafka_abort(struct tp_ctx *c)
{
	if (c->k->guarantee == TP_GUARANTEE_EXACTLY &&
	    tp_kprod_abort(c->k->prod, c->e) == -1)
		return tp_ctx_fail(c);
	return undone(c);
}

/* Outputs first, then the positions: a crash between both repeats some. */
static int
commit_plain(struct tp_ctx *c, const struct tp_kpart *l, size_t n)
{
	struct tp_ctx_kafka	*k = c->k;
	int			 rc;

	if (k->prod != NULL &&
	    tp_kprod_flush(k->prod, k->wait_ms, c->e) == -1)
		return tp_ctx_fail(c);
	if (n == 0 || k->guarantee == TP_GUARANTEE_NONE)
		return 0;
	rc = tp_kcons_commit(k->cons, l, n, c->e);
	if (rc == -1)
		return tp_ctx_fail(c);
	if (rc == 1)
		tp_log_detail("kafka: the group has moved on; positions were "
		    "not committed");
	return 0;
}

static int
commit_txn(struct tp_ctx *c, const struct tp_kpart *l, size_t n)
{
	enum tp_kdone	rc = tp_kprod_commit(c->k->prod, c->k->cons, l, n,
			    c->e);

	if (rc == TP_KDONE_ERROR)
		return tp_ctx_fail(c);
	return rc == TP_KDONE_ABORTED ? undone(c) : 0;
}

int
tp_ctx_kafka_commit(struct tp_ctx *c)
{
	struct tp_kpart	*l;
	size_t		 n;
	int		 rc;

	/* pipes first: the group may take partitions away while they block */
	if (flush_states(c) == -1 ||
	    (c->k->guarantee != TP_GUARANTEE_EXACTLY && tp_ctx_flush(c) == -1))
		return -1;
	l = changed(c, &n);
	rc = c->k->guarantee == TP_GUARANTEE_EXACTLY ?
	    commit_txn(c, l, n) : commit_plain(c, l, n);
	if (rc == 0)
		committed(c, l, n);
	free(l);
	return rc;
}

int
tp_ctx_kafka_reread(struct tp_ctx *c)
{
	struct tp_kpart		*l = NULL;
	struct tp_kstate	*s;
	size_t			 i, n = 0, cap = 0;
	int			 rc = 0;

	for (i = 0; (s = tp_ctx_kafka_each(c, &i)) != NULL;) {
		if (!s->owned && !s->read)
			continue;
		TP_GROW(l, cap, n + 1);
		l[n] = s->saved;
		l[n++].offset = s->next;
	}
	if (n > 0 && tp_kcons_seek(c->k->cons, l, n, c->e) == -1)
		rc = tp_ctx_fail(c);
	free(l);
	return rc;
}

int
tp_ctx_kafka_reload(struct tp_ctx *c)
{
	struct tp_kpart		*l = NULL;
	struct tp_kstate	*s;
	size_t			 i, n = 0, cap = 0;
	int			 rc;

	tp_ctx_shape_forget(c);
	for (i = 0; (s = tp_ctx_kafka_each(c, &i)) != NULL;) {
		if (!s->owned)
			continue;
		TP_GROW(l, cap, n + 1);
		l[n++] = (struct tp_kpart){
			.topic = s->saved.topic,
			.partition = s->saved.partition, .offset = -1,
		};
	}
	rc = tp_ctx_kafka_load(c, &l, &n);
	if (rc == 0 && n > 0 && tp_kcons_seek(c->k->cons, l, n, c->e) == -1)
		rc = tp_ctx_fail(c);
	free(l);
	return rc;
}
