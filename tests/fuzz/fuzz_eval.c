/*
 * Any lines into tp_join_filter: the first byte says what is written, lines
 * that begin with '+' are readings.  Records it writes must read back.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "forecast/join.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static int
refuse(struct tp_out *o, const struct tp_rec *r, const char *rule,
    const char *reason)
{
	(void)o;
	(void)r;
	if (rule == NULL || reason == NULL)
		abort();
	return 0;
}

static void
read_back(const struct tp_buf *b)
{
	struct tp_rec	 r = { 0 };
	const char	*p = b->p, *end = b->p + b->n;

	while (p < end) {
		const char	*nl = memchr(p, '\n', (size_t)(end - p));

		if (nl == NULL || tp_rec_parse(&r, p, (size_t)(nl - p)) != 0)
			abort();
		p = nl + 1;
	}
	tp_rec_release(&r);
}

static void
give(struct tp_join *j, struct tp_rec *r, char *p, size_t n,
    struct tp_out *out)
{
	r->input = n > 0 && *p == '+' ? 0 : 1;
	if (r->input == 0) {
		p++;
		n--;
	}
	if (tp_rec_parse(r, p, n) == 0)
		tp_join_filter.record(j, r, out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct tp_tz		 utc = { .utc = true };
	struct tp_join_conf	 conf = {
		.ntruth = 1, .step_ms = 5 * TP_MINUTE, .tz = &utc,
		.tz_name = "UTC", .from = INT64_MIN, .to = INT64_MAX,
		.levels = tp_levels_default, .alpha = 0.1, .split = "eval",
		.drift_ms = TP_HOUR, .drift_limit = 1.25, .max_keys = 30,
		.max_readings = 1000,
	};
	struct tp_buf		 text = { 0 }, sink = { 0 };
	uint64_t		 lines = 0;
	struct tp_out		 out = { .bufs = &sink, .nbufs = 1,
					 .lines = &lines, .reject = refuse };
	struct tp_rec		 r = { .source = "fuzz",
					 .assume = TP_UNIT_KMH };
	struct tp_join		 j = { 0 };
	struct tp_err		 e = { 0 };
	size_t			 at = 1, k;

	if (n < 1)
		return 0;
	conf.by = (enum tp_by)(data[0] % 4);
	conf.table = data[0] & 16;
	memset(tp_buf_room(&text, n + TP_JSON_PAD), 0, n + TP_JSON_PAD);
	memcpy(text.p, data, n);
	text.p[n] = '\n';
	tp_join_filter.init(&j, &conf, &e);
	for (; at <= n; at += k + 1) {
		k = (size_t)((char *)memchr(text.p + at, '\n', n + 1 - at) -
		    (text.p + at));
		give(&j, &r, text.p + at, k, &out);
	}
	tp_join_filter.end(&j, &out);
	memset(tp_buf_room(&sink, TP_JSON_PAD), 0, TP_JSON_PAD);
	if (!conf.table)
		read_back(&sink);
	tp_join_filter.clear(&j);
	tp_rec_release(&r);
	tp_buf_release(&sink);
	tp_buf_release(&text);
	return 0;
}
