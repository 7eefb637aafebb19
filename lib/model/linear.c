/*
 * Linear: for each segment and horizon, least absolute deviations of what
 * came after from its usual value, on
 *
 *	1, lag_0 - usual .. lag_{L-1} - usual, usual now, usual then
 *
 * where usual is the historical profile at the time of each.  A lag that is
 * not known, or only filled forward from a reading that is STALE by now,
 * counts as usual (worth 0.5 % of the error on METR-LA).  Segments with
 * little data take the coefficients of all segments together.
 */
#include <math.h>

#include "base/mem.h"
#include "model/column.h"
#include "model/formula.h"
#include "model/pack.h"
#include "model/profile.h"
#include "num/dense.h"
#include "num/lad.h"
#include "num/parallel.h"

#define LAGS	128		/* the most that are used */
#define ENOUGH	10		/* rows per coefficient */
#define POOL	50000		/* rows of all segments together */
#define STALE	30		/* minutes */

struct linear {
	size_t	 nseg, nh, ncol, nlag;
	size_t	 p, ld;			/* coefficients, padded */
	int	 horizon[TP_MODEL_HORIZONS];
	size_t	 col[LAGS];		/* column of each lag */
	size_t	 age;			/* column of the age; ncol: none */
	double	 minutes;		/* of a step */
	struct tp_profile usual;
	double	*z;			/* nseg x nh x p */
};

static bool
wants(const char *column)
{
	int	k = tp_column_lag(column);

	return (k >= 0 && k < LAGS) || strcmp(column, TP_COLUMN_AGE) == 0;
}

/* Finds the lags 0, 1, 2, .. as far as they go. */
static struct linear *
make(const struct tp_shape *s)
{
	struct linear	*m = tp_calloc(1, sizeof(*m));
	size_t		 h;

	m->nseg = s->nseg;
	m->nh = s->nh;
	m->ncol = s->ncol;
	for (h = 0; h < s->nh; h++)
		m->horizon[h] = s->horizon[h];
	m->nlag = tp_column_lags(s, m->col, LAGS);
	m->age = tp_column_find(s, TP_COLUMN_AGE);
	m->minutes = 1440.0 / s->slots_per_day;
	m->p = m->nlag + 3;
	m->ld = tp_dense_stride(m->p);
	m->usual.nseg = s->nseg;
	m->usual.slots = s->slots_per_day;
	return m;
}

static void
release(void *st)
{
	struct linear	*m = st;

	tp_profile_release(&m->usual);
	free(m->z);
	free(m);
}

/* The inputs of one row but the last, the usual value at the horizon. */
static void
inputs(const struct linear *m, const struct tp_profile *usual,
    const float *x, size_t seg, int day, int slot, double *v)
{
	double	age = m->age < m->ncol ? (double)x[m->age] : 0;
	size_t	k = 0;
	float	lag;

	v[0] = 1;
	if (age > STALE)
		for (; k < m->nlag && (double)k * m->minutes < age; k++)
			v[1 + k] = 0;
	for (; k < m->nlag; k++) {
		lag = x[m->col[k]];
		v[1 + k] = isnan(lag) ? 0 : (double)lag - (double)
		    tp_profile_at(usual, seg, day, slot, -(int)k);
	}
	v[1 + m->nlag] = (double)tp_profile_at(usual, seg, day, slot, 0);
}

/* What fit() shares with its threads. */
struct fitting {
	struct linear		*m;
	const struct tp_panel	*panel;
	struct tp_profile	 usual[TP_PROFILE_FOLDS];
	uint32_t		*rows;	/* of the train part, by segment */
	size_t			*start;	/* nseg + 1, into rows */
	double			*pooled;	/* nh x p */
};

/* Rows of a system to solve, of one horizon. */
struct design {
	double	*x, *y;
	size_t	 n;
};

/* Takes every step-th of the rows that have a target. */
static void
gather(const struct fitting *f, size_t h, const uint32_t *rows, size_t nrows,
    size_t every, struct design *d)
{
	const struct linear	*m = f->m;
	const struct tp_panel	*p = f->panel;
	const struct tp_profile	*usual;
	size_t			 i;

	d->n = 0;
	for (i = 0; i < nrows; i += every) {
		size_t	 r = rows[i];
		double	 y = p->y[r * m->nh + h], then;
		double	*x = d->x + d->n * m->ld;

		if (isnan(y))
			continue;
		usual = &f->usual[tp_profile_fold(p, r)];
		inputs(m, usual, p->x + r * m->ncol, p->seg[r], p->day[r],
		    p->slot[r], x);
		then = (double)tp_profile_at(usual, p->seg[r], p->day[r],
		    p->slot[r], m->horizon[h]);
		x[m->p - 1] = then;
		d->y[d->n++] = y - then;
	}
}

