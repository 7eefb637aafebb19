#include "plot/cells.h"

#include <math.h>

#include "base/mem.h"

#define YEARS_MAX	200
#define GAPS_MAX	20000	/* enough to know the usual one */

static int
compare(const void *pa, const void *pb)
{
	int64_t	a = *(const int64_t *)pa, b = *(const int64_t *)pb;

	return a < b ? -1 : a > b;
}

/* The median time between readings of a segment. */
static int64_t
usual_gap(const struct tp_heatmap *h)
{
	int64_t	*gaps = tp_malloc(GAPS_MAX * sizeof(*gaps)), gap;
	size_t	 n = 0, i, k, each = GAPS_MAX / h->nrows + 1;

	for (i = 0; i < h->nrows; i++) {
		const struct tp_truth_seg	*s =
		    &h->readings->seg[h->rows[i].seg];

		for (k = 1; k < s->n && k <= each && n < GAPS_MAX; k++)
			gaps[n++] = s->p[k].t - s->p[k - 1].t;
	}
	qsort(gaps, n, sizeof(*gaps), compare);
	gap = n > 0 ? gaps[n / 2] : TP_MINUTE;
	free(gaps);
	return gap > 0 ? gap : 1;
}

static void
add_row(struct tp_cells *c, const struct tp_heatmap *h, size_t row,
    uint32_t *n)
{
	const struct tp_truth_seg	*s =
	    &h->readings->seg[h->rows[row].seg];
	size_t				 base = row / c->share * c->ncol, i;

	for (i = 0; i < s->n; i++) {
		size_t	at = base +
			    (size_t)((s->p[i].t - c->lo) / c->width_ms);

		c->v[at] += s->p[i].v;
		n[at]++;
	}
}

int
tp_cells_init(struct tp_cells *c, const struct tp_heatmap *h,
    size_t max_columns, size_t max_rows, struct tp_err *e)
{
	const struct tp_truth	*t = h->readings;
	int64_t			 gap = usual_gap(h), k;
	uint32_t		*n;
	size_t			 i;

	if (t->last / TP_DAY - t->first / TP_DAY > YEARS_MAX * 365)
		return tp_err_set(e, TP_EXIT_DATA, "the times span more "
		    "than %d years; --from and --to make a choice",
		    YEARS_MAX);
	c->lo = t->first;
	k = (t->last - t->first) / gap / (int64_t)max_columns + 1;
	c->width_ms = k * gap;
	c->ncol = (size_t)((t->last - t->first) / c->width_ms) + 1;
	c->hi = c->lo + (int64_t)c->ncol * c->width_ms;
	c->share = (h->nrows - 1) / max_rows + 1;
	c->nrow = (h->nrows - 1) / c->share + 1;
	c->v = tp_calloc(c->nrow * c->ncol, sizeof(*c->v));
	n = tp_calloc(c->nrow * c->ncol, sizeof(*n));
	for (i = 0; i < h->nrows; i++)
		add_row(c, h, i, n);
	for (i = 0; i < c->nrow * c->ncol; i++)
		c->v[i] = n[i] > 0 ? tp_speed_convert(c->v[i] / n[i],
		    t->unit, h->unit) : (double)NAN;
	free(n);
	return 0;
}

void
tp_cells_release(struct tp_cells *c)
{
	free(c->v);
	c->v = NULL;
}
