/*
 * Cross-validation in the order of time: the windows are cut into folds + 1
 * blocks of equal length, and each block but the first is forecast by a model
 * that was trained on all before it.  Nothing is learnt from what comes later.
 */
#ifndef TP_FORECAST_CROSSVAL_H
#define TP_FORECAST_CROSSVAL_H

#include "forecast/trainer.h"

/*
 * Of the windows before a block, the last are validation part, as many in
 * proportion as d has.  Appends to report the score records of each block, the
 * baselines' too, with "by":"fold"; show, if not NULL, is given the same as
 * text.  No folds: does nothing.  d is finished, and is not changed.  Returns
 * 0, or -1 where a part would be empty or training fails.
 */
int tp_crossval(const struct tp_dataset *d, const struct tp_train_opts *o,
    int folds, void (*show)(const char *table), struct tp_buf *report,
    struct tp_err *e);

#endif
