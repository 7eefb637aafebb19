/* Scores of parts: by hour, segment, traffic, and so on; what a pair of
 * forecast and truth belongs to, and what that is called. */
#ifndef TP_FORECAST_SCOREBY_H
#define TP_FORECAST_SCOREBY_H

#include "base/buf.h"
#include "base/map.h"
#include "rec/rec.h"

enum tp_by {
	TP_BY_NONE, TP_BY_HOUR, TP_BY_SEGMENT, TP_BY_DAY,
	TP_BY_TRAFFIC,		/* 0 slow: the truth is below 45 mph; 1 not */
	TP_BY_WEEK,		/* 0 weekdays, 1 weekends */
	TP_BY_CONFIDENCE,	/* tp_score_bin(); -1: not said */
	TP_BYS
};

/* What decides of a pair which part it is in. */
struct tp_by_pair {
	size_t		 seg;
	int64_t		 target;	/* ms */
	double		 truth;		/* in unit */
	enum tp_unit	 unit;
	double		 confidence;	/* NAN: not said */
};

/* "hour", "segment", ... */
const char *tp_by_name(enum tp_by by);
/* The part of a pair, hours and days being those of the zone. */
int64_t tp_by_part(enum tp_by by, const struct tp_by_pair *p,
    struct tp_tz *tz);
/* Appends the name of a part: "07", "2012-06-20", "slow", "weekend", "0.8",
 * or the id of a segment, which ids has as raw JSON bytes. */
void tp_by_put(enum tp_by by, int64_t part, const struct tp_map *ids,
    struct tp_buf *b);

#endif
