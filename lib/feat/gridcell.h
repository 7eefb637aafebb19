/*
 * Private to lib/feat/grid.c and gridrow.c: what the grid keeps of a segment.
 * All arrays belong to struct tp_grid.
 */
#ifndef TP_FEAT_GRIDCELL_H
#define TP_FEAT_GRIDCELL_H

#include <math.h>

#include "feat/grid.h"

#define NO_STEP	INT64_MIN

/* The readings of one segment in one step. */
struct tp_grid_cell {
	double	 sum;		/* in the order they came */
	uint32_t n;
};

struct tp_grid_seg {
	int64_t	 prev;		/* newest step before `next` with a reading */
	int64_t	 base;		/* newest such step that left the ring */
	int64_t	 base_pos;	/* first record of that step */
	struct tp_grid_cell base_cell;
	size_t	 graph;		/* index in the graph, SIZE_MAX: not there */
};

/* A record far ahead of the others; kept until the next one agrees or not. */
struct tp_grid_jump {
	bool		 set;
	struct tp_rec	 rec;	/* its line is in `line`, its fields gone */
	struct tp_buf	 line;
	struct tp_reading in;
};

/* Room for the rows of one step. */
struct tp_grid_work {
	size_t	 rows;		/* there is room for */
	size_t	*seg;
	double	*x, *now, *last, *target;
	double	*seen, *filled;	/* back + 1 steps, oldest first */
	double	*value;		/* by index in the graph */
};

/* The cell of a step in the ring; the caller knows that it is. */
static inline struct tp_grid_cell *
tp_grid_cell_at(const struct tp_grid *g, size_t seg, int64_t step)
{
	return &g->cells[seg * g->ring + ((uint64_t)step & (g->ring - 1))];
}

/* The mean of a cell's readings, NAN where it has none. */
static inline double
tp_grid_cell_value(const struct tp_grid_cell *c)
{
	if (c->n == 1)
		return c->sum;
	return c->n == 0 ? (double)NAN : tp_fixed(c->sum / c->n, 6);
}

/* True where a reading of step `then` still makes its segment known at s. */
static inline bool
tp_grid_known(const struct tp_grid *g, int64_t then, int64_t s)
{
	return then != NO_STEP &&
	    s - then <= g->opts.spec.expire_ms / g->opts.spec.step_ms;
}

/* Computes the rows of step `next` and hands them to fn. */
int tp_grid_emit(struct tp_grid *g, struct tp_out *out);
void tp_grid_work_free(struct tp_grid *g);

#endif
