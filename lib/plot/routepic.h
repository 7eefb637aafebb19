/*
 * The picture of a route on its roads: the route in the colours of the speeds
 * on it, other ways and all roads in grey.  Or, without a route, the picture
 * of a road graph.
 *
 * Records are routes of tp-route with places, of which the last is shown, and
 * GeoJSON features whose geometry is a line, as tp-graph exports them.  The
 * struct owns its buffers.
 */
#ifndef TP_PLOT_ROUTEPIC_H
#define TP_PLOT_ROUTEPIC_H

#include "plot/page.h"

struct tp_routepic {
	/* lines of gnuplot: "lon lat [colour]", an empty one between lines */
	struct tp_buf	roads, route, others;
	size_t		points;		/* of all roads */
	size_t		max;		/* of them */
	double		lat, lon;	/* of the start */
	double		to_lat, to_lon;
	double		south, north, west, east;	/* of all ways */
	double		km, minutes;	/* NAN: not said */
	size_t		nothers;
	bool		coloured;
};

void tp_routepic_release(struct tp_routepic *p);

/* Takes a record; 0, or -1 with a static text in *why. */
int tp_routepic_add(struct tp_routepic *p, const struct tp_rec *r,
    const char **why);

/* Appends the script of the picture: 0, or -1 where there is nothing. */
int tp_routepic_draw(const struct tp_routepic *p, const struct tp_page *page,
    struct tp_buf *b, struct tp_err *e);

#endif
