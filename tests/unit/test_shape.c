/* Numbers and shapes: what is taken for exact is, what is spoilt is told. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "anynumber.h"
#include "store/shape.h"

/* Every number that is taken for exact is written the same. */
static void
test_milli(void **state)
{
	struct tp_buf	b = { 0 }, text = { 0 };
	struct tp_rng	g;
	int64_t		v, x;
	int		i, d, exact = 0;

	(void)state;
	tp_rng_init(&g, 1);
	for (i = 0; i < 200000; i++) {
		text.n = b.n = 0;
		put_number(&text, &g);
		d = tp_milli_parse(text.p, text.n, &v);
		if (d < 0)
			continue;
		exact++;
		tp_buf_milli(&b, v, d);
		assert_string_equal(tp_buf_cstr(&b), tp_buf_cstr(&text));
		assert_int_equal(v, llround(1000 * strtod(text.p, NULL)));
	}
	assert_true(exact > 50000);
	for (x = -999999999; x < 999999999; x += 7919)
		assert_int_equal(tp_milli_mph(tp_milli_kmh(x)), x);
	assert_int_equal(tp_milli_parse("1e2", 3, &v), -1);
	assert_int_equal(tp_milli_parse("-0", 2, &v), -1);
	assert_int_equal(tp_milli_parse("1.0000", 6, &v), -1);
	tp_buf_release(&b);
	tp_buf_release(&text);
}

/* A shape or row that others have spoilt is told, not followed. */
static void
test_damaged(void **state)
{
	static const char *const	bad[] = {
		"{\"a\":$}", "$", "$t", "$t2", "$t9", "$d24", "$x0", "$q",
		"{$k03}", "$j1",
	};
	const struct tp_table		*t = &tp_tables[TP_STORE_EVENT];
	struct tp_cells			 c = { .segment = NULL };
	struct tp_shape			 s;
	struct tp_buf			 b = { 0 };
	size_t				 i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_int_equal(tp_shape_init(&s, t, bad[i], strlen(bad[i])),
		    -1);
	assert_int_equal(tp_shape_init(&s, t, "{\"a\":$_,\"b\":$_}", 15), 0);
	c.rest = (struct tp_cell_text){ "[1]", 3 };
	assert_int_equal(tp_shape_write(&s, t, &c, &b), -1);
	c.rest = (struct tp_cell_text){ "[1,", 3 };
	assert_int_equal(tp_shape_write(&s, t, &c, &b), -1);
	tp_shape_release(&s);
	assert_int_equal(tp_shape_init(&s, t, "$s", 2), 0);
	assert_int_equal(tp_shape_write(&s, t, &c, &b), -1);
	tp_shape_release(&s);
	tp_buf_release(&b);
}

int
main(void)
{
	const struct CMUnitTest	tests[] = {
		cmocka_unit_test(test_milli),
		cmocka_unit_test(test_damaged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
