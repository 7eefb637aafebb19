#include "graph/weights.h"

#include "base/clock.h"
#include "base/map.h"

/*
 * Shares of an edge's voices: `voices` of its row, whose links were counted.
 * Overlapping pieces are scaled to the whole.
 */
static void
set_shares(struct tp_weights *w, uint32_t row, const uint32_t *of)
{
	const struct tp_graph	*g = w->g;
	double			 length = g->length_cm[w->edge[row]];
	double			 told = 0, rest;
	uint32_t		 i, points = 0;

	for (i = w->voice_at[row]; i < w->voice_at[row + 1]; i++) {
		const struct tp_link	*l = &g->link[of[i]];

		told += l->to_cm - l->from_cm;
		points += l->to_cm == l->from_cm;
	}
	rest = told < length ? length - told : 0;
	for (i = w->voice_at[row]; i < w->voice_at[row + 1]; i++) {
		const struct tp_link	*l = &g->link[of[i]];
		double			 part = l->to_cm - l->from_cm;

		if (l->to_cm == l->from_cm)
			part = rest > 0 ? rest / points : 0;
		w->voices[i].share = length > 0 ?
		    (float)(part / fmax(length, told)) : 1 / (float)points;
	}
}

/* Rows for the edges that links lead to, in the order of edges. */
static void
make_rows(struct tp_weights *w)
{
	const struct tp_graph	*g = w->g;
	uint32_t		*of, *next, e, s, i;

	for (i = 0; i < g->links; i++)
		w->row[g->link[i].edge] = 0;
	w->edge = tp_calloc((size_t)g->links + 1, sizeof(*w->edge));
	for (e = 0; e < g->edges - g->edge_copies; e++)
		if (w->row[e] != TP_GRAPH_NONE) {
			w->edge[w->rows] = e;
			w->row[e] = w->rows++;
		}
	for (; e < g->edges; e++)
		w->row[e] = w->row[tp_graph_own_edge(g, e)];
	w->voice_at = tp_calloc((size_t)w->rows + 2, sizeof(*w->voice_at));
	for (i = 0; i < g->links; i++)
		w->voice_at[w->row[g->link[i].edge] + 1]++;
	for (i = 0; i < w->rows; i++)
		w->voice_at[i + 1] += w->voice_at[i];
	w->voices = tp_calloc((size_t)g->links + 1, sizeof(*w->voices));
	of = tp_calloc((size_t)g->links + 1, sizeof(*of));
	next = tp_calloc((size_t)w->rows + 1, sizeof(*next));
	memcpy(next, w->voice_at, w->rows * sizeof(*next));
	for (s = 0; s < g->segments; s++)
		for (i = g->segment_at[s]; i < g->segment_at[s + 1]; i++) {
			uint32_t	at = next[w->row[g->link[i].edge]]++;

			w->voices[at].segment = s;
			of[at] = i;
		}
	for (i = 0; i < w->rows; i++)
		set_shares(w, i, of);
	free(of);
	free(next);
}

void
tp_weights_init(struct tp_weights *w, const struct tp_graph *g)
{
	uint32_t	i;

	*w = (struct tp_weights){ .g = g, .oldest = INT64_MAX };
	w->row = tp_malloc(((size_t)g->edges + 1) * sizeof(*w->row));
	for (i = 0; i < g->edges; i++)
		w->row[i] = TP_GRAPH_NONE;
	make_rows(w);
	w->rates = tp_calloc((size_t)w->rows + 1, sizeof(*w->rates));
	for (i = 0; i < w->rows; i++)
		w->rates[i].t0 = TP_TIME_NONE;
	w->heard = tp_calloc((size_t)g->segments + 1, sizeof(*w->heard));
	for (i = 0; i < g->segments; i++)
		w->heard[i].read_t = w->heard[i].made_t = TP_TIME_NONE;
	w->stale = tp_calloc((size_t)w->rows + 1, sizeof(*w->stale));
	w->is_stale = tp_calloc((size_t)w->rows + 1, sizeof(*w->is_stale));
}

