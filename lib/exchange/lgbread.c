/*
 * Reading the text that LightGBM saves a model as: lines `key=value`, first of
 * the whole, then of each tree behind a line `Tree=`, up to `end of trees`.
 * All that it does not have to be is an error.
 */
#include <math.h>

#include "base/mem.h"
#include "exchange/exchange.h"

#define LEAVES	32768		/* of a tree */

enum { CATEGORY = 1, MISSING = 12, MISSING_ZERO = 4 };	/* decision_type */

struct span {
	const char	*p;
	size_t		 n;
};

/* What is read of a tree. */
enum { NUM_LEAVES, NUM_CAT, FEATURE, THRESHOLD, DECISION, LEFT, RIGHT, VALUE,
    IS_LINEAR, FIELDS };
static const char *const	fields[FIELDS] = {
	"num_leaves", "num_cat", "split_feature", "threshold",
	"decision_type", "left_child", "right_child", "leaf_value",
	"is_linear",
};

struct reading {
	const struct tp_formula *f;
	struct tp_trees	*t;
	struct span	 objective, names;
	bool		 average, in_tree;
	struct span	 field[FIELDS];	/* of the tree; p NULL: not there */
};

static int
no(struct tp_err *e, const char *what)
{
	return tp_err_set(e, TP_EXIT_DATA, "not a model of LightGBM that can "
	    "be used: %s", what);
}

/* Cuts off what is before the first c; all where there is none. */
static struct span
cut(struct span *s, char c)
{
	const char	*at = s->n > 0 ? memchr(s->p, c, s->n) : NULL;
	struct span	 head = *s;

	if (at == NULL) {
		s->n = 0;
		return head;
	}
	head.n = (size_t)(at - s->p);
	s->p = at + 1;
	s->n -= head.n + 1;
	return head;
}

static bool
is(struct span s, const char *text)
{
	return s.n == strlen(text) && memcmp(s.p, text, s.n) == 0;
}

/* Exactly n numbers with blanks between. */
static int
get_reals(struct span s, size_t n, double *v)
{
	struct span	one;
	size_t		i;

	for (i = 0; i < n; i++) {
		one = cut(&s, ' ');
		if (one.n == 0 || tp_parse_num(one.p, one.n, &v[i]) != 0)
			return -1;
	}
	return s.n == 0 ? 0 : -1;
}

static int
get_ints(struct span s, size_t n, int64_t least, int64_t most, int32_t *v)
{
	struct span	one;
	int64_t		k;
	size_t		i;

	for (i = 0; i < n; i++) {
		one = cut(&s, ' ');
		if (one.n == 0 || tp_parse_int(one.p, one.n, &k) != 0 ||
		    k < least || k > most)
			return -1;
		v[i] = (int32_t)k;
	}
	return s.n == 0 ? 0 : -1;
}

/* A tree: `inner` splits, then the leaves, as LightGBM numbers them. */
struct source {
	size_t	 inner;
	int32_t	*left, *right, *col, *kind;
	double	*at, *leaf;
	float	*t;
};

static int
read_splits(const struct reading *r, struct source *s)
{
	size_t	n = s->inner, i;
	int32_t	leaves = (int32_t)n + 1;

	if (get_ints(r->field[FEATURE], n, 0, (int64_t)r->t->ncol - 1,
	    s->col) != 0 ||
	    get_ints(r->field[DECISION], n, 0, 255, s->kind) != 0 ||
	    get_ints(r->field[LEFT], n, -leaves, leaves - 2, s->left) != 0 ||
	    get_ints(r->field[RIGHT], n, -leaves, leaves - 2, s->right) != 0 ||
	    get_reals(r->field[THRESHOLD], n, s->at) != 0)
		return -1;
	for (i = 0; i < n; i++) {
		/* ~leaf stands for a leaf */
		if (s->left[i] < 0)
			s->left[i] = (int32_t)n + ~s->left[i];
		if (s->right[i] < 0)
			s->right[i] = (int32_t)n + ~s->right[i];
		s->t[i] = tp_trees_bound(s->at[i]);
	}
	return 0;
}

static int
add_tree(struct reading *r, struct source *s, struct tp_err *e)
{
	size_t	n = s->inner, i;

	if (get_reals(r->field[VALUE], n + 1, s->leaf) != 0 ||
	    (n > 0 && read_splits(r, s) != 0))
		return no(e, "a tree is damaged");
	for (i = 0; i < n; i++) {
		if (s->kind[i] & CATEGORY)
			return no(e, "a tree splits by categories");
		if ((s->kind[i] & MISSING) == MISSING_ZERO)
			return no(e, "it was trained with zero_as_missing");
	}
	for (i = 0; i <= n; i++) {
		s->left[n + i] = s->right[n + i] = -1;
		s->t[n + i] = (float)s->leaf[i];
	}
	return tp_trees_append(r->t, &(struct tp_tree_source){ 2 * n + 1,
	    s->left, s->right, s->col, s->t }) == 0 ? 0 :
	    no(e, "a tree is damaged or too deep");
}

