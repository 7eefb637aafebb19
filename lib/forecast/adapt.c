#include "forecast/adapt.h"

#include <math.h>

#include "base/mem.h"
#include "forecast/asker.h"

#define SLOW		45.0	/* mph */
#define RATE_BIAS	0.02	/* mph a forecast */
#define RATE_LIMITS	0.015	/* of the mean width of the intervals */
/* Of the share that is to be outside: what follows behind time misses more. */
#define AIM		0.9
/* The share of these below, from NEAR minutes ahead to FAR. */
#define NEAR		15
#define FAR		60
#define LOW_FAR		0.2
/* Errors lately, and usually, to half the interval; what intervals widen by
 * is a power of their ratio. */
#define RATE_ERROR	0.1
#define RATE_USUAL	0.005
#define TYPICAL		0.35
#define STEADY		0.15	/* added to both: small errors tell little */
#define WIDEN		0.3
#define WIDEST		2.0
#define NARROWEST	0.6
#define STILL		2.0	/* mph added to moves: small ones tell little */
#define RUNS		2	/* of blocks with even and odd numbers */

/* What a run has learnt of one segment and horizon. */
struct cell {
	double	bias[2];	/* of fast and slow forecasts */
	double	lo, hi;		/* to be added to the limits */
	/* size of errors to half the interval, lately and usually, less
	 * TYPICAL: zeros are where this starts */
	double	error, usual;
};

/* How far forecasts of a segment move, in the mean; see move_of(). */
struct moves {
	double	usual;
	double	n;	/* that it is the mean of, at most 1 / RATE_USUAL */
};

struct run {
	int64_t		 first;	/* step; forecasts before it do not count */
	int64_t		 low;	/* the oldest record these need */
	struct cell	*cell;	/* nseg x nh */
	struct moves	*moves;	/* nseg */
};

/* A forecast that is not due yet, with the interval of each run. */
struct issued {
	double	raw, lo[RUNS], hi[RUNS];
	double	half;		/* half the width of the model's interval */
};

struct tp_adapt {
	struct tp_grid	 grid;
	struct tp_out	 out;		/* drops everything */
	struct tp_asker	 asker;
	struct tp_answers answers;	/* of this asker and the caller's */
	struct tp_forecaster fc;	/* all in the model's unit */
	const struct tp_modelfile *m;
	bool		 fresh;		/* a model that no step has met */
	uint64_t	 grid_gen;	/* that the asker knows */
	int64_t		 block;		/* of the newest step */
	bool		 begun;		/* block and runs are set */
	uint64_t	 restarts;	/* of the grid, when they were */
	struct run	 run[RUNS];
	/* rings of the steps up to the longest horizon */
	size_t		 ring;		/* power of two */
	int64_t		*step;		/* nseg x ring: INT64_MIN: none */
	struct issued	*issued;	/* nseg x ring x nh */
};

static tp_feat_fn take_step;

static int
ignore(struct tp_out *o, const struct tp_rec *r, const char *rule,
    const char *reason)
{
	(void)o;
	(void)r;
	(void)rule;
	(void)reason;
	return 0;
}

struct tp_adapt *
tp_adapt_new(const struct tp_grid_opts *o, struct tp_err *e)
{
	struct tp_adapt		*a = tp_calloc(1, sizeof(*a));
	struct tp_grid_opts	 own = *o;

	own.early = false;
	own.wait_ms = 0;
	a->out.reject = ignore;
	a->asker.answers = &a->answers;
	if (tp_asker_init(&a->asker, o->spec.tz, e) == 0 &&
	    tp_grid_init(&a->grid, &own, take_step, a, e) == 0)
		return a;
	tp_adapt_free(a);
	return NULL;
}

static void
forget(struct tp_adapt *a)
{
	size_t	i;

	for (i = 0; i < RUNS; i++) {
		free(a->run[i].cell);
		free(a->run[i].moves);
	}
	free(a->step);
	free(a->issued);
	memset(a->run, 0, sizeof(a->run));
	a->step = NULL;
	a->issued = NULL;
	a->begun = false;
}

void
tp_adapt_free(struct tp_adapt *a)
{
	if (a == NULL)
		return;
	forget(a);
	tp_grid_clear(&a->grid);
	tp_asker_release(&a->asker);
	tp_answers_release(&a->answers);
	free(a);
}

struct tp_answers *
tp_adapt_answers(struct tp_adapt *a)
{
	return &a->answers;
}

void
tp_adapt_use(struct tp_adapt *a, const struct tp_modelfile *m,
    const struct tp_feat_spec *s)
{
	size_t	n = m->segs.n, i;

	if (a->m != NULL)
		tp_grid_regroup(&a->grid, s);
	forget(a);
	tp_answers_start(&a->answers, m);
	a->m = m;
	a->fresh = true;
	for (a->ring = 1; (int)a->ring <= m->steps[m->nh - 1];)
		a->ring *= 2;
	for (i = 0; i < RUNS; i++) {
		a->run[i].cell = tp_calloc(n * m->nh,
		    sizeof(*a->run[i].cell));
		a->run[i].moves = tp_calloc(n, sizeof(*a->run[i].moves));
	}
	a->step = tp_calloc(n * a->ring, sizeof(*a->step));
	for (i = 0; i < n * a->ring; i++)
		a->step[i] = INT64_MIN;
	a->issued = tp_calloc(n * a->ring * m->nh, sizeof(*a->issued));
	a->fc = (struct tp_forecaster){
		.iv = m->iv.nseg > 0 ? &m->iv : NULL,
		.levels = tp_levels_default,
	};
}

