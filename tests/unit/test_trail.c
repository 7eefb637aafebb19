/*
 * Trailing profiles against their definition, worked out anew for each row
 * from all readings before; as text and back; as a table of a rebuilt filter.
 */
#include <inttypes.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "feat/rowfilter.h"
#include "rebuild.h"

#define T0	INT64_C(1330560000000)	/* 2012-03-01, a Thursday */
#define NOW	(T0 + 400 * TP_DAY)
#define SEGS	3
#define DAYS	24

/* Readings by segment and step; NAN where there is none. */
struct log {
	int64_t	 step_ms;
	int	 n;			/* steps */
	double	*v;			/* SEGS x n */
	struct tp_buf text;
};

static void
make_log(struct log *l, int64_t step_ms, uint64_t seed)
{
	struct tp_rng	r;
	int		i, k;

	tp_rng_init(&r, seed);
	*l = (struct log){ .step_ms = step_ms,
	    .n = (int)(DAYS * TP_DAY / step_ms) };
	l->v = tp_calloc((size_t)(SEGS * l->n), sizeof(*l->v));
	for (i = 0; i < l->n; i++)
		for (k = 0; k < SEGS; k++) {
			double	v = tp_fixed(5 + 70 * tp_rng_uniform(&r), 3);

			if (tp_rng_below(&r, 4) == 0 || (k == 1 && i < l->n / 3))
				v = (double)NAN;
			l->v[k * l->n + i] = v;
			if (isnan(v))
				continue;
			tp_buf_printf(&l->text, "{\"segment_id\":\"s%d\","
			    "\"timestamp\":%" PRId64 ",\"speed_mph\":", k,
			    T0 + i * step_ms);
			tp_buf_num(&l->text, v);
			tp_buf_lit(&l->text, "}\n");
		}
	memset(tp_buf_room(&l->text, TP_JSON_PAD), 0, TP_JSON_PAD);
}

static void
free_log(struct log *l)
{
	free(l->v);
	tp_buf_release(&l->text);
}

static int64_t
local_day(struct tp_tz *tz, int64_t t)
{
	return (t + tp_tz_offset(tz, t)) / TP_DAY;	/* after 1970 */
}

static int
local_slot(struct tp_tz *tz, int64_t t, int64_t step_ms)
{
	return (int)((t + tp_tz_offset(tz, t)) % TP_DAY / step_ms);
}

static int
kind(int64_t day)
{
	int	weekday = (int)((day + 3) % 7);

	return weekday < 5 ? 0 : weekday - 4;
}

/*
 * What the header of feat/trail.h says of a segment, kind of day and slot,
 * from the readings of the days before `before`; in thousandths, NAN: none.
 */
static double
by_definition(const struct log *l, struct tp_tz *tz, int seg, int of_kind,
    int slot, int64_t before)
{
	int64_t	first = local_day(tz, T0), d;
	int	wide = l->step_ms <= 15 * TP_MINUTE, days = 0, i;
	double	mean = (double)NAN;

	for (d = first; d < before; d++) {
		double	sum = 0, n = 0;

		for (i = 0; i < l->n && kind(d) == of_kind; i++) {
			int64_t	t = T0 + i * l->step_ms;
			double	v = l->v[seg * l->n + i];

			if (local_day(tz, t) == d && !isnan(v) &&
			    abs(local_slot(tz, t, l->step_ms) - slot) <= wide) {
				sum += round(1000 * v);
				n++;
			}
		}
		if (n == 0)
			continue;
		mean = days == 0 ? round(sum / n) : mean + round((sum / n -
		    mean) * (days < 9 ? 1.0 / (days + 1) : 0.1));
		days++;
	}
	return mean;
}

static double
expected(const struct log *l, struct tp_tz *tz, int seg, int64_t now,
    int64_t t)
{
	int64_t	day = local_day(tz, t), today = local_day(tz, now);
	int	slot = local_slot(tz, t, l->step_ms), k;
	double	v = by_definition(l, tz, seg, kind(day), slot, today);

	for (k = 0; k < 3 && isnan(v); k++)
		v = by_definition(l, tz, seg, k, slot, today);
	return v / 1000;
}

