/* Writing: a batch is one transaction. */
#include "base/clock.h"
#include "store/sql.h"
#include "store/sqlite.h"


/* The sums of an hour as they grow. */
struct hour {
	int64_t	sensor, start;		/* sensor 0: none */
	int64_t	n, speed, speeds, volume, volumes;
	bool	anew;			/* a row was replaced: count again */
};

static int
prepare_table(struct tp_sqlite *d, const struct tp_table *t, const char *name,
    const char *tail, sqlite3_stmt **st, struct tp_err *e)
{
	struct tp_buf	b = { 0 };
	int		i, rc;

	tp_buf_printf(&b, "INSERT INTO %s(", name);
	tp_sql_columns(&b, t, "");
	tp_buf_lit(&b, ") VALUES(?");
	for (i = 1; i < t->n + 2; i++)
		tp_buf_lit(&b, ",?");
	tp_buf_char(&b, ')');
	if (tail != NULL)
		tp_buf_str(&b, tail);
	else
		tp_sql_upsert(&b, t, name);
	rc = tp_sqlite_prepare(d, tp_buf_cstr(&b), st, e);
	tp_buf_release(&b);
	return rc;
}

static int
prepare_all(struct tp_sqlite *d, struct tp_err *e)
{
	const struct tp_table	*ev = &tp_tables[TP_STORE_EVENT];
	const struct {
		const char	 *sql;
		sqlite3_stmt	**st;
	} l[] = {
		{ "INSERT INTO hourly VALUES(?,?,?,?,?,?,?) ON CONFLICT"
		    "(sensor,hour) DO UPDATE SET n=n+excluded.n,"
		    "speed=speed+excluded.speed,speeds=speeds+excluded.speeds,"
		    "volume=volume+excluded.volume,"
		    "volumes=volumes+excluded.volumes", &d->add_hour },
		{ "INSERT OR REPLACE INTO hourly SELECT ?1,?2,count(*),"
		    "coalesce(sum(speed),0),count(speed),"
		    "coalesce(sum(volume),0),count(volume) FROM reading "
		    "WHERE sensor=?1 AND t>=?2 AND t<?2+3600000",
		    &d->make_hour },
		{ "INSERT OR IGNORE INTO sensor(name) VALUES(?)",
		    &d->add_segment },
		{ "SELECT id FROM sensor WHERE name=?", &d->get_segment },
		{ "INSERT OR IGNORE INTO shape(text) VALUES(?)",
		    &d->add_shape },
		{ "SELECT id FROM shape WHERE text=?", &d->get_shape },
		{ "SELECT next FROM position WHERE source=? AND partition=?",
		    &d->get_position },
		{ "INSERT OR REPLACE INTO position VALUES(?,?,?)",
		    &d->set_position },
	};
	size_t	i;

	if (d->add_hour != NULL)
		return 0;
	for (i = 0; i < sizeof(l) / sizeof(*l); i++)
		if (tp_sqlite_prepare(d, l[i].sql, l[i].st, e) == -1)
			return -1;
	for (i = 0; i < TP_STORE_KINDS; i++)
		if (prepare_table(d, &tp_tables[i], tp_tables[i].name,
		    i == TP_STORE_EVENT ? " ON CONFLICT DO NOTHING" : NULL,
		    &d->insert[i], e) == -1)
			return -1;
	if (prepare_table(d, ev, ev->name, NULL, &d->update, e) == -1)
		return -1;
	return prepare_table(d, ev, "latest", " ON CONFLICT(sensor) DO UPDATE "
	    "SET t=excluded.t,speed=excluded.speed,volume=excluded.volume,"
	    "occupancy=excluded.occupancy,shape=excluded.shape,"
	    "rest=excluded.rest WHERE excluded.t>=latest.t",
	    &d->insert[TP_SQLITE_LATEST], e);
}

void
tp_sqlite_end_writing(struct tp_sqlite *d)
{
	sqlite3_stmt	*l[] = {
		d->update, d->add_hour, d->make_hour, d->add_segment,
		d->get_segment, d->add_shape, d->get_shape, d->get_position,
		d->set_position,
	};
	size_t		 i;

	for (i = 0; i < sizeof(l) / sizeof(*l); i++)
		sqlite3_finalize(l[i]);
	for (i = 0; i <= TP_STORE_KINDS; i++)
		sqlite3_finalize(d->insert[i]);
	tp_known_release(&d->known);
}

/* Runs a statement that gives no row. */
static int
run(struct tp_sqlite *d, sqlite3_stmt *st, struct tp_err *e)
{
	int	rc = sqlite3_step(st);

	sqlite3_reset(st);
	return rc == SQLITE_DONE ? 0 : tp_sqlite_error(d->db, "writing", e);
}

