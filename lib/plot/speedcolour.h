/*
 * Colours of speeds: dark red where traffic stands, over yellow, to blue
 * where it is free.  The scale is ColorBrewer's RdYlBu, which people with any
 * kind of colour vision can read, with its steps at the limits of the
 * congestion levels.
 */
#ifndef TP_PLOT_SPEEDCOLOUR_H
#define TP_PLOT_SPEEDCOLOUR_H

#include "base/buf.h"
#include "rec/rec.h"

#define TP_SPEED_STOPS	6

struct tp_rgb {
	int	red, green, blue;	/* 0..255 */
};

/* The colour of stop i, which is at 15 i mph or 20 i km/h. */
struct tp_rgb tp_speed_stop(int i);
/* The distance of stops: 15 mph or 20 km/h. */
double tp_speed_step(enum tp_unit unit);
/* The colour of a speed; between stops it is mixed. */
struct tp_rgb tp_speed_colour(double speed, enum tp_unit unit);
/* The nearest of the 216 colours of terminals: 16..231. */
int tp_rgb_ansi(struct tp_rgb c);

#endif
