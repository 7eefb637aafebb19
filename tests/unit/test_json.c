/* The scanner against hand-made cases and against jansson on mutated text. */
#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stddef.h>
#include <cmocka.h>

#include "base/rng.h"
#include "json/json.h"

/* Scans a text as an object (or array), in a buffer of just its size. */
static int
scan(const char *s, size_t n, struct tp_json_obj *o, char **keep)
{
	*keep = tp_calloc(1, n + TP_JSON_PAD);
	memcpy(*keep, s, n);
	(*keep)[n] = '\n';
	return s[0] == '[' ? tp_json_array(o, *keep, n) :
	    tp_json_object(o, *keep, n);
}

static int
accepts(const char *s, size_t n)
{
	struct tp_json_obj	o = { 0 };
	char			*keep;
	int			 rc = scan(s, n, &o, &keep);

	tp_json_obj_release(&o);
	free(keep);
	return rc == 0;
}

/* From RFC 8259 and the cases of the JSONTestSuite, as members. */
static void
test_accepts(void **state)
{
	static const char *const good[] = {
		"{}", "[]", " { } ", "{\"\":0}", "{\"a\":-0}", "{\"a\":0e1}",
		"{\"a\":0e+1}", "{\"a\":20e1}", "{\"a\":1E-2}", "{\"a\":1.5e99}",
		"[1E22]", "[-123.456e78]", "[123123e100000]", "[-1e+9999]",
		"[\"\\u0060\\u012a\\u12AB\"]", "[\"\\uD801\\udc37\"]",
		"[\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"]", "[\"\\u0000\"]",
		"[\"\xF4\x8F\xBF\xBF\"]", "[\"\xE2\x82\xAC\xF0\x9D\x84\x9E\"]",
		"[\"\x7F\"]", "[\"a/*b*/c/*d//e\"]", "[null]", "[true,false]",
		"[[],[[]],{}]", "[\"\",\"a\"]", "{\"a\":[{\"b\":{}}]}",
		"{\"a\" : 1 ,\"b\"\t:\r2}", "[0.1]", "[ 4]", "[\"\xEF\xBF\xBF\"]",
		"{\"a\":\"0123456\"}", "{\"a\":\"01234567\"}",
		"{\"a\":\"012345678901234567890123456789\"}",
	};
	size_t	i;

	(void)state;
	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		if (!accepts(good[i], strlen(good[i])))
			fail_msg("refused: %s", good[i]);
}

static void
test_refuses(void **state)
{
	static const char *const bad[] = {
		"{", "[", "{\"a\"}", "{\"a\":}", "{\"a\":1", "{\"a\":1,}",
		"{,\"a\":1}", "{\"a\":1 \"b\":2}", "{a:1}", "{'a':1}", "{1:1}",
		"[1,]", "[,1]", "[1 2]", "[1,,2]", "[-]", "[+1]", "[01]", "[-01]",
		"[1.]", "[.1]", "[-.1]", "[1e]", "[1e+]", "[0x1]", "[1_0]", "[NaN]",
		"[Infinity]", "[-Infinity]", "[nul]", "[tru]", "[True]", "[\"]",
		"[\"\\\"]", "[\"\\x00\"]", "[\"\\u00A\"]", "[\"\\uZZZZ\"]",
		"[\"\\a\"]", "[\"\t\"]", "[\"\x1f\"]", "[\"\x80\"]",
		"[\"\xC0\xAF\"]", "[\"\xE0\x80\x80\"]", "[\"\xED\xA0\x80\"]",
		"[\"\xF4\x90\x80\x80\"]", "[\"\xC3\"]", "[\"\xFF\"]", "{}}", "[]]",
		"{}x", "{} {}", "[1]#", "/**/[]", "{\"a\":1,\"a\":2}",
		"{\"longer_key\":1,\"b\":2,\"longer_key\":3}", "\xEF\xBB\xBF{}",
		"[1,\v2]", "[\"a\"a]", "[1]\xE2\x81\xA0",
	};
	size_t	i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (accepts(bad[i], strlen(bad[i])))
			fail_msg("took: %s", bad[i]);
	assert_false(accepts("[\"a\0b\"]", 7));
	assert_false(accepts("[1\0]", 4));
}

