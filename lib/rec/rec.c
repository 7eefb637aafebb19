/*
 * Records: fields found in a line, containers opened in place.
 *
 * Most lines are flat and need one pass over the fields; only where one holds
 * a container that we know is the list built a second time from there on.
 */
#include "rec/rec.h"

#include <math.h>

#include "base/digits.h"
#include "rec/name.h"
#include "rec/template.h"

#define FIELDS_MAX	1024	/* of a record, those in containers too */
#define INNER_RANK	32	/* added to that of a name in a container */
#define SECONDS_BELOW	1e11	/* see tp_json_time() */
#define TIME_LIMIT	8.64e15	/* ms: 100 million days, as ECMAScript */

/* Keys of a pair; padded, as keys in a line are. */
static const char	latitude[3 + TP_JSON_PAD] = "lat";
static const char	longitude[3 + TP_JSON_PAD] = "lon";

void
tp_rec_release(struct tp_rec *r)
{
	size_t	i;

	tp_json_obj_release(&r->o);
	for (i = 0; i < TP_SCOPE_MAX; i++)
		tp_json_obj_release(&r->nest[i]);
	free(r->slot);
	tp_template_release(r);
	memset(r, 0, sizeof(*r));
}

static int
refuse(struct tp_rec *r, const char *why, size_t at)
{
	r->o.why = why;
	r->o.at = at;
	r->o.n = 0;
	return -1;
}

static struct tp_rec_slot *
slot_room(struct tp_rec *r, size_t n)
{
	TP_GROW(r->slot, r->slotcap, n);
	return r->slot;
}

/* Makes field i of the record the one that stands for what it is called. */
static inline void
claim(struct tp_rec *r, size_t i)
{
	struct tp_rec_slot		*s = &r->slot[i];
	const struct tp_json_val	*v = &r->o.f[i].v;
	struct tp_rec_slot		*held;

	if (v->type == TP_JSON_NULL) {
		s->field = TP_F_NONE;
		return;
	}
	if (r->at[s->field] != NULL) {
		held = &r->slot[r->index[s->field]];
		if (held->rank <= s->rank) {
			s->lost = true;
			return;
		}
		held->lost = true;
	}
	r->at[s->field] = v;
	r->index[s->field] = (uint16_t)i;
}

void
tp_rec_unquote(struct tp_json_val *v)
{
	const char	*p = v->p, *end = p + v->n;
	double		 d;
	bool		 integer = true;

	if (v->type != TP_JSON_STR)
		return;
	if (*p == '-')
		p++;
	if (*p < '0' || *p > '9' || end[-1] < '0' || end[-1] > '9' ||
	    (*p == '0' && p + 1 < end && p[1] >= '0' && p[1] <= '9') ||
	    tp_parse_num(v->p, v->n, &d) < 0)
		return;
	for (; p < end; p++) {
		if (*p >= '0' && *p <= '9')
			continue;
		integer = false;
		if (*p == '.' && (p[1] < '0' || p[1] > '9'))
			return;
		if ((*p | 32) == 'e' && p[-1] == '.')
			return;
	}
	v->type = TP_JSON_NUM;
	v->integer = integer;
	v->decimals = integer ? 0 : TP_JSON_ODD;
}

/* Adds a field to the end of r->o. */
static int
push(struct tp_rec *r, const struct tp_json_field *f,
    const struct tp_rec_slot *s)
{
	if (r->o.n == FIELDS_MAX)
		return refuse(r, "too many fields",
		    (size_t)(f->v.p - r->line));
	TP_GROW(r->o.f, r->o.cap, r->o.n + 1);
	slot_room(r, r->o.n + 1)[r->o.n] = *s;
	r->o.f[r->o.n++] = *f;
	return 0;
}

/* [lat, lon]: two numbers; other arrays are left as they are. */
static bool
is_pair(struct tp_rec *r, const struct tp_json_val *v)
{
	struct tp_json_obj	*o = &r->nest[TP_SCOPE_COORDINATES];

	return v->type == TP_JSON_ARR &&
	    tp_json_array(o, v->p, v->n) == 0 && o->n == 2 &&
	    o->f[0].v.type == TP_JSON_NUM && o->f[1].v.type == TP_JSON_NUM;
}

