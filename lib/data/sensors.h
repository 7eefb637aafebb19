/*
 * The places of sensors, from a CSV table with a header: sensor_id,
 * latitude, longitude, road_name, direction, lanes, all but the first
 * optional, under any of their usual names.  The struct owns all it holds.
 */
#ifndef TP_DATA_SENSORS_H
#define TP_DATA_SENSORS_H

#include "base/buf.h"
#include "base/err.h"
#include "base/map.h"
#include "rec/check.h"
#include "rec/shaper.h"

struct tp_sites;

enum tp_place {
	TP_PLACE_LATITUDE, TP_PLACE_LONGITUDE, TP_PLACE_ROAD_NAME,
	TP_PLACE_DIRECTION, TP_PLACE_LANES, TP_PLACE_MAX
};

/* The fields as JSON text, ,"latitude":34.1 and so on, in one string. */
struct tp_sensor {
	char		*text;
	uint16_t	 at[TP_PLACE_MAX + 1];	/* field i is at[i]..at[i+1] */
};

struct tp_sensors {
	struct tp_map	  ids;
	struct tp_sensor *v;		/* by index in ids */
	struct tp_check_place *places;	/* likewise; their latitude and
					 * longitude as numbers */
	size_t		  cap;
};

void tp_sensors_release(struct tp_sensors *s);
/* Reads the table in a file.  0, or -1 with the error. */
int tp_sensors_open(struct tp_sensors *s, const char *path, struct tp_err *e);
/* Reads the table text[0..n), followed by TP_JSON_PAD bytes; `name` is for
 * messages.  0, or -1 with the error. */
int tp_sensors_parse(struct tp_sensors *s, const char *name, const char *text,
    size_t n, struct tp_err *e);
/* The sensor with this id, or NULL. */
const struct tp_sensor *tp_sensors_find(const struct tp_sensors *s,
    const char *id, size_t n);
/* Where it is, in degrees: 0, or -1 where the table does not say. */
int tp_sensor_where(const struct tp_sensor *p, double *lat, double *lon);
/* Appends the fields whose bit (1 << enum tp_place) is not in mask. */
void tp_sensor_add(struct tp_buf *b, const struct tp_sensor *p,
    unsigned mask);

/* Reads the table in path, if that is not NULL, for a shape to take places
 * from; s outlives it.  0, or -1 with the error. */
int tp_sensors_shape(struct tp_sensors *s, const char *path,
    struct tp_shape_conf *shape, struct tp_err *e);
/* Adds the sensors of the table in a file to sites.  0, or -1. */
int tp_sensors_sites(struct tp_sites *sites, const char *path,
    struct tp_err *e);

/* The field a column of this name holds (any letter case), or -1. */
int tp_place_column(const char *name, size_t n);
/* The name of the field, as events have it. */
const char *tp_place_name(enum tp_place place);

#endif
