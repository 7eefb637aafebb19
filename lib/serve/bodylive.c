/* Bodies of what is now: the whole, and what changed since the last tick. */
#include "serve/boardstate.h"
#include "serve/put.h"

#define SPEED_DECIMALS	2

/* One number of a segment, NAN where it has none. */
typedef double column_fn(const struct tp_seg *s, unsigned horizon);

static double
of_speed(const struct tp_seg *s, unsigned h)
{
	(void)h;
	return (double)s->speed;
}

static double
of_volume(const struct tp_seg *s, unsigned h)
{
	(void)h;
	return (double)s->volume;
}

static double
of_count(const struct tp_seg *s, unsigned h)
{
	(void)h;
	return (double)s->count;
}

static double
of_class(const struct tp_seg *s, unsigned h)
{
	(void)h;
	return s->class >= 0 ? s->class : (double)NAN;
}

static double
of_forecast(const struct tp_seg *s, unsigned h)
{
	const struct tp_seg_forecast	*f = tp_board_forecast(s, h);

	return f == NULL ? (double)NAN : (double)f->speed;
}

static double
of_lower(const struct tp_seg *s, unsigned h)
{
	const struct tp_seg_forecast	*f = tp_board_forecast(s, h);

	return f == NULL ? (double)NAN : (double)f->lower;
}

static double
of_upper(const struct tp_seg *s, unsigned h)
{
	const struct tp_seg_forecast	*f = tp_board_forecast(s, h);

	return f == NULL ? (double)NAN : (double)f->upper;
}

static double
of_confidence(const struct tp_seg *s, unsigned h)
{
	const struct tp_seg_forecast	*f = tp_board_forecast(s, h);

	return f == NULL ? (double)NAN : (double)f->confidence;
}

static double
of_foreseen_class(const struct tp_seg *s, unsigned h)
{
	const struct tp_seg_forecast	*f = tp_board_forecast(s, h);

	return f == NULL || f->class < 0 ? (double)NAN : f->class;
}

/* Which segments a body is about. */
enum pick { ALL, CHANGED, FORESEEN };

static bool
picked(const struct tp_seg *s, enum pick p)
{
	return p == ALL || (p == CHANGED ? s->changed : s->foreseen);
}

static void
put_column(const struct tp_board *b, const char *name, enum pick p,
    column_fn *of, unsigned h, struct tp_buf *out)
{
	size_t	i;

	if (name != NULL)
		tp_put_key(out, name);
	tp_put_open(out, '[');
	for (i = 0; i < b->ids.n; i++)
		if (picked(&b->seg[i], p))
			tp_put_num(out, of(&b->seg[i], h), SPEED_DECIMALS);
	tp_put_close(out, ']');
}

/* A column for each horizon, the shortest first. */
static void
put_columns(const struct tp_board *b, const char *name, enum pick p,
    column_fn *of, struct tp_buf *out)
{
	unsigned	h;

	tp_put_key_open(out, name, '[');
	for (h = 0; h < b->nhorizons; h++)
		put_column(b, NULL, p, of, b->order[h], out);
	tp_put_close(out, ']');
}

static void
put_times(const struct tp_board *b, const char *name, enum pick p,
    struct tp_buf *out)
{
	bool			 readings = strcmp(name, "at") == 0;
	const struct tp_seg	*s;
	size_t			 i;

	tp_put_key_open(out, name, '[');
	for (i = 0; i < b->ids.n; i++) {
		s = &b->seg[i];
		if (picked(s, p))
			tp_put_time(out, readings ? s->at : s->made);
	}
	tp_put_close(out, ']');
}

static void
put_indices(const struct tp_board *b, const char *name, enum pick p,
    struct tp_buf *out)
{
	size_t	i;

	tp_put_key_open(out, name, '[');
	for (i = 0; i < b->ids.n; i++)
		if (picked(&b->seg[i], p))
			tp_put_int(out, (int64_t)i);
	tp_put_close(out, ']');
}

