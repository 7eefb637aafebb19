/* Segments that are cells of a tiling, and what is around them. */
#include "base/mem.h"
#include "base/opt.h"
#include "feat/gridcell.h"

int
tp_grid_tiles_init(struct tp_grid *g, struct tp_err *e)
{
	if (g->opts.spec.cell[0] == '\0')
		return 0;
	g->opts.early = false;	/* cells come and go */
	if (tp_tiling_parse(&g->tiling, g->opts.spec.cell) != 0)
		return tp_opt_error(e, "'%s' is no tiling",
		    g->opts.spec.cell);
	return tp_tiling_open(&g->tiling, e);
}

int
tp_grid_tile_id(struct tp_grid *g, const struct tp_rec *r,
    struct tp_reading *in, const char **why)
{
	const struct tp_tile_met	*c = tp_tile_rec(&g->tiles,
					    &g->tiling, r, why);

	if (c == NULL)
		return -1;
	in->id = c->text;
	in->idlen = (uint32_t)c->n;
	return 0;
}

/* The neighbours' names, one after the other, an empty one last. */
static char *
name_around(const struct tp_tiling *t, const char *tile)
{
	char		around[TP_TILE_AROUND][TP_TILE_MAX];
	size_t		n = tp_tile_around(t, tile, around), i;
	struct tp_buf	b = { 0 };

	for (i = 0; i < n; i++)
		tp_buf_add(&b, around[i], strlen(around[i]) + 1);
	tp_buf_char(&b, '\0');
	return b.p;
}

/* The same, made once for each cell; all are forgotten when they are more
 * than segments may be. */
static const char *
find_around(struct tp_grid *g, const struct tp_map_key *id)
{
	struct tp_grid_work	*w = g->work;
	size_t			 i = tp_map_find(&w->tiles, id->p, id->n);

	if (i != SIZE_MAX)
		return w->around[i];
	if (w->tiles.n > g->opts.max_keys) {
		for (i = 0; i < w->tiles.n; i++)
			free(w->around[i]);
		tp_map_release(&w->tiles);
	}
	i = tp_map_add(&w->tiles, id->p, id->n);
	TP_GROW(w->around, w->aroundcap, i + 1);
	return w->around[i] = name_around(&g->tiling, id->p);
}

double *
tp_grid_tile_put(struct tp_grid *g, size_t seg, double *x)
{
	const char	*p = find_around(g, &g->ids.keys[seg]);
	double		 sum = 0, v;
	size_t		 i, n = 0, len;

	for (; *p != '\0'; p += len + 1) {
		len = strlen(p);
		i = tp_map_find(&g->ids, p, len);
		if (i == SIZE_MAX)
			continue;
		v = tp_grid_cell_value(tp_grid_cell_at(g, i, g->next));
		if (isnan(v))
			continue;
		sum += v;
		n++;
	}
	x[0] = tp_grid_cell_at(g, seg, g->next)->events;
	x[1] = n > 0 ? tp_fixed(sum / (double)n, TP_FEAT_DECIMALS) : (double)NAN;
	x[2] = (double)n;
	return x + 3;
}
