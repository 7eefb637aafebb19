#include "plot/trainpage.h"

#include <inttypes.h>
#include <math.h>

#include "base/mem.h"
#include "plot/page.h"

#define WORST	10	/* segments shown */

static const char style[] =
    "<style>\n"
    ":root { color-scheme: light dark; --text: #1d1d1f; --page: #ffffff;\n"
    "  --line: #d5d5da; --soft: #5c5c66; --row: #f5f5f7; }\n"
    "@media (prefers-color-scheme: dark) {\n"
    "  :root { --text: #e8e8ec; --page: #16161a; --line: #3a3a42;\n"
    "    --soft: #a5a5b0; --row: #202026; } }\n"
    "body { font: 16px/1.5 system-ui, sans-serif; color: var(--text);\n"
    "  background: var(--page); max-width: 66rem; margin: 2rem auto;\n"
    "  padding: 0 1rem; }\n"
    "h1 { font-size: 1.5rem; overflow-wrap: anywhere; }\n"
    "h2 { font-size: 1.15rem; margin: 2rem 0 .5rem; }\n"
    "p { color: var(--soft); margin: .3rem 0 .8rem; max-width: 46rem; }\n"
    ".wide { overflow-x: auto; }\n"
    "table { border-collapse: collapse; font-variant-numeric: tabular-nums; }\n"
    "th, td { padding: .2rem .8rem; text-align: right; white-space: nowrap;\n"
    "  border-bottom: 1px solid var(--line); }\n"
    "th { font-weight: 600; }\n"
    "th:first-child, td:first-child { text-align: left; }\n"
    "tbody tr:hover, tr.own { background: var(--row); }\n"
    "tr.own { font-weight: 600; }\n"
    "img { width: 100%; height: auto; background: #ffffff; display: block;\n"
    "  margin: 1rem 0; border-radius: 4px; }\n"
    "</style>\n";

/* What all parts of the page need. */
struct page {
	const struct tp_train_result *r;
	const struct tp_dataset *d;
	size_t		 nh;
	struct tp_buf	*b;
};

static void
put_text(struct tp_buf *b, const char *s)
{
	for (; *s != '\0'; s++)
		if (*s == '<')
			tp_buf_lit(b, "&lt;");
		else if (*s == '>')
			tp_buf_lit(b, "&gt;");
		else if (*s == '&')
			tp_buf_lit(b, "&amp;");
		else if (*s == '"')
			tp_buf_lit(b, "&quot;");
		else if ((unsigned char)*s < 0x20 || *s == 0x7F)
			tp_buf_char(b, '?');
		else
			tp_buf_char(b, *s);
}

static void
put_head(struct tp_buf *b, const char *text)
{
	tp_buf_lit(b, "<th>");
	put_text(b, text);
	tp_buf_lit(b, "</th>");
}

/* A cell; NAN is empty. */
static void
put_cell(struct tp_buf *b, int decimals, double v)
{
	tp_buf_lit(b, "<td>");
	if (isfinite(v))
		tp_buf_printf(b, "%.*f", decimals, tp_fixed(v, decimals));
	tp_buf_lit(b, "</td>");
}

static void
begin_table(struct tp_buf *b, const char *title, const char *about)
{
	tp_buf_printf(b, "<h2>%s</h2>\n", title);
	if (about != NULL)
		tp_buf_printf(b, "<p>%s</p>\n", about);
	tp_buf_lit(b, "<div class=\"wide\"><table>\n<thead><tr>");
}

static void
end_table(struct tp_buf *b)
{
	tp_buf_lit(b, "</tbody>\n</table></div>\n");
}

static void
put_introduction(const struct page *p)
{
	const struct tp_modelfile	*m = &p->r->model;
	struct tp_tz			 tz = p->d->tz;
	struct tp_page			 page = { .tz = &tz };

	tp_buf_lit(p->b, "<h1>");
	put_text(p->b, m->version);
	tp_buf_printf(p->b, "</h1>\n<p>Trained on %" PRId64 " windows of %zu "
	    "segments, calibrated on %" PRId64 ", tested on %" PRId64 ": ",
	    m->windows[0], p->d->segs.n, m->windows[1], m->windows[2]);
	tp_page_dates(&page, p->b,
	    tp_dataset_time(p->d, p->d->panel.part[2]),
	    tp_dataset_time(p->d, p->d->panel.part[3] - 1));
	tp_buf_printf(p->b, ", which it never saw. Seed %" PRIu64 ". Errors "
	    "are in %s%s.</p>\n", m->seed, tp_page_unit(p->d->spec.unit),
	    p->r->refused ? "; the model in use was better, and this one was "
	    "not saved" : "");
}

