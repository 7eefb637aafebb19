#include "base/mem.h"
#include "feat/gridcell.h"

#define ID_MAX		4096		/* bytes of a segment id */
#define SPEED_MAX	1000.0		/* in either unit */
#define TIME_MAX	(INT64_C(3000000) * TP_DAY)
#define MARK_MULTI	1		/* low bits of mark(); steps are of */
#define MARK_UNIT	1		/* whole seconds, multiples of 8 ms */
#define MARK_BITS	7

const struct tp_grid_opts tp_grid_defaults = {
	.spec = TP_FEAT_SPEC_INIT,
	.early = true,
	.learn = true,
	.wait_ms = 30 * TP_SECOND,
	.max_future_ms = 5 * TP_MINUTE,
	.max_keys = 100 * 1000,
};

static int64_t
step_of(const struct tp_grid *g, int64_t t)
{
	return tp_floor_div(t, g->opts.spec.step_ms);
}

static int64_t
start_of(const struct tp_grid *g, int64_t step)
{
	return step * g->opts.spec.step_ms;
}

/* How many steps before `next` a reading still changes a row. */
static int64_t
reach(const struct tp_grid *g)
{
	const struct tp_feat_spec	*s = &g->opts.spec;
	int64_t				 known = s->expire_ms / s->step_ms;
	int64_t				 fills = g->back +
					     s->max_gap_ms / s->step_ms;

	return known > fills ? known : fills;
}

/* True where a segment's reading older than the ring may be needed. */
static bool
base_counts(const struct tp_grid *g, const struct tp_grid_seg *s)
{
	return s->base != NO_STEP && g->next - s->base <= reach(g);
}

static bool
in_ring(const struct tp_grid *g, int64_t step)
{
	return step >= g->next - g->back &&
	    step - (g->next - g->back) < (int64_t)g->ring;
}

static void
forget_times(struct tp_grid *g)
{
	size_t	i;

	for (i = 0; i < g->ring; i++)
		g->minpos[i] = INT64_MAX;
}

int
tp_grid_init(struct tp_grid *g, const struct tp_grid_opts *o, tp_feat_fn *fn,
    void *arg, struct tp_err *e)
{
	g->opts = *o;
	g->fn = fn;
	g->arg = arg;
	g->max_t = TP_TIME_NONE;
	g->full_at = NO_STEP;
	g->opts.spec.graph_hash = 0;
	if (o->graph != NULL && (o->spec.groups & TP_FEAT_NEIGHBOUR))
		g->opts.spec.graph_hash = o->graph->hash;
	if (tp_feat_spec_check(&g->opts.spec, e) != 0 ||
	    tp_grid_sizes(g, e) != 0 ||
	    tp_tz_open(&g->tz, g->opts.spec.tz, e) != 0 ||
	    tp_grid_tiles_init(g, e) != 0 ||
	    tp_grid_trail_init(g, e) != 0)
		return -1;
	g->minpos = tp_calloc(g->ring, sizeof(*g->minpos));
	g->jump = tp_calloc(1, sizeof(*g->jump));
	forget_times(g);
	if (g->opts.spec.unit != TP_UNIT_NONE)
		tp_feat_cols_init(&g->cols, &g->opts.spec);
	return 0;
}

static void
set_unit(struct tp_grid *g, enum tp_unit unit)
{
	if (g->opts.spec.unit != TP_UNIT_NONE)
		return;
	g->opts.spec.unit = unit;
	tp_feat_cols_init(&g->cols, &g->opts.spec);
}

static void
set_next(struct tp_grid *g, int64_t next)
{
	g->next = next;
	g->top = next - 1;
	g->started = true;
}

/* Counts what the early close asks for: in step `next`, before it. */
static void
recount(struct tp_grid *g)
{
	size_t	i;

	g->nold = g->nin = g->nin_new = 0;
	for (i = 0; i < g->ids.n; i++) {
		bool	old = tp_grid_known(g, g->segs[i].prev, g->next);
		bool	in = tp_grid_cell_at(g, i, g->next)->n > 0;

		g->nold += old;
		g->nin += in;
		g->nin_new += in && !old;
	}
}

/* Step `next` is closed: moves the ring on by one step. */
static void
advance(struct tp_grid *g)
{
	int64_t	leaves = g->next - g->back;
	int64_t	*pos = &g->minpos[(uint64_t)leaves & (g->ring - 1)];
	size_t	i;

	for (i = 0; i < g->ids.n; i++) {
		struct tp_grid_seg	*s = &g->segs[i];
		struct tp_grid_cell	*c = tp_grid_cell_at(g, i, leaves);

		if (tp_grid_cell_at(g, i, g->next)->n > 0) {
			s->prev = g->next;
			tp_grid_trail_learn(g, i, g->next);
		}
		if (c->n == 0)
			continue;
		s->base = leaves;
		s->base_cell = *c;
		s->base_pos = *pos;
		*c = (struct tp_grid_cell){ 0 };
	}
	*pos = INT64_MAX;
	g->next++;
	recount(g);
}

