/* lib/avro against the examples of the Avro specification, and its limits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "avro/avro.h"
#include "json/json.h"

/* A schema with one field `f` of a type. */
static struct tp_avro *
schema(const char *type)
{
	struct tp_buf	b = { 0 };
	struct tp_err	e = { 0 };
	struct tp_avro	*a;

	tp_buf_printf(&b, "{\"type\":\"record\",\"name\":\"R\",\"fields\":"
	    "[{\"name\":\"f\",\"type\":%s}]}", type);
	a = tp_avro_parse("test", b.p, b.n, &e);
	tp_buf_release(&b);
	return a;
}

/* The value has these bytes, and they are the value again. */
static void
check(const char *type, const char *value, const char *bytes, size_t n)
{
	struct tp_avro	*a = schema(type);
	struct tp_buf	line = { 0 }, out = { 0 }, back = { 0 };
	char		why[200];

	assert_non_null(a);
	if (strcmp(value, "null") == 0)
		tp_buf_lit(&line, "{}");
	else
		tp_buf_printf(&line, "{\"f\":%s}", value);
	memset(tp_buf_room(&line, TP_JSON_PAD), 0, TP_JSON_PAD);
	assert_int_equal(tp_avro_encode(a, line.p, line.n, &out, why,
	    sizeof(why)), 0);
	assert_int_equal(out.n, n);
	assert_memory_equal(out.p, bytes, n);
	assert_int_equal(tp_avro_decode(a, bytes, n, &back, why,
	    sizeof(why)), 0);
	assert_int_equal(back.n, line.n);
	assert_memory_equal(back.p, line.p, line.n);
	tp_buf_release(&line);
	tp_buf_release(&out);
	tp_buf_release(&back);
	tp_avro_free(a);
}

#define CHECK(type, value, bytes) check(type, value, bytes, sizeof(bytes) - 1)

static void
test_specification(void **state)
{
	(void)state;
	CHECK("\"long\"", "0", "\x00");
	CHECK("\"long\"", "-1", "\x01");
	CHECK("\"long\"", "1", "\x02");
	CHECK("\"long\"", "-2", "\x03");
	CHECK("\"int\"", "-64", "\x7f");
	CHECK("\"int\"", "64", "\x80\x01");
	CHECK("\"long\"", "-9223372036854775808",
	    "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01");
	CHECK("\"string\"", "\"foo\"", "\x06" "foo");
	CHECK("{\"type\":\"array\",\"items\":\"long\"}", "[3,27]",
	    "\x04\x06\x36\x00");
	CHECK("[\"null\",\"string\"]", "null", "\x00");
	CHECK("[\"null\",\"string\"]", "\"a\"", "\x02\x02" "a");
	CHECK("{\"type\":\"enum\",\"name\":\"Foo\",\"symbols\":"
	    "[\"A\",\"B\",\"C\",\"D\"]}", "\"D\"", "\x06");
	CHECK("\"boolean\"", "true", "\x01");
	CHECK("\"float\"", "0.5", "\x00\x00\x00\x3f");
	CHECK("\"double\"", "0.1", "\x9a\x99\x99\x99\x99\x99\xb9\x3f");
	CHECK("{\"type\":\"map\",\"values\":\"int\"}", "{\"a\":1}",
	    "\x02\x02" "a" "\x02\x00");
}

/* Decoding these fails, and says why. */
static void
refuse(const char *type, const char *bytes, size_t n)
{
	struct tp_avro	*a = schema(type);
	struct tp_buf	out = { 0 };
	char		why[200] = "";

	assert_non_null(a);
	assert_int_equal(tp_avro_decode(a, bytes, n, &out, why, sizeof(why)),
	    -1);
	assert_int_equal(out.n, 0);
	assert_true(*why != '\0');
	tp_buf_release(&out);
	tp_avro_free(a);
}

#define REFUSE(type, bytes) refuse(type, bytes, sizeof(bytes) - 1)

static void
test_bad(void **state)
{
	static const char	nulls[] =
	    "{\"type\":\"array\",\"items\":\"null\"}";

	(void)state;
	REFUSE("\"long\"", "");
	REFUSE("\"long\"", "\x80");
	REFUSE("\"long\"", "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02");
	REFUSE("\"int\"", "\x80\x80\x80\x80\x10");
	REFUSE("\"string\"", "\x06" "fo");
	REFUSE("\"string\"", "\x01" "f");
	REFUSE("\"boolean\"", "\x02");
	REFUSE("\"float\"", "\x00\x00\xc0\x7f");	/* not a number */
	REFUSE("[\"null\",\"string\"]", "\x04");
	REFUSE("\"long\"", "\x02\x02");		/* more than one */
	/* elements that take no room could be without number */
	REFUSE(nulls, "\x80\x80\x80\x80\x10\x00");
}

static void
test_schemas(void **state)
{
	static const char *const	bad[] = {
		"\"bytes\"", "\"R\"", "[]", "[[\"null\"]]", "7",
		"{\"type\":\"enum\",\"name\":\"E\",\"symbols\":[]}",
		"{\"type\":\"array\"}", "{\"type\":\"record\"}",
	};
	size_t				i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_null(schema(bad[i]));
}

int
main(void)
{
	const struct CMUnitTest	tests[] = {
		cmocka_unit_test(test_specification),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_schemas),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
