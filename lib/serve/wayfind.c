#include "serve/wayfind.h"

#include <stdlib.h>

#include "base/mem.h"
#include "route/route.h"
#include "serve/board.h"
#include "serve/put.h"

#define MAX_AGE		(30 * TP_MINUTE)
#define LANDMARKS	16
#define BUDGET		2000000		/* nodes of an answer */

struct tp_wayfinder {
	struct tp_locate	 locate;
	struct tp_landmarks	 marks;
	struct tp_route_conf	 conf;
	void			*state;		/* of tp_route_filter */
	struct tp_buf		 bufs[2];
	uint64_t		 lines[2];
	struct tp_out		 out;
	struct tp_rec		 question;
	struct tp_buf		 near;		/* the text of one */
	bool			 refused;
	struct tp_buf		 why;
};

/* The filter refuses a question: its reason is the answer. */
static int
refuse(struct tp_out *o, const struct tp_rec *r, const char *rule,
    const char *reason)
{
	struct tp_wayfinder	*w = (struct tp_wayfinder *)((char *)o -
				    offsetof(struct tp_wayfinder, out));

	(void)rule;
	if (r != &w->question)
		return 0;
	w->refused = true;
	w->why.n = 0;
	tp_buf_str(&w->why, reason);
	return 0;
}

struct tp_wayfinder *
tp_wayfinder_new(const struct tp_board_conf *c)
{
	struct tp_wayfinder	*w = tp_calloc(1, sizeof(*w));
	struct tp_err		 e = { 0 };

	tp_locate_init(&w->locate, c->graph);
	tp_landmarks_init(&w->marks, c->graph, LANDMARKS);
	w->conf = (struct tp_route_conf){
		.g = c->graph, .locate = &w->locate, .marks = &w->marks,
		.max_age = MAX_AGE, .others = 2,
		.legs = true, .budget = BUDGET, .reach = c->reach,
		.usual = c->usual,
	};
	w->out = (struct tp_out){
		.bufs = w->bufs, .nbufs = 2, .lines = w->lines,
		.reject = refuse,
	};
	w->state = tp_calloc(1, tp_route_filter.size);
	if (tp_route_filter.init(w->state, &w->conf, &e) != 0)
		tp_die("%s", e.text);
	return w;
}

void
tp_wayfinder_free(struct tp_wayfinder *w)
{
	if (w == NULL)
		return;
	tp_route_filter.clear(w->state);
	free(w->state);
	tp_locate_release(&w->locate);
	tp_landmarks_release(&w->marks);
	tp_buf_release(&w->bufs[0]);
	tp_buf_release(&w->bufs[1]);
	tp_buf_release(&w->why);
	tp_buf_release(&w->near);
	tp_rec_release(&w->question);
	free(w);
}

void
tp_wayfinder_record(struct tp_wayfinder *w, const struct tp_rec *r)
{
	w->bufs[0].n = w->bufs[1].n = 0;
	tp_route_filter.record(w->state, r, &w->out);
}

static void
copy(const struct tp_json_obj *o, const char *name, struct tp_buf *out)
{
	const struct tp_json_field	*f = tp_json_find(o, name);
	bool				 text;

	if (f == NULL)
		return;
	text = f->v.type == TP_JSON_STR;
	tp_put_key(out, name);
	tp_buf_str(out, text ? "\"" : "");
	tp_buf_add(out, f->v.p, f->v.n);
	tp_buf_str(out, text ? "\"" : "");
}

/* The main route and the others as one array. */
static void
put_routes(const struct tp_json_obj *o, struct tp_buf *out)
{
	static const char *const	names[] = {
		"distance_km", "eta_minutes", "eta_lower_minutes",
		"eta_upper_minutes", "live_share", "waypoints", "speeds_kmh",
		"free_flow_kmh",
	};
	const struct tp_json_field	*f = tp_json_find(o, "alternatives");
	size_t				 i;

	tp_put_open(out, '{');
	copy(o, "graph_version", out);
	copy(o, "timestamp", out);
	tp_put_key_open(out, "routes", '[');
	tp_put_open(out, '{');
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		copy(o, names[i], out);
	tp_put_close(out, '}');
	if (f != NULL && f->v.n > 2) {		/* more than "[]" */
		tp_buf_char(out, ',');
		tp_buf_add(out, f->v.p + 1, f->v.n - 2);
	}
	tp_buf_lit(out, "]}");
}

/* From the filter's line to an answer. */
static int
reply(const char *line, size_t n, struct tp_buf *out)
{
	struct tp_json_obj		 o = { 0 };
	const struct tp_json_field	*why;
	int				 rc = 200;

	if (tp_json_object(&o, line, n) != 0) {
		rc = 500;
	} else if ((why = tp_json_find(&o, "reason")) != NULL ||
	    (why = tp_json_find(&o, "error")) != NULL) {
		rc = 404;
		tp_buf_add(out, why->v.p, why->v.n);
	} else if (tp_json_find(&o, "recommended_route") != NULL ||
	    tp_json_find(&o, "edges") != NULL) {
		tp_buf_add(out, line, n);
	} else {
		put_routes(&o, out);
	}
	tp_json_obj_release(&o);
	return rc;
}

/* What the filter says to w->question, which was asked now. */
static int
answer(struct tp_wayfinder *w, int64_t now_ms, struct tp_buf *out)
{
	struct tp_rec	*r = &w->question;
	struct tp_buf	*b = &w->bufs[TP_OUT_MAIN];

	r->source = "question";
	r->now_ms = now_ms;
	w->refused = false;
	w->bufs[0].n = w->bufs[1].n = 0;
	tp_route_filter.record(w->state, r, &w->out);
	if (w->refused) {
		tp_buf_add(out, w->why.p, w->why.n);
		return 400;
	}
	if (b->n > 0)
		b->n--;			/* the newline */
	memset(tp_buf_room(b, TP_JSON_PAD), 0, TP_JSON_PAD);
	return reply(b->p, b->n, out);
}

int
tp_wayfinder_ask(struct tp_wayfinder *w, const char *body, size_t n,
    int64_t now_ms, struct tp_buf *out)
{
	struct tp_rec	*r = &w->question;

	if (tp_rec_parse(r, body, n) != 0) {
		tp_buf_printf(out, "the body is not a JSON object: %s",
		    r->o.why);
		return 400;
	}
	if (!tp_query_is(r)) {
		tp_buf_lit(out, "from and to are missing");
		return 400;
	}
	return answer(w, now_ms, out);
}

int
tp_wayfinder_near(struct tp_wayfinder *w, double lat, double lon,
    int64_t now_ms, struct tp_buf *out)
{
	struct tp_buf	*b = &w->near;
	int		 rc;

	b->n = 0;
	tp_buf_printf(b, "{\"latitude\":%.7f,\"longitude\":%.7f}", lat, lon);
	memset(tp_buf_room(b, TP_JSON_PAD), 0, TP_JSON_PAD);
	rc = tp_rec_parse(&w->question, b->p, b->n);
	return rc == 0 ? answer(w, now_ms, out) : 500;
}
