#include "forecast/live.h"

#include <math.h>

#include "base/mem.h"
#include "feat/rowread.h"
#include "forecast/score.h"

#define NOT_ASKED	(UINT32_MAX - 1)	/* of segs[] */
#define UNKNOWN		UINT32_MAX

enum mode { NEW, GRID, ROWS };

/* Where a column of the model is in a row, and the factor for its unit. */
struct column {
	size_t	at;
	double	factor;
};

/* Texts of a horizon that all lines of a step have. */
struct texts {
	struct tp_buf	id;	/* :15","segment_id":" */
	struct tp_buf	time;	/* ","timestamp":.. up to the readings */
};

struct live {
	const struct tp_live_conf *conf;
	enum mode	 mode;
	struct tp_grid	 grid;
	struct tp_rowread rr;
	struct tp_tz	 tz;
	struct tp_live_use use;		/* the model forecast with */
	int64_t		 row_t;		/* of the last feature row */
	bool		 ready;		/* the rest is made for ... */
	uint64_t	 model_gen, grid_gen;	/* ... these */
	struct tp_forecaster fc;
	enum tp_unit	 stream;	/* of the rows */
	struct column	*cols;		/* of the model */
	uint32_t	*segs;		/* by the grid's: the model's */
	size_t		 nsegs;
	/* the rows of one step */
	size_t		 cap;
	float		*x;
	double		*now, *last, *raw;
	uint32_t	*seg;
	/* text */
	struct texts	 texts[TP_MODEL_HORIZONS];
	struct tp_buf	 current;	/* ,"current_speed_mph":.. */
	struct tp_buf	 step;		/* the step's time */
	char		 names[4][40];	/* ,"predicted_speed_mph": ... */
	struct tp_buf	 tail;		/* ,"model_version":"..." */
};

enum { PREDICTED, LOWER, UPPER, CURRENT };

static tp_feat_fn forecast_step;

/* The grid keeps l's address; the runner does not move a state. */
static int
init(void *st, const void *conf, struct tp_err *e)
{
	struct live	*l = st;

	l->conf = conf;
	l->use = l->conf->use;
	l->row_t = TP_TIME_NONE;
	if (tp_tz_open(&l->tz, l->conf->grid.spec.tz, e) != 0)
		return -1;
	return tp_grid_init(&l->grid, &l->conf->grid, forecast_step, l, e);
}

static void
clear(void *st)
{
	struct live	*l = st;
	size_t		 i;

	tp_grid_clear(&l->grid);
	tp_rowread_release(&l->rr);
	free(l->cols);
	free(l->segs);
	free(l->x);
	free(l->now);
	free(l->last);
	free(l->raw);
	free(l->seg);
	for (i = 0; i < TP_MODEL_HORIZONS; i++) {
		tp_buf_release(&l->texts[i].id);
		tp_buf_release(&l->texts[i].time);
	}
	tp_buf_release(&l->current);
	tp_buf_release(&l->step);
	tp_buf_release(&l->tail);
}

/* True where two columns are the same but for the unit; *differ tells. */
static bool
same_column(const char *a, const char *b, bool *differ)
{
	size_t	n = strlen(a);

	*differ = false;
	if (strcmp(a, b) == 0)
		return true;
	*differ = true;
	return n > 4 && n == strlen(b) && memcmp(a, b, n - 4) == 0 &&
	    ((strcmp(a + n - 4, "_mph") == 0 &&
	    strcmp(b + n - 4, "_kmh") == 0) ||
	    (strcmp(a + n - 4, "_kmh") == 0 &&
	    strcmp(b + n - 4, "_mph") == 0));
}

/* Finds the model's columns among those of the rows; -1: one is missing. */
static int
find_columns(struct live *l, const struct tp_feat_cols *c)
{
	const struct tp_modelfile	*m = l->use.model;
	size_t				 i, k;
	bool				 differ = false;

	l->cols = tp_realloc(l->cols, m->ncol + 1, sizeof(*l->cols));
	for (i = 0; i < m->ncol; i++) {
		for (k = 0; k < c->n; k++)
			if (same_column(m->columns[i], c->name[k], &differ))
				break;
		if (k == c->n)
			return -1;
		l->cols[i].at = k;
		l->cols[i].factor = differ ?
		    tp_speed_convert(1, l->stream, l->fc.in) : 1;
	}
	return 0;
}