static void
fit_pool(struct fitting *f)
{
	struct linear	*m = f->m;
	size_t		 total = f->start[m->nseg], h;
	size_t		 every = total / POOL + 1;
	struct design	 d;

	d.x = tp_calloc((total / every + 1) * m->ld, sizeof(*d.x));
	d.y = tp_calloc(total / every + 1, sizeof(*d.y));
	for (h = 0; h < m->nh; h++) {
		gather(f, h, f->rows, total, every, &d);
		if (d.n < ENOUGH * m->p)
			continue;
		tp_lad_fit(d.x, d.n, m->p, m->ld, d.y, &tp_lad_defaults,
		    f->pooled + h * m->p);
	}
	free(d.x);
	free(d.y);
}

static void
fit_segment(void *arg, size_t seg)
{
	struct fitting	*f = arg;
	struct linear	*m = f->m;
	size_t		 n = f->start[seg + 1] - f->start[seg], h;
	struct design	 d;
	double		*z;

	d.x = tp_calloc((n + 1) * m->ld, sizeof(*d.x));
	d.y = tp_calloc(n + 1, sizeof(*d.y));
	for (h = 0; h < m->nh; h++) {
		z = m->z + (seg * m->nh + h) * m->p;
		gather(f, h, f->rows + f->start[seg], n, 1, &d);
		if (d.n >= ENOUGH * m->p)
			tp_lad_fit(d.x, d.n, m->p, m->ld, d.y,
			    &tp_lad_defaults, z);
		else
			memcpy(z, f->pooled + h * m->p, m->p * sizeof(*z));
	}
	free(d.x);
	free(d.y);
}

/* Sorts the numbers of the train part's rows by segment, in time order. */
static void
sort_rows(struct fitting *f)
{
	const struct tp_panel	*p = f->panel;
	size_t			 nseg = p->shape.nseg, i, n = 0;
	size_t			*at;

	f->start = tp_calloc(nseg + 1, sizeof(*f->start));
	at = tp_calloc(nseg + 1, sizeof(*at));
	for (i = 0; i < p->nrow; i++)
		if (p->step[i] >= p->part[0] && p->step[i] < p->part[1]) {
			f->start[p->seg[i] + 1]++;
			n++;
		}
	for (i = 0; i < nseg; i++)
		f->start[i + 1] += f->start[i];
	memcpy(at, f->start, (nseg + 1) * sizeof(*at));
	f->rows = tp_calloc(n + 1, sizeof(*f->rows));
	for (i = 0; i < p->nrow; i++)
		if (p->step[i] >= p->part[0] && p->step[i] < p->part[1])
			f->rows[at[p->seg[i]]++] = (uint32_t)i;
	free(at);
}

static void *
fit(const struct tp_panel *p, const struct tp_model_opts *o,
    struct tp_err *e)
{
	struct linear	*m = make(&p->shape);
	struct fitting	 f = { .m = m, .panel = p };
	size_t		 k;

	if (m->nlag == 0) {
		tp_err_set(e, TP_EXIT_DATA, "model 'linear' needs columns "
		    "lag_0_*, lag_1_*, ... (tp-features --groups lag)");
		release(m);
		return NULL;
	}
	tp_profile_fit(&m->usual, p);
	tp_profile_fit_folds(f.usual, p);
	m->z = tp_calloc(m->nseg * m->nh * m->p, sizeof(*m->z));
	f.pooled = tp_calloc(m->nh * m->p, sizeof(*f.pooled));
	sort_rows(&f);
	fit_pool(&f);
	tp_parallel(o->threads, m->nseg, fit_segment, &f);
	free(f.rows);
	free(f.start);
	free(f.pooled);
	for (k = 0; k < TP_PROFILE_FOLDS; k++)
		tp_profile_release(&f.usual[k]);
	return m;
}

