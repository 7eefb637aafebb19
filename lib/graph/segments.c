#include "graph/segments.h"

#include "graph/graphfile.h"

void
tp_segments_release(struct tp_segments *s)
{
	tp_map_release(&s->ids);
	free(s->v);
	*s = (struct tp_segments){ 0 };
}

void
tp_segments_add(struct tp_segments *s, const char *id, size_t n,
    struct tp_link l)
{
	uint32_t	segment = (uint32_t)tp_map_add(&s->ids, id, n);

	TP_GROW(s->v, s->cap, s->n + 1);
	s->v[s->n++] = (struct tp_segment_link){ segment, l };
}

/* A link in the order of the file: by name, then as it was added. */
struct sorted {
	const char	*name;
	size_t		 i;
	struct tp_link	 link;
};

static int
compare(const void *a, const void *b)
{
	const struct sorted	*x = a, *y = b;
	int			 c = strcmp(x->name, y->name);

	return c != 0 ? c : (x->i > y->i) - (x->i < y->i);
}

/* All links, old and new; n is how many. */
static struct sorted *
sort(const struct tp_segments *s, const struct tp_graph *g, size_t *n)
{
	struct sorted	*v = tp_calloc(s->n + g->links + 1, sizeof(*v));
	uint32_t	 i, k;

	*n = 0;
	for (i = 0; i < g->segments; i++) {
		const char	*name = g->text + g->segment_name[i];

		if (tp_map_find(&s->ids, name, strlen(name)) != SIZE_MAX)
			continue;
		for (k = g->segment_at[i]; k < g->segment_at[i + 1]; k++) {
			v[*n] = (struct sorted){ name, *n, g->link[k] };
			++*n;
		}
	}
	for (i = 0; i < s->n; i++) {
		v[*n] = (struct sorted){
			s->ids.keys[s->v[i].segment].p, *n, s->v[i].link,
		};
		++*n;
	}
	qsort(v, *n, sizeof(*v), compare);
	return v;
}

/*
 * How much of the text names nodes and edges: that of segments comes behind it
 * and is made anew.
 */
static uint32_t
text_before(const struct tp_graph *g)
{
	uint32_t	first = g->text_size, i;

	for (i = 0; i < g->segments; i++)
		first = g->segment_name[i] < first ? g->segment_name[i] :
		    first;
	for (i = 0; i < g->nodes; i++)
		if (g->node_name[i] >= first)
			return g->text_size;
	for (i = 0; i < g->edges; i++)
		if (g->edge_name[i] >= first)
			return g->text_size;
	return first;
}

void
tp_segments_write(const struct tp_segments *s, const struct tp_graph *g,
    struct tp_buf *out)
{
	struct tp_graph	 with = *g;
	struct tp_buf	 text = { 0 };
	size_t		 n, i;
	struct sorted	*v = sort(s, g, &n);
	uint32_t	*name = tp_calloc(n + 1, sizeof(*name));
	uint32_t	*at = tp_calloc(n + 1, sizeof(*at));
	struct tp_link	*link = tp_calloc(n + 1, sizeof(*link));

	tp_buf_add(&text, g->text, text_before(g));
	with.segments = 0;
	for (i = 0; i < n; i++) {
		if (i == 0 || strcmp(v[i - 1].name, v[i].name) != 0) {
			name[with.segments] = (uint32_t)text.n;
			at[with.segments++] = (uint32_t)i;
			tp_buf_add(&text, v[i].name, strlen(v[i].name) + 1);
		}
		link[i] = v[i].link;
	}
	at[with.segments] = (uint32_t)n;
	with.links = (uint32_t)n;
	with.segment_name = name;
	with.segment_at = at;
	with.link = link;
	with.text = text.p;
	with.text_size = (uint32_t)text.n;
	tp_graphfile_write(&with, out);
	tp_buf_release(&text);
	free(v);
	free(name);
	free(at);
	free(link);
}
