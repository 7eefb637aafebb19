/*
 * The board: the live state of all streams, and the JSON bodies made of it.
 * One thread gives it records, another asks; each function says whether it
 * locks.  The board owns everything it shows; its memory is bounded by the
 * limits of its conf, whatever it is fed.
 */
#ifndef TP_SERVE_BOARD_H
#define TP_SERVE_BOARD_H

#include "rec/rec.h"
#include "rec/tile.h"
#include "serve/http.h"
#include "serve/hub.h"

struct tp_board;
struct tp_graph;
struct tp_sites;
struct tp_usual;

/* Borrows all it points to, which must not change. */
struct tp_board_conf {
	int64_t		 step_ms;	/* of history and scores; 0: 5 min */
	int64_t		 history_ms;	/* how far back frames reach; 0: 24 h,
					 * never less than 4 h */
	size_t		 max_segments;	/* more are refused; 0: 20,000 */
	size_t		 max_alerts;	/* remembered; 0: 1,000 */
	enum tp_unit	 assumed;	/* of speeds that do not tell */
	struct tp_levels levels;	/* all 0: the default */
	struct tp_tz	*tz;		/* of hours and days; NULL: UTC */
	double		 coverage;	/* nominal, of intervals; 0: 0.9 */
	struct tp_tiling tiling;	/* segments are its cells; or NONE */
	const struct tp_graph *graph;	/* NULL: no routes */
	double		 reach;		/* of a segment on it, see voices.h */
	const struct tp_usual *usual;	/* on it; NULL: not known */
	const char	*state;		/* file of acknowledgements; NULL:
					 * they end with the process */
	const char	*tz_name;	/* NULL: not said */
	bool		 charts;	/* uPlot is in the page */
	const char	*tiles_url, *tiles_by;	/* NULL: none */
};

/* NULL and an error where the conf cannot be used. */
struct tp_board *tp_board_new(const struct tp_board_conf *c, struct tp_err *e);
void tp_board_free(struct tp_board *b);
/* Where segments are; before the first record.  -1: more than allowed. */
int tp_board_sites(struct tp_board *b, const struct tp_sites *s,
    struct tp_err *e);

/* For the server, around what does not lock. */
void tp_board_lock(struct tp_board *b);
void tp_board_unlock(struct tp_board *b);

/*
 * Takes one record of any kind; locks.  Returns 0, or -1 where it is none that
 * can be shown, with a short name and a sentence (static texts).
 */
int tp_board_record(struct tp_board *b, const struct tp_rec *r,
    const char **rule, const char **reason);

/* Changes whenever a shared body would, but not between two ticks. */
uint64_t tp_board_version(const struct tp_board *b);
/* Tells what is new since the last call, if anything. */
void tp_board_tick(struct tp_board *b, struct tp_hub *h, int64_t now_ms);
/*
 * The first message of a new client of a channel: its event and, appended to
 * out, its JSON; NULL where there is none.
 */
const char *tp_board_hello(struct tp_board *b, enum tp_channel c,
    int64_t now_ms, struct tp_buf *out);
/* Appends the board's lines of /metrics. */
void tp_board_metrics(const struct tp_board *b, struct tp_buf *out);

/* Handlers run with the board locked.  Tables end with method NULL. */
extern const struct tp_http_route tp_board_routes[];

#endif
