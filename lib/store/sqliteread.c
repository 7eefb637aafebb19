/* Reading. */
#include "base/clock.h"
#include "store/sql.h"
#include "store/sqlite.h"

#define CHUNK_ROWS	100000	/* sorted at once, about */

/* What is being read. */
struct query {
	struct tp_sqlite *d;
	const struct tp_store_query *q;
	const struct tp_table *t;
	tp_cells_fn	*fn;
	void		*arg;
	struct tp_err	*e;
	char		*in;		/* "(1,2)": ids of the segments; NULL */
	bool		 none;		/* none of them is in the store */
	uint64_t	 rows;
};

static int
load_names(struct tp_sqlite *d, struct tp_err *e)
{
	struct tp_sqlite_names	*l = &d->names;
	sqlite3_stmt		*st;
	int			 rc;

	tp_map_release(&l->text);
	l->text = (struct tp_map){ 0 };
	l->n = l->last = 0;
	if (tp_sqlite_prepare(d, "SELECT id,name FROM sensor ORDER BY id",
	    &st, e) == -1)
		return -1;
	while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		TP_GROW(l->id, l->cap, l->n + 1);
		l->id[l->n] = sqlite3_column_int64(st, 0);
		if (tp_map_add(&l->text,
		    (const char *)sqlite3_column_text(st, 1),
		    (size_t)sqlite3_column_bytes(st, 1)) == l->n)
			l->n++;
	}
	sqlite3_finalize(st);
	return rc == SQLITE_DONE ? 0 :
	    tp_sqlite_error(d->db, "reading", e);
}

static size_t
search(const struct tp_sqlite_names *l, int64_t id)
{
	size_t	lo = 0, hi = l->n, mid;

	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		if (l->id[mid] < id)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < l->n && l->id[lo] == id ? lo : SIZE_MAX;
}

/* Where a segment's name is; names that came later are read then. */
static size_t
find_name(struct tp_sqlite *d, int64_t id, struct tp_err *e)
{
	struct tp_sqlite_names	*l = &d->names;
	size_t			 i;

	if (l->last < l->n && l->id[l->last] == id)
		return l->last;
	if ((i = search(l, id)) == SIZE_MAX) {
		if (load_names(d, e) == -1)
			return SIZE_MAX;
		if ((i = search(l, id)) == SIZE_MAX)
			tp_err_set(e, TP_EXIT_DATA, "a row of segment %lld, "
			    "which has no name: the store is damaged",
			    (long long)id);
	}
	return l->last = i;
}

static int64_t
cell(sqlite3_stmt *st, int i)
{
	return sqlite3_column_type(st, i) == SQLITE_NULL ? TP_STORE_NULL :
	    sqlite3_column_int64(st, i);
}

static struct tp_cell_text
cell_text(sqlite3_stmt *st, int i)
{
	struct tp_cell_text	t;

	t.p = (const char *)sqlite3_column_text(st, i);
	t.n = (size_t)sqlite3_column_bytes(st, i);
	return t;
}

static int
give(struct query *k, sqlite3_stmt *st)
{
	struct tp_cells		 c;
	const struct tp_table	*t = k->t;
	size_t			 at;
	int			 i;

	c.segment = NULL;
	c.segmentlen = 0;
	for (i = 0; i < t->n; i++) {
		if (t->col[i].type == TP_COLUMN_TEXT)
			c.text[i] = cell_text(st, i);
		else
			c.v[i] = cell(st, i);
	}
	if (t->sensor >= 0 && c.v[t->sensor] != TP_STORE_NULL) {
		at = find_name(k->d, c.v[t->sensor], k->e);
		if (at == SIZE_MAX)
			return -1;
		c.segment = k->d->names.text.keys[at].p;
		c.segmentlen = k->d->names.text.keys[at].n;
	}
	c.rest = cell_text(st, t->n + 1);
	return k->fn(k->arg, sqlite3_column_int64(st, t->n), &c);
}

/* Runs one statement over [from, to). */
static int
give_all(struct query *k, const char *sql, int64_t from, int64_t to)
{
	sqlite3_stmt	*st;
	int		 rc, got = 0;

	if (tp_sqlite_prepare(k->d, sql, &st, k->e) == -1)
		return -1;
	sqlite3_bind_int64(st, 1, from);
	sqlite3_bind_int64(st, 2, to);
	while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		k->rows++;
		if ((got = give(k, st)) != 0)
			break;
	}
	if (got == 0 && rc != SQLITE_DONE)
		got = tp_sqlite_error(k->d->db, "reading", k->e);
	sqlite3_finalize(st);
	return got;
}

