#include <math.h>

#include "base/rng.h"

static uint64_t
splitmix(uint64_t *x)
{
	uint64_t	z = *x += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

static uint64_t
rotl(uint64_t x, int k)
{
	return x << k | x >> (64 - k);
}

void
tp_rng_init(struct tp_rng *r, uint64_t seed)
{
	int	i;

	for (i = 0; i < 4; i++)
		r->s[i] = splitmix(&seed);
}

/* xoshiro256** 1.0, Blackman & Vigna 2018. */
uint64_t
tp_rng_next(struct tp_rng *r)
{
	uint64_t	*s = r->s, out = rotl(s[1] * 5, 7) * 9, t = s[1] << 17;

	s[2] ^= s[0];
	s[3] ^= s[1];
	s[1] ^= s[2];
	s[0] ^= s[3];
	s[2] ^= t;
	s[3] = rotl(s[3], 45);
	return out;
}

double
tp_rng_uniform(struct tp_rng *r)
{
	return (double)(tp_rng_next(r) >> 11) * 0x1p-53;
}

/* Multiply and reject, Lemire 2019: no division but for the rare few. */
uint64_t
tp_rng_below(struct tp_rng *r, uint64_t n)
{
	unsigned __int128	m = (unsigned __int128)tp_rng_next(r) * n;
	uint64_t		low = (uint64_t)m, least;

	if (low < n) {
		least = (0 - n) % n;
		while (low < least) {
			m = (unsigned __int128)tp_rng_next(r) * n;
			low = (uint64_t)m;
		}
	}
	return (uint64_t)(m >> 64);
}

double
tp_rng_normal(struct tp_rng *r)
{
	double	u, v, q;

	/* The second of each pair is thrown away, to keep the state small. */
	do {
		u = 2 * tp_rng_uniform(r) - 1;
		v = 2 * tp_rng_uniform(r) - 1;
		q = u * u + v * v;
	} while (q >= 1 || q == 0);
	return u * sqrt(-2 * log(q) / q);
}
