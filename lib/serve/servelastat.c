/* LA's analytics, from the hours that the board remembers, and its routes
 * about learning, from what forecasts came.  Speeds are mph. */
#include "serve/compat.h"
#include "serve/put.h"

#define HOTSPOTS_MAX	100

/* What a request for analytics asks for. */
struct asked {
	int64_t	n;		/* hours or days */
	size_t	seg;		/* SIZE_MAX: all */
};

static int
get(struct tp_board *b, const struct tp_http_req *q, const char *name,
    int64_t least, int64_t most, struct asked *a, struct tp_buf *out)
{
	const char	*id = tp_http_query(q, "sensor_id");

	if (tp_http_query_int(q, name, least, most, &a->n, out) == -1)
		return 400;
	a->seg = SIZE_MAX;
	if (id == NULL || (a->seg = tp_board_find(b, id)) != SIZE_MAX)
		return 200;
	tp_buf_lit(out, "Sensor not found");
	return 404;
}

static double
speed_of(const struct tp_hour *x)
{
	return x->n > 0 ? tp_compat_mph(x->speed / x->n) : (double)NAN;
}

static double
volume_of(const struct tp_hour *x)
{
	return x->nvolume > 0 ? x->volume / x->nvolume : (double)NAN;
}

/* Vehicles a mile. */
static double
density_of(const struct tp_hour *x)
{
	double	v = speed_of(x);

	return v > 0 ? volume_of(x) / v : (double)NAN;
}

static void
put_means(const struct tp_hour *x, bool density, struct tp_buf *out)
{
	tp_compat_put_num(out, "avg_speed", speed_of(x), 2);
	tp_compat_put_num(out, "avg_volume", volume_of(x), 2);
	if (density)
		tp_compat_put_num(out, "avg_density", density_of(x), 2);
}

static void
begin(const char *name, const char *unit, int64_t n, struct tp_buf *out)
{
	tp_put_open(out, '{');
	tp_put_str_of(out, "metric_name", name);
	tp_put_key(out, "time_period");
	tp_buf_printf(out, "\"last_%lld_%s\"", (long long)n, unit);
	tp_put_key_open(out, "data_points", '[');
}

static void
finish(const struct tp_http_req *q, struct tp_buf *out)
{
	tp_put_close(out, '}');
	tp_compat_put_iso(out, "generated_at", q->now_ms);
	tp_put_close(out, '}');
}

int
tp_la_congestion(struct tp_board *b, const struct tp_http_req *q,
    struct tp_buf *out)
{
	struct asked		 a = { .n = 24 };
	struct tp_hour		 all = { 0 };
	const struct tp_hour	*x;
	int64_t			 h, hours = 0, slow = 0;
	int			 rc = get(b, q, "hours", 1, 168, &a, out);

	if (rc != 200)
		return rc;
	begin("traffic_congestion", "hours", a.n, out);
	for (h = a.n - 1; h >= 0 && b->series.hour >= 0; h--) {
		x = tp_series_hour_at(&b->series, a.seg, b->series.hour - h);
		if (x == NULL || x->n == 0)
			continue;
		hours++;
		slow += speed_of(x) < 30;
		tp_hour_add(&all, x);
		tp_put_open(out, '{');
		tp_compat_put_iso(out, "timestamp", tp_series_hour_time(
		    &b->series, b->series.hour - h));
		put_means(x, true, out);
		tp_put_str_of(out, "congestion_level", tp_compat_three(
		    speed_of(x)));
		tp_put_int_of(out, "reading_count", x->n);
		tp_put_close(out, '}');
	}
	tp_buf_lit(out, "],\"summary\":{");
	tp_put_int_of(out, "total_hours_analyzed", hours);
	tp_put_int_of(out, "congested_hours", slow);
	tp_put_num_of(out, "congestion_percentage", hours > 0 ? 100.0 *
	    (double)slow / (double)hours : 0, 2);
	tp_compat_put_num(out, "avg_speed_overall", speed_of(&all), 2);
	tp_compat_put_num(out, "avg_volume_overall", volume_of(&all), 2);
	finish(q, out);
	return 200;
}

/* The hour or day with the most volume, or where none is known the slowest;
 * -1: none. */
