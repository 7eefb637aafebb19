#include "base/mem.h"
#include "graph/buildpart.h"

void
tp_edge_index_init(struct tp_edge_index *x, const uint32_t *end, size_t m,
    size_t n)
{
	uint32_t	*next = tp_calloc(n + 1, sizeof(*next));
	size_t		 i;

	x->at = tp_calloc(n + 1, sizeof(*x->at));
	for (i = 0; i < m; i++)
		if (end[i] != TP_GRAPH_NONE)
			x->at[end[i] + 1]++;
	for (i = 0; i < n; i++)
		x->at[i + 1] += x->at[i];
	x->edge = tp_calloc((size_t)x->at[n] + 1, sizeof(*x->edge));
	memcpy(next, x->at, n * sizeof(*next));
	for (i = 0; i < m; i++)
		if (end[i] != TP_GRAPH_NONE)
			x->edge[next[end[i]]++] = (uint32_t)i;
	free(next);
}

void
tp_edge_index_release(struct tp_edge_index *x)
{
	free(x->at);
	free(x->edge);
	*x = (struct tp_edge_index){ 0 };
}

/* The state of Tarjan's search; order[v] is 0 for what was not yet seen. */
struct search {
	struct tp_edge_index out;
	const uint32_t	*head;
	uint32_t	*order, *low, *next;	/* by node */
	uint32_t	*stack, *path;		/* nodes */
	uint32_t	*component;		/* by node, TP_GRAPH_NONE: open */
	size_t		 nstack, npath;
	uint32_t	 seen, components;
	uint32_t	 best, best_size;	/* the largest so far */
};

static void
enter(struct search *s, uint32_t v)
{
	s->order[v] = s->low[v] = ++s->seen;
	s->next[v] = s->out.at[v];
	s->stack[s->nstack++] = v;
	s->path[s->npath++] = v;
}

/* All that is reached from v has been seen. */
static void
leave(struct search *s, uint32_t v)
{
	uint32_t	size = 0, u;

	s->npath--;
	if (s->npath > 0) {
		uint32_t	up = s->path[s->npath - 1];

		s->low[up] = s->low[v] < s->low[up] ? s->low[v] : s->low[up];
	}
	if (s->low[v] != s->order[v])
		return;
	do {
		u = s->stack[--s->nstack];
		s->component[u] = s->components;
		size++;
	} while (u != v);
	if (size > s->best_size) {
		s->best = s->components;
		s->best_size = size;
	}
	s->components++;
}

static void
search_from(struct search *s, uint32_t root)
{
	enter(s, root);
	while (s->npath > 0) {
		uint32_t	v = s->path[s->npath - 1], u;

		if (s->next[v] == s->out.at[v + 1]) {
			leave(s, v);
			continue;
		}
		u = s->head[s->out.edge[s->next[v]++]];
		if (s->order[u] == 0)
			enter(s, u);
		else if (s->component[u] == TP_GRAPH_NONE &&
		    s->order[u] < s->low[v])
			s->low[v] = s->order[u];
	}
}

void
tp_strong_largest(const uint32_t *tail, const uint32_t *head, size_t m,
    size_t n, bool *in)
{
	struct search	s = { .head = head };
	size_t		v;

	tp_edge_index_init(&s.out, tail, m, n);
	s.order = tp_calloc(n + 1, sizeof(*s.order));
	s.low = tp_calloc(n + 1, sizeof(*s.low));
	s.next = tp_calloc(n + 1, sizeof(*s.next));
	s.stack = tp_calloc(n + 1, sizeof(*s.stack));
	s.path = tp_calloc(n + 1, sizeof(*s.path));
	s.component = tp_malloc((n + 1) * sizeof(*s.component));
	memset(s.component, 0xff, (n + 1) * sizeof(*s.component));
	for (v = 0; v < n; v++)
		if (s.order[v] == 0)
			search_from(&s, (uint32_t)v);
	for (v = 0; v < n; v++)
		in[v] = s.component[v] == s.best;
	tp_edge_index_release(&s.out);
	free(s.order);
	free(s.low);
	free(s.next);
	free(s.stack);
	free(s.path);
	free(s.component);
}
