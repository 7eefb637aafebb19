/* Places on the earth, and plane geometry around one of them. */
#ifndef TP_GRAPH_POINT_H
#define TP_GRAPH_POINT_H

#include <math.h>
#include <stdbool.h>
#include <stdint.h>

#define TP_DEGREE	10000000	/* units of a coordinate */
#define TP_NOWHERE	INT32_MIN	/* a coordinate that is not known */

/* In units of 1e-7 degrees (WGS 84), about a centimetre. */
struct tp_point {
	int32_t	lat, lon;
};

/* A coordinate in degrees. */
static inline double
tp_degrees(int32_t v)
{
	return (double)v / TP_DEGREE;
}

/* False for a node whose place nobody said. */
static inline bool
tp_point_known(struct tp_point p)
{
	return p.lat != TP_NOWHERE;
}

/* False for what is no place, for example because it is not known. */
static inline bool
tp_point_on_earth(struct tp_point p)
{
	return p.lat >= -90 * TP_DEGREE && p.lat <= 90 * TP_DEGREE &&
	    p.lon >= -180 * TP_DEGREE && p.lon <= 180 * TP_DEGREE;
}

/*
 * Sets p from degrees.  Returns 0, or -1 where they are no place on the earth
 * (outside -90..90 and -180..180, or NAN).
 */
int tp_point_set(struct tp_point *p, double lat, double lon);

/* Metres as the crow flies (haversine, mean radius 6371.0088 km). */
double tp_point_metres(struct tp_point a, struct tp_point b);

/* Degrees east of north from a to b, in 0..360; NAN where they are one. */
double tp_point_heading(struct tp_point a, struct tp_point b);

/* How far two headings are apart, in 0..180 degrees. */
double tp_heading_apart(double a, double b);

/* The place on the straight line from a to b with this share of it behind. */
struct tp_point tp_point_between(struct tp_point a, struct tp_point b,
    double share);

/*
 * Metres east and north of an origin on the plane that touches there: good to
 * 0.1 % within some tens of kilometres.
 */
struct tp_plane {
	struct tp_point	 origin;
	double		 east, north;	/* metres per coordinate unit */
};

struct tp_xy {
	double	x, y;
};

/* The plane that touches the earth at origin. */
struct tp_plane tp_plane_at(struct tp_point origin);

/* Where p lies on the plane. */
static inline struct tp_xy
tp_plane_xy(const struct tp_plane *s, struct tp_point p)
{
	return (struct tp_xy){
		((double)p.lon - s->origin.lon) * s->east,
		((double)p.lat - s->origin.lat) * s->north,
	};
}

/*
 * Where on the piece a..b the origin of the plane comes nearest: the share of
 * the piece that lies before, in 0..1, and how far away it is in metres.
 */
double tp_plane_foot(const struct tp_plane *s, struct tp_point a,
    struct tp_point b, double *metres);

#endif
