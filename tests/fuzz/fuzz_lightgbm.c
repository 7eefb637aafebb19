/* LightGBM's text: what is taken must be trees that can be walked. */
#include <stdlib.h>

#include "exchange/exchange.h"

#define INPUTS	4

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static char		 name[INPUTS][TP_FORMULA_NAME] = {
		"start", "a", "b", "c",
	};
	struct tp_formula	 f = {
		.form = TP_FORMULA_TREES, .nseg = 1, .nh = 1, .nin = INPUTS,
		.name = name,
	};
	static const float	 row[INPUTS - 1] = { 0.5f, -1000, 3e38f };
	float			 x[INPUTS * TP_TREES_LANES];
	float			 sum[TP_TREES_LANES] = { 0 };
	struct tp_trees		 t = { 0 };
	struct tp_err		 e = { 0 };

	if (tp_import_lightgbm(&f, (const char *)data, n, &t, &e) == 0) {
		tp_trees_columns(row, 1, INPUTS - 1, x);
		tp_trees_sum(&t, 0, t.n, 1, x, sum);
		tp_trees_release(&t);
	} else if (e.code != TP_EXIT_DATA || t.node != NULL) {
		abort();
	}
	return 0;
}