void
tp_weights_release(struct tp_weights *w)
{
	free(w->row);
	free(w->rates);
	free(w->edge);
	free(w->voice_at);
	free(w->voices);
	free(w->heard);
	free(w->stale);
	free(w->is_stale);
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
		row = w->row[g->link[i].edge];
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

/* When the segment was last heard of, or TP_TIME_NONE. */
static int64_t
heard_at(const struct tp_heard *h)
{
	return h->read_t > h->made_t ? h->read_t : h->made_t;
}

/* km/h at time t: on the lines between reading and forecasts, and before and
 * after them as at their ends. */
static double
heard_kmh(const struct tp_heard *h, enum tp_lane lane, int64_t t)
{
	double		before = NAN, after;
	int64_t		then = h->read_t;
	uint32_t	i;

	if (then != TP_TIME_NONE)
		before = (double)h->read_kmh;
	for (i = 0; i < h->nknots; i++) {
		const struct tp_knot	*k = &h->knot[i];

		if (k->target <= h->read_t)
			continue;
		after = (double)k->kmh[lane];
		if (t < k->target)
			return isnan(before) || t <= then ?
			    (isnan(before) ? after : before) :
			    before + (after - before) * (double)(t - then) /
			    (double)(k->target - then);
		before = after;
		then = k->target;
	}
	return before;
}

static void
make_rates(struct tp_weights *w, uint32_t row)
{
	struct tp_rates	*r = &w->rates[row];
	double		 free_kmh = w->g->kmh10[w->edge[row]] / 10.0;
	uint32_t	 from = w->voice_at[row], to = w->voice_at[row + 1];
	uint32_t	 i, k, lane;

	*r = (struct tp_rates){ .t0 = TP_TIME_NONE };
	for (i = from; i < to; i++) {
		const struct tp_heard	*h = &w->heard[w->voices[i].segment];

		if (heard_at(h) > r->t0)
			r->t0 = heard_at(h);
		r->closed |= h->read_t != TP_TIME_NONE && h->read_kmh <= 0;
	}
	for (lane = 0; lane < TP_LANES && r->t0 != TP_TIME_NONE; lane++)
		for (k = 0; k < TP_SLOTS; k++) {
			int64_t	t = r->t0 + (int64_t)k * TP_SLOT_MS;
			double	pace = 1, kmh;

			for (i = from; i < to; i++) {
				kmh = heard_kmh(
				    &w->heard[w->voices[i].segment], lane, t);
				if (kmh < free_kmh)	/* not NAN */
					pace += (double)w->voices[i].share *
					    (free_kmh / fmax(kmh,
					    TP_KMH_LEAST) - 1);
			}
			r->rate[lane][k] = (float)fmin(1, 1 / pace);
		}
}

uint32_t
tp_weights_apply(struct tp_weights *w)
{
	uint32_t	n = w->nstale, i;

	for (i = 0; i < n; i++) {
		make_rates(w, w->stale[i]);
		w->is_stale[w->stale[i]] = false;
	}
	w->nstale = 0;
	return n;
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

/* The slot of time t, TP_SLOTS beyond the last. */
static uint32_t
slot_of(const struct tp_rates *r, double t)
{
	double	k = (t - (double)r->t0) / TP_SLOT_MS;

	return k >= TP_SLOTS ? TP_SLOTS : k > 0 ? (uint32_t)k : 0;
}

bool
tp_weights_live(const struct tp_weights *w, uint32_t e, double t)
{
	const struct tp_rates	*r;

	if (w->row[e] == TP_GRAPH_NONE)
		return false;
	r = &w->rates[w->row[e]];
	return r->t0 != TP_TIME_NONE && slot_of(r, t) < TP_SLOTS;
}

double
tp_weights_drive(const struct tp_weights *w, uint32_t e, enum tp_lane lane,
    double t, double share)
{
	const struct tp_rates	*r;
	double			 left = w->g->free_ms[e] * share, done = 0;
	double			 room, at;
	uint32_t		 k;

	if (w->row[e] == TP_GRAPH_NONE)
		return left;
	r = &w->rates[w->row[e]];
	if (r->t0 == TP_TIME_NONE)
		return left;
	if (r->closed)
		return INFINITY;
	at = t - (double)r->t0;
	for (k = slot_of(r, t); k < TP_SLOTS; k++) {
		double	rate = (double)r->rate[lane][k];

		room = (k + 1.0) * TP_SLOT_MS - at;
		if (left <= room * rate)
			return done + left / rate;
		left -= room * rate;
		done += room;
		at += room;
	}
	return done + left;
}

double
tp_weights_still(const struct tp_weights *w, uint32_t e, double t,
    double share)
{
	const struct tp_rates	*r;
	double			 all = w->g->free_ms[e] * share;
	uint32_t		 k;

	if (w->row[e] == TP_GRAPH_NONE)
		return all;
	r = &w->rates[w->row[e]];
	if (r->t0 == TP_TIME_NONE)
		return all;
	if (r->closed)
		return INFINITY;
	k = slot_of(r, t);
	return k < TP_SLOTS ? all / (double)r->rate[TP_LANE_MID][k] : all;
}
