#include "graph/sites.h"

#include <strings.h>

#include "graph/slice.h"

#define SHAPE_MAX	100000		/* points of one line */

void
tp_sites_release(struct tp_sites *s)
{
	tp_map_release(&s->ids);
	tp_map_release(&s->roads);
	free(s->v);
	free(s->points);
	tp_json_obj_release(&s->obj);
	tp_json_obj_release(&s->shape);
	tp_json_obj_release(&s->pair);
	tp_buf_release(&s->text);
	*s = (struct tp_sites){ 0 };
}

/* The heading that a word means, in degrees; NAN where it means none. */
static double
heading(const char *s, size_t n)
{
	static const struct {
		const char	*word;
		double		 degrees;
	} words[] = {
		{ "n", 0 }, { "ne", 45 }, { "e", 90 }, { "se", 135 },
		{ "s", 180 }, { "sw", 225 }, { "w", 270 }, { "nw", 315 },
		{ "nb", 0 }, { "eb", 90 }, { "sb", 180 }, { "wb", 270 },
		{ "north", 0 }, { "east", 90 }, { "south", 180 },
		{ "west", 270 }, { "northbound", 0 }, { "eastbound", 90 },
		{ "southbound", 180 }, { "westbound", 270 },
	};
	size_t	i;

	for (i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (strlen(words[i].word) == n &&
		    strncasecmp(words[i].word, s, n) == 0)
			return words[i].degrees;
	return (double)NAN;
}

static void
add_point(struct tp_sites *s, struct tp_point p)
{
	TP_GROW(s->points, s->points_cap, s->npoints + 1);
	s->points[s->npoints++] = p;
}

/* The text of a field that is a string, in s->text; false: there is none. */
static bool
text(struct tp_sites *s, const char *key)
{
	const struct tp_json_field	*f = tp_json_find(&s->obj, key);

	s->text.n = 0;
	return f != NULL && f->v.type == TP_JSON_STR &&
	    tp_json_unescape(&f->v, &s->text) == 0 && s->text.n > 0;
}

static int
point_of(const struct tp_json_val *lat, const struct tp_json_val *lon,
    struct tp_point *p)
{
	double	y, x;

	return tp_json_num(lat, &y) == 0 && tp_json_num(lon, &x) == 0 ?
	    tp_point_set(p, y, x) : -1;
}

/* Returns NULL, or what is wrong. */
static const char *
read_shape(struct tp_sites *s, const struct tp_json_val *v)
{
	struct tp_point	p;
	size_t		i;

	if (v->type != TP_JSON_ARR ||
	    tp_json_array(&s->shape, v->p, v->n) == -1)
		return "the shape is no array";
	if (s->shape.n < 2 || s->shape.n > SHAPE_MAX)
		return "the shape has not 2 to 100000 points";
	for (i = 0; i < s->shape.n; i++) {
		const struct tp_json_val	*pair = &s->shape.f[i].v;

		if (pair->type != TP_JSON_ARR ||
		    tp_json_array(&s->pair, pair->p, pair->n) == -1 ||
		    s->pair.n != 2 || point_of(&s->pair.f[0].v,
		    &s->pair.f[1].v, &p) == -1)
			return "a point of the shape is no place on the "
			    "earth";
		add_point(s, p);
	}
	return NULL;
}

static const char *
read_site(struct tp_sites *s, struct tp_site *site)
{
	const struct tp_json_field	*shape = tp_json_find(&s->obj, "shape");
	const struct tp_json_field	*lat = tp_json_find(&s->obj,
					    "latitude");
	const struct tp_json_field	*lon = tp_json_find(&s->obj,
					    "longitude");
	const char			*why = NULL;
	struct tp_point			 p;

	*site = (struct tp_site){ .point = s->npoints, .heading = NAN };
	if (shape != NULL)
		why = read_shape(s, &shape->v);
	else if (lat == NULL || lon == NULL)
		why = "neither a shape nor a latitude and a longitude";
	else if (point_of(&lat->v, &lon->v, &p) == -1)
		why = "no place on the earth";
	else
		add_point(s, p);
	site->n = (uint32_t)(s->npoints - site->point);
	if (why == NULL && text(s, "direction"))
		site->heading = (float)heading(s->text.p, s->text.n);
	if (why == NULL && text(s, "road_name"))
		site->road = (uint32_t)tp_map_add(&s->roads, s->text.p,
		    s->text.n) + 1;
	return why;
}

int
tp_sites_line(void *arg, const struct tp_line *l)
{
	struct tp_sites	*s = arg;
	struct tp_slice	 line;
	struct tp_site	 site;
	const char	*why = NULL;
	size_t		 i;

	if (tp_slice_line(&line, l, s->name, s->e) == -1)
		return -1;
	if (line.n == 0)
		return 0;
	if (tp_json_object(&s->obj, line.p, line.n) == -1)
		return tp_line_bad(l, s->name, s->obj.why, s->e);
	why = read_site(s, &site);
	if (why == NULL && !text(s, "segment_id"))
		why = "no segment_id";
	if (why == NULL && memchr(s->text.p, '\0', s->text.n) != NULL)
		why = "the segment_id holds a zero byte";
	if (why == NULL &&
	    tp_map_find(&s->ids, s->text.p, s->text.n) != SIZE_MAX)
		why = "the segment is there twice";
	if (why != NULL)
		return tp_line_bad(l, s->name, why, s->e);
	i = tp_map_add(&s->ids, s->text.p, s->text.n);
	TP_GROW(s->v, s->cap, i + 1);
	s->v[i] = site;
	return 0;
}
