/*
 * Token buckets: how often somebody, known by a number, may ask.  There is
 * room for so many; of more the one that is fullest is forgotten, which
 * nobody gains from.  All zero is the empty table.
 */
#ifndef TP_SERVE_BUCKET_H
#define TP_SERVE_BUCKET_H

#include <stdbool.h>
#include <stdint.h>

#define TP_BUCKET_SETS	1024
#define TP_BUCKET_WAYS	4

struct tp_bucket {
	uint64_t	 key;
	double		 used;		/* of the limit, at that time */
	int64_t		 at_ms;		/* 0: free */
};

struct tp_buckets {
	struct tp_bucket v[TP_BUCKET_SETS][TP_BUCKET_WAYS];
};

/*
 * Takes one from the bucket of a key that holds `limit` and fills in a
 * minute; false where it has none.  *left is what it has now, *wait_ms how
 * long until it has another.
 */
bool tp_bucket_take(struct tp_buckets *b, uint64_t key, int64_t limit,
    int64_t now_ms, int64_t *left, int64_t *wait_ms);

#endif
