/* What a record says to alert rules. */
#include <math.h>

#include "alert/alertstate.h"

#define JAM_MAX	10
#define SLOWEST	0.01	/* km/h: of less there is no share */

static void
clear_values(struct tp_values *v)
{
	int	q;

	for (q = 0; q < TP_Q_MAX; q++)
		v->q[q] = NAN;
	v->horizon = 0;
}

/* The free-flow speed in km/h, or NAN. */
static double
free_flow(const struct tp_rec *r)
{
	double	v;

	if (tp_rec_num(r, TP_F_FREE_FLOW_KMH, &v) == 0)
		return v;
	if (tp_rec_num(r, TP_F_FREE_FLOW_MPH, &v) == 0)
		return v * TP_KMH_PER_MPH;
	return NAN;
}

static int
forecasts(const struct tp_rec *r, struct tp_subject *s, struct tp_values *v,
    const char **why, const char **field)
{
	struct tp_issued	f[TP_ISSUED_MAX];
	double			now, then, empty = free_flow(r);
	int			n, i;

	n = tp_issued_get(r, f, why, field);
	for (i = 0; i < n; i++) {
		then = tp_speed_convert(f[i].speed, f[i].unit, TP_UNIT_KMH);
		now = tp_speed_convert(f[i].current, f[i].unit, TP_UNIT_KMH);
		clear_values(&v[i]);
		v[i].horizon = f[i].horizon;
		v[i].q[TP_Q_FORECAST] = then;
		v[i].q[TP_Q_CONFIDENCE] = f[i].confidence;
		if (now >= SLOWEST)
			v[i].q[TP_Q_FALL] = 100 * (now - then) / now;
		if (empty >= SLOWEST)
			v[i].q[TP_Q_RATIO] = then / empty;
	}
	if (n > 0) {
		s->id = f[0].id;
		s->idlen = f[0].idlen;
		s->t = f[0].t;
		s->unit = f[0].unit;
	}
	return n;
}

static int
reading(const struct tp_rec *r, struct tp_subject *s, struct tp_values *v,
    const char **why, const char **field)
{
	struct tp_reading	rd;
	double			x, empty = free_flow(r);

	if (tp_reading_get(r, &rd, why, field) == -1)
		return -1;
	if ((*why = tp_speed_odd(rd.speed)) != NULL) {
		*field = "speed";
		return -1;
	}
	clear_values(v);
	*s = (struct tp_subject){ rd.id, rd.idlen, rd.t, rd.unit };
	x = tp_speed_convert(rd.speed, rd.unit, TP_UNIT_KMH);
	v->q[TP_Q_SPEED] = x;
	if (empty >= SLOWEST) {
		v->q[TP_Q_RATIO] = x / empty;
		/* not that of a speed that is not there */
		v->q[TP_Q_JAM_FACTOR] = isnan(x) ? NAN :
		    fmax(0, JAM_MAX * (1 - x / empty));
	}
	if (tp_rec_num(r, TP_F_JAM_FACTOR, &x) == 0)
		v->q[TP_Q_JAM_FACTOR] = x;
	if (tp_rec_num(r, TP_F_OCCUPANCY_PERCENT, &x) == 0)
		v->q[TP_Q_OCCUPANCY] = x;
	return 1;
}

int
tp_values_get(const struct tp_rec *r, struct tp_subject *s,
    struct tp_values *v, const char **why, const char **field)
{
	if (r->at[TP_F_FINAL] != NULL &&
	    r->at[TP_F_FINAL]->type == TP_JSON_FALSE)
		return 0;
	return tp_issued_is(r) ? forecasts(r, s, v, why, field) :
	    reading(r, s, v, why, field);
}
