/* Records: names, containers, times, readings, levels. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/rng.h"
#include "parseline.h"

/* The raw text of field f of a line is want (NULL: it is not there). */
static void
expect_field(const char *line, enum tp_field f, const char *want)
{
	struct tp_rec	r = { 0 };
	char		*keep;

	if (parse(&r, line, &keep) != 0)
		fail_msg("refused %s: %s", line, r.o.why);
	if (want == NULL && r.at[f] != NULL)
		fail_msg("%s: %s is there", line, tp_field_name(f));
	if (want != NULL && r.at[f] == NULL)
		fail_msg("%s: no %s", line, tp_field_name(f));
	if (want != NULL && (r.at[f]->n != strlen(want) ||
	    memcmp(r.at[f]->p, want, r.at[f]->n) != 0))
		fail_msg("%s: %s is %.*s", line, tp_field_name(f),
		    (int)r.at[f]->n, r.at[f]->p);
	free(keep);
	tp_rec_release(&r);
}

static void
test_names(void **state)
{
	unsigned	f;
	char		line[100];
	const char	*name;

	(void)state;
	for (f = TP_F_NONE + 1; f < TP_F_MAX; f++) {
		name = tp_field_name((enum tp_field)f);
		assert_int_equal(tp_field_find(name, strlen(name)), f);
		snprintf(line, sizeof(line), "{\"x\":1,\"%s\":5}", name);
		expect_field(line, (enum tp_field)f, "5");
		snprintf(line, sizeof(line), "{\"%sx\":5}", name);
		expect_field(line, (enum tp_field)f, NULL);
		snprintf(line, sizeof(line), "{\"%s\":null}", name);
		expect_field(line, (enum tp_field)f, NULL);
	}
	assert_int_equal(tp_field_find("speed_mp", 8), TP_F_NONE);
}

/* One alias of each kind that the known systems send. */
static void
test_aliases(void **state)
{
	static const struct {
		const char	*name;
		enum tp_field	 f;
	} a[] = {
		{ "sensor_id", TP_F_SEGMENT_ID },
		{ "road_id", TP_F_SEGMENT_ID },
		{ "cell_id", TP_F_SEGMENT_ID },
		{ "vehicle_id", TP_F_SEGMENT_ID },
		{ "event_timestamp", TP_F_TIMESTAMP },
		{ "event_time", TP_F_TIMESTAMP },
		{ "prediction_timestamp", TP_F_TIMESTAMP },
		{ "average_speed", TP_F_AVG_SPEED },
		{ "actual_speed", TP_F_CURRENT_SPEED },
		{ "volume_vehicles_per_hour", TP_F_VOLUME_VPH },
		{ "occupancy_percentage", TP_F_OCCUPANCY_PERCENT },
		{ "lane_count", TP_F_LANES },
		{ "num_lanes", TP_F_LANES },
		{ "lat", TP_F_LATITUDE },
		{ "lng", TP_F_LONGITUDE },
		{ "lon", TP_F_LONGITUDE },
		{ "weather_conditions", TP_F_WEATHER },
		{ "horizon_minutes", TP_F_HORIZON_MINUTES },
		{ "prediction_horizon", TP_F_HORIZON_MINUTES },
		{ "confidence", TP_F_CONFIDENCE_SCORE },
		{ "prediction_confidence", TP_F_CONFIDENCE_SCORE },
		{ "prediction_interval_lower", TP_F_LOWER },
		{ "predicted_congestion_level", TP_F_CONGESTION_LEVEL },
		{ "quality", TP_F_QUALITY },
	};
	char	line[100];
	size_t	i;

	(void)state;
	for (i = 0; i < sizeof(a) / sizeof(*a); i++) {
		snprintf(line, sizeof(line), "{\"%s\":\"v\"}", a[i].name);
		expect_field(line, a[i].f, "v");
	}
}

