/* The routes of LA's web server, and what its streams are told.  Speeds are
 * mph. */
#include "graph/point.h"
#include "serve/compat.h"
#include "serve/put.h"

#define SINGLE_MAX	100	/* forecasts of a tick, told one by one */
#define AROUND		5000.0	/* metres */

/* The four categories of LA's page. */
enum { FREE_FLOW, MODERATE, HEAVY, SEVERE, CATEGORIES };

static const char *const categories[] = {
	"free_flow", "moderate_traffic", "heavy_traffic",
	"severe_congestion",
};

static int
category(double mph)
{
	return mph >= 60 ? FREE_FLOW : mph >= 45 ? MODERATE : mph >= 30 ?
	    HEAVY : SEVERE;
}

static void
put_prediction(const struct tp_board *b, size_t i, struct tp_buf *out)
{
	const struct tp_seg		*s = &b->seg[i];
	const struct tp_seg_forecast	*f;
	double				 now, then;
	int				 minutes = 0;

	f = tp_compat_next(b, s, &minutes);
	now = tp_compat_mph(isnan(f->current) ? (double)s->speed :
	    (double)f->current);
	then = tp_compat_mph((double)f->speed);
	tp_put_open(out, '{');
	tp_put_key(out, "segment_id");
	tp_put_id(out, &b->ids.keys[i]);
	tp_put_int_of(out, "timestamp", f->made);
	tp_compat_put_num(out, "current_speed", now, 2);
	tp_put_num_of(out, "predicted_speed", then, 2);
	tp_compat_put_num(out, "current_volume", (double)s->volume, 0);
	tp_put_iso_of(out, "prediction_time", f->made + minutes * TP_MINUTE);
	tp_compat_put_num(out, "speed_diff", then - now, 2);
	tp_put_str_of(out, "category", categories[category(then)]);
	tp_put_close(out, '}');
}

/* Whether a segment has a forecast, and one of this tick if so asked. */
static bool
wanted(const struct tp_board *b, size_t i, bool changed)
{
	int	minutes;

	return (!changed || b->seg[i].foreseen) &&
	    tp_compat_next(b, &b->seg[i], &minutes) != NULL;
}

void
tp_la_put_predictions(const struct tp_board *b, bool changed,
    struct tp_buf *out, size_t *n)
{
	size_t	i;

	*n = 0;
	tp_put_open(out, '[');
	for (i = 0; i < b->ids.n; i++)
		if (wanted(b, i, changed)) {
			put_prediction(b, i, out);
			++*n;
		}
	tp_put_close(out, ']');
}

/* What the figures are made of. */
struct sums {
	int64_t	n, in[CATEGORIES], nnow;
	double	then, now, diff;
};

static struct sums
sum_up(const struct tp_board *b)
{
	const struct tp_seg_forecast	*f;
	struct sums			 x = { 0 };
	double				 now, then;
	size_t				 i;
	int				 minutes;

	for (i = 0; i < b->ids.n; i++) {
		f = tp_compat_next(b, &b->seg[i], &minutes);
		if (f == NULL)
			continue;
		then = tp_compat_mph((double)f->speed);
		x.n++;
		x.then += then;
		x.in[category(then)]++;
		now = tp_compat_mph(isnan(f->current) ?
		    (double)b->seg[i].speed : (double)f->current);
		if (isnan(now))
			continue;
		x.nnow++;
		x.now += now;
		x.diff += then - now;
	}
	return x;
}

static double
mean(double sum, int64_t n)
{
	return n > 0 ? sum / (double)n : (double)NAN;
}

static void
put_categories(const struct sums *x, struct tp_buf *out)
{
	int	i;

	tp_put_int_of(out, "total", x->n);
	tp_put_key_open(out, "categories", '{');
	for (i = 0; i < CATEGORIES; i++)
		tp_put_int_of(out, categories[i], x->in[i]);
	tp_put_close(out, '}');
	tp_compat_put_num(out, "avgSpeedDiff", mean(x->diff, x->nnow), 2);
}

