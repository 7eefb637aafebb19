/* Files of tokens, of users and of acknowledgements, and keys of JWTs. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "serve/acks.h"
#include "serve/grants.h"
#include "serve/jwt.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void
read_grants(enum tp_grant_kind kind, const char *text, size_t n)
{
	struct tp_grants	g = { 0 };
	struct tp_err		e = { 0 };
	size_t			i;
	int			rc;

	rc = tp_grants_parse(&g, kind, text, n, "file", &e);
	if ((rc == 0) != (e.code == 0) || (rc == 0 && g.n == 0))
		abort();
	for (i = 0; i < g.n; i++)
		if (g.v[i].role == TP_ROLE_NONE || g.v[i].name[0] == '\0' ||
		    (g.v[i].hash != NULL) != (kind == TP_GRANT_USERS))
			abort();
	tp_grants_token(&g, "x", 1);
	tp_grants_release(&g);
}

static void
read_acks(const uint8_t *data, size_t n)
{
	struct tp_acks	 a = { 0 };
	struct tp_err	 e = { 0 };
	char		*text = tp_calloc(1, n + 16);	/* as tp_file_read() */
	size_t		 i;
	int		 rc;

	memcpy(text, data, n);
	rc = tp_acks_parse(&a, "file", text, n, &e);
	if ((rc == 0) != (e.code == 0) || a.n > TP_ACKS_MAX)
		abort();
	for (i = 0; i < a.n; i++)
		if (a.v[i].id[0] == '\0' || a.v[i].by[0] == '\0' ||
		    tp_acks_find(&a, a.v[i].id) == NULL)
			abort();
	tp_acks_release(&a);
	free(text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	char			*text = tp_strndup((const char *)data, n);
	struct tp_jwt_key	 key = { 0 };
	struct tp_err		 e = { 0 };

	read_grants(TP_GRANT_TOKENS, text, n);
	read_grants(TP_GRANT_USERS, text, n);
	read_acks(data, n);
	tp_jwt_key_read(&key, text, n, "file", &e);
	tp_jwt_key_release(&key);
	free(text);
	return 0;
}
