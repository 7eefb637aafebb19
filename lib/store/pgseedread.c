/*
 * Reading the tables of another system.  The names of the columns that a
 * query gives are those of the record's fields, so that its shape is made as
 * rows come.
 */
#include "base/clock.h"
#include "store/pgseed.h"

#define TYPE_BOOL	16	/* of pg_type */
#define TYPE_TEXT	25
#define TYPE_VARCHAR	1043

/* Fields that our tables have a column for; others are rest. */
static const struct field {
	const char	*name;
	enum tp_store_kind kind;
	char		 code;		/* of the hole; see store/shape.h */
	uint8_t		 column;
} fields[] = {
	{ "speed_mph", TP_STORE_EVENT, 'm', 2 },
	{ "speed_kmh", TP_STORE_EVENT, 'k', 2 },
	{ "volume_vph", TP_STORE_EVENT, 'd', 3 },
	{ "occupancy_percent", TP_STORE_EVENT, 'd', 4 },
	{ "prediction_horizon_minutes", TP_STORE_PREDICTION, 'j', 2 },
	{ "predicted_speed_mph", TP_STORE_PREDICTION, 'm', 3 },
	{ "predicted_speed_kmh", TP_STORE_PREDICTION, 'k', 3 },
	{ "lower_mph", TP_STORE_PREDICTION, 'm', 4 },
	{ "upper_mph", TP_STORE_PREDICTION, 'm', 5 },
	{ "confidence_score", TP_STORE_PREDICTION, 'd', 6 },
};

/* What is being read. */
struct reading {
	struct tp_seed	*d;
	const struct tp_store_query *q;
	const struct tp_seed_table *t;
	tp_cells_fn	*fn;
	void		*arg;
	struct tp_err	*e;
	struct tp_buf	 shape, rest, id;
};

/* A number as its column has it, and its hole: whether that holds it. */
static bool
put_number(struct reading *k, const char *name, struct tp_cell_text x,
    struct tp_cells *c)
{
	size_t	i;
	int	decimals;

	for (i = 0; i < sizeof(fields) / sizeof(*fields); i++) {
		const struct field	*f = &fields[i];
		int64_t			 v;

		if (f->kind != k->q->kind || strcmp(f->name, name) != 0)
			continue;
		if ((decimals = tp_milli_parse(x.p, x.n, &v)) == -1)
			return false;
		if (f->code == 'j')
			v /= 1000;
		c->v[f->column] = f->code == 'm' ? tp_milli_kmh(v) : v;
		tp_buf_printf(&k->shape, "$%c%d", f->code, f->column);
		if (f->code != 'j')
			tp_buf_int(&k->shape, decimals);
		return true;
	}
	return false;
}

/* One field: its name and hole into the shape, its value to a column or to
 * rest. */
static void
put_field(struct reading *k, const PGresult *r, int column,
    struct tp_cells *c)
{
	struct tp_cell_text	 x = { PQgetvalue(r, 0, column),
				    (size_t)PQgetlength(r, 0, column) };
	Oid			 type = PQftype(r, column);

	tp_buf_printf(&k->shape, ",\"%s\":", PQfname(r, column));
	if (type == TYPE_TEXT || type == TYPE_VARCHAR) {
		tp_buf_lit(&k->shape, "$_");
		tp_buf_char(&k->rest, k->rest.n == 0 ? '[' : ',');
		tp_json_write_str(&k->rest, x.p, x.n);
	} else if (type == TYPE_BOOL)
		tp_buf_str(&k->shape, *x.p == 't' ? "true" : "false");
	else if (!put_number(k, PQfname(r, column), x, c)) {
		tp_buf_lit(&k->shape, "$_");
		tp_buf_char(&k->rest, k->rest.n == 0 ? '[' : ',');
		tp_buf_add(&k->rest, x.p, x.n);
	}
}

/* Whether a column says something.  NaN and Infinity, which programs of others
 * write for "not known", are no numbers of JSON. */
static bool
says(const PGresult *r, int column)
{
	const char	*p = PQgetvalue(r, 0, column);
	Oid		 type = PQftype(r, column);

	if (PQgetisnull(r, 0, column))
		return false;
	if (type == TYPE_TEXT || type == TYPE_VARCHAR || type == TYPE_BOOL)
		return true;
	p += *p == '-';
	return *p >= '0' && *p <= '9';
}

/* Columns: the segment, the time in ms, and fields. */
static int
give(struct reading *k, const PGresult *r)
{
	struct tp_cells	c = { .segment = NULL };
	size_t		shape;
	int		i;

	for (i = 0; i < TP_STORE_COLUMNS; i++)
		c.v[i] = TP_STORE_NULL;
	k->shape.n = k->rest.n = k->id.n = 0;
	tp_json_write_str(&k->id, PQgetvalue(r, 0, 0),
	    (size_t)PQgetlength(r, 0, 0));
	c.segment = k->id.p + 1;
	c.segmentlen = k->id.n - 2;
	c.v[tp_tables[k->q->kind].time] = tp_pg_int(r, 0, 1);
	tp_buf_printf(&k->shape, "{\"segment_id\":$s,\"timestamp\":$t%d",
	    tp_tables[k->q->kind].time);
	for (i = 2; i < PQnfields(r); i++)
		if (says(r, i))
			put_field(k, r, i, &c);
	tp_buf_char(&k->shape, '}');
	if (k->rest.n > 0) {
		tp_buf_char(&k->rest, ']');
		c.rest = (struct tp_cell_text){ k->rest.p, k->rest.n };
	}
	shape = tp_map_add(&k->d->shapes, k->shape.p, k->shape.n);
	return k->fn(k->arg, (int64_t)shape, &c);
}

