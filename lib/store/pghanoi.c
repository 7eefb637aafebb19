/*
 * The database of the Hanoi system: speeds in km/h, a row for the forecasts of
 * 10, 20 and 30 minutes; tables in the first schema of the search path.
 */
#include "store/pgseed.h"

#define ZONE	(7 * TP_HOUR)	/* of Hanoi, without summer time since 1975 */

static const char	ddl[] =
"CREATE TABLE IF NOT EXISTS traffic_data("
"  id bigserial PRIMARY KEY, road_id text NOT NULL,"
"  \"timestamp\" timestamptz NOT NULL, speed double precision,"
"  jam_factor double precision, congestion_level text,"
"  speed_ratio double precision, is_rush_hour boolean);"
"CREATE TABLE IF NOT EXISTS predictions("
"  id bigserial PRIMARY KEY, road_id text NOT NULL,"
"  \"timestamp\" timestamptz NOT NULL,"
"  predicted_speed_10min double precision,"
"  predicted_speed_20min double precision,"
"  predicted_speed_30min double precision,"
"  prediction_confidence double precision,"
"  created_at timestamptz DEFAULT now());"
"CREATE TABLE IF NOT EXISTS notifications("
"  id bigserial PRIMARY KEY, alert_type text, road_id text, severity text,"
"  message text, \"timestamp\" timestamptz NOT NULL);"
"CREATE INDEX IF NOT EXISTS idx_traffic_data_road_id_timestamp"
"  ON traffic_data(road_id,\"timestamp\");"
"CREATE INDEX IF NOT EXISTS idx_traffic_data_timestamp"
"  ON traffic_data(\"timestamp\");"
"CREATE INDEX IF NOT EXISTS idx_predictions_road_id_timestamp"
"  ON predictions(road_id,\"timestamp\")";

static void
put_road(struct tp_seed *d, const struct tp_batch *b, int64_t segment)
{
	const struct tp_map_key	*k;

	if (segment == TP_STORE_NULL) {
		tp_seed_null(d);
		return;
	}
	k = &b->segments.keys[segment];
	tp_seed_text(d, (struct tp_cell_text){ k->p, k->n }, SIZE_MAX);
}

/* Speed by the speed of an empty road, thousandths. */
static int64_t
ratio_of(const struct tp_seed *d, int64_t speed)
{
	int64_t	free_flow = tp_seed_number(d, TP_F_FREE_FLOW_KMH, 1000);

	if (free_flow == TP_STORE_NULL) {
		free_flow = tp_seed_number(d, TP_F_FREE_FLOW_MPH, 1000);
		if (free_flow != TP_STORE_NULL)
			free_flow = tp_milli_kmh(free_flow);
	}
	if (speed == TP_STORE_NULL || free_flow == TP_STORE_NULL ||
	    free_flow <= 0)
		return TP_STORE_NULL;
	return (1000 * speed + free_flow / 2) / free_flow;
}

/* From 7 to 9 and from 17 to 19 in Hanoi. */
static bool
rush_hour(int64_t t)
{
	int64_t	local = t + ZONE;
	int64_t	hour = (local - tp_floor_div(local, TP_DAY) * TP_DAY) / TP_HOUR;

	return hour == 7 || hour == 8 || hour == 17 || hour == 18;
}

static void
put_reading(struct tp_seed *d, const struct tp_batch *b,
    const struct tp_row *const *rows, size_t i, size_t n)
{
	const struct tp_row	*r = rows[i];
	struct tp_buf		 level = { 0 };

	(void)n;
	tp_rowrec_get(&d->again, b, r);
	put_road(d, b, r->v[0]);
	tp_seed_time(d, r->v[1]);
	tp_seed_milli(d, r->v[2]);
	tp_seed_milli(d, tp_seed_number(d, TP_F_JAM_FACTOR, 1e6));
	if (tp_rowrec_level(&d->again, r->v[2], &level))
		tp_seed_text(d, (struct tp_cell_text){ level.p, level.n },
		    SIZE_MAX);
	else
		tp_seed_null(d);
	tp_seed_milli(d, ratio_of(d, r->v[2]));
	tp_seed_text(d, (struct tp_cell_text){ rush_hour(r->v[1]) ? "t" : "f",
	    1 }, 1);
	tp_seed_end(d);
	tp_buf_release(&level);
}

