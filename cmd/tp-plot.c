/*
 * tp-plot: pictures of streams, by gnuplot: PNG, SVG, or in the terminal.
 */
#include <strings.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/log.h"
#include "base/opttime.h"
#include "base/sig.h"
#include "data/sensors.h"
#include "io/file.h"
#include "plot/gnuplot.h"
#include "plot/plot.h"
#include "plot/roadtable.h"
#include "stream/run.h"

#define TABLE_MAX	((size_t)64 << 20)	/* bytes of --sensors */

struct conf {
	struct tp_run_opts	 run;
	struct tp_plot_conf	 plot;
	struct tp_page		 page;
	struct tp_opt_list	 truth;
	const char		*output, *from, *to, *zone;
	const char		*sensors_path, *order_path;
	int			 kind, type, unit;
	int64_t			 width, height, horizon;
	int64_t			 max_keys, max_readings;
	struct tp_tz		 tz;
	struct tp_road_table	 rows;
};

#define AT(field)	offsetof(struct conf, field)

static const struct tp_opt options[] = {
	{ .kind = TP_OPT_HEADING, .help = "The picture" },
	{ TP_OPT_CHOICE, 'k', "kind", AT(kind), "KIND", TP_PLOT_KINDS,
	    "what to draw: speeds by time and sensor (the default), "
	    "forecasts against readings, errors by horizon, residuals, "
	    "speeds by hour, or a route on its roads", 0, 0 },
	{ TP_OPT_FILE, 'o', "output", AT(output), "FILE", NULL,
	    "the picture: .png or .svg by name, - in the terminal "
	    "(the default)", 0, 0 },
	{ TP_OPT_CHOICE, 0, "type", AT(type), "TYPE", "auto|png|svg|text",
	    "what kind of file (default: by the name of FILE)", 0, 0 },
	{ TP_OPT_STR, 0, "title", AT(page.title), "TEXT", NULL,
	    "another title", 0, 0 },
	{ TP_OPT_INT, 0, "width", AT(width), "N", NULL,
	    "in pixels (default 1000), or columns of text", 20, 10000 },
	{ TP_OPT_INT, 0, "height", AT(height), "N", NULL,
	    "in pixels (default 600), or lines of text", 6, 10000 },
	{ .kind = TP_OPT_HEADING, .help = "What is shown" },
	{ TP_OPT_STR, 0, "from", AT(from), "TIME", NULL,
	    "leave out what is earlier", 0, 0 },
	{ TP_OPT_STR, 0, "to", AT(to), "TIME", NULL,
	    "leave out what is at TIME or later", 0, 0 },
	{ TP_OPT_STR, 0, "tz", AT(zone), "ZONE", NULL,
	    "zone of the picture's times, and of --from and --to "
	    "(default UTC)", 0, 0 },
	{ TP_OPT_CHOICE, 0, "units", AT(unit), "UNIT", "keep|kmh|mph",
	    "of the picture (default: of the first record)", 0, 0 },
	{ TP_OPT_STR, 0, "segment", AT(plot.segment), "ID", NULL,
	    "only this segment (forecast: default the first)", 0, 0 },
	{ TP_OPT_FILE, 0, "sensors", AT(sensors_path), "FILE", NULL,
	    "heatmap: order sensors along the road by this CSV table of "
	    "their places", 0, 0 },
	{ TP_OPT_FILE, 0, "order", AT(order_path), "FILE", NULL,
	    "heatmap: the order of sensors, one id a line", 0, 0 },
	{ TP_OPT_LIST, 0, "truth", AT(truth), "FILE", NULL,
	    "forecast, residuals: events of what happened; may be given "
	    "again", 0, 0 },
	{ TP_OPT_INT, 0, "horizon", AT(horizon), "MINUTES", NULL,
	    "forecast, residuals: how far ahead (default: the longest)",
	    1, 1e6 },
	{ TP_OPT_DUR, 0, "step", AT(plot.step_ms), "TIME", NULL,
	    "forecast, residuals: readings and target times of one such "
	    "step belong together (default 5m)", 0, 0 },
	TP_RUN_SPEED_UNIT(AT(run.speed_unit)),
	{ TP_OPT_STR, 0, "split", AT(plot.split), "NAME", NULL,
	    "error: which split (default test, else eval)", 0, 0 },
	{ .kind = TP_OPT_HEADING, .help = "Bounds" },
	{ TP_OPT_INT, 0, "max-keys", AT(max_keys), "N", NULL,
	    "segments at once; others are refused (default 100000)",
	    1, 1e8 },
	{ TP_OPT_INT, 0, "max-readings", AT(max_readings), "N", NULL,
	    "readings kept, 16 bytes each; others are refused "
	    "(default 100000000)", 1, 1e11 },
	{ .kind = TP_OPT_END },
};

