/*
 * Records and tp-validate's filter: the first byte picks the conf, the rest
 * is lines.  What is written must be one flat object a line, with each name
 * once, that reads as an event again.
 */
#include <stdlib.h>
#include <string.h>

#include "rec/check.h"
#include "rebuilt.h"
#include "../unit/parseline.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static int
count_reject(struct tp_out *o, const struct tp_rec *r, const char *rule,
    const char *reason)
{
	(void)o;
	if (r->line == NULL || *rule == '\0' || *reason == '\0')
		abort();
	return 0;
}

/* Everything else that reads a record. */
static void
use_record(const struct tp_rec *r)
{
	struct tp_tz		utc = { .utc = true };
	struct tp_reading	g;
	struct tp_horizon	h[4];
	const char		*why, *field;
	unsigned		f;
	int64_t			t;
	double			d;

	for (f = TP_F_NONE + 1; f < TP_F_MAX; f++) {
		tp_rec_num(r, (enum tp_field)f, &d);
		tp_rec_int(r, (enum tp_field)f, &t);
		tp_rec_time(r, (enum tp_field)f, &utc, &t, &why);
		if (r->at[f] != NULL)
			tp_level_of(r->at[f]);
	}
	if (tp_reading_get(r, &g, &why, &field) == 0 && g.idlen == 0)
		abort();
	tp_rec_horizons(r, h, 4);
}

/* The line written: it parses and has what events have. */
static void
check_output(struct tp_buf *b)
{
	struct tp_rec	r = { 0 };

	memset(tp_buf_room(b, TP_JSON_PAD), 0, TP_JSON_PAD);
	if (b->n == 0)
		return;
	if (b->p[b->n - 1] != '\n' || memchr(b->p, '\n', b->n - 1) != NULL ||
	    tp_rec_parse(&r, b->p, b->n - 1) != 0 || r.nested ||
	    r.at[TP_F_SEGMENT_ID] == NULL || r.at[tp_rec_when(&r)] == NULL ||
	    r.at[tp_rec_when(&r)]->type != TP_JSON_NUM ||
	    r.at[TP_F_VALIDATION_STATUS] == NULL)
		abort();
	tp_rec_release(&r);
	b->n = 0;
}

/* The line is to a record that saw others what it is to a new one. */
static void
compare(const struct tp_rec *r, int rc, const char *line, size_t len)
{
	struct tp_rec	new = { .assume = r->assume };

	assert_int_equal(tp_rec_parse(&new, line, len), rc);
	expect_same(r, &new);
	tp_rec_release(&new);
}

static void
run_lines(const uint8_t *data, size_t n, struct tp_rec *r, void *st,
    struct tp_out *out)
{
	const uint8_t	*nl;
	size_t		 len;
	char		*line;
	int		 rc;

	while (n > 0) {
		nl = memchr(data, '\n', n);
		len = nl != NULL ? (size_t)(nl - data) : n;
		line = malloc(len + TP_JSON_PAD);
		memcpy(line, data, len);
		memset(line + len, 0, TP_JSON_PAD);
		r->pos += (int64_t)len;
		rc = tp_rec_parse(r, line, len);
		compare(r, rc, line, len);
		if (rc == 0) {
			use_record(r);
			if (tp_check_filter.record(st, r, out) != 0)
				abort();
			check_output(&out->bufs[0]);
		} else if (r->o.why == NULL || r->o.at > len) {
			abort();
		}
		free(line);
		data += len;
		n -= len;
		if (n > 0) {
			data++;
			n--;
		}
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct tp_check_conf	conf = tp_check_defaults;
	struct tp_buf		buf = { 0 };
	uint64_t		lines = 0;
	struct tp_out		out = {
		.bufs = &buf, .nbufs = 1, .lines = &lines,
		.reject = count_reject,
	};
	struct tp_rec		r = { .now_ms = INT64_C(1767225600000) };
	struct tp_err		e;
	void			*st;

	if (n == 0)
		return 0;
	conf.units = (enum tp_unit)(data[0] % 3);
	conf.speed_unit = (enum tp_unit)(data[0] / 3 % 3);
	conf.volume_ms = data[0] / 9 % 2 * 5 * TP_MINUTE;
	conf.occupancy = (enum tp_check_occupancy)(data[0] / 18 % 3);
	conf.twins = (enum tp_check_twins)(data[0] / 54 % 3);
	conf.dedupe = data[0] % 5;
	st = calloc(1, tp_check_filter.size);
	if (tp_check_filter.init(st, &conf, &e) != 0)
		abort();
	run_lines(data + 1, n - 1, &r, st, &out);
	tp_check_filter.low(st);
	tp_check_filter.clear(st);
	free(st);
	tp_rec_release(&r);
	tp_buf_release(&buf);
	return 0;
}
