/* What a graph of ONNX computes, as trees or as layers; for lib/exchange. */
#ifndef TP_EXCHANGE_ONNXIMPORT_H
#define TP_EXCHANGE_ONNXIMPORT_H

#include "exchange/onnxread.h"
#include "model/trees.h"

/*
 * Reads the trees of a node TreeEnsembleRegressor into those of n outputs,
 * t[0] .. t[n - 1], zeroed but for ncol; its feature number `shift` is the
 * first of their columns.  Returns 0, or -1 with trees to be released.
 */
int tp_onnx_trees(const struct tp_onnx_node *node, size_t shift,
    struct tp_trees *t, size_t n, struct tp_err *e);

#endif
