/*
 * Residuals: forecast less reading, as a histogram and by the speed that was
 * forecast.  They are counted in bins, so memory does not grow.
 */
#ifndef TP_PLOT_RESIDUALS_H
#define TP_PLOT_RESIDUALS_H

#include "plot/page.h"

#define TP_RESIDUAL_SPEEDS	64	/* of 5 mph or km/h */
#define TP_RESIDUAL_ERRORS	801	/* of 0.5, the middle one around 0 */
#define TP_RESIDUAL_HORIZONS	32

struct tp_residual {
	int	 minutes;		/* horizon */
	uint64_t n;
	double	 sum, abs;		/* of the residuals */
	uint64_t count[TP_RESIDUAL_SPEEDS][TP_RESIDUAL_ERRORS];
};

struct tp_residuals {
	struct tp_residual *h[TP_RESIDUAL_HORIZONS];	/* heap */
	int		 n;
	int64_t		 first, last;	/* target times */
};

/* An all-zero struct is an empty one. */
void tp_residuals_release(struct tp_residuals *r);
/* Adds a pair, both in one unit.  Returns -1 where there are more than
 * TP_RESIDUAL_HORIZONS horizons. */
int tp_residuals_add(struct tp_residuals *r, int minutes, int64_t target,
    double forecast, double truth);
/* The horizon with so many minutes; 0: the longest.  NULL: none. */
const struct tp_residual *tp_residuals_find(const struct tp_residuals *r,
    int minutes);
/* Appends the script for one horizon. */
void tp_residuals_draw(const struct tp_residuals *r,
    const struct tp_residual *h, const struct tp_page *page,
    enum tp_unit unit, struct tp_buf *b);

#endif
