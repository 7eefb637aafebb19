/* The grid's group trail: profiles that are learnt or given. */
#include "base/mem.h"
#include "base/opt.h"
#include "feat/gridcell.h"

static size_t
columns(const struct tp_grid *g)
{
	return (size_t)g->opts.spec.lags + (size_t)g->opts.spec.nahead;
}

static const struct tp_trail *
table(const struct tp_grid *g)
{
	return g->learnt != NULL ? g->learnt : g->opts.profiles;
}

int
tp_grid_trail_init(struct tp_grid *g, struct tp_err *e)
{
	const struct tp_grid_opts	*o = &g->opts;

	if ((o->spec.groups & TP_FEAT_TRAIL) == 0)
		return 0;
	if (o->profiles != NULL &&
	    tp_trail_check(o->profiles, &o->spec, e) != 0)
		return -1;
	if (!o->learn)
		return o->profiles != NULL ? 0 :
		    tp_opt_error(e, "the features need profiles");
	g->learnt = tp_calloc(1, sizeof(*g->learnt));
	tp_trail_init(g->learnt, &o->spec, o->max_keys);
	if (o->profiles != NULL)
		tp_trail_copy(g->learnt, o->profiles);
	return 0;
}

void
tp_grid_trail_free(struct tp_grid *g)
{
	if (g->learnt != NULL)
		tp_trail_release(g->learnt);
	free(g->learnt);
}

/* The time of step `next` plus so many, in the table's days and slots. */
static struct tp_trail_time
when(struct tp_grid *g, int64_t ahead)
{
	return tp_trail_time(table(g), &g->tz,
	    (g->next + ahead) * g->opts.spec.step_ms);
}

void
tp_grid_trail_start(struct tp_grid *g)
{
	const struct tp_feat_spec	*s = &g->opts.spec;
	struct tp_trail_time		*w;
	size_t				 i;
	int				 k;

	if ((s->groups & TP_FEAT_TRAIL) == 0)
		return;
	if (g->work->when == NULL)
		g->work->when = tp_calloc(columns(g), sizeof(*w));
	w = g->work->when;
	for (k = 0; k < s->lags; k++)
		*w++ = when(g, -k);
	for (k = 0; k < s->nahead; k++)
		*w++ = when(g, s->ahead[k] * TP_MINUTE / s->step_ms);
	if (g->learnt != NULL) {
		tp_trail_day(g->learnt, when(g, 0).day);
	} else if (g->trail_gen != g->opts.profiles->generation) {
		for (i = 0; i < g->ids.n; i++)
			g->segs[i].trail = TRAIL_UNKNOWN;
		g->trail_gen = g->opts.profiles->generation;
	}
}

/* The segment's index in the table. */
static size_t
look_up(struct tp_grid *g, size_t seg)
{
	const struct tp_map_key	*id = &g->ids.keys[seg];
	size_t			*at = &g->segs[seg].trail;

	if (*at == TRAIL_UNKNOWN)
		*at = g->learnt != NULL ?
		    tp_trail_add(g->learnt, id->p, id->n) :
		    tp_map_find(&g->opts.profiles->ids, id->p, id->n);
	return *at;
}

void
tp_grid_trail_put(struct tp_grid *g, size_t seg, double *x)
{
	const struct tp_trail	*t = table(g);
	size_t			 at = look_up(g, seg), n = columns(g), i;
	enum tp_unit		 unit = g->opts.spec.unit;

	for (i = 0; i < n; i++) {
		x[i] = at == SIZE_MAX ? (double)NAN :
		    tp_trail_at(t, at, g->work->when[i]);
		if (t->unit != unit && !isnan(x[i]))
			x[i] = tp_fixed(tp_speed_convert(x[i], t->unit, unit),
			    TP_FEAT_DECIMALS);
	}
}

void
tp_grid_trail_learn(struct tp_grid *g, size_t seg, int64_t step)
{
	struct tp_trail		*t = g->learnt;
	struct tp_trail_time	 then;
	size_t			 at;
	double			 v;

	if (t == NULL)
		return;
	v = tp_grid_cell_value(tp_grid_cell_at(g, seg, step));
	then = when(g, step - g->next);
	if (isnan(v) || then.day != t->day)
		return;
	if (t->unit == TP_UNIT_NONE)
		t->unit = g->opts.spec.unit;
	at = look_up(g, seg);
	if (at != SIZE_MAX)
		tp_trail_put(t, at, then.slot,
		    tp_speed_convert(v, g->opts.spec.unit, t->unit));
}

const struct tp_trail *
tp_grid_profiles(struct tp_grid *g)
{
	if (g->learnt != NULL && g->started)
		tp_trail_day(g->learnt, when(g, 0).day);
	return g->learnt;
}
