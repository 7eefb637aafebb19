/*
 * Learning while forecasting: from forecasts that came due, how far off the
 * model has been lately and how wide its intervals should be.
 *
 * Per segment and horizon, in the model's unit:
 *
 *	bias	one for slow traffic, one for the rest: RATE_BIAS mph towards
 *		each error's side (sign steps);
 *	limits	online quantile tracking: each limit moves away from the
 *		forecast when a truth is outside of the interval that was
 *		issued, and back a little when it is not, so that in the long
 *		run as many are outside as shall be, whatever the data, with
 *		truths that come late too (Angelopoulos, Candes, Tibshirani,
 *		Conformal PID Control, NeurIPS 2023, section 2); of those
 *		outside, fewer below for longer horizons;
 *	error	how large errors are lately beside what is usual (running
 *		means, of their shares of the interval), and how far the
 *		segment's forecasts move (from the last reading to the first
 *		horizon, and on to the last) beside what is usual: intervals
 *		widen and narrow with a power of both ratios.
 *
 * Which log it is a function of.  What was forecast is made again here, on a
 * grid that closes its steps by the clock of the records alone, so that it
 * depends on their order and on nothing else.  (Where the rows are those that
 * the caller forecasts from, the model is asked only once: answers.h.)  The
 * learning is run twice, both runs bounded: time is cut into blocks of
 * TP_ADAPT_BLOCK; the run in use began with the block before the present one,
 * the other with this one, and takes over when it ends.  So results are a
 * function of the last one to two blocks of records and of what the grid needs
 * before them: low().  The price, on METR-LA: 0.2 % of the error.
 *
 * Another model, or other profiles, begin anew; until then a restart finds
 * what it left.  The struct owns all it points to but the model.
 */
#ifndef TP_FORECAST_ADAPT_H
#define TP_FORECAST_ADAPT_H

#include "feat/grid.h"
#include "forecast/answers.h"
#include "forecast/forecast.h"

#define TP_ADAPT_BLOCK	TP_DAY

struct tp_adapt;

/* For the steps that o makes; -1 where tp_grid_init() says so. */
struct tp_adapt *tp_adapt_new(const struct tp_grid_opts *o,
    struct tp_err *e);
void tp_adapt_free(struct tp_adapt *a);
/* Owned by a: for the asker that forecasts with the same model. */
struct tp_answers *tp_adapt_answers(struct tp_adapt *a);

/* Takes another model into use, for a grid of this spec; forgets all. */
void tp_adapt_use(struct tp_adapt *a, const struct tp_modelfile *m,
    const struct tp_feat_spec *s);

/* Takes each record, before the steps that it closes are forecast. */
void tp_adapt_record(struct tp_adapt *a, const struct tp_rec *r);
/*
 * What a forecast of the model is to be changed by; indexes are its own.  raw:
 * of all horizons; last: the segment's last reading, or NAN, in the model's
 * unit.
 */
struct tp_forecast_shift tp_adapt_shift(const struct tp_adapt *a, size_t seg,
    size_t h, const double *raw, double last);

/* As of struct tp_filter; mark is that of the grid that forecasts. */
int64_t tp_adapt_low(const struct tp_adapt *a);
void tp_adapt_resume(struct tp_adapt *a, int64_t mark);

#endif