static int
peak(const struct tp_hour *x, int n)
{
	int	best = -1, i;
	bool	volumes = false;

	for (i = 0; i < n; i++)
		volumes = volumes || x[i].nvolume > 0;
	for (i = 0; i < n; i++) {
		if (volumes ? x[i].nvolume == 0 : x[i].n == 0)
			continue;
		if (best == -1 || (volumes ? volume_of(&x[i]) >
		    volume_of(&x[best]) : speed_of(&x[i]) <
		    speed_of(&x[best])))
			best = i;
	}
	return best;
}

static const char *const day_names[] = {
	"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday",
	"Saturday",
};

static void
put_patterns(const struct tp_hour *hour, const struct tp_hour *day,
    struct tp_buf *out)
{
	int	i;

	for (i = 0; i < 24 + 7; i++) {
		const struct tp_hour	*x = i < 24 ? &hour[i] : &day[i - 24];

		if (x->n == 0 && x->nvolume == 0)
			continue;
		tp_put_open(out, '{');
		tp_put_str_of(out, "type", i < 24 ? "hourly" : "daily");
		if (i < 24) {
			tp_put_int_of(out, "hour", i);
		} else {
			tp_put_str_of(out, "day", day_names[i - 24]);
			tp_put_int_of(out, "day_of_week", i - 24);
		}
		put_means(x, false, out);
		tp_put_int_of(out, "reading_count", x->n);
		tp_put_close(out, '}');
	}
}

int
tp_la_patterns(struct tp_board *b, const struct tp_http_req *q,
    struct tp_buf *out)
{
	struct asked		 a = { .n = 7 };
	struct tp_hour		 hour[24] = { { 0 } }, day[7] = { { 0 } };
	int64_t			 i, h, points = 0;
	int			 rc = get(b, q, "days", 1, 30, &a, out), p;

	if (rc != 200)
		return rc;
	for (i = 0; i < a.n * 24 && b->series.hour >= 0; i++) {
		const struct tp_hour	*x;

		h = b->series.hour - i;
		x = tp_series_hour_at(&b->series, a.seg, h);
		if (x == NULL)
			break;
		tp_hour_add(&hour[h % 24], x);
		tp_hour_add(&day[(tp_series_weekday(h) + 1) % 7], x);
		points += x->n;
	}
	begin("traffic_patterns", "days", a.n, out);
	put_patterns(hour, day, out);
	tp_buf_lit(out, "],\"summary\":{");
	tp_put_int_of(out, "analysis_period_days", a.n);
	p = peak(hour, 24);
	tp_compat_put_num(out, "peak_hour", p >= 0 ? p : (double)NAN, 0);
	p = peak(day, 7);
	tp_compat_put_str(out, "busiest_day", p >= 0 ? day_names[p] : NULL);
	tp_put_int_of(out, "total_data_points", points);
	finish(q, out);
	return 200;
}

/* From the first half to the second, by more than 5 %. */
static const char *
trend(double before, double after)
{
	return isnan(before) || isnan(after) || before <= 0 ? "stable" :
	    after > before * 1.05 ? "increasing" :
	    after < before * 0.95 ? "decreasing" : "stable";
}

static void
put_day(int64_t day, const struct tp_hour *x,
    struct tp_buf *out)
{
	struct tp_buf	text = { 0 };

	tp_buf_time(&text, day * TP_DAY);
	tp_put_open(out, '{');
	tp_put_key(out, "date");
	tp_buf_printf(out, "\"%.10s\"", text.p);
	put_means(x, true, out);
	tp_put_int_of(out, "reading_count", x->n);
	tp_put_close(out, '}');
	tp_buf_release(&text);
}

int
tp_la_trends(struct tp_board *b, const struct tp_http_req *q,
    struct tp_buf *out)
{
	struct asked		 a = { .n = 30 };
	struct tp_hour		 half[2] = { { 0 } }, all = { 0 }, x;
	int64_t			 d, h, days = 0, last = b->series.hour / 24;
	int			 rc = get(b, q, "days", 7, 90, &a, out);

