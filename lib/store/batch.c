/* Records taken apart. */
#include "store/take.h"

#define SHAPE_MAX	4096	/* bytes; longer lines are kept whole */
#define SAME_MAX	60	/* of a value that is part of a shape */

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
derived(struct tp_take *k, const struct tp_json_val *v)
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
put_value(struct tp_take *k, const struct tp_json_val *v)
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
make_shape(struct tp_take *k)
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
find_shape(struct tp_take *k)
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
set_shape(struct tp_take *k)
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

/* Whether the rows behind the first n are such as the store can have. */
static bool
fits(struct tp_take *k, const struct tp_rows *rows, size_t n)
{
	while (k->b->fits != NULL && k->why == NULL && n < rows->n)
		k->why = k->b->fits(k->r, (enum tp_store_kind)
		    (k->t - tp_tables), &rows->v[n++], &k->field);
	return k->why == NULL;
}

const char *
tp_batch_add(struct tp_batch *b, const struct tp_rec *r, uint32_t source,
    int64_t pos, const char **field)
{
	enum tp_store_kind	kind = tp_store_kind_of(r);
	struct tp_take		k = { .b = b, .r = r };
	struct tp_rows		*rows;
	size_t			was = b->text.n, n;

	*field = NULL;
	if (kind == TP_STORE_KINDS)
		return "none of the kinds that are stored";
	if (r->len > TP_BATCH_LINE)
		return "too long for a database";
	rows = &b->kind[kind];
	n = rows->n;
	TP_GROW(rows->v, rows->cap, n + 1);
	k.t = &tp_tables[kind];
	k.row = &rows->v[n];
	*k.row = (struct tp_row){ .source = source, .pos = pos };
	if (tp_take_columns(&k) == 0) {
		set_shape(&k);
		rows->n++;
		if (k.nhorizons > 1)
			tp_take_others(&k, rows);
		if (fits(&k, rows, n)) {
			b->n += rows->n - n;
			return NULL;
		}
	}
	rows->n = n;
	b->text.n = was;
	*field = k.field;
	return k.why;
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
