/* Alerts as lines: our own form, and those of two older systems. */
#include <inttypes.h>
#include <math.h>

#include "alert/alertstate.h"

static const char *const phrases[TP_Q_MAX] = {
	[TP_Q_FORECAST] = "forecast",
	[TP_Q_SPEED] = "speed",
	[TP_Q_FALL] = "fall of",
	[TP_Q_JAM_FACTOR] = "jam factor",
	[TP_Q_RATIO] = "share of the free-flow speed",
	[TP_Q_OCCUPANCY] = "occupancy",
	[TP_Q_CONFIDENCE] = "confidence",
};

static void
put_id(struct tp_buf *b, const struct tp_map_key *id)
{
	tp_buf_char(b, '"');
	tp_buf_add(b, id->p, id->n);
	tp_buf_char(b, '"');
}

/* The text of a field that a record has, as ,"name":text. */
static void
copy(struct tp_buf *b, const struct tp_rec *r, enum tp_field f)
{
	const struct tp_json_val	*v = r->at[f];

	if (v == NULL || (v->type != TP_JSON_STR && v->type != TP_JSON_NUM))
		return;
	tp_buf_printf(b, ",\"%s\":", tp_field_name(f));
	if (v->type == TP_JSON_STR)
		tp_buf_char(b, '"');
	tp_buf_add(b, v->p, v->n);
	if (v->type == TP_JSON_STR)
		tp_buf_char(b, '"');
}

static void
put_num(struct tp_buf *b, const char *name, double v, int decimals)
{
	if (isnan(v))
		return;
	tp_buf_printf(b, ",\"%s\":", name);
	tp_buf_num(b, tp_fixed(v, decimals));
}

/* ,"name_kmh":v in the unit of what is written; v is in km/h. */
static void
put_speed(struct tp_buf *b, const char *name, double v, enum tp_unit u)
{
	char	full[40];

	snprintf(full, sizeof(full), "%s_%s", name, tp_unit_suffix(u));
	put_num(b, full, tp_speed_convert(v, TP_UNIT_KMH, u), 1);
}

/* "forecast 11.2 km/h in 10 min, limit 15 km/h", without the quotes. */
static void
put_words(struct tp_buf *b, const struct tp_rule *r,
    const struct tp_alert_note *note)
{
	const struct tp_cond	*d = &r->cond[0];
	double			 x, limit = d->limit;
	const char		*unit = "";

	if (note->status == TP_ALERT_RESOLVED) {
		tp_buf_str(b, note->why);
		return;
	}
	x = note->v->q[d->q];
	if (d->unit != TP_UNIT_NONE) {
		x = tp_speed_convert(x, TP_UNIT_KMH, d->unit);
		limit = tp_speed_convert(limit, TP_UNIT_KMH, d->unit);
		unit = d->unit == TP_UNIT_MPH ? " mph" : " km/h";
	} else if (d->q == TP_Q_FALL || d->q == TP_Q_OCCUPANCY) {
		unit = " %";
	}
	tp_buf_printf(b, "%s ", phrases[d->q]);
	tp_buf_num(b, tp_fixed(x, 1));
	tp_buf_str(b, unit);
	if (note->v->horizon > 0)
		tp_buf_printf(b, " in %d min", note->v->horizon);
	tp_buf_str(b, ", limit ");
	tp_buf_num(b, tp_fixed(limit, 1));
	tp_buf_str(b, unit);
}

static void
put_segments(struct tp_buf *b, const struct tp_alert_state *st,
    const struct tp_alert *a)
{
	size_t	i;

	tp_buf_char(b, '[');
	for (i = 0; i < a->n; i++) {
		if (i > 0)
			tp_buf_char(b, ',');
		put_id(b, &st->ids.keys[a->segs[i]]);
	}
	tp_buf_char(b, ']');
}

/* What the record that made it so says of the road and the speeds. */
static void
put_details(struct tp_buf *b, const struct tp_alert_note *note)
{
	static const enum tp_field	place[] = {
		TP_F_ROAD_NAME, TP_F_DIRECTION, TP_F_LATITUDE, TP_F_LONGITUDE,
	};
	const struct tp_values		*v = note->v;
	size_t				 i;

	put_speed(b, "speed", v->q[TP_Q_SPEED], note->unit);
	if (v->horizon > 0) {
		tp_buf_printf(b, ",\"prediction_horizon_minutes\":%d",
		    v->horizon);
		put_speed(b, "predicted_speed", v->q[TP_Q_FORECAST],
		    note->unit);
	}
	if (v->q[TP_Q_FALL] > 0)
		put_num(b, "fall_percent", v->q[TP_Q_FALL], 1);
	put_num(b, "jam_factor", v->q[TP_Q_JAM_FACTOR], 2);
	put_num(b, "confidence_score", v->q[TP_Q_CONFIDENCE], 3);
	for (i = 0; i < sizeof(place) / sizeof(place[0]); i++)
		copy(b, note->rec, place[i]);
}

