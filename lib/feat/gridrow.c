#include "base/mem.h"
#include "feat/gridcell.h"

static void
calendar(struct tp_grid *g, int64_t t, double *x)
{
	struct tp_civil	c;

	tp_tz_civil(&g->tz, t, &c);
	x[0] = c.hour * 60 + c.minute;
	x[1] = c.hour;
	x[2] = c.weekday;
	x[3] = c.weekday >= 5;
	x[4] = (c.hour >= 7 && c.hour < 10) || (c.hour >= 16 && c.hour < 19);
	x[5] = c.day;
	x[6] = c.month;
}

/*
 * The readings of the last back + 1 steps, as seen and as filled forward.
 * Returns the newest step with a reading, and that reading in *last.
 */
static int64_t
gather(const struct tp_grid *g, size_t seg, double *last)
{
	const struct tp_grid_seg	*s = &g->segs[seg];
	const struct tp_feat_spec	*spec = &g->opts.spec;
	struct tp_grid_work		*w = g->work;
	int64_t				 gap = spec->max_gap_ms / spec->step_ms;
	int64_t				 from = s->base;
	int				 i;

	*last = from != NO_STEP ? tp_grid_cell_value(&s->base_cell) :
	    (double)NAN;
	for (i = 0; i <= g->back; i++) {
		int64_t				 step = g->next - g->back + i;
		const struct tp_grid_cell	*c;

		c = tp_grid_cell_at(g, seg, step);
		w->seen[i] = tp_grid_cell_value(c);
		if (c->n > 0) {
			from = step;
			*last = w->seen[i];
		}
		w->filled[i] = from != NO_STEP && step - from <= gap ? *last :
		    (double)NAN;
	}
	return from;
}

static double *
put_lags(const struct tp_grid *g, int64_t from, double *x)
{
	const struct tp_grid_work	*w = g->work;
	int				 i, n = g->opts.spec.lags;

	for (i = 0; i < n; i++) {
		x[i] = w->filled[g->back - i];
		x[n + i] = !isnan(w->seen[g->back - i]);
	}
	x[2 * n] = tp_fixed((double)((g->next - from) *
	    g->opts.spec.step_ms) / TP_MINUTE, TP_FEAT_DECIMALS);
	return x + 2 * n + 1;
}

/*
 * Mean, deviation (of the readings, divided by their number), least and
 * largest over each window, in one pass from the newest step: windows ascend.
 * Sums are of differences from the newest reading, which keeps them small
 * beside the squares they are taken from.
 */
static double *
put_rolls(const struct tp_grid *g, double *x)
{
	const double	*seen = g->work->seen;
	double		 origin = 0, sum = 0, squares = 0, lo = 0, hi = 0;
	int		 n = 0, i = 0, k;

	for (k = 0; k < g->opts.spec.nroll; k++, x += 4) {
		double	mean, var;

		for (; i < g->opts.spec.roll[k]; i++) {
			double	v = seen[g->back - i];

			if (isnan(v))
				continue;
			if (n++ == 0)
				origin = lo = hi = v;
			lo = v < lo ? v : lo;
			hi = v > hi ? v : hi;
			sum += v - origin;
			squares += (v - origin) * (v - origin);
		}
		if (n == 0) {
			x[0] = x[1] = x[2] = x[3] = (double)NAN;
			continue;
		}
		mean = sum / n;
		var = squares / n - mean * mean;
		x[0] = tp_fixed(origin + mean, TP_FEAT_DECIMALS);
		x[1] = var > 0 ? tp_fixed(sqrt(var), TP_FEAT_DECIMALS) : 0;
		x[2] = lo;
		x[3] = hi;
	}
	return x;
}

/* Differences of NAN are NAN: not known. */
static double *
put_changes(const struct tp_grid *g, double *x)
{
	const double	*f = g->work->filled + g->back;

	x[0] = isnan(f[0] - f[-1]) ? (double)NAN :
	    tp_fixed(f[0] - f[-1], TP_FEAT_DECIMALS);
	x[1] = isnan(f[0] - f[-3]) ? (double)NAN :
	    tp_fixed(f[0] - f[-3], TP_FEAT_DECIMALS);
	return x + 2;
}

static double *
put_neighbours(const struct tp_grid *g, size_t seg, double *x)
{
	size_t	i = g->segs[seg].graph;
	int	n;

	if (g->opts.graph == NULL || i == SIZE_MAX) {
		x[0] = x[2] = (double)NAN;
		x[1] = x[3] = 0;
		return x + 4;
	}
	x[0] = tp_neighbours_upstream(g->opts.graph, i, g->work->value, &n);
	x[1] = n;
	x[2] = tp_neighbours_downstream(g->opts.graph, i, g->work->value, &n);
	x[3] = n;
	if (!isnan(x[0]))
		x[0] = tp_fixed(x[0], TP_FEAT_DECIMALS);
	if (!isnan(x[2]))
		x[2] = tp_fixed(x[2], TP_FEAT_DECIMALS);
	return x + 4;
}

