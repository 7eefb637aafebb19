/* Feature rows as text: rebuilding from a log, no look ahead, reading back. */
#include <inttypes.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "feat/rowfilter.h"
#include "feat/rowread.h"
#include "rebuild.h"

#define T0	INT64_C(1330560000000)	/* 2012-03-01 */
#define NOW	(T0 + 400 * TP_DAY)
#define STEP	(5 * TP_MINUTE)

/* What a made-up log holds; shares are of 1000. */
struct shape {
	int	segs, steps;
	int	missing, swap, twice, late, mute, bad, ahead, unit;
	int	quiet;		/* segment 1 reports only so often, in steps */
	int	pause;		/* every segment, once in the middle, in steps */
};

static bool
chance(struct tp_rng *r, int share)
{
	return (int)tp_rng_below(r, 1000) < share;
}

static void
add_event(struct tp_buf *b, struct tp_rng *r, const struct shape *s, int seg,
    int64_t t)
{
	if (chance(r, s->bad)) {
		tp_buf_lit(b, "{\"timestamp\":12,\"speed_mph\":1}\n");
		return;
	}
	if (chance(r, s->ahead))
		t += 9 * TP_DAY;
	tp_buf_printf(b, "{\"segment_id\":\"s%d\",\"timestamp\":%" PRId64,
	    seg * 7 % 10, t);
	if (!chance(r, s->mute)) {
		tp_buf_str(b, chance(r, s->unit) ? ",\"speed_kmh\":" :
		    ",\"speed_mph\":");
		tp_buf_fixed(b, 5 + 70 * tp_rng_uniform(r), 6);
	}
	tp_buf_lit(b, "}\n");
}

static void
make_log(struct tp_buf *b, const struct shape *s, uint64_t seed)
{
	struct tp_rng	r;
	int		i, k;

	tp_rng_init(&r, seed);
	for (i = 0; i < s->steps; i++) {
		int64_t	t = T0 + i * STEP;

		if (s->pause > 0 && i >= s->steps / 2)
			t += s->pause * STEP;
		for (k = 0; k < s->segs; k++) {
			int64_t	own = t + k * 1000;

			if (chance(&r, s->missing) ||
			    (k == 1 && s->quiet > 0 && i % s->quiet != 3))
				continue;
			if (chance(&r, s->swap))
				own -= STEP / 2;
			if (chance(&r, s->late))
				own -= (int64_t)tp_rng_below(&r, 40) * STEP;
			add_event(b, &r, s, k, own);
			if (chance(&r, s->twice))
				add_event(b, &r, s, k, own + 1);
		}
	}
	memset(tp_buf_room(b, TP_JSON_PAD), 0, TP_JSON_PAD);
}

static void
rebuild_shape(const struct shape *s, const struct tp_grid_opts *o,
    size_t idle_every)
{
	uint64_t	seed;

	for (seed = 1; seed <= 4; seed++) {
		struct tp_buf	log = { 0 };
		struct rebuild	b = {
			.filter = &tp_rowfilter, .conf = o, .now_ms = NOW,
			.idle_every = idle_every, .idle_ms = TP_MINUTE,
		};

		make_log(&log, s, seed);
		b.log = log.p;
		b.n = log.n;
		rebuild_check(&b, 60, seed);
		tp_buf_release(&log);
	}
}

static void
test_rebuild_plain(void **state)
{
	static const struct shape	s = { .segs = 5, .steps = 60,
		.missing = 50 };
	struct tp_grid_opts		o = tp_grid_defaults;

	(void)state;
	rebuild_shape(&s, &o, 0);
	o.early = false;
	rebuild_shape(&s, &o, 0);
	o.early = true;
	rebuild_shape(&s, &o, 13);
}

static void
test_rebuild_rough(void **state)
{
	static const struct shape	s = { .segs = 7, .steps = 70,
		.missing = 200, .swap = 100, .twice = 3, .late = 60,
		.mute = 40, .bad = 10, .ahead = 10, .unit = 100,
		.quiet = 20 };
	struct tp_grid_opts		o = tp_grid_defaults;

	(void)state;
	rebuild_shape(&s, &o, 0);
	o.spec.expire_ms = 15 * STEP;
	o.spec.max_gap_ms = 6 * STEP;
	rebuild_shape(&s, &o, 0);
	rebuild_shape(&s, &o, 17);
	o.delay_ms = 11 * TP_MINUTE;
	rebuild_shape(&s, &o, 0);
	o.spec.lags = 1;
	o.spec.groups = TP_FEAT_LAG;
	rebuild_shape(&s, &o, 11);
}

