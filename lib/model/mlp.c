/*
 * STG-MLP: each segment's lags, and learned embeddings of the segment, the
 * time of day and the day of the week (STID, Shao et al., CIKM 2022), go
 * through residual blocks; the second block also sees what the neighbours
 * have, over the road graph in both directions and over a learned graph (Wu
 * et al., IJCAI 2019).
 */
#include "model/netmodel.h"

#define WIDTH	32		/* of each embedding */
#define BLOCKS	3
#define DROPOUT	0.15

static struct tp_view
build(struct tp_net *n, struct tp_view x, const struct tp_netdims *d)
{
	struct tp_view	part[4], h, z;
	size_t		i;

	part[0] = tp_net_linear(n, x, tp_net_weights(n, x.nc, WIDTH, true),
	    NULL);
	part[1] = tp_net_embed(n, TP_NET_SEG, tp_net_nseg(n), WIDTH, 0, 1,
	    NULL);
	part[2] = tp_net_embed(n, TP_NET_SLOT, d->slots, WIDTH, d->nlag - 1,
	    1, NULL);
	part[3] = tp_net_embed(n, TP_NET_DAY, 7, WIDTH, d->nlag - 1, 1,
	    NULL);
	h = tp_net_join(n, part, 4);
	for (i = 0; i < BLOCKS; i++) {
		z = h;
		if (i == 1 && d->ngraph > 0)
			z = tp_net_mix(n, h, d->graph, d->ngraph, 1);
		z = tp_net_linear(n, z, tp_net_weights(n, z.nc, h.nc, true),
		    NULL);
		z = tp_net_relu(n, z, DROPOUT);
		h = tp_net_linear(n, z, tp_net_weights(n, h.nc, h.nc, true),
		    &h);
	}
	return tp_net_linear(n, h, tp_net_weights(n, h.nc, d->nout, true),
	    NULL);
}

static const struct tp_netrecipe	recipe = {
	.name = "mlp",
	.seen = true,
	.trail = true,
	.epochs = 16,
	.batch = 32,
	.rate = 0.002,
	.warm = 300,
	.decay = 7e-6,
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

const struct tp_model_kind tp_model_mlp = {
	"mlp", "embeddings, residual layers and mixing over graphs (STG-MLP)",
	wants, fit, tp_netmodel_predict, tp_netmodel_save, load,
	tp_netmodel_free,
};
