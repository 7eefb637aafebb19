/* What filters take from a record: id, time and speed; forecasts by name. */
#include <math.h>

#include "rec/filter.h"

static const char no_unit[] =
    "a speed whose name has no unit; --speed-unit, here or of tp-validate, "
    "tells it";

const char *
tp_unit_suffix(enum tp_unit u)
{
	static const char *const	names[] = { "", "kmh", "mph" };

	return names[u];
}

/* What was found of one of the families X, X + 1 km/h, X + 2 mph; where BAD,
 * *why tells it, and *bad the field. */
enum found { ABSENT, FOUND, BAD };

static inline enum found
speed_of(const struct tp_rec *r, enum tp_field f, struct tp_reading *out,
    const char **why, enum tp_field *bad)
{
	if (r->at[f + 2] != NULL) {
		*bad = f + 2;
		out->unit = TP_UNIT_MPH;
	} else if (r->at[f + 1] != NULL) {
		*bad = f + 1;
		out->unit = TP_UNIT_KMH;
	} else if (r->at[f] != NULL) {
		*bad = f;
		*why = no_unit;
		return BAD;
	} else {
		return ABSENT;
	}
	*why = "not a number";
	return tp_json_num(r->at[*bad], &out->speed) == 0 ? FOUND : BAD;
}

static inline enum found
get_speed(const struct tp_rec *r, struct tp_reading *out, const char **why,
    enum tp_field *bad)
{
	enum found	rc;

	rc = speed_of(r, TP_F_SPEED, out, why, bad);
	if (rc != ABSENT)
		return rc;
	if (r->at[TP_F_SPEED_MS] != NULL) {
		out->unit = TP_UNIT_KMH;
		*why = "not a number";
		*bad = TP_F_SPEED_MS;
		if (tp_rec_num(r, TP_F_SPEED_MS, &out->speed) < 0)
			return BAD;
		out->speed *= 3.6;
		return FOUND;
	}
	rc = speed_of(r, TP_F_AVG_SPEED, out, why, bad);
	if (rc == ABSENT && r->at[TP_F_HORIZON_MINUTES] == NULL)
		rc = speed_of(r, TP_F_CURRENT_SPEED, out, why, bad);
	return rc;
}

static inline int
get_reading(const struct tp_rec *r, struct tp_reading *out, const char **why,
    enum tp_field *bad)
{
	const struct tp_json_val	*id = r->at[TP_F_SEGMENT_ID];
	int64_t				 n;

	*bad = TP_F_SEGMENT_ID;
	if (id == NULL || id->n == 0) {
		*why = id == NULL ? "missing" : "empty";
		return -1;
	}
	if (id->type != TP_JSON_STR &&
	    (id->type != TP_JSON_NUM || !id->integer)) {
		*why = "not a string";
		return -1;
	}
	out->id = id->p;
	out->idlen = id->n;
	*bad = tp_rec_when(r);
	if (tp_rec_time(r, *bad, NULL, &out->t, why) < 0)
		return -1;
	out->speed = NAN;
	out->unit = TP_UNIT_NONE;
	if (get_speed(r, out, why, bad) == BAD)
		return -1;
	out->events = 1;
	if (tp_rec_int(r, TP_F_EVENT_COUNT, &n) == 0 && n >= 0)
		out->events = n < UINT32_MAX ? (uint32_t)n : UINT32_MAX;
	return 0;
}

int
tp_reading_get(const struct tp_rec *r, struct tp_reading *out,
    const char **why, const char **field)
{
	enum tp_field	bad;
	int		rc = get_reading(r, out, why, &bad);

	*field = rc < 0 ? tp_field_name(bad) : NULL;
	if (rc == 0)
		*why = NULL;
	return rc;
}

int
tp_horizon_name(const char *key, size_t n, enum tp_unit *unit)
{
	static const char	head[] = "predicted_speed_";
	size_t			i = sizeof(head) - 1;
	int			minutes = 0;

	if (n < i + 4 || memcmp(key, head, i) != 0)
		return 0;
	for (; i < n && key[i] >= '0' && key[i] <= '9' && minutes < 100000;
	    i++)
		minutes = 10 * minutes + (key[i] - '0');
	if (n - i < 3 || memcmp(key + i, "min", 3) != 0)
		return 0;
	i += 3;
	*unit = TP_UNIT_NONE;
	if (n - i == 4 && memcmp(key + i, "_kmh", 4) == 0)
		*unit = TP_UNIT_KMH;
	else if (n - i == 4 && memcmp(key + i, "_mph", 4) == 0)
		*unit = TP_UNIT_MPH;
	else if (n != i)
		return 0;
	return minutes;
}

int
tp_rec_horizons(const struct tp_rec *r, struct tp_horizon *h, int max)
{
	size_t	i;
	int	n = 0;

	for (i = 0; i < r->o.n && n < max; i++) {
		const struct tp_json_field	*f = &r->o.f[i];

		if (r->slot[i].field != TP_F_NONE)
			continue;
		h[n].minutes = tp_horizon_name(f->key, f->klen, &h[n].unit);
		if (h[n].minutes > 0 && tp_json_num(&f->v, &h[n].speed) == 0)
			n++;
	}
	return n;
}

int
tp_out_reject_field(struct tp_out *o, const struct tp_rec *r,
    const char *rule, const char *field, const char *why)
{
	char	text[300];

	if (field == NULL)
		return tp_out_reject(o, r, rule, why);
	snprintf(text, sizeof(text), "%s: %s", field, why);
	return tp_out_reject(o, r, rule, text);
}
