#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "kafka/kuri.h"

static void
refused(const char *s, const char *part)
{
	struct tp_kuri	u;
	struct tp_err	e = { 0 };

	assert_int_equal(tp_kuri_parse(&u, s, &e), -1);
	assert_int_equal(e.code, TP_EXIT_USAGE);
	if (strstr(e.text, part) == NULL)
		fail_msg("'%s': '%s' lacks '%s'", s, e.text, part);
	assert_null(u.topic);
	assert_null(u.parts);
}

static void
only_a_topic(void **state)
{
	struct tp_kuri	u;
	struct tp_err	e = { 0 };

	(void)state;
	assert_true(tp_kuri_is("kafka:"));
	assert_false(tp_kuri_is("kafka"));
	assert_false(tp_kuri_is("./kafka:x"));
	assert_int_equal(tp_kuri_parse(&u, "kafka:Traffic_raw.v-2", &e), 0);
	assert_string_equal(u.topic, "Traffic_raw.v-2");
	assert_null(u.group);
	assert_null(u.instance);
	assert_int_equal(u.from, TP_KURI_FROM_DEFAULT);
	assert_int_equal(u.nparts, 0);
	tp_kuri_release(&u);
}

static void
all_parameters(void **state)
{
	static const int32_t	parts[] = { 0, 2, 5, 6, 7, 2147483647 };
	struct tp_kuri		u;
	struct tp_err		e = { 0 };

	(void)state;
	assert_int_equal(tp_kuri_parse(&u, "kafka:t?partition=0,2,5-7,"
	    "2147483647-2147483647&from=2012-03-01T00:00:00Z&"
	    "instance=a%26b=c&group=g%20%C3%A4", &e), 0);
	assert_string_equal(u.topic, "t");
	assert_string_equal(u.group, "g \xc3\xa4");
	assert_string_equal(u.instance, "a&b=c");
	assert_int_equal(u.from, TP_KURI_FROM_TIME);
	/* date -u -d 2012-03-01 +%s */
	assert_int_equal(u.from_ms, INT64_C(1330560000000));
	assert_int_equal(u.nparts, sizeof(parts) / sizeof(*parts));
	assert_memory_equal(u.parts, parts, sizeof(parts));
	tp_kuri_release(&u);
	assert_int_equal(tp_kuri_parse(&u, "kafka:t?from=1330560000001", &e),
	    0);
	assert_int_equal(u.from_ms, INT64_C(1330560000001));
	tp_kuri_release(&u);
	assert_int_equal(tp_kuri_parse(&u, "kafka:t?from=earliest", &e), 0);
	assert_int_equal(u.from, TP_KURI_FROM_EARLIEST);
	tp_kuri_release(&u);
	assert_int_equal(tp_kuri_parse(&u, "kafka:t?from=latest", &e), 0);
	assert_int_equal(u.from, TP_KURI_FROM_LATEST);
	tp_kuri_release(&u);
	assert_int_equal(tp_kuri_parse(&u, "kafka:t?partition=0-4095", &e), 0);
	assert_int_equal(u.nparts, 4096);
	assert_int_equal(u.parts[4095], 4095);
	tp_kuri_release(&u);
}

static void
what_is_wrong(void **state)
{
	struct tp_buf	b = { 0 };
	int		i;

	(void)state;
	refused("traffic", "no kafka:TOPIC");
	refused("kafka:", "it is empty");
	refused("kafka:?group=g", "it is empty");
	refused("kafka:.", "a path");
	refused("kafka:..", "a path");
	refused("kafka:a/b", "letters");
	refused("kafka:a b", "letters");
	refused("kafka:\xc3\xa4", "letters");
	refused("kafka:t?", "no NAME=VALUE: ''");
	refused("kafka:t?group", "no NAME=VALUE: 'group'");
	refused("kafka:t?group=g&", "no NAME=VALUE: ''");
	refused("kafka:t?group=", "'group': its value is empty");
	refused("kafka:t?group=a&group=b", "'group': it is there twice");
	refused("kafka:t?from=latest&from=latest", "twice");
	refused("kafka:t?partition=1&partition=2", "twice");
	refused("kafka:t?Group=a", "'Group': there is none");
	refused("kafka:t?=a", "'': there is none");
	refused("kafka:t?group=%", "no text");
	refused("kafka:t?group=%4", "no text");
	refused("kafka:t?group=%4g", "no text");
	refused("kafka:t?group=a%00", "no text");
	refused("kafka:t?group=a%0A", "no text");
	refused("kafka:t?group=a\nb", "no text");
	refused("kafka:t?from=Earliest", "none of earliest");
	refused("kafka:t?from=-1", "none of earliest");
	refused("kafka:t?from=1970-01-01T00:00:00%2b01:00", "before 1970");
	refused("kafka:t?from=99999999999999999999", "out of range");
	refused("kafka:t?partition=1,", "ascending");
	refused("kafka:t?partition=1,1", "ascending");
	refused("kafka:t?partition=2,1", "ascending");
	refused("kafka:t?partition=2-1", "ascending");
	refused("kafka:t?partition=1-", "ascending");
	refused("kafka:t?partition=-1", "ascending");
	refused("kafka:t?partition=1 ", "ascending");
	refused("kafka:t?partition=2147483648", "ascending");
	refused("kafka:t?partition=0-4096", "more than 4096");
	refused("kafka:t?partition=0-2147483647", "more than 4096");
	tp_buf_str(&b, "kafka:");
	for (i = 0; i < TP_KURI_TOPIC_MAX + 1; i++)
		tp_buf_char(&b, 'x');
	refused(tp_buf_cstr(&b), "longer than 249");
	b.n = 0;
	tp_buf_str(&b, "kafka:t?group=");
	for (i = 0; i < TP_KURI_NAME_MAX + 1; i++)
		tp_buf_char(&b, 'x');
	refused(tp_buf_cstr(&b), "longer than 255");
	tp_buf_release(&b);
}

int
main(void)
{
	const struct CMUnitTest	tests[] = {
		cmocka_unit_test(only_a_topic),
		cmocka_unit_test(all_parameters),
		cmocka_unit_test(what_is_wrong),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
