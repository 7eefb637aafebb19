/*
 * The road graph as models see it: which segment leads to which, by index, in
 * compressed rows.  Plain arrays of whoever made it.
 */
#ifndef TP_NUM_ADJ_H
#define TP_NUM_ADJ_H

#include <stddef.h>
#include <stdint.h>

struct tp_adj {
	size_t		 n;		/* segments */
	const uint32_t	*start;		/* n + 1: row i is to[start[i]] .. */
	const uint32_t	*to;
	const float	*weight;	/* of each arc, in (0, 1] */
	uint64_t	 hash;		/* of the table it was made from */
};

#endif
