/* From what was heard, and what is usual, to rates of edges. */
#include <math.h>

#include "base/clock.h"
#include "base/mem.h"
#include "graph/weights.h"

#define HOUR_MS		3600000.0

/* The place of TP_USUAL that time t has. */
static uint32_t
place_of(const struct tp_weights *w, double t)
{
	int64_t	i = ((int64_t)floor(t / HOUR_MS) - w->hour0) % TP_WEEK;

	return w->place[i < 0 ? i + TP_WEEK : i];
}

/* What is usual of a row at time t. */
static double
usual_rate(const struct tp_weights *w, uint32_t row, double t)
{
	return w->usual == NULL ? 1 :
	    (double)w->usual[(size_t)row * TP_USUAL + place_of(w, t)];
}

/* The slot of time t, TP_SLOTS beyond the last. */
static uint32_t
slot_of(const struct tp_rates *r, double t)
{
	double	k = (t - (double)r->t0) / TP_SLOT_MS;

	return k >= TP_SLOTS ? TP_SLOTS : k > 0 ? (uint32_t)k : 0;
}

static const float *
lane_of(const struct tp_weights *w, uint32_t row, enum tp_lane lane)
{
	return lane == TP_LANE_MID || !w->rates[row].ranged ?
	    w->rates[row].rate : w->ranges[row].rate[lane - 1];
}

/* When the segment was last heard of, or TP_TIME_NONE. */
static int64_t
heard_at(const struct tp_heard *h)
{
	return h->read_t > h->made_t ? h->read_t : h->made_t;
}

/* The last time that news are about; TP_TIME_NONE: there are none. */
static int64_t
heard_to(const struct tp_heard *h)
{
	int64_t	last = h->nknots > 0 ? h->knot[h->nknots - 1].target :
		    TP_TIME_NONE;

	return last > h->read_t ? last : h->read_t;
}

/*
 * km/h at time t: on the lines between reading and forecasts, before them as
 * at their beginning, and after them on the line to what is usual, or as at
 * their end.
 */
static double
heard_kmh(const struct tp_heard *h, enum tp_lane lane, int64_t t,
    double usual)
{
	double		before = NAN, after;
	int64_t		then = h->read_t, to = heard_to(h) + TP_FADE_MS;
	uint32_t	i;

	if (heard_at(h) == TP_TIME_NONE || (!isnan(usual) && t >= to))
		return usual;
	if (then != TP_TIME_NONE)
		before = (double)h->read_kmh;
	for (i = 0; i <= h->nknots; i++) {
		bool	last = i == h->nknots;
		int64_t	target = last ? to : h->knot[i].target;

		if (target <= h->read_t || (last && isnan(usual)))
			continue;
		after = last ? usual : (double)h->knot[i].kmh[lane];
		if (t < target)
			return isnan(before) || t <= then ?
			    (isnan(before) ? after : before) :
			    before + (after - before) * (double)(t - then) /
			    (double)(target - then);
		before = after;
		then = target;
	}
	return before;
}

/* How much longer than in free flow a share of a road takes at so many km/h,
 * which may be NAN: then it is free. */
static double
delay(double free_kmh, double kmh, double share)
{
	return kmh < free_kmh ? share *
	    (free_kmh / fmax(kmh, TP_KMH_LEAST) - 1) : 0;
}

static double
free_kmh_of(const struct tp_weights *w, uint32_t row)
{
	return w->g->kmh10[w->voices.edge[w->voices.edge_at[row]]] / 10.0;
}

/* The rate of a told row at time t. */
static float
mix_rate(const struct tp_weights *w, uint32_t row, enum tp_lane lane,
    int64_t t)
{
	const struct tp_voices	*v = &w->voices;
	double			 free_kmh = free_kmh_of(w, row), pace = 1;
	double			 usual = NAN;
	uint32_t		 place = 0, i;

	if (w->usual_kmh != NULL)
		place = place_of(w, (double)t);
	for (i = v->voice_at[row]; i < v->voice_at[row + 1]; i++) {
		uint32_t	s = v->voice[i].segment;

		if (w->usual_kmh != NULL)
			usual = (double)w->usual_kmh[(size_t)s * TP_USUAL +
			    place];
		pace += delay(free_kmh, heard_kmh(&w->heard[s], lane, t,
		    usual), (double)v->voice[i].share);
	}
	return (float)fmin(1, 1 / pace);
}

