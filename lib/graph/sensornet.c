#include "graph/sensornet.h"

#include "graph/buildpart.h"

#define SLACK_METRES	10.0
#define SLACK_SHARE	0.02

static int
compare_arcs(const void *a, const void *b)
{
	const struct tp_sensornet_arc	*x = a, *y = b;

	if (x->metres != y->metres)
		return x->metres > y->metres ? -1 : 1;
	if (x->from != y->from)
		return x->from < y->from ? -1 : 1;
	return (x->to > y->to) - (x->to < y->to);
}

/* True where two arcs that are still there make the way of arc i. */
static bool
has_detour(const struct tp_sensornet_arc *arcs, size_t i,
    const struct tp_edge_index *out, const bool *gone)
{
	const struct tp_sensornet_arc	*a = &arcs[i], *p, *q;
	double				 most = a->metres *
					    (1 + SLACK_SHARE) + SLACK_METRES;
	uint32_t			 j, k;

	for (j = out->at[a->from]; j < out->at[a->from + 1]; j++) {
		p = &arcs[out->edge[j]];
		if (gone[out->edge[j]] || p->to == a->to ||
		    p->metres >= most)
			continue;
		for (k = out->at[p->to]; k < out->at[p->to + 1]; k++) {
			q = &arcs[out->edge[k]];
			if (!gone[out->edge[k]] && q->to == a->to &&
			    p->metres + q->metres <= most)
				return true;
		}
	}
	return false;
}

const char *
tp_sensornet_build(const struct tp_sites *s, struct tp_sensornet_arc *arcs,
    size_t n, double kmh, struct tp_builder *b)
{
	struct tp_edge_index	 out;
	uint32_t		*tail = tp_calloc(n + 1, sizeof(*tail));
	bool			*gone = tp_calloc(n + 1, sizeof(*gone));
	const char		*why = NULL;
	size_t			 i;

	qsort(arcs, n, sizeof(*arcs), compare_arcs);
	for (i = 0; i < n; i++)
		tail[i] = arcs[i].from;
	tp_edge_index_init(&out, tail, n, s->ids.n);
	for (i = 0; i < s->ids.n; i++)
		tp_builder_node(b, s->ids.keys[i].p, s->ids.keys[i].n,
		    s->points[s->v[i].point]);
	for (i = 0; i < n && why == NULL; i++) {
		struct tp_builder_road	r = {
			.from = arcs[i].from, .to = arcs[i].to,
			.metres = arcs[i].metres, .kmh = kmh,
		};

		gone[i] = has_detour(arcs, i, &out, gone);
		if (!gone[i])
			why = tp_builder_edge(b, &r);
	}
	tp_edge_index_release(&out);
	free(gone);
	free(tail);
	return why;
}

static void
add(struct tp_segments *out, const struct tp_graph *g, uint32_t node,
    uint32_t edge, uint32_t from, uint32_t to)
{
	const char	*name = g->text + g->node_name[node];

	tp_segments_add(out, name, strlen(name), (struct tp_link){
		edge, from, to, 1,
	});
}

int
tp_sensornet_link(struct tp_buf *file, struct tp_err *e)
{
	struct tp_segments	s = { 0 };
	struct tp_buf		bare = *file;
	struct tp_graph		g;
	uint32_t		i, half;

	if (tp_graph_view(&g, bare.p, bare.n, "graph", e) == -1)
		return -1;
	*file = (struct tp_buf){ 0 };
	for (i = 0; i < g.edges; i++) {
		half = g.length_cm[i] / 2;
		add(&s, &g, g.tail[i], i, 0, half);
		add(&s, &g, g.head[i], i, half, g.length_cm[i]);
	}
	tp_segments_write(&s, &g, file);
	tp_segments_release(&s);
	tp_buf_release(&bare);
	return 0;
}
