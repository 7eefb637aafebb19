#include "forecast/issued.h"

#include <math.h>

#define MAX_MINUTES	1000000

/* What is wrong with a record. */
struct fault {
	const char	*why, *field;
};

static int
fail(struct fault *f, enum tp_field at, const char *why)
{
	f->field = tp_field_name(at);
	f->why = why;
	return -1;
}

/*
 * A speed of the family f, f + 1 (km/h), f + 2 (mph): 1, 0 where there is
 * none, or -1.
 */
static int
speed(const struct tp_rec *r, enum tp_field f, double *v, enum tp_unit *unit,
    struct fault *e)
{
	static const enum tp_unit	units[] = {
		TP_UNIT_NONE, TP_UNIT_KMH, TP_UNIT_MPH,
	};
	const char			*why;
	int				i;

	for (i = 2; i >= 0; i--)
		if (r->at[f + i] != NULL)
			break;
	if (i < 0)
		return 0;
	*unit = units[i];
	if (tp_rec_num(r, f + i, v) != 0)
		return fail(e, f + i, "not a number");
	if ((why = tp_speed_odd(*v)) != NULL)
		return fail(e, f + i, why);
	if (*unit == TP_UNIT_NONE)
		return fail(e, f, "a speed whose name has no unit; "
		    "--speed-unit tells it");
	return 1;
}

static int
get_times(const struct tp_rec *r, struct tp_issued *f, struct fault *e)
{
	const char	*why;
	int64_t		 minutes = 0;
	bool		 known;

	if (tp_rec_time(r, TP_F_TIMESTAMP, NULL, &f->t, &why) != 0)
		return fail(e, TP_F_TIMESTAMP, why);
	known = r->at[TP_F_HORIZON_MINUTES] != NULL;
	if (known && (tp_rec_int(r, TP_F_HORIZON_MINUTES, &minutes) != 0 ||
	    minutes < 1 || minutes > MAX_MINUTES))
		return fail(e, TP_F_HORIZON_MINUTES,
		    "not a number of minutes from 1 to 1000000");
	f->target = f->t + minutes * TP_MINUTE;
	if (r->at[TP_F_TARGET_TIMESTAMP] != NULL) {
		if (tp_rec_time(r, TP_F_TARGET_TIMESTAMP, NULL, &f->target,
		    &why) != 0)
			return fail(e, TP_F_TARGET_TIMESTAMP, why);
		if (!known)
			minutes = (f->target - f->t) / TP_MINUTE;
		if (minutes < 1 || minutes > MAX_MINUTES)
			return fail(e, TP_F_TARGET_TIMESTAMP,
			    "not 1 to 1000000 minutes after timestamp");
	}
	f->horizon = (int)minutes;
	return 0;
}

static int
get_id(const struct tp_rec *r, struct tp_issued *f, struct fault *e)
{
	const struct tp_json_val	*id = r->at[TP_F_SEGMENT_ID];

	if (id == NULL || id->n == 0)
		return fail(e, TP_F_SEGMENT_ID,
		    id == NULL ? "missing" : "empty");
	if (id->type != TP_JSON_STR &&
	    (id->type != TP_JSON_NUM || !id->integer))
		return fail(e, TP_F_SEGMENT_ID, "not a string");
	f->id = id->p;
	f->idlen = id->n;
	return 0;
}

/* One of the other speeds, in the forecast's unit; NAN where it is not said. */
static int
other(const struct tp_rec *r, enum tp_field at, enum tp_unit to, double *v,
    struct fault *e)
{
	enum tp_unit	unit;
	int		rc = speed(r, at, v, &unit, e);

	if (rc == 0)
		*v = NAN;
	else if (rc == 1)
		*v = tp_speed_convert(*v, unit, to);
	return rc < 0 ? -1 : 0;
}

