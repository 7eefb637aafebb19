/*
 * Street maps of all kinds into a builder.  What opens files and reads them is
 * the caller's.
 */
#ifndef TP_GRAPH_MAPFILE_H
#define TP_GRAPH_MAPFILE_H

#include "graph/builder.h"
#include "json/lines.h"

/*
 * Gives all lines of a file to fn; where osm is set the file is of any format
 * of OpenStreetMap, and the lines are to be OPL.  Returns 0, or -1 with e set.
 */
typedef int tp_map_feed_fn(const char *path, bool osm, tp_line_fn *fn,
    void *arg, struct tp_err *e);

struct tp_mapfile {
	const char	*osm, *opl;	/* one of osm, opl, dimacs, tsv; */
	const char	*dimacs, *tsv;	/* the others are NULL */
	const char	*places;	/* of dimacs (.co) or tsv; or NULL */
	double		 kmh;		/* on roads of dimacs */
	tp_map_feed_fn	*feed;
};

/*
 * Reads the map into b, and says in notes, a line each, what could not be
 * used.  Returns 0, or -1 with the error.
 */
int tp_mapfile_read(const struct tp_mapfile *m, struct tp_builder *b,
    struct tp_buf *notes, struct tp_err *e);

#endif
