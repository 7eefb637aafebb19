#include "forecast/trainer.h"

#include <math.h>

#include "base/mem.h"
#include "base/version.h"
#include "forecast/automix.h"
#include "forecast/forecast.h"
#include "forecast/trainreport.h"
#include "model/profile.h"

/* Sorting forecasts of the validation part by segment and horizon. */
struct calibrating {
	size_t	 nh;
	size_t	*at;		/* counts first, then where the next goes */
	double	*pred, *err;	/* NULL while counting */
};

static void
collect(void *arg, const struct tp_fitted_pair *p)
{
	struct calibrating	*c = arg;
	size_t			*at = &c->at[p->seg * c->nh + p->h];

	if (c->pred != NULL) {
		c->pred[*at] = tp_forecast_speed(p->raw);
		c->err[*at] = p->y - c->pred[*at];
	}
	++*at;
}

static void
calibrate(struct tp_fitted *f, const struct tp_dataset *d, double alpha,
    struct tp_intervals *iv)
{
	const struct tp_panel	*p = &d->panel;
	size_t			 n = p->shape.nseg * p->shape.nh, i, sum = 0;
	struct calibrating	 k = { p->shape.nh, NULL, NULL, NULL };
	struct tp_calibration	 c = { p->shape.nseg, p->shape.nh, NULL, NULL,
	    NULL };
	size_t			*start = tp_calloc(n + 1, sizeof(*start));

	k.at = tp_calloc(n + 1, sizeof(*k.at));
	tp_fitted_each(f, d, p->part[1], p->part[2], collect, &k);
	for (i = 0; i <= n; i++) {
		start[i] = sum;
		sum += i < n ? k.at[i] : 0;
	}
	memcpy(k.at, start, (n + 1) * sizeof(*k.at));
	c.pred = k.pred = tp_calloc(sum + 1, sizeof(*k.pred));
	c.err = k.err = tp_calloc(sum + 1, sizeof(*k.err));
	c.start = start;
	tp_fitted_each(f, d, p->part[1], p->part[2], collect, &k);
	tp_intervals_fit(iv, &c, alpha);
	f->iv = iv;
	free(k.at);
	free(k.pred);
	free(k.err);
	free(start);
}

/* Mean and deviation of the train part's readings. */
static void
scaling(const struct tp_panel *p, struct tp_modelfile *m)
{
	double	sum = 0, sq = 0, n = 0;
	size_t	i;

	for (i = 0; i < p->nrow && p->step[i] < p->part[1]; i++)
		if (!isnan(p->now[i])) {
			sum += p->now[i];
			n++;
		}
	m->mean = n > 0 ? sum / n : 0;
	for (i = 0; i < p->nrow && p->step[i] < p->part[1]; i++)
		if (!isnan(p->now[i]))
			sq += (p->now[i] - m->mean) * (p->now[i] - m->mean);
	m->std = n > 0 ? sqrt(sq / n) : 0;
}

/* Everything of a model file but the state, the intervals and the metrics. */
static void
describe(struct tp_modelfile *m, const struct tp_dataset *d,
    const struct tp_model_kind *kind, uint64_t seed)
{
	const struct tp_panel	*p = &d->panel;
	struct tp_buf		 b = { 0 };
	size_t			 i;

	m->kind = kind;
	m->toolkit = tp_strdup(TP_VERSION);
	tp_feat_spec_print(&d->spec, &b);
	m->spec = tp_strndup(b.p, b.n);
	tp_buf_release(&b);
	m->unit = tp_strdup(tp_unit_suffix(d->spec.unit));
	m->step_ms = d->spec.step_ms;
	m->ncol = p->shape.ncol;
	m->columns = tp_calloc(m->ncol + 1, sizeof(*m->columns));
	for (i = 0; i < m->ncol; i++)
		m->columns[i] = tp_strdup(p->shape.names[i]);
	for (i = 0; i < d->segs.n; i++)
		tp_map_add(&m->segs, d->segs.keys[i].p, d->segs.keys[i].n);
	m->nh = p->shape.nh;
	for (i = 0; i < m->nh; i++) {
		m->minutes[i] = d->spec.targets[i];
		m->steps[i] = d->horizon[i];
	}
	m->slots_per_day = p->shape.slots_per_day;
	m->graph_hash = d->spec.graph_hash;
	m->seed = seed;
	m->from = d->from;
	m->to = d->to;
	m->train_to = tp_dataset_time(d, p->part[1] - 1);
	for (i = 0; i < 3; i++)
		m->windows[i] = p->part[i + 1] - p->part[i];
	scaling(p, m);
	if (d->classes != NULL)
		m->classes = *d->classes;
	m->free_flow = tp_profile_free_flow(p);
	m->usual = tp_profile_all(p);
}

