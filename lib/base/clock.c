#include "base/clock.h"

#define NS_PER_MS	INT64_C(1000000)
#define YEAR_MIN	1970
#define YEAR_MAX	9999
/* tm_year is an int, and nothing we read is further away than this. */
#define TIME_LIMIT	(INT64_C(3000000) * TP_DAY)
#define DURATION_MAX	(10000 * TP_DAY)
#define TZ_FILES	"/usr/share/zoneinfo"

int64_t
tp_clock_wall_ms(void)
{
	struct timespec	ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return ts.tv_sec * TP_SECOND + ts.tv_nsec / NS_PER_MS;
}

int64_t
tp_clock_mono_ns(void)
{
	struct timespec	ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * INT64_C(1000000000) + ts.tv_nsec;
}

int64_t
tp_clock_ms_since(int64_t start_ns)
{
	return (tp_clock_mono_ns() - start_ns) / 1000000;
}

/*
 * Days and dates by eras of 400 years and years that start in March, so that
 * the leap day is the last of its year (Hinnant, "chrono-compatible low-level
 * date algorithms").
 */
int64_t
tp_civil_days(int year, int month, int day)
{
	int64_t	y = (int64_t)year - (month <= 2);
	int64_t	era = tp_floor_div(y, 400), yoe = y - era * 400;
	int64_t	doy = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
	int64_t	doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;

	return era * 146097 + doe - 719468;
}

static void
date_of_days(int64_t days, struct tp_civil *c)
{
	int64_t	z = days + 719468, era = tp_floor_div(z, 146097);
	int64_t	doe = z - era * 146097;
	int64_t	yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t	doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	int64_t	mp = (5 * doy + 2) / 153;

	c->day = (int)(doy - (153 * mp + 2) / 5 + 1);
	c->month = (int)(mp < 10 ? mp + 3 : mp - 9);
	c->year = (int)(yoe + era * 400 + (c->month <= 2));
	/* 1970-01-01 was a Thursday. */
	c->weekday = (int)(days + 3 - 7 * tp_floor_div(days + 3, 7));
}

static void
civil_of_local(int64_t local, struct tp_civil *c)
{
	int64_t	days = tp_floor_div(local, TP_DAY);
	int	ms = (int)(local - days * TP_DAY);

	date_of_days(days, c);
	c->ms = ms % 1000;
	c->second = ms / 1000 % 60;
	c->minute = ms / 60000 % 60;
	c->hour = ms / 3600000;
}

static int64_t
local_of_civil(const struct tp_civil *c)
{
	return tp_civil_days(c->year, c->month, c->day) * TP_DAY +
	    c->hour * TP_HOUR + c->minute * TP_MINUTE +
	    c->second * TP_SECOND + c->ms;
}

/* True where the zone database has a file of that name. */
static bool
zone_exists(const char *name)
{
	const char	*dir = getenv("TZDIR");
	struct tp_buf	 path = { 0 };
	char		 magic[4] = { 0 };
	FILE		*f;
	bool		 found;

	if (*name == '\0' || *name == '/' || *name == ':' ||
	    strstr(name, "..") != NULL)
		return false;
	tp_buf_printf(&path, "%s/%s", dir != NULL ? dir : TZ_FILES, name);
	f = fopen(tp_buf_cstr(&path), "re");
	tp_buf_release(&path);
	if (f == NULL)
		return false;
	found = fread(magic, 1, sizeof(magic), f) == sizeof(magic) &&
	    memcmp(magic, "TZif", sizeof(magic)) == 0;
	fclose(f);
	return found;
}

int
tp_tz_open(struct tp_tz *z, const char *name, struct tp_err *e)
{
	*z = (struct tp_tz){ 0 };
	if (strcmp(name, "UTC") == 0) {
		z->utc = true;
		return 0;
	}
	if (!zone_exists(name))
		return tp_err_set(e, TP_EXIT_USAGE, "unknown time zone '%s'",
		    name);
	if (setenv("TZ", name, 1) < 0)
		return tp_err_sys(e, "time zone '%s'", name);
	tzset();
	return 0;
}

/* What glibc says about the second of t. */
static int64_t
offset_at(int64_t t)
{
	time_t		sec = (time_t)tp_floor_div(t, TP_SECOND);
	struct tm	tm;

	if (localtime_r(&sec, &tm) == NULL)
		return 0;
	return tm.tm_gmtoff * TP_SECOND;
}

/*
 * Finds the span of constant offset around t within its day of UTC.  No zone
 * changes its offset twice in a day, so equal ends mean a constant day, and
 * else one change is somewhere between them.
 */
