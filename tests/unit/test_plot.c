/*
 * What pictures are made of, against brute force: cells, quantiles, the order
 * of sensors; and the parts of scripts.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/rng.h"
#include "plot/cells.h"
#include "plot/hourly.h"
#include "plot/page.h"
#include "plot/residuals.h"
#include "plot/roadorder.h"
#include "plot/speedcolour.h"

#define T0	INT64_C(1340150400000)	/* 2012-06-20T00:00:00Z, Wednesday */
#define N	3000

static int
compare(const void *pa, const void *pb)
{
	double	a = *(const double *)pa, b = *(const double *)pb;

	return a < b ? -1 : a > b;
}

static void
test_cells(void **state)
{
	struct tp_truth		 t = {
		.step_ms = 1, .max_keys = 9, .max_readings = N * 2,
	};
	struct tp_heatmap_row	 rows[3] = { { 2, NULL }, { 0, NULL },
				     { 1, NULL } };
	struct tp_heatmap	 h = { &t, rows, 3, TP_UNIT_MPH };
	struct tp_cells		 c = { 0 };
	struct tp_err		 e = { 0 };
	const char		*rule, *why;
	double			 sum, n;
	size_t			 i, row, col;

	(void)state;
	for (i = 0; i < N; i++)
		assert_int_equal(tp_truth_add(&t, i % 3 == 0 ? "a" :
		    i % 3 == 1 ? "b" : "c", 1, T0 + (int64_t)(i / 3) *
		    TP_MINUTE, (double)(i % 71), TP_UNIT_MPH, &rule, &why),
		    0);
	tp_truth_close(&t);
	assert_int_equal(tp_cells_init(&c, &h, 64, 2, &e), 0);
	assert_true(c.ncol <= 64 && c.ncol > 32);
	assert_int_equal(c.nrow, 2);
	assert_int_equal(c.share, 2);
	assert_int_equal(c.width_ms % TP_MINUTE, 0);
	for (row = 0; row < c.nrow; row++)
		for (col = 0; col < c.ncol; col++) {
			sum = n = 0;
			for (i = 0; i < N; i++) {
				size_t	r = i % 3 == 2 ? 0 :
					    i % 3 == 0 ? 1 : 2;
				int64_t	at = (int64_t)(i / 3) * TP_MINUTE;

				if (r / 2 == row &&
				    at / c.width_ms == (int64_t)col) {
					sum += (double)(i % 71);
					n++;
				}
			}
			assert_true(fabs(c.v[row * c.ncol + col] - sum / n) <
			    1e-9);
		}
	tp_cells_release(&c);
	tp_truth_release(&t);
}

static void
test_hourly(void **state)
{
	struct tp_hourly	 p = { 0 };
	struct tp_tz		 utc = { .utc = true };
	struct tp_rng		 r;
	double			*v = tp_malloc(N * sizeof(*v)), q, want;
	int			 i, n = 0;

	(void)state;
	tp_rng_init(&r, 3);
	for (i = 0; i < N; i++) {
		int64_t	t = T0 + (int64_t)tp_rng_below(&r, 14 * TP_DAY);
		int64_t	day = (t / TP_DAY + 3) % 7;
		double	speed = (double)tp_rng_below(&r, 900) / 10;

		tp_hourly_add(&p, &utc, t, speed, TP_UNIT_MPH);
		if (day < 5 && t % TP_DAY / TP_HOUR == 17)
			v[n++] = speed;
	}
	assert_true(n > 40);
	qsort(v, (size_t)n, sizeof(*v), compare);
	for (q = 0.05; q < 1; q += 0.05) {
		want = v[(int)ceil(q * n - 1e-9) - 1];
		assert_true(fabs(tp_hourly_quantile(&p, 0, 17, q) - want) <
		    1e-9);
	}
	assert_int_equal(p.n, N);
	tp_hourly_release(&p);
	free(v);
}

