/*
 * The grid: specs as text, and its bounds under many segments.  What its rows
 * hold is compared with sqlite3 in tests/cli/tp-features/sqlite.
 */
#include <inttypes.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/mem.h"
#include "feat/grid.h"

#define T0	INT64_C(1330560000000)
#define STEP	(5 * TP_MINUTE)

static void
assert_spec(const struct tp_feat_spec *s, const char *want)
{
	struct tp_feat_spec	back;
	struct tp_buf		b = { 0 };

	tp_feat_spec_print(s, &b);
	assert_string_equal(tp_buf_cstr(&b), want);
	memset(&back, 1, sizeof(back));
	assert_int_equal(tp_feat_spec_parse(&back, b.p, b.n), 0);
	assert_memory_equal(&back, s, sizeof(back));
	tp_buf_release(&b);
}

static void
test_spec(void **state)
{
	struct tp_feat_spec	s = tp_feat_spec_default;

	(void)state;
	assert_spec(&s, "step=5m lags=12");
	s.unit = TP_UNIT_KMH;
	s.step_ms = 90 * TP_SECOND;
	s.lags = 1;
	s.groups = TP_FEAT_LAG | TP_FEAT_NEIGHBOUR;
	s.max_gap_ms = 2 * TP_HOUR;
	s.expire_ms = 49 * TP_HOUR;
	s.roll[0] = 4;	/* the other two are not compared, but kept */
	s.nroll = 1;
	s.ntargets = 2;
	s.targets[0] = 3;
	s.targets[1] = 60;
	s.graph_hash = 0xabc;
	memcpy(s.tz, "Asia/Ho_Chi_Minh", 17);
	assert_spec(&s, "step=90s lags=1 unit=kmh groups=lag,neighbour roll=4 "
	    "max_gap=2h expire=49h tz=Asia/Ho_Chi_Minh targets=3,60 "
	    "graph=0000000000000abc");
}

static void
test_bad_specs(void **state)
{
	static const char *const bad[] = {
		"step", "step=", "step=0", "step=1x", "lags=0", "lags=99999",
		"unit=knots", "roll=", "roll=3,2", "groups=", "groups=lag,",
		"groups=wind", "tz=", "tz=a\"b", "targets=4", "targets=30,15",
		"targets=5,7", "groups=cell", "cell=", "cell=grid:0m", "cell=s2:4",
		"targets=1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17",
		"graph=12", "graph=000000000000000g", "max_gap=30d",
		"wind=1", "step=5m  lags=2", "=", " ", "expire=1s",
		"lags=12 tz=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
	};
	struct tp_feat_spec	s;
	size_t			i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (tp_feat_spec_parse(&s, bad[i], strlen(bad[i])) == 0)
			fail_msg("'%s' was taken", bad[i]);
	assert_int_equal(tp_feat_spec_parse(&s, "step=5m\0", 8), -1);
	assert_int_equal(tp_feat_spec_parse(&s, "", 0), 0);
}

static void
test_columns(void **state)
{
	static const char *const want[] = {
		"minute_of_day", "hour", "day_of_week", "is_weekend",
		"is_rush_hour", "day_of_month", "month", "lag_0_kmh",
		"lag_1_kmh", "lag_0_seen", "lag_1_seen",
		"minutes_since_reading", "roll_3_mean_kmh", "roll_3_std_kmh",
		"roll_3_min_kmh", "roll_3_max_kmh", "change_1_kmh",
		"change_3_kmh", "upstream_mean_kmh", "upstream_count",
		"downstream_mean_kmh", "downstream_count",
	};
	struct tp_feat_spec	s = tp_feat_spec_default;
	struct tp_feat_cols	c;
	size_t			i;

	(void)state;
	s.unit = TP_UNIT_KMH;
	s.lags = 2;
	s.nroll = 1;
	s.groups |= TP_FEAT_NEIGHBOUR;
	tp_feat_cols_init(&c, &s);
	assert_int_equal(c.n, sizeof(want) / sizeof(want[0]));
	for (i = 0; i < c.n; i++)
		assert_string_equal(c.name[i], want[i]);
	tp_feat_cols_release(&c);
}

/* Counts rows and those without a reading; checks the order of the ids. */
struct tally {
	struct tp_grid	*g;
	size_t		 rows, filled, steps;
};

