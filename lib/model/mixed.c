/* What an ensemble takes as a formula. */
#include "base/mem.h"
#include "model/ensemble.h"
#include "model/formula.h"
#include "model/netmodel.h"

size_t *
tp_mixed_columns(const void *st, size_t *n)
{
	const struct tp_modelfile	*m;
	size_t				 ncol = tp_ensemble_columns(st), i, c;
	size_t				*place = tp_calloc(ncol + 1,
					    sizeof(*place));

	for (i = 0; (m = tp_ensemble_member(st, i)) != NULL; i++)
		for (c = 0; tp_netmodel_is(m->kind) && c < m->ncol; c++)
			place[tp_ensemble_column(st, i, c)] = 1;
	for (*n = 0, c = 0; c < ncol; c++)
		place[c] = place[c] ? (*n)++ : SIZE_MAX;
	return place;
}

/* The inputs of a member's formula; 0 of a network. */
static size_t
own_inputs(const struct tp_modelfile *m)
{
	return tp_netmodel_is(m->kind) ? 0 :
	    tp_formula_count(m->kind, m->state);
}

size_t
tp_mixed_count(const void *st)
{
	const struct tp_modelfile	*m;
	size_t				 n, i;

	free(tp_mixed_columns(st, &n));
	for (i = 0; (m = tp_ensemble_member(st, i)) != NULL; i++)
		n += own_inputs(m);
	return n;
}

/* The names of member i's inputs, which begin at f->name[at]. */
static void
name_member(const struct tp_modelfile *m, size_t i, struct tp_formula *f,
    size_t at)
{
	struct tp_formula	own = { 0 };
	struct tp_err		e = { 0 };
	size_t			k;

	if (tp_formula_init(&own, m, &e) != 0)
		tp_die("a member is neither a network nor a formula");
	for (k = 0; k < own.nin; k++)
		snprintf(f->name[at + k], TP_FORMULA_NAME, "%zu.%.*s", i,
		    TP_FORMULA_NAME - 8, own.name[k]);
	tp_formula_release(&own);
}

void
tp_mixed_formula(const void *st, const struct tp_modelfile *m,
    struct tp_formula *f)
{
	struct tp_shape			 s = tp_modelfile_shape(m);
	const struct tp_modelfile	*one;
	size_t				 at, i;
	size_t				*place = tp_mixed_columns(st, &at);

	tp_formula_room(f, &s, tp_mixed_count(st));
	f->form = TP_FORMULA_MIX;
	for (i = 0; i < m->ncol; i++)
		if (place[i] != SIZE_MAX)
			snprintf(f->name[place[i]], TP_FORMULA_NAME, "%s",
			    m->columns[i]);
	for (i = 0; (one = tp_ensemble_member(st, i)) != NULL; i++)
		if (!tp_netmodel_is(one->kind)) {
			name_member(one, i, f, at);
			at += own_inputs(one);
		}
	free(place);
}

/* The inputs of member i's formula, into columns at .. of rows of n. */
static void
put_member(const void *st, size_t i, const struct tp_ask *a, double *x,
    size_t at, size_t n)
{
	const struct tp_modelfile	*m = tp_ensemble_member(st, i);
	size_t				 nin = own_inputs(m), r;
	float				*rows = tp_calloc(a->n * m->ncol + 1,
					    sizeof(*rows));
	double				*own = tp_calloc(a->n * nin + 1,
					    sizeof(*own));
	struct tp_ask			 ask;

	tp_ensemble_ask(st, i, a, rows, &ask);
	tp_formula_ask(m->kind, m->state, &ask, own);
	for (r = 0; r < a->n; r++)
		memcpy(x + r * n + at, own + r * nin, nin * sizeof(*x));
	free(rows);
	free(own);
}

void
tp_mixed_inputs(const void *st, const struct tp_ask *a, double *x)
{
	const struct tp_modelfile	*m;
	size_t				 ncol = tp_ensemble_columns(st);
	size_t				 n = tp_mixed_count(st), at, i, c, r;
	size_t				*place = tp_mixed_columns(st, &at);

	for (r = 0; r < a->n; r++)
		for (c = 0; c < ncol; c++)
			if (place[c] != SIZE_MAX)
				x[r * n + place[c]] =
				    (double)a->x[r * ncol + c];
	for (i = 0; (m = tp_ensemble_member(st, i)) != NULL; i++)
		if (!tp_netmodel_is(m->kind)) {
			put_member(st, i, a, x, at, n);
			at += own_inputs(m);
		}
	free(place);
}
