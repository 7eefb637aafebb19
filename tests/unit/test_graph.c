/*
 * Graph files against the roads they were made of: shortest times by a search
 * over edges that knows the forbidden turns must be those of a plain search
 * over the nodes of the file.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/rng.h"
#include "graph/buildpart.h"
#include "graph/graphfile.h"

#define FAR		UINT64_MAX
#define NODES_MAX	24
#define EDGES_MAX	96

struct roads {
	uint32_t	n, m;
	uint32_t	from[EDGES_MAX], to[EDGES_MAX], metres[EDGES_MAX];
	bool		ban[EDGES_MAX][EDGES_MAX];
};

/* Chains, branches, parallel edges, loops, one-way streets. */
static void
roads_random(struct roads *r, struct tp_rng *rng)
{
	uint32_t	i, j, k;

	*r = (struct roads){ .n = 3 + (uint32_t)tp_rng_below(rng, 20) };
	for (i = 1; i < r->n; i++) {
		uint32_t	a = (uint32_t)tp_rng_below(rng, i);

		/* mostly along a chain */
		a = tp_rng_below(rng, 3) > 0 ? i - 1 : a;
		k = (uint32_t)tp_rng_below(rng, 4);
		if (k != 1) {
			r->from[r->m] = a;
			r->to[r->m++] = i;
		}
		if (k != 2) {
			r->from[r->m] = i;
			r->to[r->m++] = a;
		}
	}
	for (i = (uint32_t)tp_rng_below(rng, 10); i > 0; i--) {
		r->from[r->m] = (uint32_t)tp_rng_below(rng, r->n);
		r->to[r->m++] = (uint32_t)tp_rng_below(rng, r->n);
	}
	for (i = 0; i < r->m; i++)
		r->metres[i] = (uint32_t)tp_rng_below(rng, 500);
	for (i = 0; i < r->m; i++)
		for (j = 0; j < r->m; j++)
			r->ban[i][j] = r->to[i] == r->from[j] &&
			    tp_rng_below(rng, 8) == 0;
}

static void
roads_give(const struct roads *r, struct tp_builder *b)
{
	char		name[16];
	uint32_t	i, j;

	*b = (struct tp_builder){ 0 };
	for (i = 0; i < r->n; i++) {
		struct tp_point	at;

		assert_int_equal(tp_point_set(&at, 47 + i % 5 * 0.01,
		    9 + i * 0.002), 0);
		snprintf(name, sizeof(name), "n%u", i);
		assert_int_equal(tp_builder_node(b, name, strlen(name), at),
		    i);
	}
	for (i = 0; i < r->m; i++) {
		struct tp_builder_road	road = {
			.from = r->from[i], .to = r->to[i],
			.metres = r->metres[i], .kmh = 36,
		};

		assert_null(tp_builder_edge(b, &road));
	}
	for (i = 0; i < r->m; i++)
		for (j = 0; j < r->m; j++)
			if (r->ban[i][j])
				tp_builder_ban(b, i, j);
}

/* Times from s to all nodes in ms, by relaxing over edges until none helps. */
static void
brute(const struct roads *r, uint32_t s, uint64_t *out)
{
	uint64_t	d[EDGES_MAX];	/* to the end of each edge */
	uint32_t	i, j;
	bool		better = true;

	for (i = 0; i < r->m; i++)
		d[i] = r->from[i] != s ? FAR :
		    r->metres[i] > 0 ? r->metres[i] * 100 : 1;
	while (better) {
		better = false;
		for (i = 0; i < r->m; i++)
			for (j = 0; j < r->m; j++) {
				uint64_t	c = r->metres[j] > 0 ?
						    r->metres[j] * 100 : 1;

				if (d[i] == FAR || r->to[i] != r->from[j] ||
				    r->ban[i][j] || d[i] + c >= d[j])
					continue;
				d[j] = d[i] + c;
				better = true;
			}
	}
	for (i = 0; i < r->n; i++)
		out[i] = FAR;
	for (i = 0; i < r->m; i++)
		if (d[i] < out[r->to[i]])
			out[r->to[i]] = d[i];
	out[s] = 0;
}

