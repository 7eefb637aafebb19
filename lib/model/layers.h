/*
 * Layers of weights on the inputs of another model's formula: linear models
 * and multi-layer perceptrons that other programs have learnt.  They are only
 * imported (lib/exchange); what is not a weight is of the model whose inputs
 * they read.
 *
 * The struct owns everything it points to but the kind.
 */
#ifndef TP_MODEL_LAYERS_H
#define TP_MODEL_LAYERS_H

#include "model/formula.h"

#define TP_LAYERS_COUNT	64
#define TP_LAYERS_MOST	((size_t)1 << 24)	/* weights of all layers */

enum tp_layers_act {
	TP_LAYERS_NONE, TP_LAYERS_RELU, TP_LAYERS_TANH, TP_LAYERS_SIGMOID,
	TP_LAYERS_ACTS
};

/* act(w x + b) */
struct tp_layer {
	size_t		 in, out;
	double		*w, *b;		/* out x in, out */
	enum tp_layers_act act;
};

struct tp_layers {
	const struct tp_model_kind *like;	/* whose inputs these are */
	void		*inputs;	/* its state */
	bool		 adds;		/* the first input to each forecast */
	size_t		 n;
	struct tp_layer layer[TP_LAYERS_COUNT];
};

/*
 * Adds a layer of zeros, which the caller fills; NULL where there would be
 * too many layers or weights.  The first has as many inputs as the formula,
 * each other as many as the one before has outputs, the last one for each
 * horizon.
 */
struct tp_layer *tp_layers_add(struct tp_layers *d, size_t in,
    size_t out);
/* Gives back the layers only. */
void tp_layers_release(struct tp_layers *d);

/*
 * The model m becomes of kind `dense`: its inputs stay, *d is what forecasts
 * from them now.  Takes over the layers of *d, which is zeroed.
 */
void tp_layers_put(struct tp_modelfile *m, struct tp_layers *d);

#endif
