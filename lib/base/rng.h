/* Seeded random numbers (xoshiro256**): same seed, same numbers, anywhere. */
#ifndef TP_BASE_RNG_H
#define TP_BASE_RNG_H

#include <stdint.h>

struct tp_rng {
	uint64_t s[4];
};

/* Seeds by splitmix64, as Blackman & Vigna 2018 advise. */
void tp_rng_init(struct tp_rng *r, uint64_t seed);
uint64_t tp_rng_next(struct tp_rng *r);
/* Uniform in [0, 1), 53 bits. */
double tp_rng_uniform(struct tp_rng *r);
/* Uniform in 0..n-1, without bias; n > 0. */
uint64_t tp_rng_below(struct tp_rng *r, uint64_t n);
/* Normal with mean 0 and deviation 1 (Marsaglia's polar method). */
double tp_rng_normal(struct tp_rng *r);

#endif