static void
day_span(int64_t t, struct tp_tz *span)
{
	int64_t	from = tp_floor_div(t, TP_DAY) * TP_DAY, to = from + TP_DAY;
	int64_t	first = offset_at(from), last = offset_at(to - 1);
	int64_t	a = from / TP_SECOND, b = to / TP_SECOND - 1;

	*span = (struct tp_tz){ .from = from, .to = to, .offset_ms = first };
	if (first == last)
		return;
	while (b - a > 1) {
		int64_t	mid = a + (b - a) / 2;

		if (offset_at(mid * TP_SECOND) == first)
			a = mid;
		else
			b = mid;
	}
	if (t < b * TP_SECOND) {
		span->to = b * TP_SECOND;
	} else {
		span->from = b * TP_SECOND;
		span->offset_ms = last;
	}
}

int64_t
tp_tz_offset(struct tp_tz *z, int64_t t)
{
	struct tp_tz	span;

	if (z->utc || (t >= z->from && t < z->to))
		return z->utc ? 0 : z->offset_ms;
	if (t < -TIME_LIMIT || t > TIME_LIMIT)
		return 0;
	day_span(t, &span);
	/* Days in order, the usual case, make the span grow to months. */
	if (span.from == z->to && span.offset_ms == z->offset_ms)
		span.from = z->from;
	else if (span.to == z->from && span.offset_ms == z->offset_ms)
		span.to = z->to;
	*z = span;
	return span.offset_ms;
}

void
tp_tz_civil(struct tp_tz *z, int64_t t, struct tp_civil *c)
{
	civil_of_local(t + tp_tz_offset(z, t), c);
}

/*
 * A local time belongs to the offset before or the one after a change, and to
 * both in the hour that happens twice; the earlier time has the larger offset.
 */
static int
time_of_local(struct tp_tz *z, int64_t local, int64_t *t)
{
	int64_t	before, after, t1, t2;

	if (z->utc) {
		*t = local;
		return 0;
	}
	if (local - TP_DAY >= z->from && local + TP_DAY < z->to) {
		*t = local - z->offset_ms;
		return 0;
	}
	/* In order, so that the remembered span grows over all three. */
	before = tp_tz_offset(z, local - TP_DAY);
	(void)tp_tz_offset(z, local);
	after = tp_tz_offset(z, local + TP_DAY);
	t1 = local - (before > after ? before : after);
	t2 = local - (before > after ? after : before);
	if (tp_tz_offset(z, t1) == local - t1)
		*t = t1;
	else if (tp_tz_offset(z, t2) == local - t2)
		*t = t2;
	else
		return -1;
	return 0;
}

int
tp_tz_time(struct tp_tz *z, const struct tp_civil *c, int64_t *t)
{
	return time_of_local(z, local_of_civil(c), t);
}

static int
month_days(int year, int month)
{
	static const int	days[] = {
		31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31,
	};
	bool			leap = (year % 4 == 0 && year % 100 != 0) ||
	    year % 400 == 0;

	return days[month - 1] + (month == 2 && leap);
}

/* Reads two digits; anything else gives a number over 99. */
static int
two(const char *s)
{
	unsigned	a = (unsigned)(s[0] - '0'), b = (unsigned)(s[1] - '0');

	return a > 9 || b > 9 ? 1000 : (int)(10 * a + b);
}

static const char *
scan_date(const char *s, size_t n, struct tp_civil *c)
{
	int	high, low;

	if (n < 10 || s[4] != '-' || s[7] != '-')
		return "not a date like 2012-12-31";
	high = two(s);
	low = two(s + 2);
	c->month = two(s + 5);
	c->day = two(s + 8);
	if (high > 99 || low > 99 || c->month > 99 || c->day > 99)
		return "not a date like 2012-12-31";
	c->year = 100 * high + low;
	if (c->year < YEAR_MIN || c->year > YEAR_MAX)
		return "the year is not in 1970..9999";
	if (c->month < 1 || c->month > 12 || c->day < 1 ||
	    c->day > month_days(c->year, c->month))
		return "no such day";
	return NULL;
}

/* Reads "hh:mm[:ss[.fff]]" and moves *s behind it. */
static const char *
scan_clock(const char **s, const char *end, struct tp_civil *c)
{
	const char	*p = *s;
	int		 unit = 100;

	if (end - p < 5 || p[2] != ':' || two(p) > 99 || two(p + 3) > 99)
		return "not a time of day like 08:30";
	c->hour = two(p);
	c->minute = two(p + 3);
	p += 5;
	if (p < end && *p == ':') {
		if (end - p < 3 || two(p + 1) > 99)
			return "not a time of day like 08:30";
		c->second = two(p + 1);
		p += 3;
		if (p < end && *p == '.') {
			if (++p == end || *p < '0' || *p > '9')
				return "not a time of day like 08:30";
			for (; p < end && *p >= '0' && *p <= '9'; p++) {
				c->ms += unit * (*p - '0');
				unit /= 10;
			}
		}
	}
	if (c->hour > 23 || c->minute > 59 || c->second > 59)
		return "no such time of day";
	*s = p;
	return NULL;
}

