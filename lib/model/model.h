/*
 * Models behind one vtable.  A model learns from a panel (rows of features of
 * many segments over a regular grid) and forecasts from rows of one step.
 */
#ifndef TP_MODEL_MODEL_H
#define TP_MODEL_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/map.h"

/*
 * Training data: nrow rows in time order, of one step after another.  Owned
 * by whoever fills it.  Values not known are NAN.
 */
struct tp_panel {
	size_t		 nrow, ncol, nh;	/* nh: horizons */
	size_t		 nseg, nstep;
	const char	*const *names;		/* ncol */
	const float	*x;			/* nrow x ncol */
	const double	*now;			/* nrow: own reading */
	const double	*last;			/* nrow: last reading seen */
	const double	*y;			/* nrow x nh: what came after */
	const uint32_t	*seg;			/* nrow, < nseg */
	const uint32_t	*step;			/* nrow, < nstep, ascending */
	const uint16_t	*slot;			/* nrow: step of the local day */
	const uint8_t	*day;			/* nrow: 0 = Monday */
	int		 slots_per_day;
	const int	*horizon;		/* nh: in steps */
	/* step ranges of the parts: train [0] .. [1], validation [1] .. [2],
	 * test [2] .. [3], of the row's own (now) step */
	uint32_t	 part[4];
};

struct tp_model_opts {
	uint64_t seed;
	int	 threads;
	double	 alpha;		/* 1 - coverage of intervals; 0.1 */
};

/* What a model is asked: rows of one step. */
struct tp_ask {
	size_t		 n, ncol;
	const float	*x;		/* n x ncol, columns as in training */
	const double	*now, *last;	/* n */
	const uint32_t	*seg;		/* n: the model's segment index, or
					 * UINT32_MAX: one it has not seen */
	int		 slot, day;	/* local, of the step */
};

struct tp_model_kind {
	const char	*name;		/* "linear" */
	const char	*brief;
	/* Returns a new state, or NULL with the error. */
	void		*(*fit)(const struct tp_panel *p,
			    const struct tp_model_opts *o, struct tp_err *e);
	/* Writes n x nh point forecasts; never NAN. */
	void		 (*predict)(const void *st, const struct tp_ask *a,
			    double *out);
	void		 (*save)(const void *st, struct tp_buf *b);
	void		*(*load)(const char *p, size_t n, struct tp_err *e);
	void		 (*free)(void *st);
};

#endif
