#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/rng.h"
#include "model/trees.h"
#include "model/xgb.h"

#define LANES	TP_TREES_LANES
#define ROWS	2000
#define COLS	6

/* A tree of random shape, as arrays. */
struct grown {
	int32_t	left[4096], right[4096], col[4096];
	float	t[4096];
	size_t	n;
};

static int32_t
grow(struct grown *g, struct tp_rng *r, int depth)
{
	int32_t	i = (int32_t)g->n++;

	g->t[i] = (float)tp_rng_normal(r);
	g->left[i] = g->right[i] = -1;
	g->col[i] = 0;
	if (depth == 0 || tp_rng_below(r, 8) == 0)
		return i;
	g->col[i] = (int32_t)tp_rng_below(r, COLS);
	g->left[i] = grow(g, r, depth - 1);
	g->right[i] = grow(g, r, depth - 1);
	return i;
}

/* The value of a row, node after node. */
static float
value(const struct grown *g, const float *row)
{
	int32_t	i = 0;

	while (g->left[i] >= 0)
		i = row[g->col[i]] < g->t[i] ? g->left[i] : g->right[i];
	return g->t[i];
}

static void
fill_random(struct tp_rng *r, float *x, size_t n)
{
	size_t	i;

	for (i = 0; i < n; i++)
		x[i] = (float)tp_rng_normal(r);
}

static void
walk_is_node_after_node(void **state)
{
	enum { trees = 20, rows = 29 };
	struct grown	*g = tp_calloc(trees, sizeof(*g));
	struct tp_trees	 t = { .ncol = COLS };
	struct tp_rng	 r;
	float		 row[rows * COLS], sum[2 * LANES] = { 0 };
	float		 odd[2 * LANES] = { 0 };
	uint32_t	 x[2 * (COLS + 1) * LANES];
	size_t		 i, k;

	(void)state;
	tp_rng_init(&r, 1);
	for (k = 0; k < trees; k++) {
		grow(&g[k], &r, (int)(k % 11));
		assert_int_equal(tp_trees_append(&t,
		    &(struct tp_tree_source){ g[k].n, g[k].left, g[k].right,
		    g[k].col, g[k].t }), 0);
	}
	fill_random(&r, row, rows * COLS);
	tp_trees_columns(row, rows, COLS, x);
	tp_trees_sum(&t, 0, trees, 1, x, 2, sum);
	tp_trees_sum(&t, 1, trees, 2, x, 2, odd);
	for (i = 0; i < rows; i++) {
		float	want = 0, some = 0;

		for (k = 0; k < trees; k++) {
			want += value(&g[k], row + i * COLS);
			if (k % 2 == 1)
				some += value(&g[k], row + i * COLS);
		}
		assert_true(sum[i] == want);
		assert_true(odd[i] == some);
	}
	tp_trees_release(&t);
	free(g);
}

/*
 * One walk of trees that are alike adds up to what a walk of each does; with
 * a split or a value elsewhere they are not alike.
 */
static void
alike_trees_share_a_walk(void **state)
{
	enum { trees = 7, rows = 29, alike = 3 };
	struct grown	*g = tp_calloc(1, sizeof(*g));
	struct tp_trees	 from = { .ncol = COLS }, t = { .ncol = COLS };
	struct tp_rng	 r;
	float		 row[rows * COLS], sum[2 * LANES * alike] = { 0 };
	float		 one[2 * LANES], *v = tp_calloc(4096, sizeof(*v));
	uint32_t	 x[2 * (COLS + 1) * LANES], key;
	size_t		 i, k, j;

	(void)state;
	tp_rng_init(&r, 5);
	for (k = 0; k < trees; k++) {
		g->n = 0;
		grow(g, &r, (int)k);
		assert_int_equal(tp_trees_append(&from,
		    &(struct tp_tree_source){ g->n, g->left, g->right,
		    g->col, g->t }), 0);
		for (j = 0; j < alike; j++) {
			fill_random(&r, v, g->n);
			assert_int_equal(tp_trees_again(&t, &from, k, v), 0);
			for (i = 0; i < g->n; i++) {
				const struct tp_tree_node	*w = &t.node[
				    t.root[k * alike + j] + i];

				if (w->step == 0)
					assert_true(tp_tree_number(w->key) ==
					    v[i]);
			}
		}
	}
	assert_true(tp_trees_alike(&t, alike) && tp_trees_alike(&t, 1));
	assert_false(tp_trees_alike(&t, 2) || tp_trees_alike(&t, trees));
	fill_random(&r, row, rows * COLS);
	tp_trees_columns(row, rows, COLS, x);
	tp_trees_sums(&t, alike, x, 2, sum);
	for (j = 0; j < alike; j++) {
		memset(one, 0, sizeof(one));
		tp_trees_sum(&t, j, t.n, alike, x, 2, one);
		assert_memory_equal(sum + j * 2 * LANES, one, sizeof(one));
	}
	key = t.node[t.root[t.n - 1]].key++;
	assert_false(tp_trees_alike(&t, alike));
	t.node[t.root[t.n - 1]].key = key;
	assert_true(tp_trees_alike(&t, alike));
	tp_trees_release(&from);
	tp_trees_release(&t);
	free(g);
	free(v);
}

