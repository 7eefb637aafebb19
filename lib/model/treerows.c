#include "model/treerows.h"

#include "base/mem.h"

void
tp_treerows_init(struct tp_treerows *r, const struct tp_panel *p,
    const struct tp_treeinput *in, int part)
{
	size_t	i;

	memset(r, 0, sizeof(*r));
	r->p = p;
	r->in = in;
	for (i = 0; i < p->nrow && p->step[i] < p->part[part]; i++)
		;
	r->first = i;
	for (; i < p->nrow && p->step[i] < p->part[part + 1]; i++)
		;
	r->n = i - r->first;
}

void
tp_treerows_release(struct tp_treerows *r)
{
	free(r->step);
	free(r->base);
	memset(r, 0, sizeof(*r));
}

/* Makes the rows of the step that panel row i is of; returns its first. */
static size_t
make_step(struct tp_treerows *r, size_t i, size_t *n)
{
	const struct tp_panel	*p = r->p;
	size_t			 from = i, to = i;
	struct tp_ask		 a;

	while (from > r->first && p->step[from - 1] == p->step[i])
		from--;
	while (to < r->first + r->n && p->step[to] == p->step[i])
		to++;
	*n = to - from;
	if (*n > r->cap) {
		r->cap = *n;
		r->step = tp_realloc(r->step, r->cap * r->in->nin,
		    sizeof(*r->step));
		r->base = tp_realloc(r->base, r->cap, sizeof(*r->base));
	}
	a = (struct tp_ask){
		.n = *n, .x = p->x + from * p->shape.ncol,
		.now = p->now + from, .last = p->last + from,
		.seg = p->seg + from, .slot = (int)p->slot[from],
		.day = p->day[from],
	};
	tp_treeinput_rows(r->in, &a, r->step, r->base);
	return from;
}

size_t
tp_treerows_read(struct tp_treerows *r, size_t from, size_t n, float *x,
    double *base)
{
	size_t	nin = r->in->nin, done, skip, take;

	if (n > r->n - from)
		n = r->n - from;
	for (done = 0; done < n; done += take) {
		skip = r->first + from + done;
		skip -= make_step(r, skip, &take);
		take -= skip;
		if (take > n - done)
			take = n - done;
		memcpy(x + done * nin, r->step + skip * nin,
		    take * nin * sizeof(*x));
		if (base != NULL)
			memcpy(base + done, r->base + skip,
			    take * sizeof(*base));
	}
	return n;
}

size_t
tp_treerows_fill(void *arg, size_t from, size_t room, float *x)
{
	return tp_treerows_read(arg, from, room, x, NULL);
}
