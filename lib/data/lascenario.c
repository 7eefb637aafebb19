/* The five scenarios of the LA system. */
#include "data/lascenario.h"

#include <inttypes.h>

#include "base/rng.h"

#define SENSORS		50	/* their numbers go round */
#define ANY		(-1)

struct range {
	double	lo, hi;
};

/*
 * What readings are like in some minutes of a scenario, and at every third
 * sensor if `third` is not ANY.  Of several that fit, one is picked.
 */
struct phase {
	int		 kind;		/* less TP_SCENARIO_LA */
	int		 third;
	double		 from, to;	/* minutes */
	struct range	 speed;		/* mph */
	struct range	 volume;	/* vehicles an hour */
	struct range	 occupancy;	/* percent */
	struct range	 temperature;	/* Fahrenheit */
	const char	*weather;
	struct range	 sensors;	/* their numbers, where third is given */
};

#define NORMAL_C	{ 68, 75 }
#define MORNING_C	{ 62, 68 }
#define EVENING_C	{ 70, 78 }
#define ACCIDENT_C	{ 68, 74 }
#define RAIN	{ 35, 50 }, { 1000, 1400 }, { 40, 55 }, { 58, 65 }, "rain"
#define FOG	{ 30, 40 }, { 900, 1200 }, { 45, 60 }, { 55, 62 }, "fog"
#define DRIZZLE	{ 40, 50 }, { 1100, 1500 }, { 35, 50 }, { 60, 68 }, "drizzle"

static const struct phase	phases[] = {
	{ 0, ANY, 0, 1440, { 50, 65 }, { 800, 1200 }, { 15, 25 }, NORMAL_C,
	    "clear", { 0, 0 } },

	/* From 7 on: it builds up, is worst from 8 to 8:30, and recovers. */
	{ 1, ANY, 0, 60, { 25, 35 }, { 2000, 2800 }, { 60, 75 }, MORNING_C,
	    "clear", { 0, 0 } },
	{ 1, ANY, 0, 60, { 25, 35 }, { 2000, 2800 }, { 60, 75 }, MORNING_C,
	    "cloudy", { 0, 0 } },
	{ 1, ANY, 60, 90, { 15, 25 }, { 2800, 3500 }, { 75, 85 }, MORNING_C,
	    "clear", { 0, 0 } },
	{ 1, ANY, 60, 90, { 15, 25 }, { 2800, 3500 }, { 75, 85 }, MORNING_C,
	    "cloudy", { 0, 0 } },
	{ 1, ANY, 90, 1440, { 20, 30 }, { 2500, 3000 }, { 70, 80 }, MORNING_C,
	    "clear", { 0, 0 } },
	{ 1, ANY, 90, 1440, { 20, 30 }, { 2500, 3000 }, { 70, 80 }, MORNING_C,
	    "cloudy", { 0, 0 } },

	/* From 16 on: worst from 17 to 17:30, and heavy still after that. */
	{ 2, ANY, 0, 60, { 30, 40 }, { 2500, 3200 }, { 65, 75 }, EVENING_C,
	    "clear", { 0, 0 } },
	{ 2, ANY, 0, 60, { 30, 40 }, { 2500, 3200 }, { 65, 75 }, EVENING_C,
	    "cloudy", { 0, 0 } },
	{ 2, ANY, 60, 90, { 20, 30 }, { 3200, 4000 }, { 80, 90 }, EVENING_C,
	    "clear", { 0, 0 } },
	{ 2, ANY, 60, 90, { 20, 30 }, { 3200, 4000 }, { 80, 90 }, EVENING_C,
	    "cloudy", { 0, 0 } },
	{ 2, ANY, 90, 1440, { 25, 35 }, { 3000, 3800 }, { 75, 85 }, EVENING_C,
	    "clear", { 0, 0 } },
	{ 2, ANY, 90, 1440, { 25, 35 }, { 3000, 3800 }, { 75, 85 }, EVENING_C,
	    "cloudy", { 0, 0 } },

	/* At 10:30: upstream of it, at it, and downstream. */
	{ 3, 0, 0, 5, { 25, 35 }, { 800, 1200 }, { 70, 85 }, ACCIDENT_C,
	    "clear", { 10, 19 } },
	{ 3, 0, 5, 1440, { 10, 20 }, { 800, 1200 }, { 70, 85 }, ACCIDENT_C,
	    "clear", { 10, 19 } },
	{ 3, 1, 0, 1440, { 5, 15 }, { 500, 800 }, { 90, 100 }, ACCIDENT_C,
	    "clear", { 20, 24 } },
	{ 3, 2, 0, 1440, { 30, 45 }, { 1200, 1800 }, { 40, 55 }, ACCIDENT_C,
	    "clear", { 25, 34 } },

	/* Rain and fog each twice as often as drizzle. */
	{ 4, ANY, 0, 1440, RAIN, { 0, 0 } },
	{ 4, ANY, 0, 1440, RAIN, { 0, 0 } },
	{ 4, ANY, 0, 1440, FOG, { 0, 0 } },
	{ 4, ANY, 0, 1440, FOG, { 0, 0 } },
	{ 4, ANY, 0, 1440, DRIZZLE, { 0, 0 } },
};
#define PHASES	(sizeof(phases) / sizeof(phases[0]))

