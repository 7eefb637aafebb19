/*
 * Asks a model about rows of features: picks its columns, in its unit and by
 * its segment numbers, one step's rows at a time.  The struct owns its
 * arrays; the model is the caller's.
 */
#ifndef TP_FORECAST_ASKER_H
#define TP_FORECAST_ASKER_H

#include "feat/feat.h"
#include "forecast/answers.h"
#include "model/modelfile.h"

#define TP_ASKER_UNKNOWN	UINT32_MAX	/* a segment new to the model */

struct tp_asker {
	const struct tp_modelfile *m;
	enum tp_unit	 in, stream;	/* of the model; of the rows */
	size_t		 n;		/* rows put since the last answer */
	uint32_t	*seg;		/* of each row: the model's index */
	double		*raw;		/* n x m->nh, after tp_asker_ask() */
	/* Set by the owner: shared with one that asks the same model; or
	 * NULL. */
	struct tp_answers *answers;

	/* private */
	struct tp_tz	 tz;
	struct tp_asker_col *cols;	/* of the model */
	uint32_t	*segs;		/* by the grid's index: the model's */
	size_t		 nsegs;
	size_t		 cap;
	float		*x;
	double		*now, *last;
};

/* a is zeroed; zone is that of the features. */
int tp_asker_init(struct tp_asker *a, const char *zone, struct tp_err *e);
void tp_asker_release(struct tp_asker *a);

/*
 * Takes a model into use, for rows of these columns in this unit, and forgets
 * which segment of the grid is which.  Returns -1 where a column is missing.
 */
int tp_asker_use(struct tp_asker *a, const struct tp_modelfile *m,
    const struct tp_feat_cols *c, enum tp_unit stream);

/* The model's index of segment i of a grid, or TP_ASKER_UNKNOWN. */
uint32_t tp_asker_seg(struct tp_asker *a, const struct tp_map *ids, size_t i);
/* Adds a row; seg is the model's index. */
void tp_asker_put(struct tp_asker *a, const double *x, double now,
    double last, uint32_t seg);
/*
 * What stands in for the forecast `ahead` steps after t for a segment that the
 * model does not know, in the model's unit: its last reading (in that unit),
 * changed a part of the way as what is usual for all segments changes until
 * then; where it is NAN, what is usual then.  Of a model that does not have
 * what is usual: last.
 */
double tp_asker_stranger(struct tp_asker *a, int64_t t, int ahead,
    double last);
/* The model's forecasts, in its unit, for the rows put, which are of the step
 * at time t; the next row put is the first of another step. */
void tp_asker_ask(struct tp_asker *a, int64_t t);

#endif
