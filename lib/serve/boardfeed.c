/* How the board takes records. */
#include <math.h>
#include <stdlib.h>
#include <strings.h>

#include "base/mem.h"
#include "serve/boardstate.h"
#include "serve/wayfind.h"

#define MAX_ID		128		/* bytes */
#define MAX_NAME	256
#define MAX_KMH		1000.0
#define MAX_AHEAD	TP_DAY		/* of the clock */
/* 1971, so that some weeks before are not before 1970, and 10000 */
#define MIN_TIME	(365 * TP_DAY)
#define MAX_TIME	INT64_C(253402300800000)

/* What is wrong with a record. */
struct fault {
	const char	*rule, *reason;
};

static int
fault(struct fault *x, const char *rule, const char *reason)
{
	x->rule = rule;
	x->reason = reason;
	return -1;
}

const char *
tp_board_kind_name(enum tp_board_kind k)
{
	static const char *const	names[] = {
		"events", "aggregates", "predictions", "scores", "alerts",
		"route_updates", "routes", "other",
	};

	return names[k];
}

static bool
has(const struct tp_rec *r, const char *name)
{
	return tp_json_find(&r->o, name) != NULL;
}

static enum tp_board_kind
kind_of(const struct tp_rec *r)
{
	if (has(r, "alert_type"))
		return TP_BOARD_ALERT;
	if (r->at[TP_F_SEGMENT_ID] == NULL)
		return has(r, "score_id") ? TP_BOARD_SCORE :
		    !has(r, "graph_version") ? TP_BOARD_OTHER :
		    has(r, "roads_updated") ? TP_BOARD_ROUTE_UPDATE :
		    TP_BOARD_ROUTE;
	if (tp_issued_is(r))
		return has(r, "score_id") ? TP_BOARD_SCORE :
		    TP_BOARD_PREDICTION;
	if (has(r, "feature_set") || has(r, "profile_id"))
		return TP_BOARD_OTHER;
	return r->at[TP_F_WINDOW_START] != NULL ? TP_BOARD_AGGREGATE :
	    TP_BOARD_EVENT;
}

/* The stream of a record, or NULL where there are too many. */
static struct tp_board_stream *
stream_of(struct tp_board *b, const struct tp_rec *r, enum tp_board_kind k)
{
	struct tp_board_stream	*s;
	const char		*name = r->source != NULL ? r->source : "-";
	size_t			 i;

	for (i = 0; i < b->nstreams; i++) {
		s = &b->stream[i];
		if (s->input == r->input && s->kind == k &&
		    strcmp(s->name, name) == 0)
			return s;
	}
	if (b->nstreams == TP_BOARD_STREAMS)
		return NULL;
	s = &b->stream[b->nstreams++];
	*s = (struct tp_board_stream){
		.name = tp_strdup(name), .input = r->input, .kind = k,
		.last_at = TP_TIME_NONE, .first_ms = r->now_ms,
	};
	return s;
}

static int
check_time(const struct tp_rec *r, int64_t t, struct fault *x)
{
	if (t < MIN_TIME || t >= MAX_TIME)
		return fault(x, "time", "a time that cannot be");
	if (r->now_ms > 0 && t > r->now_ms + MAX_AHEAD)
		return fault(x, "time", "more than a day ahead of the clock");
	return 0;
}

/* A number of the record in lo..hi, NAN where it has none. */
static double
number(const struct tp_rec *r, enum tp_field f, double lo, double hi)
{
	double	v;

	return tp_rec_num(r, f, &v) == 0 && v >= lo && v <= hi ? v :
	    (double)NAN;
}

/* The same of a field that only aggregates have. */
static double
extra(const struct tp_rec *r, const char *name, double hi)
{
	const struct tp_json_field	*f = tp_json_find(&r->o, name);
	double				 v;

	return f != NULL && tp_json_num(&f->v, &v) == 0 && v >= 0 &&
	    v <= hi ? v : (double)NAN;
}

static void
take_name(struct tp_board *b, struct tp_seg *s, const struct tp_rec *r)
{
	const struct tp_json_val	*v = r->at[TP_F_ROAD_NAME];
	size_t				 i;

	if (v == NULL || v->type != TP_JSON_STR || v->n == 0 ||
	    v->n > MAX_NAME)
		return;
	b->text.n = 0;
	if (tp_json_unescape(v, &b->text) != 0)
		return;
	for (i = 0; i < b->text.n; i++)
		if (b->text.p[i] == '\0')
			return;
	s->name = tp_strndup(b->text.p, b->text.n);
	b->places++;
}

