#include "store/known.h"

#include "base/mem.h"

void
tp_known_release(struct tp_known *k)
{
	free(k->segment);
	free(k->shape);
	free(k->next);
	*k = (struct tp_known){ 0 };
}

void
tp_known_forget(struct tp_known *k)
{
	k->nsources = k->nsegments = k->nshapes = 0;
}

void
tp_known_room(struct tp_known *k, const struct tp_batch *b)
{
	TP_GROW(k->segment, k->segments_cap, b->segments.n);
	TP_GROW(k->shape, k->shapes_cap, b->shapes.n);
	TP_GROW(k->next, k->sources_cap, b->nsources);
}

int
tp_known_source(struct tp_known *k, const struct tp_batch *b, size_t i,
    int64_t next, struct tp_err *e)
{
	const struct tp_source	*s = &b->sources[i];

	if (i >= k->nsources)
		k->next[i] = next;
	return next == k->next[i] ? 0 : tp_err_set(e, TP_EXIT_RESTART,
	    "another writer has stored %s [%d] meanwhile", s->name,
	    (int)s->partition);
}

bool
tp_known_row(const struct tp_known *k, const struct tp_row *r)
{
	return r->source > 0 && r->pos < k->next[r->source];
}

void
tp_known_written(struct tp_known *k, const struct tp_batch *b)
{
	size_t	i;

	k->nsegments = b->segments.n;
	k->nshapes = b->shapes.n;
	for (i = 1; i < b->nsources; i++)
		if (b->sources[i].next > k->next[i])
			k->next[i] = b->sources[i].next;
	k->nsources = b->nsources;
}
