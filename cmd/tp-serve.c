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
};

#define AT(field)	offsetof(struct conf, field)

static const struct tp_opt options[] = {
	{ .kind = TP_OPT_HEADING, .help = "Where it serves" },
	{ TP_OPT_LIST, 'l', "listen", AT(server.listen), "ADDRESS", NULL,
	    "HOST:PORT, :PORT (this machine only) or unix:PATH; may be given "
	    "again (default :8080)", 0, 0 },
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

/* The input has ended; what there is stays to be seen. */
static void
wait_for_signal(void)
{
	struct pollfd	p = { .fd = tp_sig_fd(), .events = POLLIN };

	while (tp_sig_stop() == 0) {
		if (poll(&p, 1, -1) == -1 && errno != EINTR)
			return;
		tp_sig_drain();
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
		rc = tp_run(&run, e);
		if (rc == 0 && !c->run.at_end)
			wait_for_signal();
		tp_server_stop(in.server);
	}
	tp_board_free(in.board);
	return rc;
}

int
main(int argc, char **argv)
{
	static const char	*usual[] = { ":8080" };
	struct conf		 c = {
		.run = tp_run_defaults,
		.server = { .max_connections = 4096, .max_per_address = 256 },
		.board = { .history_ms = 3 * TP_HOUR },
	};
	struct tp_err		 e = { 0 };
	int			 rc;

	rc = tp_run_start(&tool, argc, argv, &c, &c.run);
	if (rc != 0)
		return rc - 1;
	if (c.server.listen.n == 0)
		c.server.listen = (struct tp_opt_list){ usual, 1 };
	rc = serve(&c, &e);
	return tp_run_exit(rc, &e);
}