/* What the record says of the place; the first to tell is believed. */
static void
take_place(struct tp_board *b, struct tp_seg *s, const struct tp_rec *r)
{
	double	lat, lon, v;

	if (isnan(s->lat) && r->at[TP_F_LATITUDE] != NULL) {
		lat = number(r, TP_F_LATITUDE, -90, 90);
		lon = number(r, TP_F_LONGITUDE, -180, 180);
		if (!isnan(lat) && !isnan(lon)) {
			s->lat = lat;
			s->lon = lon;
			b->places++;
		}
	}
	if (s->name == NULL && r->at[TP_F_ROAD_NAME] != NULL)
		take_name(b, s, r);
	v = number(r, TP_F_FREE_FLOW_KMH, 1, MAX_KMH);
	if (isnan(v))
		v = TP_KMH_PER_MPH * number(r, TP_F_FREE_FLOW_MPH, 1,
		    MAX_KMH / TP_KMH_PER_MPH);
	if (isnan(v) || (float)v == s->free_flow)
		return;
	b->places += isnan(s->free_flow);
	s->free_flow = (float)v;
}

/* The readings of one record; NAN where it has none. */
struct values {
	double	speed, volume, occupancy, count, jam;
	int8_t	class;		/* -1: not said */
	bool	settled;	/* not to be told again otherwise */
};

/* What tp-predict says of classes, else the level. */
static const struct tp_json_val *
class_text(const struct tp_rec *r)
{
	const struct tp_json_field	*f;

	f = tp_json_find(&r->o, "predicted_class");
	return f != NULL ? &f->v : r->at[TP_F_CONGESTION_LEVEL];
}

/* 0, 1, 2 of low, medium, high, and of the levels FREE_FLOW and LIGHT,
 * MODERATE, HEAVY and SEVERE; -1 of others. */
static int8_t
class_of(const struct tp_rec *r)
{
	static const char *const	names[] = { "low", "medium", "high" };
	const struct tp_json_val	*v = class_text(r);
	int				 level;
	int8_t				 i;

	if (v == NULL)
		return -1;
	level = tp_level_of(v);
	if (level > 0)
		return level <= 2 ? 0 : level == 3 ? 1 : 2;
	if (v->type != TP_JSON_STR)
		return -1;
	for (i = 0; i < 3; i++)
		if (v->n == strlen(names[i]) &&
		    strncasecmp(v->p, names[i], v->n) == 0)
			return i;
	return -1;
}

static void
add_reading(struct tp_board *b, size_t seg, int64_t t,
    const struct values *v)
{
	struct tp_seg	*s = &b->seg[seg];
	bool		 slow = tp_board_level(b, s, v->speed) >= 4;

	if (t == s->counted) {
		b->duplicates++;
	} else if (v->settled) {
		tp_measure_advance(&b->measure,
		    tp_series_step(&b->series, t));
		tp_series_add(&b->series, seg, t, v->speed, v->volume, slow);
		tp_series_crowd(&b->series, seg, t, (struct tp_crowd){
		    (float)v->count, v->class });
		if (t > s->counted)
			s->counted = t;
	}
	if (t < s->at)
		return;
	s->at = t;
	s->speed = (float)v->speed;
	s->volume = (float)v->volume;
	s->occupancy = (float)v->occupancy;
	s->count = (float)v->count;
	s->jam = (float)v->jam;
	s->class = v->class;
	s->changed = true;
	if (t > b->time)
		b->time = t;
	if (t < b->first || b->first == TP_TIME_NONE)
		b->first = t;
}

/* Vehicles an hour, of an event or in a window. */
static double
volume_of(const struct tp_rec *r)
{
	double	v = number(r, TP_F_VOLUME_VPH, 0, 1e6);
	int64_t	from, to;

	if (!isnan(v))
		return v;
	v = extra(r, "total_volume", 1e9);
	if (isnan(v) || tp_rec_time(r, TP_F_WINDOW_START, NULL, &from,
	    NULL) != 0 || tp_rec_time(r, TP_F_WINDOW_END, NULL, &to,
	    NULL) != 0 || to <= from)
		return (double)NAN;
	return v * (double)TP_HOUR / (double)(to - from);
}

static int
take_reading(struct tp_board *b, const struct tp_rec *r, int64_t *at,
    struct fault *x)
{
	struct tp_reading	 rd;
	struct values		 v;
	const char		*why, *field;
	size_t			 i;

