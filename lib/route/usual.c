#include "route/usual.h"

#include <math.h>

#include "base/map.h"
#include "base/mem.h"
#include "feat/trail.h"
#include "io/file.h"

#define HOURS		24
#define FILE_MAX	((size_t)1 << 30)	/* bytes */
#define SATURDAY	5		/* of tp_civil */

/* A day since 1970 of each kind: a Monday, a Saturday, a Sunday. */
static const int64_t	days[TP_TRAIL_KINDS] = { 4, 2, 3 };

/* The mean of an hour; NAN where nothing is known of it. */
static float
hour_mean(const struct tp_trail *t, size_t seg, int kind, int hour)
{
	int	from = hour * t->slots / HOURS;
	int	to = (hour + 1) * t->slots / HOURS, i, n = 0;
	double	sum = 0, v;

	/* steps may be longer than an hour */
	for (i = from; i < to || i == from; i++) {
		v = tp_trail_at(t, seg, (struct tp_trail_time){
		    days[kind], i });
		if (isnan(v))
			continue;
		sum += v;
		n++;
	}
	return n == 0 ? NAN : (float)tp_speed_convert(sum / n, t->unit,
	    TP_UNIT_KMH);
}

static void
take(struct tp_usual *u, uint32_t segment, const struct tp_trail *t,
    size_t seg)
{
	int	i;

	for (i = 0; i < TP_USUAL; i++)
		u->kmh[(size_t)segment * TP_USUAL + (size_t)i] =
		    hour_mean(t, seg, i / HOURS, i % HOURS);
}

int
tp_usual_read(struct tp_usual *u, const struct tp_graph *g, const char *text,
    size_t n, const char *name, struct tp_err *e)
{
	struct tp_trail	t = { 0 };
	size_t		i, all = (size_t)g->segments * TP_USUAL;
	uint32_t	s;
	int		rc, known = 0;

	*u = (struct tp_usual){ .hash = tp_hash(text, n, 0) };
	if (tp_trail_read(&t, text, n, name, e) == -1)
		return -1;
	rc = tp_tz_open(&u->tz, t.tz, e);
	u->kmh = tp_calloc(all + 1, sizeof(*u->kmh));
	for (i = 0; i < all; i++)
		u->kmh[i] = NAN;
	for (i = 0; i < t.ids.n && rc == 0; i++) {
		s = tp_graph_find_segment(g, t.ids.keys[i].p,
		    t.ids.keys[i].n);
		if (s == TP_GRAPH_NONE)
			continue;
		take(u, s, &t, i);
		known++;
	}
	if (rc == 0 && known == 0)
		rc = tp_err_set(e, TP_EXIT_DATA, "%s: no profile of a "
		    "segment of the graph", name);
	tp_trail_release(&t);
	return rc;
}

int
tp_usual_open(struct tp_usual *u, const struct tp_graph *g, const char *path,
    struct tp_err *e)
{
	char	*p;
	size_t	 n;
	int	 rc;

	if (tp_file_read(path, FILE_MAX, &p, &n, e) == -1)
		return -1;
	rc = tp_usual_read(u, g, p, n, path, e);
	free(p);
	return rc;
}

void
tp_usual_release(struct tp_usual *u)
{
	free(u->kmh);
	*u = (struct tp_usual){ 0 };
}

void
tp_usual_calendar(struct tp_tz *tz, int64_t t, struct tp_weights *w)
{
	int64_t		hour0 = t / TP_HOUR;
	uint8_t		place[TP_WEEK];
	struct tp_civil	c;
	int		i;

	if (hour0 == w->hour0)
		return;
	for (i = 0; i < TP_WEEK; i++) {
		/* the middle of the hour: some zones are half an hour off */
		tp_tz_civil(tz, (hour0 + i) * TP_HOUR + TP_HOUR / 2, &c);
		place[i] = (uint8_t)((c.weekday < SATURDAY ? 0 :
		    c.weekday - SATURDAY + 1) * HOURS + c.hour);
	}
	tp_weights_calendar(w, hour0, place);
}