/* The id of a text, which is added where it is new. */
static int
id_of(struct tp_sqlite *d, const struct tp_map_key *k, sqlite3_stmt *add,
    sqlite3_stmt *get, int64_t *id, struct tp_err *e)
{
	int	rc;

	sqlite3_bind_text(add, 1, k->p, (int)k->n, SQLITE_STATIC);
	sqlite3_bind_text(get, 1, k->p, (int)k->n, SQLITE_STATIC);
	if (run(d, add, e) == -1)
		return -1;
	rc = sqlite3_step(get);
	*id = sqlite3_column_int64(get, 0);
	sqlite3_reset(get);
	return rc == SQLITE_ROW ? 0 : tp_sqlite_error(d->db, "writing", e);
}

/* Ids of what the batch has met since the last one. */
static int
name_new(struct tp_sqlite *d, const struct tp_batch *b, struct tp_err *e)
{
	size_t	i;

	for (i = d->known.nsegments; i < b->segments.n; i++)
		if (id_of(d, &b->segments.keys[i], d->add_segment,
		    d->get_segment, &d->known.segment[i], e) == -1)
			return -1;
	for (i = d->known.nshapes; i < b->shapes.n; i++)
		if (id_of(d, &b->shapes.keys[i], d->add_shape, d->get_shape,
		    &d->known.shape[i], e) == -1)
			return -1;
	return 0;
}

static int
read_position(struct tp_sqlite *d, const char *source, int32_t partition,
    int64_t *next, struct tp_err *e)
{
	int	rc;

	sqlite3_bind_text(d->get_position, 1, source, -1, SQLITE_STATIC);
	sqlite3_bind_int(d->get_position, 2, partition);
	rc = sqlite3_step(d->get_position);
	*next = rc == SQLITE_ROW ? sqlite3_column_int64(d->get_position, 0) :
	    -1;
	sqlite3_reset(d->get_position);
	return rc == SQLITE_ROW || rc == SQLITE_DONE ? 0 :
	    tp_sqlite_error(d->db, "reading", e);
}

int
tp_sqlite_forget(struct tp_store *s, const char *source, int32_t partition,
    struct tp_err *e)
{
	struct tp_sqlite	*d = s->db;
	sqlite3_stmt		*q;
	int			 rc;

	if (sqlite3_prepare_v2(d->db, "DELETE FROM position WHERE source=? "
	    "AND partition=?", -1, &q, NULL) != SQLITE_OK)
		return tp_sqlite_error(d->db, "writing", e);
	sqlite3_bind_text(q, 1, source, -1, SQLITE_STATIC);
	sqlite3_bind_int(q, 2, partition);
	rc = sqlite3_step(q);
	sqlite3_finalize(q);
	return rc == SQLITE_DONE ? 0 : tp_sqlite_error(d->db, "writing", e);
}

int
tp_sqlite_position(struct tp_store *s, const char *source, int32_t partition,
    int64_t *next, struct tp_err *e)
{
	if (prepare_all(s->db, e) == -1)
		return -1;
	return read_position(s->db, source, partition, next, e);
}

/*
 * Positions move only from where we left them: who was thought dead and
 * wakes up after another took its place must not write.
 */
static int
move_positions(struct tp_sqlite *d, const struct tp_batch *b,
    struct tp_err *e)
{
	const struct tp_source	*s;
	int64_t			 next;
	size_t			 i;

	for (i = 1; i < b->nsources; i++) {
		s = &b->sources[i];
		if (read_position(d, s->name, s->partition, &next, e) == -1)
			return -1;
		if (tp_known_source(&d->known, b, i, next, e) == -1)
			return -1;
		if (s->next <= next)
			continue;
		sqlite3_bind_text(d->set_position, 1, s->name, -1,
		    SQLITE_STATIC);
		sqlite3_bind_int(d->set_position, 2, s->partition);
		sqlite3_bind_int64(d->set_position, 3, s->next);
		if (run(d, d->set_position, e) == -1)
			return -1;
	}
	return 0;
}

static void
bind_row(struct tp_sqlite *d, sqlite3_stmt *st, const struct tp_table *t,
    const struct tp_batch *b, const struct tp_row *r)
{
	struct tp_cell_text	x;
	int			i;

	for (i = 0; i < t->n; i++) {
		if (r->v[i] == TP_STORE_NULL)
			sqlite3_bind_null(st, i + 1);
		else if (t->col[i].type == TP_COLUMN_SENSOR)
			sqlite3_bind_int64(st, i + 1,
			    d->known.segment[r->v[i]]);
		else if (t->col[i].type == TP_COLUMN_TEXT) {
			x = tp_batch_text(b, r->v[i]);
			sqlite3_bind_text(st, i + 1, x.p, (int)x.n,
			    SQLITE_STATIC);
		} else
			sqlite3_bind_int64(st, i + 1, r->v[i]);
	}
	sqlite3_bind_int64(st, t->n + 1, d->known.shape[r->shape]);
	if (r->restlen == 0)
		sqlite3_bind_null(st, t->n + 2);
	else
		sqlite3_bind_text(st, t->n + 2, b->text.p + r->rest,
		    (int)r->restlen, SQLITE_STATIC);
}

