/* Road graphs from tables: weights, means, and tables that are none. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/buf.h"
#include "base/rng.h"
#include "feat/neighbour.h"

static int
read_text(struct tp_neighbours *g, const char *s, struct tp_err *e)
{
	*g = (struct tp_neighbours){ 0 };
	return tp_neighbours_read(g, s, strlen(s), "t.csv", e);
}

static size_t
index_of(const struct tp_neighbours *g, const char *id)
{
	size_t	i = tp_map_find(&g->ids, id, strlen(id));

	assert_true(i != SIZE_MAX);
	return i;
}

static void
test_means(void **state)
{
	struct tp_neighbours	g;
	struct tp_err	e = { 0 };
	double		v[4], wa, wb, s2;
	int		n;

	(void)state;
	/* Any line ends, order of columns, quotes; a loop does not count. */
	assert_int_equal(read_text(&g, "\xef\xbb\xbf" "to,lanes,from,cost\r\n"
	    "c,2,a,100\r\n\"c\",1, b ,300\r\n\r\nd,1,c,200\r\na,1,a,0", &e), 0);
	assert_int_equal(g.n, 3);
	assert_int_equal(g.ids.n, 4);
	/* Mean 200, variance (100^2 + 100^2) / 3. */
	s2 = 20000.0 / 3;
	wa = exp(-100.0 * 100 / s2);
	wb = exp(-300.0 * 300 / s2);
	v[index_of(&g, "a")] = 60;
	v[index_of(&g, "b")] = 30;
	v[index_of(&g, "c")] = 50;
	v[index_of(&g, "d")] = (double)NAN;
	assert_float_equal(tp_neighbours_upstream(&g, index_of(&g, "c"), v, &n),
	    (60 * wa + 30 * wb) / (wa + wb), 1e-9);
	assert_int_equal(n, 2);
	assert_true(isnan(tp_neighbours_downstream(&g, index_of(&g, "c"), v,
	    &n)));
	assert_int_equal(n, 0);
	assert_float_equal(tp_neighbours_downstream(&g, index_of(&g, "b"), v,
	    &n), 50, 1e-9);
	assert_int_equal(n, 1);
	v[index_of(&g, "a")] = (double)NAN;
	assert_float_equal(tp_neighbours_upstream(&g, index_of(&g, "c"), v, &n),
	    30, 1e-9);
	tp_neighbours_release(&g);
}

/* The only one that has a value is the mean, however far away it is. */
static void
test_far(void **state)
{
	struct tp_neighbours	g;
	struct tp_buf		b = { 0 };
	struct tp_err		e = { 0 };
	double			v[2000];
	int			i, n;

	(void)state;
	tp_buf_lit(&b, "from,to,distance_m\n");
	for (i = 0; i < 999; i++)
		tp_buf_printf(&b, "s%d,t%d,1\n", i, i);
	tp_buf_lit(&b, "far,away,100000\n");
	assert_int_equal(read_text(&g, tp_buf_cstr(&b), &e), 0);
	tp_buf_release(&b);
	assert_int_equal(g.ids.n, 2000);
	for (i = 0; i < 2000; i++)
		v[i] = (double)NAN;
	v[index_of(&g, "away")] = 50;
	assert_float_equal(tp_neighbours_downstream(&g, index_of(&g, "far"),
	    v, &n), 50, 1e-9);
	assert_int_equal(n, 1);
	assert_true(isnan(tp_neighbours_upstream(&g, index_of(&g, "away"), v,
	    &n)));
	assert_int_equal(n, 0);
	tp_neighbours_release(&g);
}

