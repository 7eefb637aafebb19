/*
 * tp-serve: shows the live streams as an API and a page.
 */
#include <errno.h>
#include <inttypes.h>
#include <poll.h>

#include "base/log.h"
#include "base/sig.h"
#include "data/sensors.h"
#include "graph/graph.h"
#include "graph/sites.h"
#include "route/usual.h"
#include "serve/asset.h"
#include "serve/compat.h"
#include "serve/intake.h"
#include "serve/recall.h"
#include "stream/kafkactx.h"
#include "stream/run.h"

struct conf {
	struct tp_run_opts	 run;
	struct tp_server_conf	 server;
	struct tp_board_conf	 board;
	const char		*compat, *graph, *profiles, *sensors, *levels;
	const char		*cell, *store;
	int64_t			 recall_ms;
	int64_t			 max_segments;
	struct tp_tz		 tz;
	struct tp_graph		 g;
	struct tp_usual		 usual;
};

#define AT(field)	offsetof(struct conf, field)

static const struct tp_opt options[] = {
	{ .kind = TP_OPT_HEADING, .help = "Where it serves" },
	{ TP_OPT_LIST, 'l', "listen", AT(server.listen), "ADDRESS", NULL,
	    "HOST:PORT, :PORT (this machine only) or unix:PATH; may be given "
	    "again (default :8080)", 0, 0 },
	{ TP_OPT_LIST, 0, "host", AT(server.hosts), "NAME", NULL,
	    "a name that browsers reach it by; may be given again", 0, 0 },
	{ TP_OPT_FILE, 0, "tls-cert", AT(server.keys.cert), "FILE", NULL,
	    "serve HTTPS with this certificate (PEM)", 0, 0 },
	{ TP_OPT_FILE, 0, "tls-key", AT(server.keys.key), "FILE", NULL,
	    "its private key", 0, 0 },
	{ .kind = TP_OPT_HEADING, .help = "What it serves" },
	{ TP_OPT_STR, 0, "store", AT(store), "STORE", NULL,
	    "begin with what tp-store kept", 0, 0 },
	{ TP_OPT_DUR, 0, "recall", AT(recall_ms), "TIME", NULL,
	    "of so long (default 8d)", 60000, 864e5 * 90 },
	{ TP_OPT_STR, 0, "compat", AT(compat), "LIST", NULL,
	    "the paths of other systems too: la, hanoi, nyc", 0, 0 },
	{ TP_OPT_FILE, 0, "state", AT(board.state), "FILE", NULL,
	    "keep there which alerts were acknowledged", 0, 0 },
	{ TP_OPT_FILE, 'g', "graph", AT(graph), "FILE", NULL,
	    "the roads, of tp-graph: answer routes, draw them", 0, 0 },
	TP_USUAL_OPTIONS(AT(profiles), AT(board.reach)),
	{ TP_OPT_FILE, 0, "sensors", AT(sensors), "FILE", NULL,
	    "where segments are, where events do not say it", 0, 0 },
	{ TP_OPT_STR, 0, "cell", AT(cell), "CELL", NULL,
	    "segments are cells, of tp-window --cell CELL", 0, 0 },
	TP_RUN_SPEED_UNIT(AT(run.speed_unit)),
	{ TP_OPT_STR, 0, "levels", AT(levels), "LIST", NULL,
	    "limits of the congestion levels in mph, best first (default "
	    "60,45,30,15), or ratio", 0, 0 },
	{ TP_OPT_STR, 0, "tz", AT(board.tz_name), "ZONE", NULL,
	    "of hours and days (default UTC)", 0, 0 },
	{ TP_OPT_DUR, 0, "step", AT(board.step_ms), "TIME", NULL,
	    "of what is remembered and scored (default 5m)", 1000, 3.6e6 },
	{ TP_OPT_DUR, 0, "history", AT(board.history_ms), "TIME", NULL,
	    "remember the steps of so long (default 1d, at least 4h)", 0,
	    864e5 * 30 },
	{ TP_OPT_INT, 0, "max-segments", AT(max_segments), "N", NULL,
	    "know at most so many segments (default 20000)", 1, 1e6 },
	{ TP_OPT_STR, 0, "tiles", AT(server.tiles_url), "URL", NULL,
	    "map tiles under the roads, with {z} {x} {y}", 0, 0 },
	{ TP_OPT_STR, 0, "tiles-by", AT(board.tiles_by), "TEXT", NULL,
	    "whose they are, to be shown", 0, 0 },
	{ .kind = TP_OPT_HEADING, .help = "Who may" },
	{ TP_OPT_FILE, 0, "tokens", AT(server.keys.tokens), "FILE", NULL,
	    "those who may, by token: lines ROLE SHA256 NAME", 0, 0 },
	{ TP_OPT_FILE, 0, "users", AT(server.keys.users), "FILE", NULL,
	    "those who may, by password: lines ROLE YESCRYPT NAME", 0, 0 },
	{ TP_OPT_FILE, 0, "jwt-key", AT(server.keys.jwt), "FILE", NULL,
	    "take JWTs: a secret (HS256) or a public key (EdDSA)", 0, 0 },
	{ TP_OPT_STR, 0, "jwt-audience", AT(server.keys.audience), "NAME",
	    NULL, "what they must be for", 0, 0 },
	{ TP_OPT_FLAG, 0, "insecure-open", AT(server.insecure_open), NULL,
	    NULL, "let anybody look who can reach the address", 0, 0 },
	{ TP_OPT_LIST, 0, "cors", AT(server.cors), "ORIGIN", NULL,
	    "let pages of this origin ask; may be given again", 0, 0 },
	{ TP_OPT_FILE, 0, "audit", AT(server.audit), "FILE", NULL,
	    "append who signed in, was refused or acted", 0, 0 },
	{ .kind = TP_OPT_HEADING, .help = "How much" },
	{ TP_OPT_INT, 0, "rate", AT(server.rate), "N", NULL,
	    "requests a minute by one address or user, 0 for no limit "
	    "(default 100)", 0, 1e9 },
	{ TP_OPT_INT, 0, "max-connections", AT(server.max_connections), "N",
	    NULL, "open at once (default 4096)", 1, 1e6 },
	{ TP_OPT_INT, 0, "max-per-address", AT(server.max_per_address), "N",
	    NULL, "of them from one address (default 256)", 1, 1e6 },
	{ TP_OPT_DUR, 0, "slow", AT(server.slow_ms), "TIME", NULL,
	    "cut a stream's client that is behind for so long (default 30s)",
	    1000, 3.6e6 },
	{ .kind = TP_OPT_END },
};

