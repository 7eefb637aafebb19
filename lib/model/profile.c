#include "model/profile.h"

#include <math.h>

#include "base/mem.h"
#include "num/stat.h"

#define SMOOTH	96		/* slots a day from which on they are smoothed */

/* Sums and counts by segment, kind of day and slot. */
struct sums {
	double	*sum;
	double	*n;
};

size_t
tp_profile_size(size_t nseg, int slots)
{
	return nseg * TP_PROFILE_DAYS * (size_t)slots;
}

double *
tp_profile_means(const struct tp_panel *p)
{
	size_t	 nseg = p->shape.nseg, i;
	double	*sum = tp_calloc(nseg + 1, sizeof(*sum));
	double	*n = tp_calloc(nseg + 1, sizeof(*n));

	for (i = 0; i < p->nrow && p->step[i] < p->part[1]; i++) {
		if (isnan(p->now[i]))
			continue;
		sum[p->seg[i]] += p->now[i];
		n[p->seg[i]]++;
	}
	for (i = 0; i < nseg; i++) {
		sum[nseg] += sum[i];
		n[nseg] += n[i];
	}
	for (i = nseg + 1; i-- > 0; )
		sum[i] = n[i] > 0 ? sum[i] / n[i] :
		    i < nseg && n[nseg] > 0 ? sum[nseg] : 0;
	free(n);
	return sum;
}

float *
tp_profile_free_flow(const struct tp_panel *p)
{
	size_t	 nseg = p->shape.nseg, i;
	size_t	*at = tp_calloc(nseg + 2, sizeof(*at));
	float	*out = tp_calloc(nseg + 1, sizeof(*out));
	double	*v = tp_calloc(p->nrow + 1, sizeof(*v));

	for (i = 0; i < p->nrow && p->step[i] < p->part[1]; i++)
		if (!isnan(p->now[i]))
			at[p->seg[i] + 2]++;
	for (i = 2; i < nseg + 2; i++)
		at[i] += at[i - 1];
	for (i = 0; i < p->nrow && p->step[i] < p->part[1]; i++)
		if (!isnan(p->now[i]))
			v[at[p->seg[i] + 1]++] = p->now[i];
	for (i = 0; i < nseg; i++) {
		size_t	n = at[i + 1] - at[i];

		tp_stat_sort(v + at[i], n);
		out[i] = n > 0 ? (float)tp_stat_quantile(v + at[i], n, 0.85) :
		    0;
	}
	free(at);
	free(v);
	return out;
}

/* Leaves out the days of hand `but`. */
static void
add_up(struct sums *s, const struct tp_panel *p, size_t but)
{
	size_t	slots = (size_t)p->shape.slots_per_day, i, k;

	for (i = 0; i < p->nrow && p->step[i] < p->part[1]; i++) {
		if (isnan(p->now[i]) || tp_profile_fold(p, i) == but)
			continue;
		k = p->day[i] < 5 ? 0 : p->day[i] - 4u;
		k = (p->seg[i] * TP_PROFILE_DAYS + k) * slots + p->slot[i];
		s->sum[k] += p->now[i];
		s->n[k]++;
	}
}

/* Sum over a slot and its two neighbours, around midnight too. */
static double
three(const double *v, int slots, int i)
{
	if (slots < SMOOTH)
		return v[i];
	return v[i] + v[i == 0 ? slots - 1 : i - 1] +
	    v[i == slots - 1 ? 0 : i + 1];
}

/* One slot of one segment: fills its three kinds of day. */
static void
smooth(struct tp_profile *f, const struct sums *s, size_t seg, int slot,
    double mean)
{
	double	sum[TP_PROFILE_DAYS], n[TP_PROFILE_DAYS];
	double	all = 0, nall = 0;
	size_t	k, at;

	for (k = 0; k < TP_PROFILE_DAYS; k++) {
		at = (seg * TP_PROFILE_DAYS + k) * (size_t)f->slots;
		sum[k] = three(s->sum + at, f->slots, slot);
		n[k] = three(s->n + at, f->slots, slot);
		all += sum[k];
		nall += n[k];
	}
	for (k = 0; k < TP_PROFILE_DAYS; k++) {
		at = (seg * TP_PROFILE_DAYS + k) * (size_t)f->slots;
		f->v[at + (size_t)slot] = (float)(n[k] > 0 ? sum[k] / n[k] :
		    nall > 0 ? all / nall : mean);
	}
}

static void
fit_but(struct tp_profile *f, const struct tp_panel *p, size_t but)
{
	size_t		 size, i;
	struct sums	 s;
	double		*mean;
	int		 slot;

	f->nseg = p->shape.nseg;
	f->slots = p->shape.slots_per_day;
	size = tp_profile_size(f->nseg, f->slots);
	f->v = tp_calloc(size, sizeof(*f->v));
	s.sum = tp_calloc(size, sizeof(*s.sum));
	s.n = tp_calloc(size, sizeof(*s.n));
	mean = tp_profile_means(p);
	add_up(&s, p, but);
	for (i = 0; i < f->nseg; i++)
		for (slot = 0; slot < f->slots; slot++)
			smooth(f, &s, i, slot, mean[i]);
	free(mean);
	free(s.sum);
	free(s.n);
}

void
tp_profile_fit(struct tp_profile *f, const struct tp_panel *p)
{
	fit_but(f, p, SIZE_MAX);
}

void
tp_profile_fit_folds(struct tp_profile fold[TP_PROFILE_FOLDS],
    const struct tp_panel *p)
{
	size_t	k;

	for (k = 0; k < TP_PROFILE_FOLDS; k++)
		fit_but(&fold[k], p, k);
}

void
tp_profile_release(struct tp_profile *f)
{
	free(f->v);
	f->v = NULL;
}

float *
tp_profile_all(const struct tp_panel *p)
{
	struct tp_profile	 f;
	size_t			 n = tp_profile_size(1,
				    p->shape.slots_per_day), i, k;
	float			*all = tp_calloc(n + 1, sizeof(*all));
	double			 sum;

	tp_profile_fit(&f, p);
	for (i = 0; i < n; i++) {
		for (sum = 0, k = 0; k < f.nseg; k++)
			sum += (double)f.v[k * n + i];
		all[i] = (float)(sum / (double)f.nseg);
	}
	tp_profile_release(&f);
	return all;
}
