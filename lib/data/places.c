/* The places of sensors as numbers. */
#include "data/places.h"

#include <math.h>

/* The number in one of a sensor's fields, text as ,"latitude":34.1; or NAN. */
static double
number(const struct tp_sensor *s, enum tp_place f)
{
	const char	*p, *end, *colon;
	double		 v;

	if (s->at[f] == s->at[f + 1])
		return NAN;
	p = s->text + s->at[f];
	end = s->text + s->at[f + 1];
	if ((colon = memchr(p, ':', (size_t)(end - p))) == NULL ||
	    tp_parse_num(colon + 1, (size_t)(end - colon - 1), &v) != 0)
		return NAN;
	return v;
}

int
tp_places_parse(struct tp_places *p, const char *name, const char *text,
    size_t n, struct tp_err *e)
{
	const struct tp_sensor	*s;
	size_t			 i;

	if (tp_sensors_parse(&p->sensors, name, text, n, e) != 0)
		return -1;
	n = p->sensors.ids.n;
	p->v = tp_calloc(n > 0 ? n : 1, sizeof(*p->v));
	for (i = 0; i < n; i++) {
		s = &p->sensors.v[i];
		p->v[i].latitude = number(s, TP_PLACE_LATITUDE);
		p->v[i].longitude = number(s, TP_PLACE_LONGITUDE);
	}
	return 0;
}

void
tp_places_release(struct tp_places *p)
{
	tp_sensors_release(&p->sensors);
	free(p->v);
	p->v = NULL;
}
