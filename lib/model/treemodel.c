#include "model/treemodel.h"

#include "base/mem.h"

#define LANES	TP_TREES_LANES
#define BLOCK	(LANES * TP_TREES_GROUPS)

void
tp_treemodel_predict(const void *st, const struct tp_ask *a, double *out)
{
	const struct tp_treemodel	*m = st;
	size_t				 nin = m->in.nin, nh = m->in.nh;
	float				*rows = tp_calloc(a->n * nin,
					    sizeof(*rows));
	uint32_t			*x = tp_calloc((nin + 1) * BLOCK,
					    sizeof(*x));
	double				*base = tp_calloc(a->n, sizeof(*base));
	size_t				 i, k, h, n;
	double				 v;

	tp_treeinput_rows(&m->in, a, rows, base);
	for (i = 0; i < a->n; i += BLOCK) {
		n = a->n - i < BLOCK ? a->n - i : BLOCK;
		tp_trees_columns(rows + i * nin, n, nin, x);
		for (h = 0; h < nh; h++) {
			float	sum[BLOCK] = { 0 };

			tp_trees_sum(&m->trees[h], 0, m->trees[h].n, 1, x,
			    (n + LANES - 1) / LANES, sum);
			for (k = 0; k < n; k++) {
				v = base[i + k] + (double)sum[k];
				out[(i + k) * nh + h] = v > 0 ? v : 0;
			}
		}
	}
	free(rows);
	free(x);
	free(base);
}

void
tp_tree_formula(const void *st, const struct tp_modelfile *m,
    struct tp_formula *f)
{
	const struct tp_treemodel	*t = st;
	struct tp_shape			 s = tp_modelfile_shape(m);

	tp_formula_room(f, &s, 1 + t->in.nin);
	f->form = TP_FORMULA_TREES;
	f->trees = t->trees;
	snprintf(f->name[0], TP_FORMULA_NAME, "start_%s", m->unit);
	tp_treeinput_names(&t->in, m, f->name + 1);
}

size_t
tp_tree_count(const void *st)
{
	const struct tp_treemodel	*m = st;

	return 1 + m->in.nin;
}

void
tp_tree_inputs(const void *st, const struct tp_ask *a, double *x)
{
	const struct tp_treemodel	*t = st;
	size_t				 nin = t->in.nin, i, k;
	float				*rows = tp_calloc(a->n * nin,
					    sizeof(*rows));
	double				*base = tp_calloc(a->n, sizeof(*base));

	tp_treeinput_rows(&t->in, a, rows, base);
	for (i = 0; i < a->n; i++) {
		*x++ = base[i];
		for (k = 0; k < nin; k++)
			*x++ = (double)rows[i * nin + k];
	}
	free(rows);
	free(base);
}

void
tp_treemodel_put(void *st, size_t h, struct tp_trees *t)
{
	struct tp_treemodel	*m = st;

	tp_trees_release(&m->trees[h]);
	m->trees[h] = *t;
	memset(t, 0, sizeof(*t));
}

void
tp_treemodel_save(const void *st, struct tp_buf *b)
{
	const struct tp_treemodel	*m = st;
	size_t				 h;

	tp_treeinput_save(&m->in, b);
	for (h = 0; h < m->in.nh; h++)
		tp_trees_save(&m->trees[h], b);
}

void *
tp_treemodel_load(const char *p, size_t n, const struct tp_shape *s,
    struct tp_err *e)
{
	struct tp_treemodel	*m = tp_calloc(1, sizeof(*m));
	struct tp_unpack	 u = { p, n, false };
	size_t			 h;
	int			 rc;

	rc = tp_treeinput_init(&m->in, s, e);
	if (rc == 0)
		rc = tp_treeinput_load(&m->in, &u, e);
	for (h = 0; h < s->nh && rc == 0; h++)
		rc = tp_trees_load(&m->trees[h], m->in.nin, &u, e);
	if (rc == 0 && !tp_unpack_done(&u))
		rc = tp_err_set(e, TP_EXIT_DATA, "state has the wrong size");
	if (rc == 0)
		return m;
	tp_treemodel_free(m);
	return NULL;
}

void
tp_treemodel_free(void *st)
{
	struct tp_treemodel	*m = st;
	size_t			 h;

	tp_treeinput_release(&m->in);
	for (h = 0; h < TP_MODEL_HORIZONS; h++)
		tp_trees_release(&m->trees[h]);
	free(m);
}
