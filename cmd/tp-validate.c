/*
 * tp-validate: checks events of any known shape, writes them in the one flat
 * form, and diverts what is wrong.
 */
#include <math.h>

#include "data/sensors.h"
#include "rec/check.h"
#include "stream/run.h"

#define BOX_SIDES	4
#define SPEED_MAX	10000		/* that --max-speed takes */

struct conf {
	struct tp_run_opts	 run;
	struct tp_check_conf	 check;
	struct tp_shape_conf	 shape;
	int			 units, speed_unit, occupancy, twins, as;
	const char		*max_speed, *tz, *box, *sensors_path;
	struct tp_sensors	 sensors;
};

#define AT(field)	offsetof(struct conf, field)

static const struct tp_opt options[] = {
	{ .kind = TP_OPT_HEADING, .help = "What names do not say" },
	{ TP_OPT_CHOICE, 0, "speed-unit", AT(speed_unit), "UNIT",
	    "none|kmh|mph", "unit of speeds whose name has none", 0, 0 },
	{ TP_OPT_DUR, 0, "volume-per", AT(check.volume_ms), "TIME", NULL,
	    "the time that volume counts, as 5m or 1h; makes it volume_vph",
	    0, 0 },
	{ TP_OPT_CHOICE, 0, "occupancy", AT(occupancy), "SCALE",
	    "unknown|percent|share",
	    "scale of occupancy; makes it occupancy_percent", 0, 0 },
	{ TP_OPT_STR, 0, "tz", AT(tz), "ZONE", NULL,
	    "time zone of times without one (default UTC)", 0, 0 },
	{ .kind = TP_OPT_HEADING, .help = "Output" },
	{ TP_OPT_CHOICE, 0, "units", AT(units), "UNIT", "keep|kmh|mph",
	    "convert speeds", 0, 0 },
	{ TP_OPT_CHOICE, 0, "as", AT(as), "SHAPE", TP_SHAPE_NAMES,
	    TP_SHAPE_HELP, 0, 0 },
	{ TP_OPT_STR, 0, "processor-id", AT(check.processor_id), "NAME", NULL,
	    "written as processor_id (default tp-validate)", 0, 0 },
	{ .kind = TP_OPT_HEADING, .help = "Checks" },
	{ TP_OPT_STR, 0, "max-speed", AT(max_speed), "SPEED", NULL,
	    "with its unit, as 130mph (default 200kmh, and 120mph for "
	    "speeds in mph)", 0, 0 },
	{ TP_OPT_NUM, 0, "max-volume", AT(check.max_volume), "N", NULL,
	    "highest volume in vehicles an hour (default 20000)", 0, 1e9 },
	{ TP_OPT_TIME, 0, "min-time", AT(check.min_time), "TIME", NULL,
	    "refuse earlier events (default 2000-01-01)", 0, 0 },
	{ TP_OPT_DUR, 0, "max-age", AT(check.max_age), "TIME", NULL,
	    "refuse events that are older (default: any age is good)", 0, 0 },
	{ TP_OPT_DUR, 0, "max-ahead", AT(check.max_ahead), "TIME", NULL,
	    "refuse events further ahead of the clock (default 5m, "
	    "0: no limit)", 0, 0 },
	{ TP_OPT_INT, 0, "max-id", AT(check.max_id), "BYTES", NULL,
	    "refuse longer ids (default 128)", 1, 1e6 },
	{ TP_OPT_STR, 0, "bbox", AT(box), "LAT1,LON1,LAT2,LON2", NULL,
	    "refuse places outside: south, west, north, east", 0, 0 },
	{ TP_OPT_FILE, 0, "sensors", AT(sensors_path), "FILE", NULL,
	    "CSV table of the known sensors; others are refused, places "
	    "added and compared", 0, 0 },
	{ TP_OPT_NUM, 0, "max-distance", AT(check.max_distance), "METRES",
	    NULL, "refuse places further from that in --sensors "
	    "(default 1000)", 0, 1e8 },
	{ .kind = TP_OPT_HEADING, .help = "Duplicates" },
	{ TP_OPT_INT, 0, "dedupe", AT(check.dedupe), "N", NULL,
	    "look for duplicates among the last N records "
	    "(default 262144, 0: none)", 0, 1e8 },
	{ TP_OPT_CHOICE, 0, "duplicates", AT(twins), "POLICY",
	    "drop|reject|pass", "what to do with them; all but pass "
	    "count them", 0, 0 },
	{ .kind = TP_OPT_END },
};

