#include "forecast/trainreport.h"

#include "base/mem.h"

static void
put_score(const struct tp_dataset *d, const struct tp_train_scores *s,
    int split, size_t h, bool saved, struct tp_buf *b)
{
	const struct tp_panel	*p = &d->panel;
	struct tp_score_of	 of = {
		.kind = s->kind, .version = s->version,
		.split = tp_split_names[split],
		.horizon = d->spec.targets[h], .unit = d->spec.unit,
		.from = tp_dataset_time(d, p->part[split]),
		.to = tp_dataset_time(d, p->part[split + 1] - 1),
		.saved = saved,
	};

	tp_score_write(&s->s[split][h], &of, b);
}

/* The reliability table of the model on the test part. */
static void
put_bins(struct tp_train_result *r, const struct tp_dataset *d, size_t h)
{
	const struct tp_train_scores	*s = &r->scored[0];
	struct tp_score			 part;
	char				 group[8];
	int				 i;

	for (i = 0; i < TP_SCORE_BINS; i++) {
		struct tp_score_of	of = {
			.kind = s->kind, .version = s->version,
			.split = tp_split_names[TP_SPLIT_TEST],
			.horizon = d->spec.targets[h], .unit = d->spec.unit,
			.from = TP_TIME_NONE, .to = TP_TIME_NONE,
			.by = "confidence", .group = group,
		};

		part = tp_score_of_bin(&s->s[TP_SPLIT_TEST][h], i);
		if (part.n == 0)
			continue;
		snprintf(group, sizeof(group), "0.%d", i);
		tp_score_write(&part, &of, &r->report);
		tp_buf_char(&r->report, '\n');
	}
}

void
tp_train_report(struct tp_train_result *r, const struct tp_dataset *d)
{
	size_t	h, k;
	int	split;

	for (split = 0; split < TP_SPLITS; split++)
		for (k = 0; k < r->nscored; k++)
			for (h = 0; h < d->panel.shape.nh; h++) {
				put_score(d, &r->scored[k], split, h,
				    k == 0 && !r->refused, &r->report);
				tp_buf_char(&r->report, '\n');
			}
	for (h = 0; h < d->panel.shape.nh; h++)
		put_bins(r, d, h);
}

char *
tp_train_metrics(const struct tp_train_result *r, const struct tp_dataset *d)
{
	struct tp_buf	 b = { 0 };
	size_t		 h;
	int		 split;
	char		*text;

	for (split = 0; split < TP_SPLITS; split++)
		for (h = 0; h < d->panel.shape.nh; h++) {
			tp_buf_char(&b, b.n == 0 ? '[' : ',');
			put_score(d, &r->scored[0], split, h, true, &b);
		}
	tp_buf_char(&b, ']');
	text = tp_strndup(b.p, b.n);
	tp_buf_release(&b);
	return text;
}

void
tp_train_table(const struct tp_train_result *r, int split, struct tp_buf *b)
{
	const struct tp_modelfile	*m = &r->model;
	const struct tp_score		*s;
	size_t				 h, k;

	tp_buf_printf(b, "%-12s", tp_split_names[split]);
	for (h = 0; h < m->nh; h++)
		tp_buf_printf(b, "  %13d min", m->minutes[h]);
	tp_buf_printf(b, "\n%-12s", m->unit);
	for (h = 0; h < m->nh; h++)
		tp_buf_printf(b, "  %8s %8s", "MAE", "RMSE");
	tp_buf_char(b, '\n');
	for (k = 0; k < r->nscored; k++) {
		tp_buf_printf(b, "%-12s", r->scored[k].kind);
		for (h = 0; h < m->nh; h++) {
			s = &r->scored[k].s[split][h];
			tp_buf_printf(b, "  %8.3f %8.3f", tp_score_mae(s),
			    tp_score_rmse(s));
		}
		tp_buf_char(b, '\n');
	}
	if (m->iv.nseg == 0)
		return;
	tp_buf_printf(b, "%-12s", "in interval");
	for (h = 0; h < m->nh; h++)
		tp_buf_printf(b, "  %15.1f %%",
		    tp_score_coverage(&r->scored[0].s[split][h]));
	tp_buf_char(b, '\n');
}
