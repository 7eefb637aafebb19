/*
 * The search back that goes before: where what it knows no longer holds, and
 * that it is worth its while.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "graph/search.h"
#include "town.h"

#define T0		INT64_C(1338768000000)	/* 2012-06-04 */
#define SIDE		40
#define QUESTIONS	40

struct desk {				/* all that a search needs */
	struct tp_weights	w;
	struct tp_search	s, back;
	struct tp_landmarks	marks;
	struct tp_way		p;
};

static void
desk_open(struct desk *d, const struct tp_graph *g)
{
	*d = (struct desk){ 0 };
	tp_weights_init(&d->w, g, 0);
	tp_search_init(&d->s, g, &d->w);
	tp_search_init(&d->back, g, &d->w);
	tp_landmarks_init(&d->marks, g, 6);
}

static void
desk_close(struct desk *d)
{
	tp_search_release(&d->s);
	tp_search_release(&d->back);
	tp_weights_release(&d->w);
	tp_landmarks_release(&d->marks);
	tp_way_release(&d->p);
}

/* a -> x -> d and a -> y -> d, in free flow 9 + 1 and 5 + 5 minutes; and back
 * from d to a.  Edges in the order of their letters: ax ay da xd yd. */
static void
two_ways(struct town *w)
{
	static const struct {
		uint32_t	from, to;
		double		minutes;
	} roads[] = {
		{ 0, 2, 9 }, { 0, 3, 5 }, { 1, 0, 10 }, { 2, 1, 1 },
		{ 3, 1, 5 },
	};
	struct tp_builder	b = { 0 };
	struct tp_point		at = { 0, 0 };
	size_t			i;

	*w = (struct town){ 0 };
	for (i = 0; i < 4; i++)
		tp_builder_node(&b, &"adxy"[i], 1, at);
	for (i = 0; i < sizeof(roads) / sizeof(*roads); i++) {
		struct tp_builder_road	road = {
			.from = roads[i].from, .to = roads[i].to,
			.metres = roads[i].minutes / 60 * FREE_KMH * 1000,
			.kmh = FREE_KMH,
		};

		assert_null(tp_builder_edge(&b, &road));
	}
	town_finish(w, &b, NULL);
}

/* One way takes 40 minutes.  The other comes to a jam after 22, which ends
 * after 30: later than the search back has looked. */
static void
sees_jam_end(void **state)
{
	struct town	w;
	struct desk	d;
	struct tp_ends	from = { 0 }, to = { 0 };
	struct tp_task	k = { .from = &from, .to = &to, .t = (double)T0,
			    .marks = &d.marks, .back = &d.back };
	int		i;

	(void)state;
	two_ways(&w);
	desk_open(&d, &w.g);
	assert_true(tp_weights_reading(&d.w, 0, T0, FREE_KMH * 9.0 / 39, 0));
	assert_true(tp_weights_reading(&d.w, 1, T0, FREE_KMH * 5.0 / 22, 0));
	assert_true(tp_weights_reading(&d.w, 4, T0, FREE_KMH * 0.1, 0));
	for (i = 1; i < 5; i++) {
		float		kmh = FREE_KMH * (i < 3 ? 0.1f : 1);
		struct tp_knot	x = { T0 + i * 600000, 0,
				    { kmh, kmh, kmh } };

		assert_true(tp_weights_forecast(&d.w, 4, T0, &x));
	}
	tp_weights_apply(&d.w);
	tp_ends_node(&from, &w.g, 0, true);
	tp_ends_node(&to, &w.g, 1, false);
	assert_true(tp_search_way(&d.s, &k, &d.p));
	same_ms(d.p.ms, (30 + 5 - 0.8) * 60000);
	desk_close(&d);
	town_release(&w);
}

/* A town of SIDE * SIDE crossings, all streets both ways and slow at once. */
static void
jammed_grid(struct town *w, struct tp_rng *r)
{
	struct tp_builder	b = { 0 };
	struct tp_point		at = { 0, 0 };
	uint32_t		i, k;
	char			name[16];

	*w = (struct town){ 0 };
	for (i = 0; i < SIDE * SIDE; i++) {
		snprintf(name, sizeof(name), "n%u", i);
		tp_builder_node(&b, name, strlen(name), at);
	}
	for (i = 0; i < SIDE * SIDE; i++)
		for (k = 0; k < 4; k++) {
			struct tp_builder_road	road = {
				.from = i, .metres = 80 +
				    (double)tp_rng_below(r, 60),
				.kmh = FREE_KMH,
			};

			road.to = k / 2 == 0 ? i + 1 : i + SIDE;
			if (road.to >= SIDE * SIDE ||
			    (k / 2 == 0 && road.to % SIDE == 0))
				continue;
			if (k % 2 == 1) {
				road.from = road.to;
				road.to = i;
			}
			assert_null(tp_builder_edge(&b, &road));
		}
	town_finish(w, &b, NULL);
}

/* Nodes that a search settles, and in *ms what it found. */
static uint64_t
settled(struct desk *d, const struct tp_task *k, double *ms)
{
	const uint64_t	all = UINT64_MAX;
	uint64_t	left = all;

	d->s.budget = &left;
	*ms = tp_search_way(&d->s, k, &d->p) ? d->p.ms : INFINITY;
	d->s.budget = NULL;
	return all - left;
}

/* Where all roads are slow, landmarks tell less than with a search back. */
static void
settles_fewer(void **state)
{
	struct town	w;
	struct desk	d;
	struct tp_rng	r;
	uint64_t	plain = 0, marks = 0, both = 0;
	double		want, ms;
	uint32_t	i;

	(void)state;
	tp_rng_init(&r, 9);
	jammed_grid(&w, &r);
	desk_open(&d, &w.g);
	for (i = 0; i < w.g.segments; i++)
		assert_true(tp_weights_reading(&d.w, i, T0, FREE_KMH * 0.6 *
		    (1 + tp_rng_uniform(&r) * 2 / 3), 0));
	tp_weights_apply(&d.w);
	for (i = 0; i < QUESTIONS; i++) {
		struct tp_ends	from = { 0 }, to = { 0 };
		struct tp_task	k = { .from = &from, .to = &to,
				    .t = (double)T0 };

		tp_ends_node(&from, &w.g, (uint32_t)tp_rng_below(&r,
		    SIDE * SIDE), true);
		tp_ends_node(&to, &w.g, (uint32_t)tp_rng_below(&r,
		    SIDE * SIDE), false);
		plain += settled(&d, &k, &want);
		k.marks = &d.marks;
		marks += settled(&d, &k, &ms);
		same_ms(ms, want);
		k.back = &d.back;
		both += settled(&d, &k, &ms);
		same_ms(ms, want);
	}
	assert_true(marks < plain * 0.8 && both < marks * 0.9);
	desk_close(&d);
	town_release(&w);
}

int
main(void)
{
	const struct CMUnitTest	tests[] = {
		cmocka_unit_test(sees_jam_end),
		cmocka_unit_test(settles_fewer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
