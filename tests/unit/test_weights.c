/* What roads cost, by hand: news, what is usual, and the road between. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "graph/weights.h"
#include "town.h"

#define T0		INT64_C(1338768000000)	/* 2012-06-04 */

/* One road of 10 km at 60 km/h: by hand. */
static void
knows_hand_example(void **state)
{
	struct tp_builder	b = { 0 };
	struct tp_builder_road	road = { .from = 0, .to = 1,
				    .metres = 10000, .kmh = 60 };
	struct tp_point		at = { 0, 0 };
	struct tp_knot		k = { T0 + 20 * 60000, 0, { 50, 40, 90 } };
	struct town		w = { 0 };
	struct tp_weights	x;

	(void)state;
	tp_builder_node(&b, "a", 1, at);
	tp_builder_node(&b, "b", 1, at);
	assert_null(tp_builder_edge(&b, &road));
	town_finish(&w, &b, NULL);
	tp_weights_init(&x, &w.g, 0);
	same_ms(tp_weights_drive(&x, 0, TP_LANE_MID, T0, 1), 600000);
	assert_true(tp_weights_reading(&x, 0, T0, 30, 0));
	assert_true(tp_weights_forecast(&x, 0, T0, &k));
	assert_false(tp_weights_reading(&x, 0, T0 - 1, 5, 0));
	assert_int_equal(tp_weights_apply(&x), 1);
	/* 30 km/h for ten minutes: 5 km; 40 (half way to 50) for 7.5 */
	same_ms(tp_weights_drive(&x, 0, TP_LANE_MID, T0, 1), 1050000);
	/* 35 at the lower end: 5 km take 8.571 minutes */
	same_ms(tp_weights_drive(&x, 0, TP_LANE_SLOW, T0, 1),
	    600000 + 5.0 / 35 * 3600000);
	/* 60, clamped to free flow, at the upper end */
	same_ms(tp_weights_drive(&x, 0, TP_LANE_FAST, T0, 1), 900000);
	/* after 80 minutes all is free */
	same_ms(tp_weights_drive(&x, 0, TP_LANE_MID, T0 + 4800000, 1),
	    600000);
	tp_weights_expire(&x, T0 + 1);
	assert_int_equal(tp_weights_apply(&x), 1);
	assert_int_equal((int)x.version, 0);
	same_ms(tp_weights_drive(&x, 0, TP_LANE_MID, T0, 1), 600000);
	tp_weights_release(&x);
	town_release(&w);
}

/* Segments on the edges of main_road() that begin and end it. */
static bool
on_ends(uint32_t e)
{
	return e == 0 || e == 5;
}

/* a -> b <-> c -> d -> e on Main, all 1 km; Side from b to f, from there and
 * from e back to a.  Edges in the order of their letters. */
static void
main_road(struct town *w)
{
	static const char	way[][3] = { "ab", "bc", "bf", "cb", "cd",
				    "de", "ea", "fa" };
	struct tp_builder	b = { 0 };
	struct tp_point		at = { 0, 0 };
	struct tp_builder_road	road = { .metres = 1000, .kmh = 60 };
	uint32_t		main, side;
	size_t			i;

	*w = (struct town){ 0 };
	for (i = 0; i < 6; i++)
		tp_builder_node(&b, &"abcdef"[i], 1, at);
	main = tp_builder_name(&b, "Main", 4);
	side = tp_builder_name(&b, "Side", 4);
	for (i = 0; i < 8; i++) {
		road.from = (uint32_t)(way[i][0] - 'a');
		road.to = (uint32_t)(way[i][1] - 'a');
		road.name = way[i][1] == 'f' || way[i][1] == 'a' ? side :
		    main;
		assert_null(tp_builder_edge(&b, &road));
	}
	town_finish(w, &b, on_ends);
}

static void
takes_minutes(const struct tp_weights *w, uint32_t e, double want)
{
	double	got = tp_weights_drive(w, e, TP_LANE_MID, T0, 1) / 60000;

	if (fabs(got - want) > 1e-4)
		fail_msg("edge %u: %.5f minutes, not %.5f", e, got, want);
}

static void
follows_road(void **state)
{
	static const struct {
		double	reach, first, last;	/* of which segments tell */
		double	bc, cd;			/* rates by hand */
	} cases[] = {
		{ 3000, 30, -1, 0.5, 0.5 },	/* the only one known */
		{ 3000, 30, 60, (0.5 + 1.0 / 2) / 1.5, (0.5 / 2 + 1) / 1.5 },
		{ 1500, 30, 60, 0.5, 1 },
		{ 1500, 30, -1, 0.5, 1 },
		{ 3000, 0, 15, 0.25, 0.25 },	/* what is closed tells of
						 * itself alone */
		{ 0, 30, 15, 1, 1 },
	};
	struct town		w;
	struct tp_weights	x;
	size_t			i;

	(void)state;
	main_road(&w);
	assert_int_equal(w.g.edges, 8);
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		tp_weights_init(&x, &w.g, cases[i].reach);
		assert_true(tp_weights_reading(&x, tp_graph_find_segment(
		    &w.g, "s0", 2), T0, cases[i].first, 0));
		if (cases[i].last >= 0)
			assert_true(tp_weights_reading(&x,
			    tp_graph_find_segment(&w.g, "s5", 2), T0,
			    cases[i].last, 0));
		assert_int_equal(tp_weights_apply(&x),
		    cases[i].last >= 0 ? 2 : 1);
		takes_minutes(&x, 0, 60 / cases[i].first);
		takes_minutes(&x, 1, 1 / cases[i].bc);
		takes_minutes(&x, 4, 1 / cases[i].cd);
		/* back, and other roads */
		takes_minutes(&x, 3, 1);
		takes_minutes(&x, 2, 1);
		takes_minutes(&x, 7, 1);
		assert_false(tp_weights_live(&x, 1, T0));
		assert_true(tp_weights_live(&x, 0, T0));
		tp_weights_expire(&x, T0 + 1);
		tp_weights_apply(&x);
		takes_minutes(&x, 1, 1);
		tp_weights_release(&x);
	}
	town_release(&w);
}

