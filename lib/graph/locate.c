#include "graph/locate.h"

#include "base/mem.h"

#define CELL_METRES	150
#define CELLS_MAX	(1u << 24)
#define REACH_MAX	10000.0	/* metres */
#define AROUND_METRES	1e8	/* more than around the earth */
#define PER_PIECE	8	/* cells of a piece, in the mean */
#define BOX_MAX		256	/* cells of one piece; longer ones stand aside */

/* What pieces of lines a pass over the graph is for. */
typedef void piece_fn(struct tp_locate *l, size_t cell, uint32_t edge,
    uint32_t i);

static void
count_piece(struct tp_locate *l, size_t cell, uint32_t edge, uint32_t i)
{
	(void)edge;
	(void)i;
	l->first[cell + 1]++;
}

/* first[cell] is where the next one goes; it ends where the cell does. */
static void
put_piece(struct tp_locate *l, size_t cell, uint32_t edge, uint32_t i)
{
	l->pieces[l->first[cell]++] = (struct tp_piece){ edge, i };
}

/* A column and row, those at the edge of the grid for what is outside. */
struct cell {
	uint32_t	x, y;
};

static uint32_t
clamp(double v, uint32_t n)
{
	return v < 0 ? 0 : v >= n ? n - 1 : (uint32_t)v;
}

static struct cell
cell_of(const struct tp_locate *l, struct tp_point p)
{
	struct tp_xy	xy = tp_plane_xy(&l->plane, p);

	return (struct cell){
		clamp(xy.x * l->per_metre, l->columns),
		clamp(xy.y * l->per_metre, l->rows),
	};
}

/* One piece, for all cells of the box that has these in its corners; a very
 * long one for the cell behind the last, which every search looks into. */
static void
spread_piece(struct tp_locate *l, piece_fn *fn, struct cell a,
    struct cell b, uint32_t edge, uint32_t i)
{
	uint32_t	x0 = a.x < b.x ? a.x : b.x, x1 = a.x < b.x ? b.x : a.x;
	uint32_t	y0 = a.y < b.y ? a.y : b.y, y1 = a.y < b.y ? b.y : a.y;
	uint32_t	x, y;

	if ((uint64_t)(x1 - x0 + 1) * (y1 - y0 + 1) > BOX_MAX) {
		fn(l, (size_t)l->columns * l->rows, edge, i);
		return;
	}
	for (y = y0; y <= y1; y++)
		for (x = x0; x <= x1; x++)
			fn(l, (size_t)y * l->columns + x, edge, i);
}

/* The edges of a node begin in one cell. */
static void
each_piece(struct tp_locate *l, piece_fn *fn)
{
	const struct tp_graph	*g = l->g;
	uint32_t		 own = g->edges - g->edge_copies, e, i, n;
	struct cell		 tail = { 0 }, a, b;

	for (e = 0; e < own; e++) {
		n = tp_graph_line_size(g, e);
		if (e == 0 || g->tail[e] != g->tail[e - 1])
			tail = cell_of(l, g->at[g->tail[e]]);
		a = tail;
		for (i = 0; i + 1 < n; i++) {
			b = cell_of(l, tp_graph_line_point(g, e, i + 1));
			spread_piece(l, fn, a, b, e, i);
			a = b;
		}
	}
}

/* The corners of all nodes and lines; false where some have no place. */
static bool
bounds(const struct tp_graph *g, struct tp_point *lo, struct tp_point *hi)
{
	size_t	n = (size_t)g->nodes + g->points, i;

	if (!tp_graph_has_places(g))
		return false;
	*lo = *hi = g->at[0];
	for (i = 0; i < n; i++) {
		struct tp_point	p = i < g->nodes ? g->at[i] :
				    g->point[i - g->nodes];

		if (!tp_point_on_earth(p))
			return false;
		lo->lat = p.lat < lo->lat ? p.lat : lo->lat;
		lo->lon = p.lon < lo->lon ? p.lon : lo->lon;
		hi->lat = p.lat > hi->lat ? p.lat : hi->lat;
		hi->lon = p.lon > hi->lon ? p.lon : hi->lon;
	}
	return true;
}

