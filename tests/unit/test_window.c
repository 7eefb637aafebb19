/*
 * The window filter against a plain computation: every window of every key
 * by looking at every event, and rebuilds at many cuts of the log.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "rebuild.h"
#include "window/window.h"

#define EVENTS	1200
#define T0	INT64_C(1330560000000)	/* 2012-03-01T00:00:00Z */
#define NOW	(T0 + 100 * TP_DAY)

struct event {
	int	 key;
	int64_t	 t, id;
	double	 speed;		/* NAN: none */
};

/* How a random log looks. */
struct shape {
	int	keys;
	int64_t	step;		/* mean time between events, ms */
	int64_t	jitter;		/* events are up to so much late */
	int	dup;		/* one in so many is sent again, 0: none */
	int64_t	gap;		/* one in 500 follows such a gap */
	int	wild;		/* one in so many is days ahead, 0: none */
};

static void
make_log(const struct shape *s, uint64_t seed, struct event *ev,
    struct tp_buf *log)
{
	struct tp_rng	r;
	int64_t		t = T0 + 12345, i;
	char		pad[TP_JSON_PAD] = { 0 };

	tp_rng_init(&r, seed);
	for (i = 0; i < EVENTS; i++) {
		struct event	*e = &ev[i];

		t += (int64_t)tp_rng_below(&r, (uint64_t)(2 * s->step + 1));
		if (s->gap > 0 && tp_rng_below(&r, 500) == 0)
			t += s->gap;
		e->t = t;
		if (s->jitter > 0 && tp_rng_below(&r, 4) == 0)
			e->t -= (int64_t)tp_rng_below(&r,
			    (uint64_t)s->jitter);
		if (s->wild > 0 && tp_rng_below(&r, (uint64_t)s->wild) == 0)
			e->t += (int64_t)tp_rng_below(&r, 4) * TP_DAY;
		e->key = (int)tp_rng_below(&r, (uint64_t)s->keys);
		e->id = i;
		e->speed = tp_rng_below(&r, 20) == 0 ? NAN :
		    (double)tp_rng_below(&r, 8000) / 100;
		if (s->dup > 0 && i > 0 &&
		    tp_rng_below(&r, (uint64_t)s->dup) == 0)
			*e = ev[tp_rng_below(&r, (uint64_t)i)];
		tp_buf_printf(log, "{\"segment_id\":\"k%d\",\"event_id\":"
		    "\"%lld\",\"timestamp\":%lld", e->key, (long long)e->id,
		    (long long)e->t);
		if (!isnan(e->speed))
			tp_buf_printf(log, ",\"speed_mph\":%.2f", e->speed);
		tp_buf_lit(log, "}\n");
	}
	tp_buf_add(log, pad, sizeof(pad));
	log->n -= sizeof(pad);
}

static void
run_log(const struct tp_window_conf *c, const struct tp_buf *log,
    struct rebuild_run *x)
{
	static struct rebuild	b;

	b = (struct rebuild){ .filter = &tp_window_filter, .conf = c,
	    .log = log->p, .n = log->n, .now_ms = NOW };
	rebuild_start(x, &b);
	rebuild_feed(x, log->n);
	rebuild_end(x);
}

