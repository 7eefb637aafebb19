#include "forecast/gate.h"

#include <math.h>

#include "base/mem.h"
#include "forecast/forecast.h"

/* Of one horizon: all days, or one. */
struct sums {
	uint64_t n;
	double	 new, old;	/* absolute errors */
};

struct pairing {
	double		*err;	/* of the new model, in order */
	size_t		 n, cap;
	size_t		 at;	/* the next one, for the old model */
	struct sums	*day;	/* by horizon */
};

static void
keep(void *arg, const struct tp_fitted_pair *f)
{
	struct pairing	*p = arg;

	TP_GROW(p->err, p->cap, p->n + 1);
	p->err[p->n++] = fabs(tp_forecast_speed(f->raw) - f->y);
}

static void
pair(void *arg, const struct tp_fitted_pair *f)
{
	struct pairing	*p = arg;
	double		 new = p->err[p->at++];
	double		 old = fabs(tp_forecast_speed(f->raw) - f->y);

	if (!isfinite(new) || !isfinite(old))
		return;
	p->day[f->h].n++;
	p->day[f->h].new += new;
	p->day[f->h].old += old;
}

/* Sums of each day and horizon: days x nh, for the caller to free. */
static struct sums *
sum_days(struct tp_fitted *new, struct tp_fitted *old,
    const struct tp_dataset *d, size_t *days)
{
	const struct tp_panel	*p = &d->panel;
	uint32_t		 day = (uint32_t)p->shape.slots_per_day;
	uint32_t		 from, to;
	struct pairing		 k = { 0 };
	struct sums		*s;

	*days = (p->part[2] - p->part[1] + day - 1) / day;
	s = tp_calloc(*days * p->shape.nh + 1, sizeof(*s));
	k.day = s;
	for (from = p->part[1]; from < p->part[2]; from = to) {
		to = p->part[2] - from > day ? from + day : p->part[2];
		k.n = k.at = 0;
		tp_fitted_each(new, d, from, to, keep, &k);
		tp_fitted_each(old, d, from, to, pair, &k);
		k.day += p->shape.nh;
	}
	free(k.err);
	return s;
}

void
tp_gate_compare(struct tp_fitted *new, struct tp_fitted *old,
    const struct tp_dataset *d, struct tp_gate *g)
{
	struct sums	 all[TP_MODEL_HORIZONS] = { 0 }, *s;
	size_t		 nh = d->panel.shape.nh, days, i, h, used = 0;
	double		 part, var = 0;

	memset(g, 0, sizeof(*g));
	s = sum_days(new, old, d, &days);
	for (i = 0; i < days * nh; i++) {
		all[i % nh].n += s[i].n;
		all[i % nh].new += s[i].new;
		all[i % nh].old += s[i].old;
	}
	for (h = 0; h < nh; h++) {
		g->pairs += all[h].n;
		used += all[h].n > 0;
	}
	for (h = 0; h < nh; h++)
		if (all[h].n > 0) {
			all[h].new /= (double)all[h].n;
			all[h].old /= (double)all[h].n;
			g->new_mae += all[h].new / (double)used;
			g->old_mae += all[h].old / (double)used;
		}
	for (i = 0; i < days; i++) {
		bool	any = false;

		part = 0;
		for (h = 0; h < nh; h++) {
			const struct sums	*x = &s[i * nh + h];

			if (x->n == 0)
				continue;
			any = true;
			part += (x->new - x->old - (double)x->n *
			    (all[h].new - all[h].old)) /
			    ((double)all[h].n * (double)used);
		}
		g->days += any;
		var += part * part;
	}
	g->se = g->days < 2 ? (double)NAN : sqrt(var * (double)g->days /
	    (double)(g->days - 1));
	free(s);
}

double
tp_gate_gain(const struct tp_gate *g)
{
	return g->old_mae > 0 ? 100 * (1 - g->new_mae / g->old_mae) : 0;
}

void
tp_gate_explain(const struct tp_gate *g, const char *use, bool refused,
    struct tp_buf *b)
{
	double	less = g->old_mae - g->new_mae;

	tp_buf_printf(b, "%s: mean absolute error %.4f on the validation "
	    "part, %.4f by the model in use '%s': %.4f",
	    refused ? "not saved" : "saved", g->new_mae, g->old_mae, use,
	    fabs(less));
	if (!isnan(g->se))
		tp_buf_printf(b, " +- %.4f", g->se);
	tp_buf_printf(b, " %s (%.2f %%)", less < 0 ? "more" : "less",
	    fabs(tp_gate_gain(g)));
}
