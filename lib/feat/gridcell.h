/*
 * Private to lib/feat/grid*.c: what the grid keeps of a segment.
 * All arrays belong to struct tp_grid.
 */
#ifndef TP_FEAT_GRIDCELL_H
#define TP_FEAT_GRIDCELL_H

#include <math.h>

#include "feat/grid.h"

#define NO_STEP	INT64_MIN
#define TRAIL_UNKNOWN	(SIZE_MAX - 1)	/* not looked up yet */

/* The readings of one segment in one step. */
struct tp_grid_cell {
	double	 sum;		/* in the order they came */
	uint32_t n;
	uint32_t events;	/* that the readings are of */
};

struct tp_grid_seg {
	int64_t	 prev;		/* newest step before `next` with a reading */
	int64_t	 base;		/* newest such step that left the ring */
	int64_t	 base_pos;	/* first record of that step */
	struct tp_grid_cell base_cell;
	size_t	 graph;		/* index in the graph, SIZE_MAX: not there */
	size_t	 trail;		/* in the profiles; likewise, or UNKNOWN */
};

/* A record far ahead of the others; kept until the next one agrees or not. */
struct tp_grid_jump {
	bool		 set;
	struct tp_rec	 rec;
	struct tp_buf	 text;	/* of rec */
	struct tp_reading in;
	struct tp_buf	 id;	/* of in */
};

/* Room for the rows of one step. */
struct tp_grid_work {
	size_t	 rows;		/* there is room for */
	size_t	*seg;
	double	*x, *now, *last, *target;
	double	*seen, *filled;	/* back + 1 steps, oldest first */
	double	*value;		/* by index in the graph */
	struct tp_map tiles;	/* cells whose neighbours are known: */
	char	**around;	/* their names, each with a NUL, and a NUL */
	size_t	 aroundcap;
	struct tp_trail_time *when;	/* of the columns of trail */
};

/* The cell of a step in the ring; the caller knows that it is. */
static inline struct tp_grid_cell *
tp_grid_cell_at(const struct tp_grid *g, size_t seg, int64_t step)
{
	return &g->cells[seg * g->ring + ((uint64_t)step & (g->ring - 1))];
}

/* Adds a reading of so many events. */
static inline void
tp_grid_cell_add(struct tp_grid_cell *c, double v, uint32_t events)
{
	c->sum += v;
	c->n++;
	c->events = events < UINT32_MAX - c->events ? c->events + events :
	    UINT32_MAX;
}

/* The mean of a cell's readings, NAN where it has none. */
static inline double
tp_grid_cell_value(const struct tp_grid_cell *c)
{
	if (c->n == 1)
		return c->sum;
	return c->n == 0 ? (double)NAN : tp_fixed(c->sum / c->n,
	    TP_FEAT_DECIMALS);
}

/* True where a reading of step `then` still makes its segment known at s. */
static inline bool
tp_grid_known(const struct tp_grid *g, int64_t then, int64_t s)
{
	return then != NO_STEP &&
	    s - then <= g->opts.spec.expire_ms / g->opts.spec.step_ms;
}

/* Sets the sizes of the ring: history, targets, and the steps that are open.
 * 0, or -1 where they are too many. */
int tp_grid_sizes(struct tp_grid *g, struct tp_err *e);
/* Computes the rows of step `next` and hands them to fn. */
int tp_grid_emit(struct tp_grid *g, struct tp_out *out);
void tp_grid_work_free(struct tp_grid *g);

/* Segments that are cells: the tiling of the spec; 0, or -1. */
int tp_grid_tiles_init(struct tp_grid *g, struct tp_err *e);
/* Makes the segment of a reading the cell it is in, until the next record:
 * 0, or -1 and a static text in *why. */
int tp_grid_tile_id(struct tp_grid *g, const struct tp_rec *r,
    struct tp_reading *in, const char **why);
/* The columns of the group cell of one row; returns where the next go. */
double *tp_grid_tile_put(struct tp_grid *g, size_t seg, double *x);

/* The group trail.  Without it, all but the first do nothing. */
int tp_grid_trail_init(struct tp_grid *g, struct tp_err *e);
void tp_grid_trail_free(struct tp_grid *g);
/* Before the rows of step `next`: the times of the columns. */
void tp_grid_trail_start(struct tp_grid *g);
/* The columns of one row. */
void tp_grid_trail_put(struct tp_grid *g, size_t seg, double *x);
/*
 * Learns a segment's reading of a step that was closed and is in the ring,
 * unless it is of another day than the newest step closed.
 */
void tp_grid_trail_learn(struct tp_grid *g, size_t seg, int64_t step);

#endif
