#include "feat/trail.h"

#include <math.h>

#include "base/mem.h"

#define SMOOTHED	(15 * TP_MINUTE)	/* the longest step that is */
#define DAYS_MAX	255

void
tp_trail_init(struct tp_trail *t, const struct tp_feat_spec *s, size_t max)
{
	t->step_ms = s->step_ms;
	t->slots = (int)((TP_DAY + s->step_ms - 1) / s->step_ms);
	memcpy(t->tz, s->tz, sizeof(t->tz));
	t->unit = s->unit;
	t->rate = s->trail_rate;
	t->max = max;
	t->last = t->day = TP_TIME_NONE;
}

void
tp_trail_release(struct tp_trail *t)
{
	tp_map_release(&t->ids);
	free(t->mean);
	free(t->days);
	free(t->today);
	*t = (struct tp_trail){ 0 };
}

struct tp_trail_time
tp_trail_time(const struct tp_trail *t, struct tp_tz *tz, int64_t ms)
{
	int64_t	local = ms + tp_tz_offset(tz, ms);
	int64_t	day = tp_floor_div(local, TP_DAY);

	return (struct tp_trail_time){
		day, (int)((local - day * TP_DAY) / t->step_ms),
	};
}

/* 0 for weekdays, 1 Saturday, 2 Sunday; 1970-01-01 was a Thursday. */
static size_t
kind_of(int64_t day)
{
	int64_t	weekday = ((day + 3) % 7 + 7) % 7;

	return weekday < 5 ? 0 : (size_t)weekday - 4;
}

/* The first slot of a segment's kind of day, in mean and days. */
static size_t
base_of(const struct tp_trail *t, size_t seg, size_t kind)
{
	return (seg * TP_TRAIL_KINDS + kind) * (size_t)t->slots;
}

static void
grow(struct tp_trail *t)
{
	size_t	slots = (size_t)t->slots, from = t->cap * slots;
	size_t	cap = t->cap < 8 ? 16 : 2 * t->cap, n = cap * slots;

	t->mean = tp_realloc(t->mean, n * TP_TRAIL_KINDS, sizeof(*t->mean));
	t->days = tp_realloc(t->days, n * TP_TRAIL_KINDS, sizeof(*t->days));
	t->today = tp_realloc(t->today, n, sizeof(*t->today));
	memset(t->mean + from * TP_TRAIL_KINDS, 0,
	    (n - from) * TP_TRAIL_KINDS * sizeof(*t->mean));
	memset(t->days + from * TP_TRAIL_KINDS, 0,
	    (n - from) * TP_TRAIL_KINDS * sizeof(*t->days));
	memset(t->today + from, -1, (n - from) * sizeof(*t->today));
	t->cap = cap;
}

size_t
tp_trail_add(struct tp_trail *t, const char *id, size_t n)
{
	size_t	i;

	if (t->ids.n >= t->max)
		return tp_map_find(&t->ids, id, n);
	i = tp_map_add(&t->ids, id, n);
	if (i >= t->cap)
		grow(t);
	return i;
}

void
tp_trail_copy(struct tp_trail *t, const struct tp_trail *from)
{
	size_t	n = from->ids.n * (size_t)from->slots, i;
	double	rate = t->rate;
	size_t	max = t->max;

	tp_trail_release(t);
	*t = *from;
	t->rate = rate;
	t->max = max;
	t->ids = (struct tp_map){ 0 };
	t->mean = t->today = NULL;
	t->days = NULL;
	t->cap = 0;
	for (i = 0; i < from->ids.n; i++)
		tp_map_add(&t->ids, from->ids.keys[i].p, from->ids.keys[i].n);
	while (t->cap < from->ids.n)
		grow(t);
	if (n == 0)
		return;
	memcpy(t->mean, from->mean, n * TP_TRAIL_KINDS * sizeof(*t->mean));
	memcpy(t->days, from->days, n * TP_TRAIL_KINDS * sizeof(*t->days));
	memcpy(t->today, from->today, n * sizeof(*t->today));
}

/* What the present day says of a slot, in thousandths; NAN: nothing. */
static double
smoothed(const struct tp_trail *t, const int32_t *today, int slot)
{
	int	wide = t->step_ms <= SMOOTHED, n = 0, i;
	double	sum = 0;

	for (i = slot - wide; i <= slot + wide; i++)
		if (i >= 0 && i < t->slots && today[i] >= 0) {
			sum += today[i];
			n++;
		}
	return n > 0 ? sum / n : (double)NAN;
}

static void
fold(struct tp_trail *t, size_t seg, size_t kind)
{
	const int32_t	*today = t->today + seg * (size_t)t->slots;
	size_t		 at = base_of(t, seg, kind);
	int		 i;

	for (i = 0; i < t->slots; i++, at++) {
		double	x = smoothed(t, today, i), share;

		if (isnan(x))
			continue;
		share = fmax(t->rate, 1 / (1 + (double)t->days[at]));
		t->mean[at] += (int32_t)lround(share * (x - t->mean[at]));
		t->days[at] += t->days[at] < DAYS_MAX;
	}
}

void
tp_trail_day(struct tp_trail *t, int64_t day)
{
	bool	known;
	size_t	i;

	if (day == t->day)
		return;
	known = t->last != TP_TIME_NONE && t->day <= t->last;
	if (t->day != TP_TIME_NONE && !known) {
		for (i = 0; i < t->ids.n; i++)
			fold(t, i, kind_of(t->day));
		t->last = t->day;
	}
	if (t->cap > 0)
		memset(t->today, -1,
		    t->cap * (size_t)t->slots * sizeof(*t->today));
	t->day = day;
}

void
tp_trail_put(struct tp_trail *t, size_t seg, int slot, double speed)
{
	t->today[seg * (size_t)t->slots + (size_t)slot] =
	    (int32_t)lround(1000 * speed);
}

double
tp_trail_at(const struct tp_trail *t, size_t seg, struct tp_trail_time at)
{
	size_t	own = kind_of(at.day), slot = (size_t)at.slot, kind, i;

	i = base_of(t, seg, own) + slot;
	for (kind = 0; t->days[i] == 0; kind++) {
		if (kind == TP_TRAIL_KINDS)
			return (double)NAN;
		i = base_of(t, seg, kind) + slot;
	}
	return t->mean[i] / 1000.0;
}

int
tp_trail_check(const struct tp_trail *t, const struct tp_feat_spec *s,
    struct tp_err *e)
{
	if (t->step_ms == s->step_ms && strcmp(t->tz, s->tz) == 0)
		return 0;
	return tp_err_set(e, TP_EXIT_DATA, "profiles are of steps of %lld s "
	    "in time zone '%s'", (long long)(t->step_ms / TP_SECOND), t->tz);
}
