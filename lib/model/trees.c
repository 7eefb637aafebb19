#include "model/trees.h"

#include <endian.h>
#include <float.h>
#include <math.h>

#include "base/mem.h"

#define LANES	TP_TREES_LANES
#define NODES	65535		/* of a tree: steps are 16 bits */

void
tp_trees_release(struct tp_trees *t)
{
	free(t->node);
	free(t->root);
	free(t->depth);
	memset(t, 0, sizeof(*t));
}

/* Makes room for one tree of n nodes. */
static void
reserve(struct tp_trees *t, size_t n)
{
	TP_GROW(t->node, t->cap, t->nnode + n);
	t->root = tp_realloc(t->root, t->n + 2, sizeof(*t->root));
	t->depth = tp_realloc(t->depth, t->n + 1, sizeof(*t->depth));
	t->root[t->n] = (uint32_t)t->nnode;
}

void
tp_trees_cut(struct tp_trees *t, size_t n)
{
	if (n >= t->n)
		return;
	t->n = n;
	t->nnode = t->root[n];
}

/*
 * Checks the newest tree of n nodes and finds how deep it is; children come
 * after their parents, so there is no way around in a circle.
 */
static int
accept(struct tp_trees *t, size_t n)
{
	const struct tp_tree_node	*v = t->node + t->nnode;
	uint8_t				*below = tp_calloc(n + 1, 1);
	uint8_t				 deepest = 0;
	size_t				 i;
	bool				 good = n > 0 && n <= NODES;

	for (i = 0; i < n && good; i++) {
		size_t	k = i + v[i].step;

		good = isfinite(tp_tree_number(v[i].key)) && below[i] <= TP_TREES_DEPTH;
		deepest = below[i] > deepest ? below[i] : deepest;
		if (v[i].step == 0) {
			good = good && v[i].col == t->ncol;
			continue;
		}
		good = good && v[i].col < t->ncol && k + 1 < n;
		if (good)
			below[k] = below[k + 1] = (uint8_t)(below[i] + 1);
	}
	free(below);
	if (!good)
		return -1;
	t->depth[t->n++] = deepest;
	t->nnode += n;
	t->root[t->n] = (uint32_t)t->nnode;
	return 0;
}

int
tp_trees_append(struct tp_trees *t, const struct tp_tree_source *s)
{
	struct tp_tree_node	*v;
	int32_t			*queue;
	size_t			 i, n = 1;

	if (s->n < 1 || s->n > NODES || t->n == TP_TREES_MOST ||
	    t->nnode + s->n > UINT32_MAX)
		return -1;
	reserve(t, s->n);
	v = t->node + t->nnode;
	queue = tp_calloc(s->n + 2, sizeof(*queue));
	for (i = 0; i < n; i++) {
		int32_t	k = queue[i];

		v[i] = (struct tp_tree_node){ tp_tree_key(s->t[k]),
			    (uint16_t)t->ncol, 0 };
		if (s->left[k] < 0)
			continue;
		/* each node once: more than there are is a circle */
		if ((size_t)s->left[k] >= s->n || s->right[k] < 0 ||
		    (size_t)s->right[k] >= s->n || n + 2 > s->n ||
		    s->col[k] < 0 || (size_t)s->col[k] >= t->ncol)
			break;
		v[i].col = (uint16_t)s->col[k];
		v[i].step = (uint16_t)(n - i);
		queue[n++] = s->left[k];
		queue[n++] = s->right[k];
	}
	free(queue);
	return i < n ? -1 : accept(t, n);
}

int
tp_trees_again(struct tp_trees *t, const struct tp_trees *from, size_t k,
    const float *v)
{
	size_t	first = from->root[k], n = from->root[k + 1] - first, i;

	if (t->n == TP_TREES_MOST || t->nnode + n > UINT32_MAX)
		return -1;
	reserve(t, n);
	memcpy(t->node + t->nnode, from->node + first, n * sizeof(*t->node));
	for (i = 0; i < n; i++)
		if (t->node[t->nnode + i].step == 0)
			t->node[t->nnode + i].key = tp_tree_key(v[i]);
	return accept(t, n);
}

/* True where trees a and b differ in nothing but the values of leaves. */
static bool
same_splits(const struct tp_trees *t, size_t a, size_t b)
{
	const struct tp_tree_node	*v = t->node + t->root[a];
	const struct tp_tree_node	*w = t->node + t->root[b];
	size_t				 n = t->root[a + 1] - t->root[a], i;

	if (t->root[b + 1] - t->root[b] != n)
		return false;
	for (i = 0; i < n; i++)
		if (v[i].step != w[i].step || v[i].col != w[i].col ||
		    (v[i].step != 0 && v[i].key != w[i].key))
			return false;
	return true;
}

bool
tp_trees_alike(const struct tp_trees *t, size_t alike)
{
	size_t	k;

	if (t->n % alike != 0)
		return false;
	for (k = 0; k < t->n; k++)
		if (!same_splits(t, k - k % alike, k))
			return false;
	return true;
}

float
tp_trees_bound(double t)
{
	float	f;

	/* no input is as large as these */
	if (t >= (double)FLT_MAX)
		return FLT_MAX;
	if (t <= (double)-FLT_MAX)
		return -FLT_MAX;
	f = (float)t;
	if ((double)f > t)
		f = nextafterf(f, -INFINITY);
	return nextafterf(f, INFINITY);
}

