/*
 * tp-predict: forecasts of each segment from a live or recorded stream.
 */
#include "base/log.h"
#include "data/sensors.h"
#include "forecast/live.h"
#include "io/file.h"
#include "io/versions.h"
#include "stream/run.h"

/* A model, which stays while a step is forecast with it. */
struct held {
	struct tp_modelfile	 file;
	unsigned		 users;
	struct held		*next;
};

struct conf {
	struct tp_run_opts	 run;
	struct tp_live_conf	 live;
	const char		*model_arg, *horizons, *levels, *graph_path;
	const char		*profiles_path;
	char			*model_path;	/* of the file */
	int			 unit;		/* enum tp_unit */
	int			 early;
	int64_t			 max_keys;
	struct held		*models;	/* the one in use, older ones */
	struct tp_file_seen	 seen;		/* the file when it was read */
	struct tp_trail		 profiles;
	struct tp_file_seen	 profiles_seen;
	struct tp_neighbours	 graph;
	bool			 told;		/* of a stranger */
	struct tp_shape_conf	 shape;
	struct tp_sensors	 sensors;
	int			 as;
	const char		*sensors_path;
};

#define AT(field)	offsetof(struct conf, field)

static const struct tp_opt options[] = {
	{ .kind = TP_OPT_HEADING, .help = "Forecasts" },
	{ TP_OPT_FILE, 'm', "model", AT(model_arg), "FILE|FOLDER", NULL,
	    "model that tp-train saved, or the current one of FOLDER; read "
	    "again when it changes", 0, 0 },
	{ TP_OPT_STR, 0, "horizons", AT(horizons), "LIST", NULL,
	    "minutes ahead, of those the model has (default all)", 0, 0 },
	{ TP_OPT_STR, 0, "levels", AT(levels), "LIST", NULL,
	    "limits of the congestion levels in mph, best first (default "
	    "60,45,30,15), or ratio[:LIST] of the free-flow speed", 0, 0 },
	TP_RUN_SPEED_UNIT(AT(run.speed_unit)),
	{ TP_OPT_CHOICE, 0, "units", AT(unit), "UNIT", "keep|kmh|mph",
	    "of the speeds written (default: those of the input)", 0, 0 },
	{ TP_OPT_CHOICE, 0, "as", AT(as), "SHAPE", TP_SHAPE_NAMES,
	    TP_SHAPE_HELP, 0, 0 },
	{ TP_OPT_FILE, 0, "sensors", AT(sensors_path), "FILE", NULL,
	    "CSV table of the places of segments, for --as", 0, 0 },
	{ TP_OPT_FILE, 0, "graph", AT(graph_path), "FILE", NULL,
	    "CSV table from,to,distance_m, for models that read neighbours",
	    0, 0 },
	{ TP_OPT_FILE, 0, "profiles", AT(profiles_path), "FILE", NULL,
	    "what is usual, for models that read it; read again when it "
	    "changes (default: learnt from the input)", 0, 0 },
	{ TP_OPT_FLAG, 0, "adapt", AT(live.adapt), NULL, NULL,
	    "learn from forecasts that came due: bias and intervals", 0, 0 },
	{ .kind = TP_OPT_HEADING, .help = "When a step closes" },
	{ TP_OPT_DUR, 0, "delay", AT(live.grid.delay_ms), "TIME", NULL,
	    "how much later than the newest a reading may come (default 0)",
	    0, 0 },
	{ TP_OPT_DUR, 0, "wait", AT(live.grid.wait_ms), "TIME", NULL,
	    "close steps when nothing came for so long (default 5s, "
	    "0: never)", 0, 0 },
	{ TP_OPT_TRI, 0, "early", AT(early), NULL, NULL,
	    "close a step when all known segments have reported "
	    "(default: yes)", 0, 0 },
	{ TP_OPT_DUR, 0, "max-future", AT(live.grid.max_future_ms), "TIME",
	    NULL, "refuse records further ahead of the clock (default 5m)",
	    0, 0 },
	{ TP_OPT_INT, 0, "max-keys", AT(max_keys), "N", NULL,
	    "segments at once; others are refused (default 100000)",
	    1, 1e8 },
	{ .kind = TP_OPT_END },
};

static const char tail[] =
    "Example:\n"
    "  tail -f events.jsonl | tp-predict -m la.model\n";

static const struct tp_tool tool = {
	.name = "tp-predict",
	.brief = "forecast speeds from a stream of events",
	.operands = "[FILE ...]",
	.opts = options,
	.shared = tp_run_options,
	.shared_offset = AT(run),
	.help_tail = tail,
};

static void
refresh_profiles(struct conf *c)
{
	struct tp_err	why = { 0 };

	if (tp_trail_open(&c->profiles, c->profiles_path, &why) != 0)
		tp_log_error("%s; still using the profiles before", why.text);
	else
		tp_log_note("using new profiles");
}

/* Frees the models of a list that nobody uses. */
static void
drop(struct held **list)
{
	struct held	*h;

	while ((h = *list) != NULL) {
		if (h->users > 0) {
			list = &h->next;
			continue;
		}
		*list = h->next;
		tp_modelfile_release(&h->file);
		free(h);
	}
}

