/*
 * Which of the last n records were seen before: a ring of their 64-bit hashes
 * and a table that finds a hash in it.  Memory grows to 2 * 24 + 32 bytes for
 * each record kept, and no further.  The state is a function of the last n
 * pushes, so that it can be rebuilt by pushing those again.
 *
 * Two different records are taken for one with probability n / 2^63.
 */
#ifndef TP_REC_DEDUPE_H
#define TP_REC_DEDUPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What is kept of a record: up to two keys, 0 for none, and its position. */
struct tp_dedupe_entry {
	uint64_t	key[2];
	int64_t		pos;
};

struct tp_dedupe_slot {
	uint64_t	key;		/* 0: empty */
	uint32_t	at;		/* the last entry in the ring with it */
};

struct tp_dedupe {
	struct tp_dedupe_entry *ring;	/* n of max used; head: the oldest */
	size_t		 n, cap, max, head;
	struct tp_dedupe_slot *slots;	/* power of two, at most half full */
	size_t		 nslots, used;
};

/* max: how many records are kept, below 2^31; 0: none, nothing is seen. */
void tp_dedupe_init(struct tp_dedupe *d, size_t max);
void tp_dedupe_release(struct tp_dedupe *d);

/*
 * Adds a record, the oldest going when there are more than max.  Returns true
 * where one of the records kept before had one of its keys (of the same
 * index; keys[0] and keys[1] must come from different hashes).
 */
bool tp_dedupe_push(struct tp_dedupe *d, uint64_t key0, uint64_t key1,
    int64_t pos);

/* The position of the oldest record kept, INT64_MAX where there is none. */
int64_t tp_dedupe_low(const struct tp_dedupe *d);

/* Asks for the memory that pushing key will need. */
static inline void
tp_dedupe_prefetch(const struct tp_dedupe *d, uint64_t key)
{
	if (d->nslots > 0)
		__builtin_prefetch(&d->slots[key & (d->nslots - 1)], 1);
}

#endif