/* Compares a row now and then: the definition is slow. */
struct judge {
	const struct log *l;
	struct tp_grid	 grid;
	struct tp_tz	 tz;
	int		 every, n, checked, known;
};

static int
judge_step(void *arg, const struct tp_feat_step *s)
{
	static const int	ahead[] = { 60, 600 };
	struct judge		*j = arg;
	size_t			 i, k;

	if (j->n++ % j->every != 0)
		return 0;
	for (i = 0; i < s->nrows; i++) {
		const struct tp_map_key	*id = &j->grid.ids.keys[s->seg[i]];
		const double		*x = s->x + i * s->ncols;

		for (k = 0; k < s->ncols; k++) {
			int64_t	t = k < 5 ? s->t - (int64_t)k * j->l->step_ms :
			    s->t + ahead[k - 5] * TP_MINUTE;
			double	want = expected(j->l, &j->tz, id->p[1] - '0',
			    s->t, t);

			if (!(isnan(want) && isnan(x[k])) && want != x[k])
				fail_msg("t %" PRId64 " column %zu: %g, "
				    "want %g", s->t, k, x[k], want);
			j->checked++;
			j->known += !isnan(want);
		}
	}
	return 0;
}

static struct tp_grid_opts
opts_of(int64_t step_ms, const char *tz)
{
	struct tp_grid_opts	o = tp_grid_defaults;

	o.spec.step_ms = step_ms;
	o.spec.groups = TP_FEAT_TRAIL;
	o.spec.lags = 5;
	o.spec.ahead[0] = 60;
	o.spec.ahead[1] = 600;
	o.spec.nahead = 2;
	snprintf(o.spec.tz, sizeof(o.spec.tz), "%s", tz);
	return o;
}

static void
check_definition(int64_t step_ms, const char *tz, int every, uint64_t seed)
{
	struct tp_grid_opts	o = opts_of(step_ms, tz);
	struct judge		j = { .every = every };
	struct tp_out		out = { .nbufs = 0 };
	struct tp_rec		r = { .now_ms = NOW };
	struct tp_err		e = { 0 };
	struct log		l;
	const char		*p, *nl, *end;

	make_log(&l, step_ms, seed);
	end = l.text.p + l.text.n;
	j.l = &l;
	assert_int_equal(tp_grid_init(&j.grid, &o, judge_step, &j, &e), 0);
	assert_int_equal(tp_tz_open(&j.tz, tz, &e), 0);
	for (p = l.text.p; p < end; p = nl + 1) {
		nl = memchr(p, '\n', (size_t)(end - p));
		assert_int_equal(tp_rec_parse(&r, p, (size_t)(nl - p)), 0);
		assert_int_equal(tp_grid_record(&j.grid, &r, &out), 0);
	}
	assert_int_equal(tp_grid_end(&j.grid, &out), 0);
	assert_true(j.known > 100 && j.known < j.checked);
	tp_grid_clear(&j.grid);
	tp_rec_release(&r);
	free_log(&l);
}

static void
test_definition(void **state)
{
	(void)state;
	check_definition(TP_HOUR, "UTC", 1, 1);
	check_definition(10 * TP_MINUTE, "UTC", 37, 2);
	/* the clock is put forward on 2012-03-11 */
	check_definition(TP_HOUR, "America/Los_Angeles", 1, 3);
	check_definition(12 * TP_MINUTE, "America/Los_Angeles", 61, 4);
}

/* All rows of a log as text; *profiles gets what was learnt. */
static void
rows_of(const char *log, size_t n, const struct tp_grid_opts *o,
    struct tp_buf *rows, struct tp_buf *profiles)
{
	struct rebuild		b = { .filter = &tp_rowfilter, .conf = o,
				      .log = log, .n = n, .now_ms = NOW };
	struct rebuild_run	x;

	rebuild_start(&x, &b);
	rebuild_feed(&x, n);
	rebuild_end(&x);
	tp_buf_add(rows, x.bufs[0].p, x.bufs[0].n);
	if (profiles != NULL) {
		tp_trail_write(tp_rowfilter_profiles(x.st), profiles);
		memset(tp_buf_room(profiles, TP_JSON_PAD), 0, TP_JSON_PAD);
	}
	rebuild_stop(&x);
}

