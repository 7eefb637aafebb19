/*
 * What trees read of a segment at a step: its lags and how old the newest is,
 * the time, its usual speed now and at each horizon, and how far its learned
 * neighbours and the whole network are from usual.  Also the columns of
 * tp-features that concern earlier days or the road graph, where rows have
 * them.
 *
 * The struct owns its arrays.
 */
#ifndef TP_MODEL_TREEINPUT_H
#define TP_MODEL_TREEINPUT_H

#include "model/formula.h"
#include "model/pack.h"
#include "model/profile.h"

#define TP_TREE_LAGS	12	/* the most that are read */
#define TP_TREE_NEAR	5	/* learned neighbours */
#define TP_TREE_MISSING	(-1000.0f)	/* stands for what is not known */

struct tp_treeinput {
	size_t	 nseg, ncol, nh;
	int	 horizon[TP_MODEL_HORIZONS];
	size_t	 nlag, lag[TP_TREE_LAGS];	/* columns */
	size_t	 age;
	size_t	 nmore, *more;		/* columns taken as they are */
	size_t	 nin;			/* inputs of a row */
	struct tp_profile usual;
	uint32_t *near;			/* nseg x TP_TREE_NEAR */
};

/* True for the columns that are read. */
bool tp_treeinput_wants(const char *column);
/* Prepares t (zeroed); -1 where the columns of the lags are not there. */
int tp_treeinput_init(struct tp_treeinput *t, const struct tp_shape *s,
    struct tp_err *e);
/* Learns profile and neighbours of the train part. */
void tp_treeinput_fit(struct tp_treeinput *t, const struct tp_panel *p,
    int threads);
void tp_treeinput_release(struct tp_treeinput *t);

/*
 * Fills x (a->n x nin, none NAN) and base (a->n): the speed that forecasts
 * start from, which is the newest lag, else the usual speed.
 */
void tp_treeinput_rows(const struct tp_treeinput *t, const struct tp_ask *a,
    float *x, double *base);

/* What they are called: nin names, in order. */
void tp_treeinput_names(const struct tp_treeinput *t,
    const struct tp_modelfile *m, char (*name)[TP_FORMULA_NAME]);

/* As part of a model file; load after init, t's arrays are made. */
void tp_treeinput_save(const struct tp_treeinput *t, struct tp_buf *b);
int tp_treeinput_load(struct tp_treeinput *t, struct tp_unpack *u,
    struct tp_err *e);

#endif
