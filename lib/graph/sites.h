/*
 * Where segments are that traffic is told of: sensors at a point, or pieces of
 * road with a line.  From JSON lines as tp-replay --shapes writes them; the
 * struct owns all it holds and borrows the name and where errors go.
 */
#ifndef TP_GRAPH_SITES_H
#define TP_GRAPH_SITES_H

#include "base/map.h"
#include "graph/point.h"
#include "json/json.h"
#include "json/lines.h"

struct tp_site {
	size_t		point;		/* first in points */
	uint32_t	n;		/* how many; 1: a sensor */
	uint32_t	road;		/* 1 + index in roads; 0: no name */
	float		heading;	/* of a sensor; NAN: not known */
};

struct tp_sites {
	const char	*name;		/* of the file that is being read */
	struct tp_err	*e;
	struct tp_map	 ids, roads;
	struct tp_site	*v;		/* by index in ids */
	struct tp_point	*points;
	size_t		 cap, npoints, points_cap;
	struct tp_json_obj obj, shape, pair;	/* scratch */
	struct tp_buf	 text;
};

void tp_sites_release(struct tp_sites *s);

/*
 * A line, for tp_lines_bytes(): an object with segment_id, and either shape,
 * an array of [latitude, longitude], or latitude and longitude; direction
 * (N, NE, "northbound" and so on) and road_name may be there.  A segment that
 * was there before is an error.  Returns 0, or -1 with "name:line: ...".
 */
int tp_sites_line(void *sites, const struct tp_line *l);

#endif
