/*
 * The store: records taken apart and put together are the same bytes, in
 * memory and through SQLite; newer rows replace older ones; sums of hours
 * against sums made here; positions.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "anynumber.h"
#include "store/batch.h"
#include "store/store.h"

#define T0	INT64_C(1338768000000)	/* 2012-06-04T00:00:00Z */
#define RECORDS	4000

static char	dir[] = "/tmp/tp-test-store.XXXXXX", url[64];

static int
make_dir(void **state)
{
	(void)state;
	assert_non_null(mkdtemp(dir));
	return 0;
}

static void
remove_store(void)
{
	static const char *const	ends[] = { "", "-wal", "-shm" };
	char				path[80];
	size_t				i;

	for (i = 0; i < 3; i++) {
		snprintf(path, sizeof(path), "%s/s.db%s", dir, ends[i]);
		unlink(path);
	}
}

static int
remove_dir(void **state)
{
	(void)state;
	remove_store();
	return rmdir(dir);
}

static struct tp_store *
open_store(enum tp_store_mode mode)
{
	struct tp_store_conf	c = { .mode = mode, .busy_ms = 1000 };
	struct tp_err		e = { 0 };
	struct tp_store		*s;

	snprintf(url, sizeof(url), "sqlite:%s/s.db", dir);
	s = tp_store_open(url, &c, &e);
	if (s == NULL)
		fail_msg("%s", e.text);
	return s;
}

/* Adds a line, padded as the scanner wants it: NULL or why not. */
static const char *
add(struct tp_batch *b, const char *line, uint32_t source, int64_t pos)
{
	struct tp_rec	r = { 0 };
	size_t		n = strlen(line);
	char		*p = tp_calloc(1, n + TP_JSON_PAD + 1);
	const char	*why, *field;

	memcpy(p, line, n);
	assert_int_equal(tp_rec_parse(&r, p, n), 0);
	why = tp_batch_add(b, &r, source, pos, &field);
	tp_rec_release(&r);
	free(p);
	return why;
}

static void
store(struct tp_store *s, struct tp_batch *b)
{
	struct tp_err	e = { 0 };

	tp_batch_sort(b);
	if (tp_store_write(s, b, &e) != 0)
		fail_msg("%s", e.text);
	tp_batch_clear(b);
}

struct lines {
	char	**v;
	size_t	  n, cap;
};

static void
keep_line(struct lines *l, const char *p, size_t n)
{
	TP_GROW(l->v, l->cap, l->n + 1);
	l->v[l->n++] = tp_strndup(p, n);
}

static int
got_line(void *arg, const char *line, size_t n, int64_t t)
{
	(void)t;
	keep_line(arg, line, n);
	return 0;
}

static void
release_lines(struct lines *l)
{
	while (l->n > 0)
		free(l->v[--l->n]);
	free(l->v);
}

static int
by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void
same_lines(struct lines *a, struct lines *b)
{
	size_t	i;

	assert_int_equal(a->n, b->n);
	qsort(a->v, a->n, sizeof(*a->v), by_text);
	qsort(b->v, b->n, sizeof(*b->v), by_text);
	for (i = 0; i < a->n; i++)
		assert_string_equal(a->v[i], b->v[i]);
}

static void
put_field(struct tp_buf *b, struct tp_rng *g, int i)
{
	static const char *const	numbers[] = {
		"volume_vph", "occupancy_percent", "quality_score", "n",
		"confidence_score", "free_flow_speed_kmh", "distance_km",
	};
	static const char *const	others[] = {
		"\"congestion_level\":\"HEAVY\"", "\"final\":true",
		"\"model_version\":\"m-1\"", "\"weather\":null",
		"\"note\":\"a \\\"b\\\" \\u00e9 $s {\"", "\"list\":[1,{\"a\":2}]",
		"\"coordinates\":{\"lat\":34.1,\"lng\":-118.2}",
		"\"location\":{\"road_name\":\"I-5\"}", "\"lanes\":4",
	};

	if (i < 7) {
		tp_buf_printf(b, ",\"%s\":", numbers[i]);
		put_number(b, g);
	} else
		tp_buf_printf(b, ",%s", others[i - 7]);
}

