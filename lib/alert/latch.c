/* When a latch sets and opens, and what becomes of alerts by that. */
#include "alert/alertstate.h"

#include <math.h>

#include "base/mem.h"

#define MANY	4	/* segments make an alert one degree worse */

static struct tp_latch *
latch_of(const struct tp_alert_state *st, uint32_t seg, int rule)
{
	return &st->seg[seg].latch[rule];
}

int64_t
tp_latch_pos(const struct tp_alert_state *st, uint32_t seg, int rule)
{
	const struct tp_latch	*l = latch_of(st, seg, rule);
	const int64_t		*ring = st->seg[seg].pos + st->ring[rule];
	int			 n = st->conf->rules.r[rule].n;

	/* the slot behind the newest is the oldest's, once all are used */
	return l->known == 0 ? INT64_MAX :
	    ring[l->known < n ? 0 : (l->slot + 1) % n];
}

static int
say(struct tp_alert_state *st, const struct tp_alert *a,
    enum tp_alert_status status, struct tp_alert_note *note,
    struct tp_out *out)
{
	note->status = status;
	return tp_alert_write(st, a, note, out);
}

/* A free place among the standing alerts. */
static uint32_t
new_alert(struct tp_alert_state *st)
{
	if (st->nspare > 0)
		return st->spare[--st->nspare];
	TP_GROW(st->alert, st->alertcap, st->nalerts + 1);
	st->alert[st->nalerts] = (struct tp_alert){ 0 };
	return (uint32_t)st->nalerts++;
}

/* Nothing is in it any more: its place is free. */
static void
end_alert(struct tp_alert_state *st, uint32_t alert)
{
	st->alert[alert].used = false;
	st->alert[alert].n = 0;
	TP_GROW(st->spare, st->sparecap, st->nspare + 1);
	st->spare[st->nspare++] = alert;
}

static void
add_seg(struct tp_alert_state *st, uint32_t alert, uint32_t seg)
{
	struct tp_alert	*a = &st->alert[alert];
	int64_t		 pos = tp_latch_pos(st, seg, a->rule);

	TP_GROW(a->segs, a->cap, a->n + 1);
	a->segs[a->n++] = seg;
	if (pos < a->pos)
		a->pos = pos;
	latch_of(st, seg, a->rule)->alert = alert;
}

/* How bad an alert of n segments is, of which one is as v says. */
static enum tp_severity
severity(const struct tp_rule *r, const struct tp_values *v, size_t n)
{
	enum tp_severity	s = tp_rule_severity(r, v);

	if (r->severity == TP_SEVERITY_BY_DEPTH && n >= MANY &&
	    s < TP_SEVERITY_CRITICAL)
		s++;
	return s;
}

/* All segments of `from` move to `to`, the older one. */
static int
merge(struct tp_alert_state *st, uint32_t from, uint32_t to,
    struct tp_alert_note *note, struct tp_out *out)
{
	struct tp_alert	*a = &st->alert[from], *b = &st->alert[to];
	int		 rc;
	size_t		 i;

	note->why = "part of an older alert nearby";
	rc = say(st, a, TP_ALERT_RESOLVED, note, out);
	for (i = 0; i < a->n; i++)
		add_seg(st, to, a->segs[i]);
	if (a->pos < b->pos)
		b->pos = a->pos;
	if (a->severity > b->severity)
		b->severity = a->severity;
	end_alert(st, from);
	return rc;
}

static bool
older(const struct tp_alert_state *st, const struct tp_alert *a,
    const struct tp_alert *b)
{
	return a->raised_at != b->raised_at ? a->raised_at < b->raised_at :
	    strcmp(st->ids.keys[a->first].p, st->ids.keys[b->first].p) < 0;
}

/* The oldest alert that a neighbour of the segment is in, or NONE; *two is
 * set to another one, or NONE. */
static uint32_t
alert_nearby(const struct tp_alert_state *st, uint32_t seg, int rule,
    uint32_t *two)
{
	const struct tp_alert_near	*g = st->conf->near;
	uint32_t			 i = st->seg[seg].near, k, s, a;
	uint32_t			 best = TP_ALERT_NONE;

	*two = TP_ALERT_NONE;
	if (i == TP_ALERT_NONE)
		return best;
	for (k = g->off[i]; k < g->off[i + 1]; k++) {
		s = st->near_seg[g->to[k]];
		a = s == TP_ALERT_NONE ? TP_ALERT_NONE :
		    latch_of(st, s, rule)->alert;
		if (a == TP_ALERT_NONE || a == best)
			continue;
		if (best == TP_ALERT_NONE) {
			best = a;
		} else if (older(st, &st->alert[a],
		    &st->alert[best])) {
			*two = best;
			best = a;
		} else {
			*two = a;
		}
	}
	return best;
}

static int
raise_alert(struct tp_alert_state *st, uint32_t seg, int rule,
    const struct tp_values *v, struct tp_alert_note *note,
    struct tp_out *out)
{
	uint32_t	 i = new_alert(st);
	struct tp_alert	*a = &st->alert[i];

