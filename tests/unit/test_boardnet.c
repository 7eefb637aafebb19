/* The lines of the base map, and routes asked of the board. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "boardfeed.h"
#include "route/routestate.h"
#include "serve/cellbox.h"
#include "serve/relative.h"
#include "serve/wayfind.h"
#include "town.h"

static double
apart(const struct tp_relative_place *p, const struct tp_relative_place *q)
{
	return hypot(p->x - q->x, p->y - q->y);
}

/* Beside the definition, with all triples. */
static void
joins_relative_neighbours(void **state)
{
	struct tp_relative_place	 p[60];
	struct tp_relative_pair		*v;
	struct tp_rng			 r;
	bool				 want[60][60], got[60][60];
	size_t				 n, i, k, m, round;

	(void)state;
	tp_rng_init(&r, 11);
	for (round = 0; round < 20; round++) {
		for (i = 0; i < 60; i++)
			p[i] = (struct tp_relative_place){
				(double)tp_rng_below(&r, 1000),
				(double)tp_rng_below(&r, 1000), (uint32_t)i,
			};
		n = tp_relative_join(p, 60, &v);
		memset(got, 0, sizeof(got));
		for (i = 0; i < n; i++)
			got[v[i].a][v[i].b] = got[v[i].b][v[i].a] = true;
		free(v);
		for (i = 0; i < 60; i++)
			for (k = 0; k < 60; k++) {
				double	d = apart(&p[i], &p[k]);
				bool	lens = i == k;

				for (m = 0; m < 60; m++)
					lens = lens || (m != i && m != k &&
					    apart(&p[i], &p[m]) < d &&
					    apart(&p[k], &p[m]) < d);
				want[p[i].id][p[k].id] = !lens;
			}
		assert_memory_equal(got, want, sizeof(got));
	}
}

/* A cell's box holds what is in the cell along both axes, and no more. */
static void
finds_boxes(void **state)
{
	static const char *const	tilings[] = {
		"grid:250m", "grid:30km", "geohash:6", "geohash:2",
	};
	struct tp_tiling		 t;
	struct tp_rng			 r;
	char				 id[TP_TILE_MAX], at[TP_TILE_MAX];
	double				 lat, lon, box[4], d;
	size_t				 n, i, k;

	(void)state;
	tp_rng_init(&r, 6);
	for (i = 0; i < 400; i++) {
		assert_int_equal(tp_tiling_parse(&t, tilings[i % 4]), 0);
		lat = (double)tp_rng_below(&r, 120000) / 1000 - 60;
		lon = (double)tp_rng_below(&r, 300000) / 1000 - 150;
		n = tp_tile_of(&t, lat, lon, id);
		assert_true(tp_cellbox(&t, id, n, lat, lon, box));
		assert_false(tp_cellbox(&t, "250m/1/1", 8, lat, lon, box));
		assert_true(box[0] < lat && lat < box[2]);
		assert_true(box[1] < lon && lon < box[3]);
		for (k = 0; k < 4; k++) {
			d = (k < 2 ? -1 : 1) * 1e-7;
			tp_tile_of(&t, k % 2 == 0 ? box[k] - d : lat,
			    k % 2 == 1 ? box[k] - d : lon, at);
			assert_string_equal(at, id);
			tp_tile_of(&t, k % 2 == 0 ? box[k] + d : lat,
			    k % 2 == 1 ? box[k] + d : lon, at);
			assert_string_not_equal(at, id);
		}
	}
}

static void
draws_neighbours(void **state)
{
	struct tp_board	*b = board();
	json_t		*j;
	int		 i;

	(void)state;
	for (i = 0; i < 3; i++)
		feed(b, "{\"segment_id\":\"s%d\",\"timestamp\":%lld,"
		    "\"speed_kmh\":50,\"latitude\":34,\"longitude\":%d}", i,
		    (long long)T0, -118 - i);
	j = ask(b, "/api/v1/net", NULL, NULL, NULL);
	assert_string_equal(json_string_value(json_object_get(j, "source")),
	    "neighbours");
	assert_int_equal(json_array_size(json_object_get(j, "lines")), 4);
	assert_int_equal(json_array_size(json_object_get(j, "segment")), 4);
	json_decref(j);
	tp_board_free(b);
}

static struct tp_board *
board_of(const struct town *w)
{
	struct tp_board_conf	 c = { .graph = &w->g };
	struct tp_err		 e = { 0 };

	return tp_board_new(&c, &e);
}

static json_t *
route(struct tp_board *b, const char *question, int *status)
{
	struct tp_buf	 body = { 0 }, out = { 0 };
	json_t		*j;

	tp_buf_str(&body, question);
	memset(tp_buf_room(&body, TP_JSON_PAD), 0, TP_JSON_PAD);
	*status = tp_wayfinder_ask(b->ways, body.p, body.n, T0, &out);
	j = *status == 200 ? json_loadb(out.p, out.n, 0, NULL) : NULL;
	tp_buf_release(&body);
	tp_buf_release(&out);
	return j;
}

