/* Lines that differ from the last one only in their values. */
#include "rec/template.h"

#include "json/scan.h"
#include "rec/name.h"

#define TEMPLATES	4	/* that are kept */
#define HOPELESS	16	/* misfits: seldom tried from then on, */
#define SELDOM		8	/* for one record of so many */
#define FORGIVEN	4	/* misfits, by a record that fits */
#define NOT_HERE	UINT32_MAX

/* A field of a record, in the order of its line. */
struct field {
	uint32_t	 ntext;		/* of what stands before the value */
	uint32_t	 key, klen;	/* in that text */
	uint32_t	 outer;		/* in it, where the key begins of the
					 * container that is opened there */
	const char	*name;		/* not NULL: the key, of [lat, lon] */
	struct tp_rec_slot slot;	/* but for outat */
	uint8_t		 type;		/* of the value */
	bool		 quoted;	/* a number in quotes is a number */
};

struct tp_template {
	struct field	*field;
	size_t		 n, cap;
	struct tp_buf	 text;		/* what stands before values, and at
					 * the end; padded */
	uint32_t	 ntail;		/* of what is at the end */
	bool		 nested;	/* as of the record */
	int		 assume;	/* likewise */
};

void
tp_template_release(struct tp_rec *r)
{
	unsigned	i;

	for (i = 0; i < r->ntemplates; i++) {
		free(r->template[i].field);
		tp_buf_release(&r->template[i].text);
	}
	free(r->template);
}

static bool
in_quotes(const struct tp_json_field *f)
{
	return f->v.type == TP_JSON_STR ||
	    (f->v.type == TP_JSON_NUM && f->v.p[-1] == '"');
}

/* Adds a field, of which text begins at p; returns behind its value. */
static const char *
add_field(struct tp_template *t, const struct tp_rec *r, size_t i,
    const char *p)
{
	const struct tp_json_field	*f = &r->o.f[i];
	const struct tp_rec_slot	*s = &r->slot[i];
	const char			*value = f->v.p - in_quotes(f);
	const char			*outer = r->line + s->outat;
	struct field			*x;

	TP_GROW(t->field, t->cap, t->n + 1);
	x = &t->field[t->n++];
	*x = (struct field){
		.ntext = (uint32_t)(value - p),
		.klen = f->klen,
		.outer = NOT_HERE,
		.slot = *s,
		.type = f->v.type,
		.quoted = s->outlen > 0 && in_quotes(f) &&
		    (s->lost || f->v.type == TP_JSON_NUM),
	};
	if (f->key >= p && f->key < value)
		x->key = (uint32_t)(f->key - p);
	else
		x->name = f->key;
	if (s->outlen > 0 && outer >= p)
		x->outer = (uint32_t)(outer - p);
	tp_buf_add(&t->text, p, x->ntext);
	return f->v.p + f->v.n + in_quotes(f);
}

/* True where the values, not their types, told that a container is none: an
 * array that is not [lat, lon]. */
static bool
has_closed(const struct tp_rec *r)
{
	const struct tp_json_field	*f;
	const struct tp_name		*name;
	size_t				 i;

	for (i = 0; i < r->o.n; i++) {
		f = &r->o.f[i];
		if (f->v.type != TP_JSON_ARR || r->slot[i].outlen > 0)
			continue;
		name = tp_name_find(TP_SCOPE_TOP, f->key, f->klen);
		if (name != NULL && name->opens != TP_SCOPE_NONE)
			return true;
	}
	return false;
}

/* Makes t that of a record just parsed; false, and t as it is, where types of
 * values would not tell what they mean. */
