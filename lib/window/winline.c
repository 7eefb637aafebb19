/* Aggregates as lines. */
#include "window/winline.h"

#include <inttypes.h>
#include <math.h>

#define DECIMALS	6

static void
set_name(struct tp_winline_text *t, const char *what, enum tp_unit unit)
{
	const char	*u = tp_unit_suffix(unit);

	t->n = (size_t)snprintf(t->s, sizeof(t->s), ",\"%s_speed%s%s\":",
	    what, *u != '\0' ? "_" : "", u);
}

void
tp_winline_init(struct tp_winline *w, const struct tp_window_conf *conf,
    enum tp_unit unit)
{
	int	i;

	w->conf = conf;
	w->unit = unit;
	set_name(&w->mean, "avg", unit);
	set_name(&w->min, "min", unit);
	set_name(&w->max, "max", unit);
	set_name(&w->std, "std", unit);
	set_name(&w->last, "last", unit);
	for (i = 0; i < conf->aggs.npct; i++)
		set_name(&w->pct[i], conf->aggs.name[i], unit);
}

void
tp_winline_window(struct tp_winline *w, int64_t start, int64_t end)
{
	w->start = start;
	w->hours = (double)(end - start) / (double)TP_HOUR;
	w->id.n = (size_t)snprintf(w->id.s, sizeof(w->id.s),
	    "%" PRId64 "_%" PRId64, start, end - start);
	w->span.n = (size_t)snprintf(w->span.s, sizeof(w->span.s),
	    "%" PRId64 ",\"window_end\":%" PRId64, start, end);
}

static void
add_text(struct tp_buf *b, const struct tp_winline_text *t)
{
	tp_buf_add(b, t->s, t->n);
}

/* A sum of huge numbers may overflow: what is not known is left out. */
static void
add_num(struct tp_buf *b, const struct tp_winline_text *name, double v)
{
	if (!isfinite(v))
		return;
	add_text(b, name);
	tp_buf_fixed(b, v, DECIMALS);
}

static void
add_extra(struct tp_buf *b, const char *name, double v)
{
	if (!isfinite(v))
		return;
	tp_buf_str(b, name);
	tp_buf_fixed(b, v, DECIMALS);
}

static void
add_head(const struct tp_winline *w, const struct tp_group *g, uint64_t n,
    struct tp_buf *b)
{
	tp_buf_room(b, 2048);
	tp_buf_add(b, g->text, g->headlen);
	add_text(b, &w->id);
	tp_buf_add(b, g->text + g->headlen, g->midlen);
	add_text(b, &w->span);
	if (w->conf->aggs.bits & TP_WINDOW_N) {
		tp_buf_lit(b, ",\"event_count\":");
		tp_buf_int(b, (int64_t)n);
	}
}

/*
 * All speeds are the same number, so its text is made once; it is shorter
 * than 32 bytes.
 */
static void
add_same(const struct tp_winline *w, const struct tp_cell *c,
    struct tp_buf *b)
{
	const struct tp_window_aggs	*a = &w->conf->aggs;
	struct tp_winline_text		 v;
	size_t				 at = b->n;
	int				 i;

	tp_buf_fixed(b, c->min, DECIMALS);
	v.n = b->n - at;
	memcpy(v.s, b->p + at, v.n);
	b->n = at;
	if (a->bits & TP_WINDOW_MEAN) {
		add_text(b, &w->mean);
		add_text(b, &v);
	}
	if (a->bits & TP_WINDOW_MIN) {
		add_text(b, &w->min);
		add_text(b, &v);
	}
	if (a->bits & TP_WINDOW_MAX) {
		add_text(b, &w->max);
		add_text(b, &v);
	}
	if (a->bits & TP_WINDOW_STD && c->nspeed > 1) {
		add_text(b, &w->std);
		tp_buf_char(b, '0');
	}
	for (i = 0; i < a->npct; i++) {
		add_text(b, &w->pct[i]);
		add_text(b, &v);
	}
	if (a->bits & TP_WINDOW_LAST) {
		add_text(b, &w->last);
		add_text(b, &v);
	}
}

