/*
 * Writing to PostgreSQL: a batch is one transaction.  Rows are copied into
 * their table; where some are there already, into a table of the session and
 * from there by INSERT .. ON CONFLICT.
 */
#include <inttypes.h>

#include "base/clock.h"
#include "base/sig.h"
#include "store/pg.h"
#include "store/sql.h"

#define MONTHS_FROM	1990	/* other years share a partition */
#define MONTHS_TO	2100
#define PAUSE_MS	200	/* between two attempts to connect */

/* Ids of texts in sensor or shape, which are added where they are new. */
static int
name_texts(struct tp_pg *d, const struct tp_map *m, size_t from,
    const char *sql, int64_t *id, struct tp_err *e)
{
	const char	*v[1];
	PGresult	*r;
	size_t		 i;

	for (i = from; i < m->n; i++) {
		v[0] = m->keys[i].p;
		if ((r = tp_pg_query(d, sql, 1, v, e)) == NULL)
			return -1;
		id[i] = PQntuples(r) == 1 ? tp_pg_int(r, 0, 0) : 0;
		PQclear(r);
	}
	return 0;
}

static int
name_new(struct tp_pg *d, const struct tp_batch *b, struct tp_err *e)
{
	if (name_texts(d, &b->segments, d->known.nsegments,
	    "INSERT INTO tp.sensor(name) VALUES($1) ON CONFLICT(name) DO "
	    "UPDATE SET name=excluded.name RETURNING id", d->known.segment,
	    e) == -1)
		return -1;
	return name_texts(d, &b->shapes, d->known.nshapes,
	    "INSERT INTO tp.shape(text) VALUES($1) ON CONFLICT(md5(text)) DO "
	    "UPDATE SET text=excluded.text RETURNING id", d->known.shape, e);
}

static int
read_position(struct tp_store *s, const char *source, int32_t partition,
    int64_t *next, struct tp_err *e)
{
	char		 number[16];
	const char	*v[] = { source, number };
	struct tp_pg	*d = s->db;
	char		 sql[120];
	PGresult	*r;

	snprintf(number, sizeof(number), "%" PRId32, partition);
	snprintf(sql, sizeof(sql), "SELECT next FROM %s.position WHERE "
	    "source=$1 AND partition=$2 FOR UPDATE", d->form->schema);
	r = tp_pg_query(d, sql, 2, v, e);
	if (r == NULL)
		return -1;
	*next = PQntuples(r) == 1 ? tp_pg_int(r, 0, 0) : -1;
	PQclear(r);
	return 0;
}

int
tp_pg_forget(struct tp_store *s, const char *source, int32_t partition,
    struct tp_err *e)
{
	char		 number[16], sql[120];
	const char	*v[] = { source, number };
	struct tp_pg	*d = s->db;
	PGresult	*r;

	snprintf(number, sizeof(number), "%" PRId32, partition);
	snprintf(sql, sizeof(sql), "DELETE FROM %s.position WHERE source=$1 "
	    "AND partition=$2", d->form->schema);
	r = tp_pg_query(d, sql, 2, v, e);
	PQclear(r);
	return r != NULL ? 0 : -1;
}

int
tp_pg_position(struct tp_store *s, const char *source, int32_t partition,
    int64_t *next, struct tp_err *e)
{
	return read_position(s, source, partition, next, e);
}

static int
set_position(struct tp_store *s, const struct tp_source *p,
    struct tp_err *e)
{
	char		 number[16], next[24];
	const char	*v[] = { p->name, number, next };
	struct tp_pg	*d = s->db;
	char		 sql[160];
	PGresult	*r;

	snprintf(number, sizeof(number), "%" PRId32, p->partition);
	snprintf(next, sizeof(next), "%" PRId64, p->next);
	snprintf(sql, sizeof(sql), "INSERT INTO %s.position VALUES($1,$2,$3) "
	    "ON CONFLICT(source,partition) DO UPDATE SET next=excluded.next",
	    d->form->schema);
	if ((r = tp_pg_query(d, sql, 3, v, e)) == NULL)
		return -1;
	PQclear(r);
	return 0;
}

/* Positions move only from where we left them, as in SQLite. */
int
tp_pg_move(struct tp_store *s, const struct tp_batch *b,
    struct tp_err *e)
{
	struct tp_pg	*d = s->db;
	int64_t		 next;
	size_t		 i;

	for (i = 1; i < b->nsources; i++) {
		const struct tp_source	*p = &b->sources[i];

		if (read_position(s, p->name, p->partition, &next, e) == -1)
			return -1;
		if (tp_known_source(&d->known, b, i, next, e) == -1)
			return -1;
		if (p->next > next && set_position(s, p, e) == -1)
			return -1;
	}
	return 0;
}