static int64_t
slot_time(const struct tp_rates *r, uint32_t k)
{
	return r->t0 + (int64_t)k * TP_SLOT_MS;
}

/* Slots after all that was heard are as those that were made before them. */
static void
make_told(struct tp_weights *w, uint32_t row)
{
	const struct tp_voices	*v = &w->voices;
	struct tp_rates		*r = &w->rates[row];
	int64_t			 to = TP_TIME_NONE;
	enum tp_lane		 lane;
	uint32_t		 i, k;

	*r = (struct tp_rates){ .t0 = TP_TIME_NONE };
	for (i = v->voice_at[row]; i < v->voice_at[row + 1]; i++) {
		const struct tp_heard	*h = &w->heard[v->voice[i].segment];

		if (heard_at(h) > r->t0)
			r->t0 = heard_at(h);
		if (heard_to(h) > to)
			to = heard_to(h);
		r->closed |= h->read_t != TP_TIME_NONE && h->read_kmh <= 0;
		r->ranged |= h->nknots > 0;
	}
	for (k = 0; k < TP_SLOTS && r->t0 != TP_TIME_NONE; k++) {
		int64_t	t = slot_time(r, k);
		bool	holds = k > 0 && w->usual_kmh == NULL &&
			    slot_time(r, k - 1) >= to;

		r->rate[k] = holds ? r->rate[k - 1] :
		    mix_rate(w, row, TP_LANE_MID, t);
		for (lane = TP_LANE_SLOW; r->ranged && lane < TP_LANES;
		    lane++) {
			float	*end = w->ranges[row].rate[lane - 1];

			end[k] = holds ? end[k - 1] :
			    mix_rate(w, row, lane, t);
		}
		if (w->usual == NULL || t < to + TP_FADE_MS)
			r->live = (uint8_t)(k + 1);
	}
}

/* The mean of its sources at time t, of those that have news then. */
static float
follow_rate(const struct tp_weights *w, uint32_t row, enum tp_lane lane,
    int64_t t)
{
	const struct tp_voices	*v = &w->voices;
	const struct tp_source	*x = v->source + v->source_at[row - v->told];
	const struct tp_source	*end = v->source +
				    v->source_at[row - v->told + 1];
	double			 sum = 0, weights = 0;

	for (; x < end; x++) {
		const struct tp_rates	*r = &w->rates[x->row];
		uint32_t		 k;

		if (r->t0 == TP_TIME_NONE || r->closed ||
		    (k = slot_of(r, (double)t)) >= TP_SLOTS)
			continue;
		sum += (double)x->weight *
		    (double)lane_of(w, x->row, lane)[k];
		weights += (double)x->weight;
	}
	return (float)(weights > 0 ? sum / weights :
	    usual_rate(w, row, (double)t));
}

static void
make_heir(struct tp_weights *w, uint32_t row)
{
	const struct tp_voices	*v = &w->voices;
	struct tp_rates		*r = &w->rates[row];
	uint32_t		 i, k;

	*r = (struct tp_rates){ .t0 = TP_TIME_NONE };
	for (i = v->source_at[row - v->told];
	    i < v->source_at[row - v->told + 1]; i++) {
		const struct tp_rates	*from = &w->rates[v->source[i].row];

		if (!from->closed && from->t0 > r->t0)
			r->t0 = from->t0;
		r->ranged |= from->ranged;
	}
	for (k = 0; k < TP_SLOTS && r->t0 != TP_TIME_NONE; k++) {
		int64_t	t = slot_time(r, k);

		r->rate[k] = follow_rate(w, row, TP_LANE_MID, t);
		if (!r->ranged)
			continue;
		w->ranges[row].rate[TP_LANE_SLOW - 1][k] =
		    follow_rate(w, row, TP_LANE_SLOW, t);
		w->ranges[row].rate[TP_LANE_FAST - 1][k] =
		    follow_rate(w, row, TP_LANE_FAST, t);
	}
}

