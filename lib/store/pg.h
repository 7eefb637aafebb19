/*
 * Private to lib/store: the store in PostgreSQL.  Any number of processes
 * write and read.
 *
 * Its own schema is `tp`, with the tables of store/kind.h; those of events,
 * aggregates and predictions are partitioned by month.
 */
#ifndef TP_STORE_PG_H
#define TP_STORE_PG_H

#include <libpq-fe.h>

#include "store/backend.h"
#include "store/known.h"

/* One at a time makes tables. */
#define TP_PG_LOCK	"SELECT pg_advisory_lock(1953526643)"
#define TP_PG_UNLOCK	"SELECT pg_advisory_unlock(1953526643)"

struct tp_pg {
	PGconn		*c;
	char		*conninfo;
	struct tp_buf	 copy;		/* data on its way */
	PGresult	*shapes;	/* all, of the query at work */
	struct tp_known	 known;
	struct tp_map	 months;	/* partitions that are known to be */
	int64_t		 newest;	/* time of an event */
	int64_t		 retained_ns;
};

/* Whether the rows of this kind are in partitions of a month. */
static inline bool
tp_pg_monthly(enum tp_store_kind k)
{
	return k <= TP_STORE_PREDICTION;
}

/* Says what the server says.  Returns -1. */
int tp_pg_error(struct tp_pg *d, const PGresult *r, struct tp_err *e);
/* Runs statements that give no rows: 0 or -1. */
int tp_pg_exec(struct tp_pg *d, const char *sql, struct tp_err *e);
/* Runs one with text parameters; the result is for PQclear(), or NULL. */
PGresult *tp_pg_query(struct tp_pg *d, const char *sql, int n,
    const char *const *values, struct tp_err *e);
/* The integer of a field, or TP_STORE_NULL. */
int64_t tp_pg_int(const PGresult *r, int row, int column);
/* Connects, and makes what is not there: 0 or -1. */
int tp_pg_connect(struct tp_store *s, struct tp_err *e);

/* pgcopy.c: a row in the binary form of COPY, and what is around them. */
void tp_pg_copy_begin(struct tp_buf *b);
void tp_pg_copy_row(struct tp_buf *b, const struct tp_pg *d,
    const struct tp_table *t, const struct tp_batch *x,
    const struct tp_row *r);
/* Sends what is in d->copy, or with `end` all of it, to a COPY at work. */
int tp_pg_copy_send(struct tp_pg *d, bool end, struct tp_err *e);

/* pgwrite.c */
int tp_pg_write(struct tp_store *s, const struct tp_batch *b,
    struct tp_err *e);
int tp_pg_position(struct tp_store *s, const char *source,
    int32_t partition, int64_t *next, struct tp_err *e);
/* pgread.c */
int tp_pg_rows(struct tp_store *s, enum tp_store_ask ask,
    const struct tp_store_query *q, tp_cells_fn *fn, void *arg,
    struct tp_err *e);
int tp_pg_shape(struct tp_store *s, int64_t id, struct tp_buf *b,
    struct tp_err *e);

#endif
