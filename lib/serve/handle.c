/* A request, from its head to the reply. */
#include <strings.h>

#include "base/clock.h"
#include "json/json.h"
#include "serve/serverctx.h"

const char *
tp_call_header(const struct tp_call *q, const char *name)
{
	return MHD_lookup_connection_value(q->c, MHD_HEADER_KIND, name);
}

/* The body that the head announces is too long, or both forms of length are
 * given, by which a proxy in front may be led astray. */
static unsigned
check_length(const struct tp_call *q)
{
	const char	*length = tp_call_header(q, "Content-Length");
	int64_t		 n;

	if (length == NULL)
		return 0;
	if (tp_call_header(q, "Transfer-Encoding") != NULL ||
	    tp_parse_int(length, strlen(length), &n) == -1 || n < 0)
		return 400;
	return (uint64_t)n > TP_SERVE_BODY ? 413 : 0;
}

/* For libmicrohttpd: counts a header that may be there once. */
static enum MHD_Result
count_hosts(void *n, enum MHD_ValueKind kind, const char *name,
    const char *value)
{
	(void)kind;
	(void)value;
	*(int *)n += strcasecmp(name, "Host") == 0;
	return MHD_YES;
}

static unsigned
check_head(struct tp_call *q, const char *url)
{
	int		hosts = 0;
	unsigned	status = check_length(q), route;

	if (status != 0)
		return status;
	MHD_get_connection_values(q->c, MHD_HEADER_KIND, count_hosts, &hosts);
	route = tp_url_read(q, url);
	if (hosts > 1 || route == 400)
		return 400;
	return tp_access_check(q, route);
}

static const char *
explain(const struct tp_call *q)
{
	if (q->why != NULL)
		return q->why;
	switch (q->status) {
	case 400:
		return "the request is not well formed";
	case 404:
		return "there is nothing at this path";
	case 405:
		return "this path has no such method";
	case 413:
		return "a body may have 1 MB";
	}
	return "the request was refused";
}

static enum MHD_Result
refuse(struct tp_call *q)
{
	enum MHD_Result	rc;

	if (q->status == 404 && q->entry == NULL &&
	    tp_reply_asset(q, q->req.path, &rc))
		return rc;
	if (q->status == 401 || q->status == 403 || q->status == 421 ||
	    q->status == 429) {
		q->s->stats.refused++;
		tp_audit(q, "refused", q->req.user, q->status);
	}
	return tp_reply_problem(q, q->status, explain(q));
}

/* The methods there are; others, as the text that fits none. */
static const char *
method_of(const char *text)
{
	static const char *const methods[] = { "GET", "POST", "OPTIONS" };
	size_t			 i;

	if (strcmp(text, "HEAD") == 0)
		return "GET";	/* libmicrohttpd leaves the body out */
	for (i = 0; i < sizeof(methods) / sizeof(*methods); i++)
		if (strcmp(text, methods[i]) == 0)
			return methods[i];
	return "?";
}

/* The head is here.  A refusal does not wait for the body. */
static enum MHD_Result
begin(struct tp_server *s, struct MHD_Connection *c, const char *url,
    const char *method, const char *version, void **call)
{
	struct tp_call	*q = *call = tp_calloc(1, sizeof(*q));
	const char	*length;

	s->stats.requests++;
	q->s = s;
	q->c = c;
	q->chunks = strcmp(version, "HTTP/1.1") == 0;
	q->conn = MHD_get_connection_info(c,
	    MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
	q->req.method = method_of(method);
	q->req.now_ms = tp_clock_wall_ms();
	q->req.stats = &s->stats;
	s->stats.lost = s->hub.lost;
	s->stats.events = s->hub.events;
	q->req.auth = tp_keys_auth(s->keys);
	tp_conn_enter(s, q->conn, TP_CONN_BODY);
	q->status = check_head(q, url);
	length = tp_call_header(q, "Content-Length");
	if (q->status != 0 && ((length != NULL && strcmp(length, "0") != 0) ||
	    tp_call_header(q, "Transfer-Encoding") != NULL))
		return refuse(q);
	return MHD_YES;
}

static enum MHD_Result
answer(struct tp_call *q)
{
	const struct tp_http_route	*r = &q->entry->r;
	struct tp_board			*board = q->s->conf->board;
	struct tp_buf			 out = { 0 };
	enum MHD_Result			 rc;
	int				 status;

	if (r->flags & TP_HTTP_SHARED)
		return tp_reply_shared(q);
	memset(tp_buf_room(&q->body, TP_JSON_PAD), 0, TP_JSON_PAD);
	q->req.body = q->body.p;
	q->req.nbody = q->body.n;
	tp_board_lock(board);
	status = r->handle(board, &q->req, &out);
	tp_board_unlock(board);
	if (r->role >= TP_ROLE_USER)
		tp_audit(q, "act", q->req.user, (unsigned)status);
	if (status < 400)
		return tp_reply_body(q, (unsigned)status, r->type, &out);
	rc = tp_reply_problem(q, (unsigned)status, tp_buf_cstr(&out));
	tp_buf_release(&out);
	return rc;
}

enum MHD_Result
tp_handle(void *server, struct MHD_Connection *c, const char *url,
    const char *method, const char *version, const char *upload,
    size_t *nupload, void **call)
{
	struct tp_call	*q = *call;

	if (q == NULL)
		return begin(server, c, url, method, version, call);
	q->req.path = url;
	if (*nupload > 0) {
		/* sent in chunks: too late for an answer */
		if (q->body.n + *nupload > TP_SERVE_BODY)
			return MHD_NO;
		tp_buf_add(&q->body, upload, *nupload);
		*nupload = 0;
		return MHD_YES;
	}
	if (q->job != NULL && !q->job->finished)
		return MHD_YES;
	if (strcmp(q->req.method, "OPTIONS") == 0)
		return tp_access_preflight(q);
	if (q->status != 0)
		return refuse(q);
	tp_http_one_line(q->body.p, q->body.n);
	return q->entry->own != NULL ? q->entry->own(q) : answer(q);
}

void
tp_handle_done(void *server, struct MHD_Connection *c, void **call,
    enum MHD_RequestTerminationCode why)
{
	struct tp_call	*q = *call;

	(void)c;
	(void)why;
	if (q == NULL)
		return;
	tp_conn_enter(server, q->conn, TP_CONN_IDLE);
	tp_ws_call_done(q);
	tp_login_free(q->job);
	tp_buf_release(&q->texts);
	tp_buf_release(&q->body);
	free(q->query);
	free(q);
	*call = NULL;
}
