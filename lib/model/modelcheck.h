/* Whether a model that was read can be used. */
#ifndef TP_MODEL_MODELCHECK_H
#define TP_MODEL_MODELCHECK_H

#include "model/modelfile.h"

/*
 * Asks the model about every segment at every step of a week, once with nothing
 * known and once with all at their usual speed; forecasts must be numbers that
 * a road can have.
 * Returns 0, or -1 with what is wrong (TP_EXIT_DATA).
 */
int tp_modelcheck(const struct tp_modelfile *m, struct tp_err *e);

#endif
