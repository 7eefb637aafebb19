/* The board: what it answers, and that ticks add up to the whole. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/rng.h"
#include "boardfeed.h"

static void
says_what_came(void **state)
{
	struct tp_board	*b = board();
	json_t		*j, *k;

	(void)state;
	feed_event(b, "b", T0, 100);
	assert_int_equal(feed(b, "{\"segment_id\":\"a\\\"1\",\"timestamp\":"
	    "%lld,\"speed_mph\":50,\"volume_vph\":1200,\"latitude\":34.05,"
	    "\"longitude\":-118.25,\"road_name\":\"I-405 \\u00e9\","
	    "\"free_flow_speed_mph\":65}", (long long)(T0 + MIN)), 0);
	j = ask(b, "/api/v1/segments", NULL, NULL, NULL);
	k = json_object_get(j, "ids");
	assert_int_equal(json_array_size(k), 2);
	assert_string_equal(json_string_value(json_array_get(k, 0)), "b");
	assert_string_equal(json_string_value(json_array_get(k, 1)), "a\"1");
	assert_true(json_is_null(json_array_get(json_object_get(j, "lat"),
	    0)));
	assert_float_equal(column_at(j, "lat", 1), 34.05, 1e-9);
	assert_string_equal(json_string_value(json_array_get(
	    json_object_get(j, "name"), 1)), "I-405 \xc3\xa9");
	assert_float_equal(column_at(j, "free_flow_kmh", 1), 104.61, 1e-9);
	json_decref(j);
	j = ask(b, "/api/v1/live", NULL, NULL, NULL);
	assert_float_equal(column_at(j, "speed_kmh", 0), 100, 0);
	assert_float_equal(column_at(j, "speed_kmh", 1), 80.47, 1e-9);
	assert_float_equal(column_at(j, "volume_vph", 1), 1200, 0);
	assert_true(isnan(column_at(j, "volume_vph", 0)));
	assert_float_equal(number_at(j, "time"), (double)(T0 + MIN), 0);
	assert_int_equal(json_array_size(json_object_get(j, "horizons")), 0);
	k = json_object_get(j, "summary");
	assert_float_equal(number_at(k, "live"), 2, 0);
	assert_float_equal(number_at(k, "mean_speed_kmh"), 90.23, 0.01);
	json_decref(j);
	tp_board_free(b);
}

/* Records that are no readings are refused, and leave no trace. */
static void
refuses(void **state)
{
	static const char *const	bad[] = {
		"{\"segment_id\":\"a\",\"timestamp\":1338768000000,"
		    "\"speed_kmh\":-1}",
		"{\"segment_id\":\"a\",\"timestamp\":1338768000000,"
		    "\"speed_kmh\":1e9}",
		"{\"segment_id\":\"a\",\"timestamp\":1338768000000,"
		    "\"speed\":5}",
		"{\"segment_id\":\"a\",\"speed_kmh\":5}",
		"{\"segment_id\":\"\",\"timestamp\":1338768000000,"
		    "\"speed_kmh\":5}",
		"{\"segment_id\":\"a\",\"timestamp\":9338768000000,"
		    "\"speed_kmh\":5}",
		"{\"segment_id\":\"a\",\"timestamp\":1338768000000,"
		    "\"prediction_horizon_minutes\":15,"
		    "\"predicted_speed_kmh\":5,\"lower_kmh\":9,"
		    "\"upper_kmh\":8}",
		"{\"alert_type\":\"slow\",\"segment_id\":\"a\","
		    "\"timestamp\":1338768000000}",
		"{\"alert_type\":\"slow\",\"alert_id\":\"x\"}",
	};
	struct tp_board			*b = board();
	size_t				 i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(feed(b, "%s", bad[i]), -1);
	assert_int_equal(b->ids.n, 0);
	assert_int_equal(b->alerts.n, 0);
	assert_int_equal(b->rejected, i);
	for (i = 0; i < 50; i++)
		assert_int_equal(feed(b, "{\"segment_id\":\"s%zu\","
		    "\"timestamp\":%lld,\"speed_kmh\":5}", i,
		    (long long)T0), 0);
	assert_int_equal(feed(b, "{\"segment_id\":\"more\",\"timestamp\":"
	    "%lld,\"speed_kmh\":5}", (long long)T0), -1);
	tp_board_free(b);
}

