#include "forecast/trainreport.h"

#include <math.h>

#include "base/mem.h"

static void
put_score(const struct tp_dataset *d, const struct tp_train_scores *s,
    int split, size_t h, const char *fold, bool saved, struct tp_buf *b)
{
	const struct tp_panel	*p = &d->panel;
	struct tp_score_of	 of = {
		.kind = s->kind, .version = s->version,
		.split = tp_split_names[split],
		.horizon = d->spec.targets[h], .unit = d->spec.unit,
		.from = tp_dataset_time(d, p->part[split]),
		.to = tp_dataset_time(d, p->part[split + 1] - 1),
		.by = fold != NULL ? "fold" : NULL, .group = fold,
		.saved = saved,
	};

	tp_score_write(&s->s[split][h], &of, b);
}

/* The classes that one model told apart. */
static void
put_classes(struct tp_train_result *r, const struct tp_dataset *d,
    const struct tp_train_scores *s)
{
	struct tp_score_of	 of = {
		.kind = s->kind, .version = s->version,
		.unit = d->spec.unit, .from = TP_TIME_NONE,
		.to = TP_TIME_NONE,
	};
	size_t			 h;
	int			 split;

	for (split = 0; s->classes != NULL && split < TP_SPLITS; split++)
		for (h = 0; h < d->panel.shape.nh; h++) {
			of.split = tp_split_names[split];
			of.horizon = d->spec.targets[h];
			tp_confusion_write(&s->classes[split][h], d->classes,
			    &of, &r->report);
		}
}

/* One model on the test part, by `by`. */
static void
put_parts(struct tp_train_result *r, const struct tp_dataset *d,
    const struct tp_train_scores *s, enum tp_by by)
{
	struct tp_buf		 group = { 0 };
	struct tp_score_of	 of = {
		.kind = s->kind, .version = s->version,
		.split = tp_split_names[TP_SPLIT_TEST], .unit = d->spec.unit,
		.from = TP_TIME_NONE, .to = TP_TIME_NONE,
		.by = tp_by_name(by),
	};
	size_t			 n = tp_train_parts(by, d), i, h;

	for (i = 0; i < n; i++) {
		group.n = 0;
		tp_by_put(by, (int64_t)i, &d->segs, &group);
		of.group = tp_buf_cstr(&group);
		for (h = 0; h < d->panel.shape.nh; h++) {
			if (s->part[by][i][h].n == 0)
				continue;
			of.horizon = d->spec.targets[h];
			tp_score_write(&s->part[by][i][h], &of, &r->report);
			tp_buf_char(&r->report, '\n');
		}
	}
	tp_buf_release(&group);
}

/* What the model learnt in each epoch. */
static void
put_epochs(struct tp_train_result *r, const struct tp_dataset *d)
{
	char			 group[12];
	struct tp_score_of	 of = {
		.kind = r->scored[0].kind, .version = r->scored[0].version,
		.unit = d->spec.unit, .from = TP_TIME_NONE,
		.to = TP_TIME_NONE, .by = "epoch", .group = group,
	};
	size_t			 i;

	for (i = 0; i < r->nepochs; i++) {
		snprintf(group, sizeof(group), "%d", r->epochs[i].number);
		of.split = tp_split_names[TP_SPLIT_TRAIN];
		tp_score_write_figure(&of, "mae", r->epochs[i].train,
		    &r->report);
		tp_buf_char(&r->report, '\n');
		of.split = tp_split_names[TP_SPLIT_VALIDATION];
		tp_score_write_figure(&of, "mae", r->epochs[i].valid,
		    &r->report);
		tp_buf_char(&r->report, '\n');
	}
}

static void
put_importance(struct tp_train_result *r, const struct tp_dataset *d)
{
	const struct tp_importance	*im = &r->importance;
	struct tp_score_of		 of = {
		.kind = r->scored[0].kind, .version = r->scored[0].version,
		.split = tp_split_names[TP_SPLIT_VALIDATION],
		.unit = d->spec.unit, .from = TP_TIME_NONE,
		.to = TP_TIME_NONE, .by = "input",
	};
	size_t				 i, h;

	for (i = 0; i < im->n; i++)
		for (h = 0; h < d->panel.shape.nh; h++) {
			of.group = im->v[i].name;
			of.horizon = d->spec.targets[h];
			tp_score_write_figure(&of, "mae_increase",
			    im->v[i].more[h], &r->report);
			tp_buf_char(&r->report, '\n');
		}
}

void
tp_train_report(struct tp_train_result *r, const struct tp_dataset *d)
{
	size_t	h, k;
	int	split, by;

	for (split = 0; split < TP_SPLITS; split++)
		for (k = 0; k < r->nscored; k++)
			for (h = 0; h < d->panel.shape.nh; h++) {
				put_score(d, &r->scored[k], split, h,
				    NULL, k == 0 && !r->refused, &r->report);
				tp_buf_char(&r->report, '\n');
			}
	for (k = 0; k < r->nscored; k++)
		put_classes(r, d, &r->scored[k]);
	for (by = 0; by < TP_BYS; by++)
		for (k = 0; k < r->nscored; k++)
			put_parts(r, d, &r->scored[k], (enum tp_by)by);
	put_epochs(r, d);
	put_importance(r, d);
}

void
tp_train_fold_report(const struct tp_train_result *r,
    const struct tp_dataset *d, int fold, struct tp_buf *b)
{
	char	name[16];
	size_t	h, k;

	snprintf(name, sizeof(name), "%d", fold);
	for (k = 0; k < r->nscored; k++)
		for (h = 0; h < d->panel.shape.nh; h++) {
			put_score(d, &r->scored[k], TP_SPLIT_TEST, h, name,
			    false, b);
			tp_buf_char(b, '\n');
		}
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
			put_score(d, &r->scored[0], split, h, NULL, true, &b);
		}
	tp_buf_char(&b, ']');
	text = tp_strndup(b.p, b.n);
	tp_buf_release(&b);
	return text;
}

/* What was and what the models said, of one horizon. */
static void
put_class_tables(const struct tp_train_result *r, int split, size_t h,
    struct tp_buf *b)
{
	size_t	k;

	if (r->scored[0].classes == NULL)
		return;
	tp_buf_printf(b, "classes %d min ahead\n", r->model.minutes[h]);
	for (k = 0; k < r->nscored; k++)
		tp_confusion_table(&r->scored[k].classes[split][h],
		    &r->model.classes, r->scored[k].kind, b);
}

/* True where a forecast of the part was scored. */
static bool
scored(const struct tp_train_result *r, int split)
{
	size_t	h;

	for (h = 0; h < r->model.nh; h++)
		if (r->scored[0].s[split][h].n > 0)
			return true;
	return false;
}

void
tp_train_table(const struct tp_train_result *r, int split, struct tp_buf *b)
{
	const struct tp_modelfile	*m = &r->model;
	const struct tp_score		*s;
	double				 part;
	size_t				 h, k;

	if (!scored(r, split)) {
		tp_buf_printf(b, "no readings to score the %s part by\n",
		    tp_split_names[split]);
		return;
	}
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
	if (m->iv.nseg > 0) {
		tp_buf_printf(b, "%-12s", "in interval");
		for (h = 0; h < m->nh; h++) {
			part = tp_score_coverage(&r->scored[0].s[split][h]);
			if (isnan(part))
				tp_buf_printf(b, "  %17s", "-");
			else
				tp_buf_printf(b, "  %15.1f %%", part);
		}
		tp_buf_char(b, '\n');
	}
	for (h = 0; h < m->nh; h++)
		put_class_tables(r, split, h, b);
}
