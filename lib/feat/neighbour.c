/* The table of neighbours: read, numbered, weighted. */
#include <float.h>
#include <math.h>

#include "base/buf.h"
#include "base/mem.h"
#include "feat/neighbour.h"
#include "io/file.h"
#include "json/json.h"

#define COLUMNS_MAX	16
#define ID_MAX		4096	/* as in the grid */
#define FILE_MAX	((size_t)256 << 20)	/* bytes */
#define METRES_MAX	1e8	/* more than twice around the earth */
#define ARCS_MAX	((size_t)50 * 1000 * 1000)	/* keeps indexes 32 bits */

/* One line of the table, cut at its commas. */
struct row {
	const char	*p[COLUMNS_MAX];
	size_t		 n[COLUMNS_MAX];
	size_t		 count;		/* may exceed COLUMNS_MAX */
};

struct reading {
	struct tp_neighbours	*g;
	struct tp_map	 ids;		/* in order of appearance */
	struct tp_buf	 id;		/* scratch */
	size_t		 from, to, metres;	/* columns */
	const char	*name;
	uint64_t	 line;
	struct tp_err	*e;
};

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '"';
}

/* Cuts a line; blanks and quotes around a field do not belong to it. */
static void
row_cut(struct row *r, const char *p, const char *end)
{
	r->count = 0;
	for (;;) {
		const char	*comma = memchr(p, ',', (size_t)(end - p));
		const char	*stop = comma != NULL ? comma : end, *a = p;

		while (a < stop && is_blank(*a))
			a++;
		while (stop > a && is_blank(stop[-1]))
			stop--;
		if (r->count < COLUMNS_MAX) {
			r->p[r->count] = a;
			r->n[r->count] = (size_t)(stop - a);
		}
		r->count++;
		if (comma == NULL)
			return;
		p = comma + 1;
	}
}

static int
bad(struct reading *in, const char *what)
{
	return tp_err_set(in->e, TP_EXIT_DATA, "%s:%llu: %s", in->name,
	    (unsigned long long)in->line, what);
}

static bool
is(const struct row *r, size_t i, const char *word)
{
	return r->n[i] == strlen(word) &&
	    memcmp(r->p[i], word, r->n[i]) == 0;
}

static int
read_header(struct reading *in, const struct row *r)
{
	size_t	i;

	in->from = in->to = in->metres = COLUMNS_MAX;
	if (r->count > COLUMNS_MAX)
		return bad(in, "too many columns");
	for (i = 0; i < r->count; i++) {
		size_t	*at = is(r, i, "from") ? &in->from :
			    is(r, i, "to") ? &in->to :
			    is(r, i, "distance_m") || is(r, i, "distance") ||
			    is(r, i, "cost") ? &in->metres : NULL;

		if (at != NULL && *at != COLUMNS_MAX)
			return bad(in, "a column is named twice");
		if (at != NULL)
			*at = i;
	}
	if (in->from == COLUMNS_MAX || in->to == COLUMNS_MAX ||
	    in->metres == COLUMNS_MAX)
		return bad(in, "the header has no columns 'from', 'to' and "
		    "'distance_m'");
	return 0;
}

/* The index of a segment id, kept as the bytes of a JSON string. */
static uint32_t
id_index(struct reading *in, const char *p, size_t n)
{
	in->id.n = 0;
	tp_json_write_str(&in->id, p, n);
	return (uint32_t)tp_map_add(&in->ids, in->id.p + 1, in->id.n - 2);
}

static int
read_row(struct reading *in, const struct row *r)
{
	struct tp_neighbours	*g = in->g;
	struct tp_neighbour_arc	*a;
	double			 m;

	if (r->count <= in->from || r->count <= in->to ||
	    r->count <= in->metres)
		return bad(in, "the row is too short");
	if (r->n[in->from] == 0 || r->n[in->to] == 0)
		return bad(in, "a segment has no name");
	if (r->n[in->from] > ID_MAX || r->n[in->to] > ID_MAX)
		return bad(in, "a segment's name is too long");
	if (tp_parse_num(r->p[in->metres], r->n[in->metres], &m) != 0 ||
	    m < 0 || m > METRES_MAX)
		return bad(in, "the distance is no number of metres");
	if (g->n == ARCS_MAX)
		return bad(in, "too many rows");
	TP_GROW(g->arcs, g->cap, g->n + 1);
	a = &g->arcs[g->n];
	a->from = id_index(in, r->p[in->from], r->n[in->from]);
	a->to = id_index(in, r->p[in->to], r->n[in->to]);
	a->metres = m;
	/* A segment is no neighbour of its own. */
	g->n += a->from != a->to;
	return 0;
}

