/* Which members the shapes have, in their order, and what they are made of. */
#include "rec/shapetable.h"

#define END		{ NULL, NULL, NULL, 0, 0, 0, 0 }
#define MS_LO		1e12	/* times have 13 digits */
#define MS_HI		9999999999999.0
#define COUNT_MAX	2147483647.0

#define LATITUDE	"latitude", "latitude", TP_AS_NUM
#define LONGITUDE	"longitude", "longitude", TP_AS_NUM
#define COORDINATES(need) \
	{ "coordinates", LATITUDE, need, -90, 90 }, \
	{ "coordinates", LONGITUDE, need, -180, 180 }

/* LA: traffic-raw-event, and the Avro TrafficEvent with nulls. */
#define LA_EVENT(none) \
	{ NULL, "event_id", "event_id", TP_AS_MADE_ID, TP_ELSE_REFUSE, \
	    0, 64 }, \
	{ NULL, "segment_id", "segment_id", TP_AS_ID, TP_ELSE_REFUSE, \
	    0, 32 }, \
	{ NULL, "timestamp", "timestamp", TP_AS_MS, TP_ELSE_REFUSE, \
	    MS_LO, MS_HI }, \
	{ NULL, "speed", "speed", TP_AS_SPEED, none, 0, 200 }, \
	{ NULL, "volume", "volume_vph", TP_AS_INT, none, 0, 10000 }, \
	{ NULL, "occupancy", "occupancy_percent", TP_AS_NUM, none, 0, 100 }, \
	COORDINATES(TP_ELSE_REFUSE), \
	{ NULL, "source", "source", TP_AS_SOURCE, TP_ELSE_REFUSE, 0, 0 }, \
	{ NULL, "quality_score", "quality_score", TP_AS_QUALITY, \
	    TP_ELSE_REFUSE, 0, 1 }, \
	{ NULL, "metadata", NULL, TP_AS_REST, TP_ELSE_LEAVE, 0, 0 }

static const struct tp_shape_row la_raw[] = {
	LA_EVENT(TP_ELSE_LEAVE), END
};

static const struct tp_shape_row la_avro_event[] = {
	LA_EVENT(TP_ELSE_NULL), END
};

/* LA: an event of a scenario file. */
static const struct tp_shape_row la_nested[] = {
	{ NULL, "event_id", "event_id", TP_AS_UUID, TP_ELSE_REFUSE, 0, 0 },
	{ NULL, "sensor_id", "segment_id", TP_AS_TEXT, TP_ELSE_REFUSE, 0, 0 },
	{ NULL, "timestamp", "timestamp", TP_AS_LOCAL, TP_ELSE_REFUSE, 0, 0 },
	{ "location", "highway", "highway", TP_AS_TEXT, TP_ELSE_REFUSE,
	    0, 0 },
	{ "location", "direction", "direction", TP_AS_TEXT, TP_ELSE_REFUSE,
	    0, 0 },
	{ "location", "lanes", "lanes", TP_AS_INT, TP_ELSE_REFUSE, 0, 100 },
	{ "traffic_data", "speed_mph", "speed", TP_AS_SPEED, TP_ELSE_REFUSE,
	    0, 120 },
	{ "traffic_data", "volume_vehicles_per_hour", "volume_vph", TP_AS_INT,
	    TP_ELSE_REFUSE, 0, 10000 },
	{ "traffic_data", "occupancy_percentage", "occupancy_percent",
	    TP_AS_NUM, TP_ELSE_REFUSE, 0, 100 },
	{ "traffic_data", "congestion_level", "speed", TP_AS_LEVEL_NUMBER,
	    TP_ELSE_REFUSE, 0, 0 },
	{ "weather", "condition", "weather", TP_AS_TEXT, TP_ELSE_REFUSE,
	    0, 0 },
	{ "weather", "temperature_f", "temperature_f", TP_AS_NUM,
	    TP_ELSE_REFUSE, -100, 200 },
	{ "weather", "precipitation", "weather", TP_AS_WET, TP_ELSE_REFUSE,
	    0, 0 },
	{ NULL, "hour", "timestamp", TP_AS_HOUR, TP_ELSE_REFUSE, 0, 0 },
	{ NULL, "day_of_week", "timestamp", TP_AS_WEEKDAY, TP_ELSE_REFUSE,
	    0, 0 },
	{ NULL, "is_weekend", "timestamp", TP_AS_WEEKEND, TP_ELSE_REFUSE,
	    0, 0 },
	END
};

