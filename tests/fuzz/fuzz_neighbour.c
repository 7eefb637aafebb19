/* Any bytes as a table of distances; means over what was read are sound. */
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "feat/neighbour.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct tp_neighbours	 g = { 0 };
	struct tp_err	 e = { 0 };
	double		*v;
	size_t		 i;
	int		 up, down;

	if (tp_neighbours_read(&g, (const char *)data, n, "fuzz", &e) != 0) {
		if (e.code != TP_EXIT_DATA)
			abort();
		return 0;
	}
	v = tp_calloc(g.ids.n, sizeof(*v));
	for (i = 0; i < g.ids.n; i++)
		v[i] = i % 3 == 0 ? (double)NAN : 50;
	for (i = 0; i < g.ids.n; i++) {
		double	a = tp_neighbours_upstream(&g, i, v, &up);
		double	b = tp_neighbours_downstream(&g, i, v, &down);

		if (up < 0 || down < 0 || (up == 0 && !isnan(a)) ||
		    (!isnan(a) && fabs(a - 50) > 1e-9) ||
		    (!isnan(b) && fabs(b - 50) > 1e-9))
			abort();
	}
	free(v);
	tp_neighbours_release(&g);
	return 0;
}
