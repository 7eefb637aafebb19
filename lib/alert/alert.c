/* The filter: the clock, the segments, and what is needed of the log. */
#include "alert/alert.h"

#include "alert/alertstate.h"
#include "base/mem.h"

static int
alert_init(void *state, const void *conf, struct tp_err *e)
{
	struct tp_alert_state	*st = state;
	size_t			 i, n = 0;
	int			 k;

	(void)e;
	st->conf = conf;
	st->wm = TP_TIME_NONE;
	for (k = 0; k < st->conf->rules.n; k++) {
		st->ring[k] = n;
		n += (size_t)st->conf->rules.r[k].n;
	}
	if (st->conf->near == NULL)
		return 0;
	n = st->conf->near->ids.n;
	st->near_seg = tp_calloc(n + 1, sizeof(*st->near_seg));
	for (i = 0; i < n; i++)
		st->near_seg[i] = TP_ALERT_NONE;
	return 0;
}

static void
alert_clear(void *state)
{
	struct tp_alert_state	*st = state;
	size_t			 i;

	for (i = 0; i < st->ids.n; i++) {
		free(st->seg[i].latch);
		free(st->seg[i].pos);
	}
	tp_map_release(&st->ids);
	for (i = 0; i < st->nalerts; i++)
		free(st->alert[i].segs);
	free(st->seg);
	free(st->list);
	free(st->alert);
	free(st->spare);
	free(st->near_seg);
	*st = (struct tp_alert_state){ 0 };
}

/* The segment's index, added if new. */
static uint32_t
segment(struct tp_alert_state *st, const char *id, size_t n)
{
	const struct tp_alert_conf	*c = st->conf;
	struct tp_alert_seg		*s;
	size_t				 known = st->ids.n, i, at;
	int				 k;

	i = tp_map_add(&st->ids, id, n);
	if (i < known)
		return (uint32_t)i;
	TP_GROW(st->seg, st->segcap, i + 1);
	TP_GROW(st->list, st->listcap, i + 1);
	s = &st->seg[i];
	s->latch = tp_calloc((size_t)c->rules.n, sizeof(*s->latch));
	s->pos = tp_calloc((size_t)c->rules.ring, sizeof(*s->pos));
	for (k = 0; k < c->rules.n; k++)
		s->latch[k].alert = TP_ALERT_NONE;
	at = c->near == NULL ? SIZE_MAX : tp_map_find(&c->near->ids, id, n);
	s->near = at == SIZE_MAX ? TP_ALERT_NONE : (uint32_t)at;
	if (at != SIZE_MAX)
		st->near_seg[at] = (uint32_t)i;
	return (uint32_t)i;
}

/* The first local day_start after t. */
static int64_t
next_day(const struct tp_alert_conf *c, int64_t t)
{
	int64_t	local = t + tp_tz_offset(c->tz, t) - c->day_start;

	return t + (tp_floor_div(local, TP_DAY) + 1) * TP_DAY - local;
}

/* Byte order of ids, which does not depend on who came first. */
static int
by_id(const void *a, const void *b, void *arg)
{
	const struct tp_map_key	*keys = arg;

	return tp_map_key_order(&keys[*(const uint32_t *)a],
	    &keys[*(const uint32_t *)b]);
}

/* Forgets the latches of a rule whose newest evaluation is before t. */
static int
forget_rule(struct tp_alert_state *st, int rule, int64_t t, const char *why,
    struct tp_out *out)
{
	struct tp_alert_note	 note = { .why = why, .t = st->wm };
	uint32_t		 i, n = 0;

	for (i = 0; i < st->ids.n; i++)
		if (st->seg[i].latch[rule].known > 0 &&
		    st->seg[i].latch[rule].t < t)
			st->list[n++] = i;
	if (n > 1)
		qsort_r(st->list, n, sizeof(*st->list), by_id, st->ids.keys);
	for (i = 0; i < n; i++)
		if (tp_latch_forget(st, st->list[i], rule, &note, out) != 0)
			return -1;
	return 0;
}

static int
forget(struct tp_alert_state *st, int64_t t, const char *why,
    struct tp_out *out)
{
	int	k;

	for (k = 0; k < st->conf->rules.n; k++)
		if (forget_rule(st, k, t, why, out) != 0)
			return -1;
	return 0;
}

