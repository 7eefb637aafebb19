/* Gradients of nets, against what a little more or less of a weight does to the
 * loss; and what a run need not compute or keep. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "num/net.h"
#include "num/netnode.h"

#define NSEG	3
#define WINDOWS	2
#define SLOTS	5

/* A net, numbers to put in, and what its outputs count for in the loss. */
struct trial {
	struct tp_net	*net;
	struct tp_view	 in, out;
	struct tp_netrun run;
	float		*w, *g, *weight;
	size_t		 nout;
};

static void
trial_init(struct trial *t, struct tp_view in, struct tp_view out,
    uint64_t seed)
{
	struct tp_rng	r;
	size_t		i, n;

	tp_rng_init(&r, seed);
	t->in = in;
	t->out = out;
	tp_netrun_init(&t->run, t->net, WINDOWS, true);
	t->w = tp_calloc(tp_net_size(t->net), sizeof(*t->w));
	t->g = tp_calloc(tp_net_size(t->net), sizeof(*t->g));
	tp_net_start(t->net, &r, t->w);
	n = in.nt * WINDOWS * NSEG * in.nc;
	for (i = 0; i < n; i++)
		tp_netrun_value(&t->run, in.node)[i] =
		    (float)tp_rng_normal(&r);
	for (i = 0; i < 4 * WINDOWS; i++) {
		t->run.slot[i % (in.nt * WINDOWS)] =
		    (uint32_t)tp_rng_below(&r, SLOTS);
		t->run.day[i % (in.nt * WINDOWS)] =
		    (uint32_t)tp_rng_below(&r, 7);
	}
	t->nout = out.nt * WINDOWS * NSEG * out.nc;
	t->weight = tp_calloc(t->nout, sizeof(*t->weight));
	for (i = 0; i < t->nout; i++)
		t->weight[i] = (float)(2 * tp_rng_uniform(&r) - 1);
}

static double
loss(struct trial *t, uint64_t key)
{
	double	sum = 0;
	size_t	i;

	tp_net_derive(t->net, t->w);
	tp_net_forward(&t->run, t->w, key != 0, key);
	for (i = 0; i < t->nout; i++)
		sum += (double)t->weight[i] *
		    (double)tp_netrun_value(&t->run, t->out.node)[i];
	return sum;
}

/* Forward with dropout, then backward from the weights of the loss. */
static void
both_ways(struct trial *t, uint64_t key)
{
	loss(t, key);
	tp_net_clear(&t->run);
	memcpy(tp_netrun_grad(&t->run, t->out.node), t->weight,
	    t->nout * sizeof(float));
	tp_net_backward(&t->run, t->w, t->g, key);
}

/* Every weight's gradient against the loss a little to both sides. */
static void
check_gradient(struct trial *t, uint64_t key)
{
	const double	eps = 4e-3;
	double		want, most = 0, error = 0;
	size_t		i;
	float		was;

	both_ways(t, key);
	tp_net_derive_back(t->net, t->w, t->g);
	for (i = 0; i < tp_net_learned(t->net); i++) {
		was = t->w[i];
		t->w[i] = was + (float)eps;
		want = loss(t, key);
		t->w[i] = was - (float)eps;
		want = (want - loss(t, key)) / (2 * eps);
		t->w[i] = was;
		most = fmax(most, fabs(want));
		error = fmax(error, fabs(want - (double)t->g[i]));
	}
	assert_true(most > 0.05);
	assert_true(error < 6e-3 * (1 + most));
}

static void
trial_release(struct trial *t)
{
	tp_netrun_release(&t->run);
	tp_net_free(t->net);
	free(t->w);
	free(t->g);
	free(t->weight);
}

/* A run for use only, whose values are not all kept, has the same in the end,
 * and again. */
