/* The cell transmission model. */
#include "data/ctm.h"

#include <math.h>

#include "base/mem.h"

/* Of a full cell's supply, the share that a waiting on-ramp may have. */
#define RAMP_SHARE	0.25

void
tp_ctm_init(struct tp_ctm *m, size_t n, double dx)
{
	size_t	i;

	*m = (struct tp_ctm){ .n = n, .dx = dx };
	m->cells = tp_calloc(n, sizeof(*m->cells));
	m->flow = tp_calloc(n + 1, sizeof(*m->flow));
	m->ramp = tp_calloc(n, sizeof(*m->ramp));
	for (i = 0; i < n; i++)
		m->cells[i].limit = INFINITY;
}

void
tp_ctm_release(struct tp_ctm *m)
{
	free(m->cells);
	free(m->flow);
	free(m->ramp);
	*m = (struct tp_ctm){ 0 };
}

double
tp_ctm_critical(const struct tp_ctm_cell *c)
{
	return c->cap / (c->vf * (1 - TP_CTM_FALL));
}

double
tp_ctm_flow(const struct tp_ctm_cell *c, double k)
{
	double	kc = tp_ctm_critical(c);

	if (k <= kc)
		return c->vf * k * (1 - TP_CTM_FALL * k / kc);
	return k >= c->kj ? 0 : c->cap * (c->kj - k) / (c->kj - kc);
}

/* What the cell would send on if the next took all: its demand. */
static double
sending(const struct tp_ctm_cell *c)
{
	double	q = c->k < tp_ctm_critical(c) ? tp_ctm_flow(c, c->k) : c->cap;

	return fmin(q, c->limit);
}

/* What the cell can take: its supply. */
static double
receiving(const struct tp_ctm_cell *c)
{
	return c->k < tp_ctm_critical(c) ? c->cap : tp_ctm_flow(c, c->k);
}

/* Of three numbers the one in the middle (Daganzo 1995, section 3). */
static double
middle(double a, double b, double c)
{
	return fmax(fmin(a, b), fmin(fmax(a, b), c));
}

/*
 * Boundary i, from cell i - 1 (or the entry) and the ramp into cell i (or
 * the exit).  What leaves by the off-ramp before it does not need supply.
 */
static void
boundary(struct tp_ctm *m, size_t i, double dt)
{
	const struct tp_ctm_cell	*to = i < m->n ? &m->cells[i] : NULL;
	double				 through, want, ramp = 0, room;

	through = i > 0 ? 1 - m->cells[i - 1].off : 1;
	want = i > 0 ? sending(&m->cells[i - 1]) * through :
	    m->demand + m->queue / dt;
	room = to != NULL ? receiving(to) : INFINITY;
	if (to != NULL)
		ramp = to->on + to->queue / dt;
	if (want + ramp > room) {
		ramp = middle(ramp, room - want, RAMP_SHARE * room);
		want = fmin(want, room - ramp);
	}
	m->flow[i] = want / through;
	if (to != NULL)
		m->ramp[i] = ramp;
}

void
tp_ctm_step(struct tp_ctm *m, double dt)
{
	struct tp_ctm_cell	*c;
	double			 in;
	size_t			 i;

	for (i = 0; i <= m->n; i++)
		boundary(m, i, dt);
	m->queue = fmax(0, m->queue + (m->demand - m->flow[0]) * dt);
	for (i = 0; i < m->n; i++) {
		c = &m->cells[i];
		in = m->flow[i] * (i > 0 ? 1 - m->cells[i - 1].off : 1) +
		    m->ramp[i];
		c->queue = fmax(0, c->queue + (c->on - m->ramp[i]) * dt);
		c->out = m->flow[i + 1];
		c->k = fmax(0, c->k + (in - c->out) * dt / m->dx);
	}
}