static const char tail[] =
    "Example:\n"
    "  tp-window --size 15m events.jsonl | tp-plot --kind heatmap -o la.png\n";

static const struct tp_tool tool = {
	.name = "tp-plot",
	.brief = "draw pictures of traffic, forecasts and errors",
	.operands = "[FILE ...]",
	.opts = options,
	.shared = tp_run_options,
	.shared_offset = AT(run),
	.help_tail = tail,
};

static bool
ends_in(const char *s, const char *end)
{
	size_t	n = strlen(s), k = strlen(end);

	return n > k && strcasecmp(s + n - k, end) == 0;
}

/* The size of text: that of the terminal, else 80 columns. */
static void
set_text_size(struct conf *c)
{
	const char	*env = getenv("COLUMNS");
	struct winsize	 w = { 0 };
	int64_t		 columns = 80;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) == 0 && w.ws_col >= 40)
		columns = w.ws_col;
	else if (env != NULL && tp_parse_int(env, strlen(env), &columns) != 0)
		columns = 80;
	if (c->width == 0)
		c->width = columns < 40 ? 40 : columns > 500 ? 500 : columns;
	if (c->height == 0)
		c->height = c->kind == TP_PLOT_HEATMAP ? 104 :
		    w.ws_row >= 12 ? w.ws_row - 2 : 24;
}

static int
set_page(struct conf *c, struct tp_err *e)
{
	const char	*loc = getenv("LC_ALL");
	bool		 terminal = strcmp(c->output, "-") == 0;

	if (c->type == 0 && !terminal)
		c->type = ends_in(c->output, ".png") ? 1 :
		    ends_in(c->output, ".svg") ? 2 :
		    ends_in(c->output, ".txt") ? 3 : 0;
	if (c->type == 0 && !terminal)
		return tp_opt_error(e, "-o '%s': the name ends in neither "
		    ".png nor .svg nor .txt; --type says what it is",
		    c->output);
	c->page.kind = c->type == 1 ? TP_PAGE_PNG :
	    c->type == 2 ? TP_PAGE_SVG : TP_PAGE_TEXT;
	if (c->page.kind == TP_PAGE_TEXT)
		set_text_size(c);
	else if ((c->width != 0 && c->width < 300) ||
	    (c->height != 0 && c->height < 200))
		return tp_opt_error(e,
		    "a picture is at least 300 x 200 pixels");
	c->page.width = c->width != 0 ? (int)c->width : 1000;
	c->page.height = c->height != 0 ? (int)c->height : 600;
	c->page.colour = terminal && tp_log_colour(STDOUT_FILENO);
	if (loc == NULL || *loc == '\0')
		loc = getenv("LC_CTYPE");
	if (loc == NULL || *loc == '\0')
		loc = getenv("LANG");
	c->page.utf8 = loc != NULL && (strcasestr(loc, "utf-8") != NULL ||
	    strcasestr(loc, "utf8") != NULL);
	c->page.tz = &c->tz;
	c->page.tz_name = c->zone;
	return 0;
}

/* The readings to compare with are the first inputs of the run. */
static int
set_inputs(struct conf *c, struct tp_err *e)
{
	if (c->truth.n > 0 && c->kind != TP_PLOT_FORECAST &&
	    c->kind != TP_PLOT_RESIDUALS)
		return tp_opt_error(e, "--truth goes with --kind forecast "
		    "and residuals");
	if (c->truth.n == 0 && c->kind == TP_PLOT_RESIDUALS)
		return tp_opt_error(e, "no readings to compare with; "
		    "--truth FILE names them");
	c->plot.ntruth = (unsigned)c->truth.n;
	return tp_run_inputs_first(&c->run, &c->truth, e);
}

