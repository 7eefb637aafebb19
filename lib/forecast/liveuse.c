/* Taking models into use. */
#include "forecast/live.h"

/* True where a spec with these groups has all columns the model reads. */
static bool
enough(const struct tp_modelfile *m, const struct tp_feat_spec *s)
{
	struct tp_feat_cols	c = { 0 };
	size_t			i, k;
	bool			found = true;

	tp_feat_cols_init(&c, s);
	for (i = 0; i < m->ncol && found; i++) {
		found = false;
		for (k = 0; k < c.n && !found; k++)
			found = strcmp(c.name[k], m->columns[i]) == 0;
	}
	tp_feat_cols_release(&c);
	return found;
}

/* The spec of the model without what it does not read. */
static int
needed(const struct tp_modelfile *m, struct tp_feat_spec *s,
    struct tp_err *e)
{
	unsigned	bit;

	memset(s, 0, sizeof(*s));
	if (tp_feat_spec_parse(s, m->spec, strlen(m->spec)) != 0 ||
	    s->step_ms != m->step_ms ||
	    strcmp(tp_unit_suffix(s->unit), m->unit) != 0)
		return tp_err_set(e, TP_EXIT_DATA, "feature_set '%s' of the "
		    "model cannot be read", m->spec);
	s->ntargets = 0;
	memset(s->targets, 0, sizeof(s->targets));
	if (!enough(m, s))
		return tp_err_set(e, TP_EXIT_DATA, "feature_set '%s' of the "
		    "model lacks a column that it reads", m->spec);
	for (bit = 1; bit <= TP_FEAT_GROUP_LAST; bit *= 2) {
		if ((s->groups & bit) == 0)
			continue;
		s->groups &= ~bit;
		if (!enough(m, s))
			s->groups |= bit;
	}
	if ((s->groups & TP_FEAT_NEIGHBOUR) == 0)
		s->graph_hash = 0;
	if ((s->groups & TP_FEAT_TRAIL) == 0) {
		s->nahead = 0;
		s->trail_rate = tp_feat_spec_default.trail_rate;
	}
	s->unit = TP_UNIT_NONE;
	return 0;
}

static int
check_graph(const struct tp_live_conf *c, const struct tp_feat_spec *s,
    struct tp_err *e)
{
	if (s->graph_hash == 0)
		return 0;
	if (c->grid.graph == NULL)
		return tp_err_set(e, TP_EXIT_USAGE, "the model needs the "
		    "road graph it was trained with (--graph)");
	if (c->grid.graph->hash != s->graph_hash)
		return tp_err_set(e, TP_EXIT_DATA, "the road graph is not "
		    "the one the model was trained with");
	return 0;
}

static int
check_trail(const struct tp_live_conf *c, const struct tp_feat_spec *s,
    struct tp_err *e)
{
	if ((s->groups & TP_FEAT_TRAIL) == 0)
		return 0;
	if (c->grid.profiles != NULL)
		return tp_trail_check(c->grid.profiles, s, e);
	return c->grid.learn ? 0 : tp_err_set(e, TP_EXIT_USAGE,
	    "the model needs profiles (--profiles)");
}

static int
no_horizon(const struct tp_modelfile *m, int64_t minutes, struct tp_err *e)
{
	struct tp_buf	has = { 0 };
	size_t		k;

	for (k = 0; k < m->nh; k++)
		tp_buf_printf(&has, "%s%d", k > 0 ? ", " : "", m->minutes[k]);
	tp_err_set(e, TP_EXIT_USAGE, "the model does not forecast %lld "
	    "minutes, but %s", (long long)minutes, tp_buf_cstr(&has));
	tp_buf_release(&has);
	return -1;
}

/* Finds the wanted horizons in the model. */
static int
find_horizons(const struct tp_live_conf *c, const struct tp_modelfile *m,
    size_t *h, size_t *nh, struct tp_err *e)
{
	size_t	i, k;

	*nh = c->nminutes > 0 ? c->nminutes : m->nh;
	for (i = 0; i < *nh; i++) {
		for (k = 0; k < m->nh; k++)
			if (c->nminutes == 0 ? k == i :
			    m->minutes[k] == c->minutes[i])
				break;
		if (k == m->nh)
			return no_horizon(m, c->minutes[i], e);
		h[i] = k;
	}
	return 0;
}

static bool
needs_whole(const struct tp_modelfile *m, const struct tp_feat_spec *s)
{
	return tp_model_is_joint(m->kind) ||
	    (s->groups & (TP_FEAT_NEIGHBOUR | TP_FEAT_CELL));
}

bool
tp_live_whole(const struct tp_live_conf *c)
{
	return needs_whole(c->use.model, &c->grid.spec);
}

int
tp_live_use(struct tp_live_conf *c, const struct tp_modelfile *m,
    struct tp_err *e)
{
	struct tp_feat_spec	s;
	struct tp_live_use	u = { .model = m, .users = c->users };

	if (needed(m, &s, e) != 0 || check_graph(c, &s, e) != 0 ||
	    check_trail(c, &s, e) != 0 ||
	    find_horizons(c, m, u.horizon, &u.nh, e) != 0)
		return -1;
	if (c->use.model != NULL && (!tp_grid_gives(&c->grid.spec, &s) ||
	    (c->topics && needs_whole(m, &s) && !tp_live_whole(c))))
		return tp_err_set(e, TP_EXIT_DATA, "the model needs other "
		    "features than the one in use; start anew to use it");
	c->grid.spec = s;
	u.generation = c->use.generation + 1;
	c->use = u;
	return 0;
}
