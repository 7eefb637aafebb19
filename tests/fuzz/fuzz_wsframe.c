/* Frames of a WebSocket client, one behind the other. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "serve/wsframe.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct tp_ws_frame	 f;
	uint8_t			*p;
	size_t			 at = 0, left;
	ssize_t			 k;

	do {
		/* a copy of just what there is, so that to read on is seen */
		left = n - at < TP_WS_IN ? n - at : TP_WS_IN;
		p = tp_malloc(left);
		if (left > 0)
			memcpy(p, data + at, left);
		k = tp_ws_parse(&f, p, left);
		if (k > 0 && ((size_t)k > left || f.n > TP_WS_MAX ||
		    f.p != (char *)p + k - f.n))
			abort();
		/* a whole frame always fits */
		if (k == 0 && left == TP_WS_IN)
			abort();
		free(p);
		at += k > 0 ? (size_t)k : 0;
	} while (k > 0);
	return 0;
}
