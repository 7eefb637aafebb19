#include "graph/search.h"

#include "graph/heap.h"

#define BACK_SHARE	0.6	/* of the way; 0.5 and 0.7 do as well */
/* Most ways take no longer than so many times that in free flow. */
#define LONGER		2
#define LONGER_MS	60000	/* and this */

static void
add_end(struct tp_ends *s, uint32_t node, uint32_t edge, double share)
{
	if (s->n < TP_ENDS_MAX)
		s->v[s->n++] = (struct tp_end){ node, edge, share };
}

void
tp_ends_node(struct tp_ends *s, const struct tp_graph *g, uint32_t v,
    bool start)
{
	uint32_t	n, first = tp_graph_copies(g, v, &n), i;

	add_end(s, v, TP_GRAPH_NONE, 0);
	for (i = 0; i < n && !start; i++)
		add_end(s, first + i, TP_GRAPH_NONE, 0);
}

void
tp_ends_spot(struct tp_ends *s, const struct tp_graph *g, uint32_t e,
    double share, bool start)
{
	uint32_t	n, first, i, k;

	if (start) {
		add_end(s, g->head[e], e, share);
		return;
	}
	add_end(s, g->tail[e], e, share);
	first = tp_graph_copies(g, g->tail[e], &n);
	for (i = first; i < first + n; i++)
		for (k = g->out[i]; k < g->out[i + 1]; k++)
			if (tp_graph_own_edge(g, k) == e)
				add_end(s, i, k, share);
}

void
tp_search_init(struct tp_search *s, const struct tp_graph *g,
    const struct tp_weights *w)
{
	*s = (struct tp_search){ .g = g, .w = w };
}

/* Room for all nodes, when the first search begins. */
static void
make_room(struct tp_search *s)
{
	size_t		n = (size_t)s->g->nodes + 1;
	uint32_t	i;

	s->at = tp_malloc(n * sizeof(*s->at));
	s->reached = tp_malloc(n * sizeof(*s->reached));
	s->heap = tp_malloc(n * sizeof(*s->heap));
	for (i = 0; i < s->g->nodes; i++) {
		s->at[i].ms = INFINITY;
		s->at[i].place = TP_GRAPH_NONE;
	}
}

/* Forgets the search before. */
static void
begin(struct tp_search *s, bool by_ms)
{
	if (s->at == NULL)
		make_room(s);
	tp_heap_clear(s);
	s->backwards = false;
	s->active = 0;
	s->by_ms = by_ms;
	s->back = NULL;
}

void
tp_search_release(struct tp_search *s)
{
	free(s->at);
	free(s->reached);
	free(s->heap);
	*s = (struct tp_search){ 0 };
}

void
tp_way_release(struct tp_way *p)
{
	free(p->edge);
	*p = (struct tp_way){ 0 };
}

static double
cost(const struct tp_search *s, const struct tp_task *k, uint32_t e,
    double ms, double share)
{
	double	c = k->costs == TP_COSTS_MOVING ?
		    tp_weights_drive(s->w, e, TP_LANE_MID, k->t + ms, share) :
		    k->costs == TP_COSTS_LEAST ?
		    tp_weights_least(s->w, e, k->t, k->until, share) :
		    tp_weights_still(s->w, e, k->t, share);

	return k->dearer == NULL ? c :
	    c * (double)k->dearer[tp_graph_own_edge(s->g, e)];
}

/*
 * At least so many ms from v to an end (of a search backwards: from a start to
 * v), by the triangles with the active landmarks.  UINT32_MAX stands for "so
 * much or more" and needs no care: the ends of a way that goes on to a landmark
 * are as far from it.
 */
static double
marks_bound(const struct tp_search *s, uint32_t v)
{
	int64_t		best = 0, d;
	uint32_t	i;

	for (i = 0; i < s->active; i++) {
		const struct tp_mark	*m = &s->mark[i][v], *a = &s->aim[i];

		d = (int64_t)a->ms[s->backwards] - m->ms[s->backwards];
		best = d > best ? d : best;
		d = (int64_t)m->ms[!s->backwards] - a->ms[!s->backwards];
		best = d > best ? d : best;
	}
	return (double)best;
}

