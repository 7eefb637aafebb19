/* The values of a shape's members, made of our fields. */
#include "rec/shapevalue.h"

#include <math.h>

#define DECIMALS	6	/* of speeds converted */

enum tp_shape_got
tp_shape_bad(struct tp_shaper *s, const struct tp_shape_col *c,
    const char *fmt, ...)
{
	const char	*name = c->row->from != NULL ? c->row->from :
			    c->row->name;
	va_list		 ap;
	int		 n;

	n = snprintf(s->why, sizeof(s->why), "%s: ", name);
	va_start(ap, fmt);
	vsnprintf(s->why + n, sizeof(s->why) - (size_t)n, fmt, ap);
	va_end(ap);
	tp_err_mask(s->why);
	return TP_GOT_BAD;
}

const struct tp_json_val *
tp_shape_find(struct tp_shaper *s, const struct tp_shape_col *c, int i)
{
	const struct tp_rec	*r = &s->r;
	enum tp_field		 f = c->from[i].f;
	size_t			 k;

	if (c->from[i].n == 0)
		return NULL;
	if (f != TP_F_NONE) {
		if (r->at[f] != NULL)
			s->used[r->index[f]] = true;
		return r->at[f];
	}
	for (k = 0; k < r->o.n; k++)
		if (r->o.f[k].klen == c->from[i].n &&
		    memcmp(r->o.f[k].key, c->from[i].key, c->from[i].n) == 0) {
			s->used[k] = true;
			return r->o.f[k].v.type != TP_JSON_NULL ?
			    &r->o.f[k].v : NULL;
		}
	return NULL;
}

/* The first candidate that is there. */
static const struct tp_json_val *
find_any(struct tp_shaper *s, const struct tp_shape_col *c)
{
	const struct tp_json_val	*v = tp_shape_find(s, c, 0);

	return v != NULL ? v : tp_shape_find(s, c, 1);
}

void
tp_shape_raw(struct tp_buf *b, const struct tp_json_val *v)
{
	if (v->type == TP_JSON_STR)
		tp_buf_char(b, '"');
	tp_buf_add(b, v->p, v->n);
	if (v->type == TP_JSON_STR)
		tp_buf_char(b, '"');
}

void
tp_shape_quoted(struct tp_buf *b, const char *p, size_t n)
{
	tp_buf_char(b, '"');
	tp_buf_add(b, p, n);
	tp_buf_char(b, '"');
}

enum tp_shape_got
tp_shape_text(struct tp_shaper *s, const struct tp_shape_col *c,
    const struct tp_json_val **v)
{
	*v = find_any(s, c);
	if (*v == NULL)
		return TP_GOT_NOTHING;
	if ((*v)->type != TP_JSON_STR && (*v)->type != TP_JSON_NUM)
		return tp_shape_bad(s, c, "not a text");
	return TP_GOT_VALUE;
}

static bool
plain(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9') || c == '_' || c == '-';
}

static enum tp_shape_got
put_id(struct tp_shaper *s, const struct tp_shape_col *c, struct tp_buf *b)
{
	const struct tp_json_val	*v;
	enum tp_shape_got		 got = tp_shape_text(s, c, &v);
	uint32_t			 i;

	if (got != TP_GOT_VALUE)
		return got;
	for (i = 0; i < v->n; i++)
		if (!plain(v->p[i]))
			return tp_shape_bad(s, c, "'%.*s' has another "
			    "character than letters, digits, _ and -",
			    v->n < 40 ? (int)v->n : 40, v->p);
	if (v->n < 1 || v->n > c->row->hi)
		return tp_shape_bad(s, c, "not of 1 to %.0f bytes",
		    c->row->hi);
	tp_shape_quoted(b, v->p, v->n);
	return TP_GOT_VALUE;
}

/* SEGMENT_TIME, of a forecast SEGMENT_TIME_HORIZON. */
static void
put_place_and_time(struct tp_shaper *s, struct tp_buf *b)
{
	const struct tp_rec		*r = &s->r;
	const struct tp_json_val	*id = r->at[TP_F_SEGMENT_ID];
	int64_t				 t, h;

	if (id != NULL)
		tp_buf_add(b, id->p, id->n);
	if (tp_rec_time(r, tp_rec_when(r), s->tz, &t, NULL) == 0) {
		tp_buf_char(b, '_');
		tp_buf_int(b, t);
	}
	if (tp_rec_int(r, TP_F_HORIZON_MINUTES, &h) == 0) {
		tp_buf_char(b, '_');
		tp_buf_int(b, h);
	}
}