/* The same in the file, over nodes; out by node of the file. */
static void
search(const struct tp_graph *g, uint32_t s, uint64_t *out)
{
	uint32_t	e, v;
	bool		better = true;

	for (v = 0; v < g->nodes; v++)
		out[v] = FAR;
	out[s] = 0;
	while (better) {
		better = false;
		for (v = 0; v < g->nodes; v++)
			for (e = g->out[v]; e < g->out[v + 1]; e++)
				if (out[v] != FAR && out[v] + g->free_ms[e] <
				    out[g->head[e]]) {
					out[g->head[e]] = out[v] +
					    g->free_ms[e];
					better = true;
				}
	}
}

static void
open_built(struct tp_builder *b, bool component, bool contract,
    struct tp_graph *g, struct tp_buf *file)
{
	struct tp_builder_opts	o = { component, contract };
	struct tp_builder_stats	s;
	struct tp_err		e = { 0 };

	assert_int_equal(tp_builder_finish(b, &o, &s, "t", file, &e), 0);
	assert_int_equal(tp_graph_view(g, file->p, file->n, "t", &e), 0);
	assert_int_equal(tp_graph_check(g, "t", &e), 0);
}

static uint32_t
node_of(const struct tp_graph *g, uint32_t i)
{
	char	name[16];

	snprintf(name, sizeof(name), "n%u", i);
	return tp_graph_find_node(g, name, strlen(name));
}

/* Nobody turns back where a node was contracted. */
static void
forbid_turning(struct roads *r, const struct tp_graph *g)
{
	uint32_t	i, j;

	for (i = 0; i < r->m; i++)
		for (j = 0; j < r->m; j++)
			if (r->to[i] == r->from[j] && r->to[j] == r->from[i] &&
			    node_of(g, r->to[i]) == TP_GRAPH_NONE)
				r->ban[i][j] = true;
}

static void
compare_times(const struct roads *r, const struct tp_graph *g,
    bool component, bool exact)
{
	uint64_t	want[NODES_MAX], got[NODES_MAX + EDGES_MAX], best;
	uint32_t	s, t, k, n, from, to, copy;

	for (s = 0; s < r->n; s++) {
		from = node_of(g, s);
		if (from == TP_GRAPH_NONE)
			continue;
		assert_int_equal(tp_graph_own_node(g, from), from);
		brute(r, s, want);
		search(g, from, got);
		for (t = 0; t < r->n; t++) {
			to = node_of(g, t);
			if (to == TP_GRAPH_NONE || t == s)
				continue;
			best = got[to];
			copy = tp_graph_copies(g, to, &n);
			for (k = 0; k < n; k++) {
				assert_int_equal(tp_graph_own_node(g,
				    copy + k), to);
				best = got[copy + k] < best ? got[copy + k] :
				    best;
			}
			if (component)
				assert_true(best != FAR && best >= want[t]);
			if (exact)
				assert_true(best == want[t]);
		}
	}
}

static void
test_times(void **state)
{
	struct tp_rng	rng;
	struct roads	r;
	int		i, split = 0, shorter = 0;

	(void)state;
	tp_rng_init(&rng, 1);
	for (i = 0; i < 400; i++) {
		struct tp_builder	b;
		struct tp_graph		g;
		struct tp_buf		file = { 0 };

		roads_random(&r, &rng);
		roads_give(&r, &b);
		open_built(&b, false, i % 2 == 1, &g, &file);
		forbid_turning(&r, &g);
		compare_times(&r, &g, false, true);
		split += g.node_copies > 0;
		shorter += g.nodes - g.node_copies < r.n;
		tp_builder_release(&b);
		tp_buf_release(&file);
	}
	/* the cases that matter do occur */
	assert_true(split > 100);
	assert_true(shorter > 50);
}

/*
 * With one component kept, each node can be reached from each other; ways into
 * a place from where there is no way on are not among those kept.
 */
