#include "model/ensemble.h"

#include <math.h>

#include "base/mem.h"
#include "model/pack.h"
#include "model/panel.h"
#include "num/parallel.h"

#define PICKS	30		/* of which weights are made, at most */
#define CLOSE	1.1		/* to the best member's error: counts evenly */

struct member {
	struct tp_modelfile	 m;
	size_t			*col;	/* of each of its columns, ours */
};

struct ensemble {
	size_t		 ncol, nh, n;
	struct member	*member;
	float		*weight;	/* n x nh, 1 in sum for each horizon */
};

static void
release(void *st)
{
	struct ensemble	*s = st;
	size_t		 i;

	for (i = 0; i < s->n; i++) {
		tp_modelfile_release(&s->member[i].m);
		free(s->member[i].col);
	}
	free(s->member);
	free(s->weight);
	free(s);
}

int
tp_members_open(struct tp_members *m, const char *list, struct tp_err *e)
{
	char	*name;
	size_t	 n;
	int	 rc = 0;

	if (list == NULL)
		return 0;
	m->m = tp_calloc(TP_ENSEMBLE_MOST, sizeof(*m->m));
	for (; rc == 0 && *list != '\0'; list += n + (list[n] == ',')) {
		n = strcspn(list, ",");
		if (m->n == TP_ENSEMBLE_MOST)
			return tp_err_set(e, TP_EXIT_USAGE, "an ensemble has "
			    "at most %d members", TP_ENSEMBLE_MOST);
		name = tp_strndup(list, n);
		rc = tp_modelfile_open(&m->m[m->n], name, e);
		m->n += rc == 0;
		free(name);
	}
	return rc;
}

void
tp_members_release(struct tp_members *m)
{
	size_t	i;

	for (i = 0; i < m->n; i++)
		tp_modelfile_release(&m->m[i]);
	free(m->m);
	m->m = NULL;
	m->n = 0;
}

double
tp_ensemble_weight(const void *st, size_t i, size_t h)
{
	const struct ensemble	*s = st;

	return (double)s->weight[i * s->nh + h];
}

const struct tp_modelfile *
tp_ensemble_member(const void *st, size_t i)
{
	const struct ensemble	*s = st;

	return i < s->n ? &s->member[i].m : NULL;
}

size_t
tp_ensemble_columns(const void *st)
{
	const struct ensemble	*s = st;

	return s->ncol;
}

size_t
tp_ensemble_column(const void *st, size_t i, size_t c)
{
	const struct ensemble	*s = st;

	return s->member[i].col[c];
}

void
tp_ensemble_ask(const void *st, size_t i, const struct tp_ask *a, float *x,
    struct tp_ask *own)
{
	const struct ensemble	*s = st;
	const struct member	*b = &s->member[i];
	size_t			 nc = b->m.ncol, r, c;

	for (r = 0; r < a->n; r++)
		for (c = 0; c < nc; c++)
			x[r * nc + c] = a->x[r * s->ncol + b->col[c]];
	*own = *a;
	own->x = x;
}

/* A member may be of any kind, so every column that a kind reads. */
static bool
wants(const char *column)
{
	size_t	i;

	for (i = 0; tp_model_kinds[i] != NULL; i++)
		if (tp_model_kinds[i] != &tp_model_ensemble &&
		    tp_model_kinds[i]->wants != NULL &&
		    tp_model_kinds[i]->wants(column))
			return true;
	return false;
}

/* Checks that a member goes with the shape, and finds its columns. */
static int
attach(struct member *b, const struct tp_shape *s, struct tp_err *e)
{
	const struct tp_modelfile	*m = &b->m;
	size_t				 i, k;

	if (m->kind == &tp_model_ensemble)
		return tp_err_set(e, TP_EXIT_DATA, "model '%s' is an ensemble "
		    "itself; name its members", m->version);
	if (m->segs.n != s->nseg || m->slots_per_day != s->slots_per_day ||
	    m->nh != s->nh ||
	    memcmp(m->steps, s->horizon, s->nh * sizeof(*m->steps)) != 0)
		return tp_err_set(e, TP_EXIT_DATA, "model '%s' has other "
		    "segments, steps or horizons", m->version);
	b->col = tp_calloc(m->ncol + 1, sizeof(*b->col));
	for (i = 0; i < m->ncol; i++) {
		for (k = 0; k < s->ncol; k++)
			if (strcmp(s->names[k], m->columns[i]) == 0)
				break;
		if (k == s->ncol)
			return tp_err_set(e, TP_EXIT_DATA, "model '%s' needs "
			    "the column '%s'", m->version, m->columns[i]);
		b->col[i] = k;
	}
	return 0;
}

