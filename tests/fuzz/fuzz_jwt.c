/*
 * Tokens: the input as one, which must not be taken since nobody can have
 * signed it, and as the claims of one that is signed.
 */
#include <stdlib.h>
#include <string.h>

#include "serve/jwt.h"
#include "serve/secret.h"

#define NOW	1700000000

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static const char	secret[] = "a secret of thirty-two bytes, and more";

static void
add_base64url(struct tp_buf *to, const void *p, size_t n)
{
	struct tp_buf	b = { 0 };
	size_t		i;

	tp_base64_encode(&b, p, n);
	for (i = 0; i < b.n && b.p[i] != '='; i++)
		tp_buf_char(to, b.p[i] == '+' ? '-' :
		    b.p[i] == '/' ? '_' : b.p[i]);
	tp_buf_release(&b);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static const char	head[] = "{\"alg\":\"HS256\"}";
	struct tp_jwt_key	key = { 0 };
	struct tp_buf		token = { 0 };
	uint8_t			mac[TP_SHA256];
	struct tp_jwt		out;
	struct tp_err		e = { 0 };
	const char		*why;

	if (tp_jwt_key_read(&key, secret, strlen(secret), "key", &e) == -1)
		abort();
	if (tp_jwt_check(&key, NULL, (const char *)data, n, NOW, &out) ==
	    NULL)
		abort();
	add_base64url(&token, head, strlen(head));
	tp_buf_char(&token, '.');
	add_base64url(&token, data, n);
	tp_hmac_sha256(mac, secret, strlen(secret), token.p, token.n);
	tp_buf_char(&token, '.');
	add_base64url(&token, mac, sizeof(mac));
	why = tp_jwt_check(&key, "aud", token.p, token.n, NOW, &out);
	if (why == NULL && (out.role == TP_ROLE_NONE || out.name[0] == '\0' ||
	    out.exp_s < NOW - TP_JWT_LEEWAY))
		abort();
	tp_buf_release(&token);
	tp_jwt_key_release(&key);
	return 0;
}
