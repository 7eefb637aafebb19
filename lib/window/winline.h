/*
 * One aggregate as a line.  What the lines of a window share (its times, the
 * names of fields with their unit) is written once.
 *
 * The struct owns nothing; conf must outlive it.
 */
#ifndef TP_WINDOW_WINLINE_H
#define TP_WINDOW_WINLINE_H

#include "window/cell.h"
#include "window/group.h"
#include "window/window.h"

struct tp_winline_text {
	char	s[64];
	size_t	n;
};

struct tp_winline {
	const struct tp_window_conf *conf;
	enum tp_unit unit;
	/* ,"avg_speed_mph": and so on */
	struct tp_winline_text mean, min, max, std, last;
	struct tp_winline_text pct[TP_WINDOW_PCTS];
	struct tp_winline_text id;	/* START_LENGTH */
	struct tp_winline_text span;	/* START,"window_end":END */
	int64_t	start;
	double	hours;			/* the window's length */
};

/* Names the speeds' fields; again when the unit becomes known. */
void tp_winline_init(struct tp_winline *w, const struct tp_window_conf *conf,
    enum tp_unit unit);
/* The lines to come are of this window. */
void tp_winline_window(struct tp_winline *w, int64_t start, int64_t end);
/* Appends the aggregate of cell c, whose kept values may be reordered; rank
 * is its place among those of its window, from 1, or 0. */
void tp_winline_write(const struct tp_winline *w, const struct tp_group *g,
    struct tp_cell *c, bool final, size_t rank, struct tp_buf *b);
/* Appends one of a window without events; speed is the last, or NAN. */
void tp_winline_fill(const struct tp_winline *w, const struct tp_group *g,
    double speed, struct tp_buf *b);

#endif
