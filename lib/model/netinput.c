/* From rows of features to the inputs of a network. */
#include <math.h>
#include <string.h>

#include "model/netmodel.h"

/* The time of day and the day of each time of a window. */
static void
put_times(const struct tp_netmodel *m, struct tp_netrun *run, size_t at,
    int day, int slot)
{
	size_t	nt = m->cols.nlag + m->recipe->pad, t;

	for (t = nt; t-- > 0; ) {
		run->slot[t * run->windows + at] = (uint32_t)((size_t)slot *
		    m->dims.slots / (size_t)m->slots_per_day);
		run->day[t * run->windows + at] = (uint32_t)day;
		if (slot-- == 0) {
			slot = m->slots_per_day - 1;
			day = day == 0 ? 6 : day - 1;
		}
	}
}

static float
scaled(const struct tp_netmodel *m, float v)
{
	return isnan(v) ? 0 : (v - m->mean) / m->std;
}

/* All columns of a row, side by side; returns how many. */
static size_t
put_flat(const struct tp_netmodel *m, const float *x, float *to)
{
	const struct tp_netcols	*c = &m->cols;
	size_t			 n = 0, k;

	for (k = 0; k < c->nlag; k++)
		to[n++] = scaled(m, x[c->lag[k]]);
	for (k = 0; k < c->nseen; k++)
		to[n++] = x[c->seen[k]] > 0 ? 1 : 0;
	for (k = 0; k < c->ntrail; k++)
		to[n++] = scaled(m, x[c->trail[k]]);
	for (k = 0; k < c->nahead; k++)
		to[n++] = scaled(m, x[c->ahead[k]]);
	return n;
}

/* What is known of the time k lags back. */
static void
put_lag(const struct tp_netmodel *m, const struct tp_netrun *run, size_t at,
    const float *x, size_t k, float *to)
{
	const struct tp_netcols	*c = &m->cols;
	size_t			 n = 0, i, t;

	to[n++] = scaled(m, x[c->lag[k]]);
	if (c->nseen > 0)
		to[n++] = x[c->seen[k]] > 0 ? 1 : 0;
	if (c->ntrail > 0)
		to[n++] = scaled(m, x[c->trail[k]]);
	for (i = 0; i < c->nahead; i++)
		to[n++] = scaled(m, x[c->ahead[i]]);
	if (!m->recipe->calendar)
		return;
	t = (m->recipe->pad + c->nlag - 1 - k) * run->windows + at;
	to[n++] = (float)run->slot[t] / (float)m->dims.slots;
	to[n++] = (float)run->day[t] / 7;
}

void
tp_netmodel_put(const struct tp_netmodel *m, struct tp_netrun *run,
    size_t at, const float *x, const uint32_t *seg, size_t n, int day,
    int slot)
{
	float	*in = tp_netrun_value(run, m->in.node);
	size_t	 w = m->in.nc, block = m->nseg * w, i, k, t;

	put_times(m, run, at, day, slot);
	for (t = 0; t < m->in.nt; t++)
		memset(in + (t * run->windows + at) * block, 0,
		    block * sizeof(*in));
	for (i = 0; i < n; i++, x += m->cols.ncol) {
		if (!m->recipe->sequence) {
			put_flat(m, x, in + at * block + seg[i] * w);
			continue;
		}
		for (k = 0; k < m->cols.nlag; k++) {
			t = m->recipe->pad + m->cols.nlag - 1 - k;
			put_lag(m, run, at, x, k, in +
			    (t * run->windows + at) * block + seg[i] * w);
		}
	}
}
