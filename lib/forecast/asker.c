#include "forecast/asker.h"

#include <math.h>

#include "base/mem.h"
#include "model/profile.h"

#define NOT_ASKED	(UINT32_MAX - 1)	/* of segs[] */
/*
 * How far a segment that is not known changes as all usually do.  Of six left
 * out of METR-LA, 0.3 has the mean absolute errors of persistence (3.81, 4.64
 * and 5.86 mph) with smaller squared ones, 1 has 3.90, 4.87 and 6.32; what is
 * usual for all, without their readings, has 10.1.
 */
#define FOLLOW		0.3

/* Where a column of the model is in a row, and the factor for its unit. */
struct tp_asker_col {
	size_t	at;
	double	factor;
};

int
tp_asker_init(struct tp_asker *a, const char *zone, struct tp_err *e)
{
	return tp_tz_open(&a->tz, zone, e);
}

void
tp_asker_release(struct tp_asker *a)
{
	free(a->cols);
	free(a->segs);
	free(a->x);
	free(a->now);
	free(a->last);
	free(a->raw);
	free(a->seg);
}

/* True where two columns are the same but for the unit; *differ tells. */
static bool
same_column(const char *a, const char *b, bool *differ)
{
	size_t	n = strlen(a);

	*differ = false;
	if (strcmp(a, b) == 0)
		return true;
	*differ = true;
	return n > 4 && n == strlen(b) && memcmp(a, b, n - 4) == 0 &&
	    ((strcmp(a + n - 4, "_mph") == 0 &&
	    strcmp(b + n - 4, "_kmh") == 0) ||
	    (strcmp(a + n - 4, "_kmh") == 0 &&
	    strcmp(b + n - 4, "_mph") == 0));
}

int
tp_asker_use(struct tp_asker *a, const struct tp_modelfile *m,
    const struct tp_feat_cols *c, enum tp_unit stream)
{
	bool	differ = false;
	size_t	i, k;

	a->m = m;
	a->in = strcmp(m->unit, "mph") == 0 ? TP_UNIT_MPH : TP_UNIT_KMH;
	a->stream = stream;
	a->cols = tp_realloc(a->cols, m->ncol + 1, sizeof(*a->cols));
	for (i = 0; i < m->ncol; i++) {
		for (k = 0; k < c->n; k++)
			if (same_column(m->columns[i], c->name[k], &differ))
				break;
		if (k == c->n)
			return -1;
		a->cols[i].at = k;
		a->cols[i].factor = differ ?
		    tp_speed_convert(1, stream, a->in) : 1;
	}
	for (i = 0; i < a->nsegs; i++)
		a->segs[i] = NOT_ASKED;
	a->cap = a->n = 0;		/* sizes depend on the model */
	return 0;
}

uint32_t
tp_asker_seg(struct tp_asker *a, const struct tp_map *ids, size_t i)
{
	const struct tp_map_key	*k = &ids->keys[i];
	size_t			 at;

	if (i >= a->nsegs) {
		size_t	n = ids->cap > i ? ids->cap : i + 1;

		a->segs = tp_realloc(a->segs, n, sizeof(*a->segs));
		while (a->nsegs < n)
			a->segs[a->nsegs++] = NOT_ASKED;
	}
	if (a->segs[i] == NOT_ASKED) {
		at = tp_map_find(&a->m->segs, k->p, k->n);
		a->segs[i] = at == SIZE_MAX ? TP_ASKER_UNKNOWN : (uint32_t)at;
	}
	return a->segs[i];
}

static void
grow(struct tp_asker *a)
{
	size_t	n = a->cap < 16 ? 32 : 2 * a->cap;

	a->cap = n;
	a->x = tp_realloc(a->x, n * (a->m->ncol + 1), sizeof(*a->x));
	a->now = tp_realloc(a->now, n, sizeof(*a->now));
	a->last = tp_realloc(a->last, n, sizeof(*a->last));
	a->raw = tp_realloc(a->raw, n * a->m->nh, sizeof(*a->raw));
	a->seg = tp_realloc(a->seg, n, sizeof(*a->seg));
}

void
tp_asker_put(struct tp_asker *a, const double *x, double now, double last,
    uint32_t seg)
{
	size_t	 n = a->m->ncol, i, k = a->n++;
	double	 f = tp_speed_convert(1, a->stream, a->in);
	float	*d;

	if (k == a->cap)
		grow(a);
	d = a->x + k * n;
	for (i = 0; i < n; i++) {
		d[i] = (float)(x[a->cols[i].at] * a->cols[i].factor);
		if (!isfinite(d[i]))
			d[i] = NAN;
	}
	a->now[k] = f == 1 ? now : now * f;
	a->last[k] = f == 1 ? last : last * f;
	a->seg[k] = seg;
}

/* The slot of the local day, and which day of the week (0: Monday). */
static void
local_time(struct tp_asker *a, int64_t t, int *slot, int *day)
{
	int64_t	local = t + tp_tz_offset(&a->tz, t);
	int64_t	days = tp_floor_div(local, TP_DAY);

	*slot = (int)((local - days * TP_DAY) / a->m->step_ms);
	*day = (int)(((days + 3) % 7 + 7) % 7);
}

double
tp_asker_stranger(struct tp_asker *a, int64_t t, int ahead, double last)
{
	const struct tp_profile	all = {
		1, a->m->slots_per_day, a->m->usual,
	};
	int			slot, day;
	double			now, then;

	if (a->m->usual == NULL)
		return last;
	local_time(a, t, &slot, &day);
	now = (double)tp_profile_at(&all, 0, day, slot, 0);
	then = (double)tp_profile_at(&all, 0, day, slot, ahead);
	return isnan(last) || !(now > 0) ? then :
	    last * (1 + FOLLOW * (then / now - 1));
}

void
tp_asker_ask(struct tp_asker *a, int64_t t)
{
	struct tp_ask	ask = { a->n, a->x, a->now, a->last, a->seg, 0, 0 };

	local_time(a, t, &ask.slot, &ask.day);
	if (a->n > 0 && a->answers != NULL)
		tp_answers_ask(a->answers, t, &ask, a->raw);
	else if (a->n > 0)
		a->m->kind->predict(a->m->state, &ask, a->raw);
	a->n = 0;
}
