#include "graph/point.h"

#define EARTH_METRES	6371008.8	/* mean radius, IUGG */
#define RADIANS		(M_PI / 180)
#define UNIT		(RADIANS / TP_DEGREE)

int
tp_point_set(struct tp_point *p, double lat, double lon)
{
	if (!(lat >= -90 && lat <= 90 && lon >= -180 && lon <= 180))
		return -1;
	p->lat = (int32_t)lround(lat * TP_DEGREE);
	p->lon = (int32_t)lround(lon * TP_DEGREE);
	return 0;
}

double
tp_point_metres(struct tp_point a, struct tp_point b)
{
	double	u = sin(((double)b.lat - a.lat) * UNIT / 2);
	double	v = sin(((double)b.lon - a.lon) * UNIT / 2);
	double	h = u * u + cos(a.lat * UNIT) * cos(b.lat * UNIT) * v * v;

	return 2 * EARTH_METRES * asin(sqrt(h < 1 ? h : 1));
}

double
tp_point_heading(struct tp_point a, struct tp_point b)
{
	double	turn = ((double)b.lon - a.lon) * UNIT;
	double	y = sin(turn) * cos(b.lat * UNIT);
	double	x = cos(a.lat * UNIT) * sin(b.lat * UNIT) -
		    sin(a.lat * UNIT) * cos(b.lat * UNIT) * cos(turn);
	double	d;

	if (a.lat == b.lat && a.lon == b.lon)
		return NAN;
	d = atan2(y, x) / RADIANS;
	return d < 0 ? d + 360 : d;
}

double
tp_heading_apart(double a, double b)
{
	double	d = fmod(fabs(a - b), 360);

	return d > 180 ? 360 - d : d;
}

struct tp_plane
tp_plane_at(struct tp_point origin)
{
	double	metres = EARTH_METRES * UNIT;

	return (struct tp_plane){
		origin, metres * cos(origin.lat * UNIT), metres,
	};
}

double
tp_plane_foot(const struct tp_plane *s, struct tp_point a, struct tp_point b,
    double *metres)
{
	struct tp_xy	p = tp_plane_xy(s, a), q = tp_plane_xy(s, b);
	double		dx = q.x - p.x, dy = q.y - p.y;
	double		n = dx * dx + dy * dy;
	double		t = n > 0 ? -(p.x * dx + p.y * dy) / n : 0;

	t = t < 0 ? 0 : t > 1 ? 1 : t;
	*metres = hypot(p.x + t * dx, p.y + t * dy);
	return t;
}

struct tp_point
tp_point_between(struct tp_point a, struct tp_point b, double share)
{
	return (struct tp_point){
		(int32_t)lround(a.lat + share * ((double)b.lat - a.lat)),
		(int32_t)lround(a.lon + share * ((double)b.lon - a.lon)),
	};
}
