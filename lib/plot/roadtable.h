/*
 * The rows of the heat map from a table: which sensor is where along which
 * road.  Embedded; owns all it holds.
 */
#ifndef TP_PLOT_ROADTABLE_H
#define TP_PLOT_ROADTABLE_H

#include "base/buf.h"
#include "base/map.h"

struct tp_road_table {
	struct tp_map	 ids;		/* plain ids, in the order of rows */
	char		**roads;	/* by index in ids; NULL: not known */
};

void tp_road_table_release(struct tp_road_table *t);

/* One id a line, top first. */
void tp_road_table_lines(struct tp_road_table *t, const char *p, size_t n);

/*
 * Orders n sensors along their roads.  ids is what they are called; fields[i]
 * is a JSON object of the place of the i-th (latitude, longitude, road_name,
 * direction), with TP_JSON_PAD bytes behind.
 */
void tp_road_table_order(struct tp_road_table *t, const struct tp_map *ids,
    const struct tp_buf *fields);

#endif
