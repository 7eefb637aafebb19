#include "data/drive.h"

#include <math.h>

#define UP	1.5			/* m/s2 */
#define DOWN	2.0

/*
 * With the speed v the way is v T - v^2 k, k = 1 / 2 UP + 1 / 2 DOWN: the
 * lesser root of that.  Where there is none, k is made smaller until there is
 * one, v = 2 L / T.
 */
void
tp_drive_init(struct tp_drive *d, double metres, double seconds)
{
	double	k = 0.5 / UP + 0.5 / DOWN, harder = 1;
	double	root = seconds * seconds - 4 * k * metres;

	*d = (struct tp_drive){ .metres = metres, .seconds = seconds };
	if (root > 0) {
		/* as (T - sqrt(root)) / 2k, without taking equals apart */
		d->speed = 2 * metres / (seconds + sqrt(root));
	} else {
		d->speed = 2 * metres / seconds;
		harder = 4 * k * metres / (seconds * seconds);
	}
	d->up = d->speed / (UP * harder);
	d->down = d->speed / (DOWN * harder);
}

double
tp_drive_at(const struct tp_drive *d, double s, double *speed)
{
	double	left = d->seconds - s;

	if (s <= 0 || left <= 0) {
		*speed = 0;
		return s <= 0 ? 0 : d->metres;
	}
	if (s < d->up) {
		*speed = d->speed * s / d->up;
		return *speed * s / 2;
	}
	if (left < d->down) {
		*speed = d->speed * left / d->down;
		return d->metres - *speed * left / 2;
	}
	*speed = d->speed;
	return d->speed * (s - d->up / 2);
}
