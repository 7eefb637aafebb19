/*
 * Readings sorted into the cells of a picture, which has fewer columns than
 * there are times.  Embedded; release frees what it holds.
 */
#ifndef TP_PLOT_CELLS_H
#define TP_PLOT_CELLS_H

#include "plot/heatmap.h"

struct tp_cells {
	int64_t	 lo, hi;	/* ms; all columns together */
	int64_t	 width_ms;	/* of a column */
	size_t	 ncol, nrow;
	size_t	 share;		/* rows of the map in one row of cells */
	double	*v;		/* nrow x ncol means; NAN: no reading */
};

/*
 * Makes cells for at most so many columns and rows.  A column is a whole
 * number of the usual interval between readings, so that none is empty for
 * being narrow.
 */
int tp_cells_init(struct tp_cells *c, const struct tp_heatmap *h,
    size_t max_columns, size_t max_rows, struct tp_err *e);
void tp_cells_release(struct tp_cells *c);

#endif
