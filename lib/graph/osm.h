/*
 * Roads from OpenStreetMap, read as OPL line by line in any order: nodes,
 * ways for cars, and relations that restrict turns.  The struct owns what it
 * keeps and borrows the builder, which nothing else fills, the name, and where
 * errors go.
 */
#ifndef TP_GRAPH_OSM_H
#define TP_GRAPH_OSM_H

#include "graph/builder.h"
#include "graph/osmroad.h"
#include "json/lines.h"

#define TP_OSM_VIA_MAX	64	/* ways out of a node with restricted turns */

struct tp_osm_node {
	int64_t		id;
	struct tp_point	at;
};

struct tp_osm_way {
	int64_t		id;
	size_t		ref;		/* the first of its nodes in refs */
	uint32_t	refs;
	uint32_t	name;
	struct tp_osm_road road;
	size_t		edge, edges;	/* in the builder, once cut */
};

struct tp_osm_ban {
	enum tp_osm_turn turn;
	int64_t		via;		/* node */
	size_t		way;		/* the first of its ways */
	uint32_t	from, to;	/* how many ways of each */
};

/* What was seen, and what could not be used. */
struct tp_osm_stats {
	uint64_t	nodes, ways, roads, relations;
	uint64_t	short_ways;	/* roads of less than two nodes */
	uint64_t	missing;	/* nodes of roads that are not there */
	uint64_t	odd_speeds;	/* roads with a maxspeed not understood */
	uint64_t	unused;		/* restrictions: see tp_osm_build() */
};

struct tp_osm {
	struct tp_builder *b;
	const char	*name;
	struct tp_err	*e;
	struct tp_osm_node *nodes;
	struct tp_osm_way *ways;
	struct tp_osm_ban *bans;
	int64_t		*refs, *members, *closed;
	size_t		 n, ncap, nways, ways_cap, nbans, bans_cap, nrefs,
			 refs_cap, nmembers, members_cap, nclosed, closed_cap;
	struct tp_buf	 text;		/* scratch */
	struct tp_osm_stats stats;
};

void tp_osm_release(struct tp_osm *o);

/* A line of OPL, for tp_lines_bytes().  Returns 0, or -1 with "name:line:
 * ...". */
int tp_osm_line(void *osm, const struct tp_line *l);

/*
 * Cuts the roads where they meet and gives them to the builder, with the turns
 * that are not allowed.  A road is interrupted where a node is missing or lets
 * no car pass.  Restrictions are left unused where they go by way of a way, or
 * where their ways do not meet in one place and one direction.  Returns 0, or
 * -1 with the error.
 */
int tp_osm_build(struct tp_osm *o);

#endif
