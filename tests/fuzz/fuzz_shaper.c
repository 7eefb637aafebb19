/*
 * --as: the first byte picks the shape, the rest is lines.  What is written
 * must be one JSON object; what is not has a reason.
 */
#include <stdlib.h>
#include <string.h>

#include "rec/shaper.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void
check(struct tp_shaper *s, int rc, struct tp_buf *b)
{
	struct tp_json_obj	o = { 0 };
	size_t			n;

	if (rc == 1) {
		memset(tp_buf_room(b, TP_JSON_PAD), 0, TP_JSON_PAD);
		if (tp_json_object(&o, b->p, b->n) != 0)
			abort();
		tp_json_obj_release(&o);
	} else if (b->n != 0) {
		abort();
	}
	if (rc == -1 && (*tp_shaper_why(s) == '\0' ||
	    tp_shaper_raw(s, &n) == NULL))
		abort();
	tp_shaper_unplaced(s);
	b->n = 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct tp_shape_conf	 conf = { .shape = TP_SHAPE_LA };
	struct tp_shaper	*s;
	struct tp_buf		 b = { 0 };
	const char		*p, *end, *nl;

	if (n == 0)
		return 0;
	conf.shape += data[0] % (TP_SHAPE_MAX - TP_SHAPE_LA);
	s = tp_shaper_new(&conf);
	end = (const char *)data + n;
	for (p = (const char *)data + 1; p < end; p = nl + 1) {
		nl = memchr(p, '\n', (size_t)(end - p));
		if (nl == NULL)
			nl = end;
		check(s, tp_shaper_line(s, p, (size_t)(nl - p), 0, &b), &b);
	}
	check(s, tp_shaper_end(s), &b);
	tp_shaper_free(s);
	tp_buf_release(&b);
	return 0;
}
