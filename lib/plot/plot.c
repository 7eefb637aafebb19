#include "plot/plot.h"

#include <math.h>

#include "base/mem.h"
#include "plot/heatmap.h"

static int
init(void *st, const void *conf, struct tp_err *e)
{
	struct tp_plot	*p = st;

	(void)e;
	p->conf = conf;
	p->readings.step_ms = p->conf->kind == TP_PLOT_HEATMAP ? 1 :
	    p->conf->step_ms;
	p->readings.max_keys = p->conf->max_keys;
	p->readings.max_readings = p->conf->max_readings;
	p->forecasts.max = p->route.max = p->conf->max_readings;
	p->unit = p->conf->unit;
	return 0;
}

void
tp_plot_release(struct tp_plot *p)
{
	tp_truth_release(&p->readings);
	tp_fcpic_release(&p->forecasts);
	tp_residuals_release(&p->residuals);
	tp_hourly_release(&p->profile);
	tp_errorpic_release(&p->errors);
	tp_routepic_release(&p->route);
	tp_buf_release(&p->id);
}

static void
clear(void *st)
{
	tp_plot_release(st);
}

/* A raw id as plain text in p->id. */
static const char *
plain(struct tp_plot *p, const char *id, size_t n)
{
	struct tp_json_val	v = {
		.p = id, .n = (uint32_t)n, .type = TP_JSON_STR,
	};

	p->id.n = 0;
	if (tp_json_unescape(&v, &p->id) != 0)
		p->id.n = 0;
	return tp_buf_cstr(&p->id);
}

/* True for the segment that was asked for, or any where none was. */
static bool
wanted(struct tp_plot *p, const char *id, size_t n)
{
	const char	*s = p->conf->segment;

	if (s == NULL)
		return true;
	plain(p, id, n);
	return p->id.n == strlen(s) && memcmp(p->id.p, s, p->id.n) == 0;
}

/* A reading for the heat map, the profile, or to compare forecasts with. */
static int
take_reading(struct tp_plot *p, const struct tp_rec *r, struct tp_out *out)
{
	const struct tp_json_val	*final = r->at[TP_F_FINAL];
	const char			*rule, *why, *field;
	bool				 side = r->input < p->conf->ntruth;
	struct tp_reading		 x;

	if (p->closed)
		return tp_out_reject(out, r, "order",
		    "a reading after the first forecast");
	if (tp_reading_get(r, &x, &why, &field) != 0)
		return tp_out_reject_field(out, r, "schema", field, why);
	if (isnan(x.speed)) {
		tp_out_count(out, TP_COUNT_MISSING, 1);
		p->readings.astray += tp_issued_is(r);
		return 0;
	}
	if ((why = tp_speed_odd(x.speed)) != NULL)
		return tp_out_reject(out, r, "speed-range", why);
	if ((final != NULL && final->type == TP_JSON_FALSE) ||
	    (!side && (x.t < p->conf->from || x.t >= p->conf->to)) ||
	    (p->conf->kind != TP_PLOT_RESIDUALS && !wanted(p, x.id, x.idlen)))
		return 0;
	if (p->conf->kind == TP_PLOT_PROFILE) {
		tp_hourly_add(&p->profile, p->conf->tz, x.t, x.speed,
		    x.unit);
		return 0;
	}
	if (tp_truth_add(&p->readings, x.id, x.idlen, x.t, x.speed, x.unit,
	    &rule, &why) != 0)
		return tp_out_reject(out, r, rule, why);
	return 0;
}

static int
take_pair(struct tp_plot *p, struct tp_issued *f, const struct tp_rec *r,
    struct tp_out *out)
{
	const struct tp_truth	*t = &p->readings;
	size_t			 seg = SIZE_MAX, i = SIZE_MAX;

	if (!p->closed) {
		tp_truth_close(&p->readings);
		p->closed = true;
	}
	if (p->unit == TP_UNIT_NONE)
		p->unit = f->unit;
	tp_issued_convert(f, p->unit);
	if (t->n > 0)
		seg = tp_map_find(&t->ids, f->id, f->idlen);
	if (seg != SIZE_MAX)
		i = tp_truth_find(t, seg, f->target);
	if (i == SIZE_MAX)
		return 0;
	if (tp_residuals_add(&p->residuals, f->horizon, f->target, f->speed,
	    tp_speed_convert(t->seg[seg].p[i].v, t->unit, p->unit)) != 0)
		return tp_out_reject(out, r, "max-keys",
		    "more horizons than can be shown");
	return 0;
}

