/*
 * Private to lib/store: the store in PostgreSQL.  Any number of processes
 * write and read.
 *
 * Its own schema is `tp`, with the tables of store/kind.h; those of events,
 * aggregates and predictions are partitioned by month.  The tables of other
 * systems are in pgseed.h.
 */
#ifndef TP_STORE_PG_H
#define TP_STORE_PG_H

#include <libpq-fe.h>

#include "store/backend.h"
#include "store/known.h"
#include "store/retain.h"

/* One at a time makes tables. */
#define TP_PG_LOCK	"SELECT pg_advisory_lock(1953526643)"
#define TP_PG_UNLOCK	"SELECT pg_advisory_unlock(1953526643)"

/* Whose tables are written. */
struct tp_pg_form {
	const char	*schema;	/* that with the table position */
	/* Makes what is not there, on a new connection. */
	int	(*make)(struct tp_store *s, struct tp_err *e);
	/* Writes a batch: all of a transaction. */
	int	(*write)(struct tp_store *s, const struct tp_batch *b,
		    struct tp_err *e);
	/* Removes what is older than that; of some tables only months. */
	int	(*forget)(struct tp_store *s, int64_t before,
		    struct tp_err *e);
};

struct tp_pg {
	PGconn		*c;
	const struct tp_pg_form *form;
	char		*conninfo;
	struct tp_buf	 copy;		/* data on its way */
	PGresult	*shapes;	/* all, of the query at work */
	struct tp_known	 known;
	struct tp_map	 months;	/* partitions that are known to be */
	struct tp_retain retain;
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
/* Opens the store of that form; s->db is `size` bytes that begin with a
 * struct tp_pg.  0 or -1. */
int tp_pg_open(struct tp_store *s, const char *rest,
    const struct tp_pg_form *form, size_t size, struct tp_err *e);
void tp_pg_close(struct tp_store *s);
/* Connects, and makes what is not there: 0 or -1. */
int tp_pg_connect(struct tp_store *s, struct tp_err *e);
/* Runs `make` in a transaction of its own where a table is not there, one
 * process at a time.  Returns 0, 1 where it was there, or -1. */
int tp_pg_make_once(struct tp_pg *d, const char *table,
    int (*make)(struct tp_pg *d, struct tp_err *e), struct tp_err *e);
/* Whether there is such a table; -1 on an error. */
int tp_pg_there(struct tp_pg *d, const char *table, struct tp_err *e);

/* pgcopy.c: a row in the binary form of COPY, and what is around them. */
void tp_pg_copy_begin(struct tp_buf *b);
void tp_pg_copy_row(struct tp_buf *b, const struct tp_pg *d,
    const struct tp_table *t, const struct tp_batch *x,
    const struct tp_row *r);
void tp_pg_copy_end(struct tp_buf *b);
/* Sends what is in d->copy, or with `end` all of it, to a COPY at work. */
int tp_pg_copy_send(struct tp_pg *d, bool end, struct tp_err *e);

/* pgwrite.c */
int tp_pg_write(struct tp_store *s, const struct tp_batch *b,
    struct tp_err *e);
/* Moves the sources' positions, in the transaction at work.  0 or -1. */
int tp_pg_move(struct tp_store *s, const struct tp_batch *b,
    struct tp_err *e);
int tp_pg_write_own(struct tp_store *s, const struct tp_batch *b,
    struct tp_err *e);
int tp_pg_forget_own(struct tp_store *s, int64_t before, struct tp_err *e);
int tp_pg_forget(struct tp_store *s, const char *source, int32_t partition,
    struct tp_err *e);
int tp_pg_position(struct tp_store *s, const char *source,
    int32_t partition, int64_t *next, struct tp_err *e);
/* pgread.c */
int tp_pg_rows(struct tp_store *s, const struct tp_store_query *q,
    tp_cells_fn *fn, void *arg, struct tp_err *e);
/* Ids as an array of PostgreSQL: {"a","b"}. */
void tp_pg_put_array(struct tp_buf *b, const char *const *ids, size_t n);
int tp_pg_shape(struct tp_store *s, int64_t id, struct tp_buf *b,
    struct tp_err *e);

#endif
