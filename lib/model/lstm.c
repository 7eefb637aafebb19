/*
 * LSTM(64) - dropout - dense 32 - dense: the network that is usual in
 * tutorials, which sees nothing but a segment's last speeds; and the same
 * with the time of day and the day of the week as inputs.
 */
#include "model/netmodel.h"

#define UNITS	64
#define DENSE	32
#define DROPOUT	0.2

static struct tp_view
build(struct tp_net *n, struct tp_view x, const struct tp_netdims *d)
{
	struct tp_linear	w = tp_net_weights(n, UNITS, 4 * UNITS, false);
	struct tp_view		in, gates, h;
	size_t			t;

	in = tp_net_linear(n, x, tp_net_weights(n, x.nc, 4 * UNITS, true),
	    NULL);
	gates = tp_view_times(in, 0, 1);
	/* the first outputs and cells are zeros: an input never filled */
	h = tp_net_input(n, 1, 2 * UNITS);
	for (t = 0; t < x.nt; t++) {
		gates = tp_view_times(in, t, 1);
		gates = tp_net_linear(n, tp_view_cols(h, 0, UNITS), w,
		    &gates);
		h = tp_net_lstm(n, gates, tp_view_cols(h, UNITS, UNITS));
	}
	/* a dropout layer needs all columns; the cells have done their work */
	h = tp_view_cols(h, 0, UNITS);
	h = tp_net_drop(n, tp_net_join(n, &h, 1), DROPOUT, NULL);
	h = tp_net_linear(n, h, tp_net_weights(n, UNITS, DENSE, true), NULL);
	h = tp_net_relu(n, h, 0);
	return tp_net_linear(n, h, tp_net_weights(n, DENSE, d->nout, true),
	    NULL);
}

#define RECIPE								\
	.sequence = true,						\
	.epochs = 12,							\
	.batch = 32,							\
	.rate = 0.001,							\
	.warm = 100,							\
	.squared = true,						\
	.build = build

static const struct tp_netrecipe	plain = {
	.name = "lstm", RECIPE,
}, calendar = {
	.name = "lstm-calendar", .calendar = true, RECIPE,
};

static bool
wants(const char *column)
{
	return tp_netmodel_wants(&plain, column);
}

static void *
fit(const struct tp_panel *p, const struct tp_model_opts *o,
    struct tp_err *e)
{
	return tp_netmodel_fit(&plain, p, o, e);
}

static void *
fit_calendar(const struct tp_panel *p, const struct tp_model_opts *o,
    struct tp_err *e)
{
	return tp_netmodel_fit(&calendar, p, o, e);
}

static void *
load(const char *p, size_t n, const struct tp_shape *s, struct tp_err *e)
{
	return tp_netmodel_load(&plain, p, n, s, e);
}

static void *
load_calendar(const char *p, size_t n, const struct tp_shape *s,
    struct tp_err *e)
{
	return tp_netmodel_load(&calendar, p, n, s, e);
}

const struct tp_model_kind tp_model_lstm = {
	"lstm", "a recurrent network on a segment's own speeds", wants,
	fit, tp_netmodel_predict, tp_netmodel_save, load, tp_netmodel_free,
}, tp_model_lstm_calendar = {
	"lstm-calendar", "the same, on the time of day and week too", wants,
	fit_calendar, tp_netmodel_predict, tp_netmodel_save, load_calendar,
	tp_netmodel_free,
};
