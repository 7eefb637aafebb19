#include "plot/reportdir.h"

#include <errno.h>
#include <math.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "forecast/forecast.h"
#include "io/file.h"
#include "plot/curvepic.h"
#include "plot/errorpic.h"
#include "plot/gnuplot.h"
#include "plot/residuals.h"
#include "plot/trainpage.h"

#define HOURS	24

/* What all pictures need. */
struct maker {
	const char	*dir;
	const struct tp_train_result *r;
	const struct tp_dataset *d;
	size_t		 last;		/* the longest horizon */
	struct tp_tz	 tz;
	struct tp_page	 page;
	struct tp_buf	 b;		/* the script */
	struct tp_residuals residuals;
};

static int
write_file(const struct maker *m, const char *name, const struct tp_buf *b,
    struct tp_err *e)
{
	struct tp_buf	path = { 0 };
	int		rc;

	tp_buf_printf(&path, "%s/%s", m->dir, name);
	rc = tp_file_replace(tp_buf_cstr(&path), b->p, b->n, e);
	tp_buf_release(&path);
	return rc;
}

/* Draws the script, which is empty afterwards. */
static int
write_picture(struct maker *m, const char *name, struct tp_err *e)
{
	struct tp_buf	picture = { 0 };
	int		rc = tp_gnuplot_run(&m->b, &picture, e);

	if (rc == 0) {
		tp_page_finish(&m->page, &picture);
		rc = write_file(m, name, &picture, e);
	}
	tp_buf_release(&picture);
	m->b.n = 0;
	return rc;
}

/* The records of the report, as tp-plot --kind error reads them. */
static int
write_errors(struct maker *m, struct tp_err *e)
{
	const struct tp_buf	*report = &m->r->report;
	struct tp_errorpic	 errors = { 0 };
	struct tp_rec		 rec = { 0 };
	struct tp_buf		 line = { 0 };
	const char		*why;
	size_t			 at = 0, n;
	int			 rc;

	for (; at < report->n; at += n + 1) {
		n = (size_t)((const char *)memchr(report->p + at, '\n',
		    report->n - at) - (report->p + at));
		line.n = 0;
		tp_buf_add(&line, report->p + at, n);
		memset(tp_buf_room(&line, TP_JSON_PAD), 0, TP_JSON_PAD);
		if (tp_rec_parse(&rec, line.p, n) == 0)
			tp_errorpic_add(&errors, &rec, &why);
	}
	rc = tp_errorpic_draw(&errors, tp_split_names[TP_SPLIT_TEST],
	    &m->page, m->d->spec.unit, &m->b, e);
	if (rc == 0)
		rc = write_picture(m, "error.svg", e);
	tp_buf_release(&line);
	tp_rec_release(&rec);
	tp_errorpic_release(&errors);
	return rc;
}

static void
add_residual(void *arg, const struct tp_fitted_pair *p)
{
	struct maker	*m = arg;
	int		 minutes = m->d->spec.targets[p->h];

	if (p->h == m->last)
		tp_residuals_add(&m->residuals, minutes,
		    tp_dataset_time(m->d, p->step) + minutes * TP_MINUTE,
		    tp_forecast_speed(p->raw), p->y);
}

/* Asks the model for the test part again. */
static int
write_residuals(struct maker *m, struct tp_err *e)
{
	const struct tp_panel		*p = &m->d->panel;
	struct tp_fitted		 f = {
		.kind = m->r->model.kind, .state = m->r->model.state,
	};
	const struct tp_residual	*h;
	int				 rc;

	tp_fitted_each(&f, m->d, p->part[2], p->part[3], add_residual, m);
	f.state = NULL;			/* is the result's */
	tp_fitted_release(&f);
	h = tp_residuals_find(&m->residuals, 0);
	if (h == NULL)
		return tp_err_set(e, TP_EXIT_DATA, "the test part has no "
		    "readings to draw");
	tp_residuals_draw(&m->residuals, h, &m->page, m->d->spec.unit, &m->b);
	rc = write_picture(m, "residuals.svg", e);
	tp_residuals_release(&m->residuals);
	return rc;
}

static const char *
colour_of(size_t k, const char *kind)
{
	return k == 0 ? TP_COLOUR_MODEL :
	    strcmp(kind, "persistence") == 0 ? TP_COLOUR_BASE :
	    strcmp(kind, "ha") == 0 ? TP_COLOUR_MEAN : TP_COLOUR_OTHER;
}

/* Draws curves under this title, with "60 minutes ahead" behind. */
static int
write_curves(struct maker *m, struct tp_curvepic *c, const char *title,
    const char *name, struct tp_err *e)
{
	struct tp_buf	t = { 0 };
	int		rc;

	tp_buf_printf(&t, "%s %d minutes ahead", title,
	    m->d->spec.targets[m->last]);
	c->title = tp_buf_cstr(&t);
	tp_curvepic_draw(c, &m->page, &m->b);
	rc = write_picture(m, name, e);
	tp_buf_release(&t);
	return rc;
}

