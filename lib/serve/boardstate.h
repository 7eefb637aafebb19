/* What the board knows.  Private to lib/serve; its functions do not lock. */
#ifndef TP_SERVE_BOARDSTATE_H
#define TP_SERVE_BOARDSTATE_H

#include <pthread.h>

#include "base/map.h"
#include "forecast/issued.h"
#include "serve/acks.h"
#include "serve/alertlog.h"
#include "serve/board.h"
#include "serve/measure.h"
#include "serve/series.h"

#define TP_BOARD_STREAMS	64
#define TP_BOARD_NEWS		256	/* messages between two ticks */
#define TP_BOARD_LINE		16384	/* bytes of an alert or the like */
#define TP_BOARD_LIVE_STEPS	3	/* older readings are late */

enum tp_board_kind {
	TP_BOARD_EVENT, TP_BOARD_AGGREGATE, TP_BOARD_PREDICTION,
	TP_BOARD_SCORE, TP_BOARD_ALERT, TP_BOARD_ROUTE_UPDATE, TP_BOARD_ROUTE,
	TP_BOARD_OTHER, TP_BOARD_KINDS
};

/* The newest forecast of one horizon, km/h. */
struct tp_seg_forecast {
	int64_t	made;			/* TP_TIME_NONE: none */
	float	speed, lower, upper, confidence;	/* NAN: not said */
	float	current;		/* when it was made */
	int8_t	class;			/* 0 low .. 2 high; -1: not said */
};

/* A segment, or a cell. */
struct tp_seg {
	double	lat, lon;		/* NAN: not known */
	double	box[4];			/* of a cell: south west north east;
					 * NAN */
	char	*name;			/* NULL: not known */
	float	free_flow;		/* km/h, as told; NAN */
	int64_t	at;			/* of the newest reading */
	int64_t	counted;		/* the last in the series */
	float	speed, volume, occupancy, count, jam;	/* NAN: not said */
	int8_t	class;			/* as told; -1 */
	bool	measured;		/* by a reading, not by what forecasts
					 * say the last one was */
	bool	changed, foreseen;	/* since the last tick */
	int64_t	made;			/* newest forecast */
	struct tp_seg_forecast f[TP_MEASURE_HORIZONS];
};

/* Records of one kind from one input. */
struct tp_board_stream {
	char		*name;
	uint32_t	 input;
	enum tp_board_kind kind;
	uint64_t	 records, rejected;
	int64_t		 last_at;	/* of a record, its own time */
	int64_t		 first_ms, last_ms;	/* wall clock */
};

/* A message for the streams. */
struct tp_board_news {
	const char	*event;		/* "alert", "route", "score" */
	char		*json;
	size_t		 n;
	char		*id;		/* of an alert; NULL */
};

/* All of them together, made at each tick. */
struct tp_summary {
	size_t	live, late, congested, worse;
	double	mean_speed;		/* NAN: no reading */
	size_t	open_alerts;
};

struct tp_board {
	struct tp_board_conf conf;
	struct tp_tz	 utc;
	pthread_mutex_t	 lock;
	struct tp_map	 ids;		/* raw bytes of JSON strings */
	struct tp_seg	*seg;		/* by index in ids */
	size_t		 cap;
	uint64_t	 places;	/* grows when segments or places do */
	int		 horizon[TP_MEASURE_HORIZONS];	/* minutes */
	unsigned	 order[TP_MEASURE_HORIZONS];	/* shortest first */
	unsigned	 nhorizons;
	enum tp_unit	 unit;		/* of the first speed */
	int64_t		 first, time;	/* oldest and newest reading */
	int64_t		 foreseen_day;	/* in local time */
	uint64_t	 foreseen_today;	/* forecasts made on it */
	unsigned	 la_listeners;	/* at the last tick */
	int64_t		 nyc_ms;	/* when its clients were last told, */
	uint64_t	 nyc_version;	/* and what */
	struct tp_series series;
	struct tp_measure measure;
	struct tp_alertlog alerts;
	struct tp_acks	 acks;		/* of those that are gone too */
	struct tp_board_stream stream[TP_BOARD_STREAMS];
	size_t		 nstreams;
	uint64_t	 kinds[TP_BOARD_KINDS], rejected, duplicates;
	struct tp_board_news news[TP_BOARD_NEWS];
	size_t		 nnews;
	uint64_t	 lost_news;
	struct tp_summary summary;
	uint64_t	 version, seq;
	bool		 dirty;		/* since the last tick */
	int64_t		 started_ms, now_ms;	/* of the last tick */
	struct tp_buf	 text;		/* scratch */
	struct tp_buf	 net;		/* that body, of net_places */
	uint64_t	 net_places;
	struct tp_wayfinder *ways;	/* NULL: no graph */
	char		*store;		/* it began with what was there; NULL */
	uint64_t	 store_rows, store_bytes;	/* then */
};

/* True where segments are cells. */
static inline bool
tp_board_cells(const struct tp_board *b)
{
	return b->conf.tiling.kind != TP_TILE_NONE;
}

/* True for times less than span_ms before the newest reading, and where none
 * has come yet. */
static inline bool
tp_board_recent(const struct tp_board *b, int64_t t, int64_t span_ms)
{
	return b->time == TP_TIME_NONE || t > b->time - span_ms;
}

/* The index of a segment, added where it is new; SIZE_MAX: no room. */
size_t tp_board_seg(struct tp_board *b, const char *id, size_t n);
/* The index of a segment by its plain name, or SIZE_MAX. */
size_t tp_board_find(struct tp_board *b, const char *name);
/* A note for the streams; it is copied.  id: of an alert, or NULL. */
void tp_board_note(struct tp_board *b, const char *event, const char *json,
    size_t n, const char *id);
/* True where the newest reading of a segment is not too old. */
bool tp_board_live(const struct tp_board *b, const struct tp_seg *s);
/* The level, 1 to 5, of a speed on a segment; 0: not known. */
int tp_board_level(const struct tp_board *b, const struct tp_seg *s,
    double kmh);
/* The forecast of a horizon (index), NULL where its newest is older than
 * those of other horizons. */
const struct tp_seg_forecast *tp_board_forecast(const struct tp_seg *s,
    unsigned horizon);
/* The index of the horizon that is nearest to these minutes; -1: none. */
int tp_board_horizon(const struct tp_board *b, int64_t minutes);
/* As tp_board_record(), which locks. */
int tp_board_take(struct tp_board *b, const struct tp_rec *r,
    const char **rule, const char **reason);
/* Counts what a tick tells of all segments together. */
void tp_board_sum_up(struct tp_board *b);
/* The words of a kind: "events", ... */
const char *tp_board_kind_name(enum tp_board_kind k);

/* Writes of the bodies that several handlers share. */
void tp_board_put_live(struct tp_board *b, int64_t now_ms,
    struct tp_buf *out);
void tp_board_put_tick(struct tp_board *b, int64_t now_ms,
    struct tp_buf *out);

#endif
