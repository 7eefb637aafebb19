/*
 * Any bytes as a graph file: what is taken can be walked along every array
 * without leaving it, also where the sums are right.
 */
#include <stdlib.h>

#include "graph/graphfile.h"
#include "graph/graphtext.h"
#include "graph/locate.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* Makes header sums right, so that what is behind them is reached. */
static void
mend(uint64_t *file, size_t n)
{
	struct tp_graphfile_header	h;

	if (n < sizeof(h))
		return;
	memcpy(&h, file, sizeof(h));
	h.sum = tp_graphfile_sum(&h);
	memcpy(file, &h, sizeof(h));
}

static void
use(const struct tp_graph *g)
{
	enum tp_graph_format	f;
	struct tp_locate	l;
	struct tp_spot		spots[4];
	struct tp_buf		b = { 0 };
	struct tp_err		e = { 0 };
	uint32_t		at, n, i;

	for (f = TP_GRAPH_GEOJSON; f <= TP_GRAPH_CO; f++)
		for (at = 0; tp_graph_export(g, f, &at, &b);)
			b.n = 0;
	tp_graph_info(g, &b);
	tp_graph_check(g, "fuzz", &e);
	for (i = 0; i < g->nodes && i < 64; i++)
		if (tp_graph_copies(g, i, &n) > g->nodes)
			abort();
	tp_graph_find_node(g, "a", 1);
	tp_graph_find_segment(g, "a", 1);
	tp_locate_init(&l, g);
	for (i = 0; i < g->nodes && i < 16; i++)
		tp_locate_near(&l, g->at[i], 1000, spots, 4);
	tp_locate_release(&l);
	tp_buf_release(&b);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	uint64_t	*file = calloc(n / 8 + 1, 8);
	struct tp_graph	 g;
	struct tp_err	 e = { 0 };

	memcpy(file, data, n);
	mend(file, n);
	if (tp_graph_view(&g, file, n, "fuzz", &e) == 0)
		use(&g);
	else if (e.code != TP_EXIT_DATA)
		abort();
	free(file);
	return 0;
}
