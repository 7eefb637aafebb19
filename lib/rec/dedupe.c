#include "rec/dedupe.h"

#include "base/map.h"
#include "base/mem.h"

#define SLOTS_MIN	1024
#define GROUPS		16384	/* power of two */
#define AHEAD		16	/* entries: how early memory is asked for */
#define TIME_SEED	3

void
tp_dedupe_init(struct tp_dedupe *d, size_t max)
{
	*d = (struct tp_dedupe){ .max = max, .newest = INT64_MIN };
	if (max > 0)
		d->groups = tp_calloc(GROUPS, sizeof(*d->groups));
}

void
tp_dedupe_release(struct tp_dedupe *d)
{
	free(d->ring);
	free(d->slots);
	free(d->groups);
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

/* Notes that the entry at `at` has the key. */
static inline void
note(struct tp_dedupe *d, uint64_t key, size_t at)
{
	size_t	i;

	if (key == 0)
		return;
	i = find(d, key);
	d->used += d->slots[i].key == 0;
	d->slots[i].key = key;
	d->slots[i].at = (uint32_t)at;
}

static inline bool
has(const struct tp_dedupe *d, uint64_t key)
{
	return key != 0 && d->slots[find(d, key)].key != 0;
}

/* Asks for the slots of the keys of the k-th entry, if there is one. */
static inline void
prefetch(const struct tp_dedupe *d, size_t k)
{
	const struct tp_dedupe_entry	*e;
	size_t				 at = d->head + k;

	if (k >= d->n)
		return;
	e = &d->ring[at < d->max ? at : at - d->max];
	__builtin_prefetch(&d->slots[e->key[0] & (d->nslots - 1)], 1);
	if (e->key[1] != 0)
		__builtin_prefetch(&d->slots[e->key[1] & (d->nslots - 1)], 1);
}

/* Puts all entries into the table that are not yet there. */
static void
catch_up(struct tp_dedupe *d)
{
	size_t	k, at;

	while (3 * (d->used + 2 * (d->n - d->indexed)) > 2 * d->nslots)
		grow(d);
	for (k = d->indexed; k < d->n && k < d->indexed + AHEAD; k++)
		prefetch(d, k);
	for (k = d->indexed; k < d->n; k++) {
		prefetch(d, k + AHEAD);
		at = d->head + k;
		at = at < d->max ? at : at - d->max;
		note(d, d->ring[at].key[0], at);
		note(d, d->ring[at].key[1], at);
	}
	d->indexed = d->n;
}

/* The place of a new entry, the oldest one's when the ring is full. */
static size_t
take_place(struct tp_dedupe *d)
{
	const struct tp_dedupe_entry	*old;
	size_t				 at;

	if (d->n < d->max) {
		TP_GROW(d->ring, d->cap, d->n + 1);
		return d->n++;
	}
	at = d->head;
	if (d->indexed > 0) {
		prefetch(d, AHEAD);
		old = &d->ring[at];
		forget(d, old->key[0], at);
		forget(d, old->key[1], at);
		d->indexed--;
	}
	d->head = at + 1 < d->max ? at + 1 : 0;
	return at;
}

/* True where t is after all times of the segment in the ring; notes it. */
static bool
is_newest(struct tp_dedupe *d, uint64_t segment, int64_t t)
{
	struct tp_dedupe_group	*g = &d->groups[segment & (GROUPS - 1)];
	bool			 newest;

	/* Of a segment not met lately nothing is known but what holds of all. */
	if (g->hash != segment)
		*g = (struct tp_dedupe_group){ segment, d->newest };
	newest = t > g->newest || d->n == 0;
	if (t > g->newest)
		g->newest = t;
	if (t > d->newest)
		d->newest = t;
	return newest;
}

bool
tp_dedupe_push(struct tp_dedupe *d, uint64_t segment, int64_t t,
    uint64_t event, int64_t pos)
{
	struct {
		uint64_t	segment;
		int64_t		t;
	}		both = { segment, t };
	uint64_t	key;
	size_t		at;
	bool		newest, seen = false;

	if (d->max == 0)
		return false;
	key = tp_hash(&both, sizeof(both), TIME_SEED);
	key += key == 0;
	newest = is_newest(d, segment, t);
	if (d->n > 0 && (!newest || event != 0)) {
		catch_up(d);
		seen = (!newest && has(d, key)) || has(d, event);
	}
	at = take_place(d);
	d->ring[at] = (struct tp_dedupe_entry){ { key, event }, pos };
	return seen;
}

int64_t
tp_dedupe_low(const struct tp_dedupe *d)
{
	return d->n > 0 ? d->ring[d->head].pos : INT64_MAX;
}
