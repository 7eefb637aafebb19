/*
 * Routes for those who ask the server: the filter of tp-route, kept in
 * memory, hears what the board hears and answers questions.  How far it
 * searches is bounded, since one thread serves all.
 */
#ifndef TP_SERVE_WAYFIND_H
#define TP_SERVE_WAYFIND_H

#include "rec/rec.h"

struct tp_board_conf;
struct tp_wayfinder;

/* On the conf's graph, by what it says of its roads, all borrowed. */
struct tp_wayfinder *tp_wayfinder_new(const struct tp_board_conf *c);
void tp_wayfinder_free(struct tp_wayfinder *w);

/* A reading or forecast makes its road slower. */
void tp_wayfinder_record(struct tp_wayfinder *w, const struct tp_rec *r);

/*
 * Answers a question of n bytes of JSON in either form of route/query.h: own
 * form as one object with an array of routes, Hanoi's as it was.  Returns 200,
 * or the status of an error and a sentence in out.
 */
int tp_wayfinder_ask(struct tp_wayfinder *w, const char *body, size_t n,
    int64_t now_ms, struct tp_buf *out);
/* Tells which road is near a place on the earth, in degrees, as the record of
 * tp-record(5); likewise. */
int tp_wayfinder_near(struct tp_wayfinder *w, double lat, double lon,
    int64_t now_ms, struct tp_buf *out);

#endif