void
tp_la_put_stats(const struct tp_board *b, struct tp_buf *out)
{
	struct sums	x = sum_up(b);

	tp_put_open(out, '{');
	put_categories(&x, out);
	tp_compat_put_num(out, "avg_predicted_speed", mean(x.then, x.n), 2);
	tp_compat_put_num(out, "avg_current_speed", mean(x.now, x.nnow), 2);
	tp_put_int_of(out, "high_congestion_count", x.in[SEVERE]);
	tp_put_int_of(out, "moderate_congestion_count", x.in[HEAVY]);
	tp_put_close(out, '}');
}

static int
predictions(struct tp_board *b, const struct tp_http_req *q,
    struct tp_buf *out)
{
	size_t	n;

	tp_buf_lit(out, "{\"success\":true,\"data\":{\"predictions\":");
	tp_la_put_predictions(b, false, out, &n);
	tp_put_key(out, "stats");
	tp_la_put_stats(b, out);
	tp_compat_put_iso(out, "timestamp", q->now_ms);
	tp_buf_lit(out, "}}");
	return 200;
}

static int
debug(struct tp_board *b, const struct tp_http_req *q, struct tp_buf *out)
{
	size_t	n;

	(void)q;
	tp_put_open(out, '{');
	tp_put_bool_of(out, "isRunning", b->kinds[TP_BOARD_PREDICTION] > 0);
	tp_put_key(out, "predictions");
	tp_la_put_predictions(b, false, out, &n);
	tp_put_int_of(out, "predictionCount", (int64_t)n);
	tp_put_key(out, "stats");
	tp_la_put_stats(b, out);
	tp_put_close(out, '}');
	return 200;
}

/* A place of the query: 1, 0 where there is none, -1 and the reason. */
static int
place(const struct tp_http_req *q, double *lat, double *lon,
    struct tp_buf *out)
{
	const char	*y = tp_http_query(q, "latitude");
	const char	*x = tp_http_query(q, "longitude");

	if (y == NULL && x == NULL)
		return 0;
	if (y == NULL || x == NULL || tp_parse_num(y, strlen(y), lat) != 0 ||
	    tp_parse_num(x, strlen(x), lon) != 0 || fabs(*lat) > 90 ||
	    fabs(*lon) > 180) {
		tp_buf_lit(out, "latitude and longitude are wanted");
		return -1;
	}
	return 1;
}

static void
put_traffic(const struct tp_board *b, size_t i, struct tp_buf *out)
{
	const struct tp_seg	*s = &b->seg[i];
	double			 mph = tp_compat_mph((double)s->speed);

	tp_put_open(out, '{');
	tp_put_key(out, "id");
	tp_put_id(out, &b->ids.keys[i]);
	tp_put_iso_of(out, "timestamp", s->at);
	tp_put_key_open(out, "location", '{');
	tp_put_num_of(out, "latitude", s->lat, 6);
	tp_put_num_of(out, "longitude", s->lon, 6);
	tp_put_str_of(out, "roadName", s->name);
	tp_put_close(out, '}');
	tp_compat_put_num(out, "volume", (double)s->volume, 0);
	tp_compat_put_num(out, "speed", mph, 2);
	tp_put_str_of(out, "congestionLevel", tp_compat_three(mph));
	tp_put_close(out, '}');
}

static int
traffic(struct tp_board *b, const struct tp_http_req *q, struct tp_buf *out)
{
	double		lat, lon;
	struct tp_point	p, at;
	int		given = place(q, &lat, &lon, out);
	size_t		i;

	if (given == -1)
		return 400;
	if (given == 1)
		tp_point_set(&p, lat, lon);
	tp_put_open(out, '[');
	for (i = 0; i < b->ids.n; i++) {
		if (isnan(b->seg[i].speed) ||
		    tp_point_set(&at, b->seg[i].lat, b->seg[i].lon) != 0 ||
		    (given == 1 && tp_point_metres(p, at) > AROUND))
			continue;
		put_traffic(b, i, out);
	}
	tp_put_close(out, ']');
	return 200;
}

