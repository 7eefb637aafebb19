/*
 * A model's answers, kept for who asks the same once more.
 *
 * With --adapt two grids make rows of each step: one that may close it early,
 * to forecast from, and one that closes it by the clock of the records alone,
 * to learn from (adapt.h).  Mostly they make the same rows, and what a model
 * says is a function of the rows of a step and its time, so the second to ask
 * about a step is given what the first was told.  Where something came between
 * them that changed a row (a late reading, a second one of a segment, other
 * profiles), the model is asked again: rows are compared bit by bit, so that no
 * forecast depends on what is kept.
 *
 * The struct owns its arrays; zeroed it is empty.
 */
#ifndef TP_FORECAST_ANSWERS_H
#define TP_FORECAST_ANSWERS_H

#include "base/buf.h"
#include "model/modelfile.h"

/* Steps that wait for the second to ask: with --delay those are so much later.
 * Of more, the model is asked twice. */
#define TP_ANSWERS_MOST	16

struct tp_answers {
	const struct tp_modelfile *m;
	struct tp_answers_step {
		int64_t		 t;
		size_t		 n;	/* rows; 0: the place is free */
		struct tp_buf	 rows, said;
	} step[TP_ANSWERS_MOST];
};

/* Forgets all: the next are of model m, which is borrowed. */
void tp_answers_start(struct tp_answers *s, const struct tp_modelfile *m);
void tp_answers_release(struct tp_answers *s);

/* The model's answer (a->n x m->nh) about the rows of the step at time t, which
 * is kept for the next to ask, or what was kept, which then no longer is. */
void tp_answers_ask(struct tp_answers *s, int64_t t, const struct tp_ask *a,
    double *out);

#endif
