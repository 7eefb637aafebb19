/* The file: opening, making, and looking after it. */
#include "store/sqlite.h"

#include <inttypes.h>
#include <unistd.h>

#include "store/sql.h"

#define APPLICATION	0x74707374	/* "tpst", so that file(1) can tell */

int
tp_sqlite_error(sqlite3 *db, const char *doing, struct tp_err *e)
{
	int	rc = sqlite3_errcode(db);

	switch (rc & 0xff) {
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return tp_err_set(e, TP_EXIT_SYS, "%s: locked by another "
		    "program for too long", doing);
	case SQLITE_FULL:
		return tp_err_set(e, TP_EXIT_SYS, "%s: the disk is full",
		    doing);
	case SQLITE_NOTADB:
		return tp_err_set(e, TP_EXIT_DATA, "%s: this is no SQLite "
		    "database", doing);
	case SQLITE_CORRUPT:
		return tp_err_set(e, TP_EXIT_DATA, "%s: damaged: %s", doing,
		    sqlite3_errmsg(db));
	default:
		return tp_err_set(e, TP_EXIT_SYS, "%s: %s", doing,
		    sqlite3_errmsg(db));
	}
}

int
tp_sqlite_prepare(struct tp_sqlite *d, const char *sql, sqlite3_stmt **st,
    struct tp_err *e)
{
	return sqlite3_prepare_v2(d->db, sql, -1, st, NULL) == SQLITE_OK ? 0 :
	    tp_sqlite_error(d->db, "reading", e);
}

int
tp_sqlite_exec(struct tp_sqlite *d, const char *sql, struct tp_err *e)
{
	return sqlite3_exec(d->db, sql, NULL, NULL, NULL) == SQLITE_OK ? 0 :
	    tp_sqlite_error(d->db, "writing", e);
}

int
tp_sqlite_int(struct tp_sqlite *d, const char *sql, int64_t *v,
    struct tp_err *e)
{
	sqlite3_stmt	*st;
	int		 rc;

	if (tp_sqlite_prepare(d, sql, &st, e) == -1)
		return -1;
	rc = sqlite3_step(st);
	*v = rc == SQLITE_ROW && sqlite3_column_type(st, 0) != SQLITE_NULL ?
	    sqlite3_column_int64(st, 0) : TP_STORE_NULL;
	if (rc != SQLITE_ROW && rc != SQLITE_DONE)
		rc = tp_sqlite_error(d->db, "reading", e);
	else
		rc = 0;
	sqlite3_finalize(st);
	return rc;
}

static void
put_table(struct tp_buf *b, const struct tp_table *t, const char *name,
    int nkey)
{
	int	i;

	tp_buf_printf(b, "CREATE TABLE %s(", name);
	for (i = 0; i < t->n; i++)
		tp_buf_printf(b, "%s %s%s,", t->col[i].name,
		    t->col[i].type == TP_COLUMN_TEXT ? "TEXT" : "INTEGER",
		    i < nkey ? " NOT NULL" : "");
	tp_buf_lit(b, "shape INTEGER NOT NULL,rest TEXT,PRIMARY KEY(");
	if (nkey == 1)
		tp_buf_str(b, t->col[0].name);
	else
		tp_sql_key(b, t);
	tp_buf_lit(b, ")) WITHOUT ROWID;");
}

/* Makes all tables in one transaction. */
static int
make_schema(struct tp_sqlite *d, struct tp_err *e)
{
	struct tp_buf	b = { 0 };
	int		i, rc;

	tp_buf_lit(&b, "BEGIN IMMEDIATE;"
	    "CREATE TABLE sensor(id INTEGER PRIMARY KEY,"
	    "name TEXT NOT NULL UNIQUE);"
	    "CREATE TABLE shape(id INTEGER PRIMARY KEY,"
	    "text TEXT NOT NULL UNIQUE);"
	    "CREATE TABLE position(source TEXT,partition INTEGER,"
	    "next INTEGER NOT NULL,PRIMARY KEY(source,partition)) "
	    "WITHOUT ROWID;"
	    "CREATE TABLE hourly(sensor INTEGER,hour INTEGER,"
	    "n INTEGER NOT NULL,speed INTEGER,speeds INTEGER,"
	    "volume INTEGER,volumes INTEGER,PRIMARY KEY(sensor,hour)) "
	    "WITHOUT ROWID;");
	for (i = 0; i < TP_STORE_KINDS; i++) {
		put_table(&b, &tp_tables[i], tp_tables[i].name,
		    tp_tables[i].nkey);
		if (tp_tables[i].sensor != 0)
			tp_buf_printf(&b, "CREATE INDEX %s_t ON %s(t);",
			    tp_tables[i].name, tp_tables[i].name);
	}
	put_table(&b, &tp_tables[TP_STORE_EVENT], "latest", 1);
	tp_buf_printf(&b, "PRAGMA application_id=%d;PRAGMA user_version=%d;"
	    "COMMIT;", APPLICATION, TP_STORE_VERSION);
	rc = tp_sqlite_exec(d, tp_buf_cstr(&b), e);
	if (rc == -1)
		sqlite3_exec(d->db, "ROLLBACK", NULL, NULL, NULL);
	tp_buf_release(&b);
	return rc;
}