static void
put_forecast_at(const struct tp_board *b, size_t i,
    const struct tp_seg_forecast *f, int minutes, struct tp_buf *out)
{
	static const char *const	levels[] = {
		"UNKNOWN", "FREE_FLOW", "LIGHT", "MODERATE", "HEAVY",
		"SEVERE",
	};
	const struct tp_seg		*s = &b->seg[i];

	tp_put_open(out, '{');
	tp_put_key(out, "prediction_id");
	tp_buf_printf(out, "\"%.*s:%lld:%d\"", (int)b->ids.keys[i].n,
	    b->ids.keys[i].p, (long long)f->made, minutes);
	tp_put_key(out, "segment_id");
	tp_buf_printf(out, "\"segment:%.6f,%.6f\"", s->lat, s->lon);
	tp_put_int_of(out, "prediction_timestamp", f->made);
	tp_put_int_of(out, "horizon_minutes", minutes);
	tp_put_int_of(out, "target_timestamp", f->made + minutes *
	    TP_MINUTE);
	tp_put_num_of(out, "predicted_speed", tp_compat_mph((double)
	    f->speed), 2);
	tp_buf_lit(out, ",\"predicted_volume\":null");
	tp_put_str_of(out, "predicted_congestion_level",
	    levels[tp_board_level(b, s, (double)f->speed)]);
	tp_compat_put_num(out, "confidence_score", (double)f->confidence, 3);
	tp_compat_put_str(out, "model_version", b->measure.version);
	tp_put_key_open(out, "coordinates", '{');
	tp_put_num_of(out, "latitude", s->lat, 6);
	tp_put_num_of(out, "longitude", s->lon, 6);
	tp_put_close(out, '}');
	tp_put_key_open(out, "feature_metadata", '{');
	tp_put_str_of(out, "source", "nearest segment");
	tp_put_key(out, "location_id");
	tp_put_id(out, &b->ids.keys[i]);
	tp_buf_lit(out, "}}");
}

static int
predict(struct tp_board *b, const struct tp_http_req *q, struct tp_buf *out)
{
	const struct tp_seg_forecast	*f = NULL;
	double				 lat, lon, metres;
	size_t				 i;
	int				 minutes = 0;

	switch (place(q, &lat, &lon, out)) {
	case 0:
		tp_buf_lit(out, "latitude and longitude are wanted");
		return 400;
	case -1:
		return 400;
	}
	i = tp_compat_nearest(b, lat, lon, &metres);
	if (i != SIZE_MAX && metres <= AROUND)
		f = tp_compat_next(b, &b->seg[i], &minutes);
	if (f == NULL) {
		tp_buf_lit(out, "no forecast within 5 km");
		return 404;
	}
	put_forecast_at(b, i, f, minutes, out);
	return 200;
}

static void
put_service(const struct tp_board_stream *s, int64_t now_ms,
    struct tp_buf *out)
{
	int64_t	up = (now_ms - s->first_ms) / TP_MINUTE;

	tp_put_open(out, '{');
	tp_put_key(out, "name");
	tp_buf_char(out, '"');
	tp_buf_str(out, tp_board_kind_name(s->kind));
	tp_buf_char(out, '"');
	tp_put_str_of(out, "status", now_ms - s->last_ms < TP_HOUR ?
	    "active" : "inactive");
	tp_put_key(out, "uptime");
	tp_buf_printf(out, "\"%lldh %lldm\"", (long long)(up / 60),
	    (long long)(up % 60));
	tp_put_iso_of(out, "last_check", now_ms);
	tp_put_key_open(out, "health_details", '{');
	tp_put_str_of(out, "source", s->name);
	tp_put_int_of(out, "records", (int64_t)s->records);
	tp_put_int_of(out, "rejected", (int64_t)s->rejected);
	tp_buf_lit(out, "}}");
}