/* Makes the asker ready for the grid's columns and indexes. */
static void
prepare(struct tp_adapt *a)
{
	if (!a->fresh && a->grid_gen == a->grid.generation)
		return;
	if (tp_asker_use(&a->asker, a->m, &a->grid.cols,
	    a->grid.opts.spec.unit) != 0)
		tp_die("the features of a step lack a column");
	a->fc.in = a->fc.out = a->asker.in;
	a->fresh = false;
	a->grid_gen = a->grid.generation;
}

static int64_t
block_of(const struct tp_adapt *a, int64_t step)
{
	return tp_floor_div(step,
	    TP_ADAPT_BLOCK / a->grid.opts.spec.step_ms);
}

static void
start_run(struct tp_adapt *a, int64_t block, int64_t step)
{
	struct run	*r = &a->run[block & 1];

	r->first = step;
	r->low = tp_grid_low(&a->grid);
	memset(r->cell, 0, a->m->segs.n * a->m->nh * sizeof(*r->cell));
	memset(r->moves, 0, a->m->segs.n * sizeof(*r->moves));
}

/* True where the runs are of what the grid has seen since its last pause. */
static bool
alive(const struct tp_adapt *a)
{
	return a->begun && a->restarts == a->grid.restarts;
}

/* Before the first forecast of a block: the run that is to be its own. */
static void
enter(struct tp_adapt *a, int64_t step)
{
	int64_t	block = block_of(a, step);

	if (alive(a) && block == a->block)
		return;
	if (!alive(a) || block != a->block + 1)
		start_run(a, block - 1, step);
	start_run(a, block, step);
	a->block = block;
	a->begun = true;
	a->restarts = a->grid.restarts;
}

/* The run that is in use. */
static const struct run *
elder(const struct tp_adapt *a)
{
	return &a->run[(a->block - 1) & 1];
}

/*
 * How far the forecasts of a segment move: from its last reading (NAN: there
 * is none) to the first of them, and on to the last.  Where speeds change
 * soon, it is uncertain when.
 */
static double
move_of(const struct tp_adapt *a, const double *raw, double last)
{
	double	sum = 0, at = last, v;
	size_t	h;

	for (h = 0; h < a->m->nh; h++, at = v) {
		v = tp_forecast_speed(raw[h]);
		sum += isnan(at) ? 0 : fabs(v - at);
	}
	return sum;
}

/* By which share intervals are wider where errors and moves are larger than
 * usual. */
static double
widening(const struct tp_adapt *a, const struct cell *c,
    const struct moves *v, double move)
{
	double	still = tp_speed_convert(STILL, TP_UNIT_MPH, a->fc.in);
	double	by = (c->error + TYPICAL + STEADY) /
		    (c->usual + TYPICAL + STEADY);

	if (v->n > 0)
		by *= (move + still) / (v->usual + still);
	by = pow(by, WIDEN);
	return (by > WIDEST ? WIDEST : by < NARROWEST ? NARROWEST : by) - 1;
}

/*
 * Of the truths outside, the share that shall be below the interval: that of
 * the model up to 15 minutes, and less for longer horizons, where slow traffic
 * is missed most.
 */
static double
share_below(int minutes)
{
	double	far = ((double)minutes - NEAR) / (FAR - NEAR);

	far = far < 0 ? 0 : far > 1 ? 1 : far;
	return TP_INTERVAL_LOW + far * (LOW_FAR - TP_INTERVAL_LOW);
}

/* raw: of one horizon; move: of the segment's forecasts. */
static struct tp_forecast_shift
shift_of(const struct tp_adapt *a, const struct run *r, size_t seg, size_t h,
    double raw, double move)
{
	const struct cell	*c = &r->cell[seg * a->m->nh + h];
	bool			 slow = raw < tp_speed_convert(SLOW,
				    TP_UNIT_MPH, a->fc.in);

	return (struct tp_forecast_shift){ c->bias[slow], c->lo, c->hi,
	    widening(a, c, &r->moves[seg], move) };
}

/* A truth y, of a forecast f of segment and horizon `at`. */
static void
learn(struct tp_adapt *a, struct cell *c, const struct issued *f, size_t run,
    double width, double below, double y)
{
	double	unit = tp_speed_convert(1, TP_UNIT_MPH, a->fc.in);
	double	alpha = AIM * a->m->iv.alpha, e;
	bool	slow = f->raw < SLOW * unit;

	e = y - f->raw - c->bias[slow];
	c->bias[slow] += RATE_BIAS * unit * ((e > 0) - (e < 0));
	if (isnan(f->lo[run]))
		return;
	c->lo -= RATE_LIMITS * width * ((y < f->lo[run]) - below * alpha);
	c->hi += RATE_LIMITS * width * ((y > f->hi[run]) -
	    (1 - below) * alpha);
	if (f->half > 0) {
		e = fabs(e) / f->half - TYPICAL;
		c->error += RATE_ERROR * (e - c->error);
		c->usual += RATE_USUAL * (e - c->usual);
	}
}

