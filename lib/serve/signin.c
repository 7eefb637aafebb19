/* Signing in and out, and tickets. */
#include "base/map.h"
#include "json/json.h"
#include "serve/signin.h"
#include "serve/urltext.h"

#define TRIES_A_MINUTE	10	/* of passwords and tokens, by address */
#define TEXT_MAX	((size_t)4096)	/* bytes of one, or of a name */

/* An answer without a body that sets the cookie, or ends it. */
static enum MHD_Result
set_cookie(struct tp_call *q, const char *secret)
{
	struct MHD_Response	*r;
	struct tp_buf		 b = { 0 };
	enum MHD_Result		 rc;

	tp_buf_printf(&b, "%s=%s; Path=/; HttpOnly; SameSite=Strict; "
	    "Max-Age=%lld%s", TP_SERVE_COOKIE, secret, secret[0] == '\0' ?
	    0LL : (long long)TP_SESSION_MS / 1000,
	    q->s->keys->tls != NULL ? "; Secure" : "");
	r = MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT);
	if (r == NULL)
		tp_die("out of memory");
	MHD_add_response_header(r, "Set-Cookie", tp_buf_cstr(&b));
	MHD_add_response_header(r, "Cache-Control", "no-store");
	tp_reply_headers(q, r);
	tp_conn_enter(q->s, q->conn, TP_CONN_REPLY);
	rc = MHD_queue_response(q->c, 204, r);
	MHD_destroy_response(r);
	tp_buf_release(&b);
	return rc;
}

static enum MHD_Result
signed_in(struct tp_call *q, enum tp_role role, const char *name)
{
	char	secret[TP_SESSION_TEXT + 1];

	q->req.role = role;
	tp_session_open(&q->s->sessions, role, name, false, q->s->now_ms,
	    secret);
	tp_audit(q, "login", name, 204);
	return set_cookie(q, secret);
}

enum MHD_Result
tp_signin_refuse(struct tp_call *q, const char *name, unsigned status,
    const char *why)
{
	q->status = status;
	q->why = why;
	q->req.role = TP_ROLE_NONE;
	q->s->stats.refused++;
	tp_audit(q, "login", name, status);
	return tp_reply_problem(q, status, why);
}

enum MHD_Result
tp_signin_nobody(struct tp_call *q)
{
	return tp_reply_problem(q, 404, "nobody has to sign in here");
}

bool
tp_signin_few_tries(struct tp_call *q, enum MHD_Result *refused)
{
	uint64_t	key = tp_hash(&q->conn->address,
	    sizeof(q->conn->address), 2);
	int64_t		left;

	if (tp_bucket_take(&q->s->buckets, key, TRIES_A_MINUTE, q->s->now_ms,
	    &left, &q->wait_ms))
		return true;
	*refused = tp_signin_refuse(q, NULL, 429, "too many tries a minute");
	return false;
}

/* What a body says: texts with a NUL behind them. */
struct given {
	bool		 is_token;	/* there is no name */
	struct tp_buf	 name, secret;
};

/* A string member; false where it is none, too long, or has a NUL in it. */
static bool
json_text(const struct tp_json_obj *o, const char *name, struct tp_buf *out)
{
	const struct tp_json_field	*f = tp_json_find(o, name);

	out->n = 0;
	return f != NULL && f->v.type == TP_JSON_STR && f->v.n <= TEXT_MAX &&
	    tp_json_unescape(&f->v, out) == 0 &&
	    strlen(tp_buf_cstr(out)) == out->n;
}

static bool
read_json(struct tp_call *q, const struct tp_signin_way *w, struct given *g)
{
	struct tp_json_obj	o = { 0 };
	bool			found = false;

	memset(tp_buf_room(&q->body, TP_JSON_PAD), 0, TP_JSON_PAD);
	if (tp_json_object(&o, q->body.p, q->body.n) == 0) {
		g->is_token = w->token && json_text(&o, "token", &g->secret);
		found = g->is_token || (json_text(&o, w->name, &g->name) &&
		    json_text(&o, "password", &g->secret));
	}
	tp_json_obj_release(&o);
	return found;
}

/* Of application/x-www-form-urlencoded: "username=a&password=b%20c". */
static bool
form_text(const struct tp_call *q, const char *name, struct tp_buf *out)
{
	const char	*p = q->body.p, *end = p + q->body.n;
	size_t		 k = strlen(name), n;

	for (; p < end; p += n + 1) {
		n = strcspn(p, "&");
		if (n > k && memcmp(p, name, k) == 0 && p[k] == '=')
			return n - k - 1 <= TEXT_MAX && tp_url_decode(out,
			    p + k + 1, n - k - 1, true) == 0;
	}
	return false;
}

static bool
read_form(struct tp_call *q, const struct tp_signin_way *w, struct given *g)
{
	tp_buf_cstr(&q->body);
	return form_text(q, w->name, &g->name) &&
	    form_text(q, "password", &g->secret);
}

