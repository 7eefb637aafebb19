#include "forecast/fitted.h"

#include <math.h>

#include "base/mem.h"

/* Makes room for the rows of one step. */
static void
reserve(struct tp_fitted *f, size_t n, size_t nh)
{
	size_t	ncol = f->file != NULL ? f->file->ncol : 0;

	if (n <= f->cap)
		return;
	f->cap = n;
	f->out = tp_realloc(f->out, n * nh, sizeof(*f->out));
	if (f->file == NULL)
		return;
	f->x = tp_realloc(f->x, n * (ncol + 1), sizeof(*f->x));
	f->now = tp_realloc(f->now, n, sizeof(*f->now));
	f->last = tp_realloc(f->last, n, sizeof(*f->last));
	f->ask_seg = tp_realloc(f->ask_seg, n, sizeof(*f->ask_seg));
	f->place = tp_realloc(f->place, n, sizeof(*f->place));
}

/* Rows r0 .. r0 + n of one step, as the model wants them: those it knows. */
static struct tp_ask
ask_of(struct tp_fitted *f, const struct tp_panel *p, size_t r0, size_t n)
{
	struct tp_ask	a = {
		.n = n, .x = p->x + r0 * p->shape.ncol,
		.now = p->now + r0, .last = p->last + r0,
		.seg = p->seg + r0, .slot = (int)p->slot[r0],
		.day = p->day[r0],
	};
	size_t		i, c, k = 0;

	if (f->file == NULL)
		return a;
	for (i = 0; i < n; i++) {
		f->place[i] = SIZE_MAX;
		if (f->seg[a.seg[i]] == UINT32_MAX)
			continue;
		for (c = 0; c < f->file->ncol; c++)
			f->x[k * f->file->ncol + c] =
			    a.x[i * p->shape.ncol + f->col[c]];
		f->now[k] = a.now[i];
		f->last[k] = a.last[i];
		f->ask_seg[k] = f->seg[a.seg[i]];
		f->place[i] = k++;
	}
	a.n = k;
	a.x = f->x;
	a.now = f->now;
	a.last = f->last;
	a.seg = f->ask_seg;
	return a;
}

/*
 * What a row's forecast for our horizon h is; persistence for segments that
 * the model in use does not know.
 */
static double
raw_of(const struct tp_fitted *f, const struct tp_panel *p, size_t r0, size_t i,
    size_t h)
{
	if (f->file == NULL)
		return f->out[i * p->shape.nh + h];
	if (f->place[i] == SIZE_MAX)
		return p->last[r0 + i];
	return f->out[f->place[i] * f->file->nh + f->h[h]];
}

void
tp_fitted_steps(struct tp_fitted *f, const struct tp_dataset *d,
    uint32_t from, uint32_t to, void (*fn)(void *arg, const struct tp_ask *a,
    size_t row, size_t n), void *arg)
{
	const struct tp_panel	*p = &d->panel;
	size_t			 r0 = 0, r1;
	struct tp_ask		 a;

	while (r0 < p->nrow && p->step[r0] < from)
		r0++;
	for (; r0 < p->nrow && p->step[r0] < to; r0 = r1) {
		for (r1 = r0; r1 < p->nrow && p->step[r1] == p->step[r0]; r1++)
			;
		reserve(f, r1 - r0, f->file != NULL ? f->file->nh :
		    p->shape.nh);
		a = ask_of(f, p, r0, r1 - r0);
		fn(arg, &a, r0, r1 - r0);
	}
}

/* What tp_fitted_each() tells, and whom. */
struct telling {
	struct tp_fitted	*f;
	const struct tp_panel	*p;
	void			(*fn)(void *arg,
				    const struct tp_fitted_pair *p);
	void			*arg;
};

static void
tell_step(void *arg, const struct tp_ask *a, size_t r0, size_t n)
{
	struct telling		*t = arg;
	const struct tp_panel	*p = t->p;
	struct tp_fitted_pair	 pair;
	size_t			 i, h;

	if (a->n > 0)
		t->f->kind->predict(t->f->state, a, t->f->out);
	for (i = 0; i < n; i++)
		for (h = 0; h < p->shape.nh; h++) {
			pair.y = p->y[(r0 + i) * p->shape.nh + h];
			if (isnan(pair.y))
				continue;
			pair.seg = p->seg[r0 + i];
			pair.h = h;
			pair.step = p->step[r0];
			pair.raw = raw_of(t->f, p, r0, i, h);
			t->fn(t->arg, &pair);
		}
}

void
tp_fitted_each(struct tp_fitted *f, const struct tp_dataset *d,
    uint32_t from, uint32_t to, void (*fn)(void *arg,
    const struct tp_fitted_pair *p), void *arg)
{
	struct telling	t = { f, &d->panel, fn, arg };

	tp_fitted_steps(f, d, from, to, tell_step, &t);
}

void
tp_fitted_release(struct tp_fitted *f)
{
	if (f->file == NULL && f->state != NULL)
		f->kind->free(f->state);
	free(f->seg);
	free(f->col);
	free(f->h);
	free(f->x);
	free(f->out);
	free(f->now);
	free(f->last);
	free(f->ask_seg);
	free(f->place);
}

int
tp_fitted_adopt(struct tp_fitted *f, const struct tp_modelfile *m,
    const struct tp_dataset *d, struct tp_err *e)
{
	const struct tp_panel	*p = &d->panel;
	size_t			 i, k;

	if (m->step_ms != d->spec.step_ms ||
	    strcmp(m->unit, tp_unit_suffix(d->spec.unit)) != 0)
		return tp_err_set(e, TP_EXIT_DATA, "model '%s' "
		    "has another step or unit than the features", m->version);
	f->kind = m->kind;
	f->state = m->state;
	f->file = m;
	f->col = tp_calloc(m->ncol + 1, sizeof(*f->col));
	for (i = 0; i < m->ncol; i++) {
		for (k = 0; k < p->shape.ncol; k++)
			if (strcmp(p->shape.names[k], m->columns[i]) == 0)
				break;
		if (k == p->shape.ncol)
			return tp_err_set(e, TP_EXIT_DATA, "model '%s' "
			    "needs the column '%s'", m->version,
			    m->columns[i]);
		f->col[i] = k;
	}
	f->h = tp_calloc(p->shape.nh, sizeof(*f->h));
	for (i = 0; i < p->shape.nh; i++) {
		for (k = 0; k < m->nh; k++)
			if (m->minutes[k] == d->spec.targets[i])
				break;
		if (k == m->nh)
			return tp_err_set(e, TP_EXIT_DATA, "model '%s' "
			    "does not forecast %d minutes", m->version,
			    d->spec.targets[i]);
		f->h[i] = k;
	}
	f->seg = tp_calloc(p->shape.nseg + 1, sizeof(*f->seg));
	for (i = 0; i < p->shape.nseg; i++) {
		k = tp_map_find(&m->segs, d->segs.keys[i].p,
		    d->segs.keys[i].n);
		f->seg[i] = k == SIZE_MAX ? UINT32_MAX : (uint32_t)k;
	}
	return 0;
}
