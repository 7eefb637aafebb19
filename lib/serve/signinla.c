/*
 * LA's /auth: a password buys a token for a quarter of an hour, and one that
 * renews it for a week.  Both are JWTs by HS256, of the secret of --jwt-key
 * where there is one, else of a secret that ends with the process.
 */
#include "serve/compat.h"
#include "serve/put.h"
#include "serve/signin.h"

#define ACCESS_S	INT64_C(900)
#define REFRESH_S	(INT64_C(7) * 24 * 3600)

static void
put_id(struct tp_buf *out, const char *name, const char *user)
{
	struct tp_map_key	k = { .p = user, .n = (uint32_t)strlen(user) };

	tp_compat_put_uuid(out, name, &k, 0);
}

/* The member "name": a token for this user; role NONE: to renew one. */
static void
put_token(const struct tp_call *q, const char *name, const char *user,
    enum tp_role role, struct tp_buf *out)
{
	const struct tp_server	*s = q->s;
	bool			 shared = s->keys->has_jwt &&
	    !s->keys->jwt.eddsa;
	int64_t			 now_s = q->req.now_ms / 1000;
	struct tp_buf		 claims = { 0 }, token = { 0 };

	tp_put_open(&claims, '{');
	tp_put_str_of(&claims, "iss", TP_JWT_ISSUER);
	tp_put_str_of(&claims, "sub", user);
	put_id(&claims, "user_id", user);
	tp_put_str_of(&claims, "role", tp_role_name(role));
	tp_put_str_of(&claims, "aud", s->conf->keys.audience);
	tp_put_int_of(&claims, "exp", now_s + (role == TP_ROLE_NONE ?
	    REFRESH_S : ACCESS_S));
	tp_put_int_of(&claims, "iat", now_s);
	tp_put_str_of(&claims, "type", role == TP_ROLE_NONE ? "refresh" :
	    "access");
	tp_put_close(&claims, '}');
	tp_jwt_sign(shared ? &s->keys->jwt : &s->own_key, claims.p, claims.n,
	    &token);
	tp_put_str_of(out, name, tp_buf_cstr(&token));
	tp_buf_release(&claims);
	tp_buf_release(&token);
}

static enum MHD_Result
send_tokens(struct tp_call *q, enum tp_role role, const char *user,
    bool renewable)
{
	struct tp_buf	b = { 0 };

	q->req.role = role;
	tp_audit(q, renewable ? "login" : "refresh", user, 200);
	tp_put_open(&b, '{');
	put_token(q, "access_token", user, role, &b);
	if (renewable)
		put_token(q, "refresh_token", user, TP_ROLE_NONE, &b);
	else
		tp_compat_put_str(&b, "refresh_token", NULL);
	tp_put_str_of(&b, "token_type", "bearer");
	tp_put_int_of(&b, "expires_in", ACCESS_S);
	tp_put_close(&b, '}');
	return tp_reply_body(q, 200, NULL, &b);
}

static enum MHD_Result
signed_in(struct tp_call *q, enum tp_role role, const char *user)
{
	return send_tokens(q, role, user, true);
}

static enum MHD_Result
sign_in(struct tp_call *q, bool form)
{
	const struct tp_signin_way	way = {
		.form = form,
		.name = "username",
		.bad = 422,
		.wanted = "the body must have username and password",
		.good = signed_in,
	};

	return tp_signin(q, &way);
}

static enum MHD_Result
login(struct tp_call *q)
{
	return sign_in(q, false);
}

static enum MHD_Result
token(struct tp_call *q)
{
	return sign_in(q, true);
}

