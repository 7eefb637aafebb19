/* The metadata of commits: what is written reads back, nothing else does. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/clock.h"
#include "stream/kafkactx.h"
#include "stream/kafkaopts.h"

static void
test_round_trip(void **state)
{
	static const int64_t	marks[] = { TP_TIME_NONE, -1, 0, INT64_MAX };
	struct tp_kmeta		m, got;
	char			text[TP_KPART_META];
	size_t			i;

	(void)state;
	for (i = 0; i < 4; i++) {
		m = (struct tp_kmeta){ .pos = INT64_MAX - (int64_t)i,
		    .mark = marks[i], .cfg = UINT64_MAX / (i + 1),
		    .n = INT32_MAX, .nwaits = (int)(i % 3),
		    .waits = { INT64_MAX - 9, (int64_t)i } };
		tp_kmeta_write(text, &m);
		/* brokers take 4096 bytes by default; ASCII, as old ones ask */
		assert_true(strlen(text) < 140);
		assert_int_equal(tp_kmeta_read(text, &got), 0);
		assert_true(got.pos == m.pos && got.mark == m.mark &&
		    got.cfg == m.cfg && got.n == m.n);
		assert_int_equal(got.nwaits, m.nwaits);
		assert_memory_equal(got.waits, m.waits, (size_t)m.nwaits *
		    sizeof(*m.waits));
	}
}

/* Of all partitions: the largest that there can be still fits. */
static void
test_whole(void **state)
{
	struct tp_kmeta	m = {
		.pos = INT64_MAX, .mark = INT64_MIN, .cfg = UINT64_MAX,
		.n = TP_KMETA_PARTS, .whole = true, .done = INT64_MIN,
	};
	struct tp_kmeta	got;
	char		text[TP_KPART_META];
	int32_t		i;

	(void)state;
	for (i = 0; i < m.n; i++) {
		m.low[i] = INT64_MAX / 2;
		m.at[i] = INT64_MAX - i;
	}
	tp_kmeta_write(text, &m);
	assert_true(strlen(text) < TP_KPART_META - 1);
	assert_int_equal(tp_kmeta_read(text, &got), 0);
	assert_true(got.whole && got.done == m.done && got.n == m.n);
	assert_memory_equal(got.low, m.low, sizeof(m.low));
	assert_memory_equal(got.at, m.at, sizeof(m.at));
	assert_int_equal(tp_kmeta_read("2 5 6 0000000000000001 2 7 3+1 4+0",
	    &got), 0);
	assert_true(got.low[0] == 3 && got.at[0] == 4 && got.at[1] == 4);
}

static void
test_foreign(void **state)
{
	static const char *const	bad[] = {
		"", "1", "1 5", "2 5 6 0000000000000001 4",
		"1 5 6 0000000000000001", "1 5 6 0000000000000001 4 ",
		"1 5 6 1 4", "1 +5 6 0000000000000001 4",
		"1 -5 6 0000000000000001 4", "1 5 6 0000000000000001 0",
		"1 5 6 0000000000000001 -1", "1  5 6 0000000000000001 4",
		"1 5 6 0000000000000001 4 1 2 3", "1 5 6 0000000000000001 4 -1",
		"1 5 6 0000000000000001 4 x", "1 5 6 0000000000000001 4 1 ",
		"1 99999999999999999999 6 0000000000000001 4", "hello",
		"2 5 6 0000000000000001 2 7 3+1", "2 5 6 0000000000000001 2",
		"2 5 6 0000000000000001 2 7 3+1 4+-1",
		"2 5 6 0000000000000001 2 7 3+1 4+0 5+0",
		"2 5 6 0000000000000001 65 7 3+1 4+0",
		"2 5 6 0000000000000001 1 7 1+9223372036854775807",
	};
	struct tp_kmeta	m;
	size_t		i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_int_equal(tp_kmeta_read(bad[i], &m), -1);
	assert_int_equal(tp_kmeta_read("1 5 6 0000000000000001 4", &m), 0);
}

struct conf {
	int64_t		 n;
	const char	*s, *file;
	int		 choice;
	bool		 flag;
};

static void
test_hash(void **state)
{
	static const struct tp_opt	opts[] = {
		{ .kind = TP_OPT_HEADING, .help = "x" },
		{ TP_OPT_INT, 0, "n", offsetof(struct conf, n), "N", NULL,
		    "n", 0, 0 },
		{ TP_OPT_STR, 0, "s", offsetof(struct conf, s), "S", NULL,
		    "s", 0, 0 },
		{ TP_OPT_FILE, 0, "f", offsetof(struct conf, file), "F",
		    NULL, "f", 0, 0 },
		{ TP_OPT_FLAG, 0, "g", offsetof(struct conf, flag), NULL,
		    NULL, "g", 0, 0 },
		{ .kind = TP_OPT_END },
	};
	const struct tp_tool	tool = { .name = "t", .opts = opts };
	struct conf		a = { .n = 1, .s = "x" }, b = a;

	(void)state;
	assert_true(tp_run_conf_hash(&tool, &a) ==
	    tp_run_conf_hash(&tool, &b));
	b.file = "elsewhere";
	assert_true(tp_run_conf_hash(&tool, &a) ==
	    tp_run_conf_hash(&tool, &b));
	b.n = 2;
	assert_true(tp_run_conf_hash(&tool, &a) !=
	    tp_run_conf_hash(&tool, &b));
	b = a;
	b.flag = true;
	assert_true(tp_run_conf_hash(&tool, &a) !=
	    tp_run_conf_hash(&tool, &b));
	b = a;
	b.s = NULL;
	assert_true(tp_run_conf_hash(&tool, &a) !=
	    tp_run_conf_hash(&tool, &b));
}

int
main(void)
{
	const struct CMUnitTest	tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_whole),
		cmocka_unit_test(test_foreign),
		cmocka_unit_test(test_hash),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
