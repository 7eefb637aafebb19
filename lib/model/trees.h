/*
 * Regression trees as one flat array, walked for TP_TREES_LANES rows at once.
 *
 * A node takes 8 bytes.  Both children of node i stand together, the left one
 * at i + step; a row goes left where its input is smaller than t.  A leaf has
 * step 0 and reads the column past the last, which is -INFINITY in every row,
 * so that a walk as long as the tree is deep needs no branch: who has reached
 * a leaf stays there.  No input is NAN.
 *
 * The struct owns its arrays.
 */
#ifndef TP_MODEL_TREES_H
#define TP_MODEL_TREES_H

#include "base/buf.h"
#include "base/err.h"
#include "model/pack.h"

#define TP_TREES_LANES	16
#define TP_TREES_DEPTH	128	/* the deepest tree that is read */
#define TP_TREES_MOST	65536	/* trees of one horizon */

struct tp_tree_node {
	float	 t;		/* of a leaf: its value */
	uint16_t col;
	uint16_t step;
};

struct tp_trees {
	size_t	 ncol;		/* inputs of a row */
	size_t	 n;		/* trees */
	size_t	 nnode, cap;
	struct tp_tree_node *node;
	uint32_t *root;		/* n + 1, into node */
	uint8_t	 *depth;	/* n */
};

/* A tree with the children of each node by number; -1: a leaf. */
struct tp_tree_source {
	size_t		 n;		/* nodes, the root is 0 */
	const int32_t	*left, *right, *col;
	const float	*t;
};

/*
 * Appends a tree, its nodes in order of their depth.  Returns 0, or -1 where
 * it is none: more than 65,535 nodes, too deep, numbers out of range; or there
 * are too many.
 */
int tp_trees_append(struct tp_trees *t, const struct tp_tree_source *s);
/* The float of a split that sends to the left the floats x with x <= t. */
float tp_trees_bound(double t);
/* Forgets the trees from number n on. */
void tp_trees_cut(struct tp_trees *t, size_t n);
void tp_trees_release(struct tp_trees *t);

/*
 * The leaves that LANES rows reach in one tree, as indexes of node.  x: ncol + 1
 * columns of LANES inputs, the last column all -INFINITY.
 */
void tp_trees_leaves(const struct tp_trees *t, size_t tree, const float *x,
    uint32_t leaf[TP_TREES_LANES]);
/*
 * Adds the values of every step-th tree of from .. to, one after another in
 * single precision, as XGBoost does.
 */
void tp_trees_sum(const struct tp_trees *t, size_t from, size_t to,
    size_t step, const float *x, float sum[TP_TREES_LANES]);
/* Turns n <= LANES rows of ncol inputs into columns as above. */
void tp_trees_columns(const float *rows, size_t n, size_t ncol, float *x);

/* As part of a model file; load: t is zeroed, ncol is known; -1 with e. */
void tp_trees_save(const struct tp_trees *t, struct tp_buf *b);
int tp_trees_load(struct tp_trees *t, size_t ncol, struct tp_unpack *u,
    struct tp_err *e);

#endif
