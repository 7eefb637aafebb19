/*
 * Training of networks: Adam on the error of mini-batches of windows, chosen
 * on the validation part.
 *
 * A batch is cut into CHUNKS parts, each with a gradient of its own, and
 * these are summed in one order; so what is learned does not depend on which
 * thread took which part.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/mem.h"
#include "model/netmodel.h"
#include "num/parallel.h"

#define CHUNKS	8
#define SLICE	8192		/* weights that a thread takes at a time */
#define ROWS	128		/* that go through the net at once, about */

/* One part of a batch. */
struct chunk {
	struct tp_netrun run;
	float		*grad;
	double		 error[TP_NETMODEL_DENSE];	/* absolute, in sd */
	double		 count[TP_NETMODEL_DENSE];
};

struct fitting {
	struct tp_netmodel	*m;
	const struct tp_panel	*p;
	int			 threads;
	size_t			*first;		/* nstep + 1: rows of a step */
	struct chunk		 chunk[CHUNKS];
	size_t			 most;		/* windows of a run */
	uint32_t		*order;		/* steps of the train part */
	size_t			 ntrain;
	/* the batch */
	const uint32_t		*step;
	size_t			 n;
	bool			 learn;
	uint64_t		 key;
	/* weights, moments, averaged and best weights */
	float			*w, *m1, *m2, *mean, *best;
	struct tp_adam		 adam;
	uint64_t		 steps;		/* of Adam so far */
};

/*
 * The errors of window `at` against what was read later, and where learning
 * their gradient, not yet divided by the number of truths.
 */
static void
judge_window(const struct fitting *f, struct chunk *c, size_t at,
    uint32_t step)
{
	const struct tp_netmodel	*m = f->m;
	const struct tp_panel		*p = f->p;
	size_t				 node = m->out.node, o, r;
	size_t				 base = at * m->nseg * m->nout, i;
	const float			*y = tp_netrun_value(&c->run, node);
	float				*g = f->learn ?
					    tp_netrun_grad(&c->run, node) :
					    NULL;

	for (o = 0; o < m->nout; o++) {
		size_t	later = step + m->step[o];

		if (later >= p->nstep)
			continue;
		for (r = f->first[later]; r < f->first[later + 1]; r++) {
			float	e;

			if (isnan(p->now[r]))
				continue;
			i = base + p->seg[r] * m->nout + o;
			e = y[i] - ((float)p->now[r] - m->mean) / m->std;
			c->error[o] += (double)fabsf(e);
			c->count[o]++;
			if (g != NULL)
				g[i] = m->recipe->squared ? 2 * e :
				    (float)((e > 0) - (e < 0));
		}
	}
}

/* Puts n windows through the net. */
static void
run_windows(const struct fitting *f, struct chunk *c, const uint32_t *step,
    size_t n, uint64_t key)
{
	const struct tp_panel	*p = f->p;
	size_t			 i, r, rows;

	c->run.windows = n;
	for (i = 0; i < n; i++) {
		r = f->first[step[i]];
		rows = f->first[step[i] + 1] - r;
		tp_netmodel_put(f->m, &c->run, i,
		    p->x + r * p->shape.ncol, p->seg + r, rows,
		    rows > 0 ? p->day[r] : 0,
		    rows > 0 ? (int)p->slot[r] : 0);
	}
	tp_net_forward(&c->run, f->w, f->learn, key);
	if (f->learn)
		tp_net_clear(&c->run);
	for (i = 0; i < n; i++)
		judge_window(f, c, i, step[i]);
	if (f->learn)
		tp_net_backward(&c->run, f->w, c->grad, key);
}

/* Part i of the batch, a few windows at a time so that they stay in cache. */
static void
run_chunk(void *arg, size_t i)
{
	struct fitting	*f = arg;
	struct chunk	*c = &f->chunk[i];
	size_t		 at = f->n * i / CHUNKS, n;
	size_t		 end = f->n * (i + 1) / CHUNKS;

	memset(c->error, 0, sizeof(c->error));
	memset(c->count, 0, sizeof(c->count));
	if (f->learn)
		memset(c->grad, 0, tp_net_size(f->m->net) *
		    sizeof(*c->grad));
	for (; at < end; at += n) {
		n = end - at < f->most ? end - at : f->most;
		run_windows(f, c, f->step + at, n,
		    f->key + at * UINT64_C(0xd1342543de82ef95));
	}
}

static size_t
slice_end(const struct fitting *f, size_t i)
{
	size_t	end = (i + 1) * SLICE, n = tp_net_size(f->m->net);

	return end < n ? end : n;
}

