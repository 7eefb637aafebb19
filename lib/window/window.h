/*
 * Event-time windows: events of many segments become one aggregate per
 * segment (road, grid cell) and window.  tp_window_filter is the filter of
 * tp-window; everything it does is a function of the log and the conf.
 *
 * Time is cut into panes as long as size and slide have in common; a window
 * is a run of panes.  A record goes into one pane only, and a window that
 * closes adds up its panes, so that the cost of a record does not depend on
 * how often windows overlap (Li et al., "No pane, no gain", SIGMOD 2005).
 *
 * The watermark W is the newest event time less `delay`.  A window is closed
 * when W reaches its end plus `grace`; a record none of whose windows is
 * open is late.  Closed windows come out in order of their end, then of their
 * key's bytes.
 *
 * struct tp_window_conf owns nothing; its strings are the caller's.
 */
#ifndef TP_WINDOW_WINDOW_H
#define TP_WINDOW_WINDOW_H

#include "rec/filter.h"
#include "rec/tile.h"

#define TP_WINDOW_PCTS	16	/* percentiles in one record */

enum tp_window_by {
	TP_WINDOW_SEGMENT,	/* segment_id */
	TP_WINDOW_ROAD,		/* road_name and, where present, direction */
	TP_WINDOW_CELL,		/* cell of `tiling` */
};

enum tp_window_late {
	TP_WINDOW_LATE_DROP,	/* count them */
	TP_WINDOW_LATE_REJECT,	/* refuse them, rule "late" */
	TP_WINDOW_LATE_OUT,	/* copy them to the output "late" */
	TP_WINDOW_LATE_UPDATE,	/* write their window anew within grace */
};

enum tp_window_emit {
	TP_WINDOW_FINAL, TP_WINDOW_UPDATES, TP_WINDOW_BOTH,
};

enum tp_window_fill {
	TP_WINDOW_FILL_NONE,
	TP_WINDOW_FILL_EMPTY,	/* event_count 0 and no readings */
	TP_WINDOW_FILL_LAST,	/* the last speed seen */
};

/* Fields of an aggregate, as bits. */
enum tp_window_agg {
	TP_WINDOW_MEAN = 1, TP_WINDOW_MIN = 2, TP_WINDOW_MAX = 4,
	TP_WINDOW_STD = 8, TP_WINDOW_LAST = 16, TP_WINDOW_N = 32,
	TP_WINDOW_VOLUME = 64, TP_WINDOW_OCCUPANCY = 128,
	TP_WINDOW_LEVEL = 256, TP_WINDOW_QUALITY = 512,
	TP_WINDOW_VEHICLES = 1024,	/* different segment_id */
	/* those that need more of an event than its speed */
	TP_WINDOW_EXTRA = TP_WINDOW_VOLUME | TP_WINDOW_OCCUPANCY |
	    TP_WINDOW_LEVEL | TP_WINDOW_QUALITY,
};

/* What the first of a window's lines has, with --top. */
enum tp_window_rank {
	TP_WINDOW_RANK_SPEED,		/* the least mean speed */
	TP_WINDOW_RANK_COUNT,		/* the most events */
	TP_WINDOW_RANK_VEHICLES,	/* the most vehicles */
};
#define TP_WINDOW_RANKS	"speed|count|vehicles"

struct tp_window_aggs {
	unsigned bits;			/* of enum tp_window_agg */
	int	 npct;
	double	 pct[TP_WINDOW_PCTS];	/* 0..100 */
	char	 name[TP_WINDOW_PCTS][8];	/* "p15" */
};

struct tp_window_conf {
	int64_t	size, slide, offset;	/* ms */
	const struct tp_tz *tz;		/* NULL: windows are UTC's; else size
					 * and slide are days of this zone */
	enum tp_window_by by;
	struct tp_tiling tiling;
	const char *time_field;		/* NULL: timestamp or window_start */
	int64_t	delay, grace, max_future;
	enum tp_window_late late;
	enum tp_window_emit emit;
	int64_t	every;			/* of event time, between updates */
	int64_t	idle;			/* 0: time never passes by itself */
	const char *dedupe;		/* field, or NULL */
	enum tp_window_fill fill;
	int64_t	fill_for;		/* known so long after a reading */
	int64_t	min_n;
	int64_t	top;			/* lines of a window; 0: all */
	int	rank;			/* enum tp_window_rank */
	bool	hold;			/* at the end keep open windows back */
	int64_t	max_keys;		/* in one pane */
	struct tp_window_aggs aggs;
	struct tp_levels levels;
	enum tp_unit unit;		/* NONE: that of the first speed */
};

extern const struct tp_window_conf tp_window_defaults;
extern const struct tp_filter tp_window_filter;

/* The output beside main. */
enum { TP_WINDOW_OUT_LATE = 1 };

/* "n,mean,p85", each once or more; -1 on an unknown name or too many
 * percentiles. */
int tp_window_aggs_parse(struct tp_window_aggs *a, const char *s);
/* "segment", "road", or a tiling as tp_tiling_parse() reads it. */
int tp_window_by_parse(struct tp_window_conf *c, const char *s);
/* Only a tiling. */
int tp_window_cell_parse(struct tp_window_conf *c, const char *s);
/* 0, or -1 and a usage error saying which settings cannot be together. */
int tp_window_conf_check(const struct tp_window_conf *c, struct tp_err *e);

#endif