/* What tells record i from the others of its kind. */
static void
put_key(struct tp_buf *b, struct tp_rng *g, int i)
{
	long long	t = (long long)(T0 + 60000 * (int64_t)i);
	const char	*unit = tp_rng_below(g, 2) ? "kmh" : "mph";
	int		 seg = (int)tp_rng_below(g, 20);

	switch (tp_rng_below(g, 8)) {
	case 0:
		tp_buf_printf(b, "{\"alert_id\":\"a%d\",\"segment_id\":\"s%d\""
		    ",\"timestamp\":%lld,\"status\":\"ACTIVE\"", i, seg, t);
		break;
	case 1:
		tp_buf_printf(b, "{\"prediction_id\":\"s%d:%lld:15\","
		    "\"segment_id\":\"s%d\",\"timestamp\":%lld,"
		    "\"prediction_horizon_minutes\":15,\"target_timestamp\":"
		    "%lld,\"predicted_speed_%s\":", seg, t, seg, t, t +
		    (tp_rng_below(g, 9) == 0 ? 1 : 900000), unit);
		put_number(b, g);
		break;
	case 2:
		tp_buf_printf(b, "{\"segment_id\":%d,\"window_start\":%lld,"
		    "\"window_end\":%lld,\"avg_speed_%s\":", seg, t, t + 300000,
		    unit);
		put_number(b, g);
		break;
	case 3:
		tp_buf_printf(b, "{\"score_id\":\"m:%d\",\"to\":%lld,"
		    "\"mae_%s\":", i, t, unit);
		put_number(b, g);
		break;
	case 4:
		tp_buf_printf(b, "{\"graph_version\":\"v%d\",\"update_type\":"
		    "\"x\",\"timestamp\":%lld", i, t);
		break;
	case 5:
		tp_buf_printf(b, "{\"timestamp\":%lld,\"waypoints\":[%d]", t,
		    i);
		break;
	default:
		tp_buf_printf(b, "{\"road_id\":\"s%d\",\"time\":", seg);
		if (tp_rng_below(g, 5) == 0) {
			tp_buf_char(b, '"');
			tp_buf_time(b, t);
			tp_buf_char(b, '"');
		} else
			tp_buf_int(b, t);
		tp_buf_printf(b, ",\"speed_%s\":", unit);
		put_number(b, g);
	}
}

/* A record of some kind with any of the fields, the order of which varies. */
static void
put_record(struct tp_buf *b, struct tp_rng *g, int i)
{
	int	from = (int)tp_rng_below(g, 16), k;

	b->n = 0;
	put_key(b, g, i);
	for (k = 0; k < 16; k++)
		if (tp_rng_below(g, 3) == 0)
			put_field(b, g, (from + k) % 16);
	tp_buf_char(b, '}');
}

static void
all_lines(struct tp_store *s, struct lines *l)
{
	struct tp_store_query	q = { .from = INT64_MIN, .to = INT64_MAX };
	struct tp_err		e = { 0 };
	int			k;

	for (k = 0; k < TP_STORE_KINDS; k++) {
		q.kind = (enum tp_store_kind)k;
		if (tp_store_read(s, &q, got_line, l, &e) != 0)
			fail_msg("%s", e.text);
	}
}

