/*
 * The database of the Los Angeles system, schema `traffic`: speeds in mph,
 * vehicles as whole numbers.  A prediction's time there is that which it is
 * about.
 */
#include <limits.h>
#include <strings.h>

#include "store/pgseed.h"

#define ID_MAX		50	/* characters of a sensor's id */
#define SPEED_MAX	tp_milli_kmh(200000)
#define WIDTH_MAX	tp_milli_kmh(999990)	/* ends of an interval */

/* What goes into the column of a direction, or none. */
static const char *
direction_of(const struct tp_seed *d)
{
	static const char *const	words[] = {
		"north", "south", "east", "west",
	};
	static const char *const	bound[] = {
		"northbound", "southbound", "eastbound", "westbound",
	};
	struct tp_cell_text		x = tp_seed_string(d,
					    TP_F_DIRECTION);
	size_t				i;

	for (i = 0; x.n > 0 && i < 4; i++) {
		if (x.n == 1 && (*x.p | 32) == words[i][0])
			return words[i];
		if (x.n == strlen(words[i]) &&
		    strncasecmp(x.p, words[i], x.n) == 0)
			return words[i];
		if (x.n == strlen(bound[i]) &&
		    strncasecmp(x.p, bound[i], x.n) == 0)
			return bound[i];
	}
	return NULL;
}

/* A number of the record at work, as text in `to`, or NULL. */
static const char *
degrees(const struct tp_seed *d, enum tp_field f, double max, char *to,
    size_t size)
{
	double	v;

	if (tp_rec_num(&d->again.rec, f, &v) == -1 || !(v >= -max && v <= max))
		return NULL;
	snprintf(to, size, "%.8f", v);
	return to;
}

/* Adds a sensor, with the place that a record of it has; NULL: without. */
static int
add_sensor(struct tp_seed *d, const struct tp_batch *b, size_t segment,
    const struct tp_row *r, struct tp_err *e)
{
	const struct tp_map_key	*key = &b->segments.keys[segment];
	struct tp_buf		 id = { 0 }, road = { 0 };
	const char		*v[6] = { NULL };
	char			 lat[32], lon[32], lanes[24];
	int64_t			 n;
	PGresult		*res;

	/* that of a record that was refused */
	if (!tp_seed_id_fits(&id, (struct tp_cell_text){ key->p, key->n },
	    ID_MAX)) {
		tp_buf_release(&id);
		return 0;
	}
	if (r != NULL) {
		tp_rowrec_get(&d->again, b, r);
		v[1] = degrees(d, TP_F_LATITUDE, 90, lat, sizeof(lat));
		v[2] = degrees(d, TP_F_LONGITUDE, 180, lon, sizeof(lon));
		if (tp_seed_plain(&road, tp_seed_string(d, TP_F_ROAD_NAME)) ==
		    0)
			v[3] = tp_buf_cstr(&road);
		v[4] = direction_of(d);
		if (tp_rec_int(&d->again.rec, TP_F_LANES, &n) == 0 &&
		    n >= 0 && n < 1000) {
			snprintf(lanes, sizeof(lanes), "%d", (int)n);
			v[5] = lanes;
		}
	}
	v[0] = tp_buf_cstr(&id);
	res = tp_pg_query(&d->pg, "INSERT INTO traffic.sensors(sensor_id,"
	    "latitude,longitude,road_name,direction,lane_count) SELECT $1::varchar,"
	    "$2::numeric,$3::numeric,left($4,255),$5::varchar,"
	    "coalesce($6::int,1) "
	    "WHERE NOT EXISTS(SELECT 1 FROM traffic.sensors WHERE "
	    "sensor_id=$1::varchar) ON CONFLICT(sensor_id) DO NOTHING", 6, v, e);
	PQclear(res);
	tp_buf_release(&id);
	tp_buf_release(&road);
	return res != NULL ? 0 : -1;
}

