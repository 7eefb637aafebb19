#include "model/panel.h"

size_t
tp_panel_step(const struct tp_panel *p, size_t r, struct tp_ask *a)
{
	size_t	end = r;

	while (end < p->nrow && p->step[end] == p->step[r])
		end++;
	*a = (struct tp_ask){
		.n = end - r, .x = p->x + r * p->shape.ncol,
		.now = p->now + r, .last = p->last + r,
		.seg = p->seg + r, .slot = (int)p->slot[r],
		.day = p->day[r],
	};
	return end;
}

size_t
tp_panel_part(const struct tp_panel *p, int i)
{
	size_t	r = 0;

	while (r < p->nrow && p->step[r] < p->part[i])
		r++;
	return r;
}
