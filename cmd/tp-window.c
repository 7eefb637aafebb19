/*
 * tp-window: reads events, writes one aggregate for each segment (or road, or
 * grid cell) and window of event time.
 */
#include "data/sensors.h"
#include "stream/run.h"
#include "window/window.h"

#define SLIDE_IS_SIZE	(-1)	/* --slide was not given */

struct conf {
	struct tp_run_opts	 run;
	struct tp_window_conf	 win;
	struct tp_shape_conf	 shape;
	struct tp_sensors	 sensors;
	int			 emit, fill, at_eof, units, as;
	const char		*tz_name, *by, *cell, *late, *agg, *levels;
	const char		*sensors_path;
	struct tp_tz		 tz;
	const char		*paths[2];	/* of the output late */
};

#define AT(field)	offsetof(struct conf, field)

static const struct tp_opt options[] = {
	{ .kind = TP_OPT_HEADING, .help = "Windows" },
	{ TP_OPT_DUR, 's', "size", AT(win.size), "TIME", NULL,
	    "length of a window (default 5m)", 0, 0 },
	{ TP_OPT_DUR, 0, "slide", AT(win.slide), "TIME", NULL,
	    "a window begins every TIME (default: --size)", 0, 0 },
	{ TP_OPT_DUR, 0, "offset", AT(win.offset), "TIME", NULL,
	    "windows begin TIME after the full multiples of --slide", 0, 0 },
	{ TP_OPT_STR, 0, "tz", AT(tz_name), "ZONE", NULL,
	    "windows are days of this time zone", 0, 0 },
	{ TP_OPT_STR, 0, "by", AT(by), "KEY", NULL,
	    "group by segment (default) or road", 0, 0 },
	{ TP_OPT_STR, 0, "cell", AT(cell), "CELL", NULL,
	    "group by cells: grid:250m, geohash:6 or h3:8", 0, 0 },
	TP_RUN_SPEED_UNIT(AT(run.speed_unit)),
	{ TP_OPT_STR, 0, "time", AT(win.time_field), "FIELD", NULL,
	    "take the time of an event from FIELD", 0, 0 },
	{ .kind = TP_OPT_HEADING, .help = "Late and early" },
	{ TP_OPT_DUR, 0, "delay", AT(win.delay), "TIME", NULL,
	    "how much later than the newest an event may come (default 0)",
	    0, 0 },
	{ TP_OPT_DUR, 0, "grace", AT(win.grace), "TIME", NULL,
	    "keep a window open so long after its end (default 0)", 0, 0 },
	{ TP_OPT_STR, 0, "late", AT(late), "WHAT", NULL,
	    "drop (default), reject, update, or a file for late events",
	    0, 0 },
	{ TP_OPT_DUR, 0, "max-future", AT(win.max_future), "TIME", NULL,
	    "refuse events further ahead of the clock (default 5m)", 0, 0 },
	{ TP_OPT_DUR, 0, "idle", AT(win.idle), "TIME", NULL,
	    "let event time go on when nothing came for so long "
	    "(default 30s, 0: never)", 0, 0 },
	{ TP_OPT_STR, 0, "dedupe", AT(win.dedupe), "FIELD", NULL,
	    "count an event with the same time and FIELD once", 0, 0 },
	{ .kind = TP_OPT_HEADING, .help = "Aggregates" },
	{ TP_OPT_CHOICE, 0, "emit", AT(emit), "WHEN", "final|updates|both",
	    "write a window when it closes (default), when it has changed, "
	    "or both", 0, 0 },
	{ TP_OPT_DUR, 0, "every", AT(win.every), "TIME", NULL,
	    "event time between updates (default 10s)", 0, 0 },
	{ TP_OPT_STR, 'a', "agg", AT(agg), "LIST", NULL,
	    "fields: n,mean,min,max,std,p50,p99.9,last,volume,occupancy,"
	    "level,quality,vehicles", 0, 0 },
	{ TP_OPT_INT, 0, "top", AT(win.top), "N", NULL,
	    "of each window write the first N by --rank", 1, 1e8 },
	{ TP_OPT_CHOICE, 0, "rank", AT(win.rank), "WHAT", TP_WINDOW_RANKS,
	    "the slowest first (default), or the most events, or vehicles",
	    0, 0 },
	{ TP_OPT_CHOICE, 0, "fill", AT(fill), "HOW", "none|empty|last",
	    "also write windows without events of known segments "
	    "(default none)", 0, 0 },
	{ TP_OPT_DUR, 0, "fill-for", AT(win.fill_for), "TIME", NULL,
	    "a segment is known so long after a reading (default 1h)", 0, 0 },
	{ TP_OPT_INT, 0, "min-n", AT(win.min_n), "N", NULL,
	    "leave out windows with fewer events", 0, 1e15 },
	{ TP_OPT_CHOICE, 0, "at-eof", AT(at_eof), "WHAT", "flush|hold",
	    "write open windows at the end of input (default), or not",
	    0, 0 },
	{ TP_OPT_INT, 0, "max-keys", AT(win.max_keys), "N", NULL,
	    "segments at once; others are refused (default 1000000)",
	    1, 1e8 },
	{ TP_OPT_STR, 0, "levels", AT(levels), "LIMITS", NULL,
	    "limits of congestion_level (default 60,45,30,15 mph), or ratio",
	    0, 0 },
	{ TP_OPT_CHOICE, 0, "units", AT(units), "UNIT", "keep|kmh|mph",
	    "of speeds (default keep: as the first event has it)", 0, 0 },
	{ TP_OPT_CHOICE, 0, "as", AT(as), "SHAPE", TP_SHAPE_NAMES,
	    TP_SHAPE_HELP, 0, 0 },
	{ TP_OPT_FILE, 0, "sensors", AT(sensors_path), "FILE", NULL,
	    "CSV table of the places of segments, for --as", 0, 0 },
	{ .kind = TP_OPT_END },
};