/* Puts the columns of a tick into a snapshot, as the page does. */
static void
apply_column(json_t *to, const json_t *from, const char *name,
    const char *as, const json_t *at, bool nested, const json_t *template)
{
	json_t	*col = json_object_get(to, name);
	json_t	*news = json_object_get(from, as);
	size_t	 i, h, n = json_array_size(json_object_get(template, "at"));

	if (nested) {
		for (h = 0; h < json_array_size(news); h++) {
			json_t	*c = json_array_get(col, h);

			if (c == NULL) {
				c = json_array();
				json_array_append_new(col, c);
			}
			while (json_array_size(c) < n)
				json_array_append_new(c, json_null());
			for (i = 0; i < json_array_size(at); i++)
				json_array_set(c, (size_t)json_integer_value(
				    json_array_get(at, i)), json_array_get(
				    json_array_get(news, h), i));
		}
		return;
	}
	while (json_array_size(col) < n)
		json_array_append_new(col, json_null());
	for (i = 0; i < json_array_size(at); i++)
		json_array_set(col, (size_t)json_integer_value(
		    json_array_get(at, i)), json_array_get(news, i));
}

static void
apply(json_t *snap, const json_t *tick, const json_t *whole)
{
	static const char *const	readings[] = {
		"speed_kmh", "volume_vph", "at",
	};
	static const char *const	forecasts[] = {
		"forecast", "lower", "upper", "confidence",
	};
	static const char *const	same[] = {
		"seq", "time", "now", "segments", "horizons", "alerts_open",
		"summary",
	};
	const json_t			*i = json_object_get(tick, "i");
	const json_t			*f = json_object_get(tick, "f");
	size_t				 k;

	for (k = 0; k < 3; k++)
		apply_column(snap, tick, readings[k], readings[k], i, false,
		    whole);
	apply_column(snap, tick, "made", "made_at", f, false, whole);
	for (k = 0; k < 4; k++)
		apply_column(snap, tick, forecasts[k], forecasts[k], f, true,
		    whole);
	for (k = 0; k < 7; k++)
		if (json_object_get(tick, same[k]) != NULL)
			json_object_set(snap, same[k],
			    json_object_get(tick, same[k]));
}

static json_t *
body(const struct tp_buf *b)
{
	json_t	*j = json_loadb(b->p, b->n, 0, NULL);

	assert_non_null(j);
	return j;
}

/* One record of any kind of some segment. */
static void
feed_any(struct tp_board *b, struct tp_rng *r, int64_t t)
{
	char	id[8];

	snprintf(id, sizeof(id), "s%u", (unsigned)tp_rng_below(r, 9));
	switch (tp_rng_below(r, 4)) {
	case 0:
		feed_event(b, id, t, (double)tp_rng_below(r, 120));
		break;
	case 1:
		feed_forecast(b, id, t, 15, (double)tp_rng_below(r, 99), 30);
		break;
	case 2:
		feed_forecast(b, id, t, 60, (double)tp_rng_below(r, 99), 30);
		break;
	default:
		feed(b, "{\"alert_id\":\"a%u\",\"alert_type\":\"slow\","
		    "\"segment_id\":\"%s\",\"timestamp\":%lld,\"status\":"
		    "\"%s\"}", (unsigned)tp_rng_below(r, 5), id,
		    (long long)t, tp_rng_below(r, 2) == 0 ? "ACTIVE" :
		    "RESOLVED");
	}
}

