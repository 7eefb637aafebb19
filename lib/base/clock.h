/*
 * Times and zones.  Every time in the toolkit is int64_t milliseconds since
 * 1970-01-01T00:00:00Z; durations are milliseconds too.
 */
#ifndef TP_BASE_CLOCK_H
#define TP_BASE_CLOCK_H

#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

#define TP_SECOND	INT64_C(1000)
#define TP_MINUTE	(60 * TP_SECOND)
#define TP_HOUR		(60 * TP_MINUTE)
#define TP_DAY		(24 * TP_HOUR)
#define TP_TIME_NONE	INT64_MIN	/* no time known */

/* a / b rounded down, as times before 1970 want it; b > 0. */
static inline int64_t
tp_floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

/* The clock, in ms since 1970. */
int64_t tp_clock_wall_ms(void);
/* Monotonic; its zero is arbitrary. */
int64_t tp_clock_mono_ns(void);
/* Whole ms since tp_clock_mono_ns() gave start_ns. */
int64_t tp_clock_ms_since(int64_t start_ns);

/* Broken-down civil time in some zone. */
struct tp_civil {
	int	year, month, day;	/* month 1..12, day 1..31 */
	int	hour, minute, second, ms;
	int	weekday;		/* 0 = Monday .. 6 = Sunday */
};

/* Days since 1970-01-01 of a proleptic Gregorian date. */
int64_t tp_civil_days(int year, int month, int day);

/*
 * A time zone.  At most one zone per process may be open, since it is
 * glibc's (TZ); "UTC" needs no zone files.  Embedded; nothing to release.
 */
struct tp_tz {
	int64_t	from, to;	/* offset_ms holds for from <= t < to */
	int64_t	offset_ms;	/* local time minus UTC */
	bool	utc;
};

/* Opens a zone by its tz database name.  Unknown names are an error. */
int tp_tz_open(struct tp_tz *z, const char *name, struct tp_err *e);
/* Local minus UTC at time t, in ms.  Amortised cheap: remembers the span. */
int64_t tp_tz_offset(struct tp_tz *z, int64_t t);
void tp_tz_civil(struct tp_tz *z, int64_t t, struct tp_civil *c);
/*
 * The time of a civil date (weekday is ignored).  Where the clock was put
 * back and the local time happened twice, the first.  Returns -1 where it
 * never happened (the gap when the clock is put forward).
 */
int tp_tz_time(struct tp_tz *z, const struct tp_civil *c, int64_t *t);

/*
 * Parses "2012-03-01T00:05:00[.fff][Z|+hh:mm|+hhmm]" with 'T' or a blank,
 * seconds optional, and the date alone (midnight).  Without a zone the time
 * is local to z.  The whole of s must be used.  Returns 0, or -1 and in *why
 * (when not NULL) a static text.
 */
int tp_time_parse(struct tp_tz *z, const char *s, size_t n, int64_t *t,
    const char **why);
/* Appends "2012-03-01T00:05:00Z" (with .fff where ms are not 0). */
void tp_buf_time(struct tp_buf *b, int64_t t);

/*
 * Parses "500ms", "90s", "5m", "1h30m", "7d", and "0".  A bare number
 * may have been meant in any unit.  Returns -1 on anything else or a sum over
 * 10,000 days.
 */
int tp_duration_parse(const char *s, int64_t *ms);

#endif