static void
make_texts(struct live *l)
{
	static const char *const	names[] = {
		[PREDICTED] = "predicted_speed", [LOWER] = "lower",
		[UPPER] = "upper", [CURRENT] = "current_speed",
	};
	const struct tp_live_use	*c = &l->use;
	size_t				 i;

	for (i = 0; i < 4; i++)
		snprintf(l->names[i], sizeof(l->names[i]), ",\"%s_%s\":",
		    names[i], tp_unit_suffix(l->fc.out));
	for (i = 0; i < c->nh; i++) {
		l->texts[i].id.n = 0;
		tp_buf_printf(&l->texts[i].id, ":%d\",\"segment_id\":\"",
		    c->model->minutes[c->horizon[i]]);
	}
	l->tail.n = 0;
	tp_buf_lit(&l->tail, ",\"model_version\":");
	tp_json_write_str(&l->tail, c->model->version,
	    strlen(c->model->version));
	tp_buf_char(&l->tail, '}');
}

/*
 * Changes to the model now in use, where it is another: at once on a grid,
 * whose steps are forecast whole, else with the first row of a step.
 */
static void
follow(struct live *l, int64_t t)
{
	const struct tp_live_conf	*c = l->conf;

	if (l->use.generation == c->use.generation)
		return;
	if (l->mode == ROWS && t == l->row_t &&
	    l->use.generation == c->before.generation)
		return;
	if (l->mode == GRID)
		tp_grid_regroup(&l->grid, &c->grid.spec);
	l->use = c->use;
}

/*
 * Makes what depends on the model, the grid's indexes and the unit.  Returns
 * -1 where the rows lack a column.
 */
static int
prepare(struct live *l, const struct tp_feat_cols *c, enum tp_unit unit)
{
	const struct tp_modelfile	*m = l->use.model;
	size_t				 i;

	if (l->ready && l->model_gen == l->use.generation &&
	    l->grid_gen == l->grid.generation)
		return 0;
	l->ready = false;
	l->stream = unit;
	l->fc.iv = m->iv.nseg > 0 ? &m->iv : NULL;
	l->fc.free_flow = m->free_flow;
	l->fc.levels = l->conf->levels;
	l->fc.in = strcmp(m->unit, "mph") == 0 ? TP_UNIT_MPH : TP_UNIT_KMH;
	l->fc.out = l->conf->unit != TP_UNIT_NONE ? l->conf->unit : unit;
	if (find_columns(l, c) != 0)
		return -1;
	make_texts(l);
	for (i = 0; i < l->nsegs; i++)
		l->segs[i] = NOT_ASKED;
	l->cap = 0;			/* raw depends on the model */
	l->model_gen = l->use.generation;
	l->grid_gen = l->grid.generation;
	l->ready = true;
	return 0;
}

static void
reserve(struct live *l, size_t n)
{
	const struct tp_modelfile	*m = l->use.model;

	if (n <= l->cap)
		return;
	l->cap = n;
	l->x = tp_realloc(l->x, n * (m->ncol + 1), sizeof(*l->x));
	l->now = tp_realloc(l->now, n, sizeof(*l->now));
	l->last = tp_realloc(l->last, n, sizeof(*l->last));
	l->raw = tp_realloc(l->raw, n * m->nh, sizeof(*l->raw));
	l->seg = tp_realloc(l->seg, n, sizeof(*l->seg));
}

/* The model's index of a segment of the grid. */
static uint32_t
model_seg(struct live *l, size_t i)
{
	const struct tp_map_key	*k = &l->grid.ids.keys[i];
	size_t			 at;

	if (i >= l->nsegs) {
		size_t	n = l->grid.ids.cap > i ? l->grid.ids.cap : i + 1;

		l->segs = tp_realloc(l->segs, n, sizeof(*l->segs));
		while (l->nsegs < n)
			l->segs[l->nsegs++] = NOT_ASKED;
	}
	if (l->segs[i] == NOT_ASKED) {
		at = tp_map_find(&l->use.model->segs, k->p, k->n);
		l->segs[i] = at == SIZE_MAX ? UNKNOWN : (uint32_t)at;
	}
	return l->segs[i];
}

/* Puts a row of the model's columns into place k. */
static void
put_row(struct live *l, size_t k, const double *x, double now, double last,
    uint32_t seg)
{
	size_t	 n = l->use.model->ncol, i;
	float	*d = l->x + k * n;
	double	 f = tp_speed_convert(1, l->stream, l->fc.in);

	for (i = 0; i < n; i++) {
		d[i] = (float)(x[l->cols[i].at] * l->cols[i].factor);
		if (!isfinite(d[i]))
			d[i] = NAN;
	}
	l->now[k] = f == 1 ? now : now * f;
	l->last[k] = f == 1 ? last : last * f;
	l->seg[k] = seg;
}

