/*
 * What was measured of each segment: the last steps one by one, the last days
 * by the hour, and what is usual at each quarter of an hour of working days
 * and weekends; and of all segments together, the last months by the hour.
 * Speeds are km/h, volumes vehicles an hour.  The struct owns its arrays; its
 * size is set by the number of segments alone.
 */
#ifndef TP_SERVE_SERIES_H
#define TP_SERVE_SERIES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"

#define TP_SERIES_HOURS	(8 * 24)	/* kept of each segment */
#define TP_SERIES_DAYS	(90 * 24)	/* hours kept of all */
#define TP_SERIES_QUARTERS 96		/* of a day */

/* The mean of a step. */
struct tp_step {
	float		speed, volume;	/* NAN: none */
	uint16_t	n, nvolume;
};

/* Of a cell: how many vehicles or events, and how crowded, as told last. */
struct tp_crowd {
	float		count;		/* NAN: not said */
	int8_t		class;		/* 0 low .. 2 high; -1: not said */
};

/* Sums over an hour. */
struct tp_hour {
	double		speed, volume;
	uint32_t	n, nvolume;
	uint32_t	congested;	/* readings at levels 4 and 5 */
};

/* A mean that forgets: of the last hundred or so at a quarter of an hour. */
struct tp_quarter {
	float		speed;
	uint16_t	n;
};

struct tp_series {
	int64_t		 step_ms;
	size_t		 steps;		/* kept of each segment */
	bool		 cells;		/* set before the first segment */
	struct tp_tz	*tz;
	size_t		 n, cap;	/* segments */
	int64_t		 newest;	/* step; -1: no reading (none is as
					 * old as 1970) */
	int64_t		 hour;		/* newest, since 1970 in local time; or
					 * -1 */
	struct tp_step	*step;		/* n * steps, by step modulo steps */
	struct tp_crowd	*crowd;		/* likewise; NULL: no cells */
	struct tp_hour	*hours;		/* n * TP_SERIES_HOURS */
	struct tp_quarter	*usual;		/* n * 2 * TP_SERIES_QUARTERS */
	struct tp_hour	*all;		/* TP_SERIES_DAYS */
};

/* No segment; steps are kept of each that will be added. */
void tp_series_init(struct tp_series *s, int64_t step_ms, size_t steps,
    struct tp_tz *tz);
void tp_series_release(struct tp_series *s);
/* One more segment, the last. */
void tp_series_grow(struct tp_series *s);

/*
 * A reading; speed or volume may be NAN.  What is older than the series
 * reaches is only counted where it still belongs.
 */
void tp_series_add(struct tp_series *s, size_t seg, int64_t t, double speed,
    double volume, bool congested);

/* What was told of a cell in the step of a time, if that is kept. */
void tp_series_crowd(struct tp_series *s, size_t seg, int64_t t,
    struct tp_crowd c);

/* The step of a time. */
int64_t tp_series_step(const struct tp_series *s, int64_t t);
/* The oldest step that is kept; newest + 1 where there is none. */
int64_t tp_series_oldest(const struct tp_series *s);
/* What was measured in a step, NULL where that is not kept. */
const struct tp_step *tp_series_at(const struct tp_series *s, size_t seg,
    int64_t step);

/* The same of a cell; NULL where segments are none. */
const struct tp_crowd *tp_series_crowd_at(const struct tp_series *s,
    size_t seg, int64_t step);

/* Hours since 1970 in local time. */
int64_t tp_series_hour(const struct tp_series *s, int64_t t);
/* The time when such an hour began. */
int64_t tp_series_hour_time(const struct tp_series *s, int64_t hour);
/* 0 Monday .. 6 Sunday of such an hour. */
int tp_series_weekday(int64_t hour);
/* The sums of an hour, of a segment or (SIZE_MAX) of all; NULL: not kept. */
const struct tp_hour *tp_series_hour_at(const struct tp_series *s, size_t seg,
    int64_t hour);

/* Adds the sums of an hour; x may be NULL. */
void tp_hour_add(struct tp_hour *to, const struct tp_hour *x);

/* What is usual at a time of a day such as that of t. */
const struct tp_quarter *tp_series_usual(const struct tp_series *s, size_t seg,
    int64_t t);

#endif
