/* Any text as the URL of a store: what is taken is within its limits, and
 * what is shown has no password. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "store/address.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void
try_redis(const char *s)
{
	struct tp_redis_at	a;
	struct tp_err		e = { 0 };

	if (tp_address_redis(s, &a, &e) == -1) {
		if (a.host != NULL || e.code != TP_EXIT_USAGE)
			abort();
	} else if (a.host[0] == '\0' || a.port < 0 || a.port > 65535 ||
	    (a.port == 0) != (a.host[0] == '/') || a.db < 0)
		abort();
	free(a.host);
}

static void
try_pg(const char *s)
{
	struct tp_err	 e = { 0 };
	char		*conninfo, *shown;

	if (tp_address_pg(s, &conninfo, &shown, &e) == -1) {
		if (e.code != TP_EXIT_USAGE || strcmp(shown, "postgres") != 0)
			abort();
	} else if (strncmp(shown, "postgres:", 9) != 0)
		abort();
	/* the corpus has it as the password only */
	if (strncmp(s, "password=hush ", 14) == 0 &&
	    strstr(s + 14, "hush") == NULL && strstr(shown, "hush") != NULL)
		abort();
	free(conninfo);
	free(shown);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	char		*s = tp_strndup((const char *)data, n);
	const char	*rest;
	size_t		 scheme = tp_address_scheme(s, &rest);

	if (rest < s || rest > s + strlen(s) ||
	    (scheme > 0 && rest[-1] != ':'))
		abort();
	try_redis(s);
	try_redis(rest);
	try_pg(s);
	try_pg(rest);
	free(s);
	return 0;
}
