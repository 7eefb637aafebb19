/*
 * tp-alert: watches events, aggregates and forecasts by rules, and raises,
 * changes and resolves alerts.
 */
#include "alert/alert.h"
#include "feat/neighbour.h"
#include "io/file.h"
#include "stream/run.h"

#define RULES_MAX	((size_t)1 << 20)	/* bytes of a --rules file */

struct conf {
	struct tp_run_opts	 run;
	struct tp_alert_conf	 alert;
	struct tp_opt_list	 rules;
	struct tp_alert_near	 near;
	struct tp_tz		 tz;
	const char		*rules_path, *preset, *graph_path, *zone;
	int			 as, unit;
	double			 near_m;
	int64_t			 max_keys;
};

#define AT(field)	offsetof(struct conf, field)

static const struct tp_opt options[] = {
	{ .kind = TP_OPT_HEADING, .help = "Rules" },
	{ TP_OPT_FILE, 'R', "rules", AT(rules_path), "FILE", NULL,
	    "rules, one a line", 0, 0 },
	{ TP_OPT_LIST, 'r', "rule", AT(rules), "RULE", NULL,
	    "one rule, as \"slow: forecast < 30 mph, clear at 35 mph\"; may "
	    "be given again", 0, 0 },
	{ TP_OPT_STR, 0, "preset", AT(preset), "NAME", NULL,
	    "the built-in rules hanoi or la (default hanoi, where no others "
	    "are given)", 0, 0 },
	TP_RUN_SPEED_UNIT(AT(run.speed_unit)),
	{ .kind = TP_OPT_HEADING, .help = "Alerts" },
	{ TP_OPT_FILE, 0, "graph", AT(graph_path), "FILE", NULL,
	    "table from,to,distance_m of neighbouring segments, whose alerts "
	    "are one", 0, 0 },
	{ TP_OPT_NUM, 0, "near", AT(near_m), "METRES", NULL,
	    "how far apart neighbours may be (default 3000)", 1, 1e6 },
	{ TP_OPT_DUR, 0, "expire", AT(alert.expire), "TIME", NULL,
	    "forget a segment so long silent (default 1h)", 0, 0 },
	{ TP_OPT_STR, 0, "tz", AT(zone), "ZONE", NULL,
	    "zone of the day (default UTC)", 0, 0 },
	{ TP_OPT_DUR, 0, "day-start", AT(alert.day_start), "TIME", NULL,
	    "when, after midnight, alerts begin anew (default 4h)", 0, 0 },
	{ TP_OPT_INT, 0, "max-keys", AT(max_keys), "N", NULL,
	    "refuse records of more segments (default 100000)", 1, 1e8 },
	{ .kind = TP_OPT_HEADING, .help = "What is written" },
	{ TP_OPT_CHOICE, 0, "as", AT(as), "SHAPE", "own|hanoi|la",
	    "the shape of alerts (default own)", 0, 0 },
	{ TP_OPT_CHOICE, 0, "units", AT(unit), "UNIT", "keep|kmh|mph",
	    "of speeds (default: as in the record)", 0, 0 },
	{ .kind = TP_OPT_END },
};

static const char tail[] =
    "Example:\n"
    "  tp-predict -m la.model events.jsonl |\n"
    "      tp-alert --rule 'jam: forecast < 30 mph, for 2 of 3, "
    "clear at 35 mph'\n";

static const struct tp_tool tool = {
	.name = "tp-alert",
	.brief = "raise and clear alerts by rules on readings and forecasts",
	.operands = "[FILE ...]",
	.opts = options,
	.shared = tp_run_options,
	.shared_offset = AT(run),
	.help_tail = tail,
};

static int
set_preset(struct conf *c, struct tp_err *e)
{
	const char	*text;

	if (c->preset == NULL && c->alert.rules.n > 0)
		return 0;
	text = tp_rules_preset(c->preset != NULL ? c->preset : "hanoi");
	if (text == NULL)
		return tp_opt_error(e, "--preset: '%s' is neither hanoi nor "
		    "la", c->preset);
	return tp_rules_parse(&c->alert.rules, text, strlen(text), "preset",
	    e);
}

static int
set_rules(struct conf *c, struct tp_err *e)
{
	struct tp_rules	*rules = &c->alert.rules;
	char		*text;
	size_t		 n, i;
	int		 rc = 0;

	if (c->rules_path != NULL) {
		if (tp_file_read(c->rules_path, RULES_MAX, &text, &n, e) == -1)
			return -1;
		rc = tp_rules_parse(rules, text, n, c->rules_path, e);
		free(text);
		if (rc == 0 && rules->n == 0)
			return tp_err_set(e, TP_EXIT_USAGE, "%s: no rules",
			    c->rules_path);
	}
	for (i = 0; i < c->rules.n && rc == 0; i++)
		rc = tp_rules_parse(rules, c->rules.v[i],
		    strlen(c->rules.v[i]), NULL, e);
	return rc == 0 ? set_preset(c, e) : rc;
}

static int
set_graph(struct conf *c, struct tp_err *e)
{
	struct tp_neighbours	g = { 0 };

	if (c->graph_path == NULL)
		return 0;
	if (tp_neighbours_open(&g, c->graph_path, e) != 0)
		return -1;
	tp_neighbours_near(&g, c->near_m, &c->near.off, &c->near.to);
	c->near.ids = g.ids;
	g.ids = (struct tp_map){ 0 };
	tp_neighbours_release(&g);
	c->alert.near = &c->near;
	return 0;
}

static int
configure(struct conf *c, struct tp_err *e)
{
	if (tp_tz_open(&c->tz, c->zone, e) == -1)
		return -1;
	if (c->alert.day_start >= TP_DAY)
		return tp_opt_error(e, "--day-start must be less than 24h");
	if (c->alert.expire < TP_MINUTE)
		return tp_opt_error(e, "--expire must be at least 1m");
	c->alert.tz = &c->tz;
	c->alert.as = (enum tp_alert_as)c->as;
	c->alert.unit = (enum tp_unit)c->unit;
	c->alert.max_keys = (size_t)c->max_keys;
	return set_rules(c, e) == 0 ? set_graph(c, e) : -1;
}

int
main(int argc, char **argv)
{
	struct conf	c = {
		.run = tp_run_defaults,
		.alert = { .expire = TP_HOUR, .day_start = 4 * TP_HOUR },
		.zone = "UTC",
		.near_m = 3000,
		.max_keys = 100000,
	};
	struct tp_run	run = {
		.opts = &c.run,
		.filter = &tp_alert_filter,
		.conf = &c.alert,
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
	free(c.rules.v);
	tp_map_release(&c.near.ids);
	free(c.near.off);
	free(c.near.to);
	return tp_run_exit(rc, &e);
}
