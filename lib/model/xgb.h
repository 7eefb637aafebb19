/*
 * XGBoost's C library (1.7 and later), opened where a model is trained: no
 * program links it, and one that does not train trees does not need it.
 *
 * Gradients are the caller's.  Where each is a multiple of TP_XGB_QUANTUM and
 * below 2^12, all sums that the library makes of them are exact in double
 * precision, hence the same in any order: the trees do not depend on the
 * number of threads.
 *
 * The struct owns the library's objects; inputs are copied into bins.
 */
#ifndef TP_MODEL_XGB_H
#define TP_MODEL_XGB_H

#include <math.h>
#include <stdbool.h>

#include "model/trees.h"

#define TP_XGB_QUANTUM	(1.0f / (1 << 20))

/* v rounded so. */
static inline float
tp_xgb_exact(float v)
{
	return rintf(v / TP_XGB_QUANTUM) * TP_XGB_QUANTUM;
}

struct tp_xgb_lib;

struct tp_xgb {
	const struct tp_xgb_lib *lib;
	void	*data, *booster;
	size_t	 n, ncol, groups;
	int	 bins, threads, rounds;
	/* who trains together: this one's number, and how many; see join */
	int	 rank, ranks;
	bool	 joined;
};

/* Where the rows of inputs come from. */
struct tp_xgb_rows {
	size_t	 n, ncol;
	/* Fills x with rows from row `from` on, as many as fit well into
	 * `room`; returns how many, at least one. */
	size_t	(*fill)(void *arg, size_t from, size_t room, float *x);
	void	*arg;
};

struct tp_xgb_opts {
	int	 depth;
	double	 eta, lambda;
	double	 least;		/* sum of second derivatives of a leaf */
	double	 columns;	/* share of them that a tree may use */
	double	 per_split;	/* and of these each split; 0: all */
	size_t	 groups;	/* trees per round; 1, or classes */
	uint64_t seed;
};

/*
 * Opens the library: that which TP_XGBOOST names, else the system's.  x is
 * zeroed.  Returns 0, or -1 with an error of code TP_EXIT_SYS that says how to
 * get it.
 */
int tp_xgb_open(struct tp_xgb *x, struct tp_err *e);
/*
 * Joins those who train one model by the tracker (XGBoost's) at "HOST:PORT":
 * waits until all are there, then each is given its rank.  What follows until
 * tp_xgb_close() all must do alike, but for the rows, of which each has a
 * part: their sums are those of all.  -1 with code TP_EXIT_USAGE where it is
 * no such address, else TP_EXIT_SYS.
 */
int tp_xgb_join(struct tp_xgb *x, const char *tracker, struct tp_err *e);
void tp_xgb_close(struct tp_xgb *x);

/* Takes the rows, once; each input goes into at most `bins` bins. */
int tp_xgb_data(struct tp_xgb *x, const struct tp_xgb_rows *r, int bins,
    int threads, struct tp_err *e);
/* Begins a new model. */
int tp_xgb_start(struct tp_xgb *x, const struct tp_xgb_opts *o,
    struct tp_err *e);
/*
 * What the trees so far say, n x groups, valid until the next round; NULL with
 * the error.
 */
const float *tp_xgb_margins(struct tp_xgb *x, struct tp_err *e);
/* One round: grows `groups` trees on the first and second derivatives. */
int tp_xgb_round(struct tp_xgb *x, float *g, float *h, struct tp_err *e);
/* Appends the trees of the model to t (zeroed). */
int tp_xgb_trees(struct tp_xgb *x, struct tp_trees *t, struct tp_err *e);

#endif
