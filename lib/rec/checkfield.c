/* How tp-validate reads the value of a field and writes it. */
#include <math.h>

#include "rec/checkstate.h"
#include "rec/name.h"

#define ID_SEED		1	/* of the hash of segment_id */
#define EVENT_SEED	2	/* of the hash of event_id */
#define PLAIN_DIGITS	300	/* so many digits never overflow a double */

int
tp_check_refuse(struct tp_check *c, const char *rule, const char *fmt, ...)
{
	va_list	ap;

	c->rule = rule;
	va_start(ap, fmt);
	vsnprintf(c->why, sizeof(c->why), fmt, ap);
	va_end(ap);
	tp_err_mask(c->why);
	return -1;
}

/* Refuses the record for a value, which is shown. */
static int
refuse_value(struct tp_check *c, const char *rule,
    const struct tp_json_field *f, const char *what)
{
	int	n = f->v.n < 40 ? (int)f->v.n : 40;
	int	k = f->klen < 40 ? (int)f->klen : 40;

	return tp_check_refuse(c, rule, "%.*s: '%.*s%s' %s", k, f->key, n,
	    f->v.p, f->v.n > 40 ? "..." : "", what);
}

/* The number in a field, within the limits of field f. */
static inline int
get_num(struct tp_check *c, const struct tp_json_field *in, enum tp_field f,
    double *v)
{
	if (in->v.type != TP_JSON_NUM)
		return refuse_value(c, "type", in, "is not a number");
	if (tp_json_num(&in->v, v) < 0)
		return refuse_value(c, "type", in,
		    "is not a finite number");
	if (!(*v >= c->f[f].lo && *v <= c->f[f].hi)) {
		char	text[80];

		snprintf(text, sizeof(text), "is not in %g..%g", c->f[f].lo,
		    c->f[f].hi);
		return refuse_value(c, "range", in, text);
	}
	return 0;
}

/* A number as it stands, but minus zero as 0. */
static inline char *
put_same(char *p, const struct tp_json_val *v, double d)
{
	if (d == 0 && v->p[0] == '-') {
		*p = '0';
		return p + 1;
	}
	return tp_check_put(p, v->p, v->n);
}

static int
write_num(struct tp_check *c, const struct tp_json_field *in, enum tp_field f)
{
	double	v;

	if (get_num(c, in, f, &v) < 0)
		return -1;
	if (c->f[f].act == TP_ACT_INT && v != floor(v))
		return refuse_value(c, "type", in,
		    "is not a whole number");
	c->p = put_same(tp_check_put_name(c, c->p, f), &in->v, v);
	return 0;
}

/* The value of field f times scale as field `as`; the text is kept where
 * nothing changes. */
static int
write_scaled(struct tp_check *c, const struct tp_json_field *in,
    enum tp_field f, enum tp_field as, double scale)
{
	double	v;

	if (get_num(c, in, f, &v) < 0)
		return -1;
	c->p = tp_check_put_name(c, c->p, as);
	if (scale == 1)
		c->p = put_same(c->p, &in->v, v);
	else
		c->p = tp_check_put_num(c->p, v * scale);
	return 0;
}

/* True where another field has, or is to have, the name that f would get. */
static inline bool
name_taken(const struct tp_check *c, enum tp_field f, enum tp_field to)
{
	const struct tp_json_val *const	*at = c->r->at;
	enum tp_field			 fam = c->f[f].family;
	bool				 named;

	named = at[fam + 1] != NULL || at[fam + 2] != NULL;
	if (f == TP_F_SPEED_MS)
		return named || at[fam] != NULL;
	return f != to && (at[to] != NULL ||
	    (f == fam && named && c->conf->units != TP_UNIT_NONE));
}

/*
 * A speed: its unit is that of its name or of the conf, and it is written in
 * its unit or the conf's; the family that stands for the speed of the event
 * becomes speed_*.  It stays as it is where its unit is not known or the name
 * it would get is taken.
 */
static int
write_speed(struct tp_check *c, const struct tp_json_field *in,
    enum tp_field f)
{
	enum tp_field	fam = c->f[f].family, as = f;
	enum tp_unit	unit = c->conf->speed_unit, want;
	double		scale = 1;

	if (f == fam + 1 || f == TP_F_SPEED_MS)
		unit = TP_UNIT_KMH;
	else if (f == fam + 2)
		unit = TP_UNIT_MPH;
	want = c->conf->units != TP_UNIT_NONE ? c->conf->units : unit;
	if (unit != TP_UNIT_NONE &&
	    !name_taken(c, f, fam + (enum tp_field)want)) {
		as = fam + (enum tp_field)want;
		if (f == TP_F_SPEED_MS)
			scale = 3.6;
		if (unit != want && want == TP_UNIT_KMH)
			scale *= TP_KMH_PER_MPH;
		else if (unit != want)
			scale /= TP_KMH_PER_MPH;
	}
	if (fam == c->speed)
		as = as - fam + TP_F_SPEED;
	return write_scaled(c, in, f, as, scale);
}

