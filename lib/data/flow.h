/*
 * Answers of traffic flow services, one or many JSON documents a file, as
 * events: HERE Traffic API v6.2 (RWS, RW, FIS, FI) and v7 (results,
 * location, currentFlow), and TomTom's flowSegmentData.
 *
 * A segment's id is the same in every answer: "tmc:COUNTRY:TABLE:POINT" and
 * the direction where the answer names TMC points, else "here:" or "tomtom:"
 * and a hash of the shape.  A closed road has no speed and jam factor 10.
 */
#ifndef TP_DATA_FLOW_H
#define TP_DATA_FLOW_H

#include "data/event.h"
#include "json/json.h"

#define TP_FLOW_LEVELS	10	/* of nested objects and arrays looked into */

/* The shapes of segments, each once, as JSON lines.  Owns what it holds. */
struct tp_shapes {
	struct tp_map	 ids;
	struct tp_buf	 text;
};

void tp_shapes_release(struct tp_shapes *s);

struct tp_flow {
	struct tp_events *ev;
	struct tp_buf	 doc;		/* the document so far */
	uint64_t	 lineno, first;	/* here; where the document began */
	unsigned	 depth;		/* of brackets that are open */
	bool		 string, escape;
	bool		 noise;		/* what is in doc is no document */
	bool		 passed;	/* noise was refused: pass all else over */
	struct tp_json_obj level[TP_FLOW_LEVELS];	/* of the document */
	struct tp_buf	 id, text;	/* scratch */
};

/* True for the first bytes of a document that only a flow service sends. */
bool tp_flow_is(const char *p, size_t n);

/* A file begins, of any number; ev outlives them. */
void tp_flow_open(struct tp_flow *f, struct tp_events *ev);
void tp_flow_release(struct tp_flow *f);
/* As bytes() and close() of struct tp_reader. */
int tp_flow_bytes(struct tp_flow *f, const char *p, size_t n,
    struct tp_out *out, struct tp_err *e);
int tp_flow_close(struct tp_flow *f, struct tp_out *out, struct tp_err *e);

#endif
