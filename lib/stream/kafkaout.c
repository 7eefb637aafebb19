/* Lines out to topics. */
#include "base/clock.h"
#include "base/log.h"
#include "stream/kafkactx.h"

int
tp_ctx_kafka_sink(struct tp_ctx *c, struct tp_ctx_sink *s, const char *path)
{
	struct tp_ctx_kafka	*k = c->k;
	struct tp_kuri		 u;
	int			 rc = -1;

	if (tp_kuri_parse(&u, path, c->e) == -1)
		return -1;
	if (u.avro != NULL && s->which == c->out.nbufs)
		rc = tp_opt_error(c->e, "'%s': rejects are JSON", path);
	else if (u.avro != NULL && (s->wire = tp_ctx_kafka_wire(c, &u,
	    true)) == NULL)
		rc = -1;
	else if (u.nparts > 1)
		tp_opt_error(c->e, "'%s': an output has one partition, or "
		    "all", path);
	else
		s->topic = tp_kprod_topic(k->prod, u.topic, k->wait_ms,
		    &s->partitions, c->e);
	if (s->topic != NULL) {
		rc = 0;
		if (u.nparts == 1)
			s->fixed = u.parts[0];
		if (s->fixed >= s->partitions)
			rc = tp_err_set(c->e, TP_EXIT_KAFKA, "topic '%s' has "
			    "only %d partitions", u.topic,
			    (int)s->partitions);
	}
	if (rc == 0 && k->mark_topic == NULL)
		k->mark_topic = tp_strdup(u.topic);
	tp_kuri_release(&u);
	return rc;
}

/*
 * The partition of the input, so that a result is a function of it and the
 * order is kept; by the key where there are not as many.
 */
static int32_t
partition_of(const struct tp_ctx *c, const struct tp_ctx_sink *s)
{
	const struct tp_ctx_kafka	*k = c->k;

	if (s->fixed >= 0)
		return s->fixed;
	return k->partition >= 0 && k->nin > 0 &&
	    s->partitions == k->nparts[k->topic] ? k->partition : -1;
}

/*
 * Makes an Avro message of the line in r, in the buffer of the context.
 * Returns 1; or 0 or -1 where the schema cannot hold it.
 */
static int
to_avro(struct tp_ctx *c, struct tp_wire *w, struct tp_krec *r)
{
	struct tp_buf	*b = &c->k->json;
	char		 why[200];

	b->n = 0;
	if (tp_wire_encode(w, r->p, r->n, b, why, sizeof(why)) == -1)
		return tp_ctx_refuse_line(c, r->p, r->n, "avro", why);
	r->p = b->p;
	r->n = b->n;
	return 1;
}

int
tp_ctx_kafka_put(struct tp_ctx *c, struct tp_ctx_sink *s, struct tp_buf *b,
    size_t start, const char *key, size_t keylen, int64_t t)
{
	struct tp_krec	r = {
		.partition = partition_of(c, s),
		.key = keylen > 0 ? key : NULL, .keylen = keylen,
		.p = b->p + start, .n = b->n - start - 1, .t = t,
	};
	bool		main = s->which == TP_OUT_MAIN;
	int		skip = 0;

	if (main && c->shaper != NULL)
		r.stamp = tp_shaper_stamp(c->shaper);
	if (c->run->opts->headers && r.stamp == NULL)
		r.stamp = "processed_at";
	if (r.stamp != NULL) {
		r.processor = tp_log_tool();
		r.processed_ms = c->now_ms != 0 ? c->now_ms :
		    tp_clock_wall_ms();
	}
	b->n = start;
	if (s->wire != NULL && (skip = to_avro(c, s->wire, &r)) != 1)
		return skip;
	skip = 0;
	if (c->k->id != NULL && c->k->nin == 0)
		skip = tp_ctx_resume_skip(c, s);
	if (skip != 0)
		return skip == 1 ? 0 : -1;
	if (tp_kprod_put(c->k->prod, s->topic, &r, c->e) == -1)
		return tp_ctx_fail(c);
	return 0;
}

int
tp_ctx_kafka_counted(struct tp_ctx *c, struct tp_ctx_sink *s,
    const char *key, size_t keylen, int64_t t)
{
	uint64_t	 count = (uint64_t)c->run->opts->count;
	struct tp_buf	*b = &c->out.bufs[TP_OUT_MAIN];

	if (c->out.lines[0] >= count && c->stop == TP_CTX_GO)
		c->stop = TP_CTX_ENOUGH;
	if (s->topic != NULL)
		return tp_ctx_kafka_put(c, s, b, c->out.start, key, keylen,
		    t);
	if (c->out.lines[0] > count) {
		b->n = c->out.start;
		c->out.lines[0]--;
		c->k->excess = true;
	}
	return 0;
}

int
tp_ctx_kafka_reject(struct tp_ctx *c)
{
	struct tp_ctx_kafka	*k = c->k;

	return tp_ctx_kafka_put(c, &c->rejects, &c->reject_buf, 0, k->key,
	    k->keylen, k->nin > 0 ? k->t : -1);
}

int
tp_ctx_kafka_pause(struct tp_ctx *c)
{
	struct tp_ctx_kafka	*k = c->k;

	if (k->prod == NULL)
		return 0;
	if (k->id != NULL)
		return tp_ctx_resume_commit(c, false);
	return tp_kprod_serve(k->prod, c->e) == -1 ? tp_ctx_fail(c) : 0;
}

int
tp_ctx_kafka_deliver(struct tp_ctx *c)
{
	struct tp_ctx_kafka	*k = c->k;

	if (k == NULL || k->prod == NULL || k->nin > 0 ||
	    c->stop == TP_CTX_ERROR)
		return 0;
	if (k->id != NULL)
		return tp_ctx_resume_commit(c, true);
	if (tp_kprod_flush(k->prod, k->wait_ms, c->e) == -1)
		return tp_ctx_fail(c);
	return 0;
}
