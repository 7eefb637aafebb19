/* What the board makes of what came: errors, hours, steps, hotspots, each
 * beside sums over the same log. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/rng.h"
#include "boardfeed.h"

/* The speed that the random log has for a segment and step. */
struct logged {
	double	speed[4][400];		/* NAN: no reading */
	struct made {
		int	seg, step, horizon;	/* horizon in steps */
		double	speed, current;
	} f[4000];
	size_t	nf;
};

/* Readings with gaps, some a step late, and forecasts beside them. */
static void
make_log(struct tp_board *b, struct logged *l, struct tp_rng *r)
{
	int	 step, s, late = -1, before;
	char	 id[8];

	for (step = 0; step < 400; step++) {
		for (s = 0; s < 4; s++)
			l->speed[s][step] = tp_rng_below(r, 5) == 0 ?
			    (double)NAN : (double)tp_rng_below(r, 120) + 1;
		before = late;
		late = (int)tp_rng_below(r, 8);	/* waits for the next step */
		for (s = 0; s < 8; s++) {
			int	at = s < 4 ? step - 1 : step, k = s % 4;

			snprintf(id, sizeof(id), "s%d", k);
			if (at < 0 || isnan(l->speed[k][at]) ||
			    (s < 4 ? k != before : k == late))
				continue;
			feed_event(b, id, T0 + at * 5 * MIN,
			    l->speed[k][at]);
		}
		for (s = 0; s < 4; s++) {
			struct made	*f = &l->f[l->nf++];

			*f = (struct made){ s, step, s % 2 == 0 ? 3 : 12,
				(double)tp_rng_below(r, 100) + 1,
				(double)tp_rng_below(r, 100) + 1 };
			snprintf(id, sizeof(id), "s%d", s);
			feed_forecast(b, id, T0 + step * 5 * MIN,
			    f->horizon * 5, f->speed, f->current);
		}
	}
}

static void
check_horizon(const struct logged *l, const json_t *x, int horizon)
{
	double	abs = 0, sq = 0, bias = 0, in = 0, pers = 0, n = 0;
	size_t	i;

	for (i = 0; i < l->nf; i++) {
		const struct made	*f = &l->f[i];
		int			 to = f->step + f->horizon;
		double			 v;

		if (f->horizon * 5 != horizon || to > 397 ||
		    isnan(l->speed[f->seg][to]))
			continue;
		v = l->speed[f->seg][to];
		n++;
		abs += fabs(f->speed - v);
		sq += (f->speed - v) * (f->speed - v);
		bias += f->speed - v;
		in += fabs(f->speed - v) <= 5;
		pers += fabs(f->current - v);
	}
	assert_true(n > 100);
	assert_float_equal(number_at(x, "minutes"), horizon, 0);
	assert_float_equal(number_at(x, "n"), n, 0);
	assert_float_equal(number_at(x, "mae_kmh"), abs / n, 1e-4);
	assert_float_equal(number_at(x, "rmse_kmh"), sqrt(sq / n), 1e-4);
	assert_float_equal(number_at(x, "bias_kmh"), bias / n, 1e-4);
	assert_float_equal(number_at(x, "coverage_percent"), 100 * in / n,
	    1e-3);
	assert_float_equal(number_at(x, "mean_width_kmh"), 10, 1e-4);
	assert_float_equal(number_at(x, "persistence_mae_kmh"), pers / n,
	    1e-4);
}

/* The sums of parts are those of the whole. */
static void
check_parts(const json_t *model, const char *name)
{
	const json_t	*whole = json_object_get(model, "horizons");
	const json_t	*v = json_object_get(model, name), *x, *h;
	size_t		 i, k;

	for (k = 0; k < json_array_size(whole); k++) {
		double	n = 0, sum = 0;

		h = json_array_get(whole, k);
		for (i = 0; i < json_array_size(v); i++) {
			x = json_array_get(v, i);
			if (number_at(x, "minutes") !=
			    number_at(h, "minutes"))
				continue;
			n += number_at(x, "n");
			sum += number_at(x, "n") * number_at(x, "mae_kmh");
		}
		assert_float_equal(n, number_at(h, "n"), 0);
		assert_float_equal(sum / n, number_at(h, "mae_kmh"), 1e-3);
	}
}

