#include "rec/dedupe.h"

#include "base/map.h"
#include "base/mem.h"

#define SLOTS_MIN	1024
#define GROUPS		65536	/* in pairs; a power of two */
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
	int	k;

	for (k = 0; k < TP_DEDUPE_KINDS; k++)
		free(d->table[k].slots);
	free(d->ring);
	free(d->groups);
	*d = (struct tp_dedupe){ 0 };
}

/* The slot of the key, or the empty one where it belongs. */
static inline size_t
find(const struct tp_dedupe *d, int k, uint64_t key)
{
	const struct tp_dedupe_table	*t = &d->table[k];
	size_t				 mask = t->nslots - 1, i = key & mask;

	while (t->slots[i].at != 0 && (t->slots[i].low != (uint32_t)key ||
	    d->ring[t->slots[i].at - 1].key[k] != key))
		i = (i + 1) & mask;
	return i;
}

/* All keys in it are different. */
static void
grow(struct tp_dedupe_table *t)
{
	struct tp_dedupe_slot	*old = t->slots;
	size_t			 n = t->nslots, i, to, mask;

	t->nslots = n > 0 ? 2 * n : SLOTS_MIN;
	t->slots = tp_calloc(t->nslots, sizeof(*t->slots));
	mask = t->nslots - 1;
	for (i = 0; i < n; i++) {
		if (old[i].at == 0)
			continue;
		for (to = old[i].low & mask; t->slots[to].at != 0;)
			to = (to + 1) & mask;
		t->slots[to] = old[i];
	}
	free(old);
}

/* Empties slot i and moves back what was pushed on behind it (Knuth 6.4 R). */
static void
erase(struct tp_dedupe_table *t, size_t i)
{
	size_t	mask = t->nslots - 1, j = i;

	for (;;) {
		j = (j + 1) & mask;
		if (t->slots[j].at == 0)
			break;
		/* Stays where its home is in (i, j]. */
		if (((j - t->slots[j].low) & mask) < ((j - i) & mask))
			continue;
		t->slots[i] = t->slots[j];
		i = j;
	}
	t->slots[i].at = 0;
	t->used--;
}

/* Where in the ring the n-th entry is, from the oldest on. */
static inline size_t
place(const struct tp_dedupe *d, size_t n)
{
	size_t	at = d->head + n;

	return at < d->max ? at : at - d->max;
}

/* The n-th entry, or NULL. */
static inline const struct tp_dedupe_entry *
entry(const struct tp_dedupe *d, size_t n)
{
	return n < d->n ? &d->ring[place(d, n)] : NULL;
}

/*
 * Where the search for a key begins, and for that of the n-th entry: addresses
 * to prefetch.  A function that did no more than that would be left out by
 * gcc 12, as one without effect.
 */
static inline const struct tp_dedupe_slot *
home(const struct tp_dedupe_table *t, uint64_t key)
{
	return &t->slots[key & (t->nslots - 1)];
}

static inline const struct tp_dedupe_slot *
home_of(const struct tp_dedupe *d, int k, size_t n)
{
	const struct tp_dedupe_entry	*e = entry(d, n);

	return e != NULL ? home(&d->table[k], e->key[k]) : NULL;
}

/* Forgets a key of the oldest entry, unless a later one has it too. */
static inline void
forget(struct tp_dedupe *d, int k)
{
	struct tp_dedupe_table	*t = &d->table[k];
	uint64_t		 key = d->ring[d->head].key[k];
	size_t			 i;

	if (t->indexed == 0)
		return;
	t->indexed--;
	if (key == 0)
		return;
	__builtin_prefetch(home_of(d, k, AHEAD), 1);
	i = find(d, k, key);
	if (t->slots[i].at == d->head + 1)
		erase(t, i);
}

