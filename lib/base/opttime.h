/* Times on the command line, which are local to a zone given beside them. */
#ifndef TP_BASE_OPTTIME_H
#define TP_BASE_OPTTIME_H

#include "base/clock.h"
#include "base/err.h"

/*
 * Reads the value s of the option --name: as tp_time_parse(), or ms since
 * 1970 as in records (more than 10 digits).  NULL leaves *t as it is.
 * Returns 0, or -1 with code TP_EXIT_USAGE.
 */
int tp_opt_time(struct tp_tz *z, const char *name, const char *s, int64_t *t,
    struct tp_err *e);

/* As tp_opt_time() for --from and --to; the latter must be later. */
int tp_opt_range(struct tp_tz *z, const char *from, const char *to,
    int64_t *lo, int64_t *hi, struct tp_err *e);

#endif