/* The rows of events are in the order of their segments' numbers. */
static int
add_sensors(struct tp_seed *d, const struct tp_batch *b, struct tp_err *e)
{
	const struct tp_rows	*rows = &b->kind[TP_STORE_EVENT];
	size_t			 i = 0, k;

	for (k = d->pg.known.nsegments; k < b->segments.n; k++) {
		while (i < rows->n && rows->v[i].v[0] < (int64_t)k)
			i++;
		if (add_sensor(d, b, k, i < rows->n &&
		    rows->v[i].v[0] == (int64_t)k ? &rows->v[i] : NULL,
		    e) == -1)
			return -1;
	}
	return 0;
}

/*
 * A speed of the record at work, whose unit-less field is f, in mph: not by
 * way of the row's 0.001 km/h, which may round to other hundredths.
 */
static void
put_speed(struct tp_seed *d, enum tp_field f, int64_t kmh)
{
	double	v;

	if (tp_rec_num(&d->again.rec, (enum tp_field)(f + 2), &v) == -1) {
		if (kmh == TP_STORE_NULL) {
			tp_seed_null(d);
			return;
		}
		if (tp_rec_num(&d->again.rec, (enum tp_field)(f + 1), &v) ==
		    -1)
			v = (double)kmh / 1000;
		v /= TP_KMH_PER_MPH;
	}
	tp_seed_double(d, v);
}

static void
put_sensor(struct tp_seed *d, const struct tp_batch *b, int64_t segment)
{
	const struct tp_map_key	*k = &b->segments.keys[segment];

	tp_seed_text(d, (struct tp_cell_text){ k->p, k->n }, ID_MAX);
}

static void
put_reading(struct tp_seed *d, const struct tp_batch *b,
    const struct tp_row *const *rows, size_t i, size_t n)
{
	const struct tp_row	*r = rows[i];
	int64_t			 f;

	(void)n;
	tp_rowrec_get(&d->again, b, r);
	put_sensor(d, b, r->v[0]);
	tp_seed_time(d, r->v[1]);
	put_speed(d, TP_F_SPEED, r->v[2]);
	tp_seed_int(d, r->v[3] == TP_STORE_NULL ? TP_STORE_NULL :
	    (r->v[3] + 500) / 1000);
	tp_seed_milli(d, r->v[4]);
	tp_seed_text(d, tp_seed_string(d, TP_F_WEATHER), 50);
	if ((f = tp_seed_number(d, TP_F_TEMPERATURE_C, 999)) == TP_STORE_NULL &&
	    (f = tp_seed_number(d, TP_F_TEMPERATURE_F, 999)) != TP_STORE_NULL)
		f = (f - 32000) * 5 / 9;
	tp_seed_milli(d, f);
	tp_seed_milli(d, tp_seed_number(d, TP_F_QUALITY, 1));
	tp_seed_end(d);
}

/* "linear" of "linear-6f0c2a81", where the record has no model_kind. */
static struct tp_cell_text
model_of(const struct tp_seed *d)
{
	struct tp_cell_text	x = tp_seed_string(d, TP_F_MODEL_KIND);
	const char		*dash;

	if (x.p != NULL)
		return x;
	x = tp_seed_string(d, TP_F_MODEL_VERSION);
	if (x.p == NULL)
		return (struct tp_cell_text){ "", 0 };
	if ((dash = memchr(x.p, '-', x.n)) != NULL)
		x.n = (size_t)(dash - x.p);
	return x;
}

static void
put_model(struct tp_seed *d)
{
	struct tp_cell_text	version = tp_seed_string(d,
				    TP_F_MODEL_VERSION);

	tp_seed_text(d, model_of(d), 100);
	tp_seed_text(d, version.p != NULL ? version :
	    (struct tp_cell_text){ "", 0 }, 20);
}

static void
put_prediction(struct tp_seed *d, const struct tp_batch *b,
    const struct tp_row *const *rows, size_t i, size_t n)
{
	const struct tp_row	*r = rows[i];

	(void)n;
	tp_rowrec_get(&d->again, b, r);
	put_sensor(d, b, r->v[0]);
	tp_seed_time(d, r->v[1] + r->v[2] * TP_MINUTE);
	tp_seed_int(d, r->v[2]);
	put_speed(d, TP_F_PREDICTED_SPEED, r->v[3]);
	tp_seed_milli(d, r->v[6]);
	put_model(d);
	put_speed(d, TP_F_LOWER, r->v[4]);
	put_speed(d, TP_F_UPPER, r->v[5]);
	tp_seed_end(d);
}