/* The inputs above, and what is usual at each horizon. */
void
tp_linear_formula(const void *st, const struct tp_modelfile *file,
    struct tp_formula *f)
{
	const struct linear	*m = st;
	struct tp_shape		 s = tp_modelfile_shape(file);
	size_t			 k, i, h;
	const double		*z;
	double			*c;

	tp_formula_room(f, &s, m->p - 1 + m->nh);
	snprintf(f->name[0], TP_FORMULA_NAME, "one");
	for (k = 0; k < m->nlag; k++)
		snprintf(f->name[1 + k], TP_FORMULA_NAME, "off_%zu_%s", k,
		    file->unit);
	snprintf(f->name[1 + k], TP_FORMULA_NAME, "usual_0_%s", file->unit);
	for (h = 0; h < m->nh; h++)
		snprintf(f->name[m->p - 1 + h], TP_FORMULA_NAME,
		    "usual_%d_%s", file->minutes[h], file->unit);
	f->coef = tp_calloc(m->nseg * m->nh * f->nin, sizeof(*f->coef));
	for (i = 0; i < m->nseg * m->nh; i++) {
		c = f->coef + i * f->nin;
		z = m->z + i * m->p;
		memcpy(c, z, (m->p - 1) * sizeof(*c));
		c[m->p - 1 + i % m->nh] = 1 + z[m->p - 1];
	}
}

size_t
tp_linear_count(const void *st)
{
	const struct linear	*m = st;

	return m->p - 1 + m->nh;
}

void
tp_linear_inputs(const void *st, const struct tp_ask *a, double *x)
{
	const struct linear	*m = st;
	size_t			 i, h;

	for (i = 0; i < a->n; i++, x += m->p - 1 + m->nh) {
		inputs(m, &m->usual, a->x + i * m->ncol, a->seg[i],
		    a->day, a->slot, x);
		for (h = 0; h < m->nh; h++)
			x[m->p - 1 + h] = (double)tp_profile_at(&m->usual,
			    a->seg[i], a->day, a->slot, m->horizon[h]);
	}
}

static void
predict(const void *st, const struct tp_ask *a, double *out)
{
	const struct linear	*m = st;
	double			 v[LAGS + 3];
	size_t			 i, h, k;

	for (i = 0; i < a->n; i++) {
		inputs(m, &m->usual, a->x + i * m->ncol, a->seg[i],
		    a->day, a->slot, v);
		for (h = 0; h < m->nh; h++) {
			const double	*z = m->z +
			    (a->seg[i] * m->nh + h) * m->p;
			double		 then, s;

			then = (double)tp_profile_at(&m->usual, a->seg[i],
			    a->day, a->slot, m->horizon[h]);
			s = then + z[m->p - 1] * then;
			for (k = 0; k + 1 < m->p; k++)
				s += z[k] * v[k];
			out[i * m->nh + h] = s > 0 ? s : 0;
		}
	}
}

static void
save(const void *st, struct tp_buf *b)
{
	const struct linear	*m = st;

	tp_pack_f32(b, m->usual.v,
	    tp_profile_size(m->nseg, m->usual.slots));
	tp_pack_f64(b, m->z, m->nseg * m->nh * m->p);
}

static void *
load(const char *p, size_t n, const struct tp_shape *s, struct tp_err *e)
{
	struct linear		*m = make(s);
	struct tp_unpack	 u = { p, n, false };
	size_t			 np = tp_profile_size(s->nseg,
				    s->slots_per_day);
	size_t			 nz = s->nseg * s->nh * m->p;

	if (n != 4 * np + 8 * nz) {
		tp_err_set(e, TP_EXIT_DATA, "state has the wrong size");
		release(m);
		return NULL;
	}
	m->usual.v = tp_calloc(np + 1, sizeof(*m->usual.v));
	m->z = tp_calloc(nz + 1, sizeof(*m->z));
	tp_unpack_f32(&u, m->usual.v, np);
	tp_unpack_f64(&u, m->z, nz);
	if (tp_unpack_done(&u))
		return m;
	tp_err_set(e, TP_EXIT_DATA, "state holds a number that is not finite");
	release(m);
	return NULL;
}

const struct tp_model_kind tp_model_linear = {
	"linear", "least absolute deviations per segment on lags and the "
	"historical profile", wants,
	fit, predict, save, load, release,
};
