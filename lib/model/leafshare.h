/*
 * Leaves that hold shares: trees that were grown on some rows are given the
 * classes of all of them, so that one tree tells the probability of each.
 */
#ifndef TP_MODEL_LEAFSHARE_H
#define TP_MODEL_LEAFSHARE_H

#include "model/treerows.h"

/*
 * Appends to `to` (zeroed), for each tree of t, n trees of the same splits, one
 * for each class: what those of a class add up to is the mean over t of its
 * share at the leaves.  class: of each of the rows, -1: not known.  Rows are
 * also those that a tree was not grown on.  Returns 0, or -1 where they are
 * too many trees.
 */
int tp_leafshare_trees(const struct tp_trees *t, struct tp_treerows *rows,
    const int8_t *class, size_t n, struct tp_trees *to);

#endif
