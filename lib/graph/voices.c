#include "graph/voices.h"

#include <math.h>
#include <string.h>

#include "base/mem.h"

/*
 * Shares of an edge's voices: `voice` of its row, whose links are in `of`.
 * Overlapping pieces are scaled to the whole.
 */
static void
set_shares(struct tp_voices *v, const struct tp_graph *g, uint32_t row,
    const uint32_t *of)
{
	double		length = g->length_cm[v->edge[v->edge_at[row]]];
	double		told = 0, rest;
	uint32_t	i, points = 0;

	for (i = v->voice_at[row]; i < v->voice_at[row + 1]; i++) {
		const struct tp_link	*l = &g->link[of[i]];

		told += l->to_cm - l->from_cm;
		points += l->to_cm == l->from_cm;
	}
	rest = told < length ? length - told : 0;
	for (i = v->voice_at[row]; i < v->voice_at[row + 1]; i++) {
		const struct tp_link	*l = &g->link[of[i]];
		double			 part = l->to_cm - l->from_cm;

		if (l->to_cm == l->from_cm)
			part = rest > 0 ? rest / points : 0;
		v->voice[i].share = length > 0 ?
		    (float)(part / fmax(length, told)) : 1 / (float)points;
	}
}

/* Turns counts in at[1 .. n] into places in at[0 .. n]. */
static void
add_up(uint32_t *at, uint32_t n)
{
	uint32_t	i;

	for (i = 0; i < n; i++)
		at[i + 1] += at[i];
}

/* Copies of at[0 .. n), to be counted up while places are filled. */
static uint32_t *
begin_fill(const uint32_t *at, uint32_t n)
{
	uint32_t	*next = tp_calloc((size_t)n + 1, sizeof(*next));

	memcpy(next, at, n * sizeof(*next));
	return next;
}

/* The edges of each row, the own one first. */
static void
list_edges(struct tp_voices *v, const struct tp_graph *g)
{
	uint32_t	*next, e, row;

	v->edge_at = tp_calloc((size_t)v->rows + 2, sizeof(*v->edge_at));
	v->edge = tp_calloc((size_t)g->edges + 1, sizeof(*v->edge));
	if (v->rows == 0)
		return;
	for (e = 0; e < g->edges; e++)
		if ((row = v->row[tp_graph_own_edge(g, e)]) != TP_GRAPH_NONE)
			v->edge_at[row + 1]++;
	add_up(v->edge_at, v->rows);
	next = begin_fill(v->edge_at, v->rows);
	for (e = 0; e < g->edges; e++)
		if ((row = v->row[tp_graph_own_edge(g, e)]) != TP_GRAPH_NONE)
			v->edge[next[row]++] = e;
	free(next);
}

/* Rows for the edges that links lead to, in the order of edges. */
static void
number_told(struct tp_voices *v, const struct tp_graph *g)
{
	uint32_t	own = g->edges - g->edge_copies, e, i;

	v->row = tp_malloc(((size_t)own + 1) * sizeof(*v->row));
	for (e = 0; e < own; e++)
		v->row[e] = TP_GRAPH_NONE;
	for (i = 0; i < g->links; i++)
		v->row[g->link[i].edge] = 0;
	for (e = 0; e < own; e++)
		if (v->row[e] != TP_GRAPH_NONE)
			v->row[e] = v->told++;
	v->rows = v->told;
}

static void
list_voices(struct tp_voices *v, const struct tp_graph *g)
{
	uint32_t	*of, *next, s, i;

	v->voice_at = tp_calloc((size_t)v->told + 2, sizeof(*v->voice_at));
	for (i = 0; i < g->links; i++)
		v->voice_at[v->row[g->link[i].edge] + 1]++;
	add_up(v->voice_at, v->told);
	v->voice = tp_calloc((size_t)g->links + 1, sizeof(*v->voice));
	of = tp_calloc((size_t)g->links + 1, sizeof(*of));
	next = begin_fill(v->voice_at, v->told);
	for (s = 0; s < g->segments; s++)
		for (i = g->segment_at[s]; i < g->segment_at[s + 1]; i++) {
			uint32_t	at = next[v->row[g->link[i].edge]]++;

			v->voice[at].segment = s;
			of[at] = i;
		}
	for (i = 0; i < v->told; i++)
		set_shares(v, g, i, of);
	free(of);
	free(next);
}

/* An edge that a walk has come to, and that it is `metres` away. */
struct reached {
	uint32_t	edge, row;
	float		metres;
};

/* Walks along the road from one told edge after another. */
struct walk {
	const struct tp_graph	*g;
	const struct tp_voices	*v;
	double			 reach;
	float			*metres;	/* by own edge; INFINITY */
	uint32_t		*queue;		/* of edges */
	size_t			 n, cap;
	struct reached		*found;		/* by all walks */
	size_t			 nfound, found_cap;
};

/* Whether f goes on where e ends, or e where f ends, as one road. */
static bool
same_road(const struct tp_graph *g, uint32_t e, uint32_t f)
{
	const char	*name = g->text + g->edge_name[e];
	unsigned	 kind = g->kind[e] & TP_ROAD_KIND;
	uint32_t	 a = tp_graph_own_node(g, g->tail[e]);
	uint32_t	 b = tp_graph_own_node(g, g->head[e]);
	uint32_t	 c = tp_graph_own_node(g, g->tail[f]);
	uint32_t	 d = tp_graph_own_node(g, g->head[f]);

	if (g->kind[e] != g->kind[f] ||
	    strcmp(name, g->text + g->edge_name[f]) != 0)
		return false;
	/* streets without a name are not all one */
	if (name[0] == '\0' && kind != TP_ROAD_MOTORWAY &&
	    kind != TP_ROAD_TRUNK)
		return false;
	return !(a == d && b == c);
}

