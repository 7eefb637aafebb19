/*
 * Models as formulas that other programs know too: a row of named inputs, and
 * of these for each horizon a weighted sum, what trees add up to, what comes
 * out of layers, or a mix of such.  Forecasts are cut at 0.  Those of a
 * classifier are probabilities.  lib/exchange writes formulas in the formats
 * of others.
 *
 * The struct owns name and coef; trees and layers are the model's.
 */
#ifndef TP_MODEL_FORMULA_H
#define TP_MODEL_FORMULA_H

#include "model/modelfile.h"
#include "model/trees.h"

#define TP_FORMULA_NAME	48	/* bytes of an input's name, NUL included */

enum tp_formula_form {
	TP_FORMULA_LINEAR, TP_FORMULA_TREES, TP_FORMULA_DENSE,
	TP_FORMULA_CLASSES,
	/* of an ensemble: the columns that its networks read, then for each
	 * member that is none the inputs of its formula, as "N.name", N being
	 * its number from 0; the members are those of the state */
	TP_FORMULA_MIX
};

struct tp_formula {
	enum tp_formula_form form;
	size_t	 nseg, nh, nin;
	char	(*name)[TP_FORMULA_NAME];	/* nin */
	/* LINEAR: by segment, horizon and input; the forecast is the sum of
	 * coefficient * input */
	double	*coef;
	/* TREES: nh, whose columns are the inputs from the second on; the
	 * forecast is the first input + the sum of their leaves.
	 * CLASSES: nh, whose columns are all inputs, nclass trees a round;
	 * the probability of class k is the share (or, where not shares, that
	 * of the exponential) of the sum of every nclass-th tree from k on */
	const struct tp_trees *trees;
	size_t	 nclass;
	bool	 shares;
	/* DENSE: layers on all inputs */
	const struct tp_layers *layers;
};

/*
 * Fills f (zeroed).  Returns 0, or -1 with code TP_EXIT_USAGE where the kind
 * of the model is no formula of inputs.
 */
int tp_formula_init(struct tp_formula *f, const struct tp_modelfile *m,
    struct tp_err *e);
void tp_formula_release(struct tp_formula *f);
/* The inputs of the a->n rows of a step: n x nin.  m has a formula. */
void tp_formula_inputs(const struct tp_modelfile *m, const struct tp_ask *a,
    double *x);

/*
 * The same of a state without its file: true where models of a kind have
 * inputs, how many, and the inputs of the rows of a step.
 */
bool tp_formula_is(const struct tp_model_kind *kind);
size_t tp_formula_count(const struct tp_model_kind *kind, const void *st);
void tp_formula_ask(const struct tp_model_kind *kind, const void *st,
    const struct tp_ask *a, double *x);

/* The name of class k: of the model, else "class_1" and so on. */
const char *tp_formula_class(const struct tp_modelfile *m, size_t k,
    char name[TP_CLASS_NAME]);
/*
 * The probabilities that a model of kind `classify` tells of the a->n rows of
 * a step: n x nh x classes.
 */
void tp_classify_probabilities(const void *st, const struct tp_ask *a,
    double *p);

/* Makes room for n inputs; for those who fill formulas. */
void tp_formula_room(struct tp_formula *f, const struct tp_shape *s, size_t n);

/*
 * What the kinds tell: for each, functions that fill a formula, count the
 * inputs and compute them.  st: of that kind.
 */
void tp_persistence_formula(const void *st, const struct tp_modelfile *m,
    struct tp_formula *f);
size_t tp_persistence_count(const void *st);
void tp_persistence_inputs(const void *st, const struct tp_ask *a, double *x);
void tp_ha_formula(const void *st, const struct tp_modelfile *m,
    struct tp_formula *f);
size_t tp_ha_count(const void *st);
void tp_ha_inputs(const void *st, const struct tp_ask *a, double *x);
void tp_linear_formula(const void *st, const struct tp_modelfile *m,
    struct tp_formula *f);
size_t tp_linear_count(const void *st);
void tp_linear_inputs(const void *st, const struct tp_ask *a, double *x);
void tp_tree_formula(const void *st, const struct tp_modelfile *m,
    struct tp_formula *f);
size_t tp_tree_count(const void *st);
void tp_tree_inputs(const void *st, const struct tp_ask *a, double *x);
void tp_classify_formula(const void *st, const struct tp_modelfile *m,
    struct tp_formula *f);
size_t tp_classify_count(const void *st);
void tp_classify_inputs(const void *st, const struct tp_ask *a, double *x);
void tp_mixed_formula(const void *st, const struct tp_modelfile *m,
    struct tp_formula *f);
/*
 * Of each column of an ensemble its number among the inputs, SIZE_MAX where no
 * network reads it; *n: how many are inputs.  The caller frees it.
 */
size_t *tp_mixed_columns(const void *st, size_t *n);
size_t tp_mixed_count(const void *st);
void tp_mixed_inputs(const void *st, const struct tp_ask *a, double *x);
void tp_layers_formula(const void *st, const struct tp_modelfile *m,
    struct tp_formula *f);
size_t tp_layers_count(const void *st);
void tp_layers_inputs(const void *st, const struct tp_ask *a, double *x);

#endif
