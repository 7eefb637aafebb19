/* Persistence: traffic stays as it is.  What any other model has to beat. */
#include <math.h>

#include "base/mem.h"
#include "model/formula.h"
#include "model/pack.h"
#include "model/profile.h"

struct persistence {
	size_t	 nseg, nh;
	double	*mean;		/* nseg: for rows without any reading */
};

static struct persistence *
make(const struct tp_shape *s)
{
	struct persistence	*m = tp_calloc(1, sizeof(*m));

	m->nseg = s->nseg;
	m->nh = s->nh;
	return m;
}

static void *
fit(const struct tp_panel *p, const struct tp_model_opts *o,
    struct tp_err *e)
{
	struct persistence	*m = make(&p->shape);

	(void)o;
	(void)e;
	m->mean = tp_profile_means(p);
	return m;
}

void
tp_persistence_formula(const void *st, const struct tp_modelfile *m,
    struct tp_formula *f)
{
	struct tp_shape	s = tp_modelfile_shape(m);
	size_t		i;

	(void)st;
	tp_formula_room(f, &s, 1);
	snprintf(f->name[0], TP_FORMULA_NAME, "last_%s", m->unit);
	f->coef = tp_calloc(s.nseg * s.nh, sizeof(*f->coef));
	for (i = 0; i < s.nseg * s.nh; i++)
		f->coef[i] = 1;
}

size_t
tp_persistence_count(const void *st)
{
	(void)st;
	return 1;
}

void
tp_persistence_inputs(const void *st, const struct tp_ask *a, double *x)
{
	const struct persistence	*m = st;
	size_t				 i;

	for (i = 0; i < a->n; i++)
		x[i] = isnan(a->last[i]) ? m->mean[a->seg[i]] : a->last[i];
}

static void
predict(const void *st, const struct tp_ask *a, double *out)
{
	const struct persistence	*m = st;
	size_t				 i, h;
	double				 v;

	for (i = 0; i < a->n; i++) {
		v = isnan(a->last[i]) ? m->mean[a->seg[i]] : a->last[i];
		for (h = 0; h < m->nh; h++)
			out[i * m->nh + h] = v > 0 ? v : 0;
	}
}

static void
save(const void *st, struct tp_buf *b)
{
	const struct persistence	*m = st;

	tp_pack_f64(b, m->mean, m->nseg);
}

static void
release(void *st)
{
	struct persistence	*m = st;

	free(m->mean);
	free(m);
}

static void *
load(const char *p, size_t n, const struct tp_shape *s, struct tp_err *e)
{
	struct persistence	*m;
	struct tp_unpack	 u = { p, n, false };

	if (n != 8 * s->nseg) {
		tp_err_set(e, TP_EXIT_DATA, "state has the wrong size");
		return NULL;
	}
	m = make(s);
	m->mean = tp_calloc(s->nseg + 1, sizeof(*m->mean));
	tp_unpack_f64(&u, m->mean, s->nseg);
	if (tp_unpack_done(&u))
		return m;
	tp_err_set(e, TP_EXIT_DATA, "state holds a number that is not finite");
	release(m);
	return NULL;
}

const struct tp_model_kind tp_model_persistence = {
	"persistence", "the last reading seen", NULL,
	fit, predict, save, load, release,
};
