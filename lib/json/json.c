/* Strict single-pass scanner of one line, in place. */
#include "json/json.h"

#include "base/digits.h"

#define MAX_FIELDS	1024	/* of an object: bounds the search for twins */
#define MAX_ELEMENTS	65536	/* of an array */

/* Why a scan failed, and where. */
struct fault {
	const char	*why;
	const char	*at;
};

static const char *skip_value(const char *p, int depth, struct fault *f);

static const char *
fail(struct fault *f, const char *at, const char *why)
{
	if (f->why == NULL) {
		f->why = why;
		f->at = at;
	}
	return NULL;
}

static inline const char *
skip_blanks(const char *p)
{
	while (*p == ' ' || *p == '\t' || *p == '\r')
		p++;
	return p;
}

/* One multi-byte UTF-8 sequence (Unicode table 3-7): behind it, or NULL. */
static const char *
skip_utf8(const char *p)
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

/* A mask with the high bit of each byte set that is '"', '\\', a control
 * character or part of a multi-byte character. */
static inline uint64_t
special_bytes(uint64_t w)
{
	const uint64_t	ones = UINT64_C(0x0101010101010101);
	const uint64_t	highs = ones * 0x80;
	uint64_t	quote = w ^ (ones * '"');
	uint64_t	slash = w ^ (ones * '\\');

	return (((quote - ones) & ~quote) | ((slash - ones) & ~slash) |
	    (w - ones * 0x20) | w) & highs;
}

static const char *
skip_escape(const char *p, struct fault *f)
{
	int	i;

	if (p[1] != 'u') {
		if (p[1] == '\0' || strchr("\"\\/bfnrt", p[1]) == NULL)
			return fail(f, p, "unknown escape");
		return p + 2;
	}
	for (i = 2; i < 6; i++) {
		char	c = p[i];

		if (!((c >= '0' && c <= '9') ||
		    ((c | 32) >= 'a' && (c | 32) <= 'f')))
			return fail(f, p, "unknown escape");
	}
	return p + 6;
}

/* p is behind the opening quote; returns behind the closing one. */
static inline const char *
scan_string(const char *p, struct tp_json_val *v, struct fault *f)
{
	const char	*start = p;
	uint64_t	 w, mask;

	v->p = p;
	v->esc = false;
	v->type = TP_JSON_STR;
	for (;;) {
		memcpy(&w, p, sizeof(w));
		mask = special_bytes(w);
		if (mask == 0) {
			p += 8;
			continue;
		}
		p += __builtin_ctzll(mask) >> 3;
		if (*p == '"') {
			v->n = (uint32_t)(p - start);
			return p + 1;
		} else if (*p == '\\') {
			v->esc = true;
			if ((p = skip_escape(p, f)) == NULL)
				return NULL;
		} else if ((unsigned char)*p < 0x20) {
			return fail(f, p, *p == '\n' ? "string not closed" :
			    "control character in a string");
		} else {
			const char	*q = skip_utf8(p);

			if (q == NULL)
				return fail(f, p, "invalid UTF-8");
			p = q;
		}
	}
}

static inline bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static inline const char *
skip_digits(const char *p)
{
	uint64_t	w;
	unsigned	n;

	do {
		n = tp_digits_count(p, &w);
		p += n;
	} while (n == 8);
	return p;
}

static inline const char *
scan_number(const char *p, struct tp_json_val *v, struct fault *f)
{
	const char	*start = p;

	v->p = p;
	v->type = TP_JSON_NUM;
	v->integer = true;
	v->esc = false;
	if (*p == '-')
		p++;
	if (*p == '0') {
		p++;
	} else {
		if (!is_digit(*p))
			return fail(f, start, "no value");
		p = skip_digits(p);
	}
	if (*p == '.') {
		if (!is_digit(*++p))
			return fail(f, start, "bad number");
		p = skip_digits(p);
		v->integer = false;
	}
	if (*p == 'e' || *p == 'E') {
		p++;
		if (*p == '+' || *p == '-')
			p++;
		if (!is_digit(*p))
			return fail(f, start, "bad number");
		p = skip_digits(p);
		v->integer = false;
	}
	v->n = (uint32_t)(p - start);
	return p;
}

static const char *
scan_word(const char *p, struct tp_json_val *v, struct fault *f)
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
	return fail(f, p, "no value");
}

/* p is at the first byte of a value; returns behind it. */
static inline const char *
scan_value(const char *p, struct tp_json_val *v, int depth, struct fault *f)
{
	const char	*start = p;

	switch (*p) {
	case '"':
		return scan_string(p + 1, v, f);
	case 't':
	case 'f':
	case 'n':
		return scan_word(p, v, f);
	case '{':
	case '[':
		v->p = p;
		v->type = *p == '{' ? TP_JSON_OBJ : TP_JSON_ARR;
		v->esc = false;
		if ((p = skip_value(p, depth, f)) != NULL)
			v->n = (uint32_t)(p - start);
		return p;
	default:
		return scan_number(p, v, f);
	}
}