static void
write_own(struct tp_buf *b, const struct tp_alert_state *st,
    const struct tp_alert *a, const struct tp_alert_note *note)
{
	const struct tp_rule		*r = &st->conf->rules.r[a->rule];
	const struct tp_map_key		*id = &st->ids.keys[a->first];

	tp_buf_printf(b, "{\"alert_id\":\"%s:", r->name);
	tp_buf_add(b, id->p, id->n);
	tp_buf_printf(b, ":%" PRId64 "\",\"alert_type\":\"%s\","
	    "\"segment_id\":", a->raised_at, r->name);
	put_id(b, id);
	tp_buf_printf(b, ",\"timestamp\":%" PRId64 ",\"status\":\"%s\","
	    "\"severity\":\"%s\",\"message\":\"", note->t,
	    note->status == TP_ALERT_RESOLVED ? "RESOLVED" : "ACTIVE",
	    tp_severity_name(a->severity));
	put_words(b, r, note);
	tp_buf_printf(b, "\",\"raised_at\":%" PRId64, a->raised_at);
	if (note->status == TP_ALERT_RESOLVED)
		tp_buf_printf(b, ",\"cleared_at\":%" PRId64, note->t);
	tp_buf_lit(b, ",\"affected_segments\":");
	put_segments(b, st, a);
	if (note->status != TP_ALERT_RESOLVED)
		put_details(b, note);
	tp_buf_char(b, '}');
}

static void
write_hanoi(struct tp_buf *b, const struct tp_alert_state *st,
    const struct tp_alert *a, const struct tp_alert_note *note)
{
	static const char *const	words[] = {
		"", "low", "medium", "high", "critical",
	};
	const struct tp_rule		*r = &st->conf->rules.r[a->rule];
	const struct tp_map_key		*id = &st->ids.keys[a->first];
	const struct tp_json_val	*road = note->rec->at[TP_F_ROAD_NAME];

	tp_buf_printf(b, "{\"event_id\":\"%s:", r->name);
	tp_buf_add(b, id->p, id->n);
	tp_buf_printf(b, ":%" PRId64 "\",\"timestamp\":\"", note->t);
	tp_buf_time(b, note->t);
	tp_buf_printf(b, "\",\"alert_type\":\"%s\",\"road_id\":", r->name);
	put_id(b, id);
	tp_buf_lit(b, ",\"road_name\":\"");
	if (road != NULL && road->type == TP_JSON_STR)
		tp_buf_add(b, road->p, road->n);
	else
		tp_buf_add(b, id->p, id->n);
	tp_buf_printf(b, "\",\"severity\":\"%s\",\"message\":\"",
	    words[a->severity]);
	put_words(b, r, note);
	tp_buf_lit(b, "\",\"affected_routes\":");
	put_segments(b, st, a);
	tp_buf_char(b, '}');
}

/* The JSON Schema of the LA system's traffic-alerts, whose coordinates are left
 * out where they are not known. */
static void
write_la(struct tp_buf *b, const struct tp_alert_state *st,
    const struct tp_alert *a, const struct tp_alert_note *note)
{
	const struct tp_rule		*r = &st->conf->rules.r[a->rule];
	const struct tp_map_key		*id = &st->ids.keys[a->first];

	tp_buf_printf(b, "{\"alert_id\":\"ALERT_%s_", r->name);
	tp_buf_add(b, id->p, id->n);
	tp_buf_printf(b, "_%" PRId64 "\",\"segment_id\":", a->raised_at);
	put_id(b, id);
	tp_buf_printf(b, ",\"alert_type\":\"CONGESTION\",\"severity\":\"%s\","
	    "\"timestamp\":%" PRId64, tp_severity_name(a->severity), note->t);
	if (!isnan(a->lat)) {
		tp_buf_lit(b, ",\"coordinates\":{\"latitude\":");
		tp_buf_num(b, tp_fixed(a->lat, 7));
		tp_buf_lit(b, ",\"longitude\":");
		tp_buf_num(b, tp_fixed(a->lon, 7));
		tp_buf_char(b, '}');
	}
	tp_buf_printf(b, ",\"status\":\"%s\",\"description\":\"",
	    note->status == TP_ALERT_RESOLVED ? "RESOLVED" : "ACTIVE");
	put_words(b, r, note);
	tp_buf_printf(b, "\",\"detection_source\":\"%s\"",
	    r->cond[0].q == TP_Q_FORECAST || r->cond[0].q == TP_Q_FALL ?
	    "PREDICTION_MODEL" : "AUTOMATED_SYSTEM");
	if (note->status != TP_ALERT_RESOLVED)
		put_num(b, "confidence_score", note->v->q[TP_Q_CONFIDENCE],
		    3);
	tp_buf_char(b, '}');
}

int
tp_alert_write(const struct tp_alert_state *st, const struct tp_alert *a,
    const struct tp_alert_note *note, struct tp_out *out)
{
	const struct tp_map_key	*id = &st->ids.keys[a->first];
	struct tp_buf		*b;

	/* Hanoi's notifications know no end */
	if (st->conf->as == TP_ALERT_AS_HANOI &&
	    note->status == TP_ALERT_RESOLVED)
		return 0;
	b = tp_out_begin(out, TP_OUT_MAIN);
	if (st->conf->as == TP_ALERT_AS_HANOI)
		write_hanoi(b, st, a, note);
	else if (st->conf->as == TP_ALERT_AS_LA)
		write_la(b, st, a, note);
	else
		write_own(b, st, a, note);
	return tp_out_end(out, TP_OUT_MAIN, id->p, id->n, note->t);
}