/* The connection waits until the password was looked at. */
static enum MHD_Result
ask(struct tp_call *q, const struct given *g)
{
	if (q->s->keys->users.n == 0 || !q->s->login.running)
		return tp_signin_refuse(q, g->name.p, 401,
		    "there are no users here");
	q->job = tp_login_ask(&q->s->login, &q->s->keys->users, g->name.p,
	    g->secret.p, q);
	if (q->job == NULL)
		return tp_signin_refuse(q, g->name.p, 503,
		    "too many sign in at once");
	MHD_suspend_connection(q->c);
	return MHD_YES;
}

static enum MHD_Result
look_at(struct tp_call *q, const struct tp_signin_way *w,
    const struct given *g)
{
	enum MHD_Result	rc;

	if (!tp_signin_few_tries(q, &rc))
		return rc;
	if (!g->is_token)
		return ask(q, g);
	if (tp_access_token(q, g->secret.p, g->secret.n) != 0)
		return tp_signin_refuse(q, NULL, 401, q->why);
	return w->good(q, q->req.role, q->req.user);
}

static void
wipe(struct tp_buf *b)
{
	if (b->p != NULL)
		explicit_bzero(b->p, b->n);
}

enum MHD_Result
tp_signin(struct tp_call *q, const struct tp_signin_way *w)
{
	struct given	g = { 0 };
	enum MHD_Result	rc;

	if (strcmp(q->req.auth, "none") == 0)
		return tp_signin_nobody(q);
	if (q->job != NULL && q->job->good)
		return w->good(q, q->job->role, q->job->name);
	if (q->job != NULL)
		return tp_signin_refuse(q, q->job->name, 401,
		    "the name or the password is wrong");
	rc = (w->form ? read_form : read_json)(q, w, &g) ?
	    look_at(q, w, &g) : tp_reply_problem(q, w->bad, w->wanted);
	wipe(&q->body);
	wipe(&g.secret);
	tp_buf_release(&g.name);
	tp_buf_release(&g.secret);
	return rc;
}

static enum MHD_Result
login(struct tp_call *q)
{
	static const struct tp_signin_way	way = {
		.token = true,
		.name = "name",
		.bad = 400,
		.wanted = "the body must be a JSON object with name and "
		    "password, or token",
		.good = signed_in,
	};

	return tp_signin(q, &way);
}

static enum MHD_Result
logout(struct tp_call *q)
{
	const char	*cookies = tp_call_header(q, "Cookie"), *secret;
	size_t		 n;

	secret = cookies != NULL ?
	    tp_cookie_find(cookies, TP_SERVE_COOKIE, &n) : NULL;
	if (secret != NULL)
		tp_session_close(&q->s->sessions, secret, n);
	tp_audit(q, "logout", q->req.user, 204);
	return set_cookie(q, "");
}

static enum MHD_Result
me(struct tp_call *q)
{
	const char	*role = tp_role_name(q->req.role);
	struct tp_buf	 b = { 0 };

	tp_buf_lit(&b, "{\"name\":");
	if (q->req.user == NULL)
		tp_buf_lit(&b, "null");
	else
		tp_json_write_str(&b, q->req.user, strlen(q->req.user));
	tp_buf_printf(&b, ",\"role\":\"%s\"}", role);
	return tp_reply_body(q, 200, NULL, &b);
}

/* For EventSource and WebSocket, which cannot send a token. */
static enum MHD_Result
ticket(struct tp_call *q)
{
	char		secret[TP_SESSION_TEXT + 1];
	struct tp_buf	b = { 0 };

	tp_session_open(&q->s->sessions, q->req.role, q->req.user, true,
	    q->s->now_ms, secret);
	tp_buf_printf(&b, "{\"ticket\":\"%s\",\"expires_in\":%lld}", secret,
	    (long long)TP_TICKET_MS / 1000);
	return tp_reply_body(q, 201, NULL, &b);
}

void
tp_signin_routes(struct tp_server *s)
{
	static const struct {
		struct tp_http_route r;
		enum MHD_Result	(*own)(struct tp_call *q);
	} table[] = {
		{ { "POST", "/api/v1/login", TP_ROLE_NONE, NULL, 0, NULL },
		    login },
		{ { "POST", "/api/v1/logout", TP_ROLE_NONE, NULL, 0, NULL },
		    logout },
		{ { "GET", "/api/v1/me", TP_ROLE_VIEWER, NULL, 0, NULL }, me },
		{ { "POST", "/api/v1/ticket", TP_ROLE_VIEWER, NULL, 0, NULL },
		    ticket },
	};
	size_t	i;

	for (i = 0; i < sizeof(table) / sizeof(*table); i++)
		tp_server_route(s, &table[i].r, table[i].own);
}

void
tp_signin_collect(struct tp_server *s)
{
	struct tp_login_job	*j;

	while ((j = tp_login_collect(&s->login)) != NULL)
		MHD_resume_connection(((struct tp_call *)j->of)->c);
}
