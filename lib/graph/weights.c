#include "graph/weights.h"

#include "base/clock.h"
#include "base/map.h"

void
tp_weights_init(struct tp_weights *w, const struct tp_graph *g, double reach)
{
	size_t		rows;
	uint32_t	i;

	*w = (struct tp_weights){ .g = g, .oldest = INT64_MAX };
	tp_voices_init(&w->voices, g, reach);
	rows = (size_t)w->voices.rows + 1;
	w->arc = tp_malloc(((size_t)g->edges + 1) * sizeof(*w->arc));
	for (i = 0; i < g->edges; i++)
		w->arc[i] = (struct tp_arc){
			g->head[i], g->free_ms[i], 1, UINT32_MAX,
		};
	w->rates = tp_calloc(rows, sizeof(*w->rates));
	w->ranges = tp_calloc(rows, sizeof(*w->ranges));
	for (i = 0; i < w->voices.rows; i++)
		w->rates[i].t0 = TP_TIME_NONE;
	w->heard = tp_calloc((size_t)g->segments + 1, sizeof(*w->heard));
	for (i = 0; i < g->segments; i++)
		w->heard[i].read_t = w->heard[i].made_t = TP_TIME_NONE;
	w->stale = tp_calloc(rows, sizeof(*w->stale));
	w->is_stale = tp_calloc(rows, sizeof(*w->is_stale));
}

void
tp_weights_release(struct tp_weights *w)
{
	uint32_t	s;

	for (s = 0; w->heard != NULL && s < w->g->segments; s++)
		free(w->heard[s].knot);
	tp_voices_release(&w->voices);
	free(w->arc);
	free(w->rates);
	free(w->ranges);
	free(w->heard);
	free(w->stale);
	free(w->is_stale);
	free(w->usual);
	*w = (struct tp_weights){ 0 };
}

/* Of what a segment says, 0 where it says nothing: versions are their sum. */
static uint64_t
heard_hash(const struct tp_heard *h, uint32_t segment)
{
	uint64_t	x = 0;
	uint32_t	i;

	if (h->read_t != TP_TIME_NONE) {
		x = tp_hash(&h->read_t, sizeof(h->read_t), segment);
		x = tp_hash(&h->read_kmh, sizeof(h->read_kmh), x);
	}
	if (h->made_t != TP_TIME_NONE)
		x = tp_hash(&h->made_t, sizeof(h->made_t), x + segment + 1);
	for (i = 0; i < h->nknots; i++) {
		x = tp_hash(&h->knot[i].target, sizeof(h->knot[i].target), x);
		x = tp_hash(h->knot[i].kmh, sizeof(h->knot[i].kmh), x);
	}
	return x;
}

static void
make_stale(struct tp_weights *w, uint32_t segment)
{
	const struct tp_graph	*g = w->g;
	uint32_t		 i, row;

	for (i = g->segment_at[segment]; i < g->segment_at[segment + 1];
	    i++) {
		row = w->voices.row[g->link[i].edge];
		if (!w->is_stale[row]) {
			w->is_stale[row] = true;
			w->stale[w->nstale++] = row;
		}
	}
}

bool
tp_weights_reading(struct tp_weights *w, uint32_t segment, int64_t t,
    double kmh, int64_t pos)
{
	struct tp_heard	*h = &w->heard[segment];

	if (t < h->read_t)
		return false;
	w->version -= heard_hash(h, segment);
	h->read_t = t;
	h->read_pos = pos;
	h->read_kmh = (float)kmh;
	w->version += heard_hash(h, segment);
	w->oldest = t < w->oldest ? t : w->oldest;
	make_stale(w, segment);
	return true;
}

bool
tp_weights_forecast(struct tp_weights *w, uint32_t segment, int64_t t,
    const struct tp_knot *k)
{
	struct tp_heard	*h = &w->heard[segment];
	uint32_t	 n = t > h->made_t ? 0 : h->nknots, i = 0;

	while (i < n && h->knot[i].target < k->target)
		i++;
	if (t < h->made_t || (i == TP_KNOTS) ||
	    (n == TP_KNOTS && h->knot[i].target != k->target))
		return false;
	if (h->knot == NULL)
		h->knot = tp_malloc(TP_KNOTS * sizeof(*h->knot));
	w->version -= heard_hash(h, segment);
	if (i == n || h->knot[i].target != k->target) {
		memmove(&h->knot[i + 1], &h->knot[i],
		    (n - i) * sizeof(h->knot[0]));
		n++;
	}
	h->knot[i] = *k;
	h->nknots = n;
	h->made_t = t;
	w->version += heard_hash(h, segment);
	w->oldest = t < w->oldest ? t : w->oldest;
	make_stale(w, segment);
	return true;
}

void
tp_weights_expire(struct tp_weights *w, int64_t t)
{
	uint32_t	s;

	if (w->oldest >= t)
		return;
	w->oldest = INT64_MAX;
	for (s = 0; s < w->g->segments; s++) {
		struct tp_heard	*h = &w->heard[s];
		bool		 read = h->read_t != TP_TIME_NONE;
		bool		 made = h->made_t != TP_TIME_NONE;

		if ((read && h->read_t < t) || (made && h->made_t < t)) {
			w->version -= heard_hash(h, s);
			if (read && h->read_t < t)
				h->read_t = TP_TIME_NONE;
			if (made && h->made_t < t) {
				h->made_t = TP_TIME_NONE;
				h->nknots = 0;
			}
			w->version += heard_hash(h, s);
			make_stale(w, s);
		}
		if (h->read_t != TP_TIME_NONE && h->read_t < w->oldest)
			w->oldest = h->read_t;
		if (h->made_t != TP_TIME_NONE && h->made_t < w->oldest)
			w->oldest = h->made_t;
	}
}

int64_t
tp_weights_low(const struct tp_weights *w)
{
	int64_t		low = INT64_MAX;
	uint32_t	s, i;

	for (s = 0; s < w->g->segments; s++) {
		const struct tp_heard	*h = &w->heard[s];

		if (h->read_t != TP_TIME_NONE && h->read_pos < low)
			low = h->read_pos;
		for (i = 0; i < h->nknots; i++)
			if (h->knot[i].pos < low)
				low = h->knot[i].pos;
	}
	return low;
}
