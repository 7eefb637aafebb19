/*
 * The filter of tp-validate: takes an event of any shape, refuses what is
 * wrong or impossible, and writes the one flat form.  The conf is the
 * caller's and must outlive the state.
 *
 * The state is the memory of the last records (see rec/dedupe.h) and nothing
 * else.  Whether a record is valid depends on it, the conf and rec->now_ms;
 * so a rebuild is exact where records are given again with the now_ms they
 * had, or neither --max-age nor --max-ahead refuse any of them.
 */
#ifndef TP_REC_CHECK_H
#define TP_REC_CHECK_H

#include "base/map.h"
#include "rec/filter.h"

enum tp_check_twins { TP_TWINS_DROP, TP_TWINS_REJECT, TP_TWINS_PASS };

/* What a name without unit means; 0: not said. */
enum tp_check_occupancy {
	TP_OCCUPANCY_UNKNOWN, TP_OCCUPANCY_PERCENT, TP_OCCUPANCY_SHARE,
};

/* A known sensor. */
struct tp_check_place {
	double	latitude, longitude;	/* NAN: not known */
};

struct tp_check_conf {
	enum tp_unit	 units;		/* to convert to; NONE: keep */
	enum tp_unit	 speed_unit;	/* of names without; NONE: not said */
	int64_t		 volume_ms;	/* time that `volume` counts; 0 */
	enum tp_check_occupancy occupancy;
	struct tp_tz	 tz;		/* of times without zone */

	double		 max_kmh, max_mph;	/* speeds; for each unit */
	double		 max_volume;	/* vehicles an hour */
	int64_t		 min_time;	/* ms */
	int64_t		 max_age, max_ahead;	/* ms; 0: no limit */
	int64_t		 max_id;	/* bytes of ids */

	bool		 boxed;		/* box holds */
	double		 south, west, north, east;
	const struct tp_map *ids;	/* the only ones known, or NULL */
	const struct tp_check_place *places;	/* by index in ids */
	double		 max_distance;	/* m, from the known place */

	int64_t		 dedupe;	/* records remembered */
	enum tp_check_twins twins;
	const char	*processor_id;
};

/* The defaults; tz is UTC. */
extern const struct tp_check_conf tp_check_defaults;

extern const struct tp_filter tp_check_filter;

/* Metres between two places in degrees (haversine, mean radius). */
double tp_check_distance(double lat1, double lon1, double lat2, double lon2);

#endif
