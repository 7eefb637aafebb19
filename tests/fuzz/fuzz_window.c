/*
 * Any lines into the window filter, under settings that the first seven bytes
 * choose: each line it writes must be a record, and a state rebuilt somewhere
 * must go on as the straight one does.
 */
#include "rebuilt.h"
#include "window/window.h"

#define NOW	INT64_C(1800000000000)
#define HEAD	7

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void
choose(struct tp_window_conf *c, const uint8_t *d)
{
	static const int64_t	sizes[] = { 1, 1000, 60000, 300000, 86400000 };

	*c = tp_window_defaults;
	c->size = sizes[d[0] % 5] * (1 + d[1] % 12);
	c->slide = d[1] & 16 ? c->size / (1 + d[1] % 12) : c->size;
	c->offset = d[1] & 32 ? 777 : 0;
	c->by = (enum tp_window_by)(d[2] % 3);
	tp_tiling_parse(&c->tiling, "grid:250m");
	c->delay = d[2] & 16 ? c->size / 2 : 0;
	c->grace = d[2] & 32 ? c->size * 2 : 0;
	c->late = (enum tp_window_late)(d[3] % 4);
	c->emit = (enum tp_window_emit)(d[3] / 4 % 3);
	c->fill = (enum tp_window_fill)(d[3] / 16 % 3);
	c->fill_for = 10 * c->size;
	c->dedupe = d[4] & 1 ? "event_id" : NULL;
	c->time_field = d[4] & 2 ? "seen" : NULL;
	c->min_n = d[4] / 4 % 4;
	c->unit = (enum tp_unit)(d[4] / 16 % 3);
	c->levels.ratio = d[4] & 128;
	c->hold = d[5] & 1;
	/* --fill forgets whom it remembers only below this limit */
	if (d[5] & 2 && c->fill == TP_WINDOW_FILL_NONE)
		c->max_keys = 2;
	if (d[5] & 4)
		tp_window_aggs_parse(&c->aggs, "p0,p99.9,last,std,mean");
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct tp_window_conf	c;
	struct tp_err		e = { 0 };
	struct tp_buf		log = { 0 };
	struct rebuild		b = { .filter = &tp_window_filter, .conf = &c,
	    .now_ms = NOW };
	struct rebuild_run	x;

	if (n < HEAD)
		return 0;
	choose(&c, data);
	if (tp_window_conf_check(&c, &e) < 0)
		return 0;
	tp_buf_add(&log, (const char *)data + HEAD, n - HEAD);
	if (log.n == 0 || log.p[log.n - 1] != '\n')
		tp_buf_char(&log, '\n');
	memset(tp_buf_room(&log, TP_JSON_PAD), 0, TP_JSON_PAD);
	b.log = log.p;
	b.n = log.n;
	rebuild_start(&x, &b);
	rebuild_feed(&x, b.n);
	rebuild_end(&x);
	check_records(&x.bufs[0]);
	rebuild_stop(&x);
	rebuild_check_at(&b, rebuild_line(&b, b.n * data[6] / 256));
	tp_buf_release(&log);
	return 0;
}