static void
check_use(struct trial *t)
{
	struct tp_netrun	 run;
	size_t			 in = t->in.node, nt = t->in.nt * WINDOWS, i;

	loss(t, 0);
	tp_netrun_init(&run, t->net, WINDOWS, false);
	memcpy(tp_netrun_value(&run, in), tp_netrun_value(&t->run, in),
	    nt * NSEG * t->in.nc * sizeof(float));
	memcpy(run.slot, t->run.slot, nt * sizeof(*run.slot));
	memcpy(run.day, t->run.day, nt * sizeof(*run.day));
	for (i = 0; i < 2; i++) {
		tp_net_forward(&run, t->w, false, 0);
		assert_memory_equal(tp_netrun_value(&run, t->out.node),
		    tp_netrun_value(&t->run, t->out.node),
		    t->nout * sizeof(float));
	}
	tp_netrun_release(&run);
}

static void
try(struct tp_net *n, struct tp_view in, struct tp_view out, uint64_t key)
{
	struct trial	t = { .net = n };

	trial_init(&t, in, out, 11);
	check_gradient(&t, key);
	check_use(&t);
	trial_release(&t);
}

static void
gradient_of_linear(void **state)
{
	struct tp_net	*n = tp_net_new(NSEG);
	struct tp_view	 x = tp_net_input(n, 3, 4), a, b;

	(void)state;
	a = tp_net_linear(n, x, tp_net_weights(n, 4, 6, true), NULL);
	b = tp_net_linear(n, tp_view_times(a, 0, 2),
	    tp_net_weights(n, 6, 5, true), NULL);
	/* of some columns and times, with something added */
	a = tp_view_cols(tp_view_times(a, 1, 2), 2, 3);
	b = tp_net_linear(n, a, tp_net_weights(n, 3, 5, false), &b);
	try(n, x, b, 0);
}

static void
gradient_of_embed_and_join(void **state)
{
	struct tp_net	*n = tp_net_new(NSEG);
	struct tp_view	 x = tp_net_input(n, 2, 4), part[3], y;

	(void)state;
	part[0] = tp_net_embed(n, TP_NET_SEG, NSEG, 3, 0, 2, NULL);
	part[0] = tp_net_embed(n, TP_NET_DAY, 7, 3, 0, 2, &part[0]);
	part[1] = tp_net_linear(n, x, tp_net_weights(n, 4, 3, true), NULL);
	part[2] = tp_net_embed(n, TP_NET_SLOT, SLOTS, 4, 0, 2, NULL);
	y = tp_net_join(n, part, 3);
	y = tp_net_linear(n, y, tp_net_weights(n, 10, 2, true), NULL);
	try(n, x, y, 0);
}

static void
gradient_of_relu_and_drop(void **state)
{
	struct tp_net	*n = tp_net_new(NSEG);
	struct tp_view	 x = tp_net_input(n, 1, 4), y;

	(void)state;
	y = tp_net_linear(n, x, tp_net_weights(n, 4, 20, true), NULL);
	y = tp_net_relu(n, y, 0.4);
	y = tp_net_linear(n, y, tp_net_weights(n, 20, 8, true), NULL);
	y = tp_net_drop(n, y, 0.4, &y);
	try(n, x, y, 12345);
}

static void
gradient_of_gate_and_norm(void **state)
{
	struct tp_net	*n = tp_net_new(NSEG);
	struct tp_view	 x = tp_net_input(n, 2, 4), y;

	(void)state;
	y = tp_net_linear(n, x, tp_net_weights(n, 4, 12, true), NULL);
	y = tp_net_gate(n, y);
	/* more than the 16 sums that norm keeps */
	y = tp_net_linear(n, y, tp_net_weights(n, 6, 19, true), NULL);
	y = tp_net_norm(n, y);
	try(n, x, y, 0);
}

