/*
 * A table of the inputs that a model computes of feature rows (see
 * model/formula.h), for programs that use an exported model or learn on the
 * same inputs: CSV with the columns
 *
 *	segment_id timestamp segment INPUTS.. forecast_M.. target_M..
 *
 * where M are the minutes of the horizons, segment is the number of the
 * segment in the model, and forecasts are the model's own, not rounded.  What
 * is not known is empty.  A model that is no formula has as inputs the columns
 * that it reads.
 */
#ifndef TP_FORECAST_INPUTCSV_H
#define TP_FORECAST_INPUTCSV_H

#include "forecast/fitted.h"
#include "model/formula.h"

/*
 * Writes the table of all rows of d: put gets pieces of text, which are its
 * to use until it returns; it returns 0, or -1 with e to stop.  Rows of
 * segments that the model does not know are left out; *unknown is how many.
 * Returns 0 or -1.
 */
int tp_inputcsv_write(const struct tp_modelfile *m,
    const struct tp_dataset *d, int (*put)(void *arg, struct tp_buf *b,
    struct tp_err *e), void *arg, size_t *unknown, struct tp_err *e);

#endif
