#include "serve/board.h"

#include <stdlib.h>

#include "base/mem.h"
#include "graph/sites.h"
#include "serve/boardstate.h"
#include "serve/cellbox.h"
#include "serve/wayfind.h"

#define DEFAULT_STEP	(5 * TP_MINUTE)
#define LEAST_HISTORY	(4 * TP_HOUR)
#define MAX_STEPS	17280		/* 4 h of steps of a second, and less */

static void
fill_defaults(struct tp_board *b)
{
	struct tp_board_conf	*c = &b->conf;

	if (c->step_ms == 0)
		c->step_ms = DEFAULT_STEP;
	if (c->history_ms == 0)
		c->history_ms = TP_DAY;
	if (c->history_ms < LEAST_HISTORY)
		c->history_ms = LEAST_HISTORY;
	if (c->max_segments == 0)
		c->max_segments = 20000;
	if (c->max_alerts == 0)
		c->max_alerts = 1000;
	if (!(c->coverage > 0))
		c->coverage = 0.9;
	if (!(c->levels.mph[0] > 0))
		c->levels = tp_levels_default;
	if (c->tz == NULL) {
		b->utc.utc = true;
		c->tz = &b->utc;
	}
}

struct tp_board *
tp_board_new(const struct tp_board_conf *c, struct tp_err *e)
{
	struct tp_board	*b;
	int64_t		 steps;

	if (c->step_ms < 0 || (c->step_ms > 0 && c->step_ms < TP_SECOND)) {
		tp_err_set(e, TP_EXIT_USAGE, "a step of less than a second");
		return NULL;
	}
	b = tp_calloc(1, sizeof(*b));
	b->conf = *c;
	fill_defaults(b);
	steps = (b->conf.history_ms + b->conf.step_ms - 1) / b->conf.step_ms;
	if (steps > MAX_STEPS) {
		tp_err_set(e, TP_EXIT_USAGE, "a history of %lld steps: more "
		    "than %d", (long long)steps, MAX_STEPS);
		free(b);
		return NULL;
	}
	pthread_mutex_init(&b->lock, NULL);
	b->time = b->first = b->foreseen_day = TP_TIME_NONE;
	tp_series_init(&b->series, b->conf.step_ms, (size_t)steps,
	    b->conf.tz);
	b->series.cells = tp_board_cells(b);
	tp_measure_init(&b->measure, &b->series, 1 - b->conf.coverage);
	tp_alertlog_init(&b->alerts, b->conf.max_alerts);
	b->summary.mean_speed = NAN;
	b->started_ms = tp_clock_wall_ms();
	if (c->graph != NULL)
		b->ways = tp_wayfinder_new(c);
	if (tp_acks_open(&b->acks, c->state, e) == 0)
		return b;
	tp_board_free(b);
	return NULL;
}

void
tp_board_free(struct tp_board *b)
{
	size_t	i;

	if (b == NULL)
		return;
	for (i = 0; i < b->ids.n; i++)
		free(b->seg[i].name);
	for (i = 0; i < b->nstreams; i++)
		free(b->stream[i].name);
	for (i = 0; i < b->nnews; i++) {
		free(b->news[i].json);
		free(b->news[i].id);
	}
	free(b->seg);
	tp_map_release(&b->ids);
	tp_series_release(&b->series);
	tp_measure_release(&b->measure);
	tp_alertlog_release(&b->alerts);
	tp_acks_release(&b->acks);
	tp_buf_release(&b->text);
	tp_buf_release(&b->net);
	tp_wayfinder_free(b->ways);
	free(b->store);
	pthread_mutex_destroy(&b->lock);
	free(b);
}

void
tp_board_lock(struct tp_board *b)
{
	pthread_mutex_lock(&b->lock);
}

void
tp_board_unlock(struct tp_board *b)
{
	pthread_mutex_unlock(&b->lock);
}

uint64_t
tp_board_version(const struct tp_board *b)
{
	return b->version;
}

/* A cell is where its id says, whatever records say of it. */
static void
place_cell(struct tp_board *b, size_t i)
{
	const struct tp_map_key	*id = &b->ids.keys[i];
	struct tp_seg		*s = &b->seg[i];
	double			 lat, lon;

	if (!tp_tile_find(&b->conf.tiling, id->p, id->n, &lat, &lon))
		return;
	s->lat = lat;
	s->lon = lon;
	if (!tp_cellbox(&b->conf.tiling, id->p, id->n, lat, lon, s->box))
		s->box[0] = NAN;
}

