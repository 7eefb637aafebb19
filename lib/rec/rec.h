/*
 * Records: one flat JSON object a line.  A parsed record is a view of its
 * line; it owns nothing of it and is valid until the filter returns.
 *
 * The field names that mean the same thing in different systems are one
 * field here (tp_field); fields that nobody knows keep their place and bytes.
 */
#ifndef TP_REC_REC_H
#define TP_REC_REC_H

#include "base/clock.h"
#include "base/err.h"
#include "json/json.h"

/*
 * Canonical fields.  Their names are in rec/field.c.  Where a speed has three
 * fields, the first is the one whose name does not say the unit, the next two
 * are in km/h and mph: X, X + 1, X + 2.
 */
enum tp_field {
	TP_F_NONE = 0,
	/* identity and time */
	TP_F_EVENT_ID, TP_F_SEGMENT_ID, TP_F_TIMESTAMP,
	/* readings */
	TP_F_SPEED, TP_F_SPEED_KMH, TP_F_SPEED_MPH, TP_F_SPEED_MS,
	TP_F_VOLUME, TP_F_VOLUME_VPH,
	TP_F_OCCUPANCY, TP_F_OCCUPANCY_PERCENT,
	TP_F_FREE_FLOW, TP_F_FREE_FLOW_KMH, TP_F_FREE_FLOW_MPH,
	TP_F_JAM_FACTOR, TP_F_QUALITY,
	/* place */
	TP_F_LATITUDE, TP_F_LONGITUDE, TP_F_ROAD_NAME, TP_F_HIGHWAY,
	TP_F_DIRECTION, TP_F_LANES,
	/* weather */
	TP_F_WEATHER, TP_F_TEMPERATURE_F, TP_F_TEMPERATURE_C,
	/* what tp-validate adds */
	TP_F_PROCESSED_AT, TP_F_PROCESSOR_ID, TP_F_VALIDATION_STATUS,
	/* windows */
	TP_F_AGGREGATE_ID, TP_F_WINDOW_START, TP_F_WINDOW_END,
	TP_F_EVENT_COUNT,
	TP_F_AVG_SPEED, TP_F_AVG_SPEED_KMH, TP_F_AVG_SPEED_MPH,
	TP_F_STD_SPEED, TP_F_STD_SPEED_KMH, TP_F_STD_SPEED_MPH,
	TP_F_TOTAL_VOLUME, TP_F_AVG_OCCUPANCY,
	TP_F_FINAL, TP_F_REV,
	/* forecasts */
	TP_F_PREDICTION_ID, TP_F_HORIZON_MINUTES, TP_F_TARGET_TIMESTAMP,
	TP_F_PREDICTED_SPEED, TP_F_PREDICTED_SPEED_KMH,
	TP_F_PREDICTED_SPEED_MPH,
	TP_F_CURRENT_SPEED, TP_F_CURRENT_SPEED_KMH, TP_F_CURRENT_SPEED_MPH,
	TP_F_LOWER, TP_F_LOWER_KMH, TP_F_LOWER_MPH,
	TP_F_UPPER, TP_F_UPPER_KMH, TP_F_UPPER_MPH,
	TP_F_CONFIDENCE_SCORE, TP_F_CONGESTION_LEVEL, TP_F_MODEL_VERSION,
	TP_F_MODEL_KIND,
	TP_F_MAX
};

/* The canonical name of a field: "speed_mph". */
const char *tp_field_name(enum tp_field f);
/* The field with exactly this canonical name, or TP_F_NONE. */
enum tp_field tp_field_find(const char *name, size_t n);

/* What is known of the field o.f[i] of a record. */
struct tp_rec_slot {
	uint8_t	 field;		/* enum tp_field; NONE: unknown, or null */
	uint8_t	 rank;		/* of the alias: the lowest is taken */
	bool	 lost;		/* its name is known, but another field or
				 * (in containers) none has its meaning */
	uint8_t	 outlen;	/* > 0: was in an object of a name so long, */
	uint32_t outat;		/* which is at this byte of the line */
};

