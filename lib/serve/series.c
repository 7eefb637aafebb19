#include "serve/series.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"

#define USUAL_MAX	100	/* readings that a usual speed remembers */
#define QUARTER		(15 * TP_MINUTE)

static size_t
modulo(int64_t a, size_t n)
{
	return (size_t)(a - tp_floor_div(a, (int64_t)n) * (int64_t)n);
}

void
tp_series_init(struct tp_series *s, int64_t step_ms, size_t steps,
    struct tp_tz *tz)
{
	*s = (struct tp_series){
		.step_ms = step_ms, .steps = steps, .tz = tz,
		.newest = -1, .hour = -1,
		.all = tp_calloc(TP_SERIES_DAYS, sizeof(struct tp_hour)),
	};
}

void
tp_series_release(struct tp_series *s)
{
	free(s->step);
	free(s->crowd);
	free(s->hours);
	free(s->usual);
	free(s->all);
	*s = (struct tp_series){ 0 };
}

/* Nothing was measured at this place of the ring. */
static void
empty(struct tp_series *s, size_t at)
{
	s->step[at] = (struct tp_step){ NAN, NAN, 0, 0 };
	if (s->cells)
		s->crowd[at] = (struct tp_crowd){ NAN, -1 };
}

void
tp_series_grow(struct tp_series *s)
{
	size_t	i, usual = 2 * (size_t)TP_SERIES_QUARTERS;

	if (s->n == s->cap) {
		s->cap += s->cap / 2 + 64;
		s->step = tp_realloc(s->step, s->cap,
		    s->steps * sizeof(*s->step));
		if (s->cells)
			s->crowd = tp_realloc(s->crowd, s->cap,
			    s->steps * sizeof(*s->crowd));
		s->hours = tp_realloc(s->hours, s->cap,
		    TP_SERIES_HOURS * sizeof(*s->hours));
		s->usual = tp_realloc(s->usual, s->cap,
		    usual * sizeof(*s->usual));
	}
	for (i = 0; i < s->steps; i++)
		empty(s, s->n * s->steps + i);
	memset(&s->hours[s->n * TP_SERIES_HOURS], 0,
	    TP_SERIES_HOURS * sizeof(*s->hours));
	memset(&s->usual[s->n * usual], 0, usual * sizeof(*s->usual));
	s->n++;
}

int64_t
tp_series_step(const struct tp_series *s, int64_t t)
{
	return tp_floor_div(t, s->step_ms);
}

int64_t
tp_series_hour(const struct tp_series *s, int64_t t)
{
	return tp_floor_div(t + tp_tz_offset(s->tz, t), TP_HOUR);
}

int64_t
tp_series_hour_time(const struct tp_series *s, int64_t hour)
{
	int64_t	t = hour * TP_HOUR;

	return t - tp_tz_offset(s->tz, t - tp_tz_offset(s->tz, t));
}

int
tp_series_weekday(int64_t hour)
{
	/* 1970 began on a Thursday */
	return (int)modulo(tp_floor_div(hour, 24) + 3, 7);
}

/* The clock comes to a step: what stood in the places of those since goes. */
static void
advance_steps(struct tp_series *s, int64_t step)
{
	int64_t	from = s->newest < 0 ? step : s->newest + 1;
	size_t	seg;

	if (step - from >= (int64_t)s->steps)
		from = step - (int64_t)s->steps + 1;
	for (; from <= step; from++) {
		size_t	at = modulo(from, s->steps);

		for (seg = 0; seg < s->n; seg++)
			empty(s, seg * s->steps + at);
	}
	s->newest = step;
}

static void
advance_hours(struct tp_series *s, int64_t hour)
{
	static const struct tp_hour	none;
	int64_t				from = s->hour < 0 ? hour :
					    s->hour + 1;
	size_t				seg;

	if (hour - from >= TP_SERIES_DAYS)
		from = hour - TP_SERIES_DAYS + 1;
	for (; from <= hour; from++) {
		s->all[modulo(from, TP_SERIES_DAYS)] = none;
		if (hour - from >= TP_SERIES_HOURS)
			continue;
		for (seg = 0; seg < s->n; seg++)
			s->hours[seg * TP_SERIES_HOURS +
			    modulo(from, TP_SERIES_HOURS)] = none;
	}
	s->hour = hour;
}

static void
mean_add(float *mean, uint16_t *n, double v)
{
	if (isnan(v) || *n == UINT16_MAX)
		return;
	*mean = *n == 0 ? (float)v :
	    (float)((double)*mean + (v - (double)*mean) / (*n + 1));
	++*n;
}

