/*
 * Permutation importance (Breiman 2001, section 10): by how much the mean
 * absolute error of a model grows when it is given, for one group of its
 * inputs, those of other rows.
 *
 * Measured on the validation part, or of a large one on every n-th step, so
 * that it takes bounded time.  A group is all columns whose names differ in
 * their numbers only; "lag_*_mph" includes the reading itself.  "time" is the
 * time of day and the day of the week, which no column holds.
 */
#ifndef TP_FORECAST_IMPORTANCE_H
#define TP_FORECAST_IMPORTANCE_H

#include "forecast/fitted.h"

#define TP_IMPORTANCE_ROWS	20000	/* about so many are asked about */

struct tp_importance_group {
	char	*name;		/* "lag_*_mph"; owned */
	double	 more[TP_MODEL_HORIZONS];	/* NAN: no pair */
};

struct tp_importance {
	struct tp_importance_group *v;
	size_t	 n;
};

/* im is zeroed.  The same seed gives the same figures. */
void tp_importance_measure(struct tp_importance *im,
    const struct tp_modelfile *m, const struct tp_dataset *d, uint64_t seed);
void tp_importance_release(struct tp_importance *im);

#endif