/* The forecasts of a road and time make one row, with the last of them. */
static void
put_prediction(struct tp_seed *d, const struct tp_batch *b,
    const struct tp_row *const *rows, size_t i, size_t n)
{
	const struct tp_row	*r = rows[i];
	int64_t			 speed[3], confidence = TP_STORE_NULL;
	size_t			 k = i + 1;

	if (i + 1 < n && rows[i + 1]->v[0] == r->v[0] &&
	    rows[i + 1]->v[1] == r->v[1])
		return;
	speed[0] = speed[1] = speed[2] = TP_STORE_NULL;
	while (k-- > 0 && rows[k]->v[0] == r->v[0] &&
	    rows[k]->v[1] == r->v[1]) {
		const int64_t	*v = rows[k]->v;

		if (v[2] != 10 && v[2] != 20 && v[2] != 30)
			continue;
		speed[v[2] / 10 - 1] = v[3];
		if (v[6] != TP_STORE_NULL && (confidence == TP_STORE_NULL ||
		    v[6] < confidence))
			confidence = v[6];
	}
	if (speed[0] == TP_STORE_NULL && speed[1] == TP_STORE_NULL &&
	    speed[2] == TP_STORE_NULL)
		return;
	put_road(d, b, r->v[0]);
	tp_seed_time(d, r->v[1]);
	for (k = 0; k < 3; k++)
		tp_seed_milli(d, speed[k]);
	tp_seed_milli(d, confidence);
	tp_seed_end(d);
}

/* Hanoi's notifications know no end. */
static void
put_notification(struct tp_seed *d, const struct tp_batch *b,
    const struct tp_row *const *rows, size_t i, size_t n)
{
	const struct tp_row	*r = rows[i];
	struct tp_cell_text	 status = tp_batch_text(b, r->v[2]), text;

	(void)n;
	if ((status.n == 8 && memcmp(status.p, "RESOLVED", 8) == 0) ||
	    (status.n == 7 && memcmp(status.p, "CLEARED", 7) == 0))
		return;
	tp_rowrec_get(&d->again, b, r);
	text = tp_seed_by_key(d, "message");
	tp_seed_text(d, tp_batch_text(b, r->v[4]), SIZE_MAX);
	put_road(d, b, r->v[3]);
	tp_seed_text(d, tp_batch_text(b, r->v[5]), SIZE_MAX);
	tp_seed_text(d, text.p != NULL ? text :
	    tp_seed_by_key(d, "description"), SIZE_MAX);
	tp_seed_time(d, r->v[1]);
	tp_seed_end(d);
}

/* Of a row that is there; the range of times saves looking further. */
#define SAME(stage) " AND r.\"timestamp\"=s.t AND r.\"timestamp\" BETWEEN " \
		"(SELECT min(t) FROM " stage ") AND " \
		"(SELECT max(t) FROM " stage ")"
#define MS	"(extract(epoch FROM t.\"timestamp\")*1000)::bigint"
#define STAGED	"s.speed,s.jam,s.level,s.ratio,s.rush"
#define NOTE	"(r.alert_type,r.road_id,r.severity,r.message) IS NOT " \
		"DISTINCT FROM (s.type,s.road,s.severity,s.message)"

