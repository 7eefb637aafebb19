/*
 * What the roads of a graph cost to drive, as readings and forecasts tell.
 *
 * An edge that segments speak for has a rate, the share of its free-flow
 * speed, for each of TP_SLOTS slots of ten minutes from the time of its newest
 * news; beyond them, and without news, it is free.  A car drives slot by slot
 * and its rate changes on the way ("flow speed": Sung et al. 2000), so that
 * whoever leaves later never arrives earlier.  No rate is above 1: times in
 * free flow bound all others from below, whatever the traffic.
 *
 * A segment says where it is (struct tp_link): pieces of an edge that are
 * given by their ends count by their lengths, sensors at points share what no
 * piece tells of.  What nobody tells of is free.
 *
 * Times are ms since 1970; those that searches add up are doubles.  The struct
 * owns its arrays and borrows the graph.
 */
#ifndef TP_GRAPH_WEIGHTS_H
#define TP_GRAPH_WEIGHTS_H

#include "graph/graph.h"

#define TP_SLOTS	8
#define TP_SLOT_MS	600000
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
	int64_t		made_t;			/* of the forecasts, likewise */
	uint32_t	nknots;
	struct tp_knot	knot[TP_KNOTS];		/* by target */
};

struct tp_rates {
	int64_t	t0;			/* TP_TIME_NONE: no news, free */
	bool	closed;
	float	rate[TP_LANES][TP_SLOTS];
};

/* A segment that speaks for a share of an edge. */
struct tp_voice {
	uint32_t segment;
	float	 share;
};

struct tp_weights {
	const struct tp_graph *g;
	uint32_t	*row;		/* by edge, copies too; or NONE */
	struct tp_rates	*rates;		/* by row */
	uint32_t	*edge;		/* own edge of a row */
	uint32_t	*voice_at;	/* rows + 1, into voices */
	struct tp_voice	*voices;
	uint32_t	 rows;
	struct tp_heard	*heard;		/* by segment */
	uint32_t	*stale;		/* rows to be made anew, */
	bool		*is_stale;
	uint32_t	 nstale;
	int64_t		 oldest;	/* no news is older */
	uint64_t	 version;	/* of all that is heard */
};

/* All edges free. */
void tp_weights_init(struct tp_weights *w, const struct tp_graph *g);
void tp_weights_release(struct tp_weights *w);

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

/* Makes the rates of all edges that something new was heard of; returns how
 * many. */
uint32_t tp_weights_apply(struct tp_weights *w);

/* The least position of what is known; INT64_MAX where nothing is. */
int64_t tp_weights_low(const struct tp_weights *w);

/* True where edge e is closed. */
static inline bool
tp_weights_closed(const struct tp_weights *w, uint32_t e)
{
	return w->row[e] != TP_GRAPH_NONE && w->rates[w->row[e]].closed;
}

/* True where the rate of e at time t is told, not assumed. */
bool tp_weights_live(const struct tp_weights *w, uint32_t e, double t);

/* ms to drive a share (0..1) of edge e, entered at t; INFINITY if closed. */
double tp_weights_drive(const struct tp_weights *w, uint32_t e,
    enum tp_lane lane, double t, double share);

/* The same, were the rates of time t to hold for ever. */
double tp_weights_still(const struct tp_weights *w, uint32_t e, double t,
    double share);

#endif
