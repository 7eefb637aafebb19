/* Bodies of what there is: the server, its segments, its streams. */
#include <sys/resource.h>
#include <unistd.h>

#include "base/version.h"
#include "serve/body.h"
#include "serve/put.h"

#define PLACE_DECIMALS	5

static void
put_streams(const struct tp_board *b, int64_t now_ms, bool all,
    struct tp_buf *out)
{
	const struct tp_board_stream	*s;
	double				 seconds;
	size_t				 i;

	tp_put_key_open(out, "streams", '[');
	for (i = 0; i < b->nstreams; i++) {
		s = &b->stream[i];
		tp_put_open(out, '{');
		tp_put_str_of(out, "name", s->name);
		tp_put_str_of(out, "kind", tp_board_kind_name(s->kind));
		tp_put_int_of(out, "records", (int64_t)s->records);
		tp_put_time_of(out, "last_at", s->last_at);
		if (all) {
			seconds = fmax(1, (double)(now_ms - s->first_ms) /
			    TP_SECOND);
			tp_put_num_of(out, "rate", (double)s->records /
			    seconds, 1);
			tp_put_int_of(out, "rejected", (int64_t)s->rejected);
			tp_put_time_of(out, "last_arrival", s->last_ms);
			if (s->last_at != TP_TIME_NONE)
				tp_put_int_of(out, "lag", now_ms -
				    s->last_at);
		}
		tp_put_close(out, '}');
	}
	tp_put_close(out, ']');
}

static void
put_levels(const struct tp_board *b, struct tp_buf *out)
{
	const struct tp_levels	*l = &b->conf.levels;
	int			 i;

	tp_put_key_open(out, l->ratio ? "levels_share" : "levels_kmh", '[');
	for (i = 0; i < 4; i++)
		tp_put_num(out, l->mph[i] * (l->ratio ? 1 :
		    TP_KMH_PER_MPH), 2);
	tp_put_close(out, ']');
	tp_put_bool_of(out, "levels_ratio", l->ratio);
}

static void
put_tiles(const struct tp_board *b, struct tp_buf *out)
{
	if (b->conf.tiles_url == NULL)
		return;
	tp_put_key_open(out, "tiles", '{');
	tp_put_str_of(out, "url", b->conf.tiles_url);
	tp_put_str_of(out, "attribution", b->conf.tiles_by);
	tp_put_close(out, '}');
}

int
tp_body_info(struct tp_board *b, const struct tp_http_req *q,
    struct tp_buf *out)
{
	unsigned	h;

	tp_put_open(out, '{');
	tp_put_str_of(out, "name", "tp-serve");
	tp_put_str_of(out, "version", TP_VERSION);
	tp_put_time_of(out, "started_at", b->started_ms);
	tp_put_time_of(out, "now", q->now_ms);
	put_streams(b, q->now_ms, false, out);
	tp_put_bool_of(out, "store", b->store != NULL);
	tp_put_bool_of(out, "graph", b->conf.graph != NULL);
	tp_put_bool_of(out, "route", b->ways != NULL);
	tp_put_bool_of(out, "alerts", b->kinds[TP_BOARD_ALERT] > 0);
	tp_put_str_of(out, "auth", q->auth);
	tp_put_key(out, "role");
	tp_put_str(out, tp_role_name(q->role));
	tp_put_str_of(out, "kind", tp_board_cells(b) ? "cells" : "segments");
	put_levels(b, out);
	tp_put_key_open(out, "horizons", '[');
	for (h = 0; h < b->nhorizons; h++)
		tp_put_int(out, b->horizon[b->order[h]]);
	tp_put_close(out, ']');
	tp_put_str_of(out, "model_version", b->measure.version);
	tp_put_int_of(out, "step_ms", b->conf.step_ms);
	tp_put_str_of(out, "units", b->unit == TP_UNIT_MPH ? "mph" : "kmh");
	put_tiles(b, out);
	tp_put_str_of(out, "tz", b->conf.tz_name);
	tp_put_bool_of(out, "charts", b->conf.charts);
	tp_put_int_of(out, "history_ms", (int64_t)b->series.steps *
	    b->conf.step_ms);
	tp_put_close(out, '}');
	return 200;
}

static void
put_boxes(const struct tp_board *b, struct tp_buf *out)
{
	size_t	i;
	int	k;

	tp_put_key_open(out, "cell", '[');
	for (i = 0; i < b->ids.n; i++) {
		if (isnan(b->seg[i].box[0])) {
			tp_put_str(out, NULL);
			continue;
		}
		tp_put_open(out, '[');
		for (k = 0; k < 4; k++)
			tp_put_num(out, b->seg[i].box[k], PLACE_DECIMALS);
		tp_put_close(out, ']');
	}
	tp_put_close(out, ']');
}

