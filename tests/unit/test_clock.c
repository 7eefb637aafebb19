#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/rng.h"

#define ROUNDS	20000

static const char *const	zones[] = {
	"America/Los_Angeles", "Asia/Ho_Chi_Minh", "Europe/Copenhagen",
	"Australia/Lord_Howe", "Pacific/Apia", "Europe/Amsterdam",
};
#define NZONES	(sizeof(zones) / sizeof(*zones))

static struct tp_rng	rng;

static int
setup(void **state)
{
	(void)state;
	tp_rng_init(&rng, 9);
	return 0;
}

static struct tp_tz
open_zone(const char *name)
{
	struct tp_tz	z;
	struct tp_err	e = { 0 };

	if (tp_tz_open(&z, name, &e) < 0)
		fail_msg("%s", e.text);
	return z;
}

/* A time between about 1902 and 2106. */
static int64_t
any_time(void)
{
	return (int64_t)tp_rng_below(&rng, UINT64_C(6442450944000)) -
	    INT64_C(2147483648000);
}

static int64_t
seconds(int64_t t)
{
	return t / 1000 - (t % 1000 < 0);
}

static void
check_civil(struct tp_tz *z, int64_t t)
{
	time_t		sec = (time_t)seconds(t);
	struct tp_civil	c;
	struct tm	tm;

	tp_tz_civil(z, t, &c);
	assert_non_null(z->utc ? gmtime_r(&sec, &tm) : localtime_r(&sec, &tm));
	assert_int_equal(c.year, tm.tm_year + 1900);
	assert_int_equal(c.month, tm.tm_mon + 1);
	assert_int_equal(c.day, tm.tm_mday);
	assert_int_equal(c.hour, tm.tm_hour);
	assert_int_equal(c.minute, tm.tm_min);
	assert_int_equal(c.second, tm.tm_sec);
	assert_int_equal(c.ms, t - 1000 * seconds(t));
	assert_int_equal(c.weekday, (tm.tm_wday + 6) % 7);
	if (!z->utc)
		assert_int_equal(tp_tz_offset(z, t), 1000 * tm.tm_gmtoff);
}

static void
civil_like_glibc(void **state)
{
	struct tp_tz	z = open_zone("UTC");
	size_t		k;
	int		i;
	int64_t		t;

	(void)state;
	for (i = 0; i < ROUNDS; i++)
		check_civil(&z, any_time());
	for (k = 0; k < NZONES; k++) {
		z = open_zone(zones[k]);
		for (i = 0; i < ROUNDS; i++)
			check_civil(&z, any_time());
		/* In order, so that the remembered span grows. */
		for (t = INT64_C(1320000000000); t < INT64_C(1360000000000);
		    t += 37 * TP_MINUTE)
			check_civil(&z, t);
		/* And backwards. */
		for (; t > INT64_C(1320000000000); t -= 53 * TP_MINUTE)
			check_civil(&z, t);
	}
}

static void
days_like_timegm(void **state)
{
	int	i;

	(void)state;
	for (i = 0; i < ROUNDS; i++) {
		struct tm	tm = {
			.tm_year = (int)tp_rng_below(&rng, 4000) - 900,
			.tm_mon = (int)tp_rng_below(&rng, 12),
			.tm_mday = 1 + (int)tp_rng_below(&rng, 28),
		};
		int64_t		days = tp_civil_days(tm.tm_year + 1900,
		    tm.tm_mon + 1, tm.tm_mday);

		assert_int_equal(days * 86400, timegm(&tm));
	}
	assert_int_equal(tp_civil_days(1970, 1, 1), 0);
	assert_int_equal(tp_civil_days(2000, 2, 29), 11016);
}

/*
 * The times whose local form is c are found by trying every quarter of an
 * hour within two days; the earliest of them is what is asked for.
 */
static void
check_inverse(struct tp_tz *z, const struct tp_civil *c)
{
	int64_t	local = tp_civil_days(c->year, c->month, c->day) * TP_DAY +
	    c->hour * TP_HOUR + c->minute * TP_MINUTE + c->second * TP_SECOND +
	    c->ms, want = TP_TIME_NONE, off, got;
	int	r;

	for (off = 26 * TP_HOUR; off >= -26 * TP_HOUR; off -= TP_HOUR / 4) {
		time_t		sec = (time_t)seconds(local - off);
		struct tm	tm;

		localtime_r(&sec, &tm);
		if (tm.tm_gmtoff * TP_SECOND == off) {
			want = local - off;
			break;
		}
	}
	r = tp_tz_time(z, c, &got);
	if (r != (want == TP_TIME_NONE ? -1 : 0) || (r == 0 && got != want))
		fail_msg("%d-%d-%d %d:%d: %d, %lld, not %lld", c->year,
		    c->month, c->day, c->hour, c->minute, r, (long long)got,
		    (long long)want);
}