/* The members of an object or array; p is behind the bracket. */
static const char *
skip_members(const char *p, char close, int depth, struct fault *f)
{
	struct tp_json_val	v;

	p = skip_blanks(p);
	if (*p == close)
		return p + 1;
	for (;;) {
		if (close == '}') {
			if (*p != '"')
				return fail(f, p, "no key");
			if ((p = scan_string(p + 1, &v, f)) == NULL)
				return NULL;
			p = skip_blanks(p);
			if (*p != ':')
				return fail(f, p, "no colon");
			p = skip_blanks(p + 1);
		}
		if ((p = scan_value(p, &v, depth + 1, f)) == NULL)
			return NULL;
		p = skip_blanks(p);
		if (*p == close)
			return p + 1;
		if (*p != ',')
			return fail(f, p, close == '}' ?
			    "object not closed" : "array not closed");
		p = skip_blanks(p + 1);
	}
}

static const char *
skip_value(const char *p, int depth, struct fault *f)
{
	struct tp_json_val	v;

	if (depth > TP_JSON_DEPTH)
		return fail(f, p, "nested too deep");
	if (*p == '{')
		return skip_members(p + 1, '}', depth, f);
	if (*p == '[')
		return skip_members(p + 1, ']', depth, f);
	return scan_value(p, &v, depth, f);
}

/* A byte of hash of a key, from its length and last eight bytes. */
static inline unsigned
key_hash(const char *p, uint32_t n)
{
	uint64_t	w = 0;

	if (n >= 8)
		memcpy(&w, p + n - 8, 8);
	else
		memcpy(&w, p, n);
	return (unsigned)(((w ^ n) * UINT64_C(0x9E3779B97F4A7C15)) >> 56);
}

/* Which hashes of keys have come; most keys have one of their own. */
struct seen {
	uint64_t	bits[4];
};

/* Notes a hash; true where it was there. */
static inline bool
seen_add(struct seen *s, unsigned h)
{
	uint64_t	bit = UINT64_C(1) << (h & 63), was = s->bits[h >> 6];

	s->bits[h >> 6] = was | bit;
	return (was & bit) != 0;
}

/* True where a key equal to the last one stands before it. */
static bool
has_twin(const struct tp_json_obj *o)
{
	const struct tp_json_field	*last = &o->f[o->n - 1];
	size_t				 i;

	for (i = 0; i + 1 < o->n; i++)
		if (o->f[i].klen == last->klen &&
		    memcmp(o->f[i].key, last->key, last->klen) == 0)
			return true;
	return false;
}

static int
give_up(struct tp_json_obj *o, const char *s, const struct fault *f)
{
	o->why = f->why;
	o->at = (size_t)(f->at - s);
	return -1;
}

/* Only blanks may follow a whole value. */
static int
finish(struct tp_json_obj *o, const char *s, size_t n, const char *p,
    struct fault *f)
{
	if (p != NULL) {
		p = skip_blanks(p);	/* a slice may have blanks behind it */
		if (p >= s + n)
			return 0;
		fail(f, p, "text behind the value");
	}
	return give_up(o, s, f);
}

/* True where n bytes are equal, n > 0; up to 7 more are read of both. */
static inline bool
same(const char *a, const char *b, size_t n)
{
	uint64_t	x, y;

	for (;;) {
		memcpy(&x, a, sizeof(x));
		memcpy(&y, b, sizeof(y));
		if (n <= 8)
			return (x ^ y) << (64 - 8 * n) == 0;
		if (x != y)
			return false;
		a += 8;
		b += 8;
		n -= 8;
	}
}

/*
 * True where the text behind the quote at p is the key that stood at this
 * place in the last object, with a colon behind it.
 */
static inline bool
is_known(const struct tp_json_obj *o, const char *p, const char *end)
{
	const struct tp_json_known	*k;

	if (o->n >= o->nknown)
		return false;
	k = &o->known[o->n];
	return k->n > 0 && *p == '"' && end - p > k->n &&
	    same(p + 1, k->text, k->n);
}

/* Remembers the last key, which has no twin and is behind all that are. */
static void
remember(struct tp_json_obj *o)
{
	const struct tp_json_field	*last = &o->f[o->n - 1];
	struct tp_json_known		*k;

	TP_GROW(o->known, o->knowncap, o->n);
	k = &o->known[o->n - 1];
	k->n = 0;
	if (last->klen <= TP_JSON_KEY) {
		memcpy(k->text, last->key, last->klen);
		memcpy(k->text + last->klen, "\":", 2);
		k->n = (uint8_t)(last->klen + 2);
	}
	o->nknown = o->n;
}

