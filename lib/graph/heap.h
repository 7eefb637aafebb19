/* The heap of a search, by keys, four children to a place.  Private to the
 * searches of lib/graph. */
#ifndef TP_GRAPH_HEAP_H
#define TP_GRAPH_HEAP_H

#include "graph/search.h"

/* Puts h at place i. */
static inline void
tp_heap_put(struct tp_search *s, uint32_t i, struct tp_hop h)
{
	s->heap[i] = h;
	s->at[h.node].place = i;
}

/* Adds node v, or moves it up. */
static inline void
tp_heap_push(struct tp_search *s, uint32_t v, double key)
{
	struct tp_hop	h = { key, v };
	uint32_t	i = s->at[v].place != TP_GRAPH_NONE ? s->at[v].place :
			    s->nheap++;

	while (i > 0 && s->heap[(i - 1) / 4].key > key) {
		tp_heap_put(s, i, s->heap[(i - 1) / 4]);
		i = (i - 1) / 4;
	}
	tp_heap_put(s, i, h);
}

/* Takes the node with the least key out of a heap that is not empty. */
static inline uint32_t
tp_heap_pop(struct tp_search *s)
{
	uint32_t	v = s->heap[0].node, i = 0, c, k, best;
	struct tp_hop	h = s->heap[--s->nheap];

	while ((c = 4 * i + 1) < s->nheap) {
		for (best = c, k = c + 1; k < c + 4 && k < s->nheap; k++)
			if (s->heap[k].key < s->heap[best].key)
				best = k;
		if (s->heap[best].key >= h.key)
			break;
		tp_heap_put(s, i, s->heap[best]);
		i = best;
	}
	if (s->nheap > 0)
		tp_heap_put(s, i, h);
	s->at[v].place = TP_GRAPH_NONE;
	return v;
}

/* Empties the search. */
static inline void
tp_heap_clear(struct tp_search *s)
{
	uint32_t	i;

	for (i = 0; i < s->nreached; i++) {
		s->at[s->reached[i]].ms = INFINITY;
		s->at[s->reached[i]].place = TP_GRAPH_NONE;
	}
	s->nreached = s->nheap = 0;
}

/* Node v is reached at ms by an edge, if that is earlier than before. */
static inline void
tp_heap_reach(struct tp_search *s, uint32_t v, double ms, double bound,
    uint32_t by)
{
	if (ms >= s->at[v].ms)
		return;
	if (isinf(s->at[v].ms))
		s->reached[s->nreached++] = v;
	s->at[v].ms = ms;
	s->at[v].by = by;
	tp_heap_push(s, v, ms + bound);
}

#endif