static void
test_rebuild_targets(void **state)
{
	static const struct shape	s = { .segs = 4, .steps = 80,
		.missing = 100, .late = 50, .ahead = 5, .quiet = 9 };
	struct tp_grid_opts		o = tp_grid_defaults;

	(void)state;
	o.spec.ntargets = 2;
	o.spec.targets[0] = 15;
	o.spec.targets[1] = 60;
	rebuild_shape(&s, &o, 0);
	o.delay_ms = 7 * TP_MINUTE;
	rebuild_shape(&s, &o, 10);
}

static void
test_rebuild_pause(void **state)
{
	struct shape		s = { .segs = 4, .steps = 40, .missing = 100,
		.ahead = 20, .pause = 30 };
	struct tp_grid_opts	o = tp_grid_defaults;

	(void)state;
	o.spec.expire_ms = 10 * STEP;
	o.spec.max_gap_ms = 5 * STEP;
	rebuild_shape(&s, &o, 0);
	s.pause = 4000;
	rebuild_shape(&s, &o, 0);
	rebuild_shape(&s, &o, 7);
}

/* Runs the filter over a text and leaves what it wrote in *x. */
static void
run_text(struct rebuild_run *x, struct rebuild *b, const char *log, size_t n,
    const struct tp_grid_opts *o)
{
	*b = (struct rebuild){ .filter = &tp_rowfilter, .conf = o, .log = log,
	    .n = n, .now_ms = NOW };
	rebuild_start(x, b);
	rebuild_feed(x, n);
	rebuild_end(x);
}

/* The rows of steps that start before t, which come first. */
static size_t
rows_before(const struct tp_buf *b, int64_t t)
{
	static const char	key[] = "\"timestamp\":";
	size_t			at = 0;

	while (at < b->n) {
		const char	*nl = memchr(b->p + at, '\n', b->n - at);
		const char	*p = memmem(b->p + at, b->n - at, key,
				    sizeof(key) - 1);

		assert_non_null(p);
		if (strtoll(p + sizeof(key) - 1, NULL, 10) >= t)
			break;
		at = (size_t)(nl - b->p) + 1;
	}
	return at;
}

/* Cuts the targets off each row, which may of course know the future. */
static void
strip_targets(struct tp_buf *b)
{
	size_t	from = 0, to = 0;

	while (from < b->n) {
		const char	*p = b->p + from;
		const char	*nl = memchr(p, '\n', b->n - from);
		size_t		 n = (size_t)(nl - p);
		const char	*cut = memmem(p, n, ",\"target_", 9);
		size_t		 keep = cut != NULL ? (size_t)(cut - p) : n - 1;

		memmove(b->p + to, p, keep);
		to += keep;
		b->p[to++] = '\n';
		from += n + 1;
	}
	b->n = to;
}

/*
 * Two logs that differ only in readings of `at` and later have the same rows
 * up to the step before, whatever happens to segments, speeds and gaps then.
 */
static void
check_no_future(const struct tp_grid_opts *o, uint64_t seed)
{
	static const struct shape	s = { .segs = 6, .steps = 50,
		.missing = 150, .twice = 20 };
	static const struct shape	other = { .segs = 9, .steps = 50,
		.missing = 400, .twice = 300 };
	struct tp_buf			a = { 0 }, b = { 0 }, c = { 0 };
	struct rebuild_run		x, y;
	struct rebuild			bx, by;
	int64_t				at = T0 + 25 * STEP;
	size_t				n, from;

	make_log(&a, &s, seed);
	make_log(&c, &other, seed + 100);
	from = rows_before(&c, at);
	tp_buf_add(&b, a.p, rows_before(&a, at));
	tp_buf_add(&b, c.p + from, c.n - from);
	memset(tp_buf_room(&b, TP_JSON_PAD), 0, TP_JSON_PAD);
	run_text(&x, &bx, a.p, a.n, o);
	run_text(&y, &by, b.p, b.n, o);
	strip_targets(&x.bufs[0]);
	strip_targets(&y.bufs[0]);
	n = rows_before(&x.bufs[0], at);
	assert_true(n > 1000 && n < x.bufs[0].n);
	assert_int_equal(n, rows_before(&y.bufs[0], at));
	assert_memory_equal(x.bufs[0].p, y.bufs[0].p, n);
	rebuild_stop(&x);
	rebuild_stop(&y);
	tp_buf_release(&a);
	tp_buf_release(&b);
	tp_buf_release(&c);
}

