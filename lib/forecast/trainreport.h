/* What training says of its models: score records, and a table. */
#ifndef TP_FORECAST_TRAINREPORT_H
#define TP_FORECAST_TRAINREPORT_H

#include "forecast/trainer.h"

/* Fills r->report. */
void tp_train_report(struct tp_train_result *r, const struct tp_dataset *d);
/* Appends the scores of the test part, of a fold of cross-validation. */
void tp_train_fold_report(const struct tp_train_result *r,
    const struct tp_dataset *d, int fold, struct tp_buf *b);
/* The model's own scores, as a JSON array for its file; the caller frees. */
char *tp_train_metrics(const struct tp_train_result *r,
    const struct tp_dataset *d);
/* The scores of one part, for people. */
void tp_train_table(const struct tp_train_result *r, int split,
    struct tp_buf *b);

#endif