/* One metric of a score; its columns in the stage's order. */
static void
put_metric(struct tp_seed *d, const struct tp_row *r, const char *type,
    const char *key)
{
	const struct tp_json_field	*f = tp_json_find(&d->again.rec.o,
					    key);
	double				 v;
	int64_t				 from;

	if (f == NULL || tp_json_num(&f->v, &v) == -1 || !(v > -9999) ||
	    !(v < 9999))
		return;
	put_model(d);
	tp_seed_time(d, r->v[1]);
	tp_seed_text(d, (struct tp_cell_text){ type, strlen(type) }, 50);
	tp_seed_text(d, (struct tp_cell_text){ f->v.p, f->v.n }, 50);
	tp_seed_int(d, r->v[3]);
	tp_seed_int(d, r->v[4]);
	f = tp_json_find(&d->again.rec.o, "from");
	if (f != NULL && tp_json_time(&f->v, NULL, &from, NULL) == 0)
		tp_seed_time(d, from);
	else
		tp_seed_null(d);
	tp_seed_end(d);
}

/* Scores of a model as a whole, on data it did not learn from. */
static void
put_score(struct tp_seed *d, const struct tp_batch *b,
    const struct tp_row *const *rows, size_t i, size_t n)
{
	const struct tp_row	*r = rows[i];
	struct tp_cell_text	 split;

	(void)n;
	tp_rowrec_get(&d->again, b, r);
	split = tp_seed_by_key(d, "split");
	if (r->v[3] == TP_STORE_NULL || r->v[3] > INT_MAX ||
	    r->v[4] > INT_MAX ||
	    tp_json_find(&d->again.rec.o, "by") != NULL ||
	    (split.p != NULL && !(split.n == 4 &&
	    (memcmp(split.p, "test", 4) == 0 ||
	    memcmp(split.p, "eval", 4) == 0))))
		return;
	put_metric(d, r, "mae", "mae_mph");
	put_metric(d, r, "rmse", "rmse_mph");
	put_metric(d, r, "mape", "mape_percent");
	put_metric(d, r, "r2", "r2");
}

/* A word of ours in that of the schema; the last is for others. */
static void
put_word(struct tp_seed *d, struct tp_cell_text x,
    const char *const (*words)[2])
{
	for (; (*words)[0] != NULL; words++)
		if (x.p != NULL && x.n == strlen((*words)[0]) &&
		    strncasecmp(x.p, (*words)[0], x.n) == 0)
			break;
	tp_seed_text(d, (struct tp_cell_text){ (*words)[1],
	    (*words)[1] != NULL ? strlen((*words)[1]) : 0 }, 20);
}

static void
put_time_of(struct tp_seed *d, const char *key, int64_t otherwise)
{
	const struct tp_json_field	*f = tp_json_find(&d->again.rec.o,
					    key);
	int64_t				 t;

	if (f != NULL && tp_json_time(&f->v, NULL, &t, NULL) == 0)
		otherwise = t;
	if (otherwise == TP_STORE_NULL)
		tp_seed_null(d);
	else
		tp_seed_time(d, otherwise);
}

/* Whether two rows are of one alert. */
static bool
same_alert(const struct tp_batch *b, const struct tp_row *p,
    const struct tp_row *q)
{
	struct tp_cell_text	x = tp_batch_text(b, p->v[0]);
	struct tp_cell_text	y = tp_batch_text(b, q->v[0]);

	return x.n == y.n && memcmp(x.p, y.p, x.n) == 0;
}

