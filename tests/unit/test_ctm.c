#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/rng.h"
#include "data/ctm.h"

#define N	200
#define DX	100.0
#define DT	3.0
#define WAVE	5.0

static void
build(struct tp_ctm *m)
{
	size_t	i;

	tp_ctm_init(m, N, DX);
	for (i = 0; i < N; i++) {
		m->cells[i].vf = 30;
		m->cells[i].cap = 2;
		m->cells[i].kj = tp_ctm_critical(&m->cells[i]) + 2 / WAVE;
	}
}

/* No vehicle is made or lost, and no cell overflows, whatever happens. */
static void
vehicles_are_conserved(void **state)
{
	struct tp_ctm	m;
	struct tp_rng	r;
	double		in = 0, out = 0, have;
	size_t		i;
	int		t;

	(void)state;
	tp_rng_init(&r, 1);
	build(&m);
	m.cells[60].off = 0.2;
	m.cells[150].off = 0.1;
	for (t = 0; t < 5000; t++) {
		if (t % 50 == 0) {
			m.demand = 2.5 * tp_rng_uniform(&r);
			m.cells[62].on = 0.8 * tp_rng_uniform(&r);
			m.cells[120].limit = tp_rng_below(&r, 3) == 0 ? 0.4 :
			    INFINITY;
		}
		tp_ctm_step(&m, DT);
		in += (m.demand + m.cells[62].on) * DT;
		out += (m.cells[N - 1].out + 0.2 * m.cells[60].out +
		    0.1 * m.cells[150].out) * DT;
		have = m.queue + m.cells[62].queue;
		for (i = 0; i < N; i++) {
			have += m.cells[i].k * DX;
			assert_true(m.cells[i].k >= 0 &&
			    m.cells[i].k <= m.cells[i].kj * (1 + 1e-9));
			assert_true(m.cells[i].out <= 2 * (1 + 1e-9));
		}
		assert_true(fabs(in - out - have) < 1e-6 * (1 + in));
	}
	tp_ctm_release(&m);
}

/* Where density crosses k, between cells, seen from downstream. */
static double
front(const struct tp_ctm *m, double k, bool above)
{
	size_t	i;

	for (i = N - 1; i > 0; i--)
		if ((m->cells[i - 1].k < k) == above &&
		    (m->cells[i].k < k) != above)
			return (double)i * DX;
	return NAN;
}

/* The density in free flow that carries q, by bisection. */
static double
free_density(const struct tp_ctm_cell *c, double q)
{
	double	lo = 0, hi = tp_ctm_critical(c);
	int	i;

	for (i = 0; i < 60; i++)
		*(tp_ctm_flow(c, (lo + hi) / 2) < q ? &lo : &hi) =
		    (lo + hi) / 2;
	return lo;
}

/*
 * A block lets 0.5 of 1.5 veh/s through: the tail goes upstream as fast as
 * Rankine and Hugoniot say, (q2 - q1) / (k2 - k1); when the block is gone
 * the head goes upstream at the slope of the diagram.
 */
static void
fronts_have_their_speeds(void **state)
{
	struct tp_ctm	m;
	double		k1, k2, x0, x1;
	int		t;

	(void)state;
	build(&m);
	m.demand = 1.5;
	for (t = 0; t < 1000; t++)
		tp_ctm_step(&m, DT);
	m.cells[180].limit = 0.5;
	for (t = 0; t < 300; t++)
		tp_ctm_step(&m, DT);
	k1 = free_density(&m.cells[0], 1.5);
	k2 = m.cells[0].kj - 0.5 / WAVE;
	assert_true(fabs(m.cells[175].k - k2) < 0.01 * k2);
	x0 = front(&m, (k1 + k2) / 2, true);
	for (t = 0; t < 800; t++)
		tp_ctm_step(&m, DT);
	x1 = front(&m, (k1 + k2) / 2, true);
	assert_true(fabs((x1 - x0) / (800 * DT) - (0.5 - 1.5) / (k2 - k1)) <
	    2 * DX / (800 * DT));

	m.cells[180].limit = INFINITY;
	k1 = tp_ctm_critical(&m.cells[0]);
	for (t = 0; t < 100; t++)
		tp_ctm_step(&m, DT);
	x0 = front(&m, (k1 + k2) / 2, false);
	for (t = 0; t < 300; t++)
		tp_ctm_step(&m, DT);
	x1 = front(&m, (k1 + k2) / 2, false);
	assert_true(fabs((x1 - x0) / (300 * DT) + WAVE) <
	    3 * DX / (300 * DT));
	tp_ctm_release(&m);
}

int
main(void)
{
	const struct CMUnitTest	tests[] = {
		cmocka_unit_test(vehicles_are_conserved),
		cmocka_unit_test(fronts_have_their_speeds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
