/*
 * What the roads of a graph cost to drive, as readings and forecasts tell.
 *
 * An edge that somebody tells of (graph/voices.h) has a rate, the share of its
 * free-flow speed, for each of TP_SLOTS slots of ten minutes from the time of
 * its newest news: by the reading, then by the forecasts, the last of which
 * gives way to what is usual at that hour within TP_FADE_MS, or, where that is
 * not known, holds to the end.  Beyond the slots, and without news, it is as
 * usual, or free.  A car drives slot by slot
 * and its rate changes on the way ("flow speed": Sung et al. 2000), so that
 * whoever leaves later never arrives earlier.  No rate is above 1: times in
 * free flow bound all others from below, whatever the traffic.
 *
 * Times are ms since 1970; those that searches add up are doubles.  The struct
 * owns its arrays and borrows the graph.
 */
#ifndef TP_GRAPH_WEIGHTS_H
#define TP_GRAPH_WEIGHTS_H

#include "graph/voices.h"

#define TP_SLOTS	8
#define TP_SLOT_MS	600000
#define TP_FADE_MS	1800000		/* from the last forecast to usual */
#define TP_USUAL	72		/* hours of a weekday, Saturday, Sunday */
#define TP_WEEK		168		/* hours */
#define TP_KNOTS	12		/* horizons kept of a segment */
#define TP_KMH_LEAST	1.0		/* slower traffic counts as this */

/* Which of the speeds: as told, or at the ends of their interval. */
enum tp_lane { TP_LANE_MID, TP_LANE_SLOW, TP_LANE_FAST, TP_LANES };

/* A forecast of one horizon, km/h. */
struct tp_knot {
	int64_t	target;			/* ms */
	int64_t	pos;			/* of its record in the log */
	float	kmh[TP_LANES];
};

/* What was last heard of a segment. */
struct tp_heard {
	int64_t		read_t, read_pos;	/* TP_TIME_NONE: nothing */
	float		read_kmh;		/* 0: closed */
	uint32_t	nknots;
	int64_t		made_t;			/* of the forecasts, likewise */
	struct tp_knot	*knot;			/* by target; room for
						 * TP_KNOTS, or NULL */
};

struct tp_rates {
	int64_t	t0;			/* TP_TIME_NONE: no news */
	float	rate[TP_SLOTS];		/* as told */
	uint8_t	live;			/* slots that news tell of */
	bool	closed;
	bool	ranged;			/* intervals have others */
};

/* Those at the ends of intervals: SLOW, FAST. */
struct tp_ranges {
	float	rate[TP_LANES - 1][TP_SLOTS];
};

/*
 * What a search asks of an edge at each step, side by side so that the edges of
 * a node come from memory at once.  The rate is the one up to `till`, which is
 * in the past where the row has to be asked.
 */
struct tp_arc {
	uint32_t	head;
	uint32_t	free_ms;
	float		rate;			/* > 0 */
	uint32_t	till;			/* s since 1970 */
};

struct tp_weights {
	const struct tp_graph *g;
	struct tp_arc	*arc;		/* by edge, copies too */
	struct tp_voices voices;
	struct tp_rates	*rates;		/* by row */
	struct tp_ranges *ranges;
	struct tp_heard	*heard;		/* by segment */
	uint32_t	*stale;		/* told rows to be made anew, */
	bool		*is_stale;
	uint32_t	 nstale;
	int64_t		 oldest;	/* no news is older */
	uint64_t	 version;	/* of all that is heard */
	/* what is usual; NULL: not known */
	const float	*usual_kmh;	/* by segment and place of TP_USUAL */
	float		*usual;		/* rates, by row and place */
	int64_t		 hour0;		/* since 1970, */
	uint8_t		 place[TP_WEEK];	/* of it and those after it */
};

/* All edges free; reach as in tp_voices_init(). */
void tp_weights_init(struct tp_weights *w, const struct tp_graph *g,
    double reach);
void tp_weights_release(struct tp_weights *w);

/*
 * Sets what is usual of each segment, TP_USUAL speeds in km/h each, NAN where
 * it is not known; kmh is borrowed.  hash tells it from others.  Comes before
 * all news, with tp_weights_calendar().
 */
void tp_weights_usual(struct tp_weights *w, const float *kmh, uint64_t hash);
/* Which place of TP_USUAL the hours from hour0 on have, for a week, and so for
 * all others. */
void tp_weights_calendar(struct tp_weights *w, int64_t hour0,
    const uint8_t place[TP_WEEK]);

/*
 * A reading of a segment in km/h, 0 where it is closed; or a forecast made at
 * t for `target`, with its interval.  pos is the record's place in the log.
 * They count from the next tp_weights_apply() on.  Returns false, and does
 * nothing, where newer ones are known, or there is no room for the horizon.
 */
bool tp_weights_reading(struct tp_weights *w, uint32_t segment, int64_t t,
    double kmh, int64_t pos);
bool tp_weights_forecast(struct tp_weights *w, uint32_t segment, int64_t t,
    const struct tp_knot *k);

/* Forgets what is older than t. */
void tp_weights_expire(struct tp_weights *w, int64_t t);

/* Makes the rates of all edges that something new was heard of, and of those
 * that follow them; returns how many the former are. */
uint32_t tp_weights_apply(struct tp_weights *w);

/* The least position of what is known; INT64_MAX where nothing is. */
int64_t tp_weights_low(const struct tp_weights *w);

/* True where edge e is closed. */
bool tp_weights_closed(const struct tp_weights *w, uint32_t e);

/* True where news tell the rate of e at time t, by segments of its own. */
bool tp_weights_live(const struct tp_weights *w, uint32_t e, double t);

/* As the three below, whatever the lane and the time. */
double tp_weights_drive_row(const struct tp_weights *w, uint32_t e,
    enum tp_lane lane, double t, double free_ms);
double tp_weights_still_row(const struct tp_weights *w, uint32_t e,
    double t, double free_ms);
double tp_weights_least_row(const struct tp_weights *w, uint32_t e,
    double t, double until, double free_ms);

/* ms to drive a share (0..1) of edge e, entered at t; INFINITY if closed. */
static inline double
tp_weights_drive(const struct tp_weights *w, uint32_t e, enum tp_lane lane,
    double t, double share)
{
	const struct tp_arc	*a = &w->arc[e];
	double			 all = a->free_ms * share;
	double			 ms = all / (double)a->rate;

	return lane == TP_LANE_MID && t + ms <= a->till * 1000.0 ? ms :
	    tp_weights_drive_row(w, e, lane, t, all);
}

/* The same, were the rates of time t to hold for ever. */
static inline double
tp_weights_still(const struct tp_weights *w, uint32_t e, double t,
    double share)
{
	const struct tp_arc	*a = &w->arc[e];
	double			 all = a->free_ms * share;

	return t < a->till * 1000.0 ? all / (double)a->rate :
	    tp_weights_still_row(w, e, t, all);
}

/* No less for whoever enters it at t or later and leaves it by `until`. */
static inline double
tp_weights_least(const struct tp_weights *w, uint32_t e, double t,
    double until, double share)
{
	const struct tp_arc	*a = &w->arc[e];
	double			 all = a->free_ms * share;

	return until <= a->till * 1000.0 ? all / (double)a->rate :
	    tp_weights_least_row(w, e, t, until, all);
}

#endif