static void
inverse_finds_the_first(void **state)
{
	size_t	k;
	int	i;

	(void)state;
	for (k = 0; k < 5; k++) {
		struct tp_tz	z = open_zone(zones[k]);

		for (i = 0; i < 4000; i++) {
			struct tp_civil	c = {
				.year = 1985 + (int)tp_rng_below(&rng, 50),
				.month = 1 + (int)tp_rng_below(&rng, 12),
				.day = 1 + (int)tp_rng_below(&rng, 28),
				.hour = (int)tp_rng_below(&rng, 24),
				.minute = (int)tp_rng_below(&rng, 60),
				.ms = (int)tp_rng_below(&rng, 1000),
			};

			check_inverse(&z, &c);
		}
		/* Each minute around the changes of 2012. */
		for (i = 0; i < 3 * 1440; i++) {
			struct tp_civil	c = {
				.year = 2012, .month = 3,
				.day = 10 + i / 1440 % 3,
				.hour = i % 1440 / 60, .minute = i % 60,
			};

			check_inverse(&z, &c);
			c.day = 24 + i / 1440 % 3;
			check_inverse(&z, &c);
			c.month = 10;
			c.day = 27 + i / 1440 % 3;
			check_inverse(&z, &c);
			c.month = 11;
			c.day = 3 + i / 1440 % 3;
			check_inverse(&z, &c);
		}
	}
}

static void
gap_and_fold(void **state)
{
	struct tp_tz	z = open_zone("America/Los_Angeles");
	struct tp_civil	c = { .year = 2012, .month = 3, .day = 11, .hour = 2 };
	int64_t		t;

	(void)state;
	assert_int_equal(tp_tz_time(&z, &c, &t), -1);
	c.minute = 59;
	assert_int_equal(tp_tz_time(&z, &c, &t), -1);
	c.hour = 3;
	c.minute = 0;
	assert_int_equal(tp_tz_time(&z, &c, &t), 0);
	assert_int_equal(t, INT64_C(1331460000000));
	c = (struct tp_civil){ .year = 2012, .month = 11, .day = 4, .hour = 1,
	    .minute = 30 };
	assert_int_equal(tp_tz_time(&z, &c, &t), 0);
	assert_int_equal(t, INT64_C(1352017800000));	/* PDT */
	/* Samoa had no 30 December 2011. */
	z = open_zone("Pacific/Apia");
	c = (struct tp_civil){ .year = 2011, .month = 12, .day = 30,
	    .hour = 12 };
	assert_int_equal(tp_tz_time(&z, &c, &t), -1);
}

static void
zone_names(void **state)
{
	static const char *const	bad[] = {
		"", "Mars/Base", "../../../etc/passwd", "America", "zone.tab",
		"/usr/share/zoneinfo/UTC", ":UTC", "PST8PDT,M3.2.0,M11.1.0",
	};
	struct tp_tz	z;
	struct tp_err	e;
	size_t		i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		e = (struct tp_err){ 0 };
		assert_int_equal(tp_tz_open(&z, bad[i], &e), -1);
		assert_int_equal(e.code, TP_EXIT_USAGE);
	}
	tp_tz_open(&z, "Mars/Base", &e);
	assert_string_equal(e.text, "unknown time zone 'Mars/Base'");
	assert_int_equal(tp_tz_open(&z, "UTC", &e), 0);
	assert_true(z.utc);
}

static void
parse_times(void **state)
{
	static const struct {
		const char	*s;
		int64_t		 t;
	} good[] = {
		{ "2012-03-01T00:05:00Z", INT64_C(1330560300000) },
		{ "2012-03-01 00:05:00Z", INT64_C(1330560300000) },
		{ "2012-03-01T00:05Z", INT64_C(1330560300000) },
		{ "2012-03-01T00:05:00.25Z", INT64_C(1330560300250) },
		{ "2012-03-01T00:05:00.123999Z", INT64_C(1330560300123) },
		{ "2012-03-01T07:05:00+07:00", INT64_C(1330560300000) },
		{ "2012-02-29T16:05:00-0800", INT64_C(1330560300000) },
		{ "2012-02-29T16:05:00", INT64_C(1330560300000) },
		{ "2012-02-29 16:05", INT64_C(1330560300000) },
		{ "2012-02-29", INT64_C(1330502400000) },
		{ "1970-01-01T00:00:00Z", 0 },
		{ "9999-12-31T23:59:59.999Z", INT64_C(253402300799999) },
	};
	static const char *const	bad[] = {
		"", "2012", "2012-3-1", "2012-02-30", "2011-02-29",
		"1900-02-29", "2012-13-01", "2012-00-01", "2012-01-00",
		"2012-04-31", "1969-12-31", "2012-03-01T24:00:00Z",
		"2012-03-01T23:60:00Z", "2012-03-01T23:59:60Z",
		"2012-03-01T", "2012-03-01T1:00", "2012-03-01T00:05:00.Z",
		"2012-03-01T00:05:00Zx", "2012-03-01T00:05:00 Z",
		"2012-03-01T00:05:00+7", "2012-03-01T00:05:00+24:00",
		"2012-03-01T00:05:00+07:60", "2012-03-01T00:05:00+07:0",
		" 2012-03-01", "2012-03-01 ", "2012/03/01", "2012-03-01Z",
		"2012-03-11T02:30:00", "2012-03-01t00:05:00z",
		"20120301T000500Z", "-012-03-01", "2012-03-01T00:05:00,5Z",
	};
	struct tp_tz	z = open_zone("America/Los_Angeles");
	const char	*why;
	int64_t		t;
	size_t		i;

	(void)state;
	for (i = 0; i < sizeof(good) / sizeof(*good); i++) {
		if (tp_time_parse(&z, good[i].s, strlen(good[i].s), &t, &why))
			fail_msg("%s: %s", good[i].s, why);
		assert_int_equal(t, good[i].t);
	}
	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		why = NULL;
		if (tp_time_parse(&z, bad[i], strlen(bad[i]), &t, &why) == 0)
			fail_msg("%s was read", bad[i]);
		assert_non_null(why);
		assert_int_equal(tp_time_parse(&z, bad[i], strlen(bad[i]), &t,
		    NULL), -1);
	}
}

