/* The window filter: see lib/rec/filter.h for what it owes its runner. */
#include "window/window.h"

#include <math.h>

#include "base/mem.h"
#include "window/winstate.h"

#define TIME_MAX	INT64_C(253402300799999)	/* the year 9999 */
/* MARK is watermark * MARK_UNITS + unit. */
#define MARK_UNITS	4
#define IDS_MAX		((size_t)8 << 20)	/* --dedupe, in one pane */

/* How long after its end a window is written as final. */
static int64_t
fire_after(const struct tp_winstate *st)
{
	return st->conf->late == TP_WINDOW_LATE_UPDATE ? 0 : st->conf->grace;
}

static void
set_unit(struct tp_winstate *st, enum tp_unit unit)
{
	st->unit = unit;
	tp_winline_init(&st->line, st->conf, unit);
}

/*
 * How far ahead of the newest event one alone is not believed: a day, and so
 * far that no record still needed after a restart is older.
 */
static int64_t
jump_of(const struct tp_window_conf *c)
{
	return TP_DAY + 2 * c->size + c->grace + c->delay +
	    (c->fill != TP_WINDOW_FILL_NONE ? c->fill_for : 0);
}

static int
win_init(void *state, const void *conf, struct tp_err *e)
{
	struct tp_winstate		*st = state;
	const struct tp_window_conf	*c = conf;

	if (tp_window_conf_check(c, e) < 0)
		return -1;
	st->conf = st->keys.conf = c;
	st->quant = c->aggs.npct > 0;
	st->wm = TP_TIME_NONE;
	st->jump = jump_of(c);
	tp_panetime_init(&st->pt, c->size, c->slide, c->offset, c->tz);
	set_unit(st, c->unit);
	return 0;
}

/* When there is something to do next. */
static void
set_next(struct tp_winstate *st)
{
	int64_t	end, next;

	tp_panetime_window(&st->pt, st->fire, &end);
	st->next = end + fire_after(st);
	if (st->conf->late == TP_WINDOW_LATE_UPDATE) {
		tp_panetime_window(&st->pt,
		    tp_floor_div(st->panes.base, st->pt.step), &end);
		next = end + st->conf->grace;
		if (next < st->next)
			st->next = next;
	}
	if (st->conf->emit != TP_WINDOW_FINAL) {
		next = (st->tick + 1) * st->conf->every;
		if (next < st->next)
			st->next = next;
	}
}

/* A first watermark: what is before it is closed, and nothing was in it. */
static void
start_at(struct tp_winstate *st, int64_t wm)
{
	int64_t	open = tp_panetime_open(&st->pt, wm - st->conf->grace);

	st->wm = st->seen_wm = wm;
	st->fire = tp_panetime_open(&st->pt, wm - fire_after(st));
	st->panes.base = st->panes.top = open * st->pt.step;
	st->tick = tp_floor_div(wm, st->conf->every);
	set_next(st);
}

static void
shrink_groups(struct tp_winstate *st)
{
	uint32_t	*renumber = tp_groups_shrink(&st->groups);

	tp_panes_renumber(&st->panes, renumber);
	free(renumber);
}

/* The watermark goes on to wm. */
static int
advance(struct tp_winstate *st, int64_t wm, struct tp_out *out)
{
	const struct tp_window_conf	*c = st->conf;
	int64_t				 open, tick;

	st->wm = wm;
	if (wm < st->next)
		return 0;
	if (tp_winemit_fire(st, tp_panetime_open(&st->pt,
	    wm - fire_after(st)), out) < 0)
		return -1;
	open = tp_panetime_open(&st->pt, wm - c->grace);
	tp_panes_drop(&st->panes, open * st->pt.step, &st->groups,
	    c->fill != TP_WINDOW_FILL_NONE ? tp_winstate_fold : NULL);
	if (tp_groups_want_shrink(&st->groups))
		shrink_groups(st);
	tick = tp_floor_div(wm, c->every);
	if (c->emit != TP_WINDOW_FINAL && tick != st->tick) {
		st->tick = tick;
		if (tp_winemit_updates(st, out) < 0)
			return -1;
	}
	set_next(st);
	return 0;
}

/* What a record says beside its speed, of what is asked for; false where that
 * is nothing. */
