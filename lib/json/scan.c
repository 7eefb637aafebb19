/* The rarer parts of the scanner: escapes, words, what is in containers. */
#include "json/scan.h"

const char *
tp_scan_utf8(const char *p)
{
	const unsigned char	*u = (const unsigned char *)p;

	if (u[0] >= 0xC2 && u[0] <= 0xDF && (u[1] & 0xC0) == 0x80)
		return p + 2;
	if ((u[0] & 0xF0) == 0xE0 && (u[1] & 0xC0) == 0x80 &&
	    (u[2] & 0xC0) == 0x80 && !(u[0] == 0xE0 && u[1] < 0xA0) &&
	    !(u[0] == 0xED && u[1] > 0x9F))
		return p + 3;
	if (u[0] >= 0xF0 && u[0] <= 0xF4 && (u[1] & 0xC0) == 0x80 &&
	    (u[2] & 0xC0) == 0x80 && (u[3] & 0xC0) == 0x80 &&
	    !(u[0] == 0xF0 && u[1] < 0x90) && !(u[0] == 0xF4 && u[1] > 0x8F))
		return p + 4;
	return NULL;
}

const char *
tp_scan_escape(const char *p, struct tp_scan_fault *f)
{
	int	i;

	if (p[1] != 'u') {
		if (p[1] == '\0' || strchr("\"\\/bfnrt", p[1]) == NULL)
			return tp_scan_fail(f, p, "unknown escape");
		return p + 2;
	}
	for (i = 2; i < 6; i++) {
		char	c = p[i];

		if (!((c >= '0' && c <= '9') ||
		    ((c | 32) >= 'a' && (c | 32) <= 'f')))
			return tp_scan_fail(f, p, "unknown escape");
	}
	return p + 6;
}

const char *
tp_scan_word(const char *p, struct tp_json_val *v, struct tp_scan_fault *f)
{
	static const struct {
		const char	*text;
		uint8_t		 n, type;
	} words[] = {
		{ "true", 4, TP_JSON_TRUE },
		{ "false", 5, TP_JSON_FALSE },
		{ "null", 4, TP_JSON_NULL },
	};
	size_t	i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (memcmp(p, words[i].text, words[i].n) != 0)
			continue;
		v->p = p;
		v->n = words[i].n;
		v->type = words[i].type;
		v->esc = false;
		return p + words[i].n;
	}
	return tp_scan_fail(f, p, "no value");
}

/* The members of an object or array; p is behind the bracket. */
static const char *
skip_members(const char *p, char close, int depth, struct tp_scan_fault *f)
{
	struct tp_json_val	v;

	p = tp_scan_blanks(p);
	if (*p == close)
		return p + 1;
	for (;;) {
		if (close == '}') {
			if (*p != '"')
				return tp_scan_fail(f, p, "no key");
			if ((p = tp_scan_string(p + 1, &v, f)) == NULL)
				return NULL;
			p = tp_scan_blanks(p);
			if (*p != ':')
				return tp_scan_fail(f, p, "no colon");
			p = tp_scan_blanks(p + 1);
		}
		if ((p = tp_scan_value(p, &v, depth + 1, f)) == NULL)
			return NULL;
		p = tp_scan_blanks(p);
		if (*p == close)
			return p + 1;
		if (*p != ',')
			return tp_scan_fail(f, p, close == '}' ?
			    "object not closed" : "array not closed");
		p = tp_scan_blanks(p + 1);
	}
}

const char *
tp_scan_inner(const char *p, int depth, struct tp_scan_fault *f)
{
	if (depth > TP_JSON_DEPTH)
		return tp_scan_fail(f, p, "nested too deep");
	return skip_members(p + 1, *p == '{' ? '}' : ']', depth, f);
}
