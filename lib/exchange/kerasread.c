/*
 * The weights of Keras' Sequential([LSTM(64), Dropout, Dense(32, "relu"),
 * Dense(n)]), as np.savez(path, *model.get_weights()) writes them.  Keras has
 * the gates of an LSTM in the order that ours has: input, forget, cell, output.
 */
#include <math.h>

#include "base/mem.h"
#include "exchange/exchange.h"
#include "exchange/npz.h"
#include "model/netmodel.h"
#include "model/pack.h"

#define UNITS	64
#define DENSE	32

/* In the order of get_weights(). */
enum { KERNEL, RECURRENT, BIAS, DENSE_KERNEL, DENSE_BIAS, LAST_KERNEL,
    LAST_BIAS, ARRAYS };

static int
no(struct tp_err *e, const char *what)
{
	return tp_err_set(e, TP_EXIT_DATA, "not weights of an LSTM that can "
	    "be used: %s", what);
}

static int
find(const struct tp_npz *z, const struct tp_netmodel *m,
    const struct tp_npz_array **a, struct tp_err *e)
{
	size_t		nout, i;
	char		name[16], what[80];

	for (i = 0; i < ARRAYS; i++) {
		snprintf(name, sizeof(name), "arr_%zu", i);
		a[i] = tp_npz_find(z, name);
		if (a[i] == NULL)
			return no(e, "it does not have the arrays arr_0 to "
			    "arr_6");
	}
	nout = a[LAST_BIAS]->n;
	if (nout != m->nh && nout != m->nout)
		return no(e, "it does not have an output for each horizon");
	for (i = 0; i < ARRAYS; i++) {
		const size_t	want[ARRAYS][2] = {
			{ m->in.nc, 4 * UNITS }, { UNITS, 4 * UNITS },
			{ 4 * UNITS, 0 }, { UNITS, DENSE }, { DENSE, 0 },
			{ DENSE, nout }, { nout, 0 },
		};

		if (a[i]->dim[0] == want[i][0] && a[i]->dim[1] == want[i][1] &&
		    a[i]->ndim == 1 + (want[i][1] > 0))
			continue;
		snprintf(what, sizeof(what), "the shape of arr_%zu is not "
		    "(%zu%s%.0zu)", i, want[i][0], want[i][1] > 0 ? ", " : "",
		    want[i][1]);
		return no(e, what);
	}
	return 0;
}

/* A number that stands by itself, where it is there. */
static int
get_number(const struct tp_npz *z, const char *name, double *v,
    struct tp_err *e)
{
	const struct tp_npz_array	*a = tp_npz_find(z, name);

	if (a == NULL)
		return 0;
	if (a->n != 1 || fabs(a->v[0]) > 1e6)
		return no(e, "mean or std is not one number");
	*v = a->v[0];
	return 0;
}

static void
put(struct tp_buf *b, const struct tp_npz_array *a)
{
	size_t	i;
	float	v;

	for (i = 0; i < a->n; i++) {
		v = (float)a->v[i];
		tp_pack_f32(b, &v, 1);
	}
}

/* A matrix of the last layer, whose outputs may be the horizons only. */
static void
put_last(struct tp_buf *b, const struct tp_npz_array *a, size_t rows,
    const struct tp_netmodel *m)
{
	size_t	n = a->n / rows, i, k;
	float	*row;

	if (n == m->nout) {
		put(b, a);
		return;
	}
	row = tp_calloc(m->nout, sizeof(*row));
	for (i = 0; i < rows; i++) {
		for (k = 0; k < n; k++)
			row[m->pick[k]] = (float)a->v[i * n + k];
		tp_pack_f32(b, row, m->nout);
	}
	free(row);
}

/* The state as tp-model(5) has it. */
static int
put_state(const struct tp_npz *z, const struct tp_netmodel *m,
    struct tp_buf *b, struct tp_err *e)
{
	const struct tp_npz_array	*a[ARRAYS];
	double				 head[5] = {
		(double)m->mean, (double)m->std, 0, 0, 0
	};
	const float			 nought = 0;
	size_t				 used, i;

	if (find(z, m, a, e) != 0 || get_number(z, "mean", &head[0], e) != 0 ||
	    get_number(z, "std", &head[1], e) != 0)
		return -1;
	if (!(head[1] > 0))
		return no(e, "std is not above 0");
	tp_pack_f64(b, head, 5);
	/* the learned graph, which an lstm has and does not use */
	for (used = m->nout * (DENSE + 1), i = 0; i < LAST_KERNEL; i++)
		used += a[i]->n;
	for (i = used; i < tp_net_learned(m->net); i++)
		tp_pack_f32(b, &nought, 1);
	put(b, a[RECURRENT]);
	put(b, a[KERNEL]);
	put(b, a[BIAS]);
	put(b, a[DENSE_KERNEL]);
	put(b, a[DENSE_BIAS]);
	put_last(b, a[LAST_KERNEL], DENSE, m);
	put_last(b, a[LAST_BIAS], 1, m);
	return 0;
}

int
tp_import_keras(struct tp_modelfile *m, const char *p, size_t n,
    struct tp_err *e)
{
	struct tp_npz	*z;
	struct tp_buf	 b = { 0 };
	struct tp_shape	 s = tp_modelfile_shape(m);
	void		*state = NULL;

	if (m->kind != &tp_model_lstm && m->kind != &tp_model_lstm_calendar)
		return tp_err_set(e, TP_EXIT_USAGE, "these weights take the "
		    "place of those of an lstm; --like must name one");
	z = tp_calloc(1, sizeof(*z));
	if (tp_npz_read(z, p, n, e) == 0 &&
	    put_state(z, m->state, &b, e) == 0)
		state = m->kind->load(b.p, b.n, &s, e);
	tp_npz_release(z);
	free(z);
	tp_buf_release(&b);
	if (state == NULL)
		return -1;
	m->kind->free(m->state);
	m->state = state;
	return 0;
}
