#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/rng.h"
#include "data/event.h"
#include "data/pickle.h"

/* Is s[0..n) a finite JSON number?  Asks the scanner of lib/json. */
static bool
json_value(const char *s, size_t n, double *v)
{
	struct tp_json_obj	o = { 0 };
	char			text[100] = "";
	bool			yes;
	int			len;

	len = snprintf(text, sizeof(text) - TP_JSON_PAD, "{\"a\":%.*s}\n",
	    (int)n, s);
	yes = tp_json_object(&o, text, (size_t)len - 1) == 0 && o.n == 1 &&
	    o.f[0].v.n == n && o.f[0].v.type == TP_JSON_NUM &&
	    tp_json_num(&o.f[0].v, v) == 0;
	tp_json_obj_release(&o);
	return yes;
}

/* Short random texts against the JSON scanner and strtod(3). */
static void
cell_like_json(void **state)
{
	static const char	letters[] = "0001259.+-eE";
	struct tp_rng		r;
	char			s[12], *end;
	double			v = 0, want = 0;
	size_t			n, i;
	int			k;
	bool			zero;
	enum tp_table_cell		kind;

	(void)state;
	tp_rng_init(&r, 7);
	for (k = 0; k < 300000; k++) {
		n = 1 + tp_rng_below(&r, sizeof(s) - 1);
		for (i = 0; i < n; i++)
			s[i] = letters[tp_rng_below(&r, sizeof(letters) - 1)];
		s[n - (n == sizeof(s))] = '\0';
		n = strlen(s);
		kind = tp_table_cell(s, n, &zero, &v);
		if (json_value(s, n, &want)) {
			assert_int_equal(kind, TP_TABLE_JSON);
			assert_true(!zero || (want <= 0 && want >= 0));
			assert_true(zero || want > 0 || want < 0 ||
			    strchr(s, 'e') != NULL || strchr(s, 'E') != NULL);
			continue;
		}
		assert_int_not_equal(kind, TP_TABLE_JSON);
		assert_int_not_equal(kind, TP_TABLE_NONE);
		if (kind == TP_TABLE_NUM) {
			want = strtod(s, &end);
			assert_true(*end == '\0');
			assert_true(v <= want && v >= want);
		}
	}
}

static void
cell_words(void **state)
{
	static const struct {
		const char	*s;
		enum tp_table_cell	 kind;
		double		 v;
	} t[] = {
		{ "", TP_TABLE_NONE, 0 }, { "nan", TP_TABLE_NONE, 0 },
		{ "NaN", TP_TABLE_NONE, 0 }, { "<NA>", TP_TABLE_NONE, 0 },
		{ "null", TP_TABLE_NONE, 0 }, { "None", TP_TABLE_NONE, 0 },
		{ "+5", TP_TABLE_NUM, 5 }, { ".5", TP_TABLE_NUM, .5 },
		{ "-.5", TP_TABLE_NUM, -.5 }, { "5.", TP_TABLE_NUM, 5 },
		{ "007", TP_TABLE_NUM, 7 }, { "-00.5", TP_TABLE_NUM, -.5 },
		{ "nano", TP_TABLE_TEXT, 0 }, { "inf", TP_TABLE_TEXT, 0 },
		{ "1e999", TP_TABLE_TEXT, 0 }, { "-", TP_TABLE_TEXT, 0 },
		{ ".", TP_TABLE_TEXT, 0 }, { "1 2", TP_TABLE_TEXT, 0 },
		{ "0x10", TP_TABLE_TEXT, 0 }, { "+-5", TP_TABLE_TEXT, 0 },
		{ "1,5", TP_TABLE_TEXT, 0 }, { "1e5", TP_TABLE_JSON, 0 },
		{ "62.666667", TP_TABLE_JSON, 0 },
	};
	double	v;
	bool	zero;
	size_t	i;

	(void)state;
	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		assert_int_equal(tp_table_cell(t[i].s, strlen(t[i].s), &zero, &v),
		    t[i].kind);
		if (t[i].kind == TP_TABLE_NUM)
			assert_true(v <= t[i].v && v >= t[i].v);
	}
}

static int
collect(void *arg, const char *s, size_t n)
{
	struct tp_buf	*b = arg;

	tp_buf_add(b, s, n);
	tp_buf_char(b, '|');
	return 0;
}

/* Texts that Python's pickle module writes with protocol 0. */
static void
pickle_lists(void **state)
{
	static const struct {
		const char	*pickle, *names;	/* NULL: refused */
	} t[] = {
		{ "(lp0\nV773869\np1\naV767541\np2\na.", "773869|767541|" },
		{ "(lp0\nI773869\naI-5\na.", "773869|-5|" },
		{ "(lp1\nS'a'\np2\naL12L\na.", "a|12|" },
		{ "(lp0\nVStra\xDF" "e\np1\naV\\u6a4b\np2\na.",
		    "Stra\xC3\x9F" "e|\xE6\xA9\x8B|" },
		{ "(lp0\n.", "" },
		{ "(lp0\nF1.5\na.", NULL },
		{ "(lp0\ncnumpy.core.multiarray\nscalar\np1\n.", NULL },
		{ "cos\nsystem\n(S'true'\ntR.", NULL },
		{ "(lp0\nVabc", NULL }, { "(l", NULL }, { "", NULL },
		{ "(lp0\nV\\u12\na.", NULL }, { "(lp0\nSa\na.", NULL },
	};
	struct tp_buf	b = { 0 };
	size_t		i;
	int		rc;

	(void)state;
	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		b.n = 0;
		rc = tp_pickle_names(t[i].pickle, strlen(t[i].pickle),
		    collect, &b);
		assert_int_equal(rc, t[i].names == NULL ? -1 : 0);
		if (rc == 0)
			assert_string_equal(tp_buf_cstr(&b), t[i].names);
	}
	tp_buf_release(&b);
}

int
main(void)
{
	const struct CMUnitTest	tests[] = {
		cmocka_unit_test(cell_like_json),
		cmocka_unit_test(cell_words),
		cmocka_unit_test(pickle_lists),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