static int
close_one(struct tp_grid *g, struct tp_out *out)
{
	if (tp_grid_emit(g, out) != 0)
		return -1;
	advance(g);
	return 0;
}

/* Closes the steps whose last target's step the watermark has passed. */
static int
close_passed(struct tp_grid *g, struct tp_out *out)
{
	while (!out->muted && g->max_t - g->opts.delay_ms >=
	    start_of(g, g->next + g->ahead + 1))
		if (close_one(g, out) != 0)
			return -1;
	return 0;
}

/* Closes the steps in which all known segments have reported. */
static int
close_complete(struct tp_grid *g, struct tp_out *out)
{
	while (!out->muted && g->opts.early && !g->multi && g->ahead == 0 &&
	    g->nold > 0 && g->nin_new == 0 && g->nin == g->nold)
		if (close_one(g, out) != 0)
			return -1;
	return 0;
}

/* Closes the steps up to `last`, whether their targets have come or not. */
static int
close_upto(struct tp_grid *g, int64_t last, struct tp_out *out)
{
	while (!out->muted && g->started && g->next <= last)
		if (close_one(g, out) != 0)
			return -1;
	return 0;
}

/* Forgets all segments; their indexes are given anew from here on. */
static void
forget_segments(struct tp_grid *g)
{
	tp_map_release(&g->ids);
	if (g->cells != NULL)
		memset(g->cells, 0, g->cap * g->ring * sizeof(*g->cells));
	forget_times(g);
	g->norder = g->nold = g->nin = g->nin_new = 0;
	g->generation++;
}

/*
 * Makes room by forgetting the segments that no row will need: moves the
 * others together, with new indexes.  Returns how many are left.
 */
static size_t
drop_expired(struct tp_grid *g)
{
	struct tp_map	old = g->ids;
	size_t		i, n = 0;

	g->ids = (struct tp_map){ 0 };
	for (i = 0; i < old.n; i++) {
		bool	keep = base_counts(g, &g->segs[i]);
		size_t	k;

		for (k = 0; !keep && k < g->ring; k++)
			keep = g->cells[i * g->ring + k].n > 0;
		if (!keep)
			continue;
		tp_map_add(&g->ids, old.keys[i].p, old.keys[i].n);
		g->segs[n] = g->segs[i];
		memmove(&g->cells[n * g->ring], &g->cells[i * g->ring],
		    g->ring * sizeof(*g->cells));
		n++;
	}
	memset(&g->cells[n * g->ring], 0,
	    (old.n - n) * g->ring * sizeof(*g->cells));
	g->generation += n < old.n;
	g->norder = 0;
	tp_map_release(&old);
	return n;
}

static void
grow(struct tp_grid *g)
{
	size_t	cap = g->cap < 8 ? 16 : g->cap * 2;

	g->cells = tp_realloc(g->cells, cap * g->ring, sizeof(*g->cells));
	memset(&g->cells[g->cap * g->ring], 0,
	    (cap - g->cap) * g->ring * sizeof(*g->cells));
	g->segs = tp_realloc(g->segs, cap, sizeof(*g->segs));
	g->order = tp_realloc(g->order, cap, sizeof(*g->order));
	g->cap = cap;
}

/* The index of a segment, new or not; SIZE_MAX where there is no room. */
static size_t
find_segment(struct tp_grid *g, const struct tp_reading *in)
{
	size_t	i = tp_map_find(&g->ids, in->id, in->idlen);

	if (i != SIZE_MAX)
		return i;
	if (g->ids.n >= g->opts.max_keys) {
		/* Nothing expires before another step has closed. */
		if (g->full_at == g->next ||
		    drop_expired(g) >= g->opts.max_keys) {
			g->full_at = g->next;
			return SIZE_MAX;
		}
	}
	if (g->ids.n == g->cap)
		grow(g);
	i = tp_map_add(&g->ids, in->id, in->idlen);
	g->segs[i] = (struct tp_grid_seg){
		.prev = NO_STEP, .base = NO_STEP, .base_pos = INT64_MAX,
		.graph = SIZE_MAX, .trail = TRAIL_UNKNOWN,
	};
	if (g->opts.graph != NULL)
		g->segs[i].graph = tp_map_find(&g->opts.graph->ids, in->id,
		    in->idlen);
	return i;
}

