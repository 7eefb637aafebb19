/*
 * Routes against a search that knows nothing of landmarks, heaps or slots:
 * labels corrected until none changes, and driving found by halving.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "graph/alternatives.h"
#include "graph/mapfile.h"
#include "stream/feed.h"
#include "town.h"

#define T0		INT64_C(1338768000000)	/* 2012-06-04 */
#define GRAPHS		100
#define QUESTIONS	12
#define MAPS		"../shared/data/road-networks/"

#define HOURS		100	/* what is usual comes again after so many */

/* km/h of an own edge in each slot from T0, were it free at FREE_KMH; 0 where
 * it is closed, -1 where nothing is known; and behind them what is usual in
 * the hours from T0 on. */
typedef double profile[TP_SLOTS + HOURS];

static double
rate_at(const double *kmh, double t)
{
	int	k = (int)floor((t - (double)T0) / 600000);
	int	h = (int)floor((t - (double)T0) / 3600000) % HOURS;

	if (kmh[0] < 0 || k >= TP_SLOTS)
		return fmin(1, kmh[TP_SLOTS + (h < 0 ? h + HOURS : h)] /
		    FREE_KMH);
	return fmin(1, kmh[k < 0 ? 0 : k] / FREE_KMH);
}

/* Free-flow ms driven from t0 to t1: every slot's part, one by one. */
static double
driven(const double *kmh, double t0, double t1)
{
	double	sum = 0, a = t0, b;

	while (a < t1) {
		b = (double)T0 + (floor((a - (double)T0) / 600000) + 1) *
		    600000;
		b = fmin(b, t1);
		sum += (b - a) * rate_at(kmh, a + (b - a) / 2);
		a = b;
	}
	return sum;
}

static double
slow_drive(const double *kmh, double t, double free_ms)
{
	double	lo = 0, hi = free_ms * FREE_KMH + 1, mid;
	int	i;

	if (kmh[0] == 0)
		return INFINITY;
	for (i = 0; i < 60; i++) {
		mid = (lo + hi) / 2;
		if (driven(kmh, t, t + mid) < free_ms)
			lo = mid;
		else
			hi = mid;
	}
	return (lo + hi) / 2;
}

/* How edges cost: at rates that move, or at those of t for ever. */
struct traffic {
	profile	*kmh;
	double	 t;
	bool	 still;
};

static double
slow_cost(const struct traffic *x, const struct tp_graph *g, uint32_t e,
    double ms, double share)
{
	const double	*kmh = x->kmh[tp_graph_own_edge(g, e)];
	double		 free_ms = g->free_ms[e] * share;

	if (x->still)
		return kmh[0] == 0 ? INFINITY : free_ms / rate_at(kmh, x->t);
	return slow_drive(kmh, x->t + ms, free_ms);
}

/* Least ms from where the labels say to all nodes. */
static void
slow_search(const struct traffic *x, const struct tp_graph *g, double *ms)
{
	bool		*now = tp_calloc(g->nodes, sizeof(*now)), more = true;
	uint32_t	 v, e;
	double		 c;

	for (v = 0; v < g->nodes; v++)
		now[v] = !isinf(ms[v]);
	while (more) {
		more = false;
		for (v = 0; v < g->nodes; v++) {
			if (!now[v])
				continue;
			now[v] = false;
			for (e = g->out[v]; e < g->out[v + 1]; e++) {
				c = ms[v] + slow_cost(x, g, e, ms[v], 1);
				if (c >= ms[g->head[e]] - 1e-6)
					continue;
				ms[g->head[e]] = c;
				now[g->head[e]] = more = true;
			}
		}
	}
	free(now);
}

/* A start or end: an own node, or a share of an own edge. */
struct spot {
	bool		on_edge;
	uint32_t	at;
	double		share;
};

