/* Sums over the events of one key in one pane or window. */
#include "window/cell.h"

#include <math.h>

static void
add_speed(struct tp_cell *c, double v, bool quant)
{
	double	d;

	if (c->nspeed == 0) {
		c->first = c->min = c->max = v;
		c->nspeed = 1;
		return;
	}
	if (quant) {
		if (c->nspeed == 1)
			tp_quant_add(&c->q, c->first);
		tp_quant_add(&c->q, v);
	}
	d = v - c->first;
	c->sum += d;
	c->sum2 += d * d;
	if (v < c->min)
		c->min = v;
	if (v > c->max)
		c->max = v;
	c->nspeed++;
}

void
tp_cell_add(struct tp_cell *c, const struct tp_cell_event *e, bool quant)
{
	int	i;

	c->n++;
	if (e->id != 0)
		tp_distinct_add(&c->ids, e->id);
	if (!isnan(e->speed)) {
		if (c->nspeed == 0 || e->t >= c->last_t) {
			c->last = e->speed;
			c->last_t = e->t;
			c->last_pos = e->pos;
		}
		add_speed(c, e->speed, quant);
	}
	if (!e->has_extra)
		return;
	for (i = 0; i < TP_CELL_EXTRAS; i++)
		if (!isnan(e->extra[i])) {
			c->extra[i] += e->extra[i];
			c->nextra[i]++;
		}
}

static void
merge_speeds(struct tp_cell *c, const struct tp_cell *b, bool quant)
{
	double	d = b->first - c->first, n = (double)b->nspeed;

	if (quant) {
		if (c->nspeed == 1)
			tp_quant_add(&c->q, c->first);
		if (b->nspeed == 1)
			tp_quant_add(&c->q, b->first);
		else
			tp_quant_merge(&c->q, &b->q);
	}
	c->sum += b->sum + n * d;
	c->sum2 += b->sum2 + 2 * d * b->sum + n * d * d;
	if (b->min < c->min)
		c->min = b->min;
	if (b->max > c->max)
		c->max = b->max;
	if (b->last_t >= c->last_t) {
		c->last = b->last;
		c->last_t = b->last_t;
		c->last_pos = b->last_pos;
	}
	c->nspeed += b->nspeed;
}

static void
first_speeds(struct tp_cell *c, const struct tp_cell *b, bool quant)
{
	c->nspeed = b->nspeed;
	c->first = b->first;
	c->sum = b->sum;
	c->sum2 = b->sum2;
	c->min = b->min;
	c->max = b->max;
	c->last = b->last;
	c->last_t = b->last_t;
	c->last_pos = b->last_pos;
	if (quant && b->nspeed > 1)
		tp_quant_merge(&c->q, &b->q);
}

void
tp_cell_merge(struct tp_cell *c, const struct tp_cell *b, bool quant)
{
	int	i;

	c->n += b->n;
	c->dirty |= b->dirty;
	tp_distinct_merge(&c->ids, &b->ids);
	if (b->nspeed > 0) {
		if (c->nspeed > 0)
			merge_speeds(c, b, quant);
		else
			first_speeds(c, b, quant);
	}
	for (i = 0; i < TP_CELL_EXTRAS; i++) {
		c->extra[i] += b->extra[i];
		c->nextra[i] += b->nextra[i];
	}
}

void
tp_cell_release(struct tp_cell *c)
{
	tp_quant_release(&c->q);
	tp_distinct_release(&c->ids);
	*c = (struct tp_cell){ .key = c->key };
}

double
tp_cell_mean(const struct tp_cell *c)
{
	double	m = c->first + c->sum / (double)c->nspeed;

	/* rounding must not carry it out of the range of the values */
	return m < c->min ? c->min : m > c->max ? c->max : m;
}

double
tp_cell_std(const struct tp_cell *c)
{
	double	n = (double)c->nspeed, ss;

	if (c->nspeed < 2)
		return NAN;
	ss = c->sum2 - c->sum * c->sum / n;
	return ss > 0 ? sqrt(ss / (n - 1)) : 0;
}