/* Where a key stands: at the top, or in an object of a known name. */
enum tp_scope {
	TP_SCOPE_NONE,
	TP_SCOPE_TOP,
	TP_SCOPE_PLACE,		/* location */
	TP_SCOPE_TRAFFIC,	/* traffic_data, traffic_metrics */
	TP_SCOPE_WEATHER,
	TP_SCOPE_COORDINATES,
	TP_SCOPE_METADATA,
	TP_SCOPE_BOUNDS,	/* of an interval */
	TP_SCOPE_MAX
};

struct tp_template;

struct tp_rec {
	const char	*line;		/* len bytes, no newline */
	size_t		 len;
	/* Its fields in order, those of known containers (location,
	 * traffic_data, coordinates, ...) in their place; owned, with slot. */
	struct tp_json_obj o;
	struct tp_rec_slot *slot;	/* one for each of o.f */
	const struct tp_json_val *at[TP_F_MAX];	/* NULL: not in this record,
					 * or null */

	/* where it comes from */
	const char	*source;	/* file name, "stdin" or topic */
	uint32_t	 input;		/* which -i or operand, from 0 */
	int32_t		 partition;	/* 0 for files and pipes */
	int64_t		 pos;		/* files: byte of its first character;
					 * Kafka: offset, or its number in the
					 * order of all partitions */
	int64_t		 offset;	/* Kafka: in its partition */
	uint64_t	 lineno;	/* files and pipes: from 1; Kafka: 0 */
	int64_t		 now_ms;	/* wall clock when its block was read */
	/* enum tp_unit of speeds whose names do not tell; NONE: they stay so.
	 * Set before tp_rec_parse(), and kept. */
	int		 assume;

	/* private to rec.c */
	struct tp_json_obj nest[TP_SCOPE_MAX];	/* scratch: containers */
	size_t		 nslots, slotcap;
	uint16_t	 index[TP_F_MAX];	/* in o.f, where at[] is set */
	bool		 nested;	/* some field was in a container */
	struct tp_template *template;	/* of records that came before */
	unsigned	 ntemplates, last;	/* the one used last */
	bool		 fits;		/* the record is of the last one */
	unsigned	 misfits;	/* records since one was of any */
};

void tp_rec_release(struct tp_rec *r);

/*
 * Parses the line (len bytes, followed by TP_JSON_PAD readable ones) into
 * fields.  Names are compared byte for byte.  Of several aliases of a field
 * the one with the lowest rank is taken, top level before nested, first
 * before later.  Returns 0, or -1 with r->o.why and r->o.at.
 */
int tp_rec_parse(struct tp_rec *r, const char *line, size_t len);
/*
 * Makes `to` a copy of r, which was parsed, for when r and its source are
 * gone: text, the caller's, holds its line and the name of its source.
 */
void tp_rec_copy(struct tp_rec *to, const struct tp_rec *r,
    struct tp_buf *text);

/* The number in field f: 0, or -1 where it is absent, null or no number. */
static inline int
tp_rec_num(const struct tp_rec *r, enum tp_field f, double *d)
{
	return r->at[f] != NULL ? tp_json_num(r->at[f], d) : -1;
}

/* Likewise an integer. */
static inline int
tp_rec_int(const struct tp_rec *r, enum tp_field f, int64_t *i)
{
	return r->at[f] != NULL ? tp_json_int(r->at[f], i) : -1;
}

/*
 * A time: a number of ms since 1970, of seconds where its size is less than
 * 10^11 (seconds reach the year 5138, ms start in March 1973), fractions
 * rounded to ms; or ISO 8601 text, or "YYYY-MM-DD hh:mm:ss".  A text without
 * zone is local to tz, an error where tz is NULL.  Returns 0, or -1 and in
 * *why (when not NULL) a static text.
 */
int tp_json_time(const struct tp_json_val *v, struct tp_tz *tz, int64_t *t,
    const char **why);
/* As tp_json_time, of field f, which may be absent. */
int tp_rec_time(const struct tp_rec *r, enum tp_field f, struct tp_tz *tz,
    int64_t *t, const char **why);

