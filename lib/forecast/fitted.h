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

/* A forecast and what happened; seg and h are indexes in the data set. */
struct tp_fitted_pair {
	size_t		 seg, h;
	uint32_t	 step;		/* that it was made from */
	double		 raw, y;
};

/*
 * Prepares f (zeroed) to ask the model of a file, which must outlive it.
 * Returns 0, or -1 where it needs a column or lacks a horizon.
 */
int tp_fitted_adopt(struct tp_fitted *f, const struct tp_modelfile *m,
    const struct tp_dataset *d, struct tp_err *e);
void tp_fitted_release(struct tp_fitted *f);

/*
 * Tells fn for each step from .. to the rows that the model is to be asked, as
 * it takes them, and which rows of the data set the step has: n from row on.
 * Of a model from a file, place[i] is where the i-th of these is in a, or
 * SIZE_MAX where the model does not know its segment.
 */
void tp_fitted_steps(struct tp_fitted *f, const struct tp_dataset *d,
    uint32_t from, uint32_t to, void (*fn)(void *arg, const struct tp_ask *a,
    size_t row, size_t n), void *arg);
/*
 * Asks the model for the rows of steps from .. to, in their order, and tells
 * fn each forecast that has a target.
 * Segments that a model from a file does not know get persistence.
 */
void tp_fitted_each(struct tp_fitted *f, const struct tp_dataset *d,
    uint32_t from, uint32_t to, void (*fn)(void *arg,
    const struct tp_fitted_pair *p), void *arg);

#endif
