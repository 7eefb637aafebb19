/*
 * Models in the formats of other programs.  What an exported model takes are
 * the inputs of the model's formula (model/formula.h), and `segment`, its
 * number in the model, where coefficients depend on it; see tp-model(1).
 *
 * Nothing here owns anything: each export appends the whole file to b.
 * Returns 0, or -1 with an error of code TP_EXIT_USAGE where the format has no
 * place for such a model.  Imports believe nothing that they read.
 */
#ifndef TP_EXCHANGE_EXCHANGE_H
#define TP_EXCHANGE_EXCHANGE_H

#include "model/formula.h"

/*
 * ONNX (IR 7, opset 13 and ai.onnx.ml 1) of all horizons.  Of a formula:
 * inputs `inputs`, n x nin, float for trees, else double, and for weighted
 * sums `segment`, n int64; output `forecasts`, n x nh, of a classifier
 * `probabilities`, n x nh x classes.  Of a network: exchange/onnxnet.c; of an
 * ensemble: exchange/onnxform.h.
 */
int tp_export_onnx(const struct tp_modelfile *m, struct tp_buf *b,
    struct tp_err *e);
/* PMML 4.4 of horizon number h. */
int tp_export_pmml(const struct tp_modelfile *m, const struct tp_formula *f,
    size_t h, struct tp_buf *b, struct tp_err *e);
/*
 * XGBoost's JSON (1.6 and later read it) of the trees of horizon number h.  The
 * first input of the formula is to be given as base_margin, the others are
 * the features; of a classifier all are, and the objective is multi:softprob.
 */
int tp_export_xgboost(const struct tp_modelfile *m,
    const struct tp_formula *f, size_t h, struct tp_buf *b, struct tp_err *e);
/*
 * safetensors of the arrays that the model computes with; `__metadata__` says
 * what they are.
 */
int tp_export_safetensors(const struct tp_modelfile *m, struct tp_buf *b,
    struct tp_err *e);

/* Whose files are imported. */
enum tp_import {
	TP_IMPORT_XGBOOST, TP_IMPORT_LIGHTGBM, TP_IMPORT_ONNX, TP_IMPORT_KERAS
};

/*
 * Puts what n files hold into the place of what m has learnt: trees, one file
 * for each horizon (of ONNX also one for all), and m becomes a `gbt`; layers,
 * and m becomes a `dense`; or the weights of an LSTM.  What these forecast was
 * not measured, so m loses its scores and intervals.  Returns 0, or -1 with m
 * to be released only.
 */
int tp_import(struct tp_modelfile *m, enum tp_import from,
    const char *const *paths, size_t n, struct tp_err *e);

/*
 * Reads a gbtree in XGBoost's JSON (n bytes) whose features are the inputs of
 * f, a formula of trees, but the first, to which it adds.  Its base_score
 * counts, unless it has the attribute base_margin: then that first input was
 * its base_margin.  t is zeroed, and owned by the caller.  Returns 0, or -1
 * with what is wrong and t released.
 */
int tp_import_xgboost(const struct tp_formula *f, const char *p, size_t n,
    struct tp_trees *t, struct tp_err *e);
/* The same of the text that LightGBM saves. */
int tp_import_lightgbm(const struct tp_formula *f, const char *p, size_t n,
    struct tp_trees *t, struct tp_err *e);
/*
 * Reads a file of ONNX with nout outputs.  One that has all inputs of f
 * forecasts, one that has all but the first (of trees) says what is to be
 * added to it.  Fills t, nout zeroed lots of trees, or *d (zeroed), where it
 * then has layers; the caller owns both.  Returns 0, or -1 with what is wrong
 * and both released.
 */
int tp_import_onnx(const struct tp_formula *f, const char *p, size_t n,
    size_t nout, struct tp_trees *t, struct tp_layers *d, struct tp_err *e);
/* Puts the weights of an LSTM in .npz form into m, which is one. */
int tp_import_keras(struct tp_modelfile *m, const char *p, size_t n,
    struct tp_err *e);

#endif
