#include "forecast/score.h"

#include <math.h>

#include "json/json.h"

#define ONE	4294967296.0		/* 2^32: the sums' unit is 2^-32 */
#define LARGEST	1073741824.0		/* 2^30: errors are cut off here */

/* Squares stay below 2^60, so that 2^35 of them fit into 127 - 32 bits. */
static __int128
fixed(double v)
{
	return (__int128)(v * ONE);
}

static double
clip(double v)
{
	return v > LARGEST ? LARGEST : v < -LARGEST ? -LARGEST : v;
}

static double
mean(__int128 sum, uint64_t n)
{
	return n > 0 ? (double)sum / ONE / (double)n : NAN;
}

void
tp_score_add(struct tp_score *s, double forecast, double truth)
{
	double	e;

	if (!isfinite(forecast) || !isfinite(truth))
		return;
	e = clip(forecast - truth);
	s->n++;
	s->abs += fixed(fabs(e));
	s->sq += fixed(e * e);
	s->bias += fixed(e);
	if (truth > 0) {
		s->n_pos++;
		s->ape += fixed(clip(100 * fabs(e) / truth));
	}
}

void
tp_score_interval(struct tp_score *s, double lower, double upper,
    double truth, double alpha)
{
	double	width, out;

	if (!isfinite(lower) || !isfinite(upper) || !isfinite(truth))
		return;
	width = clip(upper - lower);
	out = truth < lower ? lower - truth :
	    truth > upper ? truth - upper : 0;
	s->n_int++;
	s->n_in += out == 0;
	s->width += fixed(width);
	s->winkler += fixed(clip(width + 2 / alpha * out));
}

int
tp_score_bin(double confidence)
{
	double	bin = floor(TP_SCORE_BINS * confidence);

	return bin < 0 ? 0 : bin < TP_SCORE_BINS ? (int)bin :
	    TP_SCORE_BINS - 1;
}

void
tp_score_level(struct tp_score *s, double confidence, bool right)
{
	struct tp_score_bin	*b;

	if (!isfinite(confidence))
		return;
	b = &s->bin[tp_score_bin(confidence)];
	b->n++;
	b->right += right;
	b->conf += fixed(clip(confidence));
	s->n_conf++;
	s->n_level += right;
	s->conf += fixed(clip(confidence));
}

void
tp_score_merge(struct tp_score *s, const struct tp_score *b)
{
	int	i;

	for (i = 0; i < TP_SCORE_BINS; i++) {
		s->bin[i].n += b->bin[i].n;
		s->bin[i].right += b->bin[i].right;
		s->bin[i].conf += b->bin[i].conf;
	}
	s->n += b->n;
	s->n_pos += b->n_pos;
	s->n_int += b->n_int;
	s->n_in += b->n_in;
	s->n_conf += b->n_conf;
	s->n_level += b->n_level;
	s->abs += b->abs;
	s->sq += b->sq;
	s->bias += b->bias;
	s->ape += b->ape;
	s->width += b->width;
	s->winkler += b->winkler;
	s->conf += b->conf;
}

double
tp_score_mae(const struct tp_score *s)
{
	return mean(s->abs, s->n);
}

double
tp_score_rmse(const struct tp_score *s)
{
	return sqrt(mean(s->sq, s->n));
}

double
tp_score_mape(const struct tp_score *s)
{
	return mean(s->ape, s->n_pos);
}

double
tp_score_bias(const struct tp_score *s)
{
	return mean(s->bias, s->n);
}

double
tp_score_coverage(const struct tp_score *s)
{
	return s->n_int > 0 ?
	    100 * (double)s->n_in / (double)s->n_int : NAN;
}

double
tp_score_width(const struct tp_score *s)
{
	return mean(s->width, s->n_int);
}

double
tp_score_winkler(const struct tp_score *s)
{
	return mean(s->winkler, s->n_int);
}

double
tp_score_level_percent(const struct tp_score *s)
{
	return s->n_conf > 0 ?
	    100 * (double)s->n_level / (double)s->n_conf : NAN;
}

double
tp_score_confidence(const struct tp_score *s)
{
	return mean(s->conf, s->n_conf);
}

/*
 * How far off confidence scores are: the mean over the bins, weighted by their
 * pairs, of |mean confidence - share right|, 0..1 (the expected calibration
 * error of Guo et al. 2017, eq. 3).
 */
