/* The routes of LA's FastAPI service.  Speeds are mph. */
#include <strings.h>

#include "serve/compat.h"
#include "serve/put.h"

#define RECENT		(5 * TP_MINUTE)

/* The segment of the parameter sensor_id: 0 and SIZE_MAX where there is no
 * parameter, or 404. */
static int
sensor_of(struct tp_board *b, const char *id, size_t *seg,
    struct tp_buf *out)
{
	*seg = SIZE_MAX;
	if (id == NULL)
		return 0;
	*seg = tp_board_find(b, id);
	if (*seg != SIZE_MAX)
		return 0;
	tp_buf_lit(out, "Sensor not found");
	return 404;
}

static int
sensor_asked(struct tp_board *b, const struct tp_http_req *q, size_t *seg,
    struct tp_buf *out)
{
	return sensor_of(b, tp_http_query(q, "sensor_id"), seg, out);
}

/* One reading; speed and volume may be NAN. */
static void
put_reading(const struct tp_board *b, size_t seg, int64_t t, double speed,
    double volume, double occupancy, struct tp_buf *out)
{
	double	mph = tp_compat_mph(speed);

	tp_put_open(out, '{');
	tp_compat_put_uuid(out, "id", &b->ids.keys[seg], t);
	tp_compat_put_uuid(out, "sensor_id", &b->ids.keys[seg], 0);
	tp_compat_put_iso(out, "timestamp", t);
	tp_compat_put_num(out, "speed", mph, 2);
	tp_compat_put_num(out, "volume", volume, 0);
	tp_compat_put_num(out, "occupancy", occupancy, 2);
	tp_compat_put_num(out, "density", mph > 0 ? volume / mph :
	    (double)NAN, 2);
	tp_buf_lit(out, ",\"travel_time\":null,\"weather_condition\":null,"
	    "\"quality_score\":null");
	tp_put_close(out, '}');
}

static int
current(struct tp_board *b, const struct tp_http_req *q, struct tp_buf *out)
{
	const struct tp_seg	*s;
	int64_t			 limit = 100;
	size_t			 seg, i;

	if (tp_http_query_int(q, "limit", 1, 1000, &limit, out) == -1)
		return 400;
	if (sensor_asked(b, q, &seg, out) != 0)
		return 404;
	tp_put_open(out, '[');
	for (i = 0; i < b->ids.n && limit > 0; i++) {
		s = &b->seg[i];
		if ((seg != SIZE_MAX && i != seg) ||
		    s->at == TP_TIME_NONE || !tp_board_recent(b, s->at,
		    RECENT + 1))
			continue;
		put_reading(b, i, s->at, (double)s->speed,
		    (double)s->volume, (double)s->occupancy, out);
		limit--;
	}
	tp_put_close(out, ']');
	return 200;
}

/* The readings of steps from .. to of one segment, or (SIZE_MAX) of all,
 * those numbered skip .. skip + most; returns how many there are. */
static int64_t
put_steps(const struct tp_board *b, size_t seg, int64_t from, int64_t to,
    int64_t skip, int64_t most, struct tp_buf *out)
{
	const struct tp_step	*p;
	int64_t			 n = 0;
	size_t			 i;

	if (from < tp_series_oldest(&b->series))
		from = tp_series_oldest(&b->series);
	if (to > b->series.newest)
		to = b->series.newest;
	tp_put_open(out, '[');
	for (; from <= to; from++)
		for (i = 0; i < b->ids.n; i++) {
			if (seg != SIZE_MAX && i != seg)
				continue;
			p = tp_series_at(&b->series, i, from);
			if (p->n == 0 && p->nvolume == 0)
				continue;
			if (n >= skip && n - skip < most)
				put_reading(b, i, from * b->conf.step_ms,
				    (double)p->speed, (double)p->volume,
				    (double)NAN, out);
			n++;
		}
	tp_put_close(out, ']');
	return n;
}

static int
historical(struct tp_board *b, const struct tp_http_req *q,
    struct tp_buf *out)
{
	int64_t	page = 1, size = 50, t, n;
	size_t	seg;

	if (strlen(q->arg[0]) != 10 || tp_time_parse(b->conf.tz, q->arg[0],
	    10, &t, NULL) != 0 || t < 0) {
		tp_buf_lit(out, "Invalid date format. Use YYYY-MM-DD");
		return 400;
	}
	if (tp_http_query_int(q, "page", 1, 1000000, &page, out) == -1 ||
	    tp_http_query_int(q, "size", 1, 500, &size, out) == -1)
		return 400;
	if (sensor_asked(b, q, &seg, out) != 0)
		return 404;
	tp_put_open(out, '{');
	tp_put_key(out, "items");
	n = put_steps(b, seg, tp_series_step(&b->series, t + b->conf.step_ms -
	    1), tp_series_step(&b->series, t + TP_DAY - 1), (page - 1) * size,
	    size, out);
	tp_put_int_of(out, "total", n);
	tp_put_int_of(out, "page", page);
	tp_put_int_of(out, "size", size);
	tp_put_int_of(out, "pages", (n + size - 1) / size);
	tp_put_close(out, '}');
	return 200;
}