/* The streams as LA's services; flowing: one brought something lately. */
static int
status(struct tp_board *b, const struct tp_http_req *q, struct tp_buf *out)
{
	const struct tp_board_stream	*s;
	bool				 flowing = false;
	double				 rate = 0, minutes;
	size_t				 i;

	for (i = 0; i < b->nstreams; i++) {
		s = &b->stream[i];
		flowing = flowing || q->now_ms - s->last_ms < TP_HOUR;
		minutes = fmax(1, (double)(s->last_ms - s->first_ms) /
		    TP_MINUTE);
		if (s->kind == TP_BOARD_PREDICTION)
			rate += (double)s->records / minutes;
	}
	tp_buf_lit(out, "{\"success\":true,\"data\":{");
	tp_put_str_of(out, "overall_status", flowing ? "healthy" :
	    b->nstreams > 0 ? "degraded" : "down");
	tp_put_key_open(out, "services", '[');
	for (i = 0; i < b->nstreams; i++)
		put_service(&b->stream[i], q->now_ms, out);
	tp_put_close(out, ']');
	tp_compat_put_iso(out, "timestamp", q->now_ms);
	tp_put_key_open(out, "pipeline_status", '{');
	tp_put_bool_of(out, "data_flow_active", flowing);
	tp_compat_put_iso(out, "last_prediction", b->measure.last);
	tp_put_num_of(out, "predictions_per_minute", rate, 1);
	tp_buf_lit(out, "}}}");
	return 200;
}

/* The figures of the horizon that is measured most. */
static void
put_model(const struct tp_board *b, const struct tp_score *s,
    struct tp_buf *out)
{
	tp_put_key_open(out, "model", '{');
	tp_buf_lit(out, "\"r2_score\":null");
	tp_compat_put_num(out, "rmse", s == NULL ? (double)NAN :
	    tp_compat_mph(tp_score_rmse(s)), 4);
	tp_compat_put_num(out, "mae", s == NULL ? (double)NAN :
	    tp_compat_mph(tp_score_mae(s)), 4);
	tp_buf_lit(out, ",\"training_samples\":null");
	tp_put_int_of(out, "test_samples", s == NULL ? 0 : (int64_t)s->n);
	tp_buf_lit(out, ",\"total_features\":null");
	tp_compat_put_kind(b, "algorithm", out);
	tp_compat_put_str(out, "model_version", b->measure.version);
	tp_buf_lit(out, ",\"model_configuration\":{},\"model_path\":null,"
	    "\"trained_at\":null");
	tp_compat_put_iso(out, "verified_at", b->measure.last);
	tp_buf_lit(out, ",\"performance_category\":null,"
	    "\"pipeline_stages\":[]}");
}

static int
model_results(struct tp_board *b, const struct tp_http_req *q,
    struct tp_buf *out)
{
	const struct tp_score	*s = NULL, *x;
	unsigned		 i;

	for (i = 0; i < b->nhorizons; i++) {
		x = &b->measure.whole[i][TP_MEASURE_MODEL];
		if (x->n > 0 && (s == NULL || x->n > s->n))
			s = x;
	}
	tp_put_open(out, '{');
	tp_put_bool_of(out, "success", true);
	put_model(b, s, out);
	tp_buf_lit(out, ",\"predictions\":[],\"feature_importance\":[]");
	tp_put_key_open(out, "summary", '{');
	tp_put_int_of(out, "total_predictions", s == NULL ? 0 :
	    (int64_t)s->n);
	tp_compat_put_num(out, "avg_prediction_error", s == NULL ?
	    (double)NAN : tp_compat_mph(tp_score_bias(s)), 4);
	tp_buf_lit(out, ",\"max_confidence\":null,\"min_confidence\":null}");
	tp_compat_put_iso(out, "timestamp", q->now_ms);
	tp_put_close(out, '}');
	return 200;
}

static void
send(struct tp_hub *h, enum tp_channel c, const char *event,
    struct tp_buf *b)
{
	tp_hub_send(h, c, event, b->p, b->n);
	b->n = 0;
}

/* The forecasts of a tick: one by one, or where they are many as a list. */
static void
tell_sse(struct tp_board *b, struct tp_hub *h, bool all, struct tp_buf *m)
{
	struct sums	x;
	size_t		i, n = 0;

	for (i = 0; i < b->ids.n; i++)
		n += wanted(b, i, true);
	if (n > SINGLE_MAX || all) {
		tp_buf_lit(m, "{\"type\":\"initial\",\"predictions\":");
		tp_la_put_predictions(b, false, m, &n);
		tp_put_int_of(m, "count", (int64_t)n);
		tp_put_close(m, '}');
		if (n > 0)
			send(h, TP_CHANNEL_LA_SSE, "message", m);
		m->n = 0;
	} else {
		for (i = 0; i < b->ids.n; i++) {
			if (!wanted(b, i, true))
				continue;
			tp_buf_lit(m, "{\"type\":\"prediction\",\"data\":");
			put_prediction(b, i, m);
			tp_put_close(m, '}');
			send(h, TP_CHANNEL_LA_SSE, "message", m);
		}
	}
	x = sum_up(b);
	tp_buf_lit(m, "{\"type\":\"stats\",\"data\":{");
	put_categories(&x, m);
	tp_buf_lit(m, "}}");
	send(h, TP_CHANNEL_LA_SSE, "message", m);
}