static void
add_speeds(const struct tp_winline *w, struct tp_cell *c, struct tp_buf *b)
{
	const struct tp_window_aggs	*a = &w->conf->aggs;
	double				 pct[TP_WINDOW_PCTS];
	int				 i;

	if (a->bits & TP_WINDOW_MEAN)
		add_num(b, &w->mean, tp_cell_mean(c));
	if (a->bits & TP_WINDOW_MIN)
		add_num(b, &w->min, c->min);
	if (a->bits & TP_WINDOW_MAX)
		add_num(b, &w->max, c->max);
	if (a->bits & TP_WINDOW_STD)
		add_num(b, &w->std, tp_cell_std(c));
	if (a->npct > 0)
		tp_quant_get(&c->q, c->min, c->max, a->pct, a->npct, pct);
	for (i = 0; i < a->npct; i++)
		add_num(b, &w->pct[i], pct[i]);
	if (a->bits & TP_WINDOW_LAST)
		add_num(b, &w->last, c->last);
}

static double
extra_mean(const struct tp_cell *c, enum tp_cell_extra x)
{
	return c->nextra[x] > 0 ? c->extra[x] / (double)c->nextra[x] : NAN;
}

static void
add_level(const struct tp_winline *w, double speed, double free_flow,
    struct tp_buf *b)
{
	int	level;

	if (!(w->conf->aggs.bits & TP_WINDOW_LEVEL))
		return;
	level = tp_level(&w->conf->levels, speed, free_flow, w->unit);
	if (level == 0)
		return;
	tp_buf_lit(b, ",\"congestion_level\":\"");
	tp_buf_str(b, tp_level_name(level));
	tp_buf_char(b, '"');
}

static void
add_tail(bool final, uint64_t rev, struct tp_buf *b)
{
	tp_buf_str(b, final ? ",\"final\":true,\"rev\":" :
	    ",\"final\":false,\"rev\":");
	tp_buf_int(b, (int64_t)rev);
	tp_buf_char(b, '}');
}

void
tp_winline_write(const struct tp_winline *w, const struct tp_group *g,
    struct tp_cell *c, bool final, size_t rank, struct tp_buf *b)
{
	unsigned	bits = w->conf->aggs.bits;

	add_head(w, g, c->n, b);
	if (bits & TP_WINDOW_VEHICLES) {
		tp_buf_lit(b, ",\"vehicle_count\":");
		tp_buf_int(b, (int64_t)tp_distinct_count(&c->ids));
	}
	if (c->nspeed > 0) {
		if (c->min == c->max)
			add_same(w, c, b);
		else
			add_speeds(w, c, b);
	}
	if (bits & TP_WINDOW_VOLUME)
		add_extra(b, ",\"total_volume\":",
		    extra_mean(c, TP_CELL_VOLUME) * w->hours);
	if (bits & TP_WINDOW_OCCUPANCY)
		add_extra(b, ",\"avg_occupancy\":",
		    extra_mean(c, TP_CELL_OCCUPANCY));
	if (c->nspeed > 0)
		add_level(w, tp_cell_mean(c),
		    extra_mean(c, TP_CELL_FREE_FLOW), b);
	if (bits & TP_WINDOW_QUALITY)
		add_extra(b, ",\"quality_score\":",
		    extra_mean(c, TP_CELL_QUALITY));
	if (rank > 0) {
		tp_buf_lit(b, ",\"rank\":");
		tp_buf_int(b, (int64_t)rank);
	}
	add_tail(final, c->n, b);
}

void
tp_winline_fill(const struct tp_winline *w, const struct tp_group *g,
    double speed, struct tp_buf *b)
{
	unsigned	bits = w->conf->aggs.bits;

	add_head(w, g, 0, b);
	if (!isnan(speed)) {
		if (bits & TP_WINDOW_MEAN)
			add_num(b, &w->mean, speed);
		if (bits & TP_WINDOW_LAST)
			add_num(b, &w->last, speed);
		add_level(w, speed, NAN, b);
	}
	add_tail(true, 0, b);
}