/* The byte of the log where the readings of time t and later begin. */
static size_t
where(const struct log *l, int64_t t)
{
	static const char	 key[] = "\"timestamp\":";
	const char		*p = l->text.p, *end = p + l->text.n, *at;

	for (;;) {
		at = memmem(p, (size_t)(end - p), key, sizeof(key) - 1);
		assert_non_null(at);
		if (strtoll(at + sizeof(key) - 1, NULL, 10) >= t)
			return (size_t)(p - l->text.p);
		p = (const char *)memchr(p, '\n', (size_t)(end - p)) + 1;
	}
}

/* What was learnt in 20 days, read back, goes on as if without a break. */
static void
test_text(void **state)
{
	struct tp_grid_opts	o = opts_of(TP_HOUR, "UTC");
	struct tp_trail		t = { 0 };
	struct tp_buf		rows = { 0 }, learnt = { 0 }, end = { 0 };
	struct tp_buf		again = { 0 };
	struct tp_err		e = { 0 };
	struct log		l;
	size_t			cut;

	(void)state;
	o.spec.lags = 1;
	make_log(&l, TP_HOUR, 5);
	cut = where(&l, T0 + 20 * TP_DAY);
	rows_of(l.text.p, l.text.n, &o, &rows, &end);
	rows_of(l.text.p, cut, &o, &rows, &learnt);
	assert_int_equal(tp_trail_read(&t, learnt.p, learnt.n, "p", &e), 0);
	assert_int_equal(t.last, T0 / TP_DAY + 19);
	assert_int_equal(t.generation, 1);
	tp_trail_write(&t, &again);
	assert_int_equal(again.n, learnt.n);
	assert_memory_equal(again.p, learnt.p, learnt.n);
	o.profiles = &t;
	again.n = 0;
	rows_of(l.text.p + cut, l.text.n - cut, &o, &rows, &again);
	assert_int_equal(again.n, end.n);
	assert_memory_equal(again.p, end.p, end.n);
	/* days that the table has already are not learnt twice */
	again.n = 0;
	rows_of(l.text.p, cut, &o, &rows, &again);
	assert_int_equal(again.n, learnt.n);
	assert_memory_equal(again.p, learnt.p, learnt.n);
	tp_trail_release(&t);
	tp_buf_release(&rows);
	tp_buf_release(&learnt);
	tp_buf_release(&end);
	tp_buf_release(&again);
	free_log(&l);
}

/* As a side table, the profiles leave rows a function of the bounded log. */
static void
test_rebuild(void **state)
{
	struct tp_grid_opts	o = opts_of(TP_HOUR, "America/Los_Angeles");
	struct rebuild		b = { .filter = &tp_rowfilter, .conf = &o,
				      .now_ms = NOW };
	struct tp_buf		rows = { 0 }, learnt = { 0 };
	struct tp_trail		t = { 0 };
	struct tp_err		e = { 0 };
	struct log		l, m;

	(void)state;
	make_log(&l, TP_HOUR, 6);
	make_log(&m, TP_HOUR, 7);
	rows_of(l.text.p, l.text.n, &o, &rows, &learnt);
	assert_int_equal(tp_trail_read(&t, learnt.p, learnt.n, "p", &e), 0);
	o.profiles = &t;
	o.learn = false;
	b.log = m.text.p;
	b.n = m.text.n;
	rebuild_check(&b, 20, 1);
	/* without a table there is nothing to take */
	o.profiles = NULL;
	assert_int_equal(tp_grid_init(&(struct tp_grid){ 0 }, &o, judge_step,
	    NULL, &e), -1);
	assert_int_equal(e.code, TP_EXIT_USAGE);
	tp_trail_release(&t);
	tp_buf_release(&rows);
	tp_buf_release(&learnt);
	free_log(&l);
	free_log(&m);
}

static int
read_text(struct tp_trail *t, const char *s, struct tp_err *e)
{
	struct tp_buf	b = { 0 };
	size_t		n = strlen(s);
	int		rc;

	tp_buf_add(&b, s, n);
	memset(tp_buf_room(&b, TP_JSON_PAD), 0, TP_JSON_PAD);
	rc = tp_trail_read(t, b.p, n, "p", e);
	tp_buf_release(&b);
	return rc;
}

