/*
 * The filter that forecasts: events, aggregates or feature rows in, one line
 * for each known segment, step and horizon out.
 *
 * From events and aggregates it makes the rows that tp-features would write,
 * by the same code, and forecasts as soon as a step closes (feat/grid.h).  A
 * feature row is forecast from at once where the model reads nothing else,
 * else with all rows of its step (forecast/gather.h).  What the first record
 * is like decides which of the two it is.
 *
 * A segment that the model does not know is forecast from what is usual for all
 * segments (tp_asker_stranger()): its lines have "model_version":"ha", no
 * interval and no confidence.
 *
 * The conf and the models are the caller's; tp_live_use() replaces the model
 * between two records.  A step is forecast by one model: where its rows come
 * as records of their own, by the one in use when the first of them came.  So
 * a model must stay as long as `users` says that filters forecast with it.
 */
#ifndef TP_FORECAST_LIVE_H
#define TP_FORECAST_LIVE_H

#include "feat/grid.h"
#include "forecast/forecast.h"

/* A model, and which of its horizons are wanted. */
struct tp_live_use {
	const struct tp_modelfile *model;
	unsigned	*users;		/* of it: the caller's; NULL: not counted */
	uint64_t	 generation;	/* of models in use; 0: none */
	size_t		 horizon[TP_MODEL_HORIZONS];	/* in the model */
	size_t		 nh;
};

struct tp_live_conf {
	/* set by the caller; grid.spec is set by tp_live_use() */
	struct tp_grid_opts grid;
	struct tp_levels levels;
	enum tp_unit	 unit;		/* of the output; NONE: as the input */
	int64_t		 minutes[TP_MODEL_HORIZONS];	/* horizons wanted */
	size_t		 nminutes;	/* 0: all of the model */
	unsigned	*users;		/* of the model that is next; or NULL */
	/* told of each time that a segment is new to the model; or NULL */
	void		(*stranger)(void *arg, const char *id, size_t idlen);
	void		*stranger_arg;
	bool		 adapt;		/* learn from what came due */
	bool		 topics;	/* whether steps are whole is settled by
					 * the first model */

	/* set by tp_live_use() */
	struct tp_live_use use;
};

/*
 * Takes a model into use, or another one in its place; c->users, set by the
 * caller, counts who forecasts with it.  Returns 0, or -1
 * where it lacks a horizon that is wanted, needs a graph or profiles that are
 * not there, or features that the grid of the model it would replace cannot
 * give.
 */
int tp_live_use(struct tp_live_conf *c, const struct tp_modelfile *m,
    struct tp_err *e);

/* True where the model needs the readings of all segments of a step. */
bool tp_live_whole(const struct tp_live_conf *c);

/* Its conf is a struct tp_live_conf. */
extern const struct tp_filter tp_live_filter;

#endif
