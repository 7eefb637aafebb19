/*
 * Private to lib/store: what a backend is.  store.c checks arguments and
 * turns rows into records; a backend moves rows.
 */
#ifndef TP_STORE_BACKEND_H
#define TP_STORE_BACKEND_H

#include "store/batch.h"
#include "store/store.h"

/* Takes a row of a table.  Other than 0 ends the reading, which returns it. */
typedef int tp_cells_fn(void *arg, int64_t shape, const struct tp_cells *c);

struct tp_backend {
	const char	*scheme;	/* "sqlite" */
	bool		 lines;		/* wants batches with keep_lines */
	tp_fits_fn	*fits;		/* what it has no room for; NULL */
	/* Sets s->db; rest is the URL behind the scheme.  0 or -1. */
	int	(*open)(struct tp_store *s, const char *rest,
		    struct tp_err *e);
	void	(*close)(struct tp_store *s);
	int	(*write)(struct tp_store *s, const struct tp_batch *b,
		    struct tp_err *e);
	/* The rest is NULL where there is no such thing. */
	int	(*position)(struct tp_store *s, const char *source,
		    int32_t partition, int64_t *next, struct tp_err *e);
	int	(*forget)(struct tp_store *s, const char *source,
		    int32_t partition, struct tp_err *e);
	/* Gives rows in the order of tp_store_read().  0, what fn returned,
	 * or -1. */
	int	(*rows)(struct tp_store *s, const struct tp_store_query *q,
		    tp_cells_fn *fn, void *arg, struct tp_err *e);
	/* The text of a shape, into b: 0, or -1. */
	int	(*shape)(struct tp_store *s, int64_t id, struct tp_buf *b,
		    struct tp_err *e);
	int	(*info)(struct tp_store *s, struct tp_store_info *i,
		    struct tp_err *e);
	int	(*vacuum)(struct tp_store *s, struct tp_err *e);
	int	(*check)(struct tp_store *s, struct tp_err *e);
};

/* Shapes by their number in the store, as far as rows had them. */
struct tp_shapes {
	struct tp_shape_of {
		int64_t		 id;
		enum tp_store_kind kind;
		struct tp_shape	 shape;
	} *v;
	size_t		 n, cap, last;
};

struct tp_store {
	const struct tp_backend *be;
	struct tp_store_conf conf;
	char		*name;
	struct tp_shapes shapes;
	void		*db;
};

extern const struct tp_backend tp_backend_sqlite, tp_backend_pg,
			tp_backend_pg_la, tp_backend_pg_hanoi,
			tp_backend_redis, tp_backend_files;

#endif
