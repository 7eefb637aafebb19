/* Scenarios: what drives the road, and what its sensors say. */
#include "data/scenario.h"

#include <math.h>

#include "base/rng.h"
#include "data/ctm.h"
#include "data/lascenario.h"

#define LANES		4
#define CELL		160.0		/* m */
#define SENSOR_CELLS	5		/* a sensor each 800 m */
#define ENTRY_CELLS	10		/* upstream of the first sensor */
#define EXIT_CELLS	5		/* downstream of the last */
#define DT_MS		5000		/* vf * 5 s = 150 m < CELL */
#define WARMUP		(1 * TP_HOUR)	/* before the first event */

/* Per lane: HCM 2010, basic freeway segments; a jam's waves go 18 km/h. */
#define FREE_SPEED	29.5		/* m/s: 66 mph */
#define CAPACITY	(2000.0 / 3600)	/* veh/s */
#define WAVE		5.0		/* m/s */
#define DETECTED	0.007		/* km of road a vehicle covers */

/* Ramps: off, then on, at three places; the last is the bottleneck. */
#define RAMPS		3
#define OFF_SHARE	0.10
#define ON_SHARE	(1.0 / 1.1)	/* of entry demand, see demand() */

/* HCM 2010 exhibit 10-17: 2 of 4 lanes blocked leave a quarter. */
#define BLOCKED		0.25
/* HCM 2010 exhibit 10-15: heavy rain, about. */
#define RAIN_SPEED	0.88
#define RAIN_CAPACITY	0.85

/* Sensors: shares of readings, and outages an hour. */
#define LOST_SHARE	0.004		/* single readings that are missing */
#define SPIKE_SHARE	0.002
#define OUTAGE_RATE	0.015
#define STUCK_RATE	0.004
#define FAILURE_MEAN	(45 * TP_MINUTE)

/* Demand by hour of a working day and a weekend, shares of the peak. */
static const double workday[24] = {
	.18, .13, .11, .12, .22, .48, .78, .95, .92, .80, .72, .72,
	.74, .76, .82, .90, .97, 1.0, .90, .68, .54, .48, .38, .27,
};
static const double weekend[24] = {
	.28, .21, .16, .12, .12, .16, .24, .33, .44, .56, .66, .72,
	.76, .77, .76, .75, .74, .72, .66, .58, .51, .46, .39, .31,
};

enum failure { WORKS, OUT, STUCK };

struct sensor {
	struct tp_seg	 seg;
	char		 place[160];	/* ,"latitude":... */
	size_t		 placelen;
	size_t		 cell;
	double		 vehicles;	/* passed in this step */
	double		 density, flow;	/* sums over the step's dt */
	double		 bias;		/* of its speeds */
	struct tp_rng	 rng;
	enum failure	 failure;
	int64_t		 until;		/* end of the failure */
	double		 speed, volume, occupancy;	/* last reading */
};

struct world {
	const struct tp_scenario *sc;
	struct tp_events *ev;
	struct tp_out	*out;
	struct tp_ctm	 road;
	struct sensor	*sensors;
	size_t		 n;
	struct tp_rng	 rng;
	double		*dry_vf;	/* of the cells, without rain */
	size_t		 ramp[RAMPS];	/* cells of the on-ramps */
	int64_t		 start, end;
	int64_t		 substeps;		/* dt in a step */
	double		 dt;		/* s */
	double		 swing;		/* slow noise of demand */
	size_t		 accident;	/* cell */
	int64_t		 bad_from, bad_to;	/* accident or rain */
	char		 key[24];	/* ,"speed_mph": */
	double		 per_ms;	/* speed units in 1 m/s */
};

/* Kinds: default start (hours from midnight), duration, and demand. */
static const struct {
	int	hour, hours;
	double	level;		/* peak of the day, share of capacity */
	double	bump, at, width;	/* more demand around an hour */
} kinds[] = {
	[TP_SCENARIO_NONE] = { 0, 0, 0, 0, 0, 1 },
	[TP_SCENARIO_NORMAL] = { 0, 24, .82, 0, 0, 1 },
	[TP_SCENARIO_MORNING] = { 5, 6, .82, .36, 7.7, 1.1 },
	[TP_SCENARIO_EVENING] = { 14, 7, .82, .32, 17.0, 1.3 },
	[TP_SCENARIO_ACCIDENT] = { 11, 4, .86, 0, 0, 1 },
	[TP_SCENARIO_WEATHER] = { 12, 8, .93, 0, 0, 1 },
};

