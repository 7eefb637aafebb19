/*
 * Alerts: rules read and judged, latches against their definition, and states
 * rebuilt anywhere against the straight run.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "alert/alert.h"
#include "rebuild.h"

#define T0	INT64_C(1338768000000)	/* 2012-06-04T00:00:00Z */
#define SEGS	9
#define STEPS	700

static struct tp_tz utc = { .utc = true };

static struct tp_alert_conf
conf_of(const char *rules)
{
	struct tp_alert_conf	c = {
		.expire = TP_HOUR, .day_start = 4 * TP_HOUR, .tz = &utc,
		.max_keys = 1000,
	};
	struct tp_err		e = { 0 };

	assert_int_equal(tp_rules_parse(&c.rules, rules, strlen(rules), "t",
	    &e), 0);
	return c;
}

static void
refuses(const char *text, const char *why)
{
	struct tp_rules	s = { 0 };
	struct tp_err	e = { 0 };

	assert_int_equal(tp_rules_parse(&s, text, strlen(text), "f", &e), -1);
	assert_int_equal(e.code, TP_EXIT_USAGE);
	if (strstr(e.text, why) == NULL)
		fail_msg("'%s' is not about '%s'", e.text, why);
}

static void
reads_rules(void **state)
{
	struct tp_alert_conf	c = conf_of("# two\n"
	    "a: forecast at 15 min <= 15 mph and confidence > 0.5,\n"
	    "   for 2 of 3, clear at 20 mph for 2, severity HIGH  # why\n\n"
	    "b: FALL > 50 % in 10 min\n");
	const struct tp_rule	*a = &c.rules.r[0], *b = &c.rules.r[1];

	(void)state;
	assert_int_equal(c.rules.n, 2);
	assert_int_equal(c.rules.ring, 4);
	assert_string_equal(a->name, "a");
	assert_int_equal(a->nconds, 2);
	assert_true(!a->cond[0].above && a->cond[0].equal);
	assert_true(fabs(a->cond[0].limit - 15 * 1.609344) < 1e-9);
	assert_int_equal(a->cond[0].at, 15);
	assert_int_equal(a->k, 2);
	assert_int_equal(a->n, 3);
	assert_int_equal(a->clear_k, 2);
	assert_true(fabs(a->clear - 20 * 1.609344) < 1e-9);
	assert_int_equal(a->severity, TP_SEVERITY_HIGH);
	/* confidence is of any horizon, so a time may have several lines */
	assert_true(a->several && b->several);
	assert_int_equal(b->cond[0].within, 10);
	assert_true(fabs(b->clear - 100.0 / 3) < 1e-9);
	refuses("a speed < 3 mph", "':' is expected");
	refuses("a: forecast at 0 min < 3 mph", "out of range");
	refuses("a: forecast at 5 < 3 mph", "'min' is expected");
	refuses("a: speed < 3", "unit");
	refuses("a: jam_factor > 3 mph", "no speed");
	refuses("a: speed at 5 min < 3 mph", "ahead");
	refuses("a: speed < 30 mph, clear at 20 mph", "worse");
	refuses("a: speed < 30 mph, for 0", "out of range");
	refuses("a: speed < 30 mph, for 3 of 65", "out of range");
	refuses("a: speed < 30 mph junk", "',' is expected");
	refuses("\n\na: speed < 1 mph\na: speed < 2 mph", "f:4:");
}

/* What clears by default is a third of the limit to the good side of it. */
static void
clears_on_good_side(void **state)
{
	static const struct { const char *rule; double clear; } want[] = {
		{ "a: fall > 60 %", 40 }, { "a: fall < 60 %", 80 },
		{ "a: fall > -60 %", -80 }, { "a: fall < -60 %", -40 },
		{ "a: fall > 0 %", 0 }, { "a: fall < 0 %", 0 },
	};
	struct tp_values	v = { .horizon = 15 };
	size_t			i;

	(void)state;
	for (i = 0; i < sizeof(want) / sizeof(want[0]); i++) {
		struct tp_alert_conf	c = conf_of(want[i].rule);

		assert_true(fabs(c.rules.r[0].clear - want[i].clear) < 1e-9);
		for (v.q[TP_Q_FALL] = -100; v.q[TP_Q_FALL] <= 100;
		    v.q[TP_Q_FALL]++)
			assert_false(tp_rule_bad(&c.rules.r[0], &v) &&
			    tp_rule_good(&c.rules.r[0], &v));
	}
}