/* Sums the parts' gradients into the first. */
static void
sum_slice(void *arg, size_t i)
{
	struct fitting	*f = arg;
	size_t		 at = i * SLICE, n = slice_end(f, i) - at, c;

	for (c = 1; c < CHUNKS; c++)
		tp_simd()->add(f->chunk[0].grad + at, f->chunk[c].grad + at,
		    n);
}

static void
step_slice(void *arg, size_t i)
{
	struct fitting	*f = arg;
	size_t		 at = i * SLICE, end = slice_end(f, i);

	if (end > tp_net_learned(f->m->net))
		end = tp_net_learned(f->m->net);
	if (end > at)
		tp_simd()->adam(f->w + at, f->m1 + at, f->m2 + at,
		    f->mean + at, f->chunk[0].grad + at, end - at, &f->adam);
}

/* Sets what Adam needs for its next step; total: steps of all epochs. */
static void
set_adam(struct fitting *f, double count, uint64_t total)
{
	const struct tp_netrecipe	*r = f->m->recipe;
	double				 t = (double)++f->steps, rate;
	double				 average = t / (t + 10), sum = 0;
	const float			*g = f->chunk[0].grad;
	size_t				 i;

	rate = r->rate * 0.5 * (1 + cos(M_PI * t / (double)total));
	if (t < (double)r->warm)
		rate *= t / (double)r->warm;
	rate *= sqrt(1 - pow(0.999, t)) / (1 - pow(0.9, t));
	f->adam.rate = (float)rate;
	f->adam.decay = (float)r->decay;
	f->adam.b1 = 0.9f;
	f->adam.b2 = 0.999f;
	f->adam.eps = 1e-8f;
	f->adam.average = (float)(average < r->average ? average :
	    r->average);
	f->adam.grad_scale = (float)(1 / count);
	if (r->clip <= 0)
		return;
	for (i = 0; i < tp_net_learned(f->m->net); i++)
		sum += (double)(g[i] * g[i]);
	sum = sqrt(sum) / count;
	if (sum > r->clip)
		f->adam.grad_scale *= (float)(r->clip / sum);
}

/* Runs a batch and adds its errors. */
static void
run_batch(struct fitting *f, const uint32_t *step, size_t n, double *error,
    double *count)
{
	size_t	i, o;

	f->step = step;
	f->n = n;
	tp_parallel(f->threads, CHUNKS, run_chunk, f);
	for (i = 0; i < CHUNKS; i++)
		for (o = 0; o < f->m->nout; o++) {
			error[o] += f->chunk[i].error[o];
			count[o] += f->chunk[i].count[o];
		}
}

static void
learn_batch(struct fitting *f, const uint32_t *step, size_t n,
    uint64_t total, double *error, double *count)
{
	size_t	slices = (tp_net_size(f->m->net) + SLICE - 1) / SLICE, o;
	double	e[TP_NETMODEL_DENSE] = { 0 }, k[TP_NETMODEL_DENSE] = { 0 };
	double	sum = 0;

	f->learn = true;
	f->key += UINT64_C(0x9e3779b97f4a7c15);
	run_batch(f, step, n, e, k);
	for (o = 0; o < f->m->nout; o++) {
		error[o] += e[o];
		count[o] += k[o];
		sum += k[o];
	}
	if (sum <= 0)
		return;
	tp_parallel(f->threads, slices, sum_slice, f);
	tp_net_derive_back(f->m->net, f->w, f->chunk[0].grad);
	set_adam(f, sum, total);
	tp_parallel(f->threads, slices, step_slice, f);
	tp_net_derive(f->m->net, f->w);
}

/* The mean over the outputs of their mean absolute errors, in the unit. */
static double
mean_error(const struct fitting *f, const double *error, const double *count)
{
	double	sum = 0, n = 0;
	size_t	o;

	for (o = 0; o < f->m->nout; o++)
		if (count[o] > 0) {
			sum += error[o] / count[o];
			n++;
		}
	return n > 0 ? sum / n * (double)f->m->std : (double)NAN;
}

/* The error of the averaged weights on the validation part. */
static double
validate(struct fitting *f)
{
	uint32_t	 step[CHUNKS * 8], s;
	size_t		 n = 0;
	double		 error[TP_NETMODEL_DENSE] = { 0 };
	double		 count[TP_NETMODEL_DENSE] = { 0 };
	float		*learning = f->w;

	f->w = f->mean;
	tp_net_derive(f->m->net, f->w);
	f->learn = false;
	for (s = f->p->part[1]; s < f->p->part[2]; s++) {
		step[n++] = s;
		if (n == CHUNKS * 8 || s + 1 == f->p->part[2]) {
			run_batch(f, step, n, error, count);
			n = 0;
		}
	}
	f->w = learning;
	return mean_error(f, error, count);
}