static void
measures_errors(void **state)
{
	struct tp_board	*b = board();
	struct logged	*l = calloc(1, sizeof(*l));
	struct tp_rng	 r;
	json_t		*j, *h;

	(void)state;
	tp_rng_init(&r, 3);
	make_log(b, l, &r);
	j = ask(b, "/api/v1/model", NULL, NULL, NULL);
	assert_string_equal(json_string_value(json_object_get(j,
	    "model_version")), "m1");
	h = json_object_get(j, "horizons");
	assert_int_equal(json_array_size(h), 2);
	check_horizon(l, json_array_get(h, 0), 15);
	check_horizon(l, json_array_get(h, 1), 60);
	check_parts(j, "by_hour");
	check_parts(j, "by_segment");
	check_parts(j, "drift");
	json_decref(j);
	free(l);
	tp_board_free(b);
}

/* Another model takes the place of one that is silent for two steps. */
static void
changes_model(void **state)
{
	static const char	line[] = "{\"segment_id\":\"a\",\"timestamp\":"
				    "%lld,\"horizon_minutes\":15,"
				    "\"predicted_speed_kmh\":50,"
				    "\"model_version\":\"%s\"}";
	struct tp_board		*b = board();
	int			 i;

	(void)state;
	for (i = 0; i < 10; i++) {
		feed_event(b, "a", T0 + i * 5 * MIN, 60);
		feed(b, line, (long long)(T0 + i * 5 * MIN), i < 5 ? "one" :
		    "two");
		assert_string_equal(b->measure.version, i < 7 ? "one" :
		    "two");
	}
	tp_board_free(b);
}

/* Means by hour, day, week and segment, beside sums over the same log. */
static void
sums_up_hours(void **state)
{
	struct tp_board	*b = board();
	struct tp_rng	 r;
	double		 hour[24] = { 0 }, nhour[24] = { 0 };
	double		 week[7][24] = { { 0 } }, nweek[7][24] = { { 0 } };
	double		 slow[2] = { 0 }, n[2] = { 0 };
	json_t		*j, *x;
	int		 i, h, s;

	(void)state;
	tp_rng_init(&r, 5);
	for (i = 0; i < 10 * 24; i++) {
		for (s = 0; s < 2; s++) {
			double	v = (double)tp_rng_below(&r, 100);

			feed_event(b, s == 0 ? "a" : "b", T0 + i * 60 * MIN +
			    s * MIN, v);
			if (i >= 3 * 24) {	/* the last seven days */
				hour[i % 24] += v;
				nhour[i % 24]++;
			}
			if (s == 1 && i >= 3 * 24) {
				week[i / 24 % 7][i % 24] += v;
				nweek[i / 24 % 7][i % 24]++;
			}
			if (i >= 9 * 24) {
				slow[s] += v < 30 * TP_KMH_PER_MPH;
				n[s]++;
			}
		}
	}
	j = ask(b, "/api/v1/analytics/hourly", NULL, "days", "7");
	for (h = 0; h < 24; h++)
		assert_float_equal(column_at(j, "speed_kmh", (size_t)h),
		    hour[h] / nhour[h], 0.0051);
	json_decref(j);
	j = ask(b, "/api/v1/analytics/week", NULL, "segment", "b");
	for (i = 0; i < 7 * 24; i++) {
		x = json_array_get(json_object_get(j, "speed_kmh"),
		    (size_t)i / 24);
		assert_float_equal(json_number_value(json_array_get(x,
		    (size_t)i % 24)), week[i / 24][i % 24] /
		    nweek[i / 24][i % 24], 0.0051);
	}
	json_decref(j);
	j = ask(b, "/api/v1/analytics/congested", NULL, "hours", "24");
	for (i = 0; i < 2; i++) {
		x = json_array_get(json_object_get(j, "segments"), (size_t)i);
		s = (int)number_at(x, "index");
		assert_float_equal(number_at(x, "share_congested"),
		    slow[s] / n[s], 1e-4);
	}
	json_decref(j);
	j = ask(b, "/api/v1/analytics/trend", NULL, "days", "30");
	assert_int_equal(json_array_size(json_object_get(j, "days")), 10);
	assert_float_equal(column_at(j, "days", 0), (double)T0, 0);
	json_decref(j);
	tp_board_free(b);
}

