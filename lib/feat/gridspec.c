/* A grid and the spec of its rows, which may change between two steps. */
#include "base/opt.h"
#include "feat/gridcell.h"

/* Groups that are computed of the ring alone. */
#define STATELESS	((unsigned)(TP_FEAT_TIME | TP_FEAT_LAG | TP_FEAT_ROLL | \
			    TP_FEAT_CHANGE | TP_FEAT_NEIGHBOUR | TP_FEAT_CELL))

/* How many steps before a row's own are looked at. */
static int
history(const struct tp_feat_spec *s)
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

int
tp_grid_sizes(struct tp_grid *g, struct tp_err *e)
{
	const struct tp_feat_spec	*s = &g->opts.spec;
	int64_t				 open, need;

	g->back = history(s);
	if (s->ntargets > 0)
		g->ahead = (int)(s->targets[s->ntargets - 1] * TP_MINUTE /
		    s->step_ms);
	open = g->opts.delay_ms / s->step_ms + 2;
	if (g->opts.delay_ms < 0 || open > TP_FEAT_STEPS)
		return tp_opt_error(e, "delay is more than %d steps",
		    TP_FEAT_STEPS - 2);
	need = g->back + 1 + g->ahead + open;
	for (g->ring = 4; (int64_t)g->ring < need; g->ring *= 2)
		continue;
	return 0;
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
	    history(want) <= history(have);
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
