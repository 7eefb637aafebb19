/* The table of readings against a search through all that was added. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/rng.h"
#include "forecast/truth.h"

#define T0	INT64_C(1340150400000)
#define N	4000
#define SEGS	3
#define STEPS	300

struct one {
	int	seg;
	int64_t	t;
	double	v;
};

/* The mean of what was added for a segment and step, in order; NAN: none. */
static double
search(const struct one *a, int seg, int64_t step)
{
	double	sum = 0;
	int	i, n = 0;

	for (i = 0; i < N; i++)
		if (a[i].seg == seg && a[i].t >= step &&
		    a[i].t < step + 5 * TP_MINUTE) {
			sum += a[i].v;
			n++;
		}
	return n == 0 ? (double)NAN : n == 1 ? sum : tp_fixed(sum / n, 6);
}

static void
test_find(void **state)
{
	struct tp_truth	 t = {
		.step_ms = 5 * TP_MINUTE, .max_keys = 10, .max_readings = N,
	};
	struct one	*a = tp_malloc(N * sizeof(*a));
	const char	*rule, *why;
	struct tp_rng	 r;
	char		 id[2] = "a";
	int		 i, s;

	(void)state;
	tp_rng_init(&r, 5);
	for (i = 0; i < N; i++) {
		a[i].seg = (int)tp_rng_below(&r, SEGS);
		a[i].t = T0 + (int64_t)tp_rng_below(&r,
		    STEPS * 5 * TP_MINUTE / 2) * 2;
		a[i].v = 100 * tp_rng_uniform(&r);
		id[0] = (char)('a' + a[i].seg);
		assert_int_equal(tp_truth_add(&t, id, 1, a[i].t, a[i].v,
		    TP_UNIT_MPH, &rule, &why), 0);
	}
	assert_int_equal(tp_truth_add(&t, "a", 1, T0, 1, TP_UNIT_MPH, &rule,
	    &why), -1);
	assert_string_equal(rule, "max-readings");
	tp_truth_close(&t);
	for (s = 0; s < SEGS; s++) {
		size_t	seg;

		id[0] = (char)('a' + s);
		seg = tp_map_find(&t.ids, id, 1);
		assert_true(seg != SIZE_MAX);
		for (i = -2; i < STEPS + 2; i++) {
			int64_t	step = T0 + i * 5 * TP_MINUTE;
			double	want = search(a, s, step);
			size_t	at = tp_truth_find(&t, seg, step + 299999);

			assert_int_equal(at == SIZE_MAX, isnan(want));
			if (at != SIZE_MAX)
				assert_true(t.seg[seg].p[at].v == want);
		}
	}
	tp_truth_release(&t);
	free(a);
}

static void
test_units_and_keys(void **state)
{
	struct tp_truth	 t = {
		.step_ms = 5 * TP_MINUTE, .max_keys = 1, .max_readings = 9,
	};
	const char	*rule, *why;

	(void)state;
	assert_int_equal(tp_truth_add(&t, "a", 1, -1, 50, TP_UNIT_MPH, &rule,
	    &why), 0);
	assert_int_equal(tp_truth_add(&t, "a", 1, 0, 80.4672, TP_UNIT_KMH,
	    &rule, &why), 0);
	assert_int_equal(tp_truth_add(&t, "b", 1, 0, 50, TP_UNIT_MPH, &rule,
	    &why), -1);
	assert_string_equal(rule, "max-keys");
	tp_truth_close(&t);
	/* a time before 1970 is in the step before, not in step 0 */
	assert_int_equal(t.n, 2);
	assert_int_equal(t.first, -5 * TP_MINUTE);
	assert_int_equal(tp_truth_find(&t, 0, -5 * TP_MINUTE), 0);
	assert_int_equal(tp_truth_find(&t, 0, 1), 1);
	assert_true(t.seg[0].p[1].v == 50);
	tp_truth_release(&t);
}

int
main(void)
{
	const struct CMUnitTest	tests[] = {
		cmocka_unit_test(test_find),
		cmocka_unit_test(test_units_and_keys),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