static void
test_no_future(void **state)
{
	static const char	arcs[] = "from,to,distance_m\n"
				    "s0,s7,100\ns7,s4,250\ns4,s0,90\n"
				    "s1,s7,400\ns7,s8,30\n";
	struct tp_grid_opts	o = tp_grid_defaults;
	struct tp_neighbours	g = { 0 };
	struct tp_err		e = { 0 };
	uint64_t		seed;

	(void)state;
	assert_int_equal(tp_neighbours_read(&g, arcs, sizeof(arcs) - 1, "arcs",
	    &e), 0);
	o.graph = &g;
	o.spec.groups |= TP_FEAT_NEIGHBOUR;
	for (seed = 1; seed <= 10; seed++)
		check_no_future(&o, seed);
	o.spec.ntargets = 3;
	o.spec.targets[0] = 5;
	o.spec.targets[1] = 30;
	o.spec.targets[2] = 60;
	for (seed = 1; seed <= 10; seed++)
		check_no_future(&o, seed);
	tp_neighbours_release(&g);
}

/* What the grid gave for each row, to compare with what is read back. */
struct heard {
	double	*v;		/* time, now, last, columns, targets */
	size_t	 n, cap, width;
};

static int
hear(void *arg, const struct tp_feat_step *s)
{
	struct heard	*h = arg;
	size_t		 i, nt = s->target != NULL ? 2 : 0;

	h->width = 3 + s->ncols + nt;
	for (i = 0; i < s->nrows; i++) {
		TP_GROW(h->v, h->cap, h->n + h->width);
		h->v[h->n++] = (double)s->t;
		h->v[h->n++] = s->now[i];
		h->v[h->n++] = s->last[i];
		memcpy(h->v + h->n, s->x + i * s->ncols,
		    s->ncols * sizeof(double));
		h->n += s->ncols;
		memcpy(h->v + h->n, s->target + i * nt, nt * sizeof(double));
		h->n += nt;
	}
	return 0;
}

static void
assert_same_number(double a, double b)
{
	if (isnan(a) && isnan(b))
		return;
	assert_true(a == b);
}

/* Reads the text back: every number is the one that the grid gave. */
static void
check_read_back(const struct tp_buf *text, const struct heard *h)
{
	struct tp_rowread	 rr = { 0 };
	struct tp_rec		 r = { 0 };
	const char		*p = text->p, *why, *field;
	size_t			 i, at = 0;

	while (p < text->p + text->n) {
		struct tp_feat_row	 row;
		const char		*nl = memchr(p, '\n',
					    (size_t)(text->p + text->n - p));
		const double		*v = h->v + at;

		assert_int_equal(tp_rec_parse(&r, p, (size_t)(nl - p)), 0);
		if (tp_rowread_parse(&rr, &r, &row, &why, &field) != 0)
			fail_msg("%s %s: %.*s", field, why, (int)(nl - p), p);
		assert_true(at + h->width <= h->n);
		assert_int_equal(row.t, (int64_t)v[0]);
		assert_same_number(row.now, v[1]);
		assert_same_number(row.last, v[2]);
		for (i = 0; i < rr.cols.n; i++)
			assert_same_number(row.x[i], v[3 + i]);
		for (i = 0; i < 2; i++)
			assert_same_number(row.target[i],
			    v[3 + rr.cols.n + i]);
		at += h->width;
		p = nl + 1;
	}
	assert_int_equal(at, h->n);
	tp_rec_release(&r);
	tp_rowread_release(&rr);
}