	a->used = true;
	a->rule = rule;
	a->first = seg;
	a->raised_at = note->t;
	if (tp_rec_num(note->rec, TP_F_LATITUDE, &a->lat) == -1 ||
	    tp_rec_num(note->rec, TP_F_LONGITUDE, &a->lon) == -1 ||
	    !(fabs(a->lat) <= 90 && fabs(a->lon) <= 180))
		a->lat = a->lon = NAN;
	a->pos = INT64_MAX;
	add_seg(st, i, seg);
	a->severity = severity(&st->conf->rules.r[rule], v, 1);
	return say(st, a, TP_ALERT_RAISED, note, out);
}

/* The latch sets. */
static int
set(struct tp_alert_state *st, uint32_t seg, int rule,
    const struct tp_values *v, struct tp_alert_note *note,
    struct tp_out *out)
{
	uint32_t		 two, i = alert_nearby(st, seg, rule, &two);
	enum tp_severity	 s;
	struct tp_alert		*a;

	if (i == TP_ALERT_NONE)
		return raise_alert(st, seg, rule, v, note, out);
	add_seg(st, i, seg);
	while (two != TP_ALERT_NONE) {
		if (merge(st, two, i, note, out) != 0)
			return -1;
		i = alert_nearby(st, seg, rule, &two);
	}
	a = &st->alert[i];
	s = severity(&st->conf->rules.r[rule], v, a->n);
	if (s > a->severity)
		a->severity = s;
	return say(st, a, TP_ALERT_CHANGED, note, out);
}

/* A set latch is set once more: said only where it is worse. */
static int
again(struct tp_alert_state *st, struct tp_alert *a,
    const struct tp_values *v, struct tp_alert_note *note,
    struct tp_out *out)
{
	enum tp_severity	s = severity(&st->conf->rules.r[a->rule], v,
				    a->n);

	if (s <= a->severity) {
		tp_out_count(out, TP_COUNT_HELD, 1);
		return 0;
	}
	a->severity = s;
	return say(st, a, TP_ALERT_CHANGED, note, out);
}

/* The latch opens; the last segment that leaves resolves the alert. */
static int
leave(struct tp_alert_state *st, uint32_t seg, int rule,
    struct tp_alert_note *note, struct tp_out *out)
{
	struct tp_latch	*l = latch_of(st, seg, rule);
	uint32_t	 alert = l->alert;
	struct tp_alert	*a = &st->alert[alert];
	size_t		 i = 0;
	int		 rc;

	l->alert = TP_ALERT_NONE;
	if (a->n == 1) {
		rc = say(st, a, TP_ALERT_RESOLVED, note, out);
		end_alert(st, alert);
		return rc;
	}
	while (a->segs[i] != seg)
		i++;
	a->n--;
	memmove(a->segs + i, a->segs + i + 1, (a->n - i) * sizeof(*a->segs));
	return 0;
}

int
tp_latch_forget(struct tp_alert_state *st, uint32_t seg, int rule,
    struct tp_alert_note *note, struct tp_out *out)
{
	struct tp_latch	*l = latch_of(st, seg, rule);
	int		 rc = 0;

	if (l->alert != TP_ALERT_NONE)
		rc = leave(st, seg, rule, note, out);
	*l = (struct tp_latch){ .alert = TP_ALERT_NONE };
	return rc;
}

/* All lines of the latch's time are in: counts it, and opens. */
static int
settle(struct tp_alert_state *st, uint32_t seg, int rule,
    struct tp_alert_note *note, struct tp_out *out)
{
	struct tp_latch	*l = latch_of(st, seg, rule);

	if (l->counted)
		return 0;
	l->counted = true;
	l->good = l->all_good ? l->good + (l->good < INT32_MAX) : 0;
	if (l->alert == TP_ALERT_NONE ||
	    l->good < st->conf->rules.r[rule].clear_k)
		return 0;
	note->why = "it is over";
	return leave(st, seg, rule, note, out);
}

/* A new time begins. */
static void
push(struct tp_alert_state *st, uint32_t seg, int rule, int64_t t)
{
	struct tp_latch	*l = latch_of(st, seg, rule);
	int		 n = st->conf->rules.r[rule].n;

	l->slot = l->known == 0 ? 0 : (l->slot + 1) % n;
	l->known += l->known < n;
	st->seg[seg].pos[st->ring[rule] + (size_t)l->slot] = st->wm_pos;
	l->bits = l->bits << 1 & ~(uint64_t)0 >> (TP_RULE_N - n);
	l->t = t;
	l->all_good = true;
	l->counted = false;
}

int
tp_latch_take(struct tp_alert_state *st, uint32_t seg, int rule,
    const struct tp_values *v, struct tp_alert_note *note,
    struct tp_out *out)
{
	const struct tp_rule	*r = &st->conf->rules.r[rule];
	struct tp_latch		*l = latch_of(st, seg, rule);
	bool			 bad = tp_rule_bad(r, v);
	int			 rc = 0;

	if (l->known == 0 || l->t != note->t) {
		if (l->known > 0 && settle(st, seg, rule, note, out) != 0)
			return -1;
		push(st, seg, rule, note->t);
	}
	l->bits |= bad;
	l->all_good &= tp_rule_good(r, v);
	if (bad && __builtin_popcountll(l->bits) >= r->k) {
		l->good = 0;
		l->all_good = false;
		rc = l->alert == TP_ALERT_NONE ?
		    set(st, seg, rule, v, note, out) :
		    again(st, &st->alert[l->alert], v, note, out);
	}
	return rc != 0 || r->several ? rc :
	    settle(st, seg, rule, note, out);
}
