#include "forecast/roads.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

int
tp_roads_init(struct tp_roads *r, const struct tp_neighbours *g,
    const struct tp_map *segs, struct tp_err *e)
{
	size_t	i, from, to, n = 0;
	size_t	*ours = tp_calloc(g->ids.n + 1, sizeof(*ours));
	size_t	*theirs = tp_calloc(segs->n + 1, sizeof(*theirs));
	uint32_t k;

	for (i = 0; i < g->ids.n; i++)
		ours[i] = tp_map_find(segs, g->ids.keys[i].p,
		    g->ids.keys[i].n);
	for (i = 0; i < segs->n; i++)
		theirs[i] = tp_map_find(&g->ids, segs->keys[i].p,
		    segs->keys[i].n);
	r->start = tp_calloc(segs->n + 1, sizeof(*r->start));
	r->to = tp_calloc(g->n + 1, sizeof(*r->to));
	r->weight = tp_calloc(g->n + 1, sizeof(*r->weight));
	for (i = 0; i < segs->n; i++) {
		r->start[i] = (uint32_t)n;
		from = theirs[i];
		if (from == SIZE_MAX)
			continue;
		for (k = g->out[from]; k < g->out[from + 1]; k++) {
			to = ours[g->arcs[k].to];
			if (to == SIZE_MAX)
				continue;
			r->to[n] = (uint32_t)to;
			r->weight[n++] = (float)g->arcs[k].weight;
		}
	}
	r->start[segs->n] = (uint32_t)n;
	r->adj = (struct tp_adj){ segs->n, r->start, r->to, r->weight,
	    g->hash };
	free(ours);
	free(theirs);
	if (n > 0)
		return 0;
	tp_roads_release(r);
	return tp_err_set(e, TP_EXIT_DATA, "the road graph has no two of "
	    "the segments");
}

void
tp_roads_release(struct tp_roads *r)
{
	free(r->start);
	free(r->to);
	free(r->weight);
	memset(r, 0, sizeof(*r));
}
