/*
 * What fuzz targets of imports share: a model of four inputs, and walking the
 * trees that were taken.
 */
#ifndef TESTS_FUZZ_ANYTREES_H
#define TESTS_FUZZ_ANYTREES_H

#include <stdlib.h>

#include "exchange/exchange.h"

#define INPUTS	4

static inline struct tp_formula
four_inputs(void)
{
	static char	name[INPUTS][TP_FORMULA_NAME] = {
		"start", "a", "b", "c",
	};

	return (struct tp_formula){
		.form = TP_FORMULA_TREES, .nseg = 1, .nh = 1, .nin = INPUTS,
		.name = name,
	};
}

static inline void
walk_trees(const struct tp_trees *t)
{
	static const float	 row[INPUTS - 1] = { 0.5f, -1000, 3e38f };
	uint32_t		 x[INPUTS * TP_TREES_LANES];
	float			 sum[TP_TREES_LANES] = { 0 };

	tp_trees_columns(row, 1, INPUTS - 1, x);
	tp_trees_sum(t, 0, t->n, 1, x, 1, sum);
}

typedef int trees_reader(const struct tp_formula *f, const char *text,
    size_t n, struct tp_trees *t, struct tp_err *e);

/* Reads text; what is taken is walked, else there is nothing left. */
static inline void
take_trees(trees_reader *read, const uint8_t *data, size_t n)
{
	struct tp_formula	f = four_inputs();
	struct tp_trees		t = { 0 };
	struct tp_err		e = { 0 };

	if (read(&f, (const char *)data, n, &t, &e) == 0) {
		walk_trees(&t);
		tp_trees_release(&t);
	} else if (e.code != TP_EXIT_DATA || t.node != NULL) {
		abort();
	}
}

#endif