/* Segments have numbers in a model: they must be those of the panel. */
static int
check_ids(const struct tp_modelfile *m, const struct tp_map *ids,
    struct tp_err *e)
{
	size_t	i;

	for (i = 0; i < m->segs.n && i < ids->n; i++)
		if (m->segs.keys[i].n != ids->keys[i].n ||
		    memcmp(m->segs.keys[i].p, ids->keys[i].p,
		    ids->keys[i].n) != 0)
			return tp_err_set(e, TP_EXIT_DATA, "model '%s' was "
			    "trained on other segments", m->version);
	return 0;
}

/* What member i says of an ask; out: a->n x nh. */
static void
ask_member(const struct ensemble *s, size_t i, const struct tp_ask *a,
    double *out)
{
	const struct tp_modelfile	*m = &s->member[i].m;
	float				*x = tp_calloc(a->n * m->ncol + 1,
					    sizeof(*x));
	struct tp_ask			 own;

	tp_ensemble_ask(s, i, a, x, &own);
	m->kind->predict(m->state, &own, out);
	free(x);
}

static void
predict(const void *st, const struct tp_ask *a, double *out)
{
	const struct ensemble	*s = st;
	size_t			 n = a->n * s->nh, i, k;
	double			*one = tp_calloc(n + 1, sizeof(*one)), w;

	memset(out, 0, n * sizeof(*out));
	for (k = 0; k < s->n; k++) {
		ask_member(s, k, a, one);
		for (i = 0; i < n; i++) {
			w = (double)s->weight[k * s->nh + i % s->nh];
			out[i] += w > 0 ? w * one[i] : 0;
		}
	}
	free(one);
}

/* The validation part as the members see it. */
struct trial {
	const struct ensemble	*s;
	const struct tp_panel	*p;
	size_t			 first, n;	/* rows of the panel */
	float			**out;		/* by member: n x nh */
};

static void
try_member(void *arg, size_t k)
{
	struct trial	*t = arg;
	size_t		 nh = t->s->nh, r, next, i;
	double		*one = NULL;
	struct tp_ask	 a;

	t->out[k] = tp_calloc(t->n * nh + 1, sizeof(**t->out));
	for (r = t->first; r < t->first + t->n; r = next) {
		next = tp_panel_step(t->p, r, &a);
		one = tp_realloc(one, a.n * nh, sizeof(*one));
		ask_member(t->s, k, &a, one);
		for (i = 0; i < a.n * nh; i++)
			t->out[k][(r - t->first) * nh + i] = (float)one[i];
	}
	free(one);
}

/*
 * The error of one horizon where `sum`, of `picks` forecasts, is joined by
 * one more of member k.
 */
static double
error_with(const struct trial *t, size_t h, const float *sum, size_t picks,
    size_t k)
{
	size_t	nh = t->s->nh, i;
	double	err = 0, y;

	for (i = 0; i < t->n; i++) {
		y = t->p->y[(t->first + i) * nh + h];
		if (!isnan(y))
			err += fabs((double)((sum[i] +
			    t->out[k][i * nh + h]) / (float)(picks + 1)) - y);
	}
	return err;
}

/*
 * Makes half of each weight an even share of the members whose own error is
 * close to the least: picks alone follow the validation part too closely.
 */
static void
even_out(const struct ensemble *s, size_t h, const double *alone)
{
	double	least = INFINITY;
	size_t	k, n = 0;

	for (k = 0; k < s->n; k++)
		least = fmin(least, alone[k]);
	for (k = 0; k < s->n; k++)
		n += alone[k] <= CLOSE * least;
	for (k = 0; k < s->n; k++)
		s->weight[k * s->nh + h] = (s->weight[k * s->nh + h] +
		    (alone[k] <= CLOSE * least ? 1 / (float)n : 0)) / 2;
}

/*
 * Weights of one horizon: members are picked, again or not, each the one that
 * makes the mean of all picks best on the validation part; those picks count
 * with which it was best (ensemble selection: Caruana et al., ICML 2004).
 */
static void
learn(void *arg, size_t h)
{
	struct trial	*t = arg;
	size_t		 nh = t->s->nh, picked[PICKS], best, i, k, n, keep = 0;
	float		*sum = tp_calloc(t->n + 1, sizeof(*sum));
	double		 err, least, record = INFINITY;
	double		 alone[TP_ENSEMBLE_MOST];

	for (n = 0; n < PICKS; n++) {
		best = 0;
		least = INFINITY;
		for (k = 0; k < t->s->n; k++) {
			err = error_with(t, h, sum, n, k);
			if (n == 0)
				alone[k] = err;
			if (err < least) {
				least = err;
				best = k;
			}
		}
		picked[n] = best;
		if (least < record) {
			record = least;
			keep = n + 1;
		}
		for (i = 0; i < t->n; i++)
			sum[i] += t->out[best][i * nh + h];
	}
	for (k = 0; k < t->s->n && keep > 0; k++)
		t->s->weight[k * nh + h] = 0;
	for (i = 0; i < keep; i++)
		t->s->weight[picked[i] * nh + h] += 1 / (float)keep;
	if (keep > 0)
		even_out(t->s, h, alone);
	free(sum);
}

