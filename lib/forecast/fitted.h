/*
 * A fitted model and how it reads a data set's rows: one just trained on it,
 * or one from a file, whose segments, columns and horizons are others.
 *
 * The struct owns its arrays, and the state where it was trained here.
 */
#ifndef TP_FORECAST_FITTED_H
#define TP_FORECAST_FITTED_H

#include "forecast/dataset.h"
#include "model/modelfile.h"

struct tp_fitted {
	const struct tp_model_kind *kind;
	void		*state;
	const struct tp_intervals *iv;		/* NULL: none */
	const struct tp_modelfile *file;	/* NULL: trained here */
	/* private; the first three for a model from a file */
	uint32_t	*seg;		/* by the data set's; UINT32_MAX: none */
	size_t		*col;		/* of each of its columns, ours */
	size_t		*h;		/* of each of our horizons, its */
	float		*x;		/* one step's rows in its columns */
	double		*now, *last;
	double		*out;		/* one step's forecasts */
	uint32_t	*ask_seg;
	size_t		*place;		/* of each row in x; SIZE_MAX: none */
	size_t		 cap;
};

/*
 * Prepares f (zeroed) to ask the model of a file, which must outlive it.
 * Returns 0, or -1 where it needs a column or lacks a horizon.
 */
int tp_fitted_adopt(struct tp_fitted *f, const struct tp_modelfile *m,
    const struct tp_dataset *d, struct tp_err *e);
void tp_fitted_release(struct tp_fitted *f);

/*
 * Asks the model for the rows of steps from .. to, in their order, and tells
 * fn each forecast that has a target; seg and h are indexes in the data set.
 * Segments that a model from a file does not know get persistence.
 */
void tp_fitted_each(struct tp_fitted *f, const struct tp_dataset *d,
    uint32_t from, uint32_t to, void (*fn)(void *arg, size_t seg, size_t h,
    double raw, double y), void *arg);

#endif
