/*
 * Models behind one vtable.  A model learns from a panel (rows of features of
 * many segments over a regular grid) and forecasts from rows of one step.
 *
 * A state belongs to whoever called fit() or load() and is given back to
 * free().  After that it is only read: threads may share it.
 */
#ifndef TP_MODEL_MODEL_H
#define TP_MODEL_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/map.h"
#include "model/classes.h"
#include "num/adj.h"

/* The most a model file may ask for; what is larger is refused. */
#define TP_MODEL_SEGS	(1u << 24)
#define TP_MODEL_COLS	4096
#define TP_MODEL_SLOTS	86400
#define TP_MODEL_HORIZONS 16

/* The sizes that a state goes with.  Texts and arrays are borrowed. */
struct tp_shape {
	size_t		 nseg, ncol, nh;
	const char	*const *names;	/* ncol, of the columns */
	const int	*horizon;	/* nh: in steps, >= 1 */
	int		 slots_per_day;
};

/*
 * Training data: nrow rows in time order, of one step after another.  Owned
 * by whoever fills it.  Values not known are NAN, none is infinite.
 */
struct tp_panel {
	struct tp_shape	 shape;
	size_t		 nrow, nstep;
	const float	*x;		/* nrow x ncol */
	const double	*now;		/* nrow: own reading */
	const double	*last;		/* nrow: last reading seen */
	const double	*y;		/* nrow x nh: what came after */
	const uint32_t	*seg;		/* nrow, < nseg */
	const uint32_t	*step;		/* nrow, < nstep, ascending */
	const uint32_t	*slot;		/* nrow: step of the local day */
	const uint8_t	*day;		/* nrow: 0 = Monday */
	/*
	 * Step ranges of the parts: train [0] .. [1], validation [1] .. [2],
	 * test [2] .. [3], of the row's own (now) step.  What a model learns
	 * of readings (profiles) it learns from steps below part[1].
	 */
	uint32_t	 part[4];
	const struct tp_adj *graph;	/* of shape.nseg segments; or NULL */
};

struct tp_members;			/* model/ensemble.h */

/* One pass over the train part, of a model that learns by many. */
struct tp_epoch {
	int	 number, of;	/* 1 .. of */
	/* mean absolute errors over all steps that it learns, in the data's
	 * unit: while it learnt, and of what it had learnt then */
	double	 train, valid;
	double	 seconds, gflops;	/* of its training; GFLOP per second */
};

/* Told how fitting goes on; a function that is NULL is not called. */
struct tp_fit_watch {
	void	(*epoch)(void *arg, const struct tp_epoch *e);
	void	(*progress)(void *arg, uint64_t done, uint64_t total);
	void	*arg;
};

struct tp_model_opts {
	uint64_t seed;
	int	 threads;	/* < 1: as many as cores */
	int	 epochs;	/* or rounds, at most; 0: as the kind thinks */
	const struct tp_fit_watch *watch;	/* or NULL */
	const struct tp_members *members;	/* of an ensemble; or NULL */
	/* of classify, limits in the panel's unit; NULL: the five levels */
	const struct tp_classes *classes;
	bool	 forest;	/* classify: not boosted, but a forest */
	/* gbt: "HOST:PORT", where those meet who train it together, all with
	 * the same panel; each grows trees on its share of the train part */
	const char *tracker;
};

/* What a model is asked: rows of one step. */
struct tp_ask {
	size_t		 n;
	const float	*x;		/* n x ncol, columns as in training */
	const double	*now, *last;	/* n */
	const uint32_t	*seg;		/* n: the model's segment index */
	int		 slot, day;	/* local, of the step */
};

struct tp_model_kind {
	const char	*name;		/* "linear" */
	const char	*brief;
	/* True for the columns it reads.  NULL: none. */
	bool		 (*wants)(const char *column);
	/* Returns a new state, or NULL with the error.  NULL: such models
	 * are only imported. */
	void		*(*fit)(const struct tp_panel *p,
			    const struct tp_model_opts *o, struct tp_err *e);
	/* Writes n x nh point forecasts, not negative; finite unless the
	 * state holds absurd numbers. */
	void		 (*predict)(const void *st, const struct tp_ask *a,
			    double *out);
	/* Appends the state; sizes are those of the shape it was made with. */
	void		 (*save)(const void *st, struct tp_buf *b);
	/* The state of n bytes, or NULL with the error (TP_EXIT_DATA). */
	void		*(*load)(const char *p, size_t n,
			    const struct tp_shape *s, struct tp_err *e);
	void		 (*free)(void *st);
};

extern const struct tp_model_kind tp_model_persistence;
extern const struct tp_model_kind tp_model_ha;
extern const struct tp_model_kind tp_model_linear;
extern const struct tp_model_kind tp_model_tree;
extern const struct tp_model_kind tp_model_forest;
extern const struct tp_model_kind tp_model_gbt;
extern const struct tp_model_kind tp_model_mlp;
extern const struct tp_model_kind tp_model_gwnet;
extern const struct tp_model_kind tp_model_lstm;
extern const struct tp_model_kind tp_model_lstm_calendar;
extern const struct tp_model_kind tp_model_classify;
extern const struct tp_model_kind tp_model_ensemble;
extern const struct tp_model_kind tp_model_dense;

/* All kinds that can be trained, NULL last. */
extern const struct tp_model_kind *const tp_model_kinds[];
/* The kind of this name, be it one that is only imported, or NULL. */
const struct tp_model_kind *tp_model_find(const char *name);
/* True where a segment's forecast may depend on the rows of others too, so
 * that all rows of a step must be asked for at once: mlp and gwnet mix over
 * segments, trees read neighbours, an ensemble may hold any of them. */
bool tp_model_is_joint(const struct tp_model_kind *kind);

#endif