static enum tp_shape_got
put_made_id(struct tp_shaper *s, const struct tp_shape_col *c,
    struct tp_buf *b)
{
	static const char *const	prefixes[TP_RECORD_MAX] = {
		"EVT_", "EVT_", "AGG_", "PRED_", "",
	};
	const char			*prefix = prefixes[s->kind];
	const struct tp_json_val	*v;
	enum tp_shape_got		 got = tp_shape_text(s, c, &v);
	size_t				 at = b->n + 1, i;

	if (got == TP_GOT_BAD)
		return got;
	tp_buf_char(b, '"');
	if (v == NULL || ((s->kind == TP_RECORD_AGGREGATE ||
	    s->kind == TP_RECORD_PREDICTION) &&
	    (v->n < strlen(prefix) ||
	    memcmp(v->p, prefix, strlen(prefix)) != 0)))
		tp_buf_str(b, prefix);
	if (v != NULL)
		tp_buf_add(b, v->p, v->n);
	else
		put_place_and_time(s, b);
	for (i = at; i < b->n; i++)
		if (!plain(b->p[i]))
			b->p[i] = '_';
	if ((double)(b->n - at) > c->row->hi)
		return tp_shape_bad(s, c, "longer than %.0f bytes",
		    c->row->hi);
	tp_buf_char(b, '"');
	return TP_GOT_VALUE;
}

static bool
is_uuid(const struct tp_json_val *v)
{
	uint32_t	i;
	char		c;

	if (v->type != TP_JSON_STR || v->n != 36)
		return false;
	for (i = 0; i < 36; i++) {
		c = v->p[i];
		if (i == 8 || i == 13 || i == 18 || i == 23) {
			if (c != '-')
				return false;
		} else if (!((c >= '0' && c <= '9') ||
		    ((c | 32) >= 'a' && (c | 32) <= 'f'))) {
			return false;
		}
	}
	return true;
}

/* One of version 8 (RFC 9562), the same for the same text. */
static void
put_uuid(struct tp_buf *b, const char *p, size_t n)
{
	unsigned long long	h = tp_hash(p, n, 1), l = tp_hash(p, n, 2);

	tp_buf_printf(b, "\"%08llx-%04llx-8%03llx-%04llx-%012llx\"", h >> 32,
	    h >> 16 & 0xFFFF, h & 0xFFF, (l >> 48 & 0x3FFF) | 0x8000,
	    l & 0xFFFFFFFFFFFFULL);
}

static enum tp_shape_got
put_uuid_of(struct tp_shaper *s, const struct tp_shape_col *c,
    struct tp_buf *b)
{
	const struct tp_json_val	*v;
	enum tp_shape_got		 got = tp_shape_text(s, c, &v);
	struct tp_buf			 text = { 0 };

	if (got == TP_GOT_BAD)
		return got;
	if (v != NULL && is_uuid(v)) {
		tp_shape_raw(b, v);
		return TP_GOT_VALUE;
	}
	if (v != NULL)
		tp_buf_add(&text, v->p, v->n);
	else
		put_place_and_time(s, &text);
	put_uuid(b, text.p, text.n);
	tp_buf_release(&text);
	return TP_GOT_VALUE;
}

static enum tp_shape_got
in_range(struct tp_shaper *s, const struct tp_shape_col *c, double v)
{
	return v >= c->row->lo && v <= c->row->hi ? TP_GOT_VALUE :
	    tp_shape_bad(s, c, "%g is not in %g..%g", v, c->row->lo,
	    c->row->hi);
}

/* A coordinate that the record lacks may be known of its segment. */
static bool
known_place(struct tp_shaper *s, enum tp_field f, double *v)
{
	const struct tp_json_val	*id = s->r.at[TP_F_SEGMENT_ID];
	size_t				 i;

	if (id == NULL || s->conf->ids == NULL || s->conf->places == NULL)
		return false;
	i = tp_map_find(s->conf->ids, id->p, id->n);
	if (i == SIZE_MAX)
		return false;
	*v = f == TP_F_LATITUDE ? s->conf->places[i].latitude :
	    s->conf->places[i].longitude;
	return isfinite(*v);
}

enum tp_shape_got
tp_shape_num(struct tp_shaper *s, const struct tp_shape_col *c,
    struct tp_buf *b)
{
	const struct tp_json_val	*v = find_any(s, c);
	enum tp_field			 f = c->from[0].f;
	double				 x;