struct ranked {
	const struct tp_map_key	*key;
	uint32_t		 old;
};

static int
compare_ids(const void *a, const void *b)
{
	const struct ranked	*x = a, *y = b;

	return tp_map_key_order(x->key, y->key);
}

/*
 * Numbers the segments anew in byte order of their ids, so that nothing
 * depends on the order of the rows.
 */
static void
rank_ids(struct reading *in)
{
	struct ranked	*r = tp_calloc(in->ids.n, sizeof(*r));
	uint32_t	*to = tp_calloc(in->ids.n, sizeof(*to));
	size_t		 i;

	for (i = 0; i < in->ids.n; i++)
		r[i] = (struct ranked){ &in->ids.keys[i], (uint32_t)i };
	qsort(r, in->ids.n, sizeof(*r), compare_ids);
	for (i = 0; i < in->ids.n; i++)
		to[r[i].old] = (uint32_t)tp_map_add(&in->g->ids,
		    r[i].key->p, r[i].key->n);
	for (i = 0; i < in->g->n; i++) {
		in->g->arcs[i].from = to[in->g->arcs[i].from];
		in->g->arcs[i].to = to[in->g->arcs[i].to];
	}
	free(to);
	free(r);
}

static int
compare_arcs(const void *a, const void *b)
{
	const struct tp_neighbour_arc	*x = a, *y = b;

	if (x->from != y->from)
		return x->from < y->from ? -1 : 1;
	return (x->to > y->to) - (x->to < y->to);
}

static void
weigh(struct tp_neighbours *g)
{
	double	mean = 0, var = 0;
	size_t	i;

	for (i = 0; i < g->n; i++)
		mean += g->arcs[i].metres / (double)g->n;
	for (i = 0; i < g->n; i++)
		var += (g->arcs[i].metres - mean) *
		    (g->arcs[i].metres - mean) / (double)g->n;
	for (i = 0; i < g->n; i++) {
		double	d = g->arcs[i].metres;

		/*
		 * Where all are equally far, all count the same; one that is
		 * very far counts for itself where it is the only one.
		 */
		g->arcs[i].weight = var > 0 ?
		    fmax(exp(-d * d / var), DBL_MIN) : 1;
	}
}

/* Index of arcs by start and by end; hash of what the table says. */
static void
link_arcs(struct tp_neighbours *g)
{
	size_t	 n = g->ids.n, i;
	uint32_t	*at;

	g->in = tp_calloc(n + 1, sizeof(*g->in));
	g->out = tp_calloc(n + 1, sizeof(*g->out));
	g->into = tp_calloc(g->n + 1, sizeof(*g->into));
	for (i = 0; i < g->n; i++) {
		g->out[g->arcs[i].from + 1]++;
		g->in[g->arcs[i].to + 1]++;
	}
	for (i = 0; i < n; i++) {
		g->out[i + 1] += g->out[i];
		g->in[i + 1] += g->in[i];
	}
	at = tp_calloc(n + 1, sizeof(*at));
	g->hash = 0;
	for (i = 0; i < g->n; i++) {
		const struct tp_neighbour_arc	*a = &g->arcs[i];
		const struct tp_map_key		*f = &g->ids.keys[a->from];
		const struct tp_map_key		*t = &g->ids.keys[a->to];

		g->into[g->in[a->to] + at[a->to]++] = (uint32_t)i;
		g->hash = tp_hash(f->p, f->n, g->hash);
		g->hash = tp_hash(t->p, t->n, g->hash);
		g->hash = tp_hash(&a->metres, sizeof(a->metres), g->hash);
	}
	free(at);
	/* 0 means no graph. */
	g->hash += g->hash == 0;
}