static void
test_component(void **state)
{
	struct tp_rng	rng;
	struct roads	r;
	int		i, found = 0;

	(void)state;
	tp_rng_init(&rng, 2);
	for (i = 0; i < 400; i++) {
		struct tp_builder	b;
		struct tp_graph		g;
		struct tp_buf		file = { 0 };
		struct tp_builder_opts	o = { true, i % 2 == 1 };
		struct tp_builder_stats	s;
		struct tp_err		e = { 0 };

		roads_random(&r, &rng);
		if (i % 4 < 2)
			memset(r.ban, 0, sizeof(r.ban));
		roads_give(&r, &b);
		if (tp_builder_finish(&b, &o, &s, "t", &file, &e) == 0) {
			assert_int_equal(tp_graph_view(&g, file.p, file.n,
			    "t", &e), 0);
			assert_int_equal(tp_graph_check(&g, "t", &e), 0);
			forbid_turning(&r, &g);
			compare_times(&r, &g, true, i % 4 < 2);
			found++;
		} else {
			assert_int_equal(e.code, TP_EXIT_DATA);
		}
		tp_builder_release(&b);
		tp_buf_release(&file);
	}
	assert_true(found > 200);
}

/* Against which nodes reach each other, by brute force. */
static void
test_strong(void **state)
{
	struct tp_rng	rng;
	struct roads	r;
	int		i;

	(void)state;
	tp_rng_init(&rng, 3);
	for (i = 0; i < 300; i++) {
		bool		reach[NODES_MAX][NODES_MAX] = { { false } };
		bool		in[NODES_MAX];
		uint32_t	a, b, k, size, most = 0, got = 0;

		roads_random(&r, &rng);
		for (a = 0; a < r.n; a++)
			reach[a][a] = true;
		for (k = 0; k < r.m; k++)
			reach[r.from[k]][r.to[k]] = true;
		for (k = 0; k < r.n; k++)
			for (a = 0; a < r.n; a++)
				for (b = 0; b < r.n; b++)
					reach[a][b] |= reach[a][k] &&
					    reach[k][b];
		for (a = 0; a < r.n; a++) {
			for (size = 0, b = 0; b < r.n; b++)
				size += reach[a][b] && reach[b][a];
			most = size > most ? size : most;
		}
		tp_strong_largest(r.from, r.to, r.m, r.n, in);
		for (a = 0; a < r.n; a++) {
			got += in[a];
			for (b = 0; b < r.n; b++)
				if (in[a] && in[b])
					assert_true(reach[a][b]);
		}
		assert_int_equal(got, most);
	}
}

/* A chain of three pieces with bends becomes one edge each way. */
static void
test_contract_line(void **state)
{
	static const int32_t	lat[] = { 0, 10, 20, 30, 40, 50, 60 };
	struct tp_builder	b = { 0 };
	struct tp_graph		g;
	struct tp_buf		file = { 0 };
	uint32_t		i, e, line;

	(void)state;
	for (i = 0; i < 4; i++)
		tp_builder_node(&b, &"abcd"[i], 1,
		    (struct tp_point){ lat[2 * i], 7 });
	for (i = 0; i < 3; i++) {
		struct tp_builder_road	r = {
			.from = i, .to = i + 1, .metres = 10, .kmh = 36,
			.lines = 1,
		};

		line = r.line = tp_builder_point(&b,
		    (struct tp_point){ lat[2 * i + 1], 7 });
		assert_null(tp_builder_edge(&b, &r));
		r = (struct tp_builder_road){
			.from = i + 1, .to = i, .metres = 10, .kmh = 18,
			.line = line, .lines = 1, .backwards = true,
		};
		assert_null(tp_builder_edge(&b, &r));
	}
	open_built(&b, true, true, &g, &file);
	assert_int_equal(g.nodes, 2);
	assert_int_equal(g.edges, 2);
	assert_int_equal(g.shapes, 2);	/* the straight one and one for both */
	for (e = 0; e < 2; e++) {
		bool	up = strcmp(g.text + g.node_name[g.tail[e]], "a") == 0;

		assert_int_equal(tp_graph_line_size(&g, e), 7);
		for (i = 0; i < 7; i++)
			assert_int_equal(tp_graph_line_point(&g, e, i).lat,
			    lat[up ? i : 6 - i]);
		assert_int_equal(g.length_cm[e], 3000);
		assert_int_equal(g.free_ms[e], up ? 3000 : 6000);
		assert_int_equal(g.kmh10[e], up ? 360 : 180);
	}
	tp_builder_release(&b);
	tp_buf_release(&file);
}

