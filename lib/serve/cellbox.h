/* How far a cell of a tiling reaches, found by asking where places lie. */
#ifndef TP_SERVE_CELLBOX_H
#define TP_SERVE_CELLBOX_H

#include <stdbool.h>
#include <stddef.h>

#include "rec/tile.h"

/*
 * Sets box to south, west, north, east of the cell with this id (n bytes), a
 * place in which is given; of a hexagon, as far as it reaches along both axes
 * through that place.  False where the place is not in the cell.
 */
bool tp_cellbox(const struct tp_tiling *t, const char *id, size_t n,
    double lat, double lon, double box[4]);

#endif