/* A key that may be new; p is where its quote should be.  Behind its colon. */
static const char *
scan_key(struct tp_json_obj *o, const char *p, struct seen *seen,
    struct fault *f)
{
	struct tp_json_field	*field = &o->f[o->n];
	struct tp_json_val	 key;
	size_t			 i;

	if (*p != '"')
		return fail(f, p, "no key");
	if ((p = scan_string(p + 1, &key, f)) == NULL)
		return NULL;
	if (o->nsame == o->n)	/* the first that is not known */
		for (i = 0; i < o->n; i++)
			seen_add(seen, key_hash(o->f[i].key, o->f[i].klen));
	field->key = key.p;
	field->klen = key.n;
	o->n++;
	if (seen_add(seen, key_hash(key.p, key.n)) && has_twin(o))
		return fail(f, key.p, "duplicate key");
	remember(o);
	p = skip_blanks(p);
	return *p == ':' ? p + 1 : fail(f, p, "no colon");
}

/* The fields of an object that ends before `end`; p is behind the brace. */
static const char *
scan_fields(struct tp_json_obj *o, const char *p, const char *end,
    struct fault *f)
{
	struct seen	 seen = { { 0 } };

	p = skip_blanks(p);
	if (*p == '}')
		return p + 1;
	for (;;) {
		if (o->n == MAX_FIELDS)
			return fail(f, p, "too many fields");
		TP_GROW(o->f, o->cap, o->n + 1);
		if (o->nsame == o->n && is_known(o, p, end)) {
			o->f[o->n].key = p + 1;
			o->f[o->n].klen = o->known[o->n].n - 2u;
			p += 1 + o->known[o->n].n;
			o->nsame = ++o->n;
		} else if ((p = scan_key(o, p, &seen, f)) == NULL) {
			return NULL;
		}
		p = skip_blanks(p);
		if ((p = scan_value(p, &o->f[o->n - 1].v, 2, f)) == NULL)
			return NULL;
		if (*p != ',') {
			p = skip_blanks(p);
			if (*p == '}')
				return p + 1;
			if (*p != ',')
				return fail(f, p, "object not closed");
		}
		p = skip_blanks(p + 1);
	}
}

static const char *
scan_elements(struct tp_json_obj *o, const char *p, struct fault *f)
{
	p = skip_blanks(p);
	if (*p == ']')
		return p + 1;
	for (;;) {
		if (o->n == MAX_ELEMENTS)
			return fail(f, p, "too many elements");
		TP_GROW(o->f, o->cap, o->n + 1);
		o->f[o->n].key = "";
		o->f[o->n].klen = 0;
		if ((p = scan_value(p, &o->f[o->n].v, 2, f)) == NULL)
			return NULL;
		o->n++;
		p = skip_blanks(p);
		if (*p == ']')
			return p + 1;
		if (*p != ',')
			return fail(f, p, "array not closed");
		p = skip_blanks(p + 1);
	}
}

void
tp_json_obj_release(struct tp_json_obj *o)
{
	free(o->f);
	free(o->known);
	memset(o, 0, sizeof(*o));
}

int
tp_json_object(struct tp_json_obj *o, const char *s, size_t n)
{
	struct fault	 f = { NULL, s };
	const char	*p = skip_blanks(s);

	o->n = o->nsame = 0;
	o->why = NULL;
	if (n > UINT32_MAX || *p != '{') {
		fail(&f, p, "not an object");
		return give_up(o, s, &f);
	}
	return finish(o, s, n, scan_fields(o, p + 1, s + n, &f), &f);
}

int
tp_json_array(struct tp_json_obj *o, const char *s, size_t n)
{
	struct fault	 f = { NULL, s };
	const char	*p = skip_blanks(s);

	o->n = 0;
	o->why = NULL;
	if (n > UINT32_MAX || *p != '[') {
		fail(&f, p, "not an array");
		return give_up(o, s, &f);
	}
	return finish(o, s, n, scan_elements(o, p + 1, &f), &f);
}

const struct tp_json_field *
tp_json_find(const struct tp_json_obj *o, const char *key)
{
	size_t	i, n = strlen(key);

	for (i = 0; i < o->n; i++)
		if (o->f[i].klen == n && memcmp(o->f[i].key, key, n) == 0)
			return &o->f[i];
	return NULL;
}

int
tp_json_num(const struct tp_json_val *v, double *d)
{
	return v->type == TP_JSON_NUM ? tp_parse_padded(v->p, v->n, d) : -1;
}

int
tp_json_int(const struct tp_json_val *v, int64_t *i)
{
	return v->type == TP_JSON_NUM && v->integer ?
	    tp_parse_int(v->p, v->n, i) : -1;
}