static int
write_hours(struct maker *m, struct tp_err *e)
{
	double			x[HOURS], y[TP_TRAIN_MODELS][HOURS];
	struct tp_curve		v[TP_TRAIN_MODELS] = { 0 };
	struct tp_buf		label = { 0 };
	struct tp_curvepic	c = {
		.xlabel = "hour of the time forecast", .whole_x = true,
		.v = v, .n = m->r->nscored,
	};
	size_t			i, k;
	int			rc;

	for (k = 0; k < c.n; k++) {
		const struct tp_train_scores	*s = &m->r->scored[k];

		for (i = 0; i < HOURS; i++) {
			x[i] = (double)i;
			y[k][i] = tp_score_mae(
			    &s->part[TP_BY_HOUR][i][m->last]);
		}
		v[k] = (struct tp_curve){ s->kind, colour_of(k, s->kind), x,
		    y[k], HOURS, false };
	}
	tp_buf_printf(&label, "mean absolute error, %s",
	    tp_page_unit(m->d->spec.unit));
	c.ylabel = tp_buf_cstr(&label);
	rc = write_curves(m, &c, "Error by hour,", "hours.svg", e);
	tp_buf_release(&label);
	return rc;
}

static int
write_reliability(struct maker *m, struct tp_err *e)
{
	static const double	 ends[] = { 0, 100 };
	double			 x[TP_SCORE_BINS], y[TP_SCORE_BINS];
	struct tp_curve		 v[] = {
		{ "as it should be", TP_COLOUR_GAP, ends, ends, 2, true },
		{ m->r->scored[0].kind, TP_COLOUR_MODEL, x, y, 0, false },
	};
	struct tp_curvepic	 c = {
		.xlabel = "confidence, % (mean of each tenth)",
		.ylabel = "congestion level right, %", .v = v, .n = 2,
	};
	const struct tp_score	*s;
	size_t			 n = 0;
	int			 i;

	for (i = 0; i < TP_SCORE_BINS; i++) {
		s = &m->r->scored[0].part[TP_BY_CONFIDENCE][i][m->last];
		if (s->n_conf == 0)
			continue;
		x[n] = 100 * tp_score_confidence(s);
		y[n++] = tp_score_level_percent(s);
	}
	v[1].n = n;
	c.n = n > 0 ? 2 : 1;
	return write_curves(m, &c, "Reliability,", "reliability.svg", e);
}

static int
write_learning(struct maker *m, struct tp_err *e)
{
	size_t			 n = m->r->nepochs, i;
	double			*x = tp_calloc(3 * n, sizeof(*x));
	struct tp_curve		 v[] = {
		{ "training", TP_COLOUR_BAND, x, x + n, n, false },
		{ "validation", TP_COLOUR_MODEL, x, x + 2 * n, n, false },
	};
	struct tp_buf		 label = { 0 };
	struct tp_curvepic	 c = {
		.title = "Learning curve", .xlabel = "epoch",
		.whole_x = true, .v = v, .n = 2,
	};
	int			 rc;

	for (i = 0; i < n; i++) {
		x[i] = m->r->epochs[i].number;
		x[n + i] = m->r->epochs[i].train;
		x[2 * n + i] = m->r->epochs[i].valid;
	}
	tp_buf_printf(&label, "mean absolute error, %s",
	    tp_page_unit(m->d->spec.unit));
	c.ylabel = tp_buf_cstr(&label);
	tp_curvepic_draw(&c, &m->page, &m->b);
	rc = write_picture(m, "learning.svg", e);
	tp_buf_release(&label);
	free(x);
	return rc;
}

static int
write_page(struct maker *m, struct tp_err *e)
{
	struct tp_trainpage_picture	pictures[] = {
		{ "error.svg", "Errors by horizon" },
		{ "residuals.svg", "Residuals" },
		{ "hours.svg", "Errors by hour" },
		{ "reliability.svg", "Reliability diagram" },
		{ "learning.svg", "Learning curve" },
		{ NULL, NULL },
	};

	if (m->r->nepochs == 0)
		pictures[4].file = NULL;
	tp_trainpage_write(m->r, m->d, pictures, &m->b);
	return write_file(m, "index.html", &m->b, e);
}

int
tp_reportdir_write(const char *dir, const struct tp_train_result *r,
    const struct tp_dataset *d, struct tp_err *e)
{
	struct maker	m = {
		.dir = dir, .r = r, .d = d, .last = d->panel.shape.nh - 1,
		.tz = d->tz,
		.page = { .kind = TP_PAGE_SVG, .width = 1000, .height = 460,
		    .utf8 = true, .tz_name = d->spec.tz },
	};
	int		rc = 0;

	m.page.tz = &m.tz;
	if (mkdir(dir, 0777) != 0 && errno != EEXIST)
		return tp_err_sys(e, "cannot make '%s'", dir);
	if (write_file(&m, "report.jsonl", &r->report, e) != 0 ||
	    write_errors(&m, e) != 0 || write_residuals(&m, e) != 0 ||
	    write_hours(&m, e) != 0 || write_reliability(&m, e) != 0 ||
	    (r->nepochs > 0 && write_learning(&m, e) != 0) ||
	    write_page(&m, e) != 0)
		rc = -1;
	tp_residuals_release(&m.residuals);
	tp_buf_release(&m.b);
	return rc;
}
