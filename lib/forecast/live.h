/*
 * The filter that forecasts: events, aggregates or feature rows in, one line
 * for each known segment, step and horizon out.
 *
 * From events and aggregates it makes the rows that tp-features would write,
 * by the same code, and forecasts as soon as a step closes (feat/grid.h).  A
 * feature row is forecast from at once.  What the first record is like
 * decides which of the two it is.
 *
 * A segment that the model does not know is forecast by persistence: its
 * lines have "model_version":"persistence", no interval and no confidence.
 *
 * The conf and the model are the caller's; the model may be replaced between
 * two records by tp_live_use(), after which the old one is not touched again.
 */
#ifndef TP_FORECAST_LIVE_H
#define TP_FORECAST_LIVE_H

#include "feat/grid.h"
#include "forecast/forecast.h"

struct tp_live_conf {
	/* set by the caller; grid.spec is set by tp_live_use() */
	struct tp_grid_opts grid;
	struct tp_levels levels;
	enum tp_unit	 unit;		/* of the output; NONE: as the input */
	int64_t		 minutes[TP_MODEL_HORIZONS];	/* horizons wanted */
	size_t		 nminutes;	/* 0: all of the model */

	/* set by tp_live_use() */
	const struct tp_modelfile *model;
	uint64_t	 generation;	/* of the model */
	size_t		 horizon[TP_MODEL_HORIZONS];	/* in the model */
	size_t		 nh;
};

/*
 * Takes a model into use, or another one in its place.  Returns 0, or -1
 * where it lacks a horizon that is wanted, needs a graph or profiles that are
 * not there, or other features than the model it would replace.
 */
int tp_live_use(struct tp_live_conf *c, const struct tp_modelfile *m,
    struct tp_err *e);

/* Its conf is a struct tp_live_conf. */
extern const struct tp_filter tp_live_filter;

#endif