/* Midnight of 4 March 2024, a Monday, and the kind's hour. */
static int64_t
default_start(const struct tp_scenario *sc)
{
	struct tp_civil	c = {
		.year = 2024, .month = 3, .day = 4,
		.hour = kinds[sc->kind].hour,
	};
	int64_t		t = 0;

	tp_tz_time(sc->tz, &c, &t);
	return t;
}

static void
place_sensors(struct world *w)
{
	const struct tp_replay_conf	*conf = w->ev->conf;
	struct sensor			*s;
	double				 lat = 34.0370, lon = -118.2200;
	double				 heading, metres = CELL * SENSOR_CELLS;
	char				 id[32];
	size_t				 i;

	for (i = 0; i < w->n; i++) {
		s = &w->sensors[i];
		snprintf(id, sizeof(id), "LA_I10_W_%03zu", i);
		tp_seg_init(&s->seg, w->ev, "segment_id", id, strlen(id));
		s->placelen = (size_t)snprintf(s->place, sizeof(s->place),
		    ",\"latitude\":%.6f,\"longitude\":%.6f,\"road_name\":"
		    "\"I-10\",\"direction\":\"W\",\"lanes\":%d", lat, lon,
		    LANES);
		s->cell = ENTRY_CELLS + i * SENSOR_CELLS + SENSOR_CELLS / 2;
		tp_rng_init(&s->rng, (uint64_t)w->sc->seed * 1000003 + i);
		s->bias = 1 + 0.01 * tp_rng_normal(&s->rng);
		heading = 0.25 * sin((double)i / 6);
		lat += metres * sin(heading) / 111320;
		lon -= metres * cos(heading) / (111320 * cos(lat * M_PI /
		    180));
	}
	snprintf(w->key, sizeof(w->key), ",\"speed_%s\":",
	    conf->unit == TP_UNIT_KMH ? "kmh" : "mph");
	w->per_ms = conf->unit == TP_UNIT_KMH ? 3.6 : 3.6 / TP_KMH_PER_MPH;
}

static void
build_road(struct world *w)
{
	size_t	n = ENTRY_CELLS + w->n * SENSOR_CELLS + EXIT_CELLS, i;
	double	kc = CAPACITY / (FREE_SPEED * (1 - TP_CTM_FALL));

	tp_ctm_init(&w->road, n, CELL);
	w->dry_vf = tp_calloc(n, sizeof(*w->dry_vf));
	for (i = 0; i < n; i++) {
		struct tp_ctm_cell	*c = &w->road.cells[i];

		c->vf = FREE_SPEED * (1 + 0.015 * tp_rng_normal(&w->rng));
		c->vf = fmin(c->vf, CELL / (DT_MS / 1000.0));
		w->dry_vf[i] = c->vf;
		c->cap = LANES * CAPACITY;
		c->kj = LANES * (kc + CAPACITY / WAVE);
	}
	for (i = 0; i < RAMPS; i++) {
		static const double	at[RAMPS] = { .15, .42, .72 };

		w->ramp[i] = ENTRY_CELLS + (size_t)((double)(w->n *
		    SENSOR_CELLS) * at[i]);
		w->road.cells[w->ramp[i] - 2].off = OFF_SHARE;
	}
}

/* What goes wrong, where and when. */
static void
plan(struct world *w)
{
	int64_t	span = w->end == INT64_MAX ? TP_DAY : w->end - w->start;
	double	u = tp_rng_uniform(&w->rng), v = tp_rng_uniform(&w->rng);

	w->bad_from = w->bad_to = INT64_MAX;
	if (w->sc->kind == TP_SCENARIO_ACCIDENT) {
		w->accident = ENTRY_CELLS + (size_t)((double)(w->n *
		    SENSOR_CELLS) * (.60 + .25 * u));
		w->bad_from = w->start + span / 4;
		w->bad_to = w->bad_from + 30 * TP_MINUTE +
		    (int64_t)(v * 30 * (double)TP_MINUTE);
	} else if (w->sc->kind == TP_SCENARIO_WEATHER) {
		w->bad_from = w->start + (int64_t)((double)span *
		    (.15 + .1 * u));
		w->bad_to = w->bad_from + (int64_t)((double)span *
		    (.45 + .1 * v));
	}
}

