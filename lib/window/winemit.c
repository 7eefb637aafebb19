/* Windows coming out: panes added up, put in order, written. */
#include <math.h>

#include "base/mem.h"
#include "window/winstate.h"

void
tp_winstate_fold(struct tp_groups *gs, const struct tp_cell *c)
{
	if (c->nspeed > 0)
		tp_groups_see(gs, c->key, c->last_t, c->last, c->last_pos);
}

static void
list_add(struct tp_winstate *st, struct tp_cell *c)
{
	TP_GROW(st->list, st->listcap, st->nlist + 1);
	st->list[st->nlist++] = c;
}

/* Adds up the cells of all panes of window k in acc. */
static void
sum_panes(struct tp_winstate *st, int64_t k)
{
	int64_t		 i, first = k * st->pt.step;
	struct tp_pane	*p;
	struct tp_group	*g;
	uint32_t	 j;

	st->stamp++;
	for (i = first; i < first + st->pt.width && i < st->panes.top; i++) {
		if ((p = tp_panes_at(&st->panes, i)) == NULL)
			continue;
		for (j = 0; j < p->n; j++) {
			g = &st->groups.g[p->cells[j].key];
			if (g->stamp != st->stamp) {
				g->stamp = st->stamp;
				g->at = (uint32_t)st->nacc;
				TP_GROW(st->acc, st->acccap, st->nacc + 1);
				st->acc[st->nacc++] = (struct tp_cell){
					.key = p->cells[j].key,
				};
			}
			tp_cell_merge(&st->acc[g->at], &p->cells[j],
			    st->quant);
		}
	}
}

static int
by_rank(const void *a, const void *b, void *arg)
{
	const struct tp_groups	*gs = arg;
	uint32_t		 x = gs->g[(*(struct tp_cell *const *)a)->key].rank;
	uint32_t		 y = gs->g[(*(struct tp_cell *const *)b)->key].rank;

	return (x > y) - (x < y);
}

/*
 * Puts the list into byte order of keys: where most keys are in it by laying
 * it out over all ranks, otherwise by sorting.
 */
static void
order_list(struct tp_winstate *st)
{
	size_t		 n = st->nlist, all = st->groups.map.n, i, k;
	struct tp_cell	**wide;

	tp_groups_sort(&st->groups);
	if (n == 0)
		return;
	if (n * 8 < all) {
		qsort_r(st->list, n, sizeof(struct tp_cell *), by_rank,
		    &st->groups);
		return;
	}
	TP_GROW(st->list, st->listcap, n + all);
	wide = st->list + n;
	memset(wide, 0, all * sizeof(*wide));
	for (i = 0; i < n; i++)
		wide[st->groups.g[st->list[i]->key].rank] = st->list[i];
	for (i = k = 0; i < all; i++)
		if (wide[i] != NULL)
			st->list[k++] = wide[i];
}

/* Lists the cells of window k. */
static void
gather(struct tp_winstate *st, int64_t k)
{
	struct tp_pane	*p;
	size_t		 i;

	st->nlist = 0;
	if (st->pt.width == 1) {
		p = tp_panes_at(&st->panes, k * st->pt.step);
		for (i = 0; p != NULL && i < p->n; i++)
			list_add(st, &p->cells[i]);
	} else {
		sum_panes(st, k);
		for (i = 0; i < st->nacc; i++)
			list_add(st, &st->acc[i]);
	}
	order_list(st);
}

static void
release_acc(struct tp_winstate *st)
{
	while (st->nacc > 0)
		tp_cell_release(&st->acc[--st->nacc]);
}

static int
write_cell(struct tp_winstate *st, struct tp_cell *c, bool final,
    size_t rank, struct tp_out *out)
{
	const struct tp_group	*g = &st->groups.g[c->key];

	if (c->n < (uint64_t)st->conf->min_n) {
		if (final)
			tp_out_count(out, TP_COUNT_HELD, 1);
		return 0;
	}
	tp_winline_write(&st->line, g, c, final, rank,
	    tp_out_begin(out, TP_OUT_MAIN));
	return tp_out_end(out, TP_OUT_MAIN, g->text + g->idat, g->idlen,
	    st->line.start);
}

