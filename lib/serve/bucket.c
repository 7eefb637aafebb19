#include "serve/bucket.h"

#include "base/clock.h"

static double
used_now(const struct tp_bucket *x, double limit, int64_t now_ms)
{
	double	used = x->used - (double)(now_ms - x->at_ms) * limit /
	    (double)TP_MINUTE;

	return x->at_ms == 0 || used < 0 ? 0 : used;
}

bool
tp_bucket_take(struct tp_buckets *b, uint64_t key, int64_t limit,
    int64_t now_ms, int64_t *left, int64_t *wait_ms)
{
	struct tp_bucket	*set = b->v[key % TP_BUCKET_SETS], *x = set;
	double			 most = (double)limit;
	bool			 ok;
	int			 i;

	for (i = 0; i < TP_BUCKET_WAYS; i++) {
		if (set[i].at_ms != 0 && set[i].key == key) {
			x = &set[i];
			break;
		}
		if (used_now(&set[i], most, now_ms) <
		    used_now(x, most, now_ms))
			x = &set[i];
	}
	if (x->at_ms == 0 || x->key != key)
		*x = (struct tp_bucket){ .key = key };
	x->used = used_now(x, most, now_ms);
	x->at_ms = now_ms;
	ok = x->used + 1 <= most;
	if (ok)
		x->used += 1;
	*left = (int64_t)(most - x->used);
	*wait_ms = *left > 0 ? 0 : (int64_t)((x->used + 1 - most) *
	    (double)TP_MINUTE / most) + 1;
	return ok;
}