static void
put_horizons(const struct page *p)
{
	const struct tp_score	*s;
	size_t			 h, k;

	begin_table(p->b, "By horizon", "Mean absolute error, root of the "
	    "mean squared error, mean absolute error in percent, mean of "
	    "forecast less reading; how many readings the intervals held, "
	    "and how wide these were.");
	tp_buf_lit(p->b, "<th>minutes ahead</th><th>forecast</th><th>n</th>"
	    "<th>MAE</th><th>RMSE</th><th>MAPE %</th><th>bias</th>"
	    "<th>in interval %</th><th>width</th></tr></thead>\n<tbody>\n");
	for (h = 0; h < p->nh; h++)
		for (k = 0; k < p->r->nscored; k++) {
			s = &p->r->scored[k].s[TP_SPLIT_TEST][h];
			tp_buf_printf(p->b, "<tr%s><td>%d</td><td>",
			    k == 0 ? " class=\"own\"" : "",
			    p->d->spec.targets[h]);
			put_text(p->b, p->r->scored[k].kind);
			tp_buf_printf(p->b, "</td><td>%" PRIu64 "</td>",
			    s->n);
			put_cell(p->b, 3, tp_score_mae(s));
			put_cell(p->b, 3, tp_score_rmse(s));
			put_cell(p->b, 2, tp_score_mape(s));
			put_cell(p->b, 3, tp_score_bias(s));
			put_cell(p->b, 1, tp_score_coverage(s));
			put_cell(p->b, 2, tp_score_width(s));
			tp_buf_lit(p->b, "</tr>\n");
		}
	end_table(p->b);
}

/* The heads of columns that each horizon and model has. */
static void
put_columns(const struct page *p, const char *first)
{
	size_t	h, k;

	put_head(p->b, first);
	for (h = 0; h < p->nh; h++)
		for (k = 0; k < p->r->nscored; k++) {
			tp_buf_lit(p->b, "<th>");
			put_text(p->b, p->r->scored[k].kind);
			tp_buf_printf(p->b, "<br>%d min</th>",
			    p->d->spec.targets[h]);
		}
	tp_buf_lit(p->b, "</tr></thead>\n<tbody>\n");
}

/* The mean absolute errors of one part. */
static void
put_part(const struct page *p, enum tp_by by, size_t part)
{
	struct tp_buf	name = { 0 };
	size_t		h, k;

	tp_by_put(by, (int64_t)part, &p->d->segs, &name);
	tp_buf_lit(p->b, "<tr><td>");
	put_text(p->b, tp_buf_cstr(&name));
	tp_buf_lit(p->b, "</td>");
	tp_buf_release(&name);
	for (h = 0; h < p->nh; h++)
		for (k = 0; k < p->r->nscored; k++)
			put_cell(p->b, 3,
			    tp_score_mae(&p->r->scored[k].part[by][part][h]));
	tp_buf_lit(p->b, "</tr>\n");
}

static void
put_parts(const struct page *p)
{
	size_t	i;

	begin_table(p->b, "Slow traffic, weekdays and weekends",
	    "Mean absolute errors; traffic is slow where the reading is below "
	    "45 mph.");
	put_columns(p, "part");
	for (i = 0; i < 2; i++)
		put_part(p, TP_BY_TRAFFIC, i);
	for (i = 0; i < 2; i++)
		put_part(p, TP_BY_WEEK, i);
	end_table(p->b);
	begin_table(p->b, "By hour", "Mean absolute errors by hour of the "
	    "time that is forecast.");
	put_columns(p, "hour");
	for (i = 0; i < 24; i++)
		put_part(p, TP_BY_HOUR, i);
	end_table(p->b);
}

struct ranked {
	double	mae;
	size_t	seg;
};

/* The largest error first; no two are equal. */
static int
compare(const void *pa, const void *pb)
{
	const struct ranked	*a = pa, *b = pb;

	if (a->mae != b->mae)
		return a->mae > b->mae ? -1 : 1;
	return a->seg < b->seg ? -1 : a->seg > b->seg;
}