static void
test_same_bytes(void **state)
{
	struct tp_store	*s = open_store(TP_STORE_WRITE);
	struct tp_batch	 b = { 0 };
	struct tp_rng	 g;
	struct tp_buf	 text = { 0 };
	struct lines	 in = { 0 }, out = { 0 };
	int		 i, round;

	(void)state;
	tp_rng_init(&g, 7);
	for (i = 0; i < RECORDS; i++) {
		put_record(&text, &g, i);
		assert_null(add(&b, tp_buf_cstr(&text), 0, 0));
		keep_line(&in, text.p, text.n);
		if (i % 500 == 499)
			store(s, &b);
	}
	all_lines(s, &out);
	same_lines(&in, &out);
	/* a second time changes nothing; another process reads the same */
	for (round = 0; round < 2; round++) {
		for (i = 0; i < RECORDS; i++)
			assert_null(add(&b, in.v[i], 0, 0));
		store(s, &b);
	}
	tp_store_close(s);
	s = open_store(TP_STORE_READ);
	release_lines(&out);
	out = (struct lines){ 0 };
	all_lines(s, &out);
	same_lines(&in, &out);
	tp_store_close(s);
	tp_batch_release(&b);
	tp_buf_release(&text);
	release_lines(&in);
	release_lines(&out);
	remove_store();
}

/* The integers of the only row that a query of the file gives. */
static void
ask(const char *sql, int64_t *v, int n)
{
	sqlite3		*db;
	sqlite3_stmt	*st;
	int		 i;

	assert_int_equal(sqlite3_open(url + strlen("sqlite:"), &db), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &st, NULL),
	    SQLITE_OK);
	assert_int_equal(sqlite3_step(st), SQLITE_ROW);
	for (i = 0; i < n; i++)
		v[i] = sqlite3_column_int64(st, i);
	assert_int_equal(sqlite3_step(st), SQLITE_DONE);
	sqlite3_finalize(st);
	sqlite3_close(db);
}

/* The sums of an hour and the newest row, through replacements, against what
 * is counted here. */
static void
test_hours(void **state)
{
	struct tp_store		*s = open_store(TP_STORE_WRITE);
	struct tp_batch		 b = { 0 };
	struct tp_rng		 g;
	struct tp_err		 e = { 0 };
	char			 line[200];
	int			 speed[60] = { 0 }, i, k, n, sum;
	int64_t			 v[6];

	(void)state;
	tp_rng_init(&g, 3);
	for (i = 0; i < 40; i++) {
		for (k = 0; k < 10; k++) {
			n = (int)tp_rng_below(&g, 60);
			speed[n] = 1 + (int)tp_rng_below(&g, 100);
			snprintf(line, sizeof(line), "{\"segment_id\":\"a\","
			    "\"timestamp\":%lld,\"speed_kmh\":%d}",
			    (long long)(T0 + n * TP_MINUTE), speed[n]);
			assert_null(add(&b, line, 0, 0));
		}
		store(s, &b);
		for (n = sum = k = 0; k < 60; k++) {
			n += speed[k] > 0;
			sum += speed[k];
		}
		ask("SELECT hour,n,speed,speeds,volume,volumes FROM hourly",
		    v, 6);
		assert_int_equal(v[0], T0);
		assert_int_equal(v[1], n);
		assert_int_equal(v[2], 1000 * sum);
		assert_int_equal(v[3], n);
		assert_int_equal(v[4], 0);
		assert_int_equal(v[5], 0);
		for (k = 59; speed[k] == 0; k--)
			;
		ask("SELECT t,speed FROM latest", v, 2);
		assert_int_equal(v[0], T0 + k * TP_MINUTE);
		assert_int_equal(v[1], 1000 * speed[k]);
	}
	assert_int_equal(tp_store_check(s, &e), 0);
	tp_store_close(s);
	tp_batch_release(&b);
	remove_store();
}

/* Counts records, none of which is earlier than the one before. */
static int
count(void *arg, const char *line, size_t n, int64_t t)
{
	int64_t	*last = arg;

	(void)line;
	(void)n;
	assert_true(t >= last[0]);
	last[0] = t;
	last[1]++;
	return 0;
}

static int
stop(void *arg, const char *line, size_t n, int64_t t)
{
	(void)line;
	(void)n;
	(void)t;
	return ++*(int *)arg == 10 ? 7 : 0;
}

