#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/digits.h"
#include "base/rng.h"
#include "json/scan.h"

#define ROUNDS	200000

static struct tp_rng	rng;

static int
setup(void **state)
{
	(void)state;
	tp_rng_init(&rng, 42);
	return 0;
}

static double
any_double(void)
{
	double		v;
	uint64_t	bits;

	do {
		bits = tp_rng_next(&rng);
		memcpy(&v, &bits, sizeof(v));
	} while (!isfinite(v));
	return v;
}

/* Digits between the first and the last that are not 0. */
static int
significant(const char *s)
{
	int	n = 0, zeros = 0;

	for (; *s != '\0' && *s != 'e'; s++) {
		if (*s < '0' || *s > '9')
			continue;
		if (*s == '0') {
			zeros += n > 0;
		} else {
			n += zeros + 1;
			zeros = 0;
		}
	}
	return n;
}

static void
check_num(struct tp_buf *b, double v)
{
	char		 text[64];
	const char	*s;
	double		 back;
	int		 digits = 0;

	b->n = 0;
	tp_buf_num(b, v);
	s = tp_buf_cstr(b);
	if (strtod(s, NULL) != v)
		fail_msg("%.17g was written as %s", v, s);
	assert_int_equal(tp_parse_num(b->p, b->n, &back), 0);
	assert_true(back == v);
	do {
		snprintf(text, sizeof(text), "%.*g", ++digits, v);
	} while (strtod(text, NULL) != v);
	if (significant(s) > significant(text))
		fail_msg("%s was written as %s", text, s);
}

static void
num_is_shortest(void **state)
{
	static const double	hard[] = {
		5e-324, DBL_MIN, DBL_MAX, 0.1, 1e21, 1e22, 1e23, 9e15,
		9007199254740991, 9007199254740992, 9007199254740994, 1e15,
		123456789.123456, 0.000001, 1e-7, 0.3, 1.0 / 3, -64.375,
		999999999.999999, 4503599627370496.5, 2.2250738585072011e-308,
	};
	struct tp_buf		b = { 0 };
	size_t			i;

	(void)state;
	for (i = 0; i < sizeof(hard) / sizeof(*hard); i++) {
		check_num(&b, hard[i]);
		check_num(&b, -hard[i]);
	}
	for (i = 0; i < ROUNDS; i++) {
		double	ten = pow(10, (double)tp_rng_below(&rng, 9));

		check_num(&b, any_double());
		check_num(&b, 200 * tp_rng_uniform(&rng) - 100);
		check_num(&b, (double)(int64_t)tp_rng_below(&rng,
		    UINT64_C(1) << tp_rng_below(&rng, 53)) / ten);
	}
	tp_buf_release(&b);
}

static void
num_texts(void **state)
{
	static const struct {
		double		 v;
		const char	*text;
	} c[] = {
		{ 0, "0" }, { -0.0, "0" }, { 1, "1" }, { -17, "-17" },
		{ 64.375, "64.375" }, { -0.05, "-0.05" }, { 1e6, "1000000" },
		{ 1500.25, "1500.25" }, { 0.000001, "0.000001" },
		{ 1e300, "1e+300" }, { 100.1, "100.1" }, { 0.1, "0.1" },
	};
	struct tp_buf	b = { 0 };
	size_t		i;

	(void)state;
	for (i = 0; i < sizeof(c) / sizeof(*c); i++) {
		b.n = 0;
		tp_buf_num(&b, c[i].v);
		assert_string_equal(tp_buf_cstr(&b), c[i].text);
	}
	tp_buf_release(&b);
}

/* A float's text is that float, and no number of fewer digits is. */
static void
floats_read_back(void **state)
{
	static const struct {
		float		 v;
		const char	*text;
	} c[] = {
		{ 0, "0" }, { -0.0f, "0" }, { 0.1f, "0.1" },
		{ 64.375f, "64.375" }, { 1e6f, "1000000" },
		{ 16777217.0f, "16777216" }, { 3.4028235e38f,
		"3.4028235e+38" }, { -33.3f, "-33.3" },
	};
	struct tp_buf	b = { 0 };
	char		text[40];
	float		v;
	int		i, digits;

	(void)state;
	for (i = 0; i < (int)(sizeof(c) / sizeof(*c)); i++) {
		b.n = 0;
		tp_buf_float(&b, c[i].v);
		assert_string_equal(tp_buf_cstr(&b), c[i].text);
	}
	for (i = 0; i < ROUNDS; i++) {
		v = (float)ldexp(tp_rng_uniform(&rng) - 0.5,
		    (int)tp_rng_below(&rng, 60) - 30);
		b.n = 0;
		tp_buf_float(&b, v);
		assert_true(strtof(tp_buf_cstr(&b), NULL) == v);
		for (digits = 1; ; digits++) {
			snprintf(text, sizeof(text), "%.*g", digits,
			    (double)v);
			if (strtof(text, NULL) == v)
				break;
		}
		assert_true(strtod(b.p, NULL) >= strtod(text, NULL) &&
		    strtod(b.p, NULL) <= strtod(text, NULL));
	}
	tp_buf_release(&b);
}

