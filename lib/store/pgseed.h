/*
 * Private to lib/store: PostgreSQL with the tables of another system, under
 * its names and in its units, so that its programs find what they know.
 *
 * Such tables have no unique keys of the things they tell, so a batch is
 * copied into a stage, rows that are there are updated, and others inserted,
 * by one writer at a time.  How far sources were read is in a schema of ours
 * beside theirs.  What has no column is not kept; what has no table is passed
 * over.
 */
#ifndef TP_STORE_PGSEED_H
#define TP_STORE_PGSEED_H

#include "store/pg.h"
#include "store/rowrec.h"

#define TP_SEED_MINUTES	5256000	/* the longest horizon, ten years */

struct tp_seed;

struct tp_seed_table {
	enum tp_store_kind kind;
	const char	*name;
	const char	*time;		/* its column of time */
	const char	*stage;		/* columns of its stage */
	const char	*update, *insert;	/* from it; NULL: no need */
	/* Puts what rows[i] of n has to say into d->pg.copy, if anything: lines
	 * of tp_seed_text() and its kin, each ended. */
	void	(*put)(struct tp_seed *d, const struct tp_batch *b,
		    const struct tp_row *const *rows, size_t i, size_t n);
	/* The columns are id, time in ms, and fields of the record by name;
	 * from rows t with conditions to follow.  NULL: not read back. */
	const char	*select, *id, *at;
};

struct tp_seed_form {
	struct tp_pg_form pg;
	const char	*ddl;		/* makes all, where it is not there */
	const struct tp_seed_table *tables;
	size_t		 ntables;
	const char	*segments;	/* how many there are */
	/* Makes the segments that are new in a batch; NULL: no need. */
	int	(*segment)(struct tp_seed *d, const struct tp_batch *b,
		    struct tp_err *e);
};

struct tp_seed {
	struct tp_pg	 pg;		/* first: it is one */
	struct tp_rowrec again;
	struct tp_buf	 text;		/* scratch */
	size_t		 column;	/* of the line that is put */
	struct tp_map	 shapes;	/* of the rows that were read */
};

/* What it was opened with. */
static inline const struct tp_seed_form *
tp_seed_form(const struct tp_seed *d)
{
	return (const struct tp_seed_form *)(const void *)d->pg.form;
}

/* pgseed.c: as their kin in the table of backends and in struct tp_pg_form. */
int tp_seed_open(struct tp_store *s, const char *rest,
    const struct tp_seed_form *form, struct tp_err *e);
void tp_seed_close(struct tp_store *s);
int tp_seed_make(struct tp_store *s, struct tp_err *e);
int tp_seed_forget(struct tp_store *s, int64_t before, struct tp_err *e);
int tp_seed_info(struct tp_store *s, struct tp_store_info *i,
    struct tp_err *e);
int tp_seed_vacuum(struct tp_store *s, struct tp_err *e);

/* pgseedwrite.c */
int tp_seed_write(struct tp_store *s, const struct tp_batch *b,
    struct tp_err *e);
/* Columns of a line of COPY, in their order; tp_seed_end() ends it. */
void tp_seed_null(struct tp_seed *d);
void tp_seed_time(struct tp_seed *d, int64_t t);
void tp_seed_double(struct tp_seed *d, double v);
void tp_seed_int(struct tp_seed *d, int64_t v);
/* Thousandths, or NULL. */
void tp_seed_milli(struct tp_seed *d, int64_t v);
/* The text of a JSON string: 0, or -1 where there is none. */
int tp_seed_plain(struct tp_buf *b, struct tp_cell_text x);
/* The bytes of a JSON string, cut to so many characters, or NULL where p is
 * or they are none. */
void tp_seed_text(struct tp_seed *d, struct tp_cell_text x, size_t max);
void tp_seed_end(struct tp_seed *d);
/* The string in a field of d->again, or none. */
struct tp_cell_text tp_seed_string(const struct tp_seed *d,
    enum tp_field f);
/* Likewise by its key. */
struct tp_cell_text tp_seed_by_key(const struct tp_seed *d, const char *key);
/* A number in a field, in thousandths; TP_STORE_NULL: none within +-max. */
int64_t tp_seed_number(const struct tp_seed *d, enum tp_field f,
    double max);
/* Whether an id is a text for a database of so many characters at most; it is
 * put into b. */
bool tp_seed_id_fits(struct tp_buf *b, struct tp_cell_text x, size_t max);
/* What no schema of ours has room for, as tp_fits_fn: times, and ids longer
 * than that. */
const char *tp_seed_fits(const struct tp_rec *r, const struct tp_row *row,
    enum tp_store_kind k, size_t max, const char **field);

/* pgladdl.c */
extern const char	tp_seed_la_ddl[];

/* pgseedread.c */
int tp_seed_rows(struct tp_store *s, const struct tp_store_query *q,
    tp_cells_fn *fn, void *arg, struct tp_err *e);
int tp_seed_shape(struct tp_store *s, int64_t id, struct tp_buf *b,
    struct tp_err *e);

#endif
