/*
 * Any lines into tp_plot_filter: the first byte says what is drawn, lines
 * that begin with '+' are readings to compare with.  Scripts must hold
 * nothing that gnuplot runs.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "plot/plot.h"

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
draw(struct tp_plot *p, enum tp_page_kind kind, struct tp_tz *tz)
{
	struct tp_page	page = {
		.kind = kind, .width = kind == TP_PAGE_TEXT ? 60 : 300,
		.height = kind == TP_PAGE_TEXT ? 20 : 200, .tz = tz,
		.tz_name = "UTC", .colour = true,
	};
	struct tp_buf	b = { 0 };
	struct tp_err	e = { 0 };
	bool		script;

	if (tp_plot_draw(p, &page, &b, &script, &e) != 0) {
		if (e.code == 0)
			abort();
	} else if (script && (memchr(b.p, '`', b.n) != NULL ||
	    memchr(b.p, '\033', b.n) != NULL)) {
		abort();
	}
	tp_buf_release(&b);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct tp_tz		 utc = { .utc = true };
	struct tp_plot_conf	 conf = {
		.ntruth = 1, .step_ms = 5 * TP_MINUTE, .tz = &utc,
		.from = INT64_MIN, .to = INT64_MAX, .max_keys = 30,
		.max_readings = 1000,
	};
	struct tp_buf		 text = { 0 }, sink = { 0 };
	uint64_t		 lines = 0;
	struct tp_out		 out = { .bufs = &sink, .nbufs = 1,
					 .lines = &lines, .reject = refuse };
	struct tp_rec		 r = { .source = "fuzz",
					 .assume = TP_UNIT_KMH };
	struct tp_plot		 p = { 0 };
	struct tp_err		 e = { 0 };
	size_t			 at = 1, k;

	if (n < 1)
		return 0;
	conf.kind = (enum tp_plot_kind)(data[0] % 5);
	conf.unit = (enum tp_unit)(data[0] / 5 % 3);
	memset(tp_buf_room(&text, n + TP_JSON_PAD), 0, n + TP_JSON_PAD);
	memcpy(text.p, data, n);
	text.p[n] = '\n';
	tp_plot_filter.init(&p, &conf, &e);
	for (; at <= n; at += k + 1) {
		char	*line = text.p + at;

		k = (size_t)((char *)memchr(line, '\n', n + 1 - at) - line);
		r.input = k == 0 || *line != '+';
		if (tp_rec_parse(&r, line + !r.input, k - !r.input) == 0)
			tp_plot_filter.record(&p, &r, &out);
	}
	draw(&p, data[0] & 64 ? TP_PAGE_TEXT : TP_PAGE_SVG, &utc);
	tp_plot_filter.clear(&p);
	tp_rec_release(&r);
	tp_buf_release(&sink);
	tp_buf_release(&text);
	return 0;
}
