/* The rows of a panel step by step, as models are asked about them. */
#ifndef TP_MODEL_PANEL_H
#define TP_MODEL_PANEL_H

#include "model/model.h"

/*
 * Makes an ask of the rows from r on that are of the same step; it points into
 * the panel.  Returns the row after them.  r < p->nrow.
 */
size_t tp_panel_step(const struct tp_panel *p, size_t r, struct tp_ask *a);
/* The first row of steps from part[i] on; p->nrow where there is none. */
size_t tp_panel_part(const struct tp_panel *p, int i);

#endif
