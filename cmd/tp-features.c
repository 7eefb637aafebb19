/*
 * tp-features: reads events or aggregates, writes one row of features for
 * each known segment and step of a regular grid.
 */
#include "base/log.h"
#include "base/mem.h"
#include "base/sig.h"
#include "feat/rowfilter.h"
#include "io/file.h"
#include "stream/run.h"

struct conf {
	struct tp_run_opts	 run;
	struct tp_grid_opts	 grid;
	int64_t			 lags, max_keys;
	int			 early;
	const char		*groups, *roll, *targets, *tz, *graph_path;
	const char		*cell;
	const char		*ahead, *profiles_path, *profiles_out;
	struct tp_neighbours	 graph;
	struct tp_trail		 profiles;
	struct tp_file_seen	 seen;	/* the profiles when they were read */
};

#define AT(field)	offsetof(struct conf, field)

static const struct tp_opt options[] = {
	{ .kind = TP_OPT_HEADING, .help = "The grid" },
	{ TP_OPT_DUR, 's', "step", AT(grid.spec.step_ms), "TIME", NULL,
	    "length of a step (default 5m)", 0, 0 },
	{ TP_OPT_DUR, 0, "delay", AT(grid.delay_ms), "TIME", NULL,
	    "how much later than the newest a reading may come (default 0)",
	    0, 0 },
	{ TP_OPT_DUR, 0, "wait", AT(grid.wait_ms), "TIME", NULL,
	    "close steps when nothing came for so long (default 30s, "
	    "0: never)", 0, 0 },
	{ TP_OPT_TRI, 0, "early", AT(early), NULL, NULL,
	    "close a step when all known segments have reported "
	    "(default: yes)", 0, 0 },
	{ TP_OPT_DUR, 0, "max-gap", AT(grid.spec.max_gap_ms), "TIME", NULL,
	    "fill missing readings forward so long (default 1d)", 0, 0 },
	{ TP_OPT_DUR, 0, "expire", AT(grid.spec.expire_ms), "TIME", NULL,
	    "forget a segment that was silent so long (default 7d)", 0, 0 },
	{ TP_OPT_DUR, 0, "max-future", AT(grid.max_future_ms), "TIME", NULL,
	    "refuse records further ahead of the clock (default 5m)", 0, 0 },
	{ TP_OPT_INT, 0, "max-keys", AT(max_keys), "N", NULL,
	    "segments at once; others are refused (default 100000)",
	    1, 1e8 },
	TP_RUN_SPEED_UNIT(AT(run.speed_unit)),
	{ .kind = TP_OPT_HEADING, .help = "The columns" },
	{ TP_OPT_STR, 0, "groups", AT(groups), "LIST", NULL,
	    "of time, lag, roll, change, neighbour, trail, cell (default the "
	    "first four)", 0, 0 },
	{ TP_OPT_STR, 0, "cell", AT(cell), "CELL", NULL,
	    "make one segment of what is in each cell of grid:250m, geohash:6 "
	    "or h3:8; adds the group cell", 0, 0 },
	{ TP_OPT_INT, 0, "lags", AT(lags), "N", NULL,
	    "steps of lag_0, lag_1, ... (default 12)", 1, TP_FEAT_STEPS },
	{ TP_OPT_STR, 0, "roll", AT(roll), "LIST", NULL,
	    "rolling windows in steps (default 3,6,12)", 0, 0 },
	{ TP_OPT_STR, 0, "tz", AT(tz), "ZONE", NULL,
	    "time zone of the time columns (default UTC)", 0, 0 },
	{ TP_OPT_FILE, 0, "graph", AT(graph_path), "FILE", NULL,
	    "CSV table from,to,distance_m; adds the group neighbour", 0, 0 },
	{ TP_OPT_STR, 0, "targets", AT(targets), "LIST", NULL,
	    "minutes ahead of readings to add, for training", 0, 0 },
	{ .kind = TP_OPT_HEADING, .help = "What is usual (group trail)" },
	{ TP_OPT_STR, 0, "ahead", AT(ahead), "LIST", NULL,
	    "minutes of trail_ahead_15, ... (default: the targets)", 0, 0 },
	{ TP_OPT_NUM, 0, "trail-rate", AT(grid.spec.trail_rate), "SHARE",
	    NULL, "weight of the newest day (default 0.1)", 0.001, 1 },
	{ TP_OPT_FILE, 0, "profiles", AT(profiles_path), "FILE", NULL,
	    "take what is usual from FILE, read again when it changes, "
	    "instead of learning it; adds the group trail", 0, 0 },
	{ TP_OPT_FILE, 0, "profiles-out", AT(profiles_out), "FILE", NULL,
	    "learn, after what --profiles says, and replace FILE at the end; "
	    "adds the group trail", 0, 0 },
	{ .kind = TP_OPT_END },
};

