/* A request, from its head to the reply. */
#include <strings.h>

#include "base/clock.h"
#include "json/json.h"
#include "serve/serverctx.h"
#include "serve/urltext.h"

static const char *
header(const struct tp_call *q, const char *name)
{
	return MHD_lookup_connection_value(q->c, MHD_HEADER_KIND, name);
}

/* The body that the head announces is too long, or both forms of length are
 * given, by which a proxy in front may be led astray. */
static unsigned
check_length(const struct tp_call *q)
{
	const char	*length = header(q, "Content-Length");
	int64_t		 n;

	if (length == NULL)
		return 0;
	if (header(q, "Transfer-Encoding") != NULL ||
	    tp_parse_int(length, strlen(length), &n) == -1 || n < 0)
		return 400;
	return (uint64_t)n > TP_SERVE_BODY ? 413 : 0;
}

/* Decodes what the {...} of the route stand for. */
static unsigned
take_args(struct tp_call *q, const char *const *at, const size_t *len)
{
	for (; q->nargs < TP_HTTP_ARGS && at[q->nargs] != NULL; q->nargs++) {
		q->args[q->nargs] = q->texts.n;
		if (tp_url_decode(&q->texts, at[q->nargs], len[q->nargs],
		    false) == -1)
			return 400;
	}
	return 0;
}

/* Finds the route; 0, 404, or 405 where another method would do. */
static unsigned
find_route(struct tp_call *q, const char *url)
{
	const char	*at[TP_HTTP_ARGS];
	size_t		 len[TP_HTTP_ARGS], i;
	unsigned	 status = 404;

	for (i = 0; i < q->s->nentries; i++) {
		const struct tp_http_route	*r = &q->s->entries[i].r;

		memset(at, 0, sizeof(at));
		if (!tp_url_match(r->pattern, url, at, len, TP_HTTP_ARGS))
			continue;
		status = 405;
		if (strcmp(r->method, q->req.method) != 0)
			continue;
		q->entry = &q->s->entries[i];
		return take_args(q, at, len);
	}
	return status;
}

/* For libmicrohttpd: a parameter of the query, still encoded. */
static enum MHD_Result
add_query(void *call, enum MHD_ValueKind kind, const char *name,
    const char *value)
{
	struct tp_call	*q = call;
	size_t		 at = q->texts.n;

	(void)kind;
	if (q->req.nquery == TP_CALL_QUERY)
		return MHD_NO;
	if (value == NULL)
		value = "";
	if (tp_url_decode(&q->texts, name, strlen(name), true) == -1)
		return MHD_NO;
	q->at[q->req.nquery][0] = at;
	q->at[q->req.nquery][1] = q->texts.n;
	if (tp_url_decode(&q->texts, value, strlen(value), true) == -1)
		return MHD_NO;
	q->req.nquery++;
	return MHD_YES;
}

/* Reads path and query; the texts stay where they are from here on. */
static unsigned
read_url(struct tp_call *q, const char *url)
{
	struct tp_http_req	*r = &q->req;
	unsigned		 status = find_route(q, url);
	int			 n;
	size_t			 i;

	n = MHD_get_connection_values(q->c, MHD_GET_ARGUMENT_KIND, NULL,
	    NULL);
	if (n < 0 || MHD_get_connection_values(q->c, MHD_GET_ARGUMENT_KIND,
	    add_query, q) != n)
		return 400;
	if (r->nquery != (size_t)n)
		return 400;
	for (i = 0; i < q->nargs; i++)
		r->arg[i] = q->texts.p + q->args[i];
	for (i = 0; i < r->nquery; i++) {
		q->query[i].name = q->texts.p + q->at[i][0];
		q->query[i].value = q->texts.p + q->at[i][1];
	}
	r->query = q->query;
	r->path = url;
	return status;
}

static const char *
explain(unsigned status)
{
	switch (status) {
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

/* Whether the request may go on; its answer is queued where not. */
static bool
admit(struct tp_call *q, const char *url, enum MHD_Result *result)
{
	unsigned	status = check_length(q);

	if (status == 0)
		status = read_url(q, url);
	if (status == 404 && strcmp(q->req.method, "GET") == 0 &&
	    tp_reply_asset(q, url, result))
		return false;
	if (status != 0)
		*result = tp_reply_problem(q, status, explain(status));
	return status == 0;
}

static enum MHD_Result
begin(struct tp_server *s, struct MHD_Connection *c, const char *method,
    void **call)
{
	struct tp_call	*q = *call = tp_calloc(1, sizeof(*q));

	s->stats.requests++;
	q->s = s;
	q->c = c;
	q->conn = MHD_get_connection_info(c,
	    MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
	q->req.method = strcmp(method, "HEAD") == 0 ? "GET" :
	    strcmp(method, "POST") == 0 ? "POST" :
	    strcmp(method, "GET") == 0 ? "GET" : "";
	q->req.now_ms = tp_clock_wall_ms();
	q->req.stats = &s->stats;
	q->req.auth = "none";
	q->req.role = TP_ROLE_ADMIN;
	tp_conn_enter(s, q->conn, TP_CONN_BODY);
	if (check_length(q) == 413)
		return tp_reply_problem(q, 413, explain(413));
	return MHD_YES;
}

static enum MHD_Result
answer(struct tp_call *q)
{
	struct tp_board	*board = q->s->conf->board;
	struct tp_buf	 out = { 0 };
	enum MHD_Result	 rc;
	int		 status;

	if (q->entry->r.flags & TP_HTTP_SHARED)
		return tp_reply_shared(q);
	memset(tp_buf_room(&q->body, TP_JSON_PAD), 0, TP_JSON_PAD);
	q->req.body = q->body.p;
	q->req.nbody = q->body.n;
	tp_board_lock(board);
	status = q->entry->r.handle(board, &q->req, &out);
	tp_board_unlock(board);
	if (status < 400)
		return tp_reply_body(q, (unsigned)status, q->entry->r.type,
		    &out);
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
	enum MHD_Result	 rc;

	(void)version;
	if (q == NULL)
		return begin(server, c, method, call);
	if (*nupload > 0) {
		/* more than was announced, or in chunks: no answer for it */
		if (q->body.n + *nupload > TP_SERVE_BODY)
			return MHD_NO;
		tp_buf_add(&q->body, upload, *nupload);
		*nupload = 0;
		return MHD_YES;
	}
	if (!admit(q, url, &rc))
		return rc;
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
	tp_buf_release(&q->texts);
	tp_buf_release(&q->body);
	free(q);
	*call = NULL;
}
