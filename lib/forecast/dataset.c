#include "forecast/dataset.h"

#include <inttypes.h>
#include <math.h>

#include "base/mem.h"

static int
init(void *st, const void *conf, struct tp_err *e)
{
	struct tp_dataset	*d = st;

	(void)e;
	d->conf = conf;
	return 0;
}

static bool
wanted(const struct tp_dataset *d, const char *column)
{
	size_t	i;

	for (i = 0; d->conf->kinds[i] != NULL; i++)
		if (d->conf->kinds[i]->wants != NULL &&
		    d->conf->kinds[i]->wants(column))
			return true;
	return false;
}

/* The first row: what rows are like.  Returns NULL, or what is wrong. */
static const char *
begin(struct tp_dataset *d, int64_t t)
{
	const struct tp_feat_cols	*c = &d->rr.cols;
	struct tp_err			 e;
	size_t				 i;
	int				 h;

	d->spec = d->rr.spec;
	if (d->spec.ntargets == 0)
		return "rows have no targets; tp-features --targets 15,30,60 "
		    "adds them";
	if (TP_DAY % d->spec.step_ms != 0 ||
	    TP_DAY / d->spec.step_ms > TP_MODEL_SLOTS)
		return "a day is no whole number of steps, or of more than "
		    "86400";
	if (d->spec.unit == TP_UNIT_NONE)
		return "the unit of the speeds is not known";
	if (tp_tz_open(&d->tz, d->spec.tz, &e) != 0)
		return "unknown time zone in feature_set";
	for (h = 0; h < d->spec.ntargets; h++)
		d->horizon[h] = (int)(d->spec.targets[h] * TP_MINUTE /
		    d->spec.step_ms);
	d->pick = tp_calloc(c->n + 1, sizeof(*d->pick));
	d->names = tp_calloc(c->n + 1, sizeof(*d->names));
	for (i = 0; i < c->n; i++)
		if (wanted(d, c->name[i])) {
			d->pick[d->ncol] = i;
			d->names[d->ncol++] = c->name[i];
		}
	d->from = d->to = t;
	return NULL;
}

static void
grow(struct tp_dataset *d)
{
	size_t	nt = (size_t)d->spec.ntargets, n;

	if (d->nrow < d->cap)
		return;
	n = d->cap = d->cap + d->cap / 2 + 4096;
	d->x = tp_realloc(d->x, n * (d->ncol + 1), sizeof(*d->x));
	d->y = tp_realloc(d->y, n * nt, sizeof(*d->y));
	d->now = tp_realloc(d->now, n, sizeof(*d->now));
	d->last = tp_realloc(d->last, n, sizeof(*d->last));
	d->seg = tp_realloc(d->seg, n, sizeof(*d->seg));
	d->step = tp_realloc(d->step, n, sizeof(*d->step));
	d->slot = tp_realloc(d->slot, n, sizeof(*d->slot));
	d->day = tp_realloc(d->day, n, sizeof(*d->day));
}

/* Local step of the day, and day of the week (1970-01-01 was a Thursday). */
static void
put_calendar(struct tp_dataset *d, int64_t t)
{
	int64_t	local = t + tp_tz_offset(&d->tz, t);
	int64_t	days = tp_floor_div(local, TP_DAY);

	d->slot[d->nrow] = (uint32_t)((local - days * TP_DAY) /
	    d->spec.step_ms);
	d->day[d->nrow] = (uint8_t)(((days + 3) % 7 + 7) % 7);
}

static void
add(struct tp_dataset *d, const struct tp_feat_row *row)
{
	size_t	nt = (size_t)d->spec.ntargets, i;
	float	*x;

	grow(d);
	x = d->x + d->nrow * d->ncol;
	for (i = 0; i < d->ncol; i++) {
		x[i] = (float)row->x[d->pick[i]];
		if (!isfinite(x[i]))
			x[i] = NAN;
	}
	memcpy(d->y + d->nrow * nt, row->target, nt * sizeof(*d->y));
	d->now[d->nrow] = row->now;
	d->last[d->nrow] = row->last;
	d->seg[d->nrow] = (uint32_t)tp_map_add(&d->segs, row->id, row->idlen);
	d->step[d->nrow] = (uint32_t)((row->t - d->from) / d->spec.step_ms);
	put_calendar(d, row->t);
	d->to = row->t;
	d->nrow++;
}