/* Reads "Z", "+hh:mm" or "+hhmm", which is all that is left. */
static const char *
scan_zone(const char *s, size_t n, int64_t *offset)
{
	int	hour, minute;

	*offset = 0;
	if (n == 1 && *s == 'Z')
		return NULL;
	if (*s != '+' && *s != '-')
		return "text behind the time";
	if (n == 6 && s[3] == ':')
		minute = two(s + 4);
	else if (n == 5)
		minute = two(s + 3);
	else
		return "not a zone like Z or +01:00";
	hour = two(s + 1);
	if (hour > 23 || minute > 59)
		return "not a zone like Z or +01:00";
	*offset = hour * TP_HOUR + minute * TP_MINUTE;
	if (*s == '-')
		*offset = -*offset;
	return NULL;
}

static const char *
parse_time(struct tp_tz *z, const char *s, size_t n, int64_t *t)
{
	const char	*end = s + n, *why;
	struct tp_civil	 c = { 0 };
	int64_t		 offset;

	why = scan_date(s, n, &c);
	if (why != NULL)
		return why;
	s += 10;
	if (s < end) {
		if (*s != 'T' && *s != ' ')
			return "text behind the date";
		s++;
		why = scan_clock(&s, end, &c);
		if (why != NULL)
			return why;
	}
	if (s < end) {
		why = scan_zone(s, (size_t)(end - s), &offset);
		if (why == NULL)
			*t = local_of_civil(&c) - offset;
		return why;
	}
	if (tp_tz_time(z, &c, t) < 0)
		return "a local time that never happened";
	return NULL;
}

int
tp_time_parse(struct tp_tz *z, const char *s, size_t n, int64_t *t,
    const char **why)
{
	const char	*text = parse_time(z, s, n, t);

	if (text == NULL)
		return 0;
	if (why != NULL)
		*why = text;
	return -1;
}

static char *
put_two(char *p, int v, char behind)
{
	p[0] = (char)('0' + v / 10);
	p[1] = (char)('0' + v % 10);
	p[2] = behind;
	return p + 3;
}

void
tp_buf_time(struct tp_buf *b, int64_t t)
{
	struct tp_civil	c;
	char		*p;

	civil_of_local(t, &c);
	if (c.year < 0 || c.year > YEAR_MAX)
		tp_buf_printf(b, "%d-", c.year);
	p = tp_buf_room(b, 32);
	if (c.year >= 0 && c.year <= YEAR_MAX) {
		p = put_two(p, c.year / 100, 0) - 1;
		p = put_two(p, c.year % 100, '-');
	}
	p = put_two(p, c.month, '-');
	p = put_two(p, c.day, 'T');
	p = put_two(p, c.hour, ':');
	p = put_two(p, c.minute, ':');
	p = put_two(p, c.second, 'Z');
	if (c.ms != 0) {
		p[-1] = '.';
		*p++ = (char)('0' + c.ms / 100);
		p = put_two(p, c.ms % 100, 'Z');
	}
	b->n = (size_t)(p - b->p);
}

/* Takes a unit off *s: its rank, larger units first, or -1. */
static int
scan_unit(const char **s, int64_t *ms)
{
	static const struct {
		const char	*name;
		int64_t		 ms;
	} unit[] = {
		{ "d", TP_DAY }, { "h", TP_HOUR }, { "ms", 1 },
		{ "m", TP_MINUTE }, { "s", TP_SECOND },
	};
	static const int	rank[] = { 0, 1, 4, 2, 3 };
	size_t			i, n;

	for (i = 0; i < sizeof(unit) / sizeof(*unit); i++) {
		n = strlen(unit[i].name);
		if (strncmp(*s, unit[i].name, n) == 0) {
			*s += n;
			*ms = unit[i].ms;
			return rank[i];
		}
	}
	return -1;
}

int
tp_duration_parse(const char *s, int64_t *ms)
{
	int64_t	sum = 0, unit = 0;
	int	rank = -1, r;

	if (strcmp(s, "0") == 0) {
		*ms = 0;
		return 0;
	}
	do {
		int64_t	v = 0;

		if (*s < '0' || *s > '9')
			return -1;
		for (; *s >= '0' && *s <= '9'; s++)
			if (v <= DURATION_MAX)
				v = 10 * v + (*s - '0');
		r = scan_unit(&s, &unit);
		if (r <= rank)
			return -1;
		rank = r;
		if (v > DURATION_MAX / unit)
			return -1;
		sum += v * unit;
		if (sum > DURATION_MAX)
			return -1;
	} while (*s != '\0');
	*ms = sum;
	return 0;
}