/* Keys are in the order of their floats, and 0 and -0 go the same way. */
static void
keys_are_in_order(void **state)
{
	static const float	some[] = {
		-INFINITY, -3e38f, -1, -1e-40f, 0, 1e-40f, 1, 1.0000001f,
		3e38f, INFINITY,
	};
	int32_t			left[3] = { 1, -1, -1 };
	int32_t			right[3] = { 2, -1, -1 }, col[3] = { 0 };
	float			v[3] = { 0, 5, 7 }, in[2] = { -0.0f, 0 };
	struct tp_trees		t = { .ncol = 1 };
	uint32_t		x[2 * LANES];
	float			sum[LANES] = { 0 };
	size_t			i, k, n = sizeof(some) / sizeof(*some);

	(void)state;
	for (i = 0; i < n; i++) {
		assert_true(tp_tree_number(tp_tree_key(some[i])) == some[i]);
		for (k = 0; k < n; k++)
			assert_int_equal(some[i] < some[k],
			    tp_tree_key(some[i]) < tp_tree_key(some[k]));
	}
	assert_true(signbit(tp_tree_number(tp_tree_key(-0.0f))));
	for (i = 0; i < 2; i++) {
		v[0] = in[i];
		assert_int_equal(tp_trees_append(&t, &(struct tp_tree_source){
		    3, left, right, col, v }), 0);
	}
	tp_trees_columns(in, 2, 1, x);
	tp_trees_sum(&t, 0, 2, 1, x, 1, sum);
	assert_true(sum[0] == 14 && sum[1] == 14);
	tp_trees_release(&t);
}

static void
no_trees_of_circles(void **state)
{
	int32_t		left[3] = { 1, 0, -1 }, right[3] = { 2, 2, -1 };
	int32_t		col[3] = { 0, 0, 0 };
	float		v[3] = { 0, 0, 0 };
	struct tp_trees	t = { .ncol = 1 };

	(void)state;
	assert_int_equal(tp_trees_append(&t, &(struct tp_tree_source){ 3,
	    left, right, col, v }), -1);
	left[1] = -1;
	assert_int_equal(tp_trees_append(&t, &(struct tp_tree_source){ 3,
	    left, right, col, v }), 0);
	col[0] = 1;
	assert_int_equal(tp_trees_append(&t, &(struct tp_tree_source){ 3,
	    left, right, col, v }), -1);
	col[0] = 0;
	right[0] = 3;
	assert_int_equal(tp_trees_append(&t, &(struct tp_tree_source){ 3,
	    left, right, col, v }), -1);
	assert_int_equal(t.n, 1);
	tp_trees_release(&t);
}

/* Trees of a file: one of n nodes, each column and step as given. */
static int
load(size_t n, const uint16_t (*node)[2], float v)
{
	struct tp_buf		b = { 0 };
	struct tp_trees		t = { 0 };
	struct tp_err		e = { 0 };
	uint32_t		head[2] = { 1, (uint32_t)n };
	struct tp_unpack	u;
	size_t			i;
	int			rc;

	tp_buf_add(&b, (const char *)head, 8);
	for (i = 0; i < n; i++) {
		tp_buf_add(&b, (const char *)&v, 4);
		tp_buf_add(&b, (const char *)node[i], 4);
	}
	u = (struct tp_unpack){ b.p, b.n, false };
	rc = tp_trees_load(&t, COLS, &u, &e);
	assert_int_equal(e.code, rc == 0 ? 0 : TP_EXIT_DATA);
	tp_trees_release(&t);
	tp_buf_release(&b);
	return rc;
}

