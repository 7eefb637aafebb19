#include "plot/roadorder.h"

#include <math.h>
#include <stdbool.h>

#include "base/mem.h"

#define STARTS_MAX	200	/* sensors: every start is tried */
#define PATH_MAX_N	5000	/* more are sorted from north to south */
#define PASSES		50

/* The sensors of one road: places on a plane, and their order. */
struct way {
	double	*x, *y;		/* degrees of latitude */
	size_t	*at;		/* the way: indexes into x, y */
	size_t	*best;
	size_t	 n;
};

static double
distance(const struct way *w, size_t a, size_t b)
{
	return hypot(w->x[a] - w->x[b], w->y[a] - w->y[b]);
}

static double
length(const struct way *w)
{
	double	sum = 0;
	size_t	i;

	for (i = 1; i < w->n; i++)
		sum += distance(w, w->at[i - 1], w->at[i]);
	return sum;
}

/* From start always to the nearest that is left. */
static void
go_nearest(struct way *w, size_t start)
{
	size_t	i, k, near, swap;

	for (i = 0; i < w->n; i++)
		w->at[i] = i;
	w->at[0] = start;
	w->at[start] = 0;
	for (i = 1; i < w->n; i++) {
		near = i;
		for (k = i + 1; k < w->n; k++)
			if (distance(w, w->at[i - 1], w->at[k]) <
			    distance(w, w->at[i - 1], w->at[near]))
				near = k;
		swap = w->at[i];
		w->at[i] = w->at[near];
		w->at[near] = swap;
	}
}

static void
reverse(size_t *v, size_t i, size_t k)
{
	for (; i < k; i++, k--) {
		size_t	swap = v[i];

		v[i] = v[k];
		v[k] = swap;
	}
}

/* Turns round every stretch whose turning makes the way shorter. */
static bool
improve(struct way *w)
{
	bool	better = false;
	size_t	i, k;
	double	old, new;

	for (i = 0; i + 1 < w->n; i++)
		for (k = i + 1; k < w->n; k++) {
			old = new = 0;
			if (i > 0) {
				old += distance(w, w->at[i - 1], w->at[i]);
				new += distance(w, w->at[i - 1], w->at[k]);
			}
			if (k + 1 < w->n) {
				old += distance(w, w->at[k], w->at[k + 1]);
				new += distance(w, w->at[i], w->at[k + 1]);
			}
			if (new < old - 1e-12) {
				reverse(w->at, i, k);
				better = true;
			}
		}
	return better;
}

static void
find_way(struct way *w)
{
	double	shortest = INFINITY, d;
	size_t	start, starts = w->n <= STARTS_MAX ? w->n : 1;
	int	pass;

	for (start = 0; start < starts; start++) {
		go_nearest(w, start);
		for (pass = 0; pass < PASSES && improve(w); pass++)
			;
		d = length(w);
		if (d < shortest - 1e-12) {
			shortest = d;
			memcpy(w->best, w->at, w->n * sizeof(*w->at));
		}
	}
	if (w->y[w->best[0]] < w->y[w->best[w->n - 1]])
		reverse(w->best, 0, w->n - 1);
}

/* Orders the places of idx[0..n), which are of one road. */
static void
order_road(const struct tp_road_place *p, size_t *idx, size_t n)
{
	struct way	w = { .n = n };
	size_t		*copy, i;
	double		 flat;

	if (n < 3 || n > PATH_MAX_N)
		return;
	w.x = tp_malloc(n * sizeof(*w.x));
	w.y = tp_malloc(n * sizeof(*w.y));
	w.at = tp_malloc(n * sizeof(*w.at));
	w.best = tp_malloc(n * sizeof(*w.best));
	copy = tp_malloc(n * sizeof(*copy));
	flat = cos(p[idx[0]].latitude * 3.14159265358979323846 / 180);
	for (i = 0; i < n; i++) {
		w.x[i] = p[idx[i]].longitude * flat;
		w.y[i] = p[idx[i]].latitude;
		copy[i] = idx[i];
	}
	find_way(&w);
	for (i = 0; i < n; i++)
		idx[i] = copy[w.best[i]];
	free(w.x);
	free(w.y);
	free(w.at);
	free(w.best);
	free(copy);
}

static bool
placed(const struct tp_road_place *p)
{
	return isfinite(p->latitude) && isfinite(p->longitude);
}

static int
compare_roads(const struct tp_road_place *a, const struct tp_road_place *b)
{
	return strcmp(a->road != NULL ? a->road : "",
	    b->road != NULL ? b->road : "");
}

/* Roads in byte order, from north to south, then as they came. */
static int
compare(const void *pa, const void *pb, void *arg)
{
	const struct tp_road_place	*p = arg;
	size_t				 i = *(const size_t *)pa;
	size_t				 k = *(const size_t *)pb;
	int				 c;

	if (placed(&p[i]) != placed(&p[k]))
		return placed(&p[i]) ? -1 : 1;
	c = compare_roads(&p[i], &p[k]);
	if (c != 0)
		return c;
	if (placed(&p[i]) && p[i].latitude != p[k].latitude)
		return p[i].latitude > p[k].latitude ? -1 : 1;
	return i < k ? -1 : i > k;
}

void
tp_road_order(const struct tp_road_place *p, size_t n, size_t *order)
{
	struct tp_road_place	*copy = tp_malloc((n + 1) * sizeof(*copy));
	size_t			 i, k;

	for (i = 0; i < n; i++) {
		order[i] = i;
		copy[i] = p[i];
	}
	qsort_r(order, n, sizeof(*order), compare, copy);
	for (i = 0; i < n && placed(&p[order[i]]); i = k) {
		for (k = i + 1; k < n && placed(&p[order[k]]) &&
		    compare_roads(&p[order[i]], &p[order[k]]) == 0; k++)
			;
		order_road(p, order + i, k - i);
	}
	free(copy);
}
