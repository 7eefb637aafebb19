/*
 * The rows of one part of a panel as inputs of trees.  They are made anew each
 * time they are read, so that no whole table of them is kept.
 */
#ifndef TP_MODEL_TREEROWS_H
#define TP_MODEL_TREEROWS_H

#include "model/treeinput.h"
#include "model/xgb.h"

struct tp_treerows {
	const struct tp_panel	*p;
	const struct tp_treeinput *in;
	size_t	 first, n;	/* rows of the panel */
	bool	 others;	/* usual[] is in place of that of in */
	struct tp_profile usual[TP_PROFILE_FOLDS];
	float	*step;		/* one step's rows */
	double	*base;		/* likewise */
	size_t	 cap;
};

/*
 * Part 0 (train) .. 2 (test) of p; both are borrowed.  In the rows of the train
 * part what is usual is told by other days than their own.
 */
void tp_treerows_init(struct tp_treerows *r, const struct tp_panel *p,
    const struct tp_treeinput *in, int part);
void tp_treerows_release(struct tp_treerows *r);

/*
 * Fills x (n x nin) and base (n; may be NULL) with rows from .. from + n, as
 * many of these as there are; returns how many.
 */
size_t tp_treerows_read(struct tp_treerows *r, size_t from, size_t n,
    float *x, double *base);
/* The same for XGBoost; arg is a struct tp_treerows. */
size_t tp_treerows_fill(void *arg, size_t from, size_t room, float *x);

#endif
