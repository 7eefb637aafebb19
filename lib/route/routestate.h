/* The state of the route filter.  Private to lib/route. */
#ifndef TP_ROUTE_ROUTESTATE_H
#define TP_ROUTE_ROUTESTATE_H

#include "route/route.h"

#define TP_NEAR_MAX	64

/* What is near a place. */
struct tp_near {
	/* on the nearest edge, and on those as near: the other direction */
	struct tp_spot		 spot[TP_NEAR_MAX];
	size_t			 n;
	uint32_t		 node;		/* the nearest */
	double			 metres;	/* and how far it is */
};

struct tp_route_state {
	const struct tp_route_conf *conf;
	struct tp_weights	 w;
	struct tp_search	 search;
	struct tp_ways		 ways;
	struct tp_query		 q;
	struct tp_tz		 tz;		/* of what is usual */
	int64_t			 wm, wm_pos;	/* the clock, and whose */
	/* since the last update: what was heard, and roads it changed */
	bool			 readings, forecasts;
	uint32_t		 changed;
	int64_t			 out;		/* number of that update */
	int64_t			 mark;		/* updates up to it are out */
	uint64_t		 left;		/* of conf->budget */
	/* scratch of an answer */
	struct tp_ends		 from, to;
};

/*
 * Answers q, asked when the wall clock was now_ms; *found says whether there
 * is a route, or a road near.  Returns what tp_out_end() returns.
 */
int tp_route_answer(struct tp_route_state *st, const struct tp_query *q,
    int64_t now_ms, struct tp_out *out, bool *found);

/* Appends the version of graph and weights, without quotes. */
void tp_route_version(const struct tp_route_state *st, struct tp_buf *b);

/* Writes the ways of st->ways, departing at t, in the form that the conf or
 * the query wants; where there are none, the reason. */
void tp_route_write(const struct tp_route_state *st,
    const struct tp_query *q, int64_t t, const char *status,
    const char *reason, struct tp_buf *b);
/* The same of what is near; of nothing where near->n is 0. */
void tp_route_write_near(const struct tp_route_state *st,
    const struct tp_query *q, int64_t t, const char *status,
    const char *reason, const struct tp_near *near, struct tp_buf *b);

#endif
