/*
 * What a route is asked for, as a line or on the command line.
 *
 *	{"from":[47.1,9.5],"to":"node name","depart":"now","alternatives":2}
 *	{"origin":{"lat":..,"lng":..},"destination":{..},"departure_time":..}
 *	{"latitude":47.1,"longitude":9.5}	which road is near
 */
#ifndef TP_ROUTE_QUERY_H
#define TP_ROUTE_QUERY_H

#include "graph/point.h"
#include "rec/rec.h"

/* A place on the earth, or a node by its name. */
struct tp_place {
	bool		named;
	struct tp_point	at;
	struct tp_buf	name;		/* owned */
};

struct tp_query {
	bool		near;		/* what is near `from`, nothing else */
	struct tp_place	from, to;
	int64_t		depart;		/* ms; TP_TIME_NONE: now */
	int		others;		/* alternatives; -1: not said */
	bool		hanoi;		/* asked in that form */
	/* raw JSON of the query's own id, or NULL */
	const struct tp_json_val *id;
};

void tp_query_release(struct tp_query *q);

/* True for a record that asks. */
bool tp_query_is(const struct tp_rec *r);

/*
 * True for a record that asks what is near a place: it has one, but nothing
 * that a reading has, as that is one which lacks its segment.
 */
bool tp_query_is_near(const struct tp_rec *r);

/*
 * Takes a question out of a record; q was zeroed or used before.  Returns 0,
 * or -1 with a static text in *why and the field's name in *field.
 */
int tp_query_get(struct tp_query *q, const struct tp_rec *r,
    const char **why, const char **field);
/* As tp_query_get(), of a record that asks what is near. */
int tp_query_get_near(struct tp_query *q, const struct tp_rec *r,
    const char **why, const char **field);

/* "47.1,9.5" is a place, all else a node.  Returns NULL, or what is wrong. */
const char *tp_place_parse(struct tp_place *p, const char *s);

#endif
