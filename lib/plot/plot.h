/*
 * The filter of tp-plot: collects what a picture needs of the records, then
 * draws it.
 */
#ifndef TP_PLOT_PLOT_H
#define TP_PLOT_PLOT_H

#include "forecast/truth.h"
#include "plot/errorpic.h"
#include "plot/forecastpic.h"
#include "plot/page.h"
#include "plot/hourly.h"
#include "plot/residuals.h"
#include "plot/routepic.h"
#include "rec/filter.h"

/* As the words of --kind, in this order. */
enum tp_plot_kind {
	TP_PLOT_HEATMAP, TP_PLOT_FORECAST, TP_PLOT_ERROR, TP_PLOT_RESIDUALS,
	TP_PLOT_PROFILE, TP_PLOT_ROUTE,
};
#define TP_PLOT_KINDS	"heatmap|forecast|error|residuals|profile|route"

/* Borrowed by the state. */
struct tp_plot_conf {
	enum tp_plot_kind kind;
	unsigned	 ntruth;	/* the first inputs: readings */
	int64_t		 from, to;	/* times shown: from <= t < to */
	int64_t		 step_ms;	/* pairs forecasts with readings */
	enum tp_unit	 unit;		/* of the picture; NONE: the data's */
	struct tp_tz	*tz;
	const char	*segment;	/* plain; NULL: all, or the first */
	int		 horizon;	/* minutes; 0: the longest */
	const char	*split;		/* of scores; NULL: test or eval */
	size_t		 max_keys, max_readings;
	/* the order of the heat map's rows, top first, by plain id; roads is
	 * by its index, or NULL */
	const struct tp_map *order;
	const char	*const *roads;
};

/* One picture's data; which parts are used depends on the kind. */
struct tp_plot {
	const struct tp_plot_conf *conf;
	struct tp_truth	 readings;
	bool		 closed;	/* of readings */
	struct tp_fcpic	 forecasts;
	struct tp_residuals residuals;
	enum tp_unit	 unit;		/* of the residuals */
	struct tp_hourly profile;
	struct tp_errorpic errors;
	struct tp_routepic route;
	struct tp_buf	 id;		/* scratch */
};

/* Writes no records.  The state is owned by whoever owns the run's. */
extern const struct tp_filter tp_plot_filter;

void tp_plot_release(struct tp_plot *p);

/*
 * Appends the picture of what was collected: text that can be shown as it is
 * where *script is false, else a script of gnuplot.  Returns 0, or -1 where
 * there is nothing to show.
 */
int tp_plot_draw(struct tp_plot *p, const struct tp_page *page,
    struct tp_buf *b, bool *script, struct tp_err *e);

#endif
