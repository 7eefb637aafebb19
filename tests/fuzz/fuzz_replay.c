/*
 * The readers of CSV and event files: whatever comes, each line written is a
 * JSON object, and how the bytes are cut into blocks makes no difference.
 * The first byte picks the format, the second the size of blocks.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "data/flow.h"
#include "data/replay.h"
#include "data/sensors.h"
#include "data/taxi.h"

#define LINES_MAX	20000

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

struct sink {
	struct tp_out	 out;		/* first: callbacks cast it back */
	struct tp_buf	 main, rejects;
	uint64_t	 lines;
	struct tp_err	 e;
	int		 rc;
};

static int
end_line(struct tp_out *o, unsigned which, const char *key, size_t keylen,
    int64_t t)
{
	struct sink		*s = (struct sink *)o;
	struct tp_buf		*b = &o->bufs[which];
	struct tp_json_obj	 obj = { 0 };
	size_t			 len = b->n - 1 - o->start;

	(void)t;
	if (keylen > 0 && memchr(key, '\n', keylen) != NULL)
		abort();
	memset(tp_buf_room(b, TP_JSON_PAD), 0, TP_JSON_PAD);
	if (b->p[b->n - 1] != '\n' ||
	    tp_json_object(&obj, b->p + o->start, len) == -1) {
		fprintf(stderr, "%.*s: %s\n", (int)len, b->p + o->start,
		    obj.why);
		abort();
	}
	tp_json_obj_release(&obj);
	return ++s->lines < LINES_MAX ? 0 : -1;
}

static int
reject(struct tp_out *o, const struct tp_rec *r, const char *rule,
    const char *reason)
{
	struct sink	*s = (struct sink *)o;

	tp_buf_printf(&s->rejects, "%llu %s %s ",
	    (unsigned long long)r->lineno, rule, reason);
	tp_buf_add(&s->rejects, r->line, r->len);
	return s->rejects.n < 1000000 ? 0 : -1;
}

/* Gives the bytes in blocks of `size`, each in memory of its own. */
static void
run(struct sink *s, const struct tp_replay_conf *conf, const uint8_t *data,
    size_t n, size_t size)
{
	const struct tp_reader	*r = &tp_replay_reader;
	void			*st = calloc(1, r->size);
	char			*block;
	size_t			 k;

	*s = (struct sink){ .out = {
		.bufs = &s->main, .nbufs = 1, .lines = &s->lines,
		.end = end_line, .reject = reject,
	} };
	s->rc = r->init(st, conf, &s->e);
	if (s->rc == 0)
		s->rc = r->open(st, "stdin", 0, &s->e);
	while (s->rc == 0 && n > 0) {
		k = n < size ? n : size;
		block = calloc(1, k + TP_JSON_PAD);
		memcpy(block, data, k);
		s->rc = r->bytes(st, block, k, &s->out, &s->e);
		free(block);
		data += k;
		n -= k;
	}
	if (s->rc == 0)
		s->rc = r->close(st, &s->out, &s->e);
	r->clear(st);
	free(st);
}

static void
same(const struct tp_buf *a, const struct tp_buf *b)
{
	if (a->n != b->n || (a->n > 0 && memcmp(a->p, b->p, a->n) != 0))
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static struct tp_tz	tz = { .utc = true };
	struct tp_sensors	sensors = { 0 };
	struct tp_shapes	shapes = { 0 };
	struct tp_taxi_conf	taxi = {
		.every = TP_HOUR / 6, .box = { -90, -180, 90, 180 },
		.zones = &sensors, .memory = 500, .files = 1,
	};
	struct tp_replay_conf	conf = {
		.unit = TP_UNIT_MPH, .has_missing = true, .from = INT64_MIN,
		.to = INT64_MAX, .rebase = TP_TIME_NONE, .tz = &tz,
		.max_line = 2000, .sensors = &sensors, .shapes = &shapes,
		.taxi = &taxi,
	};
	struct tp_err		e;
	struct sink		a, b;
	char			table[] =
	    "id,lat,lon,road\na,1,1,r\n\"b\",2,1.1,\n"
	    "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0";

	if (n < 2)
		return 0;
	if (tp_sensors_parse(&sensors, "table", table, strlen(table), &e) ==
	    -1)
		abort();
	conf.format = data[0] & 7;
	if (data[0] & 0x40)
		conf.rebase = 0;
	if (data[0] & 0x20)
		conf.missing = -1;
	run(&a, &conf, data + 2, n - 2, n);
	/* the size where the format is looked for must not differ */
	run(&b, &conf, data + 2, n - 2, conf.format == TP_FORMAT_AUTO ? n :
	    1 + data[1] % 64u);
	same(&a.main, &b.main);
	same(&a.rejects, &b.rejects);
	if (a.rc != b.rc || (a.rc == -1) != (a.e.code != 0))
		abort();
	tp_buf_release(&a.main);
	tp_buf_release(&a.rejects);
	tp_buf_release(&b.main);
	tp_buf_release(&b.rejects);
	tp_sensors_release(&sensors);
	tp_shapes_release(&shapes);
	return 0;
}