static void
test_ranks(void **state)
{
	(void)state;
	expect_field("{\"vehicle_id\":1,\"road_id\":2,\"sensor_id\":3}",
	    TP_F_SEGMENT_ID, "3");
	expect_field("{\"sensor_id\":3,\"segment_id\":4}", TP_F_SEGMENT_ID,
	    "4");
	expect_field("{\"segment_id\":null,\"sensor_id\":3}",
	    TP_F_SEGMENT_ID, "3");
	/* The top before containers, whatever the name. */
	expect_field("{\"metadata\":{\"segment_id\":4},\"vehicle_id\":3}",
	    TP_F_SEGMENT_ID, "3");
	expect_field("{\"prediction_timestamp\":1,\"timestamp\":2}",
	    TP_F_TIMESTAMP, "2");
}

static void
test_containers(void **state)
{
	(void)state;
	expect_field("{\"coordinates\":[1.5,-2]}", TP_F_LATITUDE, "1.5");
	expect_field("{\"coordinates\":[1.5,-2]}", TP_F_LONGITUDE, "-2");
	expect_field("{\"coordinates\":{\"latitude\":1,\"longitude\":2}}",
	    TP_F_LONGITUDE, "2");
	expect_field("{\"coordinates\":{\"lat\":1,\"lng\":2}}",
	    TP_F_LONGITUDE, "2");
	expect_field("{\"location\":{\"lat\":1,\"lng\":2}}", TP_F_LATITUDE,
	    "1");
	/* Only at the top. */
	expect_field("{\"location\":{\"coordinates\":[7,8]}}",
	    TP_F_LONGITUDE, NULL);
	expect_field("{\"coordinates\":[[1,2],[3,4]]}", TP_F_LATITUDE, NULL);
	expect_field("{\"coordinates\":[1,2,3]}", TP_F_LATITUDE, NULL);
	expect_field("{\"coordinates\":[\"1\",2]}", TP_F_LATITUDE, NULL);
	expect_field("{\"traffic_data\":{\"speed_mph\":3}}", TP_F_SPEED_MPH,
	    "3");
	expect_field("{\"traffic_metrics\":{\"volume_vph\":3}}",
	    TP_F_VOLUME_VPH, "3");
	expect_field("{\"weather\":\"fog\"}", TP_F_WEATHER, "fog");
	expect_field("{\"weather\":{\"condition\":\"fog\"}}", TP_F_WEATHER,
	    "fog");
	expect_field("{\"condition\":\"fog\"}", TP_F_WEATHER, NULL);
	expect_field("{\"uncertainty_bounds\":{\"speed_lower\":3}}",
	    TP_F_LOWER, "3");
	expect_field("{\"confidence_interval\":{\"upper\":3}}", TP_F_UPPER,
	    "3");
	expect_field("{\"metadata\":{\"lanes\":\"4\"}}", TP_F_LANES, "4");
	expect_field("{\"metadata\":{\"lanes\":\"04\"}}", TP_F_LANES, NULL);
	expect_field("{\"metadata\":{\"quality\":\"0.5\"}}", TP_F_QUALITY,
	    "0.5");
	expect_field("{\"other\":{\"speed_mph\":3}}", TP_F_SPEED_MPH, NULL);
}

static void
test_refused(void **state)
{
	static const char *const bad[] = {
		"", "[]", "1", "{\"a\":1,\"a\":2}", "{\"a\":1",
		"{\"location\":{\"lat\":1,\"lat\":2}}", "{\"a\":1}x",
		"{\"weather\":{\"a\":1,\"condition\":\"x\",\"a\":1}}",
	};
	struct tp_rec	r = { 0 };
	char		*keep;
	size_t		i;

	(void)state;
	/* One record, so that what a bad line leaves behind would show. */
	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		assert_int_equal(parse(&r, bad[i], &keep), -1);
		assert_non_null(r.o.why);
		free(keep);
		assert_int_equal(parse(&r, "{\"speed\":1}", &keep), 0);
		assert_non_null(r.at[TP_F_SPEED]);
		assert_null(r.at[TP_F_LATITUDE]);
		assert_null(r.at[TP_F_WEATHER]);
		free(keep);
	}
	tp_rec_release(&r);
}

