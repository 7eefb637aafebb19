#include "model/layers.h"

#include <math.h>

#include "base/mem.h"

#define NAME	16		/* bytes of a kind's name in a state */
#define HEAD	3		/* doubles of a state behind it */

struct tp_layer *
tp_layers_add(struct tp_layers *d, size_t in, size_t out)
{
	struct tp_layer	*y = &d->layer[d->n];
	size_t			 i, used = 0;

	for (i = 0; i < d->n; i++)
		used += d->layer[i].out * d->layer[i].in;
	if (d->n == TP_LAYERS_COUNT || in < 1 || out < 1 ||
	    in > TP_LAYERS_MOST || out > (TP_LAYERS_MOST - used) / in)
		return NULL;
	memset(y, 0, sizeof(*y));
	y->in = in;
	y->out = out;
	y->w = tp_calloc(out * in, sizeof(*y->w));
	y->b = tp_calloc(out, sizeof(*y->b));
	d->n++;
	return y;
}

void
tp_layers_release(struct tp_layers *d)
{
	size_t	i;

	for (i = 0; i < d->n; i++) {
		free(d->layer[i].w);
		free(d->layer[i].b);
	}
	d->n = 0;
}

void
tp_layers_put(struct tp_modelfile *m, struct tp_layers *d)
{
	struct tp_layers	*own = tp_calloc(1, sizeof(*own));

	*own = *d;
	own->like = m->kind;
	own->inputs = m->state;
	m->kind = &tp_model_dense;
	m->state = own;
	d->n = 0;
}

static void
release(void *st)
{
	struct tp_layers	*d = st;

	if (d->inputs != NULL)
		d->like->free(d->inputs);
	tp_layers_release(d);
	free(d);
}

static double
act(enum tp_layers_act a, double v)
{
	switch (a) {
	case TP_LAYERS_RELU:
		return v > 0 ? v : 0;
	case TP_LAYERS_TANH:
		return tanh(v);
	case TP_LAYERS_SIGMOID:
		return 1 / (1 + exp(-v));
	default:
		return v;
	}
}

/* One layer on one row. */
static void
run_layer(const struct tp_layer *y, const double *x, double *out)
{
	size_t	i, k;

	for (i = 0; i < y->out; i++) {
		const double	*w = y->w + i * y->in;
		double		 sum = y->b[i];

		for (k = 0; k < y->in; k++)
			sum += w[k] * x[k];
		out[i] = act(y->act, sum);
	}
}

static size_t
widest(const struct tp_layers *d)
{
	size_t	most = 1, i;

	for (i = 0; i < d->n; i++)
		most = d->layer[i].out > most ? d->layer[i].out : most;
	return most;
}

static void
predict(const void *st, const struct tp_ask *a, double *out)
{
	const struct tp_layers	*d = st;
	size_t			 nin = d->layer[0].in, wide = widest(d);
	size_t			 nh = d->layer[d->n - 1].out, i, k;
	double			*x = tp_calloc(a->n * nin, sizeof(*x));
	double			*v = tp_calloc(2 * wide, sizeof(*v)), *to;
	const double		*from;

	tp_formula_ask(d->like, d->inputs, a, x);
	for (i = 0; i < a->n; i++) {
		from = x + i * nin;
		for (k = 0; k < d->n; k++) {
			to = v + (k % 2) * wide;
			run_layer(&d->layer[k], from, to);
			from = to;
		}
		for (k = 0; k < nh; k++) {
			double	f = from[k] + (d->adds ? x[i * nin] : 0);

			out[i * nh + k] = f > 0 ? f : 0;
		}
	}
	free(x);
	free(v);
}

/* The inputs are those of the model that these came from. */
void
tp_layers_formula(const void *st, const struct tp_modelfile *m,
    struct tp_formula *f)
{
	const struct tp_layers	*d = st;
	struct tp_modelfile	 like = *m;
	struct tp_err		 e = { 0 };

	like.kind = d->like;
	like.state = d->inputs;
	if (tp_formula_init(f, &like, &e) != 0)
		tp_die("a formula has no inputs");
	free(f->coef);
	f->coef = NULL;
	f->trees = NULL;
	f->layers = d;
	f->form = TP_FORMULA_DENSE;
}

size_t
tp_layers_count(const void *st)
{
	const struct tp_layers	*d = st;

	return d->layer[0].in;
}

