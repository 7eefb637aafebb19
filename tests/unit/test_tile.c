/*
 * Cells against plain computations: geohashes by halving, squares by their
 * borders, neighbours by steps over the borders, windows of cells by looking
 * at every event; and rebuilds of these at many cuts of the log.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/map.h"
#include "feat/rowfilter.h"
#include "rebuild.h"
#include "rec/tile.h"
#include "window/distinct.h"
#include "window/window.h"

#define PLACES	3000
#define EVENTS	1500
#define T0	INT64_C(1420070400000)

static double
between(struct tp_rng *r, double lo, double hi)
{
	return lo + tp_rng_uniform(r) * (hi - lo);
}

/* By halving the earth, as a geohash is defined. */
static void
hash_by_halves(double lat, double lon, int level, char *s)
{
	double	lo[2] = { -180, -90 }, hi[2] = { 180, 90 };
	double	at[2] = { lon, lat }, mid;
	int	i, five = 0;

	for (i = 0; i < level * 5; i++) {
		mid = (lo[i % 2] + hi[i % 2]) / 2;
		five = five * 2 + (at[i % 2] >= mid);
		*(at[i % 2] >= mid ? &lo[i % 2] : &hi[i % 2]) = mid;
		if (i % 5 == 4) {
			*s++ = "0123456789bcdefghjkmnpqrstuvwxyz"[five];
			five = 0;
		}
	}
	*s = '\0';
}

static void
geohashes_are_halves(void **state)
{
	struct tp_tiling	t;
	struct tp_rng		r;
	char			tile[TP_TILE_MAX], want[TP_TILE_MAX], spec[16];
	double			lat, lon;
	int			i;

	(void)state;
	tp_rng_init(&r, 1);
	for (i = 0; i < PLACES; i++) {
		snprintf(spec, sizeof(spec), "geohash:%d", 1 + i % 12);
		assert_int_equal(tp_tiling_parse(&t, spec), 0);
		lat = between(&r, -90, 90);
		lon = between(&r, -180, 180);
		if (i % 5 == 0) {	/* on borders */
			lat = floor(lat * 4096 / 180) * 180 / 4096;
			lon = floor(lon * 4096 / 360) * 360 / 4096;
		}
		hash_by_halves(lat, lon, t.level, want);
		assert_int_equal(tp_tile_of(&t, lat, lon, tile),
		    strlen(want));
		assert_string_equal(tile, want);
	}
	/* the published examples of the encoding */
	t.level = 11;
	tp_tile_of(&t, 57.64911, 10.40744, tile);
	assert_string_equal(tile, "u4pruydqqvj");
	t.level = 5;
	tp_tile_of(&t, 42.605, -5.603, tile);
	assert_string_equal(tile, "ezs42");
	tp_tile_of(&t, 90, 180, tile);
	assert_string_equal(tile, "zzzzz");
	tp_tile_of(&t, -90, -180, tile);
	assert_string_equal(tile, "00000");
}

/* A step over the border leads to a neighbour, and to all of them. */
static void
check_around(const struct tp_tiling *t, double lat, double lon, double high,
    double wide)
{
	char	tile[TP_TILE_MAX], next[TP_TILE_MAX];
	char	around[TP_TILE_AROUND][TP_TILE_MAX];
	size_t	n, i;
	double	mlat, mlon, x;
	int	k;

	tp_tile_of(t, lat, lon, tile);
	tp_tile_middle(t, tile, &mlat, &mlon);
	n = tp_tile_around(t, tile, around);
	assert_true(n >= 5 && n <= 8);
	for (i = 0; i < n; i++)
		assert_string_not_equal(around[i], tile);
	for (k = 0; k < 4; k++) {
		/* a little beyond the middle of each side */
		double	y = mlat + (k == 0 ? 0.51 : k == 1 ? -0.51 : 0) * high;

		x = mlon + (k == 2 ? 0.51 : k == 3 ? -0.51 : 0) * wide;
		if (fabs(y) > 90)
			continue;
		tp_tile_of(t, y, x > 180 ? x - 360 : x < -180 ? x + 360 : x,
		    next);
		for (i = 0; i < n && strcmp(next, around[i]) != 0; i++)
			;
		assert_true(i < n);
	}
}