/* The model of the file comes into use. */
static int
use(struct conf *c, struct tp_err *e)
{
	struct held	*new = tp_calloc(1, sizeof(*new));

	c->live.users = &new->users;
	if (tp_modelfile_open(&new->file, c->model_path, e) != 0) {
		free(new);
		return -1;
	}
	if (tp_live_use(&c->live, &new->file, e) != 0) {
		drop(&new);
		return tp_err_prefix(e, "%s", c->model_path);
	}
	new->next = c->models;
	c->models = new;
	drop(&new->next);
	return 0;
}

/* A new model takes the place of the old; one that is no good does not. */
static void
refresh_model(struct conf *c)
{
	struct tp_err	why = { 0 };

	if (use(c, &why) != 0)
		tp_log_error("%s; still using '%s'", why.text,
		    c->models->file.version);
	else
		tp_log_note("using model '%s'", c->models->file.version);
}

static int
refresh(void *arg, bool hup, struct tp_err *e)
{
	struct conf	*c = arg;

	(void)e;
	if (c->profiles_path != NULL &&
	    (tp_file_changed(c->profiles_path, &c->profiles_seen) || hup))
		refresh_profiles(c);
	if (strcmp(c->model_path, "-") != 0 &&
	    (tp_file_changed(c->model_path, &c->seen) || hup))
		refresh_model(c);
	return 0;
}

/* Says so of the first segment that no model has learnt. */
static void
tell_stranger(void *arg, const char *id, size_t n)
{
	struct conf	*c = arg;

	if (!c->told)
		tp_log_note("segment '%.*s' is not known to model '%s': it and "
		    "others like it are forecast from what is usual for all "
		    "segments, and counted as unknown", (int)n, id,
		    c->live.use.model->version);
	c->told = true;
}

static int
set_graph(struct conf *c, struct tp_err *e)
{
	if (c->graph_path == NULL)
		return 0;
	c->live.grid.graph = &c->graph;
	return tp_neighbours_open(&c->graph, c->graph_path, e);
}

static int
set_profiles(struct conf *c, struct tp_err *e)
{
	c->live.grid.learn = c->profiles_path == NULL &&
	    !tp_run_reads_topics(&c->run);
	if (c->profiles_path == NULL)
		return 0;
	c->live.grid.profiles = &c->profiles;
	tp_file_changed(c->profiles_path, &c->profiles_seen);
	return tp_trail_open(&c->profiles, c->profiles_path, e);
}

static int
configure(struct conf *c, struct tp_err *e)
{
	struct tp_live_conf	*l = &c->live;
	int			 n;

	if (c->model_arg == NULL)
		return tp_opt_error(e, "no model; -m FILE names it");
	if (c->horizons != NULL) {
		n = tp_opt_ints(c->horizons, l->minutes, TP_MODEL_HORIZONS,
		    1, 1000 * 1000);
		if (n < 1)
			return tp_opt_error(e, "--horizons: '%s' is no list "
			    "of minutes", c->horizons);
		l->nminutes = (size_t)n;
	}
	if (c->levels != NULL && tp_levels_parse(&l->levels, c->levels) != 0)
		return tp_opt_error(e, "--levels: '%s' is no list of four "
		    "descending limits, nor ratio", c->levels);
	c->model_path = tp_versions_path(c->model_arg);
	l->unit = (enum tp_unit)c->unit;
	l->grid.max_keys = (size_t)c->max_keys;
	l->grid.early = c->early != -1;
	l->topics = tp_run_reads_topics(&c->run);
	if (strcmp(c->model_path, "-") == 0 && c->run.inputs.n == 0)
		return tp_opt_error(e, "the model and the records cannot "
		    "both be standard input");
	c->shape.shape = (enum tp_shape_system)c->as;
	if (tp_sensors_shape(&c->sensors, c->sensors_path, &c->shape,
	    e) != 0 || set_graph(c, e) != 0 || set_profiles(c, e) != 0)
		return -1;
	tp_file_changed(c->model_path, &c->seen);
	return use(c, e);
}

static void
release(struct conf *c)
{
	drop(&c->models);
	free(c->model_path);
	tp_neighbours_release(&c->graph);
	tp_sensors_release(&c->sensors);
	tp_trail_release(&c->profiles);
}

int
main(int argc, char **argv)
{
	struct conf	c = {
		.run = tp_run_defaults,
		.live = {
			.grid = tp_grid_defaults,
			.levels = tp_levels_default,
		},
		.max_keys = (int64_t)tp_grid_defaults.max_keys,
	};
	struct tp_run	run = {
		.opts = &c.run,
		.filter = &tp_live_filter,
		.conf = &c.live,
		.shape = &c.shape,
		.what = "records",
		.refresh = refresh,
		.refresh_arg = &c,
	};
	struct tp_err	e = { 0 };
	int		rc;

	c.live.grid.wait_ms = 5 * TP_SECOND;
	c.live.stranger = tell_stranger;
	c.live.stranger_arg = &c;
	rc = tp_run_start(&tool, argc, argv, &c, &c.run);
	if (rc != 0)
		return rc - 1;
	rc = configure(&c, &e);
	run.whole = rc == 0 && tp_live_whole(&c.live);
	run.wait_ms = c.live.grid.wait_ms;
	if (rc == 0)
		rc = tp_run(&run, &e);
	release(&c);
	return tp_run_exit(rc, &e);
}
