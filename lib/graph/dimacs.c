#include "graph/dimacs.h"

#include <inttypes.h>

#include "graph/slice.h"

#define WORDS	6

void
tp_dimacs_release(struct tp_dimacs *d)
{
	free(d->arcs);
	free(d->at);
	*d = (struct tp_dimacs){ 0 };
}

static int
bad(struct tp_dimacs *d, const struct tp_line *l, const char *what)
{
	return tp_line_bad(l, d->name, what, d->e);
}

/* An integer of lo..hi, which fits 32 bits. */
static int
number(struct tp_slice s, int64_t lo, int64_t hi, uint64_t *v)
{
	int64_t	i;

	if (tp_parse_int(s.p, s.n, &i) != 0 || i < lo || i > hi)
		return -1;
	*v = (uint64_t)i;
	return 0;
}

/* Cuts a line.  *n is 0 where there is nothing to read. */
static int
words(struct tp_dimacs *d, const struct tp_line *l, struct tp_slice *w,
    size_t *n)
{
	struct tp_slice	s;

	if (tp_slice_line(&s, l, d->name, d->e) == -1)
		return -1;
	*n = tp_slice_words(s, w, WORDS);
	if (*n > 0 && tp_slice_is(w[0], "c"))
		*n = 0;
	return 0;
}

static int
read_header(struct tp_dimacs *d, const struct tp_slice *w, size_t n,
    const struct tp_line *l)
{
	if (d->header)
		return bad(d, l, "a second 'p' line");
	if (n != 4 || !tp_slice_is(w[1], "sp") ||
	    number(w[2], 1, INT32_MAX, &d->nodes) == -1 ||
	    number(w[3], 1, INT32_MAX, &d->said) == -1)
		return bad(d, l, "not 'p sp NODES ARCS'");
	d->header = true;
	return 0;
}

int
tp_dimacs_line(void *arg, const struct tp_line *l)
{
	struct tp_dimacs	*d = arg;
	struct tp_slice		 w[WORDS];
	size_t			 n;
	uint64_t		 from, to;
	double			 metres;

	if (words(d, l, w, &n) == -1)
		return -1;
	if (n == 0)
		return 0;
	if (tp_slice_is(w[0], "p"))
		return read_header(d, w, n, l);
	if (!tp_slice_is(w[0], "a") || n != 4)
		return bad(d, l, "not 'a FROM TO LENGTH'");
	if (!d->header)
		return bad(d, l, "an arc before the 'p' line");
	if (number(w[1], 1, (int64_t)d->nodes, &from) == -1 ||
	    number(w[2], 1, (int64_t)d->nodes, &to) == -1)
		return bad(d, l, "a node that the 'p' line does not "
		    "count");
	if (tp_parse_num(w[3].p, w[3].n, &metres) != 0)
		return bad(d, l, "the length is no number");
	if (metres < 0)
		return bad(d, l, "the length is negative");
	if (metres > 16777216)	/* exact in a float, and 40 % of the way
				 * around the earth */
		return bad(d, l, "the length is above 16,777 km");
	if (d->n == d->said)
		return bad(d, l, "more arcs than the 'p' line says");
	d->zero += metres == 0;
	TP_GROW(d->arcs, d->cap, d->n + 1);
	d->arcs[d->n++] = (struct tp_dimacs_arc){
		(uint32_t)from, (uint32_t)to, (float)metres,
	};
	return 0;
}

int
tp_dimacs_end(struct tp_dimacs *d)
{
	if (!d->header)
		return tp_err_set(d->e, TP_EXIT_DATA, "%s: no 'p sp' line",
		    d->name);
	if (d->n != d->said)
		return tp_err_set(d->e, TP_EXIT_DATA, "%s: %zu arcs, but the 'p' "
		    "line says %" PRIu64, d->name, d->n, d->said);
	/* bounds the memory by the size of the file */
	if (d->nodes > 2 * d->said)
		return tp_err_set(d->e, TP_EXIT_DATA, "%s: the 'p' line says "
		    "%" PRIu64 " nodes, more than %zu arcs can join", d->name,
		    d->nodes, d->n);
	d->header = false;
	return 0;
}

static struct tp_point *
nowhere(size_t n)
{
	struct tp_point	*at = tp_calloc(n, sizeof(*at));

	while (n-- > 0)
		at[n] = (struct tp_point){ TP_NOWHERE, TP_NOWHERE };
	return at;
}

int
tp_dimacs_place(void *arg, const struct tp_line *l)
{
	struct tp_dimacs	*d = arg;
	struct tp_slice		 w[WORDS];
	size_t			 n;
	uint64_t		 v;
	double			 lon, lat;
	struct tp_point		 at;

	if (words(d, l, w, &n) == -1)
		return -1;
	if (n == 0)
		return 0;
	if (tp_slice_is(w[0], "p")) {
		if (n != 5 || number(w[4], 1, INT32_MAX, &v) == -1)
			return bad(d, l, "not 'p aux sp co NODES'");
		if (v != d->nodes)
			return bad(d, l, "another number of nodes "
			    "than in the graph");
		d->header = true;
		return 0;
	}
	if (!tp_slice_is(w[0], "v") || n != 4)
		return bad(d, l, "not 'v NODE LON LAT'");
	if (!d->header)
		return bad(d, l, "a place before the 'p' line");
	if (number(w[1], 1, (int64_t)d->nodes, &v) == -1)
		return bad(d, l, "a node that the 'p' line does not "
		    "count");
	if (tp_parse_num(w[2].p, w[2].n, &lon) != 0 ||
	    tp_parse_num(w[3].p, w[3].n, &lat) != 0 ||
	    tp_point_set(&at, lat / 1e6, lon / 1e6) == -1)
		return bad(d, l, "no place on the earth");
	if (d->at == NULL)
		d->at = nowhere(d->nodes);
	if (tp_point_known(d->at[v - 1]))
		return bad(d, l, "the node was placed before");
	d->at[v - 1] = at;
	d->places++;
	return 0;
}

int
tp_dimacs_places_end(struct tp_dimacs *d)
{
	if (d->places != d->nodes)
		return tp_err_set(d->e, TP_EXIT_DATA, "%s: places of %zu nodes, "
		    "not of %" PRIu64, d->name, d->places, d->nodes);
	return 0;
}

int
tp_dimacs_build(const struct tp_dimacs *d, double kmh, struct tp_builder *b)
{
	struct tp_point	none = { TP_NOWHERE, TP_NOWHERE };
	char		name[16];
	size_t		i;

	for (i = 0; i < d->nodes; i++) {
		int	n = snprintf(name, sizeof(name), "%zu", i + 1);

		tp_builder_node(b, name, (size_t)n,
		    d->at != NULL ? d->at[i] : none);
	}
	for (i = 0; i < d->n; i++) {
		const struct tp_dimacs_arc	*a = &d->arcs[i];
		struct tp_builder_road		 r = {
			.from = a->from - 1, .to = a->to - 1,
			.metres = (double)a->metres, .kmh = kmh,
		};
		const char			*why = tp_builder_edge(b, &r);

		if (why != NULL)
			return tp_err_set(d->e, TP_EXIT_DATA, "%s: arc %zu: %s",
			    d->name, i + 1, why);
	}
	return 0;
}