static void
test_depth(void **state)
{
	char	s[400];
	int	d;

	(void)state;
	for (d = 1; d < 150; d++) {
		memset(s, '[', (size_t)d);
		memset(s + d, ']', (size_t)d);
		assert_int_equal(accepts(s, (size_t)d * 2),
		    d <= TP_JSON_DEPTH);
	}
}

static void
test_fields(void **state)
{
	static const char	 text[] = "{\"s\":\"a\\n\\u00e9\\ud83d\\ude00\","
	    "\"i\":-9223372036854775808,\"big\":9223372036854775808,"
	    "\"d\":64.375,\"huge\":1e999,\"o\":{\"x\":[1]},\"t\":true}";
	struct tp_json_obj	 o = { 0 };
	struct tp_buf		 b = { 0 };
	const struct tp_json_val *v;
	int64_t			 i;
	double			 d;
	char			*keep;

	(void)state;
	assert_int_equal(scan(text, sizeof(text) - 1, &o, &keep), 0);
	assert_int_equal(o.n, 7);
	assert_int_equal(tp_json_unescape(&tp_json_find(&o, "s")->v, &b), 0);
	assert_string_equal(tp_buf_cstr(&b), "a\n\xC3\xA9\xF0\x9F\x98\x80");
	assert_int_equal(tp_json_int(&tp_json_find(&o, "i")->v, &i), 0);
	assert_true(i == INT64_MIN);
	assert_int_equal(tp_json_int(&tp_json_find(&o, "big")->v, &i), -1);
	assert_int_equal(tp_json_num(&tp_json_find(&o, "d")->v, &d), 0);
	assert_true(d == 64.375);
	assert_int_equal(tp_json_int(&tp_json_find(&o, "d")->v, &i), -1);
	assert_int_equal(tp_json_num(&tp_json_find(&o, "huge")->v, &d), -1);
	assert_int_equal(tp_json_num(&tp_json_find(&o, "t")->v, &d), -1);
	v = &tp_json_find(&o, "o")->v;
	assert_int_equal(v->n, strlen("{\"x\":[1]}"));
	assert_memory_equal(v->p, "{\"x\":[1]}", v->n);
	assert_null(tp_json_find(&o, "missing"));
	tp_buf_release(&b);
	tp_json_obj_release(&o);
	free(keep);
}

/* Any bytes, written as a string, are read back (by jansson) as they were,
 * with U+FFFD for what was no UTF-8. */
static void
test_write_str(void **state)
{
	struct tp_rng	 rng;
	struct tp_buf	 b = { 0 };
	json_t		*v;
	char		 s[40];
	size_t		 n, i;
	int		 round;

	(void)state;
	tp_rng_init(&rng, 7);
	for (round = 0; round < 20000; round++) {
		n = tp_rng_below(&rng, sizeof(s));
		for (i = 0; i < n; i++)
			s[i] = (char)tp_rng_below(&rng, round % 2 ? 128 : 256);
		b.n = 0;
		tp_json_write_str(&b, s, n);
		v = json_loadb(b.p, b.n, JSON_DECODE_ANY | JSON_ALLOW_NUL,
		    NULL);
		assert_non_null(v);
		if (round % 2) {
			assert_int_equal(json_string_length(v), n);
			assert_memory_equal(json_string_value(v), s, n);
		}
		json_decref(v);
	}
	tp_buf_release(&b);
}

