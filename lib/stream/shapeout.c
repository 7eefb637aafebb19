/* --as: lines of the main output in the shape of another system. */
#include "stream/kafkactx.h"

void
tp_ctx_shape_open(struct tp_ctx *c)
{
	const struct tp_shape_conf	*conf = c->run->shape;

	if (conf != NULL && conf->shape != TP_SHAPE_OWN)
		c->own_shaper = c->shaper = tp_shaper_new(conf);
}

void
tp_ctx_shape_close(struct tp_ctx *c)
{
	tp_shaper_free(c->own_shaper);
	tp_buf_release(&c->shaped);
}

static int
refuse(struct tp_ctx *c)
{
	size_t		 n;
	const char	*raw = tp_shaper_raw(c->shaper, &n);

	return tp_ctx_refuse_line(c, raw, n, "shape",
	    tp_shaper_why(c->shaper));
}

int
tp_ctx_shape(struct tp_ctx *c)
{
	struct tp_buf	*b = &c->out.bufs[TP_OUT_MAIN];
	size_t		 start = c->out.start;
	int		 rc;

	c->shaped.n = 0;
	if (c->k != NULL)
		tp_shaper_from(c->shaper, c->k->rec.offset);
	rc = tp_shaper_line(c->shaper, b->p + start, b->n - start - 1,
	    c->now_ms, &c->shaped);
	c->out.count[TP_COUNT_UNPLACED] += tp_shaper_unplaced(c->shaper);
	b->n = start;
	if (rc == 1) {
		tp_buf_add(b, c->shaped.p, c->shaped.n);
		tp_buf_char(b, '\n');
		return 1;
	}
	c->out.lines[TP_OUT_MAIN]--;
	return rc == 0 ? 0 : refuse(c);
}

void
tp_ctx_shape_forget(struct tp_ctx *c)
{
	if (c->own_shaper != NULL)
		(void)tp_shaper_end(c->own_shaper);
}

void
tp_ctx_shape_again(struct tp_out *o, unsigned which)
{
	struct tp_ctx	*c = (struct tp_ctx *)o;
	struct tp_buf	*b = &o->bufs[which];

	if (which != TP_OUT_MAIN)
		return;
	c->shaped.n = 0;
	tp_shaper_from(c->shaper, c->k->rec.offset);
	(void)tp_shaper_line(c->shaper, b->p + o->start, b->n - o->start,
	    c->now_ms, &c->shaped);
	(void)tp_shaper_unplaced(c->shaper);
}

static int
end_one(struct tp_ctx *c)
{
	return c->shaper != NULL && tp_shaper_end(c->shaper) == -1 ?
	    refuse(c) : 0;
}

/* Of each partition. */
static int
end_states(struct tp_ctx *c)
{
	struct tp_kstate	*s;
	int64_t			 at[TP_SHAPER_WAIT];
	size_t			 i = 0;

	while ((s = tp_ctx_kafka_each(c, &i)) != NULL) {
		if (!s->owned || !s->rebuilt || s->shaper == NULL ||
		    tp_shaper_waits(s->shaper, at) == 0)
			continue;
		tp_ctx_kafka_enter(c, s);
		if (end_one(c) == -1)
			return -1;
		s->dirty = true;
	}
	return 0;
}

int
tp_ctx_shape_end(struct tp_ctx *c)
{
	if (c->own_shaper == NULL || !tp_ctx_kafka_reads(c) ||
	    c->k->whole != NULL)
		return end_one(c);
	/* after a signal the group goes on with what waits */
	return c->stop != TP_CTX_GO && c->k->guarantee !=
	    TP_GUARANTEE_NONE ? 0 : end_states(c);
}
