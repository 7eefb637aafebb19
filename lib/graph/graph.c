#include "graph/graph.h"

#include <fcntl.h>
#include <inttypes.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "graph/graphfile.h"

static int
bad(struct tp_err *e, const char *name, const char *what)
{
	return tp_err_set(e, TP_EXIT_DATA, "%s: %s", name, what);
}

/* Sets counts and pointers by the header of a file of n bytes. */
static int
lay_out(struct tp_graph *g, const char *p, size_t n, const char *name,
    struct tp_err *e)
{
	struct tp_graphfile_header	h;
	uint64_t			at = sizeof(h);
	size_t				i;

	if (n < sizeof(h))
		return bad(e, name, "no graph file: shorter than its header");
	memcpy(&h, p, sizeof(h));
	if (memcmp(h.magic, TP_GRAPHFILE_MAGIC, sizeof(h.magic)) != 0)
		return bad(e, name, "no graph file");
	if (h.order != TP_GRAPHFILE_ORDER)
		return bad(e, name, "made on a machine of other byte order");
	if (h.version != TP_GRAPH_VERSION)
		return tp_err_set(e, TP_EXIT_DATA, "%s: a graph file of "
		    "version %" PRIu32 ", not %d; build it again", name,
		    h.version, TP_GRAPH_VERSION);
	if (h.sum != tp_graphfile_sum(&h))
		return bad(e, name, "the header is damaged");
	for (i = 0; i < TP_GRAPHFILE_COUNTS; i++)
		memcpy((char *)g + tp_graphfile_counts[i], &h.counts[i],
		    sizeof(h.counts[i]));
	for (i = 0; i < TP_GRAPHFILE_ARRAYS; i++) {
		const struct tp_graphfile_array	*a = &tp_graphfile_arrays[i];
		uint64_t	 size = tp_graphfile_bytes(g, a);
		const char	*array = p + at;

		/* at and size are far below 2^63: 32-bit counts */
		if (at + size > n)
			return tp_err_set(e, TP_EXIT_DATA, "%s: cut off: %zu "
			    "bytes of %" PRIu64, name, n, h.size);
		memcpy((char *)g + a->at, &array, sizeof(array));
		at += (size + 7) & ~(uint64_t)7;
	}
	if (at != n || h.size != n)
		return tp_err_set(e, TP_EXIT_DATA, "%s: %zu bytes, not %"
		    PRIu64, name, n, h.size);
	g->hash = h.hash;
	g->file = p;
	g->file_size = n;
	return 0;
}

/* True where all n values are below the limit. */
static bool
all_below(const uint32_t *v, size_t n, uint64_t limit)
{
	uint32_t	most = 0;
	size_t		i;

	for (i = 0; i < n; i++)
		most = v[i] > most ? v[i] : most;
	return n == 0 || most < limit;
}

/* True where v[0..n] goes from 0 up to last. */
static bool
ascends(const uint32_t *v, size_t n, uint32_t last)
{
	bool	ok = v[0] == 0 && v[n] == last;
	size_t	i;

	for (i = 0; i < n; i++)
		ok &= v[i] <= v[i + 1];
	return ok;
}

/*
 * True where both indexes hold each edge once, at its own ends: a walk back
 * along a search's tree then always comes to its root.
 */
static bool
edges_agree(const struct tp_graph *g)
{
	bool		ok = true;
	uint32_t	v, k;

	for (v = 0; v < g->nodes; v++) {
		for (k = g->out[v]; k < g->out[v + 1]; k++)
			ok &= g->tail[k] == v;
		for (k = g->in[v]; k < g->in[v + 1]; k++) {
			ok &= g->head[g->into[k]] == v;
			ok &= k == g->in[v] || g->into[k - 1] < g->into[k];
		}
	}
	return ok;
}