/* Adds a field of a container, where s says which. */
static int
add_inner(struct tp_rec *r, struct tp_json_field *f, enum tp_scope scope,
    struct tp_rec_slot s)
{
	const struct tp_name	*name = tp_name_find(scope, f->key, f->klen);
	bool			 number = scope == TP_SCOPE_METADATA && name != NULL &&
		    tp_field_kind(name->field) >= TP_KIND_NUM;

	if (number)
		tp_rec_unquote(&f->v);
	if (name == NULL)
		return push(r, f, &s);
	/* a container in it is too deep to be opened */
	if ((number && f->v.type != TP_JSON_NUM) ||
	    (name->opens != TP_SCOPE_NONE &&
	    (f->v.type == TP_JSON_OBJ || f->v.type == TP_JSON_ARR))) {
		s.lost = true;
	} else {
		s.field = name->field;
	}
	s.rank = (uint8_t)(name->rank + INNER_RANK);
	return push(r, f, &s);
}

/* Adds the fields of the container f in its place. */
static int
add_container(struct tp_rec *r, const struct tp_json_field *f,
    enum tp_scope scope)
{
	struct tp_json_obj		*o = &r->nest[scope];
	const struct tp_rec_slot	 in = {
		.outlen = (uint8_t)f->klen,
		.outat = (uint32_t)(f->key - r->line),
	};
	size_t				 i;

	if (f->v.type == TP_JSON_ARR) {
		o->f[0].key = latitude;
		o->f[1].key = longitude;
		o->f[0].klen = o->f[1].klen = 3;
	} else if (tp_json_object(o, f->v.p, f->v.n) < 0) {
		return refuse(r, o->why, o->at + (size_t)(f->v.p - r->line));
	}
	r->nested = true;
	for (i = 0; i < o->n; i++)
		if (add_inner(r, &o->f[i], scope, in) < 0)
			return -1;
	return 0;
}

static inline const struct tp_name *
top_name(const struct tp_json_field *f)
{
	return tp_name_find(TP_SCOPE_TOP, f->key, f->klen);
}

/* Adds a field of the top, or what is in it. */
static int
add_field(struct tp_rec *r, const struct tp_json_field *f)
{
	const struct tp_name	*name = top_name(f);
	struct tp_rec_slot	 s = { 0 };

	if (name != NULL && name->opens != TP_SCOPE_NONE &&
	    (f->v.type == TP_JSON_OBJ ||
	    (name->opens == TP_SCOPE_COORDINATES && is_pair(r, &f->v))))
		return add_container(r, f, name->opens);
	if (name != NULL) {
		s.field = name->field;
		s.rank = name->rank;
	}
	return push(r, f, &s);
}

/* Adds the fields from `first` on anew, with those of containers. */
static int
open_containers(struct tp_rec *r, size_t first)
{
	struct tp_json_obj	*o = &r->nest[TP_SCOPE_TOP];
	size_t			 i, n = r->o.n;

	TP_GROW(o->f, o->cap, n);
	memcpy(o->f + first, r->o.f + first, (n - first) * sizeof(*o->f));
	r->o.n = first;
	for (i = first; i < n; i++)
		if (add_field(r, &o->f[i]) < 0)
			return -1;
	return 0;
}

/* Fills the slots up to the first field that may be opened: its index. */
static size_t
fill_slots(struct tp_rec *r)
{
	struct tp_rec_slot	*slot = slot_room(r, r->o.n);
	size_t			 i;

	for (i = 0; i < r->o.n; i++) {
		const struct tp_name	*name = top_name(&r->o.f[i]);
		uint8_t			 type = r->o.f[i].v.type;

		slot[i] = (struct tp_rec_slot){ 0 };
		if (name == NULL)
			continue;
		if (name->opens != TP_SCOPE_NONE &&
		    (type == TP_JSON_OBJ || type == TP_JSON_ARR))
			break;
		slot[i].field = name->field;
		slot[i].rank = name->rank;
	}
	return i;
}

/* Speeds whose names have no unit, and none beside them, are in r->assume. */
static void
assume_units(struct tp_rec *r)
{
	static const enum tp_field	plain[] = {
		TP_F_SPEED, TP_F_FREE_FLOW, TP_F_AVG_SPEED, TP_F_STD_SPEED,
		TP_F_PREDICTED_SPEED, TP_F_CURRENT_SPEED, TP_F_LOWER,
		TP_F_UPPER,
	};
	size_t				i;

	for (i = 0; i < sizeof(plain) / sizeof(*plain); i++) {
		enum tp_field	f = plain[i];
		enum tp_field	to = f + (enum tp_field)r->assume;

		if (r->at[f] == NULL || r->at[f + 1] != NULL ||
		    r->at[f + 2] != NULL)
			continue;
		r->slot[r->index[f]].field = (uint8_t)to;
		r->index[to] = r->index[f];
		r->at[to] = r->at[f];
		r->at[f] = NULL;
	}
}

