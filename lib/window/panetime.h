/*
 * Where panes and windows begin and end.  Panes are numbered along time;
 * window k covers the panes [k * step, k * step + width).  A pane is a span
 * of equal length in UTC, or whole days of a time zone, which last 23 or 25
 * hours where clocks change.
 *
 * The struct is plain data and owns nothing.
 */
#ifndef TP_WINDOW_PANETIME_H
#define TP_WINDOW_PANETIME_H

#include "base/clock.h"

struct tp_panetime {
	int64_t	 pane;		/* ms, or days where zoned */
	int64_t	 offset;	/* ms after the epoch; 0 where zoned */
	int64_t	 width, step;	/* panes in a window, and between windows */
	bool	 zoned;
	struct tp_tz tz;
	/* the pane looked at last is [from, to) */
	int64_t	 index, from, to;
};

/* size and slide are positive; with tz both are whole days. */
void tp_panetime_init(struct tp_panetime *p, int64_t size, int64_t slide,
    int64_t offset, const struct tp_tz *tz);

/* The pane that holds time t, found anew; see tp_panetime_of(). */
int64_t tp_panetime_find(struct tp_panetime *p, int64_t t);

/* The pane that holds time t. */
static inline int64_t
tp_panetime_of(struct tp_panetime *p, int64_t t)
{
	return t >= p->from && t < p->to ? p->index : tp_panetime_find(p, t);
}

/*
 * When pane i begins.  A day that a zone skipped (Samoa had no 30 December
 * 2011) begins where the next one does.
 */
int64_t tp_panetime_start(struct tp_panetime *p, int64_t i);

/* Start and end of window k. */
int64_t tp_panetime_window(struct tp_panetime *p, int64_t k, int64_t *end);

/* The first window whose end is after time t. */
int64_t tp_panetime_open(struct tp_panetime *p, int64_t t);

#endif