static void
judges_depth(void **state)
{
	struct tp_alert_conf	c = conf_of("a: speed < 20 km/h");
	struct tp_values	v = { .horizon = 0 };
	static const struct { double v; enum tp_severity s; } want[] = {
		{ 19, TP_SEVERITY_LOW }, { 15.1, TP_SEVERITY_LOW },
		{ 15, TP_SEVERITY_MEDIUM }, { 10, TP_SEVERITY_HIGH },
		{ 5, TP_SEVERITY_CRITICAL }, { 0, TP_SEVERITY_CRITICAL },
	};
	size_t			i;

	(void)state;
	for (i = 0; i < sizeof(want) / sizeof(want[0]); i++) {
		v.q[TP_Q_SPEED] = want[i].v;
		assert_int_equal(tp_rule_severity(&c.rules.r[0], &v),
		    want[i].s);
	}
}

/*
 * "for 3 of 5, clear at 40 for 2" by its words, on one segment: what the text
 * of the alerts must be.
 */
static void
latches_like_definition(void **state)
{
	struct tp_alert_conf	c = conf_of("a: speed < 30 km/h, for 3 of 5, "
				    "clear at 40 km/h for 2, severity LOW");
	struct tp_buf		log = { 0 }, want = { 0 }, got = { 0 };
	struct rebuild		b = { .filter = &tp_alert_filter,
				    .conf = &c };
	struct rebuild_run	x;
	struct tp_rng		r;
	double			v[STEPS];
	bool			on = false;
	const char		*p;
	int			i, k, bad, set = -1;

	(void)state;
	c.day_start = 0;
	tp_rng_init(&r, 5);
	for (i = 0; i < STEPS; i++) {
		v[i] = (double)(10 + tp_rng_below(&r, 50));
		/* all in one day: nothing begins anew */
		tp_buf_printf(&log, "{\"segment_id\":\"s\",\"timestamp\":"
		    "%lld,\"speed_kmh\":%g}\n", (long long)(T0 + i *
		    TP_MINUTE), v[i]);
		for (bad = 0, k = i; k > i - 5 && k >= 0; k--)
			bad += v[k] < 30;
		if (v[i] < 30 && bad >= 3) {
			if (!on)
				tp_buf_printf(&want, "%d+ ", i);
			on = true;
			set = i;
		} else if (on && i - set >= 2 && v[i] >= 40 &&
		    v[i - 1] >= 40) {
			tp_buf_printf(&want, "%d- ", i);
			on = false;
		}
	}
	memset(tp_buf_room(&log, TP_JSON_PAD), 0, TP_JSON_PAD);
	b.log = log.p;
	b.n = log.n;
	rebuild_start(&x, &b);
	rebuild_feed(&x, b.n);
	tp_buf_cstr(&x.bufs[0]);
	for (p = x.bufs[0].p; (p = strstr(p, "\"timestamp\":")) != NULL; p++)
		tp_buf_printf(&got, "%lld%c ", (strtoll(p + 12, NULL, 10) -
		    T0) / TP_MINUTE, strstr(p, "status\":\"")[9] == 'A' ?
		    '+' : '-');
	assert_string_equal(tp_buf_cstr(&got), tp_buf_cstr(&want));
	assert_true(want.n > 100);
	rebuild_stop(&x);
	tp_buf_release(&log);
	tp_buf_release(&want);
	tp_buf_release(&got);
}

