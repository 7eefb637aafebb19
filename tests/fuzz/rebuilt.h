/*
 * What the fuzzers of filters share: the rebuild harness of the unit tests,
 * whose assertions abort here, and a look at what was written.
 */
#ifndef TESTS_FUZZ_REBUILT_H
#define TESTS_FUZZ_REBUILT_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What tests/unit/rebuild.h takes from cmocka. */
#define fail_msg(...)							\
	do {								\
		fprintf(stderr, __VA_ARGS__);				\
		abort();						\
	} while (0)
#define assert_true(c)							\
	do {								\
		if (!(c))						\
			fail_msg("not so: %s\n", #c);			\
	} while (0)
#define assert_int_equal(a, b)	assert_true((a) == (b))
#define assert_null(a)		assert_true((a) == NULL)

#include "../unit/rebuild.h"

/* Each line is a record. */
static inline void
check_records(struct tp_buf *b)
{
	struct tp_rec	r = { 0 };
	const char	*p, *nl;

	memset(tp_buf_room(b, TP_JSON_PAD), 0, TP_JSON_PAD);
	for (p = b->p; b->n > 0 && p < b->p + b->n; p = nl + 1) {
		nl = memchr(p, '\n', b->n - (size_t)(p - b->p));
		assert_true(nl != NULL);
		if (tp_rec_parse(&r, p, (size_t)(nl - p)) != 0)
			fail_msg("%s: %.*s\n", r.o.why, (int)(nl - p), p);
	}
	tp_rec_release(&r);
}

#endif