static bool
get_extra(const struct tp_winstate *st, const struct tp_rec *r,
    struct tp_cell_event *e)
{
	static const struct {
		enum tp_field	field;
		unsigned	agg;
	} from[] = {
		[TP_CELL_VOLUME] = { TP_F_VOLUME_VPH, TP_WINDOW_VOLUME },
		[TP_CELL_OCCUPANCY] = { TP_F_OCCUPANCY_PERCENT,
		    TP_WINDOW_OCCUPANCY },
		[TP_CELL_QUALITY] = { TP_F_QUALITY, TP_WINDOW_QUALITY },
	};
	double				*ff = &e->extra[TP_CELL_FREE_FLOW];
	unsigned			 want = st->conf->aggs.bits;
	bool				 any = false;
	int				 i;

	for (i = 0; i < TP_CELL_FREE_FLOW; i++) {
		if ((want & from[i].agg) != 0 &&
		    tp_rec_num(r, from[i].field, &e->extra[i]) == 0)
			any = true;
		else
			e->extra[i] = NAN;
	}
	if ((want & TP_WINDOW_LEVEL) == 0)
		*ff = NAN;
	else if (tp_rec_num(r, TP_F_FREE_FLOW_MPH, ff) == 0)
		*ff = tp_speed_convert(*ff, TP_UNIT_MPH, st->unit);
	else if (tp_rec_num(r, TP_F_FREE_FLOW_KMH, ff) == 0)
		*ff = tp_speed_convert(*ff, TP_UNIT_KMH, st->unit);
	else
		*ff = NAN;
	return any || !isnan(*ff);
}

/* The speed and the other readings, in the stream's unit. */
static void
get_event(struct tp_winstate *st, const struct tp_rec *r,
    const struct tp_reading *rd, struct tp_cell_event *e)
{
	e->t = rd->t;
	e->pos = r->pos;
	e->id = 0;
	if (st->conf->aggs.bits & TP_WINDOW_VEHICLES) {
		e->id = tp_hash(rd->id, rd->idlen, 0);
		e->id += e->id == 0;
	}
	e->speed = tp_speed_convert(rd->speed, rd->unit, st->unit);
	e->has_extra = (st->conf->aggs.bits & TP_WINDOW_EXTRA) != 0 &&
	    get_extra(st, r, e);
}

/*
 * The group of a key, or SIZE_MAX.  That noted with a cell may have become
 * another's.
 */
static size_t
find_group(const struct tp_winstate *st, const struct tp_winkey *key)
{
	const struct tp_map	*m = &st->groups.map;
	size_t			 g;

	if (key->group == NULL)
		return tp_map_find(m, key->p, key->n);
	g = *key->group;
	if (g >= m->n || m->keys[g].n != key->n ||
	    memcmp(m->keys[g].p, key->p, key->n) != 0)
		g = tp_map_find(m, key->p, key->n);
	if (g != SIZE_MAX)
		*key->group = g;
	return g;
}

static size_t
group_of(struct tp_winstate *st, const struct tp_winkey *key)
{
	size_t	g = find_group(st, key);

	if (g == SIZE_MAX) {
		g = tp_groups_add(&st->groups, key->p, key->n);
		tp_winkey_text(st->conf, key->p, key->n, &st->groups.g[g]);
	}
	return g;
}

/*
 * A record all of whose windows are closed.  For --fill it still says that
 * the key is there; after a rebuild the records of closed windows, late or
 * not, all come here, and leave what the lost state remembered of them.
 */
static int
take_late(struct tp_winstate *st, const struct tp_rec *r,
    const struct tp_cell_event *e, const struct tp_winkey *key,
    struct tp_out *out)
{
	const struct tp_window_conf	*c = st->conf;
	int64_t				 end, start;
	struct tp_buf			*b;