static void
one_group(const float *rows, size_t n, size_t ncol, uint32_t *x)
{
	size_t	c, i;

	/* 0 is added since -0 is no smaller than 0, as its key would be */
	for (c = 0; c < ncol; c++)
		for (i = 0; i < LANES; i++)
			*x++ = tp_tree_key(rows[(i < n ? i : 0) * ncol + c] +
			    0.0f);
	for (i = 0; i < LANES; i++)
		*x++ = tp_tree_key(-INFINITY);
}

void
tp_trees_columns(const float *rows, size_t n, size_t ncol, uint32_t *x)
{
	size_t	i;

	for (i = 0; i < n; i += LANES, x += (ncol + 1) * LANES)
		one_group(rows + i * ncol, n - i, ncol, x);
}

void
tp_trees_leaves(const struct tp_trees *t, size_t tree, const uint32_t *x,
    uint32_t leaf[LANES])
{
	const struct tp_tree_node	*v = t->node, *a;
	int				 d;
	size_t				 i;
	uint32_t			 k;

	for (i = 0; i < LANES; i++)
		leaf[i] = t->root[tree];
	for (d = t->depth[tree]; d > 0; d--)
#pragma GCC unroll 16
		for (i = 0; i < LANES; i++) {
			a = v + leaf[i];
			k = leaf[i] + a->step;
			leaf[i] = k + (x[(size_t)a->col * LANES + i] >=
			    a->key);
		}
}

/* Has the nodes of a tree brought near while others are walked. */
static void
fetch(const struct tp_trees *t, size_t tree)
{
	size_t	i;

	for (i = t->root[tree]; i < t->root[tree + 1]; i += 64 / sizeof(*t->node))
		__builtin_prefetch(&t->node[i]);
}

void
tp_trees_sum(const struct tp_trees *t, size_t from, size_t to, size_t step,
    const uint32_t *x, size_t groups, float *sum)
{
	uint32_t	leaf[LANES];
	size_t		k, g, i;

	for (k = from; k < to; k += step) {
		if (k + step < to && groups > 1)
			fetch(t, k + step);
		for (g = 0; g < groups; g++) {
			tp_trees_leaves(t, k, x + g * (t->ncol + 1) * LANES,
			    leaf);
			for (i = 0; i < LANES; i++)
				sum[g * LANES + i] +=
				    tp_tree_number(t->node[leaf[i]].key);
		}
	}
}

void
tp_trees_sums(const struct tp_trees *t, size_t alike, const uint32_t *x,
    size_t groups, float *sum)
{
	const struct tp_tree_node	*v;
	uint32_t			 leaf[LANES];
	size_t				 k, g, i, j;

	for (k = 0; k < t->n; k += alike)
		for (g = 0; g < groups; g++) {
			tp_trees_leaves(t, k, x + g * (t->ncol + 1) * LANES,
			    leaf);
			for (j = 0; j < alike; j++) {
				/* a leaf is as far behind each root */
				v = t->node + (t->root[k + j] - t->root[k]);
				for (i = 0; i < LANES; i++)
					sum[(j * groups + g) * LANES + i] +=
					    tp_tree_number(v[leaf[i]].key);
			}
		}
}

/* The count of trees, of the nodes of each, then the nodes. */
void
tp_trees_save(const struct tp_trees *t, struct tp_buf *b)
{
	uint16_t	w[2];
	float		v;
	size_t		i;

	tp_pack_u32(b, (uint32_t)t->n);
	for (i = 0; i < t->n; i++)
		tp_pack_u32(b, t->root[i + 1] - t->root[i]);
	for (i = 0; i < t->nnode; i++) {
		v = tp_tree_number(t->node[i].key);
		tp_pack_f32(b, &v, 1);
		w[0] = htole16(t->node[i].col);
		w[1] = htole16(t->node[i].step);
		tp_buf_add(b, (const char *)w, 4);
	}
}

static int
load_tree(struct tp_trees *t, size_t n, struct tp_unpack *u)
{
	size_t		i;
	uint16_t	w[2];
	float		f;

	if (n == 0 || n > NODES || u->n / 8 < n)
		return -1;
	reserve(t, n);
	for (i = 0; i < n; i++) {
		struct tp_tree_node	*v = &t->node[t->nnode + i];

		tp_unpack_f32(u, &f, 1);
		v->key = tp_tree_key(f);
		memcpy(w, u->p, 4);
		v->col = le16toh(w[0]);
		v->step = le16toh(w[1]);
		u->p += 4;
		u->n -= 4;
	}
	return accept(t, n);
}

int
tp_trees_load(struct tp_trees *t, size_t ncol, struct tp_unpack *u,
    struct tp_err *e)
{
	size_t			 n = tp_unpack_u32(u), i;
	struct tp_unpack	 sizes = *u;

	t->ncol = ncol;
	if (!u->bad && n <= TP_TREES_MOST && u->n / 4 >= n) {
		u->p += 4 * n;
		u->n -= 4 * n;
		for (i = 0; i < n; i++)
			if (load_tree(t, tp_unpack_u32(&sizes), u) != 0)
				break;
		if (i == n && !u->bad)
			return 0;
	}
	tp_trees_release(t);
	return tp_err_set(e, TP_EXIT_DATA, "trees are damaged");
}
