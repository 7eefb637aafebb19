/*
 * Private to lib/store: the store in a file of SQLite.  One process writes it
 * (others wait for their turn), any number read it meanwhile (WAL).
 *
 * Tables: those of store/kind.h; `sensor` and `shape` with the texts that
 * rows have numbers of; `latest`, the newest row of `reading` of each sensor;
 * `hourly`, sums of them; `position`, how far sources were read.
 */
#ifndef TP_STORE_SQLITE_H
#define TP_STORE_SQLITE_H

#include <sqlite3.h>

#include "store/backend.h"
#include "store/known.h"
#include "store/retain.h"

#define TP_SQLITE_LATEST	TP_STORE_KINDS	/* statements beyond kinds */

/* Segments as they are read: by id, rising. */
struct tp_sqlite_names {
	struct tp_map	 text;		/* in the order of ids; of one number */
	int64_t		*id;		/* of each */
	size_t		 n, cap, last;
};

struct tp_sqlite {
	sqlite3		*db;
	struct tp_sqlite_names names;

	/* of writers, with their statements */
	struct tp_known	 known;
	struct tp_retain retain;
	sqlite3_stmt	*insert[TP_STORE_KINDS + 1], *update, *add_hour,
			*make_hour, *add_segment, *get_segment, *add_shape,
			*get_shape, *get_position, *set_position;
};

/* Says what SQLite says, with an exit code that suits.  Returns -1. */
int tp_sqlite_error(sqlite3 *db, const char *doing, struct tp_err *e);
/* Prepares a statement: 0 or -1. */
int tp_sqlite_prepare(struct tp_sqlite *d, const char *sql, sqlite3_stmt **st,
    struct tp_err *e);
/* Runs statements that give no rows. */
int tp_sqlite_exec(struct tp_sqlite *d, const char *sql, struct tp_err *e);
/* The integer that a statement without parameters gives first. */
int tp_sqlite_int(struct tp_sqlite *d, const char *sql, int64_t *v,
    struct tp_err *e);

/* sqlitewrite.c */
int tp_sqlite_write(struct tp_store *s, const struct tp_batch *b,
    struct tp_err *e);
int tp_sqlite_forget(struct tp_store *s, const char *source,
    int32_t partition, struct tp_err *e);
int tp_sqlite_position(struct tp_store *s, const char *source,
    int32_t partition, int64_t *next, struct tp_err *e);
void tp_sqlite_end_writing(struct tp_sqlite *d);

/* sqliteread.c */
int tp_sqlite_rows(struct tp_store *s, const struct tp_store_query *q,
    tp_cells_fn *fn, void *arg, struct tp_err *e);
int tp_sqlite_shape(struct tp_store *s, int64_t id, struct tp_buf *b,
    struct tp_err *e);

#endif