	start = tp_panetime_window(&st->pt, st->fire, &end);
	if (c->fill != TP_WINDOW_FILL_NONE && !isnan(e->speed) &&
	    start - e->t <= c->fill_for &&
	    (st->groups.live < (size_t)c->max_keys ||
	    find_group(st, key) != SIZE_MAX))
		tp_groups_see(&st->groups, group_of(st, key), e->t,
		    e->speed, e->pos);
	tp_out_count(out, TP_COUNT_LATE, 1);
	if (c->late == TP_WINDOW_LATE_REJECT)
		return tp_out_reject(out, r, "late",
		    "later than --delay and --grace allow");
	if (c->late != TP_WINDOW_LATE_OUT)
		return 0;
	b = tp_out_begin(out, TP_WINDOW_OUT_LATE);
	tp_buf_add(b, r->line, r->len);
	return tp_out_end(out, TP_WINDOW_OUT_LATE, key->p, key->n, e->t);
}

/* The same id and time again, in one pane. */
static bool
duplicate(const struct tp_winstate *st, struct tp_pane *p,
    const struct tp_rec *r, int64_t t)
{
	enum tp_field			 f;
	const struct tp_json_field	*x;
	const struct tp_json_val	*v;

	f = tp_field_find(st->conf->dedupe, strlen(st->conf->dedupe));
	if (f != TP_F_NONE) {
		v = r->at[f];
	} else {
		x = tp_json_find(&r->o, st->conf->dedupe);
		v = x != NULL ? &x->v : NULL;
	}
	return v != NULL &&
	    !tp_pane_note(p, tp_hash(v->p, v->n, (uint64_t)t));
}

/* A record of open window(s) goes into its pane. */
static int
take(struct tp_winstate *st, const struct tp_rec *r,
    const struct tp_cell_event *e, const struct tp_winkey *key, int64_t i,
    struct tp_out *out)
{
	const struct tp_window_conf	*c = st->conf;
	struct tp_pane			*p = tp_panes_open(&st->panes, i);
	size_t				 g = find_group(st, key);
	struct tp_cell			*cell;

	cell = g != SIZE_MAX ? tp_pane_find(p, (uint32_t)g) : NULL;
	if (cell == NULL && p->n >= (uint64_t)c->max_keys)
		return tp_out_reject(out, r, "max-keys",
		    "more segments in this pane than --max-keys");
	if (c->dedupe != NULL) {
		if (p->nids >= IDS_MAX)
			return tp_out_reject(out, r, "dedupe",
			    "more ids in this pane than --dedupe remembers");
		if (duplicate(st, p, r, e->t)) {
			tp_out_count(out, TP_COUNT_DUPLICATE, 1);
			return 0;
		}
	}
	if (cell == NULL) {
		if (p->n == 0)
			p->first_pos = r->pos;
		if (g == SIZE_MAX)
			g = group_of(st, key);
		cell = tp_pane_add(p, (uint32_t)g);
		tp_groups_ref(&st->groups, g);
	}
	tp_cell_add(cell, e, st->quant);
	if (c->emit != TP_WINDOW_FINAL && !out->muted)
		cell->dirty = p->dirty = st->dirty = true;
	if (c->late == TP_WINDOW_LATE_UPDATE)
		return tp_winemit_late(st, i, (uint32_t)g, out);
	return 0;
}

static int
get_time(const struct tp_winstate *st, const struct tp_rec *r, int64_t *t,
    const char **why)
{
	const char			*name = st->conf->time_field;
	enum tp_field			 f = tp_field_find(name, strlen(name));
	const struct tp_json_field	*x;

	if (f != TP_F_NONE)
		return tp_rec_time(r, f, NULL, t, why);
	*why = "missing";
	x = tp_json_find(&r->o, name);
	return x != NULL ? tp_json_time(&x->v, NULL, t, why) : -1;
}

/* What a record is about: its time, place and speed. */
struct about {
	struct tp_reading	 rd;
	struct tp_winkey	 key;
};

/* Returns 0, 1 where the record was refused, or -1 to stop. */
static int
look_at(struct tp_winstate *st, const struct tp_rec *r, struct about *a,
    struct tp_out *out)
{
	const struct tp_window_conf	*c = st->conf;
	const char			*rule, *why, *field;
	int				 rc;