/* The last of what an alert has to say; it is sorted by id, then time. */
static void
put_incident(struct tp_seed *d, const struct tp_batch *b,
    const struct tp_row *const *rows, size_t i, size_t n)
{
	static const char *const	severities[][2] = {
		{ "LOW", "minor" }, { "MEDIUM", "moderate" },
		{ "HIGH", "major" }, { "CRITICAL", "severe" },
		{ NULL, NULL },
	};
	static const char *const	statuses[][2] = {
		{ "ACTIVE", "active" }, { "RESOLVED", "resolved" },
		{ "CLEARED", "resolved" }, { NULL, "pending" },
	};
	const struct tp_row		*r = rows[i];
	struct tp_cell_text		 type = tp_batch_text(b, r->v[4]),
					 text;
	size_t				 first = i;

	if (i + 1 < n && same_alert(b, r, rows[i + 1]))
		return;
	while (first > 0 && same_alert(b, r, rows[first - 1]))
		first--;
	tp_rowrec_get(&d->again, b, r);
	text = tp_seed_by_key(d, "message");
	tp_seed_text(d, tp_batch_text(b, r->v[0]), 100);
	tp_seed_text(d, type.p != NULL ? type :
	    (struct tp_cell_text){ "", 0 }, 50);
	put_word(d, tp_batch_text(b, r->v[5]), severities);
	tp_seed_text(d, text.p != NULL ? text :
	    tp_seed_by_key(d, "description"), SIZE_MAX);
	put_time_of(d, "raised_at", rows[first]->v[1]);
	put_time_of(d, "cleared_at", TP_STORE_NULL);
	put_word(d, tp_batch_text(b, r->v[2]), statuses);
	tp_seed_text(d, tp_seed_string(d, TP_F_ROAD_NAME), 255);
	tp_seed_end(d);
}

/* Outer where rows are made, so that none is lost: a null is refused. */
#define SENSOR	"JOIN traffic.sensors x ON x.sensor_id=s.sensor "

/* Columns, and what the stage s has for them. */
#define READING	"speed,volume,occupancy,weather_condition,temperature_c," \
		"quality_score"
#define STAGED	"s.speed,s.volume,s.occupancy,s.weather,s.temperature," \
		"s.quality"
/* A row that is there; the range of times saves looking further. */
#define SAME_READING \
		"r.sensor_id=x.id AND r.\"timestamp\"=s.t " \
		"AND r.\"timestamp\" BETWEEN (SELECT min(t) FROM stage_event) " \
		"AND (SELECT max(t) FROM stage_event)"

#define FORECAST "predicted_speed,confidence_score,model_name,model_version," \
		"prediction_interval_lower,prediction_interval_upper"
#define STAGED_FORECAST \
		"s.speed,s.confidence,s.model,s.version,s.lower,s.upper"
#define SAME_FORECAST \
		"r.sensor_id=x.id AND r.prediction_timestamp=s.t " \
		"AND r.horizon_minutes=s.minutes " \
		"AND r.prediction_timestamp BETWEEN " \
		"(SELECT min(t) FROM stage_prediction) AND " \
		"(SELECT max(t) FROM stage_prediction)"

#define SAME_METRIC \
		"r.model_name=s.model AND r.model_version=s.version AND " \
		"r.evaluation_date=s.t AND r.metric_type=s.type AND " \
		"r.horizon_minutes=s.minutes"

