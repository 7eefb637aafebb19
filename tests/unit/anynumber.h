/* Texts of numbers, for tests that want them back unchanged. */
#ifndef TESTS_UNIT_ANYNUMBER_H
#define TESTS_UNIT_ANYNUMBER_H

#include "base/buf.h"
#include "base/rng.h"

/* A number's text of any form. */
static inline void
put_number(struct tp_buf *b, struct tp_rng *g)
{
	static const char *const	odd[] = {
		"0", "-0", "0.0", "1e2", "1.50", "99.9999", "-3.125", "0.001",
		"123456789.123", "1E-3", "66.44444444444444", "7.000", "-0.5",
	};
	int64_t				v = (int64_t)tp_rng_below(g, 200000);

	switch (tp_rng_below(g, 4)) {
	case 0:
		tp_buf_str(b, odd[tp_rng_below(g, sizeof(odd) /
		    sizeof(*odd))]);
		break;
	case 1:
		tp_buf_int(b, v);
		break;
	default:
		tp_buf_printf(b, "%.*f", (int)tp_rng_below(g, 5),
		    (double)v / 1000);
	}
}

#endif
