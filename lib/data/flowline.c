/* The line of a road section, and its event. */
#include <math.h>

#include "data/flowitem.h"

#define POINTS_MAX	100000		/* of one line */
#define DEG		(M_PI / 180)
#define MAX_JAM		10

void
tp_flow_line_add(struct tp_flow_line *l, double lat, double lon)
{
	const struct tp_flow_point	*last = l->p + l->n - (l->n > 0);

	if (!(fabs(lat) <= 90 && fabs(lon) <= 180) || l->n == POINTS_MAX)
		return;
	if (l->n > 0 && fabs(last->lat - lat) < 1e-9 &&
	    fabs(last->lon - lon) < 1e-9)
		return;
	TP_GROW(l->p, l->cap, l->n + 1);
	l->p[l->n++] = (struct tp_flow_point){ lat, lon };
}

/* The number at *s, which moves on behind it and one more byte. */
static double
next_number(const char **s, const char *end)
{
	const char	*p = *s;
	double		 v;

	while (*s < end && **s != ',' && **s != ' ')
		++*s;
	if (tp_parse_num(p, (size_t)(*s - p), &v) != 0)
		v = NAN;
	*s += *s < end;
	return v;
}

void
tp_flow_line_text(struct tp_flow_line *l, const char *s, size_t n)
{
	const char	*end = s + n;
	double		 lat;

	while (s < end) {
		if (*s == ' ') {
			s++;
			continue;
		}
		lat = next_number(&s, end);
		tp_flow_line_add(l, lat, next_number(&s, end));
	}
}

/* Good enough over the length of a road section. */
static double
distance(const struct tp_flow_point *a, const struct tp_flow_point *b)
{
	return hypot(b->lat - a->lat,
	    (b->lon - a->lon) * cos(DEG * (a->lat + b->lat) / 2));
}

/* The point half way along; the line has one at least. */
static struct tp_flow_point
middle(const struct tp_flow_line *l)
{
	const struct tp_flow_point	*p = l->p;
	double				 half = 0, d, s;
	size_t				 i;

	for (i = 1; i < l->n; i++)
		half += distance(&p[i - 1], &p[i]) / 2;
	for (i = 1; i < l->n; i++) {
		d = distance(&p[i - 1], &p[i]);
		if (d > 0 && half <= d) {
			s = half / d;
			return (struct tp_flow_point){
			    p[i - 1].lat + s * (p[i].lat - p[i - 1].lat),
			    p[i - 1].lon + s * (p[i].lon - p[i - 1].lon) };
		}
		half -= d;
	}
	return p[l->n - 1];
}

/* A hash of the points, rounded to 5 decimals (about a metre). */
static uint64_t
hash(const struct tp_flow_line *l)
{
	uint64_t	h = l->n;
	int32_t		v[2];
	size_t		i;

	for (i = 0; i < l->n; i++) {
		v[0] = (int32_t)lround(l->p[i].lat * 1e5);
		v[1] = (int32_t)lround(l->p[i].lon * 1e5);
		h = tp_hash(v, sizeof(v), h);
	}
	return h;
}

/* Appends ,"name":v with at most `decimals`, unless v is negative or NAN. */
static void
put(struct tp_buf *b, const char *name, double v, int decimals)
{
	if (!(v >= 0) || isinf(v))
		return;
	tp_buf_printf(b, ",\"%s\":", name);
	tp_buf_num(b, tp_fixed(v, decimals));
}

static void
put_text(struct tp_buf *b, const char *name, const struct tp_json_val *s)
{
	if (s->n == 0)
		return;
	tp_buf_printf(b, ",\"%s\":\"", name);
	tp_buf_add(b, s->p, s->n);
	tp_buf_char(b, '"');
}

/* Appends ,"latitude":..,"longitude":.. of the middle. */
static void
put_place(struct tp_buf *b, const struct tp_flow_line *l)
{
	struct tp_flow_point	m = middle(l);

	tp_buf_lit(b, ",\"latitude\":");
	tp_buf_num(b, tp_fixed(m.lat, 6));
	tp_buf_lit(b, ",\"longitude\":");
	tp_buf_num(b, tp_fixed(m.lon, 6));
}

static void
note_shape(struct tp_shapes *s, const struct tp_buf *id,
    const struct tp_flow_item *item)
{
	const struct tp_flow_line	*l = item->line;
	struct tp_buf			*b = &s->text;
	size_t				 i = s->ids.n;

	if (tp_map_add(&s->ids, id->p, id->n) < i)
		return;
	tp_buf_lit(b, "{\"segment_id\":");
	tp_json_write_str(b, id->p, id->n);
	put_text(b, "road_name", &item->road);
	put_text(b, "direction", &item->direction);
	put(b, "length_km", item->km, 5);
	tp_buf_lit(b, ",\"shape\":[");
	for (i = 0; i < l->n; i++) {
		tp_buf_str(b, i > 0 ? ",[" : "[");
		tp_buf_num(b, tp_fixed(l->p[i].lat, 6));
		tp_buf_char(b, ',');
		tp_buf_num(b, tp_fixed(l->p[i].lon, 6));
		tp_buf_char(b, ']');
	}
	tp_buf_lit(b, "]}\n");
}

/* Appends the fields of the reading itself. */
static void
put_reading(struct tp_buf *b, const struct tp_flow_item *item)
{
	bool	mph = item->unit == TP_UNIT_MPH;

	if (!item->closed)
		put(b, mph ? "speed_mph" : "speed_kmh", item->speed, 2);
	put(b, mph ? "free_flow_speed_mph" : "free_flow_speed_kmh",
	    item->free_flow, 2);
	put(b, "jam_factor", item->closed ? MAX_JAM : item->jam, 5);
	put(b, "quality_score", item->confidence, 4);
}

int
tp_flow_emit(struct tp_flow *f, const struct tp_flow_item *item,
    struct tp_out *out)
{
	const struct tp_replay_conf	*c = f->ev->conf;
	const struct tp_seg		*s;
	struct tp_buf			*b;
	unsigned			 mask = 0;

	f->id.n = 0;
	if (item->id != NULL)
		tp_buf_str(&f->id, item->id);
	else
		tp_buf_printf(&f->id, "%s:%016llx", item->service,
		    (unsigned long long)hash(item->line));
	s = tp_events_seg(f->ev, f->id.p, f->id.n);
	if (!s->wanted || !tp_events_in_range(f->ev, item->t))
		return 0;
	if (c->shapes != NULL && item->line->n > 0)
		note_shape(c->shapes, &f->id, item);
	if (!item->closed && !(item->speed >= 0) && !(item->jam >= 0)) {
		tp_out_count(out, TP_COUNT_MISSING, 1);
		return 0;
	}
	b = tp_events_begin(f->ev, out, s, item->t);
	put_reading(b, item);
	if (item->line->n > 0) {
		put_place(b, item->line);
		mask = 1u << TP_PLACE_LATITUDE | 1u << TP_PLACE_LONGITUDE;
	}
	put_text(b, "road_name", &item->road);
	mask |= item->road.n > 0 ? 1u << TP_PLACE_ROAD_NAME : 0;
	put_text(b, "direction", &item->direction);
	mask |= item->direction.n > 0 ? 1u << TP_PLACE_DIRECTION : 0;
	put(b, "length_km", item->km, 5);
	return tp_events_end(f->ev, out, s, mask);
}