static void
test_damage(void **state)
{
	struct tp_rng		rng;
	struct roads		r;
	struct tp_builder	b;
	struct tp_graph		g;
	struct tp_buf		file = { 0 };
	struct tp_err		e = { 0 };
	size_t			i;
	uint64_t		*copy;

	(void)state;
	tp_rng_init(&rng, 4);
	do {
		roads_random(&r, &rng);
	} while (r.m < 30);
	roads_give(&r, &b);
	open_built(&b, false, true, &g, &file);
	copy = tp_malloc(file.n);
	for (i = 0; i < file.n; i++) {
		memcpy(copy, file.p, file.n);
		assert_int_equal(tp_graph_view(&g, copy, i, "t", &e), -1);
		assert_int_equal(e.code, TP_EXIT_DATA);
		/* a changed byte is seen at once or by the whole check */
		((unsigned char *)copy)[i] ^= 1u << i % 8;
		if (tp_graph_view(&g, copy, file.n, "t", &e) == 0)
			assert_int_equal(tp_graph_check(&g, "t", &e), -1);
		assert_int_equal(e.code, TP_EXIT_DATA);
	}
	memcpy(copy, file.p, file.n);
	((struct tp_graphfile_header *)(void *)copy)->version = 2;
	assert_int_equal(tp_graph_view(&g, copy, file.n, "t", &e), -1);
	assert_string_equal(e.text, "t: a graph file of version 2, not 1; "
	    "build it again");
	free(copy);
	tp_builder_release(&b);
	tp_buf_release(&file);
}

static void
test_points(void **state)
{
	struct tp_point	a, b;
	double		m;
	struct tp_plane	s;

	(void)state;
	assert_int_equal(tp_point_set(&a, 47.1410, 9.5209), 0);
	assert_int_equal(tp_point_set(&b, 47.3769, 8.5417), 0);
	/* the same formula in Python */
	assert_true(fabs(tp_point_metres(a, b) - 78413.6347) < 0.01);
	assert_true(fabs(tp_point_metres(a, b) -
	    tp_point_metres(b, a)) < 1e-6);
	tp_point_set(&b, 47.2410, 9.5209);
	assert_true(fabs(tp_point_metres(a, b) - 11119.5) < 1);
	assert_true(fabs(tp_point_heading(a, b)) < 1e-9);
	assert_true(fabs(tp_point_heading(b, a) - 180) < 1e-9);
	assert_true(isnan(tp_point_heading(a, a)));
	assert_true(fabs(tp_heading_apart(350, 20) - 30) < 1e-9);
	/* east and west of the place, at the same latitude: the foot is
	 * in the middle, nearly no metres away */
	tp_point_set(&a, 47, 8.9);
	tp_point_set(&b, 47, 9.1);
	s = tp_plane_at((struct tp_point){ 47 * TP_DEGREE, 9 * TP_DEGREE });
	assert_true(fabs(tp_plane_foot(&s, a, b, &m) - 0.5) < 1e-9);
	assert_true(m < 1e-6);
	assert_int_equal(tp_point_set(&a, 90.1, 0), -1);
	assert_int_equal(tp_point_set(&a, 0, -180.1), -1);
	assert_int_equal(tp_point_set(&a, (double)NAN, 0), -1);
}

int
main(void)
{
	static const struct CMUnitTest	tests[] = {
		cmocka_unit_test(test_times),
		cmocka_unit_test(test_component),
		cmocka_unit_test(test_strong),
		cmocka_unit_test(test_contract_line),
		cmocka_unit_test(test_damage),
		cmocka_unit_test(test_points),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