/* What arcs say of a row: its rate in the first slots, that are alike. */
static struct tp_arc
first_rate(const struct tp_rates *r)
{
	int64_t		till;
	uint32_t	n = 1;

	if (r->t0 == TP_TIME_NONE || r->closed)
		return (struct tp_arc){ .rate = 1, .till = 0 };
	while (n < TP_SLOTS && r->rate[n] == r->rate[0])
		n++;
	till = slot_time(r, n) / 1000;
	return (struct tp_arc){
		.rate = r->rate[0],
		.till = till < 0 ? 0 : till > UINT32_MAX ? UINT32_MAX :
		    (uint32_t)till,
	};
}

/* Tells the arcs of a row, which are free where nothing is known. */
static void
set_row(struct tp_weights *w, uint32_t row)
{
	const struct tp_voices	*v = &w->voices;
	struct tp_arc		 now = { .rate = 1, .till = UINT32_MAX };
	uint32_t		 i;

	if (w->usual != NULL || w->rates[row].t0 != TP_TIME_NONE)
		now = first_rate(&w->rates[row]);
	for (i = v->edge_at[row]; i < v->edge_at[row + 1]; i++) {
		w->arc[v->edge[i]].rate = now.rate;
		w->arc[v->edge[i]].till = now.till;
	}
}

uint32_t
tp_weights_apply(struct tp_weights *w)
{
	const struct tp_voices	*v = &w->voices;
	uint32_t		 n = w->nstale, all = n, i, k;

	for (i = 0; i < n; i++) {
		uint32_t	row = w->stale[i];

		make_told(w, row);
		for (k = v->heir_at[row]; k < v->heir_at[row + 1]; k++)
			if (!w->is_stale[v->heir[k]]) {
				w->is_stale[v->heir[k]] = true;
				w->stale[all++] = v->heir[k];
			}
	}
	for (i = 0; i < all; i++) {
		if (i >= n)
			make_heir(w, w->stale[i]);
		set_row(w, w->stale[i]);
		w->is_stale[w->stale[i]] = false;
	}
	w->nstale = 0;
	return n;
}

/* What is usual of a told row at a place; NAN where no segment knows it. */
static double
usual_told(const struct tp_weights *w, uint32_t row, uint32_t place)
{
	const struct tp_voices	*v = &w->voices;
	double			 free_kmh = free_kmh_of(w, row), pace = 1;
	bool			 known = false;
	uint32_t		 i;

	for (i = v->voice_at[row]; i < v->voice_at[row + 1]; i++) {
		double	kmh = (double)w->usual_kmh[(size_t)
			    v->voice[i].segment * TP_USUAL + place];

		known |= !isnan(kmh);
		pace += delay(free_kmh, kmh, (double)v->voice[i].share);
	}
	return known ? fmin(1, 1 / pace) : NAN;
}

/* The same of a row that follows others. */
static double
usual_heir(const struct tp_weights *w, uint32_t row, uint32_t place)
{
	const struct tp_voices	*v = &w->voices;
	double			 sum = 0, weights = 0, rate;
	uint32_t		 i;

	for (i = v->source_at[row - v->told];
	    i < v->source_at[row - v->told + 1]; i++) {
		rate = usual_told(w, v->source[i].row, place);
		if (isnan(rate))
			continue;
		sum += (double)v->source[i].weight * rate;
		weights += (double)v->source[i].weight;
	}
	return weights > 0 ? sum / weights : NAN;
}

void
tp_weights_usual(struct tp_weights *w, const float *kmh, uint64_t hash)
{
	double		rate;
	uint32_t	row, i;

	w->usual_kmh = kmh;
	w->version += hash;
	w->usual = tp_calloc(((size_t)w->voices.rows + 1) * TP_USUAL,
	    sizeof(*w->usual));
	for (row = 0; row < w->voices.rows; row++) {
		for (i = 0; i < TP_USUAL; i++) {
			rate = row < w->voices.told ?
			    usual_told(w, row, i) : usual_heir(w, row, i);
			w->usual[(size_t)row * TP_USUAL + i] =
			    isnan(rate) ? 1 : (float)rate;
		}
		set_row(w, row);
	}
}