/*
 * The same, by what a search back at the least costs has found: the ms from v
 * where it settled v.  The key of another node would be ms from v and the bound
 * from the starts to v, and is no less than the least in the heap (Pijls and
 * Post 2009, "Yet another bidirectional algorithm for finding the shortest
 * path").  Neither falls along an edge by more than the edge costs, so that a
 * node is settled once.
 */
static double
bound(const struct tp_search *s, uint32_t v)
{
	const struct tp_search	*b = s->back;
	double			 near, far;

	if (b == NULL)
		return marks_bound(s, v);
	if (tp_search_settled(b, v))
		return b->at[v].ms;
	near = marks_bound(s, v);
	far = b->nheap == 0 ? INFINITY : b->heap[0].key - marks_bound(b, v);
	return near > far ? near : far;
}

/* Looks at landmark m from place i: the least distance from it to an end, and
 * the most from an end to it; backwards, the other way round. */
static void
aim(struct tp_search *s, uint32_t i, const struct tp_landmarks *l,
    uint32_t m, const struct tp_ends *to)
{
	struct tp_mark	a = { { UINT32_MAX, UINT32_MAX } };
	uint32_t	k, near = s->backwards, far = !s->backwards;

	s->mark[i] = l->of + (size_t)m * l->nodes;
	a.ms[far] = 0;
	for (k = 0; k < to->n; k++) {
		const uint32_t	*ms = s->mark[i][to->v[k].node].ms;

		a.ms[near] = ms[near] < a.ms[near] ? ms[near] : a.ms[near];
		a.ms[far] = ms[far] > a.ms[far] ? ms[far] : a.ms[far];
	}
	s->aim[i] = a;
}

/* Takes the landmarks that say most about the way from the first start. */
static void
choose(struct tp_search *s, const struct tp_task *k, bool backwards)
{
	const struct tp_ends	*here = backwards ? k->to : k->from;
	const struct tp_ends	*there = backwards ? k->from : k->to;
	uint32_t		 n = k->marks == NULL ? 0 : k->marks->n;
	uint32_t		 best[TP_ACTIVE], active = 0, m, i;
	double			 gain[TP_ACTIVE], g;

	s->backwards = backwards;
	s->active = 1;
	for (m = 0; m < n; m++) {
		aim(s, 0, k->marks, m, there);
		g = bound(s, here->v[0].node);
		if (active < TP_ACTIVE)
			active++;
		else if (g <= gain[TP_ACTIVE - 1])
			continue;
		for (i = active - 1; i > 0 && gain[i - 1] < g; i--) {
			gain[i] = gain[i - 1];
			best[i] = best[i - 1];
		}
		gain[i] = g;
		best[i] = m;
	}
	s->active = active;
	for (i = 0; i < active; i++)
		aim(s, i, k->marks, best[i], there);
}

/* The best end so far; `direct` where it is on the edge of a start. */
struct goal {
	double			 ms;
	const struct tp_end	*at;
	const struct tp_end	*direct;
};

/* Ways that stay on one edge. */
static void
go_direct(const struct tp_search *s, const struct tp_task *k,
    struct goal *best)
{
	uint32_t	i, j;

	for (i = 0; i < k->from->n; i++)
		for (j = 0; j < k->to->n; j++) {
			const struct tp_end	*a = &k->from->v[i];
			const struct tp_end	*b = &k->to->v[j];
			double			 ms;

			if (a->edge == TP_GRAPH_NONE || a->edge != b->edge ||
			    a->share > b->share)
				continue;
			ms = cost(s, k, a->edge, 0, b->share - a->share);
			if (ms < best->ms)
				*best = (struct goal){ ms, b, a };
		}
}

/* Node v is reached at ms, unless its way is longer than the limit. */
static void
reach(struct tp_search *s, uint32_t v, double ms, double limit, uint32_t by)
{
	double	more;

	if (ms >= s->at[v].ms)
		return;
	more = bound(s, v);
	if (ms + more <= limit)
		tp_heap_reach(s, v, ms, s->by_ms ? 0 : more, by);
}