/* LA: what its flattener writes to traffic-events; speeds in mph. */
static const struct tp_shape_row la_valid[] = {
	{ NULL, "sensor_id", "segment_id", TP_AS_TEXT, TP_ELSE_REFUSE, 0, 0 },
	{ NULL, "segment_id", "segment_id", TP_AS_TEXT, TP_ELSE_REFUSE,
	    0, 0 },
	{ NULL, "timestamp", "timestamp", TP_AS_MS, TP_ELSE_REFUSE,
	    MS_LO, MS_HI },
	{ NULL, "speed", "speed", TP_AS_SPEED, TP_ELSE_REFUSE, 0, 120 },
	{ NULL, "volume", "volume_vph", TP_AS_INT, TP_ELSE_ZERO, 0, 10000 },
	{ NULL, "occupancy", "occupancy_percent", TP_AS_NUM, TP_ELSE_NULL,
	    0, 100 },
	{ NULL, "lane_count", "lanes", TP_AS_INT, TP_ELSE_NULL, 0, 100 },
	{ NULL, LATITUDE, TP_ELSE_NULL, -90, 90 },
	{ NULL, LONGITUDE, TP_ELSE_NULL, -180, 180 },
	{ NULL, "highway", "highway", TP_AS_TEXT, TP_ELSE_NULL, 0, 0 },
	{ NULL, "direction", "direction", TP_AS_TEXT, TP_ELSE_NULL, 0, 0 },
	{ NULL, "weather_conditions", "weather", TP_AS_TEXT, TP_ELSE_NULL,
	    0, 0 },
	{ NULL, "temperature", "temperature_f", TP_AS_NUM, TP_ELSE_NULL,
	    -100, 200 },
	{ NULL, "processed_at", "processed_at", TP_AS_ISO, TP_ELSE_REFUSE,
	    0, 0 },
	{ NULL, "processor_id", "processor_id", TP_AS_TEXT, TP_ELSE_REFUSE,
	    0, 0 },
	{ NULL, "validation_status", "validation_status", TP_AS_TEXT,
	    TP_ELSE_REFUSE, 0, 0 },
	END
};

#define WINDOW \
	{ NULL, "window_start", "window_start", TP_AS_MS, TP_ELSE_REFUSE, \
	    MS_LO, MS_HI }, \
	{ NULL, "window_end", "window_end", TP_AS_MS, TP_ELSE_REFUSE, \
	    MS_LO, MS_HI }

/* LA: traffic-processed-aggregate. */
static const struct tp_shape_row la_aggregate[] = {
	{ NULL, "aggregate_id", "aggregate_id", TP_AS_MADE_ID, TP_ELSE_REFUSE,
	    0, 64 },
	{ NULL, "segment_id", "segment_id", TP_AS_ID, TP_ELSE_REFUSE, 0, 32 },
	WINDOW,
	{ NULL, "avg_speed", "avg_speed", TP_AS_SPEED, TP_ELSE_REFUSE,
	    0, 200 },
	{ NULL, "speed_stddev", "std_speed", TP_AS_SPEED, TP_ELSE_LEAVE,
	    0, 100 },
	{ NULL, "vehicle_count", "total_volume", TP_AS_INT, TP_ELSE_REFUSE,
	    0, 100000 },
	{ NULL, "occupancy_avg", "avg_occupancy", TP_AS_NUM, TP_ELSE_REFUSE,
	    0, 100 },
	{ NULL, "congestion_level", "avg_speed", TP_AS_LEVEL, TP_ELSE_LEAVE,
	    0, 0 },
	COORDINATES(TP_ELSE_OBJECT),
	{ NULL, "quality_score", "quality_score", TP_AS_QUALITY,
	    TP_ELSE_REFUSE, 0, 1 },
	{ NULL, "event_count", "event_count", TP_AS_INT, TP_ELSE_LEAVE,
	    0, 10000 },
	END
};

/* LA: the Avro ProcessedTrafficAggregate; its front end has avg_ for
 * average_, and charts in mph. */
