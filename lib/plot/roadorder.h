/*
 * The order of sensors along the road, from their places.
 */
#ifndef TP_PLOT_ROADORDER_H
#define TP_PLOT_ROADORDER_H

#include <stddef.h>

struct tp_road_place {
	double		 latitude, longitude;	/* NAN: not known */
	const char	*road;		/* with its direction; NULL: not known */
};

/*
 * Puts into order[0..n) the indexes of the sensors: road by road in byte
 * order, those of a road as on a short way through all of their places
 * (nearest neighbour, then 2-opt; Croes 1958), the northern end first.
 * Sensors without a place come last.
 */
void tp_road_order(const struct tp_road_place *p, size_t n, size_t *order);

#endif
