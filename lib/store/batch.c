/* Records taken apart. */
#include "store/batch.h"

#include <inttypes.h>
#include <math.h>

#define SHAPE_MAX	4096	/* bytes; longer lines are kept whole */
#define SAME_MAX	60	/* of a value that is part of a shape */

/* A column of the record at work: its value in the line, and its hole. */
struct found {
	const char	*p;		/* NULL: it must be kept in rest */
	char		 hole[4];
};

struct pack {
	struct tp_batch	*b;
	const struct tp_rec *r;
	const struct tp_table *t;
	struct tp_row	*row;
	struct found	 found[TP_STORE_COLUMNS];
	struct tp_cells	 key;		/* what ids are made of */
	const char	*why, *field;
};

void
tp_batch_release(struct tp_batch *b)
{
	size_t	i;

	for (i = 0; i < TP_STORE_KINDS; i++)
		free(b->kind[i].v);
	for (i = 0; i < b->nsources; i++)
		free(b->sources[i].name);
	free(b->sources);
	tp_buf_release(&b->text);
	tp_buf_release(&b->scratch);
	tp_buf_release(&b->rest);
	tp_map_release(&b->segments);
	tp_map_release(&b->shapes);
	tp_json_obj_release(&b->top);
	*b = (struct tp_batch){ 0 };
}

void
tp_batch_clear(struct tp_batch *b)
{
	size_t	i;

	for (i = 0; i < TP_STORE_KINDS; i++)
		b->kind[i].n = 0;
	b->n = 0;
	b->text.n = 0;
}

void
tp_batch_drop(struct tp_batch *b, uint32_t source)
{
	struct tp_rows	*r;
	size_t		 k, i, n;

	for (k = b->n = 0; k < TP_STORE_KINDS; k++) {
		r = &b->kind[k];
		for (i = n = 0; i < r->n; i++)
			if (r->v[i].source != source)
				r->v[n++] = r->v[i];
		r->n = n;
		b->n += n;
	}
	b->sources[source].next = -1;
}

uint32_t
tp_batch_source(struct tp_batch *b, const char *name, int32_t partition)
{
	size_t	i;

	if (b->nsources == 0) {
		TP_GROW(b->sources, b->sources_cap, 1);
		b->sources[b->nsources++] = (struct tp_source){
			.name = tp_strdup(""), .next = -1,
		};
	}
	for (i = 0; i < b->nsources; i++)
		if (b->sources[i].partition == partition &&
		    strcmp(b->sources[i].name, name) == 0)
			return (uint32_t)i;
	TP_GROW(b->sources, b->sources_cap, b->nsources + 1);
	b->sources[b->nsources] = (struct tp_source){
		.name = tp_strdup(name), .partition = partition, .next = -1,
	};
	return (uint32_t)b->nsources++;
}

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
set_hole(struct found *f, const struct tp_json_val *v, char code, int column,
    int decimals)
{
	f->p = v->p;
	f->hole[0] = code;
	f->hole[1] = (char)('0' + column);
	f->hole[2] = decimals < 0 ? '\0' : (char)('0' + decimals);
	f->hole[3] = '\0';
}

static int
bad(struct pack *k, const char *field, const char *why)
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
take_speed(struct pack *k, int i)
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
take_milli(struct pack *k, int i)
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
take_int(struct pack *k, int i)
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
take_time(struct pack *k, int i)
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
take_span(struct pack *k, int i)
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
	int64_t	at = (int64_t)b->text.n * 4294967296 + (int64_t)n;

	tp_buf_add(&b->text, p, n);
	return at;
}