static void
middles_and_neighbours(void **state)
{
	static const char *const	specs[] = {
		"grid:250m", "grid:1.5km", "grid:100km", "geohash:2",
		"geohash:5", "geohash:6", "geohash:9",
	};
	struct tp_tiling		t;
	struct tp_rng			r;
	char				tile[TP_TILE_MAX], again[TP_TILE_MAX];
	double				lat, lon, y, x, high, wide, n;
	size_t				k;
	int				i;

	(void)state;
	tp_rng_init(&r, 2);
	for (k = 0; k < sizeof(specs) / sizeof(*specs); k++) {
		assert_int_equal(tp_tiling_parse(&t, specs[k]), 0);
		for (i = 0; i < PLACES / 5; i++) {
			lat = between(&r, -88, 88);
			lon = i % 10 == 0 ? 179.9999999 :
			    between(&r, -180, 180);
			tp_tile_of(&t, lat, lon, tile);
			tp_tile_middle(&t, tile, &y, &x);
			if (t.kind == TP_TILE_GRID) {
				high = t.metres / (6371008.8 * M_PI / 180);
				n = floor(360 * cos(y * M_PI / 180) / high);
				wide = 360 / n;
			} else {
				high = 180 / pow(2, t.level * 5 / 2);
				wide = 360 / pow(2, (t.level * 5 + 1) / 2);
			}
			assert_true(fabs(y - lat) <= high / 2 + 1e-9);
			assert_true(fabs(x - lon) <= wide / 2 + 1e-9);
			/* as an aggregate tells the middle */
			y = tp_fixed(y, tp_tile_decimals(&t));
			x = tp_fixed(x, tp_tile_decimals(&t));
			tp_tile_of(&t, y, x, again);
			assert_string_equal(again, tile);
			assert_true(tp_tile_find(&t, tile, strlen(tile), &y,
			    &x));
			tp_tile_of(&t, y, x, again);
			assert_string_equal(again, tile);
			check_around(&t, lat, lon, high, wide);
		}
	}
}

/*
 * Cells that are kept in mind are those that are made anew: around a town, so
 * that they are met again, and all over the world, so that they make room.
 */
static void
cells_met_are_the_same(void **state)
{
	static const char *const	specs[] = {
		"grid:50m", "grid:500m", "grid:1000km", "geohash:1",
		"geohash:2", "geohash:6", "geohash:7", "geohash:12",
	};
	struct tp_tiling		t;
	struct tp_tile_memo		m = { 0 };
	struct tp_tile_met		*c;
	struct tp_rec			rec = { 0 };
	struct tp_rng			r;
	struct tp_buf			b = { 0 };
	const char			*why;
	char				tile[TP_TILE_MAX];
	double				lat, lon, wide;
	size_t				k, again = 0;
	int				i;

	(void)state;
	tp_rng_init(&r, 4);
	for (k = 0; k < sizeof(specs) / sizeof(*specs); k++) {
		assert_int_equal(tp_tiling_parse(&t, specs[k]), 0);
		for (i = 0; i < PLACES / 5; i++) {
			wide = i % 3 == 0 ? 1 : 0.0005;
			lat = i % 50 == 0 ? 90 : between(&r, -90, 90) * wide;
			lon = i % 70 == 0 ? -180 :
			    between(&r, -180, 180) * wide;
			b.n = 0;
			tp_buf_printf(&b, "{\"latitude\":%.17g,"
			    "\"longitude\":%.17g}", lat, lon);
			memset(tp_buf_room(&b, TP_JSON_PAD), 0, TP_JSON_PAD);
			assert_int_equal(tp_rec_parse(&rec, b.p, b.n), 0);
			c = tp_tile_rec(&m, &t, &rec, &why);
			assert_non_null(c);
			assert_int_equal(c->n, tp_tile_of(&t, lat, lon, tile));
			assert_string_equal(c->text, tile);
			again += c->index == k + 1;
			c->index = k + 1;
		}
		tp_tile_memo_release(&m);
	}
	assert_true(again > PLACES / 5);
	tp_rec_release(&rec);
	tp_buf_release(&b);
}