static void
test_hash(void **state)
{
	struct tp_neighbours	a, b, c, d;
	struct tp_err	e = { 0 };

	(void)state;
	assert_int_equal(read_text(&a, "from,to,distance_m\na,b,1\nb,c,2\n",
	    &e), 0);
	assert_int_equal(read_text(&b, "distance,to,from\n2.0,c,b\n1,b,a\n",
	    &e), 0);
	assert_int_equal(read_text(&c, "from,to,distance_m\na,b,1\nb,c,3\n",
	    &e), 0);
	assert_int_equal(read_text(&d, "from,to,distance_m\na,b,1\nc,b,2\n",
	    &e), 0);
	assert_true(a.hash != 0 && a.hash == b.hash);
	assert_true(a.hash != c.hash && a.hash != d.hash);
	tp_neighbours_release(&a);
	tp_neighbours_release(&b);
	tp_neighbours_release(&c);
	tp_neighbours_release(&d);
}

/* Names as they stand in JSON: what needs an escape has one. */
static void
test_names(void **state)
{
	struct tp_neighbours	g;
	struct tp_err	e = { 0 };

	(void)state;
	assert_int_equal(read_text(&g, "from,to,distance_m\na\\b,\xc3\xa9,1\n",
	    &e), 0);
	index_of(&g, "a\\\\b");
	index_of(&g, "\xc3\xa9");
	tp_neighbours_release(&g);
}

static void
test_bad_tables(void **state)
{
	static const struct {
		const char	*text, *why;
	} t[] = {
		{ "", "t.csv: the file is empty" },
		{ "from,to\na,b\n", "t.csv:1: the header has no columns 'from',"
		    " 'to' and 'distance_m'" },
		{ "from,to,distance,cost\n",
		    "t.csv:1: a column is named twice" },
		{ "from,to,cost\na,b,1\nc,d\n",
		    "t.csv:3: the row is too short" },
		{ "from,to,cost\na,b,1e9\n",
		    "t.csv:2: the distance is no number of metres" },
		{ "from,to,cost\na,b,1\na,b,1\n",
		    "t.csv: the way from 'a' to 'b' is there twice" },
		{ "1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17\n",
		    "t.csv:1: too many columns" },
	};
	struct tp_neighbours	g;
	struct tp_err	e;
	size_t		i;

	(void)state;
	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		e = (struct tp_err){ 0 };
		assert_int_equal(read_text(&g, t[i].text, &e), -1);
		assert_int_equal(e.code, TP_EXIT_DATA);
		assert_string_equal(e.text, t[i].why);
	}
}

/* Who is near whom, against looking at each arc for each segment. */
static void
test_near(void **state)
{
	struct tp_neighbours	g;
	struct tp_buf		b = { 0 };
	struct tp_err		e = { 0 };
	struct tp_rng		r;
	uint32_t		*off, *to, i, k, n;
	size_t			a;
	int			round, j;

	(void)state;
	tp_rng_init(&r, 7);
	for (round = 0; round < 50; round++) {
		b.n = 0;
		tp_buf_lit(&b, "from,to,distance_m\n");
		for (j = 0; j < 60; j++)	/* each arc once, no loops */
			tp_buf_printf(&b, "s%d,s%d,%d\n", j % 12,
			    (j + 1 + j / 12) % 12, (int)tp_rng_below(&r, 9));
		assert_int_equal(read_text(&g, tp_buf_cstr(&b), &e), 0);
		tp_neighbours_near(&g, 4, &off, &to);
		for (i = 0; i < g.ids.n; i++) {
			k = off[i];
			for (a = 0; a < g.n; a++) {
				if (g.arcs[a].metres > 4 ||
				    (g.arcs[a].from != i && g.arcs[a].to != i))
					continue;
				n = g.arcs[a].from == i ? g.arcs[a].to :
				    g.arcs[a].from;
				assert_int_equal(to[k++], n);
			}
			assert_int_equal(off[i + 1], k);
		}
		free(off);
		free(to);
		tp_neighbours_release(&g);
	}
	tp_buf_release(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_means),
		cmocka_unit_test(test_far),
		cmocka_unit_test(test_hash),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_bad_tables),
		cmocka_unit_test(test_near),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
