/* Lines of points over an axis of numbers: errors by hour, learning curves,
 * reliability. */
#ifndef TP_PLOT_CURVEPIC_H
#define TP_PLOT_CURVEPIC_H

#include "plot/page.h"

/* Borrowed.  y NAN: a gap in the line. */
struct tp_curve {
	const char	*name, *colour;
	const double	*x, *y;
	size_t		 n;
	bool		 dashed;	/* for comparison: without points */
};

struct tp_curvepic {
	const char	*title, *xlabel, *ylabel;
	bool		 whole_x;	/* marks at whole numbers only */
	const struct tp_curve *v;
	size_t		 n;
};

/* Appends the script; the axis of y begins at 0. */
void tp_curvepic_draw(const struct tp_curvepic *c,
    const struct tp_page *page, struct tp_buf *b);

#endif