/* What is no cell of the tiling is found nowhere. */
static void
bad_cells_are_nowhere(void **state)
{
	static const char *const	bad[] = {
		"", "/", "//", "250m", "250m/", "250m/1", "250m//",
		"250m/x/y", "250m/-1/5", "250m/1/2/3", "251m/58021/41913",
		"250m/58021/4191300", "250m/80100/1", "250m/1e400/1",
		"250m/0x9/1", "250m/058021/41913", " 250m/58021/41913",
		"dr5ru", "dr5ru77", "dr5rua", "DR5RU7", "71744a",
		"882a100d65fffff",
	};
	static const char *const	specs[] = { "grid:250m", "geohash:6" };
	char				longer[2 * TP_TILE_MAX];
	struct tp_tiling		t;
	double				lat, lon;
	size_t				i, k;

	(void)state;
	memset(longer, '0', sizeof(longer));
	for (k = 0; k < 2; k++) {
		assert_int_equal(tp_tiling_parse(&t, specs[k]), 0);
		for (i = 0; i < sizeof(bad) / sizeof(*bad); i++)
			if (tp_tile_find(&t, bad[i], strlen(bad[i]), &lat,
			    &lon))
				fail_msg("%s is of %s", bad[i], specs[k]);
		for (i = 7; i <= sizeof(longer); i++)
			assert_false(tp_tile_find(&t, longer, i, &lat, &lon));
	}
	assert_true(tp_tile_find(&t, "dr5ru7xx", 6, &lat, &lon));
}

static void
bad_tilings_are_none(void **state)
{
	static const char *const	bad[] = {
		"", "grid", "grid:", "grid:0m", "grid:0.9m", "grid:-5m",
		"grid:250", "grid:nanm", "grid:infkm", "grid:1001km",
		"geohash:0", "geohash:13", "geohash:x", "geohash:6.5",
		"h3:-1", "h3:16", "h3:", "s2:8",
	};
	struct tp_tiling		t;
	size_t				i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_int_equal(tp_tiling_parse(&t, bad[i]), -1);
}

static void
counts_ids_once(void **state)
{
	static const size_t	sizes[] = { 0, 1, 100, 1024, 1025, 20000,
				    500000 };
	struct tp_distinct	a = { 0 }, b = { 0 }, c = { 0 };
	size_t			k, i;

	(void)state;
	for (k = 0; k < sizeof(sizes) / sizeof(*sizes); k++) {
		size_t	n = sizes[k], id;

		for (i = 0; i < 2 * n; i++) {
			id = i % n * 7919;
			tp_distinct_add(&a, tp_hash(&id, sizeof(id), 0));
			tp_distinct_add(i % 3 == 0 ? &b : &c,
			    tp_hash(&id, sizeof(id), 0));
		}
		tp_distinct_merge(&b, &c);
		assert_int_equal(tp_distinct_count(&a),
		    tp_distinct_count(&b));
		if (n <= TP_DISTINCT_EXACT)
			assert_int_equal(tp_distinct_count(&a), n);
		else	/* four standard errors */
			assert_true(fabs((double)tp_distinct_count(&a) -
			    (double)n) < 4 * 0.01625 * (double)n);
		tp_distinct_release(&a);
		tp_distinct_release(&b);
		tp_distinct_release(&c);
	}
}

struct event {
	int	car;
	int64_t	t;
	double	lat, lon, speed;
	char	tile[TP_TILE_MAX];
};

static void
make_log(const struct tp_tiling *t, struct event *ev, struct tp_buf *log)
{
	struct tp_rng	r;
	int64_t		now = T0;
	int		i;

	tp_rng_init(&r, 3);
	for (i = 0; i < EVENTS; i++) {
		struct event	*e = &ev[i];

		now += (int64_t)tp_rng_below(&r, 2000);
		e->t = now - (int64_t)tp_rng_below(&r, 20000);
		e->car = (int)tp_rng_below(&r, 12);
		e->lat = tp_fixed(between(&r, 40.75, 40.76), 6);
		e->lon = tp_fixed(between(&r, -73.99, -73.98), 6);
		e->speed = (double)tp_rng_below(&r, 300) / 10;
		tp_tile_of(t, e->lat, e->lon, e->tile);
		tp_buf_printf(log, "{\"vehicle_id\":\"taxi_%d\","
		    "\"timestamp\":%lld,\"latitude\":%.6f,"
		    "\"longitude\":%.6f,\"speed_mph\":%.1f}\n", e->car,
		    (long long)e->t, e->lat, e->lon, e->speed);
	}
	memset(tp_buf_room(log, TP_JSON_PAD), 0, TP_JSON_PAD);
}