static double
slow_route(const struct traffic *x, const struct tp_graph *g,
    const struct spot *a, const struct spot *b)
{
	double		*ms = tp_calloc(g->nodes, sizeof(*ms));
	double		 best = INFINITY;
	uint32_t	 v, e;

	for (v = 0; v < g->nodes; v++)
		ms[v] = INFINITY;
	if (a->on_edge)
		ms[g->head[a->at]] = slow_cost(x, g, a->at, 0, 1 - a->share);
	else
		ms[a->at] = 0;
	slow_search(x, g, ms);
	for (v = 0; v < g->nodes && !b->on_edge; v++)
		if (tp_graph_own_node(g, v) == b->at)
			best = fmin(best, ms[v]);
	for (e = 0; e < g->edges && b->on_edge; e++)
		if (tp_graph_own_edge(g, e) == b->at &&
		    !isinf(ms[g->tail[e]]))
			best = fmin(best, ms[g->tail[e]] + slow_cost(x, g, e,
			    ms[g->tail[e]], b->share));
	if (a->on_edge && b->on_edge && a->at == b->at &&
	    a->share <= b->share)
		best = fmin(best, slow_cost(x, g, a->at, 0,
		    b->share - a->share));
	free(ms);
	return best;
}

/*
 * What is usual of some roads; known tells whether of any.  The speeds are for
 * w, and live as long.
 */
static float *
usual_random(struct tp_weights *w, profile *kmh, bool known,
    struct tp_rng *r)
{
	uint32_t	 own = w->g->edges - w->g->edge_copies, e, s;
	float		*usual = tp_calloc((size_t)own * TP_USUAL,
			    sizeof(*usual));
	uint8_t		 place[TP_WEEK];
	char		 name[16];
	int		 i;

	for (i = 0; i < TP_WEEK; i++)	/* the hour before T0 is HOURS - 1 */
		place[i] = (uint8_t)((i == TP_WEEK - 1 ? HOURS - 1 :
		    i % HOURS) * 7 % TP_USUAL);
	for (e = 0; e < own; e++) {
		bool	some = known && tp_rng_below(r, 3) > 0;

		snprintf(name, sizeof(name), "s%u", e);
		s = tp_graph_find_segment(w->g, name, strlen(name));
		for (i = 0; i < TP_USUAL; i++)
			usual[s * TP_USUAL + (uint32_t)i] = !some ? NAN :
			    w->g->kmh10[e] / 10.0f *
			    (float)(12 + tp_rng_below(r, 60)) / FREE_KMH;
		for (i = 0; i < HOURS; i++)
			kmh[e][TP_SLOTS + i] = !some ? FREE_KMH :
			    (double)usual[s * TP_USUAL + place[i]] /
			    (w->g->kmh10[e] / 10.0) * FREE_KMH;
		kmh[e][TP_SLOTS + HOURS - 1] = !some ? FREE_KMH :
		    (double)usual[s * TP_USUAL + place[TP_WEEK - 1]] /
		    (w->g->kmh10[e] / 10.0) * FREE_KMH;
	}
	if (known) {
		tp_weights_usual(w, usual, 1);
		tp_weights_calendar(w, T0 / 3600000, place);
	}
	return usual;
}

static void
profiles_random(struct tp_weights *w, profile *kmh, struct tp_rng *r)
{
	uint32_t	own = w->g->edges - w->g->edge_copies, e, s;
	char		name[16];
	double		scale, slowest = tp_rng_below(r, 2) == 0 ? 12 : 40;
	int		k, same;

	for (e = 0; e < own; e++) {
		scale = w->g->kmh10[e] / 10.0 / FREE_KMH;
		kmh[e][0] = -1;
		if (tp_rng_below(r, 5) == 0)
			continue;
		snprintf(name, sizeof(name), "s%u", e);
		s = tp_graph_find_segment(w->g, name, strlen(name));
		/* some are alike in their first slots, or in all of them */
		same = (int)tp_rng_below(r, 2 * TP_SLOTS);
		for (k = 0; k < TP_SLOTS; k++)
			kmh[e][k] = k > 0 && k < same ? kmh[e][0] :
			    slowest + (double)tp_rng_below(r, 80);
		if (tp_rng_below(r, 20) == 0)
			kmh[e][0] = 0;
		assert_true(tp_weights_reading(w, s, T0, kmh[e][0] * scale,
		    0));
		for (k = 1; k < TP_SLOTS; k++) {
			struct tp_knot	x = { T0 + k * 600000, 0, { 0 } };
			int		lane;

			for (lane = 0; lane < TP_LANES; lane++)
				x.kmh[lane] = (float)(kmh[e][k] * scale);
			assert_true(tp_weights_forecast(w, s, T0, &x));
		}
	}
	tp_weights_apply(w);
}

