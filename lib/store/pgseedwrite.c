/* Writing into the tables of another system. */
#include <math.h>

#include "base/clock.h"
#include "store/pgseed.h"

#define LOCK	"SELECT pg_advisory_xact_lock(1953526644)"

/* Between the columns of a line. */
static void
next_column(struct tp_seed *d)
{
	if (d->column++ > 0)
		tp_buf_char(&d->pg.copy, '\t');
}

void
tp_seed_null(struct tp_seed *d)
{
	next_column(d);
	tp_buf_lit(&d->pg.copy, "\\N");
}

void
tp_seed_time(struct tp_seed *d, int64_t t)
{
	next_column(d);
	tp_buf_time(&d->pg.copy, t);
}

void
tp_seed_int(struct tp_seed *d, int64_t v)
{
	if (v == TP_STORE_NULL) {
		tp_seed_null(d);
		return;
	}
	next_column(d);
	tp_buf_int(&d->pg.copy, v);
}

void
tp_seed_double(struct tp_seed *d, double v)
{
	next_column(d);
	tp_buf_num(&d->pg.copy, v);
}

void
tp_seed_milli(struct tp_seed *d, int64_t v)
{
	if (v == TP_STORE_NULL) {
		tp_seed_null(d);
		return;
	}
	next_column(d);
	tp_buf_milli(&d->pg.copy, v, 3);
}

int
tp_seed_plain(struct tp_buf *b, struct tp_cell_text x)
{
	struct tp_json_val	v = {
		.p = x.p, .n = (uint32_t)x.n, .type = TP_JSON_STR,
	};

	b->n = 0;
	if (x.p == NULL)
		return -1;
	v.esc = memchr(x.p, '\\', x.n) != NULL;
	return tp_json_unescape(&v, b);
}

void
tp_seed_text(struct tp_seed *d, struct tp_cell_text x, size_t max)
{
	struct tp_buf	*b = &d->pg.copy;
	size_t		 i;

	if (tp_seed_plain(&d->text, x) == -1) {
		tp_seed_null(d);
		return;
	}
	next_column(d);
	for (i = 0; i < d->text.n && d->text.p[i] != '\0'; i++) {
		/* bytes but the first of a character are 10xxxxxx */
		if (((unsigned char)d->text.p[i] & 0xc0) != 0x80 &&
		    max-- == 0)
			break;
		switch (d->text.p[i]) {
		case '\t':
			tp_buf_lit(b, "\\t");
			break;
		case '\n':
			tp_buf_lit(b, "\\n");
			break;
		case '\r':
			tp_buf_lit(b, "\\r");
			break;
		case '\\':
			tp_buf_lit(b, "\\\\");
			break;
		default:
			tp_buf_char(b, d->text.p[i]);
		}
	}
}

void
tp_seed_end(struct tp_seed *d)
{
	tp_buf_char(&d->pg.copy, '\n');
	d->column = 0;
}

static struct tp_cell_text
string_of(const struct tp_json_val *v)
{
	if (v == NULL || v->type != TP_JSON_STR)
		return (struct tp_cell_text){ NULL, 0 };
	return (struct tp_cell_text){ v->p, v->n };
}

struct tp_cell_text
tp_seed_string(const struct tp_seed *d, enum tp_field f)
{
	return string_of(d->again.rec.at[f]);
}

struct tp_cell_text
tp_seed_by_key(const struct tp_seed *d, const char *key)
{
	const struct tp_json_field	*f = tp_json_find(&d->again.rec.o,
					    key);

	return string_of(f != NULL ? &f->v : NULL);
}

int64_t
tp_seed_number(const struct tp_seed *d, enum tp_field f, double max)
{
	double	v;

	if (tp_rec_num(&d->again.rec, f, &v) == -1 || !(fabs(v) <= max))
		return TP_STORE_NULL;
	return llround(1000 * v);
}

