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

/* A coordinate on the plane as a column or row, at the nearest if outside. */
static uint32_t
clamp(double v, double cell, uint32_t n)
{
	double	c = floor(v / cell);

	return c < 0 ? 0 : c >= n ? n - 1 : (uint32_t)c;
}

struct box {
	uint32_t	x0, x1, y0, y1;		/* cells, all included */
};

static struct box
box_around(const struct tp_locate *l, struct tp_point p, struct tp_point q)
{
	struct tp_xy	a = tp_plane_xy(&l->plane, p);
	struct tp_xy	b = tp_plane_xy(&l->plane, q);

	return (struct box){
		clamp(fmin(a.x, b.x), l->cell, l->columns),
		clamp(fmax(a.x, b.x), l->cell, l->columns),
		clamp(fmin(a.y, b.y), l->cell, l->rows),
		clamp(fmax(a.y, b.y), l->cell, l->rows),
	};
}

/*
 * Gives each piece to all cells of the box around it, and the very long ones
 * to the cell behind the last, which every search looks into.
 */
static void
each_piece(struct tp_locate *l, piece_fn *fn)
{
	const struct tp_graph	*g = l->g;
	uint32_t		 own = g->edges - g->edge_copies, e, i, x, y;

	for (e = 0; e < own; e++) {
		uint32_t	n = tp_graph_line_size(g, e);

		for (i = 0; i + 1 < n; i++) {
			struct box	k = box_around(l,
					    tp_graph_line_point(g, e, i),
					    tp_graph_line_point(g, e, i + 1));

			if ((uint64_t)(k.x1 - k.x0 + 1) *
			    (k.y1 - k.y0 + 1) > BOX_MAX) {
				fn(l, (size_t)l->columns * l->rows, e, i);
				continue;
			}
			for (y = k.y0; y <= k.y1; y++)
				for (x = k.x0; x <= k.x1; x++)
					fn(l, (size_t)y * l->columns + x, e,
					    i);
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

	l->columns = (uint32_t)(size.x / l->cell) + 1;
	l->rows = (uint32_t)(size.y / l->cell) + 1;
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
	struct box	k;
	double		lat, lon;
	uint32_t	x, y, i;
	size_t		n = (size_t)l->columns * l->rows;

	lat = metres / plane->north;
	lon = fmin(metres / fmax(plane->east, 1e-9), 180.0 * TP_DEGREE);
	lo.lat = (int32_t)fmax(lo.lat - lat, -90.0 * TP_DEGREE);
	hi.lat = (int32_t)fmin(hi.lat + lat, 90.0 * TP_DEGREE);
	lo.lon = (int32_t)fmax(lo.lon - lon, -180.0 * TP_DEGREE);
	hi.lon = (int32_t)fmin(hi.lon + lon, 180.0 * TP_DEGREE);
	k = box_around(l, lo, hi);
	for (y = k.y0; y <= k.y1; y++)
		for (i = l->first[(size_t)y * l->columns + k.x0],
		    x = l->first[(size_t)y * l->columns + k.x1 + 1]; i < x;
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
