/*
 * Orders a cleaned graph and writes its file.  Nodes with places go along a
 * Hilbert curve, so that what a search needs together lies together.
 */
#include "base/mem.h"
#include "graph/buildpart.h"
#include "graph/graphfile.h"

#define HILBERT_BITS	16
#define ARRAYS		18	/* that the steps below ask for */

struct packing {
	const struct tp_builder	*b;
	const struct tp_split	*s;
	struct tp_graph		 g;
	uint32_t		*old_node;	/* by new number */
	uint32_t		*node, *edge;	/* by old number */
	struct tp_edge_index	 out, in;	/* out.edge: old numbers */
	uint32_t		*tail, *head;
	struct tp_buf		 text, points;
	struct tp_map		 shapes;
	struct tp_buf		 line;		/* scratch */
	void			*arrays[ARRAYS];	/* to be freed */
	size_t			 narrays;
};

static void *
array(struct packing *p, size_t n, size_t size)
{
	if (p->narrays == ARRAYS)
		tp_die("graph: more arrays to pack than ARRAYS");
	return p->arrays[p->narrays++] = tp_calloc(n + 1, size);
}

/* How far along the curve through a square of 2^16 cells a side x, y is
 * (Hilbert 1891; the turns are those of Warren, Hacker's Delight, 16-1). */
static uint32_t
hilbert(uint32_t x, uint32_t y)
{
	uint32_t	d = 0, s, t;

	for (s = 1u << (HILBERT_BITS - 1); s > 0; s >>= 1) {
		bool	right = x & s, up = y & s;

		d += s * s * ((3u * right) ^ up);
		if (up)
			continue;
		if (right) {
			x = ~x;
			y = ~y;
		}
		t = x;
		x = y;
		y = t;
	}
	return d;
}

