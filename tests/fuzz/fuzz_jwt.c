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

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct tp_jwt_key	key = { 0 };
	struct tp_buf		token = { 0 };
	struct tp_jwt		out;
	struct tp_err		e = { 0 };
	const char		*why;

	if (tp_jwt_key_read(&key, secret, strlen(secret), "key", &e) == -1)
		abort();
	if (tp_jwt_check(&key, NULL, TP_JWT_ACCESS, (const char *)data, n,
	    NOW, &out) == NULL)
		abort();
	tp_jwt_sign(&key, (const char *)data, n, &token);
	why = tp_jwt_check(&key, "aud", TP_JWT_ACCESS, token.p, token.n, NOW,
	    &out);
	if (why == NULL && (out.role == TP_ROLE_NONE || out.name[0] == '\0' ||
	    out.exp_s < NOW - TP_JWT_LEEWAY))
		abort();
	/* no token is for both uses */
	if (tp_jwt_check(&key, "aud", TP_JWT_REFRESH, token.p, token.n, NOW,
	    &out) == NULL && why == NULL)
		abort();
	tp_buf_release(&token);
	tp_jwt_key_release(&key);
	return 0;
}