static void
gradient_of_lstm(void **state)
{
	struct tp_net	*n = tp_net_new(NSEG);
	struct tp_view	 x = tp_net_input(n, 3, 2), c, y, all;
	struct tp_linear w;
	size_t		 t;

	(void)state;
	w = tp_net_weights(n, 3, 12, false);
	all = tp_net_linear(n, x, tp_net_weights(n, 2, 12, true), NULL);
	c = tp_net_input(n, 1, 3);
	y = tp_net_lstm(n, tp_net_linear(n, tp_view_times(all, 0, 1),
	    tp_net_weights(n, 12, 12, true), NULL), c);
	for (t = 1; t < 3; t++) {
		c = tp_view_times(all, t, 1);
		c = tp_net_linear(n, tp_view_cols(y, 0, 3), w, &c);
		y = tp_net_lstm(n, c, tp_view_cols(y, 3, 3));
	}
	try(n, x, y, 0);
}

static void
gradient_of_mixing(void **state)
{
	static const float	road[NSEG * NSEG] = {
		0, 1, 0, 0.25f, 0, 0.75f, 0.5f, 0.5f, 0,
	};
	struct tp_net		*n = tp_net_new(NSEG);
	struct tp_view		 x = tp_net_input(n, 2, 4), y;
	size_t			 graph[2];

	(void)state;
	graph[0] = tp_net_graph(n, road);
	graph[1] = tp_net_learned_graph(n, 4);
	y = tp_net_linear(n, x, tp_net_weights(n, 4, 5, true), NULL);
	y = tp_net_mix(n, y, graph, 2, 2);
	assert_int_equal(y.nc, 25);
	y = tp_net_linear(n, y, tp_net_weights(n, 25, 3, true), NULL);
	try(n, x, y, 0);
}

/* One row of a learned graph sums to 1; two hops are the square. */
static void
mixing_is_the_product(void **state)
{
	struct tp_net		*n = tp_net_new(NSEG);
	struct tp_view		 x = tp_net_input(n, 1, 1), y;
	struct tp_netrun	 run;
	struct tp_rng		 r;
	size_t			 graph = tp_net_learned_graph(n, 2), i, j, k;
	float			*w, *a, *v;
	double			 sum, two;

	(void)state;
	y = tp_net_mix(n, x, &graph, 1, 2);
	w = tp_calloc(tp_net_size(n), sizeof(*w));
	tp_rng_init(&r, 5);
	tp_net_start(n, &r, w);
	tp_net_derive(n, w);
	a = w + tp_net_learned(n);
	tp_netrun_init(&run, n, 1, false);
	for (i = 0; i < NSEG; i++)
		tp_netrun_value(&run, x.node)[i] = (float)(i * i + 1);
	tp_net_forward(&run, w, false, 0);
	v = tp_netrun_value(&run, y.node);
	for (i = 0; i < NSEG; i++) {
		for (sum = two = 0, j = 0; j < NSEG; j++) {
			sum += (double)a[i * NSEG + j];
			for (k = 0; k < NSEG; k++)
				two += (double)(a[i * NSEG + j] *
				    a[j * NSEG + k]) * (double)(k * k + 1);
		}
		assert_true(fabs(sum - 1) < 1e-6);
		assert_true(v[i * 3] == (float)(i * i + 1));
		assert_true(fabs((double)v[i * 3 + 2] - two) < 1e-5);
	}
	tp_netrun_release(&run);
	tp_net_free(n);
	free(w);
}

#define TIMES	9		/* of the input of dilated() */
#define KEPT	2		/* time of its output that is wanted */

/* Convolutions over time whose output is time KEPT only, or all times, which
 * are made from all of the input; the same weights. */
