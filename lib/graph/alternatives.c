#include "graph/alternatives.h"

#define SHARING_MOST	0.85	/* of the shortest, with those admitted */
#define PLATEAU_LEAST	0.10	/* of what is not shared */
/* Both searches together reach so many times the shortest way: they overlap by a
 * third, so that plateaus are in the middle of the way. */
#define OVERLAP		1.33
#define DEARER		1.4f	/* a way found once more */
#define TRIES		8

/* A stretch of nodes in both trees; the way through it passes `via`. */
struct tp_plateau {
	uint32_t	via;
	double		ms, length;	/* of the way, of the plateau */
};

void
tp_ways_init(struct tp_ways *a, const struct tp_search *s)
{
	const struct tp_graph	*g = s->g;

	*a = (struct tp_ways){ 0 };
	tp_search_init(&a->back, g, s->w);
	a->used = tp_calloc((size_t)g->edges + 1, sizeof(*a->used));
	a->seen = tp_calloc((size_t)g->nodes + 1, sizeof(*a->seen));
}

void
tp_ways_release(struct tp_ways *a)
{
	size_t	i;

	for (i = 0; i < TP_WAYS_MAX; i++)
		tp_way_release(&a->way[i]);
	tp_way_release(&a->next);
	tp_search_release(&a->back);
	free(a->dearer);
	free(a->used);
	free(a->seen);
	free(a->plateau);
	*a = (struct tp_ways){ 0 };
}

void
tp_refused_add(struct tp_refused *sum, const struct tp_refused *more)
{
	sum->stretch += more->stretch;
	sum->sharing += more->sharing;
	sum->plateau += more->plateau;
	sum->loop += more->loop;
}

/* By how much another way may be longer, as a share of the shortest. */
static double
stretch_most(double ms)
{
	double	minutes = ms / 60000;

	return 0.25 * (minutes < 10 ? 1.2 : minutes > 600 ? 0.5 :
	    minutes > 60 ? 0.7 : minutes > 30 ? 0.9 : 1);
}

/* True where the way comes to a node, or a copy of it, twice. */
static bool
loops(struct tp_ways *a, const struct tp_graph *g, const struct tp_way *p)
{
	bool	twice = false;
	size_t	i;

	for (i = 0; i + 1 < p->n; i++) {
		bool	*seen = &a->seen[tp_graph_own_node(g,
			    g->head[p->edge[i]])];

		twice |= *seen;
		*seen = true;
	}
	for (i = 0; i + 1 < p->n; i++)
		a->seen[tp_graph_own_node(g, g->head[p->edge[i]])] = false;
	return twice;
}

/* ms of the way on edges that no admitted way has, at rates of time t. */
static double
unshared(const struct tp_ways *a, const struct tp_search *s,
    const struct tp_way *p, double t)
{
	double	ms = 0;
	size_t	i;

	for (i = 0; i < p->n; i++)
		if (!a->used[tp_graph_own_edge(s->g, p->edge[i])])
			ms += tp_weights_still(s->w, p->edge[i], t,
			    tp_way_share(p, i));
	return ms;
}

static void
admit(struct tp_ways *a, const struct tp_graph *g, struct tp_way *p)
{
	struct tp_way	old = a->way[a->n];
	size_t		i;

	for (i = 0; i < p->n; i++)
		a->used[tp_graph_own_edge(g, p->edge[i])] = true;
	a->way[a->n++] = *p;
	*p = old;
}

/*
 * Admits the candidate if it is good.  plateau is its ms, or INFINITY where
 * it has no need of one.
 */
static void
consider(struct tp_ways *a, const struct tp_search *s,
    const struct tp_task *k, double plateau)
{
	struct tp_way	*p = &a->next;
	double		 best = a->way[0].ms, own;

	p->ms = tp_way_drive(p, s->w, TP_LANE_MID, k->t);
	own = unshared(a, s, p, k->t);
	if (!(p->ms <= best * (1 + stretch_most(best))))
		a->refused.stretch++;
	else if (own < best * (1 - SHARING_MOST))
		a->refused.sharing++;
	else if (plateau < PLATEAU_LEAST * own)
		a->refused.plateau++;
	else if (loops(a, s->g, p))
		a->refused.loop++;
	else {
		p->found = true;
		admit(a, s->g, p);
	}
}

