#include "route/route.h"

#include <math.h>

#include "forecast/issued.h"
#include "route/routestate.h"

#define JAM_CLOSED	10
#define GRAPH		"graph"		/* key of updates */
#define GRAPH_LEN	(sizeof(GRAPH) - 1)
#define AHEAD_MAX	(TP_SLOTS * (int64_t)TP_SLOT_MS)

static int
route_init(void *state, const void *conf, struct tp_err *e)
{
	struct tp_route_state	*st = state;

	(void)e;
	st->conf = conf;
	st->wm = st->out = st->mark = TP_TIME_NONE;
	tp_weights_init(&st->w, st->conf->g, st->conf->reach);
	if (st->conf->usual != NULL) {
		st->tz = st->conf->usual->tz;
		tp_weights_usual(&st->w, st->conf->usual->kmh,
		    st->conf->usual->hash);
	}
	tp_search_init(&st->search, st->conf->g, &st->w);
	tp_ways_init(&st->ways, &st->search);
	return 0;
}

static void
route_clear(void *state)
{
	struct tp_route_state	*st = state;

	tp_weights_release(&st->w);
	tp_search_release(&st->search);
	tp_ways_release(&st->ways);
	tp_query_release(&st->q);
}

void
tp_route_version(const struct tp_route_state *st, struct tp_buf *b)
{
	char	id[TP_GRAPH_ID_MAX];

	tp_graph_id(st->conf->g, id);
	tp_buf_printf(b, "%s-%016llx", id,
	    (unsigned long long)st->w.version);
}

/* The number of an update made now: of a time there may be one that a question
 * made, and the last, of what was heard behind it. */
static int64_t
number(const struct tp_route_state *st, bool last)
{
	return st->wm * 2 + last;
}

/* Writes an update, unless an earlier run has, or another does. */
static int
put_update(struct tp_route_state *st, bool last, struct tp_out *out)
{
	struct tp_buf	*b;

	if (number(st, last) <= st->mark ||
	    !tp_out_wants(out, GRAPH, GRAPH_LEN, st->wm))
		return 0;
	b = tp_out_begin(out, TP_ROUTE_UPDATES);
	tp_buf_lit(b, "{\"graph_version\":\"");
	tp_route_version(st, b);
	tp_buf_printf(b, "\",\"roads_updated\":%lu,\"update_type\":\"%s\","
	    "\"timestamp\":", (unsigned long)st->changed,
	    !st->forecasts ? "readings_applied" : !st->readings ?
	    "predictions_applied" : "readings_and_predictions_applied");
	if (st->conf->as == TP_ROUTE_AS_HANOI) {
		tp_buf_char(b, '"');
		tp_buf_time(b, st->wm);
		tp_buf_char(b, '"');
	} else {
		tp_buf_int(b, st->wm);
	}
	tp_buf_char(b, '}');
	return tp_out_end(out, TP_ROUTE_UPDATES, GRAPH, GRAPH_LEN, st->wm);
}

/* What was heard counts from here on; `last`: no more comes of this time. */
static int
apply(struct tp_route_state *st, bool last, struct tp_out *out)
{
	int	rc;

	st->changed += tp_weights_apply(&st->w);
	if ((!st->readings && !st->forecasts) || number(st, last) <= st->out)
		return 0;
	rc = put_update(st, last, out);
	st->out = number(st, last);
	st->readings = st->forecasts = false;
	st->changed = 0;
	return rc;
}

/* What is older than this is no longer in force. */
static int64_t
floor_of(const struct tp_route_state *st)
{
	return st->wm / TP_MINUTE * TP_MINUTE - st->conf->max_age;
}

/* A record of time t at pos: the clock never goes back. */
static int
advance(struct tp_route_state *st, int64_t t, int64_t pos,
    struct tp_out *out)
{
	if (t <= st->wm)
		return 0;
	if (apply(st, true, out) != 0)
		return -1;
	st->wm = t;
	st->wm_pos = pos;
	if (st->conf->usual != NULL)
		tp_usual_calendar(&st->tz, t, &st->w);
	tp_weights_expire(&st->w, floor_of(st));
	tp_weights_apply(&st->w);
	return 0;
}

/* The segment with these raw bytes as its id, or TP_GRAPH_NONE. */
static uint32_t
segment(const struct tp_route_state *st, const char *id, size_t n)
{
	return tp_graph_find_segment(st->conf->g, id, n);
}

/* Notes in *kind that the batch has something, or counts what came late. */
static void
count(bool taken, bool *kind, struct tp_out *out)
{
	if (taken)
		*kind = true;
	else
		tp_out_count(out, TP_COUNT_LATE, 1);
}

static bool
bad_speed(double v)
{
	return !(v >= 0 && v <= 1000);
}

static int
take_forecasts(struct tp_route_state *st, const struct tp_rec *r,
    struct tp_out *out)
{
	struct tp_issued	 f[TP_ISSUED_MAX];
	const char		*why, *field;
	uint32_t		 s;
	int			 n, i;

