/*
 * The reader of tp-replay: foreign files and scenarios to events.  The conf
 * owns nothing of what it points to and stays as it is during a run, but for
 * `tz` (a cache) and the results in `seen` and `taxi`.
 */
#ifndef TP_DATA_REPLAY_H
#define TP_DATA_REPLAY_H

#include "base/map.h"
#include "rec/reader.h"

struct tp_sensors;
struct tp_shapes;
struct tp_scenario;
struct tp_taxi_conf;

enum tp_format {
	TP_FORMAT_AUTO,		/* by content, where that is certain */
	TP_FORMAT_METR_LA,	/* wide table, mph, 0 = missing */
	TP_FORMAT_WIDE,		/* column 1 the time, one column a sensor */
	TP_FORMAT_LONG,		/* one row a reading, columns by name */
	TP_FORMAT_PEMS,		/* PeMS Station 5-Minute */
	TP_FORMAT_EVENTS,	/* JSON lines */
	TP_FORMAT_HERE,		/* answers of HERE's or TomTom's service */
	TP_FORMAT_NYC,		/* trips of taxis */
};
#define TP_FORMAT_NAMES	"auto|metr-la|wide|long|pems|events|here|nyc"

struct tp_replay_conf {
	int		 format;	/* enum tp_format */
	int		 unit;		/* enum tp_unit, of speeds that do not
					 * say theirs */
	bool		 has_missing;
	double		 missing;	/* a value that means no reading */
	int64_t		 from, to;	/* source times, from <= t < to;
					 * INT64_MIN, INT64_MAX: all */
	int64_t		 rebase;	/* when the first event is to be, or
					 * TP_TIME_NONE */
	int64_t		 step;		/* ms between the last event and the
					 * first of the next --loop round; 0:
					 * as between events */
	struct tp_tz	*tz;		/* of times without zone */
	const struct tp_map *only;	/* segments wanted; NULL: all */
	bool		*seen;		/* set for those of `only` that came */
	const struct tp_sensors *sensors; /* places to add; NULL: none */
	struct tp_shapes *shapes;	/* here: gathered; NULL: not wanted */
	int64_t		 now;		/* of answers that say no time */
	const char	*key;		/* HDF5: which frame; NULL: the one */
	size_t		 max_line;	/* bytes */
	struct tp_taxi_conf *taxi;	/* nyc: its settings, and results */
	const struct tp_scenario *scenario; /* instead of files; NULL: files */
};

/*
 * What the format says of units, and `missing`, a number as text or NULL: sets
 * both in c.  0, or -1 and a usage error where they cannot be together.
 */
int tp_replay_units(struct tp_replay_conf *c, const char *missing,
    struct tp_err *e);

extern const struct tp_reader tp_replay_reader;

#endif