/* A copy says the same of itself when all that it was made of is gone. */
static void
test_copy(void **state)
{
	static const char	line[] =
	    "{\"segment_id\":\"a\",\"traffic_data\":{\"speed\":30}}";
	struct tp_rec		r = {
		.source = tp_strdup("a/file"), .input = 1, .partition = 2,
		.pos = 3, .offset = 4, .lineno = 5, .now_ms = 6,
		.assume = TP_UNIT_MPH,
	};
	struct tp_rec		copy = { 0 };
	struct tp_buf		text = { 0 };
	char			*keep;
	double			v;

	(void)state;
	assert_int_equal(parse(&r, line, &keep), 0);
	tp_rec_copy(&copy, &r, &text);
	memset(keep, 'x', strlen(line));
	free(keep);
	free((char *)(uintptr_t)r.source);
	tp_rec_release(&r);
	assert_string_equal(copy.source, "a/file");
	assert_int_equal(copy.len, strlen(line));
	assert_memory_equal(copy.line, line, copy.len);
	assert_int_equal(copy.input, 1);
	assert_int_equal(copy.partition, 2);
	assert_int_equal(copy.pos, 3);
	assert_int_equal(copy.offset, 4);
	assert_int_equal(copy.lineno, 5);
	assert_int_equal(copy.now_ms, 6);
	assert_int_equal(tp_rec_num(&copy, TP_F_SPEED_MPH, &v), 0);
	assert_true(v == 30);
	tp_rec_release(&copy);
	tp_buf_release(&text);
}

/* 1100 fields in ten containers. */
static void
test_many_fields(void **state)
{
	struct tp_rec	r = { 0 };
	struct tp_buf	b = { 0 };
	int		i;

	(void)state;
	tp_buf_lit(&b, "{\"location\":{");
	for (i = 0; i < 1100; i++) {
		if (i == 600)
			tp_buf_lit(&b, "},\"metadata\":{");
		else if (i > 0)
			tp_buf_char(&b, ',');
		tp_buf_printf(&b, "\"k%d\":%d", i, i);
	}
	tp_buf_lit(&b, "}}");
	memset(tp_buf_room(&b, TP_JSON_PAD), 0, TP_JSON_PAD);
	assert_int_equal(tp_rec_parse(&r, b.p, b.n), -1);
	assert_string_equal(r.o.why, "too many fields");
	tp_buf_release(&b);
	tp_rec_release(&r);
}

static int64_t
time_of(const char *text, struct tp_tz *tz, const char **why)
{
	struct tp_rec	r = { 0 };
	char		line[200], *keep;
	int64_t		t;

	snprintf(line, sizeof(line), "{\"timestamp\":%s}", text);
	assert_int_equal(parse(&r, line, &keep), 0);
	if (tp_rec_time(&r, TP_F_TIMESTAMP, tz, &t, why) != 0)
		t = TP_TIME_NONE;
	free(keep);
	tp_rec_release(&r);
	return t;
}