/* Ranges, gaps of years, segments; a callback that has enough. */
static void
test_ranges(void **state)
{
	struct tp_store		*s = open_store(TP_STORE_WRITE);
	struct tp_batch		 b = { 0 };
	struct tp_err		 e = { 0 };
	char			 line[200];
	int64_t			 t[600], last[2];
	struct tp_store_query	 q;
	const char		*const some[] = { "s1", "s3", "none" };
	struct tp_rng		 g;
	int			 i, k, n;

	(void)state;
	tp_rng_init(&g, 5);
	for (i = 0; i < 600; i++) {
		t[i] = T0 + i * TP_MINUTE + (i > 300 ? 900 * TP_DAY : 0);
		snprintf(line, sizeof(line), "{\"segment_id\":\"s%d\","
		    "\"timestamp\":%lld,\"speed_kmh\":%d}", i % 7,
		    (long long)t[i], i);
		assert_null(add(&b, line, 0, 0));
	}
	store(s, &b);
	for (i = 0; i < 200; i++) {
		q = (struct tp_store_query){
			.from = t[tp_rng_below(&g, 600)] - 1 +
			    (int64_t)tp_rng_below(&g, 3),
			.to = t[tp_rng_below(&g, 600)] - 1 +
			    (int64_t)tp_rng_below(&g, 3),
			.segments = some, .nsegments = i % 4,
		};
		for (n = k = 0; k < 600; k++)
			n += t[k] >= q.from && t[k] < q.to &&
			    (i % 4 == 0 || k % 7 == 1 ||
			    (i % 4 > 1 && k % 7 == 3));
		last[0] = INT64_MIN;
		last[1] = 0;
		assert_int_equal(tp_store_read(s, &q, count, last, &e), 0);
		assert_int_equal(last[1], n);
	}
	q = (struct tp_store_query){ .from = INT64_MIN, .to = INT64_MAX };
	n = 0;
	assert_int_equal(tp_store_read(s, &q, stop, &n, &e), 7);
	assert_int_equal(n, 10);
	tp_store_close(s);
	tp_batch_release(&b);
	remove_store();
}

/* What a partition gives again is passed over; a second writer stops us. */
static void
test_positions(void **state)
{
	struct tp_store	*s = open_store(TP_STORE_WRITE), *other;
	struct tp_batch	 b = { 0 }, late = { 0 };
	struct tp_err	 e = { 0 };
	struct lines	 out = { 0 };
	uint32_t	 p = tp_batch_source(&b, "topic", 3), q;
	int64_t		 next;

	(void)state;
	assert_int_equal(tp_store_position(s, "topic", 3, &next, &e), 0);
	assert_int_equal(next, -1);
	add(&b, "{\"segment_id\":\"a\",\"timestamp\":1338768000000,"
	    "\"speed_kmh\":1}", p, 10);
	b.sources[p].next = 11;
	store(s, &b);
	add(&b, "{\"segment_id\":\"a\",\"timestamp\":1338768000000,"
	    "\"speed_kmh\":2}", p, 10);
	store(s, &b);
	all_lines(s, &out);
	assert_int_equal(out.n, 1);
	assert_non_null(strstr(out.v[0], "\"speed_kmh\":1}"));
	/* another takes over, and the first one comes back */
	other = open_store(TP_STORE_WRITE);
	q = tp_batch_source(&late, "topic", 3);
	add(&late, "{\"segment_id\":\"a\",\"timestamp\":1338768060000,"
	    "\"speed_kmh\":3}", q, 11);
	late.sources[q].next = 12;
	store(other, &late);
	add(&b, "{\"segment_id\":\"b\",\"timestamp\":1338768060000,"
	    "\"speed_kmh\":4}", p, 11);
	b.sources[p].next = 12;
	assert_int_equal(tp_store_write(s, &b, &e), -1);
	assert_int_equal(e.code, TP_EXIT_RESTART);
	assert_int_equal(tp_store_position(s, "topic", 3, &next, &e), 0);
	assert_int_equal(next, 12);
	release_lines(&out);
	out = (struct lines){ 0 };
	all_lines(other, &out);
	assert_int_equal(out.n, 2);
	release_lines(&out);
	tp_store_close(other);
	tp_store_close(s);
	tp_batch_release(&b);
	tp_batch_release(&late);
	remove_store();
}

