/*
 * What is read from files and may be read again while the server runs: who
 * may sign in, and the TLS certificate.  One set is used at a time; it owns
 * all it has.
 */
#ifndef TP_SERVE_KEYS_H
#define TP_SERVE_KEYS_H

#include "serve/grants.h"
#include "serve/jwt.h"

struct tp_keys_conf {
	const char	*tokens, *users;	/* paths; NULL: none */
	const char	*jwt;
	const char	*audience;		/* of JWTs; NULL: not looked at */
	const char	*cert, *key;		/* PEM; both or none */
};

struct tp_keys_tls;

struct tp_keys {
	struct tp_grants tokens, users;
	bool		 has_jwt;
	struct tp_jwt_key jwt;
	struct tp_keys_tls *tls;
	struct tp_keys	*older;		/* whose certificate is in use still */
};

/* Reads all files: NULL with the error where one cannot be used. */
struct tp_keys *tp_keys_load(const struct tp_keys_conf *c, struct tp_err *e);
/* Frees it and those older. */
void tp_keys_free(struct tp_keys *k);
/* "none", "token" or "login". */
const char *tp_keys_auth(const struct tp_keys *k);
/* The chain and its key, as gnutls_pcert_st * and gnutls_privkey_t. */
void tp_keys_tls(const struct tp_keys *k, void **chain, unsigned *n,
    void **key);

#endif