/* 2012-03-01T00:05:00Z is 1330560300 by date -u -d. */
static void
test_times(void **state)
{
	const int64_t	 t = INT64_C(1330560300000);
	struct tp_tz	 utc = { .utc = true };
	const char	*why = NULL;

	(void)state;
	assert_int_equal(time_of("1330560300000", NULL, &why), t);
	assert_int_equal(time_of("1330560300", NULL, &why), t);
	assert_int_equal(time_of("1330560300.25", NULL, &why), t + 250);
	assert_int_equal(time_of("1330560300000.75", NULL, &why), t + 1);
	assert_int_equal(time_of("1.3305603e9", NULL, &why), t);
	assert_int_equal(time_of("99999999999", NULL, &why),
	    INT64_C(99999999999000));
	assert_int_equal(time_of("100000000000", NULL, &why),
	    INT64_C(100000000000));
	assert_int_equal(time_of("-5", NULL, &why), -5000);
	assert_int_equal(time_of("0", NULL, &why), 0);
	assert_int_equal(time_of("\"2012-03-01T00:05:00Z\"", NULL, &why), t);
	assert_int_equal(time_of("\"2012-03-01T07:05:00+07:00\"", NULL,
	    &why), t);
	assert_int_equal(time_of("\"2012-02-29T16:05-0800\"", NULL, &why), t);
	assert_int_equal(time_of("\"2012-03-01 00:05:00\"", &utc, &why), t);
	assert_int_equal(time_of("\"2012-03-01T00:05:00.5\"", &utc, &why),
	    t + 500);
	assert_int_equal(time_of("\"2012-03-01 00:05:00\"", NULL, &why),
	    TP_TIME_NONE);
	assert_string_equal(why, "a time without zone");
	assert_int_equal(time_of("\"2012-03-01\"", NULL, &why), TP_TIME_NONE);
	assert_int_equal(time_of("1e999", NULL, &why), TP_TIME_NONE);
	assert_int_equal(time_of("1e300", NULL, &why), TP_TIME_NONE);
	assert_int_equal(time_of("true", NULL, &why), TP_TIME_NONE);
	assert_int_equal(time_of("\"now\"", &utc, &why), TP_TIME_NONE);
}

/* The reading of a line, or the field that is wrong in *field. */
static int
reading(const char *line, struct tp_reading *out, const char **field)
{
	struct tp_rec	 r = { 0 };
	const char	*why;
	char		*keep;
	int		 rc;

	assert_int_equal(parse(&r, line, &keep), 0);
	rc = tp_reading_get(&r, out, &why, field);
	assert_true((rc == 0) == (why == NULL));
	free(keep);
	tp_rec_release(&r);
	return rc;
}

/* What a record says does not depend on those that were read before it. */
static void
test_memory(void **state)
{
	static const char *const	lines[] = {
		"{\"location\":{\"lat\":1,\"lon\":2},\"metadata\":"
		    "{\"lanes\":\"3\"}}",
		"{\"location\":{\"lon\":1,\"lat\":2},\"metadata\":"
		    "{\"lanes\":\"x\"}}",
		"{\"coordinates\":[3,4],\"metadata\":{\"lanes\":5}}",
		"{\"coordinates\":{\"lat\":6,\"lng\":7},\"speed\":8}",
		"{\"metadata\":{\"quality\":\"9\",\"lanes\":\"1\"}}",
		"{\"location\":{\"lat\":1,\"lat\":2}}",
		"{\"location\":{\"coordinates\":[1,2],\"lat\":3}}",
		"{\"traffic_data\":{\"speed_kmh\":4,\"lat\":5},\"lat\":6}",
		"{\"lat\":1,\"location\":",
	};
	struct tp_rec			used = { 0 }, fresh;
	struct tp_rng			rng;
	const char			*line;
	char				*keep, *copy;
	int				round, f;
	double				x, y;

	(void)state;
	tp_rng_init(&rng, 3);
	for (round = 0; round < 5000; round++) {
		line = lines[tp_rng_below(&rng, sizeof(lines) /
		    sizeof(*lines))];
		fresh = (struct tp_rec){ 0 };
		assert_int_equal(parse(&used, line, &keep),
		    parse(&fresh, line, &copy));
		assert_int_equal(used.o.n, fresh.o.n);
		for (f = TP_F_NONE + 1; f < TP_F_MAX; f++) {
			assert_int_equal(tp_rec_num(&used, (enum tp_field)f,
			    &x), tp_rec_num(&fresh, (enum tp_field)f, &y));
			if (tp_rec_num(&used, (enum tp_field)f, &x) == 0)
				assert_true(x == y);
		}
		tp_rec_release(&fresh);
		free(keep);
		free(copy);
	}
	tp_rec_release(&used);
}

