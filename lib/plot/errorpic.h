/*
 * Errors by horizon: score records of a model beside those of persistence
 * and others, as groups of bars, or as lines where there are many horizons.
 */
#ifndef TP_PLOT_ERRORPIC_H
#define TP_PLOT_ERRORPIC_H

#include "plot/page.h"

#define TP_ERRORPIC_MAX		10000	/* records kept */
#define TP_ERRORPIC_SERIES	6	/* models shown */

/* One score record. */
struct tp_errorpic_score {
	char	*version, *kind, *split;	/* owned */
	int	 minutes;
	double	 mae, rmse;		/* NAN: not said */
	enum tp_unit unit;
	bool	 saved;
	int64_t	 from, to;		/* TP_TIME_NONE: not said */
};

/* Owns all it holds; an all-zero struct is an empty one. */
struct tp_errorpic {
	struct tp_errorpic_score *v;
	size_t	 n, cap;
};

void tp_errorpic_release(struct tp_errorpic *p);
/*
 * Keeps a score record; those of a part ("by") are passed over.  Returns 0,
 * or -1 with a static text in *why.
 */
int tp_errorpic_add(struct tp_errorpic *p, const struct tp_rec *r,
    const char **why);
/*
 * Appends the script for one split; NULL: test, else eval, else that of the
 * first record.  unit NONE: that of the first score.  Returns 0, or -1 where
 * there is nothing to show.
 */
int tp_errorpic_draw(const struct tp_errorpic *p, const char *split,
    const struct tp_page *page, enum tp_unit unit, struct tp_buf *b,
    struct tp_err *e);

#endif