static struct tp_view
dilated(struct tp_net *n, struct tp_view x, bool whole)
{
	size_t		graph = tp_net_learned_graph(n, 2), i;
	struct tp_view	y, old, two[2];

	y = tp_net_linear(n, x, tp_net_weights(n, 3, 4, true), NULL);
	y = tp_net_embed(n, TP_NET_SLOT, SLOTS, 4, 0, y.nt, &y);
	for (i = 1; i < 5; i += 2) {
		old = tp_view_times(y, i, y.nt - i);
		two[0] = tp_view_times(y, 0, y.nt - i);
		two[1] = old;
		y = tp_net_join(n, two, 2);
		y = tp_net_linear(n, y, tp_net_weights(n, 8, 8, true), NULL);
		y = tp_net_mix(n, tp_net_gate(n, y), &graph, 1, 2);
		y = tp_net_linear(n, y, tp_net_weights(n, 12, 4, false),
		    NULL);
		y = tp_net_norm(n, tp_net_drop(n, y, 0.5, &old));
		y = tp_net_embed(n, TP_NET_DAY, 7, 4, TIMES - y.nt, y.nt,
		    &y);
	}
	if (!whole)
		y = tp_view_times(y, KEPT, 1);
	return tp_net_linear(n, tp_net_relu(n, tp_net_linear(n, y,
	    tp_net_weights(n, 4, 6, true), NULL), 0), tp_net_weights(n, 6, 2,
	    true), NULL);
}

/*
 * A run leaves out times that the last node is not made from: what one time
 * of it is, and its gradient, is as where all times are computed and the loss
 * is of that one.
 */
static void
leaves_out_times(void **state)
{
	struct trial	 t = { .net = tp_net_new(NSEG) };
	struct trial	 all = { .net = tp_net_new(NSEG) };
	struct tp_view	 x = tp_net_input(t.net, TIMES, 3);
	struct tp_view	 same = tp_net_input(all.net, TIMES, 3);
	size_t		 needed = 0, i;
	double		 most = 0;

	(void)state;
	trial_init(&t, x, dilated(t.net, x, false), 3);
	trial_init(&all, same, dilated(all.net, same, true), 3);
	assert_int_equal(tp_net_size(t.net), tp_net_size(all.net));
	memset(all.weight, 0, all.nout * sizeof(float));
	memcpy(all.weight + KEPT * t.nout, t.weight, t.nout * sizeof(float));
	for (i = 0; i < TIMES; i++)
		needed += t.run.needed[i];
	assert_int_equal(needed, 4);
	both_ways(&t, 7);
	both_ways(&all, 7);
	assert_memory_equal(tp_netrun_value(&t.run, t.out.node),
	    tp_netrun_value(&all.run, all.out.node) + KEPT * t.nout,
	    t.nout * sizeof(float));
	for (i = 0; i < tp_net_size(t.net); i++) {
		most = fmax(most, fabs((double)all.g[i]));
		assert_true(fabs((double)(t.g[i] - all.g[i])) <
		    1e-5 * (1 + fabs((double)all.g[i])));
	}
	assert_true(most > 0.1);
	memset(t.g, 0, tp_net_size(t.net) * sizeof(*t.g));
	check_gradient(&t, 7);
	check_use(&t);
	check_use(&all);
	trial_release(&t);
	trial_release(&all);
}

/* A chain needs its input and two of its layers at a time. */
static void
use_needs_little_room(void **state)
{
	struct tp_net	*n = tp_net_new(NSEG);
	struct tp_view	 x = tp_net_input(n, 2, 5);
	size_t		 width, i, *at;

	(void)state;
	for (i = 0; i < 10; i++)
		x = tp_net_linear(n, x, tp_net_weights(n, x.nc, 8, true),
		    NULL);
	at = tp_net_places(n, &width);
	assert_int_equal(width, 2 * 5 + 2 * 2 * 8);
	free(at);
	tp_net_free(n);
}


int
main(void)
{
	const struct CMUnitTest	tests[] = {
		cmocka_unit_test(gradient_of_linear),
		cmocka_unit_test(gradient_of_embed_and_join),
		cmocka_unit_test(gradient_of_relu_and_drop),
		cmocka_unit_test(gradient_of_gate_and_norm),
		cmocka_unit_test(gradient_of_lstm),
		cmocka_unit_test(gradient_of_mixing),
		cmocka_unit_test(mixing_is_the_product),
		cmocka_unit_test(leaves_out_times),
		cmocka_unit_test(use_needs_little_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
