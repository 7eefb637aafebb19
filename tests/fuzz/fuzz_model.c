/*
 * Model files: as they are, and with the checksum put right, which no chance
 * would do.  What is accepted must forecast numbers, be written and read
 * again, and be exported, or there is no format for its kind.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "base/mem.h"
#include "exchange/exchange.h"

#define TRAILER	27

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void
use(const struct tp_modelfile *m)
{
	float		*x = tp_calloc(m->ncol + 1, sizeof(*x));
	double		 now = 40, last = NAN, lo, hi;
	double		*out = tp_calloc(m->nh, sizeof(*out));
	uint32_t	 seg = (uint32_t)m->segs.n - 1;
	struct tp_ask	 a = { 1, x, &now, &last, &seg,
	    m->slots_per_day - 1, 6 };
	size_t		 h, cell;

	m->kind->predict(m->state, &a, out);
	for (h = 0; h < m->nh && m->iv.nseg > 0; h++) {
		cell = tp_intervals_cell(&m->iv, seg, h, out[h]);
		tp_intervals_get(&m->iv, cell, &lo, &hi);
		if (!(tp_intervals_prob(&m->iv, cell, out[h], 0, 9) >= 0))
			abort();
	}
	free(x);
	free(out);
}

static void
export(const struct tp_modelfile *m)
{
	struct tp_buf	b = { 0 };
	struct tp_err	e = { 0 };

	if (tp_export_onnx(m, &b, &e) != 0 && e.code != TP_EXIT_USAGE)
		abort();
	b.n = 0;
	if (tp_export_safetensors(m, &b, &e) != 0 && e.code != TP_EXIT_USAGE)
		abort();
	tp_buf_release(&b);
}

static void
try(const char *p, size_t n)
{
	struct tp_modelfile	 m = { 0 }, again = { 0 };
	struct tp_buf		 b = { 0 };
	struct tp_err		 e = { 0 };
	char			*copy = tp_malloc(n + 1);

	memcpy(copy, p, n);
	if (tp_modelfile_read(&m, copy, n, &e) == 0) {
		use(&m);
		export(&m);
		tp_modelfile_write(&m, &b);
		if (tp_modelfile_read(&again, b.p, b.n, &e) != 0)
			abort();
		tp_modelfile_release(&again);
		tp_modelfile_release(&m);
	} else if (e.code != TP_EXIT_DATA || e.text[0] == '\0') {
		abort();
	}
	tp_buf_release(&b);
	free(copy);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	char	*copy, sum[TRAILER + 1];

	try((const char *)data, n);
	if (n < TRAILER)
		return 0;
	copy = tp_malloc(n);
	memcpy(copy, data, n);
	snprintf(sum, sizeof(sum), "\nchecksum %016llx\n", (unsigned long long)
	    tp_hash(copy, n - TRAILER, TP_MODELFILE_FORMAT));
	memcpy(copy + n - TRAILER, sum, TRAILER);
	try(copy, n);
	free(copy);
	return 0;
}
