/* Different ids: their hashes, or registers. */
#include "window/distinct.h"

#include <math.h>
#include <stdbool.h>

#include "base/mem.h"

#define BITS	12
#define REGS	(1u << BITS)

void
tp_distinct_release(struct tp_distinct *d)
{
	free(d->v);
	free(d->reg);
	*d = (struct tp_distinct){ 0 };
}

/* The first bits choose the register, which keeps the longest run of zeros
 * that the others began with, plus one. */
static void
note(uint8_t *reg, uint64_t hash)
{
	uint64_t	rest = hash << BITS | UINT64_C(1) << (BITS - 1);
	uint8_t		run = (uint8_t)(__builtin_clzll(rest) + 1);
	uint8_t		*r = &reg[hash >> (64 - BITS)];

	if (run > *r)
		*r = run;
}

/* Puts hash into its slot; false where it was there. */
static bool
insert(uint64_t *v, uint32_t cap, uint64_t hash)
{
	uint32_t	i;

	for (i = (uint32_t)hash & (cap - 1); v[i] != 0;
	    i = (i + 1) & (cap - 1))
		if (v[i] == hash)
			return false;
	v[i] = hash;
	return true;
}

/* Calls fn with each of the hashes; there are no registers. */
static void
each(const struct tp_distinct *d, void (*fn)(struct tp_distinct *, uint64_t),
    struct tp_distinct *to)
{
	uint32_t	i;

	if (d->cap == 0)
		for (i = 0; i < d->n; i++)
			fn(to, d->few[i]);
	for (i = 0; i < d->cap; i++)
		if (d->v[i] != 0)
			fn(to, d->v[i]);
}

static void
put(struct tp_distinct *d, uint64_t hash)
{
	insert(d->v, d->cap, hash);
}

static void
note_of(struct tp_distinct *d, uint64_t hash)
{
	note(d->reg, hash);
}

static void
grow(struct tp_distinct *d)
{
	struct tp_distinct	to = { .cap = d->cap > 0 ? d->cap * 2 : 16 };

	to.v = tp_calloc(to.cap, sizeof(*to.v));
	each(d, put, &to);
	free(d->v);
	d->v = to.v;
	d->cap = to.cap;
}

static void
to_registers(struct tp_distinct *d)
{
	struct tp_distinct	to = { .reg = tp_calloc(REGS, 1) };

	each(d, note_of, &to);
	free(d->v);
	*d = to;
}

/* True where the hash is there, or was put behind the few. */
static bool
among_few(struct tp_distinct *d, uint64_t hash)
{
	uint32_t	i;

	for (i = 0; i < d->n; i++)
		if (d->few[i] == hash)
			return true;
	if (d->n == TP_DISTINCT_FEW)
		return false;
	d->few[d->n++] = hash;
	return true;
}

void
tp_distinct_add(struct tp_distinct *d, uint64_t hash)
{
	hash += hash == 0;		/* 0 is an empty slot */
	if (d->reg != NULL) {
		note(d->reg, hash);
		return;
	}
	if (d->cap == 0 && among_few(d, hash))
		return;
	if (d->n * 4 >= d->cap * 3)
		grow(d);
	d->n += insert(d->v, d->cap, hash);
	if (d->n > TP_DISTINCT_EXACT)
		to_registers(d);
}

void
tp_distinct_merge(struct tp_distinct *d, const struct tp_distinct *b)
{
	uint32_t	i;

	if (b->reg == NULL) {
		each(b, tp_distinct_add, d);
		return;
	}
	if (d->reg == NULL)
		to_registers(d);
	for (i = 0; i < REGS; i++)
		if (b->reg[i] > d->reg[i])
			d->reg[i] = b->reg[i];
}

uint64_t
tp_distinct_count(const struct tp_distinct *d)
{
	double		sum = 0, m = REGS, e;
	uint32_t	i, empty = 0;

	if (d->reg == NULL)
		return d->n;
	for (i = 0; i < REGS; i++) {
		sum += ldexp(1, -d->reg[i]);
		empty += d->reg[i] == 0;
	}
	e = 0.7213 / (1 + 1.079 / m) * m * m / sum;
	if (e <= 2.5 * m && empty > 0)
		e = m * log(m / empty);		/* few: by the empty ones */
	return (uint64_t)llround(e);
}
