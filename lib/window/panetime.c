/* Pane numbers and times, in UTC and in days of a zone. */
#include "window/panetime.h"

static int64_t
gcd(int64_t a, int64_t b)
{
	while (b != 0) {
		int64_t	r = a % b;

		a = b;
		b = r;
	}
	return a;
}

void
tp_panetime_init(struct tp_panetime *p, int64_t size, int64_t slide,
    int64_t offset, const struct tp_tz *tz)
{
	int64_t	pane = gcd(size, slide);

	*p = (struct tp_panetime){
		.pane = tz != NULL ? pane / TP_DAY : pane,
		.offset = tz != NULL ? 0 :
		    offset - tp_floor_div(offset, slide) * slide,
		.width = size / pane,
		.step = slide / pane,
		.zoned = tz != NULL,
	};
	if (tz != NULL)
		p->tz = *tz;
}

/*
 * When the zone's clock first shows midnight of a day, or where that hour is
 * skipped, the first time after it.
 */
static int64_t
day_start(struct tp_panetime *p, int64_t day)
{
	struct tp_tz	utc = { .utc = true };
	struct tp_civil	c;
	int64_t		local = day * TP_DAY, t, before, after;

	tp_tz_civil(&utc, local, &c);
	if (tp_tz_time(&p->tz, &c, &t) == 0)
		return t;
	/* In the gap local time jumps from below `local` to above it. */
	before = local - TP_DAY - TP_DAY / 2;
	after = local + TP_DAY + TP_DAY / 2;
	while (after - before > 1) {
		t = before + (after - before) / 2;
		if (t + tp_tz_offset(&p->tz, t) >= local)
			after = t;
		else
			before = t;
	}
	return after;
}

int64_t
tp_panetime_start(struct tp_panetime *p, int64_t i)
{
	return p->zoned ? day_start(p, i * p->pane) : i * p->pane + p->offset;
}

int64_t
tp_panetime_find(struct tp_panetime *p, int64_t t)
{
	int64_t	i;

	if (p->zoned) {
		i = tp_floor_div(tp_floor_div(t + tp_tz_offset(&p->tz, t),
		    TP_DAY), p->pane);
		/* Where a clock put back at midnight shows a day twice. */
		while (t >= tp_panetime_start(p, i + 1))
			i++;
		while (t < tp_panetime_start(p, i))
			i--;
	} else {
		i = tp_floor_div(t - p->offset, p->pane);
	}
	p->index = i;
	p->from = tp_panetime_start(p, i);
	p->to = tp_panetime_start(p, i + 1);
	return i;
}

int64_t
tp_panetime_window(struct tp_panetime *p, int64_t k, int64_t *end)
{
	*end = tp_panetime_start(p, k * p->step + p->width);
	return tp_panetime_start(p, k * p->step);
}

int64_t
tp_panetime_open(struct tp_panetime *p, int64_t t)
{
	/* end of k > t where k * step + width is beyond t's pane */
	return -tp_floor_div(p->width - tp_panetime_of(p, t) - 1, p->step);
}