static const char tail[] =
    "Example:\n"
    "  tp-replay --format metr-la --speed 300 metr-la.h5 |\n"
    "      tp-predict -m la.model | tp-serve --sensors sensors.csv\n";

static const struct tp_tool tool = {
	.name = "tp-serve",
	.brief = "show live traffic as an API and a page",
	.operands = "[FILE ...]",
	.opts = options,
	.shared = tp_run_options,
	.shared_offset = AT(run),
	.help_tail = tail,
};

/* For the runner: SIGHUP reads keys and certificates again. */
static int
refresh(void *server, bool hup, struct tp_err *e)
{
	struct tp_err	why = { 0 };

	(void)e;
	if (hup && tp_server_reload(server, &why) == -1)
		tp_log_error("%s; going on with what was read before",
		    why.text);
	return 0;
}

/* The input has ended; what there is stays to be seen. */
static void
wait_for_signal(struct tp_server *s)
{
	struct pollfd	p = { .fd = tp_sig_fd(), .events = POLLIN };

	while (tp_sig_stop() == 0) {
		if (poll(&p, 1, -1) == -1 && errno != EINTR)
			return;
		tp_sig_drain();
		refresh(s, tp_sig_reload(), NULL);
	}
}

static void
say_where(const struct tp_server *s)
{
	struct tp_buf	b = { 0 };
	char		*line, *next;

	tp_server_where(s, &b);
	tp_buf_cstr(&b);
	for (line = b.p; *line != '\0'; line = next) {
		next = line + strcspn(line, "\n");
		*next++ = '\0';
		tp_log_note("serving at %s", line);
	}
	tp_buf_release(&b);
}

/* What was served; where something was refused or lost, always. */
static void
say_counts(const struct tp_http_stats *t)
{
	if (t->refused + t->turned_away + t->late + t->slow + t->lost == 0 &&
	    tp_log_level() < 1)
		return;
	tp_log_note("%" PRIu64 " requests, %" PRIu64 " refused; %" PRIu64
	    " connections turned away, %" PRIu64 " cut by a limit of time; %"
	    PRIu64 " messages to streams, %" PRIu64 " slow clients cut, %"
	    PRIu64 " messages lost by them", t->requests, t->refused,
	    t->turned_away, t->late, t->events, t->slow, t->lost);
}

static int
configure(struct conf *c, struct tp_err *e)
{
	if (c->server.listen.n == 0) {
		c->server.listen.v = tp_calloc(1, sizeof(char *));
		c->server.listen.v[c->server.listen.n++] = ":8080";
	}
	c->board.assumed = (enum tp_unit)c->run.speed_unit;
	c->board.tiles_url = c->server.tiles_url;
	if (c->compat != NULL &&
	    tp_compat_parse(c->compat, &c->server.compat) == -1)
		return tp_opt_error(e, "--compat: '%s' must be a list of la, "
		    "hanoi and nyc", c->compat);
	return 0;
}

