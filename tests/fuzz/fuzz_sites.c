/* Any bytes as lines of sites, put on the edges of a small graph. */
#include <stdlib.h>

#include "graph/builder.h"
#include "graph/snapall.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* A square of two-way streets around 47 north, 9 east. */
static void
square(struct tp_buf *file)
{
	struct tp_builder	b = { 0 };
	struct tp_builder_opts	o = { false, false };
	struct tp_builder_stats	s;
	struct tp_err		e = { 0 };
	uint32_t		i;

	for (i = 0; i < 4; i++)
		tp_builder_node(&b, &"abcd"[i], 1, (struct tp_point){
		    470000000 + (int32_t)(i / 2 * 20000),
		    90000000 + (int32_t)((i == 1 || i == 2) * 30000) });
	for (i = 0; i < 8; i++) {
		struct tp_builder_road	r = {
			.from = i / 2, .to = (i / 2 + 1) % 4, .metres = 225,
			.kmh = 50,
		};

		if (i % 2 == 1) {
			r.from = r.to;
			r.to = i / 2;
		}
		if (tp_builder_edge(&b, &r) != NULL)
			abort();
	}
	if (tp_builder_finish(&b, &o, &s, "square", file, &e) != 0)
		abort();
	tp_builder_release(&b);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct tp_err		e = { 0 };
	struct tp_sites		s = { .name = "fuzz", .e = &e };
	struct tp_segments	out = { 0 };
	struct tp_buf		file = { 0 }, with = { 0 }, report = { 0 };
	struct tp_lines		lines = { 0 };
	struct tp_map		none = { 0 };
	struct tp_snap_stats	st;
	struct tp_graph		g, g2;
	struct tp_locate	l;
	char			*p = calloc(n + TP_JSON_PAD, 1);

	if (n > 0)
		memcpy(p, data, n);
	tp_lines_init(&lines, 65536);
	if (tp_lines_bytes(&lines, p, n, tp_sites_line, &s) == 0 &&
	    tp_lines_end(&lines, tp_sites_line, &s) == 0) {
		square(&file);
		if (tp_graph_view(&g, file.p, file.n, "square", &e) != 0)
			abort();
		tp_locate_init(&l, &g);
		tp_snap_all(&l, &s, &none, 100, 0.1, &out, &report, &st);
		if (st.on + st.off != s.ids.n)
			abort();
		tp_segments_write(&out, &g, &with);
		if (tp_graph_view(&g2, with.p, with.n, "with", &e) != 0 ||
		    tp_graph_check(&g2, "with", &e) != 0)
			abort();
		tp_locate_release(&l);
	} else if (e.code != TP_EXIT_DATA) {
		abort();
	}
	tp_lines_release(&lines);
	tp_sites_release(&s);
	tp_segments_release(&out);
	tp_buf_release(&file);
	tp_buf_release(&with);
	tp_buf_release(&report);
	free(p);
	return 0;
}