/* Whether the file is ours and of our version; makes what is empty. */
static int
check_schema(struct tp_sqlite *d, bool make, struct tp_err *e)
{
	int64_t	id, version, tables;

	if (tp_sqlite_int(d, "PRAGMA application_id", &id, e) == -1 ||
	    tp_sqlite_int(d, "PRAGMA user_version", &version, e) == -1 ||
	    tp_sqlite_int(d, "SELECT count(*) FROM sqlite_schema", &tables,
	    e) == -1)
		return -1;
	if (tables == 0 && make)
		return make_schema(d, e);
	if (tables == 0)
		return tp_err_set(e, TP_EXIT_DATA, "the file is empty");
	if (id != APPLICATION)
		return tp_err_set(e, TP_EXIT_DATA, "a database of another "
		    "program, not a store");
	if (version == TP_STORE_VERSION)
		return 0;
	return tp_err_set(e, TP_EXIT_DATA, "the store has schema version "
	    "%" PRId64 " and this program %d: %s", version, TP_STORE_VERSION,
	    version > TP_STORE_VERSION ? "use a newer tp-store" :
	    "it is too old to be migrated");
}

static int
open_file(struct tp_sqlite *d, const char *path, bool writing,
    struct tp_err *e)
{
	int	rc;

	if (!writing && access(path, R_OK) == -1)
		return tp_err_sys(e, "cannot read");
	rc = sqlite3_open_v2(path, &d->db, writing ?
	    SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX :
	    SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, NULL);
	return rc == SQLITE_OK ? 0 :
	    tp_sqlite_error(d->db, writing ? "cannot open for writing" :
	    "cannot open", e);
}