/* What the board is made with. */
static int
configure_board(struct conf *c, struct tp_err *e)
{
	struct tp_board_conf	*b = &c->board;

	b->max_segments = (size_t)c->max_segments;
	if (c->levels != NULL && tp_levels_parse(&b->levels, c->levels) != 0)
		return tp_opt_error(e, "--levels: '%s' is no list of four "
		    "descending limits, nor ratio", c->levels);
	if (c->cell != NULL && tp_tiling_parse(&b->tiling, c->cell) != 0)
		return tp_opt_error(e, "--cell: '%s' is none of %s", c->cell,
		    TP_TILING_TEXT);
	if (tp_tiling_open(&b->tiling, e) == -1 ||
	    tp_tz_open(&c->tz, b->tz_name != NULL ? b->tz_name : "UTC",
	    e) == -1)
		return -1;
	b->tz = &c->tz;
	if (c->graph == NULL)
		return c->profiles == NULL ? 0 : tp_opt_error(e,
		    "--profiles goes with --graph");
	if (tp_graph_open(&c->g, c->graph, e) == -1)
		return -1;
	b->graph = &c->g;
	if (c->profiles == NULL)
		return 0;
	b->usual = &c->usual;
	return tp_usual_open(&c->usual, &c->g, c->profiles, e);
}

/* Tells the board where the segments of a file are. */
static int
read_sensors(const char *path, struct tp_board *b, struct tp_err *e)
{
	struct tp_sites	sites = { 0 };
	int		rc = tp_sensors_sites(&sites, path, e);

	if (rc == 0)
		rc = tp_board_sites(b, &sites, e);
	tp_sites_release(&sites);
	return rc;
}

static struct tp_board *
make_board(struct conf *c, struct tp_err *e)
{
	struct tp_board	*b = tp_board_new(&c->board, e);

	if (b != NULL && ((c->sensors != NULL &&
	    read_sensors(c->sensors, b, e) == -1) ||
	    (c->store != NULL &&
	    tp_board_recall(b, c->store, c->recall_ms, e) == -1))) {
		tp_board_free(b);
		return NULL;
	}
	return b;
}

static int
serve(struct conf *c, struct tp_err *e)
{
	const struct tp_http_route *routes[TP_COMPAT_TABLES + 2] = {
		tp_board_routes,
	};
	struct tp_http_stats	 counts;
	struct tp_intake_conf	 in = { 0 };
	struct tp_run		 run = {
		.opts = &c->run,
		.filter = &tp_intake_filter,
		.conf = &in,
		.what = "records",
		.refresh = refresh,
	};
	int			 rc = -1;

	c->board.charts = tp_asset_find("/page/uplot.js") != NULL;
	if (!c->board.charts)
		tp_log_note("built without uPlot ('make page-deps'): "
		    "the page has tables in place of charts");
	tp_compat_tables(c->server.compat, routes + 1);
	c->server.routes = routes;
	c->server.board = in.board = make_board(c, e);
	if (in.board != NULL)
		in.server = tp_server_start(&c->server, e);
	if (in.server != NULL) {
		say_where(in.server);
		run.refresh_arg = in.server;
		rc = tp_run(&run, e);
		if (rc == 0 && !c->run.at_end)
			wait_for_signal(in.server);
		tp_server_stop(in.server, &counts);
		say_counts(&counts);
	}
	tp_board_free(in.board);
	return rc;
}

int
main(int argc, char **argv)
{
	struct conf	c = {
		.run = tp_run_defaults,
		.server = {
			.max_connections = 4096,
			.max_per_address = 256,
			.rate = 100,
			.slow_ms = 30 * TP_SECOND,
		},
		.board.reach = TP_REACH_MOST,
		.max_segments = 20000,
		.recall_ms = 8 * TP_DAY,
	};
	struct tp_err	e = { 0 };
	int		rc;

	/* one bad record is no reason to serve nothing */
	c.run.on_error = TP_ON_ERROR_SKIP;
	/* each server shows all of a topic, whoever else reads it */
	c.run.guarantee = TP_GUARANTEE_NONE;
	rc = tp_run_start(&tool, argc, argv, &c, &c.run);
	if (rc != 0)
		return rc - 1;
	rc = configure(&c, &e);
	if (rc == 0)
		rc = configure_board(&c, &e);
	if (rc == 0)
		rc = serve(&c, &e);
	tp_usual_release(&c.usual);
	tp_graph_release(&c.g);
	free(c.server.listen.v);
	free(c.server.hosts.v);
	free(c.server.cors.v);
	return tp_run_exit(rc, &e);
}
