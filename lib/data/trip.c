#include "data/trip.h"

#include "base/mem.h"

static int
sign(int64_t a, int64_t b)
{
	return (a > b) - (a < b);
}

int
tp_trip_compare(const struct tp_trip *a, const struct tp_trip *b)
{
	if (a->from != b->from)
		return sign(a->from, b->from);
	if (a->to != b->to)
		return sign(a->to, b->to);
	return (a->id > b->id) - (a->id < b->id);
}

static bool
before(const struct tp_wait *a, const struct tp_wait *b)
{
	if (a->t != b->t)
		return a->t < b->t;
	if (a->then != b->then)
		return a->then < b->then;
	return a->id < b->id;
}

void
tp_queue_release(struct tp_queue *q)
{
	free(q->v);
	*q = (struct tp_queue){ 0 };
}

void
tp_queue_push(struct tp_queue *q, struct tp_wait w)
{
	size_t	i = q->n, up;

	TP_GROW(q->v, q->cap, q->n + 1);
	q->n++;
	for (; i > 0; i = up) {
		up = (i - 1) / 2;
		if (!before(&w, &q->v[up]))
			break;
		q->v[i] = q->v[up];
	}
	q->v[i] = w;
}

void
tp_queue_replace(struct tp_queue *q, struct tp_wait w)
{
	size_t	i = 0, c;

	while ((c = 2 * i + 1) < q->n) {
		if (c + 1 < q->n && before(&q->v[c + 1], &q->v[c]))
			c++;
		if (!before(&q->v[c], &w))
			break;
		q->v[i] = q->v[c];
		i = c;
	}
	q->v[i] = w;
}

struct tp_wait
tp_queue_pop(struct tp_queue *q)
{
	struct tp_wait	first = q->v[0], last = q->v[--q->n];

	if (q->n > 0)
		tp_queue_replace(q, last);
	return first;
}