static void
hostile_files_are_refused(void **state)
{
	uint16_t	good[3][2] = { { 0, 1 }, { COLS, 0 }, { COLS, 0 } };
	uint16_t	far[3][2] = { { 0, 2 }, { COLS, 0 }, { COLS, 0 } };
	uint16_t	wide[3][2] = { { COLS, 1 }, { COLS, 0 }, { COLS, 0 } };
	uint16_t	leaf[3][2] = { { 0, 1 }, { 0, 0 }, { COLS, 0 } };
	uint16_t	deep[2 * TP_TREES_DEPTH + 3][2];
	size_t		i;

	(void)state;
	assert_int_equal(load(3, good, 1), 0);
	assert_int_equal(load(3, good, NAN), -1);
	assert_int_equal(load(3, far, 1), -1);
	assert_int_equal(load(3, wide, 1), -1);
	assert_int_equal(load(3, leaf, 1), -1);
	assert_int_equal(load(0, good, 1), -1);
	for (i = 0; i < 2 * TP_TREES_DEPTH + 3; i++) {
		deep[i][0] = i % 2 == 0 ? 0 : COLS;
		deep[i][1] = i % 2 == 0 ? 1 : 0;
	}
	/* node 0 -> 1, 2; node 2 -> 3, 4; ... */
	deep[2 * TP_TREES_DEPTH][0] = COLS;
	deep[2 * TP_TREES_DEPTH][1] = 0;
	assert_int_equal(load(2 * TP_TREES_DEPTH + 1, deep, 1), 0);
	deep[2 * TP_TREES_DEPTH][0] = 0;
	deep[2 * TP_TREES_DEPTH][1] = 1;
	deep[2 * TP_TREES_DEPTH + 2][0] = COLS;
	deep[2 * TP_TREES_DEPTH + 2][1] = 0;
	assert_int_equal(load(2 * TP_TREES_DEPTH + 3, deep, 1), -1);
}

/* Inputs of few values, so that bins lose nothing, and a target of them. */
struct table {
	float	x[ROWS * COLS], y[ROWS];
	float	g[ROWS * 3], h[ROWS * 3];
};

static size_t
rows_of(void *arg, size_t from, size_t room, float *x)
{
	const struct table	*t = arg;
	size_t			 n = ROWS - from < room ? ROWS - from : room;

	memcpy(x, t->x + from * COLS, n * COLS * sizeof(*x));
	return n;
}

static struct table *
make_table(void)
{
	struct table	*t = tp_calloc(1, sizeof(*t));
	struct tp_rng	 r;
	size_t		 i;

	tp_rng_init(&r, 9);
	for (i = 0; i < ROWS * COLS; i++)
		t->x[i] = (float)tp_rng_below(&r, 40);
	for (i = 0; i < ROWS; i++)
		t->y[i] = t->x[i * COLS + 2] * 0.5f +
		    (t->x[i * COLS + 4] > 17 ? 9 : 0) +
		    (float)tp_rng_below(&r, 8);
	return t;
}

/* False, and the test is skipped, where the library is not here. */
static bool
open_xgb(struct tp_xgb *x, struct table *t, int threads)
{
	const struct tp_xgb_rows	r = { ROWS, COLS, rows_of, t };
	struct tp_err			e = { 0 };

	memset(x, 0, sizeof(*x));
	if (tp_xgb_open(x, &e) != 0) {
		print_message("skipped: %s\n", e.text);
		return false;
	}
	assert_int_equal(tp_xgb_data(x, &r, 64, threads, &e), 0);
	return true;
}

static void
train(struct tp_xgb *x, struct table *t, const struct tp_xgb_opts *o,
    int rounds)
{
	struct tp_err	 e = { 0 };
	const float	*m = NULL;
	size_t		 i, n = ROWS * o->groups;
	int		 k;

	assert_int_equal(tp_xgb_start(x, o, &e), 0);
	for (k = 0; k < rounds; k++) {
		if (k > 0)
			m = tp_xgb_margins(x, &e);
		for (i = 0; i < n; i++) {
			t->g[i] = (m != NULL ? m[i] : 0) -
			    t->y[i / o->groups] * (float)(i % o->groups + 1);
			t->g[i] = rintf(t->g[i] / TP_XGB_QUANTUM) *
			    TP_XGB_QUANTUM;
			t->h[i] = 1;
		}
		assert_int_equal(tp_xgb_round(x, t->g, t->h, &e), 0);
	}
}