static int
write_volume(struct tp_check *c, const struct tp_json_field *in)
{
	if (c->conf->volume_ms == 0 || c->r->at[TP_F_VOLUME_VPH] != NULL)
		return write_num(c, in, TP_F_VOLUME);
	return write_scaled(c, in, TP_F_VOLUME, TP_F_VOLUME_VPH,
	    (double)TP_HOUR / (double)c->conf->volume_ms);
}

static int
write_occupancy(struct tp_check *c, const struct tp_json_field *in)
{
	if (c->conf->occupancy == TP_OCCUPANCY_UNKNOWN ||
	    c->r->at[TP_F_OCCUPANCY_PERCENT] != NULL)
		return write_num(c, in, TP_F_OCCUPANCY);
	return write_scaled(c, in, TP_F_OCCUPANCY, TP_F_OCCUPANCY_PERCENT,
	    c->conf->occupancy == TP_OCCUPANCY_SHARE ? 100 : 1);
}

static int
write_text(struct tp_check *c, const struct tp_json_field *in, enum tp_field f)
{
	if (in->v.type == TP_JSON_OBJ || in->v.type == TP_JSON_ARR)
		return refuse_value(c, "type", in, "is not a text");
	c->p = tp_check_put_raw(tp_check_put_name(c, c->p, f), &in->v);
	return 0;
}

static int
write_time(struct tp_check *c, const struct tp_json_field *in, enum tp_field f)
{
	const char	*why;
	int64_t		 t, same;

	if (tp_json_time(&in->v, &c->tz, &t, &why) < 0) {
		char	text[120];

		snprintf(text, sizeof(text), "is no time: %s", why);
		return refuse_value(c, "time", in, text);
	}
	if (f == tp_check_when(c->r))
		c->t = t;
	c->p = tp_check_put_name(c, c->p, f);
	/* The scanner lets no number begin with 0, so equal is same text. */
	if (in->v.type == TP_JSON_NUM && in->v.integer &&
	    tp_json_int(&in->v, &same) == 0 && same == t)
		c->p = tp_check_put(c->p, in->v.p, in->v.n);
	else
		c->p = tp_check_put_int(c->p, t);
	return 0;
}

/* An id in one form: no escapes that are not needed, so that equal ids have
 * equal bytes. */
static int
plain_id(struct tp_check *c, const struct tp_json_field *in, struct tp_buf *to)
{
	struct tp_buf	raw = { 0 };
	size_t		i;
	int		rc = 0;

	to->n = 0;
	if (tp_json_unescape(&in->v, &raw) < 0)
		rc = refuse_value(c, "id", in, "is not Unicode");
	for (i = 0; rc == 0 && i < raw.n; i++)
		if ((unsigned char)raw.p[i] < 0x20 || raw.p[i] == 0x7F)
			rc = refuse_value(c, "id", in,
			    "holds a control character");
	if (rc == 0)
		tp_json_write_str(to, raw.p, raw.n);
	tp_buf_room(to, 16);	/* tp_check_put() reads so far */
	tp_buf_release(&raw);
	return rc;
}

/* An id was met: what is remembered of it is wanted soon. */
static void
note_id(struct tp_check *c, enum tp_field f)
{
	uint64_t	h;

	if (f == TP_F_SEGMENT_ID) {
		h = tp_hash(c->id.p, c->id.n, ID_SEED);
		c->idhash = h + (h == 0);
		tp_dedupe_soon(&c->seen, c->idhash, 0);
	} else {
		h = tp_hash(c->event.p, c->event.n, EVENT_SEED);
		c->eventhash = h + (h == 0);
		tp_dedupe_soon(&c->seen, 0, c->eventhash);
	}
}

static int
write_id(struct tp_check *c, const struct tp_json_field *in, enum tp_field f)
{
	struct tp_buf		*to = f == TP_F_SEGMENT_ID ? &c->id : &c->event;
	const struct tp_json_val *v = &in->v;

	if (v->type != TP_JSON_STR && (v->type != TP_JSON_NUM || !v->integer))
		return refuse_value(c, "type", in, "is not a string");
	if (v->n == 0)
		return refuse_value(c, "id", in, "is empty");
	if (v->n > (size_t)c->conf->max_id) {
		char	text[80];

		snprintf(text, sizeof(text), "is longer than %lld bytes",
		    (long long)c->conf->max_id);
		return refuse_value(c, "id", in, text);
	}
	if (memchr(v->p, 0x7F, v->n) != NULL)
		return refuse_value(c, "id", in,
		    "holds a control character");
	if (v->esc) {
		if (plain_id(c, in, to) < 0)
			return -1;
	} else {
		to->n = 0;
		to->p = tp_buf_room(to, v->n + 18);
		to->p[0] = '"';
		tp_check_put(to->p + 1, v->p, v->n)[0] = '"';
		to->n = v->n + 2;
	}
	c->p = tp_check_put_name(c, c->p, f);
	c->p = tp_check_put(c->p, to->p, to->n);
	note_id(c, f);
	return 0;
}

