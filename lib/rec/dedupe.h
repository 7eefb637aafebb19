/*
 * Which of the last n records were seen before: a ring of their 64-bit keys,
 * and tables that find a key in it.  Memory grows to less than 100 bytes for
 * each record kept, and no further.  What push() returns is a function of the last
 * n pushes only, so that the state can be rebuilt by pushing those again.
 *
 * Where a segment's times go up, which is the usual case, a record later than
 * all of its segment before needs no search.  So a table is filled only when
 * a search is wanted, and then with all that came since, many cache misses at
 * once instead of one after the other.
 *
 * Two different records are taken for one with probability n / 2^63.
 */
#ifndef TP_REC_DEDUPE_H
#define TP_REC_DEDUPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum tp_dedupe_kind { TP_DEDUPE_TIME, TP_DEDUPE_EVENT, TP_DEDUPE_KINDS };

/* What is kept of a record: its keys, 0 for none, and its position. */
struct tp_dedupe_entry {
	uint64_t	key[TP_DEDUPE_KINDS];
	int64_t		pos;
};

struct tp_dedupe_slot {
	uint32_t	low;		/* of the key */
	uint32_t	at;		/* the last entry in the ring with it,
					 * plus 1; 0: empty */
};

/* Finds the keys of one kind. */
struct tp_dedupe_table {
	struct tp_dedupe_slot *slots;	/* power of two, at most 2/3 full */
	size_t		 nslots, used;
	size_t		 indexed;	/* so many entries, from head on */
};

/* A segment of which no time in the ring is above newest. */
struct tp_dedupe_group {
	uint64_t	hash;
	int64_t		newest;
};

struct tp_dedupe {
	struct tp_dedupe_entry *ring;	/* n of max used; head: the oldest */
	size_t		 n, cap, max, head;
	struct tp_dedupe_table table[TP_DEDUPE_KINDS];
	struct tp_dedupe_group *groups;	/* those met last, by hash */
	int64_t		 newest;	/* of all times */
};

/* max: how many records are kept, below 2^31; 0: none, nothing is seen. */
void tp_dedupe_init(struct tp_dedupe *d, size_t max);
void tp_dedupe_release(struct tp_dedupe *d);

/*
 * Adds a record, the oldest going when there are more than max.  Returns true
 * where one of the records kept before has the same time t and segment (a
 * hash of it), or the same event (a hash of its id; 0: it has none).
 */
bool tp_dedupe_push(struct tp_dedupe *d, uint64_t segment, int64_t t,
    uint64_t event, int64_t pos);

/*
 * Of the record that will be pushed next: time to ask the memory for what
 * that needs.  Either is 0 where it is not known yet.
 */
void tp_dedupe_soon(const struct tp_dedupe *d, uint64_t segment,
    uint64_t event);

/* The position of the oldest record kept, INT64_MAX where there is none. */
int64_t tp_dedupe_low(const struct tp_dedupe *d);

#endif
