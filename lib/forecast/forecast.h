/*
 * One forecast as it is published: rounded, with its interval, its congestion
 * level and how sure that is.  tp-train scores what tp-predict writes, since
 * both make it here.
 */
#ifndef TP_FORECAST_FORECAST_H
#define TP_FORECAST_FORECAST_H

#include "model/modelfile.h"
#include "rec/rec.h"

struct tp_forecast {
	double	speed;		/* rounded to TP_FORECAST_DECIMALS */
	double	lower, upper;	/* likewise; NAN: no interval */
	double	confidence;	/* that level is right, 3 decimals; NAN */
	int	level;		/* 1..5; 0: not known */
	int	class;		/* of the forecaster's; -1: it has none */
};

/* How forecasts are made of a model's numbers.  Borrowed. */
struct tp_forecaster {
	const struct tp_intervals *iv;	/* NULL: no intervals */
	const float	*free_flow;	/* by segment, in `in`; NULL: none */
	struct tp_levels levels;
	enum tp_unit	 in, out;	/* of the model; of what is published */
	/* limits in `in`; free_flow is there where they are shares; or NULL */
	const struct tp_classes *classes;
};

/* A raw number of a model cut to 0 .. 9,999 and rounded. */
double tp_forecast_speed(double raw);

/* What was learnt since the model was made, in its unit (adapt.h). */
struct tp_forecast_shift {
	double	bias;		/* to be added to the forecast */
	double	lo, hi;		/* and to the limits of its interval */
	double	wider;		/* by which share of it those move away first */
};

/*
 * raw is the model's number for a segment and horizon (by their indexes in
 * the model), in f->in; the result is in f->out.  s may be NULL.
 */
void tp_forecast_make(const struct tp_forecaster *f, size_t seg, size_t h,
    double raw, const struct tp_forecast_shift *s, struct tp_forecast *out);

#endif