static const struct tp_seed_table	tables[] = {
	{
		.kind = TP_STORE_EVENT,
		.name = "traffic_data",
		.time = "\"timestamp\"",
		.stage = "road text,t timestamptz,speed double precision,"
		    "jam double precision,level text,"
		    "ratio double precision,rush boolean",
		.put = put_reading,
		.update = "UPDATE traffic_data r SET (speed,jam_factor,"
		    "congestion_level,speed_ratio,is_rush_hour)=(" STAGED
		    ") FROM stage_event s WHERE r.road_id=s.road" SAME("stage_event")
		    " AND (r.speed,r.jam_factor,r.congestion_level,"
		    "r.speed_ratio,r.is_rush_hour) IS DISTINCT FROM ("
		    STAGED ")",
		.insert = "INSERT INTO traffic_data(road_id,\"timestamp\","
		    "speed,jam_factor,congestion_level,speed_ratio,"
		    "is_rush_hour) SELECT s.road,s.t," STAGED
		    " FROM stage_event s WHERE NOT EXISTS(SELECT 1 FROM "
		    "traffic_data r WHERE r.road_id=s.road" SAME("stage_event") ")",
		.select = "SELECT t.road_id," MS ",t.speed AS speed_kmh,"
		    "t.jam_factor AS jam_factor,"
		    "t.congestion_level AS congestion_level,"
		    "t.speed_ratio AS speed_ratio,"
		    "t.is_rush_hour AS is_rush_hour FROM traffic_data t",
		.id = "t.road_id",
		.at = "t.\"timestamp\"",
	},
	{
		.kind = TP_STORE_PREDICTION,
		.name = "predictions",
		.time = "\"timestamp\"",
		.stage = "road text,t timestamptz,p10 double precision,"
		    "p20 double precision,p30 double precision,"
		    "confidence double precision",
		.put = put_prediction,
		.update = "UPDATE predictions r SET predicted_speed_10min="
		    "coalesce(s.p10,r.predicted_speed_10min),"
		    "predicted_speed_20min="
		    "coalesce(s.p20,r.predicted_speed_20min),"
		    "predicted_speed_30min="
		    "coalesce(s.p30,r.predicted_speed_30min),"
		    "prediction_confidence="
		    "least(s.confidence,r.prediction_confidence) "
		    "FROM stage_prediction s WHERE r.road_id=s.road" SAME("stage_prediction"),
		.insert = "INSERT INTO predictions(road_id,\"timestamp\","
		    "predicted_speed_10min,predicted_speed_20min,"
		    "predicted_speed_30min,prediction_confidence) "
		    "SELECT s.road,s.t,s.p10,s.p20,s.p30,s.confidence "
		    "FROM stage_prediction s WHERE NOT EXISTS(SELECT 1 FROM "
		    "predictions r WHERE r.road_id=s.road" SAME("stage_prediction") ")",
		.select = "SELECT t.road_id," MS ",h.minutes AS "
		    "prediction_horizon_minutes,h.speed AS "
		    "predicted_speed_kmh,t.prediction_confidence AS "
		    "confidence_score FROM predictions t JOIN LATERAL (VALUES"
		    "(10,t.predicted_speed_10min),(20,t.predicted_speed_20min)"
		    ",(30,t.predicted_speed_30min)) h(minutes,speed) "
		    "ON h.speed IS NOT NULL",
		.id = "t.road_id",
		.at = "t.\"timestamp\"",
	},
	{
		.kind = TP_STORE_ALERT,
		.name = "notifications",
		.time = "\"timestamp\"",
		.stage = "type text,road text,severity text,message text,"
		    "t timestamptz",
		.put = put_notification,
		.insert = "INSERT INTO notifications(alert_type,road_id,"
		    "severity,message,\"timestamp\") SELECT DISTINCT s.type,"
		    "s.road,s.severity,s.message,s.t FROM stage_alert s WHERE "
		    "NOT EXISTS(SELECT 1 FROM notifications r WHERE "
		    NOTE SAME("stage_alert") ")",
		.select = "SELECT t.road_id," MS ",t.alert_type AS alert_type,"
		    "t.severity AS severity,t.message AS message "
		    "FROM notifications t",
		.id = "t.road_id",
		.at = "t.\"timestamp\"",
	},
};

static const char *
fits(const struct tp_rec *r, enum tp_store_kind k, const struct tp_row *row,
    const char **field)
{
	return tp_seed_fits(r, row, k, SIZE_MAX, field);
}

static const struct tp_seed_form	hanoi = {
	.pg = {
		.schema = "tp_hanoi",
		.make = tp_seed_make,
		.write = tp_seed_write,
		.forget = tp_seed_forget,
	},
	.ddl = ddl,
	.tables = tables,
	.ntables = sizeof(tables) / sizeof(*tables),
	.segments = "SELECT count(DISTINCT road_id) FROM traffic_data",
};

static int
hanoi_open(struct tp_store *s, const char *rest, struct tp_err *e)
{
	return tp_seed_open(s, rest, &hanoi, e);
}

const struct tp_backend tp_backend_pg_hanoi = {
	.scheme = "postgres",
	.lines = true,
	.fits = fits,
	.open = hanoi_open,
	.close = tp_seed_close,
	.write = tp_pg_write,
	.position = tp_pg_position,
	.forget = tp_pg_forget,
	.rows = tp_seed_rows,
	.shape = tp_seed_shape,
	.info = tp_seed_info,
	.vacuum = tp_seed_vacuum,
};
