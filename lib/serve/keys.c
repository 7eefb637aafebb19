#include "serve/keys.h"

#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>

#include "io/file.h"

#define CHAIN_MAX	8
#define CERT_MAX	((size_t)1 << 20)	/* bytes of a file */

struct tp_keys_tls {
	gnutls_pcert_st	 chain[CHAIN_MAX];
	unsigned	 n;
	gnutls_privkey_t key;
};

static int
read_grants(struct tp_grants *g, enum tp_grant_kind kind, const char *path,
    struct tp_err *e)
{
	struct tp_buf	b = { 0 };
	int		rc;

	if (path == NULL)
		return 0;
	rc = tp_grants_slurp(path, &b, e);
	if (rc == 0)
		rc = tp_grants_parse(g, kind, b.p, b.n, path, e);
	tp_buf_release(&b);
	return rc;
}

static int
read_jwt(struct tp_keys *k, const char *path, struct tp_err *e)
{
	struct tp_buf	b = { 0 };
	int		rc;

	if (path == NULL)
		return 0;
	rc = tp_grants_slurp(path, &b, e);
	if (rc == 0)
		rc = tp_jwt_key_read(&k->jwt, b.p, b.n, path, e);
	k->has_jwt = rc == 0;
	tp_buf_release(&b);
	return rc;
}

static int
read_cert(struct tp_keys_tls *t, const char *path, struct tp_err *e)
{
	gnutls_datum_t	pem;
	char		*p;
	size_t		 n;
	int		 rc;

	if (tp_file_read(path, CERT_MAX, &p, &n, e) == -1)
		return -1;
	pem.data = (unsigned char *)p;
	pem.size = (unsigned)n;
	t->n = CHAIN_MAX;
	rc = gnutls_pcert_list_import_x509_raw(t->chain, &t->n, &pem,
	    GNUTLS_X509_FMT_PEM, 0);
	free(p);
	if (rc == 0)
		return 0;
	t->n = 0;
	return tp_err_set(e, TP_EXIT_USAGE, "%s: no certificate: %s", path,
	    gnutls_strerror(rc));
}

static int
read_key(struct tp_keys_tls *t, const char *path, struct tp_err *e)
{
	struct tp_buf	b = { 0 };
	gnutls_datum_t	pem;
	int		rc;

	if (tp_grants_slurp(path, &b, e) == -1) {
		tp_buf_release(&b);
		return -1;
	}
	pem.data = (unsigned char *)b.p;
	pem.size = (unsigned)b.n;
	rc = gnutls_privkey_import_x509_raw(t->key, &pem,
	    GNUTLS_X509_FMT_PEM, NULL, 0);
	tp_buf_release(&b);
	return rc == 0 ? 0 : tp_err_set(e, TP_EXIT_USAGE, "%s: no private "
	    "key: %s", path, gnutls_strerror(rc));
}

/* A key of another certificate would fail at each handshake. */
static int
same_pair(const struct tp_keys_tls *t, const char *path, struct tp_err *e)
{
	unsigned char	a[64], b[64];
	size_t		na = sizeof(a), nb = sizeof(b);
	gnutls_pubkey_t	pub;
	bool		same;

	if (gnutls_pubkey_init(&pub) != 0)
		tp_die("out of memory");
	same = gnutls_pubkey_import_privkey(pub, t->key, 0, 0) == 0 &&
	    gnutls_pubkey_get_key_id(pub, 0, a, &na) == 0 &&
	    gnutls_pubkey_get_key_id(t->chain[0].pubkey, 0, b, &nb) == 0 &&
	    na == nb && memcmp(a, b, na) == 0;
	gnutls_pubkey_deinit(pub);
	return same ? 0 : tp_err_set(e, TP_EXIT_USAGE, "%s: is not the key "
	    "of the certificate", path);
}

static int
read_tls(struct tp_keys *k, const struct tp_keys_conf *c, struct tp_err *e)
{
	if (c->cert == NULL && c->key == NULL)
		return 0;
	if (c->cert == NULL || c->key == NULL)
		return tp_err_set(e, TP_EXIT_USAGE, "--tls-cert and "
		    "--tls-key go together");
	k->tls = tp_calloc(1, sizeof(*k->tls));
	if (gnutls_privkey_init(&k->tls->key) != 0)
		tp_die("out of memory");
	if (read_cert(k->tls, c->cert, e) == -1 ||
	    read_key(k->tls, c->key, e) == -1)
		return -1;
	return same_pair(k->tls, c->key, e);
}

struct tp_keys *
tp_keys_load(const struct tp_keys_conf *c, struct tp_err *e)
{
	struct tp_keys	*k = tp_calloc(1, sizeof(*k));

	if (read_grants(&k->tokens, TP_GRANT_TOKENS, c->tokens, e) == 0 &&
	    read_grants(&k->users, TP_GRANT_USERS, c->users, e) == 0 &&
	    read_jwt(k, c->jwt, e) == 0 && read_tls(k, c, e) == 0)
		return k;
	tp_keys_free(k);
	return NULL;
}

void
tp_keys_free(struct tp_keys *k)
{
	struct tp_keys	*older;
	unsigned	 i;

	for (; k != NULL; k = older) {
		older = k->older;
		tp_grants_release(&k->tokens);
		tp_grants_release(&k->users);
		tp_jwt_key_release(&k->jwt);
		if (k->tls != NULL) {
			for (i = 0; i < k->tls->n; i++)
				gnutls_pcert_deinit(&k->tls->chain[i]);
			gnutls_privkey_deinit(k->tls->key);
			free(k->tls);
		}
		free(k);
	}
}

const char *
tp_keys_auth(const struct tp_keys *k)
{
	return k->users.n > 0 ? "login" : k->tokens.n > 0 || k->has_jwt ?
	    "token" : "none";
}

void
tp_keys_tls(const struct tp_keys *k, void **chain, unsigned *n, void **key)
{
	*chain = k->tls->chain;
	*n = k->tls->n;
	*key = k->tls->key;
}