/* NULL, or why the row cannot be taken. */
static const char *
check(struct tp_dataset *d, const struct tp_feat_row *row, const char **rule)
{
	const char	*why;

	*rule = "features";
	if (d->nrow == 0 && (why = begin(d, row->t)) != NULL)
		return why;
	*rule = "order";
	if (row->t < d->to)
		return "rows are not in time order";
	*rule = "grid";
	if ((row->t - d->from) % d->spec.step_ms != 0)
		return "time is not on the grid of the first row";
	*rule = "size";
	if ((row->t - d->from) / d->spec.step_ms >= UINT32_MAX ||
	    d->nrow >= UINT32_MAX - 1 || d->segs.n >= TP_MODEL_SEGS)
		return "more rows, steps or segments than a model can have";
	return NULL;
}

static int
record(void *st, const struct tp_rec *r, struct tp_out *out)
{
	struct tp_dataset	*d = st;
	struct tp_feat_row	 row;
	const char		*why, *field = NULL, *rule;
	char			 text[200];

	if (tp_rowread_parse(&d->rr, r, &row, &why, &field) != 0) {
		snprintf(text, sizeof(text), "%s%s%s",
		    field != NULL ? field : "", field != NULL ? ": " : "",
		    why);
		return tp_out_reject(out, r, "features", text);
	}
	why = check(d, &row, &rule);
	if (why != NULL)
		return tp_out_reject(out, r, rule, why);
	add(d, &row);
	return 0;
}

static void
clear(void *st)
{
	tp_dataset_release(st);
}

const struct tp_filter tp_dataset_filter = {
	.size = sizeof(struct tp_dataset),
	.init = init,
	.record = record,
	.clear = clear,
};

static void
set_panel(struct tp_dataset *d)
{
	struct tp_panel	*p = &d->panel;

	p->shape = (struct tp_shape){
		.nseg = d->segs.n,
		.ncol = d->ncol,
		.nh = (size_t)d->spec.ntargets,
		.names = d->names,
		.horizon = d->horizon,
		.slots_per_day = (int)(TP_DAY / d->spec.step_ms),
	};
	p->nrow = d->nrow;
	p->x = d->x;
	p->now = d->now;
	p->last = d->last;
	p->y = d->y;
	p->seg = d->seg;
	p->step = d->step;
	p->slot = d->slot;
	p->day = d->day;
}

int
tp_dataset_shares(const char *s, double share[3])
{
	double	sum = 0;
	size_t	n;
	int	i;

	for (i = 0; i < 3; i++) {
		n = strcspn(s, ",");
		if (tp_parse_num(s, n, &share[i]) != 0 || !(share[i] > 0) ||
		    s[n] != (i < 2 ? ',' : '\0'))
			return -1;
		sum += share[i];
		s += n + 1;
	}
	return sum > 99.999 && sum < 100.001 ? 0 : -1;
}

int
tp_dataset_rows(struct tp_dataset *d, struct tp_err *e)
{
	if (d->nrow == 0)
		return tp_err_set(e, TP_EXIT_DATA, "no feature rows");
	set_panel(d);
	return 0;
}

/* True where a row of the part has a target at horizon h. */
static bool
has_target(const struct tp_panel *p, int part, size_t h)
{
	size_t	r;

	for (r = 0; r < p->nrow && p->step[r] < p->part[part + 1]; r++)
		if (p->step[r] >= p->part[part] &&
		    !isnan(p->y[r * p->shape.nh + h]))
			return true;
	return false;
}

