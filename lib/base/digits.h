/*
 * Digits by eights: no branch on how many there are, which no processor
 * foretells.
 */
#ifndef TP_BASE_DIGITS_H
#define TP_BASE_DIGITS_H

#include <stdint.h>
#include <string.h>

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
    "the first character is taken from the lowest byte of a word");

/* 10 to the power of 0 .. 8. */
extern const uint64_t tp_digits_pow[9];

/*
 * How many digits stand at p, up to 8, of which all bytes are readable.  *w
 * has their values, the first in the lowest byte, and rubbish behind them.
 */
static inline unsigned
tp_digits_count(const char *p, uint64_t *w)
{
	const uint64_t	ones = UINT64_C(0x0101010101010101);
	uint64_t	other;

	memcpy(w, p, sizeof(*w));
	*w ^= ones * '0';
	/* 0x76 carries 10 and more into the high bit, and from there at most
	 * into bytes behind */
	other = ((*w + ones * 0x76) | *w) & (ones * 0x80);
	return other != 0 ? (unsigned)__builtin_ctzll(other) / 8 : 8;
}

/* The number that n digits say, 1 to 8, of which w has the values as of
 * tp_digits_count(). */
static inline uint64_t
tp_digits_join(uint64_t w, unsigned n)
{
	/* to the end of the word, with zeros before it */
	w <<= 64 - 8 * n;
	/* neighbours become one: of 1, 2 and 4 digits */
	w = (w * 2561) >> 8 & UINT64_C(0x00ff00ff00ff00ff);
	w = (w * 6553601) >> 16 & UINT64_C(0x0000ffff0000ffff);
	return w * UINT64_C(42949672960001) >> 32;
}

/* The number that n digits at p say, 1 to 8; 8 bytes are readable. */
static inline uint64_t
tp_digits_of(const char *p, unsigned n)
{
	uint64_t	w;

	memcpy(&w, p, sizeof(w));
	return tp_digits_join(w ^ UINT64_C(0x3030303030303030), n);
}

#endif
