#include "serve/cellbox.h"

#include <string.h>

#define FIRST	1e-5		/* degrees, the first step out */
#define STEPS	30		/* halvings: far below a metre */

static bool
inside(const struct tp_tiling *t, const char *id, size_t n, double lat,
    double lon)
{
	char	tile[TP_TILE_MAX];

	return lat >= -90 && lat <= 90 && lon >= -180 && lon <= 180 &&
	    tp_tile_of(t, lat, lon, tile) == n && memcmp(tile, id, n) == 0;
}

/* How far in degrees the cell goes on in a direction. */
static double
reach(const struct tp_tiling *t, const char *id, size_t n, double lat,
    double lon, double north, double east)
{
	double	in = 0, out = FIRST, d;
	int	i;

	while (out < 180 && inside(t, id, n, lat + out * north,
	    lon + out * east)) {
		in = out;
		out *= 2;
	}
	for (i = 0; i < STEPS; i++) {
		d = (in + out) / 2;
		if (inside(t, id, n, lat + d * north, lon + d * east))
			in = d;
		else
			out = d;
	}
	return in;
}

bool
tp_cellbox(const struct tp_tiling *t, const char *id, size_t n, double lat,
    double lon, double box[4])
{
	if (!inside(t, id, n, lat, lon))
		return false;
	box[0] = lat - reach(t, id, n, lat, lon, -1, 0);
	box[1] = lon - reach(t, id, n, lat, lon, 0, -1);
	box[2] = lat + reach(t, id, n, lat, lon, 1, 0);
	box[3] = lon + reach(t, id, n, lat, lon, 0, 1);
	return true;
}
