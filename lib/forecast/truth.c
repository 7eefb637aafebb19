#include "forecast/truth.h"

#include <math.h>

#include "base/buf.h"
#include "base/mem.h"
#include "forecast/issued.h"

void
tp_truth_release(struct tp_truth *t)
{
	size_t	i;

	for (i = 0; i < t->ids.n; i++)
		free(t->seg[i].p);
	free(t->seg);
	tp_map_release(&t->ids);
	t->seg = NULL;
	t->segcap = t->n = 0;
}

int64_t
tp_truth_step(const struct tp_truth *t, int64_t time)
{
	int64_t	r = time % t->step_ms;

	return time - r - (r < 0 ? t->step_ms : 0);
}

/* The segment's readings, or NULL where there are too many segments. */
static struct tp_truth_seg *
segment(struct tp_truth *t, const char *id, size_t n)
{
	size_t	i, had = t->ids.n;

	if (had >= t->max_keys) {
		i = tp_map_find(&t->ids, id, n);
		return i == SIZE_MAX ? NULL : &t->seg[i];
	}
	i = tp_map_add(&t->ids, id, n);
	if (i == had) {
		TP_GROW(t->seg, t->segcap, i + 1);
		t->seg[i] = (struct tp_truth_seg){ 0 };
	}
	return &t->seg[i];
}

int
tp_truth_add(struct tp_truth *t, const char *id, size_t n, int64_t time,
    double speed, enum tp_unit unit, const char **rule, const char **why)
{
	struct tp_truth_seg	*s;

	if (t->n >= t->max_readings) {
		*rule = "max-readings";
		*why = "more readings than --max-readings";
		return -1;
	}
	s = segment(t, id, n);
	if (s == NULL) {
		*rule = "max-keys";
		*why = "more segments than --max-keys";
		return -1;
	}
	if (t->n == 0) {
		t->unit = unit;
		t->first = t->last = tp_truth_step(t, time);
	}
	if (unit != t->unit)
		speed = tp_fixed(tp_speed_convert(speed, unit, t->unit), 6);
	time = tp_truth_step(t, time);
	TP_GROW(s->p, s->cap, s->n + 1);
	if (s->n > 0 && s->p[s->n - 1].t >= time)
		s->unsorted = true;
	s->p[s->n++] = (struct tp_truth_point){ time, speed };
	t->n++;
	if (time < t->first)
		t->first = time;
	if (time > t->last)
		t->last = time;
	return 0;
}

int
tp_truth_record(struct tp_truth *t, const struct tp_rec *r,
    const char **rule, const char **why, const char **field)
{
	const struct tp_json_val	*final = r->at[TP_F_FINAL];
	struct tp_reading		 x;

	*rule = "schema";
	if (tp_reading_get(r, &x, why, field) == -1)
		return -1;
	if (isnan(x.speed)) {
		t->astray += tp_issued_is(r);
		return 1;
	}
	if (final != NULL && final->type == TP_JSON_FALSE)
		return 1;
	return tp_truth_add(t, x.id, x.idlen, x.t, x.speed, x.unit, rule,
	    why);
}

/* Merges a[0..k) and a[k..n) by time, equal ones in their order. */
static void
merge(const struct tp_truth_point *a, size_t k, size_t n,
    struct tp_truth_point *out)
{
	size_t	i = 0, j = k, o = 0;

	while (i < k && j < n)
		out[o++] = a[j].t < a[i].t ? a[j++] : a[i++];
	while (i < k)
		out[o++] = a[i++];
	while (j < n)
		out[o++] = a[j++];
}

/* A stable merge sort: the order of arrival decides how means round. */
static void
sort(struct tp_truth_seg *s)
{
	struct tp_truth_point	*b = tp_malloc(s->n * sizeof(*b)), *swap;
	size_t			 w, i, k, n;

	for (w = 1; w < s->n; w *= 2) {
		for (i = 0; i < s->n; i += 2 * w) {
			k = w < s->n - i ? w : s->n - i;
			n = 2 * w < s->n - i ? 2 * w : s->n - i;
			merge(s->p + i, k, n, b + i);
		}
		swap = s->p;
		s->p = b;
		b = swap;
	}
	s->cap = s->n;
	free(b);
}

/* One reading a step: the mean of several. */
static void
unite(struct tp_truth_seg *s)
{
	size_t	i, k, n = 0;
	double	sum;

	for (i = 0; i < s->n; i = k) {
		sum = s->p[i].v;
		for (k = i + 1; k < s->n && s->p[k].t == s->p[i].t; k++)
			sum += s->p[k].v;
		s->p[n].t = s->p[i].t;
		s->p[n++].v = k == i + 1 ? sum :
		    tp_fixed(sum / (double)(k - i), 6);
	}
	s->n = n;
}

void
tp_truth_close(struct tp_truth *t)
{
	size_t	i;

	for (i = 0; i < t->ids.n; i++) {
		struct tp_truth_seg	*s = &t->seg[i];

		if (!s->unsorted)
			continue;
		t->n -= s->n;
		sort(s);
		unite(s);
		t->n += s->n;
		s->unsorted = false;
	}
}

size_t
tp_truth_find(const struct tp_truth *t, size_t seg, int64_t time)
{
	const struct tp_truth_seg	*s = &t->seg[seg];
	size_t				 lo = 0, hi = s->n, mid;

	time = tp_truth_step(t, time);
	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		if (s->p[mid].t < time)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < s->n && s->p[lo].t == time ? lo : SIZE_MAX;
}
