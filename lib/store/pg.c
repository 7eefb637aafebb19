/* PostgreSQL: connecting, making the tables, and looking after them. */
#include "store/pg.h"

#include <inttypes.h>

#include "store/address.h"
#include "store/sql.h"

/* The lines of a text as one. */
static void
join_lines(struct tp_buf *b, const char *text)
{
	size_t	n;

	for (; *text != '\0'; text += n) {
		text += strspn(text, "\n\t");
		n = strcspn(text, "\n\t");
		if (n > 0)
			tp_buf_printf(b, "%s%.*s", b->n > 0 ? " " : "", (int)n,
			    text);
	}
}

int
tp_pg_error(struct tp_pg *d, const PGresult *r, struct tp_err *e)
{
	const char	*state = r != NULL ?
			    PQresultErrorField(r, PG_DIAG_SQLSTATE) : NULL;
	const char	*text = r != NULL ? PQresultErrorMessage(r) : "";
	struct tp_buf	 b = { 0 };

	if (*text == '\0')
		text = PQerrorMessage(d->c);
	join_lines(&b, text);
	/* a full disk, and the like, pass; so the caller may come back */
	tp_err_set(e, TP_EXIT_SYS, "%s%s%s", tp_buf_cstr(&b),
	    state != NULL ? ", SQLSTATE " : "", state != NULL ? state : "");
	tp_buf_release(&b);
	return -1;
}

int
tp_pg_exec(struct tp_pg *d, const char *sql, struct tp_err *e)
{
	PGresult	*r = PQexec(d->c, sql);
	ExecStatusType	 st = PQresultStatus(r);
	int		 rc = 0;

	if (st != PGRES_COMMAND_OK && st != PGRES_TUPLES_OK &&
	    st != PGRES_COPY_IN)
		rc = tp_pg_error(d, r, e);
	PQclear(r);
	return rc;
}

PGresult *
tp_pg_query(struct tp_pg *d, const char *sql, int n,
    const char *const *values, struct tp_err *e)
{
	PGresult	*r = PQexecParams(d->c, sql, n, NULL, values, NULL,
			    NULL, 0);
	ExecStatusType	 st = PQresultStatus(r);

	if (st == PGRES_TUPLES_OK || st == PGRES_COMMAND_OK)
		return r;
	tp_pg_error(d, r, e);
	PQclear(r);
	return NULL;
}

int64_t
tp_pg_int(const PGresult *r, int row, int column)
{
	int64_t	v;

	if (PQgetisnull(r, row, column) || tp_parse_int(PQgetvalue(r, row,
	    column), (size_t)PQgetlength(r, row, column), &v) == -1)
		return TP_STORE_NULL;
	return v;
}

static void
put_table(struct tp_buf *b, enum tp_store_kind k)
{
	const struct tp_table	*t = &tp_tables[k];
	int			 i;

	tp_buf_printf(b, "CREATE TABLE tp.%s(", t->name);
	for (i = 0; i < t->n; i++)
		tp_buf_printf(b, "%s %s%s,", t->col[i].name,
		    t->col[i].type == TP_COLUMN_TEXT ? "text" :
		    t->col[i].type == TP_COLUMN_SENSOR ? "int" : "bigint",
		    i < t->nkey ? " NOT NULL" : "");
	tp_buf_lit(b, "shape int NOT NULL,rest text,PRIMARY KEY(");
	tp_sql_key(b, t);
	tp_buf_printf(b, "))%s;", tp_pg_monthly(k) ?
	    " PARTITION BY RANGE(t)" : "");
	if (tp_pg_monthly(k))
		tp_buf_printf(b, "CREATE TABLE tp.%s_other PARTITION OF tp.%s "
		    "DEFAULT;CREATE INDEX ON tp.%s USING brin(t);", t->name,
		    t->name, t->name);
	else
		tp_buf_printf(b, "CREATE INDEX ON tp.%s(t);", t->name);
}

