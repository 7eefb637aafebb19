#include "forecast/importance.h"

#include <ctype.h>
#include <math.h>

#include "base/mem.h"
#include "base/rng.h"
#include "forecast/forecast.h"
#include "model/column.h"

/* What is given of another row. */
struct group {
	char	*name;
	bool	*col;		/* by column */
	bool	 reading, time;
};

/* Rows of the validation part, of which the panel of d is a copy. */
struct sample {
	const struct tp_panel *from;
	struct tp_dataset d;
	size_t		*row, n;	/* in `from` */
	size_t		*other;		/* of each row, the one given */
	size_t		*place;		/* of each row, that of its step */
	size_t		*first, nstep;	/* of each step, its first row here */
	size_t		*at;		/* of each step, the one given */
	float		*x;
	double		*now, *last, *y;
	uint32_t	*seg, *step, *slot;
	uint8_t		*day;
};

struct sums {
	double	err[TP_MODEL_HORIZONS];
	size_t	n[TP_MODEL_HORIZONS];
};

static size_t *
permutation(size_t n, struct tp_rng *rng)
{
	size_t	*v = tp_calloc(n + 1, sizeof(*v)), i, j, t;

	for (i = 0; i < n; i++)
		v[i] = i;
	for (i = n; i > 1; i--) {
		j = (size_t)tp_rng_below(rng, i);
		t = v[i - 1];
		v[i - 1] = v[j];
		v[j] = t;
	}
	return v;
}

/* Which rows are in the sample, and which are given instead of them. */
static void
choose(struct sample *s, uint64_t seed)
{
	const struct tp_panel	*p = s->from;
	struct tp_rng		 rng;
	uint32_t		 stride;
	size_t			 r0 = 0, r1, r, before = SIZE_MAX;

	while (r0 < p->nrow && p->step[r0] < p->part[1])
		r0++;
	for (r1 = r0; r1 < p->nrow && p->step[r1] < p->part[2]; r1++)
		;
	stride = (uint32_t)((r1 - r0) / TP_IMPORTANCE_ROWS + 1);
	s->row = tp_calloc(r1 - r0 + 1, sizeof(*s->row));
	s->place = tp_calloc(r1 - r0 + 1, sizeof(*s->place));
	s->first = tp_calloc(r1 - r0 + 1, sizeof(*s->first));
	for (r = r0; r < r1; r++) {
		if ((p->step[r] - p->part[1]) % stride != 0)
			continue;
		if (p->step[r] != before)
			s->first[s->nstep++] = s->n;
		before = p->step[r];
		s->place[s->n] = s->nstep - 1;
		s->row[s->n++] = r;
	}
	tp_rng_init(&rng, seed);
	s->other = permutation(s->n, &rng);
	s->at = permutation(s->nstep, &rng);
}

static void
sample_init(struct sample *s, const struct tp_dataset *d, uint64_t seed)
{
	const struct tp_panel	*p = &d->panel;
	struct tp_panel		*q = &s->d.panel;
	size_t			 nh = p->shape.nh, i;

	s->from = p;
	choose(s, seed);
	q->shape = p->shape;
	q->nrow = s->n;
	q->x = s->x = tp_calloc(s->n * p->shape.ncol + 1, sizeof(*s->x));
	q->now = s->now = tp_calloc(s->n + 1, sizeof(*s->now));
	q->last = s->last = tp_calloc(s->n + 1, sizeof(*s->last));
	q->y = s->y = tp_calloc(s->n * nh + 1, sizeof(*s->y));
	q->seg = s->seg = tp_calloc(s->n + 1, sizeof(*s->seg));
	q->step = s->step = tp_calloc(s->n + 1, sizeof(*s->step));
	q->slot = s->slot = tp_calloc(s->n + 1, sizeof(*s->slot));
	q->day = s->day = tp_calloc(s->n + 1, sizeof(*s->day));
	for (i = 0; i < s->n; i++) {
		memcpy(s->y + i * nh, p->y + s->row[i] * nh,
		    nh * sizeof(*s->y));
		s->seg[i] = p->seg[s->row[i]];
		s->step[i] = p->step[s->row[i]];
	}
}

static void
sample_release(struct sample *s)
{
	free(s->row);
	free(s->other);
	free(s->place);
	free(s->first);
	free(s->at);
	free(s->x);
	free(s->now);
	free(s->last);
	free(s->y);
	free(s->seg);
	free(s->step);
	free(s->slot);
	free(s->day);
}

