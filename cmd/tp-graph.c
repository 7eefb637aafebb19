/*
 * tp-graph: makes the road graph that routes are found on, from a street map,
 * a list of roads, or the distances between sensors; and says what is in one.
 */
#include <inttypes.h>

#include "base/log.h"
#include "json/lines.h"
#include "graph/graphtext.h"
#include "graph/mapfile.h"
#include "io/file.h"
#include "io/sink.h"
#include "stream/feed.h"
#include "stream/run.h"

#define LINE_MAX_BYTES	(64 * 1024 * 1024)	/* a way or relation */

struct conf {
	struct tp_run_opts	 run;
	const char		*graph, *output;
	struct tp_mapfile	 map;
	int			 contract, component;	/* TRI */
	int			 format;
	struct tp_builder	 builder;
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
	{ .kind = TP_OPT_HEADING, .help = "build: how" },
	{ TP_OPT_TRI, 0, "component", AT(component), NULL, NULL,
	    "keep only the largest strong component (default with OSM)",
	    0, 0 },
	{ TP_OPT_TRI, 0, "contract", AT(contract), NULL, NULL,
	    "drop nodes that only continue a road (default with OSM)", 0, 0 },
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
    "  export  print its roads in another format\n"
    "\n"
    "Example:\n"
    "  tp-graph build --osm city.osm.pbf -o city.graph\n";

static const struct tp_tool tool = {
	.name = "tp-graph",
	.brief = "build road graphs and look into them",
	.operands = "build|info|check|export",
	.opts = options,
	.help_tail = tail,
};

/* osmium reads any of its formats, and gives what roads are made of. */
static int
feed_osm(const char *path, tp_line_fn *fn, void *arg, struct tp_err *e)
{
	char	*file = tp_strdup(path);
	char	 words[][48] = {
		"osmium", "tags-filter", "--no-progress", "--output=-",
		"--output-format=opl,add_metadata=false", "w/highway",
		"r/type=restriction",
	};
	char	*argv[] = {
		words[0], words[1], words[2], words[3], words[4], file,
		words[5], words[6], NULL,
	};
	int	 rc;

	rc = tp_feed_child(argv, "it reads OpenStreetMap files (Debian: "
	    "osmium-tool)", LINE_MAX_BYTES, fn, arg, e);
	free(file);
	return rc;
}

static int
feed(const char *path, bool osm, tp_line_fn *fn, void *arg, struct tp_err *e)
{
	return osm ? feed_osm(path, fn, arg, e) :
	    tp_feed_file(path, LINE_MAX_BYTES, fn, arg, e);
}

/* Prints notes, a line each, and empties them. */
static void
print_notes(struct tp_buf *notes)
{
	const char	*p = notes->p, *end = p + notes->n, *nl;

	for (; p < end; p = nl + 1) {
		nl = memchr(p, '\n', (size_t)(end - p));
		tp_log_note("%.*s", (int)(nl - p), p);
	}
	notes->n = 0;
}

static int
build(struct conf *c, struct tp_err *e)
{
	const struct tp_mapfile	*m = &c->map;
	const char		*osm = m->osm != NULL ? m->osm : m->opl;
	const char		*path = osm != NULL ? osm :
				    m->dimacs != NULL ? m->dimacs : m->tsv;
	struct tp_builder_opts	 o = {
		.component = c->component > 0 ||
		    (c->component == 0 && osm != NULL),
		.contract = c->contract > 0 ||
		    (c->contract == 0 && osm != NULL),
	};
	struct tp_builder_stats	 s;
	int			 rc;

	if ((m->osm != NULL) + (m->opl != NULL) + (m->dimacs != NULL) +
	    (m->tsv != NULL) != 1)
		return tp_opt_error(e, "build: one of --osm, --opl, --dimacs "
		    "and --tsv says where the roads are");
	rc = tp_mapfile_read(m, &c->builder, &c->out, e);
	if (rc != 0)
		return rc;
	print_notes(&c->out);
	rc = tp_builder_finish(&c->builder, &o, &s, path, &c->out, e);
	if (rc == 0)
		tp_log_note("%" PRIu32 " nodes: %" PRIu32 " not in the "
		    "largest component, %" PRIu32 " contracted; %" PRIu32
		    " turns forbidden", s.nodes, s.outside, s.contracted,
		    s.bans);
	return rc;
}

static int
info(struct conf *c, struct tp_err *e)
{
	struct tp_graph	g;

	if (tp_graph_open(&g, c->graph, e) == -1)
		return -1;
	tp_graph_info(&g, &c->out);
	tp_graph_release(&g);
	return 0;
}

static int
check(struct conf *c, struct tp_err *e)
{
	struct tp_graph	g;
	int		rc;

	if (tp_graph_open(&g, c->graph, e) == -1)
		return -1;
	rc = tp_graph_check(&g, c->graph, e);
	tp_graph_release(&g);
	return rc;
}

static int
export(struct conf *c, struct tp_err *e)
{
	enum tp_graph_format	 format = (enum tp_graph_format)c->format;
	struct tp_graph		 g;
	struct tp_sink		*s;
	uint32_t		 at = 0;
	bool			 more = true;
	int			 rc = 0;

	if (tp_graph_open(&g, c->graph, e) == -1)
		return -1;
	if ((format == TP_GRAPH_NODES || format == TP_GRAPH_CO) &&
	    !tp_graph_has_places(&g)) {
		tp_graph_release(&g);
		return tp_err_set(e, TP_EXIT_DATA, "%s: its nodes have no "
		    "places", c->graph);
	}
	if ((s = tp_sink_open(c->output, e)) == NULL)
		rc = -1;
	while (rc == 0 && more) {
		c->out.n = 0;
		more = tp_graph_export(&g, format, &at, &c->out);
		rc = tp_sink_write(s, c->out.p, c->out.n, e);
	}
	c->out.n = 0;
	if (s != NULL && tp_sink_close(s, rc == 0 ? e :
	    &(struct tp_err){ 0 }) == -1)
		rc = -1;
	tp_graph_release(&g);
	return rc;
}

static const struct {
	const char	*name;
	int		 (*run)(struct conf *, struct tp_err *);
} commands[] = {
	{ "build", build }, { "info", info }, { "check", check },
	{ "export", export },
};

#define COMMANDS	(sizeof(commands) / sizeof(*commands))

static int
run(struct conf *c, struct tp_err *e)
{
	const char	*name = c->run.inputs.n > 0 ? c->run.inputs.v[0] :
			    NULL;
	size_t		 i;
	int		 rc;

	if (name == NULL)
		return tp_opt_error(e, "no command; one of build, info, "
		    "check, export");
	for (i = 0; i < COMMANDS && strcmp(commands[i].name, name) != 0; i++)
		continue;
	if (i == COMMANDS)
		return tp_opt_error(e, "no command '%s'; one of build, info, "
		    "check, export", name);
	if (c->run.inputs.n > 1)
		return tp_opt_error(e, "%s: unexpected '%s'", name,
		    c->run.inputs.v[1]);
	if (commands[i].run != build && c->graph == NULL)
		return tp_opt_error(e, "%s: no graph file (-g)", name);
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
		.map = { .kmh = 50, .feed = feed },
	};
	struct tp_err	e = { 0 };
	int		rc;

	rc = tp_run_start(&tool, argc, argv, &c, &c.run);
	if (rc != 0)
		return rc - 1;
	rc = run(&c, &e);
	tp_builder_release(&c.builder);
	tp_buf_release(&c.out);
	return tp_run_exit(rc, &e);
}
