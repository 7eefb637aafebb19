/* A ring of open panes and the cells in them. */
#include "window/pane.h"

#include "base/mem.h"

#define SLOTS_MIN	16
/* Arrays of a freed pane are kept for the next one up to this many cells. */
#define KEEP		4096
#define GOLDEN		UINT32_C(0x9e3779b1)	/* 2^32 / golden ratio */
#define LINE		64	/* bytes of a cache line */

static void
pane_release(struct tp_pane *p)
{
	uint32_t	i;

	for (i = 0; i < p->n; i++)
		tp_cell_release(&p->cells[i]);
	free(p->cells);
	free(p->slots);
	free(p->ids);
	*p = (struct tp_pane){ 0 };
}

void
tp_panes_release(struct tp_panes *p)
{
	size_t	i;

	for (i = 0; i < p->cap; i++)
		pane_release(&p->ring[i]);
	free(p->ring);
	*p = (struct tp_panes){ 0 };
}

static struct tp_pane *
at(const struct tp_panes *p, int64_t i)
{
	return &p->ring[(uint64_t)i & (p->cap - 1)];
}

struct tp_pane *
tp_panes_at(const struct tp_panes *p, int64_t i)
{
	struct tp_pane	*x;

	if (i < p->base || i >= p->top)
		return NULL;
	x = at(p, i);
	return x->n > 0 ? x : NULL;
}

/* Makes room for the panes base .. i. */
static void
grow_ring(struct tp_panes *p, int64_t i)
{
	struct tp_panes	 q = *p;
	uint64_t	 need = (uint64_t)(i - p->base) + 1;
	size_t		 k;
	int64_t		 j;

	for (q.cap = p->cap > 0 ? p->cap : 4; q.cap < need;)
		q.cap *= 2;
	q.ring = tp_calloc(q.cap, sizeof(*q.ring));
	for (j = p->base; j < p->top; j++) {
		*at(&q, j) = *at(p, j);
		*at(p, j) = (struct tp_pane){ 0 };
	}
	for (k = 0; k < p->cap; k++)
		pane_release(&p->ring[k]);
	free(p->ring);
	*p = q;
}

struct tp_pane *
tp_panes_open(struct tp_panes *p, int64_t i)
{
	if ((uint64_t)(i - p->base) >= p->cap)
		grow_ring(p, i);
	if (i >= p->top)
		p->top = i + 1;
	return at(p, i);
}

static void
pane_empty(struct tp_pane *p, struct tp_groups *gs,
    void (*fold)(struct tp_groups *, const struct tp_cell *))
{
	uint32_t	i;

	for (i = 0; i < p->n; i++) {
		if (fold != NULL)
			fold(gs, &p->cells[i]);
		tp_groups_unref(gs, p->cells[i].key);
		tp_cell_release(&p->cells[i]);
	}
	p->n = 0;
	p->nids = 0;
	p->dirty = false;
	if (p->cap > KEEP || p->idcap > KEEP) {
		pane_release(p);
		return;
	}
	if (p->nslots > 0)
		memset(p->slots, 0, p->nslots * sizeof(*p->slots));
	if (p->idcap > 0)
		memset(p->ids, 0, p->idcap * sizeof(*p->ids));
}

void
tp_panes_drop(struct tp_panes *p, int64_t i, struct tp_groups *gs,
    void (*fold)(struct tp_groups *, const struct tp_cell *))
{
	for (; p->base < p->top && p->base < i; p->base++)
		if (at(p, p->base)->n > 0)
			pane_empty(at(p, p->base), gs, fold);
	p->base = i;
	if (p->top < i)
		p->top = i;
}

/* The high bits of the product: they lay keys that follow each other evenly
 * apart (Knuth, The Art of Computer Programming, 6.4). */
static uint32_t
home_of(const struct tp_pane *p, uint32_t key)
{
	return (uint32_t)((uint64_t)(key * GOLDEN) * p->nslots >> 32);
}