static void
times_read_back(void **state)
{
	struct tp_tz	z = open_zone("UTC");
	struct tp_buf	b = { 0 };
	int64_t		t, back;
	int		i;

	(void)state;
	for (i = 0; i < ROUNDS; i++) {
		t = (int64_t)tp_rng_below(&rng, UINT64_C(253402300800000));
		if (i % 2 == 0)
			t -= t % 1000;
		b.n = 0;
		tp_buf_time(&b, t);
		assert_int_equal(b.n, t % 1000 == 0 ? 20 : 24);
		assert_int_equal(tp_time_parse(&z, b.p, b.n, &back, NULL), 0);
		assert_int_equal(back, t);
	}
	b.n = 0;
	tp_buf_time(&b, INT64_C(1330560300007));
	assert_string_equal(tp_buf_cstr(&b), "2012-03-01T00:05:00.007Z");
	b.n = 0;
	tp_buf_time(&b, -1);
	assert_string_equal(tp_buf_cstr(&b), "1969-12-31T23:59:59.999Z");
	b.n = 0;
	tp_buf_time(&b, INT64_C(253402300800000));
	assert_string_equal(tp_buf_cstr(&b), "10000-01-01T00:00:00Z");
	tp_buf_release(&b);
}

static void
durations(void **state)
{
	static const struct {
		const char	*s;
		int64_t		 ms;
	} good[] = {
		{ "500ms", 500 }, { "90s", 90000 }, { "5m", 300000 },
		{ "1h30m", 5400000 }, { "7d", 604800000 }, { "0", 0 },
		{ "1d2h3m4s5ms", 93784005 },
		{ "10000d", INT64_C(864000000000) }, { "0s", 0 },
	};
	static const char *const	bad[] = {
		"", "s", "-5m", "5 m", "5min", "1h30", "30m1h", "5m5m",
		"1.5h", "10001d", "10000d1ms", "99999999999999999999",
		"99999999999999999999d", "5M", "+5m", " 5m", "5m ", "1w",
		"15", "00", "5m3",
	};
	int64_t	ms;
	size_t	i;

	(void)state;
	for (i = 0; i < sizeof(good) / sizeof(*good); i++) {
		assert_int_equal(tp_duration_parse(good[i].s, &ms), 0);
		assert_int_equal(ms, good[i].ms);
	}
	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		if (tp_duration_parse(bad[i], &ms) == 0)
			fail_msg("%s was read as %lld", bad[i], (long long)ms);
}

/* The whole number q with q * b <= a < (q + 1) * b. */
static void
division_rounds_down(void **state)
{
	int64_t	a, b, q;

	(void)state;
	for (b = 1; b < 9; b++)
		for (a = -30; a <= 30; a++) {
			q = tp_floor_div(a, b);
			assert_true(q * b <= a && a < (q + 1) * b);
		}
}

static void
clocks_go(void **state)
{
	int64_t	wall = tp_clock_wall_ms(), mono = tp_clock_mono_ns();

	(void)state;
	assert_true(wall / 1000 - time(NULL) <= 1);
	assert_true(wall / 1000 - time(NULL) >= -60);
	assert_true(tp_clock_mono_ns() >= mono);
}

int
main(void)
{
	const struct CMUnitTest	tests[] = {
		cmocka_unit_test(civil_like_glibc),
		cmocka_unit_test(days_like_timegm),
		cmocka_unit_test(inverse_finds_the_first),
		cmocka_unit_test(gap_and_fold),
		cmocka_unit_test(zone_names),
		cmocka_unit_test(parse_times),
		cmocka_unit_test(times_read_back),
		cmocka_unit_test(durations),
		cmocka_unit_test(division_rounds_down),
		cmocka_unit_test(clocks_go),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
