#include "serve/intake.h"

struct intake {
	const struct tp_intake_conf *conf;
	bool		 news;
};

static int
init(void *st, const void *conf, struct tp_err *e)
{
	struct intake	*s = st;

	(void)e;
	s->conf = conf;
	return 0;
}

static int
record(void *st, const struct tp_rec *r, struct tp_out *out)
{
	struct intake	*s = st;
	const char	*rule, *reason;

	if (tp_board_record(s->conf->board, r, &rule, &reason) == -1)
		return tp_out_reject(out, r, rule, reason);
	s->news = true;
	return 0;
}

static int
flush(void *st, struct tp_out *out)
{
	struct intake	*s = st;

	(void)out;
	tp_server_ready(s->conf->server);
	if (s->news)
		tp_server_poke(s->conf->server);
	s->news = false;
	return 0;
}

static int
end(void *st, struct tp_out *out)
{
	return flush(st, out);
}

static void
clear(void *st)
{
	(void)st;
}

const struct tp_filter tp_intake_filter = {
	.size = sizeof(struct intake),
	.init = init,
	.record = record,
	.flush = flush,
	.end = end,
	.clear = clear,
};