/* The rows as they were, but for what is of the group; NULL: no group. */
static void
fill(struct sample *s, const struct group *g)
{
	const struct tp_panel	*p = s->from;
	size_t			 ncol = p->shape.ncol, i, c, own, other, t;

	for (i = 0; i < s->n; i++) {
		own = s->row[i];
		other = s->row[s->other[i]];
		t = g != NULL && g->time ?
		    s->row[s->first[s->at[s->place[i]]]] : own;
		for (c = 0; c < ncol; c++)
			s->x[i * ncol + c] = p->x[(g != NULL && g->col[c] ?
			    other : own) * ncol + c];
		if (g == NULL || !g->reading)
			other = own;
		s->now[i] = p->now[other];
		s->last[i] = p->last[other];
		s->slot[i] = p->slot[t];
		s->day[i] = p->day[t];
	}
}

static void
add(void *arg, const struct tp_fitted_pair *p)
{
	struct sums	*s = arg;

	s->err[p->h] += fabs(tp_forecast_speed(p->raw) - p->y);
	s->n[p->h]++;
}

static struct sums
errors(struct sample *s, const struct tp_modelfile *m, const struct group *g)
{
	struct tp_fitted	f = { .kind = m->kind, .state = m->state };
	struct sums		sums = { 0 };

	fill(s, g);
	tp_fitted_each(&f, &s->d, 0, UINT32_MAX, add, &sums);
	f.state = NULL;			/* is m's */
	tp_fitted_release(&f);
	return sums;
}

/* The name of a column with "*" for each number. */
static char *
pattern(const char *column)
{
	struct tp_buf	 b = { 0 };
	char		*s;

	while (*column != '\0') {
		if (isdigit((unsigned char)*column)) {
			tp_buf_char(&b, '*');
			column += strspn(column, "0123456789");
		} else {
			tp_buf_char(&b, *column++);
		}
	}
	s = tp_strdup(tp_buf_cstr(&b));
	tp_buf_release(&b);
	return s;
}

/* The group of this name, which becomes its owner; made where it is new. */
static struct group *
group_of(struct group *v, size_t *n, char *name, size_t ncol)
{
	size_t	i;

	for (i = 0; i < *n; i++)
		if (strcmp(v[i].name, name) == 0) {
			free(name);
			return &v[i];
		}
	v[*n].name = name;
	v[*n].col = tp_calloc(ncol + 1, sizeof(*v[*n].col));
	return &v[(*n)++];
}

/* The groups of what the kind reads; at most ncol + 2. */
static size_t
make_groups(struct group *v, const struct tp_model_kind *kind,
    const struct tp_shape *s)
{
	struct group	*g;
	size_t		 n = 0, c;
	bool		 reading = false;

	for (c = 0; c < s->ncol; c++) {
		if (kind->wants == NULL || !kind->wants(s->names[c]))
			continue;
		g = group_of(v, &n, pattern(s->names[c]), s->ncol);
		g->col[c] = true;
		if (tp_column_lag(s->names[c]) >= 0)
			reading = g->reading = true;
	}
	if (!reading)
		group_of(v, &n, tp_strdup("reading"), s->ncol)->reading = true;
	group_of(v, &n, tp_strdup("time"), s->ncol)->time = true;
	return n;
}

void
tp_importance_measure(struct tp_importance *im, const struct tp_modelfile *m,
    const struct tp_dataset *d, uint64_t seed)
{
	const struct tp_shape	*shape = &d->panel.shape;
	struct sample		 s = { 0 };
	struct group		*g = tp_calloc(shape->ncol + 2, sizeof(*g));
	struct sums		 whole, sums;
	size_t			 i, h;

	sample_init(&s, d, seed);
	im->n = make_groups(g, m->kind, shape);
	im->v = tp_calloc(im->n, sizeof(*im->v));
	whole = errors(&s, m, NULL);
	for (i = 0; i < im->n; i++) {
		sums = errors(&s, m, &g[i]);
		im->v[i].name = g[i].name;
		for (h = 0; h < shape->nh; h++)
			im->v[i].more[h] = whole.n[h] == 0 ? (double)NAN :
			    (sums.err[h] - whole.err[h]) / (double)whole.n[h];
		free(g[i].col);
	}
	free(g);
	sample_release(&s);
}

void
tp_importance_release(struct tp_importance *im)
{
	size_t	i;

	for (i = 0; i < im->n; i++)
		free(im->v[i].name);
	free(im->v);
	*im = (struct tp_importance){ 0 };
}
