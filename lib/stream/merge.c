#include "stream/merge.h"

#include "base/mem.h"

/* Offsets are in the log's text: value, newline, padding, key. */
struct tp_merge_item {
	struct tp_merge_rec rec;	/* its pointers are not used */
	size_t		 at, size;
	bool		 value, has_key;
	int64_t		 t;		/* TP_TIME_NONE: not known */
	size_t		 id, idlen;	/* behind at */
};

static void
reset(struct tp_merge_log *q)
{
	q->limit = INT64_MAX;
	q->open = true;
	q->from = q->n = q->used = 0;
	q->text.n = 0;
}

void
tp_merge_init(struct tp_merge *m, size_t n)
{
	*m = (struct tp_merge){ .n = n };
	m->log = tp_calloc(n, sizeof(*m->log));
	tp_merge_clear(m);
}

void
tp_merge_clear(struct tp_merge *m)
{
	size_t	i;

	for (i = 0; i < m->n; i++)
		reset(&m->log[i]);
}

void
tp_merge_release(struct tp_merge *m)
{
	size_t	i;

	for (i = 0; i < m->n; i++) {
		free(m->log[i].v);
		tp_buf_release(&m->log[i].text);
	}
	free(m->log);
	tp_rec_release(&m->rec);
	*m = (struct tp_merge){ 0 };
}

/* The time and segment of a record; of an array, those of its first. */
static void
find_place(struct tp_merge *m, struct tp_merge_item *x, const char *text)
{
	struct tp_json_obj		 a = { 0 };
	const struct tp_json_val	*id;
	const char			*p = text;
	size_t				 n = x->rec.n;

	while (n > 0 && (p[n - 1] == '\n' || p[n - 1] == '\r'))
		n--;
	if (n > 0 && *p == '[') {
		if (tp_json_array(&a, p, n) == 0 && a.n > 0) {
			n = a.f[0].v.n;
			p = a.f[0].v.p;
		}
		tp_json_obj_release(&a);
	}
	if (tp_rec_parse(&m->rec, p, n) == -1 || tp_rec_time(&m->rec,
	    tp_rec_when(&m->rec), NULL, &x->t, NULL) == -1) {
		x->t = x->rec.otherwise;
		return;
	}
	id = m->rec.at[TP_F_SEGMENT_ID];
	if (id == NULL)
		return;
	x->id = (size_t)(id->p - text);
	x->idlen = id->n;
}

/* Moves what waits to the front once most of the room is not used. */
static void
tidy(struct tp_merge_log *q)
{
	size_t	i;

	if (q->used * 2 < q->text.n)
		return;
	memmove(q->text.p, q->text.p + q->used, q->text.n - q->used);
	memmove(q->v, q->v + q->from, (q->n - q->from) * sizeof(*q->v));
	q->n -= q->from;
	q->from = 0;
	for (i = 0; i < q->n; i++)
		q->v[i].at -= q->used;
	q->text.n -= q->used;
	q->used = 0;
}

void
tp_merge_put(struct tp_merge *m, size_t log, const struct tp_merge_rec *r)
{
	struct tp_merge_log	*q = &m->log[log];
	struct tp_merge_item	*x;
	struct tp_buf		*b = &q->text;

	if (q->used > 0)
		tidy(q);
	TP_GROW(q->v, q->cap, q->n + 1);
	x = &q->v[q->n++];
	*x = (struct tp_merge_item){
		.rec = *r, .at = b->n, .t = TP_TIME_NONE,
		.value = r->p != NULL, .has_key = r->key != NULL,
	};
	tp_buf_room(b, r->n + 1 + TP_JSON_PAD + r->keylen);
	tp_buf_add(b, r->p, r->n);
	tp_buf_char(b, '\n');
	memset(b->p + b->n, 0, TP_JSON_PAD);
	b->n += TP_JSON_PAD;
	tp_buf_add(b, r->key, r->keylen);
	x->size = b->n - x->at;
	if (r->n > 0)
		find_place(m, x, b->p + x->at);
	if (x->t > r->latest) {
		x->t = TP_TIME_NONE;
		x->idlen = 0;
	}
}

size_t
tp_merge_waiting(const struct tp_merge *m, size_t log)
{
	return m->log[log].text.n - m->log[log].used;
}

static bool
before(const struct tp_merge_log *q, const struct tp_merge_log *p)
{
	const struct tp_merge_item	*a = &q->v[q->from], *b = &p->v[p->from];
	size_t				 n = a->idlen < b->idlen ? a->idlen :
					     b->idlen;
	int				 c;

	if (a->t != b->t)
		return a->t < b->t;
	c = n == 0 ? 0 : memcmp(q->text.p + a->at + a->id,
	    p->text.p + b->at + b->id, n);
	return c != 0 ? c < 0 : a->idlen < b->idlen;
}

int
tp_merge_next(const struct tp_merge *m)
{
	const struct tp_merge_log	*q;
	int				 best = TP_MERGE_NONE;
	size_t				 i;

	for (i = 0; i < m->n; i++) {
		q = &m->log[i];
		if (q->from == q->n) {
			if (q->open)
				return TP_MERGE_OPEN;
			continue;
		}
		if (q->v[q->from].rec.pos >= q->limit)
			continue;
		if (best < 0 || before(q, &m->log[best]))
			best = (int)i;
	}
	return best;
}

struct tp_merge_rec
tp_merge_head(const struct tp_merge *m, size_t log)
{
	const struct tp_merge_log	*q = &m->log[log];
	const struct tp_merge_item	*x = &q->v[q->from];
	struct tp_merge_rec		 r = x->rec;

	r.p = x->value ? q->text.p + x->at : NULL;
	r.key = x->has_key ? q->text.p + x->at + x->size - r.keylen : NULL;
	return r;
}

void
tp_merge_pop(struct tp_merge *m, size_t log)
{
	struct tp_merge_log	*q = &m->log[log];

	q->used += q->v[q->from++].size;
	if (q->from == q->n)
		q->from = q->n = q->used = q->text.n = 0;
}