#define LA_MEANS(average) \
	{ NULL, "segment_id", "segment_id", TP_AS_TEXT, TP_ELSE_REFUSE, \
	    0, 0 }, \
	WINDOW, \
	{ NULL, average "speed", "avg_speed", TP_AS_SPEED, TP_ELSE_NULL, \
	    0, 200 }, \
	{ NULL, average "volume", "total_volume", TP_AS_NUM, TP_ELSE_NULL, \
	    0, COUNT_MAX }, \
	{ NULL, average "occupancy", "avg_occupancy", TP_AS_NUM, \
	    TP_ELSE_NULL, 0, 100 }, \
	{ NULL, "congestion_level", "avg_speed", TP_AS_LEVEL, \
	    TP_ELSE_UNKNOWN, 0, 0 }, \
	{ NULL, "event_count", "event_count", TP_AS_INT, TP_ELSE_REFUSE, \
	    0, COUNT_MAX }, \
	{ NULL, "processing_timestamp", NULL, TP_AS_NOW, TP_ELSE_REFUSE, \
	    0, 0 }, \
	COORDINATES(TP_ELSE_REFUSE), \
	{ NULL, "active_incidents", "[]", TP_AS_LITERAL, TP_ELSE_REFUSE, \
	    0, 0 }, \
	{ NULL, "metadata", NULL, TP_AS_REST, TP_ELSE_LEAVE, 0, 0 }

static const struct tp_shape_row la_avro_aggregate[] = {
	LA_MEANS("average_"), END
};

static const struct tp_shape_row la_front_aggregate[] = {
	LA_MEANS("avg_"), END
};

/* LA: traffic-prediction. */
static const struct tp_shape_row la_prediction[] = {
	{ NULL, "prediction_id", "prediction_id", TP_AS_MADE_ID,
	    TP_ELSE_REFUSE, 0, 64 },
	{ NULL, "segment_id", "segment_id", TP_AS_ID, TP_ELSE_REFUSE, 0, 32 },
	{ NULL, "prediction_timestamp", "timestamp", TP_AS_MS,
	    TP_ELSE_REFUSE, MS_LO, MS_HI },
	{ NULL, "prediction_horizon", "prediction_horizon_minutes", TP_AS_INT,
	    TP_ELSE_REFUSE, 1, 1440 },
	{ NULL, "target_timestamp", "target_timestamp", TP_AS_MS,
	    TP_ELSE_LEAVE, MS_LO, MS_HI },
	{ NULL, "predicted_speed", "predicted_speed", TP_AS_SPEED,
	    TP_ELSE_REFUSE, 0, 200 },
	{ NULL, "predicted_volume", "predicted_volume", TP_AS_INT,
	    TP_ELSE_NULL, 0, 10000 },
	{ NULL, "predicted_congestion_level", "predicted_speed", TP_AS_LEVEL,
	    TP_ELSE_LEAVE, 0, 0 },
	{ NULL, "confidence_score", "confidence_score", TP_AS_NUM,
	    TP_ELSE_REFUSE, 0, 1 },
	{ "uncertainty_bounds", "speed_lower", "lower", TP_AS_BOUND,
	    TP_ELSE_LEAVE, 0, 200 },
	{ "uncertainty_bounds", "speed_upper", "upper", TP_AS_BOUND,
	    TP_ELSE_LEAVE, 0, 200 },
	{ NULL, "model_version", "model_version", TP_AS_MODEL,
	    TP_ELSE_REFUSE, 0, 0 },
	{ NULL, "model_type", "model_version", TP_AS_MODEL_KIND,
	    TP_ELSE_LEAVE, 0, 0 },
	COORDINATES(TP_ELSE_OBJECT),
	END
};

