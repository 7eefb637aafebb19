#include "forecast/live.h"

#include <math.h>

#include "base/mem.h"
#include "feat/rowread.h"
#include "forecast/adapt.h"
#include "forecast/asker.h"
#include "forecast/gather.h"
#include "forecast/score.h"

#define UNKNOWN		TP_ASKER_UNKNOWN

enum mode { NEW, GRID, ROWS };

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
	struct tp_gather gather;	/* rows of a step not complete yet */
	struct tp_asker	 asker;
	struct tp_adapt	*adapt;		/* NULL: forecasts as of the model */
	struct tp_live_use use;		/* the model forecast with */
	int64_t		 row_t;		/* of the last feature row */
	bool		 ready;		/* the rest is made for ... */
	uint64_t	 model_gen, grid_gen;	/* ... these */
	struct tp_forecaster fc;
	enum tp_unit	 stream;	/* of the rows */
	/* text */
	struct texts	 texts[TP_MODEL_HORIZONS];
	struct tp_buf	 current;	/* ,"current_speed_mph":.. */
	struct tp_buf	 step;		/* the step's time */
	char		 names[4][40];	/* ,"predicted_speed_mph": ... */
	struct tp_buf	 tail;		/* ,"model_version":"..." */
};

enum { PREDICTED, LOWER, UPPER, CURRENT };

static tp_feat_fn forecast_step;

/* Forecasts with another model from now on; with none where u is NULL. */
static void
take(struct live *l, const struct tp_live_use *u)
{
	if (l->use.users != NULL)
		--*l->use.users;
	l->use = u != NULL ? *u : (struct tp_live_use){ 0 };
	if (l->use.users != NULL)
		++*l->use.users;
}

/* The grid keeps l's address; the runner does not move a state. */
static int
init(void *st, const void *conf, struct tp_err *e)
{
	struct live	*l = st;

	l->conf = conf;
	take(l, &l->conf->use);
	l->row_t = TP_TIME_NONE;
	tp_gather_init(&l->gather);
	if (tp_asker_init(&l->asker, l->conf->grid.spec.tz, e) != 0)
		return -1;
	if (l->conf->adapt) {
		l->adapt = tp_adapt_new(&l->conf->grid, e);
		if (l->adapt == NULL)
			return -1;
		l->asker.answers = tp_adapt_answers(l->adapt);
		tp_adapt_use(l->adapt, l->use.model, &l->conf->grid.spec);
	}
	return tp_grid_init(&l->grid, &l->conf->grid, forecast_step, l, e);
}

static void
clear(void *st)
{
	struct live	*l = st;
	size_t		 i;

	take(l, NULL);
	tp_grid_clear(&l->grid);
	tp_rowread_release(&l->rr);
	tp_gather_release(&l->gather);
	tp_asker_release(&l->asker);
	tp_adapt_free(l->adapt);
	for (i = 0; i < TP_MODEL_HORIZONS; i++) {
		tp_buf_release(&l->texts[i].id);
		tp_buf_release(&l->texts[i].time);
	}
	tp_buf_release(&l->current);
	tp_buf_release(&l->step);
	tp_buf_release(&l->tail);
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
	if (l->mode == ROWS &&
	    (t == l->row_t || l->gather.t != TP_TIME_NONE))
		return;
	if (l->mode == GRID)
		tp_grid_regroup(&l->grid, &c->grid.spec);
	take(l, &c->use);
	if (l->adapt != NULL)
		tp_adapt_use(l->adapt, l->use.model, &c->grid.spec);
}

/*
 * Makes what depends on the model, the grid's indexes and the unit.  Returns
 * -1 where the rows lack a column.
 */
static int
prepare(struct live *l, const struct tp_feat_cols *c, enum tp_unit unit)
{
	const struct tp_modelfile	*m = l->use.model;

	if (l->ready && l->model_gen == l->use.generation &&
	    l->grid_gen == l->grid.generation)
		return 0;
	l->ready = false;
	l->stream = unit;
	l->fc.iv = m->iv.nseg > 0 ? &m->iv : NULL;
	l->fc.free_flow = m->free_flow;
	l->fc.levels = l->conf->levels;
	l->fc.classes = m->classes.n > 0 ? &m->classes : NULL;
	if (tp_asker_use(&l->asker, m, c, unit) != 0)
		return -1;
	l->fc.in = l->asker.in;
	l->fc.out = l->conf->unit != TP_UNIT_NONE ? l->conf->unit : unit;
	make_texts(l);
	l->model_gen = l->use.generation;
	l->grid_gen = l->grid.generation;
	l->ready = true;
	return 0;
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
	if (f->class >= 0) {
		tp_buf_lit(b, ",\"predicted_class\":\"");
		tp_buf_str(b, l->use.model->classes.name[f->class]);
		tp_buf_char(b, '"');
	}
	if (known)
		tp_buf_add(b, l->tail.p, l->tail.n);
	else
		tp_buf_lit(b, ",\"model_version\":\"ha\"}");
	return tp_out_end(out, TP_OUT_MAIN, id, idlen, t);
}

