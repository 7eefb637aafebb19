/*
 * Ensembles: the weighted mean of the forecasts of saved models, which are
 * held whole, so that one file is enough.
 */
#ifndef TP_MODEL_ENSEMBLE_H
#define TP_MODEL_ENSEMBLE_H

#include "model/modelfile.h"

#define TP_ENSEMBLE_MOST	32	/* members */

/* What an ensemble is made of. */
struct tp_members {
	struct tp_modelfile	*m;	/* n; fit() takes what they own */
	size_t			 n;
	const struct tp_map	*ids;	/* of the panel's segments */
	int			 weights;	/* 0: learned; 1: all alike */
};

/* Opens the files of "A.model,B.model" (NULL: none); -1 with the error. */
int tp_members_open(struct tp_members *m, const char *list, struct tp_err *e);
/* Releases what fit() has not taken. */
void tp_members_release(struct tp_members *m);

/* How much member i counts at horizon h, of an ensemble's state; 0..1. */
double tp_ensemble_weight(const void *st, size_t i, size_t h);
/* Member i of an ensemble's state, borrowed; NULL: there is none. */
const struct tp_modelfile *tp_ensemble_member(const void *st, size_t i);
/* How many columns an ensemble's state reads. */
size_t tp_ensemble_columns(const void *st);
/* Which column of the ensemble is column c of member i. */
size_t tp_ensemble_column(const void *st, size_t i, size_t c);
/*
 * The same ask for member i, whose rows have its own columns: x has room for
 * them, a->n of them, and is kept in *own.
 */
void tp_ensemble_ask(const void *st, size_t i, const struct tp_ask *a,
    float *x, struct tp_ask *own);

#endif
