#include "model/leafshare.h"

#include "base/mem.h"

#define LANES	TP_TREES_LANES
#define BLOCK	(LANES * TP_TREES_GROUPS)

/* Counts the rows of each class at the nodes of all trees: nnode x n. */
static void
count_rows(const struct tp_trees *t, struct tp_treerows *rows,
    const int8_t *class, size_t n, uint32_t *seen)
{
	size_t		 ncol = t->ncol, i, j, k, b, some;
	float		*row = tp_calloc(BLOCK * ncol, sizeof(*row));
	uint32_t	*x = tp_calloc((ncol + 1) * BLOCK, sizeof(*x));
	uint32_t	 leaf[LANES];

	for (i = 0; i < rows->n; i += some) {
		some = tp_treerows_read(rows, i, BLOCK, row, NULL);
		tp_trees_columns(row, some, ncol, x);
		for (k = 0; k < t->n; k++)
			for (b = 0; b < some; b += LANES) {
				tp_trees_leaves(t, k, x + b * (ncol + 1),
				    leaf);
				for (j = b; j < some && j < b + LANES; j++)
					if (class[i + j] >= 0)
						seen[leaf[j - b] * n +
						    (size_t)class[i + j]]++;
			}
	}
	free(row);
	free(x);
}

/* The share of class k among the rows counted; of none, all are alike. */
static double
share(const uint32_t *seen, size_t n, size_t k)
{
	double	all = 0;
	size_t	i;

	for (i = 0; i < n; i++)
		all += seen[i];
	return all > 0 ? seen[k] / all : 1 / (double)n;
}

int
tp_leafshare_trees(const struct tp_trees *t, struct tp_treerows *rows,
    const int8_t *class, size_t n, struct tp_trees *to)
{
	uint32_t	*seen = tp_calloc(t->nnode * n + 1, sizeof(*seen));
	float		*v = tp_calloc(t->nnode + 1, sizeof(*v));
	size_t		 tree, k, i, first;
	int		 rc = 0;

	count_rows(t, rows, class, n, seen);
	to->ncol = t->ncol;
	for (tree = 0; tree < t->n; tree++) {
		first = t->root[tree];
		for (k = 0; k < n && rc == 0; k++) {
			for (i = first; i < t->root[tree + 1]; i++)
				v[i - first] = (float)(share(seen + i * n, n,
				    k) / (double)t->n);
			rc = tp_trees_again(to, t, tree, v);
		}
	}
	free(seen);
	free(v);
	return rc;
}