static int
compare_u64(const void *a, const void *b)
{
	uint64_t	x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

/* A square of the curve's cells around all nodes. */
struct square {
	struct tp_point	corner;		/* south-west */
	double		cells;		/* per coordinate unit */
};

static struct square
square_around(const struct tp_builder *b)
{
	struct tp_point	lo = { INT32_MAX, INT32_MAX };
	struct tp_point	hi = { INT32_MIN, INT32_MIN };
	double		side, other;
	size_t		i;

	for (i = 0; i < b->n; i++) {
		struct tp_point	p = b->nodes[i].at;

		lo.lat = p.lat < lo.lat ? p.lat : lo.lat;
		lo.lon = p.lon < lo.lon ? p.lon : lo.lon;
		hi.lat = p.lat > hi.lat ? p.lat : hi.lat;
		hi.lon = p.lon > hi.lon ? p.lon : hi.lon;
	}
	side = (double)hi.lat - lo.lat;
	other = (double)hi.lon - lo.lon;
	side = other > side ? other : side;
	return (struct square){ lo, ((1 << HILBERT_BITS) - 1) / (side + 1) };
}

static uint32_t
curve_place(const struct square *q, struct tp_point p)
{
	return hilbert(
	    (uint32_t)(((double)p.lon - q->corner.lon) * q->cells),
	    (uint32_t)(((double)p.lat - q->corner.lat) * q->cells));
}

/* Numbers the own nodes anew, then the copies in the order of their own. */
static void
order_nodes(struct packing *p, const bool *keep)
{
	const struct tp_builder	*b = p->b;
	struct square		 q = square_around(b);
	uint64_t		*key = tp_malloc((b->n + 1) * sizeof(*key));
	uint32_t		 n = 0, own = (uint32_t)p->s->own_nodes, i, k;

	for (i = 0; i < own; i++)
		if (keep[i])
			key[n++] = (uint64_t)curve_place(&q, b->nodes[i].at)
			    << 32 | i;
	qsort(key, n, sizeof(*key), compare_u64);
	p->old_node = array(p, b->n, sizeof(*p->old_node));
	p->node = array(p, b->n, sizeof(*p->node));
	memset(p->node, 0xff, (b->n + 1) * sizeof(*p->node));
	for (k = 0; k < n; k++) {
		p->old_node[k] = (uint32_t)key[k];
		p->node[p->old_node[k]] = k;
	}
	p->g.nodes = n;
	for (i = own, n = 0; i < b->n; i++)
		if (keep[i])
			key[n++] = (uint64_t)p->node[p->s->node_copy[i - own]]
			    << 32 | i;
	qsort(key, n, sizeof(*key), compare_u64);
	p->g.node_copies = n;
	for (k = 0; k < n; k++) {
		p->old_node[p->g.nodes] = (uint32_t)key[k];
		p->node[(uint32_t)key[k]] = p->g.nodes++;
	}
	free(key);
}

/* Sorts the edges by their new tails; those of copies come last of all. */
static void
order_edges(struct packing *p)
{
	const struct tp_builder	*b = p->b;
	uint32_t		*tail, *head, m, i;

	tp_builder_ends(b, &tail, &head);
	p->tail = tail;
	p->head = head;
	for (i = 0; i < b->m; i++)
		if (tail[i] != TP_GRAPH_NONE)
			tail[i] = p->node[tail[i]];
	tp_edge_index_init(&p->out, tail, b->m, p->g.nodes);
	m = p->out.at[p->g.nodes];
	p->g.edges = m;
	p->g.edge_copies = m - p->out.at[p->g.nodes - p->g.node_copies];
	p->edge = array(p, b->m, sizeof(*p->edge));
	for (i = 0; i < m; i++) {
		uint32_t	old = p->out.edge[i];

		p->edge[old] = i;
		tail[i] = p->node[b->edges[old].from];
		head[i] = p->node[b->edges[old].to];
	}
	tp_edge_index_init(&p->in, head, m, p->g.nodes);
}

struct named {
	uint64_t	 prefix;	/* eight bytes, to compare at once */
	const char	*rest;
	uint32_t	 node;
};

static int
compare_named(const void *a, const void *b)
{
	const struct named	*x = a, *y = b;
	int			 c;

	if (x->prefix != y->prefix)
		return x->prefix < y->prefix ? -1 : 1;
	c = strcmp(x->rest, y->rest);
	return c != 0 ? c : (x->node > y->node) - (x->node < y->node);
}

static struct named
named(const char *s, uint32_t node)
{
	uint64_t	prefix = 0;
	size_t		n = strnlen(s, 8), i;

	for (i = 0; i < 8; i++)
		prefix = prefix << 8 | (i < n ? (unsigned char)s[i] : 0);
	return (struct named){ prefix, s + n, node };
}

static const struct tp_builder_edge *
old_edge(const struct packing *p, uint32_t i)
{
	return &p->b->edges[p->out.edge[i]];
}

/* The copies, by what they are copies of. */
static void
pack_copies(struct packing *p)
{
	struct tp_graph	*g = &p->g;
	uint32_t	*node = array(p, g->node_copies, sizeof(*node));
	uint32_t	*edge = array(p, g->edge_copies, sizeof(*edge));
	uint32_t	 own = g->nodes - g->node_copies, i;

	for (i = 0; i < g->node_copies; i++)
		node[i] = p->node[p->s->node_copy[p->old_node[own + i] -
		    p->s->own_nodes]];
	own = g->edges - g->edge_copies;
	for (i = 0; i < g->edge_copies; i++)
		edge[i] = p->edge[p->s->edge_copy[p->out.edge[own + i] -
		    p->s->own_edges]];
	g->node_copy = node;
	g->edge_copy = edge;
}

/* Places and names of nodes; a copy has those of its own. */
static void
pack_nodes(struct packing *p)
{
	struct tp_graph	*g = &p->g;
	struct tp_point	*at = array(p, g->nodes, sizeof(*at));
	uint32_t	*name = array(p, g->nodes, sizeof(*name));
	uint32_t	*order = array(p, g->nodes, sizeof(*order));
	struct named	*v = array(p, g->nodes, sizeof(*v));
	uint32_t	 i;

	for (i = 0; i < g->nodes; i++) {
		const struct tp_builder_node	*n =
						    &p->b->nodes[p->old_node[i]];
		const char			*s = p->b->text.p + n->name;
		uint32_t			 own = tp_graph_own_node(g, i);

		at[i] = n->at;
		v[i] = named(s, i);
		name[i] = own < i ? name[own] : (uint32_t)p->text.n;
		if (own == i)
			tp_buf_add(&p->text, s, strlen(s) + 1);
	}
	qsort(v, g->nodes, sizeof(*v), compare_named);
	for (i = 0; i < g->nodes; i++)
		order[i] = v[i].node;
	g->at = at;
	g->node_name = name;
	g->node_order = order;
}

/* Names of edges, each once. */
static void
pack_names(struct packing *p)
{
	struct tp_graph	*g = &p->g;
	uint32_t	*name = array(p, g->edges, sizeof(*name));
	uint32_t	*at = array(p, p->b->names.n, sizeof(*at)), i;

	for (i = 0; i < g->edges; i++) {
		uint32_t	k = old_edge(p, i)->name;

		if (k > 0 && at[k] == 0) {
			at[k] = (uint32_t)p->text.n;
			tp_buf_str(&p->text, p->b->names.keys[k - 1].p);
			tp_buf_char(&p->text, '\0');
		}
		name[i] = at[k];
	}
	g->edge_name = name;
}

/*
 * The number of an edge's line, with TP_GRAPH_REVERSED where it is stored in
 * the other direction: of the two the one with the smaller bytes is, so that
 * both directions of a road share one line.
 */
static uint32_t
pack_line(struct packing *p, const struct tp_builder_edge *e)
{
	const struct tp_point	*from;
	struct tp_point		*way, *back;
	size_t			 bytes = e->lines * sizeof(*from);
	bool			 reversed;
	uint32_t		 i;

	if (bytes == 0)
		return 0;
	from = p->b->points + e->line;
	p->line.n = 0;
	way = (struct tp_point *)(void *)tp_buf_room(&p->line, 2 * bytes);
	back = way + e->lines;
	for (i = 0; i < e->lines; i++) {
		way[e->backwards ? e->lines - 1 - i : i] = from[i];
		back[e->backwards ? i : e->lines - 1 - i] = from[i];
	}
	reversed = memcmp(back, way, bytes) < 0;
	return (uint32_t)tp_map_add(&p->shapes,
	    (const char *)(reversed ? back : way), bytes) |
	    (reversed ? TP_GRAPH_REVERSED : 0);
}

static void
pack_lines(struct packing *p)
{
	struct tp_graph	*g = &p->g;
	uint32_t	*shape = array(p, g->edges, sizeof(*shape)), *at, i;

	tp_map_add(&p->shapes, "", 0);		/* the straight one */
	for (i = 0; i < g->edges; i++)
		shape[i] = pack_line(p, old_edge(p, i));
	g->shapes = (uint32_t)p->shapes.n;
	at = array(p, g->shapes, sizeof(*at));
	for (i = 0; i < g->shapes; i++) {
		tp_buf_add(&p->points, p->shapes.keys[i].p,
		    p->shapes.keys[i].n);
		at[i + 1] = (uint32_t)(p->points.n / sizeof(*g->point));
	}
	g->points = at[i];
	g->shape = shape;
	g->shape_at = at;
	g->point = (const struct tp_point *)(const void *)p->points.p;
}

static void
pack_values(struct packing *p)
{
	struct tp_graph	*g = &p->g;
	uint32_t	*length_cm = array(p, g->edges, sizeof(*length_cm));
	uint32_t	*free_ms = array(p, g->edges, sizeof(*free_ms)), i;
	uint16_t	*kmh10 = array(p, g->edges, sizeof(*kmh10));
	uint8_t		*kind = array(p, g->edges, sizeof(*kind));

	for (i = 0; i < g->edges; i++) {
		const struct tp_builder_edge	*e = old_edge(p, i);

		length_cm[i] = e->length_cm;
		free_ms[i] = e->free_ms;
		kmh10[i] = e->kmh10;
		kind[i] = e->kind;
	}
	g->length_cm = length_cm;
	g->free_ms = free_ms;
	g->kmh10 = kmh10;
	g->kind = kind;
}

static void
pack(struct packing *p)
{
	struct tp_graph	*g = &p->g;

	g->out = p->out.at;
	g->in = p->in.at;
	g->into = p->in.edge;
	g->tail = p->tail;
	g->head = p->head;
	tp_buf_char(&p->text, '\0');		/* the empty name */
	pack_copies(p);
	pack_nodes(p);
	pack_names(p);
	pack_lines(p);
	pack_values(p);
	g->segment_at = array(p, 0, sizeof(*g->segment_at));
	/* names of nodes were within it when they were read */
	if (p->text.n > UINT32_MAX)
		tp_die("names of more than 4 GB in one graph");
	g->text = p->text.p;
	g->text_size = (uint32_t)p->text.n;
}

static void
packing_release(struct packing *p)
{
	size_t	i;

	for (i = 0; i < p->narrays; i++)
		free(p->arrays[i]);
	tp_edge_index_release(&p->out);
	tp_edge_index_release(&p->in);
	free(p->tail);
	free(p->head);
	tp_buf_release(&p->text);
	tp_buf_release(&p->points);
	tp_buf_release(&p->line);
	tp_map_release(&p->shapes);
}

int
tp_builder_pack(const struct tp_builder *b, const struct tp_split *s,
    const bool *keep, const char *name, struct tp_buf *out, struct tp_err *e)
{
	struct packing	p = { .b = b, .s = s };
	int		rc = 0;

	order_nodes(&p, keep);
	order_edges(&p);
	if (p.g.edges == 0) {
		rc = tp_err_set(e, TP_EXIT_DATA, "%s: no road is left in the "
		    "largest component", name);
	} else {
		pack(&p);
		tp_graphfile_write(&p.g, out);
	}
	packing_release(&p);
	return rc;
}
