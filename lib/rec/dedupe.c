#include "rec/dedupe.h"

#include "base/mem.h"

#define SLOTS_MIN	1024
#define AHEAD		16	/* entries: how early an eviction is fetched */

void
tp_dedupe_init(struct tp_dedupe *d, size_t max)
{
	*d = (struct tp_dedupe){ .max = max };
}

void
tp_dedupe_release(struct tp_dedupe *d)
{
	free(d->ring);
	free(d->slots);
	*d = (struct tp_dedupe){ 0 };
}

/* The slot of the key, or the empty one where it belongs. */
static inline size_t
find(const struct tp_dedupe *d, uint64_t key)
{
	size_t	mask = d->nslots - 1, i = key & mask;

	while (d->slots[i].key != 0 && d->slots[i].key != key)
		i = (i + 1) & mask;
	return i;
}

static void
grow(struct tp_dedupe *d)
{
	struct tp_dedupe_slot	*old = d->slots;
	size_t			 n = d->nslots, i;

	d->nslots = n > 0 ? 2 * n : SLOTS_MIN;
	d->slots = tp_calloc(d->nslots, sizeof(*d->slots));
	for (i = 0; i < n; i++)
		if (old[i].key != 0)
			d->slots[find(d, old[i].key)] = old[i];
	free(old);
}

/* Empties slot i and moves back what was pushed on behind it (Knuth 6.4 R). */
static void
erase(struct tp_dedupe *d, size_t i)
{
	size_t	mask = d->nslots - 1, j = i;

	for (;;) {
		j = (j + 1) & mask;
		if (d->slots[j].key == 0)
			break;
		/* Stays where its home is in (i, j]. */
		if (((j - d->slots[j].key) & mask) < ((j - i) & mask))
			continue;
		d->slots[i] = d->slots[j];
		i = j;
	}
	d->slots[i].key = 0;
	d->used--;
}

/* Forgets a key of the entry at `at`, unless a later entry has it too. */
static inline void
forget(struct tp_dedupe *d, uint64_t key, size_t at)
{
	size_t	i;

	if (key == 0)
		return;
	i = find(d, key);
	if (d->slots[i].key != 0 && d->slots[i].at == at)
		erase(d, i);
}

/* Notes that the entry at `at` has the key; true where it was known. */
static inline bool
note(struct tp_dedupe *d, uint64_t key, size_t at)
{
	size_t	i;
	bool	seen;

	if (key == 0)
		return false;
	i = find(d, key);
	seen = d->slots[i].key != 0;
	d->used += !seen;
	d->slots[i].key = key;
	d->slots[i].at = (uint32_t)at;
	return seen;
}

/* The place of a new entry, the oldest one's when the ring is full. */
static size_t
take_place(struct tp_dedupe *d, struct tp_dedupe_entry *old)
{
	size_t	at;

	*old = (struct tp_dedupe_entry){ { 0, 0 }, 0 };
	if (d->n < d->max) {
		TP_GROW(d->ring, d->cap, d->n + 1);
		return d->n++;
	}
	at = d->head;
	*old = d->ring[at];
	d->head = at + 1 < d->max ? at + 1 : 0;
	if (at + AHEAD < d->max) {
		tp_dedupe_prefetch(d, d->ring[at + AHEAD].key[0]);
		if (d->ring[at + AHEAD].key[1] != 0)
			tp_dedupe_prefetch(d, d->ring[at + AHEAD].key[1]);
	}
	return at;
}

bool
tp_dedupe_push(struct tp_dedupe *d, uint64_t key0, uint64_t key1,
    int64_t pos)
{
	struct tp_dedupe_entry	old;
	size_t			at;
	bool			seen;

	if (d->max == 0)
		return false;
	if (2 * (d->used + 2) > d->nslots)
		grow(d);
	at = take_place(d, &old);
	/* First the new: it may have the keys of the one that goes. */
	seen = note(d, key0, at);
	seen = note(d, key1, at) || seen;
	d->ring[at] = (struct tp_dedupe_entry){ { key0, key1 }, pos };
	if (old.key[0] != key0)
		forget(d, old.key[0], at);
	if (old.key[1] != key1)
		forget(d, old.key[1], at);
	return seen;
}

int64_t
tp_dedupe_low(const struct tp_dedupe *d)
{
	return d->n > 0 ? d->ring[d->head].pos : INT64_MAX;
}