static void
test_hour_without_readings(void **state)
{
	struct tp_hourly	p = { 0 };
	struct tp_tz		utc = { .utc = true };

	(void)state;
	tp_hourly_add(&p, &utc, T0, 1e9, TP_UNIT_KMH);
	tp_hourly_add(&p, &utc, T0, -5, TP_UNIT_KMH);
	assert_true(isnan(tp_hourly_quantile(&p, 1, 0, 0.5)));
	assert_true(tp_hourly_quantile(&p, 0, 0, 0.5) == 0);
	assert_true(fabs(tp_hourly_quantile(&p, 0, 0, 1) - 299.9) < 1e-9);
	tp_hourly_release(&p);
}

static void
test_residuals(void **state)
{
	struct tp_residuals		 r = { 0 };
	const struct tp_residual	*h;
	int				 i;

	(void)state;
	for (i = 0; i < 100; i++)
		assert_int_equal(tp_residuals_add(&r, 15 + 15 * (i % 2),
		    T0 + i, 50 + i % 10, 50), 0);
	h = tp_residuals_find(&r, 0);
	assert_int_equal(h->minutes, 30);
	assert_int_equal(h->n, 50);
	assert_true(h->sum == 250 && h->abs == 250);
	assert_null(tp_residuals_find(&r, 45));
	for (i = 2; i < TP_RESIDUAL_HORIZONS; i++)
		assert_int_equal(tp_residuals_add(&r, 1000 + i, T0, 1e300,
		    -1e300), 0);
	assert_int_equal(tp_residuals_add(&r, 5000, T0, 1, 1), -1);
	tp_residuals_release(&r);
}

static double
way(const struct tp_road_place *p, const size_t *order, size_t n)
{
	double	sum = 0;
	size_t	i;

	for (i = 1; i < n; i++)
		sum += hypot(p[order[i]].latitude - p[order[i - 1]].latitude,
		    (p[order[i]].longitude - p[order[i - 1]].longitude) *
		    cos(p[0].latitude * 3.14159265358979323846 / 180));
	return sum;
}

/* The shortest of all ways, by trying them all. */
static double
shortest(const struct tp_road_place *p, size_t *order, size_t at, size_t n)
{
	double	best = INFINITY, d;
	size_t	i, swap;

	if (at == n)
		return way(p, order, n);
	for (i = at; i < n; i++) {
		swap = order[at];
		order[at] = order[i];
		order[i] = swap;
		d = shortest(p, order, at + 1, n);
		best = d < best ? d : best;
		order[i] = order[at];
		order[at] = swap;
	}
	return best;
}

static void
test_road_order(void **state)
{
	struct tp_road_place	p[8];
	struct tp_rng		r;
	size_t			order[8], all[8], i, k, n = 8;
	double			got, best;

	(void)state;
	tp_rng_init(&r, 9);
	for (k = 0; k < 20; k++) {
		for (i = 0; i < n; i++)
			/* the same latitude for the plane's scale */
			p[i] = (struct tp_road_place){
				34 + 0.001 * tp_rng_uniform(&r),
				-118 + 0.001 * tp_rng_uniform(&r), NULL,
			};
		tp_road_order(p, n, order);
		for (i = 0; i < n; i++)
			all[i] = i;
		best = shortest(p, all, 0, n);
		got = way(p, order, n);
		assert_true(got <= best * 1.06);
		assert_true(p[order[0]].latitude >=
		    p[order[n - 1]].latitude);
	}
}

static void
test_roads(void **state)
{
	struct tp_road_place	p[] = {
		{ 34.1, -118, "B" }, { NAN, NAN, "A" }, { 34.3, -118, "B" },
		{ 34.2, -118, "A" }, { 34.2, -118, "B" }, { 34.4, -118, "A" },
	};
	static const size_t	want[] = { 5, 3, 2, 4, 0, 1 };
	size_t			order[6], i;

	(void)state;
	tp_road_order(p, 6, order);
	for (i = 0; i < 6; i++)
		assert_int_equal(order[i], want[i]);
	tp_road_order(p, 0, order);
}

