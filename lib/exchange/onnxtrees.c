/*
 * TreeEnsembleRegressor of ai.onnx.ml: arrays with an entry for each node of
 * all trees, and others with one for each value of a leaf.
 */
#include <math.h>

#include "base/mem.h"
#include "exchange/onnximport.h"

#define NODES	65535		/* of a tree */

enum mode { LEAF, LEQ, LT, GTE, GT, MODES };
static const char *const	modes[MODES] = {
	"LEAF", "BRANCH_LEQ", "BRANCH_LT", "BRANCH_GTE", "BRANCH_GT",
};

struct ensemble {
	const struct tp_onnx_attr *tree, *id, *feature, *yes, *no, *value,
	    *mode;
	const struct tp_onnx_attr *leaf_tree, *leaf_id, *leaf_out, *weight;
	size_t		 n, nleaf;	/* entries of these */
	size_t		 shift;
	bool		 mean;		/* of the trees, else their sum */
	size_t		 ntree;
	/* of one tree, NODES each */
	int32_t		*place;		/* of each node number; -1: none */
	int32_t		*left, *right, *col;
	float		*t;
	bool		*child;
};

static int
no(struct tp_err *e, const char *what)
{
	return tp_onnx_no(e, what, (struct tp_onnx_text){ NULL, 0 });
}

static int
find(struct ensemble *s, const struct tp_onnx_node *node, struct tp_err *e)
{
	const struct tp_onnx_attr	*how;

	s->tree = tp_onnx_attr(node, "nodes_treeids");
	s->id = tp_onnx_attr(node, "nodes_nodeids");
	s->feature = tp_onnx_attr(node, "nodes_featureids");
	s->yes = tp_onnx_attr(node, "nodes_truenodeids");
	s->no = tp_onnx_attr(node, "nodes_falsenodeids");
	s->value = tp_onnx_attr(node, "nodes_values");
	s->mode = tp_onnx_attr(node, "nodes_modes");
	s->leaf_tree = tp_onnx_attr(node, "target_treeids");
	s->leaf_id = tp_onnx_attr(node, "target_nodeids");
	s->leaf_out = tp_onnx_attr(node, "target_ids");
	s->weight = tp_onnx_attr(node, "target_weights");
	s->n = s->tree->nint;
	s->nleaf = s->leaf_tree->nint;
	if (s->value->nfloat != s->n || s->weight->nfloat != s->nleaf)
		return no(e, "its trees have no values, or double ones; "
		    "float ones are read");
	if (s->id->nint != s->n || s->feature->nint != s->n ||
	    s->yes->nint != s->n || s->no->nint != s->n ||
	    s->mode->nstring != s->n || s->leaf_id->nint != s->nleaf ||
	    s->leaf_out->nint != s->nleaf || s->n == 0)
		return no(e, "the arrays of its trees differ in length");
	how = tp_onnx_attr(node, "aggregate_function");
	s->mean = tp_onnx_is(how->s, "AVERAGE");
	if (how->s.n > 0 && !s->mean && !tp_onnx_is(how->s, "SUM"))
		return tp_onnx_no(e, "trees are taken together by", how->s);
	how = tp_onnx_attr(node, "post_transform");
	if (how->s.n > 0 && !tp_onnx_is(how->s, "NONE"))
		return tp_onnx_no(e, "what trees say is changed by", how->s);
	return 0;
}

static enum mode
mode_of(struct tp_onnx_text t)
{
	enum mode	m = LEAF;

	while (m < MODES && !tp_onnx_is(t, modes[m]))
		m++;
	return m;
}

/* The node number k of the tree, as an index; -1 where there is none. */
static int32_t
place_of(const struct ensemble *s, int64_t k)
{
	return k < 0 || k >= NODES ? -1 : s->place[k];
}

/* Entry i as node k of its tree. */
static int
take_node(struct ensemble *s, size_t i, size_t k, size_t ncol,
    struct tp_err *e)
{
	enum mode	m = mode_of(s->mode->strings[i]);
	int64_t		col = s->feature->ints[i] - (int64_t)s->shift;
	int32_t		yes, other;
	double		v = s->value->floats[i];

	s->left[k] = s->right[k] = -1;
	s->t[k] = 0;
	if (m == LEAF)
		return 0;
	if (m == MODES)
		return tp_onnx_no(e, "a tree splits by",
		    s->mode->strings[i]);
	yes = place_of(s, s->yes->ints[i]);
	other = place_of(s, s->no->ints[i]);
	if (yes < 0 || other < 0 || col < 0 || (size_t)col >= ncol ||
	    isnan(v))
		return no(e, "a tree is damaged, or splits by the first "
		    "input");
	s->child[yes] = s->child[other] = true;
	s->left[k] = m == LEQ || m == LT ? yes : other;
	s->right[k] = m == LEQ || m == LT ? other : yes;
	s->col[k] = (int32_t)col;
	s->t[k] = m == LEQ || m == GT ? tp_trees_bound(v) : (float)v;
	return 0;
}

