/* The rows of a batch in the order of their keys. */
#include "store/batch.h"

/* What the rows are compared with. */
struct order {
	const struct tp_batch *b;
	const struct tp_table *t;
};

static int
compare(const void *x, const void *y, void *arg)
{
	const struct order	*o = arg;
	const struct tp_row	*p = x, *q = y;
	struct tp_cell_text	 s, t;
	int			 i, c;

	for (i = 0; i < o->t->nkey; i++) {
		if (o->t->col[i].type != TP_COLUMN_TEXT) {
			if (p->v[i] != q->v[i])
				return p->v[i] < q->v[i] ? -1 : 1;
			continue;
		}
		s = tp_batch_text(o->b, p->v[i]);
		t = tp_batch_text(o->b, q->v[i]);
		c = memcmp(s.p, t.p, s.n < t.n ? s.n : t.n);
		if (c != 0 || s.n != t.n)
			return c != 0 ? c : s.n < t.n ? -1 : 1;
	}
	return 0;
}

/* The later row of a key stays, unless it is the older version. */
static void
merge(struct tp_rows *r, struct order *o)
{
	size_t	i, n = 0;
	int	c = o->t->newer;

	for (i = 0; i < r->n; i++) {
		if (n == 0 || compare(&r->v[n - 1], &r->v[i], o) != 0)
			r->v[n++] = r->v[i];
		else if (c < 0 || r->v[i].v[c] >= r->v[n - 1].v[c])
			r->v[n - 1] = r->v[i];
	}
	r->n = n;
}

/* Merge sort: stable, so that rows of a key stay in the order they came. */
static void
sort_rows(struct tp_row *v, struct tp_row *tmp, size_t n, struct order *o)
{
	size_t	i, j, k, half = n / 2;

	if (n < 2)
		return;
	sort_rows(v, tmp, half, o);
	sort_rows(v + half, tmp, n - half, o);
	if (compare(&v[half - 1], &v[half], o) <= 0)
		return;
	memcpy(tmp, v, half * sizeof(*v));
	for (i = 0, j = half, k = 0; i < half; k++)
		v[k] = j < n && compare(&v[j], &tmp[i], o) < 0 ? v[j++] :
		    tmp[i++];
}

void
tp_batch_sort(struct tp_batch *b)
{
	struct tp_row	*tmp;
	struct order	 o = { .b = b };
	size_t		 i, n;

	for (i = b->n = 0; i < TP_STORE_KINDS; i++) {
		n = b->kind[i].n;
		o.t = &tp_tables[i];
		tmp = tp_calloc(n / 2 + 1, sizeof(*tmp));
		sort_rows(b->kind[i].v, tmp, n, &o);
		free(tmp);
		merge(&b->kind[i], &o);
		b->n += b->kind[i].n;
	}
}