static int
get_rest(const struct tp_rec *r, struct tp_issued *f, struct fault *e)
{
	const struct tp_json_val	*v;

	if (other(r, TP_F_CURRENT_SPEED, f->unit, &f->current, e) ||
	    other(r, TP_F_LOWER, f->unit, &f->lower, e) ||
	    other(r, TP_F_UPPER, f->unit, &f->upper, e))
		return -1;
	f->confidence = NAN;
	if (r->at[TP_F_CONFIDENCE_SCORE] != NULL &&
	    tp_rec_num(r, TP_F_CONFIDENCE_SCORE, &f->confidence) != 0)
		return fail(e, TP_F_CONFIDENCE_SCORE, "not a number");
	v = r->at[TP_F_CONGESTION_LEVEL];
	f->level = v != NULL ? tp_level_of(v) : 0;
	v = r->at[TP_F_MODEL_VERSION];
	f->version = v != NULL && v->type == TP_JSON_STR ? v : NULL;
	v = r->at[TP_F_MODEL_KIND];
	f->kind = v != NULL && v->type == TP_JSON_STR ? v : NULL;
	return 0;
}

/* Horizons in the names of fields; each becomes a copy of f. */
static int
get_named(const struct tp_rec *r, const struct tp_issued *f,
    struct tp_issued *out, struct fault *e)
{
	struct tp_horizon	h[TP_ISSUED_MAX];
	const char		*why;
	int			n = tp_rec_horizons(r, h, TP_ISSUED_MAX), i;

	if (n == 0)
		return fail(e, TP_F_PREDICTED_SPEED, "missing");
	for (i = 0; i < n; i++) {
		if ((why = tp_speed_odd(h[i].speed)) != NULL)
			return fail(e, TP_F_PREDICTED_SPEED, why);
		out[i] = *f;
		out[i].horizon = h[i].minutes;
		out[i].target = f->t + h[i].minutes * TP_MINUTE;
		out[i].speed = h[i].speed;
		out[i].unit = h[i].unit != TP_UNIT_NONE ? h[i].unit :
		    (enum tp_unit)r->assume;
		if (out[i].unit == TP_UNIT_NONE)
			return fail(e, TP_F_PREDICTED_SPEED, "a speed whose "
			    "name has no unit; --speed-unit tells it");
		if (get_rest(r, &out[i], e) != 0)
			return -1;
		out[i].lower = out[i].upper = NAN;
	}
	return n;
}

static int
get(const struct tp_rec *r, struct tp_issued *out, struct fault *e)
{
	struct tp_issued	f = { 0 };
	int			rc;

	if (get_id(r, &f, e) != 0 || get_times(r, &f, e) != 0)
		return -1;
	rc = speed(r, TP_F_PREDICTED_SPEED, &f.speed, &f.unit, e);
	if (rc < 0)
		return -1;
	if (rc == 0)
		return get_named(r, &f, out, e);
	if (f.horizon == 0)
		return fail(e, TP_F_HORIZON_MINUTES, "missing");
	if (get_rest(r, &f, e) != 0)
		return -1;
	*out = f;
	return 1;
}

int
tp_issued_get(const struct tp_rec *r, struct tp_issued *out, const char **why,
    const char **field)
{
	struct fault	e = { NULL, NULL };
	int		rc = get(r, out, &e);

	*why = e.why;
	*field = e.field;
	return rc;
}

void
tp_issued_convert(struct tp_issued *f, enum tp_unit to)
{
	f->speed = tp_speed_convert(f->speed, f->unit, to);
	f->current = tp_speed_convert(f->current, f->unit, to);
	f->lower = tp_speed_convert(f->lower, f->unit, to);
	f->upper = tp_speed_convert(f->upper, f->unit, to);
	f->unit = to;
}

bool
tp_issued_is(const struct tp_rec *r)
{
	struct tp_horizon	h;

	return r->at[TP_F_HORIZON_MINUTES] != NULL ||
	    r->at[TP_F_TARGET_TIMESTAMP] != NULL ||
	    tp_rec_horizons(r, &h, 1) > 0;
}
