#include "plot/speedcolour.h"

static const struct tp_rgb	stops[TP_SPEED_STOPS] = {
	{ 0x80, 0x00, 0x26 }, { 0xd7, 0x30, 0x27 }, { 0xfd, 0xae, 0x61 },
	{ 0xff, 0xf2, 0xb5 }, { 0x8e, 0xc3, 0xde }, { 0x2f, 0x4b, 0x9e },
};

struct tp_rgb
tp_speed_stop(int i)
{
	return stops[i];
}

double
tp_speed_step(enum tp_unit unit)
{
	return unit == TP_UNIT_MPH ? 15 : 20;
}

struct tp_rgb
tp_speed_colour(double speed, enum tp_unit unit)
{
	double			x = speed / tp_speed_step(unit), f;
	const struct tp_rgb	*a, *b;
	int			i;

	if (!(x > 0))
		return stops[0];
	if (x >= TP_SPEED_STOPS - 1)
		return stops[TP_SPEED_STOPS - 1];
	i = (int)x;
	f = x - i;
	a = &stops[i];
	b = &stops[i + 1];
	return (struct tp_rgb){
		(int)(a->red + f * (b->red - a->red) + 0.5),
		(int)(a->green + f * (b->green - a->green) + 0.5),
		(int)(a->blue + f * (b->blue - a->blue) + 0.5),
	};
}

/* The cube's levels are 0, 95, 135, 175, 215, 255. */
static int
cube(int v)
{
	return v < 48 ? 0 : v < 115 ? 1 : (v - 35) / 40;
}

int
tp_rgb_ansi(struct tp_rgb c)
{
	return 16 + 36 * cube(c.red) + 6 * cube(c.green) + cube(c.blue);
}
