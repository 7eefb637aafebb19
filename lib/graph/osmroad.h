/* What the tags of a way of OpenStreetMap mean for a car. */
#ifndef TP_GRAPH_OSMROAD_H
#define TP_GRAPH_OSMROAD_H

#include <stdint.h>

#include "base/buf.h"
#include "graph/slice.h"

struct tp_osm_road {
	uint8_t	kind;			/* as kind[] of struct tp_graph */
	bool	forward, backward;
	double	kmh, kmh_back;		/* limit, else usual for the kind */
	bool	odd_speed;		/* a maxspeed was not understood */
};

/*
 * Reads the tags (in OPL) of a way; name receives its name, or its ref.  False
 * where cars may not use it: no road for cars, a ferry, no access, private.
 */
bool tp_osm_road_read(struct tp_osm_road *r, struct tp_slice tags,
    struct tp_buf *name);

/* False where the tags of a node let no car pass: a bollard, a locked gate. */
bool tp_osm_node_open(struct tp_slice tags);

/* What a relation says about turns. */
enum tp_osm_turn {
	TP_OSM_TURN_NONE,	/* nothing, or not to cars */
	TP_OSM_TURN_NO,		/* no_left_turn and its like */
	TP_OSM_TURN_ONLY,
};

/* The same of the tags of a relation. */
enum tp_osm_turn tp_osm_turn_read(struct tp_slice tags);

#endif