static void
start(struct tp_search *s, const struct tp_task *k)
{
	uint32_t	i;

	for (i = 0; i < k->from->n; i++) {
		const struct tp_end	*a = &k->from->v[i];

		reach(s, a->node, a->edge == TP_GRAPH_NONE ? 0 :
		    cost(s, k, a->edge, 0, 1 - a->share), INFINITY,
		    TP_GRAPH_NONE);
	}
}

static void
start_back(struct tp_search *s, const struct tp_task *k)
{
	uint32_t	i;

	for (i = 0; i < k->to->n; i++) {
		const struct tp_end	*b = &k->to->v[i];

		reach(s, b->node, b->edge == TP_GRAPH_NONE ? 0 :
		    cost(s, k, b->edge, 0, b->share), INFINITY,
		    TP_GRAPH_NONE);
	}
}

static void
try_ends(const struct tp_search *s, const struct tp_task *k, uint32_t v,
    struct goal *best)
{
	uint32_t	i;
	double		ms;

	for (i = 0; i < k->to->n; i++) {
		const struct tp_end	*b = &k->to->v[i];

		if (b->node != v)
			continue;
		ms = s->at[v].ms;
		if (b->edge != TP_GRAPH_NONE)
			ms += cost(s, k, b->edge, ms, b->share);
		if (ms < best->ms)
			*best = (struct goal){ ms, b, NULL };
	}
}

void
tp_way_add(struct tp_way *p, uint32_t e)
{
	TP_GROW(p->edge, p->cap, p->n + 1);
	p->edge[p->n++] = e;
}

/* The start whose edge leads to v, at the time that v was reached. */
static const struct tp_end *
start_of(const struct tp_search *s, const struct tp_task *k, uint32_t v)
{
	const struct tp_end	*best = NULL;
	double			 ms, least = INFINITY;
	uint32_t		 i;

	for (i = 0; i < k->from->n; i++) {
		const struct tp_end	*a = &k->from->v[i];

		if (a->node != v)
			continue;
		ms = a->edge == TP_GRAPH_NONE ? 0 :
		    cost(s, k, a->edge, 0, 1 - a->share);
		if (ms < least) {
			least = ms;
			best = a;
		}
	}
	return best;
}

void
tp_search_trace(const struct tp_search *s, const struct tp_task *k,
    uint32_t v, struct tp_way *p)
{
	const struct tp_end	*a;
	uint32_t		 e;
	size_t			 i;

	p->n = 0;
	p->from = 0;
	p->to = 1;
	for (; s->at[v].by != TP_GRAPH_NONE; v = s->g->tail[s->at[v].by])
		tp_way_add(p, s->at[v].by);
	a = start_of(s, k, v);
	if (a != NULL && a->edge != TP_GRAPH_NONE) {
		tp_way_add(p, a->edge);
		p->from = a->share;
	}
	for (i = 0; i < p->n / 2; i++) {
		e = p->edge[i];
		p->edge[i] = p->edge[p->n - 1 - i];
		p->edge[p->n - 1 - i] = e;
	}
}

/* The way to the goal. */
static void
trace(const struct tp_search *s, const struct tp_task *k,
    const struct goal *best, struct tp_way *p)
{
	p->n = 0;
	if (best->direct == NULL)
		tp_search_trace(s, k, best->at->node, p);
	else
		p->from = best->direct->share;
	p->to = 1;
	if (best->at->edge != TP_GRAPH_NONE) {
		tp_way_add(p, best->at->edge);
		p->to = best->at->share;
	}
}

/* Takes a node from the budget; false where there is none left. */
static bool
may_settle(struct tp_search *s)
{
	if (s->budget == NULL)
		return true;
	if (*s->budget == 0)
		return false;
	--*s->budget;
	return true;
}

/* Leaves the node on top of a search for all that can be reached by way of it
 * within the limit. */
