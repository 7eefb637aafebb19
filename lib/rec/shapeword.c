/* Values that are words, or made of words: levels, kinds, versions. */
#include <math.h>

#include "rec/shapevalue.h"

#define DECIMALS	6	/* of a difference of speeds */
#define MISSING_COSTS	0.3	/* of quality; as LA's own producer has it */

/* 1 to 5 by the record's own word, else by the speed of the column. */
static enum tp_shape_got
get_level(struct tp_shaper *s, const struct tp_shape_col *c, int *level)
{
	const struct tp_json_val	*v = s->r.at[TP_F_CONGESTION_LEVEL];
	const struct tp_json_val	*raw;
	enum tp_shape_got		 got;
	double				 speed;

	*level = v != NULL ? tp_level_of(v) : 0;
	if (*level > 0) {
		s->used[s->r.index[TP_F_CONGESTION_LEVEL]] = true;
		return TP_GOT_VALUE;
	}
	got = tp_shape_speed(s, c, &speed, &raw);
	if (got == TP_GOT_VALUE)
		*level = tp_level(&tp_levels_default, speed, NAN, s->unit);
	return got;
}

enum tp_shape_got
tp_shape_level(struct tp_shaper *s, const struct tp_shape_col *c,
    struct tp_buf *b)
{
	static const char *const	classes[] = {
		"", "low", "low", "medium", "high", "high",
	};
	enum tp_shape_got		 got;
	const char			*name;
	int				 level;

	got = get_level(s, c, &level);
	if (got != TP_GOT_VALUE)
		return got;
	if (c->row->how == TP_AS_LEVEL_NUMBER) {
		tp_buf_int(b, level);
		return got;
	}
	name = c->row->how == TP_AS_CLASS ? classes[level] :
	    tp_level_name(level);
	tp_buf_char(b, '"');
	for (; *name != '\0'; name++)
		tp_buf_char(b, c->row->how == TP_AS_LEVEL_LOWER &&
		    *name >= 'A' && *name <= 'Z' ? (char)(*name | 32) :
		    *name);
	tp_buf_char(b, '"');
	return got;
}

/* Of the forecast: its limits are those of the front end. */
enum tp_shape_got
tp_shape_category(struct tp_shaper *s, const struct tp_shape_col *c,
    struct tp_buf *b)
{
	static const char *const	names[] = {
		"", "free_flow", "moderate_traffic", "heavy_traffic",
		"severe_congestion", "severe_congestion",
	};
	const struct tp_json_val	*raw;
	const char			*name;
	enum tp_shape_got		 got;
	double				 v;

	got = tp_shape_speed(s, c, &v, &raw);
	if (got != TP_GOT_VALUE)
		return got;
	name = names[tp_level(&tp_levels_default, v, NAN, s->unit)];
	tp_shape_quoted(b, name, strlen(name));
	return got;
}

/* Predicted less current speed, as both are written. */
enum tp_shape_got
tp_shape_diff(struct tp_shaper *s, const struct tp_shape_col *c,
    struct tp_buf *b)
{
	static const struct tp_shape_col	current = { .from = {
		{ "current_speed", 13, TP_F_CURRENT_SPEED },
		{ "current_speed_kmh", 17, TP_F_CURRENT_SPEED_KMH },
		{ "current_speed_mph", 17, TP_F_CURRENT_SPEED_MPH },
	} };
	const struct tp_json_val		*raw;
	enum tp_shape_got			 got;
	double					 now, then;

	got = tp_shape_speed(s, c, &then, &raw);
	if (got == TP_GOT_VALUE)
		got = tp_shape_speed(s, &current, &now, &raw);
	if (got == TP_GOT_VALUE)
		tp_buf_fixed(b, then - now, DECIMALS);
	return got;
}

enum tp_shape_got
tp_shape_source(struct tp_shaper *s, const struct tp_shape_col *c,
    struct tp_buf *b)
{
	static const char *const	others[] = {
		"CAMERA", "PROBE", "INCIDENT_REPORT", "WEATHER_STATION",
	};
	const struct tp_json_val	*v = tp_shape_find(s, c, 0);
	const char			*name = "SENSOR";
	size_t				 i;

	for (i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (v != NULL && v->type == TP_JSON_STR &&
		    v->n == strlen(others[i]) &&
		    memcmp(v->p, others[i], v->n) == 0)
			name = others[i];
	tp_shape_quoted(b, name, strlen(name));
	return TP_GOT_VALUE;
}

static bool
has_one(const struct tp_rec *r, enum tp_field from, enum tp_field to)
{
	for (; from <= to; from++)
		if (r->at[from] != NULL)
			return true;
	return false;
}

enum tp_shape_got
tp_shape_quality(struct tp_shaper *s, const struct tp_shape_col *c,
    struct tp_buf *b)
{
	const struct tp_rec	*r = &s->r;
	int			 missing = 3;

