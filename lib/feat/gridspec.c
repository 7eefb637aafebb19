/* A grid and the spec of its rows, which may change between two steps. */
#include "feat/gridcell.h"

/* Groups that are computed of the ring alone. */
#define STATELESS	((unsigned)(TP_FEAT_TIME | TP_FEAT_LAG | TP_FEAT_ROLL | \
			    TP_FEAT_CHANGE | TP_FEAT_NEIGHBOUR))

int
tp_grid_history(const struct tp_feat_spec *s)
{
	int	back = s->lags - 1, i;

	for (i = 0; (s->groups & TP_FEAT_ROLL) && i < s->nroll; i++)
		if (back < s->roll[i] - 1)
			back = s->roll[i] - 1;
	if ((s->groups & TP_FEAT_CHANGE) && back < 3)
		back = 3;
	/* The step of the largest time seen is always there: see grid.h. */
	return back < 1 ? 1 : back;
}

bool
tp_grid_gives(const struct tp_feat_spec *have, const struct tp_feat_spec *want)
{
	struct tp_feat_spec	h = *have, w = *want;
	struct tp_buf		a = { 0 }, b = { 0 };
	bool			ok;

	h.groups &= ~STATELESS;
	w.groups &= ~STATELESS;
	h.graph_hash = w.graph_hash = 0;
	tp_feat_spec_print(&h, &a);
	tp_feat_spec_print(&w, &b);
	ok = a.n == b.n && memcmp(a.p, b.p, a.n) == 0 &&
	    tp_grid_history(want) <= tp_grid_history(have);
	tp_buf_release(&a);
	tp_buf_release(&b);
	return ok;
}

void
tp_grid_regroup(struct tp_grid *g, const struct tp_feat_spec *want)
{
	struct tp_feat_spec	*s = &g->opts.spec;

	if (s->groups == want->groups)
		return;
	s->groups = want->groups;
	s->graph_hash = want->graph_hash;
	tp_grid_work_free(g);
	if (s->unit != TP_UNIT_NONE) {
		tp_feat_cols_release(&g->cols);
		tp_feat_cols_init(&g->cols, s);
	}
}