void
tp_weights_calendar(struct tp_weights *w, int64_t hour0,
    const uint8_t place[TP_WEEK])
{
	w->hour0 = hour0;
	memcpy(w->place, place, sizeof(w->place));
}

/* The row of an edge, or TP_GRAPH_NONE. */
static uint32_t
row_of(const struct tp_weights *w, uint32_t e)
{
	return w->voices.row[tp_graph_own_edge(w->g, e)];
}

bool
tp_weights_closed(const struct tp_weights *w, uint32_t e)
{
	uint32_t	row = row_of(w, e);

	return row != TP_GRAPH_NONE && w->rates[row].closed;
}

bool
tp_weights_live(const struct tp_weights *w, uint32_t e, double t)
{
	const struct tp_rates	*r;
	uint32_t		 row = row_of(w, e);

	if (row == TP_GRAPH_NONE || row >= w->voices.told)
		return false;
	r = &w->rates[row];
	return r->t0 != TP_TIME_NONE && slot_of(r, t) < r->live;
}

/* On from t hour by hour, by what is usual. */
static double
drive_usual(const struct tp_weights *w, uint32_t row, double t, double left)
{
	double	at = t, rate, room;

	for (;;) {
		rate = usual_rate(w, row, at);
		room = (floor(at / HOUR_MS) + 1) * HOUR_MS - at;
		if (left <= room * rate)
			return at - t + left / rate;
		left -= room * rate;
		at += room;
	}
}

double
tp_weights_drive_row(const struct tp_weights *w, uint32_t e,
    enum tp_lane lane, double t, double free_ms)
{
	uint32_t		 row = row_of(w, e), k;
	const struct tp_rates	*r;
	const float		*rates;
	double			 left = free_ms, done = 0, room, at;

	if (row == TP_GRAPH_NONE)
		return free_ms;
	r = &w->rates[row];
	rates = lane_of(w, row, lane);
	if (r->closed)
		return INFINITY;
	if (r->t0 == TP_TIME_NONE)
		return drive_usual(w, row, t, left);
	at = t - (double)r->t0;
	for (k = slot_of(r, t); k < TP_SLOTS; k++) {
		double	rate = (double)rates[k];

		room = (k + 1.0) * TP_SLOT_MS - at;
		if (left <= room * rate)
			return done + left / rate;
		left -= room * rate;
		done += room;
		at += room;
	}
	return done + (w->usual == NULL ? left :
	    drive_usual(w, row, t + done, left));
}

double
tp_weights_still_row(const struct tp_weights *w, uint32_t e, double t,
    double free_ms)
{
	uint32_t		 row = row_of(w, e), k;
	const struct tp_rates	*r;

	if (row == TP_GRAPH_NONE)
		return free_ms;
	r = &w->rates[row];
	if (r->closed)
		return INFINITY;
	k = r->t0 == TP_TIME_NONE ? TP_SLOTS : slot_of(r, t);
	return free_ms / (k < TP_SLOTS ? (double)r->rate[k] :
	    usual_rate(w, row, t));
}

double
tp_weights_least_row(const struct tp_weights *w, uint32_t e, double t,
    double until, double free_ms)
{
	uint32_t		 row = row_of(w, e), k, last;
	const struct tp_rates	*r;
	float			 most = 0;

	if (row == TP_GRAPH_NONE)
		return free_ms;
	r = &w->rates[row];
	if (r->closed)
		return INFINITY;
	last = r->t0 == TP_TIME_NONE ? TP_SLOTS : slot_of(r, until);
	if (last == TP_SLOTS)
		return free_ms;		/* what is usual may be as fast */
	for (k = slot_of(r, t); k <= last; k++)
		most = r->rate[k] > most ? r->rate[k] : most;
	return free_ms / (double)most;
}