static const struct tp_seed_table	tables[] = {
	{
		.kind = TP_STORE_EVENT,
		.name = "traffic.traffic_readings",
		.time = "\"timestamp\"",
		.stage = "sensor varchar(50),t timestamptz,speed numeric(5,2),"
		    "volume int,occupancy numeric(5,2),weather varchar(50),"
		    "temperature numeric(4,1),quality numeric(3,2)",
		.put = put_reading,
		.update = "UPDATE traffic.traffic_readings r SET (" READING
		    ")=(" STAGED ") FROM stage_event s " SENSOR
		    "WHERE " SAME_READING " AND (r.speed,r.volume,r.occupancy,"
		    "r.weather_condition,r.temperature_c,r.quality_score) "
		    "IS DISTINCT FROM (" STAGED ")",
		.insert = "INSERT INTO traffic.traffic_readings(sensor_id,"
		    "\"timestamp\"," READING ") SELECT x.id,s.t," STAGED
		    " FROM stage_event s LEFT " SENSOR "WHERE NOT EXISTS(SELECT 1 "
		    "FROM traffic.traffic_readings r WHERE " SAME_READING ")",
		.select = "SELECT x.sensor_id,(extract(epoch FROM "
		    "t.\"timestamp\")*1000)::bigint,trim_scale(t.speed) AS "
		    "speed_mph,t.volume AS volume_vph,trim_scale(t.occupancy) "
		    "AS occupancy_percent,trim_scale(t.quality_score) AS "
		    "quality_score,t.weather_condition AS weather,"
		    "trim_scale(t.temperature_c) AS temperature_c "
		    "FROM traffic.traffic_readings t JOIN traffic.sensors x "
		    "ON x.id=t.sensor_id",
		.id = "x.sensor_id",
		.at = "t.\"timestamp\"",
	},
	{
		.kind = TP_STORE_PREDICTION,
		.name = "traffic.predictions",
		.time = "prediction_timestamp",
		.stage = "sensor varchar(50),t timestamptz,minutes int,"
		    "speed numeric(5,2),confidence numeric(4,3),"
		    "model varchar(100),version varchar(20),"
		    "lower numeric(5,2),upper numeric(5,2)",
		.put = put_prediction,
		.update = "UPDATE traffic.predictions r SET (" FORECAST ")=("
		    STAGED_FORECAST ") FROM stage_prediction s " SENSOR
		    "WHERE " SAME_FORECAST " AND (r.predicted_speed,"
		    "r.confidence_score,r.model_name,r.model_version,"
		    "r.prediction_interval_lower,r.prediction_interval_upper) "
		    "IS DISTINCT FROM (" STAGED_FORECAST ")",
		.insert = "INSERT INTO traffic.predictions(sensor_id,"
		    "prediction_timestamp,horizon_minutes," FORECAST ") "
		    "SELECT x.id,s.t,s.minutes," STAGED_FORECAST
		    " FROM stage_prediction s LEFT " SENSOR "WHERE NOT EXISTS("
		    "SELECT 1 FROM traffic.predictions r WHERE "
		    SAME_FORECAST ")",
		.select = "SELECT x.sensor_id,(extract(epoch FROM "
		    "t.prediction_timestamp)*1000)::bigint-60000*"
		    "t.horizon_minutes,t.horizon_minutes AS "
		    "prediction_horizon_minutes,(extract(epoch FROM "
		    "t.prediction_timestamp)*1000)::bigint AS "
		    "target_timestamp,trim_scale(t.predicted_speed) AS "
		    "predicted_speed_mph,"
		    "trim_scale(t.prediction_interval_lower) AS lower_mph,"
		    "trim_scale(t.prediction_interval_upper) AS upper_mph,"
		    "trim_scale(t.confidence_score) AS confidence_score,"
		    "nullif(t.model_version,'') AS model_version "
		    "FROM traffic.predictions t JOIN traffic.sensors x "
		    "ON x.id=t.sensor_id",
		.id = "x.sensor_id",
		.at = "t.prediction_timestamp-t.horizon_minutes*"
		    "interval '1 minute'",
	},
	{
		.kind = TP_STORE_SCORE,
		.name = "traffic.model_metrics",
		.time = "evaluation_date",
		.stage = "model varchar(100),version varchar(20),"
		    "t timestamptz,type varchar(50),value numeric(10,6),"
		    "minutes int,n int,since timestamptz",
		.put = put_score,
		.update = "UPDATE traffic.model_metrics r SET (metric_value,"
		    "sample_size,time_period_start)=(s.value,s.n,s.since) "
		    "FROM stage_score s WHERE " SAME_METRIC
		    " AND (r.metric_value,r.sample_size,r.time_period_start) "
		    "IS DISTINCT FROM (s.value,s.n,s.since)",
		.insert = "INSERT INTO traffic.model_metrics(model_name,"
		    "model_version,evaluation_date,metric_type,metric_value,"
		    "horizon_minutes,sample_size,time_period_start,"
		    "time_period_end) SELECT DISTINCT ON (s.model,s.version,"
		    "s.t,s.type,s.minutes) s.model,s.version,s.t,s.type,"
		    "s.value,s.minutes,s.n,s.since,s.t FROM stage_score s "
		    "WHERE NOT EXISTS(SELECT 1 FROM traffic.model_metrics r "
		    "WHERE " SAME_METRIC ") ORDER BY s.model,s.version,s.t,"
		    "s.type,s.minutes,s.value",
	},
	{
		.kind = TP_STORE_ALERT,
		.name = "traffic.traffic_incidents",
		.time = "start_time",
		.stage = "id varchar(100),type varchar(50),"
		    "severity varchar(20),text text,since timestamptz,"
		    "until timestamptz,status varchar(20),road varchar(255)",
		.put = put_incident,
		.update = "UPDATE traffic.traffic_incidents r SET (severity,"
		    "description,end_time,status,updated_at)=(s.severity,"
		    "s.text,s.until,s.status,now()) FROM stage_alert s WHERE "
		    "r.incident_id=s.id AND (r.severity,r.description,"
		    "r.end_time,r.status) IS DISTINCT FROM (s.severity,"
		    "s.text,s.until,s.status)",
		.insert = "INSERT INTO traffic.traffic_incidents(incident_id,"
		    "incident_type,severity,description,start_time,end_time,"
		    "status,road_name) SELECT s.id,lower(s.type),s.severity,"
		    "s.text,s.since,s.until,s.status,s.road FROM stage_alert s "
		    "WHERE NOT EXISTS(SELECT 1 FROM traffic.traffic_incidents "
		    "r WHERE r.incident_id=s.id)",
	},
};