/* The way is one, through the graph, and takes what it says. */
static void
check_way(const struct traffic *x, const struct tp_graph *g,
    const struct tp_way *p, const struct spot *a, const struct spot *b)
{
	double		ms = 0;
	uint32_t	last;
	size_t		i;

	assert_true(p->n > 0);
	last = p->edge[p->n - 1];
	assert_int_equal(a->on_edge ? p->edge[0] : g->tail[p->edge[0]],
	    a->at);
	assert_int_equal(b->on_edge ? tp_graph_own_edge(g, last) :
	    tp_graph_own_node(g, g->head[last]), b->at);
	for (i = 0; i < p->n; i++) {
		if (i > 0)
			assert_int_equal(g->tail[p->edge[i]],
			    g->head[p->edge[i - 1]]);
		ms += slow_cost(x, g, p->edge[i], ms, (i + 1 == p->n &&
		    b->on_edge ? b->share : 1) - (i == 0 && a->on_edge ?
		    a->share : 0));
	}
	same_ms(p->ms, ms);
}

struct desk {				/* all that a search needs */
	struct tp_weights	w;
	struct tp_search	s;
	struct tp_ways		ways;
	struct tp_landmarks	marks;
	struct tp_way		p;
	size_t			found;	/* alternatives */
};

static void
desk_open(struct desk *d, const struct tp_graph *g)
{
	*d = (struct desk){ 0 };
	tp_weights_init(&d->w, g, 0);
	tp_search_init(&d->s, g, &d->w);
	tp_ways_init(&d->ways, &d->s);
	tp_landmarks_init(&d->marks, g, 6);
}

static void
desk_close(struct desk *d)
{
	tp_ways_release(&d->ways);
	tp_search_release(&d->s);
	tp_weights_release(&d->w);
	tp_landmarks_release(&d->marks);
	tp_way_release(&d->p);
}

static struct spot
spot_random(const struct tp_graph *g, struct tp_rng *r)
{
	struct spot	s = { tp_rng_below(r, 2) == 0, 0,
			    tp_rng_uniform(r) };

	s.at = (uint32_t)tp_rng_below(r, s.on_edge ?
	    g->edges - g->edge_copies : g->nodes - g->node_copies);
	return s;
}

static void
add(struct tp_ends *ends, const struct tp_graph *g, const struct spot *s,
    bool start)
{
	if (s->on_edge)
		tp_ends_spot(ends, g, s->at, s->share, start);
	else
		tp_ends_node(ends, g, s->at, start);
}

/* One question in every mode. */
static void
ask(struct desk *d, profile *kmh, struct tp_rng *r)
{
	const struct tp_graph	*g = d->w.g;
	struct spot		 a = spot_random(g, r), b = spot_random(g, r);
	struct tp_ends		 from = { 0 }, to = { 0 };
	struct tp_task		 k = { .from = &from, .to = &to };
	struct traffic		 x = { .kmh = kmh };
	double			 want;
	size_t			 n, i;
	int			 mode;

	if (!a.on_edge && !b.on_edge && a.at == b.at)
		return;
	k.t = x.t = (double)T0 + (double)tp_rng_below(r, 5400000) - 300000;
	add(&from, g, &a, true);
	add(&to, g, &b, false);
	for (mode = 0; mode < 4; mode++) {
		x.still = mode / 2 == 1;
		k.costs = x.still ? TP_COSTS_STILL : TP_COSTS_MOVING;
		k.marks = mode % 2 == 1 ? &d->marks : NULL;
		want = slow_route(&x, g, &a, &b);
		same_ms(tp_search_way(&d->s, &k, &d->p) ? d->p.ms : INFINITY,
		    want);
		if (d->p.found && d->p.n > 0)
			check_way(&x, g, &d->p, &a, &b);
		if (mode != 1)
			continue;
		n = tp_ways_find(&d->ways, &d->s, &k, 2);
		same_ms(n > 0 ? d->ways.way[0].ms : INFINITY, want);
		for (i = 0; i < n && d->ways.way[0].n > 0; i++) {
			check_way(&x, g, &d->ways.way[i], &a, &b);
			assert_true(d->ways.way[i].ms <= want * 1.3 + 1);
		}
		d->found += n > 1 ? n - 1 : 0;
	}
}