static uint32_t
slot_of(const struct tp_pane *p, uint32_t key)
{
	uint32_t	mask = p->nslots - 1, s = home_of(p, key);

	while (p->slots[s] != 0 && p->cells[p->slots[s] - 1].key != key)
		s = (s + 1) & mask;
	return s;
}

struct tp_cell *
tp_pane_find(const struct tp_pane *p, uint32_t key)
{
	uint32_t	s;

	if (p->n == 0)
		return NULL;
	s = p->slots[slot_of(p, key)];
	return s != 0 ? &p->cells[s - 1] : NULL;
}

void
tp_pane_soon_slot(const struct tp_pane *p, uint32_t key)
{
	if (p->n > 0)
		__builtin_prefetch(&p->slots[home_of(p, key)]);
}

/* The cell in the slot where a key's mostly is, or NULL. */
static const struct tp_cell *
likely_cell(const struct tp_pane *p, uint32_t key)
{
	uint32_t	s = p->n > 0 ? p->slots[home_of(p, key)] : 0;

	return s > 0 ? &p->cells[s - 1] : NULL;
}

void
tp_pane_soon_cell(const struct tp_pane *p, uint32_t key)
{
	const char	*c = (const char *)likely_cell(p, key);
	size_t		 i;

	for (i = 0; c != NULL && i < sizeof(p->cells[0]); i += LINE)
		__builtin_prefetch(c + i, 1);
}

void
tp_pane_soon_value(const struct tp_pane *p, uint32_t key)
{
	const struct tp_cell	*c = likely_cell(p, key);

	if (c != NULL && c->key == key && c->q.v != NULL)
		__builtin_prefetch(&c->q.v[c->q.n], 1);
}

/* Makes the slots anew from the cells: n of them, a power of two. */
static void
index_cells(struct tp_pane *p, uint32_t n)
{
	uint32_t	i;

	if (n != p->nslots) {
		free(p->slots);
		p->slots = tp_calloc(n, sizeof(*p->slots));
		p->nslots = n;
	} else {
		memset(p->slots, 0, n * sizeof(*p->slots));
	}
	for (i = 0; i < p->n; i++)
		p->slots[slot_of(p, p->cells[i].key)] = i + 1;
}

struct tp_cell *
tp_pane_add(struct tp_pane *p, uint32_t key)
{
	size_t	cap = p->cap;

	if (2 * (uint64_t)p->n >= p->nslots)
		index_cells(p, p->nslots > 0 ? 2 * p->nslots : SLOTS_MIN);
	TP_GROW(p->cells, cap, p->n + 1);
	p->cap = (uint32_t)cap;
	p->cells[p->n] = (struct tp_cell){ .key = key };
	p->slots[slot_of(p, key)] = p->n + 1;
	return &p->cells[p->n++];
}

bool
tp_pane_note(struct tp_pane *p, uint64_t id)
{
	uint64_t	*old = p->ids;
	size_t		 oldcap = p->idcap, i, s;

	id += id == 0;
	if (2 * p->nids >= p->idcap) {
		p->idcap = oldcap > 0 ? 2 * oldcap : SLOTS_MIN;
		p->ids = tp_calloc(p->idcap, sizeof(*p->ids));
		p->nids = 0;
		for (i = 0; i < oldcap; i++)
			if (old[i] != 0)
				tp_pane_note(p, old[i]);
		free(old);
	}
	for (s = id & (p->idcap - 1); p->ids[s] != 0;
	    s = (s + 1) & (p->idcap - 1))
		if (p->ids[s] == id)
			return false;
	p->ids[s] = id;
	p->nids++;
	return true;
}

void
tp_panes_renumber(struct tp_panes *p, const uint32_t *renumber)
{
	int64_t		i;
	uint32_t	j;

	for (i = p->base; i < p->top; i++) {
		struct tp_pane	*x = at(p, i);

		if (x->n == 0)
			continue;
		for (j = 0; j < x->n; j++)
			x->cells[j].key = renumber[x->cells[j].key];
		index_cells(x, x->nslots);
	}
}
