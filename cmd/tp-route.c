/*
 * tp-route: answers questions for routes by the traffic of the moment and
 * that to come, and for the roads near a place.
 */
#include <inttypes.h>

#include "base/log.h"
#include "base/opttime.h"
#include "route/route.h"
#include "stream/run.h"

struct conf {
	struct tp_run_opts	 run;
	struct tp_route_conf	 route;
	struct tp_graph		 g;
	struct tp_locate	 locate;
	struct tp_landmarks	 marks;
	struct tp_query		 question;
	struct tp_usual		 usual;
	struct tp_refused	 refused;
	const char		*graph, *profiles, *updates, *from, *to, *depart;
	const char		*nearest;
	int			 as;
	int64_t			 others, landmarks;
};

#define AT(field)	offsetof(struct conf, field)

static const struct tp_opt options[] = {
	{ .kind = TP_OPT_HEADING, .help = "Roads" },
	{ TP_OPT_FILE, 'g', "graph", AT(graph), "FILE", NULL,
	    "the graph file of tp-graph, with segments on it", 0, 0 },
	{ TP_OPT_DUR, 0, "max-age", AT(route.max_age), "TIME", NULL,
	    "forget readings and forecasts so old (default 30m)", 0, 0 },
	TP_USUAL_OPTIONS(AT(profiles), AT(route.reach)),
	TP_RUN_SPEED_UNIT(AT(run.speed_unit)),
	{ TP_OPT_INT, 0, "landmarks", AT(landmarks), "N", NULL,
	    "landmarks that searches steer by, 0 for none (default 16)",
	    0, 64 },
	{ TP_OPT_DUR, 0, "wait", AT(route.wait_ms), "TIME", NULL,
	    "what was heard counts after so long without more, 0 for never "
	    "(default 200ms)", 0, 0 },
	{ .kind = TP_OPT_HEADING, .help = "One question" },
	{ TP_OPT_STR, 0, "from", AT(from), "PLACE", NULL,
	    "where the way begins: LAT,LON or the name of a node", 0, 0 },
	{ TP_OPT_STR, 0, "to", AT(to), "PLACE", NULL,
	    "where it ends", 0, 0 },
	{ TP_OPT_STR, 0, "depart", AT(depart), "TIME", NULL,
	    "when: a time, or now, which is the newest in the input "
	    "(default)", 0, 0 },
	{ TP_OPT_STR, 0, "nearest", AT(nearest), "LAT,LON", NULL,
	    "no way: the nearest road and node, and how fast it is there", 0,
	    0 },
	{ .kind = TP_OPT_HEADING, .help = "Answers" },
	{ TP_OPT_INT, 0, "alternatives", AT(others), "N", NULL,
	    "other good ways, where a question does not say how many "
	    "(default 0)", 0, 3 },
	{ TP_OPT_FLAG, 0, "legs", AT(route.legs), NULL, NULL,
	    "tell the speed between waypoints", 0, 0 },
	{ TP_OPT_CHOICE, 0, "as", AT(as), "SHAPE", "own|hanoi",
	    "the shape of answers (default: that of the question)", 0, 0 },
	{ TP_OPT_FILE, 0, "updates", AT(updates), "FILE", NULL,
	    "a line for each batch of news that changed the roads", 0, 0 },
	{ .kind = TP_OPT_END },
};

static const char tail[] =
    "Example:\n"
    "  tp-predict -m city.model events.jsonl |\n"
    "      tp-route -g city.graph --from 47.14,9.52 --to 47.21,9.53\n";

static const struct tp_tool tool = {
	.name = "tp-route",
	.brief = "find routes by live and forecast traffic",
	.operands = "[FILE ...]",
	.opts = options,
	.shared = tp_run_options,
	.shared_offset = AT(run),
	.help_tail = tail,
};

/* The question is asked at the end of the input, or of none. */
static int
ask_at_end(struct conf *c, const char *name, struct tp_err *e)
{
	static const char	*nothing[] = { "/dev/null" };

	if (tp_run_reads_topics(&c->run))
		return tp_opt_error(e, "%s is asked at the end of files and "
		    "pipes; topics have questions of their own", name);
	c->route.question = &c->question;
	if (c->run.inputs.n == 0) {
		c->run.inputs.v = nothing;
		c->run.inputs.n = 1;
	}
	return 0;
}

static int
set_nearest(struct conf *c, struct tp_err *e)
{
	struct tp_query	*q = &c->question;
	const char	*why;

	if (c->from != NULL || c->to != NULL || c->depart != NULL)
		return tp_opt_error(e, "--nearest goes without --from, --to "
		    "and --depart");
	why = tp_place_parse(&q->from, c->nearest);
	if (why == NULL && q->from.named)
		why = "not LAT,LON";
	if (why != NULL)
		return tp_opt_error(e, "--nearest '%s': %s", c->nearest, why);
	q->near = true;
	q->depart = TP_TIME_NONE;
	return ask_at_end(c, "--nearest", e);
}

