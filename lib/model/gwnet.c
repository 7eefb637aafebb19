/*
 * GWNet: Graph WaveNet (Wu et al., IJCAI 2019) with four layers, learned
 * embeddings of the segment, the time of day and the day of the week at the
 * input and at the output, and layer in place of batch normalisation.
 *
 * Each layer is a gated convolution over two times `dilation` apart, then
 * mixing over the graphs and their squares.  One zero row before the lags
 * makes the dilations sum up to 12.
 */
#include "model/netmodel.h"

#define LAYERS	4
#define CHANNELS 32
#define SKIP	256
#define END	512
#define DROPOUT	0.15

/* The embeddings at times t0 .. t0 + nt, added to x. */
static struct tp_view
place(struct tp_net *n, struct tp_view x, size_t t0,
    const struct tp_netdims *d)
{
	x = tp_net_embed(n, TP_NET_SEG, tp_net_nseg(n), x.nc, t0, x.nt, &x);
	x = tp_net_embed(n, TP_NET_SLOT, d->slots, x.nc, t0, x.nt, &x);
	return tp_net_embed(n, TP_NET_DAY, 7, x.nc, t0, x.nt, &x);
}

/* What the graphs bring, added to what went in. */
static struct tp_view
spread(struct tp_net *n, struct tp_view x, struct tp_view was,
    const struct tp_netdims *d)
{
	struct tp_view	v = x;

	if (d->ngraph > 0)
		v = tp_net_mix(n, x, d->graph, d->ngraph, 2);
	v = tp_net_linear(n, v, tp_net_weights(n, v.nc, CHANNELS, true),
	    NULL);
	was = tp_view_times(was, was.nt - v.nt, v.nt);
	v = tp_net_drop(n, v, DROPOUT, &was);
	return tp_net_norm(n, v);
}

static struct tp_view
build(struct tp_net *n, struct tp_view x, const struct tp_netdims *d)
{
	static const size_t	dilation[LAYERS] = { 1, 2, 4, 5 };
	struct tp_view		was, skip = x, last;
	size_t			i, t;

	x = tp_net_linear(n, x, tp_net_weights(n, x.nc, CHANNELS, true),
	    NULL);
	x = place(n, x, 0, d);
	for (i = 0; i < LAYERS && x.nt > 1; i++) {
		/* the last takes the first and the last that are left */
		t = i + 1 < LAYERS && dilation[i] < x.nt ? dilation[i] : x.nt - 1;
		was = x;
		x = tp_net_linear(n, tp_view_times(was, 0, was.nt - t),
		    tp_net_weights(n, CHANNELS, 2 * CHANNELS, true), NULL);
		x = tp_net_linear(n, tp_view_times(was, t, was.nt - t),
		    tp_net_weights(n, CHANNELS, 2 * CHANNELS, false), &x);
		x = tp_net_gate(n, x);
		last = tp_view_times(x, x.nt - 1, 1);
		skip = tp_net_linear(n, last, tp_net_weights(n, CHANNELS,
		    SKIP, true), i > 0 ? &skip : NULL);
		if (x.nt > 1)
			x = spread(n, x, was, d);
	}
	skip = tp_net_relu(n, place(n, skip, d->nlag, d), 0);
	skip = tp_net_linear(n, skip, tp_net_weights(n, SKIP, END, true),
	    NULL);
	skip = tp_net_relu(n, skip, 0);
	return tp_net_linear(n, skip, tp_net_weights(n, END, d->nout, true),
	    NULL);
}

static const struct tp_netrecipe	recipe = {
	.name = "gwnet",
	.sequence = true,
	.pad = 1,
	.seen = true,
	.trail = true,
	.epochs = 8,
	.batch = 64,
	.rate = 0.002,
	.warm = 300,
	.decay = 7e-6,
	.clip = 0.33,
	.average = 0.999,
	.build = build,
};

static bool
wants(const char *column)
{
	return tp_netmodel_wants(&recipe, column);
}

static void *
fit(const struct tp_panel *p, const struct tp_model_opts *o,
    struct tp_err *e)
{
	return tp_netmodel_fit(&recipe, p, o, e);
}

static void *
load(const char *p, size_t n, const struct tp_shape *s, struct tp_err *e)
{
	return tp_netmodel_load(&recipe, p, n, s, e);
}

const struct tp_model_kind tp_model_gwnet = {
	"gwnet", "dilated convolutions over time and mixing over graphs",
	wants, fit, tp_netmodel_predict, tp_netmodel_save, load,
	tp_netmodel_free,
};
