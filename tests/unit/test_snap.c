/* Finding edges by place against looking at all of them; snapping on grids. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/rng.h"
#include "graph/builder.h"
#include "graph/snapall.h"
#include "town.h"

#define SIDE	8		/* of the grid, in streets */

/* A grid of two-way streets about 150 by 220 m apart, some with a bend. */
static void
grid(struct tp_graph *g, struct tp_buf *file, struct tp_rng *rng)
{
	struct tp_builder	b = { 0 };
	struct tp_builder_opts	o = { false, false };
	struct tp_builder_stats	st;
	struct tp_err		e = { 0 };
	char			name[8];
	uint32_t		i, k, to;

	for (i = 0; i < SIDE * SIDE; i++) {
		struct tp_point	at = {
			470000000 + (int32_t)(i / SIDE * 20000 +
			    tp_rng_below(rng, 4000)),
			90000000 + (int32_t)(i % SIDE * 20000 +
			    tp_rng_below(rng, 4000)),
		};

		snprintf(name, sizeof(name), "%u", i);
		tp_builder_node(&b, name, strlen(name), at);
	}
	for (i = 0; i < SIDE * SIDE; i++)
		for (k = 0; k < 2; k++) {
			struct tp_builder_road	r = { .from = i, .kmh = 50 };
			struct tp_point		mid;

			if (k == 0 ? i % SIDE == SIDE - 1 :
			    i / SIDE == SIDE - 1)
				continue;
			to = r.to = k == 0 ? i + 1 : i + SIDE;
			mid.lat = (b.nodes[i].at.lat + b.nodes[to].at.lat) / 2 +
			    (int32_t)tp_rng_below(rng, 2000);
			mid.lon = (b.nodes[i].at.lon + b.nodes[to].at.lon) / 2;
			r.line = tp_builder_point(&b, mid);
			r.lines = 1;
			r.metres = tp_point_metres(b.nodes[i].at, mid) +
			    tp_point_metres(mid, b.nodes[to].at);
			r.name = tp_builder_name(&b, k == 0 ? "Cross" :
			    "Long Street", k == 0 ? 5 : 11);
			assert_null(tp_builder_edge(&b, &r));
			r.from = to;
			r.to = i;
			r.backwards = true;
			assert_null(tp_builder_edge(&b, &r));
		}
	*file = (struct tp_buf){ 0 };
	assert_int_equal(tp_builder_finish(&b, &o, &st, "t", file, &e), 0);
	assert_int_equal(tp_graph_view(g, file->p, file->n, "t", &e), 0);
	tp_builder_release(&b);
}

/* The nearest node is that of all ends of edges. */
static void
check_node(const struct tp_locate *l, struct tp_point p)
{
	const struct tp_graph	*g = l->g;
	double			 metres = 0, best = INFINITY;
	uint32_t		 i, v = tp_locate_node(l, p, &metres);

	for (i = 0; i < g->edges; i++) {
		best = fmin(best, tp_point_metres(p, g->at[g->tail[i]]));
		best = fmin(best, tp_point_metres(p, g->at[g->head[i]]));
	}
	/* a plane is not quite a sphere */
	assert_true(v < g->nodes - g->node_copies);
	assert_true(fabs(metres - best) < 0.01 + best / 500);
	assert_true(tp_point_metres(p, g->at[v]) < 0.01 + best * 1.004);
}

static void
test_near(void **state)
{
	struct tp_rng		rng;
	struct tp_graph		g;
	struct tp_buf		file;
	struct tp_locate	l;
	struct tp_spot		spots[1000];
	int			i, found = 0;

	(void)state;
	tp_rng_init(&rng, 1);
	grid(&g, &file, &rng);
	tp_locate_init(&l, &g);
	for (i = 0; i < 300; i++) {
		struct tp_point	p = {
			469950000 + (int32_t)tp_rng_below(&rng, 250000),
			89950000 + (int32_t)tp_rng_below(&rng, 250000),
		};
		double		metres = 1 + 400 * tp_rng_uniform(&rng);
		size_t		n = tp_locate_near(&l, p, metres, spots, 1000);
		size_t		want = 0, k;
		uint32_t	e;

		for (e = 0; e < g.edges; e++)
			want += distance(&g, e, p) <= metres;
		assert_int_equal(n, want);
		for (k = 0; k < n; k++) {
			assert_true(fabs(distance(&g, spots[k].edge, p) -
			    (double)spots[k].metres) < 0.01);
			assert_true(fabs(tp_point_metres(p, spots[k].at) -
			    (double)spots[k].metres) < 1);
			assert_true(k == 0 ||
			    spots[k - 1].metres <= spots[k].metres);
			assert_true(spots[k].along_cm <=
			    g.length_cm[spots[k].edge]);
		}
		found += n > 0;
		check_node(&l, p);
		p.lat += 3000000;	/* far away */
		check_node(&l, p);
	}
	assert_true(found > 100);
	tp_locate_release(&l);
	tp_buf_release(&file);
}

