/*
 * A road as cells: the first-order kinematic-wave model solved by supply and
 * demand (Daganzo, "The cell transmission model", Transportation Research B
 * 28(4), 1994, and part II, B 29(2), 1995, for ramps; Lebacque 1996 for
 * diagrams other than triangles).  The struct owns its cells.  Units are m,
 * s and vehicles, over all lanes.
 *
 * The diagram of a cell: speed falls linearly with density from vf to
 * (1 - TP_CTM_FALL) vf at the critical density kc, where flow is `cap`; from
 * there flow falls linearly to 0 at the jam density kj.  So what happens in a
 * jam travels upstream at w = cap / (kj - kc).
 */
#ifndef TP_DATA_CTM_H
#define TP_DATA_CTM_H

#include <stddef.h>

#define TP_CTM_FALL	0.15

struct tp_ctm_cell {
	/* set by the caller */
	double	vf;		/* free speed, m/s; vf * dt <= dx */
	double	cap;		/* veh/s */
	double	kj;		/* veh/m */
	double	on;		/* demand of an on-ramp into it, veh/s */
	double	off;		/* share of its outflow that leaves the road */
	double	limit;		/* of its outflow, veh/s; INFINITY: none */

	/* state */
	double	k;		/* density, veh/m */
	double	queue;		/* vehicles waiting on the ramp */
	double	out;		/* outflow of the last step, veh/s */
};

struct tp_ctm {
	struct tp_ctm_cell *cells;	/* in driving direction */
	size_t	 n;
	double	 dx;		/* length of a cell, m */
	double	 demand;	/* at the entry, veh/s */
	double	 queue;		/* vehicles waiting at the entry */
	double	*flow;		/* scratch: over the n + 1 boundaries */
	double	*ramp;		/* scratch: from on-ramps */
};

/* n empty cells; the caller sets their parameters. */
void tp_ctm_init(struct tp_ctm *m, size_t n, double dx);
void tp_ctm_release(struct tp_ctm *m);
/* Moves traffic on by dt seconds. */
void tp_ctm_step(struct tp_ctm *m, double dt);

/* The critical density of a cell, veh/m. */
double tp_ctm_critical(const struct tp_ctm_cell *c);
/* The flow at density k in equilibrium, veh/s. */
double tp_ctm_flow(const struct tp_ctm_cell *c, double k);

#endif