static int
write_list(struct tp_winstate *st, enum tp_winemit how, struct tp_out *out)
{
	size_t	i;

	for (i = 0; i < st->nlist; i++) {
		if (how != TP_WINEMIT_FINAL && !st->list[i]->dirty)
			continue;
		if (write_cell(st, st->list[i], how != TP_WINEMIT_UPDATE, 0,
		    out) < 0)
			return -1;
	}
	return 0;
}

/* What --rank sorts by, the least first; INFINITY where it is not known. */
static double
merit(const struct tp_window_conf *conf, const struct tp_cell *c)
{
	switch (conf->rank) {
	case TP_WINDOW_RANK_COUNT:
		return -(double)c->n;
	case TP_WINDOW_RANK_VEHICLES:
		return -(double)tp_distinct_count(&c->ids);
	}
	return c->nspeed > 0 ? tp_cell_mean(c) : INFINITY;
}

static int
by_merit(const void *a, const void *b, void *arg)
{
	struct tp_winstate	*st = arg;
	double	x = merit(st->conf, *(struct tp_cell *const *)a);
	double	y = merit(st->conf, *(struct tp_cell *const *)b);

	return x != y ? (x > y) - (x < y) :
	    by_rank(a, b, &st->groups);
}

/* The first lines by merit, of those with enough events. */
static int
write_top(struct tp_winstate *st, struct tp_out *out)
{
	size_t	top = (size_t)st->conf->top, i, n = 0;

	for (i = 0; i < st->nlist; i++) {
		if (st->list[i]->n >= (uint64_t)st->conf->min_n)
			st->list[n++] = st->list[i];
		else
			tp_out_count(out, TP_COUNT_HELD, 1);
	}
	if (n > 0)
		qsort_r(st->list, n, sizeof(struct tp_cell *), by_merit, st);
	for (i = 0; i < n && i < top; i++)
		if (write_cell(st, st->list[i], true, i + 1, out) < 0)
			return -1;
	return 0;
}

/* A window of a key that had no event in it, or forgets the key. */
static int
fill_one(struct tp_winstate *st, size_t key, struct tp_out *out)
{
	const struct tp_group	*g = &st->groups.g[key];

	if (!g->seen)
		return 0;
	if (st->line.start - g->t > st->conf->fill_for) {
		tp_groups_unsee(&st->groups, key);
		return 0;
	}
	tp_winline_fill(&st->line, g,
	    st->conf->fill == TP_WINDOW_FILL_LAST ? g->speed : NAN,
	    tp_out_begin(out, TP_OUT_MAIN));
	tp_out_count(out, TP_COUNT_FILLED, 1);
	return tp_out_end(out, TP_OUT_MAIN, g->text + g->idat, g->idlen,
	    st->line.start);
}

/* As write_list(), and a line for each other key that is known. */
static int
write_filled(struct tp_winstate *st, enum tp_winemit how, struct tp_out *out)
{
	size_t	i, j = 0;
	int	rc = 0;

	for (i = 0; rc == 0 && i < st->groups.norder; i++) {
		struct tp_cell	*c = j < st->nlist ? st->list[j] : NULL;

		if (c == NULL || c->key != st->groups.order[i]) {
			rc = fill_one(st, st->groups.order[i], out);
			continue;
		}
		j++;
		if (how == TP_WINEMIT_FINAL || c->dirty)
			rc = write_cell(st, c, true, 0, out);
	}
	return rc;
}

int
tp_winemit_window(struct tp_winstate *st, int64_t k, enum tp_winemit how,
    struct tp_out *out)
{
	int64_t	start, end;
	int	rc;

	start = tp_panetime_window(&st->pt, k, &end);
	if (start == end)		/* a day that the zone skipped */
		return 0;
	gather(st, k);
	tp_winline_window(&st->line, start, end);
	if (how != TP_WINEMIT_UPDATE &&
	    st->conf->fill != TP_WINDOW_FILL_NONE)
		rc = write_filled(st, how, out);
	else if (st->conf->top > 0)
		rc = write_top(st, out);
	else
		rc = write_list(st, how, out);
	release_acc(st);
	return rc;
}