/* The longest plateaus of the shortest ways first. */
static int
compare(const void *x, const void *y)
{
	const struct tp_plateau	*p = x, *q = y;
	double			 a = p->length - p->ms;
	double			 b = q->length - q->ms;

	if (a != b)
		return a > b ? -1 : 1;
	return (p->via > q->via) - (p->via < q->via);
}

/* Walks the plateau that v is on from its end to its beginning. */
static void
add_plateau(struct tp_ways *a, const struct tp_search *s, uint32_t v)
{
	const struct tp_graph	*g = s->g;
	uint32_t		 first = v, last = v, e;

	while ((e = s->at[first].by) != TP_GRAPH_NONE &&
	    tp_search_settled(&a->back, g->tail[e]) &&
	    a->back.at[g->tail[e]].by == e) {
		first = g->tail[e];
		a->seen[first] = true;
	}
	while ((e = a->back.at[last].by) != TP_GRAPH_NONE &&
	    tp_search_settled(s, g->head[e]) && s->at[g->head[e]].by == e) {
		last = g->head[e];
		a->seen[last] = true;
	}
	TP_GROW(a->plateau, a->cap, a->nplateaus + 1);
	a->plateau[a->nplateaus++] = (struct tp_plateau){
		first, s->at[first].ms + a->back.at[first].ms,
		s->at[last].ms - s->at[first].ms,
	};
}

/* What the way takes at the rates of the departure. */
static double
still_ms(const struct tp_search *s, const struct tp_task *k,
    const struct tp_way *p)
{
	double	ms = 0;
	size_t	i;

	for (i = 0; i < p->n; i++)
		ms += tp_weights_still(s->w, p->edge[i], k->t,
		    tp_way_share(p, i));
	return ms;
}

/* By the costs of k, which are still. */
static void
find_plateaus(struct tp_ways *a, struct tp_search *s,
    const struct tp_task *k)
{
	double		shortest = still_ms(s, k, &a->way[0]);
	double		limit = shortest *
			    (1 + stretch_most(a->way[0].ms));
	double		least = shortest * (1 - SHARING_MOST) *
			    PLATEAU_LEAST;
	uint32_t	i, v;
	size_t		n;

	tp_search_meet(s, k, limit, OVERLAP);
	a->nplateaus = 0;
	for (i = 0; i < s->nreached; i++) {
		v = s->reached[i];
		if (a->seen[v] || !tp_search_settled(s, v) ||
		    !tp_search_settled(&a->back, v) ||
		    s->at[v].ms + a->back.at[v].ms > limit)
			continue;
		add_plateau(a, s, v);
		n = a->nplateaus - 1;
		if (a->plateau[n].length < least)
			a->nplateaus--;
	}
	for (i = 0; i < s->nreached; i++)
		a->seen[s->reached[i]] = false;
	if (a->nplateaus > 1)
		qsort(a->plateau, a->nplateaus, sizeof(*a->plateau), compare);
}

/* The nearest of the ends at node v, of which there is one. */
static const struct tp_end *
end_at(const struct tp_search *s, const struct tp_task *k, uint32_t v)
{
	const struct tp_end	*best = NULL;
	double			 least = INFINITY, ms;
	uint32_t		 i;

	for (i = 0; i < k->to->n; i++) {
		const struct tp_end	*x = &k->to->v[i];

		if (x->node != v)
			continue;
		ms = x->edge == TP_GRAPH_NONE ? 0 :
		    tp_weights_still(s->w, x->edge, k->t, x->share);
		if (ms < least) {
			least = ms;
			best = x;
		}
	}
	return best;
}