static double
calibration(const struct tp_score *s)
{
	double	sum = 0;
	int	i;

	for (i = 0; i < TP_SCORE_BINS; i++)
		sum += fabs((double)s->bin[i].conf / ONE -
		    (double)s->bin[i].right);
	return s->n_conf > 0 ? sum / (double)s->n_conf : (double)NAN;
}

static void
put_text(struct tp_buf *b, const char *name, const char *v)
{
	tp_buf_lit(b, ",\"");
	tp_buf_str(b, name);
	tp_buf_lit(b, "\":");
	tp_json_write_str(b, v, strlen(v));
}

static void
put_int(struct tp_buf *b, const char *name, int64_t v)
{
	tp_buf_lit(b, ",\"");
	tp_buf_str(b, name);
	tp_buf_lit(b, "\":");
	tp_buf_int(b, v);
}

/* unit: the suffix of the name, or NULL. */
static void
put_figure(struct tp_buf *b, const char *name, const char *unit, double v)
{
	if (!isfinite(v))
		return;
	tp_buf_lit(b, ",\"");
	tp_buf_str(b, name);
	if (unit != NULL) {
		tp_buf_char(b, '_');
		tp_buf_str(b, unit);
	}
	tp_buf_lit(b, "\":");
	tp_buf_fixed(b, v, TP_SCORE_DECIMALS);
}

static void
put_id(struct tp_buf *b, const struct tp_score_of *of)
{
	struct tp_buf	id = { 0 };

	tp_buf_printf(&id, "%s:%s:%d", of->version, of->split, of->horizon);
	if (of->by != NULL)
		tp_buf_printf(&id, ":%s:%s", of->by, of->group);
	tp_buf_lit(b, "{\"score_id\":");
	tp_json_write_str(b, id.p, id.n);
	tp_buf_release(&id);
}

/* The fields that say what the score is about. */
static void
put_of(struct tp_buf *b, const struct tp_score_of *of)
{
	put_id(b, of);
	put_text(b, "model_kind", of->kind);
	put_text(b, "model_version", of->version);
	put_text(b, "split", of->split);
	if (of->by != NULL) {
		put_text(b, "by", of->by);
		put_text(b, "group", of->group);
	}
	if (of->horizon > 0)
		put_int(b, "prediction_horizon_minutes", of->horizon);
	if (of->from != TP_TIME_NONE)
		put_int(b, "from", of->from);
	if (of->to != TP_TIME_NONE)
		put_int(b, "to", of->to);
}

void
tp_score_write_figure(const struct tp_score_of *of, const char *name,
    double v, struct tp_buf *b)
{
	put_of(b, of);
	put_figure(b, name, tp_unit_suffix(of->unit), v);
	tp_buf_char(b, '}');
}

void
tp_score_write_figures(const struct tp_score_of *of,
    const struct tp_figure *f, size_t n, struct tp_buf *b)
{
	size_t	i;

	put_of(b, of);
	for (i = 0; i < n; i++)
		put_figure(b, f[i].name, NULL, f[i].v);
	tp_buf_char(b, '}');
}

void
tp_score_write(const struct tp_score *s, const struct tp_score_of *of,
    struct tp_buf *b)
{
	const char	*unit = tp_unit_suffix(of->unit);

	put_of(b, of);
	put_int(b, "n", (int64_t)s->n);
	put_figure(b, "mae", unit, tp_score_mae(s));
	put_figure(b, "rmse", unit, tp_score_rmse(s));
	put_figure(b, "mape_percent", NULL, tp_score_mape(s));
	put_figure(b, "bias", unit, tp_score_bias(s));
	put_figure(b, "coverage_percent", NULL, tp_score_coverage(s));
	put_figure(b, "mean_width", unit, tp_score_width(s));
	put_figure(b, "winkler", unit, tp_score_winkler(s));
	put_figure(b, "level_right_percent", NULL, tp_score_level_percent(s));
	put_figure(b, "mean_confidence", NULL, tp_score_confidence(s));
	put_figure(b, "calibration_error", NULL, calibration(s));
	if (of->saved)
		tp_buf_lit(b, ",\"saved\":true");
	tp_buf_char(b, '}');
}