static int
end_tree(struct reading *r, struct tp_err *e)
{
	struct source	s;
	int32_t		leaves = 0, many = 0;
	int		rc;

	if (get_ints(r->field[NUM_LEAVES], 1, 1, LEAVES, &leaves) != 0)
		return no(e, "a tree has no leaves, or too many");
	if (r->field[NUM_CAT].p != NULL &&
	    get_ints(r->field[NUM_CAT], 1, 0, 0, &many) != 0)
		return no(e, "a tree splits by categories");
	if (r->field[IS_LINEAR].p != NULL &&
	    get_ints(r->field[IS_LINEAR], 1, 0, 0, &many) != 0)
		return no(e, "its leaves are linear models");
	s.inner = (size_t)leaves - 1;
	s.left = tp_calloc(8 * (size_t)leaves, sizeof(*s.left));
	s.right = s.left + 2 * leaves;
	s.col = s.right + 2 * leaves;
	s.kind = s.col + 2 * leaves;
	s.at = tp_calloc(2 * (size_t)leaves, sizeof(*s.at));
	s.leaf = s.at + leaves;
	s.t = tp_calloc(2 * (size_t)leaves, sizeof(*s.t));
	rc = add_tree(r, &s, e);
	free(s.left);
	free(s.at);
	free(s.t);
	return rc;
}

/* What trees add up to must be the forecast. */
static int
check_objective(struct span s, struct tp_err *e)
{
	static const char *const	fit[] = {
		"regression", "regression_l2", "regression_l1", "huber",
		"fair", "quantile", "mape", "custom", "none",
	};
	struct span			name = cut(&s, ' '), word;
	size_t				i;

	while (s.n > 0) {
		word = cut(&s, ' ');
		if (is(word, "sqrt"))
			return no(e, "it was trained with reg_sqrt");
	}
	for (i = 0; i < sizeof(fit) / sizeof(fit[0]); i++)
		if (is(name, fit[i]))
			return 0;
	return no(e, "its objective is not one of speeds");
}

/* The names of the inputs but the first, or Column_0 and so on. */
static int
check_names(const struct tp_formula *f, struct span s, struct tp_err *e)
{
	char		own[32];
	struct span	name;
	size_t		i;

	for (i = 1; i < f->nin; i++) {
		name = cut(&s, ' ');
		snprintf(own, sizeof(own), "Column_%zu", i - 1);
		if (name.n == 0)
			return no(e, "it does not have the inputs of the "
			    "model");
		if (!is(name, f->name[i]) && !is(name, own))
			return no(e, "its features are not called as the "
			    "inputs of the model");
	}
	return s.n == 0 ? 0 :
	    no(e, "it does not have the inputs of the model");
}

/* A line of the head, before the first tree. */
static int
head_line(struct reading *r, struct span key, struct span value,
    struct tp_err *e)
{
	if (is(key, "objective"))
		r->objective = value;
	else if (is(key, "feature_names"))
		r->names = value;
	else if (is(key, "average_output"))
		r->average = true;
	else if ((is(key, "num_class") ||
	    is(key, "num_tree_per_iteration")) && !is(value, "1"))
		return no(e, "it has more than one output");
	return 0;
}

/* The first tree begins: the head must be what it should. */
static int
begin_trees(struct reading *r, struct tp_err *e)
{
	if (r->names.p == NULL)
		return no(e, "it does not name its features");
	if (r->objective.p != NULL && check_objective(r->objective, e) != 0)
		return -1;
	return check_names(r->f, r->names, e);
}

/* Of a random forest the mean of the trees counts. */
static void
divide(struct tp_trees *t)
{
	size_t	i;
	float	v;

	for (i = 0; i < t->nnode; i++) {
		if (t->node[i].step != 0)
			continue;
		v = tp_tree_number(t->node[i].key);
		t->node[i].key = tp_tree_key(v / (float)t->n);
	}
}

/* One line; 1 where it is the end of the trees. */
static int
take_line(struct reading *r, struct span line, struct tp_err *e)
{
	struct span	value = line, key;
	bool		end = is(line, "end of trees");
	size_t		i;

	key = cut(&value, '=');
	if (end || is(key, "Tree")) {
		if ((r->in_tree ? end_tree(r, e) : begin_trees(r, e)) != 0)
			return -1;
		memset(r->field, 0, sizeof(r->field));
		r->in_tree = true;
		return end;
	}
	if (!r->in_tree)
		return head_line(r, key, value, e);
	for (i = 0; i < FIELDS; i++)
		if (is(key, fields[i]))
			r->field[i] = value;
	return 0;
}

int
tp_import_lightgbm(const struct tp_formula *f, const char *p, size_t n,
    struct tp_trees *t, struct tp_err *e)
{
	struct reading	r = { .f = f, .t = t };
	struct span	text = { p, n }, line;
	int		rc = 0;

	t->ncol = f->nin - 1;
	line = cut(&text, '\n');
	if (!is(line, "tree"))
		rc = no(e, "it does not begin with the line 'tree'");
	while (rc == 0 && text.n > 0) {
		line = cut(&text, '\n');
		if (line.n > 0 && line.p[line.n - 1] == '\r')
			line.n--;
		rc = take_line(&r, line, e);
	}
	if (rc == 0)
		rc = no(e, "it is cut short");
	if (rc > 0 && r.average)
		divide(t);
	if (rc > 0)
		return 0;
	tp_trees_release(t);
	return -1;
}
