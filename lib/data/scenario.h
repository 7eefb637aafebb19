/*
 * Made-up days on a motorway that behave like real ones: a corridor of
 * sensors over the cell transmission model, with demand by the time of day,
 * ramps, one bottleneck, accidents, rain, and sensors that fail.  The same
 * seed gives the same bytes.
 */
#ifndef TP_DATA_SCENARIO_H
#define TP_DATA_SCENARIO_H

#include "data/event.h"

enum tp_scenario_kind {
	TP_SCENARIO_NONE,
	TP_SCENARIO_NORMAL,		/* a day without a breakdown */
	TP_SCENARIO_MORNING,		/* demand above the bottleneck's */
	TP_SCENARIO_EVENING,		/* capacity, 7-9 or 16-18 h */
	TP_SCENARIO_ACCIDENT,		/* 2 of 4 lanes blocked for a time */
	TP_SCENARIO_WEATHER,		/* heavy rain for some hours */
	/* those of lascenario.h */
	TP_SCENARIO_LA,
	TP_SCENARIO_LA_WEATHER = TP_SCENARIO_LA + 4,
};
#define TP_SCENARIO_NAMES \
	"none|normal|morning-rush|evening-rush|accident|weather|" \
	"scenario_1_normal_traffic|scenario_2_morning_rush|" \
	"scenario_3_evening_rush|scenario_4_accident|" \
	"scenario_5_weather_impact"

struct tp_scenario {
	int	 kind;		/* enum tp_scenario_kind */
	int64_t	 seed;
	int64_t	 segments;	/* sensors along the road */
	int64_t	 start;		/* TP_TIME_NONE: that of the kind */
	int64_t	 duration;	/* ms; 0: for ever; -1: that of the kind */
	int64_t	 step;		/* ms between readings; 0: that of the kind */
	struct tp_tz *tz;	/* whose hours demand follows */
};

/*
 * Writes the scenario's events.  Returns 0 at its end, or 1 where the run
 * shall stop.
 */
int tp_scenario_run(const struct tp_scenario *sc, struct tp_events *ev,
    struct tp_out *out);

#endif
