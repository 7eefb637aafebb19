/* The columns of a record's row. */
#include "store/take.h"

#include <inttypes.h>
#include <math.h>

/* The value of a column that is looked up by key, with a unit behind it. */
static const struct tp_json_val *
by_key(const struct tp_rec *r, const char *key, const char *unit)
{
	size_t	n = strlen(key), i;

	for (i = 0; i < r->o.n; i++) {
		const struct tp_json_field	*f = &r->o.f[i];

		if (f->klen == n + strlen(unit) && f->key[0] == key[0] &&
		    memcmp(f->key, key, n) == 0 &&
		    memcmp(f->key + n, unit, strlen(unit)) == 0)
			return f->v.type != TP_JSON_NULL ? &f->v : NULL;
	}
	return NULL;
}

static const struct tp_json_val *
value_of(const struct tp_rec *r, const struct tp_column *c)
{
	return c->key != NULL ? by_key(r, c->key, "") : r->at[c->field];
}

/* Where nothing is lost by it, the value is taken from its column. */
static void
set_hole(struct tp_taken *f, const struct tp_json_val *v, char code, int column,
    int decimals)
{
	f->p = v->p;
	f->hole[0] = code;
	f->hole[1] = (char)('0' + column);
	f->hole[2] = decimals < 0 ? '\0' : (char)('0' + decimals);
	f->hole[3] = '\0';
}

static int
bad(struct tp_take *k, const char *field, const char *why)
{
	k->field = field;
	k->why = why;
	return -1;
}

static int64_t
rounded(double x)
{
	return fabs(x) < 9e15 ? llround(x) : TP_STORE_NULL;
}

static int
take_speed(struct tp_take *k, int i)
{
	const struct tp_column		*c = &k->t->col[i];
	const struct tp_json_val	*v;
	bool				 mph = false;
	double				 d;
	int64_t				 x;
	int				 decimals;

	if (c->key != NULL) {
		v = by_key(k->r, c->key, "_kmh");
		if (v == NULL && (v = by_key(k->r, c->key, "_mph")) != NULL)
			mph = true;
	} else {
		v = k->r->at[c->field + 2];
		mph = v != NULL;
		if (v == NULL)
			v = k->r->at[c->field + 1];
	}
	if (v == NULL)
		return 0;
	if (v->type == TP_JSON_NUM &&
	    (decimals = tp_milli_parse(v->p, v->n, &x)) >= 0) {
		k->row->v[i] = mph ? tp_milli_kmh(x) : x;
		if (!mph || tp_milli_mph(k->row->v[i]) == x)
			set_hole(&k->found[i], v, mph ? 'm' : 'k', i,
			    decimals);
		return 0;
	}
	if (tp_json_num(v, &d) == -1)
		return bad(k, c->name, "not a number");
	k->row->v[i] = rounded(d * (mph ? 1000 * TP_KMH_PER_MPH : 1000));
	return 0;
}

static int
take_milli(struct tp_take *k, int i)
{
	const struct tp_json_val	*v = value_of(k->r, &k->t->col[i]);
	double				 d;
	int				 decimals;

	if (v == NULL)
		return 0;
	if (v->type == TP_JSON_NUM && (decimals = tp_milli_parse(v->p, v->n,
	    &k->row->v[i])) >= 0) {
		set_hole(&k->found[i], v, 'd', i, decimals);
		return 0;
	}
	if (tp_json_num(v, &d) == 0)
		k->row->v[i] = rounded(1000 * d);
	return 0;
}

static int
take_int(struct tp_take *k, int i)
{
	const struct tp_json_val	*v = value_of(k->r, &k->t->col[i]);

	if (v == NULL)
		return 0;
	if (tp_json_int(v, &k->row->v[i]) == -1)
		k->row->v[i] = TP_STORE_NULL;
	if (k->row->v[i] == TP_STORE_NULL)
		return i < k->t->nkey ? bad(k, k->t->col[i].name,
		    "not an integer") : 0;
	if (v->type == TP_JSON_NUM && v->integer && *v->p != '-')
		set_hole(&k->found[i], v, 'j', i, -1);
	return 0;
}

