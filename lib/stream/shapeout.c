/* --as: lines of the main output in the shape of another system. */
#include "stream/ctx.h"

void
tp_ctx_shape_open(struct tp_ctx *c)
{
	const struct tp_shape_conf	*conf = c->run->shape;

	if (conf != NULL && conf->shape != TP_SHAPE_OWN)
		c->shaper = tp_shaper_new(conf);
}

void
tp_ctx_shape_close(struct tp_ctx *c)
{
	tp_shaper_free(c->shaper);
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
	if (c->shaper != NULL)
		(void)tp_shaper_end(c->shaper);
}

int
tp_ctx_shape_end(struct tp_ctx *c)
{
	return c->shaper != NULL && tp_shaper_end(c->shaper) == -1 ?
	    refuse(c) : 0;
}