static int
give_all(struct reading *k, const char *sql, const char *const *v)
{
	PGconn		*c = k->d->pg.c;
	PGresult	*r;
	int		 rc = 0;

	if (PQsendQueryParams(c, sql, 3, NULL, v, NULL, NULL, 0) != 1 ||
	    PQsetSingleRowMode(c) != 1)
		return tp_pg_error(&k->d->pg, NULL, k->e);
	while ((r = PQgetResult(c)) != NULL) {
		if (PQresultStatus(r) == PGRES_SINGLE_TUPLE) {
			if (rc == 0)
				rc = give(k, r);
		} else if (PQresultStatus(r) != PGRES_TUPLES_OK && rc == 0)
			rc = tp_pg_error(&k->d->pg, r, k->e);
		PQclear(r);
	}
	return rc;
}

/* A time as PostgreSQL reads it; beyond what it has, the last that it has. */
static const char *
bound(struct tp_buf *b, int64_t t)
{
	int64_t	low = tp_civil_days(1, 1, 1) * TP_DAY;
	int64_t	high = tp_civil_days(10000, 1, 1) * TP_DAY - 1;

	tp_buf_time(b, t < low ? low : t > high ? high : t);
	return tp_buf_cstr(b);
}

/* The text of an id of the query, which is the bytes of a JSON string. */
static void
plain_id(struct tp_buf *to, const char *id)
{
	struct tp_json_obj	o = { 0 };
	struct tp_buf		b = { 0 };
	size_t			n;

	tp_buf_printf(&b, "[\"%s\"]", id);
	n = b.n;
	memset(tp_buf_room(&b, TP_JSON_PAD), 0, TP_JSON_PAD);
	if (tp_json_array(&o, b.p, n) == -1 || o.n != 1 ||
	    tp_json_unescape(&o.f[0].v, to) == -1) {
		to->n = 0;
		tp_buf_str(to, id);	/* which none has */
	}
	tp_json_obj_release(&o);
	tp_buf_release(&b);
}

static const char *
put_ids(struct tp_buf *b, const struct tp_store_query *q)
{
	struct tp_buf	*text = tp_calloc(q->nsegments, sizeof(*text));
	const char	**ids = tp_calloc(q->nsegments, sizeof(*ids));
	size_t		 i;

	for (i = 0; i < q->nsegments; i++) {
		plain_id(&text[i], q->segments[i]);
		ids[i] = tp_buf_cstr(&text[i]);
	}
	tp_pg_put_array(b, ids, q->nsegments);
	for (i = 0; i < q->nsegments; i++)
		tp_buf_release(&text[i]);
	free(text);
	free(ids);
	return tp_buf_cstr(b);
}

static int
read_table(struct reading *k)
{
	const struct tp_seed_table	*t = k->t;
	struct tp_buf			 sql = { 0 }, from = { 0 },
					 to = { 0 }, ids = { 0 };
	const char			*v[3];
	int				 rc;

	tp_buf_printf(&sql, "%s WHERE %s>=$1::timestamptz AND "
	    "%s<$2::timestamptz AND ($3::text[] IS NULL OR %s=ANY($3)) "
	    "ORDER BY 2,1,3", t->select, t->at, t->at, t->id);
	v[0] = bound(&from, k->q->from);
	v[1] = bound(&to, k->q->to);
	v[2] = k->q->nsegments > 0 ? put_ids(&ids, k->q) : NULL;
	rc = give_all(k, tp_buf_cstr(&sql), v);
	tp_buf_release(&sql);
	tp_buf_release(&from);
	tp_buf_release(&to);
	tp_buf_release(&ids);
	return rc;
}

int
tp_seed_rows(struct tp_store *s, const struct tp_store_query *q,
    tp_cells_fn *fn, void *arg, struct tp_err *e)
{
	struct tp_seed			*d = s->db;
	const struct tp_seed_form	*form = tp_seed_form(d);
	struct reading			 k = { .d = d, .q = q, .fn = fn,
					    .arg = arg, .e = e };
	size_t				 i;
	int				 rc = 0;

	for (i = 0; rc == 0 && i < form->ntables; i++) {
		k.t = &form->tables[i];
		if (k.t->kind == q->kind && k.t->select != NULL)
			rc = read_table(&k);
	}
	tp_buf_release(&k.shape);
	tp_buf_release(&k.rest);
	tp_buf_release(&k.id);
	return rc;
}

int
tp_seed_shape(struct tp_store *s, int64_t id, struct tp_buf *b,
    struct tp_err *e)
{
	const struct tp_seed	*d = s->db;

	(void)e;
	tp_buf_add(b, d->shapes.keys[id].p, d->shapes.keys[id].n);
	return 0;
}