/* LA: the Avro TrafficPrediction. */
static const struct tp_shape_row la_avro_prediction[] = {
	{ NULL, "prediction_id", "prediction_id", TP_AS_TEXT, TP_ELSE_REFUSE,
	    0, 0 },
	{ NULL, "segment_id", "segment_id", TP_AS_TEXT, TP_ELSE_REFUSE,
	    0, 0 },
	{ NULL, "prediction_timestamp", "timestamp", TP_AS_MS,
	    TP_ELSE_REFUSE, MS_LO, MS_HI },
	{ NULL, "horizon_minutes", "prediction_horizon_minutes", TP_AS_INT,
	    TP_ELSE_REFUSE, 1, COUNT_MAX },
	{ NULL, "target_timestamp", "target_timestamp", TP_AS_MS,
	    TP_ELSE_REFUSE, MS_LO, MS_HI },
	{ NULL, "predicted_speed", "predicted_speed", TP_AS_SPEED,
	    TP_ELSE_REFUSE, 0, 200 },
	{ NULL, "predicted_volume", "predicted_volume", TP_AS_NUM,
	    TP_ELSE_NULL, 0, COUNT_MAX },
	{ NULL, "predicted_congestion_level", "predicted_speed", TP_AS_LEVEL,
	    TP_ELSE_UNKNOWN, 0, 0 },
	{ NULL, "confidence_score", "confidence_score", TP_AS_NUM,
	    TP_ELSE_REFUSE, 0, 1 },
	{ NULL, "model_version", "model_version", TP_AS_TEXT, TP_ELSE_REFUSE,
	    0, 0 },
	COORDINATES(TP_ELSE_REFUSE),
	{ NULL, "feature_metadata", NULL, TP_AS_REST, TP_ELSE_LEAVE, 0, 0 },
	END
};

/* LA: what its front end keeps of a prediction; speeds in mph. */
static const struct tp_shape_row la_front_prediction[] = {
	{ NULL, "segment_id", "segment_id", TP_AS_TEXT, TP_ELSE_REFUSE,
	    0, 0 },
	{ NULL, "timestamp", "timestamp", TP_AS_MS, TP_ELSE_REFUSE,
	    MS_LO, MS_HI },
	{ NULL, "current_speed", "current_speed", TP_AS_SPEED,
	    TP_ELSE_REFUSE, 0, 120 },
	{ NULL, "predicted_speed", "predicted_speed", TP_AS_SPEED,
	    TP_ELSE_REFUSE, 0, 120 },
	{ NULL, "current_volume", "volume_vph", TP_AS_NUM, TP_ELSE_NULL,
	    0, COUNT_MAX },
	{ NULL, "prediction_time", "timestamp", TP_AS_ISO, TP_ELSE_REFUSE,
	    0, 0 },
	{ NULL, "speed_diff", "predicted_speed", TP_AS_DIFF, TP_ELSE_REFUSE,
	    0, 0 },
	{ NULL, "category", "predicted_speed", TP_AS_CATEGORY,
	    TP_ELSE_REFUSE, 0, 0 },
	END
};

static const struct tp_shape_row hanoi_event[] = {
	{ NULL, "event_id", "event_id", TP_AS_UUID, TP_ELSE_REFUSE, 0, 0 },
	{ NULL, "timestamp", "timestamp", TP_AS_ISO, TP_ELSE_REFUSE, 0, 0 },
	{ NULL, "road_id", "segment_id", TP_AS_TEXT, TP_ELSE_REFUSE, 0, 0 },
	{ NULL, "road_name", "road_name", TP_AS_TEXT, TP_ELSE_REFUSE, 0, 0 },
	{ NULL, "current_speed", "speed", TP_AS_SPEED, TP_ELSE_REFUSE,
	    0, 300 },
	{ NULL, "free_flow_speed", "free_flow_speed", TP_AS_SPEED,
	    TP_ELSE_REFUSE, 0, 300 },
	{ NULL, "jam_factor", "jam_factor", TP_AS_NUM, TP_ELSE_REFUSE,
	    0, 10 },
	{ NULL, "congestion_level", "speed", TP_AS_LEVEL_LOWER,
	    TP_ELSE_REFUSE, 0, 0 },
	{ NULL, "coordinates", "latitude", TP_AS_PAIR, TP_ELSE_REFUSE, 0, 0 },
	END
};

/* One line for the forecasts of 10, 20 and 30 minutes. */
static const struct tp_shape_row hanoi_prediction[] = {
	{ NULL, "event_id", "event_id", TP_AS_UUID, TP_ELSE_REFUSE, 0, 0 },
	{ NULL, "timestamp", "timestamp", TP_AS_ISO, TP_ELSE_REFUSE, 0, 0 },
	{ NULL, "road_id", "segment_id", TP_AS_TEXT, TP_ELSE_REFUSE, 0, 0 },
	{ NULL, "current_speed", "current_speed", TP_AS_SPEED,
	    TP_ELSE_REFUSE, 0, 300 },
	{ NULL, "predicted_speed_", "predicted_speed", TP_AS_HORIZONS,
	    TP_ELSE_REFUSE, 0, 300 },
	END
};

