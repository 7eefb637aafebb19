/*
 * How good the forecasts of the model in use have been: each waits until its
 * time has come, then meets the reading of that step, beside persistence, the
 * last reading when it was made.  What tp-eval does of files, done live; the
 * whole's sums are those of forecast/score.h, in km/h.
 *
 * Bounded: no more than TP_MEASURE_PENDING forecasts wait.  The struct owns
 * all it points to but the series.
 */
#ifndef TP_SERVE_MEASURE_H
#define TP_SERVE_MEASURE_H

#include "forecast/score.h"
#include "serve/series.h"

#define TP_MEASURE_HORIZONS	8
#define TP_MEASURE_STEPS	512	/* how far ahead, in steps */
#define TP_MEASURE_PENDING	2000000
#define TP_MEASURE_DAYS		64	/* of drift */

enum { TP_MEASURE_MODEL, TP_MEASURE_PERSISTENCE, TP_MEASURE_KINDS };

struct tp_pending {
	uint32_t	seg;
	uint32_t	horizon;	/* index */
	float		speed, lower, upper, current;
};

/* The forecasts about one step. */
struct tp_due {
	struct tp_pending *v;
	size_t		 n, cap;
};

/* Sums of absolute errors of the model and, where it is known, persistence. */
struct tp_errsum {
	uint64_t	n, npersist;
	double		abs, persist;
};

struct tp_measure {
	const struct tp_series *series;
	double		 alpha;		/* 1 - nominal coverage */
	struct tp_due	 due[TP_MEASURE_STEPS];	/* by step modulo it */
	int64_t		 closed;	/* steps up to this are scored */
	size_t		 pending;
	uint64_t	 dropped;	/* no room, or too far ahead */
	uint64_t	 unmatched;	/* no reading in their step */

	char		*version;	/* of the model in use; NULL: none */
	int64_t		 since, last;	/* made: its first and newest */
	struct tp_score	 whole[TP_MEASURE_HORIZONS][TP_MEASURE_KINDS];
	struct tp_errsum hour[24][TP_MEASURE_HORIZONS];
	struct tp_errsum day[TP_MEASURE_DAYS][TP_MEASURE_HORIZONS];
	int64_t		 day_of[TP_MEASURE_DAYS];	/* days since 1970 in
							 * local time */
	struct tp_errsum *seg;		/* nseg * TP_MEASURE_HORIZONS */
	size_t		 nseg;
};

/* A forecast as it came; speeds in km/h. */
struct tp_measure_item {
	size_t		 seg;
	unsigned	 horizon;	/* index, < TP_MEASURE_HORIZONS */
	int64_t		 made, target;
	double		 speed, lower, upper, current;	/* NAN: not said */
	const char	*version;	/* "" where it does not say */
};

/* Nothing measured; alpha is 1 - the nominal coverage of intervals. */
void tp_measure_init(struct tp_measure *m, const struct tp_series *s,
    double alpha);
void tp_measure_release(struct tp_measure *m);

/*
 * Takes a forecast, of the model in use.  Another model comes into use, and
 * all counts begin anew, when nothing came of the old one for two steps.
 */
void tp_measure_take(struct tp_measure *m, const struct tp_measure_item *f);

/*
 * A reading of this step is about to come: steps that lie two or more before
 * it are scored.  Call before tp_series_add().
 */
void tp_measure_advance(struct tp_measure *m, int64_t step);

#endif
