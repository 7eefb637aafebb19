#include <string.h>

#include "base/map.h"
#include "base/mem.h"

/* A block of the arena starts with the address of the block before it. */
#define BLOCK_HEAD	sizeof(char *)
#define BLOCK_SIZE	((size_t)16 << 10)
#define SLOTS_MIN	64

static uint64_t
load(const unsigned char *p, size_t n)
{
	uint64_t	v = 0;

	memcpy(&v, p, n);
	return v;
}

static uint64_t
mix(uint64_t a, uint64_t b)
{
	unsigned __int128	r = (unsigned __int128)a * b;

	return (uint64_t)r ^ (uint64_t)(r >> 64);
}

/*
 * The folded multiplication of wyhash (Wang Yi 2019), with digits of the
 * golden ratio, pi and e as its constants.  Little endian machines only.
 */
uint64_t
tp_hash(const void *data, size_t n, uint64_t seed)
{
	static const uint64_t	k0 = UINT64_C(0x9e3779b97f4a7c15);
	static const uint64_t	k1 = UINT64_C(0x243f6a8885a308d3);
	static const uint64_t	k2 = UINT64_C(0xb7e151628aed2a6b);
	const unsigned char	*p = data;
	uint64_t		 h = mix(seed ^ k0, k1), a, b;
	size_t			 left = n;

	for (; left > 16; left -= 16, p += 16)
		h = mix(load(p, 8) ^ k1, load(p + 8, 8) ^ h);
	if (left >= 8) {
		a = load(p, 8);
		b = load(p + left - 8, 8);
	} else if (left >= 4) {
		a = load(p, 4);
		b = load(p + left - 4, 4);
	} else {
		a = left > 0 ? (uint64_t)p[0] << 16 |
		    (uint64_t)p[left / 2] << 8 | p[left - 1] : 0;
		b = 0;
	}
	return mix(k2 ^ n, mix(a ^ k1, b ^ h));
}

void
tp_map_release(struct tp_map *m)
{
	char	*block = m->chunk, *before;

	while (block != NULL) {
		memcpy(&before, block, sizeof(before));
		free(block);
		block = before;
	}
	free(m->keys);
	free(m->slots);
	*m = (struct tp_map){ 0 };
}

/* A new block whose predecessor is `before`. */
static char *
block_new(size_t size, char *before)
{
	char	*block = tp_malloc(size);

	memcpy(block, &before, sizeof(before));
	return block;
}

/* Room for n bytes that stays where it is. */
static char *
arena_room(struct tp_map *m, size_t n)
{
	char	*before, *block;

	if (n <= m->chunk_cap - m->chunk_used) {
		m->chunk_used += n;
		return m->chunk + m->chunk_used - n;
	}
	if (m->chunk != NULL && n > BLOCK_SIZE / 4) {
		/* Long keys go behind the block that is being filled. */
		memcpy(&before, m->chunk, sizeof(before));
		block = block_new(BLOCK_HEAD + n, before);
		memcpy(m->chunk, &block, sizeof(block));
		return block + BLOCK_HEAD;
	}
	m->chunk_cap = n > BLOCK_SIZE - BLOCK_HEAD ? BLOCK_HEAD + n :
	    BLOCK_SIZE;
	m->chunk = block_new(m->chunk_cap, m->chunk);
	m->chunk_used = BLOCK_HEAD + n;
	return m->chunk + BLOCK_HEAD;
}

/* The slot of the key, or the empty one where it belongs. */
static size_t
slot_of(const struct tp_map *m, const char *p, size_t n, uint32_t hash)
{
	size_t	mask = m->nslots - 1, i;

	for (i = hash & mask; m->slots[i] != 0; i = (i + 1) & mask) {
		const struct tp_map_key	*k = &m->keys[m->slots[i] - 1];

		if (k->hash == hash && k->n == n &&
		    (n == 0 || memcmp(k->p, p, n) == 0))
			break;
	}
	return i;
}

static void
grow_slots(struct tp_map *m)
{
	size_t	n = m->nslots > 0 ? 2 * m->nslots : SLOTS_MIN, mask = n - 1;
	size_t	i, at;

	free(m->slots);
	m->slots = tp_calloc(n, sizeof(*m->slots));
	m->nslots = n;
	for (i = 0; i < m->n; i++) {
		at = m->keys[i].hash & mask;
		while (m->slots[at] != 0)
			at = (at + 1) & mask;
		m->slots[at] = (uint32_t)(i + 1);
	}
}

size_t
tp_map_find(const struct tp_map *m, const char *p, size_t n)
{
	size_t	at;

	if (m->n == 0)
		return SIZE_MAX;
	at = slot_of(m, p, n, (uint32_t)tp_hash(p, n, 0));
	return m->slots[at] != 0 ? m->slots[at] - 1 : SIZE_MAX;
}

void
tp_map_soon_slot(const struct tp_map *m, uint64_t hash)
{
	if (m->n > 0)
		__builtin_prefetch(&m->slots[hash & (m->nslots - 1)]);
}

void
tp_map_soon_key(const struct tp_map *m, uint64_t hash)
{
	size_t	i = m->n > 0 ? m->slots[hash & (m->nslots - 1)] : 0;

	if (i > 0)
		__builtin_prefetch(&m->keys[i - 1]);
}

size_t
tp_map_soon_text(const struct tp_map *m, uint64_t hash)
{
	size_t	mask = m->nslots - 1, i;

	if (m->n == 0)
		return SIZE_MAX;
	for (i = hash & mask; m->slots[i] != 0; i = (i + 1) & mask)
		if (m->keys[m->slots[i] - 1].hash == (uint32_t)hash) {
			__builtin_prefetch(m->keys[m->slots[i] - 1].p);
			return m->slots[i] - 1;
		}
	return SIZE_MAX;
}

size_t
tp_map_add(struct tp_map *m, const char *p, size_t n)
{
	uint32_t	hash = (uint32_t)tp_hash(p, n, 0);
	size_t		at;
	char		*copy;

	if (n >= UINT32_MAX || m->n >= UINT32_MAX - 1)
		tp_die("map: %zu keys, a key of %zu bytes", m->n, n);
	/* At most half full: runs of filled slots stay short. */
	if (m->n >= m->nslots / 2)
		grow_slots(m);
	at = slot_of(m, p, n, hash);
	if (m->slots[at] != 0)
		return m->slots[at] - 1;

	copy = arena_room(m, n + 1);
	if (n > 0)
		memcpy(copy, p, n);
	copy[n] = '\0';
	TP_GROW(m->keys, m->cap, m->n + 1);
	m->keys[m->n] = (struct tp_map_key){
		.p = copy, .n = (uint32_t)n, .hash = hash,
	};
	m->slots[at] = (uint32_t)++m->n;
	return m->n - 1;
}

void
tp_map_add_list(struct tp_map *m, const char *s, size_t n, char sep)
{
	const char	*end = s + n, *p;
	size_t		 k;

	for (; s < end; s = p + 1) {
		p = memchr(s, sep, (size_t)(end - s));
		if (p == NULL)
			p = end;
		k = (size_t)(p - s);
		if (k > 0 && s[k - 1] == '\r')
			k--;
		if (k > 0)
			tp_map_add(m, s, k);
	}
}

int
tp_map_key_order(const struct tp_map_key *a, const struct tp_map_key *b)
{
	int	c = memcmp(a->p, b->p, a->n < b->n ? a->n : b->n);

	return c != 0 ? c : (a->n > b->n) - (a->n < b->n);
}
