/*
 * Reading XGBoost's JSON: all that it does not have to be is an error.
 */
#include <jansson.h>
#include <math.h>

#include "base/mem.h"
#include "exchange/exchange.h"

#define NODES	65535		/* of a tree */

static int
no(struct tp_err *e, const char *what)
{
	return tp_err_set(e, TP_EXIT_DATA, "not a model of XGBoost that can "
	    "be used: %s", what);
}

/* The member at the end of a path; NULL where there is none. */
static const json_t *
at(const json_t *o, const char *const *path)
{
	for (; *path != NULL && o != NULL; path++)
		o = json_object_get(o, *path);
	return o;
}

/* A member that XGBoost writes as a text or a number. */
static int
get_number(const json_t *o, const char *name, double *v)
{
	const json_t	*j = json_object_get(o, name);
	const char	*s = json_string_value(j);
	size_t		 n;

	if (json_is_number(j)) {
		*v = json_number_value(j);
		return isfinite(*v) ? 0 : -1;
	}
	if (s == NULL)
		return -1;
	n = strlen(s);
	if (n > 2 && s[0] == '[' && s[n - 1] == ']')	/* 3.1 and later */
		return tp_parse_num(s + 1, n - 2, v);
	return tp_parse_num(s, n, v);
}

/* The trees add to what was there only for some objectives. */
static int
check_objective(const json_t *learner, struct tp_err *e)
{
	static const char *const	fit[] = {
		"reg:squarederror", "reg:absoluteerror",
		"reg:pseudohubererror", "reg:quantileerror", "reg:linear",
	};
	const char			*s = json_string_value(at(learner,
	    (const char *const[]){ "objective", "name", NULL }));
	size_t				 i;

	for (i = 0; s != NULL && i < sizeof(fit) / sizeof(fit[0]); i++)
		if (strcmp(s, fit[i]) == 0)
			return 0;
	return no(e, "its objective is not one of speeds");
}

static int
check_learner(const json_t *learner, const struct tp_formula *f,
    struct tp_err *e)
{
	const json_t	*p = json_object_get(learner, "learner_model_param");
	const json_t	*names = json_object_get(learner, "feature_names");
	const char	*s = json_string_value(at(learner, (const char *const[])
	    { "gradient_booster", "name", NULL }));
	double		 v;
	size_t		 i;

	if (s == NULL || strcmp(s, "gbtree") != 0)
		return no(e, "it is no gbtree");
	if (check_objective(learner, e) != 0)
		return -1;
	if (get_number(p, "num_feature", &v) != 0 ||
	    fabs(v - (double)(f->nin - 1)) > 0.5)
		return no(e, "it does not have the inputs of the model");
	if ((get_number(p, "num_class", &v) == 0 && v > 1) ||
	    (get_number(p, "num_target", &v) == 0 && v > 1))
		return no(e, "it has more than one output");
	for (i = 0; i < json_array_size(names); i++) {
		s = json_string_value(json_array_get(names, i));
		if (i + 1 >= f->nin || s == NULL ||
		    strcmp(s, f->name[1 + i]) != 0)
			return no(e, "its features are not called as the "
			    "inputs of the model");
	}
	return 0;
}

/* An array of n integers into v; -1 where it is none. */
static int
get_ints(const json_t *tree, const char *name, size_t n, int32_t *v)
{
	const json_t	*a = json_object_get(tree, name), *j;
	size_t		 i;

	if (json_array_size(a) != n)
		return -1;
	for (i = 0; i < n; i++) {
		j = json_array_get(a, i);
		if (!json_is_integer(j) || json_integer_value(j) < -1 ||
		    json_integer_value(j) > INT32_MAX)
			return -1;
		v[i] = (int32_t)json_integer_value(j);
	}
	return 0;
}

static int
get_reals(const json_t *tree, const char *name, size_t n, float *v)
{
	const json_t	*a = json_object_get(tree, name), *j;
	size_t		 i;

	if (json_array_size(a) != n)
		return -1;
	for (i = 0; i < n; i++) {
		j = json_array_get(a, i);
		if (!json_is_number(j))
			return -1;
		v[i] = (float)json_number_value(j);
	}
	return 0;
}

static int
add_tree(struct tp_trees *t, const json_t *tree, struct tp_err *e)
{
	size_t	 n = json_array_size(json_object_get(tree, "left_children"));
	int32_t	*left, *right, *col;
	float	*v;
	int	 rc = -1;

	if (n < 1 || n > NODES)
		return no(e, "a tree has no nodes, or too many");
	if (json_array_size(json_object_get(tree, "categories")) > 0)
		return no(e, "a tree splits by categories");
	left = tp_calloc(n, sizeof(*left));
	right = tp_calloc(n, sizeof(*right));
	col = tp_calloc(n, sizeof(*col));
	v = tp_calloc(n, sizeof(*v));
	if (get_ints(tree, "left_children", n, left) == 0 &&
	    get_ints(tree, "right_children", n, right) == 0 &&
	    get_ints(tree, "split_indices", n, col) == 0 &&
	    get_reals(tree, "split_conditions", n, v) == 0)
		rc = tp_trees_append(t, &(struct tp_tree_source){ n, left,
		    right, col, v });
	free(left);
	free(right);
	free(col);
	free(v);
	return rc == 0 ? 0 : no(e, "a tree is damaged or too deep");
}

/* A tree that is one leaf. */
static int
add_constant(struct tp_trees *t, double v, struct tp_err *e)
{
	int32_t	none = -1, col = 0;
	float	leaf = (float)v;

	return tp_trees_append(t, &(struct tp_tree_source){ 1, &none, &none,
	    &col, &leaf }) == 0 ? 0 : no(e, "base_score");
}

static int
add_all(struct tp_trees *t, const json_t *learner, struct tp_err *e)
{
	const json_t	*trees = at(learner, (const char *const[])
	    { "gradient_booster", "model", "trees", NULL }), *tree;
	double		 base = 0;
	size_t		 i;

	if (!json_is_array(trees))
		return no(e, "it has no trees");
	if (at(learner, (const char *const[]){ "attributes", "base_margin",
	    NULL }) == NULL && get_number(json_object_get(learner,
	    "learner_model_param"), "base_score", &base) != 0)
		return no(e, "base_score");
	if ((base < 0 || base > 0) && add_constant(t, base, e) != 0)
		return -1;
	for (i = 0; i < json_array_size(trees); i++) {
		tree = json_array_get(trees, i);
		if (add_tree(t, tree, e) != 0)
			return -1;
	}
	return 0;
}

int
tp_import_xgboost(const struct tp_formula *f, const char *p, size_t n,
    struct tp_trees *t, struct tp_err *e)
{
	const json_t	*learner;
	json_t		*o;
	int		 rc;

	o = json_loadb(p, n, JSON_REJECT_DUPLICATES, NULL);
	if (o == NULL)
		return no(e, "it is no JSON");
	learner = json_object_get(o, "learner");
	t->ncol = f->nin - 1;
	rc = check_learner(learner, f, e);
	if (rc == 0)
		rc = add_all(t, learner, e);
	if (rc != 0)
		tp_trees_release(t);
	json_decref(o);
	return rc;
}
