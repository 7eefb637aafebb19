/*
 * How many different ids there are, in bounded memory.  Up to
 * TP_DISTINCT_EXACT of them the hashes are kept and the count is exact (64
 * bits: equal hashes of different ids do not happen in practice).  Beyond that
 * it is estimated by 4096 registers (HyperLogLog, Flajolet et al. 2007), with
 * a standard error of 1.6 %.  Sets add up to the same result in any order.
 *
 * The struct owns its memory; all zero is an empty set.
 */
#ifndef TP_WINDOW_DISTINCT_H
#define TP_WINDOW_DISTINCT_H

#include <stddef.h>
#include <stdint.h>

#define TP_DISTINCT_EXACT	1024
#define TP_DISTINCT_FEW		4

struct tp_distinct {
	uint64_t  few[TP_DISTINCT_FEW];	/* the first n hashes while cap is 0 */
	uint64_t *v;		/* all of them, 0: an empty slot */
	uint32_t  n, cap;	/* cap: a power of two, or 0 */
	uint8_t	 *reg;		/* not NULL: the registers instead of v */
};

void tp_distinct_release(struct tp_distinct *d);
/* Adds the hash of an id. */
void tp_distinct_add(struct tp_distinct *d, uint64_t hash);
/* Adds all of b to d. */
void tp_distinct_merge(struct tp_distinct *d, const struct tp_distinct *b);
/* How many were added, each counted once. */
uint64_t tp_distinct_count(const struct tp_distinct *d);

#endif
