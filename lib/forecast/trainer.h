/*
 * Training: fits a model to a data set, calibrates its intervals on the
 * validation part, and scores it beside persistence and the historical
 * average on all three parts.
 */
#ifndef TP_FORECAST_TRAINER_H
#define TP_FORECAST_TRAINER_H

#include "forecast/gate.h"
#include "forecast/importance.h"
#include "forecast/trainscore.h"

#define TP_TRAIN_MODELS	4	/* the model, two baselines, the one in use */

struct tp_train_opts {
	const struct tp_model_kind *kind;
	struct tp_model_opts model;
	double		 alpha;		/* 1 - coverage of intervals */
	bool		 importance;	/* measure it */
	/* told what is being done, and what was found; or NULL */
	void		(*detail)(const char *fmt, ...);
	void		(*say)(const char *fmt, ...);
};

/* The result owns all it points to. */
struct tp_train_result {
	struct tp_modelfile model;
	struct tp_train_scores scored[TP_TRAIN_MODELS];	/* [0]: the model */
	size_t		 nscored;
	struct tp_epoch	*epochs;	/* of a model that has some */
	size_t		 nepochs, epochcap;
	struct tp_importance importance;
	struct tp_buf	 report;	/* score records, a line each */
	bool		 refused;	/* by the gate */
	struct tp_gate	 gate;
};

/* r is zeroed; its report is not made yet.  Returns 0, or -1 with nothing to
 * release. */
int tp_train(const struct tp_dataset *d, const struct tp_train_opts *o,
    struct tp_train_result *r, struct tp_err *e);
/*
 * Fits o->kind alone, for an ensemble: m (zeroed) gets no intervals and no
 * scores.  Returns 0, or -1 with nothing to release.
 */
int tp_train_member(const struct tp_dataset *d, const struct tp_train_opts *o,
    struct tp_modelfile *m, struct tp_err *e);
/*
 * Compares what was trained with the model in use, and scores that too; the
 * new one is refused where its gain (tp_gate_gain()) is not above min_gain
 * percent.  Returns 0, or -1 where they cannot be compared.
 */
int tp_train_gate(const struct tp_dataset *d, const struct tp_modelfile *use,
    double min_gain, struct tp_train_result *r, struct tp_err *e);
void tp_train_release(struct tp_train_result *r);

#endif