/* Asks the model about the first n rows put. */
static void
ask(struct live *l, size_t n, int64_t t)
{
	const struct tp_modelfile	*m = l->use.model;
	int64_t				 local = t + tp_tz_offset(&l->tz, t);
	int64_t				 days = local / TP_DAY -
					     (local % TP_DAY < 0);
	struct tp_ask			 a = {
		n, l->x, l->now, l->last, l->seg,
		(int)((local - days * TP_DAY) / m->step_ms),
		(int)(((days + 3) % 7 + 7) % 7),
	};

	if (n > 0)
		m->kind->predict(m->state, &a, l->raw);
}

/* What lines of one step share. */
static void
start_step(struct live *l, int64_t t)
{
	const struct tp_live_use	*c = &l->use;
	size_t				 i;

	l->step.n = 0;
	tp_buf_int(&l->step, t);
	for (i = 0; i < c->nh; i++) {
		struct tp_buf	*b = &l->texts[i].time;
		int		 minutes = c->model->minutes[c->horizon[i]];

		b->n = 0;
		tp_buf_printf(b, "\",\"timestamp\":%lld,"
		    "\"prediction_horizon_minutes\":%d,"
		    "\"target_timestamp\":%lld", (long long)t, minutes,
		    (long long)(t + minutes * TP_MINUTE));
	}
}

static void
put_speed(const struct live *l, struct tp_buf *b, int name, double v)
{
	tp_buf_str(b, l->names[name]);
	tp_buf_fixed(b, v, TP_FORECAST_DECIMALS);
}

/* One line: the segment's id, horizon i, and what is forecast. */
static int
put_line(struct live *l, const char *id, size_t idlen, size_t i,
    const struct tp_forecast *f, bool known, int64_t t, struct tp_out *out)
{
	struct tp_buf		*b = tp_out_begin(out, TP_OUT_MAIN);
	const struct texts	*x = &l->texts[i];

	tp_buf_lit(b, "{\"prediction_id\":\"");
	tp_buf_add(b, id, idlen);
	tp_buf_char(b, ':');
	tp_buf_add(b, l->step.p, l->step.n);
	tp_buf_add(b, x->id.p, x->id.n);
	tp_buf_add(b, id, idlen);
	tp_buf_add(b, x->time.p, x->time.n);
	tp_buf_add(b, l->current.p, l->current.n);
	put_speed(l, b, PREDICTED, f->speed);
	if (!isnan(f->lower)) {
		put_speed(l, b, LOWER, f->lower);
		put_speed(l, b, UPPER, f->upper);
	}
	if (!isnan(f->confidence)) {
		tp_buf_lit(b, ",\"confidence_score\":");
		tp_buf_fixed(b, f->confidence, 3);
	}
	if (f->level > 0) {
		tp_buf_lit(b, ",\"congestion_level\":\"");
		tp_buf_str(b, tp_level_name(f->level));
		tp_buf_char(b, '"');
	}
	if (known)
		tp_buf_add(b, l->tail.p, l->tail.n);
	else
		tp_buf_lit(b, ",\"model_version\":\"persistence\"}");
	return tp_out_end(out, TP_OUT_MAIN, id, idlen, t);
}

/*
 * The lines of one segment; k is its row's place, or SIZE_MAX where the
 * model does not know it.  last is in the stream's unit.
 */
static int
put_segment(struct live *l, const char *id, size_t idlen, size_t k,
    double last, int64_t t, struct tp_out *out)
{
	const struct tp_live_use	*c = &l->use;
	struct tp_forecast		 f;
	size_t				 i;

	l->current.n = 0;
	if (!isnan(last)) {
		tp_buf_str(&l->current, l->names[CURRENT]);
		if (l->stream == l->fc.out)
			tp_buf_num(&l->current, last);
		else
			tp_buf_fixed(&l->current, tp_speed_convert(last,
			    l->stream, l->fc.out), TP_FORECAST_DECIMALS);
	}
	if (k == SIZE_MAX) {
		if (isnan(last))
			return 0;
		f.speed = tp_forecast_speed(tp_speed_convert(last, l->stream,
		    l->fc.out));
		f.lower = f.upper = f.confidence = (double)NAN;
		f.level = tp_level(&l->conf->levels, f.speed, (double)NAN,
		    l->fc.out);
		tp_out_count(out, TP_COUNT_UNKNOWN, c->nh);
	}
	for (i = 0; i < c->nh; i++) {
		if (k != SIZE_MAX)
			tp_forecast_make(&l->fc, l->seg[k], c->horizon[i],
			    l->raw[k * c->model->nh + c->horizon[i]], &f);
		if (put_line(l, id, idlen, i, &f, k != SIZE_MAX, t, out) != 0)
			return -1;
	}
	return 0;
}

