/*
 * tp-replay: turns files of traffic history, or a made-up scenario, into a
 * stream of events, at any speed.
 */
#include "base/clock.h"
#include "base/log.h"
#include "base/opttime.h"
#include "base/sig.h"
#include "data/flow.h"
#include "data/replay.h"
#include "data/scenario.h"
#include "data/sensors.h"
#include "data/taxi.h"
#include "io/file.h"
#include "stream/run.h"

#define TABLE_MAX	((size_t)64 << 20)	/* bytes of a side table */

struct conf {
	struct tp_run_opts	 run;
	struct tp_replay_conf	 replay;
	struct tp_tz		 tz;
	struct tp_map		 only;
	struct tp_sensors	 sensors, zones;
	struct tp_scenario	 scenario;
	struct tp_taxi_conf	 taxi;
	struct tp_graph		 graph;
	struct tp_shape_conf	 shape;
	struct tp_pace		 pace;
	int			 as;
	bool			 loop;
	const char		*from, *to, *rebase, *zone, *missing;
	const char		*segments, *sensors_path, *start;
	const char		*box, *zones_path, *graph_path, *shapes_path;
	struct tp_shapes	 shapes;
	size_t			 shapes_saved;	/* bytes of their text */
};

#define AT(field)	offsetof(struct conf, field)

static const struct tp_opt options[] = {
	{ .kind = TP_OPT_HEADING, .help = "Input" },
	{ TP_OPT_CHOICE, 'f', "format", AT(replay.format), "FORMAT",
	    TP_FORMAT_NAMES, "what the files are (default auto: told by "
	    "their first line where that is certain)", 0, 0 },
	{ TP_OPT_CHOICE, 0, "speed-unit", AT(replay.unit), "UNIT", "none|kmh|mph",
	    "unit of speeds that do not tell theirs", 0, 0 },
	{ TP_OPT_STR, 0, "missing", AT(missing), "VALUE", NULL,
	    "speed that stands for no reading (metr-la: 0)", 0, 0 },
	{ TP_OPT_STR, 0, "tz", AT(zone), "ZONE", NULL,
	    "zone of times that have none (default UTC; nyc: "
	    TP_TAXI_ZONE ")", 0, 0 },
	{ TP_OPT_STR, 0, "key", AT(replay.key), "NAME", NULL,
	    "which frame of an HDF5 file that holds several", 0, 0 },
	{ .kind = TP_OPT_HEADING, .help = "Taxi trips (--format nyc)" },
	{ TP_OPT_DUR, 0, "every", AT(taxi.every), "TIME", NULL,
	    "between positions of a taxi (default 10s)", 0, 0 },
	{ TP_OPT_FILE, 0, "graph", AT(graph_path), "FILE", NULL,
	    "drive on the roads of tp-graph's FILE, not straight on", 0, 0 },
	{ TP_OPT_FILE, 0, "zones", AT(zones_path), "FILE", NULL,
	    "CSV table LocationID,latitude,longitude of the zones", 0, 0 },
	{ TP_OPT_STR, 0, "box", AT(box), "S,W,N,E", NULL,
	    "leave out trips not in it (default 40.4,-74.5,41.2,-73.4)",
	    0, 0 },
	{ .kind = TP_OPT_HEADING, .help = "A scenario instead of files" },
	{ TP_OPT_CHOICE, 0, "scenario", AT(scenario.kind), "NAME",
	    TP_SCENARIO_NAMES, "make up traffic on a motorway", 0, 0 },
	{ TP_OPT_INT, 0, "seed", AT(scenario.seed), "N", NULL,
	    "another course of events (default 1)", 0, 1e15 },
	{ TP_OPT_INT, 0, "segments-count", AT(scenario.segments), "N", NULL,
	    "sensors, 800 m apart (default 25)", 1, 10000 },
	{ TP_OPT_STR, 0, "start", AT(start), "TIME", NULL,
	    "when it begins, or now (default: a Monday, at the hour that "
	    "suits it)", 0, 0 },
	{ TP_OPT_DUR, 0, "duration", AT(scenario.duration), "TIME", NULL,
	    "how long it lasts; 0: for ever (default: 4h to 24h)", 0, 0 },
	{ .kind = TP_OPT_HEADING, .help = "What is written" },
	{ TP_OPT_STR, 0, "from", AT(from), "TIME", NULL,
	    "leave out what is earlier", 0, 0 },
	{ TP_OPT_STR, 0, "to", AT(to), "TIME", NULL,
	    "leave out what is at TIME or later", 0, 0 },
	{ TP_OPT_STR, 0, "segments", AT(segments), "LIST", NULL,
	    "only these ids, parted by commas; @FILE: one a line", 0, 0 },
	{ TP_OPT_FILE, 0, "sensors", AT(sensors_path), "FILE", NULL,
	    "CSV table sensor_id,latitude,longitude,...; adds place and "
	    "road", 0, 0 },
	{ TP_OPT_FILE, 0, "shapes", AT(shapes_path), "FILE", NULL,
	    "here: keep the line of each road section in FILE", 0, 0 },
	{ TP_OPT_CHOICE, 0, "as", AT(as), "SHAPE", TP_SHAPE_NAMES,
	    TP_SHAPE_HELP, 0, 0 },
	{ TP_OPT_STR, 0, "rebase", AT(rebase), "TIME", NULL,
	    "shift all times so that the first event is at TIME, or now",
	    0, 0 },
	{ .kind = TP_OPT_HEADING, .help = "Pace" },
	{ TP_OPT_NUM, 's', "speed", AT(pace.speed), "FACTOR", NULL,
	    "FACTOR times as fast as it happened; 1: as it happened; "
	    "0, the default: as fast as it goes", 0, 1e9 },
	{ TP_OPT_NUM, 'r', "rate", AT(pace.rate), "N", NULL,
	    "N events a second", 0, 1e9 },
	{ TP_OPT_FLAG, 0, "loop", AT(loop), NULL, NULL,
	    "start over at the end, for ever; times go on", 0, 0 },
	{ TP_OPT_DUR, 0, "step", AT(replay.step), "TIME", NULL,
	    "time between a scenario's readings (default 5m), and from the "
	    "end of a --loop round to the next", 0, 0 },
	{ .kind = TP_OPT_END },
};

