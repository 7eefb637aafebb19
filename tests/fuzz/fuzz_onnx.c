/*
 * ONNX: what is taken must be trees that can be walked, or layers that fit one
 * to the next and hold numbers.
 */
#include <math.h>

#include "model/layers.h"
#include "anytrees.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void
use_layers(const struct tp_layers *d)
{
	size_t	i, in = INPUTS;

	for (i = 0; i < d->n; i++) {
		const struct tp_layer	*y = &d->layer[i];

		if (y->in != in || !isfinite(y->w[y->in * y->out - 1] +
		    0 * y->b[y->out - 1]))
			abort();
		in = y->out;
	}
	if (in != 1)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct tp_formula	f = four_inputs();
	struct tp_trees		 t = { 0 };
	struct tp_layers		 d = { 0 };
	struct tp_err		 e = { 0 };

	if (tp_import_onnx(&f, (const char *)data, n, 1, &t, &d, &e) == 0) {
		if (d.n > 0)
			use_layers(&d);
		else
			walk_trees(&t);
		tp_trees_release(&t);
		tp_layers_release(&d);
	} else if (e.code != TP_EXIT_DATA || t.node != NULL || d.n > 0) {
		abort();
	}
	return 0;
}
