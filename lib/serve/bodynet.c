/* The bodies of the base map's lines, of routes and of what is near. */
#include <math.h>
#include <stdlib.h>

#include "graph/graph.h"
#include "serve/body.h"
#include "serve/put.h"
#include "serve/relative.h"
#include "serve/wayfind.h"

#define LINES_MAX	60000
#define DEGREES		5		/* decimals */

static void
put_point(double lat, double lon, struct tp_buf *out)
{
	tp_put_num(out, lat, DEGREES);
	tp_put_num(out, lon, DEGREES);
}

/* For each own edge the segment that speaks for it, or -1. */
static int32_t *
segments_of(const struct tp_board *b, const struct tp_graph *g)
{
	int32_t		*of = tp_malloc((g->edges + 1) * sizeof(*of));
	uint32_t	 s, l;
	const char	*name;

	for (s = 0; s < g->edges; s++)
		of[s] = -1;
	for (s = 0; s < g->segments; s++) {
		size_t	i;

		name = g->text + g->segment_name[s];
		i = tp_map_find(&b->ids, name, strlen(name));
		for (l = g->segment_at[s]; l < g->segment_at[s + 1]; l++)
			if (i != SIZE_MAX)
				of[tp_graph_own_edge(g, g->link[l].edge)] =
				    (int32_t)i;
	}
	return of;
}

/* The worst kind of road to draw, so that there are not too many lines. */
static unsigned
kinds_drawn(const struct tp_graph *g)
{
	uint32_t	n[TP_ROAD_MAX] = { 0 }, e, sum = 0;
	unsigned	kind;

	for (e = 0; e < g->edges - g->edge_copies; e++) {
		kind = g->kind[e] & TP_ROAD_KIND;
		n[kind < TP_ROAD_MAX ? kind : 0]++;
	}
	for (kind = 0; kind < TP_ROAD_MAX; kind++) {
		sum += n[kind];
		if (sum > LINES_MAX)
			break;
	}
	return kind;
}

/* Whether the other side of this street was drawn and is as good. */
static bool
drawn_before(const struct tp_graph *g, const int32_t *of, uint32_t e)
{
	uint32_t	i;

	if (of[e] != -1)
		return false;
	for (i = g->out[g->head[e]]; i < g->out[g->head[e] + 1]; i++)
		if (g->head[i] == g->tail[e] && i < e &&
		    g->length_cm[i] == g->length_cm[e])
			return true;
	return false;
}

static void
put_graph(const struct tp_board *b, const struct tp_graph *g,
    struct tp_buf *out)
{
	int32_t		*of = segments_of(b, g);
	unsigned	 kinds = kinds_drawn(g);
	uint32_t	 own = g->edges - g->edge_copies, e, i, n;
	int		 column;

	for (column = 0; column < 2; column++) {
		tp_put_key_open(out, column == 0 ? "lines" : "segment", '[');
		for (e = 0; e < own; e++) {
			if (((unsigned)(g->kind[e] & TP_ROAD_KIND) >= kinds &&
			    of[e] == -1) || drawn_before(g, of, e))
				continue;
			if (column == 1) {
				tp_put_int(out, of[e]);
				continue;
			}
			tp_put_open(out, '[');
			n = tp_graph_line_size(g, e);
			for (i = 0; i < n; i++) {
				struct tp_point	p = tp_graph_line_point(g, e,
						    i);

				put_point(tp_degrees(p.lat),
				    tp_degrees(p.lon), out);
			}
			tp_put_close(out, ']');
		}
		tp_put_close(out, ']');
	}
	free(of);
}

/* The places of segments on a plane that is true around their middle. */
static size_t
places(const struct tp_board *b, struct tp_relative_place *p)
{
	double	sum = 0, shrink;
	size_t	i, n = 0;

	for (i = 0; i < b->ids.n; i++)
		if (!isnan(b->seg[i].lat)) {
			sum += b->seg[i].lat;
			n++;
		}
	shrink = n > 0 ? cos(sum / (double)n * (M_PI / 180)) : 1;
	for (i = n = 0; i < b->ids.n; i++)
		if (!isnan(b->seg[i].lat))
			p[n++] = (struct tp_relative_place){
				b->seg[i].lon * shrink, b->seg[i].lat,
				(uint32_t)i,
			};
	return n;
}