static void
put_segments(const struct page *p)
{
	size_t		 n = p->d->segs.n, i, used = 0;
	struct ranked	*v = tp_calloc(n + 1, sizeof(*v));
	double		 mae;

	for (i = 0; i < n; i++) {
		mae = tp_score_mae(
		    &p->r->scored[0].part[TP_BY_SEGMENT][i][p->nh - 1]);
		if (isfinite(mae))
			v[used++] = (struct ranked){ mae, i };
	}
	qsort(v, used, sizeof(*v), compare);
	begin_table(p->b, "The worst segments", "Mean absolute errors of the "
	    "segments, at most ten, where the model is worst at the longest "
	    "horizon.");
	put_columns(p, "segment");
	for (i = 0; i < used && i < WORST; i++)
		put_part(p, TP_BY_SEGMENT, v[i].seg);
	end_table(p->b);
	free(v);
}

static void
put_reliability(const struct page *p)
{
	const struct tp_score	*s;
	size_t			 h;
	int			 i;

	begin_table(p->b, "Can confidence be trusted?", "Forecasts by their "
	    "confidence_score: how many, what it was, and how often the "
	    "congestion level was right.");
	tp_buf_lit(p->b, "<th>confidence</th>");
	for (h = 0; h < p->nh; h++)
		tp_buf_printf(p->b, "<th>n<br>%d min</th><th>mean<br>%%</th>"
		    "<th>right<br>%%</th>", p->d->spec.targets[h]);
	tp_buf_lit(p->b, "</tr></thead>\n<tbody>\n");
	for (i = 0; i < TP_SCORE_BINS; i++) {
		tp_buf_printf(p->b, "<tr><td>0.%d</td>", i);
		for (h = 0; h < p->nh; h++) {
			s = &p->r->scored[0].part[TP_BY_CONFIDENCE][i][h];
			tp_buf_printf(p->b, "<td>%" PRIu64 "</td>",
			    s->n_conf);
			put_cell(p->b, 1, 100 * tp_score_confidence(s));
			put_cell(p->b, 1, tp_score_level_percent(s));
		}
		tp_buf_lit(p->b, "</tr>\n");
	}
	end_table(p->b);
}

static void
put_importance(const struct page *p)
{
	const struct tp_importance	*im = &p->r->importance;
	size_t				 i, h;

	if (im->n == 0)
		return;
	begin_table(p->b, "What matters", "By how much the mean absolute "
	    "error on the validation part grows where the model is given an "
	    "input of other rows.");
	tp_buf_lit(p->b, "<th>input</th>");
	for (h = 0; h < p->nh; h++)
		tp_buf_printf(p->b, "<th>%d min</th>", p->d->spec.targets[h]);
	tp_buf_lit(p->b, "</tr></thead>\n<tbody>\n");
	for (i = 0; i < im->n; i++) {
		tp_buf_lit(p->b, "<tr><td>");
		put_text(p->b, im->v[i].name);
		tp_buf_lit(p->b, "</td>");
		for (h = 0; h < p->nh; h++)
			put_cell(p->b, 3, im->v[i].more[h]);
		tp_buf_lit(p->b, "</tr>\n");
	}
	end_table(p->b);
}

void
tp_trainpage_write(const struct tp_train_result *r,
    const struct tp_dataset *d, const struct tp_trainpage_picture *pictures,
    struct tp_buf *b)
{
	struct page	p = { r, d, d->panel.shape.nh, b };

	tp_buf_lit(b, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n"
	    "<meta charset=\"utf-8\">\n<meta name=\"viewport\" "
	    "content=\"width=device-width, initial-scale=1\">\n<title>");
	put_text(b, r->model.version);
	tp_buf_lit(b, "</title>\n");
	tp_buf_str(b, style);
	tp_buf_lit(b, "</head>\n<body>\n");
	put_introduction(&p);
	put_horizons(&p);
	for (; pictures->file != NULL; pictures++)
		tp_buf_printf(b, "<img src=\"%s\" alt=\"%s\">\n",
		    pictures->file, pictures->text);
	put_parts(&p);
	put_segments(&p);
	put_reliability(&p);
	put_importance(&p);
	tp_buf_lit(b, "<p>The same figures, and more, are in "
	    "<a href=\"report.jsonl\">report.jsonl</a>.</p>\n"
	    "</body>\n</html>\n");
}