/* The field with the time of a record: an aggregate's is its start. */
static inline enum tp_field
tp_rec_when(const struct tp_rec *r)
{
	return r->at[TP_F_WINDOW_START] != NULL ? TP_F_WINDOW_START :
	    TP_F_TIMESTAMP;
}

/*
 * The unit of the speeds of a stream.  Records say it in the field's name;
 * a stream keeps the unit of its first record and converts others.
 */
enum tp_unit { TP_UNIT_NONE, TP_UNIT_KMH, TP_UNIT_MPH };

#define TP_KMH_PER_MPH	1.609344
#define TP_SPEED_MAX	1e6	/* in any unit */

const char *tp_unit_suffix(enum tp_unit u);	/* "kmh", "mph" */

/*
 * The fields every filter of events or aggregates starts from.  A window
 * aggregate reads as an event at its start, with its average speed.
 */
struct tp_reading {
	const char	*id;		/* raw bytes of the JSON string */
	uint32_t	 idlen;
	int64_t		 t;		/* ms */
	double		 speed;		/* NAN: none (e.g. a closed road) */
	enum tp_unit	 unit;		/* of speed; NONE where no speed */
	uint32_t	 events;	/* 1, or as many as an aggregate has */
};

/*
 * Takes segment_id, time and speed from an event or aggregate.  Of several
 * speeds it takes speed_*, else avg_speed_*, else (not in forecasts)
 * current_speed_*; a unit that the name does not say, and a time without
 * zone, are errors.  Returns 0, or -1 with a static text in *why (and the
 * field's name in *field when it is about one).
 */
int tp_reading_get(const struct tp_rec *r, struct tp_reading *out,
    const char **why, const char **field);

/*
 * A forecast whose horizon is in the field's name: "predicted_speed_10min",
 * "predicted_speed_30min_kmh".
 */
struct tp_horizon {
	int		 minutes;
	double		 speed;
	enum tp_unit	 unit;		/* NONE where the name has none */
};
/* The minutes that such a name of n bytes says, and its unit; 0: none. */
int tp_horizon_name(const char *key, size_t n, enum tp_unit *unit);
/* Finds up to max of them in their order; returns how many. */
int tp_rec_horizons(const struct tp_rec *r, struct tp_horizon *h, int max);

/*
 * NULL where v may be a speed in some unit, or NAN; else a static text that
 * says why not.  Sums and squares of what passes stay finite.
 */
static inline const char *
tp_speed_odd(double v)
{
	return v > TP_SPEED_MAX || v < -TP_SPEED_MAX ?
	    "a speed beyond 1000000" : NULL;
}

/* Converts a speed between units. */
static inline double
tp_speed_convert(double v, enum tp_unit from, enum tp_unit to)
{
	if (from == to || from == TP_UNIT_NONE || to == TP_UNIT_NONE)
		return v;
	return from == TP_UNIT_MPH ? v * TP_KMH_PER_MPH : v / TP_KMH_PER_MPH;
}

/* Congestion levels 1 FREE_FLOW .. 5 SEVERE by limits in mph, best first. */
struct tp_levels {
	double	mph[4];		/* default 60, 45, 30, 15 */
	bool	ratio;		/* limits are shares of free-flow speed */
};
extern const struct tp_levels tp_levels_default;
/* "60,45,30,15" (mph) or "ratio" or "ratio:0.8,0.6,0.4,0.2"; -1 on others. */
int tp_levels_parse(struct tp_levels *l, const char *s);
/* free_flow is only used with ratio; unit is that of both speeds. */
/* 0 where the speed (or with ratio the free-flow speed) is not known. */
int tp_level(const struct tp_levels *l, double speed, double free_flow,
    enum tp_unit unit);
const char *tp_level_name(int level);	/* 1..5 */
/* The level that v says: 1..5 as a number, or its name in either case; 0
 * where it says none. */
int tp_level_of(const struct tp_json_val *v);

#endif
