/*
 * The pieces of a request's head: two texts, the first up to a NUL, given to
 * whatever reads a path, a query, a list, cookies and a Host.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "serve/urltext.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void
decode(const char *s)
{
	struct tp_buf	b = { 0 };
	size_t		i;

	if (tp_url_decode(&b, s, strlen(s), strlen(s) % 2) == 0) {
		if (b.n == 0 || b.p[b.n - 1] != '\0' || b.n > strlen(s) + 1)
			abort();
		for (i = 0; i + 1 < b.n; i++)
			if ((unsigned char)b.p[i] < 0x20)
				abort();
	} else if (b.n != 0) {
		abort();
	}
	tp_buf_release(&b);
}

static void
match(const char *path)
{
	const char	*at[2] = { NULL, NULL };
	size_t		 len[2];

	if (tp_url_match("/a/{x}/b/{y}", path, at, len, 2) &&
	    (len[0] == 0 || len[1] == 0 || memchr(at[0], '/', len[0]) ||
	    memchr(at[1], '/', len[1])))
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	char		*s = tp_strndup((const char *)data, n);
	size_t		 first = strlen(s), k;
	const char	*second = first < n ? s + first + 1 : "", *v;

	decode(s);
	match(s);
	tp_list_accepts(s, "gzip");
	tp_list_has_etag(s, "\"x\"");
	v = tp_cookie_find(s, "tp_session", &k);
	if (v != NULL && (v < s || v + k > s + first))
		abort();
	if (*second != '\0')
		tp_host_is(s, second);
	if (tp_host_is(s, "localhost") && strncasecmp(s, "localhost", 9) != 0)
		abort();
	free(s);
	return 0;
}