static uint32_t
spread(struct tp_search *s, const struct tp_task *k, double limit)
{
	const struct tp_graph	*g = s->g;
	const uint32_t		*first = s->backwards ? g->in : g->out;
	uint32_t		 v = tp_heap_pop(s), i;
	double			 ms = s->at[v].ms;

	for (i = first[v]; i < first[v + 1]; i++) {
		uint32_t	e = s->backwards ? g->into[i] : i;

		reach(s, s->backwards ? g->tail[e] : s->w->arc[e].head,
		    ms + cost(s, k, e, ms, 1), limit, e);
	}
	return v;
}

/* Searches on from the starts; back went before, or is NULL. */
static bool
search_on(struct tp_search *s, const struct tp_task *k,
    const struct tp_search *back, struct tp_way *p)
{
	struct goal	best = { .ms = INFINITY };
	uint32_t	v;

	begin(s, false);
	s->back = back;
	choose(s, k, false);
	go_direct(s, k, &best);
	start(s, k);
	while (s->nheap > 0 && s->heap[0].key < best.ms) {
		if (!may_settle(s))
			return false;
		v = spread(s, k, INFINITY);
		try_ends(s, k, v, &best);
	}
	if (isinf(best.ms))
		return false;
	trace(s, k, &best, p);
	p->found = true;
	p->ms = best.ms;
	return true;
}

/*
 * Searches back from the ends for BACK_SHARE of the way, as far as landmarks
 * know it.  Returns until when what it found holds: whoever is on the way for
 * longer may find roads faster.
 */
static double
search_back(struct tp_search *s, const struct tp_task *k)
{
	struct tp_search	*b = k->back;
	struct tp_task		 least = *k;
	double			 far = INFINITY;
	uint32_t		 i;

	begin(b, false);
	choose(b, k, true);
	for (i = 0; i < k->to->n; i++)
		far = fmin(far, bound(b, k->to->v[i].node));
	least.costs = TP_COSTS_LEAST;
	least.until = k->t + LONGER * far + LONGER_MS;
	start_back(b, &least);
	while (b->nheap > 0 && b->at[b->heap[0].node].ms < BACK_SHARE * far &&
	    may_settle(s))
		spread(b, &least, INFINITY);
	return least.until;
}

bool
tp_search_way(struct tp_search *s, const struct tp_task *k, struct tp_way *p)
{
	double	until;

	p->n = 0;
	p->found = false;
	if (k->from->n == 0 || k->to->n == 0)
		return false;
	if (k->back != NULL && k->marks != NULL &&
	    k->costs == TP_COSTS_MOVING) {
		until = search_back(s, k);
		if (search_on(s, k, k->back, p) && k->t + p->ms <= until)
			return true;
		p->n = 0;
		p->found = false;
	}
	return search_on(s, k, NULL, p);
}

void
tp_search_tree(struct tp_search *s, const struct tp_task *k, bool backwards)
{
	begin(s, true);
	s->backwards = backwards;
	if (backwards)
		start_back(s, k);
	else
		start(s, k);
	while (s->nheap > 0)
		spread(s, k, INFINITY);
}

double
tp_search_meet(struct tp_search *s, const struct tp_task *k, double limit,
    double overlap)
{
	struct tp_search	*back = k->back;
	double			 best = INFINITY;
	uint32_t		 v;

	begin(s, true);
	begin(back, true);
	choose(s, k, false);
	choose(back, k, true);
	start(s, k);
	start_back(back, k);
	while (s->nheap > 0 && back->nheap > 0 &&
	    s->heap[0].key + back->heap[0].key <= best * overlap &&
	    may_settle(s)) {
		v = spread(s->heap[0].key <= back->heap[0].key ? s : back, k,
		    limit);
		best = fmin(best, s->at[v].ms + back->at[v].ms);
	}
	return best;
}

double
tp_way_share(const struct tp_way *p, size_t i)
{
	return (i + 1 == p->n ? p->to : 1) - (i == 0 ? p->from : 0);
}

double
tp_way_drive(const struct tp_way *p, const struct tp_weights *w,
    enum tp_lane lane, double t)
{
	double	ms = 0;
	size_t	i;

	for (i = 0; i < p->n; i++)
		ms += tp_weights_drive(w, p->edge[i], lane, t + ms,
		    tp_way_share(p, i));
	return ms;
}