/* Old versions of an aggregate do not come back. */
static void
test_revisions(void **state)
{
	struct tp_store	*s = open_store(TP_STORE_WRITE);
	struct tp_batch	 b = { 0 };
	struct lines	 out = { 0 };
	char		 line[300];
	const int	 revs[] = { 2, 3, 1, 5, 4 };
	size_t		 i;

	(void)state;
	for (i = 0; i < 5; i++) {
		snprintf(line, sizeof(line), "{\"segment_id\":\"a\","
		    "\"window_start\":1338768000000,\"window_end\":"
		    "1338768300000,\"event_count\":%zu,\"rev\":%d}", i,
		    revs[i]);
		add(&b, line, 0, 0);
		if (i != 1)
			store(s, &b);
	}
	all_lines(s, &out);
	assert_int_equal(out.n, 1);
	assert_non_null(strstr(out.v[0], "\"rev\":5}"));
	release_lines(&out);
	tp_store_close(s);
	tp_batch_release(&b);
	remove_store();
}

/* What has a column is in it alone: the shape is as store/shape.h has it. */
static void
test_shape_text(void **state)
{
	struct tp_batch		 b = { 0 };
	const struct tp_row	*r;

	(void)state;
	assert_null(add(&b, "{\"segment_id\":\"a\",\"timestamp\":1338768000000,"
	    "\"speed_mph\":64.375}", 0, 0));
	assert_null(add(&b, "{\"segment_id\":\"a\",\"timestamp\":1338768060000,"
	    "\"speed_mph\":1.375,\"note\":\"x\"}", 0, 0));
	r = b.kind[TP_STORE_EVENT].v;
	assert_string_equal(b.shapes.keys[r[0].shape].p,
	    "{\"segment_id\":$s,\"timestamp\":$t1,\"speed_mph\":$m23}");
	assert_int_equal(r[0].restlen, 0);
	assert_string_equal(b.shapes.keys[r[1].shape].p, "{\"segment_id\":$s,"
	    "\"timestamp\":$t1,\"speed_mph\":$m23,\"note\":$_}");
	assert_int_equal(r[1].restlen, 5);
	assert_memory_equal(b.text.p + r[1].rest, "[\"x\"]", 5);
	tp_batch_release(&b);
}

/* Lines of ever new forms do not fill memory with forms. */
static void
test_shapes_bounded(void **state)
{
	struct tp_batch	b = { 0 };
	char		line[200];
	int		i;

	(void)state;
	for (i = 0; i < 3 * TP_BATCH_SHAPES; i++) {
		snprintf(line, sizeof(line), "{\"segment_id\":\"a\","
		    "\"timestamp\":1338768000000,\"x%d\":1,\"speed_kmh\":1}",
		    i);
		assert_null(add(&b, line, 0, 0));
	}
	assert_true(b.shapes.n <= TP_BATCH_SHAPES + 1);
	b.max_segments = 1;
	assert_non_null(add(&b, "{\"segment_id\":\"b\",\"timestamp\":"
	    "1338768000000,\"speed_kmh\":1}", 0, 0));
	assert_non_null(add(&b, "{\"a\":1}", 0, 0));
	assert_non_null(add(&b, "{\"segment_id\":\"a\",\"timestamp\":\"x\","
	    "\"speed_kmh\":1}", 0, 0));
	assert_non_null(add(&b, "{\"segment_id\":\"a\",\"timestamp\":1,"
	    "\"speed\":1}", 0, 0));
	tp_batch_release(&b);
}

int
main(void)
{
	const struct CMUnitTest	tests[] = {
		cmocka_unit_test(test_shape_text),
		cmocka_unit_test(test_shapes_bounded),
		cmocka_unit_test(test_same_bytes),
		cmocka_unit_test(test_hours),
		cmocka_unit_test(test_ranges),
		cmocka_unit_test(test_positions),
		cmocka_unit_test(test_revisions),
	};

	return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
