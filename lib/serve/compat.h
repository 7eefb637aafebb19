/*
 * The paths of three older systems, in their shapes, answered from what the
 * board knows: LA's two services (speeds in mph), Hanoi's (km/h) and New
 * York's.  What those made up is measured here, or is 404.  Tables end with
 * method NULL; where two systems have the same path, LA's goes first.
 */
#ifndef TP_SERVE_COMPAT_H
#define TP_SERVE_COMPAT_H

#include "serve/boardstate.h"
#include "serve/server.h"

extern const struct tp_http_route tp_la_routes[], tp_la_web_routes[];
extern const struct tp_http_route tp_hanoi_routes[], tp_nyc_routes[];

#define TP_COMPAT_TABLES	4
/* The enum tp_compat bits of a list "la,hanoi,nyc"; -1: it is none. */
int tp_compat_parse(const char *list, unsigned *compat);
/* Writes their tables, at most TP_COMPAT_TABLES, and a NULL. */
void tp_compat_tables(unsigned compat, const struct tp_http_route **tables);

/* km/h as mph. */
double tp_compat_mph(double kmh);
/* Appends the members "name": uuid, always the same for the same texts. */
void tp_compat_put_uuid(struct tp_buf *out, const char *name,
    const struct tp_map_key *id, int64_t more);
/* A member that is null where it is not known. */
void tp_compat_put_num(struct tp_buf *out, const char *name, double v,
    int decimals);
void tp_compat_put_str(struct tp_buf *out, const char *name, const char *s);
void tp_compat_put_iso(struct tp_buf *out, const char *name, int64_t t);
/* The kind of a model, what stands before the first '-' of its version. */
void tp_compat_put_kind(const struct tp_board *b, const char *name,
    struct tp_buf *out);
/* "low", "medium" or "high" congestion at a speed: LA's 45 and 30 mph. */
const char *tp_compat_three(double mph);
/* The newest forecast of a segment with the least horizon, or NULL; its
 * horizon in minutes. */
const struct tp_seg_forecast *tp_compat_next(const struct tp_board *b,
    const struct tp_seg *s, int *minutes);
/* The segment nearest to a place and how far in metres; SIZE_MAX: none. */
size_t tp_compat_nearest(const struct tp_board *b, double lat, double lon,
    double *metres);

/*
 * The slowest segments now, at most max of them, into v; returns how many.
 */
size_t tp_compat_slowest(const struct tp_board *b, size_t *v, size_t max);

/* What the board tells listeners of these systems at a tick, and first. */
void tp_la_tick(struct tp_board *b, struct tp_hub *h, int64_t now_ms);
void tp_la_hello(int64_t now_ms, struct tp_buf *out);
/* New York's are told all cells, every 2 s at most. */
void tp_nyc_tick(struct tp_board *b, struct tp_hub *h, int64_t now_ms);
void tp_nyc_put_state(const struct tp_board *b, struct tp_buf *out);
/* A notification of Hanoi's, of an alert that is open; false: none. */
bool tp_hanoi_notification(const struct tp_alert_entry *x,
    struct tp_buf *out);

/* LA's list of forecasts and its figures, without what is around them. */
void tp_la_put_predictions(const struct tp_board *b, bool changed,
    struct tp_buf *out, size_t *n);
void tp_la_put_stats(const struct tp_board *b, struct tp_buf *out);
/* Handlers of LA's analytics and learning. */
tp_http_handler	tp_la_congestion, tp_la_patterns, tp_la_trends;
tp_http_handler	tp_la_ml_health, tp_la_ml_predict, tp_la_ml_model;
tp_http_handler	tp_la_ml_hotspots, tp_la_ml_statistics;
/* What LA's clients send; and 404 for what is another tool's work. */
tp_http_handler	tp_la_post_prediction, tp_la_post_traffic, tp_la_generate;
tp_http_handler	tp_la_not_here;

#endif