static bool
values_fit(const struct tp_graph *g)
{
	uint32_t	ms = UINT32_MAX, wrong = 0, i;
	uint16_t	kmh10 = UINT16_MAX;

	for (i = 0; i < g->edges; i++) {
		ms = g->free_ms[i] < ms ? g->free_ms[i] : ms;
		kmh10 = g->kmh10[i] < kmh10 ? g->kmh10[i] : kmh10;
		wrong |= (g->shape[i] & ~TP_GRAPH_REVERSED) >= g->shapes;
	}
	return ms >= 1 && kmh10 >= 10 && wrong == 0;
}

static bool
copies_fit(const struct tp_graph *g)
{
	bool		ok = true;
	uint32_t	i;

	if (g->node_copies > g->nodes || g->edge_copies > g->edges ||
	    !all_below(g->node_copy, g->node_copies,
	    g->nodes - g->node_copies) ||
	    !all_below(g->edge_copy, g->edge_copies,
	    g->edges - g->edge_copies))
		return false;
	for (i = 1; i < g->node_copies; i++)
		ok &= g->node_copy[i - 1] <= g->node_copy[i];
	return ok;
}

static bool
segments_fit(const struct tp_graph *g)
{
	uint32_t	i;

	if (!ascends(g->segment_at, g->segments, g->links) ||
	    !all_below(g->segment_name, g->segments, g->text_size))
		return false;
	for (i = 0; i < g->links; i++) {
		const struct tp_link	*l = &g->link[i];

		if (l->edge >= g->edges - g->edge_copies ||
		    l->from_cm > l->to_cm ||
		    l->to_cm > g->length_cm[l->edge] ||
		    !(l->score >= 0 && l->score <= 1))
			return false;
	}
	return true;
}

static int
validate(const struct tp_graph *g, const char *name, struct tp_err *e)
{
	/* TP_GRAPH_NONE is no number of a node or edge */
	if (g->nodes == UINT32_MAX || g->edges == UINT32_MAX)
		return bad(e, name, "damaged: too many nodes or edges");
	if (!ascends(g->out, g->nodes, g->edges) ||
	    !ascends(g->in, g->nodes, g->edges) ||
	    !all_below(g->head, g->edges, g->nodes) ||
	    !all_below(g->into, g->edges, g->edges) || !edges_agree(g))
		return bad(e, name, "damaged: edges that do not fit");
	if (!values_fit(g) || !ascends(g->shape_at, g->shapes, g->points))
		return bad(e, name, "damaged: times or shapes that do not "
		    "fit");
	if (g->text_size == 0 || g->text[g->text_size - 1] != '\0' ||
	    !all_below(g->node_name, g->nodes, g->text_size) ||
	    !all_below(g->node_order, g->nodes, g->nodes) ||
	    !all_below(g->edge_name, g->edges, g->text_size))
		return bad(e, name, "damaged: names that do not fit");
	if (!copies_fit(g))
		return bad(e, name, "damaged: copies that do not fit");
	if (!segments_fit(g))
		return bad(e, name, "damaged: segments that do not fit");
	return 0;
}

int
tp_graph_view(struct tp_graph *g, const void *p, size_t n, const char *name,
    struct tp_err *e)
{
	*g = (struct tp_graph){ 0 };
	if (lay_out(g, p, n, name, e) == -1 || validate(g, name, e) == -1) {
		*g = (struct tp_graph){ 0 };
		return -1;
	}
	return 0;
}

