/*
 * Any text as a file of settings: what is taken makes a client's
 * configuration, is dumped, and shows no secret.
 */
#include <stdlib.h>
#include <string.h>

#include "kafka/kconf.h"

/* The one value that is looked for. */
#define SECRET	"geheim"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void
dump(const struct tp_kconf *c, enum tp_kconf_use use)
{
	struct tp_buf	out = { 0 };
	struct tp_err	e = { 0 };
	const char	*password = tp_kconf_get(c, "sasl.password");
	size_t		 i, other = 0;

	for (i = 0; i < c->n; i++)
		other += !tp_kconf_secret(c->v[i].key) &&
		    strstr(c->v[i].value, SECRET) != NULL;
	if (tp_kconf_dump(c, use, &out, &e) == 0 && other == 0 &&
	    password != NULL && strcmp(password, SECRET) == 0 &&
	    strstr(tp_buf_cstr(&out), SECRET) != NULL)
		abort();
	tp_buf_release(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct tp_kconf	c = { 0 };
	struct tp_err	e = { 0 };
	struct tp_buf	text = { 0 };

	tp_buf_add(&text, (const char *)data, n);
	/* That one loads what it names. */
	if (strcasestr(tp_buf_cstr(&text), "plugin") != NULL) {
		tp_buf_release(&text);
		return 0;
	}
	if (tp_kconf_text(&c, TP_KCONF_FILE, text.p, n, "f", &e) == -1) {
		if (e.code != TP_EXIT_USAGE || strncmp(e.text, "f:", 2) != 0)
			abort();
	} else if (c.n > 0) {
		dump(&c, TP_KCONF_CONSUMER);
		dump(&c, TP_KCONF_PRODUCER);
		dump(&c, TP_KCONF_ADMIN);
	}
	tp_kconf_release(&c);
	tp_buf_release(&text);
	return 0;
}
