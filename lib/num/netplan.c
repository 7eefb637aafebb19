/* What a run of a net computes, and where the values are. */
#include <stdlib.h>

#include "base/mem.h"
#include "num/netnode.h"

bool *
tp_net_needed(const struct tp_net *n)
{
	bool	*needed = tp_calloc(n->nnode * n->times, sizeof(*needed));
	size_t	 i, t, k;

	for (i = n->nnode; i-- > 0; ) {
		const struct tp_net_node	*d = &n->node[i];

		for (t = 0; t < d->nt; t++) {
			if (i + 1 == n->nnode)
				needed[i * n->times + t] = true;
			if (!needed[i * n->times + t])
				continue;
			for (k = 0; k < d->nin; k++)
				needed[d->in[k].node * n->times +
				    d->in[k].t0 + t] = true;
			if (d->has_plus)
				needed[d->plus.node * n->times +
				    d->plus.t0 + t] = true;
		}
	}
	return needed;
}

/* The last node that reads each: itself of one unread, nnode of the last and of
 * inputs, which stay for another time. */
static size_t *
last_readers(const struct tp_net *n)
{
	size_t	*last = tp_calloc(n->nnode, sizeof(*last)), i, k;

	for (i = 0; i < n->nnode; i++) {
		const struct tp_net_node	*d = &n->node[i];

		last[i] = i;
		for (k = 0; k < d->nin; k++)
			last[d->in[k].node] = i;
		if (d->has_plus)
			last[d->plus.node] = i;
	}
	for (i = 0; i < n->nnode; i++)
		if (i + 1 == n->nnode || n->node[i].op == TP_NET_INPUT)
			last[i] = n->nnode;
	return last;
}

/* Places of nodes, and those of them that are still to be read. */
struct plan {
	const struct tp_net	*net;
	size_t			*at;		/* nnode */
	size_t			*live, nlive;
	size_t			 width;
};

static size_t
size_of(const struct plan *p, size_t i)
{
	return p->net->node[i].nt * p->net->node[i].cols;
}

/* Gives node i the first place that is free. */
static void
settle(struct plan *p, size_t i)
{
	size_t	at = 0, size = size_of(p, i), k = 0, o;

	while (k < p->nlive) {
		o = p->live[k++];
		if (at < p->at[o] + size_of(p, o) && p->at[o] < at + size) {
			at = p->at[o] + size_of(p, o);
			k = 0;
		}
	}
	p->at[i] = at;
	p->live[p->nlive++] = i;
	if (at + size > p->width)
		p->width = at + size;
}

/* Frees the places of what neither node i nor a later one reads. */
static void
clear_up(struct plan *p, const size_t *last, size_t i)
{
	size_t	k, left = 0;

	for (k = 0; k < p->nlive; k++)
		if (last[p->live[k]] >= i)
			p->live[left++] = p->live[k];
	p->nlive = left;
}

size_t *
tp_net_places(const struct tp_net *n, size_t *width)
{
	size_t		*last = last_readers(n), i;
	struct plan	 p = {
		.net = n, .at = tp_calloc(n->nnode, sizeof(*p.at)),
		.live = tp_calloc(n->nnode, sizeof(*p.live)),
	};

	/* inputs are put in before anything is made */
	for (i = 0; i < n->nnode; i++)
		if (n->node[i].op == TP_NET_INPUT)
			settle(&p, i);
	for (i = 0; i < n->nnode; i++) {
		if (n->node[i].op == TP_NET_INPUT)
			continue;
		clear_up(&p, last, i);
		settle(&p, i);
	}
	free(last);
	free(p.live);
	*width = p.width;
	return p.at;
}
