#include "plot/roadtable.h"

#include <math.h>

#include "base/mem.h"
#include "plot/roadorder.h"
#include "rec/rec.h"

void
tp_road_table_release(struct tp_road_table *t)
{
	size_t	i;

	for (i = 0; t->roads != NULL && i < t->ids.n; i++)
		free(t->roads[i]);
	free(t->roads);
	t->roads = NULL;
	tp_map_release(&t->ids);
}

void
tp_road_table_lines(struct tp_road_table *t, const char *p, size_t n)
{
	size_t	i, k;

	for (i = 0; i < n; i += k + 1) {
		for (k = 0; i + k < n && p[i + k] != '\n' && p[i + k] != '\r';
		    k++)
			;
		if (k > 0)
			tp_map_add(&t->ids, p + i, k);
	}
}

/* Its road and direction, "I 405 N"; NULL where no road is said. */
static char *
road_of(const struct tp_rec *r)
{
	struct tp_buf	 b = { 0 };
	char		*s = NULL;

	if (r->at[TP_F_ROAD_NAME] != NULL &&
	    tp_json_unescape(r->at[TP_F_ROAD_NAME], &b) == 0 && b.n > 0) {
		if (r->at[TP_F_DIRECTION] != NULL) {
			tp_buf_char(&b, ' ');
			tp_json_unescape(r->at[TP_F_DIRECTION], &b);
		}
		s = tp_strdup(tp_buf_cstr(&b));
	}
	tp_buf_release(&b);
	return s;
}

static struct tp_road_place
place_of(const struct tp_buf *fields, char **road)
{
	struct tp_road_place	out = { (double)NAN, (double)NAN, NULL };
	struct tp_rec		r = { 0 };

	if (tp_rec_parse(&r, fields->p, fields->n) == 0) {
		tp_rec_num(&r, TP_F_LATITUDE, &out.latitude);
		tp_rec_num(&r, TP_F_LONGITUDE, &out.longitude);
		*road = road_of(&r);
	}
	out.road = *road;
	tp_rec_release(&r);
	return out;
}

void
tp_road_table_order(struct tp_road_table *t, const struct tp_map *ids,
    const struct tp_buf *fields)
{
	size_t			 n = ids->n, i;
	struct tp_road_place	*place = tp_calloc(n + 1, sizeof(*place));
	size_t			*order = tp_calloc(n + 1, sizeof(*order));
	char			**road = tp_calloc(n + 1, sizeof(*road));

	for (i = 0; i < n; i++)
		place[i] = place_of(&fields[i], &road[i]);
	tp_road_order(place, n, order);
	t->roads = tp_calloc(n + 1, sizeof(*t->roads));
	for (i = 0; i < n; i++) {
		const struct tp_map_key	*k = &ids->keys[order[i]];

		t->roads[tp_map_add(&t->ids, k->p, k->n)] = road[order[i]];
	}
	free(place);
	free(order);
	free(road);
}
