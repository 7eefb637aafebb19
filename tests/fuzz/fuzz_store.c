/*
 * Records into rows and back: what is taken comes back as the same bytes, but
 * for blanks; and any text as the shape of a row, as a spoilt store has it.
 */
#include <stdlib.h>

#include "store/batch.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* The same value: a second reading of the line gives the same row. */
static void
check_row(const struct tp_batch *b, size_t kind, const struct tp_row *r)
{
	const struct tp_table	*t = &tp_tables[kind];
	struct tp_cells		 c = tp_batch_cells(b, t, r);
	struct tp_shape		 s;
	struct tp_buf		 line = { 0 };
	struct tp_rec		 rec = { 0 };
	struct tp_batch		 two = { 0 };
	const char		*field;

	if (tp_batch_is_part(b, r))
		return;
	if (tp_shape_init(&s, t, b->shapes.keys[r->shape].p,
	    b->shapes.keys[r->shape].n) != 0 ||
	    tp_shape_write(&s, t, &c, &line) != 0)
		abort();
	/* as long as the line that came, or shorter by its blanks */
	if (line.n > r->linelen)
		abort();
	memset(tp_buf_room(&line, TP_JSON_PAD), 0, TP_JSON_PAD);
	if (tp_rec_parse(&rec, line.p, line.n) != 0 ||
	    tp_batch_add(&two, &rec, 0, 0, &field) != NULL ||
	    two.kind[kind].n == 0 || two.shapes.keys[0].n !=
	    b->shapes.keys[r->shape].n)
		abort();
	tp_rec_release(&rec);
	tp_batch_release(&two);
	tp_shape_release(&s);
	tp_buf_release(&line);
}

static void
try_shape(const char *p, size_t n)
{
	struct tp_cells	c = { .segment = "s", .segmentlen = 1,
			    .rest = { "[1,\"a\"]", 7 } };
	struct tp_shape	s;
	struct tp_buf	b = { 0 };
	size_t		k;

	for (k = 0; k < TP_STORE_KINDS; k++) {
		if (tp_shape_init(&s, &tp_tables[k], p, n) != 0)
			continue;
		tp_shape_write(&s, &tp_tables[k], &c, &b);
		tp_shape_release(&s);
		b.n = 0;
	}
	tp_buf_release(&b);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct tp_batch	b = { .keep_lines = true };
	struct tp_rec	r = { 0 };
	struct tp_buf	log = { 0 };
	const char	*p, *nl, *field;
	size_t		k, i;

	if (n == 0)
		return 0;
	try_shape((const char *)data, n);
	tp_buf_add(&log, (const char *)data, n);
	tp_buf_char(&log, '\n');
	memset(tp_buf_room(&log, TP_JSON_PAD), 0, TP_JSON_PAD);
	for (p = log.p; (nl = memchr(p, '\n', (size_t)(log.p + log.n - p))) !=
	    NULL; p = nl + 1)
		if (tp_rec_parse(&r, p, (size_t)(nl - p)) == 0)
			tp_batch_add(&b, &r, 0, 0, &field);
	tp_batch_sort(&b);
	for (k = 0; k < TP_STORE_KINDS; k++)
		for (i = 0; i < b.kind[k].n; i++)
			check_row(&b, k, &b.kind[k].v[i]);
	tp_batch_release(&b);
	tp_rec_release(&r);
	tp_buf_release(&log);
	return 0;
}
