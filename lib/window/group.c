/* Keys of windows: their index, their order, their end. */
#include "window/group.h"

#include "base/mem.h"

void
tp_groups_release(struct tp_groups *gs)
{
	size_t	i;

	for (i = 0; i < gs->map.n; i++)
		free(gs->g[i].text);
	free(gs->g);
	free(gs->order);
	tp_map_release(&gs->map);
	*gs = (struct tp_groups){ 0 };
}

size_t
tp_groups_add(struct tp_groups *gs, const char *key, size_t n)
{
	size_t	i = tp_map_add(&gs->map, key, n);

	TP_GROW(gs->g, gs->cap, gs->map.n);
	gs->g[i] = (struct tp_group){ 0 };
	return i;
}

static bool
alive(const struct tp_group *g)
{
	return g->refs > 0 || g->seen;
}

void
tp_groups_ref(struct tp_groups *gs, size_t i)
{
	gs->live += !alive(&gs->g[i]);
	gs->g[i].refs++;
}

void
tp_groups_unref(struct tp_groups *gs, size_t i)
{
	gs->g[i].refs--;
	gs->live -= !alive(&gs->g[i]);
}

void
tp_groups_see(struct tp_groups *gs, size_t i, int64_t t, double speed,
    int64_t pos)
{
	struct tp_group	*g = &gs->g[i];

	if (g->seen && t < g->t)
		return;
	gs->live += !alive(g);
	g->seen = true;
	g->t = t;
	g->speed = speed;
	g->pos = pos;
}

void
tp_groups_unsee(struct tp_groups *gs, size_t i)
{
	if (!gs->g[i].seen)
		return;
	gs->g[i].seen = false;
	gs->live -= !alive(&gs->g[i]);
}

static int
by_key(const void *a, const void *b, void *arg)
{
	const struct tp_map_key	*keys = ((const struct tp_groups *)arg)->
				    map.keys;

	return tp_map_key_order(&keys[*(const uint32_t *)a],
	    &keys[*(const uint32_t *)b]);
}

/* Sorts the new keys, then merges them from the back into the old. */
void
tp_groups_sort(struct tp_groups *gs)
{
	size_t		 old = gs->norder, n = gs->map.n, fresh = n - old;
	size_t		 i, j, k;
	uint32_t	*new;

	if (fresh == 0)
		return;
	new = tp_calloc(fresh, sizeof(*new));
	for (i = 0; i < fresh; i++)
		new[i] = (uint32_t)(old + i);
	qsort_r(new, fresh, sizeof(*new), by_key, gs);
	TP_GROW(gs->order, gs->ordercap, n);
	for (i = old, j = fresh, k = n; j > 0;) {
		if (i > 0 &&
		    by_key(&gs->order[i - 1], &new[j - 1], gs) > 0)
			gs->order[--k] = gs->order[--i];
		else
			gs->order[--k] = new[--j];
	}
	free(new);
	gs->norder = n;
	for (i = 0; i < n; i++)
		gs->g[gs->order[i]].rank = (uint32_t)i;
}

uint32_t *
tp_groups_shrink(struct tp_groups *gs)
{
	struct tp_groups	 s = { 0 };
	struct tp_map_key	*k;
	uint32_t		*renumber;
	size_t			 i, at;

	renumber = tp_calloc(gs->map.n, sizeof(*renumber));
	for (i = 0; i < gs->map.n; i++) {
		if (!alive(&gs->g[i]))
			continue;
		k = &gs->map.keys[i];
		at = tp_groups_add(&s, k->p, k->n);
		s.g[at] = gs->g[i];
		gs->g[i].text = NULL;
		renumber[i] = (uint32_t)at;
	}
	s.live = gs->live;
	tp_groups_release(gs);
	*gs = s;
	return renumber;
}