/* A reading older than the ring: only the newest step of these counts. */
static void
keep_old(struct tp_grid_seg *s, int64_t step, double v, uint32_t events,
    int64_t pos)
{
	if (step < s->base)
		return;
	if (step > s->base) {
		s->base = step;
		s->base_cell = (struct tp_grid_cell){ 0 };
		s->base_pos = pos;
	}
	tp_grid_cell_add(&s->base_cell, v, events);
}

/* Keeps a reading of segment i in `step`, which is in the ring or older. */
static void
keep(struct tp_grid *g, size_t i, int64_t step, double v, uint32_t events,
    int64_t pos)
{
	struct tp_grid_seg	*s = &g->segs[i];
	struct tp_grid_cell	*c = tp_grid_cell_at(g, i, step);
	int64_t			*first;
	bool			 old = tp_grid_known(g, s->prev, g->next);

	if (step < g->next && step > s->prev) {
		s->prev = step;
		if (!old && tp_grid_known(g, step, g->next)) {
			g->nold++;
			g->nin_new -= tp_grid_cell_at(g, i, g->next)->n > 0;
		}
	}
	if (step < g->next - g->back) {
		keep_old(s, step, v, events, pos);
		return;
	}
	if (step == g->next && c->n == 0) {
		g->nin++;
		g->nin_new += !old;
	}
	g->multi |= c->n > 0;
	tp_grid_cell_add(c, v, events);
	if (step < g->next)
		tp_grid_trail_learn(g, i, step);
	first = &g->minpos[(uint64_t)step & (g->ring - 1)];
	if (pos < *first)
		*first = pos;
	if (step > g->top)
		g->top = step;
}

/* A reading that is neither refused nor far ahead. */
static int
take(struct tp_grid *g, const struct tp_rec *r, const struct tp_reading *in,
    struct tp_out *out)
{
	int64_t	step = step_of(g, in->t);
	double	v = in->speed;
	size_t	i;

	set_unit(g, in->unit);
	if (in->unit != g->opts.spec.unit)
		v = tp_fixed(tp_speed_convert(v, in->unit,
		    g->opts.spec.unit), TP_FEAT_DECIMALS);
	if (!g->started)
		set_next(g, step_of(g, in->t - g->opts.delay_ms));
	if (in->t > g->max_t)
		g->max_t = in->t;
	if (close_passed(g, out) != 0)
		return -1;
	i = find_segment(g, in);
	if (i == SIZE_MAX)
		return tp_out_reject(out, r, "max-keys",
		    "there is no room for another segment");
	if (step < g->next)
		tp_out_count(out, TP_COUNT_LATE, 1);
	keep(g, i, step, v, in->events, r->pos);
	return close_complete(g, out);
}

/* The record that was kept for the next one to agree with is refused. */
static int
refuse_jump(struct tp_grid *g, struct tp_out *out)
{
	struct tp_grid_jump	*j = g->jump;

	if (!j->set)
		return 0;
	j->set = false;
	return tp_out_reject(out, &j->rec, "clock-jump",
	    "the time is far ahead of the records around it");
}

static void
keep_jump(struct tp_grid *g, const struct tp_rec *r,
    const struct tp_reading *in)
{
	struct tp_grid_jump	*j = g->jump;

	tp_rec_copy(&j->rec, r, &j->text);
	j->id.n = 0;
	tp_buf_add(&j->id, in->id, in->idlen);
	j->in = *in;
	j->in.id = j->id.p;
	j->set = true;
}

/*
 * True where the step is so far ahead that every segment would have expired.
 * While rebuilding, `next` is that of the end: no reading that was taken is
 * beyond the ring, and no record that was kept back is in it, since a reading
 * from before it was within reach of `next`.
 */
static bool
is_jump(const struct tp_grid *g, int64_t step, const struct tp_out *out)
{
	int64_t	top = g->top >= g->next ? g->top : g->next - 1;

	if (!g->started || step <= top)
		return false;
	if (out->muted)
		return !in_ring(g, step);
	return step - top > reach(g) + (int64_t)g->ring;
}

/*
 * A record far ahead may be the first after a long pause or come from a clock
 * that is wrong.  If the next record is as far ahead, the grid starts anew
 * there, without rows for the pause; else the record is refused.
 */
static int
take_jump(struct tp_grid *g, const struct tp_rec *r,
    const struct tp_reading *in, struct tp_out *out)
{
	struct tp_grid_jump	*j = g->jump;
	int64_t			 apart, t;

	if (!j->set) {
		keep_jump(g, r, in);
		return 0;
	}
	apart = in->t > j->in.t ? in->t - j->in.t : j->in.t - in->t;
	if (apart > g->opts.spec.expire_ms || out->muted) {
		if (refuse_jump(g, out) != 0)
			return -1;
		keep_jump(g, r, in);
		return 0;
	}
	if (close_upto(g, g->top, out) != 0)
		return -1;
	t = in->t < j->in.t ? in->t : j->in.t;
	forget_segments(g);
	set_next(g, step_of(g, t - g->opts.delay_ms));
	g->restarts++;
	g->max_t = t;
	j->set = false;
	if (take(g, &j->rec, &j->in, out) != 0)
		return -1;
	return take(g, r, in, out);
}