/* A time in the record's own words is kept in them, unless it is ms. */
static int
take_time(struct tp_take *k, int i)
{
	const struct tp_column		*c = &k->t->col[i];
	const struct tp_json_val	*v = value_of(k->r, c);
	const char			*why;
	int64_t				 t, x;

	if (v == NULL) {
		if (k->t->sensor >= 0)
			return bad(k, tp_field_name((enum tp_field)c->field),
			    "missing");
		k->row->v[i] = 0;
		return 0;
	}
	if (tp_json_time(v, NULL, &t, &why) == -1)
		return bad(k, c->key != NULL ? c->key :
		    tp_field_name((enum tp_field)c->field), why);
	k->row->v[i] = t;
	if (v->type == TP_JSON_NUM && v->integer && *v->p != '-' &&
	    tp_json_int(v, &x) == 0 && x == t)
		set_hole(&k->found[i], v, 't', i, -1);
	return 0;
}

/* A time that is kept as its distance from the record's own. */
static int
take_span(struct tp_take *k, int i)
{
	const struct tp_json_val	*v = value_of(k->r, &k->t->col[i]);
	const char			*why;
	int64_t				 t, x;

	k->row->v[i] = 0;
	if (v == NULL)
		return 0;
	if (tp_json_time(v, NULL, &t, &why) == -1)
		return bad(k, tp_field_name((enum tp_field)
		    k->t->col[i].field), why);
	if (__builtin_sub_overflow(t, k->row->v[k->t->time], &k->row->v[i]))
		return bad(k, tp_field_name((enum tp_field)
		    k->t->col[i].field), "out of range");
	if (v->type == TP_JSON_NUM && v->integer && *v->p != '-' &&
	    tp_json_int(v, &x) == 0 && x == t)
		set_hole(&k->found[i], v, 'e', i, -1);
	return 0;
}

static int64_t
add_text(struct tp_batch *b, const char *p, size_t n)
{
	/* one of no bytes must not look like TP_STORE_NULL */
	int64_t	at = n == 0 ? 0 : (int64_t)((uint64_t)b->text.n << 32 | n);

	tp_buf_add(&b->text, p, n);
	return at;
}

/* Ids, words; a missing one that rows are told apart by is made up. */
static int
take_text(struct tp_take *k, int i)
{
	const struct tp_json_val	*v = value_of(k->r, &k->t->col[i]);
	char				 id[24];
	int				 n;

	if (v != NULL && v->type == TP_JSON_STR) {
		k->row->v[i] = add_text(k->b, v->p, v->n);
		set_hole(&k->found[i], v, 'x', i, -1);
	} else if (i < k->t->nkey) {
		n = snprintf(id, sizeof(id), "#%016" PRIx64,
		    tp_hash(k->r->line, k->r->len, 0));
		k->row->v[i] = add_text(k->b, id, (size_t)n);
	}
	return 0;
}

static int
take_sensor(struct tp_take *k, int i)
{
	const struct tp_json_val	*v = k->r->at[TP_F_SEGMENT_ID];
	struct tp_map			*m = &k->b->segments;
	size_t				 at;

	if (v == NULL && k->t->nkey <= i)
		return 0;
	if (v == NULL || v->n == 0)
		return bad(k, "segment_id", v == NULL ? "missing" : "empty");
	if (v->type != TP_JSON_STR && (v->type != TP_JSON_NUM || !v->integer))
		return bad(k, "segment_id", "not a string");
	at = tp_map_find(m, v->p, v->n);
	if (at == SIZE_MAX && k->b->max_segments > 0 &&
	    m->n >= k->b->max_segments)
		return bad(k, "segment_id", "more segments than --max-keys");
	if (at == SIZE_MAX)
		at = tp_map_add(m, v->p, v->n);
	k->row->v[i] = (int64_t)at;
	k->key.segment = v->p;
	k->key.segmentlen = v->n;
	set_hole(&k->found[i], v, v->type == TP_JSON_STR ? 's' : 'n', i, -1);
	k->found[i].hole[1] = '\0';
	return 0;
}