static int
by_value(const void *a, const void *b)
{
	double	x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Percentile by its definition: sort, and go between the two ranks. */
static double
percentile(const double *sorted, size_t n, double p)
{
	double	rank = p / 100 * (double)(n - 1);
	size_t	low = (size_t)floor(rank), high = (size_t)ceil(rank);

	return sorted[low] + (sorted[high] - sorted[low]) *
	    (rank - (double)low);
}

static double
field(const char *line, const char *name)
{
	const char	*p = strstr(line, name);
	const char	*end = strchr(line, '\n');

	if (p == NULL || p > end)
		return NAN;
	return strtod(p + strlen(name), NULL);
}

static void
same_number(const char *line, const char *name, double want)
{
	double	got = field(line, name);

	if (isnan(want) ? isnan(got) : fabs(got - want) <= 1.01e-6)
		return;
	fail_msg("%s: %.9g instead of %.9g in %.300s", name, got, want, line);
}

/* Compares one line with what the events say; returns the events. */
static size_t
check_line(const char *line, const struct event *ev, const char *taken)
{
	double	v[EVENTS], sum = 0, ss = 0;
	size_t	i, n = 0, m = 0;
	int64_t	start = (int64_t)field(line, "\"window_start\":");
	int64_t	end = (int64_t)field(line, "\"window_end\":");
	int	key = (int)field(line, "\"segment_id\":\"k");

	for (i = 0; i < EVENTS; i++) {
		if (!taken[i] || ev[i].key != key || ev[i].t < start ||
		    ev[i].t >= end)
			continue;
		n++;
		if (!isnan(ev[i].speed))
			v[m++] = ev[i].speed;
	}
	assert_true(n > 0);
	same_number(line, "\"event_count\":", (double)n);
	same_number(line, "\"rev\":", (double)n);
	if (m == 0) {
		same_number(line, "\"avg_speed_mph\":", NAN);
		return n;
	}
	qsort(v, m, sizeof(*v), by_value);
	for (i = 0; i < m; i++)
		sum += v[i];
	for (i = 0; i < m; i++)
		ss += (v[i] - sum / (double)m) * (v[i] - sum / (double)m);
	same_number(line, "\"avg_speed_mph\":", sum / (double)m);
	same_number(line, "\"min_speed_mph\":", v[0]);
	same_number(line, "\"max_speed_mph\":", v[m - 1]);
	same_number(line, "\"std_speed_mph\":", m > 1 ?
	    sqrt(ss / (double)(m - 1)) : NAN);
	same_number(line, "\"p15_speed_mph\":", percentile(v, m, 15));
	same_number(line, "\"p50_speed_mph\":", percentile(v, m, 50));
	same_number(line, "\"p85_speed_mph\":", percentile(v, m, 85));
	return n;
}

static int64_t
floor_to(int64_t t, int64_t unit, int64_t offset)
{
	int64_t	d = (t - offset) % unit;

	return t - (d < 0 ? d + unit : d);
}

/*
 * Which events no window was open for any more, by the definition: the last
 * window that holds the event has its end plus grace at or before the newest
 * time so far less delay.  Returns how many.
 */
static size_t
find_late(const struct tp_window_conf *c, const struct event *ev, char *taken)
{
	int64_t	newest = INT64_MIN, last;
	size_t	i, late = 0;

	for (i = 0; i < EVENTS; i++) {
		if (ev[i].t > newest)
			newest = ev[i].t;
		last = floor_to(ev[i].t, c->slide, c->offset) + c->size;
		taken[i] = last + c->grace > newest - c->delay;
		late += !taken[i];
	}
	return late;
}

/* How many windows with events there are, and events in them. */
static size_t
count_windows(const struct tp_window_conf *c, const struct event *ev,
    const char *taken)
{
	size_t	i, j, n = 0;
	int64_t	start;

	for (i = 0; i < EVENTS; i++) {
		if (!taken[i])
			continue;
		for (start = floor_to(ev[i].t, c->slide, c->offset);
		    start > ev[i].t - c->size; start -= c->slide) {
			/* counted at the first event of the window and key */
			for (j = 0; j < i; j++)
				if (taken[j] && ev[j].key == ev[i].key &&
				    ev[j].t >= start &&
				    ev[j].t < start + c->size)
					break;
			n += j == i;
		}
	}
	return n;
}

static void
check_order(const char *line, const char *before)
{
	char		a[40], b[40];
	int64_t		end = (int64_t)field(line, "\"window_end\":");
	int64_t		was = (int64_t)field(before, "\"window_end\":");

	assert_true(was <= end);
	if (was < end)
		return;
	sscanf(strstr(before, "segment_id\":\""), "segment_id\":\"%30[^\"]",
	    a);
	sscanf(strstr(line, "segment_id\":\""), "segment_id\":\"%30[^\"]", b);
	assert_true(strcmp(a, b) < 0);
}

/* A log without partly late events: all windows, each once, all right. */
static void
check_all(const struct tp_window_conf *c, const struct shape *s,
    uint64_t seed)
{
	static struct event	ev[EVENTS];
	static char		taken[EVENTS];
	struct tp_buf		log = { 0 };
	struct rebuild_run	x;
	const char		*p, *end, *before = NULL;
	size_t			 late, lines = 0;

	make_log(s, seed, ev, &log);
	run_log(c, &log, &x);
	late = find_late(c, ev, taken);
	assert_int_equal(x.out.count[TP_COUNT_LATE], late);
	assert_int_equal(x.rejects.n, 0);
	tp_buf_cstr(&x.bufs[0]);
	end = x.bufs[0].p + x.bufs[0].n;
	for (p = x.bufs[0].p; p < end; p = strchr(p, '\n') + 1) {
		check_line(p, ev, taken);
		if (before != NULL)
			check_order(p, before);
		before = p;
		lines++;
	}
	assert_int_equal(lines, count_windows(c, ev, taken));
	rebuild_stop(&x);
	tp_buf_release(&log);
}

static struct tp_window_conf
conf_of(int64_t size, int64_t slide)
{
	struct tp_window_conf	c = tp_window_defaults;

	c.size = size;
	c.slide = slide;
	return c;
}

static void
tumbling_like_definition(void **state)
{
	static const struct shape	in_order = { 7, 3000, 0, 0, 0, 0 };
	static const struct shape	mixed = { 40, 500, 90000, 0, 0, 0 };
	static const struct shape	gaps = { 3, 9000, 30000, 0, TP_DAY, 0 };
	struct tp_window_conf		c = conf_of(TP_MINUTE, TP_MINUTE);

	(void)state;
	check_all(&c, &in_order, 1);
	check_all(&c, &mixed, 2);
	check_all(&c, &gaps, 3);
	c.delay = 30 * TP_SECOND;
	check_all(&c, &mixed, 4);
	c.grace = 45 * TP_SECOND;
	c.offset = 17 * TP_SECOND;
	check_all(&c, &mixed, 5);
	check_all(&c, &gaps, 6);
	c = conf_of(1, 1);
	check_all(&c, &in_order, 7);
	c = conf_of(TP_DAY, TP_DAY);
	check_all(&c, &gaps, 8);
}

/* delay covers the jitter, since sums of open windows take partly late
 * events that closed ones have missed. */
static void
sliding_like_definition(void **state)
{
	static const struct shape	in_order = { 7, 3000, 0, 0, 0, 0 };
	static const struct shape	mixed = { 5, 500, 20000, 0, TP_HOUR, 0 };
	struct tp_window_conf		c = conf_of(TP_MINUTE,
	    10 * TP_SECOND);

	(void)state;
	check_all(&c, &in_order, 11);
	c.delay = 20 * TP_SECOND;
	check_all(&c, &mixed, 12);
	c.offset = 3 * TP_SECOND;
	check_all(&c, &mixed, 13);
	/* the slide does not divide the size: panes are 4 s */
	c.size = 40 * TP_SECOND;
	c.slide = 12 * TP_SECOND;
	check_all(&c, &mixed, 14);
	c.grace = 20 * TP_SECOND;
	c.delay = 0;
	check_all(&c, &mixed, 15);
}

static void
rebuild_conf(const struct tp_window_conf *c, const struct shape *s,
    uint64_t seed, int64_t now)
{
	static struct event	ev[EVENTS];
	struct tp_buf		log = { 0 };
	struct rebuild		b = { .filter = &tp_window_filter,
	    .conf = c, .now_ms = now };

	make_log(s, seed, ev, &log);
	b.log = log.p;
	b.n = log.n;
	rebuild_check(&b, 8, seed);
	b.idle_every = 97;
	b.idle_ms = 40 * TP_SECOND;
	rebuild_check(&b, 3, seed);
	tp_buf_release(&log);
}

/* The promise of rec/filter.h, for every feature that has state. */
static void
rebuilt_like_straight(void **state)
{
	static const struct shape	mixed = { 20, 500, 90000, 9, 0, 0 };
	static const struct shape	gaps = { 9, 5000, 30000, 9,
	    36 * TP_HOUR, 0 };
	static const struct shape	wild = { 9, 30000, 90000, 0,
	    36 * TP_HOUR, 20 };
	const struct shape		*s[] = { &mixed, &gaps, &wild };
	struct tp_window_conf		c;
	int				 i, late, emit;

	(void)state;
	for (i = 0; i < 3; i++) {
		for (late = 0; late < 4; late++) {
			c = conf_of(TP_MINUTE, TP_MINUTE);
			c.late = (enum tp_window_late)late;
			if (late != TP_WINDOW_LATE_UPDATE)
				rebuild_conf(&c, s[i], 21, NOW);
			c.delay = 30 * TP_SECOND;
			c.grace = TP_MINUTE;
			rebuild_conf(&c, s[i], 22, NOW);
			c.slide = 15 * TP_SECOND;
			rebuild_conf(&c, s[i], 23, NOW);
		}
		for (emit = 1; emit < 3; emit++) {
			c = conf_of(TP_MINUTE, 20 * TP_SECOND);
			c.emit = (enum tp_window_emit)emit;
			c.delay = 10 * TP_SECOND;
			rebuild_conf(&c, s[i], 24, NOW);
			c.late = TP_WINDOW_LATE_UPDATE;
			c.grace = TP_MINUTE;
			rebuild_conf(&c, s[i], 25, NOW);
		}
		c = conf_of(TP_MINUTE, TP_MINUTE);
		c.dedupe = "event_id";
		rebuild_conf(&c, s[i], 26, NOW);
		c.max_keys = 5;
		c.min_n = 3;
		rebuild_conf(&c, s[i], 27, NOW);
		/* some events are ahead of the clock */
		rebuild_conf(&c, s[i], 28, T0 + 20 * TP_MINUTE);
	}
}

/*
 * Clocks that are wrong by just more than is believed: one at a time, two in
 * a row near each other (a pause of the stream) and far apart.  Every line is
 * a cut.
 */
static void
jumps_rebuilt_like_straight(void **state)
{
	struct tp_window_conf	c = conf_of(TP_MINUTE, TP_MINUTE);
	struct tp_buf		log = { 0 };
	struct rebuild		b = { .filter = &tp_window_filter,
	    .conf = &c, .now_ms = NOW };
	struct rebuild_run	x;
	struct tp_rng		r;
	int64_t			t = T0, far = TP_DAY + 2 * TP_MINUTE, at;
	size_t			i, jumps = 0;
	const char		*p;

	(void)state;
	tp_rng_init(&r, 51);
	for (i = 0; i < 200; i++) {
		t += 1 + (int64_t)tp_rng_below(&r, 4000);
		if (i == 60 || i == 130)
			t += far + TP_HOUR;
		at = t;
		if (tp_rng_below(&r, 8) == 0)
			at += far + 1 + (int64_t)tp_rng_below(&r, 20000);
		if (tp_rng_below(&r, 30) == 0)
			at += 9 * TP_DAY;
		tp_buf_printf(&log, "{\"segment_id\":\"%d\","
		    "\"timestamp\":%lld,\"speed_mph\":%d}\n", (int)(i % 3),
		    (long long)at, (int)(i % 70));
	}
	memset(tp_buf_room(&log, TP_JSON_PAD), 0, TP_JSON_PAD);
	b.log = log.p;
	b.n = log.n;
	rebuild_start(&x, &b);
	rebuild_feed(&x, b.n);
	for (p = tp_buf_cstr(&x.rejects); (p = strstr(p, "clock-jump"));
	    p++)
		jumps++;
	assert_true(jumps > 10);
	rebuild_stop(&x);
	for (i = 0; i < log.n; i++)
		if (i == 0 || log.p[i - 1] == '\n')
			rebuild_check_at(&b, i);
	rebuild_check_chain(&b, 100);
	/* and while nothing but the record held back is needed */
	b.idle_every = 7;
	b.idle_ms = TP_HOUR;
	for (i = 0; i < log.n; i++)
		if (i == 0 || log.p[i - 1] == '\n')
			rebuild_check_at(&b, i);
	tp_buf_release(&log);
}

static void
filled_rebuilt_like_straight(void **state)
{
	static const struct shape	mixed = { 20, 900, 200000, 0, 0, 90 };
	static const struct shape	gaps = { 9, 5000, 30000, 0,
	    3 * TP_HOUR, 0 };
	struct tp_window_conf		c = conf_of(TP_MINUTE, TP_MINUTE);
	int				fill;

	(void)state;
	for (fill = 1; fill < 3; fill++) {
		c.fill = (enum tp_window_fill)fill;
		c.fill_for = 10 * TP_MINUTE;
		rebuild_conf(&c, &mixed, 31, NOW);
		rebuild_conf(&c, &gaps, 32, NOW);
		c.slide = 20 * TP_SECOND;
		c.delay = 20 * TP_SECOND;
		rebuild_conf(&c, &mixed, 33, NOW);
		c.emit = TP_WINDOW_BOTH;
		rebuild_conf(&c, &gaps, 34, NOW);
	}
}

/* Every window of the hour after each reading is there, and no other. */
static void
fill_by_definition(void **state)
{
	static const struct shape	s = { 6, 20000, 0, 0, 3 * TP_HOUR, 0 };
	static struct event		ev[EVENTS];
	struct tp_window_conf		c = conf_of(TP_MINUTE, TP_MINUTE);
	struct tp_buf			log = { 0 };
	struct rebuild_run		x;
	const char			*p, *end;
	int64_t				start, last = INT64_MIN;
	size_t				i, lines = 0, want = 0;
	int				key;

	(void)state;
	c.fill = TP_WINDOW_FILL_LAST;
	make_log(&s, 41, ev, &log);
	run_log(&c, &log, &x);
	tp_buf_cstr(&x.bufs[0]);
	end = x.bufs[0].p + x.bufs[0].n;
	for (p = x.bufs[0].p; p < end; p = strchr(p, '\n') + 1) {
		double	latest = NAN;

		lines++;
		if (field(p, "\"event_count\":") > 0)
			continue;
		start = (int64_t)field(p, "\"window_start\":");
		key = (int)field(p, "\"segment_id\":\"k");
		for (i = 0; i < EVENTS && ev[i].t < start; i++)
			if (ev[i].key == key && !isnan(ev[i].speed) &&
			    start - ev[i].t <= TP_HOUR)
				latest = ev[i].speed;
		assert_false(isnan(latest));
		same_number(p, "\"avg_speed_mph\":", latest);
	}
	for (i = 0; i < EVENTS; i++)
		if (ev[i].t > last)
			last = ev[i].t;
	for (start = floor_to(T0, TP_MINUTE, 0); start <= last;
	    start += TP_MINUTE)
		for (key = 0; key < s.keys; key++)
			for (i = 0; i < EVENTS; i++)
				if (ev[i].key == key &&
				    ev[i].t < start + TP_MINUTE &&
				    (ev[i].t >= start || (!isnan(ev[i].speed) &&
				    start - ev[i].t <= TP_HOUR))) {
					want++;
					break;
				}
	assert_int_equal(lines, want);
	rebuild_stop(&x);
	tp_buf_release(&log);
}

int
main(void)
{
	const struct CMUnitTest	tests[] = {
		cmocka_unit_test(tumbling_like_definition),
		cmocka_unit_test(sliding_like_definition),
		cmocka_unit_test(fill_by_definition),
		cmocka_unit_test(rebuilt_like_straight),
		cmocka_unit_test(jumps_rebuilt_like_straight),
		cmocka_unit_test(filled_rebuilt_like_straight),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
