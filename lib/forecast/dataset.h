/*
 * Feature rows with targets, gathered for training.  The struct owns all its
 * arrays; the panel points into them.
 */
#ifndef TP_FORECAST_DATASET_H
#define TP_FORECAST_DATASET_H

#include "feat/rowread.h"
#include "forecast/roads.h"
#include "model/model.h"
#include "rec/filter.h"

struct tp_dataset_conf {
	/* kinds that will be trained or asked, NULL last: only the columns
	 * that one of them wants are kept */
	const struct tp_model_kind *const *kinds;
};

struct tp_dataset {
	struct tp_feat_spec spec;	/* of the rows */
	struct tp_map	 segs;		/* raw JSON bytes of the ids */
	int64_t		 from, to;	/* first and last step */
	int		 horizon[TP_MODEL_HORIZONS];	/* steps */
	struct tp_panel	 panel;		/* after tp_dataset_finish() */
	const struct tp_classes *classes;	/* by tp_dataset_classes() */

	/* the rest is private */
	const struct tp_dataset_conf *conf;
	struct tp_rowread rr;
	struct tp_tz	 tz;
	size_t		*pick;		/* ncol: which of the row's columns */
	const char	**names;	/* ncol */
	size_t		 ncol, nrow, cap;
	float		*x;
	double		*now, *last, *y;
	uint32_t	*seg, *step;
	uint32_t	*slot;
	uint8_t		*day;
	struct tp_roads	 roads;
};

/*
 * The filter that reads rows in time order; its state is a struct tp_dataset
 * and its conf a struct tp_dataset_conf, which must outlive it.
 */
extern const struct tp_filter tp_dataset_filter;

/* Reads "70,10,20"; -1 where these are not three positive shares of 100. */
int tp_dataset_shares(const char *s, double share[3]);
/*
 * Sets the panel.  Windows are those of DCRNN (Li et al., ICLR 2018): one for
 * each step that has spec.lags steps up to it and the longest target after
 * it; share[] percent of them, rounded, go to train, the rest, and test (the
 * sum is 100).  Returns 0, or -1 where there are fewer than `least` windows.
 */
int tp_dataset_finish(struct tp_dataset *d, const double share[3],
    int64_t least, struct tp_err *e);
/*
 * 0, or -1 where a horizon has no target at all in the train or the validation
 * part: of the latter, models learn when to stop, and intervals are made.
 */
int tp_dataset_learnable(const struct tp_dataset *d, struct tp_err *e);
/*
 * Gives the panel the road graph of a file (feat/neighbour.h).  Returns 0, or
 * -1 where it cannot be read, has no two of the segments, or is not the one
 * that the features were made with.
 */
int tp_dataset_graph(struct tp_dataset *d, const char *path,
    struct tp_err *e);
/*
 * Sets the classes to train on and to judge by, which the caller owns; their
 * limits become speeds in the unit of the rows.  c->n 0: none.
 */
void tp_dataset_classes(struct tp_dataset *d, struct tp_classes *c);
/* Sets all of the panel but its parts.  Returns -1 where there are no rows. */
int tp_dataset_rows(struct tp_dataset *d, struct tp_err *e);
/* The time of a step number. */
int64_t tp_dataset_time(const struct tp_dataset *d, uint32_t step);
void tp_dataset_release(struct tp_dataset *d);

#endif
