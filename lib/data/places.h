/*
 * Where sensors are, as numbers, from the table of data/sensors.h.  The
 * struct owns all it holds.
 */
#ifndef TP_DATA_PLACES_H
#define TP_DATA_PLACES_H

#include "data/sensors.h"
#include "rec/check.h"

#define TP_PLACES_MAX	((size_t)256 << 20)	/* bytes of a table */

struct tp_places {
	struct tp_sensors sensors;
	struct tp_check_place *v;	/* by index in sensors.ids */
};

/* As tp_sensors_parse(). */
int tp_places_parse(struct tp_places *p, const char *name, const char *text,
    size_t n, struct tp_err *e);
void tp_places_release(struct tp_places *p);

#endif
