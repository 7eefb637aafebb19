/* Any bytes as profile records; what was read survives being written. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "feat/trail.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void
check_means(const struct tp_trail *t)
{
	struct tp_trail_time	at;
	size_t			seg;
	double			v;

	for (seg = 0; seg < t->ids.n; seg++)
		for (at.day = 0; at.day < 7; at.day++)
			for (at.slot = 0; at.slot < t->slots; at.slot++) {
				v = tp_trail_at(t, seg, at);
				if (!isnan(v) && !(v >= 0 && v <= 1000))
					abort();
			}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct tp_trail	t = { 0 }, again = { 0 };
	struct tp_buf	in = { 0 }, a = { 0 }, b = { 0 };
	struct tp_err	e = { 0 };

	tp_buf_add(&in, (const char *)data, n);
	memset(tp_buf_room(&in, TP_JSON_PAD), 0, TP_JSON_PAD);
	if (tp_trail_read(&t, in.p, n, "fuzz", &e) != 0) {
		if (e.code != TP_EXIT_DATA || t.slots != 0)
			abort();
		tp_buf_release(&in);
		return 0;
	}
	check_means(&t);
	tp_trail_write(&t, &a);
	memset(tp_buf_room(&a, TP_JSON_PAD), 0, TP_JSON_PAD);
	/* a table of which no day is known is written as nothing */
	if (a.n > 0) {
		if (tp_trail_read(&again, a.p, a.n, "again", &e) != 0)
			abort();
		tp_trail_write(&again, &b);
		if (a.n != b.n || memcmp(a.p, b.p, a.n) != 0)
			abort();
	}
	tp_trail_release(&t);
	tp_trail_release(&again);
	tp_buf_release(&in);
	tp_buf_release(&a);
	tp_buf_release(&b);
	return 0;
}
