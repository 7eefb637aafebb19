/* What is near a place, against looking at every edge. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "rebuild.h"
#include "route/route.h"
#include "town.h"

#define T0		INT64_C(1338768000000)	/* 2012-06-04 */
#define TOWNS		20
#define PLACES		100
#define SAME_METRES	0.5
#define SLACK		0.01	/* metres: figures have two decimals */
#define TEXT		65536

/* A value of an answer, as fields of its own. */
struct part {
	char			text[TEXT + TP_JSON_PAD];
	struct tp_json_obj	o;
};

static void
open_part(struct part *x, const struct tp_json_val *v)
{
	assert_true(v->n <= TEXT);
	memset(x->text, 0, sizeof(x->text));
	memcpy(x->text, v->p, v->n);
	x->o = (struct tp_json_obj){ 0 };
	assert_int_equal(v->type == TP_JSON_ARR ?
	    tp_json_array(&x->o, x->text, v->n) :
	    tp_json_object(&x->o, x->text, v->n), 0);
}

/* The number of this name, NAN where there is none. */
static double
num(const struct tp_json_obj *o, const char *name)
{
	const struct tp_json_field	*f = tp_json_find(o, name);
	double				 d = NAN;

	if (f != NULL)
		assert_int_equal(tp_json_num(&f->v, &d), 0);
	return d;
}

static void
assert_text(const struct tp_json_obj *o, const char *name, const char *want)
{
	const struct tp_json_field	*f = tp_json_find(o, name);

	assert_non_null(f);
	assert_int_equal(f->v.n, strlen(want));
	assert_memory_equal(f->v.p, want, f->v.n);
}

/* An edge of the answer: km/h of each edge's segment, 0: closed, -1: none. */
static void
check_edge(const struct tp_graph *g, const struct tp_json_obj *o,
    struct tp_point p, const double *kmh)
{
	uint32_t	e = (uint32_t)num(o, "edge");
	char		want[32];
	struct tp_point	at;

	assert_true(e < g->edges - g->edge_copies);
	assert_text(o, "from", g->text + g->node_name[g->tail[e]]);
	assert_text(o, "to", g->text + g->node_name[g->head[e]]);
	assert_true(fabs(num(o, "metres") - distance(g, e, p)) < SLACK);
	assert_int_equal(tp_point_set(&at, num(o, "lat"), num(o, "lon")), 0);
	assert_true(fabs(num(o, "metres") - tp_point_metres(p, at)) <
	    1 + num(o, "metres") / 500);
	assert_true(distance(g, e, at) < 0.1);
	assert_true(num(o, "along_m") >= 0 &&
	    num(o, "along_m") <= num(o, "length_m"));
	snprintf(want, sizeof(want), "[\"s%u\"]", e);
	assert_text(o, "segments", want);
	assert_true(num(o, "free_flow_speed_kmh") == FREE_KMH);
	assert_int_equal(tp_json_find(o, "closed") != NULL, kmh[e] == 0);
	if (kmh[e] <= 0)
		assert_null(tp_json_find(o, "speed_kmh"));
	else
		assert_true(fabs(num(o, "speed_kmh") -
		    fmin(kmh[e], FREE_KMH)) < 0.11);
}

/* All edges that are as near as the nearest, and none else. */
static void
check_edges(const struct tp_graph *g, const struct tp_json_val *v,
    struct tp_point p, const double *kmh)
{
	static struct part	all, one;
	uint32_t		own = g->edges - g->edge_copies, e;
	bool			seen[TOWN_NODES * 6] = { false };
	double			best = INFINITY, m;
	size_t			i;

	for (e = 0; e < own; e++)
		best = fmin(best, distance(g, e, p));
	open_part(&all, v);
	for (i = 0; i < all.o.n; i++) {
		open_part(&one, &all.o.f[i].v);
		check_edge(g, &one.o, p, kmh);
		assert_true(num(&one.o, "metres") <
		    best + (i == 0 ? 0 : SAME_METRES) + SLACK);
		e = (uint32_t)num(&one.o, "edge");
		assert_false(seen[e]);
		seen[e] = true;
		tp_json_obj_release(&one.o);
	}
	for (e = 0; e < own; e++) {
		m = distance(g, e, p);
		assert_true(seen[e] || m > best + SAME_METRES - SLACK);
	}
	tp_json_obj_release(&all.o);
}

static void
check_node(const struct tp_graph *g, const struct tp_json_val *v,
    struct tp_point p)
{
	static struct part	x;
	const struct tp_json_field *name;
	struct tp_plane		s = tp_plane_at(p);
	double			best = INFINITY;
	uint32_t		i, node;