/* The last snapshot and the ticks since give the snapshot of now. */
static void
ticks_add_up(void **state)
{
	struct tp_board	*b = board();
	struct tp_rng	 r;
	struct tp_buf	 out = { 0 };
	json_t		*snap, *tick, *now;
	int		 i, k;

	(void)state;
	tp_rng_init(&r, 7);
	tp_board_put_live(b, T0, &out);
	snap = body(&out);
	for (i = 0; i < 200; i++) {
		for (k = (int)tp_rng_below(&r, 6); k >= 0; k--)
			feed_any(b, &r, T0 + i * MIN);
		out.n = 0;
		tp_board_put_tick(b, T0 + i, &out);
		tick = body(&out);
		out.n = 0;
		tp_board_put_live(b, T0 + i, &out);
		now = body(&out);
		apply(snap, tick, now);
		if (!json_equal(snap, now))
			fail_msg("tick %d:\n%s\n%s", i, json_dumps(snap,
			    JSON_SORT_KEYS), json_dumps(now, JSON_SORT_KEYS));
		for (k = 0; k < (int)b->ids.n; k++)
			b->seg[k].changed = b->seg[k].foreseen = false;
		json_decref(tick);
		json_decref(now);
	}
	json_decref(snap);
	tp_buf_release(&out);
	tp_board_free(b);
}

/* No more alerts than allowed: those that are over go first. */
static void
forgets_alerts(void **state)
{
	struct tp_board	*b = board();
	int		 i;

	(void)state;
	for (i = 0; i < 5; i++)
		feed(b, "{\"alert_id\":\"a%d\",\"alert_type\":\"slow\","
		    "\"segment_id\":\"s\",\"timestamp\":%lld,\"status\":"
		    "\"%s\"}", i, (long long)T0, i == 1 ? "RESOLVED" :
		    "ACTIVE");
	assert_int_equal(b->alerts.n, 3);
	assert_int_equal(b->alerts.open, 3);
	assert_int_equal(b->alerts.forgotten, 2);
	assert_null(tp_alertlog_find(&b->alerts, "a1"));
	assert_null(tp_alertlog_find(&b->alerts, "a0"));
	assert_non_null(tp_alertlog_find(&b->alerts, "a4"));
	tp_board_free(b);
}

static void
acknowledges(void **state)
{
	struct tp_board	*b = board();
	json_t		*j, *x;
	int		 status;

	(void)state;
	feed(b, "{\"alert_id\":\"slow:s:1\",\"alert_type\":\"slow\","
	    "\"segment_id\":\"s\",\"timestamp\":%lld,\"status\":\"ACTIVE\"}",
	    (long long)T0);
	j = ask(b, "/api/v1/alerts", NULL, NULL, NULL);
	x = json_array_get(json_object_get(j, "alerts"), 0);
	assert_string_equal(json_string_value(json_object_get(x,
	    "alert_id")), "slow:s:1");
	assert_null(json_object_get(x, "acknowledged_at"));
	json_decref(j);
	j = ask_of(b, tp_board_routes, "POST", "/api/v1/alerts/{id}/ack",
	    "slow:s:1", NULL, NULL, &status);
	x = json_object_get(j, "alert");
	assert_string_equal(json_string_value(json_object_get(x,
	    "acknowledged_by")), "tester");
	json_decref(j);
	assert_null(ask_of(b, tp_board_routes, "POST",
	    "/api/v1/alerts/{id}/ack", "none", NULL, NULL, &status));
	assert_int_equal(status, 404);
	j = ask(b, "/api/v1/alerts", NULL, "status", "closed");
	assert_int_equal(json_array_size(json_object_get(j, "alerts")), 0);
	json_decref(j);
	tp_board_free(b);
}

/* Every body of a board that knows nothing, or only places, is JSON. */
static void
answers_empty(void **state)
{
	struct tp_board			*b = board();
	const struct tp_http_route	*r;
	int				 status, i;

	(void)state;
	for (i = 0; i < 2; i++) {
		for (r = tp_board_routes; r->method != NULL; r++) {
			json_t	*j = ask_of(b, tp_board_routes, r->method,
				    r->pattern, "a", NULL, NULL, &status);

			assert_true(status == 200 || status == 404);
			json_decref(j);
		}
		tp_board_seg(b, "a", 1);
	}
	tp_board_free(b);
}

int
main(void)
{
	const struct CMUnitTest	tests[] = {
		cmocka_unit_test(says_what_came),
		cmocka_unit_test(refuses),
		cmocka_unit_test(ticks_add_up),
		cmocka_unit_test(forgets_alerts),
		cmocka_unit_test(acknowledges),
		cmocka_unit_test(answers_empty),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