/* Cheaper than clearing all of at[]. */
void
tp_rec_forget(struct tp_rec *r)
{
	size_t	i;

	for (i = 0; i < r->nslots; i++)
		r->at[r->slot[i].field] = NULL;
	r->nslots = 0;
}

int
tp_rec_parse(struct tp_rec *r, const char *line, size_t len)
{
	size_t	i, plain;

	r->line = line;
	r->len = len;
	if (tp_template_parse(r))
		return 0;
	tp_rec_forget(r);
	r->nested = false;
	if (tp_json_object(&r->o, line, len) < 0)
		return -1;
	plain = fill_slots(r);
	if (plain < r->o.n && open_containers(r, plain) < 0)
		return -1;
	for (i = 0; i < r->o.n; i++)
		if (r->slot[i].field != TP_F_NONE)
			claim(r, i);
	r->nslots = r->o.n;
	if (r->assume != TP_UNIT_NONE)
		assume_units(r);
	tp_template_learn(r);
	return 0;
}

void
tp_rec_copy(struct tp_rec *to, const struct tp_rec *r, struct tp_buf *text)
{
	size_t	source = strlen(r->source) + 1;

	text->n = 0;
	tp_buf_add(text, r->source, source);
	tp_buf_add(text, r->line, r->len);
	memset(tp_buf_room(text, TP_JSON_PAD), 0, TP_JSON_PAD);
	to->assume = r->assume;
	(void)tp_rec_parse(to, text->p + source, r->len);
	to->source = text->p;
	to->input = r->input;
	to->partition = r->partition;
	to->pos = r->pos;
	to->offset = r->offset;
	to->lineno = r->lineno;
	to->now_ms = r->now_ms;
}

/* A whole number of at most 15 digits, without a call; else -1. */
static int64_t
small_int(const struct tp_json_val *v)
{
	if (!v->integer || v->n > 15 || v->p[0] == '-')
		return -1;
	if (v->n <= 8)
		return (int64_t)tp_digits_of(v->p, v->n);
	return (int64_t)(tp_digits_of(v->p, 8) * tp_digits_pow[v->n - 8] +
	    tp_digits_of(v->p + 8, v->n - 8));
}

/* True where a time's text ends with Z or an offset. */
static bool
has_zone(const char *p, size_t n)
{
	return (n > 0 && p[n - 1] == 'Z') ||
	    (n > 16 && (p[n - 6] == '+' || p[n - 6] == '-' ||
	    p[n - 5] == '+' || p[n - 5] == '-'));
}

static int
fail(const char **why, const char *text)
{
	if (why != NULL)
		*why = text;
	return -1;
}

int
tp_json_time(const struct tp_json_val *v, struct tp_tz *tz, int64_t *t,
    const char **why)
{
	struct tp_tz	utc = { .utc = true };
	double		d;

	if (v->type == TP_JSON_STR) {
		if (v->esc)
			return fail(why, "not a time");
		if (tz == NULL && !has_zone(v->p, v->n))
			return fail(why, "a time without zone");
		return tp_time_parse(tz != NULL ? tz : &utc, v->p, v->n, t,
		    why);
	}
	if (v->type != TP_JSON_NUM)
		return fail(why, "not a time");
	if ((*t = small_int(v)) >= 0) {
		if (*t < (int64_t)SECONDS_BELOW)
			*t *= TP_SECOND;
		return 0;
	}
	if (tp_json_num(v, &d) < 0)
		return fail(why, "not a time");
	if (fabs(d) < SECONDS_BELOW)
		d *= (double)TP_SECOND;
	if (!(fabs(d) < TIME_LIMIT))
		return fail(why, "a time out of all bounds");
	*t = (int64_t)round(d);
	return 0;
}

int
tp_rec_time(const struct tp_rec *r, enum tp_field f, struct tp_tz *tz,
    int64_t *t, const char **why)
{
	if (r->at[f] == NULL)
		return fail(why, "missing");
	return tp_json_time(r->at[f], tz, t, why);
}
