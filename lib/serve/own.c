/* The routes that the server answers itself. */
#include "serve/serverctx.h"

static enum MHD_Result
stream(struct tp_call *q)
{
	return tp_sse_start(q, TP_CHANNEL_V1);
}

static enum MHD_Result
healthz(struct tp_call *q)
{
	struct tp_buf	b = { 0 };

	tp_buf_lit(&b, "{\"status\":\"ok\"}");
	return tp_reply_body(q, 200, NULL, &b);
}

static const struct {
	struct tp_http_route r;
	enum MHD_Result	(*own)(struct tp_call *q);
} table[] = {
	{ { "GET", "/healthz", TP_ROLE_NONE, NULL, 0, NULL }, healthz },
	{ { "GET", "/api/v1/stream", TP_ROLE_VIEWER, NULL, 0, NULL }, stream },
};

void
tp_own_routes(struct tp_server *s)
{
	size_t	i;

	for (i = 0; i < sizeof(table) / sizeof(*table); i++)
		tp_server_route(s, &table[i].r, table[i].own);
}