bool
tp_seed_id_fits(struct tp_buf *b, struct tp_cell_text x, size_t max)
{
	size_t	i, n;

	if (tp_seed_plain(b, x) == -1 || memchr(b->p, '\0', b->n) != NULL)
		return false;
	for (i = n = 0; i < b->n; i++)
		n += ((unsigned char)b->p[i] & 0xc0) != 0x80;
	return n <= max;
}

const char *
tp_seed_fits(const struct tp_rec *r, const struct tp_row *row,
    enum tp_store_kind k, size_t max, const char **field)
{
	const struct tp_json_val	*id = r->at[TP_F_SEGMENT_ID];
	struct tp_buf			 b = { 0 };
	int64_t				 t = row->v[tp_tables[k].time];
	bool				 bad;

	*field = tp_field_name(tp_rec_when(r));
	if (t < tp_civil_days(1, 1, 1) * TP_DAY ||
	    t >= tp_civil_days(10000, 1, 1) * TP_DAY)
		return "not in the years 1 to 9999";
	*field = "segment_id";
	if (id == NULL || id->type != TP_JSON_STR)
		return NULL;
	bad = !tp_seed_id_fits(&b, string_of(id), max);
	tp_buf_release(&b);
	return bad ? "too long, or no text for a database" : NULL;
}

/* The rows that the database does not have from the same source. */
static const struct tp_row **
new_rows(const struct tp_seed *d, const struct tp_rows *rows, size_t *n)
{
	const struct tp_row	**v = tp_calloc(rows->n, sizeof(*v));
	size_t			 i;

	for (i = *n = 0; i < rows->n; i++)
		if (!tp_known_row(&d->pg.known, &rows->v[i]))
			v[(*n)++] = &rows->v[i];
	return v;
}

static int
fill_stage(struct tp_seed *d, const struct tp_seed_table *t,
    const struct tp_batch *b, struct tp_err *e)
{
	const struct tp_row	**rows;
	char			 sql[600];
	size_t			 i, n;
	int			 rc;

	snprintf(sql, sizeof(sql), "CREATE TEMP TABLE IF NOT EXISTS "
	    "stage_%s(%s) ON COMMIT DELETE ROWS",
	    tp_store_kind_name(t->kind), t->stage);
	rc = tp_pg_exec(&d->pg, sql, e);
	snprintf(sql, sizeof(sql), "COPY stage_%s FROM STDIN",
	    tp_store_kind_name(t->kind));
	if (rc == -1 || tp_pg_exec(&d->pg, sql, e) == -1)
		return -1;
	d->pg.copy.n = 0;
	rows = new_rows(d, &b->kind[t->kind], &n);
	for (i = 0; rc == 0 && i < n; i++) {
		t->put(d, b, rows, i, n);
		rc = tp_pg_copy_send(&d->pg, false, e);
	}
	free(rows);
	return rc == 0 ? tp_pg_copy_send(&d->pg, true, e) : -1;
}

static int
write_table(struct tp_seed *d, const struct tp_seed_table *t,
    const struct tp_batch *b, struct tp_err *e)
{
	if (b->kind[t->kind].n == 0)
		return 0;
	if (fill_stage(d, t, b, e) == -1 || (t->update != NULL &&
	    tp_pg_exec(&d->pg, t->update, e) == -1))
		return -1;
	return tp_pg_exec(&d->pg, t->insert, e);
}

int
tp_seed_write(struct tp_store *s, const struct tp_batch *b, struct tp_err *e)
{
	struct tp_seed			*d = s->db;
	const struct tp_seed_form	*form = tp_seed_form(d);
	size_t				 i;

	if (form->segment != NULL && form->segment(d, b, e) == -1)
		return -1;
	if (tp_pg_exec(&d->pg, "BEGIN", e) == -1 ||
	    tp_pg_exec(&d->pg, LOCK, e) == -1 || tp_pg_move(s, b, e) == -1)
		return -1;
	for (i = 0; i < form->ntables; i++)
		if (write_table(d, &form->tables[i], b, e) == -1)
			return -1;
	return tp_pg_exec(&d->pg, "COMMIT", e);
}
