/*
 * The speed heat map: time from left to right, sensors along the road from
 * top to bottom.
 */
#ifndef TP_PLOT_HEATMAP_H
#define TP_PLOT_HEATMAP_H

#include "forecast/truth.h"
#include "plot/page.h"

/* The rows of the map, top first.  Borrowed. */
struct tp_heatmap_row {
	size_t		 seg;		/* in readings */
	const char	*road;		/* NULL: not known */
};

struct tp_heatmap {
	const struct tp_truth *readings;	/* closed, not empty */
	const struct tp_heatmap_row *rows;
	size_t		 nrows;
	enum tp_unit	 unit;		/* of the picture */
};

/*
 * Appends the picture: a script of gnuplot, or for TP_PAGE_TEXT the text
 * itself.  Readings that share a cell count as their mean.  Returns 0, or -1
 * where the times span more than 200 years.
 */
int tp_heatmap_draw(const struct tp_heatmap *h, const struct tp_page *p,
    struct tp_buf *b, struct tp_err *e);

#endif
