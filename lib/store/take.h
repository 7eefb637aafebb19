/*
 * Private to lib/store: a record on its way into a batch.  take.c fills the
 * columns of its row, and says which values of the line can be made of them
 * again; batch.c puts what is left into the shape and rest.
 */
#ifndef TP_STORE_TAKE_H
#define TP_STORE_TAKE_H

#include "store/batch.h"

/* A column of the record at work: its value in the line, and its hole. */
struct tp_taken {
	const char	*p;		/* NULL: it must be kept in rest */
	char		 hole[4];
};

struct tp_take {
	struct tp_batch	*b;
	const struct tp_rec *r;
	const struct tp_table *t;
	struct tp_row	*row;
	struct tp_taken	 found[TP_STORE_COLUMNS];
	struct tp_cells	 key;		/* what ids are made of */
	int		 nhorizons;	/* of the batch's; 0: by its minutes */
	const char	*why, *field;
};

/*
 * Fills the row.  0, or -1 with why, and field where it is about one: the
 * record is refused.
 */
int tp_take_columns(struct tp_take *k);
/* Adds the rows of the horizons but the first; k->row, the last, is one. */
void tp_take_others(struct tp_take *k, struct tp_rows *rows);

#endif
