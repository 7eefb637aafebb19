/*
 * What the networks behind the model vtable have in common: how rows of
 * features become inputs, training, saving and forecasting.  A family is a
 * recipe: how its layers are put together, and how it is trained.
 *
 * A network forecasts all segments and all steps up to the longest horizon at
 * once.  Segments of which nothing is asked, and lags that are not known, go
 * in as zeros: the mean, with the mark "not seen".
 */
#ifndef TP_MODEL_NETMODEL_H
#define TP_MODEL_NETMODEL_H

#include "model/model.h"
#include "num/net.h"

#define TP_NETMODEL_LAGS	128	/* the most that are used */
#define TP_NETMODEL_SEGS	16384	/* more would need too much memory */
#define TP_NETMODEL_DENSE	48	/* steps up to which all are outputs */
#define TP_NETMODEL_MIXED	1024	/* segments up to which graphs are */

/* The sizes that a recipe builds a net with. */
struct tp_netdims {
	size_t	nlag, nout;
	size_t	slots;		/* rows of the table by time of day */
	size_t	graph[TP_NET_MIX], ngraph;
};

struct tp_netrecipe {
	const char	*name;
	/* inputs: a row for each lag, oldest first, `pad` zero rows before;
	 * or one row of all lags; of what */
	bool		 sequence;
	size_t		 pad;
	bool		 seen, trail, calendar;
	/* training */
	int		 epochs;
	size_t		 batch;		/* windows */
	double		 rate;		/* of Adam, after `warm` steps; falls
					 * to 0 as half a cosine */
	size_t		 warm;
	double		 decay, clip;	/* clip 0: none */
	double		 average;	/* of weights; 0: none */
	bool		 squared;	/* error; else absolute */
	struct tp_view	 (*build)(struct tp_net *n, struct tp_view x,
			    const struct tp_netdims *d);
};

/* The columns that inputs are taken from. */
struct tp_netcols {
	size_t	nlag, ncol;	/* ncol: of a row of the panel */
	size_t	lag[TP_NETMODEL_LAGS];
	size_t	seen[TP_NETMODEL_LAGS], nseen;	/* 0 or nlag */
	size_t	trail[TP_NETMODEL_LAGS], ntrail;
	size_t	ahead[TP_MODEL_HORIZONS], nahead;
};

struct tp_netmodel {
	const struct tp_netrecipe *recipe;
	size_t		 nseg, nh;
	int		 slots_per_day;
	struct tp_netcols cols;
	size_t		 step[TP_NETMODEL_DENSE], nout;	/* of outputs */
	size_t		 pick[TP_MODEL_HORIZONS];	/* output of each */
	float		 mean, std;	/* of the speeds */
	struct tp_netdims dims;
	struct tp_net	*net;
	struct tp_view	 in, out;
	float		*w;
	/* the road graph, as it is saved */
	uint64_t	 graph_hash;
	size_t		 narc;
	uint32_t	*arc;		/* narc x 2: from, to */
	float		*weight;
};

/* True for kinds whose state is a struct tp_netmodel. */
bool tp_netmodel_is(const struct tp_model_kind *kind);

/* The functions of the vtable; the first two are told the recipe. */
bool tp_netmodel_wants(const struct tp_netrecipe *r, const char *column);
void *tp_netmodel_fit(const struct tp_netrecipe *r, const struct tp_panel *p,
    const struct tp_model_opts *o, struct tp_err *e);
void *tp_netmodel_load(const struct tp_netrecipe *r, const char *p, size_t n,
    const struct tp_shape *s, struct tp_err *e);
void tp_netmodel_predict(const void *st, const struct tp_ask *a, double *out);
void tp_netmodel_save(const void *st, struct tp_buf *b);
void tp_netmodel_free(void *st);

/*
 * Puts the n rows of one step into the inputs of window `at` of a run, zeros
 * for segments that have none.  day, slot: of the step.
 */
void tp_netmodel_put(const struct tp_netmodel *m, struct tp_netrun *run,
    size_t at, const float *x, const uint32_t *seg, size_t n, int day,
    int slot);

/* Trains the weights of a model that has its net (model/netfit.c). */
int tp_netmodel_train(struct tp_netmodel *m, const struct tp_panel *p,
    const struct tp_model_opts *o, struct tp_err *e);

#endif