/* Frames and history hold the readings of each step, and gaps where none. */
static void
remembers_steps(void **state)
{
	struct tp_board	*b = board();
	json_t		*j, *x;
	int		 i, status;

	(void)state;
	for (i = 0; i < 3; i++)		/* the working day before */
		feed_event(b, "a", T0 - 3 * TP_DAY + i * MIN, 57);
	feed_event(b, "a", T0, 50);
	feed_event(b, "b", T0, 70);
	feed_event(b, "a", T0 + 10 * MIN, 40);
	feed_event(b, "a", T0 + 11 * MIN, 60);
	feed_forecast(b, "a", T0 + 10 * MIN, 15, 45, 40);
	j = ask(b, "/api/v1/frames", NULL, NULL, NULL);
	x = json_object_get(j, "times");
	i = (int)json_array_size(x);
	assert_float_equal(json_number_value(json_array_get(x,
	    (size_t)i - 1)), (double)(T0 + 10 * MIN), 0);
	x = json_object_get(j, "speed_kmh");
	assert_int_equal(json_array_size(x), i);
	assert_float_equal(json_number_value(json_array_get(json_array_get(x,
	    (size_t)i - 1), 0)), 50, 1e-9);
	assert_true(json_is_null(json_array_get(json_array_get(x,
	    (size_t)i - 2), 0)));
	assert_float_equal(json_number_value(json_array_get(json_array_get(x,
	    (size_t)i - 3), 1)), 70, 1e-9);
	json_decref(j);
	j = ask(b, "/api/v1/segments/{id}/history", "a", NULL, NULL);
	assert_int_equal(json_array_size(json_object_get(j, "time")), 2);
	assert_float_equal(column_at(j, "speed_kmh", 1), 50, 1e-9);
	x = json_object_get(j, "fan");
	assert_float_equal(column_at(x, "time", 0), (double)(T0 + 25 * MIN),
	    0);
	assert_float_equal(column_at(x, "p50", 0), 45, 0);
	assert_float_equal(column_at(x, "lower", 0), 40, 0);
	x = json_object_get(j, "typical");
	assert_float_equal(column_at(x, "speed_kmh", 0),
	    (3 * 57 + 50 + 40 + 60) / 6.0, 0.005);
	json_decref(j);
	j = ask(b, "/api/v1/segments/{id}/history", "b", NULL, NULL);
	x = json_object_get(json_object_get(j, "typical"), "time");
	assert_int_equal(json_array_size(x), 0);
	json_decref(j);
	assert_null(ask_of(b, tp_board_routes, "GET",
	    "/api/v1/segments/{id}/history", "no", NULL, NULL, &status));
	assert_int_equal(status, 404);
	tp_board_free(b);
}

/* Cells remember how crowded they were in each step. */
static void
remembers_crowds(void **state)
{
	static const char	line[] = "{\"cell_id\":\"%s\",\"window_start\":"
				    "%lld,\"event_count\":%d,\"avg_speed_kmh\":"
				    "20,\"congestion_level\":\"%s\"}";
	struct tp_board_conf	 c = { .tiling = { .kind = TP_TILE_GRID,
				    .metres = 250 } };
	struct tp_err		 e = { 0 };
	struct tp_board		*b = tp_board_new(&c, &e);
	json_t			*j, *x;
	size_t			 n;

	(void)state;
	feed(b, line, "a", (long long)T0, 7, "high");
	feed(b, line, "b", (long long)(T0 + 5 * MIN), 9, "LIGHT");
	j = ask(b, "/api/v1/frames", NULL, NULL, NULL);
	x = json_object_get(j, "count");
	n = json_array_size(x);
	assert_int_equal(n, json_array_size(json_object_get(j, "times")));
	assert_float_equal(json_number_value(json_array_get(json_array_get(x,
	    n - 2), 0)), 7, 0);
	assert_true(json_is_null(json_array_get(json_array_get(x, n - 1),
	    0)));
	assert_float_equal(json_number_value(json_array_get(json_array_get(x,
	    n - 1), 1)), 9, 0);
	x = json_array_get(json_object_get(j, "class"), n - 2);
	assert_float_equal(json_number_value(json_array_get(x, 0)), 2, 0);
	json_decref(j);
	j = ask(b, "/api/v1/live", NULL, NULL, NULL);
	assert_float_equal(column_at(j, "class", 1), 0, 0);
	assert_float_equal(column_at(j, "count", 1), 9, 0);
	json_decref(j);
	tp_board_free(b);
}

