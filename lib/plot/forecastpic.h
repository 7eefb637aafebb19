/*
 * Forecasts of one segment against what then happened, with the interval as
 * a band, over the time they are about.
 */
#ifndef TP_PLOT_FORECASTPIC_H
#define TP_PLOT_FORECASTPIC_H

#include "forecast/issued.h"
#include "forecast/truth.h"
#include "plot/page.h"

struct tp_fcpic_point {
	int64_t	target;
	int	horizon;	/* minutes */
	float	speed, lower, upper;	/* NAN: no interval */
};

struct tp_fcpic {
	/* set before the first forecast */
	size_t	 max;		/* forecasts kept */
	/* filled; owned */
	struct tp_fcpic_point *v;
	size_t	 n, cap;
	char	*id;		/* the segment's, raw: the first one's, or set
				 * before (heap) */
	enum tp_unit unit;	/* of the first forecast */
};

void tp_fcpic_release(struct tp_fcpic *f);
/* Keeps a forecast of the segment; others are passed over.  Returns -1 where
 * there are too many. */
int tp_fcpic_add(struct tp_fcpic *f, const struct tp_issued *in);

/*
 * Appends the script for one horizon (0: the longest) and target times
 * from <= t < to.  truth holds the readings, closed.  Where from is
 * INT64_MIN the last 24 hours of what there is before `to` are shown.
 * Returns 0, or -1 where there is nothing to show.
 */
int tp_fcpic_draw(const struct tp_fcpic *f, const struct tp_truth *truth,
    int horizon, int64_t from, int64_t to, const struct tp_page *page,
    enum tp_unit unit, struct tp_buf *b, struct tp_err *e);

#endif