/* A second writer may make the tables at the same time: once more then. */
static int
sqlite_open(struct tp_store *s, const char *rest, struct tp_err *e)
{
	bool			 writing = s->conf.mode == TP_STORE_WRITE;
	struct tp_sqlite	*d = tp_calloc(1, sizeof(*d));
	int64_t			 free_pages;

	s->db = d;
	d->retain.newest = TP_TIME_NONE;
	if (open_file(d, rest, writing, e) == -1)
		return -1;
	sqlite3_busy_timeout(d->db, (int)s->conf.busy_ms);
	/* the file is read by those who trust what is in it */
	sqlite3_db_config(d->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_db_config(d->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	if (!writing)
		return check_schema(d, false, e);
	if (tp_sqlite_exec(d, "PRAGMA auto_vacuum=INCREMENTAL", e) == -1 ||
	    tp_sqlite_exec(d, "PRAGMA synchronous=NORMAL", e) == -1 ||
	    tp_sqlite_exec(d, "PRAGMA cache_size=-65536", e) == -1 ||
	    tp_sqlite_int(d, "PRAGMA journal_mode=WAL", &free_pages, e) == -1)
		return -1;
	if (check_schema(d, true, e) == 0)
		return 0;
	return check_schema(d, false, &(struct tp_err){ 0 }) == 0 ? 0 : -1;
}

static void
sqlite_close(struct tp_store *s)
{
	struct tp_sqlite	*d = s->db;

	if (d == NULL)
		return;
	tp_sqlite_end_writing(d);
	tp_map_release(&d->names.text);
	free(d->names.id);
	sqlite3_close(d->db);
	free(d);
}

static int
info_of(struct tp_sqlite *d, const struct tp_table *t, uint64_t *rows,
    int64_t *from, int64_t *to, struct tp_err *e)
{
	char	sql[300];
	int64_t	n;

	snprintf(sql, sizeof(sql), "SELECT count(*) FROM %s", t->name);
	if (tp_sqlite_int(d, sql, &n, e) == -1)
		return -1;
	*rows = (uint64_t)n;
	snprintf(sql, sizeof(sql), t->sensor == 0 ? "SELECT min((SELECT "
	    "min(t) FROM %s WHERE sensor=id)) FROM sensor" :
	    "SELECT min(t) FROM %s", t->name);
	if (tp_sqlite_int(d, sql, from, e) == -1)
		return -1;
	snprintf(sql, sizeof(sql), t->sensor == 0 ? "SELECT max((SELECT "
	    "max(t) FROM %s WHERE sensor=id)) FROM sensor" :
	    "SELECT max(t) FROM %s", t->name);
	return tp_sqlite_int(d, sql, to, e);
}

static int
sqlite_info(struct tp_store *s, struct tp_store_info *i, struct tp_err *e)
{
	struct tp_sqlite	*d = s->db;
	int64_t			 pages, size, segments;
	int			 k;

	if (tp_sqlite_int(d, "PRAGMA user_version", &i->version, e) == -1 ||
	    tp_sqlite_int(d, "PRAGMA page_count", &pages, e) == -1 ||
	    tp_sqlite_int(d, "PRAGMA page_size", &size, e) == -1 ||
	    tp_sqlite_int(d, "SELECT count(*) FROM sensor", &segments,
	    e) == -1)
		return -1;
	i->bytes = (uint64_t)pages * (uint64_t)size;
	i->segments = (uint64_t)segments;
	for (k = 0; k < TP_STORE_KINDS; k++)
		if (info_of(d, &tp_tables[k], &i->kind[k].rows,
		    &i->kind[k].from, &i->kind[k].to, e) == -1)
			return -1;
	return 0;
}

static int
sqlite_vacuum(struct tp_store *s, struct tp_err *e)
{
	return tp_sqlite_exec(s->db, "VACUUM;PRAGMA wal_checkpoint(TRUNCATE)",
	    e);
}

/* Hours whose sums are not those of the rows.  The first hour of a segment
 * may have lost rows to --retain. */
static const char	hours_wrong[] =
	"SELECT count(*) FROM hourly h WHERE n<>(SELECT count(*) FROM reading "
	"WHERE sensor=h.sensor AND t>=h.hour AND t<h.hour+3600000) AND EXISTS"
	"(SELECT 1 FROM reading WHERE sensor=h.sensor AND t<h.hour)";

static int
sqlite_check(struct tp_store *s, struct tp_err *e)
{
	struct tp_sqlite	*d = s->db;
	sqlite3_stmt		*st;
	const char		*text;
	int64_t			 wrong;
	int			 rc;

	if (tp_sqlite_prepare(d, "PRAGMA integrity_check(1)", &st, e) == -1)
		return -1;
	rc = sqlite3_step(st);
	text = rc == SQLITE_ROW ? (const char *)sqlite3_column_text(st, 0) :
	    NULL;
	if (text == NULL)
		rc = tp_sqlite_error(d->db, "checking", e);
	else if (strcmp(text, "ok") != 0) {
		tp_err_set(e, TP_EXIT_NO, "damaged: %s", text);
		rc = 1;
	} else
		rc = 0;
	sqlite3_finalize(st);
	if (rc != 0)
		return rc;
	if (tp_sqlite_int(d, hours_wrong, &wrong, e) == -1)
		return -1;
	if (wrong == 0)
		return 0;
	tp_err_set(e, TP_EXIT_NO, "%" PRId64 " hours do not go with their "
	    "readings", wrong);
	return 1;
}

const struct tp_backend tp_backend_sqlite = {
	.scheme = "sqlite",
	.open = sqlite_open,
	.close = sqlite_close,
	.write = tp_sqlite_write,
	.position = tp_sqlite_position,
	.forget = tp_sqlite_forget,
	.rows = tp_sqlite_rows,
	.shape = tp_sqlite_shape,
	.info = sqlite_info,
	.vacuum = sqlite_vacuum,
	.check = sqlite_check,
};