static void
learn_weights(struct ensemble *s, const struct tp_panel *p, int threads)
{
	struct trial	t = { s, p, 0, 0, NULL };
	size_t		i;

	t.first = tp_panel_part(p, 1);
	t.n = tp_panel_part(p, 2) - t.first;
	t.out = tp_calloc(s->n, sizeof(*t.out));
	tp_parallel(threads, s->n, try_member, &t);
	tp_parallel(threads, s->nh, learn, &t);
	for (i = 0; i < s->n; i++)
		free(t.out[i]);
	free(t.out);
}

static struct ensemble *
make(const struct tp_shape *shape, size_t n)
{
	struct ensemble	*s = tp_calloc(1, sizeof(*s));
	size_t		 i;

	s->ncol = shape->ncol;
	s->nh = shape->nh;
	s->member = tp_calloc(n, sizeof(*s->member));
	s->weight = tp_calloc(n * s->nh, sizeof(*s->weight));
	for (i = 0; i < n * s->nh; i++)
		s->weight[i] = 1 / (float)n;
	return s;
}

static void *
fit(const struct tp_panel *p, const struct tp_model_opts *o,
    struct tp_err *e)
{
	const struct tp_members	*in = o->members;
	struct ensemble		*s;
	int			 rc = 0;

	if (in == NULL || in->n == 0) {
		tp_err_set(e, TP_EXIT_USAGE, "model 'ensemble' is made of "
		    "saved models; --members A.model,B.model names them");
		return NULL;
	}
	s = make(&p->shape, in->n);
	for (; s->n < in->n && rc == 0; s->n++) {
		struct member	*b = &s->member[s->n];

		b->m = in->m[s->n];
		memset(&in->m[s->n], 0, sizeof(*in->m));
		rc = attach(b, &p->shape, e);
		if (rc == 0)
			rc = check_ids(&b->m, in->ids, e);
	}
	if (rc == 0) {
		if (in->weights == 0)
			learn_weights(s, p, o->threads);
		return s;
	}
	release(s);
	return NULL;
}

static void
save(const void *st, struct tp_buf *b)
{
	const struct ensemble	*s = st;
	struct tp_buf		 file = { 0 };
	size_t			 i;

	tp_pack_u32(b, (uint32_t)s->n);
	tp_pack_f32(b, s->weight, s->n * s->nh);
	for (i = 0; i < s->n; i++) {
		file.n = 0;
		tp_modelfile_write(&s->member[i].m, &file);
		tp_pack_u32(b, (uint32_t)file.n);
		tp_buf_add(b, file.p, file.n);
	}
	tp_buf_release(&file);
}

static int
load_member(struct ensemble *s, const struct tp_shape *shape,
    struct tp_unpack *u, struct tp_err *e)
{
	struct member	*b = &s->member[s->n];
	size_t		 n = tp_unpack_u32(u);

	if (u->bad || n > u->n)
		return tp_err_set(e, TP_EXIT_DATA, "a member is damaged");
	if (tp_modelfile_member(&b->m, u->p, n, e) != 0)
		return tp_err_prefix(e, "member %zu", s->n + 1);
	s->n++;
	u->p += n;
	u->n -= n;
	return attach(b, shape, e);
}

static void *
load(const char *p, size_t n, const struct tp_shape *shape, struct tp_err *e)
{
	struct tp_unpack	 u = { p, n, false };
	size_t			 count = tp_unpack_u32(&u), i;
	struct ensemble		*s;
	int			 rc = 0;

	if (count == 0 || count > TP_ENSEMBLE_MOST) {
		tp_err_set(e, TP_EXIT_DATA, "number of members");
		return NULL;
	}
	s = make(shape, count);
	tp_unpack_f32(&u, s->weight, count * s->nh);
	for (i = 0; i < count && rc == 0; i++)
		rc = load_member(s, shape, &u, e);
	if (rc == 0 && !tp_unpack_done(&u))
		rc = tp_err_set(e, TP_EXIT_DATA, "state has the wrong size");
	if (rc == 0)
		return s;
	release(s);
	return NULL;
}

const struct tp_model_kind tp_model_ensemble = {
	"ensemble", "the weighted mean of saved models", wants,
	fit, predict, save, load, release,
};