/* The forecasts of a segment that are about this step, whose truth is y. */
static void
meet(struct tp_adapt *a, size_t seg, int64_t step, double y)
{
	const struct tp_modelfile	*m = a->m;
	size_t				 h, run, at;
	double				 width;

	for (h = 0; h < m->nh; h++) {
		int64_t	made = step - m->steps[h];

		at = seg * a->ring + ((uint64_t)made & (a->ring - 1));
		if (a->step[at] != made)
			continue;
		width = a->fc.iv != NULL ?
		    tp_intervals_width(a->fc.iv, seg, h) : 0;
		for (run = 0; run < RUNS; run++)
			if (made >= a->run[run].first)
				learn(a, &a->run[run].cell[seg * m->nh + h],
				    &a->issued[at * m->nh + h], run, width,
				    share_below(m->minutes[h]), y);
	}
}

/* Half the model's own interval; 0 where it has none. */
static double
half_width(const struct tp_adapt *a, size_t seg, size_t h, double raw)
{
	double	lo, hi;

	if (a->fc.iv == NULL || !tp_intervals_get(a->fc.iv, tp_intervals_cell(
	    a->fc.iv, seg, h, tp_forecast_speed(raw)), &lo, &hi))
		return 0;
	return (hi - lo) / 2;
}

static void
learn_move(struct moves *v, double move)
{
	if (v->n * RATE_USUAL < 1)
		v->n++;
	v->usual += (move - v->usual) / v->n;
}

/* Keeps the forecasts of a segment, made at a step, until they are due. */
static void
issue(struct tp_adapt *a, size_t seg, int64_t step, const double *raw,
    double last)
{
	size_t	nh = a->m->nh, h, run;
	size_t	at = seg * a->ring + ((uint64_t)step & (a->ring - 1));
	double	move = move_of(a, raw, last);

	a->step[at] = step;
	for (run = 0; run < RUNS; run++)
		learn_move(&a->run[run].moves[seg], move);
	for (h = 0; h < nh; h++) {
		struct issued	*i = &a->issued[at * nh + h];

		i->raw = raw[h];
		i->half = half_width(a, seg, h, raw[h]);
		for (run = 0; run < RUNS; run++) {
			struct tp_forecast_shift	s = shift_of(a,
			    &a->run[run], seg, h, raw[h], move);
			struct tp_forecast		f;

			tp_forecast_make(&a->fc, seg, h, raw[h], &s, &f);
			i->lo[run] = f.lower;
			i->hi[run] = f.upper;
		}
	}
}

static int
take_step(void *arg, const struct tp_feat_step *s)
{
	struct tp_adapt	*a = arg;
	int64_t		 step = s->t / a->grid.opts.spec.step_ms;
	double		 unit;
	size_t		 i, n;

	prepare(a);
	enter(a, step);
	unit = tp_speed_convert(1, a->asker.stream, a->asker.in);
	for (i = 0; i < s->nrows; i++) {
		uint32_t	seg = tp_asker_seg(&a->asker, &a->grid.ids,
				    s->seg[i]);

		if (seg == TP_ASKER_UNKNOWN)
			continue;
		if (!isnan(s->now[i]))
			meet(a, seg, step, unit == 1 ? s->now[i] :
			    s->now[i] * unit);
		tp_asker_put(&a->asker, s->x + i * s->ncols, s->now[i],
		    s->last[i], seg);
	}
	n = a->asker.n;
	tp_asker_ask(&a->asker, s->t);
	for (i = 0; i < n; i++)
		issue(a, a->asker.seg[i], step, a->asker.raw + i * a->m->nh,
		    a->asker.last[i]);
	return 0;
}

void
tp_adapt_record(struct tp_adapt *a, const struct tp_rec *r)
{
	tp_grid_record(&a->grid, r, &a->out);
}

struct tp_forecast_shift
tp_adapt_shift(const struct tp_adapt *a, size_t seg, size_t h,
    const double *raw, double last)
{
	if (!alive(a))
		return (struct tp_forecast_shift){ 0 };
	return shift_of(a, elder(a), seg, h, raw[h], move_of(a, raw, last));
}

int64_t
tp_adapt_low(const struct tp_adapt *a)
{
	return alive(a) ? elder(a)->low : tp_grid_low(&a->grid);
}

/*
 * The records to come begin with the run in use, which began at most two
 * blocks before the newest step that the records have closed; and that is at
 * most the open steps before the mark.  Beginning earlier than it did changes
 * nothing, since what is learnt before it began is not used.
 */
void
tp_adapt_resume(struct tp_adapt *a, int64_t mark)
{
	tp_grid_rewind(&a->grid, mark, (int64_t)a->grid.ring +
	    2 * TP_ADAPT_BLOCK / a->grid.opts.spec.step_ms);
}