static int
of_sensor(struct tp_board *b, const struct tp_http_req *q,
    struct tp_buf *out)
{
	int64_t	hours = 24;
	size_t	seg;

	if (tp_http_query_int(q, "hours", 1, 168, &hours, out) == -1)
		return 400;
	if (sensor_of(b, q->arg[0], &seg, out) != 0)
		return 404;
	if (b->time == TP_TIME_NONE)
		tp_buf_lit(out, "[]");
	else
		put_steps(b, seg, tp_series_step(&b->series, b->time - hours *
		    TP_HOUR) + 1, b->series.newest, 0, INT64_MAX, out);
	return 200;
}

/* The hours of the newest day together. */
static struct tp_hour
today(const struct tp_board *b)
{
	struct tp_hour		 sum = { 0 };
	const struct tp_hour	*x;
	int64_t			 h = b->series.hour;

	for (; h >= 0; h--) {
		x = tp_series_hour_at(&b->series, SIZE_MAX, h);
		if (x == NULL)
			break;
		tp_hour_add(&sum, x);
		if (h % 24 == 0)
			break;
	}
	return sum;
}

static double
mean(double sum, double n)
{
	return n > 0 ? sum / n : (double)NAN;
}

static int
statistics(struct tp_board *b, const struct tp_http_req *q,
    struct tp_buf *out)
{
	struct tp_hour	x = today(b);

	(void)q;
	tp_board_sum_up(b);
	tp_put_open(out, '{');
	tp_put_int_of(out, "sensor_count", (int64_t)b->ids.n);
	tp_put_int_of(out, "active_sensors", (int64_t)b->summary.live);
	tp_put_int_of(out, "total_readings_today", x.n);
	tp_compat_put_num(out, "avg_speed_today", tp_compat_mph(mean(x.speed,
	    x.n)), 2);
	tp_compat_put_num(out, "avg_volume_today", mean(x.volume, x.nvolume),
	    2);
	tp_put_int_of(out, "predictions_count_today",
	    (int64_t)b->foreseen_today);
	tp_put_int_of(out, "active_incidents", (int64_t)b->alerts.open);
	tp_compat_put_iso(out, "last_updated", b->time);
	tp_put_close(out, '}');
	return 200;
}

static void
put_prediction(const struct tp_board *b, size_t i, unsigned h,
    struct tp_buf *out)
{
	const struct tp_seg_forecast	*f = &b->seg[i].f[h];

	tp_put_open(out, '{');
	tp_compat_put_uuid(out, "id", &b->ids.keys[i], f->made +
	    b->horizon[h]);
	tp_compat_put_uuid(out, "sensor_id", &b->ids.keys[i], 0);
	tp_compat_put_iso(out, "prediction_timestamp", f->made);
	tp_put_int_of(out, "horizon_minutes", b->horizon[h]);
	tp_compat_put_num(out, "predicted_speed", tp_compat_mph((double)
	    f->speed), 2);
	tp_buf_lit(out, ",\"predicted_volume\":null,"
	    "\"predicted_travel_time\":null");
	tp_compat_put_num(out, "confidence_score", (double)f->confidence, 3);
	tp_compat_put_kind(b, "model_name", out);
	tp_compat_put_str(out, "model_version", b->measure.version);
	tp_put_close(out, '}');
}

static int
latest(struct tp_board *b, const struct tp_http_req *q, struct tp_buf *out)
{
	int64_t		 limit = 100, horizon = 0;
	size_t		 seg, i;
	unsigned	 k, h;

	if (tp_http_query_int(q, "limit", 1, 1000, &limit, out) == -1 ||
	    tp_http_query_int(q, "horizon", 1, 10080, &horizon, out) == -1)
		return 400;
	if (sensor_asked(b, q, &seg, out) != 0)
		return 404;
	tp_put_open(out, '[');
	for (i = 0; i < b->ids.n; i++)
		for (k = 0; k < b->nhorizons && limit > 0; k++) {
			h = b->order[k];
			if ((seg != SIZE_MAX && i != seg) || (horizon > 0 &&
			    b->horizon[h] != horizon) ||
			    tp_board_forecast(&b->seg[i], h) == NULL ||
			    !tp_board_recent(b, b->seg[i].made, TP_HOUR))
				continue;
			put_prediction(b, i, h, out);
			limit--;
		}
	tp_put_close(out, ']');
	return 200;
}