	if (v == NULL) {
		if ((f != TP_F_LATITUDE && f != TP_F_LONGITUDE) ||
		    !known_place(s, f, &x))
			return TP_GOT_NOTHING;
		tp_buf_num(b, x);
		return in_range(s, c, x);
	}
	if (tp_json_num(v, &x) != 0)
		return tp_shape_bad(s, c, "not a number");
	if (in_range(s, c, x) == TP_GOT_BAD)
		return TP_GOT_BAD;
	if (c->row->how == TP_AS_INT)
		tp_buf_int(b, llround(x));
	else
		tp_shape_raw(b, v);
	return TP_GOT_VALUE;
}

enum tp_shape_got
tp_shape_speed(struct tp_shaper *s, const struct tp_shape_col *c, double *v,
    const struct tp_json_val **raw)
{
	const struct tp_json_val	*kmh = tp_shape_find(s, c, 1);
	const struct tp_json_val	*mph = tp_shape_find(s, c, 2), *in = kmh;
	enum tp_unit			 unit = TP_UNIT_KMH;

	*raw = NULL;
	if (mph != NULL && (kmh == NULL || s->unit == TP_UNIT_MPH)) {
		in = mph;
		unit = TP_UNIT_MPH;
	}
	if (in == NULL)
		return tp_shape_find(s, c, 0) == NULL ? TP_GOT_NOTHING :
		    tp_shape_bad(s, c, "its unit is not known; "
		    "tp-validate --speed-unit tells it");
	if (tp_json_num(in, v) != 0)
		return tp_shape_bad(s, c, "not a number");
	if (unit == s->unit)
		*raw = in;
	else
		*v = tp_fixed(tp_speed_convert(*v, unit, s->unit), DECIMALS);
	return TP_GOT_VALUE;
}

static enum tp_shape_got
put_speed(struct tp_shaper *s, const struct tp_shape_col *c,
    struct tp_buf *b)
{
	const struct tp_json_val	*raw;
	enum tp_shape_got		 got;
	double				 v, inside;

	got = tp_shape_speed(s, c, &v, &raw);
	if (got != TP_GOT_VALUE)
		return got;
	if (c->row->how == TP_AS_BOUND) {
		inside = fmin(fmax(v, c->row->lo), c->row->hi);
		if (inside != v)
			raw = NULL;
		v = inside;
	} else if (in_range(s, c, v) == TP_GOT_BAD) {
		return TP_GOT_BAD;
	}
	if (raw != NULL)
		tp_shape_raw(b, raw);
	else
		tp_buf_num(b, v);
	return TP_GOT_VALUE;
}

/* "2025-10-05T11:00:00" and six digits where it has a fraction. */
static void
put_local(struct tp_buf *b, const struct tp_civil *c)
{
	tp_buf_printf(b, "\"%04d-%02d-%02dT%02d:%02d:%02d", c->year, c->month,
	    c->day, c->hour, c->minute, c->second);
	if (c->ms != 0)
		tp_buf_printf(b, ".%03d000", c->ms);
	tp_buf_char(b, '"');
}

static enum tp_shape_got
put_time(struct tp_shaper *s, const struct tp_shape_col *c, struct tp_buf *b)
{
	const struct tp_json_val	*v = find_any(s, c);
	const char			*why;
	struct tp_civil			 civil;
	int64_t				 t;

	if (v == NULL)
		return TP_GOT_NOTHING;
	if (tp_json_time(v, s->tz, &t, &why) != 0)
		return tp_shape_bad(s, c, "%s", why);
	tp_tz_civil(s->tz, t, &civil);
	switch (c->row->how) {
	case TP_AS_MS:
		tp_buf_int(b, t);
		return in_range(s, c, (double)t);
	case TP_AS_ISO:
		tp_buf_char(b, '"');
		tp_buf_time(b, t);
		tp_buf_char(b, '"');
		break;
	case TP_AS_LOCAL:
		put_local(b, &civil);
		break;
	case TP_AS_HOUR:
		tp_buf_int(b, civil.hour);
		break;
	case TP_AS_WEEKDAY:
		tp_buf_int(b, civil.weekday);
		break;
	default:
		tp_buf_str(b, civil.weekday >= 5 ? "true" : "false");
	}
	return TP_GOT_VALUE;
}

