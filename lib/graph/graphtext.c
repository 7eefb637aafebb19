#include "graph/graphtext.h"

#include <inttypes.h>

#include "json/json.h"

#define STEP		4096	/* lines given at once */
#define PLACE_DIGITS	7

/* "unknown", "motorway" and so on. */
static const char *
road_name(enum tp_road r)
{
	static const char *const	names[TP_ROAD_MAX] = {
		"unknown", "motorway", "trunk", "primary", "secondary",
		"tertiary", "unclassified", "residential", "living_street",
		"service",
	};

	return r < TP_ROAD_MAX ? names[r] : names[TP_ROAD_UNKNOWN];
}

static void
add_place(struct tp_point p, struct tp_buf *b)
{
	tp_buf_char(b, ' ');
	tp_buf_fixed(b, tp_degrees(p.lat), 5);
	tp_buf_char(b, ',');
	tp_buf_fixed(b, tp_degrees(p.lon), 5);
}

static void
add_box(const struct tp_graph *g, struct tp_buf *b)
{
	struct tp_point	lo = g->at[0], hi = g->at[0];
	uint32_t	i;

	for (i = 1; i < g->nodes; i++) {
		struct tp_point	p = g->at[i];

		lo.lat = p.lat < lo.lat ? p.lat : lo.lat;
		lo.lon = p.lon < lo.lon ? p.lon : lo.lon;
		hi.lat = p.lat > hi.lat ? p.lat : hi.lat;
		hi.lon = p.lon > hi.lon ? p.lon : hi.lon;
	}
	tp_buf_lit(b, "box:");
	add_place(lo, b);
	add_place(hi, b);
	tp_buf_char(b, '\n');
}

void
tp_graph_info(const struct tp_graph *g, struct tp_buf *b)
{
	uint32_t	own = g->edges - g->edge_copies, i, k;
	uint32_t	kinds[TP_ROAD_MAX] = { 0 };
	double		km = 0, hours = 0;
	char		id[TP_GRAPH_ID_MAX];

	for (i = 0; i < own; i++) {
		k = g->kind[i] & TP_ROAD_KIND;
		kinds[k < TP_ROAD_MAX ? k : TP_ROAD_UNKNOWN]++;
		km += g->length_cm[i] / 1e5;
		hours += g->free_ms[i] / 3.6e6;
	}
	tp_graph_id(g, id);
	tp_buf_printf(b, "version: %s\nnodes: %" PRIu32 "\nedges: %" PRIu32
	    "\n", id, g->nodes - g->node_copies, own);
	tp_buf_printf(b, "split: %" PRIu32 " nodes, %" PRIu32 " edges\n",
	    g->node_copies, g->edge_copies);
	tp_buf_printf(b, "length: %.1f km\nmean speed: %.1f km/h\n", km,
	    hours > 0 ? km / hours : 0);
	tp_buf_printf(b, "lines: %" PRIu32 ", %" PRIu32 " points\n",
	    g->shapes, g->points);
	tp_buf_printf(b, "segments: %" PRIu32 ", on %" PRIu32 " edges\n",
	    g->segments, g->links);
	if (tp_graph_has_places(g))
		add_box(g, b);
	for (i = 0; i < TP_ROAD_MAX; i++)
		if (kinds[i] > 0)
			tp_buf_printf(b, "%s: %" PRIu32 " edges\n",
			    road_name((enum tp_road)i), kinds[i]);
}

static void
add_name(const struct tp_graph *g, uint32_t name, struct tp_buf *b)
{
	tp_json_write_str(b, g->text + name, strlen(g->text + name));
}

static void
add_feature(const struct tp_graph *g, uint32_t e, struct tp_buf *b)
{
	uint32_t	n = tp_graph_line_size(g, e), i;

	tp_buf_lit(b, "{\"type\":\"Feature\",\"properties\":{\"edge\":");
	tp_buf_int(b, e);
	tp_buf_lit(b, ",\"from\":");
	add_name(g, g->node_name[g->tail[e]], b);
	tp_buf_lit(b, ",\"to\":");
	add_name(g, g->node_name[g->head[e]], b);
	tp_buf_lit(b, ",\"name\":");
	add_name(g, g->edge_name[e], b);
	tp_buf_printf(b, ",\"kind\":\"%s\",\"length_m\":",
	    road_name((enum tp_road)(g->kind[e] & TP_ROAD_KIND)));
	tp_buf_fixed(b, g->length_cm[e] / 100.0, 2);
	tp_buf_lit(b, ",\"free_flow_speed_kmh\":");
	tp_buf_fixed(b, g->kmh10[e] / 10.0, 1);
	tp_buf_lit(b, "},\"geometry\":");
	if (!tp_graph_has_places(g)) {
		tp_buf_lit(b, "null}");
		return;
	}
	tp_buf_lit(b, "{\"type\":\"LineString\",\"coordinates\":[");
	for (i = 0; i < n; i++) {
		struct tp_point	p = tp_graph_line_point(g, e, i);

		tp_buf_str(b, i > 0 ? ",[" : "[");
		tp_buf_fixed(b, tp_degrees(p.lon), PLACE_DIGITS);
		tp_buf_char(b, ',');
		tp_buf_fixed(b, tp_degrees(p.lat), PLACE_DIGITS);
		tp_buf_char(b, ']');
	}
	tp_buf_lit(b, "]}}");
}

