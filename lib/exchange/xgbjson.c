/*
 * XGBoost's JSON, as its doc/model.schema says: per tree, arrays by node.
 */
#include <limits.h>

#include "base/mem.h"
#include "exchange/exchange.h"

/* Which array of a tree; NOUGHTS are real numbers. */
enum array {
	LEFT, RIGHT, PARENT, FEATURE, ZEROS, CONDITION, NOUGHTS,
};

/* The parent of each node; the root has INT_MAX. */
static int *
parents_of(const struct tp_tree_node *v, size_t n)
{
	int	*p = tp_calloc(n + 1, sizeof(*p));
	size_t	 i;

	p[0] = INT_MAX;
	for (i = 0; i < n; i++)
		if (v[i].step > 0)
			p[i + v[i].step] = p[i + v[i].step + 1] = (int)i;
	return p;
}

/* A real number, which XGBoost tells from an integer by its look. */
static void
put_real(struct tp_buf *b, double v)
{
	size_t	n = b->n;

	tp_buf_num(b, v);
	if (memchr(b->p + n, '.', b->n - n) == NULL &&
	    memchr(b->p + n, 'e', b->n - n) == NULL)
		tp_buf_lit(b, ".0");
}

static void
put_array(struct tp_buf *b, const char *name, enum array what,
    const struct tp_tree_node *v, const int *parent, size_t n)
{
	size_t	i;
	bool	leaf;

	tp_buf_printf(b, ",\"%s\":[", name);
	for (i = 0; i < n; i++) {
		if (i > 0)
			tp_buf_char(b, ',');
		leaf = v[i].step == 0;
		if (what >= CONDITION)
			put_real(b, what == CONDITION ?
			    (double)tp_tree_number(v[i].key) : 0);
		else
			tp_buf_int(b, what == PARENT ? parent[i] :
			    what == ZEROS ? 0 :
			    what == FEATURE ? leaf ? 0 : v[i].col :
			    leaf ? -1 : (int64_t)i + v[i].step +
			    (what == RIGHT));
	}
	tp_buf_char(b, ']');
}

static void
put_tree(struct tp_buf *b, const struct tp_trees *t, size_t k)
{
	const struct tp_tree_node	*v = t->node + t->root[k];
	size_t				 n = t->root[k + 1] - t->root[k];
	int				*parent = parents_of(v, n);

	tp_buf_printf(b, "{\"id\":%zu", k);
	put_array(b, "left_children", LEFT, v, parent, n);
	put_array(b, "right_children", RIGHT, v, parent, n);
	put_array(b, "parents", PARENT, v, parent, n);
	put_array(b, "split_indices", FEATURE, v, parent, n);
	put_array(b, "split_conditions", CONDITION, v, parent, n);
	put_array(b, "base_weights", CONDITION, v, parent, n);
	put_array(b, "split_type", ZEROS, v, parent, n);
	put_array(b, "default_left", ZEROS, v, parent, n);
	put_array(b, "loss_changes", NOUGHTS, v, parent, n);
	put_array(b, "sum_hessian", NOUGHTS, v, parent, n);
	tp_buf_printf(b, ",\"categories\":[],\"categories_nodes\":[],"
	    "\"categories_segments\":[],\"categories_sizes\":[],"
	    "\"tree_param\":{\"num_deleted\":\"0\",\"num_feature\":\"%zu\","
	    "\"num_nodes\":\"%zu\",\"size_leaf_vector\":\"1\"}}", t->ncol, n);
	free(parent);
}

/* Attributes are texts that XGBoost keeps and gives back. */
static void
put_about(struct tp_buf *b, const struct tp_modelfile *m,
    const struct tp_formula *f, size_t h)
{
	size_t	first = f->nclass > 0 ? 0 : 1, i;
	char	name[TP_CLASS_NAME];

	tp_buf_printf(b, "\"attributes\":{\"model_version\":\"%s\","
	    "\"feature_set\":\"%s\",\"unit\":\"%s\","
	    "\"horizon_minutes\":\"%d\",\"", m->version, m->spec, m->unit,
	    m->minutes[h]);
	if (first == 1)
		tp_buf_printf(b, "base_margin\":\"%s", f->name[0]);
	else
		tp_buf_lit(b, "classes\":\"");
	for (i = 0; i < f->nclass; i++)
		tp_buf_printf(b, "%s%s", i > 0 ? "," : "",
		    tp_formula_class(m, i, name));
	tp_buf_lit(b, "\"},\"feature_names\":[");
	for (i = first; i < f->nin; i++)
		tp_buf_printf(b, "%s\"%s\"", i > first ? "," : "",
		    f->name[i]);
	tp_buf_lit(b, "],\"feature_types\":[");
	for (i = first; i < f->nin; i++)
		tp_buf_str(b, i > first ? ",\"float\"" : "\"float\"");
	tp_buf_char(b, ']');
}

/* `groups` trees a round. */
static void
put_trees(struct tp_buf *b, const struct tp_trees *t, size_t groups)
{
	size_t	i;

	tp_buf_printf(b, "\"gbtree_model_param\":{\"num_parallel_tree\":"
	    "\"1\",\"num_trees\":\"%zu\"},\"iteration_indptr\":[0", t->n);
	for (i = groups; i <= t->n; i += groups)
		tp_buf_printf(b, ",%zu", i);
	tp_buf_lit(b, "],\"tree_info\":[");
	for (i = 0; i < t->n; i++)
		tp_buf_printf(b, "%s%zu", i > 0 ? "," : "", i % groups);
	tp_buf_lit(b, "],\"trees\":[");
	for (i = 0; i < t->n; i++) {
		if (i > 0)
			tp_buf_lit(b, ",\n");
		put_tree(b, t, i);
	}
	tp_buf_char(b, ']');
}

static void
put_objective(struct tp_buf *b, size_t nclass)
{
	tp_buf_lit(b, "\"objective\":{\"name\":");
	if (nclass > 0)
		tp_buf_printf(b, "\"multi:softprob\","
		    "\"softmax_multiclass_param\":{\"num_class\":\"%zu\"}",
		    nclass);
	else
		tp_buf_lit(b, "\"reg:squarederror\",\"reg_loss_param\":{"
		    "\"scale_pos_weight\":\"1\"}");
	tp_buf_char(b, '}');
}

int
tp_export_xgboost(const struct tp_modelfile *m, const struct tp_formula *f,
    size_t h, struct tp_buf *b, struct tp_err *e)
{
	if (f->form != TP_FORMULA_TREES && f->form != TP_FORMULA_CLASSES)
		return tp_err_set(e, TP_EXIT_USAGE, "a model of kind '%s' has "
		    "no trees", m->kind->name);
	if (f->shares)
		return tp_err_set(e, TP_EXIT_USAGE, "XGBoost has no forest "
		    "of classes");
	tp_buf_lit(b, "{\"learner\":{");
	put_about(b, m, f, h);
	tp_buf_lit(b, ",\"gradient_booster\":{\"model\":{");
	put_trees(b, &f->trees[h], f->nclass > 0 ? f->nclass : 1);
	tp_buf_printf(b, "},\"name\":\"gbtree\"},\"learner_model_param\":{"
	    "\"base_score\":\"0\",\"boost_from_average\":\"0\","
	    "\"num_class\":\"%zu\",\"num_feature\":\"%zu\","
	    "\"num_target\":\"1\"},", f->nclass, f->trees[h].ncol);
	put_objective(b, f->nclass);
	tp_buf_lit(b, "},\"version\":[1,7,4]}\n");
	return 0;
}
