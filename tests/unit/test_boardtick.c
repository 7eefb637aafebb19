/* What the board tells listeners at a tick, in each system's form. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "boardfeed.h"

static struct tp_hub		hub;
static struct tp_hub_place	place[TP_CHANNEL_MAX];

static int
listen_all(void **state)
{
	unsigned	c;

	(void)state;
	tp_hub_init(&hub);
	memset(place, 0, sizeof(place));
	for (c = 0; c < TP_CHANNEL_MAX; c++)
		tp_hub_join(&hub, &place[c], (enum tp_channel)c);
	return 0;
}

static int
leave_all(void **state)
{
	unsigned	c;

	(void)state;
	for (c = 0; c < TP_CHANNEL_MAX; c++)
		tp_hub_leave(&hub, &place[c]);
	tp_hub_release(&hub);
	return 0;
}

/* The next message of a channel, which must be of this event; NULL: none. */
static json_t *
next(enum tp_channel c, const char *event)
{
	struct tp_hub_place	*p = &place[c];
	json_t			*j;

	if (!tp_hub_take(&hub, p))
		return NULL;
	assert_string_equal(p->held->event, event);
	j = json_loadb(p->held->sse + p->held->json_at, p->held->njson, 0,
	    NULL);
	assert_non_null(j);
	tp_hub_done(p);
	return j;
}

static const char *
text(const json_t *j, const char *name)
{
	return json_string_value(json_object_get(j, name));
}

static void
feed_alert(struct tp_board *b, const char *status)
{
	assert_int_equal(feed(b, "{\"alert_id\":\"x\",\"alert_type\":\"SLOW\","
	    "\"segment_id\":\"s\",\"timestamp\":%lld,\"severity\":\"HIGH\","
	    "\"message\":\"so slow\",\"status\":\"%s\"}", (long long)T0,
	    status), 0);
}

static void
tells_own(void **state)
{
	struct tp_board	*b = board();
	json_t		*j, *live;

	(void)state;
	tp_board_tick(b, &hub, T0);
	assert_null(next(TP_CHANNEL_V1, "tick"));
	feed_alert(b, "ACTIVE");
	feed_event(b, "s", T0, 40);
	tp_board_tick(b, &hub, T0 + 1);
	j = next(TP_CHANNEL_V1, "alert");
	assert_string_equal(text(j, "alert_id"), "x");
	json_decref(j);
	j = next(TP_CHANNEL_V1, "tick");
	live = ask(b, "/api/v1/live", NULL, NULL, NULL);
	assert_float_equal(number_at(j, "seq"), number_at(live, "seq"), 0);
	assert_float_equal(number_at(j, "now"), (double)(T0 + 1), 0);
	json_decref(live);
	json_decref(j);
	tp_board_tick(b, &hub, T0 + 2);
	assert_null(next(TP_CHANNEL_V1, "tick"));
	tp_board_free(b);
}

/* Hanoi's have no end: only what is open is told. */
static void
tells_hanoi(void **state)
{
	struct tp_board	*b = board();
	json_t		*j;

	(void)state;
	feed_alert(b, "ACTIVE");
	tp_board_tick(b, &hub, T0);
	j = next(TP_CHANNEL_HANOI, "message");
	assert_string_equal(text(j, "event_id"), "x");
	assert_string_equal(text(j, "alert_type"), "slow");
	assert_string_equal(text(j, "severity"), "high");
	assert_string_equal(text(j, "road_id"), "s");
	assert_string_equal(text(j, "road_name"), "s");
	assert_string_equal(text(j, "message"), "so slow");
	assert_string_equal(text(j, "timestamp"), "2012-06-04T00:00:00Z");
	assert_int_equal(json_array_size(json_object_get(j,
	    "affected_routes")), 1);
	json_decref(j);
	feed_alert(b, "RESOLVED");
	tp_board_tick(b, &hub, T0);
	assert_null(next(TP_CHANNEL_HANOI, "message"));
	tp_board_free(b);
}

static void
tells_la_events(void **state)
{
	static const char *const	types[] = {
		"initial", "stats", "prediction", "stats",
	};
	struct tp_board			*b = board();
	struct tp_buf			 hello = { 0 };
	json_t				*j;
	size_t				 i;

	(void)state;
	assert_string_equal(tp_board_hello(b, TP_CHANNEL_LA_SSE, T0, &hello),
	    "message");
	j = json_loadb(hello.p, hello.n, 0, NULL);
	assert_string_equal(text(j, "type"), "connected");
	json_decref(j);
	tp_buf_release(&hello);
	for (i = 0; i < 4; i++) {
		if (i % 2 == 0) {
			feed_forecast(b, "s", T0 + (int64_t)i * MIN, 15, 50,
			    40);
			tp_board_tick(b, &hub, T0);
		}
		j = next(TP_CHANNEL_LA_SSE, "message");
		assert_string_equal(text(j, "type"), types[i]);
		if (i == 2)
			assert_float_equal(number_at(json_object_get(j,
			    "data"), "predicted_speed"), 31.07, 0.001);
		json_decref(j);
	}
	assert_null(next(TP_CHANNEL_LA_SSE, "message"));
	tp_board_free(b);
}

static void
tells_la_sockets(void **state)
{
	struct tp_board	*b = board();
	json_t		*j;

	(void)state;
	feed_event(b, "s", T0, 50);
	feed_forecast(b, "s", T0, 15, 50, 50);
	feed_forecast(b, "r", T0, 15, 50, 50);
	feed_alert(b, "ACTIVE");
	tp_board_tick(b, &hub, T0);
	j = next(TP_CHANNEL_LA_WS, "alerts");
	assert_string_equal(text(j, "type"), "alert");
	assert_string_equal(text(json_object_get(j, "alert"), "alert_id"),
	    "x");
	json_decref(j);
	j = next(TP_CHANNEL_LA_WS, "traffic_data");
	assert_string_equal(text(j, "type"), "traffic_update");
	assert_int_equal(json_array_size(json_object_get(j, "data")), 2);
	json_decref(j);
	j = next(TP_CHANNEL_LA_WS, "predictions");
	assert_string_equal(text(j, "sensor_id"), "*");
	assert_int_equal(json_array_size(json_object_get(j, "prediction")),
	    2);
	json_decref(j);
	feed_event(b, "s", T0 + MIN, 60);
	tp_board_tick(b, &hub, T0);
	j = next(TP_CHANNEL_LA_WS, "traffic_data");
	assert_string_equal(text(j, "sensor_id"), "s");
	assert_float_equal(number_at(json_object_get(j, "data"), "speed"),
	    37.28, 0.001);
	json_decref(j);
	tp_board_free(b);
}

int
main(void)
{
	const struct CMUnitTest	tests[] = {
		cmocka_unit_test_setup_teardown(tells_own, listen_all,
		    leave_all),
		cmocka_unit_test_setup_teardown(tells_hanoi, listen_all,
		    leave_all),
		cmocka_unit_test_setup_teardown(tells_la_events, listen_all,
		    leave_all),
		cmocka_unit_test_setup_teardown(tells_la_sockets, listen_all,
		    leave_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
