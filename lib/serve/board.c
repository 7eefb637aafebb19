#include "serve/board.h"

#include <pthread.h>

#include "base/version.h"

struct tp_board {
	struct tp_board_conf	 conf;
	pthread_mutex_t		 lock;
	uint64_t		 records, told;
	int64_t			 last_at;
};

struct tp_board *
tp_board_new(const struct tp_board_conf *c, struct tp_err *e)
{
	struct tp_board	*b = tp_calloc(1, sizeof(*b));

	(void)e;
	b->conf = *c;
	pthread_mutex_init(&b->lock, NULL);
	return b;
}

void
tp_board_free(struct tp_board *b)
{
	if (b == NULL)
		return;
	pthread_mutex_destroy(&b->lock);
	free(b);
}

void
tp_board_lock(struct tp_board *b)
{
	pthread_mutex_lock(&b->lock);
}

void
tp_board_unlock(struct tp_board *b)
{
	pthread_mutex_unlock(&b->lock);
}

int
tp_board_record(struct tp_board *b, const struct tp_rec *r,
    const char **rule, const char **reason)
{
	(void)rule;
	(void)reason;
	tp_board_lock(b);
	b->records++;
	b->last_at = r->now_ms;
	tp_board_unlock(b);
	return 0;
}

uint64_t
tp_board_version(const struct tp_board *b)
{
	return b->told;
}

void
tp_board_tick(struct tp_board *b, struct tp_hub *h, int64_t now_ms)
{
	struct tp_buf	out = { 0 };

	if (b->told == b->records)
		return;
	b->told = b->records;
	if (tp_hub_wanted(h, TP_CHANNEL_V1)) {
		tp_buf_printf(&out, "{\"seq\":%llu,\"now\":%lld}",
		    (unsigned long long)tp_hub_next(h, TP_CHANNEL_V1),
		    (long long)now_ms);
		tp_hub_send(h, TP_CHANNEL_V1, "tick", out.p, out.n);
	}
	tp_buf_release(&out);
}

const char *
tp_board_hello(struct tp_board *b, enum tp_channel c, int64_t now_ms,
    struct tp_buf *out)
{
	if (c != TP_CHANNEL_V1)
		return NULL;
	tp_buf_printf(out, "{\"now\":%lld,\"records\":%llu}",
	    (long long)now_ms, (unsigned long long)b->records);
	return "snapshot";
}

void
tp_board_metrics(const struct tp_board *b, struct tp_buf *out)
{
	tp_buf_printf(out, "# TYPE tp_serve_records counter\n"
	    "tp_serve_records_total %llu\n", (unsigned long long)b->records);
}

/* Appends "name":"value" or "name":null. */
static void
text(struct tp_buf *out, const char *name, const char *value)
{
	tp_buf_printf(out, ",\"%s\":", name);
	if (value == NULL)
		tp_buf_lit(out, "null");
	else
		tp_json_write_str(out, value, strlen(value));
}

static int
info(struct tp_board *b, const struct tp_http_req *q, struct tp_buf *out)
{
	tp_buf_lit(out, "{\"name\":\"tp-serve\"");
	text(out, "version", TP_VERSION);
	tp_buf_printf(out, ",\"started_at\":%lld,\"now\":%lld",
	    (long long)q->stats->started_ms, (long long)q->now_ms);
	text(out, "auth", q->auth);
	text(out, "role", tp_role_name(q->role));
	tp_buf_printf(out, ",\"charts\":%s}",
	    b->conf.charts ? "true" : "false");
	return 200;
}

const struct tp_http_route tp_board_routes[] = {
	{ "GET", "/api/v1/info", TP_ROLE_NONE, info, 0, NULL },
	{ NULL, NULL, TP_ROLE_NONE, NULL, 0, NULL },
};
