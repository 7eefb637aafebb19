/*
 * Models as formulas that other programs know too: a row of named inputs, and
 * of these for each horizon a weighted sum, or what trees add up to.  Forecasts
 * are cut at 0.  lib/exchange writes formulas in the formats of others.
 *
 * The struct owns name and coef; trees are the model's.
 */
#ifndef TP_MODEL_FORMULA_H
#define TP_MODEL_FORMULA_H

#include "model/modelfile.h"
#include "model/trees.h"

#define TP_FORMULA_NAME	48	/* bytes of an input's name, NUL included */

enum tp_formula_form { TP_FORMULA_LINEAR, TP_FORMULA_TREES };

struct tp_formula {
	enum tp_formula_form form;
	size_t	 nseg, nh, nin;
	char	(*name)[TP_FORMULA_NAME];	/* nin */
	/* LINEAR: by segment, horizon and input; the forecast is the sum of
	 * coefficient * input */
	double	*coef;
	/* TREES: nh, whose columns are the inputs from the second on; the
	 * forecast is the first input + the sum of their leaves */
	const struct tp_trees *trees;
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

/* Makes room for n inputs; for those who fill formulas. */
void tp_formula_room(struct tp_formula *f, const struct tp_shape *s, size_t n);

/*
 * What the kinds tell: for each, one function that fills a formula and one
 * that computes the inputs.  st: of that kind.
 */
void tp_persistence_formula(const void *st, const struct tp_modelfile *m,
    struct tp_formula *f);
void tp_persistence_inputs(const void *st, const struct tp_ask *a, double *x);
void tp_ha_formula(const void *st, const struct tp_modelfile *m,
    struct tp_formula *f);
void tp_ha_inputs(const void *st, const struct tp_ask *a, double *x);
void tp_linear_formula(const void *st, const struct tp_modelfile *m,
    struct tp_formula *f);
void tp_linear_inputs(const void *st, const struct tp_ask *a, double *x);
void tp_tree_formula(const void *st, const struct tp_modelfile *m,
    struct tp_formula *f);
void tp_tree_inputs(const void *st, const struct tp_ask *a, double *x);

#endif