static int
forecast_step(void *arg, const struct tp_feat_step *s)
{
	struct live	*l = arg;
	size_t		 i, k = 0;
	uint32_t	 seg;

	/* the grid has every column of its own spec: tp_live_use() saw it */
	if (prepare(l, &l->grid.cols, l->grid.opts.spec.unit) != 0)
		tp_die("the features of a step lack a column");
	reserve(l, s->nrows);
	for (i = 0; i < s->nrows; i++) {
		seg = model_seg(l, s->seg[i]);
		if (seg != UNKNOWN)
			put_row(l, k++, s->x + i * s->ncols, s->now[i],
			    s->last[i], seg);
	}
	ask(l, k, s->t);
	start_step(l, s->t);
	for (i = k = 0; i < s->nrows; i++) {
		const struct tp_map_key	*id = &l->grid.ids.keys[s->seg[i]];
		bool			 known;

		known = l->segs[s->seg[i]] != UNKNOWN;
		if (put_segment(l, id->p, id->n, known ? k++ : SIZE_MAX,
		    s->last[i], s->t, s->out) != 0)
			return -1;
	}
	return 0;
}

/* What rows must have in common with the model. */
static const char *
check_rows(const struct live *l)
{
	const struct tp_feat_spec	*want = &l->conf->grid.spec;
	const struct tp_feat_spec	*have = &l->rr.spec;

	if (have->step_ms != want->step_ms || strcmp(have->tz, want->tz) != 0)
		return "feature_set has another step or time zone than the "
		    "model";
	if (want->graph_hash != 0 && have->graph_hash != want->graph_hash)
		return "feature_set has another road graph than the model";
	if (tp_model_is_joint(l->use.model->kind))
		return "the model forecasts all segments of a step together; "
		    "give it the events instead of feature rows";
	return NULL;
}

static int
feature_row(struct live *l, const struct tp_rec *r, struct tp_out *out)
{
	struct tp_feat_row	 row;
	const char		*why, *field = NULL;
	char			 text[200];
	size_t			 at;

	if (tp_rowread_parse(&l->rr, r, &row, &why, &field) != 0) {
		snprintf(text, sizeof(text), "%s%s%s",
		    field != NULL ? field : "", field != NULL ? ": " : "",
		    why);
		return tp_out_reject(out, r, "features", text);
	}
	follow(l, row.t);
	l->row_t = row.t;
	why = check_rows(l);
	if (why == NULL && prepare(l, &l->rr.cols, l->rr.spec.unit) != 0)
		why = "feature_set lacks a column that the model reads";
	if (why != NULL)
		return tp_out_reject(out, r, "features", why);
	at = tp_map_find(&l->use.model->segs, row.id, row.idlen);
	reserve(l, 1);
	if (at != SIZE_MAX) {
		put_row(l, 0, row.x, row.now, row.last, (uint32_t)at);
		ask(l, 1, row.t);
	}
	start_step(l, row.t);
	return put_segment(l, row.id, row.idlen, at == SIZE_MAX ? at : 0,
	    row.last, row.t, out);
}

static int
record(void *st, const struct tp_rec *r, struct tp_out *out)
{
	struct live	*l = st;

	if (l->mode == NEW)
		l->mode = tp_json_find(&r->o, "feature_set") != NULL ?
		    ROWS : GRID;
	if (l->mode == ROWS)
		return feature_row(l, r, out);
	follow(l, TP_TIME_NONE);
	return tp_grid_record(&l->grid, r, out);
}

static int
idle(void *st, int64_t now_ms, int64_t idle_ms, struct tp_out *out)
{
	struct live	*l = st;

	(void)now_ms;
	follow(l, TP_TIME_NONE);
	return tp_grid_time(&l->grid, idle_ms, out);
}

static int
end(void *st, struct tp_out *out)
{
	struct live	*l = st;

	follow(l, TP_TIME_NONE);
	return tp_grid_end(&l->grid, out);
}

static int64_t
low(const void *st)
{
	const struct live	*l = st;

	return l->mode == ROWS ? INT64_MAX : tp_grid_low(&l->grid);
}

static int64_t
mark(const void *st)
{
	const struct live	*l = st;

	return tp_grid_mark(&l->grid);
}

static void
resume(void *st, int64_t m)
{
	struct live	*l = st;

	tp_grid_resume(&l->grid, m);
}

const struct tp_filter tp_live_filter = {
	.size = sizeof(struct live),
	.init = init,
	.record = record,
	.time = idle,
	.end = end,
	.low = low,
	.mark = mark,
	.resume = resume,
	.clear = clear,
};
