/*
 * Forecasts joined with what then happened: the filter of tp-eval.
 *
 * The first `ntruth` inputs of the run are readings, the others forecasts.  A
 * forecast is paired with the reading of its segment in the step that holds
 * its target time.  All pairs of one model and horizon are a group, and with
 * `by` those of one hour, segment or day besides.  Beside each stands
 * persistence: the last reading when the forecast was made, as the forecast
 * itself says it.
 *
 * Memory: 16 bytes a reading, one bit a reading and group, and the sums of
 * each group; nothing grows with the number of forecasts.
 */
#ifndef TP_FORECAST_JOIN_H
#define TP_FORECAST_JOIN_H

#include "forecast/issued.h"
#include "forecast/score.h"
#include "forecast/scoreby.h"
#include "forecast/truth.h"
#include "rec/filter.h"

struct tp_join_conf {
	unsigned	 ntruth;	/* inputs 0 .. ntruth - 1 */
	int64_t		 step_ms;
	enum tp_by	 by;		/* times: of the target, in tz */
	struct tp_tz	*tz;
	const char	*tz_name;
	int64_t		 from, to;	/* forecasts made from <= t < to */
	enum tp_unit	 unit;		/* of the scores; NONE: the first
					 * forecast's */
	struct tp_levels levels;
	double		 alpha;		/* 1 - nominal coverage */
	const char	*split;		/* of the records */
	bool		 table;		/* text for people */
	int64_t		 drift_ms;	/* 0: no drift */
	double		 drift_limit;
	size_t		 max_keys, max_readings;
};

enum { TP_JOIN_MODEL, TP_JOIN_PERSISTENCE, TP_JOIN_KINDS };

/* One model and horizon, or a part of it. */
struct tp_join_group {
	uint32_t	 model;		/* in tp_join.models */
	int		 horizon;	/* minutes */
	int64_t		 part;		/* of conf->by; -1: the whole */
	struct tp_score	 s[TP_JOIN_KINDS];
	int64_t		 first, last;	/* made; TP_TIME_NONE: no pair */
	uint64_t	 unmatched;	/* no reading in the target's step */
	uint64_t	 pending;	/* target beyond the last reading */
	uint64_t	 duplicate;	/* paired with that reading before */
	/* of the whole only */
	uint64_t	**seen;		/* by segment: bits of its readings */
	size_t		 nseen;
	struct tp_score	 recent[TP_JOIN_KINDS];	/* for drift */
};

struct tp_join_model {
	char	*version, *kind;	/* plain text */
};

struct tp_join {
	const struct tp_join_conf *conf;
	struct tp_truth	 truth;
	bool		 closed;	/* of truth */
	enum tp_unit	 unit;		/* of the scores */
	struct tp_map	 versions;	/* raw */
	struct tp_join_model *models;	/* by index in versions */
	size_t		 modelcap;
	struct tp_map	 keys;		/* model, horizon, part, as bytes */
	struct tp_join_group *g;	/* by index in keys */
	size_t		 gcap, nwhole;
	uint64_t	 forecasts;	/* in from .. to */
	uint64_t	 outside;	/* not in from .. to */
	uint64_t	 matched;
	uint64_t	 strange;	/* of segments without any reading */
	uint64_t	 pending;	/* of all groups */
};

/*
 * Owned by whoever owns the run's state; conf is a tp_join_conf.  What it
 * writes at the end of input is in lib/forecast/joinout.c.
 */
extern const struct tp_filter tp_join_filter;

void tp_join_release(struct tp_join *j);

/* Writes the records or the table of all that was joined.  Returns what
 * tp_out_end() returns. */
int tp_join_write(const struct tp_join *j, struct tp_out *out);

/*
 * How much worse the model has become beside persistence: its MAE over that
 * of persistence in the recent pairs, divided by the same of those before.
 * NAN where either is not known.
 */
double tp_join_drift(const struct tp_join_group *g);
/* The pairs before the recent ones. */
struct tp_score tp_join_earlier(const struct tp_join_group *g, int kind);

#endif
