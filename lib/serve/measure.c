#include "serve/measure.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"

/* Steps that stay open for readings that come late. */
#define OPEN_STEPS	2

static struct tp_due *
due_of(struct tp_measure *m, int64_t step)
{
	return &m->due[(uint64_t)step % TP_MEASURE_STEPS];
}

void
tp_measure_init(struct tp_measure *m, const struct tp_series *s, double alpha)
{
	size_t	i;

	*m = (struct tp_measure){
		.series = s, .alpha = alpha, .closed = INT64_MIN,
		.since = TP_TIME_NONE, .last = TP_TIME_NONE,
	};
	for (i = 0; i < TP_MEASURE_DAYS; i++)
		m->day_of[i] = INT64_MIN;
}

void
tp_measure_release(struct tp_measure *m)
{
	size_t	i;

	for (i = 0; i < TP_MEASURE_STEPS; i++)
		free(m->due[i].v);
	free(m->version);
	free(m->seg);
	*m = (struct tp_measure){ 0 };
}

/* Forgets what was measured of the model before. */
static void
begin(struct tp_measure *m, const char *version, int64_t made)
{
	size_t	i;

	free(m->version);
	m->version = tp_strdup(version);
	m->since = made;
	memset(m->whole, 0, sizeof(m->whole));
	memset(m->hour, 0, sizeof(m->hour));
	memset(m->day, 0, sizeof(m->day));
	if (m->nseg > 0)
		memset(m->seg, 0, m->nseg * TP_MEASURE_HORIZONS *
		    sizeof(*m->seg));
	for (i = 0; i < TP_MEASURE_STEPS; i++)
		m->due[i].n = 0;
	m->pending = 0;
}

void
tp_measure_take(struct tp_measure *m, const struct tp_measure_item *f)
{
	int64_t			 step = tp_series_step(m->series, f->target);
	int64_t			 now = m->series->newest;
	struct tp_due		*d;

	if (m->version == NULL || (strcmp(m->version, f->version) != 0 &&
	    f->made > m->last + 2 * m->series->step_ms))
		begin(m, f->version, f->made);
	if (strcmp(m->version, f->version) != 0)
		return;
	if (f->made > m->last)
		m->last = f->made;
	if (step <= m->closed || m->pending >= TP_MEASURE_PENDING ||
	    now < 0 || step - now >= TP_MEASURE_STEPS - OPEN_STEPS) {
		m->dropped++;
		return;
	}
	d = due_of(m, step);
	TP_GROW(d->v, d->cap, d->n + 1);
	d->v[d->n++] = (struct tp_pending){
		.seg = (uint32_t)f->seg, .horizon = f->horizon,
		.speed = (float)f->speed, .lower = (float)f->lower,
		.upper = (float)f->upper, .current = (float)f->current,
	};
	m->pending++;
}

static void
sum(struct tp_errsum *s, const struct tp_pending *p, double truth)
{
	s->n++;
	s->abs += fabs((double)p->speed - truth);
	if (!isnan(p->current)) {
		s->npersist++;
		s->persist += fabs((double)p->current - truth);
	}
}

/* The sums of a day, which takes the place of the one TP_MEASURE_DAYS ago. */
static struct tp_errsum *
day(struct tp_measure *m, int64_t day)
{
	size_t	i = (uint64_t)day % TP_MEASURE_DAYS;

	if (m->day_of[i] != day) {
		memset(m->day[i], 0, sizeof(m->day[i]));
		m->day_of[i] = day;
	}
	return m->day[i];
}

static void
grow(struct tp_measure *m, size_t seg)
{
	size_t	had = m->nseg;

	if (seg < had)
		return;
	m->nseg = m->series->n;
	m->seg = tp_realloc(m->seg, m->nseg, TP_MEASURE_HORIZONS *
	    sizeof(*m->seg));
	memset(&m->seg[had * TP_MEASURE_HORIZONS], 0, (m->nseg - had) *
	    TP_MEASURE_HORIZONS * sizeof(*m->seg));
}

static void
score(struct tp_measure *m, const struct tp_pending *p, int64_t step)
{
	const struct tp_step	*at = tp_series_at(m->series, p->seg, step);
	struct tp_score		*s = m->whole[p->horizon];
	int64_t			 hour;
	double			 truth;

	if (at == NULL || at->n == 0) {
		m->unmatched++;
		return;
	}
	truth = (double)at->speed;
	tp_score_add(&s[TP_MEASURE_MODEL], (double)p->speed, truth);
	tp_score_interval(&s[TP_MEASURE_MODEL], (double)p->lower,
	    (double)p->upper, truth, m->alpha);
	if (!isnan(p->current))
		tp_score_add(&s[TP_MEASURE_PERSISTENCE], (double)p->current,
		    truth);
	hour = tp_series_hour(m->series, step * m->series->step_ms);
	sum(&m->hour[(hour % 24 + 24) % 24][p->horizon], p, truth);
	sum(&day(m, (hour - (hour % 24 + 24) % 24) / 24)[p->horizon], p,
	    truth);
	grow(m, p->seg);
	sum(&m->seg[p->seg * TP_MEASURE_HORIZONS + p->horizon], p, truth);
}

void
tp_measure_advance(struct tp_measure *m, int64_t step)
{
	int64_t		 last = step - OPEN_STEPS, s;
	struct tp_due	*d;
	size_t		 i;

	/* nothing waits before the first reading, and never longer than
	 * there is room for */
	for (s = m->closed + 1; m->closed != INT64_MIN && s <= last &&
	    s <= m->closed + TP_MEASURE_STEPS; s++) {
		d = due_of(m, s);
		for (i = 0; i < d->n; i++)
			score(m, &d->v[i], s);
		m->pending -= d->n;
		d->n = 0;
	}
	if (last > m->closed)
		m->closed = last;
}
