/* Speed limits as OpenStreetMap's mappers write them. */
#ifndef TP_GRAPH_MAXSPEED_H
#define TP_GRAPH_MAXSPEED_H

#include <stddef.h>

/*
 * The limit in km/h that the value of a maxspeed tag means (n bytes): "50",
 * "50 km/h", "30 mph", "10 knots", "walk", "none", "DE:urban", "GB:nsl_dual",
 * "zone30"; the lowest of a list "50;30".  0 where it says nothing that can be
 * known beforehand ("signals", "variable") or is not understood.
 */
double tp_maxspeed(const char *s, size_t n);

#endif
