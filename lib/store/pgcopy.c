/* COPY in the binary form ("Binary Format" of the manual's page on COPY). */
#include <arpa/inet.h>

#include "store/pg.h"

#define SEND_BYTES	65536

static void
put32(struct tp_buf *b, uint32_t v)
{
	v = htonl(v);
	tp_buf_add(b, (const char *)&v, sizeof(v));
}

static void
put16(struct tp_buf *b, uint16_t v)
{
	v = htons(v);
	tp_buf_add(b, (const char *)&v, sizeof(v));
}

static void
put_int8(struct tp_buf *b, int64_t v)
{
	put32(b, 8);
	put32(b, (uint32_t)((uint64_t)v >> 32));
	put32(b, (uint32_t)v);
}

static void
put_int4(struct tp_buf *b, int64_t v)
{
	put32(b, 4);
	put32(b, (uint32_t)v);
}

static void
put_text(struct tp_buf *b, struct tp_cell_text x)
{
	put32(b, (uint32_t)x.n);
	tp_buf_add(b, x.p, x.n);
}

void
tp_pg_copy_begin(struct tp_buf *b)
{
	static const char	magic[11] = "PGCOPY\n\377\r\n";

	b->n = 0;
	tp_buf_add(b, magic, sizeof(magic));
	put32(b, 0);		/* flags */
	put32(b, 0);		/* bytes of extensions */
}

void
tp_pg_copy_row(struct tp_buf *b, const struct tp_pg *d,
    const struct tp_table *t, const struct tp_batch *x,
    const struct tp_row *r)
{
	int	i;

	put16(b, (uint16_t)(t->n + 2));
	for (i = 0; i < t->n; i++) {
		if (r->v[i] == TP_STORE_NULL)
			put32(b, UINT32_MAX);
		else if (t->col[i].type == TP_COLUMN_TEXT)
			put_text(b, tp_batch_text(x, r->v[i]));
		else if (t->col[i].type == TP_COLUMN_SENSOR)
			put_int4(b, d->known.segment[r->v[i]]);
		else
			put_int8(b, r->v[i]);
	}
	put_int4(b, d->known.shape[r->shape]);
	if (r->restlen == 0)
		put32(b, UINT32_MAX);
	else
		put_text(b, (struct tp_cell_text){ x->text.p + r->rest,
		    r->restlen });
}

/* The end of a COPY: what the server made of it. */
static int
finish(struct tp_pg *d, struct tp_err *e)
{
	PGresult	*r;
	int		 rc = 0;

	if (PQputCopyEnd(d->c, NULL) != 1)
		return tp_pg_error(d, NULL, e);
	while ((r = PQgetResult(d->c)) != NULL) {
		if (PQresultStatus(r) != PGRES_COMMAND_OK)
			rc = tp_pg_error(d, r, e);
		PQclear(r);
	}
	return rc;
}

void
tp_pg_copy_end(struct tp_buf *b)
{
	put16(b, UINT16_MAX);
}

int
tp_pg_copy_send(struct tp_pg *d, bool end, struct tp_err *e)
{
	if (d->copy.n < SEND_BYTES && !end)
		return 0;
	if (PQputCopyData(d->c, d->copy.p, (int)d->copy.n) != 1)
		return tp_pg_error(d, NULL, e);
	d->copy.n = 0;
	return end ? finish(d, e) : 0;
}