static void
hour_add(struct tp_hour *h, double speed, double volume, bool congested)
{
	if (!isnan(speed)) {
		h->speed += speed;
		h->n++;
		h->congested += congested;
	}
	if (!isnan(volume)) {
		h->volume += volume;
		h->nvolume++;
	}
}

/* Where in the usual days of a segment a time belongs. */
static size_t
usual_of(const struct tp_series *s, int64_t t)
{
	int64_t	local = t + tp_tz_offset(s->tz, t);
	bool	weekend = tp_series_weekday(tp_floor_div(local, TP_HOUR)) >= 5;

	return (size_t)weekend * TP_SERIES_QUARTERS +
	    modulo(tp_floor_div(local, QUARTER), TP_SERIES_QUARTERS);
}

static void
usual_add(struct tp_quarter *u, double speed)
{
	uint16_t	n = u->n < USUAL_MAX ? u->n : USUAL_MAX - 1;

	if (isnan(speed))
		return;
	u->speed = (float)((double)u->speed + (speed - (double)u->speed) /
	    (n + 1));
	u->n = (uint16_t)(n + 1);
}

void
tp_series_add(struct tp_series *s, size_t seg, int64_t t, double speed,
    double volume, bool congested)
{
	int64_t		 step = tp_series_step(s, t);
	int64_t		 hour = tp_series_hour(s, t);
	struct tp_step	*p;

	if (step > s->newest)
		advance_steps(s, step);
	if (hour > s->hour)
		advance_hours(s, hour);
	if (step >= tp_series_oldest(s)) {
		p = &s->step[seg * s->steps + modulo(step, s->steps)];
		mean_add(&p->speed, &p->n, speed);
		mean_add(&p->volume, &p->nvolume, volume);
	}
	if (s->hour - hour < TP_SERIES_HOURS)
		hour_add(&s->hours[seg * TP_SERIES_HOURS +
		    modulo(hour, TP_SERIES_HOURS)], speed, volume, congested);
	if (s->hour - hour < TP_SERIES_DAYS)
		hour_add(&s->all[modulo(hour, TP_SERIES_DAYS)], speed, volume,
		    congested);
	usual_add(&s->usual[seg * 2 * TP_SERIES_QUARTERS + usual_of(s, t)],
	    speed);
}

void
tp_series_crowd(struct tp_series *s, size_t seg, int64_t t,
    struct tp_crowd c)
{
	int64_t	step = tp_series_step(s, t);

	if (s->cells && step <= s->newest && step >= tp_series_oldest(s))
		s->crowd[seg * s->steps + modulo(step, s->steps)] = c;
}

int64_t
tp_series_oldest(const struct tp_series *s)
{
	return s->newest < 0 ? 0 : s->newest - (int64_t)s->steps + 1;
}

const struct tp_step *
tp_series_at(const struct tp_series *s, size_t seg, int64_t step)
{
	if (step > s->newest || step < tp_series_oldest(s))
		return NULL;
	return &s->step[seg * s->steps + modulo(step, s->steps)];
}

const struct tp_crowd *
tp_series_crowd_at(const struct tp_series *s, size_t seg, int64_t step)
{
	if (!s->cells || step > s->newest || step < tp_series_oldest(s))
		return NULL;
	return &s->crowd[seg * s->steps + modulo(step, s->steps)];
}

const struct tp_hour *
tp_series_hour_at(const struct tp_series *s, size_t seg, int64_t hour)
{
	int64_t	kept = seg == SIZE_MAX ? TP_SERIES_DAYS : TP_SERIES_HOURS;

	if (s->hour < 0 || hour > s->hour || s->hour - hour >= kept)
		return NULL;
	return seg == SIZE_MAX ? &s->all[modulo(hour, TP_SERIES_DAYS)] :
	    &s->hours[seg * TP_SERIES_HOURS + modulo(hour,
	    TP_SERIES_HOURS)];
}

void
tp_hour_add(struct tp_hour *to, const struct tp_hour *x)
{
	if (x == NULL)
		return;
	to->speed += x->speed;
	to->volume += x->volume;
	to->n += x->n;
	to->nvolume += x->nvolume;
	to->congested += x->congested;
}

const struct tp_quarter *
tp_series_usual(const struct tp_series *s, size_t seg, int64_t t)
{
	return &s->usual[seg * 2 * TP_SERIES_QUARTERS + usual_of(s, t)];
}