int
tp_body_segments(struct tp_board *b, const struct tp_http_req *q,
    struct tp_buf *out)
{
	size_t	i;

	(void)q;
	tp_put_open(out, '{');
	tp_put_int_of(out, "version", (int64_t)b->places);
	tp_put_key_open(out, "ids", '[');
	for (i = 0; i < b->ids.n; i++)
		tp_put_id(out, &b->ids.keys[i]);
	tp_buf_lit(out, "],\"lat\":[");
	for (i = 0; i < b->ids.n; i++)
		tp_put_num(out, b->seg[i].lat, PLACE_DECIMALS);
	tp_buf_lit(out, "],\"lon\":[");
	for (i = 0; i < b->ids.n; i++)
		tp_put_num(out, b->seg[i].lon, PLACE_DECIMALS);
	tp_buf_lit(out, "],\"name\":[");
	for (i = 0; i < b->ids.n; i++)
		tp_put_str(out, b->seg[i].name);
	tp_buf_lit(out, "],\"free_flow_kmh\":[");
	for (i = 0; i < b->ids.n; i++)
		tp_put_num(out, (double)b->seg[i].free_flow, 2);
	tp_put_close(out, ']');
	if (tp_board_cells(b))
		put_boxes(b, out);
	tp_put_close(out, '}');
	return 200;
}

int
tp_body_live(struct tp_board *b, const struct tp_http_req *q,
    struct tp_buf *out)
{
	tp_board_put_live(b, q->now_ms, out);
	return 200;
}

/* Bytes of memory in use, 0 where the system does not tell. */
static int64_t
resident(void)
{
	FILE	*f = fopen("/proc/self/statm", "re");
	long	 pages = 0;

	if (f == NULL)
		return 0;
	if (fscanf(f, "%*s %ld", &pages) != 1)
		pages = 0;
	fclose(f);
	return (int64_t)pages * sysconf(_SC_PAGESIZE);
}

static void
put_clients(const struct tp_http_stats *s, struct tp_buf *out)
{
	tp_put_key_open(out, "clients", '{');
	tp_put_int_of(out, "sse", (int64_t)s->sse);
	tp_put_int_of(out, "ws", (int64_t)s->ws);
	tp_put_int_of(out, "connections", (int64_t)s->connections);
	tp_put_close(out, '}');
	tp_put_int_of(out, "dropped", (int64_t)s->lost);
	tp_put_int_of(out, "requests", (int64_t)s->requests);
	tp_put_int_of(out, "refused", (int64_t)s->refused);
	tp_put_int_of(out, "turned_away", (int64_t)s->turned_away);
	tp_put_int_of(out, "timed_out", (int64_t)s->late);
	tp_put_int_of(out, "slow_clients_cut", (int64_t)s->slow);
}

int
tp_body_system(struct tp_board *b, const struct tp_http_req *q,
    struct tp_buf *out)
{
	struct rusage	u;

	tp_put_open(out, '{');
	tp_put_int_of(out, "uptime_ms", q->now_ms - b->started_ms);
	if (getrusage(RUSAGE_SELF, &u) == 0)
		tp_put_num_of(out, "cpu_seconds", (double)u.ru_utime.tv_sec +
		    (double)u.ru_stime.tv_sec + (double)(u.ru_utime.tv_usec +
		    u.ru_stime.tv_usec) * 1e-6, 3);
	tp_put_int_of(out, "rss_bytes", resident());
	if (q->stats != NULL)
		put_clients(q->stats, out);
	put_streams(b, q->now_ms, true, out);
	tp_put_int_of(out, "duplicates", (int64_t)b->duplicates);
	tp_put_int_of(out, "forecasts_waiting", (int64_t)b->measure.pending);
	tp_put_int_of(out, "messages_lost", (int64_t)b->lost_news);
	if (b->store != NULL) {
		tp_put_key_open(out, "store", '{');
		tp_put_str_of(out, "path", b->store);
		tp_put_int_of(out, "rows", (int64_t)b->store_rows);
		if (b->store_bytes > 0)
			tp_put_int_of(out, "bytes", (int64_t)b->store_bytes);
		tp_put_close(out, '}');
	}
	tp_put_close(out, '}');
	return 200;
}