size_t
tp_board_seg(struct tp_board *b, const char *id, size_t n)
{
	size_t		 i = tp_map_find(&b->ids, id, n);
	struct tp_seg	*s;
	unsigned	 h;

	if (i != SIZE_MAX)
		return i;
	if (b->ids.n >= b->conf.max_segments)
		return SIZE_MAX;
	i = tp_map_add(&b->ids, id, n);
	TP_GROW(b->seg, b->cap, i + 1);
	s = &b->seg[i];
	*s = (struct tp_seg){
		.lat = NAN, .lon = NAN, .box = { NAN }, .free_flow = NAN,
		.at = TP_TIME_NONE, .counted = TP_TIME_NONE,
		.speed = NAN, .volume = NAN, .occupancy = NAN, .count = NAN,
		.jam = NAN, .class = -1,
		.made = TP_TIME_NONE,
	};
	for (h = 0; h < TP_MEASURE_HORIZONS; h++)
		s->f[h] = (struct tp_seg_forecast){
			TP_TIME_NONE, NAN, NAN, NAN, NAN, NAN, -1,
		};
	if (tp_board_cells(b))
		place_cell(b, i);
	tp_series_grow(&b->series);
	b->places++;
	return i;
}

size_t
tp_board_find(struct tp_board *b, const char *name)
{
	b->text.n = 0;
	tp_json_write_str(&b->text, name, strlen(name));
	return tp_map_find(&b->ids, b->text.p + 1, b->text.n - 2);
}

int
tp_board_sites(struct tp_board *b, const struct tp_sites *s,
    struct tp_err *e)
{
	const struct tp_site	*v;
	size_t			 i, at;

	for (i = 0; i < s->ids.n; i++) {
		v = &s->v[i];
		at = tp_board_seg(b, s->ids.keys[i].p, s->ids.keys[i].n);
		if (at == SIZE_MAX)
			return tp_err_set(e, TP_EXIT_DATA, "more than %zu "
			    "segments", b->conf.max_segments);
		b->seg[at].lat = tp_degrees(s->points[v->point +
		    v->n / 2].lat);
		b->seg[at].lon = tp_degrees(s->points[v->point +
		    v->n / 2].lon);
		if (v->road > 0 && b->seg[at].name == NULL)
			b->seg[at].name = tp_strndup(
			    s->roads.keys[v->road - 1].p,
			    s->roads.keys[v->road - 1].n);
	}
	return 0;
}

void
tp_board_note(struct tp_board *b, const char *event, const char *json,
    size_t n, const char *id)
{
	if (b->nnews == TP_BOARD_NEWS) {
		b->lost_news++;
		return;
	}
	b->news[b->nnews++] = (struct tp_board_news){
		event, tp_strndup(json, n), n,
		id == NULL ? NULL : tp_strdup(id),
	};
}

bool
tp_board_live(const struct tp_board *b, const struct tp_seg *s)
{
	return s->at != TP_TIME_NONE &&
	    tp_board_recent(b, s->at, TP_BOARD_LIVE_STEPS * b->conf.step_ms);
}

int
tp_board_level(const struct tp_board *b, const struct tp_seg *s, double kmh)
{
	return isnan(kmh) ? 0 : tp_level(&b->conf.levels, kmh,
	    (double)s->free_flow, TP_UNIT_KMH);
}

const struct tp_seg_forecast *
tp_board_forecast(const struct tp_seg *s, unsigned horizon)
{
	return s->made != TP_TIME_NONE && s->f[horizon].made == s->made ?
	    &s->f[horizon] : NULL;
}

int
tp_board_horizon(const struct tp_board *b, int64_t minutes)
{
	int		best = -1;
	unsigned	i;

	for (i = 0; i < b->nhorizons; i++)
		if (best == -1 || llabs(b->horizon[b->order[i]] - minutes) <
		    llabs(b->horizon[best] - minutes))
			best = (int)b->order[i];
	return best;
}

void
tp_board_sum_up(struct tp_board *b)
{
	struct tp_summary	 u = { .open_alerts = b->alerts.open };
	int			 h = tp_board_horizon(b, 30);
	const struct tp_seg_forecast *f;
	const struct tp_seg	*s;
	double			 sum = 0;
	size_t			 i, n = 0;
	int			 level, later;

	for (i = 0; i < b->ids.n; i++) {
		s = &b->seg[i];
		if (!tp_board_live(b, s)) {
			u.late += s->at != TP_TIME_NONE;
			continue;
		}
		u.live++;
		if (isnan(s->speed))
			continue;
		sum += (double)s->speed;
		n++;
		level = tp_board_level(b, s, (double)s->speed);
		u.congested += level >= 4;
		f = h == -1 ? NULL : tp_board_forecast(s, (unsigned)h);
		later = f == NULL ? 0 : tp_board_level(b, s,
		    (double)f->speed);
		u.worse += level > 0 && later > level;
	}
	u.mean_speed = n > 0 ? sum / (double)n : (double)NAN;
	b->summary = u;
}
