#include "forecast/gather.h"

#include "base/mem.h"

void
tp_gather_init(struct tp_gather *g)
{
	*g = (struct tp_gather){
		.done = TP_TIME_NONE, .t = TP_TIME_NONE, .low = INT64_MAX,
	};
}

void
tp_gather_release(struct tp_gather *g)
{
	tp_map_release(&g->ids);
	free(g->row);
}

enum tp_gather_fate
tp_gather_put(struct tp_gather *g, const struct tp_feat_row *row, size_t seg,
    int64_t pos, size_t max_keys)
{
	if (row->t <= g->done)
		return TP_GATHER_LATE;
	if (tp_map_find(&g->ids, row->id, row->idlen) != SIZE_MAX)
		return TP_GATHER_AGAIN;
	if (g->ids.n >= max_keys)
		return TP_GATHER_FULL;
	if (g->ids.n == 0) {
		g->t = row->t;
		g->low = pos;
	}
	TP_GROW(g->row, g->cap, g->ids.n + 1);
	g->row[g->ids.n] = (struct tp_gather_row){ seg, row->last };
	g->nknown += seg != SIZE_MAX;
	tp_map_add(&g->ids, row->id, row->idlen);
	return TP_GATHER_KEPT;
}

void
tp_gather_close(struct tp_gather *g)
{
	g->done = g->t;
	g->t = TP_TIME_NONE;
	g->low = INT64_MAX;
	g->nknown = 0;
	tp_map_release(&g->ids);
}
