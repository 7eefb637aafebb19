#include "graph/opl.h"

#define NOWHERE		((struct tp_point){ TP_NOWHERE, TP_NOWHERE })

/* A place from the texts of its coordinates; both empty: nowhere. */
static int
place(struct tp_slice lon, struct tp_slice lat, struct tp_point *at)
{
	double	x, y;

	*at = NOWHERE;
	if (lon.n == 0 && lat.n == 0)
		return 0;
	if (tp_parse_num(lon.p, lon.n, &x) != 0 ||
	    tp_parse_num(lat.p, lat.n, &y) != 0)
		return -1;
	return tp_point_set(at, y, x);
}

/* Takes what is before the first sep (or all) off s. */
static struct tp_slice
take(struct tp_slice *s, char sep)
{
	const char	*q = s->n > 0 ? memchr(s->p, sep, s->n) : NULL;
	struct tp_slice	 first = *s;

	if (q == NULL) {
		s->p += s->n;
		s->n = 0;
		return first;
	}
	first.n = (size_t)(q - s->p);
	s->n -= first.n + 1;
	s->p = q + 1;
	return first;
}

const char *
tp_opl_parse(struct tp_opl *o, struct tp_slice line)
{
	struct tp_slice	lon = { "", 0 }, lat = { "", 0 }, f;
	struct tp_slice	none = { "", 0 };

	*o = (struct tp_opl){
		.at = NOWHERE, .tags = none, .refs = none, .members = none,
	};
	if (line.n == 0 || line.p[0] == '#' || line.p[0] == 'c')
		return NULL;
	f = take(&line, ' ');
	if (f.n == 0 || memchr("nwr", f.p[0], 3) == NULL)
		return "neither a node nor a way nor a relation";
	if (tp_parse_int(f.p + 1, f.n - 1, &o->id) != 0)
		return "the id is no number of 64 bits";
	o->type = f.p[0];
	while (line.n > 0) {
		f = take(&line, ' ');
		if (f.n == 0)
			continue;
		switch (f.p[0]) {
		case 'T': o->tags = (struct tp_slice){ f.p + 1, f.n - 1 };
			break;
		case 'N': o->refs = (struct tp_slice){ f.p + 1, f.n - 1 };
			break;
		case 'M': o->members = (struct tp_slice){ f.p + 1, f.n - 1 };
			break;
		case 'x': lon = (struct tp_slice){ f.p + 1, f.n - 1 };
			break;
		case 'y': lat = (struct tp_slice){ f.p + 1, f.n - 1 };
			break;
		}
	}
	if (o->type == 'n' && place(lon, lat, &o->at) == -1)
		return "no place on the earth";
	return NULL;
}

bool
tp_opl_tag(struct tp_slice *tags, struct tp_slice *key,
    struct tp_slice *value)
{
	if (tags->n == 0)
		return false;
	*value = take(tags, ',');
	*key = take(value, '=');
	return true;
}

int
tp_opl_ref(struct tp_slice *refs, int64_t *id, struct tp_point *at)
{
	struct tp_slice	f, number, lon;

	*at = NOWHERE;
	if (refs->n == 0)
		return 0;
	f = take(refs, ',');
	if (f.n == 0 || f.p[0] != 'n')
		return -1;
	f.p++;
	f.n--;
	number = take(&f, 'x');
	lon = take(&f, 'y');
	return tp_parse_int(number.p, number.n, id) == 0 &&
	    place(lon, f, at) == 0 ? 1 : -1;
}

int
tp_opl_member(struct tp_slice *members, char *type, int64_t *id,
    struct tp_slice *role)
{
	struct tp_slice	f, number;

	if (members->n == 0)
		return 0;
	f = take(members, ',');
	if (f.n == 0 || memchr("nwr", f.p[0], 3) == NULL)
		return -1;
	*type = f.p[0];
	f.p++;
	f.n--;
	number = take(&f, '@');
	*role = f;
	return tp_parse_int(number.p, number.n, id) == 0 ? 1 : -1;
}

/* The code point of the escape at p ("%e4%"), and its length; 0: none. */
static size_t
escape(const char *p, const char *end, uint32_t *code)
{
	const char	*q;

	*code = 0;
	for (q = p + 1; q < end && q - p <= 8 && tp_hex_digit(*q) >= 0; q++)
		*code = *code << 4 | (uint32_t)tp_hex_digit(*q);
	return q < end && *q == '%' && q > p + 1 && *code <= 0x10ffff &&
	    (*code < 0xd800 || *code > 0xdfff) ? (size_t)(q + 1 - p) : 0;
}

static void
add_utf8(struct tp_buf *b, uint32_t c)
{
	if (c < 0x80) {
		tp_buf_char(b, (char)c);
		return;
	}
	if (c < 0x800) {
		tp_buf_char(b, (char)(0xc0 | c >> 6));
	} else {
		if (c < 0x10000) {
			tp_buf_char(b, (char)(0xe0 | c >> 12));
		} else {
			tp_buf_char(b, (char)(0xf0 | c >> 18));
			tp_buf_char(b, (char)(0x80 | (c >> 12 & 0x3f)));
		}
		tp_buf_char(b, (char)(0x80 | (c >> 6 & 0x3f)));
	}
	tp_buf_char(b, (char)(0x80 | (c & 0x3f)));
}

void
tp_opl_unescape(struct tp_slice s, struct tp_buf *b)
{
	const char	*p = s.n > 0 ? s.p : "", *end = p + s.n;
	uint32_t	 code;
	size_t		 n;

	while (p < end) {
		n = *p == '%' ? escape(p, end, &code) : 0;
		if (n > 0)
			add_utf8(b, code);
		else
			tp_buf_char(b, *p);
		p += n > 0 ? n : 1;
	}
}
