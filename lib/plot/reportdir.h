/*
 * The folder of tp-train --report-dir: report.jsonl, pictures (error.svg,
 * residuals.svg, hours.svg, reliability.svg, for networks learning.svg), and
 * index.html with all of it.
 */
#ifndef TP_PLOT_REPORTDIR_H
#define TP_PLOT_REPORTDIR_H

#include "forecast/trainer.h"

/*
 * Makes the folder where there is none; each file is replaced whole, the page
 * last.  The report of r is made.  Returns 0, or -1 where gnuplot fails or a
 * file cannot be written.
 */
int tp_reportdir_write(const char *dir, const struct tp_train_result *r,
    const struct tp_dataset *d, struct tp_err *e);

#endif
