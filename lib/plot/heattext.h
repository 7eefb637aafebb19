/*
 * The heat map in a terminal: one line a sensor, coloured cells, or letters
 * where there is no colour.
 */
#ifndef TP_PLOT_HEATTEXT_H
#define TP_PLOT_HEATTEXT_H

#include "plot/heatmap.h"

/* As tp_heatmap_draw(), for TP_PAGE_TEXT. */
int tp_heattext_draw(const struct tp_heatmap *h, const struct tp_page *p,
    struct tp_buf *b, struct tp_err *e);

/* Appends what a row of the map is called: its road and id, as they came. */
void tp_heatmap_label(const struct tp_heatmap *h, size_t row,
    struct tp_buf *b);

#endif