static int
take_columns(struct tp_take *k)
{
	static int (*const	take[])(struct tp_take *, int) = {
		[TP_COLUMN_SENSOR] = take_sensor,
		[TP_COLUMN_TIME] = take_time,
		[TP_COLUMN_SPAN] = take_span,
		[TP_COLUMN_INT] = take_int,
		[TP_COLUMN_MILLI] = take_milli,
		[TP_COLUMN_SPEED] = take_speed,
		[TP_COLUMN_TEXT] = take_text,
	};
	int	i;

	for (i = 0; i < k->t->n; i++) {
		k->row->v[i] = TP_STORE_NULL;
		if (take[k->t->col[i].type](k, i) == -1)
			return -1;
	}
	return 0;
}

/* What an event says its speed is, where that is not speed_*. */
static int
take_reading(struct tp_take *k)
{
	struct tp_reading	rd;
	double			x;

	if (tp_reading_get(k->r, &rd, &k->why, &k->field) != 0)
		return -1;
	if (k->row->v[2] == TP_STORE_NULL && !isnan(rd.speed)) {
		x = tp_speed_convert(rd.speed, rd.unit, TP_UNIT_KMH);
		k->row->v[2] = rounded(1000 * x);
	}
	return 0;
}

/* The horizon of row `to`: as in the name of its field, which is in km/h
 * where it does not say (Hanoi's are). */
static void
set_horizon(struct tp_row *to, const struct tp_horizon *h)
{
	to->v[2] = h->minutes;
	to->v[3] = rounded(1000 * tp_speed_convert(h->speed,
	    h->unit == TP_UNIT_NONE ? TP_UNIT_KMH : h->unit, TP_UNIT_KMH));
}

/*
 * A forecast whose fields have a horizon each is a row for each of them; the
 * line stays with the first.  Returns whether it is one.
 */
static bool
take_first(struct tp_take *k)
{
	if (k->row->v[2] != TP_STORE_NULL || k->row->v[3] != TP_STORE_NULL ||
	    (k->nhorizons = tp_rec_horizons(k->r, k->b->h,
	    TP_BATCH_HORIZONS)) == 0)
		return false;
	set_horizon(k->row, &k->b->h[0]);
	return true;
}

void
tp_take_others(struct tp_take *k, struct tp_rows *rows)
{
	struct tp_row	other = *k->row;
	int		i, j;

	other.shape = (uint32_t)tp_map_add(&k->b->shapes, "$c", 2);
	other.rest = other.restlen = 0;
	for (i = 1; i < k->nhorizons; i++) {
		for (j = 0; k->b->h[j].minutes != k->b->h[i].minutes; j++)
			;
		if (j < i)
			continue;	/* the same in another unit */
		set_horizon(&other, &k->b->h[i]);
		TP_GROW(rows->v, rows->cap, rows->n + 1);
		rows->v[rows->n++] = other;
	}
}

/* A forecast's horizon; 0 where it says none. */
static void
take_minutes(struct tp_take *k)
{
	int64_t	t;

	if (take_first(k) || k->row->v[2] != TP_STORE_NULL)
		return;
	k->row->v[2] = 0;
	if (tp_rec_time(k->r, TP_F_TARGET_TIMESTAMP, NULL, &t, NULL) == 0 &&
	    !__builtin_sub_overflow(t, k->row->v[1], &t))
		k->row->v[2] = t / TP_MINUTE;
}

int
tp_take_columns(struct tp_take *k)
{
	if (take_columns(k) == -1)
		return -1;
	if (k->t == &tp_tables[TP_STORE_EVENT])
		return take_reading(k);
	if (k->t == &tp_tables[TP_STORE_PREDICTION])
		take_minutes(k);
	return 0;
}