/* Ids, words; a missing one that rows are told apart by is made up. */
static int
take_text(struct pack *k, int i)
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
take_sensor(struct pack *k, int i)
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
take_columns(struct pack *k)
{
	static int (*const	take[])(struct pack *, int) = {
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
take_reading(struct pack *k)
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

/* A forecast's horizon; 0 where its fields have one each. */
static void
take_minutes(struct pack *k)
{
	int64_t	t;

	if (k->row->v[2] != TP_STORE_NULL)
		return;
	k->row->v[2] = 0;
	if (tp_rec_time(k->r, TP_F_TARGET_TIMESTAMP, NULL, &t, NULL) == 0 &&
	    !__builtin_sub_overflow(t, k->row->v[1], &t))
		k->row->v[2] = t / TP_MINUTE;
}

/* Values that are the same in many records, and so belong to the shape. */
static bool
is_common(const struct tp_rec *r, const struct tp_json_val *v)
{
	static const enum tp_field	fields[] = {
		TP_F_CONGESTION_LEVEL, TP_F_MODEL_VERSION, TP_F_MODEL_KIND,
		TP_F_PROCESSOR_ID, TP_F_VALIDATION_STATUS, TP_F_DIRECTION,
	};
	size_t	i;

	if (v->type == TP_JSON_TRUE || v->type == TP_JSON_FALSE ||
	    v->type == TP_JSON_NULL)
		return true;
	if (v->n > SAME_MAX || memchr(v->p, '$', v->n) != NULL)
		return false;
	for (i = 0; i < sizeof(fields) / sizeof(*fields); i++)
		if (r->at[fields[i]] != NULL && r->at[fields[i]]->p == v->p)
			return true;
	return false;
}

static bool
is_field(const struct tp_rec *r, enum tp_field f, const struct tp_json_val *v)
{
	return r->at[f] != NULL && r->at[f]->p == v->p;
}

/* The hole of a value that follows from the row's key: its code, or 0. */
static char
derived(struct pack *k, const struct tp_json_val *v)
{
	struct tp_buf	*b = &k->b->text;
	size_t		 was = b->n;
	int64_t		 t, x;
	bool		 same;

	if (is_field(k->r, TP_F_TARGET_TIMESTAMP, v))
		return k->t == &tp_tables[TP_STORE_PREDICTION] &&
		    v->type == TP_JSON_NUM && v->integer && *v->p != '-' &&
		    tp_json_int(v, &t) == 0 &&
		    !__builtin_mul_overflow(k->row->v[2], TP_MINUTE, &x) &&
		    !__builtin_add_overflow(x, k->row->v[1], &x) && x == t ?
		    'g' : 0;
	if (v->type != TP_JSON_STR || k->t->sensor != 0 ||
	    !(is_field(k->r, TP_F_PREDICTION_ID, v) ||
	    is_field(k->r, TP_F_AGGREGATE_ID, v)))
		return 0;
	memcpy(k->key.v, k->row->v, sizeof(k->key.v));
	tp_shape_id(k->t, &k->key, b);
	same = b->n - was == v->n + 2 &&
	    memcmp(b->p + was + 1, v->p, v->n) == 0;
	b->n = was;
	return same ? 'i' : 0;
}

/* A value as it stands in its line. */
static void
put_raw(struct tp_buf *b, const struct tp_json_val *v)
{
	if (v->type == TP_JSON_STR)
		tp_buf_add(b, v->p - 1, v->n + 2);
	else
		tp_buf_add(b, v->p, v->n);
}

static void
put_value(struct pack *k, const struct tp_json_val *v)
{
	struct tp_buf	*shape = &k->b->scratch, *rest = &k->b->rest;
	char		 code;
	int		 i;

	for (i = 0; i < k->t->n; i++)
		if (k->found[i].p == v->p)
			break;
	if (i == k->t->n && is_common(k->r, v)) {
		put_raw(shape, v);
		return;
	}
	tp_buf_char(shape, '$');
	if (i < k->t->n)
		tp_buf_str(shape, k->found[i].hole);
	else if ((code = derived(k, v)) != 0)
		tp_buf_char(shape, code);
	else {
		tp_buf_char(shape, '_');
		tp_buf_char(rest, rest->n == 0 ? '[' : ',');
		put_raw(rest, v);
	}
}

/* The record as a shape and what is left of it; -1 where it makes none. */
static int
make_shape(struct pack *k)
{
	struct tp_batch			*b = k->b;
	const struct tp_json_obj	*o = &k->r->o;
	size_t				 i;

	if (k->r->nested) {
		tp_json_object(&b->top, k->r->line, k->r->len);
		o = &b->top;
	}
	b->scratch.n = b->rest.n = 0;
	for (i = 0; i < o->n; i++) {
		if (b->scratch.n > SHAPE_MAX ||
		    memchr(o->f[i].key, '$', o->f[i].klen) != NULL)
			return -1;
		tp_buf_str(&b->scratch, i == 0 ? "{\"" : ",\"");
		tp_buf_add(&b->scratch, o->f[i].key, o->f[i].klen);
		tp_buf_lit(&b->scratch, "\":");
		put_value(k, &o->f[i].v);
	}
	tp_buf_char(&b->scratch, '}');
	if (b->rest.n > 0)
		tp_buf_char(&b->rest, ']');
	return 0;
}

/* The number of the record's shape; where there are too many, or it makes
 * none, that of a whole line. */
static uint32_t
find_shape(struct pack *k)
{
	struct tp_batch	*b = k->b;
	size_t		 at;

	if (make_shape(k) == 0) {
		at = tp_map_find(&b->shapes, b->scratch.p, b->scratch.n);
		if (at == SIZE_MAX && b->shapes.n < TP_BATCH_SHAPES)
			at = tp_map_add(&b->shapes, b->scratch.p,
			    b->scratch.n);
		if (at != SIZE_MAX)
			return (uint32_t)at;
	}
	b->rest.n = 0;
	tp_buf_add(&b->rest, k->r->line, k->r->len);
	return (uint32_t)tp_map_add(&b->shapes, "$l", 2);
}

static void
set_shape(struct pack *k)
{
	struct tp_batch	*b = k->b;

	k->row->shape = find_shape(k);
	k->row->rest = (uint32_t)b->text.n;
	k->row->restlen = (uint32_t)b->rest.n;
	tp_buf_add(&b->text, b->rest.p, b->rest.n);
	if (!b->keep_lines)
		return;
	k->row->line = (uint32_t)b->text.n;
	k->row->linelen = (uint32_t)k->r->len;
	tp_buf_add(&b->text, k->r->line, k->r->len);
}

const char *
tp_batch_add(struct tp_batch *b, const struct tp_rec *r, uint32_t source,
    int64_t pos, const char **field)
{
	enum tp_store_kind	kind = tp_store_kind_of(r);
	struct tp_rows		*rows = &b->kind[kind % TP_STORE_KINDS];
	struct pack		k = { .b = b, .r = r };
	size_t			was = b->text.n;

	*field = NULL;
	if (kind == TP_STORE_KINDS)
		return "none of the kinds that are stored";
	TP_GROW(rows->v, rows->cap, rows->n + 1);
	k.t = &tp_tables[kind];
	k.row = &rows->v[rows->n];
	*k.row = (struct tp_row){ .source = source, .pos = pos };
	if (take_columns(&k) == -1 ||
	    (kind == TP_STORE_EVENT && take_reading(&k) == -1)) {
		b->text.n = was;
		*field = k.field;
		return k.why;
	}
	if (kind == TP_STORE_PREDICTION)
		take_minutes(&k);
	set_shape(&k);
	rows->n++;
	b->n++;
	return NULL;
}

struct tp_cells
tp_batch_cells(const struct tp_batch *b, const struct tp_table *t,
    const struct tp_row *r)
{
	struct tp_cells	c = { .segment = NULL };
	int		i;

	memcpy(c.v, r->v, sizeof(c.v));
	for (i = 0; i < t->n; i++)
		if (t->col[i].type == TP_COLUMN_TEXT)
			c.text[i] = tp_batch_text(b, r->v[i]);
	if (t->sensor >= 0 && r->v[t->sensor] != TP_STORE_NULL) {
		c.segment = b->segments.keys[r->v[t->sensor]].p;
		c.segmentlen = b->segments.keys[r->v[t->sensor]].n;
	}
	if (r->restlen > 0)
		c.rest = (struct tp_cell_text){ b->text.p + r->rest,
		    r->restlen };
	return c;
}