	n = tp_issued_get(r, f, &why, &field);
	if (n < 0)
		return tp_out_reject_field(out, r, "schema", field, why);
	for (i = 0; i < n; i++) {
		tp_issued_convert(&f[i], TP_UNIT_KMH);
		if (bad_speed(f[i].speed) || f[i].lower > f[i].upper)
			return tp_out_reject_field(out, r, "speed",
			    "predicted_speed", "no speed of a road, or not "
			    "in its interval");
	}
	if (advance(st, f[0].t, r->pos, out) != 0)
		return -1;
	s = segment(st, f[0].id, f[0].idlen);
	if (s == TP_GRAPH_NONE)
		tp_out_count(out, TP_COUNT_UNKNOWN, 1);
	for (i = 0; i < n && s != TP_GRAPH_NONE; i++) {
		struct tp_knot	k = { .target = f[i].target, .pos = r->pos };

		k.kmh[TP_LANE_MID] = (float)f[i].speed;
		/* an interval that is absent (NAN) is the speed itself */
		k.kmh[TP_LANE_SLOW] = (float)fmax(0, fmin(f[i].speed,
		    f[i].lower));
		k.kmh[TP_LANE_FAST] = (float)fmax(f[i].speed, f[i].upper);
		if (k.target - f[i].t > AHEAD_MAX)
			continue;
		count(f[i].t >= floor_of(st) && tp_weights_forecast(
		    &st->w, s, f[i].t, &k), &st->forecasts, out);
	}
	return 0;
}

/* Closed: no speed, and the jam factor at its end. */
static bool
is_closed(const struct tp_rec *r, double speed)
{
	double	jam;

	return isnan(speed) && tp_rec_num(r, TP_F_JAM_FACTOR, &jam) == 0 &&
	    jam >= JAM_CLOSED;
}

static int
take_reading(struct tp_route_state *st, const struct tp_rec *r,
    struct tp_out *out)
{
	struct tp_reading	 rd;
	const char		*why, *field;
	double			 kmh;
	bool			 closed;
	uint32_t		 s;

	if (tp_reading_get(r, &rd, &why, &field) != 0)
		return tp_out_reject_field(out, r, "schema", field, why);
	closed = is_closed(r, rd.speed);
	kmh = tp_speed_convert(rd.speed, rd.unit, TP_UNIT_KMH);
	if (!isnan(rd.speed) && bad_speed(kmh))
		return tp_out_reject_field(out, r, "speed", "speed",
		    "no speed of a road");
	if (advance(st, rd.t, r->pos, out) != 0)
		return -1;
	s = segment(st, rd.id, rd.idlen);
	if (s == TP_GRAPH_NONE)
		tp_out_count(out, TP_COUNT_UNKNOWN, 1);
	else if (!closed && isnan(rd.speed))
		tp_out_count(out, TP_COUNT_MISSING, 1);
	else
		count(rd.t >= floor_of(st) && tp_weights_reading(&st->w,
		    s, rd.t, closed ? 0 : fmax(kmh, TP_KMH_LEAST), r->pos),
		    &st->readings, out);
	return 0;
}

static int
take_query(struct tp_route_state *st, const struct tp_rec *r, bool near,
    struct tp_out *out)
{
	const char	*why, *field;
	bool		 found;
	int		 rc;

	rc = near ? tp_query_get_near(&st->q, r, &why, &field) :
	    tp_query_get(&st->q, r, &why, &field);
	if (rc != 0)
		return tp_out_reject_field(out, r, "query", field, why);
	if (apply(st, false, out) != 0)
		return -1;
	if (!tp_out_wants(out, NULL, 0, TP_TIME_NONE))
		return 0;
	return tp_route_answer(st, &st->q, r->now_ms, out, &found);
}

static int
route_record(void *state, const struct tp_rec *r, struct tp_out *out)
{
	struct tp_route_state	*st = state;
	bool			 route = tp_query_is(r);

	if (route || tp_query_is_near(r))
		return take_query(st, r, !route, out);
	if (r->at[TP_F_FINAL] != NULL &&
	    r->at[TP_F_FINAL]->type == TP_JSON_FALSE)
		return 0;
	return tp_issued_is(r) ? take_forecasts(st, r, out) :
	    take_reading(st, r, out);
}

/* A batch is whole when nothing came for a while. */
static int
route_time(void *state, int64_t idle_ms, struct tp_out *out)
{
	struct tp_route_state	*st = state;

	return st->conf->wait_ms == 0 || idle_ms < st->conf->wait_ms ? 0 :
	    apply(st, false, out);
}

/* The last batch, and the question of the command line. */
static int
route_end(void *state, struct tp_out *out)
{
	struct tp_route_state		*st = state;
	const struct tp_route_conf	*c = st->conf;

	if (apply(st, true, out) != 0)
		return -1;
	return c->question == NULL ? 0 : tp_route_answer(st, c->question,
	    TP_TIME_NONE, out, c->answered);
}

static int64_t
route_low(const void *state)
{
	const struct tp_route_state	*st = state;
	int64_t				 low = tp_weights_low(&st->w);

	if (st->wm == TP_TIME_NONE)
		return INT64_MAX;
	return st->wm_pos < low ? st->wm_pos : low;
}

static int64_t
route_mark(const void *state)
{
	const struct tp_route_state	*st = state;

	return st->out > st->mark ? st->out : st->mark;
}

static void
route_resume(void *state, int64_t mark)
{
	struct tp_route_state	*st = state;

	st->mark = mark;
}

static const char *const outputs[] = { "main", "updates", NULL };

const struct tp_filter tp_route_filter = {
	.size = sizeof(struct tp_route_state),
	.outputs = outputs,
	.init = route_init,
	.record = route_record,
	.time = route_time,
	.end = route_end,
	.low = route_low,
	.mark = route_mark,
	.resume = route_resume,
	.clear = route_clear,
};