static const char tail[] =
	"Examples:\n"
	"  tp-replay --format metr-la metr-la.h5 | tp-validate\n"
	"  tp-replay --format metr-la --speed 60 --rebase now metr-la.h5\n"
	"  tp-replay --scenario accident --seed 7 | tp-window --size 15m\n";

static const struct tp_tool tool = {
	.name = "tp-replay",
	.brief = "turn files of traffic history into a stream of events",
	.operands = "[FILE ...]",
	.opts = options,
	.shared = tp_run_options,
	.shared_offset = AT(run),
	.help_tail = tail,
};

static int
set_segments(struct conf *c, struct tp_err *e)
{
	char	*text;
	size_t	 n;

	if (c->segments == NULL)
		return 0;
	if (c->segments[0] == '@') {
		if (tp_file_read(c->segments + 1, TABLE_MAX, &text, &n, e) ==
		    -1)
			return -1;
		tp_map_add_list(&c->only, text, n, '\n');
		free(text);
	} else {
		tp_map_add_list(&c->only, c->segments, strlen(c->segments),
		    ',');
	}
	if (c->only.n == 0)
		return tp_opt_error(e, "--segments: '%s' names none",
		    c->segments);
	c->replay.only = &c->only;
	c->replay.seen = tp_calloc(c->only.n + 1, sizeof(bool));
	return 0;
}

static int
set_sensors(struct conf *c, struct tp_err *e)
{
	if (c->sensors_path == NULL)
		return 0;
	c->replay.sensors = &c->sensors;
	return tp_sensors_open(&c->sensors, c->sensors_path, e);
}

static int
set_taxi(struct conf *c, struct tp_err *e)
{
	struct tp_taxi_conf	*x = &c->taxi;

	if (tp_taxi_conf_set(x, c->box, e) == -1)
		return -1;
	if (c->replay.format != TP_FORMAT_NYC)
		return c->box == NULL && c->zones_path == NULL &&
		    c->graph_path == NULL ? 0 : tp_opt_error(e,
		    "--box, --zones and --graph are for --format nyc");
	if (c->run.inputs.n > 1)
		x->files = c->run.inputs.n;
	if (c->zones_path != NULL) {
		x->zones = &c->zones;
		if (tp_sensors_open(&c->zones, c->zones_path, e) == -1)
			return -1;
	}
	if (c->graph_path == NULL)
		return 0;
	x->graph = &c->graph;
	return tp_graph_open(&c->graph, c->graph_path, e);
}

/* A time of the command line is local to --tz. */
static int
time_or_now(struct conf *c, const char *name, const char *s, int64_t *t,
    struct tp_err *e)
{
	*t = TP_TIME_NONE;
	if (s == NULL || strcmp(s, "now") != 0)
		return tp_opt_time(&c->tz, name, s, t, e);
	*t = c->run.now_ms != TP_TIME_NONE ? c->run.now_ms :
	    tp_clock_wall_ms();
	return 0;
}

static int
set_times(struct conf *c, struct tp_err *e)
{
	struct tp_replay_conf	*r = &c->replay;

	if (c->zone == NULL)
		c->zone = r->format == TP_FORMAT_NYC ? TP_TAXI_ZONE : "UTC";
	if (tp_tz_open(&c->tz, c->zone, e) == -1)
		return -1;
	r->tz = &c->tz;
	if (tp_opt_range(&c->tz, c->from, c->to, &r->from, &r->to, e) == -1)
		return -1;
	return time_or_now(c, "rebase", c->rebase, &r->rebase, e);
}