void
tp_layers_inputs(const void *st, const struct tp_ask *a, double *x)
{
	const struct tp_layers	*d = st;

	tp_formula_ask(d->like, d->inputs, a, x);
}

static void
save(const void *st, struct tp_buf *b)
{
	const struct tp_layers	*d = st;
	struct tp_buf		 own = { 0 };
	char			 name[NAME] = { 0 };
	double			 head[HEAD];
	size_t			 i;

	d->like->save(d->inputs, &own);
	memcpy(name, d->like->name, strlen(d->like->name));
	head[0] = (double)own.n;
	head[1] = d->adds;
	head[2] = (double)d->n;
	tp_buf_add(b, name, NAME);
	tp_pack_f64(b, head, HEAD);
	tp_buf_add(b, own.p, own.n);
	tp_buf_release(&own);
	for (i = 0; i < d->n; i++) {
		const struct tp_layer	*y = &d->layer[i];

		head[0] = (double)y->in;
		head[1] = (double)y->out;
		head[2] = y->act;
		tp_pack_f64(b, head, HEAD);
		tp_pack_f64(b, y->w, y->in * y->out);
		tp_pack_f64(b, y->b, y->out);
	}
}

/* A number of the head that is one of 0 .. most; SIZE_MAX for others. */
static size_t
whole(double v, size_t most)
{
	return v >= 0 && v <= (double)most ? (size_t)v : SIZE_MAX;
}

/* The layers; in: what the first must have. */
static int
load_layers(struct tp_layers *d, struct tp_unpack *u, size_t n, size_t in,
    size_t nh)
{
	struct tp_layer	*y;
	double			 head[HEAD];
	size_t			 i, out, a;

	for (i = 0; i < n; i++) {
		tp_unpack_f64(u, head, HEAD);
		out = whole(head[1], u->n / 8);
		a = whole(head[2], TP_LAYERS_ACTS - 1);
		if (u->bad || whole(head[0], u->n / 8) != in ||
		    out > u->n / 8 / in || a == SIZE_MAX)
			return -1;
		y = tp_layers_add(d, in, out);
		if (y == NULL)
			return -1;
		y->act = (enum tp_layers_act)a;
		tp_unpack_f64(u, y->w, in * out);
		tp_unpack_f64(u, y->b, out);
		in = out;
	}
	return n > 0 && in == nh && tp_unpack_done(u) ? 0 : -1;
}

/*
 * The kind whose inputs these are: one of those that tp_import() takes, which
 * tell speeds of inputs of their own; NULL where it is none of them.
 */
static const struct tp_model_kind *
like_of(const char *name)
{
	const struct tp_model_kind	*k;

	if (memchr(name, '\0', NAME) == NULL)
		return NULL;
	k = tp_model_find(name);
	return k != NULL && tp_formula_is(k) && k != &tp_model_classify &&
	    k != &tp_model_dense && k != &tp_model_ensemble ? k : NULL;
}

static void *
load(const char *p, size_t n, const struct tp_shape *s, struct tp_err *e)
{
	struct tp_layers		*d = tp_calloc(1, sizeof(*d));
	struct tp_unpack	 u = { p, n, n < NAME };
	double			 head[HEAD];
	size_t			 size, layers;

	if (!u.bad && (d->like = like_of(p)) != NULL) {
		u.p += NAME;
		u.n -= NAME;
		tp_unpack_f64(&u, head, HEAD);
		size = whole(head[0], u.n);
		layers = whole(head[2], TP_LAYERS_COUNT);
		d->adds = head[1] > 0;
		if (!u.bad && size != SIZE_MAX && layers != SIZE_MAX)
			d->inputs = d->like->load(u.p, size, s, e);
		if (d->inputs != NULL) {
			u.p += size;
			u.n -= size;
			if (load_layers(d, &u, layers, tp_formula_count(
			    d->like, d->inputs), s->nh) == 0)
				return d;
		}
	}
	release(d);
	tp_err_set(e, TP_EXIT_DATA, "layers are damaged");
	return NULL;
}

/* What one of those whose inputs they read may want. */
static bool
wants(const char *column)
{
	return tp_model_linear.wants(column) || tp_model_gbt.wants(column);
}

const struct tp_model_kind tp_model_dense = {
	"dense", "imported layers on the inputs of another model", wants,
	NULL, predict, save, load, release,
};
