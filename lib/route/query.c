#include "route/query.h"

#include <string.h>

#define OTHERS_MAX	3
#define TEXT_MAX	1024	/* of a name, or an object with a place */

static const char no_place[] = "latitude and longitude are not on the earth";
static const char no_form[] = "neither [lat, lon], {lat, lng} nor the name "
    "of a node";

void
tp_query_release(struct tp_query *q)
{
	tp_buf_release(&q->from.name);
	tp_buf_release(&q->to.name);
	*q = (struct tp_query){ 0 };
}

static const struct tp_json_val *
find(const struct tp_json_obj *o, const char *a, const char *b)
{
	const struct tp_json_field	*f = tp_json_find(o, a);

	if (f == NULL && b != NULL)
		f = tp_json_find(o, b);
	return f != NULL && f->v.type != TP_JSON_NULL ? &f->v : NULL;
}

bool
tp_query_is(const struct tp_rec *r)
{
	return r->at[TP_F_SEGMENT_ID] == NULL &&
	    (find(&r->o, "from", "origin") != NULL ||
	    find(&r->o, "to", "destination") != NULL);
}

bool
tp_query_is_near(const struct tp_rec *r)
{
	int	f;

	if (r->at[TP_F_SEGMENT_ID] != NULL ||
	    (r->at[TP_F_LATITUDE] == NULL && r->at[TP_F_LONGITUDE] == NULL))
		return false;
	for (f = TP_F_SPEED; f <= TP_F_QUALITY; f++)
		if (r->at[f] != NULL)
			return false;
	return true;
}

static const char *
set_place(struct tp_place *p, const struct tp_json_val *lat,
    const struct tp_json_val *lon)
{
	double	y, x;

	if (lat == NULL || lon == NULL)
		return no_form;
	if (tp_json_num(lat, &y) != 0 || tp_json_num(lon, &x) != 0)
		return "latitude or longitude is not a number";
	return tp_point_set(&p->at, y, x) == 0 ? NULL : no_place;
}

static const char *
get_place(struct tp_place *p, const struct tp_json_val *v)
{
	struct tp_json_obj	o = { 0 };
	char			text[TEXT_MAX + TP_JSON_PAD] = "";
	const char		*why = no_form;

	p->named = v->type == TP_JSON_STR;
	p->name.n = 0;
	if (v->n > TEXT_MAX)
		return "too long";
	if (p->named)
		return tp_json_unescape(v, &p->name) == 0 ? NULL :
		    "not valid text";
	memcpy(text, v->p, v->n);	/* the line goes on behind the value */
	if (v->type == TP_JSON_ARR && tp_json_array(&o, text, v->n) == 0 &&
	    o.n == 2)
		why = set_place(p, &o.f[0].v, &o.f[1].v);
	else if (v->type == TP_JSON_OBJ &&
	    tp_json_object(&o, text, v->n) == 0)
		why = set_place(p, find(&o, "lat", "latitude"),
		    find(&o, "lng", "lon"));
	tp_json_obj_release(&o);
	return why;
}

static const char *
get_depart(struct tp_query *q, const struct tp_json_val *v)
{
	const char	*why;

	q->depart = TP_TIME_NONE;
	if (v == NULL || (v->type == TP_JSON_STR && v->n == 3 &&
	    memcmp(v->p, "now", 3) == 0))
		return NULL;
	return tp_json_time(v, NULL, &q->depart, &why) == 0 ? NULL : why;
}

static const struct tp_json_val *
find_id(const struct tp_json_obj *o)
{
	return find(o, "query_id", "request_id");
}

int
tp_query_get(struct tp_query *q, const struct tp_rec *r, const char **why,
    const char **field)
{
	const struct tp_json_obj	*o = &r->o;
	const struct tp_json_val	*from = find(o, "from", "origin");
	const struct tp_json_val	*to = find(o, "to", "destination");
	const struct tp_json_val	*n = find(o, "alternatives", NULL);
	int64_t				 others = -1;

	q->near = false;
	q->hanoi = tp_json_find(o, "origin") != NULL;
	q->id = find_id(o);
	*field = q->hanoi ? "origin" : "from";
	*why = from == NULL ? "missing" : get_place(&q->from, from);
	if (*why != NULL)
		return -1;
	*field = q->hanoi ? "destination" : "to";
	*why = to == NULL ? "missing" : get_place(&q->to, to);
	if (*why != NULL)
		return -1;
	*field = q->hanoi ? "departure_time" : "depart";
	*why = get_depart(q, find(o, "depart", "departure_time"));
	if (*why != NULL)
		return -1;
	*field = "alternatives";
	*why = "not a number from 0 to 3";
	if (n != NULL && (tp_json_int(n, &others) != 0 || others < 0 ||
	    others > OTHERS_MAX))
		return -1;
	q->others = (int)others;
	return 0;
}

int
tp_query_get_near(struct tp_query *q, const struct tp_rec *r,
    const char **why, const char **field)
{
	q->near = true;
	q->hanoi = false;
	q->id = find_id(&r->o);
	q->from.named = false;
	q->depart = TP_TIME_NONE;
	*field = r->at[TP_F_LATITUDE] == NULL ? "latitude" : "longitude";
	*why = "missing";
	if (r->at[TP_F_LATITUDE] == NULL || r->at[TP_F_LONGITUDE] == NULL)
		return -1;
	*field = NULL;
	*why = set_place(&q->from, r->at[TP_F_LATITUDE],
	    r->at[TP_F_LONGITUDE]);
	return *why == NULL ? 0 : -1;
}

const char *
tp_place_parse(struct tp_place *p, const char *s)
{
	const char	*comma = strchr(s, ',');
	double		 lat, lon;

	p->named = comma == NULL ||
	    tp_parse_num(s, (size_t)(comma - s), &lat) != 0 ||
	    tp_parse_num(comma + 1, strlen(comma + 1), &lon) != 0;
	if (!p->named)
		return tp_point_set(&p->at, lat, lon) == 0 ? NULL : no_place;
	p->name.n = 0;
	tp_buf_str(&p->name, s);
	return NULL;
}