#define LINE(type, step, tz, day, rest) "{\"segment_id\":\"a\"," \
    "\"day_type\":\"" type "\",\"step_ms\":" step ",\"tz\":\"" tz "\"," \
    "\"last_day\":\"" day "\"," rest "}\n"
#define TWO	"\"usual_kmh\":[50.5,0],\"days\":[3,0]"
#define GOOD	LINE("sunday", "43200000", "UTC", "2012-03-04", TWO)

static void
test_bad(void **state)
{
	static const char *const	bad[] = {
		"", "\n\n", "{}\n", "[1]\n", "{\n",
		"{\"segment_id\":\"a\",\"day_type\":\"sunday\","
		    "\"step_ms\":43200000,\"tz\":\"UTC\"," TWO "}\n",
		"{\"segment_id\":\"a\",\"day_type\":\"sunday\","
		    "\"step_ms\":43200000,\"last_day\":\"2012-03-04\"," TWO
		    "}\n",
		LINE("monday", "43200000", "UTC", "2012-03-04", TWO),
		LINE("sunday", "43200000", "U T", "2012-03-04", TWO),
		LINE("sunday", "43200000", "UTC", "2012-13-04", TWO),
		LINE("sunday", "43200000", "UTC", "2012-03", TWO),
		LINE("sunday", "1000", "UTC", "2012-03-04", TWO),
		LINE("sunday", "86400000", "UTC", "2012-03-04", TWO),
		LINE("sunday", "\"x\"", "UTC", "2012-03-04", TWO),
		LINE("sunday", "43200000", "UTC", "2012-03-04",
		    "\"usual_kmh\":[50.5],\"days\":[3,0]"),
		LINE("sunday", "43200000", "UTC", "2012-03-04",
		    "\"usual_kmh\":[50.5,-1],\"days\":[3,0]"),
		LINE("sunday", "43200000", "UTC", "2012-03-04",
		    "\"usual_kmh\":[50.5,1001],\"days\":[3,0]"),
		LINE("sunday", "43200000", "UTC", "2012-03-04",
		    "\"usual_kmh\":[50.5,1],\"days\":[3,256]"),
		LINE("sunday", "43200000", "UTC", "2012-03-04",
		    "\"usual_kmh\":[50.5,1]"),
		LINE("sunday", "43200000", "UTC", "2012-03-04",
		    "\"days\":[1,1]"),
		GOOD LINE("sunday", "43200000", "Asia/Hanoi", "2012-03-04", TWO),
		GOOD LINE("sunday", "43200000", "UTC", "2012-03-04",
		    "\"usual_mph\":[1,1],\"days\":[1,1]"),
	};
	struct tp_trail			 t = { 0 };
	struct tp_err			 e;
	size_t				 i;

	(void)state;
	assert_int_equal(read_text(&t, GOOD, &e), 0);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct tp_trail	other = { 0 };

		e = (struct tp_err){ 0 };
		if (read_text(&other, bad[i], &e) != -1)
			fail_msg("accepted: %s", bad[i]);
		assert_int_equal(e.code, TP_EXIT_DATA);
		assert_int_equal(other.ids.n, 0);
	}
	/* another step than before; what was there stays */
	assert_int_equal(read_text(&t, LINE("sunday", "86400000", "UTC",
	    "2012-03-04", "\"usual_kmh\":[1],\"days\":[1]"), &e), -1);
	assert_int_equal(t.generation, 1);
	assert_true(tp_trail_at(&t, 0,
	    (struct tp_trail_time){ T0 / TP_DAY, 0 }) == 50.5);
	assert_true(isnan(tp_trail_at(&t, 0,
	    (struct tp_trail_time){ T0 / TP_DAY, 1 })));
	tp_trail_release(&t);
}

int
main(void)
{
	const struct CMUnitTest	tests[] = {
		cmocka_unit_test(test_definition),
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_rebuild),
		cmocka_unit_test(test_bad),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