/* Why the reading cannot be used: a rule and a sentence; NULL: it can. */
static const char *
unfit(const struct tp_grid *g, const struct tp_rec *r,
    const struct tp_reading *in, const char **why)
{
	*why = "the segment id is too long";
	if (in->idlen > ID_MAX)
		return "segment-id";
	*why = "the time is out of range";
	if (in->t < -TIME_MAX || in->t > TIME_MAX)
		return "timestamp";
	*why = "the time is ahead of the clock";
	if (in->t > r->now_ms && in->t - r->now_ms > g->opts.max_future_ms)
		return "future";
	*why = "the speed is not in 0..1000";
	if (!(in->speed >= 0 && in->speed <= SPEED_MAX))
		return "speed-range";
	return NULL;
}

int
tp_grid_record(struct tp_grid *g, const struct tp_rec *r, struct tp_out *out)
{
	struct tp_reading	 in;
	const char		*why, *field, *rule;

	if (tp_reading_get(r, &in, &why, &field) != 0)
		return tp_out_reject_field(out, r, "schema", field, why);
	if (g->tiling.kind != TP_TILE_NONE &&
	    tp_grid_tile_id(g, r, &in, &why) != 0)
		return tp_out_reject(out, r, "place", why);
	/* An update of a window that is still open: its last word follows. */
	if (r->at[TP_F_FINAL] != NULL &&
	    r->at[TP_F_FINAL]->type == TP_JSON_FALSE) {
		tp_out_count(out, TP_COUNT_HELD, 1);
		return 0;
	}
	if (isnan(in.speed)) {
		tp_out_count(out, TP_COUNT_MISSING, 1);
		return 0;
	}
	rule = unfit(g, r, &in, &why);
	if (rule != NULL)
		return tp_out_reject(out, r, rule, why);
	if (is_jump(g, step_of(g, in.t), out))
		return take_jump(g, r, &in, out);
	if (refuse_jump(g, out) != 0)
		return -1;
	return take(g, r, &in, out);
}

int
tp_grid_time(struct tp_grid *g, int64_t idle_ms, struct tp_out *out)
{
	if (g->opts.wait_ms == 0 || idle_ms < g->opts.wait_ms)
		return 0;
	return close_upto(g, g->top - g->ahead, out);
}

int
tp_grid_end(struct tp_grid *g, struct tp_out *out)
{
	if (refuse_jump(g, out) != 0)
		return -1;
	return close_upto(g, g->top, out);
}

int64_t
tp_grid_low(const struct tp_grid *g)
{
	int64_t	low = g->jump->set ? g->jump->rec.pos : INT64_MAX;
	size_t	i;

	for (i = 0; i < g->ring; i++)
		if (g->minpos[i] < low)
			low = g->minpos[i];
	for (i = 0; i < g->ids.n; i++)
		if (base_counts(g, &g->segs[i]) && g->segs[i].base_pos < low)
			low = g->segs[i].base_pos;
	return low;
}

int64_t
tp_grid_mark(const struct tp_grid *g)
{
	if (!g->started)
		return TP_TIME_NONE;
	return start_of(g, g->next) | (int64_t)g->opts.spec.unit << MARK_UNIT |
	    (g->multi ? MARK_MULTI : 0);
}

void
tp_grid_resume(struct tp_grid *g, int64_t mark)
{
	if (mark == TP_TIME_NONE)
		return;
	g->multi = (mark & MARK_MULTI) != 0;
	set_unit(g, (enum tp_unit)((mark & MARK_BITS) >> MARK_UNIT));
	set_next(g, step_of(g, mark - (mark & MARK_BITS)));
}

void
tp_grid_rewind(struct tp_grid *g, int64_t mark, int64_t steps)
{
	int64_t	top;

	tp_grid_resume(g, mark);
	if (!g->started)
		return;
	top = g->top;
	set_next(g, g->next - steps);
	g->top = top;
}

void
tp_grid_clear(struct tp_grid *g)
{
	tp_grid_work_free(g);
	tp_grid_trail_free(g);
	tp_tile_memo_release(&g->tiles);
	tp_feat_cols_release(&g->cols);
	tp_map_release(&g->ids);
	if (g->jump != NULL) {
		tp_rec_release(&g->jump->rec);
		tp_buf_release(&g->jump->text);
		tp_buf_release(&g->jump->id);
	}
	free(g->jump);
	free(g->cells);
	free(g->minpos);
	free(g->segs);
	free(g->order);
}
