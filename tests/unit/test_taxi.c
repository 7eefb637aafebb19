#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/rng.h"
#include "data/drive.h"
#include "data/taxi.h"
#include "town.h"

#define TRIPS	20000

static int
compare(const void *a, const void *b)
{
	return tp_trip_compare(a, b);
}

/* Any amount of memory gives the order of qsort(). */
static void
sorts_as_qsort(void **state)
{
	static const size_t	bytes[] = { 1, 500, 100000, 64 << 20 };
	struct tp_trip		*all = tp_calloc(TRIPS, sizeof(*all)), t;
	struct tp_tripsort	s;
	struct tp_err		e = { 0 };
	struct tp_rng		r;
	size_t			i, k;

	(void)state;
	tp_rng_init(&r, 1);
	for (i = 0; i < TRIPS; i++) {
		all[i].from = (int64_t)tp_rng_below(&r, 2000);
		all[i].to = all[i].from + (int64_t)tp_rng_below(&r, 3);
		all[i].id = tp_rng_below(&r, 50);
		all[i].metres = tp_rng_uniform(&r);
	}
	for (k = 0; k < 4; k++) {
		tp_tripsort_init(&s, bytes[k]);
		for (i = 0; i < TRIPS / (k == 0 ? 10 : 1); i++)
			assert_int_equal(tp_tripsort_add(&s, &all[i], &e), 0);
		assert_int_equal(tp_tripsort_end(&s, &e), 0);
		assert_int_equal(s.fd != -1, k < 3);
		qsort(all, i, sizeof(*all), compare);
		for (i = 0; tp_tripsort_next(&s, &t, &e) == 1; i++)
			assert_int_equal(tp_trip_compare(&t, &all[i]), 0);
		assert_int_equal(i, TRIPS / (k == 0 ? 10 : 1));
		tp_tripsort_release(&s);
	}
	free(all);
}

/* A file that cannot be made is an error, not a loss. */
static void
says_where_it_cannot_sort(void **state)
{
	struct tp_tripsort	s;
	struct tp_trip		t = { 0 };
	struct tp_err		e = { 0 };
	int			i, rc = 0;

	(void)state;
	setenv("TMPDIR", "/nowhere/at/all", 1);
	tp_tripsort_init(&s, 500);
	for (i = 0; i < 1000 && rc == 0; i++)
		rc = tp_tripsort_add(&s, &t, &e);
	unsetenv("TMPDIR");
	assert_int_equal(rc, -1);
	assert_int_equal(e.code, TP_EXIT_SYS);
	tp_tripsort_release(&s);
}

/* The speed adds up to the way, in the time, for any two of them. */
static void
drives_the_way_in_the_time(void **state)
{
	struct tp_drive	d;
	struct tp_rng	r;
	int		i, k;

	(void)state;
	tp_rng_init(&r, 2);
	for (i = 0; i < 300; i++) {
		double	seconds = 1 + tp_rng_uniform(&r) * 3000;
		double	metres = i % 10 == 0 ? 0 :
			    tp_rng_uniform(&r) * 36 * seconds;
		double	sum = 0, last = 0, at, speed, top = 0;
		int	n = 20000;

		tp_drive_init(&d, metres, seconds);
		assert_float_equal(tp_drive_at(&d, 0, &speed), 0, 0);
		assert_float_equal(speed, 0, 0);
		for (k = 0; k < n; k++) {
			at = tp_drive_at(&d, (k + 0.5) * seconds / n, &speed);
			sum += speed * seconds / n;
			assert_true(at >= last && at <= metres + 1e-9);
			last = at;
			top = fmax(top, speed);
		}
		assert_float_equal(sum, metres, 1e-3 * metres + 1e-6);
		/* no harder than it must be */
		assert_true(top <= 2 * metres / seconds + 1e-9);
		if (seconds * seconds > 4 * metres * (1 / 3.0 + 1 / 4.0))
			assert_true(fabs(d.speed - 1.5 * d.up) < 1e-9);
		assert_float_equal(tp_drive_at(&d, seconds, &speed), metres,
		    0);
		assert_float_equal(speed, 0, 0);
	}
}

/* A path through a town is as long as its way, and begins and ends right. */
static void
routes_follow_the_graph(void **state)
{
	struct town		w = { 0 };
	struct tp_taxiroute	r;
	struct tp_taxipath	p = { 0 };
	struct tp_rng		rng;
	struct tp_point		a, b, x;
	double			metres, last = 0;
	int			i, k, found = 0;

	(void)state;
	tp_rng_init(&rng, 3);
	town_random(&w, &rng);
	tp_taxiroute_init(&r, &w.g);
	for (i = 0; i < 200; i++) {
		a = w.g.at[tp_rng_below(&rng, w.g.nodes - w.g.node_copies)];
		b = w.g.at[tp_rng_below(&rng, w.g.nodes - w.g.node_copies)];
		if (!tp_taxiroute_find(&r, a, b, &p))
			continue;
		found++;
		for (metres = 0, k = 0; k < (int)r.way.n; k++)
			metres += tp_way_share(&r.way, (size_t)k) *
			    tp_point_metres(w.g.at[w.g.tail[r.way.edge[k]]],
			    w.g.at[w.g.head[r.way.edge[k]]]);
		assert_float_equal(p.along[p.n - 1], metres,
		    1 + metres * 0.01);
		x = tp_taxipath_at(&p, 0);
		assert_memory_equal(&x, &a, sizeof(a));
		x = tp_taxipath_at(&p, 1);
		assert_memory_equal(&x, &b, sizeof(b));
		for (last = 0, k = 1; k <= 50 && p.n > 1; k++) {
			struct tp_point	y = tp_taxipath_at(&p, k / 50.0);

			x = tp_taxipath_at(&p, (k - 1) / 50.0);
			last += tp_point_metres(x, y);
		}
		assert_true(last <= p.along[p.n - 1] * 1.001 + 1);
	}
	assert_true(found > 50);
	tp_taxipath_release(&p);
	tp_taxiroute_release(&r);
	town_release(&w);
}

int
main(void)
{
	const struct CMUnitTest	tests[] = {
		cmocka_unit_test(sorts_as_qsort),
		cmocka_unit_test(says_where_it_cannot_sort),
		cmocka_unit_test(drives_the_way_in_the_time),
		cmocka_unit_test(routes_follow_the_graph),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