	if (tp_reading_get(r, &a->rd, &why, &field) < 0)
		rc = tp_out_reject_field(out, r, "schema", field, why);
	else if ((why = tp_speed_odd(a->rd.speed)) != NULL)
		rc = tp_out_reject(out, r, "speed-range", why);
	else if (c->time_field != NULL &&
	    get_time(st, r, &a->rd.t, &why) < 0)
		rc = tp_out_reject_field(out, r, "schema",
		    c->time_field, why);
	else if (a->rd.t < 0 || a->rd.t > TIME_MAX)
		rc = tp_out_reject(out, r, "time",
		    "time before 1970 or after the year 9999");
	else if (a->rd.t > r->now_ms + c->max_future)
		rc = tp_out_reject(out, r, "future",
		    "time further ahead of the clock than --max-future");
	else if (tp_winkey_get(&st->keys, r, &a->rd, &a->key, &rule, &why) < 0)
		rc = tp_out_reject(out, r, rule, why);
	else
		return 0;
	return rc < 0 ? -1 : 1;
}

static int
accept(struct tp_winstate *st, const struct tp_rec *r, const struct about *a,
    struct tp_out *out)
{
	int64_t			wm = a->rd.t - st->conf->delay, i;
	struct tp_cell_event	e;

	if (st->unit == TP_UNIT_NONE && a->rd.unit != TP_UNIT_NONE)
		set_unit(st, a->rd.unit);
	if (st->wm == TP_TIME_NONE)
		start_at(st, wm);
	if (wm > st->wm && advance(st, wm, out) < 0)
		return -1;
	st->seen_wm = st->wm;
	get_event(st, r, &a->rd, &e);
	i = tp_panetime_of(&st->pt, a->rd.t);
	return i < st->panes.base ?
	    take_late(st, r, &e, &a->key, out) :
	    take(st, r, &e, &a->key, i, out);
}

/*
 * True where time t is so far ahead that one clock must be wrong.  While a
 * state is rebuilt the watermark is what it will be, so a record beyond it
 * was not believed the first time.
 */
static bool
far_ahead(const struct tp_winstate *st, int64_t t, const struct tp_out *out)
{
	return st->wm != TP_TIME_NONE &&
	    t - (out->muted ? 0 : st->jump) > st->wm + st->conf->delay;
}

/*
 * A step for each access that waits for the one before it, two records apart
 * (software pipelined prefetching: Chen et al. 2004, section 5).  What comes
 * goes mostly into the newest pane.
 */
static void
win_soon(void *state, const char *key, size_t n)
{
	struct tp_winstate	*st = state;
	struct tp_winsoon	*s = &st->soon;
	const struct tp_map	*m = &st->groups.map;
	struct tp_pane		*p = tp_panes_at(&st->panes,
				    st->panes.top - 1);
	unsigned		 i = s->n++, mask = TP_WINSOON - 1;

	if (st->conf->by != TP_WINDOW_SEGMENT || p == NULL)
		return;
	s->ring[i & mask].hash = tp_hash(key, n, 0);
	s->ring[i & mask].key = SIZE_MAX;
	tp_map_soon_slot(m, s->ring[i & mask].hash);
	tp_map_soon_key(m, s->ring[(i - 2) & mask].hash);
	i = (i - 4) & mask;
	s->ring[i].key = tp_map_soon_text(m, s->ring[i].hash);
	if (s->ring[i].key != SIZE_MAX)
		tp_pane_soon_slot(p, (uint32_t)s->ring[i].key);
	i = (i - 2) & mask;
	if (s->ring[i].key != SIZE_MAX)
		tp_pane_soon_cell(p, (uint32_t)s->ring[i].key);
	i = (i - 2) & mask;
	if (s->ring[i].key != SIZE_MAX)
		tp_pane_soon_value(p, (uint32_t)s->ring[i].key);
}

/* Keeps a copy of a record until the next one tells what it is worth. */
static void
hold(struct tp_winstate *st, const struct tp_rec *r, int64_t t)
{
	tp_rec_copy(&st->held, r, &st->held_text);
	st->held_t = t;
	st->holding = true;
}

/*
 * Takes the record that is held.  It was looked at before, but its key may
 * have been in the scratch buffer.
 */
static int
accept_held(struct tp_winstate *st, struct tp_out *out)
{
	struct about	a;
	int		rc;

	st->holding = false;
	rc = look_at(st, &st->held, &a, out);
	return rc != 0 ? rc : accept(st, &st->held, &a, out);
}

