/*
 * Who asks, from where, how often, and for what: everything that is looked at
 * before a request is answered.
 */
#include <arpa/inet.h>
#include <strings.h>

#include "base/map.h"
#include "serve/asset.h"
#include "serve/serverctx.h"
#include "serve/urltext.h"

static const char	bearer[] = "Bearer ";

/* Refuses: returns the status, with a static text that says why. */
static unsigned
refuse(struct tp_call *q, unsigned status, const char *why)
{
	q->why = why;
	return status;
}

/* An address instead of a name: no name can be made to lead to it. */
static bool
is_address(const char *host)
{
	unsigned char	raw[16];
	char		text[64];
	size_t		n;

	if (host[0] == '[') {
		n = strcspn(host + 1, "]");
		host++;
	} else {
		n = strcspn(host, ":");
	}
	if (n >= sizeof(text))
		return false;
	memcpy(text, host, n);
	text[n] = '\0';
	return inet_pton(AF_INET, text, raw) == 1 ||
	    inet_pton(AF_INET6, text, raw) == 1;
}

static bool
in_list(const struct tp_opt_list *l, const char *text,
    bool (*same)(const char *, const char *))
{
	size_t	i;

	for (i = 0; i < l->n; i++)
		if (same(text, l->v[i]))
			return true;
	return false;
}

/*
 * A page of another site whose name was made to lead here would have its own
 * name in Host.
 */
static unsigned
check_host(struct tp_call *q)
{
	const char	*host = tp_call_header(q, "Host");

	if (host == NULL || tp_host_is(host, "localhost") ||
	    is_address(host) || in_list(&q->s->conf->hosts, host, tp_host_is))
		return 0;
	return refuse(q, 421, "this host is not served here; see --host");
}