/* The partition of a row's month: makes it where it is not there. */
static int
make_month(struct tp_pg *d, const struct tp_table *t, int64_t at,
    struct tp_err *e)
{
	struct tp_tz	utc = { .utc = true };
	struct tp_civil	c;
	char		name[40], sql[300];
	int64_t		from, to;
	int		rc;

	if (at < tp_civil_days(MONTHS_FROM, 1, 1) * TP_DAY ||
	    at >= tp_civil_days(MONTHS_TO, 1, 1) * TP_DAY)
		return 0;
	tp_tz_civil(&utc, at, &c);
	snprintf(name, sizeof(name), "%s_%04d%02d", t->name, c.year, c.month);
	if (tp_map_find(&d->months, name, strlen(name)) != SIZE_MAX)
		return 0;
	from = tp_civil_days(c.year, c.month, 1) * TP_DAY;
	to = tp_civil_days(c.year + c.month / 12, c.month % 12 + 1, 1) *
	    TP_DAY;
	snprintf(sql, sizeof(sql), "CREATE TABLE IF NOT EXISTS tp.%s "
	    "PARTITION OF tp.%s FOR VALUES FROM (%" PRId64 ") TO (%" PRId64
	    ")", name, t->name, from, to);
	if (tp_pg_exec(d, TP_PG_LOCK, e) == -1)
		return -1;
	rc = tp_pg_exec(d, sql, e);
	PQclear(PQexec(d->c, TP_PG_UNLOCK));
	if (rc == -1)
		return -1;
	tp_map_add(&d->months, name, strlen(name));
	return 0;
}

static int
make_months(struct tp_pg *d, const struct tp_batch *b,
    enum tp_store_kind k, struct tp_err *e)
{
	const struct tp_rows	*r = &b->kind[k];
	int64_t			 from = 0, to = 0;
	size_t			 i;

	if (!tp_pg_monthly(k))
		return 0;
	for (i = 0; i < r->n; i++) {
		/* of the day that was seen last, so of its month */
		if (r->v[i].v[1] >= from && r->v[i].v[1] < to)
			continue;
		if (make_month(d, &tp_tables[k], r->v[i].v[1], e) == -1)
			return -1;
		from = r->v[i].v[1] - r->v[i].v[1] % TP_DAY;
		to = from + TP_DAY;
	}
	return 0;
}

/* Copies the rows of a kind into a table. */
static int
copy_rows(struct tp_pg *d, const struct tp_batch *b, enum tp_store_kind k,
    const char *into, struct tp_err *e)
{
	const struct tp_rows	*r = &b->kind[k];
	char			 sql[100];
	size_t			 i;

	snprintf(sql, sizeof(sql), "COPY %s FROM STDIN (FORMAT binary)",
	    into);
	if (tp_pg_exec(d, sql, e) == -1)
		return -1;
	tp_pg_copy_begin(&d->copy);
	for (i = 0; i < r->n; i++) {
		if (tp_known_row(&d->known, &r->v[i]))
			continue;
		tp_pg_copy_row(&d->copy, d, &tp_tables[k], b, &r->v[i]);
		if (tp_pg_copy_send(d, false, e) == -1)
			return -1;
	}
	tp_pg_copy_end(&d->copy);
	return tp_pg_copy_send(d, true, e);
}

/* Some rows are in the table already. */
static int
upsert_rows(struct tp_pg *d, const struct tp_batch *b, enum tp_store_kind k,
    struct tp_err *e)
{
	const struct tp_table	*t = &tp_tables[k];
	struct tp_buf		 sql = { 0 };
	char			 stage[40];
	int			 rc;

	snprintf(stage, sizeof(stage), "stage_%s", t->name);
	tp_buf_printf(&sql, "CREATE TEMP TABLE IF NOT EXISTS %s(LIKE tp.%s) "
	    "ON COMMIT DELETE ROWS", stage, t->name);
	rc = tp_pg_exec(d, tp_buf_cstr(&sql), e);
	if (rc == 0)
		rc = copy_rows(d, b, k, stage, e);
	sql.n = 0;
	tp_buf_printf(&sql, "INSERT INTO tp.%s AS now SELECT * FROM %s",
	    t->name, stage);
	tp_sql_upsert(&sql, t, "now");
	if (rc == 0)
		rc = tp_pg_exec(d, tp_buf_cstr(&sql), e);
	tp_buf_release(&sql);
	return rc;
}