static void
strip_zeros(char *s)
{
	size_t	n = strlen(s);

	if (strchr(s, '.') == NULL)
		return;
	while (s[n - 1] == '0')
		n--;
	if (s[n - 1] == '.')
		n--;
	s[n] = '\0';
}

/* printf(3) rounds the exact value too; only ties go to even there. */
static void
fixed_like_printf(void **state)
{
	struct tp_buf	b = { 0 };
	char		text[400];
	double		v, back;
	int		i, d;

	(void)state;
	for (i = 0; i < ROUNDS; i++) {
		d = (int)tp_rng_below(&rng, 10);
		v = ldexp(tp_rng_uniform(&rng) - 0.5,
		    (int)tp_rng_below(&rng, 24));
		snprintf(text, sizeof(text), "%.*f", d, v);
		strip_zeros(text);
		b.n = 0;
		tp_buf_fixed(&b, v, d);
		assert_string_equal(tp_buf_cstr(&b),
		    strcmp(text, "-0") == 0 ? "0" : text);
		assert_int_equal(tp_parse_num(b.p, b.n, &back), 0);
		assert_true(back == tp_fixed(v, d));
		assert_true(back == strtod(b.p, NULL));
	}
	tp_buf_release(&b);
}

static void
fixed_texts(void **state)
{
	static const struct {
		double		 v;
		int		 d;
		const char	*text;
	} c[] = {
		{ 0.5, 0, "1" }, { -0.5, 0, "-1" }, { 2.5, 0, "3" },
		{ 0.125, 2, "0.13" }, { -0.125, 2, "-0.13" },
		{ -0.001, 2, "0" }, { 1.005, 2, "1" }, { 1.115, 2, "1.11" },
		{ 64.0, 3, "64" }, { 99.999, 2, "100" }, { 0, 9, "0" },
		{ 1e300, 2, "1e+300" }, { 1e-300, 9, "0" },
		{ 0.49999999999999994, 0, "0" }, { 12.30, 6, "12.3" },
	};
	struct tp_buf	b = { 0 };
	size_t		i;

	(void)state;
	for (i = 0; i < sizeof(c) / sizeof(*c); i++) {
		b.n = 0;
		tp_buf_fixed(&b, c[i].v, c[i].d);
		assert_string_equal(tp_buf_cstr(&b), c[i].text);
		assert_true(tp_fixed(c[i].v, c[i].d) ==
		    strtod(c[i].text, NULL));
	}
	assert_false(signbit(tp_fixed(-0.001, 2)));
	tp_buf_release(&b);
}

/* tp_parse_num(); tp_parse_padded() says the same of what is a number in
 * JSON, whatever is behind. */
static int
parse(const char *s, size_t n, double *v)
{
	static const char	behind[] = "999.99999999";
	char			*p = tp_malloc(n + sizeof(behind));
	double			 w = *v;
	size_t			 i;
	int			 rc = tp_parse_num(s, n, v);
	struct tp_scan_fault	 f = { NULL, NULL };
	struct tp_json_val	 x;
	bool			 json;

	memcpy(p, s, n);
	memset(p + n, 0, sizeof(behind));
	json = tp_scan_number(p, &x, &f) == p + n;
	for (i = 0; json && i < 4; i++) {
		memcpy(p + n, behind + i, sizeof(behind) - i);
		assert_int_equal(tp_parse_padded(p, n, x.decimals, &w), rc);
		assert_memory_equal(&w, v, sizeof(w));
	}
	free(p);
	return rc;
}

/* Runs of digits, counted and read as they are by one at a time. */
static void
digits_by_eights(void **state)
{
	char		text[17], c;
	uint64_t	want, w;
	unsigned	i, n;
	int		round;

	(void)state;
	for (round = 0; round < ROUNDS; round++) {
		n = (unsigned)tp_rng_below(&rng, 9);
		for (i = 0, want = 0; i < n; i++) {
			c = (char)('0' + tp_rng_below(&rng, 10));
			text[i] = c;
			want = 10 * want + (uint64_t)(c - '0');
		}
		do {
			c = (char)tp_rng_below(&rng, 256);
		} while (c >= '0' && c <= '9');
		text[n] = c;
		for (i = n + 1; i < sizeof(text); i++)
			text[i] = (char)tp_rng_below(&rng, 256);
		assert_int_equal(tp_digits_count(text, &w), n);
		if (n > 0)
			assert_true(tp_digits_join(w, n) == want &&
			    tp_digits_of(text, n) == want);
	}
}

