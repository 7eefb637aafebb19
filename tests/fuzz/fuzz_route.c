/*
 * Any lines into the route filter on a small graph: each line it writes must
 * be a record, and a state rebuilt somewhere must go on as the straight one.
 */
#include "rebuilt.h"
#include "../unit/town.h"
#include "route/route.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* Made once: a graph, and what the filter borrows of it. */
static const struct tp_route_conf *
conf(void)
{
	static struct town		w;
	static struct tp_locate		l;
	static struct tp_landmarks	marks;
	static struct tp_route_conf	c = {
		.g = &w.g, .locate = &l, .marks = &marks, .others = 2,
		.max_age = 10 * TP_MINUTE,
	};
	struct tp_rng			r;

	if (w.g.nodes == 0) {
		tp_rng_init(&r, 9);
		town_random(&w, &r);
		tp_locate_init(&l, &w.g);
		tp_landmarks_init(&marks, &w.g, 3);
	}
	return &c;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct rebuild		b = { .filter = &tp_route_filter,
				    .conf = conf(), .n = n,
				    .now_ms = INT64_C(1338768000000),
				    .assume = TP_UNIT_KMH };
	struct rebuild_run	x;
	struct tp_buf		log = { 0 };

	tp_buf_add(&log, (const char *)data, n);
	memset(tp_buf_room(&log, TP_JSON_PAD), 0, TP_JSON_PAD);
	b.log = log.p;
	rebuild_start(&x, &b);
	rebuild_feed(&x, b.n);
	check_records(&x.bufs[0]);
	check_records(&x.bufs[1]);
	rebuild_stop(&x);
	if (b.n > 1)
		rebuild_check_at(&b, rebuild_line(&b, b.n / 2));
	tp_buf_release(&log);
	return 0;
}
