#include "graph/slice.h"

#include <inttypes.h>

int
tp_line_bad(const struct tp_line *l, const char *name, const char *what,
    struct tp_err *e)
{
	return tp_err_set(e, TP_EXIT_DATA, "%s:%" PRIu64 ": %s", name,
	    l->lineno, what);
}

int
tp_slice_line(struct tp_slice *s, const struct tp_line *l, const char *name,
    struct tp_err *e)
{
	if (l->overlong)
		return tp_line_bad(l, name, "the line is too long", e);
	*s = (struct tp_slice){ l->p, l->n };
	if (s->n > 0 && s->p[s->n - 1] == '\r')
		s->n--;
	return 0;
}

size_t
tp_slice_cut(struct tp_slice line, char sep, struct tp_slice *f, size_t max)
{
	const char	*p = line.p, *end = line.p + line.n;
	size_t		 n = 0;

	for (;;) {
		const char	*q = memchr(p, sep, (size_t)(end - p));

		if (n < max)
			f[n] = (struct tp_slice){
				p, (size_t)((q != NULL ? q : end) - p),
			};
		n++;
		if (q == NULL)
			return n;
		p = q + 1;
	}
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

size_t
tp_slice_words(struct tp_slice line, struct tp_slice *f, size_t max)
{
	const char	*p = line.p, *end = line.p + line.n, *word;
	size_t		 n = 0;

	for (;;) {
		while (p < end && is_blank(*p))
			p++;
		if (p == end)
			return n;
		for (word = p; p < end && !is_blank(*p); p++)
			continue;
		if (n < max)
			f[n] = (struct tp_slice){ word, (size_t)(p - word) };
		n++;
	}
}

bool
tp_slice_is(struct tp_slice s, const char *string)
{
	return strlen(string) == s.n && memcmp(s.p, string, s.n) == 0;
}
