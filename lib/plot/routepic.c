#include "plot/routepic.h"

#include <math.h>
#include <string.h>

#include "plot/speedcolour.h"

#define STRIP	0.6	/* one side of the map is at least so much of the other */

static const char no_line[] = "neither a route with places nor a line of "
    "GeoJSON";

void
tp_routepic_release(struct tp_routepic *p)
{
	tp_buf_release(&p->roads);
	tp_buf_release(&p->route);
	tp_buf_release(&p->others);
}

static bool
on_earth(double lat, double lon)
{
	return fabs(lat) <= 90 && fabs(lon) <= 180;
}

static void
put_point(struct tp_buf *b, double lat, double lon)
{
	tp_buf_printf(b, "%.7f %.7f", lon, lat);
}

/* [lon, lat] or more numbers. */
static int
get_position(const struct tp_json_val *v, double *lat, double *lon)
{
	struct tp_json_obj	a = { 0 };
	int			rc = -1;

	if (v->type == TP_JSON_ARR && tp_json_array(&a, v->p, v->n) == 0 &&
	    a.n >= 2 && tp_json_num(&a.f[0].v, lon) == 0 &&
	    tp_json_num(&a.f[1].v, lat) == 0 && on_earth(*lat, *lon))
		rc = 0;
	tp_json_obj_release(&a);
	return rc;
}

static int
add_road(struct tp_routepic *p, const struct tp_json_val *coordinates,
    const char **why)
{
	struct tp_json_obj	a = { 0 };
	size_t			start = p->roads.n, i;
	double			lat, lon;
	int			rc = 0;

	*why = no_line;
	if (coordinates->type != TP_JSON_ARR ||
	    tp_json_array(&a, coordinates->p, coordinates->n) != 0)
		rc = -1;
	if (rc == 0 && a.n > p->max - p->points) {
		*why = "more points than --max-readings";
		rc = -1;
	}
	for (i = 0; rc == 0 && i < a.n; i++) {
		rc = get_position(&a.f[i].v, &lat, &lon);
		put_point(&p->roads, lat, lon);
		tp_buf_char(&p->roads, '\n');
	}
	if (rc == 0) {
		tp_buf_char(&p->roads, '\n');
		p->points += a.n;
	} else
		p->roads.n = start;
	tp_json_obj_release(&a);
	return rc;
}

static int
add_feature(struct tp_routepic *p, const struct tp_json_val *geometry,
    const char **why)
{
	struct tp_json_obj		 o = { 0 };
	const struct tp_json_field	*f = NULL;
	int				 rc = -1;

	*why = no_line;
	if (geometry->type == TP_JSON_OBJ &&
	    tp_json_object(&o, geometry->p, geometry->n) == 0)
		f = tp_json_find(&o, "coordinates");
	if (f != NULL)
		rc = add_road(p, &f->v, why);
	tp_json_obj_release(&o);
	return rc;
}

static int
get_waypoint(const struct tp_json_val *v, double *lat, double *lon)
{
	struct tp_json_obj		 o = { 0 };
	const struct tp_json_field	*y, *x;
	int				 rc = -1;

	if (v->type == TP_JSON_OBJ && tp_json_object(&o, v->p, v->n) == 0) {
		y = tp_json_find(&o, "lat");
		x = tp_json_find(&o, "lon");
		if (x == NULL)
			x = tp_json_find(&o, "lng");
		if (y != NULL && x != NULL && tp_json_num(&y->v, lat) == 0 &&
		    tp_json_num(&x->v, lon) == 0 && on_earth(*lat, *lon))
			rc = 0;
	}
	tp_json_obj_release(&o);
	return rc;
}

/* The colour of a leg: that of its speed, or of routes where it has none. */
static void
put_colour(struct tp_buf *b, const struct tp_json_obj *speeds, size_t i)
{
	struct tp_rgb	c = { 0x00, 0x72, 0xb2 };	/* TP_COLOUR_MODEL */
	double		kmh;

	if (i < speeds->n && tp_json_num(&speeds->f[i].v, &kmh) == 0)
		c = tp_speed_colour(kmh, TP_UNIT_KMH);
	tp_buf_printf(b, " %d\n", c.red << 16 | c.green << 8 | c.blue);
}

/* Widens the part of the map that is shown. */
static void
show(struct tp_routepic *p, double lat, double lon)
{
	p->south = fmin(p->south, lat);
	p->north = fmax(p->north, lat);
	p->west = fmin(p->west, lon);
	p->east = fmax(p->east, lon);
}