static const char tail[] =
    "Exit status is 1 when a record was refused.\n"
    "Example:\n"
    "  tp-validate --tz America/Los_Angeles --rejects bad.jsonl raw.jsonl\n";

static const struct tp_tool tool = {
	.name = "tp-validate",
	.brief = "check events and write them in one form",
	.operands = "[FILE ...]",
	.opts = options,
	.shared = tp_run_options,
	.shared_offset = AT(run),
	.help_tail = tail,
};

/* "130mph" limits speeds in mph, and as many km/h. */
static int
set_max_speed(struct conf *c, struct tp_err *e)
{
	const char	*s = c->max_speed;
	size_t		 n;
	double		 v;
	bool		 mph;

	if (s == NULL)
		return 0;
	n = strlen(s);
	mph = n > 3 && strcmp(s + n - 3, "mph") == 0;
	if ((!mph && (n <= 3 || strcmp(s + n - 3, "kmh") != 0)) ||
	    tp_parse_num(s, n - 3, &v) != 0 || v <= 0 || v > SPEED_MAX)
		return tp_opt_error(e, "--max-speed: '%s' is no speed like "
		    "200kmh or 120mph", s);
	c->check.max_mph = mph ? v : v / TP_KMH_PER_MPH;
	c->check.max_kmh = mph ? v * TP_KMH_PER_MPH : v;
	return 0;
}

static int
set_box(struct conf *c, struct tp_err *e)
{
	const char	*s = c->box;
	double		 side[BOX_SIDES];
	size_t		 n;
	int		 i;

	if (s == NULL)
		return 0;
	for (i = 0; i < BOX_SIDES; i++) {
		n = strcspn(s, ",");
		if (tp_parse_num(s, n, &side[i]) != 0 ||
		    fabs(side[i]) > (i % 2 == 0 ? 90 : 180) ||
		    s[n] != (i < BOX_SIDES - 1 ? ',' : '\0'))
			break;
		s += n + 1;
	}
	if (i < BOX_SIDES || side[0] > side[2])
		return tp_opt_error(e, "--bbox: '%s' is not south,west,"
		    "north,east in degrees", c->box);
	c->check.boxed = true;
	c->check.south = side[0];
	c->check.west = side[1];
	c->check.north = side[2];
	c->check.east = side[3];
	return 0;
}

static int
set_sensors(struct conf *c, struct tp_err *e)
{
	if (tp_sensors_shape(&c->sensors, c->sensors_path, &c->shape, e) != 0)
		return -1;
	c->check.ids = c->shape.ids;
	c->check.places = c->shape.places;
	return 0;
}

/* From what the options say to what the filter takes. */
static int
configure(struct conf *c, struct tp_err *e)
{
	c->check.units = (enum tp_unit)c->units;
	c->check.speed_unit = (enum tp_unit)c->speed_unit;
	c->check.occupancy = (enum tp_check_occupancy)c->occupancy;
	c->check.twins = (enum tp_check_twins)c->twins;
	if (c->tz != NULL && tp_tz_open(&c->check.tz, c->tz, e) != 0)
		return -1;
	c->shape.shape = (enum tp_shape_system)c->as;
	c->shape.tz = c->tz != NULL ? &c->check.tz : NULL;
	if (set_max_speed(c, e) != 0 || set_box(c, e) != 0)
		return -1;
	return set_sensors(c, e);
}

int
main(int argc, char **argv)
{
	struct conf	c = {
		.run = tp_run_defaults, .check = tp_check_defaults,
	};
	struct tp_run	run = {
		.opts = &c.run, .filter = &tp_check_filter, .conf = &c.check,
		.shape = &c.shape, .what = "events",
	};
	struct tp_err	e = { 0 };
	int		rc;

	c.run.on_error = TP_ON_ERROR_SKIP;
	rc = tp_run_start(&tool, argc, argv, &c, &c.run);
	if (rc != 0)
		return rc - 1;
	rc = configure(&c, &e);
	if (rc == 0)
		rc = tp_run(&run, &e);
	if (rc == 0 && run.rejected > 0)
		rc = TP_EXIT_NO;
	tp_sensors_release(&c.sensors);
	return tp_run_exit(rc, &e);
}
