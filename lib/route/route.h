/*
 * The filter of tp-route: readings, aggregates and forecasts make the roads
 * slower, questions are answered by routes, all in the order of one stream.
 *
 * What is heard of a segment counts from the next question on, the next record
 * with a newer time, or when nothing has come for a while.  The first such
 * batch of each time is a line of the second output; what comes later with the
 * same time is told by the next line.  So lines have rising times, and MARK,
 * that of the last one, says which were written.
 *
 * The clock is the newest time of what was heard; what is older than max_age,
 * to the minute, is forgotten.  So the state is what is in force, each piece
 * with the position of its record, and LOW the least of them and of the record
 * that set the clock; a state rebuilt from there knows the same, and the
 * version of the graph, a sum over what is known, is equal.
 *
 * Of several workers each hears all, answers the questions of its partitions
 * (tp_out_wants()), and one writes the updates.
 */
#ifndef TP_ROUTE_ROUTE_H
#define TP_ROUTE_ROUTE_H

#include "graph/alternatives.h"
#include "graph/locate.h"
#include "rec/filter.h"
#include "route/query.h"
#include "route/usual.h"

#define TP_ROUTE_REACH	1000.0	/* metres from the nearest road */

enum tp_route_as { TP_ROUTE_AS_OWN, TP_ROUTE_AS_HANOI };

/* Borrows all it points to, which must not change. */
struct tp_route_conf {
	const struct tp_graph	*g;
	const struct tp_locate	*locate;
	const struct tp_landmarks *marks;
	int64_t			 max_age;	/* ms */
	int64_t			 wait_ms;	/* 0: for ever */
	int			 others;	/* alternatives, if not said */
	enum tp_route_as	 as;
	bool			 legs;		/* tell the speed of each */
	uint64_t		 budget;	/* nodes that an answer may
						 * settle; 0: any number */
	const struct tp_query	*question;	/* asked at the end, or NULL */
	bool			*answered;	/* set: it had a route or road */
	double			 reach;		/* metres, see voices.h */
	const struct tp_usual	*usual;		/* NULL: not known */
	struct tp_refused	*refused;	/* summed up; NULL: not wanted */
};

enum { TP_ROUTE_UPDATES = 1 };		/* the second output */

extern const struct tp_filter tp_route_filter;

#endif