/* The record after one that is held is at time t: were two clocks wrong? */
static int
settle_held(struct tp_winstate *st, int64_t t, struct tp_out *out)
{
	int64_t	apart = t > st->held_t ? t - st->held_t : st->held_t - t;

	if (far_ahead(st, t, out) && apart <= st->jump && !out->muted)
		return accept_held(st, out);
	st->holding = false;
	return tp_out_reject(out, &st->held, "clock-jump",
	    "time more than a day ahead of the records before and after it");
}

static int
win_record(void *state, const struct tp_rec *r, struct tp_out *out)
{
	struct tp_winstate	*st = state;
	struct about		 a;
	int			 rc = look_at(st, r, &a, out);

	if (rc != 0)
		return rc < 0 ? -1 : 0;
	if (st->holding) {
		if (settle_held(st, a.rd.t, out) < 0 ||
		    look_at(st, r, &a, out) < 0)
			return -1;
	}
	if (far_ahead(st, a.rd.t, out)) {
		hold(st, r, a.rd.t);
		return 0;
	}
	return accept(st, r, &a, out);
}

/*
 * After `idle` without input, event time is taken to go on as the clock does,
 * so that a window of a quiet stream ends no later than it would on a busy
 * one, and no earlier.
 */
static int
win_time(void *state, int64_t idle_ms, struct tp_out *out)
{
	struct tp_winstate	*st = state;
	int64_t			 wm;

	if (st->conf->idle == 0 || idle_ms < st->conf->idle ||
	    st->wm == TP_TIME_NONE)
		return 0;
	wm = st->seen_wm + idle_ms;
	return wm > st->wm ? advance(st, wm, out) : 0;
}

static int
win_flush(void *state, struct tp_out *out)
{
	return tp_winemit_updates(state, out);
}

static int
win_end(void *state, struct tp_out *out)
{
	struct tp_winstate	*st = state;

	if (st->holding && accept_held(st, out) < 0)
		return -1;
	if (st->wm == TP_TIME_NONE)
		return 0;
	if (st->conf->hold)
		return tp_winemit_updates(st, out);
	return tp_winemit_fire(st, tp_floor_div(st->panes.top - 1,
	    st->pt.step) + 1, out);
}

static int64_t
win_low(const void *state)
{
	const struct tp_winstate	*st = state;
	const struct tp_pane		*p;
	int64_t				 i, low;
	size_t				 k;

	low = st->holding ? st->held.pos : INT64_MAX;
	for (i = st->panes.base; i < st->panes.top; i++) {
		p = tp_panes_at(&st->panes, i);
		if (p != NULL && p->first_pos < low)
			low = p->first_pos;
	}
	for (k = 0; k < st->groups.map.n; k++)
		if (st->groups.g[k].seen && st->groups.g[k].pos < low)
			low = st->groups.g[k].pos;
	return low;
}

static int64_t
win_mark(const void *state)
{
	const struct tp_winstate	*st = state;

	return st->wm == TP_TIME_NONE ? TP_TIME_NONE :
	    st->wm * MARK_UNITS + (int64_t)st->unit;
}

static void
win_resume(void *state, int64_t mark)
{
	struct tp_winstate	*st = state;

	if (mark == TP_TIME_NONE)
		return;
	set_unit(st, (enum tp_unit)(mark & (MARK_UNITS - 1)));
	start_at(st, tp_floor_div(mark, MARK_UNITS));
}

static void
win_clear(void *state)
{
	struct tp_winstate	*st = state;

	tp_panes_release(&st->panes);
	tp_groups_release(&st->groups);
	tp_winkeys_release(&st->keys);
	tp_buf_release(&st->held_text);
	tp_rec_release(&st->held);
	free(st->acc);
	free(st->list);
}

static const char *const	outputs[] = { "main", "late", NULL };

const struct tp_filter	tp_window_filter = {
	.size = sizeof(struct tp_winstate),
	.outputs = outputs,
	.init = win_init,
	.record = win_record,
	.soon = win_soon,
	.time = win_time,
	.flush = win_flush,
	.end = win_end,
	.low = win_low,
	.mark = win_mark,
	.resume = win_resume,
	.clear = win_clear,
};
