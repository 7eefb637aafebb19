/*
 * What is usual on the roads, from profile records (man/tp-record.5): a speed
 * of each segment for each hour of weekdays, Saturdays and Sundays.
 */
#ifndef TP_ROUTE_USUAL_H
#define TP_ROUTE_USUAL_H

#include "base/clock.h"
#include "graph/weights.h"

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
void tp_usual_release(struct tp_usual *u);

/* Tells w which places the hours from that of time t on have. */
void tp_usual_calendar(struct tp_tz *tz, int64_t t, struct tp_weights *w);

#endif