static void
check_text(const char *s, size_t max, const char *want)
{
	struct tp_buf	b = { 0 };

	tp_page_text(&b, s, strlen(s), max);
	assert_string_equal(tp_buf_cstr(&b), want);
	tp_buf_release(&b);
}

static void
test_text(void **state)
{
	(void)state;
	check_text("plain", 99, "'plain'");
	check_text("it's", 99, "'it''s'");
	check_text("`ls`\\n\n\033[1m", 99, "'?ls??n??[1m'");
	check_text("caf\u00e9 \U0001F697!", 7, "'caf\u00e9 \U0001F697!'");
	check_text("caf\u00e9 \U0001F697!", 6, "'caf\u00e9 \U0001F697...'");
	check_text("\xff\xc3", 9, "'\?\?'");
	check_text("a\xc2\x9b" "b", 9, "'a?b'");
}

static void
check_axis(const char *zone, int64_t lo, int64_t hi, const char *has)
{
	struct tp_tz	z;
	struct tp_err	e = { 0 };
	struct tp_page	p = {
		.kind = TP_PAGE_PNG, .width = 1000, .height = 600,
		.tz = &z, .tz_name = zone,
	};
	struct tp_buf	b = { 0 };

	assert_int_equal(tp_tz_open(&z, zone, &e), 0);
	tp_page_time_axis(&p, &b, lo, hi, 900);
	if (strstr(tp_buf_cstr(&b), has) == NULL)
		fail_msg("no %s in %s", has, tp_buf_cstr(&b));
	tp_buf_release(&b);
}

static void
test_axis(void **state)
{
	(void)state;
	check_axis("UTC", T0, T0 + TP_HOUR, "(\"00:00\" 0.000, \"00:10\" "
	    "600.000, \"00:20\" 1200.000,");
	check_axis("UTC", T0, T0 + 2 * TP_DAY,
	    "\"18:00\" 64800.000, \"00:00\\nThu 21 Jun\" 86400.000,");
	check_axis("UTC", T0, T0 + 60 * TP_DAY,
	    "(\"Mon 25 Jun\" 432000.000, \"Mon 2 Jul\" ");
	check_axis("UTC", T0, T0 + 800 * TP_DAY,
	    "(\"Jul 2012\" 950400.000, \"Oct 2012\" ");
	/* 2012-03-10T08:00Z: the day after has 23 hours in Los Angeles */
	check_axis("America/Los_Angeles", INT64_C(1331366400000),
	    INT64_C(1331366400000) + 3 * TP_DAY,
	    "\"00:00\\nSun 11 Mar\" 86400.000, \"12:00\" 126000.000, "
	    "\"00:00\\nMon 12 Mar\" 169200.000");
	/* and 2012-11-04 has 25 */
	check_axis("America/Los_Angeles", INT64_C(1351926000000),
	    INT64_C(1351926000000) + 6 * TP_DAY,
	    "\"Sun 4 Nov\" 86400.000, \"Mon 5 Nov\" 176400.000,");
}

static void
test_colours(void **state)
{
	struct tp_rgb	c;

	(void)state;
	c = tp_speed_colour(-3, TP_UNIT_MPH);
	assert_int_equal(c.red, tp_speed_stop(0).red);
	c = tp_speed_colour(500, TP_UNIT_KMH);
	assert_int_equal(c.blue, tp_speed_stop(5).blue);
	c = tp_speed_colour(22.5, TP_UNIT_MPH);
	assert_int_equal(c.green, (0x30 + 0xae) / 2);
	assert_int_equal(tp_rgb_ansi((struct tp_rgb){ 255, 255, 255 }), 231);
	assert_int_equal(tp_rgb_ansi((struct tp_rgb){ 0, 0, 0 }), 16);
}

int
main(void)
{
	const struct CMUnitTest	tests[] = {
		cmocka_unit_test(test_cells),
		cmocka_unit_test(test_hourly),
		cmocka_unit_test(test_hour_without_readings),
		cmocka_unit_test(test_residuals),
		cmocka_unit_test(test_road_order),
		cmocka_unit_test(test_roads),
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_axis),
		cmocka_unit_test(test_colours),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
