/*
 * tp-validate's filter: duplicates against a search through all that is
 * remembered, rebuilding from a log, and that what it writes is valid and
 * stays as it is.
 */
#include <inttypes.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "rebuild.h"
#include "rec/check.h"
#include "rec/dedupe.h"

#define T0	INT64_C(1330560000000)	/* 2012-03-01 */

/* Pushes n random records; compares each answer with a plain search. */
static void
dedupe_run(size_t max, size_t n, unsigned segments, unsigned times,
    unsigned events, uint64_t seed)
{
	struct push {
		uint64_t	segment, event;
		int64_t		t;
	}		*all = tp_calloc(n, sizeof(*all));
	struct tp_dedupe d;
	struct tp_rng	 r;
	size_t		 i, k;
	bool		 seen;

	tp_rng_init(&r, seed);
	tp_dedupe_init(&d, max);
	assert_true(tp_dedupe_low(&d) == INT64_MAX);
	for (i = 0; i < n; i++) {
		all[i].segment = (1 + tp_rng_below(&r, segments)) <<
		    (seed % 2 ? 0 : 14);
		/* some begin at one place of the table, some are alike in
		 * their low half */
		all[i].event = events == 0 ? 0 : tp_rng_below(&r, events) *
		    (seed % 2 ? 1 : (UINT64_C(1) << 32) / 2);
		all[i].t = (int64_t)(i / 10 + tp_rng_below(&r, times));
		seen = false;
		for (k = i > max ? i - max : 0; k < i; k++)
			if ((all[k].segment == all[i].segment &&
			    all[k].t == all[i].t) || (all[i].event != 0 &&
			    all[k].event == all[i].event))
				seen = true;
		assert_int_equal(tp_dedupe_push(&d, all[i].segment,
		    all[i].t, all[i].event, (int64_t)i), seen);
		assert_int_equal(tp_dedupe_low(&d),
		    max == 0 ? INT64_MAX : i >= max ? i - max + 1 : 0);
	}
	for (k = 0; k < TP_DEDUPE_KINDS; k++)
		assert_true(d.table[k].nslots <= 1024 + 4 * max);
	tp_dedupe_release(&d);
	free(all);
}

static void
test_dedupe(void **state)
{
	static const size_t	max[] = { 1, 2, 3, 50, 700, 2000 };
	uint64_t		seed;
	size_t			i;

	(void)state;
	for (i = 0; i < sizeof(max) / sizeof(*max); i++)
		for (seed = 1; seed <= 4; seed++) {
			dedupe_run(max[i], 3000, 5, 1, 0, seed);
			dedupe_run(max[i], 3000, 200, 300, 0, seed);
			dedupe_run(max[i], 3000, 200, 300, 4000, seed);
			dedupe_run(max[i], 3000, 3, 2, 100, seed);
		}
}

static void
test_dedupe_none(void **state)
{
	struct tp_dedupe	d;

	(void)state;
	tp_dedupe_init(&d, 0);
	assert_false(tp_dedupe_push(&d, 1, 2, 3, 4));
	assert_false(tp_dedupe_push(&d, 1, 2, 3, 4));
	assert_true(tp_dedupe_low(&d) == INT64_MAX);
	tp_dedupe_release(&d);
}

/* Los Angeles to New York: 3,936 km by the haversine of other programs. */
static void
test_distance(void **state)
{
	double	m = tp_check_distance(34.0522, -118.2437, 40.7128, -74.0060);

	(void)state;
	assert_true(fabs(m - 3935746) < 500);
	assert_true(tp_check_distance(1, 2, 1, 2) == 0);
	/* A degree of the equator and half way around the earth. */
	assert_true(fabs(tp_check_distance(0, 0, 0, 1) - 111195) < 1);
	assert_true(fabs(tp_check_distance(0, 179.5, 0, -179.5) - 111195)
	    < 1);
	assert_true(fabs(tp_check_distance(0, 0, 0, 180) - 20015115) < 10);
}

