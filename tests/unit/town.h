/*
 * Made road graphs with forbidden turns, and a segment "sI" on own edge I.
 * Include after cmocka.h.
 */
#ifndef TESTS_UNIT_TOWN_H
#define TESTS_UNIT_TOWN_H

#include <math.h>

#include "base/rng.h"
#include "graph/builder.h"
#include "graph/point.h"
#include "graph/segments.h"

#define TOWN_NODES	40
#define FREE_KMH	60

/* A graph in memory. */
struct town {
	struct tp_buf	first, file;
	struct tp_graph	g;
};

static inline void
town_view(struct tp_graph *g, struct tp_buf *b)
{
	struct tp_err	e = { 0 };

	if (tp_graph_view(g, b->p, b->n, "town", &e) != 0)
		fail_msg("%s", e.text);
}

/* With segments on those own edges of which `some` (NULL: all) says so. */
static inline void
town_finish(struct town *w, struct tp_builder *b, bool (*some)(uint32_t))
{
	struct tp_builder_opts	o = { 0 };
	struct tp_builder_stats	stats;
	struct tp_segments	segs = { 0 };
	struct tp_graph		g;
	struct tp_err		e = { 0 };
	char			name[16];
	uint32_t		i;

	if (tp_builder_finish(b, &o, &stats, "town", &w->first, &e) != 0)
		fail_msg("%s", e.text);
	tp_builder_release(b);
	town_view(&g, &w->first);
	for (i = 0; i < g.edges - g.edge_copies; i++) {
		struct tp_link	l = { i, g.length_cm[i] / 2,
				    g.length_cm[i] / 2, 1 };

		if (some != NULL && !some(i))
			continue;
		snprintf(name, sizeof(name), "s%u", i);
		tp_segments_add(&segs, name, strlen(name), l);
	}
	tp_segments_write(&segs, &g, &w->file);
	tp_segments_release(&segs);
	tp_graph_release(&g);
	town_view(&w->g, &w->file);
}

static inline void
town_random(struct town *w, struct tp_rng *r)
{
	struct tp_builder	b = { 0 };
	struct tp_point		at;
	char			name[16];
	uint32_t		n = 2 + (uint32_t)tp_rng_below(r, TOWN_NODES), i;
	uint32_t		m = n * 3, from[TOWN_NODES * 6], to[TOWN_NODES * 6], j;

	*w = (struct town){ 0 };
	for (i = 0; i < n; i++) {
		assert_int_equal(tp_point_set(&at, 47 + i % 6 * 0.01,
		    9 + i / 6 * 0.01), 0);
		snprintf(name, sizeof(name), "n%u", i);
		tp_builder_node(&b, name, strlen(name), at);
	}
	for (i = 0; i < m; i++) {
		struct tp_builder_road	road = {
			.from = (uint32_t)tp_rng_below(r, n),
			.metres = (double)(1 + tp_rng_below(r, 20000)),
			.kmh = FREE_KMH,
		};

		road.to = (road.from + 1 + (uint32_t)tp_rng_below(r, 5)) % n;
		from[i] = road.from;
		to[i] = road.to;
		assert_null(tp_builder_edge(&b, &road));
	}
	for (i = 0; i < m; i++)
		for (j = 0; j < m; j++)
			if (to[i] == from[j] && tp_rng_below(r, 6) == 0)
				tp_builder_ban(&b, i, j);
	town_finish(w, &b, NULL);
}

static inline void
town_release(struct town *w)
{
	tp_graph_release(&w->g);
	tp_buf_release(&w->first);
	tp_buf_release(&w->file);
}

static inline void
same_ms(double got, double want)
{
	if (isinf(got) != isinf(want) ||
	    (!isinf(got) && fabs(got - want) > 0.05 + want * 1e-6))
		fail_msg("%.3f ms, not %.3f", got, want);
}

/* Metres from p to edge e, by all of its pieces. */
static inline double
distance(const struct tp_graph *g, uint32_t e, struct tp_point p)
{
	struct tp_plane	s = tp_plane_at(p);
	double		best = INFINITY, m;
	uint32_t	i;

	for (i = 0; i + 1 < tp_graph_line_size(g, e); i++) {
		tp_plane_foot(&s, tp_graph_line_point(g, e, i),
		    tp_graph_line_point(g, e, i + 1), &m);
		best = fmin(best, m);
	}
	return best;
}

#endif