/* Lets go of all segments; their latches are open. */
static void
drop_segments(struct tp_alert_state *st)
{
	size_t	i;

	for (i = 0; i < st->ids.n; i++) {
		free(st->seg[i].latch);
		free(st->seg[i].pos);
	}
	tp_map_release(&st->ids);
	for (i = 0; st->near_seg != NULL && i < st->conf->near->ids.n; i++)
		st->near_seg[i] = TP_ALERT_NONE;
}

static int
new_day(struct tp_alert_state *st, struct tp_out *out)
{
	st->day_end = next_day(st->conf, st->wm);
	if (forget(st, INT64_MAX, "a new day begins", out) != 0)
		return -1;
	drop_segments(st);
	return 0;
}

/* A record of time t at position pos: the clock never goes back. */
static int
advance(struct tp_alert_state *st, int64_t t, int64_t pos,
    struct tp_out *out)
{
	int64_t	before = st->wm;

	if (before != TP_TIME_NONE && t <= before)
		return 0;
	st->wm = t;
	st->wm_pos = pos;
	if (before == TP_TIME_NONE) {
		st->day_end = next_day(st->conf, t);
		return 0;
	}
	if (t >= st->day_end)
		return new_day(st, out);
	if (t / TP_MINUTE == before / TP_MINUTE)
		return 0;
	return forget(st, t - st->conf->expire, "no more is heard of it",
	    out);
}

/* All rules on all that the record says. */
static int
judge(struct tp_alert_state *st, uint32_t seg, const struct tp_values *v,
    int n, struct tp_alert_note *note, struct tp_out *out)
{
	const struct tp_rules	*rules = &st->conf->rules;
	bool			 late = false;
	int			 i, k;

	for (k = 0; k < rules->n; k++)
		for (i = 0; i < n; i++) {
			const struct tp_latch	*l = &st->seg[seg].latch[k];

			if (!tp_rule_applies(&rules->r[k], &v[i]))
				continue;
			if (l->known > 0 && note->t < l->t) {
				late = true;
				continue;
			}
			note->v = &v[i];
			if (tp_latch_take(st, seg, k, &v[i], note, out) != 0)
				return -1;
		}
	tp_out_count(out, TP_COUNT_LATE, late);
	return 0;
}

static int
alert_record(void *state, const struct tp_rec *r, struct tp_out *out)
{
	struct tp_alert_state		*st = state;
	const struct tp_alert_conf	*c = st->conf;
	struct tp_values		 v[TP_VALUES_MAX];
	struct tp_subject		 s;
	struct tp_alert_note		 note = { .rec = r };
	const char			*why, *field;
	int				 n;

	n = tp_values_get(r, &s, v, &why, &field);
	if (n == -1)
		return tp_out_reject_field(out, r, "schema", field, why);
	if (n == 0)
		return 0;
	if (st->ids.n >= c->max_keys &&
	    tp_map_find(&st->ids, s.id, s.idlen) == SIZE_MAX)
		return tp_out_reject(out, r, "max-keys",
		    "there is no room for another segment");
	if (advance(st, s.t, r->pos, out) != 0)
		return -1;
	note.t = s.t;
	note.unit = c->unit != TP_UNIT_NONE ? c->unit :
	    s.unit != TP_UNIT_NONE ? s.unit : TP_UNIT_KMH;
	return judge(st, segment(st, s.id, s.idlen), v, n, &note, out);
}

static int64_t
alert_low(const void *state)
{
	const struct tp_alert_state	*st = state;
	int64_t				 low = st->wm_pos, pos;
	uint32_t			 i;
	int				 k;

	if (st->wm == TP_TIME_NONE)
		return INT64_MAX;
	for (i = 0; i < st->ids.n; i++)
		for (k = 0; k < st->conf->rules.n; k++) {
			pos = tp_latch_pos(st, i, k);
			if (pos < low)
				low = pos;
		}
	for (i = 0; i < st->nalerts; i++)
		if (st->alert[i].used && st->alert[i].pos < low)
			low = st->alert[i].pos;
	return low;
}

const struct tp_filter tp_alert_filter = {
	.size = sizeof(struct tp_alert_state),
	.init = alert_init,
	.record = alert_record,
	.low = alert_low,
	.clear = alert_clear,
};
