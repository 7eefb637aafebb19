#include "store/retain.h"

#include "base/clock.h"

#define EVERY_NS	(INT64_C(60) * 1000000000)	/* between removals */

void
tp_retain_note(struct tp_retain *r, const struct tp_batch *b)
{
	const struct tp_rows	*rows = &b->kind[TP_STORE_EVENT];
	int			 column = tp_tables[TP_STORE_EVENT].time;
	size_t			 i;

	for (i = 0; i < rows->n; i++)
		if (rows->v[i].v[column] > r->newest)
			r->newest = rows->v[i].v[column];
}

int64_t
tp_retain_now(const struct tp_retain *r)
{
	int64_t	wall = tp_clock_wall_ms();

	return r->newest < wall ? r->newest : wall;
}

bool
tp_retain_due(struct tp_retain *r, int64_t retain_ms, int64_t *before)
{
	int64_t	now = tp_clock_mono_ns();

	if (retain_ms == 0 || r->newest == TP_TIME_NONE ||
	    (r->looked_ns != 0 && now - r->looked_ns < EVERY_NS))
		return false;
	r->looked_ns = now;
	*before = tp_retain_now(r) - retain_ms;
	return true;
}
