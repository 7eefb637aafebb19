/* Models made of what other programs have learnt. */
#include "base/mem.h"
#include "exchange/exchange.h"
#include "io/file.h"
#include "model/treemodel.h"

#define LARGEST	((size_t)256 << 20)	/* bytes of a file */

static int
read_trees(struct tp_modelfile *m, const struct tp_formula *f, size_t h,
    const char *path, struct tp_err *e)
{
	struct tp_trees	 t = { 0 };
	size_t		 n;
	char		*p;
	int		 rc;

	if (tp_file_read(path, LARGEST, &p, &n, e) != 0)
		return -1;
	rc = tp_import_xgboost(f, p, n, &t, e);
	free(p);
	if (rc != 0)
		return tp_err_prefix(e, "%s", path);
	tp_treemodel_put(m->state, h, &t);
	return 0;
}

int
tp_import_trees(struct tp_modelfile *m, const char *const *paths, size_t n,
    struct tp_err *e)
{
	struct tp_formula	 f = { 0 };
	size_t			 h;
	int			 rc;

	if (n != m->nh)
		return tp_err_set(e, TP_EXIT_USAGE, "the model of --like has "
		    "%zu horizons; one file is needed for each", m->nh);
	rc = tp_formula_init(&f, m, e);
	for (h = 0; h < n && rc == 0; h++)
		rc = read_trees(m, &f, h, paths[h], e);
	tp_formula_release(&f);
	if (rc != 0)
		return -1;
	m->kind = &tp_model_gbt;
	tp_intervals_release(&m->iv);
	free(m->metrics);
	m->metrics = tp_strdup("[]");
	tp_modelfile_name(m);
	return 0;
}
