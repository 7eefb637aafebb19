#include "model/modelcheck.h"

#include <math.h>

#include "base/mem.h"

#define STEPS	168		/* of a week that are asked about */
#define FASTEST	1000.0		/* in either unit */

/* Rows of all segments, and what is forecast from them. */
struct rows {
	float		*x;
	double		*speed, *out;
	uint32_t	*seg;
};

static void
fill(const struct tp_modelfile *m, struct rows *r, bool known)
{
	size_t	i, k;

	for (i = 0; i < m->segs.n; i++) {
		float	v = known ? m->free_flow[i] : NAN;

		r->seg[i] = (uint32_t)i;
		r->speed[i] = (double)v;
		for (k = 0; k < m->ncol; k++)
			r->x[i * m->ncol + k] =
			    strncmp(m->columns[k], "lag_", 4) == 0 &&
			    strstr(m->columns[k], "seen") == NULL ? v :
			    known ? 0 : NAN;
	}
}

static int
ask_week(const struct tp_modelfile *m, struct rows *r, struct tp_err *e)
{
	struct tp_ask	a = { .n = m->segs.n, .x = r->x, .now = r->speed,
			    .last = r->speed, .seg = r->seg };
	size_t		i, step;
	double		v;

	for (step = 0; step < STEPS; step++) {
		a.day = (int)(step * 7 / STEPS);
		a.slot = (int)(step * 7 % STEPS *
		    (size_t)m->slots_per_day / STEPS);
		m->kind->predict(m->state, &a, r->out);
		for (i = 0; i < a.n * m->nh; i++) {
			v = r->out[i];
			if (!isfinite(v) || v < 0 || v > FASTEST)
				return tp_err_set(e, TP_EXIT_DATA, "segment "
				    "'%s' at %d minutes: the forecast is %g",
				    m->segs.keys[i / m->nh].p,
				    m->minutes[i % m->nh], v);
		}
	}
	return 0;
}

int
tp_modelcheck(const struct tp_modelfile *m, struct tp_err *e)
{
	size_t		n = m->segs.n;
	struct rows	r = {
		tp_calloc(n * (m->ncol + 1), sizeof(*r.x)),
		tp_calloc(n, sizeof(*r.speed)),
		tp_calloc(n * m->nh, sizeof(*r.out)),
		tp_calloc(n, sizeof(*r.seg)),
	};
	int		rc;

	fill(m, &r, false);
	rc = ask_week(m, &r, e);
	if (rc == 0) {
		fill(m, &r, true);
		rc = ask_week(m, &r, e);
	}
	free(r.x);
	free(r.speed);
	free(r.out);
	free(r.seg);
	return rc;
}