	if (rc != 200)
		return rc;
	begin("traffic_trends", "days", a.n, out);
	for (d = last - a.n + 1; d <= last && b->series.hour >= 0;
	    d++) {
		x = (struct tp_hour){ 0 };
		for (h = d * 24; h < d * 24 + 24; h++)
			tp_hour_add(&x, tp_series_hour_at(&b->series, a.seg, h));
		if (x.n == 0 && x.nvolume == 0)
			continue;
		days++;
		tp_hour_add(&half[d > last - a.n / 2], &x);
		tp_hour_add(&all, &x);
		put_day(d, &x, out);
	}
	tp_buf_lit(out, "],\"summary\":{");
	tp_put_int_of(out, "analysis_period_days", a.n);
	tp_put_str_of(out, "speed_trend", trend(speed_of(&half[0]),
	    speed_of(&half[1])));
	tp_put_str_of(out, "volume_trend", trend(volume_of(&half[0]),
	    volume_of(&half[1])));
	tp_compat_put_num(out, "avg_speed_overall", speed_of(&all), 2);
	tp_compat_put_num(out, "avg_volume_overall", volume_of(&all), 2);
	tp_put_int_of(out, "total_days_analyzed", days);
	finish(q, out);
	return 200;
}

/* Whether forecasts are coming. */
static bool
forecasting(const struct tp_board *b)
{
	return b->measure.version != NULL && tp_board_recent(b,
	    b->measure.last, 2 * TP_BOARD_LIVE_STEPS * b->conf.step_ms);
}

int
tp_la_ml_health(struct tp_board *b, const struct tp_http_req *q,
    struct tp_buf *out)
{
	tp_put_open(out, '{');
	tp_put_str_of(out, "status", forecasting(b) ? "healthy" :
	    "degraded");
	tp_put_bool_of(out, "ml_libraries_available", forecasting(b));
	tp_put_bool_of(out, "predictor_loaded", forecasting(b));
	tp_put_bool_of(out, "metr_data_available", b->ids.n > 0);
	tp_compat_put_iso(out, "timestamp", q->now_ms);
	tp_put_close(out, '}');
	return 200;
}

static bool
rush(int64_t hour)
{
	return (hour >= 7 && hour <= 9) || (hour >= 16 && hour <= 18);
}

static void
put_congestion(const struct tp_board *b, size_t seg,
    const struct tp_seg_forecast *f, int minutes, struct tp_buf *out)
{
	double	mph = tp_compat_mph((double)f->speed);
	int64_t	hour = tp_series_hour(&b->series, f->made + minutes *
		    TP_MINUTE);

	tp_put_key_open(out, "prediction", '{');
	tp_put_str_of(out, "congestion_level", mph >= 50 ? "Low" :
	    mph >= 30 ? "Medium" : "High");
	tp_compat_put_num(out, "confidence", (double)f->confidence, 3);
	tp_put_num_of(out, "predicted_speed", mph, 2);
	tp_compat_put_iso(out, "timestamp", f->made + minutes * TP_MINUTE);
	tp_put_str_of(out, "mode", "forecast");
	tp_put_key_open(out, "factors", '{');
	tp_compat_put_num(out, "current_speed", tp_compat_mph((double)
	    b->seg[seg].speed), 2);
	tp_put_int_of(out, "hour", hour % 24);
	tp_put_int_of(out, "day_of_week", tp_series_weekday(hour));
	tp_put_bool_of(out, "rush_hour", rush(hour % 24));
	tp_buf_lit(out, "}}");
}

/* The sensor_id of the body, answered with the forecast of that sensor. */
int
tp_la_ml_predict(struct tp_board *b, const struct tp_http_req *q,
    struct tp_buf *out)
{
	struct tp_json_obj		 o = { 0 };
	const struct tp_json_field	*id;
	const struct tp_seg_forecast	*f = NULL;
	size_t				 seg = SIZE_MAX;
	int				 minutes = 0, rc = 400;

	if (tp_json_object(&o, q->body, q->nbody) == 0 &&
	    (id = tp_json_find(&o, "sensor_id")) != NULL &&
	    (id->v.type == TP_JSON_STR || id->v.type == TP_JSON_NUM)) {
		seg = tp_map_find(&b->ids, id->v.p, id->v.n);
		if (seg != SIZE_MAX)
			f = tp_compat_next(b, &b->seg[seg], &minutes);
		rc = f != NULL ? 200 : 404;
	}
	tp_json_obj_release(&o);
	if (rc != 200) {
		tp_buf_str(out, rc == 400 ? "a JSON object with sensor_id "
		    "is wanted" : "no forecast of this sensor");
		return rc;
	}
	tp_put_open(out, '{');
	tp_put_bool_of(out, "success", true);
	put_congestion(b, seg, f, minutes, out);
	tp_put_key(out, "input_features");
	tp_buf_add(out, q->body, q->nbody);
	tp_put_close(out, '}');
	return 200;
}

