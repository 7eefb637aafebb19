/* The route filter: a state rebuilt anywhere goes on as the straight run. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "rebuild.h"
#include "route/route.h"
#include "town.h"

#define T0		INT64_C(1338768000000)	/* 2012-06-04 */

/* A log of readings, forecasts, late ones, closures and questions. */
static void
make_log(struct tp_buf *log, const struct tp_graph *g, struct tp_rng *r)
{
	int64_t	t = T0;
	int	i;

	for (i = 0; i < 900; i++) {
		unsigned	s = (unsigned)tp_rng_below(r, g->edges -
				    g->edge_copies + 3);
		int64_t		at = t - (int64_t)tp_rng_below(r, 4) *
				    (int64_t)tp_rng_below(r, 300000);

		switch (tp_rng_below(r, 7)) {
		case 0:
			tp_buf_printf(log, "{\"segment_id\":\"s%u\","
			    "\"timestamp\":%lld,\"jam_factor\":10}\n", s,
			    (long long)at);
			break;
		case 1:
		case 2:
			tp_buf_printf(log, "{\"segment_id\":\"s%u\","
			    "\"timestamp\":%lld,\"speed_kmh\":%u}\n", s,
			    (long long)at, (unsigned)tp_rng_below(r, 90));
			break;
		case 3:
		case 4:
			tp_buf_printf(log, "{\"segment_id\":\"s%u\","
			    "\"timestamp\":%lld,\"horizon_minutes\":%u,"
			    "\"predicted_speed_kmh\":%u,\"lower_kmh\":3}\n",
			    s, (long long)at,
			    (unsigned)tp_rng_below(r, 10) * 10 + 5,
			    3 + (unsigned)tp_rng_below(r, 90));
			break;
		case 5:
			tp_buf_printf(log, "{\"latitude\":47.0%u,"
			    "\"longitude\":9.01}\n",
			    (unsigned)tp_rng_below(r, 100));
			break;
		default:
			tp_buf_printf(log, "{\"from\":\"n%u\",\"to\":\"n%u\","
			    "\"alternatives\":2}\n",
			    (unsigned)tp_rng_below(r, 9),
			    (unsigned)tp_rng_below(r, 9));
			break;
		}
		if (tp_rng_below(r, 3) == 0)
			t += (int64_t)tp_rng_below(r, 120000);
	}
	memset(tp_buf_room(log, TP_JSON_PAD), 0, TP_JSON_PAD);
}

/* A small town, the filter on it, and what it is to read. */
struct world {
	struct tp_rng		r;
	struct town		w;
	struct tp_locate	l;
	struct tp_landmarks	marks;
	struct tp_route_conf	c;
	struct tp_buf		log;
};

static void
make_world(struct world *x)
{
	*x = (struct world){ .c = { .max_age = 10 * TP_MINUTE } };
	tp_rng_init(&x->r, 9);
	town_random(&x->w, &x->r);
	tp_locate_init(&x->l, &x->w.g);
	tp_landmarks_init(&x->marks, &x->w.g, 4);
	x->c.g = &x->w.g;
	x->c.locate = &x->l;
	x->c.marks = &x->marks;
}

static void
free_world(struct world *x)
{
	tp_buf_release(&x->log);
	tp_landmarks_release(&x->marks);
	tp_locate_release(&x->l);
	town_release(&x->w);
}

static void
rebuilds(void **state)
{
	struct world		w;
	struct rebuild		b = { .filter = &tp_route_filter,
				    .conf = &w.c, .now_ms = T0 };
	struct rebuild_run	x;

	(void)state;
	make_world(&w);
	make_log(&w.log, &w.w.g, &w.r);
	b.log = w.log.p;
	b.n = w.log.n;
	rebuild_check(&b, 40, 3);
	rebuild_start(&x, &b);
	rebuild_feed(&x, b.n);
	assert_true(x.lines[0] > 50 && x.lines[1] > 50);
	rebuild_stop(&x);
	free_world(&w);
}

/* What is heard behind a question, of the same time, is told when that time is
 * over, wherever the worker was killed: by the next time or by the end. */
static void
behind_a_question(void **state)
{
	static const char	text[] =
	    "{\"segment_id\":\"s1\",\"timestamp\":1338768000000,"
	    "\"speed_kmh\":30}\n"
	    "{\"from\":\"n1\",\"to\":\"n7\"}\n"
	    "{\"segment_id\":\"s1\",\"timestamp\":1338768000000,"
	    "\"speed_kmh\":20}\n"
	    "{\"segment_id\":\"s2\",\"timestamp\":1677536120000,"
	    "\"speed_kmh\":10}\n";
	struct world		w;
	struct rebuild		b = { .filter = &tp_route_filter,
				    .conf = &w.c, .now_ms = T0 };
	struct rebuild_run	x;
	size_t			n;

	(void)state;
	make_world(&w);
	tp_buf_str(&w.log, text);
	memset(tp_buf_room(&w.log, TP_JSON_PAD), 0, TP_JSON_PAD);
	b.log = w.log.p;
	b.n = w.log.n;
	for (n = 1; n < b.n; n++)
		rebuild_check_at(&b, rebuild_line(&b, n));
	rebuild_start(&x, &b);
	rebuild_feed(&x, b.n);
	assert_int_equal(x.lines[1], 2);
	rebuild_end(&x);
	assert_int_equal(x.lines[1], 3);
	rebuild_stop(&x);
	free_world(&w);
}

int
main(void)
{
	const struct CMUnitTest	tests[] = {
		cmocka_unit_test(rebuilds),
		cmocka_unit_test(behind_a_question),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
