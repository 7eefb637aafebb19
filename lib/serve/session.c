#include "serve/session.h"

#include "serve/keys.h"

static struct tp_session *
find(struct tp_sessions *s, const char *secret, size_t n)
{
	uint8_t	digest[TP_SHA256];
	size_t	i;

	if (n != TP_SESSION_TEXT)
		return NULL;
	tp_sha256(digest, secret, n);
	/* how far a digest agrees tells nothing of the secret */
	for (i = 0; i < TP_SESSION_MAX; i++)
		if (s->v[i].until_ms != 0 &&
		    memcmp(s->v[i].digest, digest, TP_SHA256) == 0)
			return &s->v[i];
	return NULL;
}

void
tp_session_open(struct tp_sessions *s, enum tp_role role, const char *name,
    bool once, int64_t now_ms, char text[TP_SESSION_TEXT + 1])
{
	struct tp_session	*x = &s->v[0];
	struct tp_buf		 hex = { 0 };
	uint8_t			 raw[TP_SHA256];
	size_t			 i;

	for (i = 1; i < TP_SESSION_MAX; i++)
		if (s->v[i].until_ms < x->until_ms)
			x = &s->v[i];
	tp_secret_random(raw, sizeof(raw));
	tp_hex_encode(&hex, raw, sizeof(raw));
	memcpy(text, tp_buf_cstr(&hex), TP_SESSION_TEXT + 1);
	tp_buf_release(&hex);
	*x = (struct tp_session){
		.role = role,
		.once = once,
		.until_ms = now_ms + (once ? TP_TICKET_MS : TP_SESSION_MS),
	};
	tp_sha256(x->digest, text, TP_SESSION_TEXT);
	snprintf(x->name, sizeof(x->name), "%s", name != NULL ? name : "");
}

const struct tp_session *
tp_session_find(struct tp_sessions *s, const char *secret, size_t n,
    bool once, int64_t now_ms)
{
	struct tp_session	*x = find(s, secret, n);

	if (x == NULL || x->once != once || x->until_ms <= now_ms)
		return NULL;
	if (once)
		x->until_ms = 0;
	return x;
}

void
tp_session_close(struct tp_sessions *s, const char *secret, size_t n)
{
	struct tp_session	*x = find(s, secret, n);

	if (x != NULL)
		*x = (struct tp_session){ 0 };
}

void
tp_session_prune(struct tp_sessions *s, const struct tp_keys *k)
{
	const struct tp_grant	*g;
	struct tp_session	*x;

	for (x = s->v; x < s->v + TP_SESSION_MAX; x++) {
		if (x->until_ms == 0)
			continue;
		g = tp_grants_user(&k->users, x->name);
		if (g == NULL)
			g = tp_grants_user(&k->tokens, x->name);
		if (g != NULL)
			x->role = g->role;
		else if (!k->has_jwt)
			x->until_ms = 0;
	}
}