/* When each begins, how many events it has, and how far apart they are. */
static const struct {
	int	hour, minute, count;
	int64_t	step;
} kinds[] = {
	{ 11, 0, 1000, 10800 },		/* 11 to 14 h */
	{ 7, 0, 1000, 7200 },		/* 7 to 9 h */
	{ 16, 0, 1000, 7200 },		/* 16 to 18 h */
	{ 10, 30, 500, 3600 },		/* half an hour */
	{ 14, 0, 500, 3600 },
};

/* Roads, and about where their first and last sensors stand. */
static const struct road {
	const char	*name, *code;
	char		 direction;
	int		 lanes;
	double		 lat[2], lon[2];
} roads[] = {
	{ "I-405", "I405", 'N', 4, { 33.95, 34.16 }, { -118.37, -118.47 } },
	{ "I-405", "I405", 'S', 4, { 34.16, 33.95 }, { -118.47, -118.37 } },
	{ "I-10", "I10", 'E', 5, { 34.02, 34.06 }, { -118.47, -118.20 } },
	{ "I-10", "I10", 'W', 5, { 34.06, 34.02 }, { -118.20, -118.47 } },
	{ "US-101", "101", 'N', 4, { 34.06, 34.16 }, { -118.24, -118.45 } },
	{ "US-101", "101", 'S', 4, { 34.16, 34.06 }, { -118.45, -118.24 } },
};
static const struct road	accident = {
	"I-405", "405", 'N', 4, { 33.95, 34.16 }, { -118.37, -118.47 },
};

static double
draw(struct tp_rng *r, struct range x)
{
	return x.lo + (x.hi - x.lo) * tp_rng_uniform(r);
}

static int
draw_int(struct tp_rng *r, struct range x)
{
	return (int)x.lo + (int)tp_rng_below(r, (uint64_t)(x.hi - x.lo) + 1);
}

static const struct phase *
pick(struct tp_rng *r, int kind, int64_t i, double minute)
{
	const struct phase	*fit[PHASES];
	size_t			 n = 0, k;

	for (k = 0; k < PHASES; k++)
		if (phases[k].kind == kind && minute >= phases[k].from &&
		    minute < phases[k].to && (phases[k].third == ANY ||
		    phases[k].third == i % 3))
			fit[n++] = &phases[k];
	return n > 0 ? fit[tp_rng_below(r, n)] : NULL;
}

