/* One tree, a forest, and boosted trees. */
#include "model/treemodel.h"

static void *
fit_tree(const struct tp_panel *p, const struct tp_model_opts *o,
    struct tp_err *e)
{
	static const struct tp_treeplan	plan = {
		.name = "tree", .rounds = 1, .depth = 10, .eta = 1,
		.lambda = 0, .least = 20, .columns = 1, .sample = 1,
	};

	return tp_treemodel_fit(&plan, p, o, e);
}

static void *
fit_forest(const struct tp_panel *p, const struct tp_model_opts *o,
    struct tp_err *e)
{
	static const struct tp_treeplan	plan = {
		.name = "forest", .rounds = 40, .depth = 13, .eta = 1,
		.lambda = 0, .least = 10, .columns = 1, .per_split = 0.4,
		.sample = 0.63,
	};

	return tp_treemodel_fit(&plan, p, o, e);
}

static void *
fit_gbt(const struct tp_panel *p, const struct tp_model_opts *o,
    struct tp_err *e)
{
	static const struct tp_treeplan	plan = {
		.name = "gbt", .rounds = 400, .depth = 7, .eta = 0.1,
		.lambda = 1, .least = 20, .columns = 0.8, .sample = 0.5,
		.knee = 1.5,
	};

	return tp_treemodel_fit(&plan, p, o, e);
}

const struct tp_model_kind tp_model_tree = {
	"tree", "one decision tree", tp_treeinput_wants,
	fit_tree, tp_treemodel_predict, tp_treemodel_save, tp_treemodel_load,
	tp_treemodel_free,
};

const struct tp_model_kind tp_model_forest = {
	"forest", "the mean of trees on parts of the data",
	tp_treeinput_wants,
	fit_forest, tp_treemodel_predict, tp_treemodel_save,
	tp_treemodel_load, tp_treemodel_free,
};

const struct tp_model_kind tp_model_gbt = {
	"gbt", "gradient-boosted trees", tp_treeinput_wants,
	fit_gbt, tp_treemodel_predict, tp_treemodel_save, tp_treemodel_load,
	tp_treemodel_free,
};