/* The forecast of the row at place k for horizon h of the model. */
static void
make(const struct live *l, size_t k, size_t h, struct tp_forecast *f)
{
	const double			*raw = l->asker.raw +
					    k * l->use.model->nh;
	struct tp_forecast_shift	 s;
	size_t				 seg = l->asker.seg[k];

	if (l->adapt == NULL) {
		tp_forecast_make(&l->fc, seg, h, raw[h], NULL, f);
		return;
	}
	s = tp_adapt_shift(l->adapt, seg, h, raw, l->asker.last[k]);
	tp_forecast_make(&l->fc, seg, h, raw[h], &s, f);
}

/* The forecast for a segment that the model does not know; NAN: none. */
static void
make_stranger(struct live *l, double last, int64_t t, size_t h,
    struct tp_forecast *f)
{
	double	v = tp_asker_stranger(&l->asker, t, l->use.model->steps[h],
		    tp_speed_convert(last, l->stream, l->fc.in));

	v = tp_speed_convert(v, l->fc.in, l->fc.out);
	f->speed = isnan(v) ? v : tp_forecast_speed(v);
	f->lower = f->upper = f->confidence = (double)NAN;
	f->level = tp_level(&l->conf->levels, f->speed, (double)NAN,
	    l->fc.out);
	f->class = -1;
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
		tp_out_count(out, TP_COUNT_UNKNOWN, c->nh);
		if (l->conf->stranger != NULL && !out->muted)
			l->conf->stranger(l->conf->stranger_arg, id, idlen);
	}
	for (i = 0; i < c->nh; i++) {
		if (k != SIZE_MAX)
			make(l, k, c->horizon[i], &f);
		else
			make_stranger(l, last, t, c->horizon[i], &f);
		if (isnan(f.speed))
			continue;
		if (put_line(l, id, idlen, i, &f, k != SIZE_MAX, t, out) != 0)
			return -1;
	}
	return 0;
}

