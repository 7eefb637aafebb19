/*
 * How good forecasts were: sums over pairs of forecast and truth, and the
 * score record that tp-train and tp-eval write.
 *
 * The sums are integers (fixed point), so that they do not depend on the
 * order in which pairs are added or on how they are split among threads: two
 * tools that see the same pairs print the same digits.  Structs are plain
 * data; an all-zero struct tp_score is an empty one.
 */
#ifndef TP_FORECAST_SCORE_H
#define TP_FORECAST_SCORE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "rec/rec.h"

/* Decimals of forecasts and interval limits, in the stream's unit; they are
 * rounded to this by tp_fixed() before anything is scored. */
#define TP_FORECAST_DECIMALS	3
/* Decimals of scores as they are written. */
#define TP_SCORE_DECIMALS	4

/* Confidence scores are counted in bins 0 .. 0.1, ..., 0.9 .. 1. */
#define TP_SCORE_BINS	10

struct tp_score_bin {
	uint64_t	n, right;
	__int128	conf;
};

struct tp_score {
	uint64_t	n;		/* pairs */
	uint64_t	n_pos;		/* of them, truth > 0: those of MAPE */
	uint64_t	n_int;		/* of them, with an interval */
	uint64_t	n_in;		/* intervals that held the truth */
	uint64_t	n_conf;		/* with a confidence_score */
	uint64_t	n_level;	/* congestion level was right */
	/* sums, in units of 2^-32 */
	__int128	abs, sq, bias;	/* of e = forecast - truth */
	__int128	ape;		/* of 100 |e| / truth */
	__int128	width, winkler;	/* of intervals */
	__int128	conf;		/* of confidence scores */
	struct tp_score_bin bin[TP_SCORE_BINS];
};

/* One pair; speeds in one unit.  Not finite values are not counted. */
void tp_score_add(struct tp_score *s, double forecast, double truth);
/*
 * The interval of the pair just added.  alpha is 1 - the nominal coverage;
 * the Winkler score is width + 2/alpha * distance of a truth outside
 * (Gneiting & Raftery 2007, eq. 43).
 */
void tp_score_interval(struct tp_score *s, double lower, double upper,
    double truth, double alpha);
/* The congestion level of the pair just added: what the forecast said of it
 * (NAN: nothing) and whether it was right. */
void tp_score_level(struct tp_score *s, double confidence, bool right);
/* Adds what b has summed up to s. */
void tp_score_merge(struct tp_score *s, const struct tp_score *b);

/* The figures; NAN where there is nothing to take a mean of. */
double tp_score_mae(const struct tp_score *s);
double tp_score_rmse(const struct tp_score *s);
double tp_score_mape(const struct tp_score *s);		/* percent */
double tp_score_bias(const struct tp_score *s);
double tp_score_coverage(const struct tp_score *s);	/* percent */
double tp_score_width(const struct tp_score *s);
double tp_score_winkler(const struct tp_score *s);
double tp_score_level_percent(const struct tp_score *s);
double tp_score_confidence(const struct tp_score *s);	/* 0..1 */
/* The bin of a confidence score. */
int tp_score_bin(double confidence);

/* What a score record is about.  Texts are borrowed. */
struct tp_score_of {
	const char	*kind, *version;	/* of the model */
	const char	*split;			/* "train", "test", "eval" */
	int		 horizon;		/* minutes; 0: all together */
	enum tp_unit	 unit;
	int64_t		 from, to;	/* first and last forecast's timestamp,
					 * TP_TIME_NONE: left out */
	const char	*by, *group;	/* "hour", "7": written as by and group
					 * fields; NULL: neither */
	bool		 saved;		/* the model that was saved */
};

/*
 * Appends the record, without a newline: score_id model_kind model_version
 * split [by group] prediction_horizon_minutes [from to] n mae_* rmse_* ...;
 * figures that are not known are left out.  score_id is made of the texts
 * above, so that the same score has the same id in every run.
 */
void tp_score_write(const struct tp_score *s, const struct tp_score_of *of,
    struct tp_buf *b);
/* Likewise a record of one figure in the unit: "mae" is mae_mph or mae_kmh. */
void tp_score_write_figure(const struct tp_score_of *of, const char *name,
    double v, struct tp_buf *b);
struct tp_figure {
	const char	*name;
	double		 v;		/* NAN: left out */
};
/* Likewise one of several figures without a unit. */
void tp_score_write_figures(const struct tp_score_of *of,
    const struct tp_figure *f, size_t n, struct tp_buf *b);

#endif
