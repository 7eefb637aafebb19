/* lib/avro against the examples of the Avro specification, and its limits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <unistd.h>

#include <cmocka.h>

#include "avro/wire.h"
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

/* A value goes into the first branch that can hold it. */
static void
test_branches(void **state)
{
	static const char	all[] =
	    "[\"null\",\"boolean\",\"int\",\"long\",\"double\","
	    "{\"type\":\"enum\",\"name\":\"E\",\"symbols\":[\"A\",\"B\"]},"
	    "\"string\",{\"type\":\"array\",\"items\":\"int\"},"
	    "{\"type\":\"map\",\"values\":\"int\"}]";

	(void)state;
	CHECK(all, "null", "\x00");
	CHECK(all, "true", "\x02\x01");
	CHECK(all, "2147483647", "\x04\xfe\xff\xff\xff\x0f");
	CHECK(all, "2147483648", "\x06\x80\x80\x80\x80\x10");
	CHECK(all, "-2147483648", "\x04\xff\xff\xff\xff\x0f");
	CHECK(all, "-2147483649", "\x06\x81\x80\x80\x80\x10");
	CHECK(all, "0.5", "\x08\x00\x00\x00\x00\x00\x00\xe0\x3f");
	CHECK(all, "\"B\"", "\x0a\x02");
	CHECK(all, "\"C\"", "\x0c\x02" "C");
	CHECK(all, "[7]", "\x0e\x02\x0e\x00");
	CHECK(all, "{\"k\":7}", "\x10\x02\x02" "k" "\x0e\x00");
}

/* Types that are named again, with and without their namespace. */
static void
test_names(void **state)
{
	static const char	xy[] =
	    "{\"type\":\"record\",\"name\":\"P\",\"namespace\":\"a.b\","
	    "\"fields\":["
	    "{\"name\":\"x\",\"type\":{\"type\":\"record\",\"name\":\"I\","
	    "\"fields\":[{\"name\":\"i\",\"type\":\"int\"}]}},"
	    "{\"name\":\"y\",\"type\":\"I\"},"
	    "{\"name\":\"z\",\"type\":\"a.b.I\"}]}";

	(void)state;
	CHECK(xy, "{\"x\":{\"i\":1},\"y\":{\"i\":2},\"z\":{\"i\":3}}",
	    "\x02\x04\x06");
}

/* What is not in the line is what the schema says. */
static void
test_defaults(void **state)
{
	static const char	text[] =
	    "{\"type\":\"record\",\"name\":\"R\",\"fields\":["
	    "{\"name\":\"s\",\"type\":\"string\",\"default\":\"x\"},"
	    "{\"name\":\"u\",\"type\":[\"null\",\"int\"]},"
	    "{\"name\":\"l\",\"type\":\"long\",\"default\":-7},"
	    "{\"name\":\"r\",\"type\":{\"type\":\"record\",\"name\":\"S\","
	    "\"fields\":[{\"name\":\"i\",\"type\":\"int\"}]},"
	    "\"default\":{\"i\":9}}]}";
	struct tp_err		e = { 0 };
	struct tp_avro		*a = tp_avro_parse("test", text,
				    sizeof(text) - 1, &e);
	struct tp_buf		out = { 0 };
	char			line[64] = "{\"other\":1}", why[200];

	(void)state;
	assert_non_null(a);
	assert_int_equal(tp_avro_encode(a, line, strlen(line), &out, why,
	    sizeof(why)), 0);
	assert_int_equal(out.n, 5);
	assert_memory_equal(out.p, "\x02x\x00\x0d\x12", 5);
	tp_buf_release(&out);
	tp_avro_free(a);
}

