#include "forecast/automix.h"

#include <math.h>

#include "base/clock.h"
#include "base/mem.h"
#include "forecast/fitted.h"

/*
 * Families in the order in which they are worth their time, with how often as
 * long as `linear` each takes: CPU seconds of tp-train less those of reading,
 * over the 1.5 s of `linear`, on METR-LA's 29 sensors.
 */
static const struct family {
	const struct tp_model_kind *kind;
	double	cost;
	int	seed;		/* added to that of the options */
} families[] = {
	{ &tp_model_linear, 1, 0 },
	{ &tp_model_gbt, 100, 0 },
	{ &tp_model_mlp, 110, 0 },
	{ &tp_model_mlp, 110, 1 },
	{ &tp_model_gwnet, 210, 0 },
	{ &tp_model_mlp, 110, 2 },
};
#define NFAMILIES	(sizeof(families) / sizeof(families[0]))

static void
say(const struct tp_train_opts *o, struct tp_buf *b)
{
	if (o->say != NULL)
		o->say("%s", tp_buf_cstr(b));
	b->n = 0;
}

struct sum {
	double	err, n;
};

static void
add(void *arg, const struct tp_fitted_pair *p)
{
	struct sum	*s = arg;

	s->err += fabs(p->raw - p->y);
	s->n++;
}

/* Mean absolute error on the validation part. */
static double
error_of(const struct tp_modelfile *m, const struct tp_dataset *d)
{
	struct tp_fitted	f = { .kind = m->kind, .state = m->state };
	struct sum		s = { 0, 0 };

	tp_fitted_each(&f, d, d->panel.part[1], d->panel.part[2], add, &s);
	f.state = NULL;			/* is m's */
	tp_fitted_release(&f);
	return s.n > 0 ? s.err / s.n : (double)NAN;
}

/* Trains one family; seconds: what it took. */
static int
train(struct tp_members *m, const struct family *f, const struct tp_dataset *d,
    const struct tp_train_opts *o, double *seconds, struct tp_err *e)
{
	struct tp_train_opts	 own = *o;
	struct tp_buf		 b = { 0 };
	int64_t			 start = tp_clock_mono_ns();

	own.kind = f->kind;
	own.model.seed += (uint64_t)f->seed;
	own.model.members = NULL;
	if (tp_train_member(d, &own, &m->m[m->n], e) != 0)
		return -1;
	*seconds = (double)(tp_clock_mono_ns() - start) / 1e9;
	tp_buf_printf(&b, "%s: %.1f s, mean absolute error %.4f on the "
	    "validation part", f->kind->name, *seconds,
	    error_of(&m->m[m->n], d));
	say(o, &b);
	tp_buf_release(&b);
	m->n++;
	return 0;
}

int
tp_automix_train(struct tp_members *m, const struct tp_dataset *d,
    const struct tp_train_opts *o, int64_t budget_ms, struct tp_err *e)
{
	double		 left = (double)budget_ms / 1e3, unit = 0, took;
	struct tp_buf	 b = { 0 };
	size_t		 i;

	m->m = tp_calloc(NFAMILIES, sizeof(*m->m));
	for (i = 0; i < NFAMILIES; i++) {
		const struct family	*f = &families[i];

		if (f->cost * unit > left) {
			tp_buf_printf(&b, "%s: left out, about %.0f s and "
			    "%.0f s are left", f->kind->name, f->cost * unit,
			    left > 0 ? left : 0);
			say(o, &b);
			continue;
		}
		if (train(m, f, d, o, &took, e) != 0) {
			if (i == 0)
				return -1;
			tp_buf_printf(&b, "%s: left out: %s", f->kind->name,
			    e->text);
			say(o, &b);
			memset(e, 0, sizeof(*e));
			continue;
		}
		left -= took;
		unit = i == 0 ? took : unit;
	}
	tp_buf_release(&b);
	return 0;
}

void
tp_automix_explain(const void *st, const struct tp_dataset *d,
    const struct tp_train_opts *o)
{
	const struct tp_modelfile	*m;
	struct tp_buf			 b = { 0 };
	size_t				 i, h;

	for (i = 0; (m = tp_ensemble_member(st, i)) != NULL; i++) {
		tp_buf_printf(&b, "%s counts", m->version);
		for (h = 0; h < d->panel.shape.nh; h++)
			tp_buf_printf(&b, "%s %.0f %% at %d min",
			    h == 0 ? "" : ",",
			    100 * tp_ensemble_weight(st, i, h),
			    d->spec.targets[h]);
		say(o, &b);
	}
	tp_buf_release(&b);
}
