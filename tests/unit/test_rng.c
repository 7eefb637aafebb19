#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/rng.h"

#define MANY	200000

/* The first numbers of the reference code, from state 1, 2, 3, 4. */
static void
known_numbers(void **state)
{
	static const uint64_t	want[] = {
		UINT64_C(11520), UINT64_C(0), UINT64_C(1509978240),
		UINT64_C(1215971899390074240),
	};
	struct tp_rng		r = { { 1, 2, 3, 4 } };
	size_t			i;

	(void)state;
	for (i = 0; i < 4; i++)
		assert_true(tp_rng_next(&r) == want[i]);
	/* splitmix64 from 0. */
	tp_rng_init(&r, 0);
	assert_true(r.s[0] == UINT64_C(0xe220a8397b1dcdaf));
	assert_true(r.s[1] == UINT64_C(0x6e789e6aa1b965f4));
}

static void
uniform_moments(void **state)
{
	struct tp_rng	r;
	double		sum = 0, squares = 0, v;
	int		i;

	(void)state;
	tp_rng_init(&r, 3);
	for (i = 0; i < MANY; i++) {
		v = tp_rng_uniform(&r);
		assert_true(v >= 0 && v < 1);
		sum += v;
		squares += v * v;
	}
	assert_true(fabs(sum / MANY - 0.5) < 0.004);
	assert_true(fabs(squares / MANY - 1.0 / 3) < 0.004);
}

static void
normal_moments(void **state)
{
	struct tp_rng	r;
	double		sum = 0, squares = 0, v;
	int		i, inside = 0;

	(void)state;
	tp_rng_init(&r, 4);
	for (i = 0; i < MANY; i++) {
		v = tp_rng_normal(&r);
		sum += v;
		squares += v * v;
		inside += fabs(v) < 1.96;
	}
	assert_true(fabs(sum / MANY) < 0.012);
	assert_true(fabs(squares / MANY - 1) < 0.02);
	assert_true(fabs((double)inside / MANY - 0.95) < 0.003);
}

static void
below_is_even(void **state)
{
	struct tp_rng	r;
	int		count[7] = { 0 }, i;

	(void)state;
	tp_rng_init(&r, 5);
	for (i = 0; i < 70000; i++)
		count[tp_rng_below(&r, 7)]++;
	for (i = 0; i < 7; i++)
		assert_in_range(count[i], 9500, 10500);
	assert_true(tp_rng_below(&r, 1) == 0);
	for (i = 0; i < 1000; i++)
		assert_true(tp_rng_below(&r, UINT64_MAX) < UINT64_MAX);
}

int
main(void)
{
	const struct CMUnitTest	tests[] = {
		cmocka_unit_test(known_numbers),
		cmocka_unit_test(uniform_moments),
		cmocka_unit_test(normal_moments),
		cmocka_unit_test(below_is_even),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
