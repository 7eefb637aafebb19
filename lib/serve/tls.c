/* The certificate that a handshake is given. */
#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>

#include "serve/serverctx.h"

/* The callback is not told for which server it is. */
static const struct tp_server	*server;

static int
certificate(gnutls_session_t session, const gnutls_datum_t *names, int nnames,
    const gnutls_pk_algorithm_t *algorithms, int nalgorithms,
    gnutls_pcert_st **chain, unsigned *n, gnutls_privkey_t *key)
{
	void	*c, *k;

	(void)session;
	(void)names;
	(void)nnames;
	(void)algorithms;
	(void)nalgorithms;
	tp_keys_tls(server->keys, &c, n, &k);
	*chain = c;
	*key = k;
	return 0;
}

const struct MHD_OptionItem *
tp_tls_options(const struct tp_server *s)
{
	static char			priorities[] =
	    "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2";
	static const struct MHD_OptionItem none[] = {
		{ MHD_OPTION_END, 0, NULL },
	};
	static struct MHD_OptionItem	tls[] = {
		{ MHD_OPTION_HTTPS_CERT_CALLBACK, 0, NULL },
		{ MHD_OPTION_HTTPS_PRIORITIES, 0, priorities },
		{ MHD_OPTION_END, 0, NULL },
	};

	if (s->keys->tls == NULL)
		return none;
	server = s;
	tls[0].ptr_value = (void *)(uintptr_t)certificate;
	return tls;
}