/* The route: each leg is a line of its own, in its colour. */
static int
add_legs(struct tp_routepic *p, const struct tp_json_obj *points,
    const struct tp_json_obj *speeds)
{
	double	lat = 0, lon = 0, y, x;
	size_t	i;

	for (i = 0; i < points->n; i++) {
		if (get_waypoint(&points->f[i].v, &y, &x) != 0)
			return -1;
		show(p, y, x);
		if (i == 0) {
			p->lat = y;
			p->lon = x;
		} else {
			put_point(&p->route, lat, lon);
			put_colour(&p->route, speeds, i - 1);
			put_point(&p->route, y, x);
			put_colour(&p->route, speeds, i - 1);
			tp_buf_char(&p->route, '\n');
		}
		lat = y;
		lon = x;
	}
	p->to_lat = lat;
	p->to_lon = lon;
	p->coloured = speeds->n > 0;
	return points->n > 1 ? 0 : -1;
}

/* Another way, in one line. */
static int
add_other(struct tp_routepic *p, const struct tp_json_val *way)
{
	struct tp_json_obj		 o = { 0 }, points = { 0 };
	const struct tp_json_field	*f = NULL;
	double				 lat, lon;
	size_t				 i;
	int				 rc = -1;

	if (way->type == TP_JSON_OBJ &&
	    tp_json_object(&o, way->p, way->n) == 0)
		f = tp_json_find(&o, "waypoints");
	if (f != NULL && f->v.type == TP_JSON_ARR)
		rc = tp_json_array(&points, f->v.p, f->v.n);
	for (i = 0; rc == 0 && i < points.n; i++) {
		rc = get_waypoint(&points.f[i].v, &lat, &lon);
		show(p, lat, lon);
		put_point(&p->others, lat, lon);
		tp_buf_char(&p->others, '\n');
	}
	tp_buf_char(&p->others, '\n');
	tp_json_obj_release(&points);
	tp_json_obj_release(&o);
	return rc;
}

/* The array with this key, empty where there is none; 0, or -1. */
static int
find_array(const struct tp_rec *r, const char *key, struct tp_json_obj *a)
{
	const struct tp_json_field	*f = tp_json_find(&r->o, key);

	if (f == NULL)
		return 0;
	return f->v.type == TP_JSON_ARR ? tp_json_array(a, f->v.p, f->v.n) :
	    -1;
}

static double
find_number(const struct tp_rec *r, const char *key)
{
	const struct tp_json_field	*f = tp_json_find(&r->o, key);
	double				 v;

	return f != NULL && tp_json_num(&f->v, &v) == 0 ? v : (double)NAN;
}

static int
add_route(struct tp_routepic *p, const struct tp_rec *r)
{
	struct tp_json_obj	points = { 0 }, speeds = { 0 }, others = { 0 };
	size_t			i;
	int			rc;

	p->route.n = p->others.n = 0;
	p->south = p->west = INFINITY;
	p->north = p->east = -INFINITY;
	p->km = find_number(r, "distance_km");
	p->minutes = find_number(r, "eta_minutes");
	rc = find_array(r, "waypoints", &points) != 0 ||
	    find_array(r, "speeds_kmh", &speeds) != 0 ||
	    find_array(r, "alternatives", &others) != 0 ||
	    add_legs(p, &points, &speeds) != 0 ? -1 : 0;
	for (i = 0; rc == 0 && i < others.n; i++)
		rc = add_other(p, &others.f[i].v);
	p->nothers = others.n;
	if (rc != 0)
		p->route.n = p->others.n = 0;
	tp_json_obj_release(&points);
	tp_json_obj_release(&speeds);
	tp_json_obj_release(&others);
	return rc;
}

int
tp_routepic_add(struct tp_routepic *p, const struct tp_rec *r,
    const char **why)
{
	const struct tp_json_field	*f = tp_json_find(&r->o, "geometry");

	if (f != NULL)
		return add_feature(p, &f->v, why);
	*why = no_line;
	return tp_json_find(&r->o, "waypoints") == NULL ? -1 :
	    add_route(p, r);
}

static void
put_block(const char *name, const struct tp_buf *lines, struct tp_buf *b)
{
	tp_buf_printf(b, "$%s << EOD\n", name);
	tp_buf_add(b, lines->p, lines->n);
	tp_buf_lit(b, "EOD\n");
}