/* Lays out cells and counts what goes into them; returns how many pieces. */
static uint64_t
lay_out(struct tp_locate *l, struct tp_xy size)
{
	uint64_t	sum = 0;
	size_t		cells, i;

	l->per_metre = 1 / l->cell;
	l->columns = (uint32_t)(size.x * l->per_metre) + 1;
	l->rows = (uint32_t)(size.y * l->per_metre) + 1;
	cells = (size_t)l->columns * l->rows + 1;
	free(l->first);
	l->first = tp_calloc(cells + 1, sizeof(*l->first));
	each_piece(l, count_piece);
	for (i = 0; i < cells; i++) {
		sum += l->first[i + 1];
		l->first[i + 1] = (uint32_t)sum;
	}
	return sum;
}

void
tp_locate_init(struct tp_locate *l, const struct tp_graph *g)
{
	struct tp_point	lo, hi;
	struct tp_xy	size;
	uint64_t	most = ((uint64_t)g->edges + g->points) * PER_PIECE;
	double		cells_max;
	size_t		cells;

	*l = (struct tp_locate){ .g = g };
	if (g->edges == 0 || !bounds(g, &lo, &hi))
		return;
	l->plane = tp_plane_at(lo);
	size = tp_plane_xy(&l->plane, hi);
	cells_max = fmin(CELLS_MAX, (double)most);
	l->cell = fmax(CELL_METRES, sqrt(size.x * size.y / cells_max));
	l->cell = fmax(l->cell, fmax(size.x, size.y) / cells_max);
	/* in one cell alone each piece is once */
	while (lay_out(l, size) > most && l->columns + l->rows > 2)
		l->cell *= 2;
	cells = (size_t)l->columns * l->rows + 1;
	l->pieces = tp_calloc((size_t)l->first[cells] + 1,
	    sizeof(*l->pieces));
	each_piece(l, put_piece);
	memmove(l->first + 1, l->first, cells * sizeof(*l->first));
	l->first[0] = 0;
}

void
tp_locate_release(struct tp_locate *l)
{
	free(l->first);
	free(l->pieces);
	*l = (struct tp_locate){ 0 };
}

/* A search: the best spot of each edge so far, along_cm not yet known. */
struct search {
	const struct tp_graph	*g;
	struct tp_plane		 plane;	/* around the place asked for */
	double			 metres;
	struct hit {
		struct tp_spot	spot;
		uint32_t	piece;
		float		share;	/* of the piece, before the spot */
	}			*hits;
	size_t			 n, cap;
};

/* Takes note of a piece that may be near. */
typedef void look_fn(void *search, const struct tp_piece *p);

static void
look(void *arg, const struct tp_piece *p)
{
	struct search	*s = arg;
	struct tp_point	a = tp_graph_line_point(s->g, p->edge, p->i);
	struct tp_point	b = tp_graph_line_point(s->g, p->edge, p->i + 1);
	double		metres, share = tp_plane_foot(&s->plane, a, b,
			    &metres);
	size_t		i;

	if (metres > s->metres)
		return;
	for (i = 0; i < s->n && s->hits[i].spot.edge != p->edge; i++)
		continue;
	if (i == s->n) {
		TP_GROW(s->hits, s->cap, s->n + 1);
		s->hits[s->n++].spot = (struct tp_spot){
			.edge = p->edge, .metres = INFINITY,
		};
	}
	if ((float)metres < s->hits[i].spot.metres ||
	    ((float)metres == s->hits[i].spot.metres &&
	    p->i < s->hits[i].piece)) {
		s->hits[i].spot.metres = (float)metres;
		s->hits[i].piece = p->i;
		s->hits[i].share = (float)share;
	}
}

/* Where the hit is, on the earth and along the edge, and its heading. */
static void
complete(const struct tp_graph *g, struct hit *h)
{
	uint32_t	e = h->spot.edge, n = tp_graph_line_size(g, e), i;
	double		all = 0, before = 0, piece, heading;
	struct tp_point	a, b = tp_graph_line_point(g, e, 0);

	for (i = 0; i + 1 < n; i++) {
		a = b;
		b = tp_graph_line_point(g, e, i + 1);
		piece = tp_point_metres(a, b);
		all += piece;
		before += i < h->piece ? piece :
		    i == h->piece ? piece * (double)h->share : 0;
		if (i == h->piece) {
			heading = tp_point_heading(a, b);
			h->spot.heading = isnan(heading) ? 0 : (float)heading;
			h->spot.at = tp_point_between(a, b, (double)h->share);
		}
	}
	h->spot.along_cm = all > 0 ? (uint32_t)(fmin(before / all, 1) *
	    g->length_cm[e]) : 0;
}