static const char tail[] =
    "Example:\n"
    "  tp-replay --format metr-la FILE | tp-features --targets 15,30,60\n";

static const struct tp_tool tool = {
	.name = "tp-features",
	.brief = "write rows of features of a regular time grid",
	.operands = "[FILE ...]",
	.opts = options,
	.shared = tp_run_options,
	.shared_offset = AT(run),
	.help_tail = tail,
};

/* A list of whole numbers into v; *n is left alone where s is NULL. */
static int
set_ints(const char *name, const char *s, int *v, int *n, int max,
    struct tp_err *e)
{
	int64_t	wide[TP_FEAT_TARGETS];
	int	i, count;

	if (s == NULL)
		return 0;
	count = tp_opt_ints(s, wide, max, 1, 1000 * 1000);
	if (count < 1)
		return tp_opt_error(e, "--%s: '%s' is no list of up to %d "
		    "positive whole numbers", name, s, max);
	for (i = 0; i < count; i++)
		v[i] = (int)wide[i];
	*n = count;
	return 0;
}

static int
set_graph(struct conf *c, struct tp_err *e)
{
	struct tp_feat_spec	*s = &c->grid.spec;

	if (c->graph_path == NULL) {
		if (s->groups & TP_FEAT_NEIGHBOUR)
			return tp_opt_error(e,
			    "--groups: neighbour needs --graph");
		return 0;
	}
	if (c->groups == NULL)
		s->groups |= TP_FEAT_NEIGHBOUR;
	c->grid.graph = &c->graph;
	return tp_neighbours_open(&c->graph, c->graph_path, e);
}

static int
set_profiles(struct conf *c, struct tp_err *e)
{
	struct tp_feat_spec	*s = &c->grid.spec;

	if (c->groups == NULL && (c->profiles_path != NULL ||
	    c->profiles_out != NULL))
		s->groups |= TP_FEAT_TRAIL;
	if ((s->groups & TP_FEAT_TRAIL) == 0)
		return 0;
	if (c->ahead == NULL) {
		memcpy(s->ahead, s->targets, sizeof(s->ahead));
		s->nahead = s->ntargets;
	}
	c->grid.learn = c->profiles_path == NULL || c->profiles_out != NULL;
	if (c->grid.learn && tp_run_reads_topics(&c->run))
		return tp_opt_error(e, "group trail of a topic needs "
		    "--profiles, and has no --profiles-out");
	if (c->profiles_path == NULL)
		return 0;
	c->grid.profiles = &c->profiles;
	tp_file_changed(c->profiles_path, &c->seen);
	return tp_trail_open(&c->profiles, c->profiles_path, e);
}

/* New profiles take the place of the old; such as are no good do not. */
static int
refresh(void *arg, bool hup, struct tp_err *e)
{
	struct conf	*c = arg;
	struct tp_err	 why = { 0 };

	(void)e;
	if (c->grid.profiles == NULL || c->grid.learn ||
	    (!tp_file_changed(c->profiles_path, &c->seen) && !hup))
		return 0;
	if (tp_trail_open(&c->profiles, c->profiles_path, &why) != 0)
		tp_log_error("%s; still using the profiles before", why.text);
	else
		tp_log_note("using new profiles");
	return 0;
}

