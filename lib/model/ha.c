/* Historical average: the mean of each step of the week. */
#include <math.h>

#include "base/mem.h"
#include "model/formula.h"
#include "model/pack.h"
#include "model/profile.h"

struct ha {
	size_t	 nseg, nh, week;	/* week: steps of one */
	int	 slots;			/* per day */
	int	 horizon[TP_MODEL_HORIZONS];
	float	*mean;			/* nseg x week */
};

static struct ha *
make(const struct tp_shape *s)
{
	struct ha	*m = tp_calloc(1, sizeof(*m));
	size_t		 h;

	m->nseg = s->nseg;
	m->nh = s->nh;
	m->slots = s->slots_per_day;
	m->week = 7 * (size_t)m->slots;
	for (h = 0; h < s->nh; h++)
		m->horizon[h] = s->horizon[h];
	m->mean = tp_calloc(m->nseg * m->week + 1, sizeof(*m->mean));
	return m;
}

/* Steps of the week without a reading take the profile's value. */
static void *
fit(const struct tp_panel *p, const struct tp_model_opts *o,
    struct tp_err *e)
{
	struct ha		*m = make(&p->shape);
	struct tp_profile	 f;
	double			*sum, *n;
	size_t			 size = m->nseg * m->week, i, k;

	(void)o;
	(void)e;
	sum = tp_calloc(size, sizeof(*sum));
	n = tp_calloc(size, sizeof(*n));
	for (i = 0; i < p->nrow && p->step[i] < p->part[1]; i++) {
		if (isnan(p->now[i]))
			continue;
		k = p->seg[i] * m->week +
		    p->day[i] * (size_t)m->slots + p->slot[i];
		sum[k] += p->now[i];
		n[k]++;
	}
	tp_profile_fit(&f, p);
	for (i = 0; i < m->nseg; i++)
		for (k = 0; k < m->week; k++) {
			size_t	at = i * m->week + k;

			m->mean[at] = n[at] > 0 ? (float)(sum[at] / n[at]) :
			    tp_profile_at(&f, i, 0, 0, (int)k);
		}
	tp_profile_release(&f);
	free(sum);
	free(n);
	return m;
}

/* Each horizon's input is its forecast. */
void
tp_ha_formula(const void *st, const struct tp_modelfile *m,
    struct tp_formula *f)
{
	struct tp_shape	s = tp_modelfile_shape(m);
	size_t		i, h;

	(void)st;
	tp_formula_room(f, &s, s.nh);
	f->coef = tp_calloc(s.nseg * s.nh * s.nh, sizeof(*f->coef));
	for (h = 0; h < s.nh; h++) {
		snprintf(f->name[h], TP_FORMULA_NAME, "week_%d_%s",
		    m->minutes[h], m->unit);
		for (i = 0; i < s.nseg; i++)
			f->coef[(i * s.nh + h) * s.nh + h] = 1;
	}
}

size_t
tp_ha_count(const void *st)
{
	const struct ha	*m = st;

	return m->nh;
}

void
tp_ha_inputs(const void *st, const struct tp_ask *a, double *x)
{
	const struct ha	*m = st;
	size_t		 at, i, h;

	for (h = 0; h < m->nh; h++) {
		at = ((size_t)a->day * (size_t)m->slots + (size_t)a->slot +
		    (size_t)m->horizon[h]) % m->week;
		for (i = 0; i < a->n; i++)
			x[i * m->nh + h] =
			    (double)m->mean[a->seg[i] * m->week + at];
	}
}

static void
predict(const void *st, const struct tp_ask *a, double *out)
{
	const struct ha	*m = st;
	size_t		 i;

	tp_ha_inputs(st, a, out);
	for (i = 0; i < a->n * m->nh; i++)
		if (!(out[i] > 0))
			out[i] = 0;
}

static void
save(const void *st, struct tp_buf *b)
{
	const struct ha	*m = st;

	tp_pack_f32(b, m->mean, m->nseg * m->week);
}

static void
release(void *st)
{
	struct ha	*m = st;

	free(m->mean);
	free(m);
}

static void *
load(const char *p, size_t n, const struct tp_shape *s, struct tp_err *e)
{
	struct ha		*m;
	struct tp_unpack	 u = { p, n, false };

	if (n != 4 * 7 * s->nseg * (size_t)s->slots_per_day) {
		tp_err_set(e, TP_EXIT_DATA, "state has the wrong size");
		return NULL;
	}
	m = make(s);
	tp_unpack_f32(&u, m->mean, m->nseg * m->week);
	if (tp_unpack_done(&u))
		return m;
	tp_err_set(e, TP_EXIT_DATA, "state holds a number that is not finite");
	release(m);
	return NULL;
}

const struct tp_model_kind tp_model_ha = {
	"ha", "the mean of the step of the week", NULL,
	fit, predict, save, load, release,
};
