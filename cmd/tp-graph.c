/*
 * tp-graph: makes the road graph that routes are found on, from a street map,
 * a list of roads, or the distances between sensors; and says what is in one.
 */
#include <inttypes.h>

#include "base/log.h"
#include "data/sensors.h"
#include "feat/neighbour.h"
#include "json/lines.h"
#include "graph/graphtext.h"
#include "graph/mapfile.h"
#include "graph/sensornet.h"
#include "graph/snapall.h"
#include "io/file.h"
#include "io/sink.h"
#include "stream/feed.h"
#include "stream/run.h"

#define LINE_MAX_BYTES	(64 * 1024 * 1024)	/* a way or relation */

struct conf {
	struct tp_run_opts	 run;
	const char		*graph, *output;
	struct tp_mapfile	 map;
	const char		*sensors, *distances, *shapes, *overrides;
	double			 radius, least;
	int			 contract, component;	/* TRI */
	int			 format;
	struct tp_graph		 g;
	struct tp_builder	 builder;
	struct tp_sites		 sites;
	struct tp_segments	 segments;
	struct tp_buf		 out;
};

#define AT(field)	offsetof(struct conf, field)

static const struct tp_opt options[] = {
	{ .kind = TP_OPT_HEADING, .help = "build: where the roads are" },
	{ TP_OPT_FILE, 0, "osm", AT(map.osm), "FILE", NULL,
	    "OpenStreetMap data in any format of osmium-tool", 0, 0 },
	{ TP_OPT_FILE, 0, "opl", AT(map.opl), "FILE", NULL,
	    "the same as OPL text, without osmium-tool", 0, 0 },
	{ TP_OPT_FILE, 0, "dimacs", AT(map.dimacs), "FILE", NULL,
	    "a .gr file of the DIMACS challenge, lengths in metres", 0, 0 },
	{ TP_OPT_NUM, 0, "speed", AT(map.kmh), "KMH", NULL,
	    "speed on all roads that say none (default 50)", 1, 6000 },
	{ TP_OPT_FILE, 0, "tsv", AT(map.tsv), "FILE", NULL,
	    "lines of from, to, length_m, speed_kmh, name", 0, 0 },
	{ TP_OPT_FILE, 0, "co", AT(map.places), "FILE", NULL,
	    "the places of nodes: .co, or lines of node, lat, lon", 0, 0 },
	{ TP_OPT_FILE, 0, "distances", AT(distances), "FILE", NULL,
	    "no map, but the road distances between --sensors", 0, 0 },
	{ .kind = TP_OPT_HEADING, .help = "build: how" },
	{ TP_OPT_TRI, 0, "component", AT(component), NULL, NULL,
	    "keep only the largest strong component (default with OSM)",
	    0, 0 },
	{ TP_OPT_TRI, 0, "contract", AT(contract), NULL, NULL,
	    "drop nodes that only continue a road (default with OSM)", 0, 0 },
	{ .kind = TP_OPT_HEADING, .help = "snap: what to put on edges" },
	{ TP_OPT_FILE, 0, "sensors", AT(sensors), "FILE", NULL,
	    "a table of sensors' places, as for tp-replay", 0, 0 },
	{ TP_OPT_FILE, 0, "shapes", AT(shapes), "FILE", NULL,
	    "lines of roads, as tp-replay --shapes writes them", 0, 0 },
	{ TP_OPT_FILE, 0, "overrides", AT(overrides), "FILE", NULL,
	    "what is known better: segment, from, to", 0, 0 },
	{ TP_OPT_NUM, 0, "radius", AT(radius), "METRES", NULL,
	    "how far away an edge may be (default 50)", 1, 1000 },
	{ TP_OPT_NUM, 0, "least", AT(least), "SCORE", NULL,
	    "drop what fits worse, 0 to 1 (default 0.2)", 0, 1 },
	{ .kind = TP_OPT_HEADING, .help = "All commands" },
	{ TP_OPT_FILE, 'g', "graph", AT(graph), "FILE", NULL,
	    "the graph file to read", 0, 0 },
	{ TP_OPT_FILE, 'o', "output", AT(output), "FILE", NULL,
	    "where to write (default standard output)", 0, 0 },
	{ TP_OPT_CHOICE, 0, "to", AT(format), "FORMAT",
	    "geojson|tsv|nodes|dimacs|co", "export: the format", 0, 0 },
	{ TP_OPT_COUNT, 'q', "quiet", AT(run.quiet), NULL, NULL,
	    "print errors only", 0, 0 },
	{ TP_OPT_COUNT, 'v', "verbose", AT(run.verbose), NULL, NULL,
	    "say more", 0, 0 },
	{ .kind = TP_OPT_END },
};

