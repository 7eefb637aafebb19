/* JSON strings: escapes undone and made. */
#include "json/json.h"

static unsigned
hex4(const char *p)
{
	unsigned	v = 0;
	int		i;

	for (i = 0; i < 4; i++) {
		unsigned	c = (unsigned char)p[i];

		v = v << 4 | (c <= '9' ? c - '0' : (c | 32) - 'a' + 10);
	}
	return v;
}

static void
add_utf8(struct tp_buf *b, unsigned c)
{
	if (c < 0x80) {
		tp_buf_char(b, (char)c);
		return;
	}
	if (c < 0x800) {
		tp_buf_char(b, (char)(0xC0 | c >> 6));
	} else {
		if (c < 0x10000) {
			tp_buf_char(b, (char)(0xE0 | c >> 12));
		} else {
			tp_buf_char(b, (char)(0xF0 | c >> 18));
			tp_buf_char(b, (char)(0x80 | (c >> 12 & 0x3F)));
		}
		tp_buf_char(b, (char)(0x80 | (c >> 6 & 0x3F)));
	}
	tp_buf_char(b, (char)(0x80 | (c & 0x3F)));
}

/* \uXXXX, or two of them for a character beyond the first plane; *p is at
 * the backslash and moves behind. */
static int
add_escape_u(struct tp_buf *b, const char **p, const char *end)
{
	unsigned	c = hex4(*p + 2), low;

	*p += 6;
	if (c >= 0xDC00 && c <= 0xDFFF)
		return -1;
	if (c >= 0xD800 && c <= 0xDBFF) {
		if (end - *p < 6 || (*p)[0] != '\\' || (*p)[1] != 'u')
			return -1;
		low = hex4(*p + 2);
		if (low < 0xDC00 || low > 0xDFFF)
			return -1;
		*p += 6;
		c = 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
	}
	add_utf8(b, c);
	return 0;
}

int
tp_json_unescape(const struct tp_json_val *v, struct tp_buf *b)
{
	static const char	 from[] = "\"\\/bfnrt";
	static const char	 to[] = "\"\\/\b\f\n\r\t";
	const char		*p = v->p, *end = v->p + v->n;

	while (p < end) {
		if (*p != '\\') {
			tp_buf_char(b, *p++);
		} else if (p[1] == 'u') {
			if (add_escape_u(b, &p, end) == -1)
				return -1;
		} else {
			tp_buf_char(b, to[strchr(from, p[1]) - from]);
			p += 2;
		}
	}
	return 0;
}

/* The length of the well-formed UTF-8 sequence at p, or 0. */
static size_t
utf8_length(const unsigned char *p, size_t n)
{
	size_t	len = p[0] >= 0xF0 ? 4 : p[0] >= 0xE0 ? 3 : 2, i;

	if (p[0] < 0xC2 || p[0] > 0xF4 || n < len)
		return 0;
	for (i = 1; i < len; i++)
		if ((p[i] & 0xC0) != 0x80)
			return 0;
	if ((p[0] == 0xE0 && p[1] < 0xA0) || (p[0] == 0xED && p[1] > 0x9F) ||
	    (p[0] == 0xF0 && p[1] < 0x90) || (p[0] == 0xF4 && p[1] > 0x8F))
		return 0;
	return len;
}

void
tp_json_write_str(struct tp_buf *b, const char *s, size_t n)
{
	const unsigned char	*p = (const unsigned char *)s;
	const unsigned char	*end = p + n;
	size_t			 len;

	tp_buf_char(b, '"');
	while (p < end) {
		if (*p == '"' || *p == '\\') {
			tp_buf_char(b, '\\');
			tp_buf_char(b, (char)*p++);
		} else if (*p == '\t') {
			tp_buf_lit(b, "\\t");
			p++;
		} else if (*p < 0x20) {
			tp_buf_printf(b, "\\u%04x", *p++);
		} else if (*p < 0x80) {
			tp_buf_char(b, (char)*p++);
		} else if ((len = utf8_length(p, (size_t)(end - p))) > 0) {
			tp_buf_add(b, (const char *)p, len);
			p += len;
		} else {
			tp_buf_lit(b, "\xEF\xBF\xBD");
			p++;
		}
	}
	tp_buf_char(b, '"');
}
