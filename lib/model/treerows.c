#include "model/treerows.h"

#include "base/mem.h"
#include "model/panel.h"

void
tp_treerows_init(struct tp_treerows *r, const struct tp_panel *p,
    const struct tp_treeinput *in, int part)
{
	memset(r, 0, sizeof(*r));
	r->p = p;
	r->in = in;
	r->first = tp_panel_part(p, part);
	r->n = tp_panel_part(p, part + 1) - r->first;
	r->others = part == 0;
	if (r->others)
		tp_profile_fit_folds(r->usual, p);
}

void
tp_treerows_release(struct tp_treerows *r)
{
	size_t	k;

	for (k = 0; k < TP_PROFILE_FOLDS; k++)
		tp_profile_release(&r->usual[k]);
	free(r->step);
	free(r->base);
	memset(r, 0, sizeof(*r));
}

/* Makes the rows of the step that panel row i is of; returns its first. */
static size_t
make_step(struct tp_treerows *r, size_t i, size_t *n)
{
	const struct tp_panel	*p = r->p;
	struct tp_treeinput	 in = *r->in;
	size_t			 from = i;
	struct tp_ask		 a;

	while (from > r->first && p->step[from - 1] == p->step[i])
		from--;
	*n = tp_panel_step(p, from, &a) - from;
	if (*n > r->cap) {
		r->cap = *n;
		r->step = tp_realloc(r->step, r->cap * r->in->nin,
		    sizeof(*r->step));
		r->base = tp_realloc(r->base, r->cap, sizeof(*r->base));
	}
	if (r->others)
		in.usual = r->usual[tp_profile_fold(p, from)];
	tp_treeinput_rows(&in, &a, r->step, r->base);
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
