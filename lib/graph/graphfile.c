#include "graph/graphfile.h"

#include "base/map.h"

#define COUNT(field)	offsetof(struct tp_graph, field)
#define ARRAY(field, n, more)						\
	{ offsetof(struct tp_graph, field),				\
	    sizeof(*((struct tp_graph *)0)->field), COUNT(n), (more) }

const size_t tp_graphfile_counts[TP_GRAPHFILE_COUNTS] = {
	COUNT(nodes), COUNT(edges), COUNT(node_copies), COUNT(edge_copies),
	COUNT(shapes), COUNT(points), COUNT(segments), COUNT(links),
	COUNT(text_size),
};

const struct tp_graphfile_array tp_graphfile_arrays[TP_GRAPHFILE_ARRAYS] = {
	ARRAY(at, nodes, 0),
	ARRAY(out, nodes, 1),
	ARRAY(in, nodes, 1),
	ARRAY(node_name, nodes, 0),
	ARRAY(node_order, nodes, 0),
	ARRAY(tail, edges, 0),
	ARRAY(head, edges, 0),
	ARRAY(into, edges, 0),
	ARRAY(length_cm, edges, 0),
	ARRAY(free_ms, edges, 0),
	ARRAY(edge_name, edges, 0),
	ARRAY(shape, edges, 0),
	ARRAY(kmh10, edges, 0),
	ARRAY(kind, edges, 0),
	ARRAY(node_copy, node_copies, 0),
	ARRAY(edge_copy, edge_copies, 0),
	ARRAY(shape_at, shapes, 1),
	ARRAY(point, points, 0),
	ARRAY(segment_name, segments, 0),
	ARRAY(segment_at, segments, 1),
	ARRAY(link, links, 0),
	ARRAY(text, text_size, 0),
};

uint64_t
tp_graphfile_bytes(const struct tp_graph *g,
    const struct tp_graphfile_array *a)
{
	uint32_t	n;

	memcpy(&n, (const char *)g + a->count, sizeof(n));
	return ((uint64_t)n + a->more) * a->size;
}

uint64_t
tp_graphfile_sum(const struct tp_graphfile_header *h)
{
	return tp_hash(h, offsetof(struct tp_graphfile_header, sum), 0);
}

void
tp_graphfile_write(const struct tp_graph *g, struct tp_buf *b)
{
	struct tp_graphfile_header	 h = {
		.version = TP_GRAPH_VERSION,
		.order = TP_GRAPHFILE_ORDER,
	};
	size_t				 start = b->n, i;

	memcpy(h.magic, TP_GRAPHFILE_MAGIC, sizeof(h.magic));
	for (i = 0; i < TP_GRAPHFILE_COUNTS; i++)
		memcpy(&h.counts[i], (const char *)g + tp_graphfile_counts[i],
		    sizeof(h.counts[i]));
	tp_buf_add(b, (const char *)&h, sizeof(h));
	for (i = 0; i < TP_GRAPHFILE_ARRAYS; i++) {
		const struct tp_graphfile_array	*a = &tp_graphfile_arrays[i];
		const char			*p;

		memcpy(&p, (const char *)g + a->at, sizeof(p));
		tp_buf_add(b, p, tp_graphfile_bytes(g, a));
		while ((b->n - start) % 8 != 0)
			tp_buf_char(b, 0);
	}
	h.size = b->n - start;
	h.hash = tp_hash(b->p + start + sizeof(h), h.size - sizeof(h), 0);
	h.sum = tp_graphfile_sum(&h);
	memcpy(b->p + start, &h, sizeof(h));
}
