/*
 * Models of trees: for each horizon, what its trees say of a row is added to
 * the speed that the row starts from.  Kinds differ only in how they grow.
 *
 * The struct owns what it holds.
 */
#ifndef TP_MODEL_TREEMODEL_H
#define TP_MODEL_TREEMODEL_H

#include "model/treeinput.h"
#include "model/trees.h"

struct tp_treemodel {
	struct tp_treeinput in;
	struct tp_trees	 trees[TP_MODEL_HORIZONS];
};

/* How trees grow. */
struct tp_treeplan {
	const char	*name;
	int		 rounds, depth;
	double		 eta, lambda;
	double		 least;		/* rows of a leaf, weighted */
	double		 columns;	/* share that a tree sees */
	double		 per_split;	/* and of these each split; 0: all */
	double		 sample;	/* share of the rows that a tree sees */
	/* boosting, with the pseudo-Huber loss of this knee in mph or km/h;
	 * 0: trees side by side, each with the median of its leaves */
	double		 knee;
};

/* Grows trees on the train part; see struct tp_model_kind. */
void *tp_treemodel_fit(const struct tp_treeplan *plan,
    const struct tp_panel *p, const struct tp_model_opts *o,
    struct tp_err *e);
/* The other members of the vtable. */
void tp_treemodel_predict(const void *st, const struct tp_ask *a, double *out);
void tp_treemodel_save(const void *st, struct tp_buf *b);
void *tp_treemodel_load(const char *p, size_t n, const struct tp_shape *s,
    struct tp_err *e);
void tp_treemodel_free(void *st);

/* The trees t take the place of those of horizon number h; t is zeroed. */
void tp_treemodel_put(void *st, size_t h, struct tp_trees *t);

#endif