/* The way from the start to `via` in one tree and on in the other. */
static void
trace(struct tp_ways *a, const struct tp_search *s, const struct tp_task *k,
    uint32_t via)
{
	const struct tp_graph	*g = s->g;
	const struct tp_end	*x;
	struct tp_way		*p = &a->next;
	uint32_t		 v;

	tp_search_trace(s, k, via, p);
	for (v = via; a->back.at[v].by != TP_GRAPH_NONE;
	    v = g->head[a->back.at[v].by])
		tp_way_add(p, a->back.at[v].by);
	x = end_at(s, k, v);
	if (x != NULL && x->edge != TP_GRAPH_NONE) {
		tp_way_add(p, x->edge);
		p->to = x->share;
	}
}

static void
by_plateaus(struct tp_ways *a, struct tp_search *s, const struct tp_task *k,
    size_t want)
{
	struct tp_task	still = *k;
	size_t		i;

	still.costs = TP_COSTS_STILL;
	find_plateaus(a, s, &still);
	for (i = 0; i < a->nplateaus && a->n < want; i++) {
		trace(a, s, &still, a->plateau[i].via);
		if (a->next.n > 0)
			consider(a, s, k, a->plateau[i].length);
	}
}

/* Room for what penalties make of edges, of which few questions have need. */
static void
make_dearer(struct tp_ways *a, const struct tp_graph *g)
{
	uint32_t	e;

	a->dearer = tp_malloc(((size_t)g->edges + 1) * sizeof(*a->dearer));
	for (e = 0; e < g->edges; e++)
		a->dearer[e] = 1;
}

/* Makes the edges of a way dearer, or (factor 0) as they were. */
static void
set_dearer(struct tp_ways *a, const struct tp_graph *g,
    const struct tp_way *p, float factor)
{
	size_t	i;

	for (i = 0; i < p->n; i++) {
		float	*d = &a->dearer[tp_graph_own_edge(g, p->edge[i])];

		*d = factor > 0 ? *d * factor : 1;
	}
}

/* Every way found is made dearer; all are noted, to undo it. */
static void
by_penalty(struct tp_ways *a, struct tp_search *s, const struct tp_task *k,
    size_t want)
{
	struct tp_task	task = *k;
	struct tp_way	all = { 0 };
	int		i;
	size_t		j;

	if (a->dearer == NULL)
		make_dearer(a, s->g);
	task.costs = TP_COSTS_STILL;
	task.dearer = a->dearer;
	for (j = 0; j < a->n; j++)
		set_dearer(a, s->g, &a->way[j], DEARER);
	for (i = 0; i < TRIES && a->n < want; i++) {
		if (!tp_search_way(s, &task, &a->next))
			break;
		set_dearer(a, s->g, &a->next, DEARER);
		for (j = 0; j < a->next.n; j++)
			tp_way_add(&all, a->next.edge[j]);
		consider(a, s, k, INFINITY);
	}
	set_dearer(a, s->g, &all, 0);
	for (j = 0; j < a->n; j++)
		set_dearer(a, s->g, &a->way[j], 0);
	tp_way_release(&all);
}

/* By time, the shortest first. */
static void
sort(struct tp_ways *a)
{
	struct tp_way	p;
	size_t		i, j;

	for (i = 2; i < a->n; i++)
		for (j = i; j > 1 && a->way[j].ms < a->way[j - 1].ms; j--) {
			p = a->way[j];
			a->way[j] = a->way[j - 1];
			a->way[j - 1] = p;
		}
}

size_t
tp_ways_find(struct tp_ways *a, struct tp_search *s, const struct tp_task *k,
    size_t others)
{
	struct tp_task	task = *k;
	size_t		want = 1 + (others < TP_WAYS_MAX ? others :
			    TP_WAYS_MAX - 1);
	size_t		i, j;

	a->n = 0;
	a->refused = (struct tp_refused){ 0 };
	task.back = &a->back;
	if (!tp_search_way(s, &task, &a->next))
		return 0;
	admit(a, s->g, &a->next);
	if (a->n < want)
		by_plateaus(a, s, &task, want);
	if (a->n < want)
		by_penalty(a, s, &task, want);
	for (i = 0; i < a->n; i++)
		for (j = 0; j < a->way[i].n; j++)
			a->used[tp_graph_own_edge(s->g,
			    a->way[i].edge[j])] = false;
	sort(a);
	return a->n;
}