static void
add_row(const struct tp_graph *g, uint32_t e, struct tp_buf *b)
{
	tp_buf_str(b, g->text + g->node_name[g->tail[e]]);
	tp_buf_char(b, '\t');
	tp_buf_str(b, g->text + g->node_name[g->head[e]]);
	tp_buf_char(b, '\t');
	tp_buf_fixed(b, g->length_cm[e] / 100.0, 2);
	tp_buf_char(b, '\t');
	tp_buf_fixed(b, g->kmh10[e] / 10.0, 1);
	if (g->text[g->edge_name[e]] != '\0') {
		size_t	start = b->n + 1, i;

		tp_buf_char(b, '\t');
		tp_buf_str(b, g->text + g->edge_name[e]);
		for (i = start; i < b->n; i++)
			if ((unsigned char)b->p[i] < ' ')
				b->p[i] = ' ';
	}
}

/* The line of node or edge i. */
static void
add_line(const struct tp_graph *g, enum tp_graph_format f, uint32_t i,
    struct tp_buf *b)
{
	switch (f) {
	case TP_GRAPH_GEOJSON:
		tp_buf_str(b, i > 0 ? ",\n" : "");
		add_feature(g, i, b);
		return;
	case TP_GRAPH_TSV:
		add_row(g, i, b);
		break;
	case TP_GRAPH_NODES:
		tp_buf_str(b, g->text + g->node_name[i]);
		tp_buf_char(b, '\t');
		tp_buf_fixed(b, tp_degrees(g->at[i].lat), PLACE_DIGITS);
		tp_buf_char(b, '\t');
		tp_buf_fixed(b, tp_degrees(g->at[i].lon), PLACE_DIGITS);
		break;
	case TP_GRAPH_DIMACS:
		tp_buf_printf(b, "a %" PRIu32 " %" PRIu32 " ",
		    g->tail[i] + 1, tp_graph_own_node(g, g->head[i]) + 1);
		tp_buf_fixed(b, g->length_cm[i] / 100.0, 2);
		break;
	case TP_GRAPH_CO:
		tp_buf_printf(b, "v %" PRIu32 " ", i + 1);
		tp_buf_fixed(b, tp_degrees(g->at[i].lon) * 1e6, 1);
		tp_buf_char(b, ' ');
		tp_buf_fixed(b, tp_degrees(g->at[i].lat) * 1e6, 1);
		break;
	}
	tp_buf_char(b, '\n');
}

bool
tp_graph_export(const struct tp_graph *g, enum tp_graph_format f,
    uint32_t *at, struct tp_buf *b)
{
	bool		by_node = f == TP_GRAPH_NODES || f == TP_GRAPH_CO;
	uint32_t	nodes = g->nodes - g->node_copies, end, i;
	uint32_t	n = by_node ? nodes : g->edges - g->edge_copies;

	if (*at == 0 && f == TP_GRAPH_GEOJSON)
		tp_buf_lit(b, "{\"type\":\"FeatureCollection\",\"features\":"
		    "[\n");
	if (*at == 0 && f == TP_GRAPH_DIMACS)
		tp_buf_printf(b, "p sp %" PRIu32 " %" PRIu32 "\n", nodes, n);
	if (*at == 0 && f == TP_GRAPH_CO)
		tp_buf_printf(b, "p aux sp co %" PRIu32 "\n", nodes);
	end = n - *at > STEP ? *at + STEP : n;
	for (i = *at; i < end; i++)
		add_line(g, f, i, b);
	*at = end;
	if (end < n)
		return true;
	if (f == TP_GRAPH_GEOJSON)
		tp_buf_lit(b, "\n]}\n");
	return false;
}