static int
write_kind(struct tp_pg *d, const struct tp_batch *b, enum tp_store_kind k,
    struct tp_err *e)
{
	char	into[40];

	if (b->kind[k].n == 0)
		return 0;
	if (tp_pg_exec(d, "SAVEPOINT plain", e) == -1)
		return -1;
	snprintf(into, sizeof(into), "tp.%s", tp_tables[k].name);
	if (copy_rows(d, b, k, into, e) == 0)
		return 0;
	if (strstr(e->text, "SQLSTATE 23505") == NULL ||
	    tp_pg_exec(d, "ROLLBACK TO plain", e) == -1)
		return -1;
	*e = (struct tp_err){ 0 };
	return upsert_rows(d, b, k, e);
}

/*
 * Partitions and names are made outside of the transaction of the rows: they
 * hold locks that others wait for who hold what we wait for.
 */
int
tp_pg_write_own(struct tp_store *s, const struct tp_batch *b, struct tp_err *e)
{
	struct tp_pg	*d = s->db;
	size_t		 k;

	for (k = 0; k < TP_STORE_KINDS; k++)
		if (make_months(d, b, (enum tp_store_kind)k, e) == -1)
			return -1;
	if (name_new(d, b, e) == -1 || tp_pg_exec(d, "BEGIN", e) == -1 ||
	    tp_pg_move(s, b, e) == -1)
		return -1;
	for (k = 0; k < TP_STORE_KINDS; k++)
		if (write_kind(d, b, (enum tp_store_kind)k, e) == -1)
			return -1;
	return tp_pg_exec(d, "COMMIT", e);
}

int
tp_pg_forget_own(struct tp_store *s, int64_t before, struct tp_err *e)
{
	static const char	sql[] = "DO $$ DECLARE n text; BEGIN "
		"FOR n IN SELECT c.relname FROM pg_inherits i JOIN pg_class c "
		"ON c.oid=i.inhrelid WHERE c.relnamespace='tp'::regnamespace "
		"AND c.relname ~ '^(reading|aggregate|forecast)_[0-9]{6}$' "
		"AND right(c.relname,6) < '%04d%02d' LOOP "
		"EXECUTE 'DROP TABLE tp.' || n; END LOOP; END $$";
	struct tp_pg		*d = s->db;
	struct tp_tz		 utc = { .utc = true };
	struct tp_civil		 c;
	char			 text[sizeof(sql) + 20];

	tp_tz_civil(&utc, before, &c);
	snprintf(text, sizeof(text), sql, c.year, c.month);
	tp_map_release(&d->months);
	d->months = (struct tp_map){ 0 };
	return tp_pg_exec(d, text, e);
}

/*
 * The server is gone: waits for it to come back.  Whether it has done the
 * last transaction the positions tell, and rows that come twice are replaced.
 */
static int
reconnect(struct tp_store *s, int64_t since, struct tp_err *e)
{
	struct tp_pg	*d = s->db;
	struct timespec	 pause = { .tv_nsec = PAUSE_MS * 1000000L };

	tp_known_forget(&d->known);
	tp_map_release(&d->months);
	d->months = (struct tp_map){ 0 };
	while (tp_sig_stop() == 0 &&
	    tp_clock_ms_since(since) < s->conf.busy_ms) {
		nanosleep(&pause, NULL);
		if (tp_pg_connect(s, e) == 0) {
			*e = (struct tp_err){ 0 };
			return 0;
		}
	}
	return -1;
}

/* Two writers waited for each other, and the server chose us to go back. */
static bool
was_deadlock(const struct tp_err *e)
{
	return strstr(e->text, "SQLSTATE 40P01") != NULL;
}

int
tp_pg_write(struct tp_store *s, const struct tp_batch *b, struct tp_err *e)
{
	struct tp_pg	*d = s->db;
	int64_t		 since = tp_clock_mono_ns(), before;

	tp_known_room(&d->known, b);
	while (d->form->write(s, b, e) == -1) {
		/* which may be how we learn that the server is gone */
		PQclear(PQexec(d->c, "ROLLBACK"));
		if (PQstatus(d->c) != CONNECTION_OK) {
			if (reconnect(s, since, e) == -1)
				return -1;
			continue;
		}
		if (!was_deadlock(e))
			return -1;
		*e = (struct tp_err){ 0 };
	}
	tp_known_written(&d->known, b);
	tp_retain_note(&d->retain, b);
	return tp_retain_due(&d->retain, s->conf.retain_ms, &before) ?
	    d->form->forget(s, before, e) : 0;
}