static void
make_log(struct tp_buf *b, int n, uint64_t seed)
{
	struct tp_rng	r;
	int		i;

	tp_rng_init(&r, seed);
	for (i = 0; i < n; i++) {
		int64_t	t = T0 + (i / 8 - (int64_t)tp_rng_below(&r, 6)) * 300000;

		switch (tp_rng_below(&r, 12)) {
		case 0:
			tp_buf_lit(b, "{\"segment_id\":\"x\"}\n");
			continue;
		case 1:
			tp_buf_lit(b, "{broken\n");
			continue;
		case 2:
			t += TP_DAY * 1000;
			break;
		}
		tp_buf_printf(b, "{\"sensor_id\":\"s%u\",\"timestamp\":%"
		    PRId64 ",\"speed_mph\":%u",
		    (unsigned)tp_rng_below(&r, 9), t,
		    (unsigned)tp_rng_below(&r, 130));
		if (tp_rng_below(&r, 3) == 0)
			tp_buf_printf(b, ",\"event_id\":\"e%u\"",
			    (unsigned)tp_rng_below(&r, 200));
		tp_buf_lit(b, "}\n");
	}
	memset(tp_buf_room(b, TP_JSON_PAD), 0, TP_JSON_PAD);
}

static void
test_rebuild(void **state)
{
	static const int64_t	dedupe[] = { 0, 1, 7, 60, 5000 };
	struct tp_check_conf	conf = tp_check_defaults;
	struct rebuild		b = {
		.filter = &tp_check_filter, .conf = &conf,
		.now_ms = T0 + 10 * TP_DAY,
	};
	size_t			i;
	int			twins;

	(void)state;
	for (i = 0; i < sizeof(dedupe) / sizeof(*dedupe); i++)
		for (twins = TP_TWINS_DROP; twins <= TP_TWINS_PASS; twins++) {
			struct tp_buf	log = { 0 };

			make_log(&log, 600, i + 1);
			b.log = log.p;
			b.n = log.n;
			conf.dedupe = dedupe[i];
			conf.twins = (enum tp_check_twins)twins;
			rebuild_check(&b, 40, i + 1);
			tp_buf_release(&log);
		}
}

/* Fields to make records of; each is one that some system sends. */
static const char *const	pieces[] = {
	"\"segment_id\":\"S\"", "\"sensor_id\":12", "\"road_id\":\"r\\u0041\"",
	"\"event_id\":\"e-1\"", "\"timestamp\":1330560300000",
	"\"timestamp\":\"2012-03-01 00:05:00\"", "\"event_time\":1330560300",
	"\"time\":\"2012-03-01T00:05:00+07:00\"", "\"speed\":61.5",
	"\"speed_mph\":60", "\"speed_kmh\":97.25", "\"speed_ms\":20",
	"\"speed_kmh\":-0", "\"avg_speed\":30", "\"average_speed_mph\":33.3",
	"\"current_speed\":44", "\"actual_speed_kmh\":45",
	"\"free_flow_speed\":65", "\"free_flow_speed_mph\":66",
	"\"free_flow_kmh\":101", "\"volume\":12", "\"volume_vph\":144",
	"\"volume_vehicles_per_hour\":140.0", "\"occupancy\":0.5",
	"\"occupancy_percentage\":50", "\"jam_factor\":2.5",
	"\"coordinates\":[34.1,-118.2]", "\"coordinates\":[[1,2],[3,4]]",
	"\"coordinates\":{\"lat\":34.1,\"lng\":-118.2,\"alt\":3}",
	"\"latitude\":34", "\"longitude\":-118.25", "\"lat\":33.9",
	"\"location\":{\"highway\":\"I-405\",\"direction\":\"N\",\"lanes\":4}",
	"\"location\":{\"coordinates\":[34,-118],\"lat\":35,\"city\":\"LA\"}",
	"\"location\":{\"location\":{\"location\":{\"a\":1}}}",
	"\"traffic_data\":{\"speed_mph\":30.6,\"volume\":7,\"source\":1}",
	"\"traffic_metrics\":{\"congestion_level\":\"LIGHT\",\"x\":null}",
	"\"weather\":\"rain\"", "\"weather_conditions\":\"fog\"",
	"\"weather\":{\"condition\":\"clear\",\"temperature_f\":74.3}",
	"\"metadata\":{\"lanes\":\"3\",\"quality\":\"0.7\",\"sensor_id\":\"m\"}",
	"\"metadata\":{\"lanes\":\"three\",\"source\":\"x\",\"timestamp\":5}",
	"\"metadata\":{\"speed_mph\":\"7\",\"metadata\":{\"a\":1}}",
	"\"quality_score\":1", "\"lane_count\":5", "\"highway\":405",
	"\"source\":\"SENSOR\"", "\"processed_at\":1", "\"unit\":null",
	"\"validation_status\":\"bad\"", "\"hour\":11", "\"city\":\"X\"",
	"\"prediction_timestamp\":1330560900000",
	"\"deep\":{\"a\":[1,{\"b\":[]}]}", "\"confidence\":0.5",
	"\"uncertainty_bounds\":{\"lower\":1,\"speed_upper\":9}",
	"\"window_start\":\"2012-03-01\"", "\"congestion_level\":2",
};