/* Demand at the bottleneck as a share of its capacity, at time t. */
static double
demand(const struct world *w, int64_t t)
{
	struct tp_civil	 c;
	const double	*day;
	double		 h, share, x;

	tp_tz_civil(w->sc->tz, t, &c);
	day = c.weekday < 5 ? workday : weekend;
	h = (c.minute + c.second / 60.0) / 60;
	share = day[c.hour] * (1 - h) + day[(c.hour + 1) % 24] * h;
	x = (c.hour + h - kinds[w->sc->kind].at) / kinds[w->sc->kind].width;
	return (kinds[w->sc->kind].level * share +
	    kinds[w->sc->kind].bump * exp(-x * x)) * (1 + w->swing);
}

/* How much of the rain there is: it comes and goes within 20 minutes. */
static double
rain(const struct world *w, int64_t t)
{
	double	in = (double)(t - w->bad_from) / (20.0 * TP_MINUTE);
	double	gone = (double)(w->bad_to - t) / (20.0 * TP_MINUTE);

	if (w->sc->kind != TP_SCENARIO_WEATHER)
		return 0;
	return fmax(0, fmin(1, fmin(in, gone)));
}

/* Sets demand and the road's parameters for time t. */
static void
set_conditions(struct world *w, int64_t t)
{
	struct tp_ctm	*m = &w->road;
	double		 d = demand(w, t) * LANES * CAPACITY;
	double		 wet = rain(w, t), speed, cap;
	size_t		 i;

	/*
	 * d is what passes the last ramp: off-ramps take a tenth, on-ramps
	 * bring it back, the last one twice as much.
	 */
	m->demand = d * ON_SHARE;
	for (i = 0; i < RAMPS; i++)
		m->cells[w->ramp[i]].on = d * ON_SHARE * OFF_SHARE *
		    (i == RAMPS - 1 ? 2 : 1);
	if (w->sc->kind == TP_SCENARIO_ACCIDENT)
		m->cells[w->accident].limit = t >= w->bad_from &&
		    t < w->bad_to ? BLOCKED * LANES * CAPACITY : INFINITY;
	if (w->sc->kind != TP_SCENARIO_WEATHER)
		return;
	speed = 1 - wet * (1 - RAIN_SPEED);
	cap = LANES * CAPACITY * (1 - wet * (1 - RAIN_CAPACITY));
	for (i = 0; i < m->n; i++) {
		m->cells[i].vf = w->dry_vf[i] * speed;
		m->cells[i].cap = cap;
	}
}

/* Lets traffic flow for one step, from t on, past the sensors. */
static void
run_step(struct world *w, int64_t t)
{
	double		 hours = (double)w->sc->step / (double)TP_HOUR;
	double		 keep = exp(-3 * hours);
	struct sensor	*s;
	int64_t		 k;
	size_t		 i;

	w->swing = keep * w->swing + 0.03 * sqrt(1 - keep * keep) *
	    tp_rng_normal(&w->rng);
	for (i = 0; i < w->n; i++)
		w->sensors[i].vehicles = w->sensors[i].density =
		    w->sensors[i].flow = 0;
	for (k = 0; k < w->substeps; k++) {
		set_conditions(w, t + k * w->sc->step / w->substeps);
		tp_ctm_step(&w->road, w->dt);
		for (i = 0; i < w->n; i++) {
			const struct tp_ctm_cell	*c;

			s = &w->sensors[i];
			c = &w->road.cells[s->cell];
			s->vehicles += c->out * w->dt;
			s->density += c->k;
			s->flow += tp_ctm_flow(c, c->k);
		}
	}
}

/* A failure begins or ends; true where there is no reading. */
static bool
sensor_fails(struct world *w, struct sensor *s, int64_t t)
{
	double	hours = (double)w->sc->step / (double)TP_HOUR;
	double	u = tp_rng_uniform(&s->rng), v = tp_rng_uniform(&s->rng);

	if (s->failure != WORKS && t >= s->until)
		s->failure = WORKS;
	if (s->failure == WORKS && u < (OUTAGE_RATE + STUCK_RATE) * hours) {
		s->failure = u < OUTAGE_RATE * hours ? OUT : STUCK;
		s->until = t - (int64_t)(log(1 - v) * (double)FAILURE_MEAN);
	}
	return s->failure == OUT || v < LOST_SHARE;
}

