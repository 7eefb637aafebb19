#include "graph/edgetsv.h"

#include "graph/slice.h"

#define FIELDS	6

void
tp_edgetsv_release(struct tp_edgetsv *t)
{
	tp_map_release(&t->ids);
	*t = (struct tp_edgetsv){ 0 };
}

static int
bad(struct tp_edgetsv *t, const struct tp_line *l, const char *what)
{
	return tp_line_bad(l, t->name, what, t->e);
}

/* Cuts a line.  *n is 0 where there is nothing to read. */
static int
fields(struct tp_edgetsv *t, const struct tp_line *l, struct tp_slice *f,
    size_t *n)
{
	struct tp_slice	s;

	if (tp_slice_line(&s, l, t->name, t->e) == -1)
		return -1;
	*n = s.n == 0 || s.p[0] == '#' ? 0 :
	    tp_slice_cut(s, '\t', f, FIELDS);
	return 0;
}

static bool
is_name(struct tp_slice s)
{
	return s.n > 0 && s.n <= TP_BUILDER_NAME_MAX &&
	    memchr(s.p, '\0', s.n) == NULL;
}

/* The node with this name, a new one of no place if there is none. */
static uint32_t
node(struct tp_edgetsv *t, struct tp_slice name)
{
	size_t	i = tp_map_add(&t->ids, name.p, name.n);

	if (i == t->b->n)
		tp_builder_node(t->b, name.p, name.n,
		    (struct tp_point){ TP_NOWHERE, TP_NOWHERE });
	return (uint32_t)i;
}

int
tp_edgetsv_line(void *arg, const struct tp_line *l)
{
	struct tp_edgetsv	*t = arg;
	struct tp_slice		 f[FIELDS];
	size_t			 n;
	struct tp_builder_road	 r = { 0 };
	const char		*why;

	if (fields(t, l, f, &n) == -1)
		return -1;
	if (n == 0)
		return 0;
	if (n < 4 || n > 5)
		return bad(t, l, "not 4 or 5 fields: from, to, "
		    "length_m, speed_kmh, name");
	if (!is_name(f[0]) || !is_name(f[1]))
		return bad(t, l, "a node has no name, or one of more "
		    "than 1024 bytes");
	if (tp_parse_num(f[2].p, f[2].n, &r.metres) != 0)
		return bad(t, l, "the length is no number");
	if (tp_parse_num(f[3].p, f[3].n, &r.kmh) != 0)
		return bad(t, l, "the speed is no number");
	r.from = node(t, f[0]);
	r.to = node(t, f[1]);
	if (n == 5)
		r.name = tp_builder_name(t->b, f[4].p, f[4].n);
	why = tp_builder_edge(t->b, &r);
	return why != NULL ? bad(t, l, why) : 0;
}

int
tp_edgetsv_place(void *arg, const struct tp_line *l)
{
	struct tp_edgetsv	*t = arg;
	struct tp_slice		 f[FIELDS];
	size_t			 n, i;
	double			 lat, lon;
	struct tp_point		 at;

	if (fields(t, l, f, &n) == -1)
		return -1;
	if (n == 0)
		return 0;
	if (n != 3)
		return bad(t, l, "not 3 fields: node, latitude, "
		    "longitude");
	if (tp_parse_num(f[1].p, f[1].n, &lat) != 0 ||
	    tp_parse_num(f[2].p, f[2].n, &lon) != 0 ||
	    tp_point_set(&at, lat, lon) == -1)
		return bad(t, l, "no place on the earth");
	i = tp_map_find(&t->ids, f[0].p, f[0].n);
	if (i == SIZE_MAX)
		return 0;
	if (tp_point_known(t->b->nodes[i].at))
		return bad(t, l, "the node was placed before");
	t->b->nodes[i].at = at;
	return 0;
}

int
tp_edgetsv_places_end(struct tp_edgetsv *t)
{
	size_t	i;

	for (i = 0; i < t->b->n; i++)
		if (!tp_point_known(t->b->nodes[i].at))
			return tp_err_set(t->e, TP_EXIT_DATA, "%s: no place of "
			    "node '%s'", t->name, t->ids.keys[i].p);
	return 0;
}