static int
tally_step(void *arg, const struct tp_feat_step *s)
{
	struct tally	*y = arg;
	size_t		 i;

	y->steps++;
	y->rows += s->nrows;
	for (i = 0; i < s->nrows; i++) {
		const struct tp_map_key	*k = &y->g->ids.keys[s->seg[i]];

		y->filled += isnan(s->now[i]);
		if (i > 0)
			assert_true(strcmp(k->p,
			    y->g->ids.keys[s->seg[i - 1]].p) > 0);
	}
	return 0;
}

static int
count_rejects(struct tp_out *o, const struct tp_rec *r, const char *rule,
    const char *reason)
{
	(void)r;
	(void)reason;
	assert_string_equal(rule, "max-keys");
	o->start++;
	return 0;
}

static void
give(struct tp_grid *g, struct tp_out *out, const char *id, int64_t t)
{
	struct tp_rec	r = { .now_ms = T0 * 2 };
	char		line[200] = "";
	int		n;

	n = snprintf(line, sizeof(line), "{\"segment_id\":\"%s\","
	    "\"timestamp\":%" PRId64 ",\"speed_mph\":50}", id, t);
	assert_int_equal(tp_rec_parse(&r, line, (size_t)n), 0);
	assert_int_equal(tp_grid_record(g, &r, out), 0);
	tp_rec_release(&r);
}

/* Segments come and go: those that expired make room, the others stay. */
static void
test_churn(void **state)
{
	struct tp_grid_opts	o = tp_grid_defaults;
	struct tp_grid		g = { 0 };
	struct tally		y = { .g = &g };
	struct tp_out		out = { .reject = count_rejects };
	struct tp_err		e = { 0 };
	int			i, k;

	(void)state;
	o.max_keys = 40;
	o.spec.expire_ms = 2 * STEP;
	o.spec.max_gap_ms = STEP;
	assert_int_equal(tp_grid_init(&g, &o, tally_step, &y, &e), 0);
	for (i = 0; i < 500; i++) {
		give(&g, &out, "stays", T0 + i * STEP);
		for (k = 0; k < 2; k++) {
			char	id[32];

			snprintf(id, sizeof(id), "s%d-%d", k, i);
			give(&g, &out, id, T0 + i * STEP + 1);
		}
		assert_true(g.ids.n <= 40);
	}
	assert_int_equal(tp_grid_end(&g, &out), 0);
	/* "stays", and two new ones a step, known for three steps each. */
	assert_int_equal(y.steps, 500);
	assert_int_equal(y.rows, 500 + 2 * (3 * 500 - 3));
	assert_int_equal(y.filled, 2 * (2 * 500 - 3));
	assert_int_equal(out.start, 0);
	assert_true(g.generation > 0);
	tp_grid_clear(&g);
}

/* A stream of ever new ids: bounded, refused, and the clock goes on. */
static void
test_many_ids(void **state)
{
	struct tp_grid_opts	o = tp_grid_defaults;
	struct tp_grid		g = { 0 };
	struct tally		y = { .g = &g };
	struct tp_out		out = { .reject = count_rejects };
	struct tp_err		e = { 0 };
	int			i;

	(void)state;
	o.max_keys = 1000;
	assert_int_equal(tp_grid_init(&g, &o, tally_step, &y, &e), 0);
	for (i = 0; i < 200 * 1000; i++) {
		char	id[32];

		snprintf(id, sizeof(id), "%d", i);
		give(&g, &out, id, T0 + i / 20000 * STEP);
	}
	assert_int_equal(out.start, 199 * 1000);
	assert_int_equal(g.ids.n, 1000);
	assert_true(g.cap <= 2048);
	/* The refused ones closed nine steps. */
	assert_int_equal(y.steps, 9);
	assert_int_equal(y.rows, 9000);
	tp_grid_clear(&g);
}

static void
test_bad_options(void **state)
{
	struct tp_grid_opts	o = tp_grid_defaults;
	struct tp_grid		g = { 0 };
	struct tp_err		e = { 0 };

	(void)state;
	o.delay_ms = 5000 * STEP;
	assert_int_equal(tp_grid_init(&g, &o, tally_step, NULL, &e), -1);
	assert_int_equal(e.code, TP_EXIT_USAGE);
	tp_grid_clear(&g);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_spec),
		cmocka_unit_test(test_bad_specs),
		cmocka_unit_test(test_columns),
		cmocka_unit_test(test_churn),
		cmocka_unit_test(test_many_ids),
		cmocka_unit_test(test_bad_options),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