/* The ids of the segments that are asked for. */
static int
list_segments(struct query *k)
{
	struct tp_sqlite_names	*l = &k->d->names;
	struct tp_buf		 b = { 0 };
	size_t			 i, at;

	k->none = k->q->nsegments > 0 && k->t->sensor < 0;
	if (k->q->nsegments == 0 || k->none)
		return 0;
	if (load_names(k->d, k->e) == -1)
		return -1;
	for (i = 0; i < k->q->nsegments; i++) {
		at = tp_map_find(&l->text, k->q->segments[i],
		    strlen(k->q->segments[i]));
		if (at != SIZE_MAX)
			tp_buf_printf(&b, "%c%lld", b.n == 0 ? '(' : ',',
			    (long long)l->id[at]);
	}
	k->none = b.n == 0;
	tp_buf_char(&b, ')');
	k->in = tp_strdup(tp_buf_cstr(&b));
	tp_buf_release(&b);
	return 0;
}

/* The first time that the segments have in [from, to). */
static int
first_time(struct query *k, int64_t from, int64_t to, int64_t *t)
{
	struct tp_buf	b = { 0 };
	int		rc;

	tp_buf_printf(&b, "SELECT min((SELECT min(t) FROM %s WHERE sensor="
	    "s.id AND t>=%lld AND t<%lld)) FROM sensor s", k->t->name,
	    (long long)from, (long long)to);
	if (k->in != NULL)
		tp_buf_printf(&b, " WHERE s.id IN %s", k->in);
	rc = tp_sqlite_int(k->d, tp_buf_cstr(&b), t, k->e);
	tp_buf_release(&b);
	return rc;
}

static void
put_select(struct query *k, struct tp_buf *b)
{
	int	i;

	tp_buf_lit(b, "SELECT ");
	tp_sql_columns(b, k->t, "");
	tp_buf_printf(b, " FROM %s WHERE ", k->t->name);
	if (k->in != NULL)
		tp_buf_printf(b, "sensor IN %s AND ", k->in);
	else if (k->t->sensor == 0)
		tp_buf_lit(b, "sensor IN (SELECT id FROM sensor) AND ");
	tp_buf_lit(b, "t>=?1 AND t<?2 ORDER BY t");
	for (i = 0; i < k->t->nkey; i++)
		if (i != k->t->time)
			tp_buf_printf(b, ",%s", k->t->col[i].name);
}

/*
 * Several segments: they are together in the table, and sorted by time here
 * in pieces of a length that suits how much there is.
 */
static int
give_pieces(struct query *k, const char *sql)
{
	int64_t		t = k->q->from, to = k->q->to, span;
	uint64_t	before;
	int		rc;

	for (;;) {
		if (first_time(k, t, to, &t) == -1)
			return -1;
		if (t == TP_STORE_NULL)
			return 0;
		span = TP_HOUR;
		do {
			before = k->rows;
			if (to - t <= span)
				return give_all(k, sql, t, to);
			if ((rc = give_all(k, sql, t, t + span)) != 0)
				return rc;
			t += span;
			if (k->rows - before < CHUNK_ROWS / 4)
				span *= 2;
			else if (k->rows - before > CHUNK_ROWS && span > 1)
				span /= 2;
		} while (k->rows > before);
		/* a gap: goes on behind it */
	}
}

static int
give_rows(struct query *k)
{
	struct tp_buf	b = { 0 };
	int		rc;

	put_select(k, &b);
	if (k->t->sensor == 0 && k->q->nsegments != 1)
		rc = give_pieces(k, tp_buf_cstr(&b));
	else
		rc = give_all(k, tp_buf_cstr(&b), k->q->from, k->q->to);
	tp_buf_release(&b);
	return rc;
}

int
tp_sqlite_rows(struct tp_store *s, const struct tp_store_query *q,
    tp_cells_fn *fn, void *arg, struct tp_err *e)
{
	struct query	k = {
		.d = s->db, .q = q, .t = &tp_tables[q->kind], .fn = fn,
		.arg = arg, .e = e,
	};
	int		rc;

	if (tp_sqlite_exec(k.d, "BEGIN", e) == -1)
		return -1;
	rc = list_segments(&k);
	if (rc == 0 && !k.none)
		rc = give_rows(&k);
	sqlite3_exec(k.d->db, "COMMIT", NULL, NULL, NULL);
	free(k.in);
	return rc;
}

int
tp_sqlite_shape(struct tp_store *s, int64_t id, struct tp_buf *b,
    struct tp_err *e)
{
	struct tp_sqlite	*d = s->db;
	sqlite3_stmt		*st;
	struct tp_cell_text	 t;
	int			 rc;

	if (tp_sqlite_prepare(d, "SELECT text FROM shape WHERE id=?", &st,
	    e) == -1)
		return -1;
	sqlite3_bind_int64(st, 1, id);
	rc = sqlite3_step(st);
	if (rc == SQLITE_ROW) {
		t = cell_text(st, 0);
		tp_buf_add(b, t.p, t.n);
		rc = 0;
	} else if (rc == SQLITE_DONE)
		rc = tp_err_set(e, TP_EXIT_DATA, "no shape %lld: the store is "
		    "damaged", (long long)id);
	else
		rc = tp_sqlite_error(d->db, "reading", e);
	sqlite3_finalize(st);
	return rc;
}
