/* Weights in .npz form: what is taken is an LSTM that forecasts numbers. */
#include <stdlib.h>

#include "base/mem.h"
#include "exchange/exchange.h"

#define LEARNED	((64 + 2) * 256 + (64 + 1) * 32 + (32 + 1))

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static char		 lags[2][16] = { "lag_0_mph", "lag_1_mph" };
	static char		*columns[] = { lags[0], lags[1] };
	static const double	 none = 0;
	static const float	 row[2] = { 55, 40 };
	const uint32_t		 seg = 0;
	struct tp_modelfile	 m = {
		.kind = &tp_model_lstm, .columns = columns, .ncol = 2,
		.nh = 1, .steps = { 1 }, .slots_per_day = 288,
	};
	struct tp_ask		 a = { 1, row, &none, &none, &seg, 0, 0 };
	struct tp_shape		 s;
	struct tp_err		 e = { 0 };
	size_t			 size = 5 * sizeof(double) +
				    LEARNED * sizeof(float);
	char			*zeros = tp_calloc(size, 1);
	double			 out;

	tp_map_add(&m.segs, "1", 1);
	s = tp_modelfile_shape(&m);
	m.state = m.kind->load(zeros, size, &s, &e);
	free(zeros);
	if (m.state == NULL)
		abort();
	if (tp_import_keras(&m, (const char *)data, n, &e) != 0 &&
	    e.code != TP_EXIT_DATA)
		abort();
	m.kind->predict(m.state, &a, &out);
	if (!(out >= 0))
		abort();
	m.kind->free(m.state);
	tp_map_release(&m.segs);
	return 0;
}