/* An hour is done: adds to its sums, or makes them anew. */
static int
end_hour(struct tp_sqlite *d, struct hour *h, struct tp_err *e)
{
	sqlite3_stmt	*st = h->anew ? d->make_hour : d->add_hour;
	const int64_t	 v[] = { h->sensor, h->start, h->n, h->speed,
				h->speeds, h->volume, h->volumes };
	int		 i, n = h->anew ? 2 : 7;

	if (h->sensor == 0)
		return 0;
	for (i = 0; i < n; i++)
		sqlite3_bind_int64(st, i + 1, v[i]);
	h->sensor = 0;
	return run(d, st, e);
}

/* Counts a new row into its hour. */
static int
add_hour(struct tp_sqlite *d, struct hour *h, const struct tp_row *r,
    bool fresh, struct tp_err *e)
{
	int64_t	sensor = d->known.segment[r->v[0]];
	int64_t	start = tp_floor_div(r->v[1], TP_HOUR) * TP_HOUR;

	if (h->sensor != sensor || h->start != start) {
		if (end_hour(d, h, e) == -1)
			return -1;
		*h = (struct hour){ .sensor = sensor, .start = start };
	}
	if (!fresh) {
		h->anew = true;
		return 0;
	}
	h->n++;
	if (r->v[2] != TP_STORE_NULL) {
		h->speed += r->v[2];
		h->speeds++;
	}
	if (r->v[3] != TP_STORE_NULL) {
		h->volume += r->v[3];
		h->volumes++;
	}
	return 0;
}

/* Events, with their hours and the newest of each segment. */
static int
write_events(struct tp_sqlite *d, const struct tp_batch *b, struct tp_err *e)
{
	const struct tp_table	*t = &tp_tables[TP_STORE_EVENT];
	const struct tp_rows	*rows = &b->kind[TP_STORE_EVENT];
	sqlite3_stmt		*add = d->insert[TP_STORE_EVENT],
				*latest = d->insert[TP_SQLITE_LATEST];
	struct hour		 h = { 0 };
	bool			 fresh;
	size_t			 i;

	for (i = 0; i < rows->n; i++) {
		const struct tp_row	*r = &rows->v[i];

		if (tp_known_row(&d->known, r))
			continue;
		bind_row(d, add, t, b, r);
		if (run(d, add, e) == -1)
			return -1;
		fresh = sqlite3_changes(d->db) > 0;
		if (!fresh) {
			bind_row(d, d->update, t, b, r);
			if (run(d, d->update, e) == -1)
				return -1;
		}
		if (add_hour(d, &h, r, fresh, e) == -1)
			return -1;
		if (i + 1 < rows->n && r[1].v[0] == r->v[0] &&
		    !tp_known_row(&d->known, r + 1))
			continue;
		bind_row(d, latest, t, b, r);
		if (run(d, latest, e) == -1)
			return -1;
	}
	return end_hour(d, &h, e);
}

static int
write_rows(struct tp_sqlite *d, const struct tp_batch *b, struct tp_err *e)
{
	size_t	k, i;

	if (write_events(d, b, e) == -1)
		return -1;
	for (k = TP_STORE_EVENT + 1; k < TP_STORE_KINDS; k++)
		for (i = 0; i < b->kind[k].n; i++) {
			if (tp_known_row(&d->known, &b->kind[k].v[i]))
				continue;
			bind_row(d, d->insert[k], &tp_tables[k], b,
			    &b->kind[k].v[i]);
			if (run(d, d->insert[k], e) == -1)
				return -1;
		}
	return 0;
}

static int
remove_old(struct tp_sqlite *d, int64_t before, struct tp_err *e)
{
	char	sql[200];
	int	k;

	for (k = 0; k < TP_STORE_KINDS; k++) {
		snprintf(sql, sizeof(sql), "DELETE FROM %s WHERE %st<%lld",
		    tp_tables[k].name, tp_tables[k].sensor == 0 ?
		    "sensor IN (SELECT id FROM sensor) AND " : "",
		    (long long)before);
		if (tp_sqlite_exec(d, sql, e) == -1)
			return -1;
	}
	return tp_sqlite_exec(d, "PRAGMA incremental_vacuum", e);
}

int
tp_sqlite_write(struct tp_store *s, const struct tp_batch *b,
    struct tp_err *e)
{
	struct tp_sqlite	*d = s->db;
	int64_t			 before;

	tp_known_room(&d->known, b);
	if (prepare_all(d, e) == -1 ||
	    tp_sqlite_exec(d, "BEGIN IMMEDIATE", e) == -1)
		return -1;
	if (move_positions(d, b, e) == -1 || name_new(d, b, e) == -1 ||
	    write_rows(d, b, e) == -1 || tp_sqlite_exec(d, "COMMIT", e) == -1) {
		sqlite3_exec(d->db, "ROLLBACK", NULL, NULL, NULL);
		return -1;
	}
	tp_known_written(&d->known, b);
	tp_retain_note(&d->retain, b);
	return tp_retain_due(&d->retain, s->conf.retain_ms, &before) ?
	    remove_old(d, before, e) : 0;
}