/* ,"latitude":.. and the rest that a sensor has by its number. */
static void
put_place(struct tp_buf *b, const struct road *road, int number)
{
	double	along = (double)number / (SENSORS - 1);

	tp_buf_lit(b, ",\"latitude\":");
	tp_buf_fixed(b, road->lat[0] + along * (road->lat[1] - road->lat[0]),
	    6);
	tp_buf_lit(b, ",\"longitude\":");
	tp_buf_fixed(b, road->lon[0] + along * (road->lon[1] - road->lon[0]),
	    6);
	tp_buf_printf(b, ",\"highway\":\"%s\",\"direction\":\"%c\",\"lanes\":"
	    "%d", road->name, road->direction, road->lanes);
}

static int
put(struct tp_events *ev, struct tp_out *out, struct tp_rng *r,
    const struct phase *p, int64_t i, int64_t t)
{
	const struct road	*road = p->third == ANY ?
	    &roads[tp_rng_below(r, sizeof(roads) / sizeof(roads[0]))] :
	    &accident;
	bool			 kmh = ev->conf->unit == TP_UNIT_KMH;
	const struct tp_seg	*seg;
	struct tp_buf		*b;
	char			 id[40];
	int			 number;
	uint64_t		 h = tp_rng_next(r), l = tp_rng_next(r);

	number = p->third == ANY ? (int)(i % SENSORS) :
	    draw_int(r, p->sensors);
	snprintf(id, sizeof(id), "LA_%s_%c_%03d", road->code, road->direction,
	    number);
	seg = tp_events_seg(ev, id, strlen(id));
	if (!seg->wanted || !tp_events_in_range(ev, t))
		return 0;
	b = tp_events_begin(ev, out, seg, t);
	/* a UUID of version 4 (RFC 9562) */
	tp_buf_printf(b, ",\"event_id\":\"%08" PRIx64 "-%04" PRIx64 "-4%03"
	    PRIx64 "-%04" PRIx64 "-%012" PRIx64 "\",\"speed_%s\":", h >> 32,
	    h >> 16 & 0xFFFF, h & 0xFFF, (l >> 48 & 0x3FFF) | 0x8000,
	    l & UINT64_C(0xFFFFFFFFFFFF), kmh ? "kmh" : "mph");
	tp_buf_fixed(b, draw(r, p->speed) * (kmh ? TP_KMH_PER_MPH : 1), 1);
	tp_buf_printf(b, ",\"volume_vph\":%d,\"occupancy_percent\":",
	    draw_int(r, p->volume));
	tp_buf_fixed(b, draw(r, p->occupancy), 1);
	put_place(b, road, number);
	tp_buf_printf(b, ",\"weather\":\"%s\",\"temperature_f\":",
	    p->weather);
	tp_buf_fixed(b, draw(r, p->temperature), 1);
	tp_buf_str(b, p->kind == TP_SCENARIO_LA_WEATHER - TP_SCENARIO_LA ?
	    ",\"precipitation\":true" : ",\"precipitation\":false");
	return tp_events_end(ev, out, seg, 0);
}

int
tp_lascenario_run(const struct tp_scenario *sc, struct tp_events *ev,
    struct tp_out *out)
{
	struct tp_civil	 c = { .year = 2024, .month = 3, .day = 4 };
	int		 kind = sc->kind - TP_SCENARIO_LA, rc = 0;
	int64_t		 step = sc->step > 0 ? sc->step : kinds[kind].step;
	int64_t		 length = sc->duration, start = sc->start, t;
	const struct phase *p;
	struct tp_rng	 r;
	int64_t		 i;

	c.hour = kinds[kind].hour;
	c.minute = kinds[kind].minute;
	if (start == TP_TIME_NONE)
		tp_tz_time(sc->tz, &c, &start);
	if (length < 0)
		length = step * kinds[kind].count;
	tp_rng_init(&r, (uint64_t)sc->seed);
	for (i = 0; rc == 0 && (length == 0 || i * step < length); i++) {
		t = start + i * step;
		p = pick(&r, kind, i, (double)(i * step % TP_DAY) /
		    (double)TP_MINUTE);
		rc = p != NULL ? put(ev, out, &r, p, i, t) : 0;
	}
	return rc;
}
