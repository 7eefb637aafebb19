/* Records that follow others of the same form, or of another one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/rng.h"
#include "parseline.h"

/*
 * A record is the same whatever was parsed before it: of all rows of three of
 * these lines, the last one is what a new record makes of it.
 */
static void
test_after_others(void **state)
{
	static const char	*const lines[] = {
		"{\"segment_id\":\"a\",\"timestamp\":1,\"speed_mph\":2}",
		"{\"segment_id\":\"b\",\"timestamp\":1,\"speed_kmh\":2}",
		"{\"segment_id\":\"c\",\"timestamp\":1}",
		"{\"segment_id\":\"d\",\"timestamp\" :1,\"speed_mph\":3,"
		    "\"x\":4}",
		"{\"segment_id\":\"e\",\"timestamp\":1,\"segment_id\":2}",
		"{\"segment_id\":\"f\",\"timestamp\":1,\"speed_mph\"}",
		"{\"timestamp\":1,\"segment_id\":\"g\",\"speed_mph\":2}",
		"{\"segment_id\":\"h\",\"location\":{\"lat\":1,\"lon\":2},"
		    "\"timestamp\":1}",
		"{\"segment_id\":\"i\",\"coordinates\":[1,2],"
		    "\"metadata\":{\"quality\":\"0.5\"},\"timestamp\":1}",
		"{\"segment_id\":\"j\",\"coordinates\":7,\"metadata\":"
		    "{\"timestamp\":\"2\"},\"timestamp\":1}",
		"{\"a_key_that_is_a_little_too_long_to_be_kept\":1,"
		    "\"timestamp\":1,\"timestamp\":2}",
		"{\"a_key_that_is_a_little_too_long_to_be_kept\":1,"
		    "\"timestamp\":1}",
		"{\"segment_id", "{}", "[]", "{\"\":1,\"a\\\"\":2}",
	};
	size_t		n = sizeof(lines) / sizeof(*lines), i, k;
	struct tp_rec	used = { 0 };
	char		*keep, *other;

	(void)state;
	for (i = 0; i < n * n * n; i++) {
		struct tp_rec	fresh = { 0 };

		for (k = i; k > 0; k /= n) {
			parse(&used, lines[k % n], &other);
			free(other);
		}
		k = i % n;
		assert_int_equal(parse(&used, lines[k], &other),
		    parse(&fresh, lines[k], &keep));
		expect_same(&used, &fresh);
		tp_rec_release(&fresh);
		free(keep);
		free(other);
	}
	tp_rec_release(&used);
}

/* Writes a line of some form, each @ of which is a value from a list. */
static void
make_line(char *line, size_t size, const char *form, struct tp_rng *g)
{
	static const char	*const values[] = {
		"1", "2.50", "-3e2", "0", "\"1\"", "\"a\"", "\"\"", "\"07\"",
		"\"x\\u0041\"", "\"1.\"", "\"-\"", "null", "true", "[]",
		"[1,2]", "{\"a\":1}", "\"Ph\xE1\xBB\x91\"", "", "\"", "01",
		"123456789012345678901234567890123456789012345678901",
	};
	size_t			n = sizeof(values) / sizeof(*values), len = 0;
	const char		*v;

	for (; *form != '\0'; form++) {
		/* mostly of the first few: forms that come again */
		v = values[tp_rng_below(g, tp_rng_below(g, 4) == 0 ? n : 2)];
		if (*form != '@')
			line[len++] = *form;
		else
			len += (size_t)snprintf(line + len, size - len, "%s",
			    v);
	}
	line[len] = '\0';
}

/*
 * Of forms that come again only the values are looked at: what is found is
 * what a new record finds, also where another form, type or unit comes.
 */
static void
test_forms(void **state)
{
	static const char	*const forms[] = {
		"{\"segment_id\":@,\"timestamp\":@,\"speed\":@}",
		"{\"segment_id\":@,\"timestamp\":@,\"speed\":@}\r",
		"{\"segment_id\": @, \"timestamp\": @, \"speed\": @} ",
		"{\"id\":@,\"coordinates\":[@,@],\"metadata\":{\"quality\":@,"
		    "\"highway\":@,\"lanes\":@},\"speed_mph\":@}",
		"{\"location\":{\"lat\":@, \"lng\" :@},\"lat\":@,\"b\":{},"
		    "\"weather\":{\"condition\":@},\"sensor_id\":@}",
		"{\"coordinates\":@,\"metadata\":@,\"weather\":@}",
		"{\"speed\":@,\"speed_mph\":@,\"road_id\":@,\"segment_id\":@}",
		"{\"segment_id\":@,\"road_id\":@,\"metadata\":{\"speed\":@}}",
		"{\"metadata\":{},\"speed\":@}", "{\"a\":@}", "{\"a\":@} x",
		"{}",
	};
	struct tp_rng		g;
	struct tp_rec		used = { 0 };
	char			line[600], *keep, *other;
	size_t			i, form = 0;

	(void)state;
	tp_rng_init(&g, 5);
	for (i = 0; i < 200000; i++) {
		struct tp_rec	fresh = { 0 };

		if (tp_rng_below(&g, 6) == 0)
			form = tp_rng_below(&g, sizeof(forms) / sizeof(*forms));
		if (tp_rng_below(&g, 50) == 0)
			used.assume = (int)tp_rng_below(&g, 3);
		fresh.assume = used.assume;
		make_line(line, sizeof(line), forms[form], &g);
		assert_int_equal(parse(&used, line, &other),
		    parse(&fresh, line, &keep));
		expect_same(&used, &fresh);
		tp_rec_release(&fresh);
		free(keep);
		free(other);
	}
	tp_rec_release(&used);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_after_others),
		cmocka_unit_test(test_forms),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