static const char tail[] =
    "Example:\n"
    "  tp-replay --format metr-la FILE | tp-window --size 15m\n";

static const struct tp_tool tool = {
	.name = "tp-window",
	.brief = "aggregate events by segment and window of time",
	.operands = "[FILE ...]",
	.opts = options,
	.shared = tp_run_options,
	.shared_offset = AT(run),
	.help_tail = tail,
};

static void
set_late(struct conf *c)
{
	if (c->late == NULL || strcmp(c->late, "drop") == 0)
		c->win.late = TP_WINDOW_LATE_DROP;
	else if (strcmp(c->late, "reject") == 0)
		c->win.late = TP_WINDOW_LATE_REJECT;
	else if (strcmp(c->late, "update") == 0)
		c->win.late = TP_WINDOW_LATE_UPDATE;
	else {
		c->win.late = TP_WINDOW_LATE_OUT;
		c->paths[TP_WINDOW_OUT_LATE] = c->late;
	}
}

/* From what the options say to what the filter takes. */
static int
configure(struct conf *c, struct tp_err *e)
{
	struct tp_window_conf	*w = &c->win;

	w->emit = (enum tp_window_emit)c->emit;
	w->fill = (enum tp_window_fill)c->fill;
	w->hold = c->at_eof == 1;
	w->unit = (enum tp_unit)c->units;
	if (w->slide == SLIDE_IS_SIZE)
		w->slide = w->size;
	set_late(c);
	if (c->by != NULL && c->cell != NULL)
		return tp_opt_error(e, "--by and --cell are one or the other");
	if (c->by != NULL && tp_window_by_parse(w, c->by) != 0)
		return tp_opt_error(e, "--by: '%s' is not segment, road or "
		    TP_TILING_TEXT, c->by);
	if (c->cell != NULL && tp_window_cell_parse(w, c->cell) != 0)
		return tp_opt_error(e, "--cell: '%s' is not " TP_TILING_TEXT,
		    c->cell);
	if (c->agg != NULL && tp_window_aggs_parse(&w->aggs, c->agg) != 0)
		return tp_opt_error(e, "--agg: '%s' is no list of n, mean, "
		    "min, max, std, last, volume, occupancy, level, quality, "
		    "vehicles and up to %d percentiles such as p85", c->agg,
		    TP_WINDOW_PCTS);
	if (c->levels != NULL && tp_levels_parse(&w->levels, c->levels) != 0)
		return tp_opt_error(e, "--levels: '%s' is not four falling "
		    "limits in mph, or ratio", c->levels);
	if (c->tz_name != NULL) {
		if (tp_tz_open(&c->tz, c->tz_name, e) != 0)
			return tp_err_prefix(e, "--tz");
		w->tz = &c->tz;
	}
	c->shape.shape = (enum tp_shape_system)c->as;
	return tp_window_conf_check(w, e) != 0 ? -1 :
	    tp_sensors_shape(&c->sensors, c->sensors_path, &c->shape, e);
}

int
main(int argc, char **argv)
{
	struct conf	c = {
		.run = tp_run_defaults,
		.win = tp_window_defaults,
	};
	struct tp_run	run = {
		.opts = &c.run,
		.filter = &tp_window_filter,
		.conf = &c.win,
		.shape = &c.shape,
		.paths = c.paths + 1,
		.what = "events",
	};
	struct tp_err	e = { 0 };
	int		rc;

	c.win.slide = SLIDE_IS_SIZE;
	rc = tp_run_start(&tool, argc, argv, &c, &c.run);
	if (rc != 0)
		return rc - 1;
	rc = configure(&c, &e);
	if (rc == 0)
		rc = tp_run(&run, &e);
	tp_sensors_release(&c.sensors);
	return tp_run_exit(rc, &e);
}