static void
site(struct tp_sites *s, struct tp_buf *b)
{
	struct tp_line	l = { .lineno = 1 };

	memset(tp_buf_room(b, TP_JSON_PAD), 0, TP_JSON_PAD);
	l.p = b->p;
	l.n = b->n;
	assert_int_equal(tp_sites_line(s, &l), 0);
	b->n = 0;
}

/*
 * A walk over the grid that never turns back, seen some metres off: it lies on
 * the edges of the walk, all of them but where it begins and ends.
 */
static void
test_shapes(void **state)
{
	struct tp_rng		rng;
	struct tp_graph		g;
	struct tp_buf		file, b = { 0 };
	struct tp_locate	l;
	int			i;

	(void)state;
	tp_rng_init(&rng, 2);
	grid(&g, &file, &rng);
	tp_locate_init(&l, &g);
	for (i = 0; i < 200; i++) {
		struct tp_err		e = { 0 };
		struct tp_sites		s = { .name = "t", .e = &e };
		struct tp_segments	out = { 0 };
		uint32_t		walk[6], n = 0, k, x;

		walk[n++] = (uint32_t)tp_rng_below(&rng, g.edges);
		while (n < 6) {
			uint32_t	v = g.head[walk[n - 1]];

			x = g.out[v] + (uint32_t)tp_rng_below(&rng,
			    g.out[v + 1] - g.out[v]);
			if (g.head[x] != g.tail[walk[n - 1]])
				walk[n++] = x;
		}
		tp_buf_lit(&b, "{\"segment_id\":\"w\",\"shape\":[");
		for (k = 0; k < n; k++)
			for (x = 0; x < 2; x++) {
				struct tp_point	p = tp_graph_line_point(&g,
						    walk[k], x);

				tp_buf_printf(&b, "%s[%.7f,%.7f]",
				    k + x > 0 ? "," : "",
				    tp_degrees(p.lat + 200),
				    tp_degrees(p.lon - 200));
			}
		tp_buf_lit(&b, "]}");
		site(&s, &b);
		assert_true(tp_snap_shape(&l, &s, 0, 40, &out) > 0.95f);
		/* the last piece of the walk is only half seen */
		assert_int_equal(out.n, n);
		for (k = 0; k < n; k++) {
			assert_int_equal(out.v[k].link.edge, walk[k]);
			assert_true(k == 0 || out.v[k].link.from_cm == 0);
			assert_true(k == n - 1 || out.v[k].link.to_cm ==
			    g.length_cm[walk[k]]);
		}
		tp_segments_release(&out);
		tp_sites_release(&s);
	}
	tp_locate_release(&l);
	tp_buf_release(&b);
	tp_buf_release(&file);
}

/* Sensors in the middle of an edge, with its heading: never the other way. */
static void
test_sensors(void **state)
{
	static const struct {
		const char	*word;
		int		 dlat, dlon;
	} ways[] = {
		{ "N", 1, 0 }, { "southbound", -1, 0 }, { "east", 0, 1 },
		{ "WB", 0, -1 },
	};
	struct tp_rng		rng;
	struct tp_graph		g;
	struct tp_buf		file, b = { 0 };
	struct tp_locate	l;
	struct tp_link		k;
	float			rival;
	size_t			i;
	uint32_t		e;

	(void)state;
	tp_rng_init(&rng, 3);
	grid(&g, &file, &rng);
	tp_locate_init(&l, &g);
	for (e = 0; e < g.edges; e++) {
		struct tp_err	err = { 0 };
		struct tp_sites	s = { .name = "t", .e = &err };
		struct tp_point	p = tp_graph_line_point(&g, e, 1);
		struct tp_point	a = g.at[g.tail[e]], z = g.at[g.head[e]];
		bool		street = z.lat - a.lat > 10000 ||
				    a.lat - z.lat > 10000;

		for (i = 0; i < 4; i++)
			if (street ? (z.lat - a.lat) * ways[i].dlat > 0 :
			    (z.lon - a.lon) * ways[i].dlon > 0)
				break;
		tp_buf_printf(&b, "{\"segment_id\":\"x\",\"latitude\":%.7f,"
		    "\"longitude\":%.7f,\"direction\":\"%s\","
		    "\"road_name\":\"%s\"}", tp_degrees(p.lat),
		    tp_degrees(p.lon), ways[i].word,
		    street ? "long-street N" : "cross");
		site(&s, &b);
		k = tp_snap_sensor(&l, &s, 0, 50, &rival);
		assert_int_equal(k.edge, e);
		assert_true(k.score > 0.8f && rival < 0.2f);
		assert_int_equal(k.from_cm, k.to_cm);
		tp_sites_release(&s);
	}
	tp_locate_release(&l);
	tp_buf_release(&b);
	tp_buf_release(&file);
}

int
main(void)
{
	static const struct CMUnitTest	tests[] = {
		cmocka_unit_test(test_near),
		cmocka_unit_test(test_shapes),
		cmocka_unit_test(test_sensors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
