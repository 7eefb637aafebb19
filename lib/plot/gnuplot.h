/*
 * Runs gnuplot(1): a script in, a picture out, over pipes and without a
 * shell.
 */
#ifndef TP_PLOT_GNUPLOT_H
#define TP_PLOT_GNUPLOT_H

#include "base/buf.h"
#include "base/err.h"

/*
 * Appends to out what gnuplot writes for the script (which sets no output).
 * Returns 0, or -1 with code TP_EXIT_SYS where gnuplot is not there, fails,
 * says nothing at all, or a signal asks to stop.
 */
int tp_gnuplot_run(const struct tp_buf *script, struct tp_buf *out,
    struct tp_err *e);

#endif