/* Notes the key of the entry at `at`. */
static inline void
note(struct tp_dedupe *d, int k, size_t at)
{
	struct tp_dedupe_table	*t = &d->table[k];
	uint64_t		 key = d->ring[at].key[k];
	size_t			 i;

	if (key == 0)
		return;
	i = find(d, k, key);
	t->used += t->slots[i].at == 0;
	t->slots[i].low = (uint32_t)key;
	t->slots[i].at = (uint32_t)(at + 1);
}

/* Puts all keys into the table that are not yet there. */
static void
catch_up(struct tp_dedupe *d, int k)
{
	struct tp_dedupe_table	*t = &d->table[k];
	size_t			 i;

	while (3 * (t->used + d->n - t->indexed) >= 2 * t->nslots)
		grow(t);
	for (i = t->indexed; i < d->n && i < t->indexed + AHEAD; i++)
		__builtin_prefetch(home_of(d, k, i), 1);
	for (i = t->indexed; i < d->n; i++) {
		__builtin_prefetch(home_of(d, k, i + AHEAD), 1);
		note(d, k, place(d, i));
	}
	t->indexed = d->n;
}

/* True where an entry has the key. */
static inline bool
has(struct tp_dedupe *d, int k, uint64_t key)
{
	catch_up(d, k);
	return d->table[k].slots[find(d, k, key)].at != 0;
}

/* The place of a new entry, the oldest one's when the ring is full. */
static size_t
take_place(struct tp_dedupe *d)
{
	size_t	at = d->head;
	int	k;

	if (d->n < d->max) {
		TP_GROW(d->ring, d->cap, d->n + 1);
		return d->n++;
	}
	__builtin_prefetch(entry(d, 2 * AHEAD));
	for (k = 0; k < TP_DEDUPE_KINDS; k++)
		forget(d, k);
	d->head = at + 1 < d->max ? at + 1 : 0;
	return at;
}

/* The pair of groups where the segment's is, if it is known. */
static inline struct tp_dedupe_group *
pair_of(const struct tp_dedupe *d, uint64_t segment)
{
	return &d->groups[segment & (GROUPS - 2)];
}

/* True where t is after all times of the segment in the ring; notes it. */
static bool
is_newest(struct tp_dedupe *d, uint64_t segment, int64_t t)
{
	struct tp_dedupe_group	*g = pair_of(d, segment), second;
	bool			 newest;

	/* That met last is the first of the pair.  Of a segment in neither
	 * nothing is known but what holds of all. */
	if (g[0].hash != segment) {
		second = g[1];
		g[1] = g[0];
		g[0] = second.hash == segment ? second :
		    (struct tp_dedupe_group){ segment, d->newest };
	}
	newest = t > g->newest || d->n == 0;
	if (t > g->newest)
		g->newest = t;
	if (t > d->newest)
		d->newest = t;
	return newest;
}

void
tp_dedupe_soon(const struct tp_dedupe *d, uint64_t segment, uint64_t event)
{
	const struct tp_dedupe_table	*t = &d->table[TP_DEDUPE_EVENT];

	if (segment != 0 && d->max > 0)
		__builtin_prefetch(pair_of(d, segment), 1);
	if (event != 0 && t->nslots > 0)
		__builtin_prefetch(home(t, event), 1);
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
	bool		newest, seen;
	const struct tp_dedupe_table	*times = &d->table[TP_DEDUPE_TIME];

	if (d->max == 0)
		return false;
	key = tp_hash(&both, sizeof(both), TIME_SEED);
	key += key == 0;
	if (times->nslots > 0)
		__builtin_prefetch(home(times, key), 1);
	newest = is_newest(d, segment, t);
	seen = event != 0 && has(d, TP_DEDUPE_EVENT, event);
	if (!newest && !seen)
		seen = has(d, TP_DEDUPE_TIME, key);
	at = take_place(d);
	d->ring[at] = (struct tp_dedupe_entry){ { key, event }, pos };
	return seen;
}

int64_t
tp_dedupe_low(const struct tp_dedupe *d)
{
	return d->n > 0 ? d->ring[d->head].pos : INT64_MAX;
}
