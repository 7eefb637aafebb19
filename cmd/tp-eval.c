/*
 * tp-eval: joins forecasts with what then happened, and says how good they
 * were, beside persistence.
 */
#include "base/log.h"
#include "base/opttime.h"
#include "base/sig.h"
#include "forecast/join.h"
#include "stream/run.h"

struct conf {
	struct tp_run_opts	 run;
	struct tp_join_conf	 join;
	struct tp_opt_list	 truth;
	const char		*from, *to, *zone, *levels;
	int			 by, unit;
	double			 coverage;
	int64_t			 max_keys, max_readings;
	struct tp_tz		 tz;
};

#define AT(field)	offsetof(struct conf, field)

static const struct tp_opt options[] = {
	{ .kind = TP_OPT_HEADING, .help = "What is compared" },
	{ TP_OPT_LIST, 0, "truth", AT(truth), "FILE", NULL,
	    "events or aggregates of what happened; may be given again",
	    0, 0 },
	{ TP_OPT_DUR, 0, "step", AT(join.step_ms), "TIME", NULL,
	    "readings and target times of one such step belong together "
	    "(default 5m)", 0, 0 },
	{ TP_OPT_STR, 0, "from", AT(from), "TIME", NULL,
	    "leave out forecasts made earlier", 0, 0 },
	{ TP_OPT_STR, 0, "to", AT(to), "TIME", NULL,
	    "leave out forecasts made at TIME or later", 0, 0 },
	TP_RUN_SPEED_UNIT(AT(run.speed_unit)),
	{ .kind = TP_OPT_HEADING, .help = "What is written" },
	{ TP_OPT_FLAG, 0, "table", AT(join.table), NULL, NULL,
	    "write a table for people instead of score records", 0, 0 },
	{ TP_OPT_CHOICE, 0, "by", AT(by), "WHAT",
	    "none|hour|segment|day|traffic|week|confidence",
	    "also by hour or day of the target time, by segment, slow and "
	    "free traffic, weekdays and weekends, or confidence", 0, 0 },
	{ TP_OPT_STR, 0, "tz", AT(zone), "ZONE", NULL,
	    "zone of hours and days, and of --from and --to (default UTC)",
	    0, 0 },
	{ TP_OPT_CHOICE, 0, "units", AT(unit), "UNIT", "keep|kmh|mph",
	    "of the scores (default: of the first forecast)", 0, 0 },
	{ TP_OPT_STR, 0, "split", AT(join.split), "NAME", NULL,
	    "the split that the records name (default eval)", 0, 0 },
	{ TP_OPT_NUM, 0, "coverage", AT(coverage), "PERCENT", NULL,
	    "what the intervals are to cover, for their Winkler score "
	    "(default 90)", 1, 99.9 },
	{ TP_OPT_STR, 0, "levels", AT(levels), "LIST", NULL,
	    "limits of the congestion levels in mph, best first "
	    "(default 60,45,30,15)", 0, 0 },
	{ TP_OPT_DUR, 0, "drift", AT(join.drift_ms), "TIME", NULL,
	    "compare the pairs of the last TIME with those before", 0, 0 },
	{ TP_OPT_NUM, 0, "drift-limit", AT(join.drift_limit), "RATIO", NULL,
	    "a drift_ratio above this is called drift (default 1.25)",
	    0.01, 1000 },
	{ .kind = TP_OPT_HEADING, .help = "Bounds" },
	{ TP_OPT_INT, 0, "max-keys", AT(max_keys), "N", NULL,
	    "segments and groups at once; others are refused "
	    "(default 100000)", 1, 1e8 },
	{ TP_OPT_INT, 0, "max-readings", AT(max_readings), "N", NULL,
	    "readings of --truth, 16 bytes each; others are refused "
	    "(default 100000000)", 1, 1e11 },
	{ .kind = TP_OPT_END },
};

static const char tail[] =
    "Example:\n"
    "  tp-eval --truth truth.jsonl --table forecasts.jsonl\n";

static const struct tp_tool tool = {
	.name = "tp-eval",
	.brief = "say how good forecasts were, beside persistence",
	.operands = "[FILE ...]",
	.opts = options,
	.shared = tp_run_options,
	.shared_offset = AT(run),
	.help_tail = tail,
};

static int
configure(struct conf *c, struct tp_err *e)
{
	struct tp_join_conf	*j = &c->join;

	if (tp_tz_open(&c->tz, c->zone, e) != 0)
		return -1;
	j->tz = &c->tz;
	j->tz_name = c->zone;
	if (tp_opt_range(&c->tz, c->from, c->to, &j->from, &j->to, e) != 0)
		return -1;
	if (j->step_ms <= 0)
		return tp_opt_error(e, "--step must be more than 0");
	if (c->levels != NULL && (tp_levels_parse(&j->levels, c->levels) != 0
	    || j->levels.ratio))
		return tp_opt_error(e, "--levels: '%s' is no list of four "
		    "descending limits in mph", c->levels);
	j->by = (enum tp_by)c->by;
	j->unit = (enum tp_unit)c->unit;
	j->alpha = 1 - c->coverage / 100;
	j->max_keys = (size_t)c->max_keys;
	j->max_readings = (size_t)c->max_readings;
	if (c->truth.n == 0)
		return tp_opt_error(e, "no readings; --truth FILE names them");
	j->ntruth = (unsigned)c->truth.n;
	return tp_run_inputs_first(&c->run, &c->truth, e);
}

/* Exit code 1 where no forecast met a reading; the reason is on stderr. */
static int
judge(const struct tp_join *j)
{
	if (j->matched > 0)
		return TP_EXIT_OK;
	if (j->forecasts == 0)
		tp_log_error(j->outside > 0 ?
		    "no forecast was made between --from and --to" :
		    "no forecasts");
	else if (j->truth.n == 0 && j->truth.astray > 0)
		tp_log_error("no readings in --truth: %zu of its "
		    "records are forecasts", j->truth.astray);
	else if (j->truth.n == 0)
		tp_log_error("no readings in --truth");
	else if (j->strange == j->forecasts)
		tp_log_error("no forecast met a reading: --truth has none of "
		    "their segments");
	else if (j->pending == j->forecasts)
		tp_log_error("no forecast met a reading: all are about times "
		    "after the last one");
	else
		tp_log_error("no forecast met a reading");
	return TP_EXIT_NO;
}

int
main(int argc, char **argv)
{
	struct tp_join	join = { 0 };
	struct conf	c = {
		.run = tp_run_defaults,
		.join = {
			.step_ms = 5 * TP_MINUTE, .split = "eval",
			.from = INT64_MIN, .to = INT64_MAX,
			.levels = tp_levels_default, .drift_limit = 1.25,
		},
		.zone = "UTC", .coverage = 90,
		.max_keys = 100000, .max_readings = 100000000,
	};
	struct tp_run	run = {
		.opts = &c.run,
		.filter = &tp_join_filter,
		.conf = &c.join,
		.state = &join,
		.what = "records",
	};
	struct tp_err	e = { 0 };
	int		rc;

	rc = tp_run_start(&tool, argc, argv, &c, &c.run);
	if (rc != 0)
		return rc - 1;
	rc = configure(&c, &e);
	if (rc == 0)
		rc = tp_run(&run, &e);
	if (rc == 0 && tp_sig_stop() == 0)
		rc = judge(&join);
	tp_join_release(&join);
	free(c.truth.v);
	return tp_run_exit(rc, &e);
}