#define PIECES	(sizeof(pieces) / sizeof(*pieces))

/* The key of a piece is in the record already. */
static bool
has_key(const struct tp_buf *b, size_t from, const char *piece)
{
	size_t	n = strcspn(piece, ":");

	return memmem(b->p + from, b->n - from, piece, n) != NULL;
}

static void
add_random(struct tp_buf *b, struct tp_rng *r)
{
	size_t	from = b->n, n = 2 + tp_rng_below(r, 12), k;

	tp_buf_char(b, '{');
	while (n-- > 0) {
		k = tp_rng_below(r, PIECES);
		if (n < 3 && tp_rng_below(r, 2) == 0)
			k = n == 0 ? 0 : n == 1 ? 4 : 9;
		if (has_key(b, from, pieces[k]))
			continue;
		if (b->n > from + 1)
			tp_buf_char(b, ',');
		tp_buf_str(b, pieces[k]);
	}
	tp_buf_lit(b, "}\n");
}

static void
run_log(struct rebuild_run *x, struct rebuild *b, const struct tp_buf *log)
{
	b->log = log->p;
	b->n = log->n;
	rebuild_start(x, b);
	rebuild_feed(x, b->n);
}

/* What was written, written again: nothing changes, nothing is refused. */
static void
check_fixed_point(const struct tp_check_conf *conf, uint64_t seed)
{
	struct rebuild		b = {
		.filter = &tp_check_filter, .conf = conf, .now_ms = T0 * 2,
	};
	struct rebuild_run	x, y;
	struct rebuild_mark	zero = { 0 };
	struct tp_buf		log = { 0 };
	struct tp_rng		r;
	int			i;

	tp_rng_init(&r, seed);
	for (i = 0; i < 3000; i++)
		add_random(&log, &r);
	memset(tp_buf_room(&log, TP_JSON_PAD), 0, TP_JSON_PAD);
	run_log(&x, &b, &log);
	/* Else this shows little: most records are good. */
	assert_true(x.lines[0] > 600);
	memset(tp_buf_room(&x.bufs[0], TP_JSON_PAD), 0, TP_JSON_PAD);
	run_log(&y, &b, &x.bufs[0]);
	if (y.rejects.n > 0)
		fail_msg("refused again: %s: %.400s",
		    tp_buf_cstr(&y.rejects),
		    x.bufs[0].p + strtoll(y.rejects.p, NULL, 10));
	rebuild_same_text("output", &x.bufs[0], zero.n[0], &y.bufs[0],
	    zero.n[0], 0);
	rebuild_stop(&x);
	rebuild_stop(&y);
	tp_buf_release(&log);
}

static void
test_fixed_point(void **state)
{
	struct tp_check_conf	conf = tp_check_defaults;
	uint64_t		seed = 0;
	int			units, unit, k;

	(void)state;
	conf.dedupe = 0;
	for (units = TP_UNIT_NONE; units <= TP_UNIT_MPH; units++)
		for (unit = TP_UNIT_NONE; unit <= TP_UNIT_MPH; unit++)
			for (k = 0; k < 3; k++) {
				conf.units = (enum tp_unit)units;
				conf.speed_unit = (enum tp_unit)unit;
				conf.volume_ms = k * 5 * TP_MINUTE;
				conf.occupancy = (enum tp_check_occupancy)k;
				check_fixed_point(&conf, ++seed);
			}
}

int
main(void)
{
	const struct CMUnitTest	tests[] = {
		cmocka_unit_test(test_dedupe),
		cmocka_unit_test(test_dedupe_none),
		cmocka_unit_test(test_distance),
		cmocka_unit_test(test_rebuild),
		cmocka_unit_test(test_fixed_point),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