static void
put_readings(const struct tp_board *b, enum pick p, struct tp_buf *out)
{
	put_column(b, "speed_kmh", p, of_speed, 0, out);
	put_column(b, "volume_vph", p, of_volume, 0, out);
	put_times(b, "at", p, out);
	if (!tp_board_cells(b))
		return;
	put_column(b, "count", p, of_count, 0, out);
	put_column(b, "class", p, of_class, 0, out);
}

/* The newest time that any forecast of a tick was made, and that of each. */
static void
put_newest_made(const struct tp_board *b, struct tp_buf *out)
{
	int64_t	made = TP_TIME_NONE;
	size_t	i;

	for (i = 0; i < b->ids.n; i++)
		if (b->seg[i].foreseen && b->seg[i].made > made)
			made = b->seg[i].made;
	tp_put_time_of(out, "made", made);
	put_times(b, "made_at", FORESEEN, out);
}

static void
put_forecasts(const struct tp_board *b, enum pick p, struct tp_buf *out)
{
	unsigned	h;

	tp_put_key_open(out, "horizons", '[');
	for (h = 0; h < b->nhorizons; h++)
		tp_put_int(out, b->horizon[b->order[h]]);
	tp_put_close(out, ']');
	if (p == ALL)
		put_times(b, "made", ALL, out);
	else
		put_newest_made(b, out);
	put_columns(b, "forecast", p, of_forecast, out);
	put_columns(b, "lower", p, of_lower, out);
	put_columns(b, "upper", p, of_upper, out);
	put_columns(b, "confidence", p, of_confidence, out);
	if (tp_board_cells(b))
		put_columns(b, "forecast_class", p, of_foreseen_class, out);
}

/* The measured mean error by horizon, where anything was measured. */
static void
put_mae(const struct tp_board *b, struct tp_buf *out)
{
	const struct tp_score	*s;
	char			 name[16];
	bool			 any = false;
	unsigned		 i, h;

	for (i = 0; i < b->nhorizons; i++) {
		h = b->order[i];
		s = &b->measure.whole[h][TP_MEASURE_MODEL];
		if (s->n == 0)
			continue;
		if (!any)
			tp_put_key_open(out, "mae_kmh", '{');
		any = true;
		snprintf(name, sizeof(name), "%d", b->horizon[h]);
		tp_put_num_of(out, name, tp_score_mae(s), TP_SCORE_DECIMALS);
	}
	if (any)
		tp_put_close(out, '}');
}

static void
put_summary(const struct tp_board *b, struct tp_buf *out)
{
	const struct tp_summary	*u = &b->summary;

	tp_put_int_of(out, "alerts_open", (int64_t)b->alerts.open);
	tp_put_key_open(out, "summary", '{');
	tp_put_int_of(out, "live", (int64_t)u->live);
	tp_put_int_of(out, "late", (int64_t)u->late);
	tp_put_num_of(out, "mean_speed_kmh", u->mean_speed, SPEED_DECIMALS);
	tp_put_int_of(out, "congested", (int64_t)u->congested);
	tp_put_int_of(out, "worse_30", (int64_t)u->worse);
	put_mae(b, out);
	tp_put_close(out, '}');
}

static void
put_head(const struct tp_board *b, int64_t now_ms, struct tp_buf *out)
{
	tp_put_open(out, '{');
	tp_put_int_of(out, "seq", (int64_t)b->seq);
	tp_put_time_of(out, "time", b->time);
	tp_put_time_of(out, "now", now_ms);
	tp_put_int_of(out, "segments", (int64_t)b->places);
}

void
tp_board_put_live(struct tp_board *b, int64_t now_ms, struct tp_buf *out)
{
	tp_board_sum_up(b);
	put_head(b, now_ms, out);
	put_readings(b, ALL, out);
	put_forecasts(b, ALL, out);
	put_summary(b, out);
	tp_put_close(out, '}');
}

void
tp_board_put_tick(struct tp_board *b, int64_t now_ms, struct tp_buf *out)
{
	tp_board_sum_up(b);
	put_head(b, now_ms, out);
	put_indices(b, "i", CHANGED, out);
	put_readings(b, CHANGED, out);
	put_indices(b, "f", FORESEEN, out);
	put_forecasts(b, FORESEEN, out);
	put_summary(b, out);
	tp_put_close(out, '}');
}
