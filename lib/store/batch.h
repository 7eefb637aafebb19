/*
 * What is to be written next: records taken apart into rows (store/shape.h),
 * and how far their sources were read.  All backends write the same batch.
 * The struct owns everything in it; segments, shapes and sources are kept
 * from one batch to the next under the same numbers.
 */
#ifndef TP_STORE_BATCH_H
#define TP_STORE_BATCH_H

#include "base/map.h"
#include "store/shape.h"

#define TP_BATCH_SHAPES	4096	/* kinds of lines; others are kept whole */
#define TP_BATCH_HORIZONS 32	/* of a record; more are in its line only */
#define TP_BATCH_LINE	1000000000	/* bytes of a record: those of a value
					 * in SQLite; PostgreSQL has more */
#define TP_BATCH_TEXT	UINT32_MAX	/* bytes that rows can point to; who
					 * adds records looks at text.n */

struct tp_row {
	/* columns of the table; a segment is its number in `segments`, a text
	 * is at v >> 32 in `text`, of v & 0xffffffff bytes */
	int64_t		 v[TP_STORE_COLUMNS];
	int64_t		 pos;		/* in its source */
	uint32_t	 source;	/* index in sources */
	uint32_t	 shape;		/* number in `shapes` */
	uint32_t	 rest, restlen;	/* in `text`; 0 bytes: none */
	uint32_t	 line, linelen;	/* likewise the record as it came, where
					 * keep_lines; of all of its rows */
};

/* Why a store has no room for a row, of which the record is given, as a static
 * text, and the field if it is about one; NULL: it has. */
typedef const char *tp_fits_fn(const struct tp_rec *r, enum tp_store_kind k,
    const struct tp_row *row, const char **field);

/* A partition of a topic; number 0 stands for files and pipes. */
struct tp_source {
	char		*name;
	int32_t		 partition;
	int64_t		 next;		/* the position to go on from */
};

struct tp_rows {
	struct tp_row	*v;
	size_t		 n, cap;
};

struct tp_batch {
	struct tp_rows	 kind[TP_STORE_KINDS];
	size_t		 n;		/* rows of all kinds */
	struct tp_buf	 text;
	struct tp_map	 segments, shapes;
	size_t		 max_segments;	/* more are refused; 0: no limit */
	bool		 keep_lines;
	tp_fits_fn	*fits;		/* of what else is refused; NULL */
	struct tp_source *sources;
	size_t		 nsources, sources_cap;
	struct tp_buf	 scratch, rest;	/* of the record at work */
	struct tp_json_obj top;
	struct tp_horizon h[TP_BATCH_HORIZONS];
};

/* An all-zero struct is an empty batch. */
void tp_batch_release(struct tp_batch *b);
/* Forgets the rows. */
void tp_batch_clear(struct tp_batch *b);
/* Forgets the rows of one source, and how far it was read. */
void tp_batch_drop(struct tp_batch *b, uint32_t source);
/* Number of a source, made where it is new. */
uint32_t tp_batch_source(struct tp_batch *b, const char *name,
    int32_t partition);

/*
 * Adds a record, at `pos` in a source.  Returns NULL, or a static text why it
 * is refused and, where that is about one, its field.
 */
const char *tp_batch_add(struct tp_batch *b, const struct tp_rec *r,
    uint32_t source, int64_t pos, const char **field);

/*
 * Sorts the rows of each kind by their keys and leaves the last of those with
 * the same (or, where the table has such a column, the newest).
 */
void tp_batch_sort(struct tp_batch *b);

/* The cells of a row of a table, as a backend gives them; they point into the
 * batch. */
struct tp_cells tp_batch_cells(const struct tp_batch *b,
    const struct tp_table *t, const struct tp_row *r);

/* Whether the line of a row is given with another row of the same record. */
static inline bool
tp_batch_is_part(const struct tp_batch *b, const struct tp_row *r)
{
	return strcmp(b->shapes.keys[r->shape].p, "$c") == 0;
}

/* The text that a value of a row stands for. */
static inline struct tp_cell_text
tp_batch_text(const struct tp_batch *b, int64_t v)
{
	return v == TP_STORE_NULL ? (struct tp_cell_text){ NULL, 0 } :
	    (struct tp_cell_text){ b->text.p + ((uint64_t)v >> 32),
	    (uint32_t)v };
}

#endif