/* All tables in one transaction; a second writer waits for it. */
static int
make_schema(struct tp_pg *d, struct tp_err *e)
{
	struct tp_buf	b = { 0 };
	int		k, rc;

	tp_buf_printf(&b, "CREATE SCHEMA IF NOT EXISTS tp;"
	    "CREATE TABLE tp.version(version int NOT NULL);"
	    "INSERT INTO tp.version VALUES(%d);"
	    "CREATE TABLE tp.sensor(id serial PRIMARY KEY,"
	    "name text NOT NULL UNIQUE);"
	    "CREATE TABLE tp.shape(id serial PRIMARY KEY,"
	    "text text NOT NULL);"
	    /* texts may be longer than an index takes */
	    "CREATE UNIQUE INDEX ON tp.shape(md5(text));"
	    "CREATE TABLE tp.position(source text,partition int,"
	    "next bigint NOT NULL,PRIMARY KEY(source,partition));",
	    TP_STORE_VERSION);
	for (k = 0; k < TP_STORE_KINDS; k++)
		put_table(&b, (enum tp_store_kind)k);
	tp_buf_lit(&b, "CREATE VIEW tp.readings AS SELECT s.name AS segment,"
	    "to_timestamp(r.t/1000.0) AS time,r.speed/1000.0 AS speed_kmh,"
	    "r.volume/1000.0 AS volume_vph,r.occupancy/1000.0 AS "
	    "occupancy_percent FROM tp.reading r JOIN tp.sensor s "
	    "ON s.id=r.sensor");
	rc = tp_pg_exec(d, tp_buf_cstr(&b), e);
	tp_buf_release(&b);
	return rc;
}

static int
check_version(struct tp_pg *d, struct tp_err *e)
{
	PGresult	*r = tp_pg_query(d, "SELECT version FROM tp.version",
			    0, NULL, e);
	int64_t		 v;

	if (r == NULL)
		return -1;
	v = PQntuples(r) == 1 ? tp_pg_int(r, 0, 0) : 0;
	PQclear(r);
	if (v == TP_STORE_VERSION)
		return 0;
	return tp_err_set(e, TP_EXIT_DATA, "the store has schema version "
	    "%" PRId64 " and this program %d: %s", v, TP_STORE_VERSION,
	    v > TP_STORE_VERSION ? "use a newer tp-store" :
	    "it is too old to be migrated");
}

int
tp_pg_there(struct tp_pg *d, const char *table, struct tp_err *e)
{
	PGresult	*r = tp_pg_query(d, "SELECT to_regclass($1) IS NOT "
			    "NULL", 1, &table, e);
	int		 there;

	if (r == NULL)
		return -1;
	there = strcmp(PQgetvalue(r, 0, 0), "t") == 0;
	PQclear(r);
	return there;
}

int
tp_pg_make_once(struct tp_pg *d, const char *table,
    int (*make)(struct tp_pg *d, struct tp_err *e), struct tp_err *e)
{
	int	there = tp_pg_there(d, table, e), rc;

	if (there != 0)
		return there;
	/* before the transaction, which would not see what others made */
	if (tp_pg_exec(d, TP_PG_LOCK, e) == -1 ||
	    tp_pg_exec(d, "BEGIN", e) == -1)
		return -1;
	there = tp_pg_there(d, table, e);
	rc = there == 0 ? make(d, e) : there;
	if (rc != -1 && tp_pg_exec(d, "COMMIT", e) == -1)
		rc = -1;
	if (rc == -1)
		tp_pg_exec(d, "ROLLBACK", &(struct tp_err){ 0 });
	PQclear(PQexec(d->c, TP_PG_UNLOCK));
	return rc;
}

static int
make_own(struct tp_store *s, struct tp_err *e)
{
	struct tp_pg	*d = s->db;
	int		 there;

	if (s->conf.mode == TP_STORE_WRITE)
		there = tp_pg_make_once(d, "tp.version", make_schema, e);
	else if ((there = tp_pg_there(d, "tp.version", e)) == 0)
		return tp_err_set(e, TP_EXIT_DATA, "no store (schema tp) in "
		    "this database");
	return there == 1 ? check_version(d, e) : there;
}

static const struct tp_pg_form	own = {
	.schema = "tp",
	.make = make_own,
	.write = tp_pg_write_own,
	.forget = tp_pg_forget_own,
};

int
tp_pg_connect(struct tp_store *s, struct tp_err *e)
{
	struct tp_pg	*d = s->db;

	if (d->c != NULL)
		PQfinish(d->c);
	d->c = PQconnectdb(d->conninfo);
	if (PQstatus(d->c) != CONNECTION_OK)
		return tp_pg_error(d, NULL, e);
	if (PQsetClientEncoding(d->c, "UTF8") != 0 ||
	    tp_pg_exec(d, "SET client_min_messages=error;"
	    "SET timezone='UTC'", e) == -1)
		return tp_pg_error(d, NULL, e);
	return d->form->make(s, e);
}