/* Each line is cut in the middle: each half is of the segment at its end. */
static void
put_neighbours(const struct tp_board *b, struct tp_buf *out)
{
	struct tp_relative_place	*p;
	struct tp_relative_pair		*v;
	size_t				 n, i;
	int				 end;

	p = tp_malloc((b->ids.n + 1) * sizeof(*p));
	n = tp_relative_join(p, places(b, p), &v);
	tp_put_key_open(out, "lines", '[');
	for (i = 0; i < n; i++) {
		const struct tp_seg	*s = &b->seg[v[i].a];
		const struct tp_seg	*t = &b->seg[v[i].b];
		double			 lat = (s->lat + t->lat) / 2;
		double			 lon = (s->lon + t->lon) / 2;

		for (end = 0; end < 2; end++) {
			tp_put_open(out, '[');
			put_point(end == 0 ? s->lat : t->lat, end == 0 ?
			    s->lon : t->lon, out);
			put_point(lat, lon, out);
			tp_put_close(out, ']');
		}
	}
	tp_buf_lit(out, "],\"segment\":[");
	for (i = 0; i < n; i++) {
		tp_put_int(out, v[i].a);
		tp_put_int(out, v[i].b);
	}
	tp_put_close(out, ']');
	free(v);
	free(p);
}

int
tp_body_net(struct tp_board *b, const struct tp_http_req *q,
    struct tp_buf *out)
{
	const struct tp_graph	*g = b->conf.graph;
	struct tp_buf		*net = &b->net;
	size_t			 i = 0;

	(void)q;
	if (net->n == 0 || b->net_places != b->places) {
		while (i < b->ids.n && isnan(b->seg[i].lat))
			i++;
		net->n = 0;
		tp_put_open(net, '{');
		tp_put_int_of(net, "version", (int64_t)b->places);
		if (g != NULL && tp_graph_has_places(g)) {
			tp_put_str_of(net, "source", "graph");
			put_graph(b, g, net);
		} else {
			tp_put_str_of(net, "source", i < b->ids.n &&
			    !tp_board_cells(b) ? "neighbours" : "none");
			if (tp_board_cells(b))
				tp_buf_lit(net, ",\"lines\":[],"
				    "\"segment\":[]");
			else
				put_neighbours(b, net);
		}
		tp_put_close(net, '}');
		b->net_places = b->places;
	}
	tp_buf_add(out, net->p, net->n);
	return 200;
}

/* A parameter that must be there, in degrees of -most to most. */
static int
degrees(const struct tp_http_req *q, const char *name, double most, double *v,
    struct tp_buf *out)
{
	const char	*s = tp_http_query(q, name);

	if (s != NULL && tp_parse_num(s, strlen(s), v) == 0 &&
	    fabs(*v) <= most)
		return 0;
	tp_buf_printf(out, "%s must be a number of -%.0f to %.0f", name, most,
	    most);
	return -1;
}

/* Whether routes can be asked; says so where they cannot. */
static bool
has_ways(const struct tp_board *b, struct tp_buf *out)
{
	if (b->ways == NULL)
		tp_buf_lit(out, "the server was started without a graph");
	return b->ways != NULL;
}

int
tp_body_nearest(struct tp_board *b, const struct tp_http_req *q,
    struct tp_buf *out)
{
	double	lat, lon;

	if (!has_ways(b, out))
		return 404;
	if (degrees(q, "lat", 90, &lat, out) == -1 ||
	    degrees(q, "lon", 180, &lon, out) == -1)
		return 400;
	return tp_wayfinder_near(b->ways, lat, lon, q->now_ms, out);
}

int
tp_body_route(struct tp_board *b, const struct tp_http_req *q,
    struct tp_buf *out)
{
	if (!has_ways(b, out))
		return 404;
	return tp_wayfinder_ask(b->ways, q->body, q->nbody, q->now_ms, out);
}
