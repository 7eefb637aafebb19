#include "serve/relative.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"

struct near {
	double		d;		/* squared distance */
	size_t		at;
};

static int
by_x(const void *a, const void *b)
{
	const struct tp_relative_place	*p = a, *q = b;

	if (p->x != q->x)
		return p->x < q->x ? -1 : 1;
	return p->id < q->id ? -1 : p->id > q->id;
}

static double
apart(const struct tp_relative_place *p, const struct tp_relative_place *q)
{
	return (p->x - q->x) * (p->x - q->x) + (p->y - q->y) * (p->y - q->y);
}

/* Puts a neighbour into the list of the nearest, in its order. */
static size_t
keep(struct near *v, size_t n, struct near x)
{
	size_t	i;

	if (n == TP_RELATIVE_NEAR && x.d >= v[n - 1].d)
		return n;
	if (n < TP_RELATIVE_NEAR)
		n++;
	for (i = n - 1; i > 0 && v[i - 1].d > x.d; i--)
		v[i] = v[i - 1];
	v[i] = x;
	return n;
}

/* The nearest of place i, by looking along x as far as they can be. */
static size_t
nearest(const struct tp_relative_place *p, size_t n, size_t i, struct near *v)
{
	size_t	found = 0, k;
	double	dx;

	for (k = i + 1; k < n; k++) {
		dx = p[k].x - p[i].x;
		if (found == TP_RELATIVE_NEAR && dx * dx >= v[found - 1].d)
			break;
		found = keep(v, found, (struct near){ apart(&p[i], &p[k]),
		    k });
	}
	for (k = i; k-- > 0;) {
		dx = p[i].x - p[k].x;
		if (found == TP_RELATIVE_NEAR && dx * dx >= v[found - 1].d)
			break;
		found = keep(v, found, (struct near){ apart(&p[i], &p[k]),
		    k });
	}
	return found;
}

size_t
tp_relative_join(struct tp_relative_place *p, size_t n,
    struct tp_relative_pair **pairs)
{
	struct near	v[TP_RELATIVE_NEAR];
	size_t		i, k, m, found, npairs = 0, cap = 0;

	*pairs = NULL;
	if (n > 1)
		qsort(p, n, sizeof(*p), by_x);
	for (i = 0; i < n; i++) {
		found = nearest(p, n, i, v);
		for (k = 0; k < found; k++) {
			/* a third that is nearer to i comes before in v */
			for (m = 0; m < k; m++)
				if (v[m].d < v[k].d && apart(&p[v[m].at],
				    &p[v[k].at]) < v[k].d)
					break;
			if (m < k || v[k].at < i)
				continue;
			TP_GROW(*pairs, cap, npairs + 1);
			(*pairs)[npairs++] = (struct tp_relative_pair){
				p[i].id, p[v[k].at].id,
			};
		}
	}
	return npairs;
}