static const char tail[] =
    "Commands:\n"
    "  build   make a graph file\n"
    "  info    print what it holds\n"
    "  check   test the sum and all that a damaged file has wrong\n"
    "  snap    put sensors and roads of a feed on edges, and say where\n"
    "  export  print its roads in another format\n"
    "\n"
    "Example:\n"
    "  tp-graph build --osm city.osm.pbf -o city.graph\n";

static const struct tp_tool tool = {
	.name = "tp-graph",
	.brief = "build road graphs and look into them",
	.operands = "build|snap|info|check|export",
	.opts = options,
	.help_tail = tail,
};

static int
feed(const char *path, bool osm, tp_line_fn *fn, void *arg, struct tp_err *e)
{
	return (osm ? tp_feed_osm : tp_feed_file)(path, LINE_MAX_BYTES, fn,
	    arg, e);
}

/* Sensors and the distances between them as nodes and edges. */
static int
read_distances(struct conf *c, struct tp_err *e)
{
	struct tp_neighbours	 t = { 0 };
	struct tp_sensornet_arc	*arcs;
	const char		*why = NULL;
	size_t			 i;
	int			 rc = 0;

	if (tp_sensors_sites(&c->sites, c->sensors, e) == -1 ||
	    tp_neighbours_open(&t, c->distances, e) == -1)
		return -1;
	arcs = tp_calloc(t.n, sizeof(*arcs));
	for (i = 0; i < t.n && rc == 0; i++) {
		const struct tp_map_key	*k = t.ids.keys;
		const struct tp_neighbour_arc *a = &t.arcs[i];
		size_t	from = tp_map_find(&c->sites.ids, k[a->from].p,
			    k[a->from].n);
		size_t	to = tp_map_find(&c->sites.ids, k[a->to].p,
			    k[a->to].n);

		if (from == SIZE_MAX || to == SIZE_MAX)
			rc = tp_err_set(e, TP_EXIT_DATA, "%s: no place of "
			    "sensor '%s'", c->sensors,
			    k[from == SIZE_MAX ? a->from : a->to].p);
		arcs[i] = (struct tp_sensornet_arc){
			(uint32_t)from, (uint32_t)to, a->metres,
		};
	}
	if (rc == 0)
		why = tp_sensornet_build(&c->sites, arcs, t.n, c->map.kmh,
		    &c->builder);
	free(arcs);
	tp_neighbours_release(&t);
	return why != NULL ? tp_err_set(e, TP_EXIT_DATA, "%s: %s",
	    c->distances, why) : rc;
}

static int
build(struct conf *c, struct tp_err *e)
{
	const struct tp_mapfile	*m = &c->map;
	const char		*osm = m->osm != NULL ? m->osm : m->opl;
	const char		*path = osm != NULL ? osm :
				    m->dimacs != NULL ? m->dimacs :
				    m->tsv != NULL ? m->tsv : c->distances;
	struct tp_builder_opts	 o = {
		.component = c->component > 0 ||
		    (c->component == 0 && osm != NULL),
		.contract = c->contract > 0 ||
		    (c->contract == 0 && osm != NULL),
	};
	struct tp_builder_stats	 s;
	int			 rc;

	if ((m->osm != NULL) + (m->opl != NULL) + (m->dimacs != NULL) +
	    (m->tsv != NULL) + (c->distances != NULL) != 1 ||
	    (c->distances != NULL) != (c->sensors != NULL))
		return tp_opt_error(e, "build: one of --osm, --opl, --dimacs, "
		    "--tsv, or --sensors with --distances, says where the "
		    "roads are");
	rc = c->distances != NULL ? read_distances(c, e) :
	    tp_mapfile_read(m, &c->builder, &c->out, e);
	if (rc != 0)
		return rc;
	tp_log_notes(c->out.p, c->out.n);
	c->out.n = 0;
	rc = tp_builder_finish(&c->builder, &o, &s, path, &c->out, e);
	if (rc == 0)
		tp_log_note("%" PRIu32 " nodes: %" PRIu32 " not in the "
		    "largest component, %" PRIu32 " contracted; %" PRIu32
		    " turns forbidden", s.nodes, s.outside, s.contracted,
		    s.bans);
	return rc == 0 && c->distances != NULL ?
	    tp_sensornet_link(&c->out, e) : rc;
}

