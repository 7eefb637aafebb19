/*
 * Models of many kinds for one ensemble, trained as far as a time goes; what
 * each of them counts is then learned of the validation part.
 */
#ifndef TP_FORECAST_AUTOMIX_H
#define TP_FORECAST_AUTOMIX_H

#include "forecast/trainer.h"
#include "model/ensemble.h"

/*
 * Adds to m, with seeds from o->model.seed on, a model of each family that is
 * ready in budget_ms, as far as can be told: how long `linear` takes says how
 * fast this machine is with these data.  A family that cannot be trained here
 * is left out.  Each step is told to o->say.  Returns 0, or -1 where not even
 * `linear` could be trained.
 */
int tp_automix_train(struct tp_members *m, const struct tp_dataset *d,
    const struct tp_train_opts *o, int64_t budget_ms, struct tp_err *e);
/* Tells o->say how much each member of an ensemble's state counts. */
void tp_automix_explain(const void *st, const struct tp_dataset *d,
    const struct tp_train_opts *o);

#endif