/* The slowest first, now and as foreseen. */
static void
ranks_hotspots(void **state)
{
	struct tp_board	*b = board();
	json_t		*j, *x;

	(void)state;
	feed_event(b, "a", T0, 50);
	feed_event(b, "b", T0, 30);
	feed_event(b, "c", T0, 90);
	feed_forecast(b, "a", T0, 15, 10, 50);
	feed_forecast(b, "b", T0, 15, 40, 30);
	j = ask(b, "/api/v1/hotspots", NULL, "n", "2");
	x = json_object_get(j, "hotspots");
	assert_int_equal(json_array_size(x), 2);
	assert_float_equal(number_at(json_array_get(x, 0), "index"), 1, 0);
	assert_float_equal(number_at(json_array_get(x, 0), "level"), 4, 0);
	json_decref(j);
	j = ask(b, "/api/v1/hotspots", NULL, "horizon", "15");
	x = json_object_get(j, "hotspots");
	assert_int_equal(json_array_size(x), 2);
	assert_float_equal(number_at(json_array_get(x, 0), "index"), 0, 0);
	assert_float_equal(number_at(json_array_get(x, 0), "change_kmh"),
	    -40, 0);
	json_decref(j);
	tp_board_free(b);
}

/* A board of squares of 250 m. */
static struct tp_board *
cells(void)
{
	struct tp_board_conf	 c = { .max_segments = 50 };
	struct tp_err		 e = { 0 };
	struct tp_board		*b;

	assert_int_equal(tp_tiling_parse(&c.tiling, "grid:250m"), 0);
	b = tp_board_new(&c, &e);
	assert_non_null(b);
	return b;
}

/* Of cells where nothing was read, the id says where they are. */
static void
places_cells(void **state)
{
	struct tp_board	*b = cells();
	char		 id[TP_TILE_MAX];
	json_t		*j, *box;
	double		 lat, lon;

	(void)state;
	tp_tile_of(&b->conf.tiling, 40.758, -73.9855, id);
	feed_forecast(b, id, T0, 15, 10, 50);
	feed_forecast(b, "no cell", T0, 15, 10, 50);
	j = ask(b, "/api/v1/segments", NULL, NULL, NULL);
	lat = column_at(j, "lat", 0);
	lon = column_at(j, "lon", 0);
	assert_float_equal(lat, 40.758, 250 / 111e3);
	assert_float_equal(lon, -73.9855, 250 / 84e3);
	box = json_array_get(json_object_get(j, "cell"), 0);
	assert_int_equal(json_array_size(box), 4);
	assert_true(json_number_value(json_array_get(box, 0)) < 40.758);
	assert_true(json_number_value(json_array_get(box, 2)) > 40.758);
	assert_true(json_number_value(json_array_get(box, 1)) < -73.9855);
	assert_true(json_number_value(json_array_get(box, 3)) > -73.9855);
	assert_true(isnan(column_at(j, "lat", 1)));
	assert_true(json_is_null(json_array_get(json_object_get(j, "cell"),
	    1)));
	json_decref(j);
	tp_board_free(b);
}

/* Cells by level and vehicles; those of one or two after all others. */
static void
ranks_cells(void **state)
{
	static const char	line[] = "{\"cell_id\":\"%s\",\"window_start\":"
				    "%lld,\"event_count\":%d,\"vehicle_count"
				    "\":%d,\"avg_speed_kmh\":%d}";
	static const int	want[] = { 2, 1, 4, 3, 0 };
	struct tp_board		*b = cells();
	json_t			*j, *x;
	size_t			 i;

	(void)state;
	feed(b, line, "one taxi that stands", (long long)T0, 40, 1, 1);
	feed(b, line, "slow", (long long)T0, 9, 3, 9);
	feed(b, line, "slow and busy", (long long)T0, 9, 8, 12);
	feed(b, line, "two taxis", (long long)T0, 2, 2, 8);
	feed(b, line, "quick", (long long)T0, 90, 50, 90);
	j = ask(b, "/api/v1/hotspots", NULL, NULL, NULL);
	x = json_object_get(j, "hotspots");
	assert_int_equal(json_array_size(x), 5);
	for (i = 0; i < 5; i++)
		assert_int_equal(number_at(json_array_get(x, i), "index"),
		    want[i]);
	assert_float_equal(number_at(json_array_get(x, 0), "count"), 8, 0);
	json_decref(j);
	tp_board_free(b);
}

int
main(void)
{
	const struct CMUnitTest	tests[] = {
		cmocka_unit_test(measures_errors),
		cmocka_unit_test(changes_model),
		cmocka_unit_test(sums_up_hours),
		cmocka_unit_test(remembers_steps),
		cmocka_unit_test(remembers_crowds),
		cmocka_unit_test(ranks_hotspots),
		cmocka_unit_test(places_cells),
		cmocka_unit_test(ranks_cells),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
