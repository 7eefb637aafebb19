#include "graph/snapall.h"

#include "graph/slice.h"

#define FIELDS	4

/* The shortest own edge from one node to another. */
static uint32_t
edge_between(const struct tp_graph *g, uint32_t from, uint32_t to)
{
	uint32_t	best = TP_GRAPH_NONE, e;

	if (from == TP_GRAPH_NONE || to == TP_GRAPH_NONE)
		return best;
	for (e = g->out[from]; e < g->out[from + 1]; e++)
		if (tp_graph_own_node(g, g->head[e]) == to &&
		    (best == TP_GRAPH_NONE ||
		    g->length_cm[e] < g->length_cm[best]))
			best = e;
	return best;
}

int
tp_overrides_line(void *arg, const struct tp_line *l)
{
	struct tp_overrides	*o = arg;
	struct tp_slice		 line, f[FIELDS];
	size_t			 n;
	uint32_t		 edge;

	if (tp_slice_line(&line, l, o->name, o->e) == -1)
		return -1;
	if (line.n == 0 || line.p[0] == '#')
		return 0;
	n = tp_slice_cut(line, '\t', f, FIELDS);
	if (f[0].n == 0 || memchr(f[0].p, '\0', f[0].n) != NULL ||
	    !(n == 3 || (n == 2 && tp_slice_is(f[1], "-"))))
		return tp_line_bad(l, o->name, "not 'SEGMENT FROM TO' or "
		    "'SEGMENT -' between tabs", o->e);
	tp_map_add(&o->done, f[0].p, f[0].n);
	if (n == 2)
		return 0;
	edge = edge_between(o->g, tp_graph_find_node(o->g, f[1].p, f[1].n),
	    tp_graph_find_node(o->g, f[2].p, f[2].n));
	if (edge == TP_GRAPH_NONE)
		return tp_line_bad(l, o->name, "no edge between these nodes",
		    o->e);
	tp_segments_add(o->segments, f[0].p, f[0].n, (struct tp_link){
		edge, 0, o->g->length_cm[edge], 1,
	});
	return 0;
}

static void
report_link(const struct tp_graph *g, const char *id,
    const struct tp_link *k, float rival, struct tp_buf *b)
{
	const char	*name = g->text + g->edge_name[k->edge];

	tp_buf_printf(b, "%s\t%s\t%s\t%s\t", id,
	    g->text + g->node_name[g->tail[k->edge]],
	    g->text + g->node_name[g->head[k->edge]],
	    *name != '\0' ? name : "-");
	tp_buf_fixed(b, k->from_cm / 100.0, 1);
	tp_buf_char(b, '\t');
	tp_buf_fixed(b, k->to_cm / 100.0, 1);
	tp_buf_char(b, '\t');
	tp_buf_fixed(b, (double)k->score, 2);
	tp_buf_char(b, '\t');
	if (isnan(rival))
		tp_buf_char(b, '-');
	else
		tp_buf_fixed(b, (double)rival, 2);
	tp_buf_char(b, '\n');
}

/* Puts site i on its edges; false where there is none. */
static bool
snap(const struct tp_locate *l, const struct tp_sites *s, size_t i,
    double metres, double least, struct tp_segments *out,
    struct tp_buf *report)
{
	const struct tp_map_key	*id = &s->ids.keys[i];
	size_t			 before = out->n, k;
	float			 rival = NAN, score;
	struct tp_link		 link;

	if (s->v[i].n == 1) {
		link = tp_snap_sensor(l, s, i, metres, &rival);
		score = link.score;
		if (link.edge != TP_GRAPH_NONE)
			tp_segments_add(out, id->p, id->n, link);
	} else {
		score = tp_snap_shape(l, s, i, metres, out);
	}
	if ((double)score < least || out->n == before) {
		out->n = before;
		tp_buf_printf(report, "%s\t-\t-\t-\t-\t-\t", id->p);
		tp_buf_fixed(report, (double)score, 2);
		tp_buf_lit(report, "\t-\n");
		return false;
	}
	for (k = before; k < out->n; k++)
		report_link(l->g, id->p, &out->v[k].link, rival, report);
	return true;
}

void
tp_snap_all(const struct tp_locate *l, const struct tp_sites *s,
    const struct tp_map *done, double metres, double least,
    struct tp_segments *out, struct tp_buf *report, struct tp_snap_stats *st)
{
	size_t	i;

	*st = (struct tp_snap_stats){ .by_hand = done->n };
	for (i = 0; i < s->ids.n; i++) {
		const struct tp_map_key	*id = &s->ids.keys[i];

		if (tp_map_find(done, id->p, id->n) != SIZE_MAX)
			continue;
		if (snap(l, s, i, metres, least, out, report))
			st->on++;
		else
			st->off++;
	}
}