static void
test_read_back(void **state)
{
	static const struct shape	s = { .segs = 7, .steps = 90,
		.missing = 200, .twice = 100, .unit = 100, .quiet = 30 };
	struct tp_grid_opts		o = tp_grid_defaults;
	struct tp_grid			g = { 0 };
	struct tp_buf			log = { 0 }, sink = { 0 };
	struct tp_out			out = { .bufs = &sink, .nbufs = 1 };
	struct heard			h = { 0 };
	struct rebuild_run		x;
	struct rebuild			b;
	struct tp_rec			r = { .now_ms = NOW };
	struct tp_err			e = { 0 };
	const char			*p;

	(void)state;
	o.spec.ntargets = 2;
	o.spec.targets[0] = 10;
	o.spec.targets[1] = 15;
	make_log(&log, &s, 5);
	run_text(&x, &b, log.p, log.n, &o);
	assert_int_equal(tp_grid_init(&g, &o, hear, &h, &e), 0);
	for (p = log.p; p < log.p + log.n;) {
		const char	*nl = strchr(p, '\n');

		assert_int_equal(tp_rec_parse(&r, p, (size_t)(nl - p)), 0);
		assert_int_equal(tp_grid_record(&g, &r, &out), 0);
		p = nl + 1;
	}
	assert_int_equal(tp_grid_end(&g, &out), 0);
	check_read_back(&x.bufs[0], &h);
	tp_grid_clear(&g);
	rebuild_stop(&x);
	tp_rec_release(&r);
	tp_buf_release(&log);
	free(h.v);
}

static void
bad_row(const char *text, const char *want_field, const char *want_why)
{
	static const char	good[] = "{\"segment_id\":\"a\","
				    "\"timestamp\":0,\"feature_set\":"
				    "\"step=5m lags=1 unit=mph\"}";
	struct tp_rowread	 rr = { 0 };
	struct tp_rec		 r = { 0 };
	struct tp_feat_row	 row;
	char			 line[400];
	const char		*why, *field;

	memset(line, 0, sizeof(line));
	memcpy(line, good, sizeof(good));
	assert_int_equal(tp_rec_parse(&r, line, strlen(line)), 0);
	assert_int_equal(tp_rowread_parse(&rr, &r, &row, &why, &field), 0);
	memset(line, 0, sizeof(line));
	memcpy(line, text, strlen(text));
	assert_int_equal(tp_rec_parse(&r, line, strlen(line)), 0);
	assert_int_equal(tp_rowread_parse(&rr, &r, &row, &why, &field), -1);
	assert_string_equal(field, want_field);
	assert_string_equal(why, want_why);
	tp_rec_release(&r);
	tp_rowread_release(&rr);
}

#define SET	"\"feature_set\":\"step=5m lags=1 unit=mph\""

static void
test_bad_rows(void **state)
{
	(void)state;
	bad_row("{}", "segment_id", "is missing");
	bad_row("{\"segment_id\":\"a\"," SET "}", "timestamp", "is missing");
	bad_row("{\"segment_id\":\"a\",\"timestamp\":1}", "feature_set",
	    "is missing");
	bad_row("{\"segment_id\":5,\"timestamp\":1," SET "}",
	    "segment_id", "is no string");
	bad_row("{\"segment_id\":\"a\",\"timestamp\":\"x\"," SET "}",
	    "timestamp", "is no time in milliseconds");
	bad_row("{\"segment_id\":\"a\",\"timestamp\":1," SET
	    ",\"lag_0_mph\":\"fast\"}", "lag_0_mph", "is no number");
	bad_row("{\"segment_id\":\"a\",\"timestamp\":1," SET
	    ",\"lag_0_mph\":1e999}", "lag_0_mph", "is no number");
	bad_row("{\"segment_id\":\"a\",\"timestamp\":1,\"feature_set\":"
	    "\"step=5m lags=2 unit=mph\"}", "feature_set",
	    "differs from that of the first row");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rebuild_plain),
		cmocka_unit_test(test_rebuild_rough),
		cmocka_unit_test(test_rebuild_targets),
		cmocka_unit_test(test_rebuild_pause),
		cmocka_unit_test(test_no_future),
		cmocka_unit_test(test_read_back),
		cmocka_unit_test(test_bad_rows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