static double
number_in(const char *line, const char *name)
{
	const char	*p = strstr(line, name);

	assert_non_null(p);
	return strtod(p + strlen(name), NULL);
}

/* One line against the events; returns how many are in it. */
static int
check_line(const char *line, const struct event *ev, double *mean)
{
	int64_t	from = (int64_t)number_in(line, "\"window_start\":");
	int64_t	to = (int64_t)number_in(line, "\"window_end\":");
	bool	seen[12] = { false };
	int	i, n = 0, cars = 0;
	double	sum = 0;

	for (i = 0; i < EVENTS; i++) {
		size_t	k = strlen(ev[i].tile);

		if (ev[i].t < from || ev[i].t >= to ||
		    strncmp(strstr(line, "segment_id\":\"") + 13, ev[i].tile,
		    k) != 0)
			continue;
		n++;
		sum += ev[i].speed;
		cars += !seen[ev[i].car];
		seen[ev[i].car] = true;
	}
	*mean = sum / n;
	assert_int_equal(number_in(line, "\"event_count\":"), n);
	assert_int_equal(number_in(line, "\"vehicle_count\":"), cars);
	assert_true(fabs(number_in(line, "\"avg_speed_mph\":") - *mean) <
	    2e-6);
	return n;
}

static struct tp_window_conf
conf_of(const char *cell, int64_t size, int64_t slide)
{
	struct tp_window_conf	c = tp_window_defaults;

	assert_int_equal(tp_window_cell_parse(&c, cell), 0);
	assert_int_equal(tp_window_aggs_parse(&c.aggs,
	    "n,mean,std,vehicles"), 0);
	c.size = size;
	c.slide = slide;
	c.delay = 20 * TP_SECOND;
	return c;
}

/* All lines of all windows, and with --top the first of each. */
static void
check_windows(const struct tp_window_conf *c)
{
	static struct event	ev[EVENTS];
	struct tp_buf		log = { 0 };
	struct rebuild		b = { .filter = &tp_window_filter, .conf = c,
				    .now_ms = T0 + TP_DAY };
	struct rebuild_run	x;
	double			mean, last = 0;
	int64_t			start, before = 0;
	const char		*p;
	int			events = 0, rank = 0;

	make_log(&c->tiling, ev, &log);
	b.log = log.p;
	b.n = log.n;
	rebuild_start(&x, &b);
	rebuild_feed(&x, log.n);
	rebuild_end(&x);
	assert_int_equal(x.rejects.n, 0);
	assert_int_equal(x.out.count[TP_COUNT_LATE], 0);
	for (p = tp_buf_cstr(&x.bufs[0]); *p != '\0';
	    p = strchr(p, '\n') + 1) {
		events += check_line(p, ev, &mean);
		if (c->top == 0)
			continue;
		start = (int64_t)number_in(p, "\"window_start\":");
		rank = start == before ? rank + 1 : 1;
		assert_int_equal(number_in(p, "\"rank\":"), rank);
		assert_true(rank <= c->top);
		assert_true(rank == 1 || mean >= last - 1e-9);
		before = start;
		last = mean;
	}
	if (c->top == 0)
		assert_int_equal(events, EVENTS * (c->size / c->slide));
	rebuild_stop(&x);
	rebuild_check(&b, 60, 4);
	tp_buf_release(&log);
}

static void
windows_of_cells(void **state)
{
	struct tp_window_conf	c;

	(void)state;
	c = conf_of("grid:250m", 2 * TP_MINUTE, 2 * TP_MINUTE);
	check_windows(&c);
	c.top = 3;
	check_windows(&c);
	c = conf_of("geohash:7", 4 * TP_MINUTE, TP_MINUTE);
	check_windows(&c);
}

