/*
 * Any bytes as a street map: the first says of what kind, a line "--" begins
 * its second file.  A map that is taken makes a graph that passes its check.
 */
#include <stdlib.h>

#include "graph/mapfile.h"
#include "json/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static struct {
	const char	*p;
	size_t		 n;
} files[2];

static int
feed(const char *path, bool osm, tp_line_fn *fn, void *arg, struct tp_err *e)
{
	struct tp_lines	 lines = { 0 };
	size_t		 n = files[*path == '2'].n;
	char		*p = calloc(n + TP_JSON_PAD, 1);
	int		 rc;

	(void)osm;
	(void)e;
	if (n > 0)
		memcpy(p, files[*path == '2'].p, n);
	tp_lines_init(&lines, 4096);
	rc = tp_lines_bytes(&lines, p, n, fn, arg);
	if (rc == 0)
		rc = tp_lines_end(&lines, fn, arg);
	tp_lines_release(&lines);
	free(p);
	return rc;
}

/* Cuts the bytes at the first line "--". */
static bool
cut(const char *p, size_t n)
{
	const char	*q = n > 0 ? memmem(p, n, "\n--\n", 4) : NULL;

	files[0].p = p;
	files[0].n = q != NULL ? (size_t)(q + 1 - p) : n;
	files[1].p = q != NULL ? q + 4 : p + n;
	files[1].n = (size_t)(p + n - files[1].p);
	return q != NULL;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct tp_mapfile	m = { .kmh = 50, .feed = feed };
	struct tp_builder	b = { 0 };
	struct tp_builder_opts	o;
	struct tp_builder_stats	s;
	struct tp_buf		notes = { 0 }, out = { 0 };
	struct tp_err		e = { 0 };
	struct tp_graph		g;
	int			kind = n > 0 ? data[0] % 12 : 0;

	if (cut((const char *)data + (n > 0), n - (n > 0)))
		m.places = "2";
	*(kind % 3 == 0 ? &m.opl : kind % 3 == 1 ? &m.dimacs : &m.tsv) = "1";
	o.component = kind / 3 % 2 == 0;
	o.contract = kind / 6 == 0;
	if (tp_mapfile_read(&m, &b, &notes, &e) == 0 &&
	    tp_builder_finish(&b, &o, &s, "1", &out, &e) == 0) {
		if (tp_graph_view(&g, out.p, out.n, "1", &e) != 0 ||
		    tp_graph_check(&g, "1", &e) != 0)
			abort();
	} else if (e.code != TP_EXIT_DATA) {
		abort();
	}
	tp_buf_release(&out);
	tp_buf_release(&notes);
	tp_builder_release(&b);
	return 0;
}