static bool
make(struct tp_template *t, const struct tp_rec *r)
{
	const char	*p = r->line, *end = r->line + r->len;
	size_t		 i;

	if (has_closed(r))
		return false;
	t->n = t->text.n = 0;
	for (i = 0; i < r->o.n; i++)
		p = add_field(t, r, i, p);
	t->ntail = (uint32_t)(end - p);
	tp_buf_add(&t->text, p, (size_t)(end - p));
	memset(tp_buf_room(&t->text, TP_JSON_PAD), 0, TP_JSON_PAD);
	t->nested = r->nested;
	t->assume = r->assume;
	return true;
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

/* Scans the line into fields o.f, and sets outat of slots.  Returns false where
 * it is another one's. */
static bool
scan(const struct tp_template *t, struct tp_rec *r)
{
	const char		*p = r->line, *end = p + r->len;
	const char		*text = t->text.p;
	const struct field	*x = t->field, *behind = x + t->n;
	struct tp_json_field	*f = r->o.f;
	struct tp_scan_fault	 fault = { NULL, p };
	uint32_t		 outer = 0;

	for (; x < behind; x++, f++) {
		if (end - p < x->ntext || !same(p, text, x->ntext))
			return false;
		text += x->ntext;
		f->key = p + x->key;
		f->klen = x->klen;
		if (x->slot.outlen > 0) {
			if (x->outer != NOT_HERE)
				outer = (uint32_t)(p - r->line) + x->outer;
			if (x->name != NULL)
				f->key = x->name;
			r->slot[x - t->field].outat = outer;
		}
		p += x->ntext;
		p = x->type == TP_JSON_NUM && !x->quoted ?
		    tp_scan_number(p, &f->v, &fault) :
		    tp_scan_value(p, &f->v, 3, &fault);
		if (p == NULL)
			return false;
		if (x->quoted)
			tp_rec_unquote(&f->v);
		if (f->v.type != x->type)
			return false;
	}
	return end - p == t->ntail && t->ntail > 0 && r->len <= UINT32_MAX &&
	    same(p, text, t->ntail);
}

/* Takes all but what scan() found from the template: the record before was
 * another one's. */
static void
restore(struct tp_rec *r, const struct tp_template *t)
{
	size_t	i;

	tp_rec_forget(r);
	for (i = 0; i < t->n; i++) {
		struct tp_rec_slot	*s = &r->slot[i];
		uint32_t		 outat = s->outat;

		*s = t->field[i].slot;
		s->outat = outat;
		if (s->field == TP_F_NONE || s->lost)
			continue;
		r->at[s->field] = &r->o.f[i].v;
		r->index[s->field] = (uint16_t)i;
	}
	r->o.n = r->nslots = t->n;
	r->o.why = NULL;
	r->nested = t->nested;
}

bool
tp_template_parse(struct tp_rec *r)
{
	const struct tp_template	*t;
	unsigned			 k, i;

	if (r->misfits > HOPELESS && r->misfits % SELDOM != 0)
		return r->fits = false;
	for (k = 0; k < r->ntemplates; k++) {
		i = (r->last + k) % r->ntemplates;
		t = &r->template[i];
		if (t->assume != r->assume || !scan(t, r)) {
			r->fits = false;
			continue;
		}
		if (!r->fits)
			restore(r, t);
		r->fits = true;
		r->last = i;
		r->misfits -= r->misfits < FORGIVEN ? r->misfits : FORGIVEN;
		return true;
	}
	return false;
}

/* There is room for the first few forms that come; later ones take it where
 * several records of them follow each other. */
void
tp_template_learn(struct tp_rec *r)
{
	unsigned	i = r->ntemplates;

	if (++r->misfits == 4 * HOPELESS)
		r->misfits = 2 * HOPELESS;
	if (i == TEMPLATES || i == 0) {
		if (r->misfits < 2 || (r->misfits & (r->misfits - 1)) != 0)
			return;
		i = i > 0 ? (r->last + 1) % TEMPLATES : 0;
	}
	if (r->template == NULL)
		r->template = tp_calloc(TEMPLATES, sizeof(*r->template));
	if (!make(&r->template[i], r))
		return;
	r->fits = true;
	r->last = i;
	if (i == r->ntemplates)
		r->ntemplates++;
}