/* On the lines from a reading to a forecast and on to what is usual. */
static void
fades_to_usual(void **state)
{
	struct town		w;
	struct tp_weights	x;
	struct tp_knot		k = { T0 + 20 * 60000, 0, { 50, 40, 55 } };
	float			usual[2 * TP_USUAL];
	uint8_t			place[TP_WEEK] = { 0 };
	uint32_t		s;
	int			i;

	(void)state;
	main_road(&w);
	for (i = 0; i < 2 * TP_USUAL; i++)
		usual[i] = 20;
	tp_weights_init(&x, &w.g, 0);
	tp_weights_usual(&x, usual, 1);
	tp_weights_calendar(&x, T0 / 3600000, place);
	takes_minutes(&x, 0, 3);
	s = tp_graph_find_segment(&w.g, "s0", 2);
	assert_true(tp_weights_reading(&x, s, T0, 30, 0));
	assert_true(tp_weights_forecast(&x, s, T0, &k));
	tp_weights_apply(&x);
	for (i = 0; i < 8; i++) {
		static const double	kmh[] = { 30, 40, 50, 40, 30, 20, 20,
					    20 };

		same_ms(tp_weights_still(&x, 0, (double)T0 + i * 600000, 1),
		    3600000 / kmh[i]);
		assert_int_equal(tp_weights_live(&x, 0, (double)T0 +
		    i * 600000), i < 5);
	}
	tp_weights_release(&x);
	town_release(&w);
}

/* A reading alone holds for all slots, and everything after them is free,
 * whenever one sets out; so it is once the forecasts are forgotten. */
static void
holds_to_the_end(void **state)
{
	static const struct {
		double	minutes, share, want;	/* after T0 */
	} cases[] = {
		{ -600, 1, 2 }, { 0, 1, 2 }, { 0, 0.25, 0.5 }, { 77, 1, 2 },
		{ 79, 1, 1.5 }, { 79.5, 1, 1.25 }, { 79.5, 0.25, 0.5 },
		{ 80, 1, 1 }, { 81, 0, 0 }, { 60 * 24 * 60, 1, 1 },
	};
	struct town		w;
	struct tp_weights	x;
	struct tp_knot		k = { T0 + 20 * 60000, 0, { 50, 40, 55 } };
	double			t;
	uint32_t		s;
	enum tp_lane		lane;
	size_t			i;

	(void)state;
	main_road(&w);
	tp_weights_init(&x, &w.g, 0);
	s = tp_graph_find_segment(&w.g, "s0", 2);
	assert_true(tp_weights_forecast(&x, s, T0 - 60000, &k));
	assert_true(tp_weights_reading(&x, s, T0, 30, 0));
	tp_weights_apply(&x);
	same_ms(tp_weights_drive(&x, 0, TP_LANE_SLOW, T0 + 1200000, 1),
	    60000 * 60.0 / 40);
	tp_weights_expire(&x, T0);
	tp_weights_apply(&x);
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		t = (double)T0 + cases[i].minutes * 60000;
		for (lane = TP_LANE_MID; lane < TP_LANES; lane++)
			same_ms(tp_weights_drive(&x, 0, lane, t,
			    cases[i].share), cases[i].want * 60000);
		same_ms(tp_weights_still(&x, 0, t, cases[i].share),
		    cases[i].share * (cases[i].minutes < 80 ? 2 : 1) * 60000);
	}
	tp_weights_release(&x);
	town_release(&w);
}

static void
knows_the_least(void **state)
{
	static const struct {
		double	from, until, want;	/* minutes */
	} cases[] = {
		/* at 30 km/h, from the tenth minute at 40, the 20th at 50 */
		{ 0, 5, 2 }, { -5, 5, 2 }, { 0, 15, 1.5 }, { 0, 25, 1.2 },
		{ 12, 18, 1.5 }, { 21, 25, 1.2 }, { 0, 79, 1.2 },
		{ 0, 80, 1 }, { 30, 600, 1 }, { 90, 91, 1 },
	};
	struct town		w;
	struct tp_weights	x;
	struct tp_knot		k = { T0 + 20 * 60000, 0, { 50, 40, 55 } };
	uint32_t		s;
	size_t			i;

	(void)state;
	main_road(&w);
	tp_weights_init(&x, &w.g, 0);
	same_ms(tp_weights_least(&x, 0, T0, T0 + 60000, 0.5), 30000);
	s = tp_graph_find_segment(&w.g, "s0", 2);
	assert_true(tp_weights_reading(&x, s, T0, 30, 0));
	assert_true(tp_weights_forecast(&x, s, T0, &k));
	tp_weights_apply(&x);
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		same_ms(tp_weights_least(&x, 0, T0 + cases[i].from * 60000,
		    T0 + cases[i].until * 60000, 0.5),
		    cases[i].want * 30000);
	assert_true(tp_weights_reading(&x, s, T0 + 1, 0, 0));
	tp_weights_apply(&x);
	assert_true(isinf(tp_weights_least(&x, 0, T0, T0 + 60000, 0.5)));
	tp_weights_release(&x);
	town_release(&w);
}

int
main(void)
{
	const struct CMUnitTest	tests[] = {
		cmocka_unit_test(knows_hand_example),
		cmocka_unit_test(follows_road),
		cmocka_unit_test(fades_to_usual),
		cmocka_unit_test(holds_to_the_end),
		cmocka_unit_test(knows_the_least),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