static enum MHD_Result
refresh(struct tp_call *q)
{
	const char	*t = tp_http_query(&q->req, "refresh_token"), *why;
	struct tp_jwt	 jwt = { 0 };
	enum MHD_Result	 rc;

	if (strcmp(q->req.auth, "none") == 0)
		return tp_signin_nobody(q);
	if (t == NULL)
		return tp_reply_problem(q, 422, "refresh_token is missing");
	if (!tp_signin_few_tries(q, &rc))
		return rc;
	why = tp_access_jwt(q, TP_JWT_REFRESH, t, strlen(t), &jwt);
	if (why == NULL && !jwt.ours)
		why = "this server did not give it";
	return why != NULL ? tp_signin_refuse(q, NULL, 401, why) :
	    send_tokens(q, jwt.role, jwt.name, false);
}

/* What the files do not say is null. */
static void
put_user(struct tp_buf *out, const char *name, enum tp_role role)
{
	tp_put_open(out, '{');
	put_id(out, "id", name);
	tp_put_str_of(out, "username", name);
	tp_compat_put_str(out, "email", NULL);
	tp_compat_put_str(out, "full_name", NULL);
	tp_put_str_of(out, "role", tp_role_name(role));
	tp_put_bool_of(out, "disabled", false);
	tp_compat_put_str(out, "created_at", NULL);
	tp_put_close(out, '}');
}

static enum MHD_Result
me(struct tp_call *q)
{
	struct tp_buf	b = { 0 };

	if (q->req.user == NULL)
		return tp_signin_nobody(q);
	put_user(&b, q->req.user, q->req.role);
	return tp_reply_body(q, 200, NULL, &b);
}

static enum MHD_Result
users(struct tp_call *q)
{
	const struct tp_grants	*g = &q->s->keys->users;
	struct tp_buf		 b = { 0 };
	size_t			 i;

	tp_audit(q, "act", q->req.user, 200);
	tp_put_open(&b, '[');
	for (i = 0; i < g->n; i++)
		put_user(&b, g->v[i].name, g->v[i].role);
	tp_put_close(&b, ']');
	return tp_reply_body(q, 200, NULL, &b);
}

static enum MHD_Result
roles(struct tp_call *q)
{
	struct tp_buf	b = { 0 };
	int		r;

	tp_put_open(&b, '{');
	tp_put_key_open(&b, "roles", '{');
	for (r = TP_ROLE_VIEWER; r <= TP_ROLE_ADMIN; r++)
		tp_put_int_of(&b, tp_role_name((enum tp_role)r), r);
	tp_put_close(&b, '}');
	tp_put_str_of(&b, "current_user_role", tp_role_name(q->req.role));
	tp_put_int_of(&b, "current_user_level", (int64_t)q->req.role);
	tp_put_close(&b, '}');
	return tp_reply_body(q, 200, NULL, &b);
}

static enum MHD_Result
elsewhere(struct tp_call *q)
{
	return tp_reply_problem(q, 404, "users and passwords are lines of "
	    "the file of --users, which this server only reads");
}

void
tp_signin_la_routes(struct tp_server *s)
{
	static const struct {
		const char	*method, *path;
		enum tp_role	 role;
		enum MHD_Result	(*own)(struct tp_call *q);
	} table[] = {
		{ "POST", "/auth/login", TP_ROLE_NONE, login },
		{ "POST", "/auth/token", TP_ROLE_NONE, token },
		{ "POST", "/auth/refresh", TP_ROLE_NONE, refresh },
		{ "GET", "/auth/me", TP_ROLE_VIEWER, me },
		{ "GET", "/auth/roles", TP_ROLE_VIEWER, roles },
		{ "GET", "/auth/users", TP_ROLE_ADMIN, users },
		{ "POST", "/auth/users", TP_ROLE_ADMIN, elsewhere },
		{ "POST", "/auth/change-password", TP_ROLE_VIEWER,
		    elsewhere },
	};
	struct tp_http_route	r = { 0 };
	size_t			i;

	for (i = 0; i < sizeof(table) / sizeof(*table); i++) {
		r.method = table[i].method;
		r.pattern = table[i].path;
		r.role = table[i].role;
		tp_server_route(s, &r, table[i].own);
	}
}