static int
forecast_step(void *arg, const struct tp_feat_step *s)
{
	struct live	*l = arg;
	size_t		 i, k;
	uint32_t	 seg;

	/* the grid has every column of its own spec: tp_live_use() saw it */
	if (prepare(l, &l->grid.cols, l->grid.opts.spec.unit) != 0)
		tp_die("the features of a step lack a column");
	for (i = 0; i < s->nrows; i++) {
		seg = tp_asker_seg(&l->asker, &l->grid.ids, s->seg[i]);
		if (seg != UNKNOWN)
			tp_asker_put(&l->asker, s->x + i * s->ncols,
			    s->now[i], s->last[i], seg);
	}
	tp_asker_ask(&l->asker, s->t);
	start_step(l, s->t);
	for (i = k = 0; i < s->nrows; i++) {
		const struct tp_map_key	*id = &l->grid.ids.keys[s->seg[i]];
		bool			 known;

		known = tp_asker_seg(&l->asker, &l->grid.ids, s->seg[i]) !=
		    UNKNOWN;
		k += known;
		if (tp_out_wants(s->out, id->p, id->n, s->t) &&
		    put_segment(l, id->p, id->n, known ? k - 1 : SIZE_MAX,
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
	return NULL;
}

/* Forecasts from the rows that were gathered: their step is complete. */
static int
answer(struct live *l, struct tp_out *out)
{
	struct tp_gather	*g = &l->gather;
	size_t			 i, k;
	int			 rc = 0;

	if (g->t == TP_TIME_NONE)
		return 0;
	tp_asker_ask(&l->asker, g->t);
	start_step(l, g->t);
	for (i = k = 0; i < g->ids.n && rc == 0; i++) {
		const struct tp_map_key	*id = &g->ids.keys[i];
		bool			 known = g->row[i].seg != SIZE_MAX;

		k += known;
		if (tp_out_wants(out, id->p, id->n, g->t))
			rc = put_segment(l, id->p, id->n, known ? k - 1 :
			    SIZE_MAX, g->row[i].last, g->t, out);
	}
	tp_gather_close(g);
	return rc;
}

/* Forecasts from a row alone; at: its segment in the model, or SIZE_MAX. */
static int
answer_row(struct live *l, const struct tp_feat_row *row, size_t at,
    struct tp_out *out)
{
	if (!tp_out_wants(out, row->id, row->idlen, TP_TIME_NONE))
		return 0;
	if (at != SIZE_MAX) {
		tp_asker_put(&l->asker, row->x, row->now, row->last,
		    (uint32_t)at);
		tp_asker_ask(&l->asker, row->t);
	}
	start_step(l, row->t);
	return put_segment(l, row->id, row->idlen, at == SIZE_MAX ? at : 0,
	    row->last, row->t, out);
}

/* Keeps a row until those of the other segments are there. */
static int
gather_row(struct live *l, const struct tp_rec *r,
    const struct tp_feat_row *row, size_t at, struct tp_out *out)
{
	const struct tp_grid_opts	*o = &l->conf->grid;
	struct tp_gather		*g = &l->gather;

	switch (tp_gather_put(g, row, at, r->pos, o->max_keys)) {
	case TP_GATHER_LATE:
		/* behind those of the model's segments, which were all there */
		if (row->t == g->done && g->t == TP_TIME_NONE &&
		    at == SIZE_MAX)
			return answer_row(l, row, at, out);
		tp_out_count(out, TP_COUNT_LATE, 1);
		return 0;
	case TP_GATHER_AGAIN:
		tp_out_count(out, TP_COUNT_DUPLICATE, 1);
		return 0;
	case TP_GATHER_FULL:
		return tp_out_reject(out, r, "max-keys",
		    "there is no room for another segment");
	case TP_GATHER_KEPT:
		break;
	}
	if (at != SIZE_MAX)
		tp_asker_put(&l->asker, row->x, row->now, row->last,
		    (uint32_t)at);
	/* what is read again is not complete: see rec/filter.h */
	if (o->early && !out->muted && g->nknown == l->use.model->segs.n)
		return answer(l, out);
	return 0;
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
	if (row.t > r->now_ms &&
	    row.t - r->now_ms > l->conf->grid.max_future_ms)
		return tp_out_reject(out, r, "future",
		    "timestamp: the time is ahead of the clock");
	if (row.t > l->gather.t && answer(l, out) != 0)
		return -1;
	follow(l, row.t);
	l->row_t = row.t;
	why = check_rows(l);
	if (why == NULL && prepare(l, &l->rr.cols, l->rr.spec.unit) != 0)
		why = "feature_set lacks a column that the model reads";
	if (why != NULL)
		return tp_out_reject(out, r, "features", why);
	at = tp_map_find(&l->use.model->segs, row.id, row.idlen);
	/* rows that are read again were gathered, whatever the model is now */
	if (tp_model_is_joint(l->use.model->kind) || out->muted ||
	    l->gather.t != TP_TIME_NONE)
		return gather_row(l, r, &row, at, out);
	return answer_row(l, &row, at, out);
}

static int
record(void *st, const struct tp_rec *r, struct tp_out *out)
{
	struct live	*l = st;

	if (l->mode == NEW)
		l->mode = tp_json_find(&r->o, "feature_set") != NULL ?
		    ROWS : GRID;
	if (l->mode == ROWS && l->adapt != NULL)
		return tp_out_reject(out, r, "features",
		    "rows of features come without what --adapt learns from");
	if (l->mode == ROWS)
		return feature_row(l, r, out);
	follow(l, TP_TIME_NONE);
	if (l->adapt != NULL)
		tp_adapt_record(l->adapt, r);
	return tp_grid_record(&l->grid, r, out);
}

static int
idle(void *st, int64_t idle_ms, struct tp_out *out)
{
	struct live	*l = st;
	int64_t		 wait_ms = l->conf->grid.wait_ms;

	if (l->mode == ROWS)
		return wait_ms == 0 || idle_ms < wait_ms ? 0 : answer(l, out);
	follow(l, TP_TIME_NONE);
	return tp_grid_time(&l->grid, idle_ms, out);
}

static int
end(void *st, struct tp_out *out)
{
	struct live	*l = st;

	if (l->mode == ROWS)
		return answer(l, out);
	follow(l, TP_TIME_NONE);
	return tp_grid_end(&l->grid, out);
}

static int64_t
low(const void *st)
{
	const struct live	*l = st;
	int64_t			 at = tp_grid_low(&l->grid), adapt;

	if (l->mode == ROWS)
		return l->gather.low;
	adapt = l->adapt != NULL ? tp_adapt_low(l->adapt) : at;
	return adapt < at ? adapt : at;
}

static int64_t
mark(const void *st)
{
	const struct live	*l = st;

	/* before the first record: that which it was resumed with */
	return l->mode == GRID ? tp_grid_mark(&l->grid) : l->gather.done;
}

static void
resume(void *st, int64_t m)
{
	struct live	*l = st;

	l->gather.done = m;
	tp_grid_resume(&l->grid, m);
	if (l->adapt != NULL)
		tp_adapt_resume(l->adapt, m);
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
