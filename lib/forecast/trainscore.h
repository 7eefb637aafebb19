/*
 * The scores of one model on a data set: of each part of it, and of the test
 * part by hour, segment, traffic, week and confidence.
 */
#ifndef TP_FORECAST_TRAINSCORE_H
#define TP_FORECAST_TRAINSCORE_H

#include "forecast/classscore.h"
#include "forecast/fitted.h"
#include "forecast/score.h"
#include "forecast/scoreby.h"

enum { TP_SPLIT_TRAIN, TP_SPLIT_VALIDATION, TP_SPLIT_TEST, TP_SPLITS };
extern const char *const tp_split_names[TP_SPLITS];

/* Owns its version, classes and parts. */
struct tp_train_scores {
	const char	*kind;
	char		*version;
	struct tp_score	 s[TP_SPLITS][TP_MODEL_HORIZONS];
	struct tp_confusion (*classes)[TP_MODEL_HORIZONS];	/* by split;
					 * NULL where there are none */
	/* of the test part: tp_train_parts() x TP_MODEL_HORIZONS; NULL where
	 * there are none of a kind */
	struct tp_score	(*part[TP_BYS])[TP_MODEL_HORIZONS];
};

/* How many parts there are of a kind; 0: they are not kept. */
size_t tp_train_parts(enum tp_by by, const struct tp_dataset *d);
/* Fills the scores of s (its parts NULL). */
void tp_train_score(struct tp_train_scores *s, struct tp_fitted *f,
    const struct tp_dataset *d);
void tp_train_scores_release(struct tp_train_scores *s);

#endif
