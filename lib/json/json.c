/* Strict single-pass scanner of one line, in place. */
#include "json/scan.h"

#define MAX_FIELDS	1024	/* of an object: bounds the search for twins */
#define MAX_ELEMENTS	65536	/* of an array */

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
give_up(struct tp_json_obj *o, const char *s, const struct tp_scan_fault *f)
{
	o->why = f->why;
	o->at = (size_t)(f->at - s);
	return -1;
}

/* Only blanks may follow a whole value. */
static int
finish(struct tp_json_obj *o, const char *s, size_t n, const char *p,
    struct tp_scan_fault *f)
{
	if (p != NULL) {
		p = tp_scan_blanks(p);	/* a slice may have blanks behind it */
		if (p >= s + n)
			return 0;
		tp_scan_fail(f, p, "text behind the value");
	}
	return give_up(o, s, f);
}

/* p is where the quote of a key should be; returns behind its colon. */
static const char *
scan_key(struct tp_json_obj *o, const char *p, struct seen *seen,
    struct tp_scan_fault *f)
{
	struct tp_json_field	*field = &o->f[o->n];
	struct tp_json_val	 key;

	if (*p != '"')
		return tp_scan_fail(f, p, "no key");
	if ((p = tp_scan_string(p + 1, &key, f)) == NULL)
		return NULL;
	field->key = key.p;
	field->klen = key.n;
	o->n++;
	if (seen_add(seen, key_hash(key.p, key.n)) && has_twin(o))
		return tp_scan_fail(f, key.p, "duplicate key");
	p = tp_scan_blanks(p);
	return *p == ':' ? p + 1 : tp_scan_fail(f, p, "no colon");
}

/* The fields of an object; p is behind the brace. */
static const char *
scan_fields(struct tp_json_obj *o, const char *p, struct tp_scan_fault *f)
{
	struct seen	 seen = { { 0 } };

	p = tp_scan_blanks(p);
	if (*p == '}')
		return p + 1;
	for (;;) {
		if (o->n == MAX_FIELDS)
			return tp_scan_fail(f, p, "too many fields");
		TP_GROW(o->f, o->cap, o->n + 1);
		if ((p = scan_key(o, p, &seen, f)) == NULL)
			return NULL;
		p = tp_scan_blanks(p);
		if ((p = tp_scan_value(p, &o->f[o->n - 1].v, 2, f)) == NULL)
			return NULL;
		if (*p != ',') {
			p = tp_scan_blanks(p);
			if (*p == '}')
				return p + 1;
			if (*p != ',')
				return tp_scan_fail(f, p, "object not closed");
		}
		p = tp_scan_blanks(p + 1);
	}
}

static const char *
scan_elements(struct tp_json_obj *o, const char *p, struct tp_scan_fault *f)
{
	p = tp_scan_blanks(p);
	if (*p == ']')
		return p + 1;
	for (;;) {
		if (o->n == MAX_ELEMENTS)
			return tp_scan_fail(f, p, "too many elements");
		TP_GROW(o->f, o->cap, o->n + 1);
		o->f[o->n].key = "";
		o->f[o->n].klen = 0;
		if ((p = tp_scan_value(p, &o->f[o->n].v, 2, f)) == NULL)
			return NULL;
		o->n++;
		p = tp_scan_blanks(p);
		if (*p == ']')
			return p + 1;
		if (*p != ',')
			return tp_scan_fail(f, p, "array not closed");
		p = tp_scan_blanks(p + 1);
	}
}

void
tp_json_obj_release(struct tp_json_obj *o)
{
	free(o->f);
	memset(o, 0, sizeof(*o));
}

int
tp_json_object(struct tp_json_obj *o, const char *s, size_t n)
{
	struct tp_scan_fault	 f = { NULL, s };
	const char	*p = tp_scan_blanks(s);

	o->n = 0;
	o->why = NULL;
	if (n > UINT32_MAX || *p != '{') {
		tp_scan_fail(&f, p, "not an object");
		return give_up(o, s, &f);
	}
	return finish(o, s, n, scan_fields(o, p + 1, &f), &f);
}

int
tp_json_array(struct tp_json_obj *o, const char *s, size_t n)
{
	struct tp_scan_fault	 f = { NULL, s };
	const char	*p = tp_scan_blanks(s);

	o->n = 0;
	o->why = NULL;
	if (n > UINT32_MAX || *p != '[') {
		tp_scan_fail(&f, p, "not an array");
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
	return v->type == TP_JSON_NUM ?
	    tp_parse_padded(v->p, v->n, v->decimals, d) : -1;
}

int
tp_json_int(const struct tp_json_val *v, int64_t *i)
{
	return v->type == TP_JSON_NUM && v->integer ?
	    tp_parse_int(v->p, v->n, i) : -1;
}