/* Speeds err by 1 %, occupancy by 3 %; a few are far off. */
static bool
take_reading(struct world *w, struct sensor *s, int64_t t)
{
	double	count, speed, k;
	double	e1 = tp_rng_normal(&s->rng), e2 = tp_rng_normal(&s->rng);
	double	u = tp_rng_uniform(&s->rng), v = tp_rng_uniform(&s->rng);
	bool	fails = sensor_fails(w, s, t);

	count = floor(s->vehicles + u);
	if (fails || (count < 1 && s->failure == WORKS))
		return false;
	if (s->failure == STUCK && s->speed > 0)
		return true;
	k = s->density / (double)w->substeps;
	speed = s->flow / s->density * s->bias * (1 + 0.01 * e1);
	if (v < SPIKE_SHARE)
		speed *= 0.2 + 700 * v;
	s->speed = speed * w->per_ms;
	s->volume = count * (double)TP_HOUR / (double)w->sc->step;
	s->occupancy = fmin(100, fmax(0, k * 1000 * DETECTED * 100 / LANES *
	    (1 + 0.03 * e2)));
	return s->speed >= 0.05;
}

static int
put_reading(struct world *w, const struct sensor *s, int64_t t)
{
	struct tp_buf	*b = tp_events_begin(w->ev, w->out, &s->seg, t);

	tp_buf_str(b, w->key);
	tp_buf_fixed(b, s->speed, 1);
	tp_buf_lit(b, ",\"volume_vph\":");
	tp_buf_fixed(b, s->volume, 0);
	tp_buf_lit(b, ",\"occupancy_percent\":");
	tp_buf_fixed(b, s->occupancy, 1);
	tp_buf_add(b, s->place, s->placelen);
	if (w->sc->kind == TP_SCENARIO_WEATHER) {
		tp_buf_lit(b, ",\"weather\":");
		tp_buf_str(b, rain(w, t) > 0 ? "\"rain\"" : "\"clear\"");
	}
	return tp_events_end(w->ev, w->out, &s->seg,
	    (1u << TP_PLACE_MAX) - 1);
}

static int
write_step(struct world *w, int64_t t)
{
	struct sensor	*s;
	size_t		 i;
	int		 rc = 0;

	for (i = 0; i < w->n && rc == 0; i++) {
		s = &w->sensors[i];
		if (!take_reading(w, s, t))
			tp_out_count(w->out, TP_COUNT_MISSING, 1);
		else if (s->seg.wanted && tp_events_in_range(w->ev, t))
			rc = put_reading(w, s, t);
	}
	return rc;
}

static void
build(struct world *w)
{
	const struct tp_scenario	*sc = w->sc;
	int64_t				 length = sc->duration;

	w->n = (size_t)sc->segments;
	w->start = sc->start != TP_TIME_NONE ? sc->start : default_start(sc);
	if (length < 0)
		length = kinds[sc->kind].hours * TP_HOUR;
	w->end = length == 0 ? INT64_MAX : w->start + length;
	w->substeps = (sc->step + DT_MS - 1) / DT_MS;
	w->dt = (double)sc->step / (double)w->substeps / 1000;
	tp_rng_init(&w->rng, (uint64_t)sc->seed);
	w->sensors = tp_calloc(w->n, sizeof(*w->sensors));
	place_sensors(w);
	build_road(w);
	plan(w);
}

int
tp_scenario_run(const struct tp_scenario *sc, struct tp_events *ev,
    struct tp_out *out)
{
	struct tp_scenario own = *sc;
	struct world	w = { .sc = &own, .ev = ev, .out = out };
	int64_t		t;
	size_t		i;
	int		rc = 0;

	if (sc->kind >= TP_SCENARIO_LA)
		return tp_lascenario_run(sc, ev, out);
	if (own.step == 0)
		own.step = 5 * TP_MINUTE;
	build(&w);
	t = w.start - (WARMUP + own.step - 1) / own.step * own.step;
	for (; t < w.end && rc == 0; t += own.step) {
		run_step(&w, t);
		if (t >= w.start)
			rc = write_step(&w, t);
	}
	for (i = 0; i < w.n; i++)
		tp_seg_release(&w.sensors[i].seg);
	free(w.sensors);
	free(w.dry_vf);
	tp_ctm_release(&w.road);
	return rc;
}
