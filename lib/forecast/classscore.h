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

/* How many there are of k classes. */
uint64_t tp_confusion_all(const struct tp_confusion *c, int k);
/* Percent of k classes that were right; NAN where there are none. */
double tp_confusion_accuracy(const struct tp_confusion *c, int k);
/* Of one class; NAN where it never was, or never was said. */
double tp_confusion_recall(const struct tp_confusion *c, int k, int class);
double tp_confusion_precision(const struct tp_confusion *c, int k, int class);
/*
 * 2 x right / (was + was said); NAN where it neither was nor was said.  The
 * mean of those that are known is the macro F1.
 */
double tp_confusion_f1(const struct tp_confusion *c, int k, int class);
double tp_confusion_macro_f1(const struct tp_confusion *c, int k);

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
