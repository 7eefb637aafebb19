/* Models made of what other programs have learnt. */
#include "base/mem.h"
#include "exchange/exchange.h"
#include "io/file.h"
#include "model/layers.h"
#include "model/treemodel.h"

#define LARGEST	((size_t)256 << 20)	/* bytes of a file */

/* The trees t of horizons h .. h + n take their place in the model. */
static void
put_trees(struct tp_modelfile *m, struct tp_trees *t, size_t h, size_t n)
{
	size_t	i;

	for (i = 0; i < n; i++)
		tp_treemodel_put(m->state, h + i, &t[i]);
	m->kind = &tp_model_gbt;
}

/* One file, of horizons h .. h + n of the model. */
static int
take_file(struct tp_modelfile *m, const struct tp_formula *f,
    enum tp_import from, const char *p, size_t len, size_t h, size_t n,
    struct tp_err *e)
{
	struct tp_trees	t[TP_MODEL_HORIZONS] = { { 0 } };
	struct tp_layers	d = { 0 };
	int		rc;

	if (from == TP_IMPORT_KERAS)
		return tp_import_keras(m, p, len, e);
	if (from != TP_IMPORT_ONNX && f->form != TP_FORMULA_TREES)
		return tp_err_set(e, TP_EXIT_USAGE, "trees take the place of "
		    "trees; --like must name a model that has some");
	rc = from == TP_IMPORT_LIGHTGBM ?
	    tp_import_lightgbm(f, p, len, &t[0], e) :
	    from == TP_IMPORT_XGBOOST ?
	    tp_import_xgboost(f, p, len, &t[0], e) :
	    tp_import_onnx(f, p, len, n, t, &d, e);
	if (rc == 0 && d.n == 0 && f->form == TP_FORMULA_TREES) {
		put_trees(m, t, h, n);
		return 0;
	}
	if (rc == 0 && d.n > 0 && n == m->nh) {
		/* its trees forecast no more */
		if (f->form == TP_FORMULA_TREES)
			put_trees(m, t, 0, n);
		tp_layers_put(m, &d);
		return 0;
	}
	if (rc == 0)
		rc = tp_err_set(e, TP_EXIT_USAGE, d.n > 0 ? "layers come in "
		    "one file, with all horizons" : "trees take the place of "
		    "trees; --like must name a model that has some");
	for (h = 0; h < n; h++)
		tp_trees_release(&t[h]);
	tp_layers_release(&d);
	return rc;
}

static int
read_file(struct tp_modelfile *m, const struct tp_formula *f,
    enum tp_import from, const char *path, size_t h, size_t n,
    struct tp_err *e)
{
	size_t	 len;
	char	*p;
	int	 rc;

	if (tp_file_read(path, LARGEST, &p, &len, e) != 0)
		return -1;
	rc = take_file(m, f, from, p, len, h, n, e);
	free(p);
	return rc == 0 ? 0 : tp_err_prefix(e, "%s", path);
}

int
tp_import(struct tp_modelfile *m, enum tp_import from,
    const char *const *paths, size_t n, struct tp_err *e)
{
	struct tp_formula	f = { 0 };
	bool			all;
	size_t			h;
	int			rc = 0;

	all = n == 1 && (from == TP_IMPORT_ONNX || from == TP_IMPORT_KERAS);
	if (n != m->nh && !all)
		return tp_err_set(e, TP_EXIT_USAGE, "the model of --like has "
		    "%zu horizons; one file is needed for each", m->nh);
	if (from != TP_IMPORT_KERAS)
		rc = tp_formula_init(&f, m, e);
	if (rc == 0 && f.form == TP_FORMULA_CLASSES)
		rc = tp_err_set(e, TP_EXIT_USAGE, "the model of --like tells "
		    "classes; name one of speeds, with the same inputs");
	if (rc == 0 && f.form == TP_FORMULA_MIX)
		rc = tp_err_set(e, TP_EXIT_USAGE, "the model of --like is an "
		    "ensemble; name one of its members");
	if (rc == 0 && f.form == TP_FORMULA_DENSE)
		rc = tp_err_set(e, TP_EXIT_USAGE, "the model of --like was "
		    "imported itself; name the one whose inputs it reads");
	for (h = 0; h < n && rc == 0; h++)
		rc = read_file(m, &f, from, paths[h], h, all ? m->nh : 1, e);
	tp_formula_release(&f);
	if (rc != 0)
		return -1;
	tp_intervals_release(&m->iv);
	free(m->metrics);
	m->metrics = tp_strdup("[]");
	tp_modelfile_name(m);
	return 0;
}