/* The question of the command line, if there is one. */
static int
set_question(struct conf *c, struct tp_err *e)
{
	struct tp_query		*q = &c->question;
	const char		*why;

	if (c->nearest != NULL)
		return set_nearest(c, e);
	if ((c->from != NULL) != (c->to != NULL))
		return tp_opt_error(e, "--from and --to go together");
	if (c->from == NULL)
		return c->depart == NULL ? 0 : tp_opt_error(e, "--depart "
		    "goes with --from and --to");
	if ((why = tp_place_parse(&q->from, c->from)) != NULL)
		return tp_opt_error(e, "--from '%s': %s", c->from, why);
	if ((why = tp_place_parse(&q->to, c->to)) != NULL)
		return tp_opt_error(e, "--to '%s': %s", c->to, why);
	q->others = -1;
	q->depart = TP_TIME_NONE;
	if (c->depart != NULL && strcmp(c->depart, "now") != 0 &&
	    tp_time_parse(NULL, c->depart, strlen(c->depart), &q->depart,
	    &why) != 0)
		return tp_opt_error(e, "--depart '%s': %s", c->depart, why);
	return ask_at_end(c, "--from", e);
}

/* What is usual, where a file says it. */
static int
set_usual(struct conf *c, struct tp_err *e)
{
	if (c->profiles == NULL)
		return 0;
	c->route.usual = &c->usual;
	return tp_usual_open(&c->usual, &c->g, c->profiles, e);
}

static int
configure(struct conf *c, struct tp_err *e)
{
	if (c->graph == NULL)
		return tp_opt_error(e, "no graph file (-g)");
	if (c->route.max_age < TP_MINUTE)
		return tp_opt_error(e, "--max-age must be at least 1m");
	if (set_question(c, e) == -1 ||
	    tp_graph_open(&c->g, c->graph, e) == -1 ||
	    set_usual(c, e) == -1)
		return -1;
	tp_locate_init(&c->locate, &c->g);
	/* one question is not worth their making */
	tp_landmarks_init(&c->marks, &c->g, c->route.question != NULL ? 0 :
	    (uint32_t)c->landmarks);
	c->route.g = &c->g;
	c->route.refused = &c->refused;
	c->route.locate = &c->locate;
	c->route.marks = &c->marks;
	c->route.others = (int)c->others;
	c->route.as = (enum tp_route_as)c->as;
	return 0;
}

/* Why ways were not among the alternatives. */
static void
tell_refused(const struct tp_refused *r)
{
	tp_log_detail("alternatives refused: %" PRIu64 " too long, %" PRIu64
	    " too much the same, %" PRIu64 " not straight on for long "
	    "enough, %" PRIu64 " with a loop", r->stretch, r->sharing,
	    r->plateau, r->loop);
}

/* A graph that snap has not seen is no error: questions are answered. */
static void
tell_unknown(const struct conf *c, const struct tp_run *run)
{
	if (run->count[TP_COUNT_UNKNOWN] > 0 && c->g.segments == 0)
		tp_log_note("%s: no road has a segment, %" PRIu64 " records "
		    "changed nothing; tp-graph snap puts segments on roads",
		    c->graph, run->count[TP_COUNT_UNKNOWN]);
}

int
main(int argc, char **argv)
{
	bool		answered = true;
	struct conf	c = {
		.run = tp_run_defaults,
		.route = { .max_age = 30 * TP_MINUTE, .wait_ms = 200,
		    .reach = TP_REACH_MOST,
		    .answered = &answered },
		.landmarks = 16,
	};
	const char	*paths[] = { NULL, NULL };
	struct tp_run	run = {
		.opts = &c.run,
		.filter = &tp_route_filter,
		.conf = &c.route,
		.paths = paths,
		.whole = true,
		.stamped = true,
		.what = "records",
	};
	struct tp_err	e = { 0 };
	int		rc;

	rc = tp_run_start(&tool, argc, argv, &c, &c.run);
	if (rc != 0)
		return rc - 1;
	paths[0] = c.updates;
	run.wait_ms = c.route.wait_ms;
	rc = configure(&c, &e);
	if (rc == 0)
		rc = tp_run(&run, &e);
	if (rc == 0 && !answered)
		rc = tp_err_set(&e, TP_EXIT_NO, c.nearest != NULL ?
		    "no road is near" : "no route");
	tell_unknown(&c, &run);
	tell_refused(&c.refused);
	tp_usual_release(&c.usual);
	tp_locate_release(&c.locate);
	tp_landmarks_release(&c.marks);
	tp_graph_release(&c.g);
	tp_query_release(&c.question);
	return tp_run_exit(rc, &e);
}