/* Encoding {"f":VALUE} fails for this reason, and writes nothing. */
static void
refuse_line(const char *type, const char *value, const char *reason)
{
	struct tp_avro	*a = schema(type);
	struct tp_buf	out = { 0 };
	char		line[200] = "", why[200] = "";

	assert_non_null(a);
	snprintf(line, sizeof(line) - TP_JSON_PAD, "{\"f\":%s}", value);
	assert_int_equal(tp_avro_encode(a, line, strlen(line), &out, why,
	    sizeof(why)), -1);
	assert_int_equal(out.n, 0);
	assert_string_equal(why, reason);
	tp_buf_release(&out);
	tp_avro_free(a);
}

static void
test_bad_lines(void **state)
{
	static const char	ints[] =
	    "{\"type\":\"array\",\"items\":\"int\"}";
	static const char	map[] =
	    "{\"type\":\"map\",\"values\":\"int\"}";
	static const char	inner[] =
	    "{\"type\":\"record\",\"name\":\"I\",\"fields\":"
	    "[{\"name\":\"g\",\"type\":\"string\"}]}";

	(void)state;
	refuse_line("\"int\"", "2147483648", "f: not an int");
	refuse_line("\"long\"", "1.5", "f: not a long");
	refuse_line("\"float\"", "1e39", "f: too large for a float");
	refuse_line("\"double\"", "true", "f: not a number");
	refuse_line("\"string\"", "null",
	    "f: missing, and the schema has no default");
	refuse_line("\"string\"", "\"\\ud800\"", "f: not Unicode");
	refuse_line(ints, "[1,\"x\"]", "f: not an int");
	refuse_line(ints, "{}", "f: not an array");
	refuse_line(map, "{\"a\":1,\"b\":null}", "f: not an int");
	refuse_line(map, "{\"\\ud800\":1}", "f: not Unicode");
	refuse_line(inner, "{\"g\":1}", "g: not a string");
	refuse_line(inner, "{}",
	    "g: missing, and the schema has no default");
	refuse_line("[\"null\",\"int\"]", "\"1\"",
	    "f: no branch of the union is for it");
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

/* Blocks of nulls, each no larger than what is left of the message. */
static void
test_blocks(void **state)
{
	char	bytes[200];
	size_t	n = sizeof(bytes), i, left;

	(void)state;
	for (i = 0; i < n; i++) {
		left = n - 1 - i;
		bytes[i] = (char)(2 * (left < 63 ? left : 63));
	}
	refuse("{\"type\":\"array\",\"items\":\"null\"}", bytes, n);
}

/* n arrays, one in the other, of a type. */
static void
nest(struct tp_buf *b, int n, const char *type)
{
	int	i;

	for (i = 0; i < n; i++)
		tp_buf_lit(b, "{\"type\":\"array\",\"items\":");
	tp_buf_str(b, type);
	for (i = 0; i < n; i++)
		tp_buf_char(b, '}');
	tp_buf_cstr(b);
}

/* 32 types are the most, the record the first of them. */
static void
test_depth(void **state)
{
	struct tp_buf	type = { 0 }, value = { 0 }, bytes = { 0 };
	int		i, n = 30;

	(void)state;
	nest(&type, n, "\"int\"");
	for (i = 0; i < n; i++) {
		tp_buf_char(&value, '[');
		tp_buf_char(&bytes, 2);
	}
	tp_buf_char(&value, '7');
	tp_buf_char(&bytes, 14);
	for (i = 0; i < n; i++) {
		tp_buf_char(&value, ']');
		tp_buf_char(&bytes, 0);
	}
	check(type.p, tp_buf_cstr(&value), bytes.p, bytes.n);
	type.n = 0;
	nest(&type, n + 1, "\"int\"");
	assert_null(schema(type.p));
	tp_buf_release(&type);
	tp_buf_release(&value);
	tp_buf_release(&bytes);
}

/* Depth and number grow where types are named within types that are. */
static void
test_growth(void **state)
{
	struct tp_buf	b = { 0 };
	int		i;

	(void)state;
	tp_buf_lit(&b, "{\"type\":\"record\",\"name\":\"T\",\"fields\":["
	    "{\"name\":\"a\",\"type\":{\"type\":\"record\",\"name\":\"I\","
	    "\"fields\":[{\"name\":\"x\",\"type\":");
	nest(&b, 20, "\"int\"");
	tp_buf_lit(&b, "}]}},{\"name\":\"b\",\"type\":");
	nest(&b, 20, "\"I\"");
	tp_buf_lit(&b, "}]}");
	assert_null(schema(tp_buf_cstr(&b)));
	b.n = 0;
	tp_buf_lit(&b, "{\"type\":\"record\",\"name\":\"T\",\"fields\":["
	    "{\"name\":\"r0\",\"type\":{\"type\":\"record\","
	    "\"name\":\"R0\",\"fields\":[]}}");
	for (i = 1; i < 25; i++)
		tp_buf_printf(&b, ",{\"name\":\"r%d\",\"type\":{\"type\":"
		    "\"record\",\"name\":\"R%d\",\"fields\":["
		    "{\"name\":\"a\",\"type\":\"R%d\"},"
		    "{\"name\":\"b\",\"type\":\"R%d\"}]}}", i, i, i - 1,
		    i - 1);
	tp_buf_lit(&b, "]}");
	assert_null(schema(tp_buf_cstr(&b)));
	tp_buf_release(&b);
}

/* A message of the topic: a zero, the id, the record; of a schema in a file. */
static void
test_wire(void **state)
{
	static const char	text[] =
	    "{\"type\":\"record\",\"name\":\"R\",\"fields\":"
	    "[{\"name\":\"f\",\"type\":\"int\"}]}";
	static const char	want[] = "\x00\x01\x02\x03\x04\x0e";
	char			path[] = "/tmp/tp-avro-XXXXXX", why[200];
	struct tp_err		e = { 0 };
	struct tp_buf		out = { 0 }, back = { 0 };
	int			fd = mkstemp(path);
	struct tp_wire		*w;

	(void)state;
	assert_int_equal(write(fd, text, sizeof(text) - 1),
	    sizeof(text) - 1);
	close(fd);
	assert_null(tp_wire_open(path, -1, "t", true, &e));
	assert_int_equal(e.code, TP_EXIT_USAGE);
	w = tp_wire_open(path, 0x01020304, "t", true, &e);
	unlink(path);
	assert_non_null(w);
	assert_int_equal(tp_wire_encode(w, "{\"f\":7}", 7, &out, why,
	    sizeof(why)), 0);
	assert_int_equal(out.n, sizeof(want) - 1);
	assert_memory_equal(out.p, want, sizeof(want) - 1);
	assert_int_equal(tp_wire_encode(w, "{}", 2, &out, why, sizeof(why)),
	    -1);
	assert_int_equal(out.n, sizeof(want) - 1);
	assert_int_equal(tp_wire_decode(w, out.p, out.n, &back, why,
	    sizeof(why), &e), 0);
	assert_int_equal(back.n, 7);
	assert_memory_equal(back.p, "{\"f\":7}", 7);
	assert_int_equal(tp_wire_decode(w, "\0\1\2\3\5\16", 6, &back, why,
	    sizeof(why), &e), 1);
	assert_string_equal(why, "schema id 16909061 is not known");
	assert_int_equal(tp_wire_decode(w, "\1\1\2\3\4\16", 6, &back, why,
	    sizeof(why), &e), 1);
	assert_int_equal(tp_wire_decode(w, want, 4, &back, why, sizeof(why),
	    &e), 1);
	assert_int_equal(back.n, 7);
	tp_buf_release(&out);
	tp_buf_release(&back);
	tp_wire_free(w);
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
		cmocka_unit_test(test_branches),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_bad_lines),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_blocks),
		cmocka_unit_test(test_depth),
		cmocka_unit_test(test_growth),
		cmocka_unit_test(test_wire),
		cmocka_unit_test(test_schemas),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
