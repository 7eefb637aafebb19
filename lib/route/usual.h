/*
 * What is usual on the roads, from profile records (man/tp-record.5): a speed
 * of each segment for each hour of weekdays, Saturdays and Sundays.
 */
#ifndef TP_ROUTE_USUAL_H
#define TP_ROUTE_USUAL_H

#include "base/clock.h"
#include "base/opt.h"
#include "graph/weights.h"

/*
 * The options of those who know the roads: a file of profiles, and how far a
 * segment tells of edges without one (see voices.h), which is TP_REACH_MOST
 * by default; at offsets of a path and of a double.
 */
#define TP_USUAL_OPTIONS(profiles, reach) \
	{ TP_OPT_FILE, 0, "profiles", (profiles), "FILE", NULL, \
	    "what is usual, from tp-features --profiles-out, where neither " \
	    "readings nor forecasts tell", 0, 0 }, \
	{ TP_OPT_NUM, 0, "spread", (reach), "METRES", NULL, \
	    "how far along its road a segment tells of edges without one, 0 " \
	    "for not (default 3000)", 0, TP_REACH_MOST }
#define TP_REACH_MOST	3000.0		/* metres */

/* Owns kmh: TP_USUAL for each segment of the graph, NAN where not known. */
struct tp_usual {
	float		*kmh;
	uint64_t	 hash;		/* of the file */
	struct tp_tz	 tz;
};

/*
 * Reads n bytes of text (16 zero bytes behind; name is for messages) into u,
 * which is for tp_usual_release().  Segments that the graph does not have are
 * passed over.  Returns 0, or -1 with "name:line: ..." or because no segment
 * is one of the graph's.
 */
int tp_usual_read(struct tp_usual *u, const struct tp_graph *g,
    const char *text, size_t n, const char *name, struct tp_err *e);
/* The same of the file at path. */
int tp_usual_open(struct tp_usual *u, const struct tp_graph *g,
    const char *path, struct tp_err *e);
void tp_usual_release(struct tp_usual *u);

/* Tells w which places the hours from that of time t on have. */
void tp_usual_calendar(struct tp_tz *tz, int64_t t, struct tp_weights *w);

#endif
