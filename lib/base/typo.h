/* How alike two words are, to guess what somebody meant who mistyped one. */
#ifndef TP_BASE_TYPO_H
#define TP_BASE_TYPO_H

#include <stddef.h>

#define TP_TYPO_MAX	40	/* longer words are like no other */

/*
 * How many letters are to be put in, left out, changed or swapped with the
 * next one to make b of the n bytes at a: the optimal string alignment
 * distance.  More than TP_TYPO_MAX where either is longer than that.
 */
size_t tp_typo_distance(const char *a, size_t n, const char *b);

/* True where b is so near to the n bytes at a that it may have been meant. */
static inline int
tp_typo_likely(const char *a, size_t n, const char *b)
{
	return n > 2 && tp_typo_distance(a, n, b) <= (n < 6 ? 1 : n / 3);
}

#endif