	if (tp_reading_get(r, &rd, &why, &field) != 0)
		return fault(x, "schema", why);
	if (rd.idlen > MAX_ID)
		return fault(x, "schema", "an id of more than 128 bytes");
	if (check_time(r, rd.t, x) != 0)
		return -1;
	v.speed = tp_speed_convert(rd.speed, rd.unit, TP_UNIT_KMH);
	if (!isnan(v.speed) && !(v.speed >= 0 && v.speed <= MAX_KMH))
		return fault(x, "speed", "no speed of a road");
	v.volume = volume_of(r);
	v.occupancy = number(r, TP_F_OCCUPANCY_PERCENT, 0, 100);
	v.jam = number(r, TP_F_JAM_FACTOR, 0, 10);
	v.count = extra(r, "vehicle_count", 1e9);
	if (isnan(v.count))
		v.count = number(r, TP_F_EVENT_COUNT, 0, 1e9);
	v.class = class_of(r);
	v.settled = r->at[TP_F_FINAL] == NULL ||
	    r->at[TP_F_FINAL]->type != TP_JSON_FALSE;
	i = tp_board_seg(b, rd.id, rd.idlen);
	if (i == SIZE_MAX)
		return fault(x, "max-segments", "more segments than allowed");
	*at = rd.t;
	if (b->unit == TP_UNIT_NONE)
		b->unit = rd.unit;
	take_place(b, &b->seg[i], r);
	add_reading(b, i, rd.t, &v);
	b->seg[i].measured = true;
	return 0;
}

/* The index of a horizon, added where it is new; -1: no room. */
static int
horizon_of(struct tp_board *b, int minutes)
{
	unsigned	i;
	size_t		at;

	for (i = 0; i < b->nhorizons; i++)
		if (b->horizon[i] == minutes)
			return (int)i;
	if (i == TP_MEASURE_HORIZONS)
		return -1;
	b->horizon[i] = minutes;
	for (at = i; at > 0 && b->horizon[b->order[at - 1]] > minutes; at--)
		b->order[at] = b->order[at - 1];
	b->order[at] = i;
	b->nhorizons++;
	for (at = 0; at < b->ids.n; at++)	/* the columns are others */
		b->seg[at].foreseen = true;
	return (int)i;
}

/* What a forecast says that the last reading was, where nothing else does. */
static void
take_current(struct tp_board *b, size_t seg, const struct tp_issued *f)
{
	struct values	v = {
		.speed = f->current, .volume = NAN, .occupancy = NAN,
		.count = NAN, .jam = NAN, .class = -1,
		.settled = true,
	};

	if (b->seg[seg].measured || isnan(f->current) ||
	    f->t <= b->seg[seg].at)
		return;
	add_reading(b, seg, f->t, &v);
}

static void
text_of(struct tp_buf *b, const struct tp_json_val *v)
{
	b->n = 0;
	if (v != NULL && v->type == TP_JSON_STR && v->n <= MAX_NAME &&
	    tp_json_unescape(v, b) != 0)
		b->n = 0;
	tp_buf_cstr(b);
}

/* Counts the forecasts of the newest day. */
static void
count_today(struct tp_board *b, int64_t t)
{
	int64_t	day = tp_series_hour(&b->series, t) / 24;

	if (day > b->foreseen_day) {
		b->foreseen_day = day;
		b->foreseen_today = 0;
	}
	b->foreseen_today += day == b->foreseen_day;
}

static void
add_forecast(struct tp_board *b, size_t seg, int h,
    const struct tp_issued *f, const struct tp_rec *r)
{
	struct tp_seg		*s = &b->seg[seg];
	struct tp_seg_forecast	*to = &s->f[h];
	struct tp_measure_item	 m = {
		.seg = seg, .horizon = (unsigned)h, .made = f->t,
		.target = f->target, .speed = f->speed, .lower = f->lower,
		.upper = f->upper, .current = f->current,
	};

	if (to->made != TP_TIME_NONE && f->t <= to->made) {
		b->duplicates++;
		return;
	}
	*to = (struct tp_seg_forecast){
		f->t, (float)f->speed, (float)f->lower, (float)f->upper,
		(float)f->confidence, (float)f->current, class_of(r),
	};
	count_today(b, f->t);
	if (f->t > s->made || s->made == TP_TIME_NONE)
		s->made = f->t;
	s->foreseen = true;
	text_of(&b->text, f->version);
	m.version = b->text.p;
	tp_measure_take(&b->measure, &m);
}

static int
take_forecasts(struct tp_board *b, const struct tp_rec *r, int64_t *at,
    struct fault *x)
{
	struct tp_issued	 f[TP_ISSUED_MAX];
	const char		*why, *field;
	size_t			 seg;
	int			 n, i, h;

