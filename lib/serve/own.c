/* The routes of streams, of health and of metrics. */
#include <sys/resource.h>
#include <unistd.h>

#include "serve/serverctx.h"

static enum MHD_Result
sse_v1(struct tp_call *q)
{
	return tp_sse_start(q, TP_CHANNEL_V1);
}

static enum MHD_Result
sse_la(struct tp_call *q)
{
	return tp_sse_start(q, TP_CHANNEL_LA_SSE);
}

static enum MHD_Result
ws_v1(struct tp_call *q)
{
	return tp_ws_start(q, TP_CHANNEL_V1);
}

static enum MHD_Result
ws_la(struct tp_call *q)
{
	return tp_ws_start(q, TP_CHANNEL_LA_WS);
}

static enum MHD_Result
ws_hanoi(struct tp_call *q)
{
	return tp_ws_start(q, TP_CHANNEL_HANOI);
}

static enum MHD_Result
ws_nyc(struct tp_call *q)
{
	return tp_ws_start(q, TP_CHANNEL_NYC);
}

static enum MHD_Result
healthz(struct tp_call *q)
{
	struct tp_buf	b = { 0 };

	tp_buf_lit(&b, "{\"status\":\"ok\"}");
	return tp_reply_body(q, 200, NULL, &b);
}

static enum MHD_Result
readyz(struct tp_call *q)
{
	struct tp_buf	b = { 0 };

	if (q->s->draining || !atomic_load(&q->s->ready))
		return tp_reply_problem(q, 503, "the input is still being "
		    "read");
	tp_buf_lit(&b, "{\"status\":\"ready\"}");
	return tp_reply_body(q, 200, NULL, &b);
}

static void
metric(struct tp_buf *b, const char *name, const char *type, const char *help,
    uint64_t v)
{
	tp_buf_printf(b, "# HELP %s %s\n# TYPE %s %s\n%s%s %llu\n", name, help,
	    name, type, name, strcmp(type, "counter") == 0 ? "_total" : "",
	    (unsigned long long)v);
}

static void
own_metrics(const struct tp_server *s, struct tp_buf *b)
{
	const struct tp_http_stats	*t = &s->stats;

	metric(b, "tp_http_requests", "counter", "Requests answered.",
	    t->requests);
	metric(b, "tp_http_refused", "counter",
	    "Requests refused: 401, 403, 421, 429.", t->refused);
	metric(b, "tp_http_late", "counter",
	    "Connections cut by a limit of time.", t->late);
	metric(b, "tp_http_slow", "counter",
	    "Clients of streams cut since they were behind for too long.",
	    t->slow);
	metric(b, "tp_http_turned_away", "counter",
	    "Connections beyond a limit.", t->turned_away);
	metric(b, "tp_http_connections", "gauge", "Connections open.",
	    t->connections);
	metric(b, "tp_http_sse_clients", "gauge", "Event streams open.",
	    t->sse);
	metric(b, "tp_http_ws_clients", "gauge", "WebSockets open.", t->ws);
	metric(b, "tp_hub_events", "counter", "Messages to streams.",
	    s->hub.events);
	metric(b, "tp_hub_lost", "counter",
	    "Messages that slow clients lost.", s->hub.lost);
}

static enum MHD_Result
metrics(struct tp_call *q)
{
	struct tp_board	*board = q->s->conf->board;
	struct tp_buf	 b = { 0 };

	own_metrics(q->s, &b);
	tp_board_lock(board);
	tp_board_metrics(board, &b);
	tp_board_unlock(board);
	tp_buf_lit(&b, "# EOF\n");
	return tp_reply_body(q, 200, "application/openmetrics-text; "
	    "version=1.0.0; charset=utf-8", &b);
}

enum kind { PLAIN, STREAM, UNLIMITED };

static const struct {
	const char	*path;
	enum tp_role	 role;
	enum kind	 kind;
	unsigned	 compat;	/* 0: always */
	enum MHD_Result	(*own)(struct tp_call *q);
} table[] = {
	{ "/healthz", TP_ROLE_NONE, UNLIMITED, 0, healthz },
	{ "/readyz", TP_ROLE_NONE, UNLIMITED, 0, readyz },
	{ "/metrics", TP_ROLE_VIEWER, UNLIMITED, 0, metrics },
	{ "/api/v1/stream", TP_ROLE_VIEWER, STREAM, 0, sse_v1 },
	{ "/api/v1/ws", TP_ROLE_VIEWER, STREAM, 0, ws_v1 },
	{ "/api/predictions/stream", TP_ROLE_VIEWER, STREAM, TP_COMPAT_LA,
	    sse_la },
	{ "/ws/real-time", TP_ROLE_VIEWER, STREAM, TP_COMPAT_LA, ws_la },
	{ "/ws/notifications", TP_ROLE_VIEWER, STREAM, TP_COMPAT_HANOI,
	    ws_hanoi },
	{ "/ws/stream", TP_ROLE_VIEWER, STREAM, TP_COMPAT_NYC, ws_nyc },
};

void
tp_own_routes(struct tp_server *s)
{
	struct tp_http_route	 r = { .method = "GET" };
	struct tp_entry		*x;
	size_t			 i;

	for (i = 0; i < sizeof(table) / sizeof(*table); i++) {
		if (table[i].compat != 0 &&
		    (table[i].compat & s->conf->compat) == 0)
			continue;
		r.pattern = table[i].path;
		r.role = table[i].role;
		x = tp_server_route(s, &r, table[i].own);
		x->stream = table[i].kind == STREAM;
		x->unlimited = table[i].kind == UNLIMITED;
	}
}