int
tp_graph_open(struct tp_graph *g, const char *path, struct tp_err *e)
{
	int		 fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat	 st;
	size_t		 n = 0;
	void		*p = MAP_FAILED;
	int		 rc;

	*g = (struct tp_graph){ 0 };
	if (fd == -1)
		return tp_err_sys(e, "cannot open '%s'", path);
	rc = fstat(fd, &st);
	if (rc == 0 && !S_ISREG(st.st_mode)) {
		close(fd);
		return tp_err_set(e, TP_EXIT_DATA, "%s: not a file", path);
	}
	if (rc == 0 && st.st_size > 0) {
		n = (size_t)st.st_size;
		p = mmap(NULL, n, PROT_READ, MAP_PRIVATE | MAP_POPULATE, fd,
		    0);
		rc = p == MAP_FAILED ? -1 : 0;
	}
	if (rc == -1) {
		tp_err_sys(e, "cannot map '%s'", path);
		close(fd);
		return -1;
	}
	close(fd);
	if (n == 0)
		return bad(e, path, "no graph file: empty");
	if (tp_graph_view(g, p, n, path, e) == -1) {
		munmap(p, n);
		return -1;
	}
	g->mapped = true;
	return 0;
}

void
tp_graph_release(struct tp_graph *g)
{
	if (g->mapped)
		munmap((void *)(uintptr_t)g->file, g->file_size);
	*g = (struct tp_graph){ 0 };
}

void
tp_graph_id(const struct tp_graph *g, char id[TP_GRAPH_ID_MAX])
{
	snprintf(id, TP_GRAPH_ID_MAX, "v%016" PRIx64, g->hash);
}

uint32_t
tp_graph_copies(const struct tp_graph *g, uint32_t v, uint32_t *n)
{
	uint32_t	lo = 0, hi = g->node_copies, first;

	while (lo < hi) {
		uint32_t	mid = lo + (hi - lo) / 2;

		if (g->node_copy[mid] < v)
			lo = mid + 1;
		else
			hi = mid;
	}
	first = lo;
	while (lo < g->node_copies && g->node_copy[lo] == v)
		lo++;
	*n = lo - first;
	return g->nodes - g->node_copies + first;
}

/* Compares a string in the text with n bytes, as memcmp() and by length. */
static int
compare(const char *s, const char *name, size_t n)
{
	size_t	len = strlen(s);
	int	c = memcmp(s, name, len < n ? len : n);

	return c != 0 ? c : (len > n) - (len < n);
}

uint32_t
tp_graph_find_node(const struct tp_graph *g, const char *name, size_t n)
{
	uint32_t	lo = 0, hi = g->nodes, v;

	while (lo < hi) {
		uint32_t	mid = lo + (hi - lo) / 2;

		v = g->node_order[mid];
		if (compare(g->text + g->node_name[v], name, n) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (lo == g->nodes)
		return TP_GRAPH_NONE;
	v = g->node_order[lo];
	return compare(g->text + g->node_name[v], name, n) == 0 ? v :
	    TP_GRAPH_NONE;
}

uint32_t
tp_graph_find_segment(const struct tp_graph *g, const char *name, size_t n)
{
	uint32_t	lo = 0, hi = g->segments;

	while (lo < hi) {
		uint32_t	mid = lo + (hi - lo) / 2;

		if (compare(g->text + g->segment_name[mid], name, n) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < g->segments &&
	    compare(g->text + g->segment_name[lo], name, n) == 0 ? lo :
	    TP_GRAPH_NONE;
}

bool
tp_graph_has_places(const struct tp_graph *g)
{
	return g->nodes > 0 && tp_point_known(g->at[0]);
}

uint32_t
tp_graph_line_size(const struct tp_graph *g, uint32_t e)
{
	uint32_t	s = g->shape[e] & ~TP_GRAPH_REVERSED;

	return g->shape_at[s + 1] - g->shape_at[s] + 2;
}

struct tp_point
tp_graph_line_point(const struct tp_graph *g, uint32_t e, uint32_t i)
{
	uint32_t	s = g->shape[e] & ~TP_GRAPH_REVERSED;
	uint32_t	first = g->shape_at[s], last = g->shape_at[s + 1];

	if (i == 0)
		return g->at[g->tail[e]];
	if (i > last - first)
		return g->at[g->head[e]];
	return g->point[g->shape[e] & TP_GRAPH_REVERSED ? last - i :
	    first + i - 1];
}
