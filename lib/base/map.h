/*
 * Interns short byte strings (segment ids): each different string gets the
 * next index 0, 1, 2, ...  The map owns copies of the strings, which stay
 * where they are until release.
 */
#ifndef TP_BASE_MAP_H
#define TP_BASE_MAP_H

#include <stddef.h>
#include <stdint.h>

struct tp_map_key {
	const char	*p;	/* n bytes and a NUL, owned by the map */
	uint32_t	 n;
	uint32_t	 hash;
};

struct tp_map {
	struct tp_map_key *keys;	/* keys[0..n), in order of arrival */
	size_t		 n, cap;
	uint32_t	*slots;		/* index + 1, 0 = empty; power of two */
	size_t		 nslots;
	char		*chunk;		/* arena: chained blocks */
	size_t		 chunk_used, chunk_cap;
};

/* An all-zero struct is an empty map. */
void tp_map_release(struct tp_map *m);
/* The index of the key, or SIZE_MAX where it is not there. */
size_t tp_map_find(const struct tp_map *m, const char *p, size_t n);
/*
 * Three steps that ask the memory for what tp_map_find() will read, for a key
 * that is known some time before; each wants the one before it done, with
 * other work between them.  hash is tp_hash(p, n, 0).
 */
void tp_map_soon_slot(const struct tp_map *m, uint64_t hash);
void tp_map_soon_key(const struct tp_map *m, uint64_t hash);
/* The index of a key of that hash, or SIZE_MAX where there is none. */
size_t tp_map_soon_text(const struct tp_map *m, uint64_t hash);
/* The index of the key, added if new. */
size_t tp_map_add(struct tp_map *m, const char *p, size_t n);
/* Adds the keys of s[0..n), which `sep` parts; empty ones, and a CR at the end
 * of one, are left out. */
void tp_map_add_list(struct tp_map *m, const char *s, size_t n, char sep);

/*
 * The order of two keys by their bytes, the shorter first of two that begin
 * the same: less than, equal to or greater than 0.
 */
int tp_map_key_order(const struct tp_map_key *a, const struct tp_map_key *b);

/* A fast 64-bit hash of n bytes, the same on every machine and run. */
uint64_t tp_hash(const void *p, size_t n, uint64_t seed);

#endif
