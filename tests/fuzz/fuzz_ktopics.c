/* Any text as a file of topics; what is taken prints as a file that is too. */
#include <stdlib.h>
#include <string.h>

#include "kafka/ktopicfile.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* Printing sorts, so that the second file prints as the first did. */
static void
again(struct tp_ktopicfile *f)
{
	struct tp_ktopicfile	g;
	struct tp_kconf		c = { 0 };
	struct tp_err		e = { 0 };
	struct tp_buf		first = { 0 }, second = { 0 };
	size_t			i;

	for (i = 0; i < f->n; i++)
		tp_ktopic_print(&f->v[i], &first);
	tp_buf_cstr(&first);
	if (tp_ktopicfile_parse(&g, &c, first.p, first.n, "g", &e) == -1 ||
	    g.n != f->n)
		abort();
	for (i = 0; i < g.n; i++)
		tp_ktopic_print(&g.v[i], &second);
	if (first.n != second.n || (first.n > 0 &&
	    memcmp(first.p, second.p, first.n) != 0))
		abort();
	tp_buf_release(&first);
	tp_buf_release(&second);
	tp_ktopicfile_release(&g);
	tp_kconf_release(&c);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct tp_ktopicfile	f;
	struct tp_kconf		c = { 0 };
	struct tp_err		e = { 0 };
	struct tp_buf		text = { 0 };

	tp_buf_add(&text, (const char *)data, n);
	/* A setting of the client that loads what it names. */
	if (strcasestr(tp_buf_cstr(&text), "plugin") == NULL) {
		if (tp_ktopicfile_parse(&f, &c, text.p, n, "f", &e) == 0)
			again(&f);
		else if (e.code != TP_EXIT_USAGE ||
		    strncmp(e.text, "f:", 2) != 0)
			abort();
		tp_ktopicfile_release(&f);
	}
	tp_kconf_release(&c);
	tp_buf_release(&text);
	return 0;
}