static void
shuffle(uint32_t *v, size_t n, struct tp_rng *rng)
{
	size_t		i, j;
	uint32_t	t;

	for (i = n; i > 1; i--) {
		j = (size_t)tp_rng_below(rng, i);
		t = v[i - 1];
		v[i - 1] = v[j];
		v[j] = t;
	}
}

static double
seconds(void)
{
	struct timespec	t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* One pass over the train part; sets all of *e but its number. */
static void
run_epoch(struct fitting *f, const struct tp_fit_watch *watch,
    struct tp_epoch *e)
{
	size_t		 batch = f->m->recipe->batch, at, n;
	uint64_t	 batches = (f->ntrain + batch - 1) / batch;
	uint64_t	 done = (uint64_t)(e->number - 1) * f->ntrain;
	double		 error[TP_NETMODEL_DENSE] = { 0 };
	double		 count[TP_NETMODEL_DENSE] = { 0 }, t = seconds();

	for (at = 0; at < f->ntrain; at += n) {
		n = f->ntrain - at < batch ? f->ntrain - at : batch;
		learn_batch(f, f->order + at, n, batches * (uint64_t)e->of,
		    error, count);
		if (watch != NULL && watch->progress != NULL)
			watch->progress(watch->arg, done + at + n,
			    (uint64_t)e->of * f->ntrain);
	}
	e->seconds = seconds() - t;
	e->gflops = 3e-9 * tp_net_flop(f->m->net) * (double)f->ntrain /
	    e->seconds;
	e->train = mean_error(f, error, count);
	e->valid = validate(f);
}

static int
run_epochs(struct fitting *f, const struct tp_model_opts *o,
    struct tp_err *err)
{
	struct tp_epoch	 e = { .of = o->epochs > 0 ? o->epochs :
			    f->m->recipe->epochs };
	size_t		 bytes = tp_net_size(f->m->net) * sizeof(*f->w);
	struct tp_rng	 rng;
	double		 least = HUGE_VAL;

	tp_rng_init(&rng, o->seed);
	tp_net_start(f->m->net, &rng, f->w);
	tp_net_derive(f->m->net, f->w);
	f->key = tp_rng_next(&rng);
	for (e.number = 1; e.number <= e.of; e.number++) {
		shuffle(f->order, f->ntrain, &rng);
		run_epoch(f, o->watch, &e);
		if (!isfinite(e.train) || !isfinite(e.valid))
			return tp_err_set(err, TP_EXIT_DATA, "training of "
			    "'%s' failed in epoch %d: the error is not a "
			    "number; the data may hold absurd values, or a "
			    "part has no readings", f->m->recipe->name,
			    e.number);
		if (e.valid < least) {
			least = e.valid;
			memcpy(f->best, f->mean, bytes);
		}
		if (o->watch != NULL && o->watch->epoch != NULL)
			o->watch->epoch(o->watch->arg, &e);
	}
	memcpy(f->m->w, f->best, bytes);
	tp_net_derive(f->m->net, f->m->w);
	return 0;
}

/* Rows by step, and the steps of the train part. */
static void
index_rows(struct fitting *f)
{
	const struct tp_panel	*p = f->p;
	size_t			 r = 0, s;

	f->first = tp_calloc(p->nstep + 1, sizeof(*f->first));
	for (s = 0; s <= p->nstep; s++) {
		while (r < p->nrow && p->step[r] < s)
			r++;
		f->first[s] = r;
	}
	f->order = tp_calloc(p->part[1] - p->part[0] + 1, sizeof(*f->order));
	for (s = p->part[0]; s < p->part[1]; s++)
		f->order[f->ntrain++] = (uint32_t)s;
}

int
tp_netmodel_train(struct tp_netmodel *m, const struct tp_panel *p,
    const struct tp_model_opts *o, struct tp_err *e)
{
	struct fitting	 f = { .m = m, .p = p, .threads = o->threads };
	size_t		 n = tp_net_size(m->net), per, i;
	float		*all = tp_calloc(5 * n, sizeof(*all));
	int		 rc;

	f.w = all;
	f.m1 = all + n;
	f.m2 = all + 2 * n;
	f.mean = all + 3 * n;
	f.best = all + 4 * n;
	per = (m->recipe->batch + CHUNKS - 1) / CHUNKS;
	f.most = ROWS / m->nseg;
	f.most = f.most < 1 ? 1 : f.most > per ? per : f.most;
	index_rows(&f);
	for (i = 0; i < CHUNKS; i++) {
		tp_netrun_init(&f.chunk[i].run, m->net, f.most, true);
		f.chunk[i].grad = tp_calloc(n, sizeof(float));
	}
	rc = run_epochs(&f, o, e);
	for (i = 0; i < CHUNKS; i++) {
		tp_netrun_release(&f.chunk[i].run);
		free(f.chunk[i].grad);
	}
	free(f.first);
	free(f.order);
	free(all);
	return rc;
}
