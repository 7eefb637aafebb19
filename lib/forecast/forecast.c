#include "forecast/forecast.h"

#include <math.h>

#include "forecast/score.h"

#define LARGEST	9999.0

double
tp_forecast_speed(double raw)
{
	if (!(raw > 0))			/* NAN too */
		return 0;
	return tp_fixed(raw < LARGEST ? raw : LARGEST, TP_FORECAST_DECIMALS);
}

/* The speeds from <= v < to of a congestion level, in the model's unit. */
static void
limits(const struct tp_forecaster *f, size_t seg, int level, double *from,
    double *to)
{
	double	scale = f->levels.ratio ?
	    (f->free_flow != NULL ? (double)f->free_flow[seg] : 0) :
	    tp_speed_convert(1, TP_UNIT_MPH, f->in);

	*from = level < 5 ? f->levels.mph[level - 1] * scale : -INFINITY;
	*to = level > 1 ? f->levels.mph[level - 2] * scale : INFINITY;
}

static double
publish(const struct tp_forecaster *f, double v)
{
	return f->in == f->out ? v :
	    tp_forecast_speed(tp_speed_convert(v, f->in, f->out));
}

void
tp_forecast_make(const struct tp_forecaster *f, size_t seg, size_t h,
    double raw, const struct tp_forecast_shift *s, struct tp_forecast *out)
{
	double	speed = tp_forecast_speed(s == NULL ? raw : raw + s->bias);
	double	lo, hi;
	size_t	cell;

	out->speed = publish(f, speed);
	out->lower = out->upper = out->confidence = (double)NAN;
	out->level = tp_level(&f->levels, out->speed, f->levels.ratio &&
	    f->free_flow != NULL ? tp_speed_convert((double)f->free_flow[seg],
	    f->in, f->out) : (double)NAN, f->out);
	out->class = f->classes == NULL ? -1 : tp_class_of(f->classes, speed,
	    f->free_flow != NULL ? (double)f->free_flow[seg] : (double)NAN);
	if (f->iv == NULL)
		return;
	cell = tp_intervals_cell(f->iv, seg, h, speed);
	if (tp_intervals_get(f->iv, cell, &lo, &hi)) {
		if (s != NULL) {
			lo += lo * s->wider + s->lo;
			hi = fmax(lo, hi + hi * s->wider + s->hi);
		}
		out->lower = publish(f, tp_forecast_speed(speed + lo));
		out->upper = publish(f, tp_forecast_speed(speed + hi));
	}
	if (out->level > 0) {
		limits(f, seg, out->level, &lo, &hi);
		out->confidence = tp_fixed(tp_intervals_prob(f->iv, cell,
		    speed, lo, hi), 3);
	}
}