/* A chain of segments, each near the next. */
static void
make_near(struct tp_alert_near *g)
{
	uint32_t	i, n = 0;
	char		id[8];

	*g = (struct tp_alert_near){ 0 };
	g->off = calloc(SEGS + 1, sizeof(*g->off));
	g->to = calloc(2 * SEGS, sizeof(*g->to));
	for (i = 0; i < SEGS; i++) {
		snprintf(id, sizeof(id), "s%u", i);
		tp_map_add(&g->ids, id, strlen(id));
		if (i > 0)
			g->to[n++] = i - 1;
		if (i + 1 < SEGS)
			g->to[n++] = i + 1;
		g->off[i + 1] = n;
	}
}

/*
 * Readings and forecasts of a walk of each segment, over two days, with gaps,
 * late lines and times out of order.
 */
static void
make_log(struct tp_buf *b, uint64_t seed)
{
	struct tp_rng	r;
	double		v[SEGS];
	int64_t		t;
	int		i, s, h;

	tp_rng_init(&r, seed);
	for (s = 0; s < SEGS; s++)
		v[s] = 60;
	for (i = 0; i < STEPS; i++)
		for (s = 0; s < SEGS; s++) {
			v[s] = fmin(110, fmax(2, v[s] +
			    8 * tp_rng_normal(&r)));
			if (i % 100 > 60 && s % 3 == (int)(seed % 3))
				continue;	/* silent for three hours */
			t = T0 + i * 5 * TP_MINUTE;
			if (tp_rng_below(&r, 20) == 0)
				t -= 5 * TP_MINUTE * (int64_t)
				    tp_rng_below(&r, 20);
			if (tp_rng_below(&r, 3) > 0)
				tp_buf_printf(b, "{\"segment_id\":\"s%d\","
				    "\"timestamp\":%lld,\"speed_mph\":%.1f,"
				    "\"jam_factor\":%d}\n", s, (long long)t,
				    v[s], (int)tp_rng_below(&r, 11));
			for (h = 15; h <= 60; h *= 2)
				tp_buf_printf(b, "{\"segment_id\":\"s%d\","
				    "\"timestamp\":%lld,\"prediction_horizon_"
				    "minutes\":%d,\"current_speed_kmh\":%.1f,"
				    "\"predicted_speed_kmh\":%.1f}\n", s,
				    (long long)t, h, v[s], fmax(0, v[s] + h *
				    tp_rng_normal(&r) / 4));
		}
	memset(tp_buf_room(b, TP_JSON_PAD), 0, TP_JSON_PAD);
}

static void
rebuilt_like_straight(void **state)
{
	struct tp_alert_conf	c = conf_of(
	    "a: forecast < 30 km/h, for 3 of 7, clear at 45 km/h for 3\n"
	    "b: forecast at 30 min < 20 mph, for 2, clear at 25 mph for 2\n"
	    "c: speed < 40 mph and jam_factor > 4, for 2 of 4\n"
	    "d: fall > 40 % in 15 min, clear at 10 %\n");
	struct tp_alert_near	near;
	uint64_t		seed;

	(void)state;
	make_near(&near);
	for (seed = 1; seed <= 6; seed++) {
		struct tp_buf	log = { 0 };
		struct rebuild	b = { .filter = &tp_alert_filter,
				    .conf = &c };

		c.near = seed % 2 ? &near : NULL;
		make_log(&log, seed);
		b.log = log.p;
		b.n = log.n;
		rebuild_check(&b, 20, seed);
		tp_buf_release(&log);
	}
	tp_map_release(&near.ids);
	free(near.off);
	free(near.to);
}

int
main(void)
{
	const struct CMUnitTest	tests[] = {
		cmocka_unit_test(reads_rules),
		cmocka_unit_test(clears_on_good_side),
		cmocka_unit_test(judges_depth),
		cmocka_unit_test(latches_like_definition),
		cmocka_unit_test(rebuilt_like_straight),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
