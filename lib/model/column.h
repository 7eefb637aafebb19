/* Finding the columns of a panel by their names. */
#ifndef TP_MODEL_COLUMN_H
#define TP_MODEL_COLUMN_H

#include "model/model.h"

#define TP_COLUMN_AGE	"minutes_since_reading"

/*
 * The number of a column "PREFIX" number "SUFFIX"; a suffix NULL stands for
 * that of a speed, "_mph" or "_kmh".  -1 for other names.
 */
int tp_column_number(const char *name, const char *prefix,
    const char *suffix);
/* The K of a column "lag_K_mph" or "lag_K_kmh"; -1 for others. */
int tp_column_lag(const char *name);
/* The column of this name; s->ncol where there is none. */
size_t tp_column_find(const struct tp_shape *s, const char *name);
/*
 * Fills col with the columns of the lags 0, 1, 2, .. as far as they go, at most
 * `most`; returns how many.
 */
size_t tp_column_lags(const struct tp_shape *s, size_t *col, size_t most);

#endif