static int
compare_hits(const void *a, const void *b)
{
	const struct tp_spot	*x = &((const struct hit *)a)->spot;
	const struct tp_spot	*y = &((const struct hit *)b)->spot;

	if (x->metres != y->metres)
		return x->metres < y->metres ? -1 : 1;
	return (x->edge > y->edge) - (x->edge < y->edge);
}

/* The pieces in the cells around the origin of the plane, and others. */
static void
look_around(const struct tp_locate *l, const struct tp_plane *plane,
    double metres, look_fn *fn, void *arg)
{
	struct tp_point	lo = plane->origin, hi = lo;
	struct cell	a, b;
	double		lat, lon;
	uint32_t	x, y, i;
	size_t		n = (size_t)l->columns * l->rows;

	lat = metres / plane->north;
	lon = fmin(metres / fmax(plane->east, 1e-9), 180.0 * TP_DEGREE);
	lo.lat = (int32_t)fmax(lo.lat - lat, -90.0 * TP_DEGREE);
	hi.lat = (int32_t)fmin(hi.lat + lat, 90.0 * TP_DEGREE);
	lo.lon = (int32_t)fmax(lo.lon - lon, -180.0 * TP_DEGREE);
	hi.lon = (int32_t)fmin(hi.lon + lon, 180.0 * TP_DEGREE);
	a = cell_of(l, lo);
	b = cell_of(l, hi);
	for (y = a.y; y <= b.y; y++)
		for (i = l->first[(size_t)y * l->columns + a.x],
		    x = l->first[(size_t)y * l->columns + b.x + 1]; i < x;
		    i++)
			fn(arg, &l->pieces[i]);
	for (i = l->first[n]; i < l->first[n + 1]; i++)
		fn(arg, &l->pieces[i]);
}

size_t
tp_locate_near(const struct tp_locate *l, struct tp_point p, double metres,
    struct tp_spot *spots, size_t max)
{
	struct search	s = { .g = l->g, .metres = fmin(metres, REACH_MAX) };
	size_t		n;

	if (l->first == NULL || !tp_point_known(p))
		return 0;
	s.plane = tp_plane_at(p);
	look_around(l, &s.plane, s.metres, look, &s);
	if (s.n > 0)
		qsort(s.hits, s.n, sizeof(*s.hits), compare_hits);
	for (n = 0; n < s.n && n < max; n++) {
		complete(l->g, &s.hits[n]);
		spots[n] = s.hits[n].spot;
	}
	free(s.hits);
	return n;
}

/* A search for a node. */
struct node_search {
	const struct tp_graph	*g;
	struct tp_plane		 plane;
	uint32_t		 node;
	double			 metres;
};

static void
weigh_node(struct node_search *s, uint32_t v)
{
	struct tp_xy	xy;
	double		metres;

	v = tp_graph_own_node(s->g, v);
	xy = tp_plane_xy(&s->plane, s->g->at[v]);
	metres = hypot(xy.x, xy.y);
	if (metres < s->metres || (metres == s->metres && v < s->node)) {
		s->metres = metres;
		s->node = v;
	}
}

/* The ends of edges that the piece comes to. */
static void
look_at_ends(void *arg, const struct tp_piece *p)
{
	struct node_search	*s = arg;

	if (p->i == 0)
		weigh_node(s, s->g->tail[p->edge]);
	if (p->i + 2 == tp_graph_line_size(s->g, p->edge))
		weigh_node(s, s->g->head[p->edge]);
}

uint32_t
tp_locate_node(const struct tp_locate *l, struct tp_point p, double *metres)
{
	struct node_search	s = {
		.g = l->g, .node = TP_GRAPH_NONE, .metres = INFINITY,
	};
	double			reach = CELL_METRES;

	if (l->first == NULL || !tp_point_known(p))
		return TP_GRAPH_NONE;
	s.plane = tp_plane_at(p);
	/* what is found beyond the reach may not be the nearest */
	do {
		look_around(l, &s.plane, reach, look_at_ends, &s);
		reach *= 2;
	} while (s.metres > reach / 2 && reach < AROUND_METRES);
	*metres = s.metres;
	return s.node;
}