/*
 * A forecast for its line.  Without --truth the readings are what forecasts
 * say of the present.
 */
static int
take_point(struct tp_plot *p, const struct tp_issued *f,
    const struct tp_rec *r, struct tp_out *out)
{
	const char	*rule, *why;

	if (tp_fcpic_add(&p->forecasts, f) != 0)
		return tp_out_reject(out, r, "max-readings",
		    "more forecasts than --max-readings");
	if (p->conf->ntruth > 0 || isnan(f->current) ||
	    strlen(p->forecasts.id) != f->idlen ||
	    memcmp(p->forecasts.id, f->id, f->idlen) != 0)
		return 0;
	if (tp_truth_add(&p->readings, f->id, f->idlen, f->t, f->current,
	    f->unit, &rule, &why) != 0)
		return tp_out_reject(out, r, rule, why);
	return 0;
}

static int
take_forecast(struct tp_plot *p, const struct tp_rec *r, struct tp_out *out)
{
	struct tp_issued	 f[TP_ISSUED_MAX];
	const char		*why, *field;
	int			 n, i, rc = 0;

	n = tp_issued_get(r, f, &why, &field);
	if (n < 0)
		return tp_out_reject_field(out, r, "schema", field, why);
	for (i = 0; rc == 0 && i < n; i++) {
		if (!wanted(p, f[i].id, f[i].idlen) ||
		    f[i].target < p->conf->from || f[i].target >= p->conf->to)
			continue;
		rc = p->conf->kind == TP_PLOT_FORECAST ?
		    take_point(p, &f[i], r, out) :
		    take_pair(p, &f[i], r, out);
	}
	return rc;
}

static int
record(void *st, const struct tp_rec *r, struct tp_out *out)
{
	struct tp_plot	*p = st;
	const char	*why = NULL;

	if (p->conf->kind == TP_PLOT_HEATMAP ||
	    p->conf->kind == TP_PLOT_PROFILE || r->input < p->conf->ntruth)
		return take_reading(p, r, out);
	if (p->conf->kind != TP_PLOT_ERROR && p->conf->kind != TP_PLOT_ROUTE)
		return take_forecast(p, r, out);
	if ((p->conf->kind == TP_PLOT_ROUTE ?
	    tp_routepic_add(&p->route, r, &why) :
	    tp_errorpic_add(&p->errors, r, &why)) != 0)
		return tp_out_reject(out, r, "schema", why);
	return 0;
}

/* The result is one of all records: each of them is needed to the end. */
static int64_t
low(const void *st)
{
	(void)st;
	return 0;
}

/* Sorts rows by the order given; others come behind, as they appeared. */
struct ranked {
	size_t	rank, seg;
};

static int
compare(const void *pa, const void *pb)
{
	const struct ranked	*a = pa, *b = pb;

	if (a->rank != b->rank)
		return a->rank < b->rank ? -1 : 1;
	return a->seg < b->seg ? -1 : a->seg > b->seg;
}

static struct tp_heatmap_row *
make_rows(struct tp_plot *p)
{
	const struct tp_plot_conf	*c = p->conf;
	size_t				 n = p->readings.ids.n, i;
	struct ranked			*v = tp_malloc(n * sizeof(*v));
	struct tp_heatmap_row		*rows = tp_malloc(n * sizeof(*rows));

	for (i = 0; i < n; i++) {
		const struct tp_map_key	*k = &p->readings.ids.keys[i];

		plain(p, k->p, k->n);
		v[i].seg = i;
		v[i].rank = c->order == NULL ? 0 :
		    tp_map_find(c->order, p->id.p, p->id.n);
	}
	qsort(v, n, sizeof(*v), compare);
	for (i = 0; i < n; i++)
		rows[i] = (struct tp_heatmap_row){
			v[i].seg, c->roads != NULL && v[i].rank != SIZE_MAX ?
			c->roads[v[i].rank] : NULL,
		};
	free(v);
	return rows;
}

