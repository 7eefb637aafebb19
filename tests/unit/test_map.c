#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/map.h"
#include "base/mem.h"
#include "base/rng.h"

#define KEYS	5000

/* Against a search from front to back through copies of all the keys. */
static void
map_like_search(void **state)
{
	static struct {
		char		*p;
		size_t		 n;
		const char	*kept;
	} seen[KEYS];
	struct tp_map	m = { 0 };
	struct tp_rng	r;
	char		key[40000];
	size_t		i, j, n, found;
	int		k;

	(void)state;
	tp_rng_init(&r, 1);
	for (k = 0; k < KEYS; k++) {
		n = tp_rng_below(&r, k % 500 == 0 ? sizeof(key) : 12);
		for (i = 0; i < n; i++)
			key[i] = (char)tp_rng_below(&r, n < 4 ? 3 : 256);
		for (j = 0; j < m.n; j++)
			if (seen[j].n == n && memcmp(seen[j].p, key, n) == 0)
				break;
		found = tp_map_find(&m, key, n);
		assert_true(found == (j < m.n ? j : SIZE_MAX));
		if (j == m.n) {
			seen[j].p = tp_strndup(key, n);
			seen[j].n = n;
		}
		assert_int_equal(tp_map_add(&m, key, n), j);
		if (seen[j].kept == NULL)
			seen[j].kept = m.keys[j].p;
		assert_int_equal(m.keys[j].n, n);
	}
	assert_true(m.n > 1000);
	for (j = 0; j < m.n; j++) {
		/* Where they were when they came, and NUL-terminated. */
		assert_ptr_equal(m.keys[j].p, seen[j].kept);
		assert_memory_equal(m.keys[j].p, seen[j].p, seen[j].n + 1);
		free(seen[j].p);
	}
	tp_map_release(&m);
	assert_int_equal(tp_map_find(&m, "x", 1), SIZE_MAX);
}

static void
map_of_numbers(void **state)
{
	struct tp_map	m = { 0 };
	char		key[32];
	int		i, n, others = 0;

	(void)state;
	for (i = 0; i < 200000; i++) {
		n = snprintf(key, sizeof(key), "%d", 700000 + i);
		assert_int_equal(tp_map_add(&m, key, (size_t)n), i);
	}
	for (i = 0; i < 200000; i++) {
		n = snprintf(key, sizeof(key), "%d", 700000 + i);
		assert_int_equal(tp_map_find(&m, key, (size_t)n), i);
		others += tp_map_soon_text(&m, tp_hash(key, (size_t)n, 0)) !=
		    (size_t)i;
	}
	/* about 5 pairs share the 32 bits of their hashes */
	assert_true(others < 50);
	assert_int_equal(tp_map_find(&m, "7", 1), SIZE_MAX);
	tp_map_release(&m);
}

static int
compare(const void *a, const void *b)
{
	uint64_t	x, y;

	memcpy(&x, a, sizeof(x));
	memcpy(&y, b, sizeof(y));
	return x < y ? -1 : x > y;
}

/*
 * Every flip of a bit of texts of 0..40 bytes changes about half the bits,
 * and 32 bits of it collide as rarely as chance has it.
 */
static void
hash_spreads(void **state)
{
	enum { MANY = 100000 };
	uint64_t	*h = tp_malloc(MANY * sizeof(*h)), flips = 0, n = 0;
	unsigned char	 s[41] = { 0 };
	char		 key[32];
	size_t		 len, bit;
	int		 i, same = 0, size;

	(void)state;
	for (len = 0; len <= 40; len++)
		for (bit = 0; bit < 8 * len; bit++) {
			uint64_t	a = tp_hash(s, len, 5);

			s[bit / 8] ^= (unsigned char)(1u << bit % 8);
			a ^= tp_hash(s, len, 5);
			s[bit / 8] ^= (unsigned char)(1u << bit % 8);
			assert_true(a != 0);
			flips += (uint64_t)__builtin_popcountll(a);
			n++;
		}
	assert_true(flips > 30 * n && flips < 34 * n);
	for (i = 0; i < MANY; i++) {
		size = snprintf(key, sizeof(key), "cell_%d_%d", i / 300,
		    i % 300);
		h[i] = tp_hash(key, (size_t)size, 0) & UINT32_MAX;
	}
	qsort(h, MANY, sizeof(*h), compare);
	for (i = 1; i < MANY; i++)
		same += h[i] == h[i - 1];
	assert_true(same < 10);
	assert_true(tp_hash("a", 1, 0) != tp_hash("a", 1, 1));
	assert_true(tp_hash("", 0, 0) != tp_hash("\0", 1, 0));
	free(h);
}

/* The keys as they are laid out are in order, each against each. */
static void
keys_in_order(void **state)
{
	static const struct tp_map_key	keys[] = {
		{ .p = "", .n = 0 }, { .p = "\0", .n = 1 },
		{ .p = "a", .n = 1 }, { .p = "a\0", .n = 2 },
		{ .p = "ab", .n = 2 }, { .p = "b", .n = 1 },
		{ .p = "\xc3\xa9", .n = 2 },
	};
	int				i, k, n = 7, order;

	(void)state;
	for (i = 0; i < n; i++)
		for (k = 0; k < n; k++) {
			order = tp_map_key_order(&keys[i], &keys[k]);
			assert_int_equal((order > 0) - (order < 0),
			    (i > k) - (i < k));
		}
}

int
main(void)
{
	const struct CMUnitTest	tests[] = {
		cmocka_unit_test(map_like_search),
		cmocka_unit_test(map_of_numbers),
		cmocka_unit_test(hash_spreads),
		cmocka_unit_test(keys_in_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