static void
test_readings(void **state)
{
	struct tp_reading	 g;
	const char		*field;

	(void)state;
	assert_int_equal(reading("{\"segment_id\":\"ab\",\"timestamp\":"
	    "1330560300000,\"speed_mph\":60.5}", &g, &field), 0);
	assert_int_equal(g.idlen, 2);
	assert_true(g.speed == 60.5 && g.unit == TP_UNIT_MPH);
	assert_int_equal(g.t, INT64_C(1330560300000));
	assert_int_equal(reading("{\"sensor_id\":7,\"timestamp\":9,"
	    "\"volume_vph\":6}", &g, &field), 0);
	assert_true(isnan(g.speed) && g.unit == TP_UNIT_NONE);
	/* An aggregate reads as an event at its start. */
	assert_int_equal(reading("{\"segment_id\":\"a\",\"window_start\":"
	    "300,\"timestamp\":1,\"avg_speed_kmh\":5}", &g, &field), 0);
	assert_true(g.t == 300000 && g.speed == 5 && g.unit == TP_UNIT_KMH);
	assert_int_equal(reading("{\"segment_id\":\"a\",\"timestamp\":1,"
	    "\"speed_ms\":10}", &g, &field), 0);
	assert_true(g.speed == 36 && g.unit == TP_UNIT_KMH);
	assert_int_equal(reading("{\"segment_id\":\"a\",\"timestamp\":1,"
	    "\"speed\":10}", &g, &field), -1);
	assert_string_equal(field, "speed");
	assert_int_equal(reading("{\"segment_id\":\"a\",\"timestamp\":1,"
	    "\"speed_kmh\":\"10\"}", &g, &field), -1);
	assert_string_equal(field, "speed_kmh");
	assert_int_equal(reading("{\"timestamp\":1}", &g, &field), -1);
	assert_string_equal(field, "segment_id");
	assert_int_equal(reading("{\"segment_id\":\"a\"}", &g, &field), -1);
	assert_string_equal(field, "timestamp");
	/* A forecast's present speed is no reading. */
	assert_int_equal(reading("{\"segment_id\":\"a\",\"timestamp\":1,"
	    "\"horizon_minutes\":5,\"current_speed_kmh\":1}", &g, &field), 0);
	assert_true(isnan(g.speed));
}

/*
 * An assumed unit is that of names without one, unless one with a unit stands
 * beside them; the next record has nothing left of it.
 */
static void
test_assumed(void **state)
{
	struct tp_rec	r = { .assume = TP_UNIT_MPH };
	char		*keep;

	(void)state;
	assert_int_equal(parse(&r, "{\"avg_speed\":7,\"std_speed\":null,"
	    "\"speed\":1,\"speed_kmh\":2,\"current_conditions\":"
	    "{\"free_flow_speed\":60}}", &keep), 0);
	assert_null(r.at[TP_F_AVG_SPEED]);
	assert_int_equal(*r.at[TP_F_AVG_SPEED_MPH]->p, '7');
	assert_null(r.at[TP_F_STD_SPEED_MPH]);
	assert_int_equal(*r.at[TP_F_SPEED]->p, '1');
	assert_null(r.at[TP_F_SPEED_MPH]);
	assert_int_equal(*r.at[TP_F_FREE_FLOW_MPH]->p, '6');
	free(keep);
	assert_int_equal(parse(&r, "{\"predicted_speed\":3}", &keep), 0);
	assert_null(r.at[TP_F_AVG_SPEED_MPH]);
	assert_null(r.at[TP_F_FREE_FLOW_MPH]);
	assert_int_equal(*r.at[TP_F_PREDICTED_SPEED_MPH]->p, '3');
	free(keep);
	r.assume = TP_UNIT_NONE;
	assert_int_equal(parse(&r, "{\"speed\":4}", &keep), 0);
	assert_null(r.at[TP_F_PREDICTED_SPEED_MPH]);
	assert_null(r.at[TP_F_SPEED_MPH]);
	assert_int_equal(*r.at[TP_F_SPEED]->p, '4');
	free(keep);
	tp_rec_release(&r);
}