static int
no_readings(const struct tp_plot *p, struct tp_err *e)
{
	if (p->conf->segment != NULL)
		return tp_err_set(e, TP_EXIT_DATA, "no reading of segment "
		    "'%s' to show", p->conf->segment);
	return tp_err_set(e, TP_EXIT_DATA, p->readings.astray == 0 ?
	    "no readings to show" :
	    "no readings to show, but forecasts: --kind forecast draws them");
}

static int
draw_heatmap(struct tp_plot *p, const struct tp_page *page, enum tp_unit unit,
    struct tp_buf *b, struct tp_err *e)
{
	struct tp_heatmap	 h = { .readings = &p->readings };
	struct tp_heatmap_row	*rows;
	int			 rc;

	if (p->readings.n == 0)
		return no_readings(p, e);
	tp_truth_close(&p->readings);
	h.rows = rows = make_rows(p);
	h.nrows = p->readings.ids.n;
	h.unit = unit != TP_UNIT_NONE ? unit : p->readings.unit;
	rc = tp_heatmap_draw(&h, page, b, e);
	free(rows);
	return rc;
}

static int
draw_profile(struct tp_plot *p, const struct tp_page *page, enum tp_unit unit,
    struct tp_buf *b, struct tp_err *e)
{
	struct tp_buf	of = { 0 };

	if (p->profile.n == 0)
		return no_readings(p, e);
	if (p->conf->segment != NULL)
		tp_buf_printf(&of, "sensor %.60s", p->conf->segment);
	else
		tp_buf_lit(&of, "all sensors");
	tp_hourly_draw(&p->profile, page, unit != TP_UNIT_NONE ? unit :
	    p->profile.unit, tp_buf_cstr(&of), b);
	tp_buf_release(&of);
	return 0;
}

static int
draw_residuals(struct tp_plot *p, const struct tp_page *page,
    struct tp_buf *b, struct tp_err *e)
{
	const struct tp_residual	*h;

	h = tp_residuals_find(&p->residuals, p->conf->horizon);
	if (h == NULL)
		return tp_err_set(e, TP_EXIT_DATA, "no forecast%s%s met a "
		    "reading", p->conf->segment != NULL ? " of that segment" :
		    "", p->conf->horizon > 0 ? " with that horizon" : "");
	tp_residuals_draw(&p->residuals, h, page, p->unit, b);
	return 0;
}

static int
draw_forecast(struct tp_plot *p, const struct tp_page *page,
    enum tp_unit unit, struct tp_buf *b, struct tp_err *e)
{
	const struct tp_plot_conf	*c = p->conf;

	if (p->forecasts.n == 0 && c->segment != NULL)
		return tp_err_set(e, TP_EXIT_DATA, "no forecast of segment "
		    "'%s' to show", c->segment);
	tp_truth_close(&p->readings);
	return tp_fcpic_draw(&p->forecasts, &p->readings, c->horizon,
	    c->from, c->to, page, unit != TP_UNIT_NONE ? unit :
	    p->forecasts.unit, b, e);
}

int
tp_plot_draw(struct tp_plot *p, const struct tp_page *page, struct tp_buf *b,
    bool *script, struct tp_err *e)
{
	enum tp_unit	unit = p->conf->unit;

	*script = true;
	switch (p->conf->kind) {
	case TP_PLOT_HEATMAP:
		*script = page->kind != TP_PAGE_TEXT;
		return draw_heatmap(p, page, unit, b, e);
	case TP_PLOT_FORECAST:
		return draw_forecast(p, page, unit, b, e);
	case TP_PLOT_ERROR:
		return tp_errorpic_draw(&p->errors, p->conf->split, page,
		    unit, b, e);
	case TP_PLOT_RESIDUALS:
		return draw_residuals(p, page, b, e);
	case TP_PLOT_PROFILE:
		return draw_profile(p, page, unit, b, e);
	case TP_PLOT_ROUTE:
		return tp_routepic_draw(&p->route, page, b, e);
	}
	return tp_err_set(e, TP_EXIT_USAGE, "no such kind");
}

const struct tp_filter	tp_plot_filter = {
	.size = sizeof(struct tp_plot),
	.init = init,
	.record = record,
	.low = low,
	.clear = clear,
};