/* True where a field but i has this key of n bytes, or will be given it. */
static bool
has_name(const struct tp_check *c, const char *key, size_t n, size_t i)
{
	const struct tp_rec	*r = c->r;
	size_t			 k;

	for (k = 0; k < r->o.n; k++)
		if (k != i && r->o.f[k].klen == n &&
		    memcmp(r->o.f[k].key, key, n) == 0)
			return true;
	return false;
}

/* A key with escapes may be a known name in disguise. */
static int
check_key(struct tp_check *c, const struct tp_json_field *in)
{
	struct tp_json_val	 v = { .p = in->key, .n = in->klen };
	struct tp_buf		 b = { 0 };
	int			 rc = 0;

	if (memchr(in->key, '\\', in->klen) == NULL)
		return 0;
	if (tp_json_unescape(&v, &b) < 0 ||
	    tp_name_find(TP_SCOPE_TOP, tp_buf_room(&b, 16) - b.n, b.n) != NULL)
		rc = tp_check_refuse(c, "schema",
		    "a known name written with escapes");
	tp_buf_release(&b);
	return rc;
}

/*
 * "predicted_speed_10min", which is given the unit and converted as other
 * speeds are.  Returns 1 where the field is none such, or to stay as it is.
 */
static int
write_horizon(struct tp_check *c, const struct tp_json_field *in, size_t i)
{
	enum tp_unit	unit, want = c->conf->units;
	const char	*suffix;
	char		*p = c->p;
	size_t		 n = in->klen;
	double		 v;

	if (tp_horizon_name(in->key, n, &unit) == 0 ||
	    in->v.type != TP_JSON_NUM || tp_json_num(&in->v, &v) < 0)
		return 1;
	if (unit != TP_UNIT_NONE)
		n -= 4;			/* _kmh */
	else
		unit = c->conf->speed_unit;
	if (unit == TP_UNIT_NONE)
		return 1;
	if (want == TP_UNIT_NONE)
		want = unit;
	suffix = tp_unit_suffix(want);
	*p++ = ',';
	*p++ = '"';
	p = tp_check_put(p, in->key, n);
	*p++ = '_';
	memcpy(p, suffix, 3);
	p += 3;
	if (has_name(c, c->p + 2, (size_t)(p - c->p) - 2, i))
		return 1;
	*p++ = '"';
	*p++ = ':';
	if (unit == want)
		p = put_same(p, &in->v, v);
	else
		p = tp_check_put_num(p, tp_speed_convert(v, unit, want));
	c->p = p;
	return 0;
}

/*
 * A field that nobody knows, or whose meaning another field has: as it is.
 * One from a container has the container's name in front where its own is
 * taken.
 */
static int
write_other(struct tp_check *c, const struct tp_json_field *in, size_t i)
{
	const struct tp_rec_slot	*s = &c->r->slot[i];
	char				*p = c->p, *key;
	double				 d;

	if (check_key(c, in) < 0)
		return -1;
	if (in->v.type == TP_JSON_NUM && (in->v.n > PLAIN_DIGITS ||
	    !in->v.integer) && tp_json_num(&in->v, &d) < 0)
		return refuse_value(c, "type", in,
		    "is not a finite number");
	*p++ = ',';
	*p++ = '"';
	key = p;
	if (s->outlen > 0 &&
	    (s->lost || has_name(c, in->key, in->klen, i))) {
		p = tp_check_put(p, c->r->line + s->outat, s->outlen);
		*p++ = '_';
		p = tp_check_put(p, in->key, in->klen);
		if (has_name(c, key, (size_t)(p - key), i))
			return tp_check_refuse(c, "schema",
			    "two fields would have the name '%.*s'",
			    p - key < 80 ? (int)(p - key) : 80, key);
	} else {
		p = tp_check_put(p, in->key, in->klen);
	}
	*p++ = '"';
	*p++ = ':';
	c->p = tp_check_put_raw(p, &in->v);
	return 0;
}

int
tp_check_field(struct tp_check *c, size_t i)
{
	const struct tp_json_field	*in = &c->r->o.f[i];
	const struct tp_rec_slot	*s = &c->r->slot[i];
	enum tp_field			 f = (enum tp_field)s->field;

	if (in->v.type == TP_JSON_NULL)
		return 0;
	if (f == TP_F_NONE && write_horizon(c, in, i) == 0)
		return 0;
	if (f == TP_F_NONE || s->lost)
		return write_other(c, in, i);
	switch ((enum tp_check_act)c->f[f].act) {
	case TP_ACT_NUM:
	case TP_ACT_INT:
		return write_num(c, in, f);
	case TP_ACT_TEXT:
		return write_text(c, in, f);
	case TP_ACT_ID:
		return write_id(c, in, f);
	case TP_ACT_TIME:
		return write_time(c, in, f);
	case TP_ACT_SPEED:
		return write_speed(c, in, f);
	case TP_ACT_VOLUME:
		return write_volume(c, in);
	case TP_ACT_OCCUPANCY:
		return write_occupancy(c, in);
	case TP_ACT_DROP:
		return 0;
	case TP_ACT_COPY:
		c->p = tp_check_put_raw(tp_check_put_name(c, c->p, f), &in->v);
		return 0;
	}
	return 0;
}