	if (r->at[TP_F_QUALITY] != NULL)
		return tp_shape_num(s, c, b);
	missing -= has_one(r, TP_F_SPEED, TP_F_SPEED_MS) ||
	    has_one(r, TP_F_AVG_SPEED, TP_F_AVG_SPEED_MPH);
	missing -= has_one(r, TP_F_VOLUME, TP_F_VOLUME_VPH) ||
	    r->at[TP_F_TOTAL_VOLUME] != NULL;
	missing -= has_one(r, TP_F_OCCUPANCY, TP_F_OCCUPANCY_PERCENT) ||
	    r->at[TP_F_AVG_OCCUPANCY] != NULL;
	tp_buf_fixed(b, 1 - MISSING_COSTS * missing, 1);
	return TP_GOT_VALUE;
}

/* By the field `precipitation` where there is one, else by the word. */
enum tp_shape_got
tp_shape_wet(struct tp_shaper *s, const struct tp_shape_col *c,
    struct tp_buf *b)
{
	static const char *const	dry[] = {
		"clear", "cloudy", "sunny", "dry", "fog",
	};
	const struct tp_json_val	*v = tp_shape_find(s, c, 1);
	bool				 wet = true;
	size_t				 i;

	if (v != NULL && (v->type == TP_JSON_TRUE ||
	    v->type == TP_JSON_FALSE)) {
		tp_shape_raw(b, v);
		return TP_GOT_VALUE;
	}
	v = tp_shape_find(s, c, 0);
	if (v == NULL || v->type != TP_JSON_STR)
		return TP_GOT_NOTHING;
	for (i = 0; i < sizeof(dry) / sizeof(dry[0]); i++)
		if (v->n == strlen(dry[i]) && memcmp(v->p, dry[i], v->n) == 0)
			wet = false;
	tp_buf_str(b, wet ? "true" : "false");
	return TP_GOT_VALUE;
}

static bool
is_release(const struct tp_json_val *v)
{
	const char	*p = v->p, *end = v->p + v->n;
	int		 i;

	if (v->n > 20 || p == end || *p++ != 'v')
		return false;
	for (i = 0; i < 3; i++) {
		if (p == end || *p < '0' || *p > '9')
			return false;
		while (p < end && *p >= '0' && *p <= '9')
			p++;
		if (i < 2 && (p == end || *p++ != '.'))
			return false;
	}
	return p == end;
}

/* Our "gbt-6f0c2a81" is v1.0.1863068289: the hash in decimal; what has no
 * hash is v1.0.0. */
enum tp_shape_got
tp_shape_model(struct tp_shaper *s, const struct tp_shape_col *c,
    struct tp_buf *b)
{
	const struct tp_json_val	*v;
	enum tp_shape_got		 got = tp_shape_text(s, c, &v);
	unsigned long			 h = 0;
	uint32_t			 i;

	if (got != TP_GOT_VALUE)
		return got;
	if (v->type == TP_JSON_STR && is_release(v)) {
		tp_shape_raw(b, v);
		return got;
	}
	for (i = v->n > 9 && v->p[v->n - 9] == '-' ? v->n - 8 : v->n;
	    i < v->n; i++) {
		static const char	 digits[] = "0123456789abcdef";
		const char		*d = strchr(digits, v->p[i]);

		if (d == NULL || *d == '\0') {
			h = 0;
			break;
		}
		h = 16 * h + (unsigned long)(d - digits);
	}
	tp_buf_printf(b, "\"v1.0.%lu\"", h);
	return got;
}

enum tp_shape_got
tp_shape_model_kind(struct tp_shaper *s, const struct tp_shape_col *c,
    struct tp_buf *b)
{
	static const struct {
		const char	*ours, *theirs;
	} kinds[] = {
		{ "linear", "LINEAR_REGRESSION" }, { "ridge",
		    "LINEAR_REGRESSION" },
		{ "forest", "RANDOM_FOREST" }, { "lstm", "LSTM" },
		{ "mlp", "NEURAL_NETWORK" }, { "gwnet", "NEURAL_NETWORK" },
		{ "gbt", "ENSEMBLE" }, { "ensemble", "ENSEMBLE" },
		{ "auto", "ENSEMBLE" },
	};
	const struct tp_json_val	*v;
	enum tp_shape_got		 got = tp_shape_text(s, c, &v);
	size_t				 i, n;

	if (got != TP_GOT_VALUE)
		return got;
	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		n = strlen(kinds[i].ours);
		if (v->n > n && v->p[n] == '-' &&
		    memcmp(v->p, kinds[i].ours, n) == 0) {
			tp_shape_quoted(b, kinds[i].theirs,
			    strlen(kinds[i].theirs));
			return TP_GOT_VALUE;
		}
	}
	return TP_GOT_NOTHING;
}