	n = tp_issued_get(r, f, &why, &field);
	if (n < 0)
		return fault(x, "schema", why);
	if (f[0].idlen > MAX_ID)
		return fault(x, "schema", "an id of more than 128 bytes");
	if (b->unit == TP_UNIT_NONE)
		b->unit = f[0].unit;
	for (i = 0; i < n; i++) {
		tp_issued_convert(&f[i], TP_UNIT_KMH);
		if (!(f[i].speed >= 0 && f[i].speed <= MAX_KMH))
			return fault(x, "speed", "no speed of a road");
		if (f[i].target <= f[i].t || f[i].target - f[i].t > 7 * TP_DAY)
			return fault(x, "time", "not about the next days");
		if (f[i].lower > f[i].upper)
			return fault(x, "speed", "an interval upside down");
	}
	if (check_time(r, f[0].t, x) != 0)
		return -1;
	seg = tp_board_seg(b, f[0].id, f[0].idlen);
	if (seg == SIZE_MAX)
		return fault(x, "max-segments", "more segments than allowed");
	*at = f[0].t;
	take_place(b, &b->seg[seg], r);
	take_current(b, seg, &f[0]);
	for (i = 0; i < n; i++) {
		h = horizon_of(b, f[i].horizon);
		if (h == -1)
			return fault(x, "horizons", "more than 8 horizons");
		add_forecast(b, seg, h, &f[i], r);
	}
	return 0;
}

/* An alert, told as it is now: acknowledged, where it was before. */
static int
take_alert(struct tp_board *b, const struct tp_rec *r, struct fault *x)
{
	const char		*why;
	struct tp_alert_entry	*a = tp_alertlog_take(&b->alerts, r, &why);
	const struct tp_ack	*ack;

	if (a == NULL)
		return fault(x, "schema", why);
	if (a->acked == TP_TIME_NONE &&
	    (ack = tp_acks_find(&b->acks, a->id)) != NULL)
		tp_alertlog_ack(a, ack->by, ack->at);
	b->text.n = 0;
	tp_alertlog_put(a, &b->text);
	tp_board_note(b, "alert", b->text.p, b->text.n, a->id);
	return 0;
}

static int
take_line(struct tp_board *b, const struct tp_rec *r, const char *event,
    int64_t *at, struct fault *x)
{
	if (r->len > TP_BOARD_LINE)
		return fault(x, "line-length", "a record of more than 16 kB");
	if (tp_rec_time(r, TP_F_TIMESTAMP, NULL, at, NULL) != 0)
		*at = TP_TIME_NONE;
	else if (check_time(r, *at, x) != 0)
		return -1;
	if (strcmp(event, "alert") == 0)
		return take_alert(b, r, x);
	tp_board_note(b, event, r->line, r->len, NULL);
	return 0;
}

static int
take(struct tp_board *b, const struct tp_rec *r, enum tp_board_kind k,
    int64_t *at, struct fault *x)
{
	switch (k) {
	case TP_BOARD_EVENT:
	case TP_BOARD_AGGREGATE:
		return take_reading(b, r, at, x);
	case TP_BOARD_PREDICTION:
		return take_forecasts(b, r, at, x);
	case TP_BOARD_ALERT:
		return take_line(b, r, "alert", at, x);
	case TP_BOARD_SCORE:
		return take_line(b, r, "score", at, x);
	case TP_BOARD_ROUTE_UPDATE:
		return take_line(b, r, "route", at, x);
	default:
		return 0;
	}
}

int
tp_board_take(struct tp_board *b, const struct tp_rec *r, const char **rule,
    const char **reason)
{
	struct fault		 x = { NULL, NULL };
	enum tp_board_kind	 k = kind_of(r);
	struct tp_board_stream	*s;
	int64_t			 at = TP_TIME_NONE;
	int			 rc;

	rc = take(b, r, k, &at, &x);
	s = stream_of(b, r, k);
	if (rc == 0 && b->ways != NULL && k <= TP_BOARD_PREDICTION)
		tp_wayfinder_record(b->ways, r);
	if (s != NULL) {
		s->records++;
		s->rejected += rc != 0;
		s->last_ms = r->now_ms;
		if (at > s->last_at)
			s->last_at = at;
	}
	b->kinds[k]++;
	b->rejected += rc != 0;
	b->dirty = true;
	*rule = x.rule;
	*reason = x.reason;
	return rc;
}

int
tp_board_record(struct tp_board *b, const struct tp_rec *r,
    const char **rule, const char **reason)
{
	int	rc;

	tp_board_lock(b);
	rc = tp_board_take(b, r, rule, reason);
	tp_board_unlock(b);
	return rc;
}