static void
put_metric(const struct tp_board *b, const char *type, double v, unsigned h,
    int64_t n, struct tp_buf *out)
{
	struct tp_map_key	key = {
		.p = b->measure.version,
		.n = (uint32_t)strlen(b->measure.version),
	};

	if (isnan(v))
		return;
	tp_put_open(out, '{');
	tp_compat_put_uuid(out, "id", &key, b->horizon[h] * 16 + type[1]);
	tp_compat_put_kind(b, "model_name", out);
	tp_compat_put_str(out, "model_version", b->measure.version);
	tp_compat_put_iso(out, "evaluation_date", b->measure.last);
	tp_put_str_of(out, "metric_type", type);
	tp_compat_put_num(out, "metric_value", v, 4);
	tp_put_int_of(out, "horizon_minutes", b->horizon[h]);
	tp_put_int_of(out, "sensor_count", (int64_t)b->measure.nseg);
	tp_put_int_of(out, "sample_size", n);
	tp_put_close(out, '}');
}

static int
accuracy(struct tp_board *b, const struct tp_http_req *q, struct tp_buf *out)
{
	const struct tp_score	*s;
	int64_t			 horizon = 0, days = 7;
	unsigned		 k, h;

	if (tp_http_query_int(q, "horizon", 1, 10080, &horizon, out) == -1 ||
	    tp_http_query_int(q, "days", 1, 30, &days, out) == -1)
		return 400;
	tp_put_open(out, '[');
	for (k = 0; k < b->nhorizons; k++) {
		h = b->order[k];
		s = &b->measure.whole[h][TP_MEASURE_MODEL];
		if (s->n == 0 || (horizon > 0 && b->horizon[h] != horizon))
			continue;
		put_metric(b, "mae", tp_compat_mph(tp_score_mae(s)), h,
		    (int64_t)s->n, out);
		put_metric(b, "rmse", tp_compat_mph(tp_score_rmse(s)), h,
		    (int64_t)s->n, out);
		put_metric(b, "mape", tp_score_mape(s), h, (int64_t)s->n_pos,
		    out);
	}
	tp_put_close(out, ']');
	return 200;
}

static int
sensors(struct tp_board *b, const struct tp_http_req *q, struct tp_buf *out)
{
	const char	*want = tp_http_query(q, "status"), *status;
	int64_t		 limit = 100;
	size_t		 i;

	if (tp_http_query_int(q, "limit", 1, 1000, &limit, out) == -1)
		return 400;
	tp_put_open(out, '[');
	for (i = 0; i < b->ids.n && limit > 0; i++) {
		status = tp_board_live(b, &b->seg[i]) ? "active" : "inactive";
		if (want != NULL && strcmp(want, status) != 0)
			continue;
		tp_put_open(out, '{');
		tp_compat_put_uuid(out, "id", &b->ids.keys[i], 0);
		tp_put_key(out, "sensor_id");
		tp_put_id(out, &b->ids.keys[i]);
		tp_compat_put_str(out, "road_name", b->seg[i].name == NULL ?
		    "" : b->seg[i].name);
		tp_buf_lit(out, ",\"road_type\":null,\"direction\":null,"
		    "\"lane_count\":null,\"speed_limit\":null,\"city\":null,"
		    "\"state\":null");
		tp_put_str_of(out, "status", status);
		tp_compat_put_iso(out, "created_at", b->started_ms);
		tp_put_close(out, '}');
		limit--;
	}
	tp_put_close(out, ']');
	return 200;
}

/* LOW .. CRITICAL as LA's words for incidents. */
static const char *
severity_of(const struct tp_alert_entry *x)
{
	static const char *const	ours[] = {
		"LOW", "MEDIUM", "HIGH", "CRITICAL",
	};
	static const char *const	la[] = {
		"minor", "moderate", "major", "severe",
	};
	size_t				 i;

	for (i = 0; i < 4; i++)
		if (x->severity != NULL && strcasecmp(x->severity,
		    ours[i]) == 0)
			return la[i];
	return la[1];
}

static void
put_incident(const struct tp_alert_entry *x, struct tp_buf *out)
{
	struct tp_map_key	key = {
		.p = x->id, .n = (uint32_t)strlen(x->id),
	};

	tp_put_open(out, '{');
	tp_compat_put_uuid(out, "id", &key, 1);
	tp_put_str_of(out, "incident_id", x->id);
	tp_compat_put_str(out, "incident_type", x->type == NULL ? "event" :
	    x->type);
	tp_put_str_of(out, "severity", severity_of(x));
	tp_compat_put_str(out, "description", x->message);
	tp_compat_put_iso(out, "start_time", x->raised);
	tp_compat_put_iso(out, "end_time", x->cleared);
	tp_compat_put_str(out, "road_name", x->road);
	tp_buf_lit(out, ",\"direction\":null");
	tp_put_str_of(out, "status", x->open ? "active" : "resolved");
	tp_put_close(out, '}');
}

