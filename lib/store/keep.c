/* From records to stores. */
#include "store/keep.h"

#include <inttypes.h>

#define TEXT_MAX	((size_t)64 << 20)	/* bytes of texts that wait */

struct keep {
	struct tp_keep	*k;
	uint32_t	 source;	/* 0: none, or not known yet */
};

static int
keep_init(void *st, const void *conf, struct tp_err *e)
{
	struct keep	*s = st;

	(void)e;
	s->k = *(struct tp_keep *const *)conf;
	return 0;
}

/* Writes what is pending.  0, or -1 with k->e. */
static int
write_pending(struct tp_keep *k)
{
	struct tp_batch	*b = &k->batch;
	size_t		 i;

	if (b->n == 0)
		return 0;
	tp_batch_sort(b);
	for (i = 0; i < k->nstores; i++)
		if (tp_store_write(k->stores[i], b, &k->e) == -1)
			return -1;
	tp_batch_clear(b);
	return 0;
}

int
tp_keep_taken(void *arg, const char *topic, int32_t partition, int64_t end,
    struct tp_err *e)
{
	struct tp_keep	*k = arg;
	int64_t		 next;
	size_t		 i;

	for (i = 0; i < k->nstores; i++) {
		struct tp_store	*s = k->stores[i];

		if (tp_store_position(s, topic, partition, &next, e) == -1)
			return -1;
		if (next <= end)
			continue;
		if (!k->anew)
			return tp_err_set(e, TP_EXIT_KAFKA, "%s [%" PRId32
			    "]: %s has it up to offset %" PRId64 ", but the "
			    "topic ends at %" PRId64 ": it was made anew, or "
			    "has lost records; --on-gap skip begins it again",
			    topic, partition, tp_store_name(s), next, end);
		if (tp_store_forget(s, topic, partition, e) == -1)
			return -1;
	}
	return 0;
}

void
tp_keep_release(struct tp_keep *k)
{
	tp_batch_release(&k->batch);
}

static int
keep_record(void *st, const struct tp_rec *r, struct tp_out *out)
{
	struct keep	*s = st;
	struct tp_keep	*k = s->k;
	struct tp_batch	*b = &k->batch;
	const char	*why, *field;

	if (s->source == 0 && r->lineno == 0)
		s->source = tp_batch_source(b, r->source, r->partition);
	if (s->source > 0)
		b->sources[s->source].next = r->offset + 1;
	if (k->kinds != 0 && !(k->kinds >> tp_store_kind_of(r) & 1))
		return 0;
	why = tp_batch_add(b, r, s->source, r->offset, &field);
	if (why != NULL)
		return tp_out_reject_field(out, r, field != NULL ? field :
		    "kind", field, why);
	out->lines[TP_OUT_MAIN]++;
	if ((int64_t)b->n < k->max_rows && b->text.n < TEXT_MAX)
		return 0;
	return write_pending(k);
}

static int
keep_flush(void *st, struct tp_out *out)
{
	(void)out;
	return write_pending(((struct keep *)st)->k);
}

/*
 * A state that ends before its rows were written is one whose partition was
 * taken away: whoever has it now will store them.
 */
static void
keep_clear(void *st)
{
	struct keep	*s = st;

	if (s->source > 0)
		tp_batch_drop(&s->k->batch, s->source);
}

const struct tp_filter tp_keep_filter = {
	.size = sizeof(struct keep),
	.init = keep_init,
	.record = keep_record,
	.flush = keep_flush,
	.end = keep_flush,
	.clear = keep_clear,
};
