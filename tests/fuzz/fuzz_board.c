/*
 * Any records into the board: every body it answers then must be JSON, ticks
 * too, and its memory stays within its limits.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json/lines.h"
#include "serve/compat.h"

#define SEGMENTS	20
#define ALERTS		5

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static int
take(void *board, const struct tp_line *l)
{
	struct tp_rec	r = {
		.source = "fuzz", .now_ms = INT64_C(2) << 40,
		.assume = TP_UNIT_KMH,
	};
	const char	*rule, *why;

	if (!l->overlong && tp_rec_parse(&r, l->p, l->n) == 0 &&
	    tp_board_record(board, &r, &rule, &why) != 0 &&
	    (rule == NULL || why == NULL))
		abort();
	tp_rec_release(&r);
	return 0;
}

/* What is no JSON value ends the program. */
static void
check(const char *what, const struct tp_buf *body)
{
	struct tp_json_obj	o = { 0 };
	struct tp_buf		b = { 0 };

	tp_buf_char(&b, '[');
	tp_buf_add(&b, body->p, body->n);
	tp_buf_char(&b, ']');
	memset(tp_buf_room(&b, TP_JSON_PAD), 0, TP_JSON_PAD);
	if (tp_json_array(&o, b.p, b.n) != 0 || o.n != 1) {
		fprintf(stderr, "%s: %.*s\n", what, (int)b.n, b.p);
		abort();
	}
	tp_json_obj_release(&o);
	tp_buf_release(&b);
}

static void
ask(struct tp_board *b, const struct tp_http_route *r)
{
	char			 none[TP_JSON_PAD] = "";
	struct tp_http_query	 p = { "sensor_id", "a" };
	struct tp_http_stats	 stats = { 0 };
	struct tp_buf		 out = { 0 };
	struct tp_http_req	 q = {
		.query = &p, .auth = "none", .now_ms = 1, .stats = &stats,
		.body = none, .role = TP_ROLE_ADMIN,
	};

	for (; r->method != NULL; r++) {
		q.method = r->method;
		q.path = r->pattern;
		q.arg[0] = strstr(r->pattern, "date") != NULL ?
		    "2012-06-04" : "a";
		for (q.nquery = 0; q.nquery < 2; q.nquery++) {
			out.n = 0;
			if (r->handle(b, &q, &out) == 200)
				check(r->pattern, &out);
		}
	}
	tp_buf_release(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct tp_board_conf	 c = {
		.max_segments = SEGMENTS, .max_alerts = ALERTS,
		.step_ms = n % 3 == 0 ? TP_MINUTE : 0,
		.assumed = TP_UNIT_KMH,
	};
	struct tp_err		 e = { 0 };
	struct tp_board		*b;
	struct tp_lines		 lines = { 0 };
	struct tp_buf		 log = { 0 };

	if (n % 2 == 0)
		tp_tiling_parse(&c.tiling, "grid:250m");
	b = tp_board_new(&c, &e);
	tp_buf_add(&log, (const char *)data, n);
	memset(tp_buf_room(&log, TP_JSON_PAD), 0, TP_JSON_PAD);
	tp_lines_init(&lines, 1 << 16);
	tp_lines_bytes(&lines, log.p, n, take, b);
	tp_lines_end(&lines, take, b);
	tp_lines_release(&lines);
	if (b->ids.n > SEGMENTS || b->alerts.n > ALERTS)
		abort();
	log.n = 0;
	tp_board_put_tick(b, 1, &log);
	check("tick", &log);
	ask(b, tp_board_routes);
	ask(b, tp_la_routes);
	ask(b, tp_la_web_routes);
	ask(b, tp_hanoi_routes);
	ask(b, tp_nyc_routes);
	tp_buf_release(&log);
	tp_board_free(b);
	return 0;
}
