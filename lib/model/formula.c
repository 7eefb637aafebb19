#include "model/formula.h"

#include "base/mem.h"

/* The kinds that are formulas. */
static const struct teller {
	const struct tp_model_kind *kind;
	void	(*formula)(const void *st, const struct tp_modelfile *m,
		    struct tp_formula *f);
	size_t	(*count)(const void *st);
	void	(*inputs)(const void *st, const struct tp_ask *a, double *x);
} tellers[] = {
	{ &tp_model_persistence, tp_persistence_formula, tp_persistence_count,
	    tp_persistence_inputs },
	{ &tp_model_ha, tp_ha_formula, tp_ha_count, tp_ha_inputs },
	{ &tp_model_linear, tp_linear_formula, tp_linear_count,
	    tp_linear_inputs },
	{ &tp_model_tree, tp_tree_formula, tp_tree_count, tp_tree_inputs },
	{ &tp_model_forest, tp_tree_formula, tp_tree_count, tp_tree_inputs },
	{ &tp_model_gbt, tp_tree_formula, tp_tree_count, tp_tree_inputs },
	{ &tp_model_classify, tp_classify_formula, tp_classify_count,
	    tp_classify_inputs },
	{ &tp_model_ensemble, tp_mixed_formula, tp_mixed_count,
	    tp_mixed_inputs },
	{ &tp_model_dense, tp_layers_formula, tp_layers_count,
	    tp_layers_inputs },
};

static const struct teller *
find(const struct tp_model_kind *kind)
{
	size_t	i;

	for (i = 0; i < sizeof(tellers) / sizeof(tellers[0]); i++)
		if (tellers[i].kind == kind)
			return &tellers[i];
	return NULL;
}

void
tp_formula_room(struct tp_formula *f, const struct tp_shape *s, size_t n)
{
	f->nseg = s->nseg;
	f->nh = s->nh;
	f->nin = n;
	f->name = tp_calloc(n, sizeof(*f->name));
}

int
tp_formula_init(struct tp_formula *f, const struct tp_modelfile *m,
    struct tp_err *e)
{
	const struct teller	*t = find(m->kind);

	if (t == NULL)
		return tp_err_set(e, TP_EXIT_USAGE, "a model of kind '%s' is "
		    "no formula of inputs", m->kind->name);
	t->formula(m->state, m, f);
	return 0;
}

void
tp_formula_inputs(const struct tp_modelfile *m, const struct tp_ask *a,
    double *x)
{
	find(m->kind)->inputs(m->state, a, x);
}

bool
tp_formula_is(const struct tp_model_kind *kind)
{
	return find(kind) != NULL;
}

size_t
tp_formula_count(const struct tp_model_kind *kind, const void *st)
{
	return find(kind)->count(st);
}

void
tp_formula_ask(const struct tp_model_kind *kind, const void *st,
    const struct tp_ask *a, double *x)
{
	find(kind)->inputs(st, a, x);
}

const char *
tp_formula_class(const struct tp_modelfile *m, size_t k,
    char name[TP_CLASS_NAME])
{
	if (k < (size_t)m->classes.n)
		return m->classes.name[k];
	snprintf(name, TP_CLASS_NAME, "class_%zu", k + 1);
	return name;
}

void
tp_formula_release(struct tp_formula *f)
{
	free(f->name);
	free(f->coef);
	memset(f, 0, sizeof(*f));
}