/* One message for a subscription: of one sensor, or a list of all. */
static void
tell_ws(struct tp_board *b, struct tp_hub *h, bool forecasts,
    int64_t now_ms, struct tp_buf *m)
{
	const struct tp_seg	*s;
	size_t			 i, n = 0, one = 0;
	struct tp_buf		 list = { 0 };

	for (i = 0; i < b->ids.n; i++) {
		s = &b->seg[i];
		if (forecasts ? !wanted(b, i, true) : !s->changed ||
		    s->at == TP_TIME_NONE)
			continue;
		n++;
		one = i;
		if (forecasts)
			put_prediction(b, i, &list);
		else
			put_traffic(b, i, &list);
	}
	if (n > 0) {
		tp_put_open(m, '{');
		tp_put_str_of(m, "type", forecasts ? "prediction_update" :
		    "traffic_update");
		tp_put_key(m, "sensor_id");
		if (n == 1)
			tp_put_id(m, &b->ids.keys[one]);
		else
			tp_put_str(m, "*");
		tp_put_key(m, forecasts ? "prediction" : "data");
		tp_buf_str(m, n > 1 ? "[" : "");
		tp_buf_add(m, list.p, list.n);
		tp_buf_str(m, n > 1 ? "]" : "");
		tp_compat_put_iso(m, "timestamp", now_ms);
		tp_put_close(m, '}');
		send(h, TP_CHANNEL_LA_WS, forecasts ? "predictions" :
		    "traffic_data", m);
	}
	tp_buf_release(&list);
}

void
tp_la_tick(struct tp_board *b, struct tp_hub *h, int64_t now_ms)
{
	unsigned	listeners = h->ring[TP_CHANNEL_LA_SSE].listeners;
	struct tp_buf	m = { 0 };

	if (tp_hub_wanted(h, TP_CHANNEL_LA_SSE))
		tell_sse(b, h, listeners > b->la_listeners, &m);
	b->la_listeners = listeners;
	if (tp_hub_wanted(h, TP_CHANNEL_LA_WS)) {
		tell_ws(b, h, false, now_ms, &m);
		tell_ws(b, h, true, now_ms, &m);
	}
	tp_buf_release(&m);
}

void
tp_la_hello(int64_t now_ms, struct tp_buf *out)
{
	tp_put_open(out, '{');
	tp_put_str_of(out, "type", "connected");
	tp_put_str_of(out, "message", "Connected to the stream of forecasts");
	tp_put_int_of(out, "timestamp", now_ms);
	tp_put_close(out, '}');
}

#define WEB(method, path, role, handler, flags) \
	{ method, path, role, handler, flags, NULL }

const struct tp_http_route tp_la_web_routes[] = {
	WEB("GET", "/api/predictions", TP_ROLE_VIEWER, predictions,
	    TP_HTTP_SHARED),
	WEB("POST", "/api/predictions", TP_ROLE_USER, tp_la_post_prediction,
	    0),
	WEB("GET", "/api/predictions/debug", TP_ROLE_VIEWER, debug,
	    TP_HTTP_SHARED),
	WEB("GET", "/api/traffic", TP_ROLE_VIEWER, traffic, 0),
	WEB("POST", "/api/traffic", TP_ROLE_USER, tp_la_post_traffic, 0),
	WEB("GET", "/api/traffic/predict", TP_ROLE_VIEWER, predict, 0),
	WEB("GET", "/api/system/status", TP_ROLE_VIEWER, status, 0),
	WEB("POST", "/api/system/status", TP_ROLE_ADMIN, tp_la_not_here, 0),
	WEB("GET", "/api/model-results", TP_ROLE_VIEWER, model_results, 0),
	{ 0 }
};
