#include "graph/osm.h"

#include "graph/opl.h"

void
tp_osm_release(struct tp_osm *o)
{
	free(o->nodes);
	free(o->ways);
	free(o->bans);
	free(o->refs);
	free(o->members);
	free(o->closed);
	tp_buf_release(&o->text);
	*o = (struct tp_osm){ 0 };
}

static void
add_node(struct tp_osm *o, int64_t id, struct tp_point at)
{
	TP_GROW(o->nodes, o->ncap, o->n + 1);
	o->nodes[o->n++] = (struct tp_osm_node){ id, at };
}

static const char *
read_node(struct tp_osm *o, const struct tp_opl *l)
{
	o->stats.nodes++;
	if (tp_point_known(l->at))
		add_node(o, l->id, l->at);
	if (l->tags.n > 0 && !tp_osm_node_open(l->tags)) {
		TP_GROW(o->closed, o->closed_cap, o->nclosed + 1);
		o->closed[o->nclosed++] = l->id;
	}
	return NULL;
}

static const char *
read_way(struct tp_osm *o, const struct tp_opl *l)
{
	struct tp_osm_way	w = { .id = l->id, .ref = o->nrefs };
	struct tp_slice		refs = l->refs;
	struct tp_point		at;
	int64_t			id;
	int			rc;

	o->stats.ways++;
	if (!tp_osm_road_read(&w.road, l->tags, &o->text))
		return NULL;
	while ((rc = tp_opl_ref(&refs, &id, &at)) == 1) {
		if (tp_point_known(at))
			add_node(o, id, at);
		/* the same node twice in a row is one */
		if (o->nrefs > w.ref && o->refs[o->nrefs - 1] == id)
			continue;
		TP_GROW(o->refs, o->refs_cap, o->nrefs + 1);
		o->refs[o->nrefs++] = id;
	}
	if (rc == -1)
		return "a node of the way is no node";
	o->stats.roads++;
	o->stats.odd_speeds += w.road.odd_speed;
	if (o->nrefs - w.ref < 2) {
		o->stats.short_ways++;
		o->nrefs = w.ref;
		return NULL;
	}
	if (o->nrefs - w.ref > INT32_MAX)
		return "the way has too many nodes";
	w.refs = (uint32_t)(o->nrefs - w.ref);
	w.name = tp_builder_name(o->b, o->text.p, o->text.n);
	TP_GROW(o->ways, o->ways_cap, o->nways + 1);
	o->ways[o->nways++] = w;
	return NULL;
}

/*
 * Keeps the ways of a restriction, those it comes from first.  One by way of a
 * way, or without a part, is counted only.
 */
static const char *
read_relation(struct tp_osm *o, const struct tp_opl *l)
{
	struct tp_osm_ban	ban = {
		.turn = tp_osm_turn_read(l->tags), .way = o->nmembers,
	};
	struct tp_slice		rest, role;
	int64_t			id;
	int			pass, rc = 0, vias = 0;
	bool			unfit = false;
	char			type;

	if (ban.turn == TP_OSM_TURN_NONE)
		return NULL;
	o->stats.relations++;
	for (pass = 0; pass < 2; pass++) {
		rest = l->members;
		while ((rc = tp_opl_member(&rest, &type, &id, &role)) == 1) {
			bool	from = tp_slice_is(role, "from");
			bool	to = tp_slice_is(role, "to");

			if (pass == 0 && tp_slice_is(role, "via")) {
				unfit |= type != 'n' || vias++ > 0;
				ban.via = id;
			}
			if ((pass == 0 ? !from : !to) || type != 'w')
				continue;
			TP_GROW(o->members, o->members_cap, o->nmembers + 1);
			o->members[o->nmembers++] = id;
			ban.from += from;
			ban.to += to;
		}
		if (rc == -1)
			return "a member of the relation is no member";
	}
	if (unfit || vias == 0 || ban.from == 0 || ban.to == 0) {
		o->stats.unused++;
		o->nmembers = ban.way;
		return NULL;
	}
	TP_GROW(o->bans, o->bans_cap, o->nbans + 1);
	o->bans[o->nbans++] = ban;
	return NULL;
}

int
tp_osm_line(void *arg, const struct tp_line *line)
{
	struct tp_osm	*o = arg;
	struct tp_slice	 s;
	struct tp_opl	 l;
	const char	*why;

	if (tp_slice_line(&s, line, o->name, o->e) == -1)
		return -1;
	why = tp_opl_parse(&l, s);
	if (why == NULL)
		why = l.type == 'n' ? read_node(o, &l) :
		    l.type == 'w' ? read_way(o, &l) :
		    l.type == 'r' ? read_relation(o, &l) : NULL;
	return why == NULL ? 0 : tp_line_bad(line, o->name, why, o->e);
}