int
tp_winemit_late(struct tp_winstate *st, int64_t i, uint32_t key,
    struct tp_out *out)
{
	int64_t		 k = -tp_floor_div(st->pt.width - i - 1, st->pt.step);
	int64_t		 j, start, end;
	struct tp_cell	 sum, *c;
	struct tp_pane	*p;
	int		 rc = 0;

	if (k < tp_floor_div(st->panes.base, st->pt.step))
		k = tp_floor_div(st->panes.base, st->pt.step);
	for (; rc == 0 && k < st->fire && k * st->pt.step <= i; k++) {
		sum = (struct tp_cell){ .key = key };
		for (j = k * st->pt.step; j < k * st->pt.step + st->pt.width;
		    j++) {
			p = tp_panes_at(&st->panes, j);
			c = p != NULL ? tp_pane_find(p, key) : NULL;
			if (c != NULL)
				tp_cell_merge(&sum, c, st->quant);
		}
		start = tp_panetime_window(&st->pt, k, &end);
		tp_winline_window(&st->line, start, end);
		rc = write_cell(st, &sum, true, 0, out);
		tp_cell_release(&sum);
	}
	return rc;
}

/* No cell waits for an update any more. */
static void
clear_dirty(struct tp_winstate *st)
{
	struct tp_pane	*p;
	int64_t		 i;
	uint32_t	 j;

	for (i = st->panes.base; i < st->panes.top; i++) {
		p = tp_panes_at(&st->panes, i);
		if (p == NULL || !p->dirty)
			continue;
		for (j = 0; j < p->n; j++)
			p->cells[j].dirty = false;
		p->dirty = false;
	}
	st->dirty = false;
}

static bool
window_dirty(const struct tp_winstate *st, int64_t k)
{
	int64_t			 i, first = k * st->pt.step;
	const struct tp_pane	*p;

	for (i = first; i < first + st->pt.width && i < st->panes.top; i++) {
		p = tp_panes_at(&st->panes, i);
		if (p != NULL && p->dirty)
			return true;
	}
	return false;
}

int
tp_winemit_updates(struct tp_winstate *st, struct tp_out *out)
{
	int64_t	k, last = tp_floor_div(st->panes.top - 1, st->pt.step);

	if (!st->dirty)
		return 0;
	for (k = st->fire; k <= last; k++)
		if (window_dirty(st, k) && tp_winemit_window(st, k,
		    TP_WINEMIT_UPDATE, out) < 0)
			return -1;
	clear_dirty(st);
	return 0;
}

/* The first window from fire on that has a pane with cells, or after. */
static int64_t
next_filled(const struct tp_winstate *st)
{
	int64_t	i = st->fire * st->pt.step, k;

	if (i < st->panes.base)
		i = st->panes.base;
	while (i < st->panes.top && tp_panes_at(&st->panes, i) == NULL)
		i++;
	if (i >= st->panes.top)
		return INT64_MAX;
	k = -tp_floor_div(st->pt.width - i - 1, st->pt.step);
	return k > st->fire ? k : st->fire;
}

int
tp_winemit_fire(struct tp_winstate *st, int64_t to, struct tp_out *out)
{
	bool		fill = st->conf->fill != TP_WINDOW_FILL_NONE;
	int64_t		k;

	while (st->fire < to) {
		if (fill)
			/* what is known of a key is what precedes the window */
			tp_panes_drop(&st->panes, st->fire * st->pt.step,
			    &st->groups, tp_winstate_fold);
		if (!fill || st->groups.live == 0) {
			k = next_filled(st);
			if (k >= to)
				break;
			st->fire = k;
		}
		if (tp_winemit_window(st, st->fire,
		    st->conf->emit == TP_WINDOW_UPDATES ? TP_WINEMIT_DIRTY :
		    TP_WINEMIT_FINAL, out) < 0)
			return -1;
		st->fire++;
	}
	st->fire = to;
	return 0;
}
