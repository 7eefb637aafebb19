/* What the tests of the board share: feeding lines, asking for bodies. */
#ifndef TP_TESTS_UNIT_BOARDFEED_H
#define TP_TESTS_UNIT_BOARDFEED_H

#include <jansson.h>
#include <math.h>

#include "serve/boardstate.h"

#define T0	INT64_C(1338768000000)	/* 2012-06-04, a Monday, UTC */
#define MIN	TP_MINUTE

/* A small board. */
static inline struct tp_board *
board(void)
{
	struct tp_board_conf	 c = { .max_segments = 50, .max_alerts = 3 };
	struct tp_err		 e = { 0 };
	struct tp_board		*b = tp_board_new(&c, &e);

	assert_non_null(b);
	return b;
}

/* Gives the board a line; what it returns. */
static inline int
feed(struct tp_board *b, const char *fmt, ...)
{
	struct tp_rec	 r = { .source = "test", .now_ms = T0 + 30 * TP_DAY };
	const char	*rule, *why;
	struct tp_buf	 line = { 0 };
	char		 text[2000];
	va_list		 ap;
	int		 n, rc;

	va_start(ap, fmt);
	n = vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	tp_buf_add(&line, text, (size_t)n);
	memset(tp_buf_room(&line, TP_JSON_PAD), 0, TP_JSON_PAD);
	assert_int_equal(tp_rec_parse(&r, line.p, (size_t)n), 0);
	rc = tp_board_record(b, &r, &rule, &why);
	tp_rec_release(&r);
	tp_buf_release(&line);
	return rc;
}

static inline void
feed_event(struct tp_board *b, const char *id, int64_t t, double kmh)
{
	assert_int_equal(feed(b, "{\"segment_id\":\"%s\",\"timestamp\":%lld,"
	    "\"speed_kmh\":%.3f}", id, (long long)t, kmh), 0);
}

static inline void
feed_forecast(struct tp_board *b, const char *id, int64_t t, int horizon,
    double kmh, double current)
{
	assert_int_equal(feed(b, "{\"segment_id\":\"%s\",\"timestamp\":%lld,"
	    "\"prediction_horizon_minutes\":%d,\"predicted_speed_kmh\":%.3f,"
	    "\"lower_kmh\":%.3f,\"upper_kmh\":%.3f,\"current_speed_kmh\":"
	    "%.3f,\"model_version\":\"m1\"}", id, (long long)t, horizon, kmh,
	    kmh - 5, kmh + 5, current), 0);
}

/* The answer of a route of a table to a GET of path, with one query
 * parameter or none; its status in *status. */
static inline json_t *
ask_of(struct tp_board *b, const struct tp_http_route *routes,
    const char *method, const char *pattern, const char *arg,
    const char *name, const char *value, int *status)
{
	struct tp_http_query		 p = { name, value };
	struct tp_http_stats		 stats = { .connections = 1 };
	struct tp_http_req		 q = {
		.method = method, .path = pattern, .arg = { arg },
		.query = &p, .nquery = name != NULL, .role = TP_ROLE_ADMIN,
		.auth = "none", .now_ms = T0 + 30 * TP_DAY, .stats = &stats,
		.user = "tester", .body = "", .nbody = 0,
	};
	const struct tp_http_route	*r;
	struct tp_buf			 out = { 0 };
	json_error_t			 e;
	json_t				*j = NULL;

	for (r = routes; r->method != NULL; r++)
		if (strcmp(r->pattern, pattern) == 0 &&
		    strcmp(r->method, method) == 0)
			break;
	assert_non_null(r->method);
	*status = r->handle(b, &q, &out);
	if (*status == 200) {
		j = json_loadb(out.p, out.n, 0, &e);
		if (j == NULL)
			fail_msg("%s: %s: %.*s", pattern, e.text, (int)out.n,
			    out.p);
	}
	tp_buf_release(&out);
	return j;
}

static inline json_t *
ask(struct tp_board *b, const char *pattern, const char *arg,
    const char *name, const char *value)
{
	int	status;
	json_t	*j = ask_of(b, tp_board_routes, "GET", pattern, arg, name,
		    value, &status);

	assert_int_equal(status, 200);
	return j;
}

static inline double
number_at(const json_t *j, const char *key)
{
	const json_t	*v = json_object_get(j, key);

	assert_true(json_is_number(v));
	return json_number_value(v);
}

static inline double
column_at(const json_t *j, const char *key, size_t i)
{
	const json_t	*v = json_array_get(json_object_get(j, key), i);

	return json_is_number(v) ? json_number_value(v) : (double)NAN;
}

#endif