static void
test_horizons(void **state)
{
	struct tp_rec		r = { 0 };
	struct tp_horizon	h[3];
	char			*keep;

	(void)state;
	assert_int_equal(parse(&r, "{\"predicted_speed_10min\":1.5,"
	    "\"predicted_speed_min\":9,\"predicted_speed_20min_kmh\":2,"
	    "\"predicted_speed_5mins\":9,\"predicted_speed_0min\":9,"
	    "\"predicted_speed_30min\":null,\"predicted_speed_60min_mph\":3,"
	    "\"predicted_speed_90min\":4}", &keep), 0);
	assert_int_equal(tp_rec_horizons(&r, h, 3), 3);
	assert_true(h[0].minutes == 10 && h[0].speed == 1.5 &&
	    h[0].unit == TP_UNIT_NONE);
	assert_true(h[1].minutes == 20 && h[1].speed == 2 &&
	    h[1].unit == TP_UNIT_KMH);
	assert_true(h[2].minutes == 60 && h[2].unit == TP_UNIT_MPH);
	free(keep);
	tp_rec_release(&r);
}

static void
test_levels(void **state)
{
	struct tp_levels	l = tp_levels_default;
	struct tp_json_val	v = { .p = "moderate", .n = 8,
		.type = TP_JSON_STR };

	(void)state;
	assert_int_equal(tp_level(&l, 60, NAN, TP_UNIT_MPH), 1);
	assert_int_equal(tp_level(&l, 59.999, NAN, TP_UNIT_MPH), 2);
	assert_int_equal(tp_level(&l, 45, NAN, TP_UNIT_MPH), 2);
	assert_int_equal(tp_level(&l, 45, NAN, TP_UNIT_KMH), 4);
	assert_int_equal(tp_level(&l, 0, NAN, TP_UNIT_MPH), 5);
	assert_int_equal(tp_level(&l, NAN, NAN, TP_UNIT_MPH), 0);
	assert_int_equal(tp_levels_parse(&l, "ratio"), 0);
	assert_int_equal(tp_level(&l, 80, 100, TP_UNIT_KMH), 1);
	assert_int_equal(tp_level(&l, 19, 100, TP_UNIT_KMH), 5);
	assert_int_equal(tp_level(&l, 19, NAN, TP_UNIT_KMH), 0);
	assert_int_equal(tp_levels_parse(&l, "55,40,25,10"), 0);
	assert_false(l.ratio);
	assert_int_equal(tp_level(&l, 55, NAN, TP_UNIT_MPH), 1);
	assert_int_equal(tp_levels_parse(&l, "ratio:0.9,0.5,0.3,0.1"), 0);
	assert_true(l.ratio && l.mph[3] == 0.1);
	assert_int_equal(tp_levels_parse(&l, "1,2,3,4"), -1);
	assert_int_equal(tp_levels_parse(&l, "4,3,2"), -1);
	assert_int_equal(tp_levels_parse(&l, "4,3,2,1,0"), -1);
	assert_int_equal(tp_levels_parse(&l, "ratio,1"), -1);
	assert_int_equal(tp_levels_parse(&l, ""), -1);
	assert_string_equal(tp_level_name(5), "SEVERE");
	assert_int_equal(tp_level_of(&v), 3);
}

int
main(void)
{
	const struct CMUnitTest	tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_aliases),
		cmocka_unit_test(test_ranks),
		cmocka_unit_test(test_containers),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_copy),
		cmocka_unit_test(test_many_fields),
		cmocka_unit_test(test_times),
		cmocka_unit_test(test_memory),
		cmocka_unit_test(test_readings),
		cmocka_unit_test(test_assumed),
		cmocka_unit_test(test_horizons),
		cmocka_unit_test(test_levels),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
