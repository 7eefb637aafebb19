/*
 * Pickle, protocol 0: operations of one letter, arguments up to the end of
 * the line.  (l = a new list, pN = remember, V S I L = text, quoted text,
 * integer, long, a = append, . = end.)
 */
#include "data/pickle.h"

struct input {
	const char	*p, *end;
};

/* The rest of the line: NULL where there is no end of line. */
static const char *
argument(struct input *in, size_t *n)
{
	const char	*s = in->p, *nl;

	nl = memchr(s, '\n', (size_t)(in->end - s));
	if (nl == NULL)
		return NULL;
	*n = (size_t)(nl - s);
	in->p = nl + 1;
	return s;
}

static bool
take(struct input *in, char c)
{
	if (in->p == in->end || *in->p != c)
		return false;
	in->p++;
	return true;
}

static void
put_utf8(struct tp_buf *b, unsigned c)
{
	if (c < 0x80) {
		tp_buf_char(b, (char)c);
	} else if (c < 0x800) {
		tp_buf_char(b, (char)(0xC0 | c >> 6));
		tp_buf_char(b, (char)(0x80 | (c & 0x3F)));
	} else {
		tp_buf_char(b, (char)(0xE0 | c >> 12));
		tp_buf_char(b, (char)(0x80 | (c >> 6 & 0x3F)));
		tp_buf_char(b, (char)(0x80 | (c & 0x3F)));
	}
}

/* "raw-unicode-escape": Latin-1 bytes and \uXXXX. */
static int
add_unicode(struct tp_buf *b, const char *s, size_t n)
{
	unsigned	c;
	size_t		i, k;

	for (i = 0; i < n; i++) {
		c = (unsigned char)s[i];
		if (c == '\\') {
			if (n - i < 6 || s[i + 1] != 'u')
				return -1;
			for (c = 0, k = 2; k < 6; k++) {
				const char *hex = "0123456789abcdef", *d;
				if (s[i + k] == '\0' ||
				    (d = strchr(hex, s[i + k])) == NULL)
					return -1;
				c = c * 16 + (unsigned)(d - hex);
			}
			i += 5;
		}
		put_utf8(b, c);
	}
	return 0;
}

/* One element's text into b: 0 or -1. */
static int
element(struct input *in, struct tp_buf *b)
{
	char		 op = *in->p++;
	const char	*s;
	size_t		 n, i;
	int64_t		 v;

	if ((s = argument(in, &n)) == NULL)
		return -1;
	switch (op) {
	case 'V':
		return add_unicode(b, s, n);
	case 'S':
		if (n < 2 || (s[0] != '\'' && s[0] != '"') ||
		    s[n - 1] != s[0])
			return -1;
		for (i = 1; i < n - 1; i++)
			if (s[i] == '\\')
				return -1;
		tp_buf_add(b, s + 1, n - 2);
		return 0;
	case 'L':
		if (n > 0 && s[n - 1] == 'L')
			n--;
		/* fallthrough */
	case 'I':
		if (tp_parse_int(s, n, &v) == -1)
			return -1;
		tp_buf_int(b, v);
		return 0;
	}
	return -1;
}

static int
list(struct input *in, struct tp_buf *b, tp_pickle_fn *fn, void *arg)
{
	size_t	n;

	if (!take(in, '(') || !take(in, 'l'))
		return -1;
	if (take(in, 'p') && argument(in, &n) == NULL)
		return -1;
	while (in->p < in->end && *in->p != '.') {
		b->n = 0;
		if (element(in, b) == -1)
			return -1;
		if (take(in, 'p') && argument(in, &n) == NULL)
			return -1;
		if (!take(in, 'a') || fn(arg, b->p, b->n) != 0)
			return -1;
	}
	return take(in, '.') ? 0 : -1;
}

int
tp_pickle_names(const char *p, size_t n, tp_pickle_fn *fn, void *arg)
{
	struct input	in = { p, p + n };
	struct tp_buf	b = { 0 };
	int		rc;

	tp_buf_room(&b, 64);
	rc = list(&in, &b, fn, arg);
	tp_buf_release(&b);
	return rc;
}