int
tp_dataset_learnable(const struct tp_dataset *d, struct tp_err *e)
{
	size_t	h;
	int	part;

	for (part = 0; part < 2; part++)
		for (h = 0; h < d->panel.shape.nh; h++)
			if (!has_target(&d->panel, part, h))
				return tp_err_set(e, TP_EXIT_DATA, "the %s "
				    "part has no reading %d minutes after a "
				    "step", part == 0 ? "train" :
				    "validation", d->spec.targets[h]);
	return 0;
}

int
tp_dataset_finish(struct tp_dataset *d, const double share[3], int64_t least,
    struct tp_err *e)
{
	struct tp_panel	*p = &d->panel;
	int64_t		 nstep, windows, train, test;
	int		 longest = 0, h;

	if (tp_dataset_rows(d, e) != 0)
		return -1;
	for (h = 0; h < d->spec.ntargets; h++)
		longest = d->horizon[h] > longest ? d->horizon[h] : longest;
	nstep = (d->to - d->from) / d->spec.step_ms + 1;
	windows = nstep - (d->spec.lags - 1) - longest;
	if (windows < least || windows < 3)
		return tp_err_set(e, TP_EXIT_DATA, "%" PRId64 " steps make "
		    "%" PRId64 " windows of %d + %d, at least %" PRId64
		    " are needed (--min-windows)", nstep,
		    windows > 0 ? windows : 0, d->spec.lags, longest,
		    least > 3 ? least : 3);
	train = (int64_t)round((double)windows * share[0] / 100);
	test = (int64_t)round((double)windows * share[2] / 100);
	p->nstep = (size_t)nstep;
	p->part[0] = (uint32_t)(d->spec.lags - 1);
	p->part[1] = p->part[0] + (uint32_t)train;
	p->part[3] = p->part[0] + (uint32_t)windows;
	p->part[2] = p->part[3] - (uint32_t)test;
	if (p->part[1] <= p->part[0] || p->part[2] <= p->part[1] ||
	    p->part[3] <= p->part[2])
		return tp_err_set(e, TP_EXIT_DATA, "a part of the %" PRId64
		    " windows is empty (--split)", windows);
	return 0;
}

int
tp_dataset_graph(struct tp_dataset *d, const char *path, struct tp_err *e)
{
	struct tp_neighbours	g = { 0 };
	int			rc = -1;

	if (tp_neighbours_open(&g, path, e) != 0)
		return -1;
	if (d->spec.graph_hash != 0 && d->spec.graph_hash != g.hash)
		tp_err_set(e, TP_EXIT_DATA, "not the road graph that the "
		    "features were made with");
	else
		rc = tp_roads_init(&d->roads, &g, &d->segs, e);
	if (rc == 0)
		d->panel.graph = &d->roads.adj;
	else
		tp_err_prefix(e, "%s", path);
	tp_neighbours_release(&g);
	return rc;
}

void
tp_dataset_classes(struct tp_dataset *d, struct tp_classes *c)
{
	int	k;

	d->classes = c->n > 0 ? c : NULL;
	for (k = 0; !c->ratio && k < c->n; k++)
		c->limit[k] = tp_fixed(tp_speed_convert(c->limit[k],
		    c->mph ? TP_UNIT_MPH : TP_UNIT_KMH, d->spec.unit), 6);
	c->mph = !c->ratio && d->spec.unit == TP_UNIT_MPH;
}

int64_t
tp_dataset_time(const struct tp_dataset *d, uint32_t step)
{
	return d->from + (int64_t)step * d->spec.step_ms;
}

void
tp_dataset_release(struct tp_dataset *d)
{
	tp_rowread_release(&d->rr);
	tp_map_release(&d->segs);
	free(d->pick);
	free(d->names);
	free(d->x);
	free(d->y);
	free(d->now);
	free(d->last);
	free(d->seg);
	free(d->step);
	free(d->slot);
	free(d->day);
	tp_roads_release(&d->roads);
	memset(d, 0, sizeof(*d));
}