int
tp_la_ml_model(struct tp_board *b, const struct tp_http_req *q,
    struct tp_buf *out)
{
	(void)q;
	tp_put_open(out, '{');
	tp_put_bool_of(out, "model_loaded", forecasting(b));
	tp_buf_lit(out, ",\"model_path\":null");
	tp_compat_put_kind(b, "model_type", out);
	tp_compat_put_str(out, "version", b->measure.version);
	tp_put_str_of(out, "status", forecasting(b) ? "active" :
	    "inactive");
	tp_put_str_of(out, "mode", "forecast");
	tp_put_str_of(out, "note", "the model that the forecasts on the "
	    "stream name; its file is with tp-predict");
	tp_put_close(out, '}');
	return 200;
}

int
tp_la_ml_hotspots(struct tp_board *b, const struct tp_http_req *q,
    struct tp_buf *out)
{
	size_t	v[HOTSPOTS_MAX], n, i;
	int64_t	most = 10;

	if (tp_http_query_int(q, "num_hotspots", 1, HOTSPOTS_MAX, &most,
	    out) == -1)
		return 400;
	n = tp_compat_slowest(b, v, (size_t)most);
	tp_put_open(out, '{');
	tp_put_key_open(out, "hotspots", '[');
	for (i = 0; i < n; i++) {
		const struct tp_seg	*s = &b->seg[v[i]];
		double			 mph = tp_compat_mph((double)
					    s->speed);

		tp_put_open(out, '{');
		tp_put_key(out, "sensor_id");
		tp_put_id(out, &b->ids.keys[v[i]]);
		tp_put_key(out, "location_name");
		if (s->name != NULL)
			tp_put_str(out, s->name);
		else
			tp_put_id(out, &b->ids.keys[v[i]]);
		tp_put_num_of(out, "current_speed", mph, 2);
		tp_put_str_of(out, "congestion_level", tp_compat_three(mph));
		tp_put_num_of(out, "severity_score", (100 - mph) / 100, 4);
		tp_put_key_open(out, "coordinates", '{');
		tp_compat_put_num(out, "latitude", s->lat, 6);
		tp_compat_put_num(out, "longitude", s->lon, 6);
		tp_buf_lit(out, "}}");
	}
	tp_put_close(out, ']');
	tp_put_int_of(out, "total_count", (int64_t)n);
	tp_put_str_of(out, "data_source", "live");
	tp_compat_put_iso(out, "timestamp", q->now_ms);
	tp_put_close(out, '}');
	return 200;
}

int
tp_la_ml_statistics(struct tp_board *b, const struct tp_http_req *q,
    struct tp_buf *out)
{
	int64_t	slow = 0, fast = 0;
	double	mph;
	size_t	i;

	(void)q;
	tp_board_sum_up(b);
	for (i = 0; i < b->ids.n; i++) {
		mph = tp_compat_mph((double)b->seg[i].speed);
		slow += tp_board_live(b, &b->seg[i]) && mph < 30;
		fast += tp_board_live(b, &b->seg[i]) && mph > 60;
	}
	tp_put_open(out, '{');
	tp_put_int_of(out, "active_sensors", (int64_t)b->summary.live);
	tp_compat_put_num(out, "average_speed", tp_compat_mph(
	    b->summary.mean_speed), 2);
	tp_put_int_of(out, "congested_sensors", slow);
	tp_put_int_of(out, "free_flow_sensors", fast);
	tp_put_int_of(out, "total_data_points", (int64_t)
	    (b->kinds[TP_BOARD_EVENT] + b->kinds[TP_BOARD_AGGREGATE]));
	tp_put_key_open(out, "time_range", '{');
	tp_compat_put_iso(out, "start", b->first);
	tp_compat_put_iso(out, "end", b->time);
	tp_put_close(out, '}');
	tp_put_str_of(out, "data_source", "live");
	tp_put_close(out, '}');
	return 200;
}