/* The readings of this step by the graph's numbers. */
static void
spread(struct tp_grid *g)
{
	struct tp_grid_work	*w = g->work;
	size_t			 i;

	for (i = 0; i < g->opts.graph->ids.n; i++)
		w->value[i] = (double)NAN;
	for (i = 0; i < g->ids.n; i++)
		if (g->segs[i].graph != SIZE_MAX)
			w->value[g->segs[i].graph] = tp_grid_cell_value(
			    tp_grid_cell_at(g, i, g->next));
}

static int
compare(const void *a, const void *b, void *arg)
{
	const struct tp_map_key	*keys = arg;

	return tp_map_key_order(&keys[*(const size_t *)a],
	    &keys[*(const size_t *)b]);
}

static void
sort_segments(struct tp_grid *g)
{
	if (g->norder == g->ids.n)
		return;
	for (; g->norder < g->ids.n; g->norder++)
		g->order[g->norder] = g->norder;
	qsort_r(g->order, g->norder, sizeof(*g->order), compare, g->ids.keys);
}

static void
reserve(struct tp_grid *g)
{
	struct tp_grid_work	*w = g->work;
	size_t			 n = g->cap;

	if (w == NULL) {
		w = g->work = tp_calloc(1, sizeof(*w));
		w->seen = tp_calloc((size_t)g->back + 1, sizeof(double));
		w->filled = tp_calloc((size_t)g->back + 1, sizeof(double));
		if (g->opts.graph != NULL)
			w->value = tp_calloc(g->opts.graph->ids.n + 1,
			    sizeof(double));
	}
	if (w->rows >= n)
		return;
	w->rows = n;
	w->seg = tp_realloc(w->seg, n, sizeof(*w->seg));
	w->now = tp_realloc(w->now, n, sizeof(double));
	w->last = tp_realloc(w->last, n, sizeof(double));
	w->x = tp_realloc(w->x, n * (g->cols.n + 1), sizeof(double));
	if (g->opts.spec.ntargets > 0)
		w->target = tp_realloc(w->target,
		    n * (size_t)g->opts.spec.ntargets, sizeof(double));
}

/* Row number `row`, of segment seg, which is known in step `next`. */
static void
put_row(struct tp_grid *g, size_t seg, size_t row, const double *cal)
{
	const struct tp_feat_spec	*spec = &g->opts.spec;
	struct tp_grid_work		*w = g->work;
	double				*x = w->x + row * g->cols.n;
	int64_t				 from;
	int				 i;

	w->seg[row] = seg;
	from = gather(g, seg, &w->last[row]);
	w->now[row] = w->seen[g->back];
	if (spec->groups & TP_FEAT_TIME) {
		memcpy(x, cal, TP_FEAT_CALENDAR * sizeof(*x));
		x += TP_FEAT_CALENDAR;
	}
	if (spec->groups & TP_FEAT_LAG)
		x = put_lags(g, from, x);
	if (spec->groups & TP_FEAT_ROLL)
		x = put_rolls(g, x);
	if (spec->groups & TP_FEAT_CHANGE)
		x = put_changes(g, x);
	if (spec->groups & TP_FEAT_NEIGHBOUR)
		x = put_neighbours(g, seg, x);
	if (spec->groups & TP_FEAT_CELL)
		x = tp_grid_tile_put(g, seg, x);
	if (spec->groups & TP_FEAT_TRAIL)
		tp_grid_trail_put(g, seg, x);
	for (i = 0; i < spec->ntargets; i++)
		w->target[row * (size_t)spec->ntargets + (size_t)i] =
		    tp_grid_cell_value(tp_grid_cell_at(g, seg, g->next +
		    spec->targets[i] * TP_MINUTE / spec->step_ms));
}

int
tp_grid_emit(struct tp_grid *g, struct tp_out *out)
{
	struct tp_feat_step	 step;
	double			 cal[TP_FEAT_CALENDAR];
	size_t			 i, n = 0;

	reserve(g);
	sort_segments(g);
	calendar(g, g->next * g->opts.spec.step_ms, cal);
	if ((g->opts.spec.groups & TP_FEAT_NEIGHBOUR) && g->opts.graph != NULL)
		spread(g);
	tp_grid_trail_start(g);
	for (i = 0; i < g->norder; i++) {
		size_t	seg = g->order[i];

		if (tp_grid_cell_at(g, seg, g->next)->n > 0 ||
		    tp_grid_known(g, g->segs[seg].prev, g->next))
			put_row(g, seg, n++, cal);
	}
	if (n == 0)
		return 0;
	step = (struct tp_feat_step){
		.t = g->next * g->opts.spec.step_ms, .nrows = n,
		.ncols = g->cols.n, .seg = g->work->seg, .x = g->work->x,
		.now = g->work->now, .last = g->work->last,
		.target = g->work->target, .out = out,
	};
	return g->fn(g->arg, &step);
}

void
tp_grid_work_free(struct tp_grid *g)
{
	struct tp_grid_work	*w = g->work;
	size_t			 i;

	if (w == NULL)
		return;
	for (i = 0; i < w->tiles.n; i++)
		free(w->around[i]);
	free(w->around);
	tp_map_release(&w->tiles);
	free(w->seg);
	free(w->x);
	free(w->now);
	free(w->last);
	free(w->target);
	free(w->seen);
	free(w->filled);
	free(w->value);
	free(w->when);
	free(w);
	g->work = NULL;
}