static void
step(struct walk *x, uint32_t e, uint32_t f)
{
	const struct tp_graph	*g = x->g;
	double			 m;

	f = tp_graph_own_edge(g, f);
	m = (double)x->metres[e] + ((double)g->length_cm[e] +
	    g->length_cm[f]) / 200;
	if (x->v->row[f] != TP_GRAPH_NONE || m > x->reach ||
	    m >= (double)x->metres[f] || !same_road(g, e, f))
		return;
	x->metres[f] = (float)m;
	TP_GROW(x->queue, x->cap, x->n + 1);
	x->queue[x->n++] = f;
}

/* All edges from own edge e on, or before it. */
static void
go_along(struct walk *x, uint32_t e, bool on)
{
	const struct tp_graph	*g = x->g;
	uint32_t		 v, n, first, i, k;

	v = tp_graph_own_node(g, on ? g->head[e] : g->tail[e]);
	if (on) {
		for (k = g->out[v]; k < g->out[v + 1]; k++)
			step(x, e, k);
		return;
	}
	first = tp_graph_copies(g, v, &n);
	for (k = g->in[v]; k < g->in[v + 1]; k++)
		step(x, e, g->into[k]);
	for (i = first; i < first + n; i++)
		for (k = g->in[i]; k < g->in[i + 1]; k++)
			step(x, e, g->into[k]);
}

/* From the told edge of a row, on and back. */
static void
walk_from(struct walk *x, uint32_t row)
{
	uint32_t	from = x->v->edge[x->v->edge_at[row]];
	size_t		i;
	int		on;

	for (on = 0; on < 2; on++) {
		x->n = 0;
		x->metres[from] = 0;
		go_along(x, from, on);
		for (i = 0; i < x->n; i++)
			go_along(x, x->queue[i], on);
		x->metres[from] = INFINITY;
		for (i = 0; i < x->n; i++) {
			uint32_t	e = x->queue[i];

			/* it may have been reached again, by a shorter way */
			if (isinf(x->metres[e]))
				continue;
			TP_GROW(x->found, x->found_cap, x->nfound + 1);
			x->found[x->nfound++] = (struct reached){
				e, row, x->metres[e],
			};
			x->metres[e] = INFINITY;
		}
	}
}

static int
compare(const void *a, const void *b)
{
	const struct reached	*p = a, *q = b;

	if (p->edge != q->edge)
		return p->edge < q->edge ? -1 : 1;
	return (p->row > q->row) - (p->row < q->row);
}

/* Rows for the edges that were reached, with those that reached them. */
static void
list_sources(struct tp_voices *v, const struct walk *x)
{
	uint32_t	*next;
	size_t		 i;

	v->source_at = tp_calloc(x->nfound + 2, sizeof(*v->source_at));
	v->source = tp_calloc(x->nfound + 1, sizeof(*v->source));
	v->heir_at = tp_calloc((size_t)v->told + 2, sizeof(*v->heir_at));
	v->heir = tp_calloc(x->nfound + 1, sizeof(*v->heir));
	for (i = 0; i < x->nfound; i++) {
		const struct reached	*r = &x->found[i];

		if (i == 0 || r->edge != r[-1].edge)
			v->row[r->edge] = v->rows++;
		v->source_at[v->rows - v->told] = (uint32_t)i + 1;
		v->source[i] = (struct tp_source){
			r->row, 1 / fmaxf(r->metres, 1),
		};
		v->heir_at[r->row + 1]++;
	}
	add_up(v->heir_at, v->told);
	next = begin_fill(v->heir_at, v->told);
	for (i = 0; i < x->nfound; i++)
		v->heir[next[x->found[i].row]++] = v->row[x->found[i].edge];
	free(next);
}

static void
find_sources(struct tp_voices *v, const struct tp_graph *g, double reach)
{
	uint32_t	own = g->edges - g->edge_copies, i;
	struct walk	x = { .g = g, .v = v, .reach = reach };

	if (reach > 0 && v->told > 0) {
		x.metres = tp_calloc((size_t)own + 1, sizeof(*x.metres));
		for (i = 0; i < own; i++)
			x.metres[i] = INFINITY;
	}
	for (i = 0; i < v->told && reach > 0; i++)
		walk_from(&x, i);
	if (x.nfound > 1)
		qsort(x.found, x.nfound, sizeof(*x.found), compare);
	list_sources(v, &x);
	free(x.metres);
	free(x.queue);
	free(x.found);
}

void
tp_voices_init(struct tp_voices *v, const struct tp_graph *g, double reach)
{
	*v = (struct tp_voices){ 0 };
	number_told(v, g);
	list_edges(v, g);
	list_voices(v, g);
	find_sources(v, g, reach);
	if (v->rows > v->told) {
		free(v->edge_at);
		free(v->edge);
		list_edges(v, g);
	}
}

void
tp_voices_release(struct tp_voices *v)
{
	free(v->row);
	free(v->edge_at);
	free(v->edge);
	free(v->voice_at);
	free(v->voice);
	free(v->source_at);
	free(v->source);
	free(v->heir_at);
	free(v->heir);
	*v = (struct tp_voices){ 0 };
}