static int
finish(struct reading *in)
{
	struct tp_neighbours	*g = in->g;
	size_t		 i;

	if (in->line == 0)
		return tp_err_set(in->e, TP_EXIT_DATA, "%s: the file is empty",
		    in->name);
	if (g->n == 0)
		return tp_err_set(in->e, TP_EXIT_DATA, "%s: no two segments "
		    "are connected", in->name);
	rank_ids(in);
	qsort(g->arcs, g->n, sizeof(*g->arcs), compare_arcs);
	for (i = 1; i < g->n; i++)
		if (compare_arcs(&g->arcs[i - 1], &g->arcs[i]) == 0)
			return tp_err_set(in->e, TP_EXIT_DATA, "%s: the way "
			    "from '%s' to '%s' is there twice", in->name,
			    g->ids.keys[g->arcs[i].from].p,
			    g->ids.keys[g->arcs[i].to].p);
	weigh(g);
	link_arcs(g);
	return 0;
}

int
tp_neighbours_read(struct tp_neighbours *g, const char *p, size_t n,
    const char *name, struct tp_err *e)
{
	struct reading	 in = { .g = g, .name = name, .e = e };
	const char	*end = p + n;
	int		 rc = 0;

	if (n >= 3 && memcmp(p, "\xef\xbb\xbf", 3) == 0)
		p += 3;
	while (rc == 0 && p < end) {
		const char	*nl = memchr(p, '\n', (size_t)(end - p));
		const char	*stop = nl != NULL ? nl : end;
		struct row	 r;

		in.line++;
		row_cut(&r, p, stop);
		if (in.line == 1)
			rc = read_header(&in, &r);
		else if (r.count > 1 || r.n[0] > 0)
			rc = read_row(&in, &r);
		p = stop + (nl != NULL);
	}
	if (rc == 0)
		rc = finish(&in);
	tp_map_release(&in.ids);
	tp_buf_release(&in.id);
	if (rc != 0)
		tp_neighbours_release(g);
	return rc;
}

int
tp_neighbours_open(struct tp_neighbours *g, const char *path,
    struct tp_err *e)
{
	char	*p;
	size_t	 n;
	int	 rc;

	if (tp_file_read(path, FILE_MAX, &p, &n, e) != 0)
		return -1;
	rc = tp_neighbours_read(g, p, n, path, e);
	free(p);
	return rc;
}

void
tp_neighbours_release(struct tp_neighbours *g)
{
	tp_map_release(&g->ids);
	free(g->arcs);
	free(g->in);
	free(g->into);
	free(g->out);
	*g = (struct tp_neighbours){ 0 };
}

/* The sums of a weighted mean, and how many values are in it. */
struct mean {
	double	sum, weight;
	int	n;
};

static void
add(struct mean *m, double v, double weight)
{
	if (isnan(v))
		return;
	m->sum += weight * v;
	m->weight += weight;
	m->n++;
}

static double
mean_of(const struct mean *m, int *count)
{
	*count = m->n;
	return m->n > 0 ? m->sum / m->weight : (double)NAN;
}

double
tp_neighbours_upstream(const struct tp_neighbours *g, size_t i,
    const double *value, int *count)
{
	const struct tp_neighbour_arc	*a;
	struct mean			 m = { 0 };
	uint32_t			 k;

	for (k = g->in[i]; k < g->in[i + 1]; k++) {
		a = &g->arcs[g->into[k]];
		add(&m, value[a->from], a->weight);
	}
	return mean_of(&m, count);
}

double
tp_neighbours_downstream(const struct tp_neighbours *g, size_t i,
    const double *value, int *count)
{
	struct mean	m = { 0 };
	uint32_t	k;

	for (k = g->out[i]; k < g->out[i + 1]; k++)
		add(&m, value[g->arcs[k].to], g->arcs[k].weight);
	return mean_of(&m, count);
}

void
tp_neighbours_near(const struct tp_neighbours *g, double metres,
    uint32_t **off, uint32_t **to)
{
	const struct tp_neighbour_arc	*a, *end = g->arcs + g->n;
	size_t				 n = g->ids.n, i;
	uint32_t			*first, *next;

	/* how many each has, one place on, which the places then become */
	first = *off = tp_calloc(n + 2, sizeof(*first));
	for (a = g->arcs; a < end; a++)
		if (a->metres <= metres) {
			first[a->from + 2]++;
			first[a->to + 2]++;
		}
	for (i = 2; i < n + 2; i++)
		first[i] += first[i - 1];
	next = first + 1;
	*to = tp_calloc(first[n + 1] + (size_t)1, sizeof(**to));
	for (a = g->arcs; a < end; a++)
		if (a->metres <= metres) {
			(*to)[next[a->from]++] = a->to;
			(*to)[next[a->to]++] = a->from;
		}
}