/* Mean speed of the events of a cell in a step, NAN without any. */
static double
mean_of(const struct event *ev, const char *tile, size_t len, int64_t from,
    int64_t step, int *n)
{
	double	sum = 0;
	int	i;

	for (*n = i = 0; i < EVENTS; i++)
		if (strlen(ev[i].tile) == len &&
		    memcmp(ev[i].tile, tile, len) == 0 &&
		    ev[i].t >= from && ev[i].t < from + step) {
			sum += ev[i].speed;
			++*n;
		}
	return *n > 0 ? tp_fixed(sum / *n, 6) : (double)NAN;
}

static void
check_row(const char *line, const struct event *ev,
    const struct tp_tiling *t, int64_t step)
{
	const char	*id = strstr(line, "segment_id\":\"") + 13;
	size_t		 len = strcspn(id, "\""), n, i;
	int64_t		 from = (int64_t)number_in(line, "\"timestamp\":");
	char		 tile[TP_TILE_MAX];
	char		 around[TP_TILE_AROUND][TP_TILE_MAX];
	double		 mean, sum = 0;
	int		 events, k = 0, has;

	mean = mean_of(ev, id, len, from, step, &events);
	assert_int_equal(number_in(line, "\"event_count\":"), events);
	if (events > 0)
		assert_true(fabs(number_in(line, "\"speed_mph\":") - mean) <
		    1e-9);
	snprintf(tile, sizeof(tile), "%.*s", (int)len, id);
	n = tp_tile_around(t, tile, around);
	for (i = 0; i < n; i++) {
		mean = mean_of(ev, around[i], strlen(around[i]), from, step,
		    &has);
		sum += has > 0 ? mean : 0;
		k += has > 0;
	}
	assert_int_equal(number_in(line, "\"around_count\":"), k);
	if (k > 0)
		assert_true(fabs(number_in(line, "\"around_mean_mph\":") -
		    sum / k) < 1e-6);
	else
		assert_null(strstr(line, "around_mean_mph\":"));
}

/* Features of cells, of positions as they come. */
static void
rows_of_cells(void **state)
{
	static struct event	ev[EVENTS];
	struct tp_grid_opts	o = tp_grid_defaults;
	struct tp_tiling	t;
	struct tp_buf		log = { 0 };
	struct rebuild		b = { .filter = &tp_rowfilter, .conf = &o,
				    .now_ms = T0 + TP_DAY };
	struct rebuild_run	x;
	const char		*p;
	int			rows = 0;

	(void)state;
	snprintf(o.spec.cell, sizeof(o.spec.cell), "grid:200m");
	assert_int_equal(tp_tiling_parse(&t, o.spec.cell), 0);
	o.spec.groups |= TP_FEAT_CELL;
	o.spec.step_ms = 2 * TP_MINUTE;
	o.spec.targets[0] = 5;		/* the step that is two ahead */
	o.spec.ntargets = 1;
	o.delay_ms = 20 * TP_SECOND;
	make_log(&t, ev, &log);
	b.log = log.p;
	b.n = log.n;
	rebuild_start(&x, &b);
	rebuild_feed(&x, log.n);
	rebuild_end(&x);
	assert_int_equal(x.rejects.n, 0);
	for (p = tp_buf_cstr(&x.bufs[0]); *p != '\0';
	    p = strchr(p, '\n') + 1, rows++) {
		const char	*id = strstr(p, "segment_id\":\"") + 13;
		int		 n;
		double		 y = mean_of(ev, id, strcspn(id, "\""),
				    (int64_t)number_in(p, "\"timestamp\":") +
				    4 * TP_MINUTE, 2 * TP_MINUTE, &n);

		check_row(p, ev, &t, 2 * TP_MINUTE);
		if (n > 0)
			assert_true(fabs(number_in(p, "\"target_5_mph\":") -
			    y) < 1e-9);
	}
	assert_true(rows > 200);
	rebuild_stop(&x);
	rebuild_check(&b, 60, 5);
	tp_buf_release(&log);
}

int
main(void)
{
	const struct CMUnitTest	tests[] = {
		cmocka_unit_test(geohashes_are_halves),
		cmocka_unit_test(middles_and_neighbours),
		cmocka_unit_test(cells_met_are_the_same),
		cmocka_unit_test(bad_cells_are_nowhere),
		cmocka_unit_test(bad_tilings_are_none),
		cmocka_unit_test(counts_ids_once),
		cmocka_unit_test(windows_of_cells),
		cmocka_unit_test(rows_of_cells),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