static const struct tp_shape_row nyc_position[] = {
	{ NULL, "vehicle_id", "segment_id", TP_AS_TEXT, TP_ELSE_REFUSE,
	    0, 0 },
	{ NULL, "timestamp", "timestamp", TP_AS_ISO, TP_ELSE_REFUSE, 0, 0 },
	{ NULL, LATITUDE, TP_ELSE_REFUSE, -90, 90 },
	{ NULL, LONGITUDE, TP_ELSE_REFUSE, -180, 180 },
	{ NULL, "speed", "speed", TP_AS_SPEED, TP_ELSE_REFUSE, 0, 300 },
	{ NULL, "trip_id", "trip_id", TP_AS_TEXT, TP_ELSE_REFUSE, 0, 0 },
	END
};

static const struct tp_shape_row nyc_cell[] = {
	{ NULL, "cell_id", "segment_id", TP_AS_TEXT, TP_ELSE_REFUSE, 0, 0 },
	{ NULL, "window_start", "window_start", TP_AS_ISO, TP_ELSE_REFUSE,
	    0, 0 },
	{ NULL, "window_end", "window_end", TP_AS_ISO, TP_ELSE_REFUSE, 0, 0 },
	{ NULL, "count", "event_count", TP_AS_INT, TP_ELSE_REFUSE,
	    0, COUNT_MAX },
	{ NULL, "avg_speed", "avg_speed", TP_AS_SPEED, TP_ELSE_REFUSE,
	    0, 300 },
	{ NULL, "std_speed", "std_speed", TP_AS_SPEED, TP_ELSE_NULL, 0, 300 },
	{ NULL, "congestion_level", "avg_speed", TP_AS_CLASS, TP_ELSE_REFUSE,
	    0, 0 },
	END
};

#define EVENTS		"processed_at"
#define FORECASTS	"generated_at"

const struct tp_shape_form	tp_shape_forms[TP_SHAPE_MAX][TP_RECORD_MAX] = {
	[TP_SHAPE_LA] = {
		[TP_RECORD_RAW] = { la_raw, TP_UNIT_KMH, EVENTS },
		[TP_RECORD_VALID] = { la_valid, TP_UNIT_MPH, EVENTS },
		[TP_RECORD_AGGREGATE] = { la_aggregate, TP_UNIT_KMH, EVENTS },
		[TP_RECORD_PREDICTION] = { la_prediction, TP_UNIT_KMH,
		    FORECASTS },
	},
	[TP_SHAPE_LA_NESTED] = {
		[TP_RECORD_RAW] = { la_nested, TP_UNIT_MPH, EVENTS },
		[TP_RECORD_VALID] = { la_nested, TP_UNIT_MPH, EVENTS },
	},
	[TP_SHAPE_LA_AVRO] = {
		[TP_RECORD_RAW] = { la_avro_event, TP_UNIT_KMH, EVENTS },
		[TP_RECORD_VALID] = { la_avro_event, TP_UNIT_KMH, EVENTS },
		[TP_RECORD_AGGREGATE] = { la_avro_aggregate, TP_UNIT_KMH,
		    EVENTS },
		[TP_RECORD_PREDICTION] = { la_avro_prediction, TP_UNIT_KMH,
		    FORECASTS },
	},
	[TP_SHAPE_LA_FRONT] = {
		[TP_RECORD_AGGREGATE] = { la_front_aggregate, TP_UNIT_MPH,
		    EVENTS },
		[TP_RECORD_PREDICTION] = { la_front_prediction, TP_UNIT_MPH,
		    FORECASTS },
	},
	[TP_SHAPE_HANOI] = {
		[TP_RECORD_RAW] = { hanoi_event, TP_UNIT_KMH, NULL },
		[TP_RECORD_VALID] = { hanoi_event, TP_UNIT_KMH, NULL },
		[TP_RECORD_PREDICTION] = { hanoi_prediction, TP_UNIT_KMH,
		    NULL },
	},
	[TP_SHAPE_NYC] = {
		[TP_RECORD_RAW] = { nyc_position, TP_UNIT_MPH, NULL },
		[TP_RECORD_VALID] = { nyc_position, TP_UNIT_MPH, NULL },
		[TP_RECORD_AGGREGATE] = { nyc_cell, TP_UNIT_MPH, NULL },
	},
};