/* What was learnt, unless the run was broken off. */
static int
save_profiles(const struct conf *c, void *rows, struct tp_err *e)
{
	const struct tp_trail	*t = tp_rowfilter_profiles(rows);
	struct tp_buf		 b = { 0 };
	int			 rc;

	if (t == NULL || tp_sig_stop() != 0)
		return 0;
	tp_trail_write(t, &b);
	rc = tp_file_replace(c->profiles_out, b.p, b.n, e);
	tp_buf_release(&b);
	return rc;
}

/* From what the options say to what the grid takes. */
static int
configure(struct conf *c, struct tp_err *e)
{
	struct tp_feat_spec	*s = &c->grid.spec;

	s->lags = (int)c->lags;
	c->grid.max_keys = (size_t)c->max_keys;
	c->grid.early = c->early != -1;
	if (c->groups != NULL && tp_feat_groups_parse(c->groups,
	    strlen(c->groups), &s->groups) != 0)
		return tp_opt_error(e, "--groups: '%s' is not of time, lag, "
		    "roll, change, neighbour, trail, cell", c->groups);
	if (set_ints("roll", c->roll, s->roll, &s->nroll, TP_FEAT_ROLLS,
	    e) != 0 || set_ints("targets", c->targets, s->targets,
	    &s->ntargets, TP_FEAT_TARGETS, e) != 0 || set_ints("ahead",
	    c->ahead, s->ahead, &s->nahead, TP_FEAT_TARGETS, e) != 0)
		return -1;
	if (c->cell != NULL) {
		if (strlen(c->cell) >= sizeof(s->cell))
			return tp_opt_error(e, "--cell: '%s' is too long",
			    c->cell);
		memcpy(s->cell, c->cell, strlen(c->cell) + 1);
		if (c->groups == NULL)
			s->groups |= TP_FEAT_CELL;
	}
	if (c->tz != NULL) {
		if (strlen(c->tz) >= sizeof(s->tz))
			return tp_opt_error(e, "--tz: '%s' is too long",
			    c->tz);
		memcpy(s->tz, c->tz, strlen(c->tz) + 1);
	}
	if (set_graph(c, e) != 0 || set_profiles(c, e) != 0)
		return -1;
	return tp_feat_spec_check(s, e);
}

int
main(int argc, char **argv)
{
	struct conf	c = {
		.run = tp_run_defaults,
		.grid = tp_grid_defaults,
		.lags = tp_grid_defaults.spec.lags,
		.max_keys = (int64_t)tp_grid_defaults.max_keys,
	};
	struct tp_run	run = {
		.opts = &c.run,
		.filter = &tp_rowfilter,
		.conf = &c.grid,
		.what = "records",
		.refresh = refresh,
		.refresh_arg = &c,
	};
	struct tp_err	e = { 0 };
	int		rc;

	rc = tp_run_start(&tool, argc, argv, &c, &c.run);
	if (rc != 0)
		return rc - 1;
	rc = configure(&c, &e);
	/* what is learnt of all records; of a topic, up to its end */
	if (c.profiles_out != NULL)
		run.state = tp_calloc(1, tp_rowfilter.size);
	run.whole = c.grid.spec.groups & (TP_FEAT_NEIGHBOUR | TP_FEAT_CELL);
	run.wait_ms = c.grid.wait_ms;
	if (rc == 0)
		rc = tp_run(&run, &e);
	if (rc == 0 && run.state != NULL)
		rc = save_profiles(&c, run.state, &e);
	if (run.state != NULL)
		tp_rowfilter.clear(run.state);
	free(run.state);
	tp_trail_release(&c.profiles);
	tp_neighbours_release(&c.graph);
	return tp_run_exit(rc, &e);
}