	open_part(&x, v);
	/* nodes without a road do not count */
	for (i = 0; i < 2 * g->edges; i++) {
		struct tp_xy	xy = tp_plane_xy(&s, g->at[i % 2 == 0 ?
				    g->tail[i / 2] : g->head[i / 2]]);

		best = fmin(best, hypot(xy.x, xy.y));
	}
	assert_true(fabs(num(&x.o, "metres") - best) < SLACK);
	name = tp_json_find(&x.o, "node");
	assert_non_null(name);
	node = tp_graph_find_node(g, name->v.p, name->v.n);
	assert_true(node != TP_GRAPH_NONE);
	assert_true(tp_point_metres(g->at[node], p) < best * 1.01 + 0.1);
	tp_json_obj_release(&x.o);
}

/* Checks an answer; returns whether the place was on the map. */
static bool
check_answer(const struct tp_graph *g, const char *line, size_t n,
    struct tp_point p, const double *kmh)
{
	static struct part	x;
	double			best = INFINITY;
	uint32_t		e;

	open_part(&x, &(struct tp_json_val){ .p = line, .n = n,
	    .type = TP_JSON_OBJ });
	for (e = 0; e < g->edges - g->edge_copies; e++)
		best = fmin(best, distance(g, e, p));
	if (best > TP_ROUTE_REACH) {
		assert_text(&x.o, "status", "off_map");
		assert_null(tp_json_find(&x.o, "edges"));
	} else {
		assert_text(&x.o, "status", "ok");
		assert_true(num(&x.o, "timestamp") == (double)T0);
		check_edges(g, &tp_json_find(&x.o, "edges")->v, p, kmh);
		check_node(g, &tp_json_find(&x.o, "node")->v, p);
	}
	tp_json_obj_release(&x.o);
	return best <= TP_ROUTE_REACH;
}

/* A reading of most edges, then the places; kmh as in check_edge(). */
static void
make_log(struct tp_buf *log, const struct tp_graph *g, struct tp_rng *r,
    double *kmh, struct tp_point *p)
{
	uint32_t	e, i;

	for (e = 0; e < g->edges - g->edge_copies; e++) {
		kmh[e] = (double)tp_rng_below(r, 90) - 1;
		if (kmh[e] < 0)
			continue;
		tp_buf_printf(log, "{\"segment_id\":\"s%u\",\"timestamp\":"
		    "%lld,", e, (long long)T0);
		if (kmh[e] == 0)
			tp_buf_lit(log, "\"jam_factor\":10}\n");
		else
			tp_buf_printf(log, "\"speed_kmh\":%.0f}\n", kmh[e]);
	}
	for (i = 0; i < PLACES; i++) {
		assert_int_equal(tp_point_set(&p[i], 46.98 +
		    0.09 * tp_rng_uniform(r), 8.98 +
		    0.07 * tp_rng_uniform(r)), 0);
		tp_buf_printf(log, "{\"latitude\":%.7f,\"longitude\":%.7f}\n",
		    tp_degrees(p[i].lat), tp_degrees(p[i].lon));
	}
	memset(tp_buf_room(log, TP_JSON_PAD), 0, TP_JSON_PAD);
}

/* Asks in a town; returns how many of the places were on the map. */
static int
ask_town(struct tp_rng *r)
{
	struct town		w;
	struct tp_locate	l;
	struct tp_route_conf	c = { .g = &w.g, .locate = &l,
				    .max_age = 10 * TP_MINUTE };
	struct tp_buf		log = { 0 };
	struct rebuild		b = { .filter = &tp_route_filter,
				    .conf = &c, .now_ms = T0 };
	struct rebuild_run	x;
	struct tp_point		p[PLACES];
	double			kmh[TOWN_NODES * 6];
	const char		*line, *end;
	int			i, found = 0;

	town_random(&w, r);
	tp_locate_init(&l, &w.g);
	make_log(&log, &w.g, r, kmh, p);
	b.log = log.p;
	b.n = log.n;
	rebuild_start(&x, &b);
	rebuild_feed(&x, b.n);
	assert_int_equal(x.lines[0], PLACES);
	assert_int_equal(x.rejects.n, 0);
	line = x.bufs[0].p;
	for (i = 0; i < PLACES; i++, line = end + 1) {
		end = memchr(line, '\n', x.bufs[0].n -
		    (size_t)(line - x.bufs[0].p));
		assert_non_null(end);
		found += check_answer(&w.g, line, (size_t)(end - line), p[i],
		    kmh);
	}
	rebuild_stop(&x);
	tp_buf_release(&log);
	tp_locate_release(&l);
	town_release(&w);
	return found;
}

static void
towns(void **state)
{
	struct tp_rng	r;
	int		i, found = 0;

	(void)state;
	tp_rng_init(&r, 21);
	for (i = 0; i < TOWNS; i++)
		found += ask_town(&r);
	assert_in_range(found, TOWNS * PLACES / 4, TOWNS * PLACES - 100);
}

int
main(void)
{
	const struct CMUnitTest	tests[] = {
		cmocka_unit_test(towns),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