/* A number of up to 20 digits; some have a sign, a point, an exponent. */
static void
make_number(struct tp_rng *rng, struct tp_buf *b)
{
	uint64_t	digits = 1 + tp_rng_below(rng, 20), i;
	uint64_t	point = tp_rng_below(rng, 2 * digits);

	b->n = 0;
	if (tp_rng_below(rng, 3) == 0)
		tp_buf_char(b, '-');
	for (i = 0; i < digits; i++) {
		if (i > 0 && i == point)
			tp_buf_char(b, '.');
		/* a zero begins only what is below one */
		tp_buf_char(b, i == 0 && point == 1 && digits > 1 ? '0' :
		    (char)('1' + (int)tp_rng_below(rng, 9) - (i > 0)));
	}
	if (tp_rng_below(rng, 8) == 0)
		tp_buf_printf(b, "e%d", (int)tp_rng_below(rng, 40) - 20);
}

/* Numbers of all lengths, as strtod(3) and strtoll(3) read them, whatever
 * stands behind. */
static void
test_numbers(void **state)
{
	struct tp_rng		rng;
	struct tp_buf		number = { 0 }, text = { 0 };
	struct tp_json_obj	o = { 0 };
	const struct tp_json_val *v;
	double			d;
	int64_t			i, whole;
	char			*keep;
	int			round;

	(void)state;
	tp_rng_init(&rng, 17);
	for (round = 0; round < 300000; round++) {
		make_number(&rng, &number);
		text.n = 0;
		tp_buf_printf(&text, round % 2 ? "[%s]" : "[%s,87654321]",
		    tp_buf_cstr(&number));
		assert_int_equal(scan(text.p, text.n, &o, &keep), 0);
		v = &o.f[0].v;
		assert_int_equal(v->n, number.n);
		assert_int_equal(tp_json_num(v, &d), 0);
		assert_true(d == strtod(number.p, NULL));
		assert_true(signbit(d) == (number.p[0] == '-'));
		errno = 0;
		whole = strtoll(number.p, NULL, 10);
		if (strpbrk(number.p, ".e") != NULL || errno != 0)
			assert_int_equal(tp_json_int(v, &i), -1);
		else
			assert_true(tp_json_int(v, &i) == 0 && i == whole);
		free(keep);
	}
	tp_buf_release(&number);
	tp_buf_release(&text);
	tp_json_obj_release(&o);
}

/* Refusals of jansson that concern values, which we check when asked. */
static int
about_values(const json_error_t *e)
{
	static const char *const words[] = {
		"overflow", "too big", "too negative", "Unicode", "duplicate",
	};
	size_t	i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strstr(e->text, words[i]) != NULL)
			return 1;
	return 0;
}

static void
test_against_jansson(void **state)
{
	static const char	 base[] = "{\"segment_id\":\"LA_I405\\u00e9\","
	    "\"timestamp\":1330560000000,\"speed_mph\":-64.375e+2,"
	    "\"coordinates\":[34.05,-118.24],\"m\":{\"q\":null,\"r\":true}}";
	static const char	 spice[] = "{}[]\",:\\u0019-+eE. \t\x01\xC3\xA9tfn";
	struct tp_rng		 rng;
	struct tp_json_obj	 o = { 0 };
	json_error_t		 e;
	json_t			*ref;
	char			 s[sizeof(base)], *keep;
	size_t			 n = sizeof(base) - 1;
	int			 round, k, ours, taken = 0;

	(void)state;
	tp_rng_init(&rng, 11);
	for (round = 0; round < 200000; round++) {
		memcpy(s, base, n);
		for (k = 0; k <= round % 3; k++)
			s[1 + tp_rng_below(&rng, n - 1)] =
			    spice[tp_rng_below(&rng, sizeof(spice) - 1)];
		ref = json_loadb(s, n, JSON_REJECT_DUPLICATES, &e);
		ours = scan(s, n, &o, &keep) == 0;
		if (ours != (ref != NULL) && !(ours && about_values(&e)))
			fail_msg("%s took: %.*s", ours ? "we" : "jansson",
			    (int)n, s);
		taken += ours;
		json_decref(ref);
		free(keep);
	}
	assert_true(taken > 10000);
	tp_json_obj_release(&o);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_accepts),
		cmocka_unit_test(test_refuses),
		cmocka_unit_test(test_depth),
		cmocka_unit_test(test_fields),
		cmocka_unit_test(test_write_str),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_against_jansson),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