int
tp_train_gate(const struct tp_dataset *d, const struct tp_modelfile *use,
    double min_gain, struct tp_train_result *r, struct tp_err *e)
{
	struct tp_train_scores	*s = &r->scored[r->nscored];
	struct tp_fitted	 new = { 0 }, old = { 0 };
	int			 rc = tp_fitted_adopt(&old, use, d, e);

	if (rc == 0) {
		s->kind = use->kind->name;
		s->version = tp_strdup(use->version);
		r->nscored++;
		tp_train_score(s, &old, d);
		new.kind = r->model.kind;
		new.state = r->model.state;
		tp_gate_compare(&new, &old, d, &r->gate);
		r->refused = !(tp_gate_gain(&r->gate) > min_gain);
		new.state = NULL;	/* is the result's */
	}
	tp_fitted_release(&new);
	tp_fitted_release(&old);
	return rc;
}

/* The version a baseline would have if it were saved. */
static char *
version_of(const struct tp_dataset *d, const struct tp_fitted *f, uint64_t seed)
{
	struct tp_modelfile	 m = { 0 };
	char			*v;

	describe(&m, d, f->kind, seed);
	m.state = f->state;
	tp_modelfile_name(&m);
	v = tp_strdup(m.version);
	m.state = NULL;
	tp_modelfile_release(&m);
	return v;
}

/* What is watched is kept as well. */
struct recording {
	const struct tp_fit_watch *next;	/* or NULL */
	struct tp_train_result	*r;
};

static void
record_epoch(void *arg, const struct tp_epoch *e)
{
	struct recording	*k = arg;
	struct tp_train_result	*r = k->r;

	TP_GROW(r->epochs, r->epochcap, r->nepochs + 1);
	r->epochs[r->nepochs++] = *e;
	if (k->next != NULL && k->next->epoch != NULL)
		k->next->epoch(k->next->arg, e);
}

static void
pass_progress(void *arg, uint64_t done, uint64_t total)
{
	struct recording	*k = arg;

	if (k->next != NULL && k->next->progress != NULL)
		k->next->progress(k->next->arg, done, total);
}

/* Fits and scores one kind; the state goes to `keep` where that is given. */
static int
train_kind(struct tp_train_result *r, const struct tp_dataset *d,
    const struct tp_train_opts *o, const struct tp_model_kind *kind,
    struct tp_modelfile *keep, struct tp_err *e)
{
	struct tp_train_scores	*s = &r->scored[r->nscored];
	struct tp_fitted	 f = { .kind = kind };
	struct recording	 k = { o->model.watch, r };
	struct tp_fit_watch	 watch = { record_epoch, pass_progress, &k };
	struct tp_model_opts	 opts = o->model;

	if (o->detail != NULL)
		o->detail("fitting %s", kind->name);
	opts.watch = &watch;
	opts.classes = d->classes;
	f.state = kind->fit(&d->panel, &opts, e);
	if (f.state == NULL)
		return -1;
	r->nscored++;
	s->kind = kind->name;
	if (keep != NULL) {
		describe(keep, d, kind, o->model.seed);
		calibrate(&f, d, o->alpha, &keep->iv);
		keep->state = f.state;
		tp_modelfile_name(keep);
		s->version = tp_strdup(keep->version);
	} else {
		s->version = version_of(d, &f, o->model.seed);
	}
	tp_train_score(s, &f, d);
	if (keep != NULL)
		f.state = NULL;
	tp_fitted_release(&f);
	return 0;
}

int
tp_train_member(const struct tp_dataset *d, const struct tp_train_opts *o,
    struct tp_modelfile *m, struct tp_err *e)
{
	struct tp_model_opts	opts = o->model;

	if (o->detail != NULL)
		o->detail("fitting %s", o->kind->name);
	opts.classes = d->classes;
	m->state = o->kind->fit(&d->panel, &opts, e);
	if (m->state == NULL)
		return -1;
	describe(m, d, o->kind, o->model.seed);
	m->metrics = tp_strdup("[]");
	tp_modelfile_name(m);
	return 0;
}

int
tp_train(const struct tp_dataset *d, const struct tp_train_opts *o,
    struct tp_train_result *r, struct tp_err *e)
{
	const struct tp_model_kind	*const base[] = {
		&tp_model_persistence, &tp_model_ha,
	};
	size_t				 i;
	int				 rc;

	rc = train_kind(r, d, o, o->kind, &r->model, e);
	for (i = 0; i < 2 && rc == 0; i++)
		if (base[i] != o->kind)
			rc = train_kind(r, d, o, base[i], NULL, e);
	if (rc != 0) {
		tp_train_release(r);
		return -1;
	}
	if (o->kind == &tp_model_ensemble)
		tp_automix_explain(r->model.state, d, o);
	if (o->importance)
		tp_importance_measure(&r->importance, &r->model, d,
		    o->model.seed);
	r->model.metrics = tp_train_metrics(r, d);
	return 0;
}

void
tp_train_release(struct tp_train_result *r)
{
	size_t	i;

	for (i = 0; i < TP_TRAIN_MODELS; i++)
		tp_train_scores_release(&r->scored[i]);
	free(r->epochs);
	tp_importance_release(&r->importance);
	tp_modelfile_release(&r->model);
	tp_buf_release(&r->report);
	memset(r, 0, sizeof(*r));
}
