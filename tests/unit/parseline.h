/*
 * Records from lines of C, and two of one line compared, for the tests and the
 * fuzzer of lib/rec.  Include after cmocka.h, or what stands for it.
 */
#ifndef TESTS_UNIT_PARSELINE_H
#define TESTS_UNIT_PARSELINE_H

#include "rec/rec.h"

/* Parses a line in a buffer of just its size; the caller frees *keep. */
static inline int
parse(struct tp_rec *r, const char *line, char **keep)
{
	size_t	n = strlen(line);

	*keep = tp_calloc(1, n + TP_JSON_PAD);
	memcpy(*keep, line, n);
	return tp_rec_parse(r, *keep, n);
}

/* Two records of the same line have the same fields, or the same error. */
static inline void
expect_same(const struct tp_rec *a, const struct tp_rec *b)
{
	size_t	i;

	assert_int_equal(a->o.why != NULL, b->o.why != NULL);
	if (b->o.why != NULL) {
		assert_true(strcmp(a->o.why, b->o.why) == 0);
		assert_int_equal(a->o.at, b->o.at);
		return;
	}
	assert_int_equal(a->o.n, b->o.n);
	assert_int_equal(a->nested, b->nested);
	for (i = 0; i < b->o.n; i++) {
		const struct tp_json_field	*f = &a->o.f[i], *g = &b->o.f[i];

		assert_int_equal(a->slot[i].field, b->slot[i].field);
		assert_int_equal(a->slot[i].rank, b->slot[i].rank);
		assert_int_equal(a->slot[i].lost, b->slot[i].lost);
		assert_int_equal(a->slot[i].outlen, b->slot[i].outlen);
		if (b->slot[i].outlen > 0)
			assert_int_equal(a->slot[i].outat, b->slot[i].outat);
		assert_int_equal(f->klen, g->klen);
		assert_true(memcmp(f->key, g->key, g->klen) == 0);
		assert_int_equal(f->v.type, g->v.type);
		assert_int_equal(f->v.n, g->v.n);
		assert_int_equal(f->v.p - a->line, g->v.p - b->line);
		assert_int_equal(f->v.esc, g->v.esc);
		if (g->v.type == TP_JSON_NUM) {
			assert_int_equal(f->v.integer, g->v.integer);
			assert_int_equal(f->v.decimals, g->v.decimals);
		}
	}
	for (i = 0; i < TP_F_MAX; i++) {
		assert_int_equal(a->at[i] != NULL, b->at[i] != NULL);
		if (b->at[i] == NULL)
			continue;
		assert_true(a->at[i] == &a->o.f[a->index[i]].v);
		assert_int_equal(a->index[i], b->index[i]);
	}
}

#endif
