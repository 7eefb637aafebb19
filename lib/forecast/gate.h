/*
 * The gate: whether a new model forecasts the same validation windows better
 * than the model in use.
 */
#ifndef TP_FORECAST_GATE_H
#define TP_FORECAST_GATE_H

#include "forecast/fitted.h"

/* What was found; speeds in the unit of the data set. */
struct tp_gate {
	uint64_t pairs;		/* forecasts that both models made */
	size_t	 days;		/* of 24 hours with such forecasts */
	/* mean absolute errors of these, averaged over the horizons */
	double	 new_mae, old_mae;
	/*
	 * The standard error of their difference.  Errors of one day are
	 * alike, so days are what is independent: cluster-robust (Liang &
	 * Zeger 1986) with the factor G/(G - 1).  NAN for less than two days.
	 */
	double	 se;
};

/* Compares on the validation part of d; a horizon without pairs is left out
 * of the averages. */
void tp_gate_compare(struct tp_fitted *new, struct tp_fitted *old,
    const struct tp_dataset *d, struct tp_gate *g);

/* How much less the new model's error is, in percent of the old one's. */
double tp_gate_gain(const struct tp_gate *g);
/* Says it all in words; use: the version of the model in use. */
void tp_gate_explain(const struct tp_gate *g, const char *use, bool refused,
    struct tp_buf *b);

#endif
