/*
 * JSON Web Tokens (RFC 7519) of two kinds: HS256 and EdDSA (Ed25519).  Which
 * one is asked for is the key's affair, not the token's, so that none can
 * choose its own.  The key owns its bytes.
 */
#ifndef TP_SERVE_JWT_H
#define TP_SERVE_JWT_H

#include "base/err.h"
#include "serve/http.h"

#define TP_JWT_MAX	((size_t)4096)	/* bytes of a token */
#define TP_JWT_LEEWAY	INT64_C(60)	/* s that clocks may differ */

struct tp_jwt_key {
	bool		 eddsa;
	struct tp_buf	 secret;	/* HS256 */
	void		*pub;		/* gnutls_pubkey_t */
};

#define TP_JWT_ISSUER	"tp-serve"	/* "iss" of those we sign */

struct tp_jwt {
	enum tp_role	 role;		/* NONE: of a refresh token */
	char		 name[65];	/* of "sub" */
	bool		 ours;		/* by its "iss" */
	int64_t		 exp_s;
};

/* What a token is for: its "type", ACCESS where that is absent. */
enum tp_jwt_use { TP_JWT_ACCESS, TP_JWT_REFRESH };

/* A PEM public key of Ed25519, or 32 and more bytes that are the secret of
 * HS256 (a newline at the end does not count).  0, or -1. */
int tp_jwt_key_read(struct tp_jwt_key *k, const char *p, size_t n,
    const char *path, struct tp_err *e);
void tp_jwt_key_release(struct tp_jwt_key *k);
/*
 * Checks signature, alg, use, exp (which must be there), nbf, iat, and aud
 * where audience is not NULL; "sub" must be there, and "role" where the use
 * is access.  NULL, or what is wrong.
 */
const char *tp_jwt_check(const struct tp_jwt_key *k, const char *audience,
    enum tp_jwt_use use, const char *token, size_t n, int64_t now_s,
    struct tp_jwt *out);
/* A key of HS256 that nobody knows. */
void tp_jwt_key_random(struct tp_jwt_key *k);
/* Appends the token of these claims, a JSON object; the key is of HS256. */
void tp_jwt_sign(const struct tp_jwt_key *k, const char *claims, size_t n,
    struct tp_buf *out);

#endif