static bool
same_text(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

/* True where origin is "http://HOST" or "https://HOST" of this request. */
static bool
own_origin(const struct tp_call *q, const char *origin)
{
	const char	*host = tp_call_header(q, "Host");
	const char	*p = strstr(origin, "://");

	return host != NULL && p != NULL && strcmp(p + 3, host) == 0;
}

/* Other sites may ask for what --cors allows; they may change nothing. */
static unsigned
check_origin(struct tp_call *q)
{
	const char	*origin = tp_call_header(q, "Origin");
	bool		 writes = strcmp(q->req.method, "GET") != 0;

	if (origin == NULL || own_origin(q, origin))
		return 0;
	if (in_list(&q->s->conf->cors, origin, same_text)) {
		q->origin = origin;
		return 0;
	}
	if (writes || tp_call_header(q, "Upgrade") != NULL)
		return refuse(q, 403, "pages of this origin may not do this; "
		    "see --cors");
	return 0;
}

static void
become(struct tp_call *q, enum tp_role role, const char *name)
{
	size_t	n = strlen(name);

	q->req.role = role;
	memcpy(q->user, name, n < sizeof(q->user) ? n + 1 :
	    sizeof(q->user) - 1);
	q->req.user = q->user;
}

const char *
tp_access_jwt(struct tp_call *q, enum tp_jwt_use use, const char *token,
    size_t n, struct tp_jwt *jwt)
{
	const struct tp_keys	*k = q->s->keys;
	const char		*audience = q->s->conf->keys.audience;
	const char		*why = "this token is not known";
	const struct tp_grant	*g;

	if (memchr(token, '.', n) == NULL)
		return why;
	if (k->has_jwt)
		why = tp_jwt_check(&k->jwt, audience, use, token, n,
		    q->req.now_ms / 1000, jwt);
	if (why != NULL && k->users.n > 0)
		why = tp_jwt_check(&q->s->own_key, audience, use, token, n,
		    q->req.now_ms / 1000, jwt);
	if (why != NULL || !jwt->ours)
		return why;
	/* what we signed is worth what the file says now */
	g = tp_grants_user(&k->users, jwt->name);
	if (g == NULL)
		return "this user is not here any more";
	jwt->role = g->role;
	return NULL;
}

unsigned
tp_access_token(struct tp_call *q, const char *token, size_t n)
{
	const struct tp_grant	*g = tp_grants_token(&q->s->keys->tokens,
	    token, n);
	struct tp_jwt		 jwt;
	const char		*why;

	if (g != NULL) {
		become(q, g->role, g->name);
		return 0;
	}
	why = tp_access_jwt(q, TP_JWT_ACCESS, token, n, &jwt);
	if (why != NULL)
		return refuse(q, 401, why);
	become(q, jwt.role, jwt.name);
	return 0;
}

/* Finds out who asks.  What is presented must be good. */
static unsigned
identify(struct tp_call *q)
{
	struct tp_server	*s = q->s;
	const char		*auth = tp_call_header(q, "Authorization");
	const char		*cookies = tp_call_header(q, "Cookie");
	const char		*ticket, *secret;
	const struct tp_session	*x = NULL;
	size_t			 n;

	if (strcmp(q->req.auth, "none") == 0) {
		q->req.role = q->conn->local ? TP_ROLE_ADMIN :
		    TP_ROLE_VIEWER;
		return 0;
	}
	if (auth != NULL) {
		n = strlen(bearer);
		return strncasecmp(auth, bearer, n) == 0 ?
		    tp_access_token(q, auth + n, strlen(auth + n)) :
		    refuse(q, 401, "only bearer tokens are taken");
	}
	ticket = tp_http_query(&q->req, "ticket");
	if (ticket != NULL && q->entry != NULL && q->entry->stream)
		x = tp_session_find(&s->sessions, ticket, strlen(ticket),
		    true, s->now_ms);
	secret = cookies != NULL ?
	    tp_cookie_find(cookies, TP_SERVE_COOKIE, &n) : NULL;
	if (x == NULL && secret != NULL)
		x = tp_session_find(&s->sessions, secret, n, false, s->now_ms);
	if (x != NULL)
		become(q, x->role, x->name);
	return 0;
}

static unsigned
check_rate(struct tp_call *q)
{
	int64_t		 limit = q->s->conf->rate;
	uint64_t	 key = q->req.user == NULL ? q->conn->address :
	    tp_hash(q->req.user, strlen(q->req.user), 1);

	if (limit == 0 || (q->entry != NULL && q->entry->unlimited))
		return 0;
	q->limit = limit;
	if (tp_bucket_take(&q->s->buckets, key, limit, q->s->now_ms, &q->left,
	    &q->wait_ms))
		return 0;
	return refuse(q, 429, "too many requests a minute; see --rate");
}

static unsigned
check_role(struct tp_call *q)
{
	if (q->req.role >= q->entry->r.role)
		return 0;
	if (q->req.role == TP_ROLE_NONE)
		return refuse(q, 401, "this is for those who sign in");
	return refuse(q, 403, "your role may not do this");
}

unsigned
tp_access_check(struct tp_call *q, unsigned route)
{
	unsigned	status = check_host(q);

	if (status == 0)
		status = check_origin(q);
	/* the page's files are for everybody, and not counted */
	if (status == 0 && route == 404 &&
	    strcmp(q->req.method, "GET") == 0 &&
	    tp_asset_find(q->req.path) != NULL)
		return 404;
	if (status == 0)
		status = identify(q);
	if (check_rate(q) != 0)
		return 429;
	if (status == 0)
		status = route;
	if (status == 0)
		status = check_role(q);
	if (status == 0 && q->s->held > TP_SERVE_HELD && !q->entry->unlimited)
		status = refuse(q, 503, "too many replies wait to be taken");
	return status;
}

/* What a browser asks before a page of another site may ask. */
enum MHD_Result
tp_access_preflight(struct tp_call *q)
{
	struct MHD_Response	*r;
	enum MHD_Result		 rc;

	if (q->origin == NULL)
		return tp_reply_problem(q, 405, "this path has no such "
		    "method");
	r = MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT);
	if (r == NULL)
		return MHD_NO;
	MHD_add_response_header(r, "Access-Control-Allow-Methods",
	    "GET, POST");
	MHD_add_response_header(r, "Access-Control-Allow-Headers",
	    "Authorization, Content-Type, Last-Event-ID");
	MHD_add_response_header(r, "Access-Control-Max-Age", "600");
	tp_reply_headers(q, r);
	rc = MHD_queue_response(q->c, 204, r);
	MHD_destroy_response(r);
	return rc;
}