static enum tp_shape_got
put_pair(struct tp_shaper *s, const struct tp_shape_col *c, struct tp_buf *b)
{
	static const struct tp_shape_row	rows[] = {
		{ NULL, "latitude", "latitude", TP_AS_NUM, 0, -90, 90 },
		{ NULL, "longitude", "longitude", TP_AS_NUM, 0, -180, 180 },
	};
	static const struct tp_shape_col	pair[] = {
		{ &rows[0], { { "latitude", 8, TP_F_LATITUDE } } },
		{ &rows[1], { { "longitude", 9, TP_F_LONGITUDE } } },
	};
	enum tp_shape_got			got;

	(void)c;
	tp_buf_char(b, '[');
	got = tp_shape_num(s, &pair[0], b);
	tp_buf_char(b, ',');
	if (got == TP_GOT_VALUE)
		got = tp_shape_num(s, &pair[1], b);
	tp_buf_char(b, ']');
	return got;
}

static enum tp_shape_got
put_now(struct tp_shaper *s, const struct tp_shape_col *c, struct tp_buf *b)
{
	(void)c;
	tp_buf_int(b, s->now_ms);
	return TP_GOT_VALUE;
}

static enum tp_shape_got
put_literal(struct tp_shaper *s, const struct tp_shape_col *c,
    struct tp_buf *b)
{
	(void)s;
	tp_buf_str(b, c->row->from);
	return TP_GOT_VALUE;
}

static enum tp_shape_got
put_text(struct tp_shaper *s, const struct tp_shape_col *c, struct tp_buf *b)
{
	const struct tp_json_val	*v;
	enum tp_shape_got		 got = tp_shape_text(s, c, &v);

	if (got == TP_GOT_VALUE)
		tp_shape_quoted(b, v->p, v->n);
	return got;
}

/* All fields that nothing else has taken, as texts. */
static enum tp_shape_got
put_rest(struct tp_shaper *s, const struct tp_shape_col *c, struct tp_buf *b)
{
	const struct tp_rec	*r = &s->r;
	bool			 first = true;
	size_t			 i;

	(void)c;
	tp_buf_char(b, '{');
	for (i = 0; i < r->o.n; i++) {
		const struct tp_json_field	*f = &r->o.f[i];

		if (s->used[i] || f->v.type == TP_JSON_NULL)
			continue;
		s->used[i] = true;
		tp_buf_str(b, first ? "\"" : ",\"");
		first = false;
		tp_buf_add(b, f->key, f->klen);
		tp_buf_lit(b, "\":");
		if (f->v.type == TP_JSON_STR)
			tp_shape_raw(b, &f->v);
		else
			tp_json_write_str(b, f->v.p, f->v.n);
	}
	tp_buf_char(b, '}');
	return TP_GOT_VALUE;
}

static enum tp_shape_got (*const makers[])(struct tp_shaper *,
    const struct tp_shape_col *, struct tp_buf *) = {
	[TP_AS_TEXT] = put_text,
	[TP_AS_ID] = put_id,
	[TP_AS_MADE_ID] = put_made_id,
	[TP_AS_UUID] = put_uuid_of,
	[TP_AS_NUM] = tp_shape_num,
	[TP_AS_INT] = tp_shape_num,
	[TP_AS_SPEED] = put_speed,
	[TP_AS_BOUND] = put_speed,
	[TP_AS_MS] = put_time,
	[TP_AS_ISO] = put_time,
	[TP_AS_LOCAL] = put_time,
	[TP_AS_HOUR] = put_time,
	[TP_AS_WEEKDAY] = put_time,
	[TP_AS_WEEKEND] = put_time,
	[TP_AS_NOW] = put_now,
	[TP_AS_LEVEL] = tp_shape_level,
	[TP_AS_LEVEL_NUMBER] = tp_shape_level,
	[TP_AS_LEVEL_LOWER] = tp_shape_level,
	[TP_AS_CLASS] = tp_shape_level,
	[TP_AS_CATEGORY] = tp_shape_category,
	[TP_AS_SOURCE] = tp_shape_source,
	[TP_AS_QUALITY] = tp_shape_quality,
	[TP_AS_WET] = tp_shape_wet,
	[TP_AS_MODEL] = tp_shape_model,
	[TP_AS_MODEL_KIND] = tp_shape_model_kind,
	[TP_AS_DIFF] = tp_shape_diff,
	[TP_AS_PAIR] = put_pair,
	[TP_AS_LITERAL] = put_literal,
	[TP_AS_REST] = put_rest,
};

enum tp_shape_got
tp_shape_value(struct tp_shaper *s, const struct tp_shape_col *c,
    struct tp_buf *b)
{
	size_t			at = b->n;
	enum tp_shape_got	got = makers[c->row->how](s, c, b);

	if (got != TP_GOT_VALUE)
		b->n = at;
	return got;
}