/* What the limits of the columns let through. */
static const char *
fits(const struct tp_rec *r, enum tp_store_kind k, const struct tp_row *row,
    const char **field)
{
	const char	*why = tp_seed_fits(r, row, k, ID_MAX, field);
	const int64_t	*v = row->v;
	int		 i;

	if (why != NULL)
		return why;
	*field = "speed";
	i = k == TP_STORE_EVENT ? 2 : 3;
	if ((k == TP_STORE_EVENT || k == TP_STORE_PREDICTION) &&
	    v[i] != TP_STORE_NULL && (v[i] < 0 || v[i] > SPEED_MAX))
		return "not from 0 to 200 mph";
	if (k == TP_STORE_EVENT) {
		*field = "volume_vph";
		if (v[3] != TP_STORE_NULL && (v[3] < 0 ||
		    v[3] / 1000 >= INT_MAX))
			return "not from 0 to 2147483647";
		*field = "occupancy_percent";
		if (v[4] != TP_STORE_NULL && (v[4] < 0 || v[4] > 100000))
			return "not from 0 to 100";
	}
	if (k != TP_STORE_PREDICTION)
		return NULL;
	*field = "prediction_horizon_minutes";
	if (v[2] <= 0 || v[2] > TP_SEED_MINUTES)
		return "not from 1 minute to 10 years";
	*field = "confidence_score";
	if (v[6] != TP_STORE_NULL && (v[6] < 0 || v[6] > 1000))
		return "not from 0 to 1";
	*field = "lower and upper";
	for (i = 4; i <= 5; i++)
		if (v[i] != TP_STORE_NULL && (v[i] < -WIDTH_MAX ||
		    v[i] > WIDTH_MAX))
			return "not within 999.99 mph";
	return NULL;
}

static const struct tp_seed_form	la = {
	.pg = {
		.schema = "tp_la",
		.make = tp_seed_make,
		.write = tp_seed_write,
		.forget = tp_seed_forget,
	},
	.ddl = tp_seed_la_ddl,
	.tables = tables,
	.ntables = sizeof(tables) / sizeof(*tables),
	.segments = "SELECT count(*) FROM traffic.sensors",
	.segment = add_sensors,
};

static int
la_open(struct tp_store *s, const char *rest, struct tp_err *e)
{
	return tp_seed_open(s, rest, &la, e);
}

const struct tp_backend tp_backend_pg_la = {
	.scheme = "postgres",
	.lines = true,
	.fits = fits,
	.open = la_open,
	.close = tp_seed_close,
	.write = tp_pg_write,
	.position = tp_pg_position,
	.forget = tp_pg_forget,
	.rows = tp_seed_rows,
	.shape = tp_seed_shape,
	.info = tp_seed_info,
	.vacuum = tp_seed_vacuum,
};
