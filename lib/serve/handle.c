/* A request, from its head to the reply. */
#include <strings.h>

#include "base/clock.h"
#include "json/json.h"
#include "serve/asset.h"
#include "serve/serverctx.h"

const char *
tp_call_header(const struct tp_call *q, const char *name)
{
	return MHD_lookup_connection_value(q->c, MHD_HEADER_KIND, name);
}

/* How long a body may be: what is sent by those who are nobody yet is kept
 * for as many as may connect. */
static size_t
most_of(const struct tp_call *q)
{
	return q->req.role == TP_ROLE_NONE ? TP_SERVE_LOGIN : TP_SERVE_BODY;
}

/* What the head says that a proxy in front might understand otherwise. */
struct framing {
	int		 hosts, lengths, encodings;
	const char	*length, *encoding;
	bool		 blank;		/* in the name of a header */
};

/* For libmicrohttpd: looks at a header. */
static enum MHD_Result
look_at(void *framing, enum MHD_ValueKind kind, const char *name,
    const char *value)
{
	struct framing	*f = framing;

	(void)kind;
	f->blank = f->blank || strpbrk(name, " \t") != NULL;
	f->hosts += strcasecmp(name, "Host") == 0;
	if (strcasecmp(name, "Content-Length") == 0) {
		f->lengths++;
		f->length = value;
	}
	if (strcasecmp(name, "Transfer-Encoding") == 0) {
		f->encodings++;
		f->encoding = value;
	}
	return MHD_YES;
}

/* Whether where the request ends is said once and clearly (RFC 9112, 6.3);
 * *length is that of the body, 0 where it comes in chunks. */
static bool
is_clear(const struct tp_call *q, int64_t *length)
{
	struct framing	f = { 0 };

	*length = 0;
	MHD_get_connection_values(q->c, MHD_HEADER_KIND, look_at, &f);
	if (f.blank || f.hosts > 1 || (f.hosts == 0 && q->chunks) ||
	    f.lengths + f.encodings > 1)
		return false;
	if (f.encodings == 1)
		return f.encoding != NULL &&
		    strcasecmp(f.encoding, "chunked") == 0;
	return f.lengths == 0 || (f.length != NULL && tp_parse_int(f.length,
	    strlen(f.length), length) == 0 && *length >= 0);
}

static unsigned
check_head(struct tp_call *q, const char *url, bool is_head)
{
	int64_t		length;
	unsigned	status, route;

	if (!is_clear(q, &length))
		return 400;
	route = tp_url_read(q, url);
	if (route == 400)
		return 400;
	/* streams have nothing but a body */
	if (route == 0 && q->entry->stream && is_head)
		route = 405;
	status = tp_access_check(q, route);
	return status == 0 && (uint64_t)length > most_of(q) ? 413 : status;
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
		return "a body may have 1 MB, 16 kB before one signs in";
	}
	return "the request was refused";
}

static enum MHD_Result
refuse(struct tp_call *q)
{
	enum MHD_Result	rc;

	if (q->status == 404 && q->entry == NULL &&
	    tp_asset_find(q->req.path) != NULL) {
		if (strcmp(q->req.method, "GET") == 0 &&
		    tp_reply_asset(q, q->req.path, &rc))
			return rc;
		q->status = 405;
	}
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
	q->status = check_head(q, url, strcmp(method, "HEAD") == 0);
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
		if (q->body.n + *nupload > most_of(q))
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
