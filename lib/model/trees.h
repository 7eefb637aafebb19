/*
 * Regression trees as one flat array, walked for TP_TREES_LANES rows at once.
 *
 * A node takes 8 bytes.  Both children of node i stand together, the left one
 * at i + step; a row goes left where its input is smaller than the node's
 * number.  A leaf has step 0 and reads the column past the last, which is
 * -INFINITY in every row, so that a walk as long as the tree is deep needs no
 * branch: who has reached a leaf stays there.  No input is NAN.
 *
 * Numbers are kept as keys, integers in the same order: comparing these and
 * adding what comes out takes half the instructions that floats need.
 *
 * The struct owns its arrays.
 */
#ifndef TP_MODEL_TREES_H
#define TP_MODEL_TREES_H

#include <stdbool.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "model/pack.h"

#define TP_TREES_LANES	16
#define TP_TREES_GROUPS	16	/* of lanes, that one tree is walked for */
#define TP_TREES_DEPTH	128	/* the deepest tree that is read */
#define TP_TREES_MOST	65536	/* trees of one horizon */

struct tp_tree_node {
	uint32_t key;		/* of the split; of a leaf: of its value */
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

/* The key of a float: the bits, with those of negative numbers turned. */
static inline uint32_t
tp_tree_key(float v)
{
	uint32_t	u;

	memcpy(&u, &v, sizeof(u));
	return u ^ ((0 - (u >> 31)) | UINT32_C(1) << 31);
}

/* The float of a key. */
static inline float
tp_tree_number(uint32_t key)
{
	uint32_t	u = key ^ (((key >> 31) - 1) | UINT32_C(1) << 31);
	float		v;

	memcpy(&v, &u, sizeof(v));
	return v;
}

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
 * The keys of n rows of ncol inputs, in groups of LANES rows (the last filled
 * up with its first row): of each group ncol + 1 columns of LANES keys, the
 * last column all that of -INFINITY.
 */
void tp_trees_columns(const float *rows, size_t n, size_t ncol, uint32_t *x);
/* The leaves that one group of rows reaches in a tree, as indexes of node. */
void tp_trees_leaves(const struct tp_trees *t, size_t tree, const uint32_t *x,
    uint32_t leaf[TP_TREES_LANES]);
/*
 * Adds, for each row of so many groups, the values of every step-th tree of
 * from .. to, one after another in single precision, as XGBoost does.  sum has
 * LANES elements a group.
 */
void tp_trees_sum(const struct tp_trees *t, size_t from, size_t to,
    size_t step, const uint32_t *x, size_t groups, float *sum);

/*
 * Trees that differ in the values of their leaves alone, `alike` of them one
 * after another, are walked once for all.  tp_trees_again() appends tree k of
 * another set with its values set to v, by node (of inner nodes not read).
 * tp_trees_alike() tells whether all are so.  tp_trees_sums() is
 * tp_trees_sum() of every alike-th tree from 0 on, then from 1 on, and so
 * forth: sum has LANES elements a group for the first, then for the second.
 */
int tp_trees_again(struct tp_trees *t, const struct tp_trees *from, size_t k,
    const float *v);
bool tp_trees_alike(const struct tp_trees *t, size_t alike);
void tp_trees_sums(const struct tp_trees *t, size_t alike, const uint32_t *x,
    size_t groups, float *sum);

/* As part of a model file; load: t is zeroed, ncol is known; -1 with e. */
void tp_trees_save(const struct tp_trees *t, struct tp_buf *b);
int tp_trees_load(struct tp_trees *t, size_t ncol, struct tp_unpack *u,
    struct tp_err *e);

#endif
