/*
 * tp-serve: shows the live streams as an API and a page.
 */
#include <errno.h>
#include <poll.h>

#include "base/log.h"
#include "base/sig.h"
#include "serve/asset.h"
#include "serve/intake.h"
#include "stream/run.h"

struct conf {
	struct tp_run_opts	 run;
	struct tp_server_conf	 server;
	struct tp_board_conf	 board;
	const char		*compat;
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
	{ TP_OPT_STR, 0, "compat", AT(compat), "LIST", NULL,
	    "the paths of other systems too: la, hanoi, nyc", 0, 0 },
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
	{ .kind = TP_OPT_END },
};

static const char tail[] =
    "Example:\n"
    "  tp-replay --format metr-la --speed 300 metr-la.h5 |\n"
    "      tp-predict -m la.model --pass-events | tp-serve\n";

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

static int
configure(struct conf *c, struct tp_err *e)
{
	static const char	*usual[] = { ":8080" };
	static const char *const names[] = { "la", "hanoi", "nyc" };
	const char		*p;
	size_t			 n;
	int			 i;

	if (c->server.listen.n == 0)
		c->server.listen = (struct tp_opt_list){ usual, 1 };
	c->board.tiles_url = c->server.tiles_url;
	for (p = c->compat; p != NULL && *p != '\0'; p += n + (p[n] == ',')) {
		n = strcspn(p, ",");
		for (i = 0; i < 3; i++)
			if (strlen(names[i]) == n &&
			    memcmp(names[i], p, n) == 0)
				break;
		if (i == 3)
			return tp_opt_error(e, "--compat: '%s' must be a list "
			    "of la, hanoi and nyc", c->compat);
		c->server.compat |= 1u << i;
	}
	return 0;
}

static int
serve(struct conf *c, struct tp_err *e)
{
	static const struct tp_http_route *const routes[] = {
		tp_board_routes, NULL
	};
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
	c->server.routes = routes;
	c->server.board = in.board = tp_board_new(&c->board, e);
	if (in.board != NULL)
		in.server = tp_server_start(&c->server, e);
	if (in.server != NULL) {
		say_where(in.server);
		run.refresh_arg = in.server;
		rc = tp_run(&run, e);
		if (rc == 0 && !c->run.at_end)
			wait_for_signal(in.server);
		tp_server_stop(in.server);
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
		},
		.board = { .history_ms = 3 * TP_HOUR },
	};
	struct tp_err	e = { 0 };
	int		rc;

	/* one bad record is no reason to serve nothing */
	c.run.on_error = TP_ON_ERROR_SKIP;
	rc = tp_run_start(&tool, argc, argv, &c, &c.run);
	if (rc != 0)
		return rc - 1;
	rc = configure(&c, &e);
	if (rc == 0)
		rc = serve(&c, &e);
	return tp_run_exit(rc, &e);
}