/* What our walk says of the table's rows is what XGBoost says. */
static void
walk_is_xgboost(void **state)
{
	struct table	*t = make_table();
	struct tp_xgb	 xgb;
	struct tp_trees	 trees = { 0 };
	struct tp_err	 e = { 0 };
	const float	*m;
	uint32_t	 x[(COLS + 1) * LANES];
	size_t		 i, k, g, groups;

	(void)state;
	for (groups = 1; groups <= 3; groups += 2) {
		struct tp_xgb_opts	o = { 6, 0.3, 1, 5, 0.8, 0,
					    groups, 1 };

		if (!open_xgb(&xgb, t, 2))
			break;
		train(&xgb, t, &o, 25);
		m = tp_xgb_margins(&xgb, &e);
		assert_non_null(m);
		assert_int_equal(tp_xgb_trees(&xgb, &trees, &e), 0);
		assert_int_equal(trees.n, 25 * groups);
		for (i = 0; i < ROWS; i += LANES) {
			tp_trees_columns(t->x + i * COLS, LANES, COLS, x);
			for (g = 0; g < groups; g++) {
				float	sum[LANES] = { 0 };

				tp_trees_sum(&trees, g, trees.n, groups, x, 1,
				    sum);
				for (k = 0; k < LANES; k++)
					assert_true(fabsf(sum[k] -
					    m[(i + k) * groups + g]) < 1e-6f *
					    (1 + fabsf(sum[k])));
			}
		}
		tp_trees_release(&trees);
		tp_xgb_close(&xgb);
	}
	free(t);
}

static void
bytes(struct table *t, int threads, struct tp_buf *b)
{
	struct tp_xgb_opts	o = { 8, 0.3, 1, 2, 0.8, 0, 1, 7 };
	struct tp_trees		trees = { 0 };
	struct tp_err		e = { 0 };
	struct tp_xgb		xgb;

	if (!open_xgb(&xgb, t, threads))
		return;
	train(&xgb, t, &o, 30);
	assert_int_equal(tp_xgb_trees(&xgb, &trees, &e), 0);
	tp_trees_save(&trees, b);
	tp_trees_release(&trees);
	tp_xgb_close(&xgb);
}

static void
same_with_threads(void **state)
{
	struct table	*t = make_table();
	struct tp_buf	 a = { 0 }, b = { 0 };
	int		 threads;

	(void)state;
	bytes(t, 1, &a);
	for (threads = 2; threads < 6; threads++) {
		b.n = 0;
		bytes(t, threads, &b);
		assert_int_equal(a.n, b.n);
		assert_true(a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
	}
	tp_buf_release(&a);
	tp_buf_release(&b);
	free(t);
}

/* How much squared error the split of a column at a value takes away. */
static double
gain(const struct table *t, size_t col, float at)
{
	double	sum[2] = { 0 }, n[2] = { 0 };
	size_t	i;

	for (i = 0; i < ROWS; i++) {
		int	right = !(t->x[i * COLS + col] < at);

		sum[right] += (double)t->y[i];
		n[right]++;
	}
	return n[0] < 5 || n[1] < 5 ? 0 : sum[0] * sum[0] / n[0] +
	    sum[1] * sum[1] / n[1];
}

/* A tree of one split is the best of all that can be made. */
static void
split_is_the_best(void **state)
{
	struct table		*t = make_table();
	struct tp_xgb_opts	 o = { 1, 1, 0, 5, 1, 0, 1, 1 };
	struct tp_trees		 trees = { 0 };
	struct tp_err		 e = { 0 };
	struct tp_xgb		 xgb;
	double			 best = 0, got;
	size_t			 c;
	int			 v;

	(void)state;
	if (open_xgb(&xgb, t, 2)) {
		train(&xgb, t, &o, 1);
		assert_int_equal(tp_xgb_trees(&xgb, &trees, &e), 0);
		for (c = 0; c < COLS; c++)
			for (v = 1; v < 40; v++) {
				got = gain(t, c, (float)v);
				best = got > best ? got : best;
			}
		assert_int_equal(trees.nnode, 3);
		got = gain(t, trees.node[0].col,
		    tp_tree_number(trees.node[0].key));
		assert_true(fabs(got - best) < 1e-9 * best);
	}
	tp_trees_release(&trees);
	tp_xgb_close(&xgb);
	free(t);
}

int
main(void)
{
	const struct CMUnitTest	tests[] = {
		cmocka_unit_test(walk_is_node_after_node),
		cmocka_unit_test(alike_trees_share_a_walk),
		cmocka_unit_test(keys_are_in_order),
		cmocka_unit_test(no_trees_of_circles),
		cmocka_unit_test(hostile_files_are_refused),
		cmocka_unit_test(walk_is_xgboost),
		cmocka_unit_test(same_with_threads),
		cmocka_unit_test(split_is_the_best),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
