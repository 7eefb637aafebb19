#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/err.h"

static void
set_and_prefix(void **state)
{
	struct tp_err	e = { 0 };

	(void)state;
	assert_int_equal(tp_err_set(&e, TP_EXIT_DATA, "line %d: no '%s'", 7,
	    "speed"), -1);
	assert_int_equal(e.code, TP_EXIT_DATA);
	assert_string_equal(e.text, "line 7: no 'speed'");
	assert_int_equal(tp_err_prefix(&e, "%s", "a.json"), -1);
	assert_int_equal(e.code, TP_EXIT_DATA);
	assert_string_equal(e.text, "a.json: line 7: no 'speed'");
	/* An error may be wrapped in itself. */
	tp_err_set(&e, TP_EXIT_SYS, "again: %s", e.text);
	assert_string_equal(e.text, "again: a.json: line 7: no 'speed'");
}

static void
sys_says_why(void **state)
{
	struct tp_err	e = { 0 };

	(void)state;
	errno = ENOENT;
	assert_int_equal(tp_err_sys(&e, "open '%s'", "x"), -1);
	assert_int_equal(e.code, TP_EXIT_SYS);
	assert_string_equal(e.text, "open 'x': No such file or directory");
}

static void
controls_are_masked(void **state)
{
	struct tp_err	e = { 0 };

	(void)state;
	tp_err_set(&e, TP_EXIT_DATA, "a\nb\033[2Jc\177 Đường");
	assert_string_equal(e.text, "a?b?[2Jc? Đường");
}

/* Texts too long are cut between characters, not in one. */
static void
long_texts(void **state)
{
	struct tp_err	e = { 0 };
	char		text[2000];
	size_t		shift, i, n;

	(void)state;
	for (shift = 0; shift < 3; shift++) {
		memset(text, 'a', shift);
		for (i = shift; i + 3 < sizeof(text); i += 3)
			memcpy(text + i, "\xe1\xbb\x9d", 3);
		text[i] = '\0';
		tp_err_set(&e, TP_EXIT_DATA, "%s", text);
		n = strlen(e.text);
		assert_true(n < sizeof(e.text) && n > sizeof(e.text) - 4);
		assert_int_equal((n - shift) % 3, 0);
		assert_memory_equal(e.text, text, n);
		tp_err_prefix(&e, "x");
		assert_memory_equal(e.text, "x: ", 3);
	}
}

int
main(void)
{
	const struct CMUnitTest	tests[] = {
		cmocka_unit_test(set_and_prefix),
		cmocka_unit_test(sys_says_why),
		cmocka_unit_test(controls_are_masked),
		cmocka_unit_test(long_texts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