static int
set_scenario(struct conf *c, struct tp_err *e)
{
	static const char	*nothing[] = { "/dev/null" };
	struct tp_scenario	*s = &c->scenario;

	if (s->kind == TP_SCENARIO_NONE)
		return 0;
	if (c->run.inputs.n > 0)
		return tp_opt_error(e, "--scenario reads no files: '%s'",
		    c->run.inputs.v[0]);
	s->tz = &c->tz;
	s->step = c->replay.step;
	if (s->step != 0 && (s->step < TP_SECOND || s->step > TP_HOUR))
		return tp_opt_error(e, "--step must be 1s to 1h");
	if (time_or_now(c, "start", c->start, &s->start, e) == -1)
		return -1;
	c->run.inputs.v = nothing;
	c->run.inputs.n = 1;
	c->replay.scenario = s;
	return 0;
}

/* The present, for answers that do not say when; and shapes that are new. */
static int
refresh(void *arg, bool hup, struct tp_err *e)
{
	struct conf	*c = arg;
	size_t		 n = c->shapes.text.n;

	(void)hup;
	c->replay.now = c->run.now_ms != TP_TIME_NONE ? c->run.now_ms :
	    tp_clock_wall_ms();
	if (c->shapes_path == NULL || n == c->shapes_saved)
		return 0;
	c->shapes_saved = n;
	return tp_file_replace(c->shapes_path, c->shapes.text.p, n, e);
}

static int
set_shapes(struct conf *c, struct tp_err *e)
{
	if (c->shapes_path != NULL) {
		if (c->replay.format != TP_FORMAT_AUTO &&
		    c->replay.format != TP_FORMAT_HERE)
			return tp_opt_error(e,
			    "--shapes is for --format here");
		c->replay.shapes = &c->shapes;
		c->shapes_saved = SIZE_MAX;	/* there may be none */
	}
	return refresh(c, false, e);
}

static int
configure(struct conf *c, struct tp_err *e)
{
	c->replay.taxi = &c->taxi;
	c->shape.shape = (enum tp_shape_system)c->as;
	c->shape.tz = &c->tz;
	c->replay.max_line = (size_t)c->run.max_line;
	return set_times(c, e) == -1 || tp_replay_units(&c->replay, c->missing,
	    e) == -1 ||
	    set_scenario(c, e) == -1 || set_segments(c, e) == -1 ||
	    set_sensors(c, e) == -1 || set_taxi(c, e) == -1 ||
	    set_shapes(c, e) == -1 ? -1 : 0;
}

/* Ids asked for that never came are most likely mistyped. */
static void
note_unseen(const struct conf *c)
{
	size_t	i, n = 0;

	for (i = 0; i < c->only.n; i++)
		n += !c->replay.seen[i];
	for (i = 0; n > 0 && i < c->only.n; i++)
		if (!c->replay.seen[i]) {
			tp_log_note("segment '%s'%s is not in the input",
			    c->only.keys[i].p, n > 1 ? ", and others," : "");
			break;
		}
}

int
main(int argc, char **argv)
{
	struct conf	c = {
		.run = tp_run_defaults,
		.replay = { .from = INT64_MIN, .to = INT64_MAX },
		.scenario = { .seed = 1, .segments = 25, .duration = -1 },
		.taxi = tp_taxi_defaults,
	};
	struct tp_run	run = {
		.opts = &c.run,
		.reader = &tp_replay_reader,
		.conf = &c.replay,
		.shape = &c.shape,
		.refresh = refresh,
		.refresh_arg = &c,
		.what = "events",
	};
	struct tp_err	e = { 0 };
	char		note[TP_TAXI_NOTE];
	int		rc;

	rc = tp_run_start(&tool, argc, argv, &c, &c.run);
	if (rc != 0)
		return rc - 1;
	rc = configure(&c, &e);
	run.pace = c.pace;
	run.loop = c.loop;
	if (rc == 0)
		rc = tp_run(&run, &e);
	if (rc == 0)
		rc = refresh(&c, false, &e);
	if (rc == 0 && c.run.count == 0 && tp_sig_stop() == 0)
		note_unseen(&c);
	if (tp_taxi_note(&c.taxi, note))
		tp_log_note("%s", note);
	tp_map_release(&c.only);
	tp_sensors_release(&c.sensors);
	tp_sensors_release(&c.zones);
	tp_graph_release(&c.graph);
	tp_shapes_release(&c.shapes);
	free(c.replay.seen);
	return tp_run_exit(rc, &e);
}