/* The leaves of the tree for one output; those of others are 0. */
static bool
take_leaves(struct ensemble *s, size_t tree, size_t n, size_t out, size_t at)
{
	bool	any = false;
	size_t	i;
	int32_t	k;

	for (i = 0; i < n; i++)
		if (s->left[i] < 0)
			s->t[i] = 0;
	for (; at < s->nleaf && s->leaf_tree->ints[at] == (int64_t)tree;
	    at++) {
		k = place_of(s, s->leaf_id->ints[at]);
		if (s->leaf_out->ints[at] != (int64_t)out || k < 0 ||
		    s->left[k] >= 0)
			continue;
		s->t[k] += (float)(s->weight->floats[at] /
		    (s->mean ? (double)s->ntree : 1));
		any = true;
	}
	return any;
}

/* Entries from .. to are one tree; *at: its first leaf, then the next's. */
static int
take_tree(struct ensemble *s, size_t tree, size_t from, size_t to,
    size_t *at, struct tp_trees *t, size_t nout, struct tp_err *e)
{
	size_t	n = to - from, i, o;
	int64_t	id;

	if (n > NODES)
		return no(e, "a tree has too many nodes");
	for (i = 0; i < NODES; i++)
		s->place[i] = -1;
	for (i = 0; i < n; i++) {
		id = s->id->ints[from + i];
		if (id < 0 || id >= NODES || s->place[id] >= 0)
			return no(e, "a tree is damaged");
		s->place[id] = (int32_t)i;
		s->child[i] = false;
	}
	for (i = 0; i < n; i++)
		if (take_node(s, from + i, i, t[0].ncol, e) != 0)
			return -1;
	if (s->child[0])
		return no(e, "a tree does not begin with its root");
	for (o = 0; o < nout; o++)
		if (take_leaves(s, tree, n, o, *at) &&
		    tp_trees_append(&t[o], &(struct tp_tree_source){ n,
		    s->left, s->right, s->col, s->t }) != 0)
			return no(e, "a tree is damaged or too deep");
	while (*at < s->nleaf && s->leaf_tree->ints[*at] == (int64_t)tree)
		++*at;
	return 0;
}

/* What is added to all that trees say, as a tree of one leaf. */
static int
take_base(const struct tp_onnx_attr *base, struct tp_trees *t, size_t nout,
    struct tp_err *e)
{
	int32_t	none = -1, col = 0;
	size_t	o;
	float	v;

	if (base->nfloat == 0)
		return 0;
	if (base->nfloat != nout)
		return no(e, "base_values are not of its outputs");
	for (o = 0; o < nout; o++) {
		v = (float)base->floats[o];
		if (tp_trees_append(&t[o], &(struct tp_tree_source){ 1,
		    &none, &none, &col, &v }) != 0)
			return no(e, "base_values");
	}
	return 0;
}

static int
take_all(struct ensemble *s, struct tp_trees *t, size_t nout,
    struct tp_err *e)
{
	size_t	i, from, at = 0, tree = 0;

	for (i = 0; i < s->n; i++)
		if (i == 0 || s->tree->ints[i] != s->tree->ints[i - 1])
			s->ntree++;
	for (from = 0; from < s->n; from = i, tree++) {
		if (s->tree->ints[from] != (int64_t)tree)
			return no(e, "trees are not in the order of their "
			    "numbers");
		for (i = from; i < s->n && s->tree->ints[i] == (int64_t)tree;)
			i++;
		if (take_tree(s, tree, from, i, &at, t, nout, e) != 0)
			return -1;
	}
	return at == s->nleaf ? 0 :
	    no(e, "leaves are not in the order of their trees");
}

int
tp_onnx_trees(const struct tp_onnx_node *node, size_t shift,
    struct tp_trees *t, size_t n, struct tp_err *e)
{
	struct ensemble	s = { .shift = shift };
	int		rc;

	if (tp_onnx_attr(node, "n_targets")->i != (int64_t)n)
		return no(e, "it does not have an output for each horizon");
	if (find(&s, node, e) != 0 ||
	    take_base(tp_onnx_attr(node, "base_values"), t, n, e) != 0)
		return -1;
	s.place = tp_calloc(NODES, sizeof(*s.place));
	s.left = tp_calloc(NODES, sizeof(*s.left));
	s.right = tp_calloc(NODES, sizeof(*s.right));
	s.col = tp_calloc(NODES, sizeof(*s.col));
	s.t = tp_calloc(NODES, sizeof(*s.t));
	s.child = tp_calloc(NODES, sizeof(*s.child));
	rc = take_all(&s, t, n, e);
	free(s.place);
	free(s.left);
	free(s.right);
	free(s.col);
	free(s.t);
	free(s.child);
	return rc;
}