static int
incidents(struct tp_board *b, const struct tp_http_req *q,
    struct tp_buf *out)
{
	const char			*status = tp_http_query(q, "status");
	const struct tp_alert_entry	*x;
	int64_t				 hours = 24, last = b->time;
	size_t				 i;

	if (tp_http_query_int(q, "hours", 1, 168, &hours, out) == -1)
		return 400;
	if (status == NULL)
		status = "active";
	for (i = 0; i < b->alerts.n; i++)
		if (b->alerts.v[i].updated > last)
			last = b->alerts.v[i].updated;
	tp_put_open(out, '[');
	for (i = b->alerts.n; i-- > 0;) {
		x = &b->alerts.v[i];
		if (strcmp(status, x->open ? "active" : "resolved") == 0 &&
		    (x->open || x->updated >= last - hours * TP_HOUR))
			put_incident(x, out);
	}
	tp_put_close(out, ']');
	return 200;
}

static int
health(struct tp_board *b, const struct tp_http_req *q, struct tp_buf *out)
{
	size_t	i;

	tp_put_open(out, '{');
	tp_put_str_of(out, "status", "healthy");
	tp_compat_put_iso(out, "timestamp", q->now_ms);
	tp_put_key_open(out, "checks", '{');
	tp_buf_lit(out, "\"database\":{\"status\":\"healthy\",\"message\":"
	    "\"in memory\"}");
	tp_put_key_open(out, "kafka", '{');
	tp_put_str_of(out, "status", "healthy");
	tp_put_str_of(out, "message", b->nstreams > 0 ? "streams are read" :
	    "nothing has come yet");
	tp_put_key_open(out, "details", '{');
	for (i = 0; i < TP_BOARD_KINDS; i++)
		tp_put_int_of(out, tp_board_kind_name((enum tp_board_kind)i),
		    (int64_t)b->kinds[i]);
	tp_buf_lit(out, "}},\"websocket\":{\"status\":\"healthy\"");
	if (q->stats != NULL)
		tp_put_int_of(out, "active_connections",
		    (int64_t)q->stats->ws);
	tp_buf_lit(out, "}}}");
	return 200;
}

#define LA(method, path, role, handler) \
	{ method, path, role, handler, 0, NULL }

const struct tp_http_route tp_la_routes[] = {
	LA("GET", "/health", TP_ROLE_NONE, health),
	LA("GET", "/api/traffic/current", TP_ROLE_VIEWER, current),
	LA("GET", "/api/traffic/historical/{date}", TP_ROLE_VIEWER,
	    historical),
	LA("GET", "/api/traffic/sensor/{sensor}", TP_ROLE_VIEWER, of_sensor),
	LA("GET", "/api/traffic/statistics", TP_ROLE_VIEWER, statistics),
	LA("GET", "/api/predictions/latest", TP_ROLE_VIEWER, latest),
	LA("GET", "/api/predictions/accuracy", TP_ROLE_USER, accuracy),
	LA("POST", "/api/predictions/generate", TP_ROLE_ADMIN,
	    tp_la_generate),
	LA("GET", "/api/analytics/congestion", TP_ROLE_VIEWER,
	    tp_la_congestion),
	LA("GET", "/api/analytics/patterns", TP_ROLE_VIEWER, tp_la_patterns),
	LA("GET", "/api/analytics/trends", TP_ROLE_VIEWER, tp_la_trends),
	LA("GET", "/api/sensors", TP_ROLE_VIEWER, sensors),
	LA("GET", "/api/incidents", TP_ROLE_VIEWER, incidents),
	LA("GET", "/api/ml/health", TP_ROLE_VIEWER, tp_la_ml_health),
	LA("POST", "/api/ml/predict/congestion", TP_ROLE_VIEWER,
	    tp_la_ml_predict),
	LA("POST", "/api/ml/train", TP_ROLE_ADMIN, tp_la_not_here),
	LA("GET", "/api/ml/model/info", TP_ROLE_VIEWER, tp_la_ml_model),
	LA("POST", "/api/ml/model/load", TP_ROLE_ADMIN, tp_la_not_here),
	LA("GET", "/api/ml/hotspots", TP_ROLE_VIEWER, tp_la_ml_hotspots),
	LA("GET", "/api/ml/statistics", TP_ROLE_VIEWER, tp_la_ml_statistics),
	LA("POST", "/api/ml/simulate/stream", TP_ROLE_ADMIN, tp_la_not_here),
	{ 0 }
};
