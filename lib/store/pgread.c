/* Reading from PostgreSQL, row by row as they come. */
#include <inttypes.h>

#include "store/pg.h"
#include "store/sql.h"

/* What is being read. */
struct query {
	struct tp_pg	*d;
	const struct tp_store_query *q;
	const struct tp_table *t;
	tp_cells_fn	*fn;
	void		*arg;
	struct tp_err	*e;
};

static struct tp_cell_text
text_of(const PGresult *r, int column)
{
	if (PQgetisnull(r, 0, column))
		return (struct tp_cell_text){ NULL, 0 };
	return (struct tp_cell_text){ PQgetvalue(r, 0, column),
	    (size_t)PQgetlength(r, 0, column) };
}

/* Columns: the table's, shape, rest, and the segment's name. */
static int
give(struct query *k, const PGresult *r)
{
	struct tp_cells	c = { .segment = NULL };
	int		i, n = k->t->n;

	for (i = 0; i < n; i++) {
		if (k->t->col[i].type == TP_COLUMN_TEXT)
			c.text[i] = text_of(r, i);
		else
			c.v[i] = tp_pg_int(r, 0, i);
	}
	c.rest = text_of(r, n + 1);
	c.segment = text_of(r, n + 2).p;
	c.segmentlen = text_of(r, n + 2).n;
	return k->fn(k->arg, tp_pg_int(r, 0, n), &c);
}

static int
give_all(struct query *k, const char *sql, const char *segments)
{
	const char	*v[] = { segments };
	PGresult	*r;
	int		 rc = 0;

	if (PQsendQueryParams(k->d->c, sql, segments != NULL, NULL, v, NULL,
	    NULL, 0) != 1 || PQsetSingleRowMode(k->d->c) != 1)
		return tp_pg_error(k->d, NULL, k->e);
	while ((r = PQgetResult(k->d->c)) != NULL) {
		if (PQresultStatus(r) == PGRES_SINGLE_TUPLE) {
			if (rc == 0)
				rc = give(k, r);
		} else if (PQresultStatus(r) != PGRES_TUPLES_OK && rc == 0)
			rc = tp_pg_error(k->d, r, k->e);
		PQclear(r);
	}
	return rc;
}

void
tp_pg_put_array(struct tp_buf *b, const char *const *ids, size_t n)
{
	const char	*p;
	size_t		 i;

	tp_buf_char(b, '{');
	for (i = 0; i < n; i++) {
		tp_buf_str(b, i > 0 ? ",\"" : "\"");
		for (p = ids[i]; *p != '\0'; p++) {
			if (*p == '"' || *p == '\\')
				tp_buf_char(b, '\\');
			tp_buf_char(b, *p);
		}
		tp_buf_char(b, '"');
	}
	tp_buf_char(b, '}');
}

static void
put_select(struct tp_buf *b, const struct query *k)
{
	int	i;

	tp_buf_lit(b, "SELECT ");
	tp_sql_columns(b, k->t, "r.");
	if (k->t->sensor >= 0)
		tp_buf_printf(b, ",s.name FROM tp.%s r LEFT JOIN tp.sensor s "
		    "ON s.id=r.sensor", k->t->name);
	else
		tp_buf_printf(b, ",NULL FROM tp.%s r", k->t->name);
	tp_buf_printf(b, " WHERE r.t>=%" PRId64 " AND r.t<%" PRId64,
	    k->q->from, k->q->to);
	if (k->q->nsegments > 0)
		tp_buf_lit(b, " AND s.name=ANY($1)");
	tp_buf_lit(b, " ORDER BY r.t");
	for (i = 0; i < k->t->nkey; i++)
		if (i != k->t->time)
			tp_buf_printf(b, ",r.%s", k->t->col[i].name);
}

int
tp_pg_rows(struct tp_store *s, const struct tp_store_query *q,
    tp_cells_fn *fn, void *arg, struct tp_err *e)
{
	struct tp_pg	*d = s->db;
	struct query	 k = { .d = d, .q = q, .t = &tp_tables[q->kind],
			    .fn = fn, .arg = arg, .e = e };
	struct tp_buf	 sql = { 0 }, list = { 0 };
	int		 rc;

	if (q->nsegments > 0 && k.t->sensor < 0)
		return 0;
	put_select(&sql, &k);
	tp_pg_put_array(&list, q->segments, q->nsegments);
	if (tp_pg_exec(d, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
	    e) == -1)
		return -1;
	PQclear(d->shapes);
	d->shapes = tp_pg_query(d, "SELECT id,text FROM tp.shape", 0, NULL,
	    e);
	rc = d->shapes == NULL ? -1 : give_all(&k, tp_buf_cstr(&sql),
	    q->nsegments > 0 ? tp_buf_cstr(&list) : NULL);
	PQclear(PQexec(d->c, "COMMIT"));
	tp_buf_release(&sql);
	tp_buf_release(&list);
	return rc;
}

/* Shapes that rows may have are read before them. */
int
tp_pg_shape(struct tp_store *s, int64_t id, struct tp_buf *b,
    struct tp_err *e)
{
	const PGresult	*r = ((struct tp_pg *)s->db)->shapes;
	int		 i;

	for (i = 0; i < PQntuples(r); i++)
		if (tp_pg_int(r, i, 0) == id) {
			tp_buf_add(b, PQgetvalue(r, i, 1),
			    (size_t)PQgetlength(r, i, 1));
			return 0;
		}
	return tp_err_set(e, TP_EXIT_DATA, "no shape %" PRId64 ": the store "
	    "is damaged", id);
}
