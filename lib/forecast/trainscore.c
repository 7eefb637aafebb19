#include "forecast/trainscore.h"

#include <math.h>

#include "base/mem.h"
#include "forecast/forecast.h"
#include "model/profile.h"

const char *const tp_split_names[TP_SPLITS] = {
	"train", "validation", "test",
};

struct scoring {
	struct tp_forecaster	 fc;
	const struct tp_dataset	*d;
	struct tp_tz		 tz;
	struct tp_train_scores	*s;
	int			 split;
};

size_t
tp_train_parts(enum tp_by by, const struct tp_dataset *d)
{
	return by == TP_BY_HOUR ? 24 : by == TP_BY_SEGMENT ? d->segs.n :
	    by == TP_BY_TRAFFIC || by == TP_BY_WEEK ? 2 :
	    by == TP_BY_CONFIDENCE ? TP_SCORE_BINS : 0;
}

static void
add(const struct scoring *k, struct tp_score *s, const struct tp_forecast *f,
    double y)
{
	tp_score_add(s, f->speed, y);
	if (k->fc.iv == NULL)
		return;
	tp_score_interval(s, f->lower, f->upper, y, k->fc.iv->alpha);
	tp_score_level(s, f->confidence, tp_level(&k->fc.levels, y,
	    (double)NAN, k->fc.out) == f->level);
}

static void
score_one(void *arg, const struct tp_fitted_pair *p)
{
	struct scoring		*k = arg;
	struct tp_by_pair	 pair = {
		.seg = p->seg, .truth = p->y, .unit = k->d->spec.unit,
		.target = tp_dataset_time(k->d, p->step) +
		    k->d->spec.targets[p->h] * TP_MINUTE,
	};
	struct tp_forecast	 f;
	int64_t			 part;
	int			 by;

	tp_forecast_make(&k->fc, p->seg, p->h, p->raw, NULL, &f);
	if (f.class >= 0)
		k->s->classes[k->split][p->h].n[tp_class_of(k->fc.classes,
		    p->y, (double)k->fc.free_flow[p->seg])][f.class]++;
	pair.confidence = k->fc.iv != NULL ? f.confidence : (double)NAN;
	add(k, &k->s->s[k->split][p->h], &f, p->y);
	if (k->split != TP_SPLIT_TEST)
		return;
	for (by = 0; by < TP_BYS; by++) {
		part = k->s->part[by] == NULL ? -1 :
		    tp_by_part((enum tp_by)by, &pair, &k->tz);
		if (part != -1)
			add(k, &k->s->part[by][part][p->h], &f, p->y);
	}
}

void
tp_train_score(struct tp_train_scores *s, struct tp_fitted *f,
    const struct tp_dataset *d)
{
	const struct tp_panel	*p = &d->panel;
	struct scoring		 k = {
		.fc = { f->iv, NULL, tp_levels_default, d->spec.unit,
		    d->spec.unit, d->classes },
		.d = d, .tz = d->tz, .s = s,
	};
	float			*free_flow = NULL;
	size_t			 n;
	int			 by;

	if (d->classes != NULL) {
		s->classes = tp_calloc(TP_SPLITS, sizeof(*s->classes));
		k.fc.free_flow = free_flow = tp_profile_free_flow(p);
	}
	for (by = 0; by < TP_BYS; by++) {
		n = tp_train_parts((enum tp_by)by, d);
		if (n > 0)
			s->part[by] = tp_calloc(n, sizeof(*s->part[by]));
	}
	for (k.split = 0; k.split < TP_SPLITS; k.split++)
		tp_fitted_each(f, d, p->part[k.split], p->part[k.split + 1],
		    score_one, &k);
	free(free_flow);
}

void
tp_train_scores_release(struct tp_train_scores *s)
{
	int	by;

	for (by = 0; by < TP_BYS; by++)
		free(s->part[by]);
	free(s->classes);
	free(s->version);
}
