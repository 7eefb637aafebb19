/*
 * Any lines into tp_rowfilter; what it writes must read back as rows.  The
 * spec is read from the first line where that is one, and must survive being
 * printed.
 */
#include <stdlib.h>
#include <string.h>

#include "feat/rowfilter.h"
#include "feat/rowread.h"

#define NOW	INT64_C(1800000000000)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static int
refuse(struct tp_out *o, const struct tp_rec *r, const char *rule,
    const char *reason)
{
	(void)o;
	(void)r;
	(void)rule;
	(void)reason;
	return 0;
}

static void
read_spec(struct tp_feat_spec *s, const char *p, size_t n)
{
	struct tp_feat_spec	parsed, again;
	struct tp_buf		b = { 0 };

	if (tp_feat_spec_parse(&parsed, p, n) != 0)
		return;
	tp_feat_spec_print(&parsed, &b);
	if (tp_feat_spec_parse(&again, b.p, b.n) != 0 ||
	    again.step_ms != parsed.step_ms || again.lags != parsed.lags ||
	    again.groups != parsed.groups || again.unit != parsed.unit ||
	    again.max_gap_ms != parsed.max_gap_ms ||
	    again.expire_ms != parsed.expire_ms ||
	    again.nroll != parsed.nroll ||
	    again.ntargets != parsed.ntargets ||
	    again.graph_hash != parsed.graph_hash ||
	    strcmp(again.tz, parsed.tz) != 0)
		abort();
	tp_buf_release(&b);
	/* Longer ones only cost time here; other zones cannot be opened. */
	if (parsed.lags <= 20 && parsed.nroll <= 2 && parsed.roll[1] < 50 &&
	    parsed.ntargets <= 2 && parsed.targets[1] < 100 &&
	    parsed.expire_ms / parsed.step_ms <= 30 &&
	    strcmp(parsed.tz, "UTC") == 0)
		*s = parsed;
}

static void
read_rows(const struct tp_buf *b)
{
	struct tp_rowread	 rr = { 0 };
	struct tp_rec		 r = { 0 };
	struct tp_feat_row	 row;
	const char		*p = b->p, *end = b->p + b->n, *why, *field;

	while (p < end) {
		const char	*nl = memchr(p, '\n', (size_t)(end - p));

		if (nl == NULL || tp_rec_parse(&r, p, (size_t)(nl - p)) != 0 ||
		    tp_rowread_parse(&rr, &r, &row, &why, &field) != 0)
			abort();
		p = nl + 1;
	}
	tp_rec_release(&r);
	tp_rowread_release(&rr);
}

/* As a row, which it may be or not. */
static void
read_any(const struct tp_rec *r)
{
	struct tp_rowread	 rr = { 0 };
	struct tp_feat_row	 row;
	const char		*why, *field;

	if (tp_rowread_parse(&rr, r, &row, &why, &field) != 0 &&
	    (why == NULL || field == NULL))
		abort();
	tp_rowread_release(&rr);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct tp_grid_opts	 o = tp_grid_defaults;
	struct tp_buf		 text = { 0 }, sink = { 0 };
	uint64_t		 lines = 0;
	struct tp_out		 out = { .bufs = &sink, .nbufs = 1,
					 .lines = &lines, .reject = refuse };
	struct tp_rec		 r = { .source = "fuzz", .now_ms = NOW };
	struct tp_err		 e = { 0 };
	void			*st;
	size_t			 at = 0, k;

	memset(tp_buf_room(&text, n + TP_JSON_PAD), 0, n + TP_JSON_PAD);
	if (n > 0)
		memcpy(text.p, data, n);
	text.p[n] = '\n';
	o.max_keys = 20;
	o.spec.expire_ms = o.spec.max_gap_ms = TP_HOUR;
	st = tp_calloc(1, tp_rowfilter.size);
	for (; at < n; at += k + 1) {
		k = (size_t)((char *)memchr(text.p + at, '\n', n + 1 - at) -
		    (text.p + at));
		if (at == 0) {
			read_spec(&o.spec, text.p, k);
			if (tp_rowfilter.init(st, &o, &e) != 0)
				break;
		}
		r.pos = (int64_t)at;
		if (tp_rec_parse(&r, text.p + at, k) == 0) {
			read_any(&r);
			tp_rowfilter.record(st, &r, &out);
			if (tp_rowfilter.low(st) < 0)
				abort();
		}
	}
	if (at > n)
		tp_rowfilter.end(st, &out);
	memset(tp_buf_room(&sink, TP_JSON_PAD), 0, TP_JSON_PAD);
	read_rows(&sink);
	tp_rowfilter.clear(st);
	free(st);
	tp_rec_release(&r);
	tp_buf_release(&sink);
	tp_buf_release(&text);
	return 0;
}
