/*
 * How often a model says the right class: a table of what was and what was
 * said.  Plain data.
 */
#ifndef TP_FORECAST_CLASSSCORE_H
#define TP_FORECAST_CLASSSCORE_H

#include "forecast/score.h"
#include "model/classes.h"

struct tp_confusion {
	uint64_t n[TP_CLASSES][TP_CLASSES];	/* [what was][what was said] */
};

/*
 * Appends score records, a line each: by "classes" for all of them (n,
 * accuracy_percent, macro_f1), and by "class" for each that was (n,
 * recall_percent, precision_percent, f1, and said_NAME).
 */
void tp_confusion_write(const struct tp_confusion *c,
    const struct tp_classes *names, const struct tp_score_of *of,
    struct tp_buf *b);
/* Appends the table for people, its lines beginning with `what`. */
void tp_confusion_table(const struct tp_confusion *c,
    const struct tp_classes *names, const char *what, struct tp_buf *b);

#endif