/* What is said of legs fits what is said of the whole. */
static void
check_way(const json_t *x)
{
	const json_t	*points = json_object_get(x, "waypoints");
	const json_t	*legs = json_object_get(x, "speeds_kmh");
	const json_t	*free_flow = json_object_get(x, "free_flow_kmh");
	double		 km = number_at(x, "distance_km");
	double		 least = 1e9, most = 0, v;
	size_t		 i;

	assert_int_equal(json_array_size(legs) + 1, json_array_size(points));
	assert_int_equal(json_array_size(free_flow), json_array_size(legs));
	for (i = 0; i < json_array_size(legs); i++) {
		v = json_number_value(json_array_get(legs, i));
		assert_true(v <= 0.1 + json_number_value(json_array_get(
		    free_flow, i)));
		least = fmin(least, v);
		most = fmax(most, v);
	}
	v = km / number_at(x, "eta_minutes") * 60;
	assert_true(v >= least - 0.2 && v <= most + 0.2);
	assert_true(number_at(x, "eta_lower_minutes") <=
	    number_at(x, "eta_upper_minutes"));
}

static void
answers_routes(void **state)
{
	static const char	question[] = "{\"from\":{\"lat\":47.0,\"lon\":9}"
				    ",\"to\":{\"lat\":47.03,\"lon\":9.02}}";
	struct tp_rng		 r;
	struct town		 w;
	struct tp_board		*b;
	json_t			*j, *x;
	double			 before;
	unsigned		 i, found = 0;
	int			 status, round;

	(void)state;
	tp_rng_init(&r, 2);
	for (round = 0; round < 20; round++) {
		town_random(&w, &r);
		b = board_of(&w);
		feed_event(b, "s0", T0, 60);
		j = route(b, question, &status);
		assert_true(status == 200 || status == 404);
		if (j != NULL) {
			found++;
			x = json_object_get(j, "routes");
			check_way(json_array_get(x, 0));
			before = number_at(json_array_get(x, 0),
			    "eta_minutes");
			json_decref(j);
			for (i = 0; i < w.g.segments; i++) {
				char	id[16];

				snprintf(id, sizeof(id), "s%u", i);
				feed_event(b, id, T0 + MIN, 30);
			}
			j = route(b, question, &status);
			x = json_object_get(j, "routes");
			check_way(json_array_get(x, 0));
			assert_true(number_at(json_array_get(x, 0),
			    "eta_minutes") > before);
			json_decref(j);
		}
		tp_board_free(b);
		town_release(&w);
	}
	assert_true(found > 3);
}

static void
refuses_questions(void **state)
{
	static const struct {
		const char	*question;
		int		 status;
	}			 bad[] = {
		{ "", 400 }, { "[]", 400 }, { "{}", 400 }, { "{\"from\"", 400 },
		{ "{\"from\":1,\"to\":2}", 400 },
		{ "{\"from\":[91,0],\"to\":[47,9]}", 400 },
		{ "{\"from\":[12,0],\"to\":[47,9]}", 404 },
		{ "{\"from\":[47,9],\"to\":[47,9]}", 404 },
		{ "{\"from\":[47,9],\"to\":[47,9.02],\"alternatives\":9}",
		    400 },
		{ "{\"from\":[47,9],\"to\":[47,9.02],\"depart\":1000}", 404 },
	};
	struct tp_rng		 r;
	struct town		 w;
	struct tp_board		*b;
	size_t			 i;
	int			 status;

	(void)state;
	tp_rng_init(&r, 3);
	town_random(&w, &r);
	b = board_of(&w);
	feed_event(b, "s0", T0, 60);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_null(route(b, bad[i].question, &status));
		if (status != bad[i].status)
			fail_msg("%s: %d", bad[i].question, status);
	}
	tp_board_free(b);
	town_release(&w);
}

/* A search that may settle but few nodes says so. */
static void
keeps_its_budget(void **state)
{
	static const char	question[] = "{\"from\":\"n0\",\"to\":\"n%u\"}";
	struct tp_route_state	st = { 0 };
	struct tp_locate	l;
	struct tp_landmarks	none = { 0 };
	struct tp_buf		bufs[2] = { { 0 } };
	uint64_t		lines[2];
	struct tp_out		out = { .bufs = bufs, .nbufs = 2,
				    .lines = lines };
	struct tp_rng		r;
	struct town		w;
	struct tp_route_conf	c = { .g = &w.g, .locate = &l,
				    .marks = &none, .budget = 1 };
	struct tp_rec		rec = { .source = "test" };
	char			text[100];
	unsigned		i, far = 0;

	(void)state;
	tp_rng_init(&r, 4);
	town_random(&w, &r);
	tp_locate_init(&l, &w.g);
	assert_int_equal(tp_route_filter.init(&st, &c, NULL), 0);
	for (i = 1; i < w.g.nodes - w.g.node_copies; i++) {
		memset(text, 0, sizeof(text));
		snprintf(text, sizeof(text), question, i);
		assert_int_equal(tp_rec_parse(&rec, text, strlen(text)), 0);
		bufs[0].n = 0;
		tp_route_filter.record(&st, &rec, &out);
		far += strstr(tp_buf_cstr(&bufs[0]), "too_far") != NULL;
	}
	assert_true(far > 0);
	tp_rec_release(&rec);
	tp_route_filter.clear(&st);
	tp_locate_release(&l);
	tp_buf_release(&bufs[0]);
	tp_buf_release(&bufs[1]);
	town_release(&w);
}

int
main(void)
{
	const struct CMUnitTest	tests[] = {
		cmocka_unit_test(joins_relative_neighbours),
		cmocka_unit_test(finds_boxes),
		cmocka_unit_test(draws_neighbours),
		cmocka_unit_test(answers_routes),
		cmocka_unit_test(refuses_questions),
		cmocka_unit_test(keeps_its_budget),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