/* The new graph goes to -o, the report to standard output. */
static int
snap(struct conf *c, struct tp_err *e)
{
	struct tp_locate	l;
	struct tp_overrides	o = {
		.g = &c->g, .segments = &c->segments, .name = c->overrides,
		.e = e,
	};
	struct tp_snap_stats	s;
	struct tp_buf		report = { 0 };
	int			rc = 0;

	if ((c->sensors == NULL && c->shapes == NULL) ||
	    strcmp(c->output, "-") == 0)
		return tp_opt_error(e, "snap: --sensors or --shapes says what "
		    "to put on edges, -o where the graph goes");
	if (c->sensors != NULL)
		rc = tp_sensors_sites(&c->sites, c->sensors, e);
	c->sites.name = c->shapes;
	if (rc == 0 && c->shapes != NULL)
		rc = feed(c->shapes, false, tp_sites_line, &c->sites, e);
	if (rc == 0 && c->overrides != NULL)
		rc = feed(c->overrides, false, tp_overrides_line, &o, e);
	if (rc == 0) {
		tp_locate_init(&l, &c->g);
		tp_snap_all(&l, &c->sites, &o.done, c->radius, c->least,
		    &c->segments, &report, &s);
		tp_locate_release(&l);
		tp_segments_write(&c->segments, &c->g, &c->out);
		tp_log_note("%zu segments on edges, %zu by hand, %zu on none",
		    s.on, s.by_hand, s.off);
		rc = tp_file_replace("-", report.p, report.n, e);
	}
	tp_buf_release(&report);
	tp_map_release(&o.done);
	return rc;
}

static int
info(struct conf *c, struct tp_err *e)
{
	(void)e;
	tp_graph_info(&c->g, &c->out);
	return 0;
}

static int
check(struct conf *c, struct tp_err *e)
{
	return tp_graph_check(&c->g, c->graph, e);
}

static int
export(struct conf *c, struct tp_err *e)
{
	enum tp_graph_format	 format = (enum tp_graph_format)c->format;
	struct tp_sink		*s;
	uint32_t		 at = 0;
	bool			 more = true;
	int			 rc = 0;

	if ((format == TP_GRAPH_NODES || format == TP_GRAPH_CO) &&
	    !tp_graph_has_places(&c->g))
		return tp_err_set(e, TP_EXIT_DATA, "%s: its nodes have no "
		    "places", c->graph);
	if ((s = tp_sink_open(c->output, e)) == NULL)
		return -1;
	while (rc == 0 && more) {
		more = tp_graph_export(&c->g, format, &at, &c->out);
		rc = tp_sink_write(s, c->out.p, c->out.n, e);
		c->out.n = 0;
	}
	return tp_sink_close(s, rc == 0 ? e : &(struct tp_err){ 0 }) == 0 ?
	    rc : -1;
}

static const struct {
	const char	*name;
	int		 (*run)(struct conf *, struct tp_err *);
} commands[] = {
	{ "build", build }, { "snap", snap }, { "info", info },
	{ "check", check }, { "export", export },
};

#define COMMANDS	(sizeof(commands) / sizeof(*commands))

static int
run(struct conf *c, struct tp_err *e)
{
	const char	*name = c->run.inputs.n > 0 ? c->run.inputs.v[0] :
			    NULL;
	size_t		 given = 1, i;
	int		 rc;

	if (name == NULL)
		return tp_opt_error(e, "no command; one of build, snap, "
		    "info, check, export");
	for (i = 0; i < COMMANDS && strcmp(commands[i].name, name) != 0; i++)
		continue;
	if (i == COMMANDS)
		return tp_opt_error(e, "no command '%s'; one of build, snap, "
		    "info, check, export", name);
	if (c->run.inputs.n > 1 && commands[i].run != build &&
	    c->graph == NULL) {
		c->graph = c->run.inputs.v[1];
		given++;
	}
	if (c->run.inputs.n > given)
		return tp_opt_error(e, "%s: unexpected '%s'%s", name,
		    c->run.inputs.v[given], commands[i].run == build ?
		    "; --osm, --opl, --dimacs or --tsv goes before it" : "");
	if (commands[i].run != build && c->graph == NULL)
		return tp_opt_error(e, "%s: no graph file (-g)", name);
	if (commands[i].run != build && tp_graph_open(&c->g, c->graph, e) == -1)
		return -1;
	rc = commands[i].run(c, e);
	if (rc == 0 && c->out.n > 0)
		rc = tp_file_replace(c->output, c->out.p, c->out.n, e);
	return rc;
}

int
main(int argc, char **argv)
{
	struct conf	c = {
		.run = tp_run_defaults, .output = "-",
		.map = { .kmh = 50, .feed = feed }, .radius = 50, .least = 0.2,
	};
	struct tp_err	e = { 0 };
	int		rc;

	c.sites.e = &e;
	rc = tp_run_start(&tool, argc, argv, &c, &c.run);
	if (rc != 0)
		return rc - 1;
	rc = run(&c, &e);
	tp_graph_release(&c.g);
	tp_builder_release(&c.builder);
	tp_sites_release(&c.sites);
	tp_segments_release(&c.segments);
	tp_buf_release(&c.out);
	return tp_run_exit(rc, &e);
}