static int
configure(struct conf *c, struct tp_err *e)
{
	struct tp_plot_conf	*p = &c->plot;

	if (tp_tz_open(&c->tz, c->zone, e) != 0)
		return -1;
	p->tz = &c->tz;
	if (tp_opt_range(&c->tz, c->from, c->to, &p->from, &p->to, e) != 0)
		return -1;
	if (p->step_ms <= 0)
		return tp_opt_error(e, "--step must be more than 0");
	p->kind = (enum tp_plot_kind)c->kind;
	p->unit = (enum tp_unit)c->unit;
	p->horizon = (int)c->horizon;
	p->max_keys = (size_t)c->max_keys;
	p->max_readings = (size_t)c->max_readings;
	c->run.output = "/dev/null";	/* the run writes no records */
	if (set_page(c, e) != 0)
		return -1;
	return set_inputs(c, e);
}

/* Orders the sensors of the table along their roads. */
static void
order_places(struct conf *c, const struct tp_sensors *s)
{
	struct tp_buf	*fields = tp_calloc(s->ids.n + 1, sizeof(*fields));
	size_t		 i;

	for (i = 0; i < s->ids.n; i++) {
		struct tp_buf	*b = &fields[i];

		tp_buf_char(b, '{');
		tp_sensor_add(b, &s->v[i], 0);
		tp_buf_char(b, '}');
		if (b->n > 2)
			b->p[1] = ' ';	/* the comma before the first */
		memset(tp_buf_room(b, TP_JSON_PAD), 0, TP_JSON_PAD);
	}
	tp_road_table_order(&c->rows, &s->ids, fields);
	for (i = 0; i < s->ids.n; i++)
		tp_buf_release(&fields[i]);
	free(fields);
}

static int
set_order(struct conf *c, struct tp_err *e)
{
	const char		*path = c->sensors_path != NULL ?
				     c->sensors_path : c->order_path;
	struct tp_sensors	 s = { 0 };
	char			*text;
	size_t			 n;
	int			 rc = 0;

	if (path == NULL)
		return 0;
	if (c->sensors_path != NULL && c->order_path != NULL)
		return tp_opt_error(e, "--sensors and --order exclude each "
		    "other");
	if (tp_file_read(path, TABLE_MAX, &text, &n, e) != 0)
		return -1;
	if (c->order_path != NULL)
		tp_road_table_lines(&c->rows, text, n);
	else if ((rc = tp_sensors_parse(&s, path, text, n, e)) == 0)
		order_places(c, &s);
	tp_sensors_release(&s);
	free(text);
	c->plot.order = &c->rows.ids;
	c->plot.roads = (const char *const *)c->rows.roads;
	return rc;
}

static int
draw(struct conf *c, struct tp_plot *plot, struct tp_err *e)
{
	struct tp_buf	b = { 0 }, picture = { 0 };
	bool		script;
	int		rc = tp_plot_draw(plot, &c->page, &b, &script, e);

	if (rc == 0 && script) {
		rc = tp_gnuplot_run(&b, &picture, e);
		tp_page_finish(&c->page, &picture);
	}
	if (rc == 0)
		rc = script ? tp_file_replace(c->output, picture.p,
		    picture.n, e) : tp_file_replace(c->output, b.p, b.n, e);
	tp_buf_release(&b);
	tp_buf_release(&picture);
	return tp_sig_stop() != 0 ? 0 : rc;
}

int
main(int argc, char **argv)
{
	struct tp_plot	plot = { 0 };
	struct conf	c = {
		.run = tp_run_defaults,
		.plot = { .from = INT64_MIN, .to = INT64_MAX,
		    .step_ms = 5 * TP_MINUTE },
		.output = "-", .zone = "UTC",
		.max_keys = 100000, .max_readings = 100000000,
	};
	struct tp_run	run = {
		.opts = &c.run,
		.filter = &tp_plot_filter,
		.conf = &c.plot,
		.state = &plot,
		.what = "records",
	};
	struct tp_err	e = { 0 };
	int		rc;

	rc = tp_run_start(&tool, argc, argv, &c, &c.run);
	if (rc != 0)
		return rc - 1;
	rc = configure(&c, &e);
	if (rc == 0)
		rc = set_order(&c, &e);
	if (rc == 0)
		rc = tp_run(&run, &e);
	if (rc == 0 && tp_sig_stop() == 0)
		rc = draw(&c, &plot, &e);
	tp_plot_release(&plot);
	tp_road_table_release(&c.rows);
	free(c.truth.v);
	return tp_run_exit(rc, &e);
}