static void
equals_brute_force(void **state)
{
	struct tp_rng	r;
	struct town	w;
	struct desk	d;
	profile		*kmh;
	float		*usual;
	uint32_t	copies = 0;
	size_t		found = 0;
	int		i, j;

	(void)state;
	tp_rng_init(&r, 7);
	for (i = 0; i < GRAPHS; i++) {
		town_random(&w, &r);
		copies += w.g.node_copies;
		kmh = tp_calloc(w.g.edges + 1, sizeof(*kmh));
		desk_open(&d, &w.g);
		usual = usual_random(&d.w, kmh, i % 2 == 1, &r);
		profiles_random(&d.w, kmh, &r);
		for (j = 0; j < QUESTIONS; j++)
			ask(&d, kmh, &r);
		found += d.found;
		desk_close(&d);
		free(usual);
		free(kmh);
		town_release(&w);
	}
	assert_true(copies > GRAPHS && found > GRAPHS);
}

static int
feed(const char *path, bool osm, tp_line_fn *fn, void *arg, struct tp_err *e)
{
	return (osm ? tp_feed_osm : tp_feed_file)(path, 1 << 26, fn, arg, e);
}

/* The same on the roads of a real place. */
static void
equals_on(const struct tp_mapfile *m, const char *path)
{
	struct tp_builder	b = { 0 };
	struct tp_buf		notes = { 0 };
	struct tp_err		e = { 0 };
	struct tp_rng		r;
	struct town		w = { 0 };
	struct desk		d;
	profile			*kmh;
	float			*usual;
	int			i;

	if (access(path, R_OK) != 0 ||
	    tp_mapfile_read(m, &b, &notes, &e) != 0) {
		tp_builder_release(&b);
		tp_buf_release(&notes);
		skip();
	}
	tp_buf_release(&notes);
	town_finish(&w, &b, NULL);
	kmh = tp_calloc(w.g.edges + 1, sizeof(*kmh));
	desk_open(&d, &w.g);
	tp_rng_init(&r, 11);
	usual = usual_random(&d.w, kmh, true, &r);
	profiles_random(&d.w, kmh, &r);
	for (i = 0; i < 4; i++)
		ask(&d, kmh, &r);
	desk_close(&d);
	free(usual);
	free(kmh);
	town_release(&w);
}

static void
equals_on_rome(void **state)
{
	static const char	path[] = MAPS "rome99.gr";
	struct tp_mapfile	m = { .dimacs = path, .kmh = FREE_KMH,
				    .feed = feed };

	(void)state;
	equals_on(&m, path);
}

/* Skipped where there is no osmium either. */
static void
equals_on_liechtenstein(void **state)
{
	static const char	path[] = MAPS
				    "liechtenstein-2015-10-07.osm.pbf";
	struct tp_mapfile	m = { .osm = path, .kmh = FREE_KMH,
				    .feed = feed };

	(void)state;
	equals_on(&m, path);
}

/* Leaving later never means arriving earlier. */
static void
keeps_order(void **state)
{
	struct tp_rng	r;
	struct town	w;
	struct desk	d;
	profile		*kmh;
	float		*usual;
	double		t, last, now;
	uint32_t	e;

	(void)state;
	tp_rng_init(&r, 8);
	town_random(&w, &r);
	kmh = tp_calloc(w.g.edges + 1, sizeof(*kmh));
	desk_open(&d, &w.g);
	usual = usual_random(&d.w, kmh, true, &r);
	profiles_random(&d.w, kmh, &r);
	for (e = 0; e < w.g.edges; e++)
		for (last = 0, t = -1e6; t < 7e6; t += 17000) {
			now = t + tp_weights_drive(&d.w, e, TP_LANE_MID,
			    (double)T0 + t, 1);
			assert_true(isinf(now) || t == -1e6 ||
			    now >= last - 1e-6);
			assert_true(now - t >= w.g.free_ms[e] - 1e-6);
			last = now;
		}
	desk_close(&d);
	free(usual);
	free(kmh);
	town_release(&w);
}

int
main(void)
{
	const struct CMUnitTest	tests[] = {
		cmocka_unit_test(keeps_order),
		cmocka_unit_test(equals_brute_force),
		cmocka_unit_test(equals_on_rome),
		cmocka_unit_test(equals_on_liechtenstein),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