static void
parse_like_strtod(void **state)
{
	char	text[900];
	double	v = 0, want;
	int	i, j, n, digits;

	(void)state;
	for (i = 0; i < ROUNDS; i++) {
		n = 0;
		if (tp_rng_below(&rng, 3) == 0)
			text[n++] = "+-"[tp_rng_below(&rng, 2)];
		digits = 1 + (int)tp_rng_below(&rng, i % 50 == 0 ? 600 : 24);
		for (j = 0; j < digits; j++)
			text[n++] = (char)('0' + tp_rng_below(&rng, 10));
		if (digits > 1 && tp_rng_below(&rng, 2) == 0)
			text[n - 1 - (int)tp_rng_below(&rng,
			    (uint64_t)digits)] = '.';
		if (tp_rng_below(&rng, 2) == 0)
			n += snprintf(text + n, 32, "e%d",
			    (int)tp_rng_below(&rng, 80) - 40);
		text[n] = '\0';
		want = strtod(text, NULL);
		if (isinf(want)) {
			assert_int_equal(parse(text, (size_t)n, &v), -1);
			continue;
		}
		assert_int_equal(parse(text, (size_t)n, &v), 0);
		if (v != want)
			fail_msg("%s was read as %.17g", text, v);
	}
}

static void
parse_num_bounds(void **state)
{
	static const char *const	bad[] = {
		"", "-", "+", ".", "e5", "1e", "1e+", "nan", "inf", "-inf",
		"0x10", " 1", "1 ", "1,5", "1e400", "-1e400", "1.2.3", "--1",
		"1e5.0", "infinity", "1_000", "+-1", "1d5",
	};
	static const struct {
		const char	*s;
		double		 v;
	} good[] = {
		{ "5.", 5 }, { ".5", 0.5 }, { "+7", 7 }, { "007", 7 },
		{ "-0", 0 }, { "1E3", 1000 }, { "1e-400", 0 },
		{ "0e999999999999999999999999", 0 },
		{ "9007199254740993", 9007199254740992 },
		{ "0.000000000000000000000000000001e30", 1 },
	};
	double	v = 77;
	size_t	i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_int_equal(parse(bad[i], strlen(bad[i]), &v), -1);
	assert_true(v == 77);
	for (i = 0; i < sizeof(good) / sizeof(*good); i++) {
		assert_int_equal(parse(good[i].s, strlen(good[i].s),
		    &v), 0);
		assert_true(v == good[i].v);
	}
	/* The text ends at n, whatever is behind it. */
	assert_int_equal(parse("1234", 2, &v), 0);
	assert_true(v == 12);
	assert_int_equal(parse("1\0", 2, &v), -1);
}

static void
ints(void **state)
{
	static const char *const	bad[] = {
		"", "-", "1.0", "9223372036854775808", "-9223372036854775809",
		"99999999999999999999999", " 1", "1 ", "0x1", "1e3",
	};
	struct tp_buf	b = { 0 };
	char		text[32];
	int64_t		v, back;
	size_t		i;

	(void)state;
	for (i = 0; i < ROUNDS; i++) {
		v = (int64_t)(tp_rng_next(&rng) >> tp_rng_below(&rng, 64));
		if (i < 2)
			v = i == 0 ? INT64_MIN : INT64_MAX;
		else if (i < 300)
			v = (int64_t)i - 150;
		snprintf(text, sizeof(text), "%lld", (long long)v);
		b.n = 0;
		tp_buf_int(&b, v);
		assert_string_equal(tp_buf_cstr(&b), text);
		assert_int_equal(tp_parse_int(b.p, b.n, &back), 0);
		assert_true(back == v);
	}
	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_int_equal(tp_parse_int(bad[i], strlen(bad[i]), &v), -1);
	assert_int_equal(tp_parse_int("+0012", 5, &v), 0);
	assert_true(v == 12);
	tp_buf_release(&b);
}

static void
bytes(void **state)
{
	struct tp_buf	b = { 0 };
	char		want[3000];
	int		i;

	(void)state;
	assert_string_equal(tp_buf_cstr(&b), "");
	tp_buf_add(&b, "", 0);
	tp_buf_char(&b, 'a');
	tp_buf_lit(&b, "bc");
	tp_buf_str(&b, "de");
	tp_buf_printf(&b, "%d-%s", 7, "x");
	assert_string_equal(tp_buf_cstr(&b), "abcde7-x");
	assert_int_equal(b.n, 8);
	/* Formatted texts of every length around the room that there is. */
	for (i = 0; i < 2999; i++) {
		memset(want, 'z', (size_t)i);
		want[i] = '\0';
		b.n = 0;
		tp_buf_printf(&b, "%s", want);
		assert_int_equal(b.n, i);
		assert_string_equal(tp_buf_cstr(&b), want);
	}
	tp_buf_release(&b);
	assert_null(b.p);
}

int
main(void)
{
	const struct CMUnitTest	tests[] = {
		cmocka_unit_test(num_is_shortest),
		cmocka_unit_test(num_texts),
		cmocka_unit_test(floats_read_back),
		cmocka_unit_test(fixed_like_printf),
		cmocka_unit_test(fixed_texts),
		cmocka_unit_test(digits_by_eights),
		cmocka_unit_test(parse_like_strtod),
		cmocka_unit_test(parse_num_bounds),
		cmocka_unit_test(ints),
		cmocka_unit_test(bytes),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