int
tp_pg_open(struct tp_store *s, const char *rest,
    const struct tp_pg_form *form, size_t size, struct tp_err *e)
{
	struct tp_pg	*d = tp_calloc(1, size);

	s->db = d;
	d->form = form;
	d->retain.newest = TP_TIME_NONE;
	free(s->name);
	if (tp_address_pg(rest, &d->conninfo, &s->name, e) == -1)
		return -1;
	return tp_pg_connect(s, e);
}

static int
pg_open(struct tp_store *s, const char *rest, struct tp_err *e)
{
	return tp_pg_open(s, rest, &own, sizeof(struct tp_pg), e);
}

void
tp_pg_close(struct tp_store *s)
{
	struct tp_pg	*d = s->db;

	if (d == NULL)
		return;
	if (d->c != NULL)
		PQfinish(d->c);
	free(d->conninfo);
	tp_buf_release(&d->copy);
	PQclear(d->shapes);
	tp_map_release(&d->months);
	tp_known_release(&d->known);
	free(d);
}

static int
pg_info(struct tp_store *s, struct tp_store_info *i, struct tp_err *e)
{
	struct tp_pg	*d = s->db;
	PGresult	*r;
	char		 sql[200];
	int		 k;

	i->version = TP_STORE_VERSION;
	r = tp_pg_query(d, "SELECT (SELECT count(*) FROM tp.sensor),"
	    "(SELECT coalesce(sum(pg_total_relation_size(oid)),0)::bigint "
	    "FROM pg_class WHERE relnamespace='tp'::regnamespace AND "
	    "relkind='r')", 0, NULL, e);
	if (r == NULL)
		return -1;
	i->segments = (uint64_t)tp_pg_int(r, 0, 0);
	i->bytes = (uint64_t)tp_pg_int(r, 0, 1);
	PQclear(r);
	for (k = 0; k < TP_STORE_KINDS; k++) {
		snprintf(sql, sizeof(sql), "SELECT count(*),min(t),max(t) "
		    "FROM tp.%s", tp_tables[k].name);
		if ((r = tp_pg_query(d, sql, 0, NULL, e)) == NULL)
			return -1;
		i->kind[k].rows = (uint64_t)tp_pg_int(r, 0, 0);
		i->kind[k].from = tp_pg_int(r, 0, 1);
		i->kind[k].to = tp_pg_int(r, 0, 2);
		PQclear(r);
	}
	return 0;
}

static int
pg_vacuum(struct tp_store *s, struct tp_err *e)
{
	char	sql[100];
	int	k;

	for (k = 0; k < TP_STORE_KINDS; k++) {
		snprintf(sql, sizeof(sql), "VACUUM FULL ANALYZE tp.%s",
		    tp_tables[k].name);
		if (tp_pg_exec(s->db, sql, e) == -1)
			return -1;
	}
	return 0;
}

/* Whether all rows have their names and shapes. */
static int
pg_check(struct tp_store *s, struct tp_err *e)
{
	struct tp_pg	*d = s->db;
	PGresult	*r;
	char		 sql[300];
	int64_t		 n;
	int		 k;

	for (k = 0; k < TP_STORE_KINDS; k++) {
		snprintf(sql, sizeof(sql), "SELECT count(*) FROM tp.%s r "
		    "WHERE NOT EXISTS(SELECT 1 FROM tp.shape x WHERE "
		    "x.id=r.shape)%s", tp_tables[k].name,
		    tp_tables[k].sensor < 0 ? "" : " OR (sensor IS NOT NULL "
		    "AND NOT EXISTS(SELECT 1 FROM tp.sensor x WHERE "
		    "x.id=r.sensor))");
		if ((r = tp_pg_query(d, sql, 0, NULL, e)) == NULL)
			return -1;
		n = tp_pg_int(r, 0, 0);
		PQclear(r);
		if (n == 0)
			continue;
		tp_err_set(e, TP_EXIT_NO, "%" PRId64 " rows of %s have no "
		    "shape or segment", n, tp_tables[k].name);
		return 1;
	}
	return 0;
}

const struct tp_backend tp_backend_pg = {
	.scheme = "postgres",
	.open = pg_open,
	.close = tp_pg_close,
	.write = tp_pg_write,
	.position = tp_pg_position,
	.forget = tp_pg_forget,
	.rows = tp_pg_rows,
	.shape = tp_pg_shape,
	.info = pg_info,
	.vacuum = pg_vacuum,
	.check = pg_check,
};