static void
put_title(const struct tp_routepic *p, const struct tp_page *page,
    struct tp_buf *b)
{
	char	s[120] = "Roads";

	if (p->route.n > 0)
		snprintf(s, sizeof(s), "Route of %.1f km, %.0f minutes, "
		    "and %zu other way%s", p->km, p->minutes, p->nothers,
		    p->nothers == 1 ? "" : "s");
	tp_buf_lit(b, "set title ");
	tp_page_title(page, b, s);
	tp_buf_char(b, '\n');
}

static void
put_lines(const struct tp_routepic *p, struct tp_buf *b)
{
	const char	*then = "plot";

	if (p->roads.n > 0) {
		tp_buf_printf(b, "%s $ROADS using 1:2 with lines linewidth 1 "
		    "linecolor rgb '" TP_COLOUR_GAP "' title 'roads'", then);
		then = ",";
	}
	if (p->others.n > 0) {
		tp_buf_printf(b, "%s $OTHERS using 1:2 with lines linewidth "
		    "3.5 linecolor rgb '#777777' title 'other ways'", then);
		then = ",";
	}
	if (p->route.n > 0)
		tp_buf_printf(b, "%s $ROUTE using 1:2:3 with lines linewidth "
		    "5 linecolor rgb variable title 'route%s', '+' using "
		    "(%.7f):(%.7f) every ::::0 with points pointtype 7 "
		    "pointsize 1.6 linecolor rgb '" TP_COLOUR_TRUTH "' title "
		    "'from', '+' using (%.7f):(%.7f) every ::::0 with points "
		    "pointtype 9 pointsize 1.8 linecolor rgb '"
		    TP_COLOUR_TRUTH "' title 'to'", then, p->coloured ?
		    " (red slow, blue fast)" : "", p->lon, p->lat, p->to_lon,
		    p->to_lat);
	tp_buf_char(b, '\n');
}

/* 1, 2 or 5 times a power of ten, two to five of which are in span. */
static double
tick(double span)
{
	double	ten = pow(10, floor(log10(span / 2)));

	return span <= 5 * ten ? ten : span <= 10 * ten ? 2 * ten : 5 * ten;
}

/* What is shown: the ways, in a part of the map that is no narrow strip. */
static void
put_ranges(const struct tp_routepic *p, double flat, struct tp_buf *b)
{
	double	high = p->north - p->south, wide = (p->east - p->west) * flat;
	double	margin = 0.001 + 0.08 * fmax(high, wide);
	double	y = margin + fmax(0, STRIP * wide - high) / 2;
	double	x = (margin + fmax(0, STRIP * high - wide) / 2) / flat;

	tp_buf_printf(b, "set xrange [%.6f:%.6f]\nset yrange [%.6f:%.6f]\n"
	    "set xtics norotate %.6f\n", p->west - x,
	    p->east + x, p->south - y, p->north + y,
	    tick(p->east - p->west + 2 * x));
}

int
tp_routepic_draw(const struct tp_routepic *p, const struct tp_page *page,
    struct tp_buf *b, struct tp_err *e)
{
	const char	*blank;
	double		 lat = p->lat, flat;

	if (p->route.n == 0 && p->roads.n == 0)
		return tp_err_set(e, TP_EXIT_DATA, "no route and no roads to "
		    "show");
	blank = p->route.n > 0 ? NULL : memchr(p->roads.p, ' ', p->roads.n);
	if (blank != NULL)
		lat = strtod(blank, NULL);
	tp_page_begin(page, b);
	put_block("ROADS", &p->roads, b);
	put_block("OTHERS", &p->others, b);
	put_block("ROUTE", &p->route, b);
	put_title(p, page, b);
	/* a degree of latitude is longer than one of longitude */
	flat = fmax(0.01, cos(lat * M_PI / 180));
	tp_buf_printf(b, "set size ratio -%.4f\nset xlabel 'longitude'\n"
	    "set ylabel 'latitude'\nset xtics rotate by 45 right\n"
	    "set key outside bottom center horizontal\n",
	    1 / flat);
	if (p->route.n > 0)
		put_ranges(p, flat, b);
	if (page->kind != TP_PAGE_TEXT)
		tp_buf_lit(b, "set bmargin 6\n");	/* for the key */
	put_lines(p, b);
	return 0;
}
