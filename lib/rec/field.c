/* The names of fields, in all systems we know, and their lookup. */
#include "rec/name.h"

#define TABLE_BITS	10
#define TABLE_SIZE	(1u << TABLE_BITS)

#define TOP	TP_SCOPE_TOP

static const struct {
	const char	*name;
	enum tp_kind	 kind;
} fields[TP_F_MAX] = {
	[TP_F_NONE] = { "", TP_KIND_ANY },
	[TP_F_EVENT_ID] = { "event_id", TP_KIND_ID },
	[TP_F_SEGMENT_ID] = { "segment_id", TP_KIND_ID },
	[TP_F_TIMESTAMP] = { "timestamp", TP_KIND_TIME },
	[TP_F_SPEED] = { "speed", TP_KIND_NUM },
	[TP_F_SPEED_KMH] = { "speed_kmh", TP_KIND_NUM },
	[TP_F_SPEED_MPH] = { "speed_mph", TP_KIND_NUM },
	[TP_F_SPEED_MS] = { "speed_ms", TP_KIND_NUM },
	[TP_F_VOLUME] = { "volume", TP_KIND_NUM },
	[TP_F_VOLUME_VPH] = { "volume_vph", TP_KIND_NUM },
	[TP_F_OCCUPANCY] = { "occupancy", TP_KIND_NUM },
	[TP_F_OCCUPANCY_PERCENT] = { "occupancy_percent", TP_KIND_NUM },
	[TP_F_FREE_FLOW] = { "free_flow_speed", TP_KIND_NUM },
	[TP_F_FREE_FLOW_KMH] = { "free_flow_speed_kmh", TP_KIND_NUM },
	[TP_F_FREE_FLOW_MPH] = { "free_flow_speed_mph", TP_KIND_NUM },
	[TP_F_JAM_FACTOR] = { "jam_factor", TP_KIND_NUM },
	[TP_F_QUALITY] = { "quality_score", TP_KIND_NUM },
	[TP_F_LATITUDE] = { "latitude", TP_KIND_NUM },
	[TP_F_LONGITUDE] = { "longitude", TP_KIND_NUM },
	[TP_F_ROAD_NAME] = { "road_name", TP_KIND_TEXT },
	[TP_F_HIGHWAY] = { "highway", TP_KIND_TEXT },
	[TP_F_DIRECTION] = { "direction", TP_KIND_TEXT },
	[TP_F_LANES] = { "lanes", TP_KIND_INT },
	[TP_F_WEATHER] = { "weather", TP_KIND_TEXT },
	[TP_F_TEMPERATURE_F] = { "temperature_f", TP_KIND_NUM },
	[TP_F_TEMPERATURE_C] = { "temperature_c", TP_KIND_NUM },
	[TP_F_PROCESSED_AT] = { "processed_at", TP_KIND_ANY },
	[TP_F_PROCESSOR_ID] = { "processor_id", TP_KIND_ANY },
	[TP_F_VALIDATION_STATUS] = { "validation_status", TP_KIND_ANY },
	[TP_F_AGGREGATE_ID] = { "aggregate_id", TP_KIND_ID },
	[TP_F_WINDOW_START] = { "window_start", TP_KIND_TIME },
	[TP_F_WINDOW_END] = { "window_end", TP_KIND_TIME },
	[TP_F_EVENT_COUNT] = { "event_count", TP_KIND_INT },
	[TP_F_AVG_SPEED] = { "avg_speed", TP_KIND_NUM },
	[TP_F_AVG_SPEED_KMH] = { "avg_speed_kmh", TP_KIND_NUM },
	[TP_F_AVG_SPEED_MPH] = { "avg_speed_mph", TP_KIND_NUM },
	[TP_F_STD_SPEED] = { "std_speed", TP_KIND_NUM },
	[TP_F_STD_SPEED_KMH] = { "std_speed_kmh", TP_KIND_NUM },
	[TP_F_STD_SPEED_MPH] = { "std_speed_mph", TP_KIND_NUM },
	[TP_F_TOTAL_VOLUME] = { "total_volume", TP_KIND_NUM },
	[TP_F_AVG_OCCUPANCY] = { "avg_occupancy", TP_KIND_NUM },
	[TP_F_FINAL] = { "final", TP_KIND_ANY },
	[TP_F_REV] = { "rev", TP_KIND_ANY },
	[TP_F_PREDICTION_ID] = { "prediction_id", TP_KIND_ID },
	[TP_F_HORIZON_MINUTES] = { "prediction_horizon_minutes",
	    TP_KIND_INT },
	[TP_F_TARGET_TIMESTAMP] = { "target_timestamp", TP_KIND_TIME },
	[TP_F_PREDICTED_SPEED] = { "predicted_speed", TP_KIND_NUM },
	[TP_F_PREDICTED_SPEED_KMH] = { "predicted_speed_kmh", TP_KIND_NUM },
	[TP_F_PREDICTED_SPEED_MPH] = { "predicted_speed_mph", TP_KIND_NUM },
	[TP_F_CURRENT_SPEED] = { "current_speed", TP_KIND_NUM },
	[TP_F_CURRENT_SPEED_KMH] = { "current_speed_kmh", TP_KIND_NUM },
	[TP_F_CURRENT_SPEED_MPH] = { "current_speed_mph", TP_KIND_NUM },
	[TP_F_LOWER] = { "lower", TP_KIND_NUM },
	[TP_F_LOWER_KMH] = { "lower_kmh", TP_KIND_NUM },
	[TP_F_LOWER_MPH] = { "lower_mph", TP_KIND_NUM },
	[TP_F_UPPER] = { "upper", TP_KIND_NUM },
	[TP_F_UPPER_KMH] = { "upper_kmh", TP_KIND_NUM },
	[TP_F_UPPER_MPH] = { "upper_mph", TP_KIND_NUM },
	[TP_F_CONFIDENCE_SCORE] = { "confidence_score", TP_KIND_NUM },
	[TP_F_CONGESTION_LEVEL] = { "congestion_level", TP_KIND_ANY },
	[TP_F_MODEL_VERSION] = { "model_version", TP_KIND_ANY },
	[TP_F_MODEL_KIND] = { "model_kind", TP_KIND_ANY },
};

/*
 * The other names.  Of several that occur in one record the lowest rank is
 * taken; a name for one scope only is looked up before those of the top.
 */
static const struct alias {
	const char	*name;
	uint8_t		 scope, field, rank, opens;
} aliases[] = {
	{ "sensor_id", TOP, TP_F_SEGMENT_ID, 1, 0 },
	{ "road_id", TOP, TP_F_SEGMENT_ID, 2, 0 },
	{ "cell_id", TOP, TP_F_SEGMENT_ID, 3, 0 },
	{ "station_id", TOP, TP_F_SEGMENT_ID, 4, 0 },
	{ "vehicle_id", TOP, TP_F_SEGMENT_ID, 5, 0 },
	{ "event_timestamp", TOP, TP_F_TIMESTAMP, 1, 0 },
	{ "event_time", TOP, TP_F_TIMESTAMP, 2, 0 },
	{ "time", TOP, TP_F_TIMESTAMP, 3, 0 },
	{ "prediction_timestamp", TOP, TP_F_TIMESTAMP, 4, 0 },
	{ "prediction_time", TOP, TP_F_TIMESTAMP, 5, 0 },
	{ "speed_kph", TOP, TP_F_SPEED_KMH, 1, 0 },
	{ "speed_mps", TOP, TP_F_SPEED_MS, 1, 0 },
	{ "average_speed", TOP, TP_F_AVG_SPEED, 1, 0 },
	{ "average_speed_kmh", TOP, TP_F_AVG_SPEED_KMH, 1, 0 },
	{ "average_speed_mph", TOP, TP_F_AVG_SPEED_MPH, 1, 0 },
	{ "speed_stddev", TOP, TP_F_STD_SPEED, 1, 0 },
	{ "vehicle_count", TOP, TP_F_TOTAL_VOLUME, 1, 0 },
	{ "average_volume", TOP, TP_F_TOTAL_VOLUME, 2, 0 },
	{ "avg_volume", TOP, TP_F_TOTAL_VOLUME, 3, 0 },
	{ "occupancy_avg", TOP, TP_F_AVG_OCCUPANCY, 1, 0 },
	{ "average_occupancy", TOP, TP_F_AVG_OCCUPANCY, 2, 0 },
	{ "count", TOP, TP_F_EVENT_COUNT, 1, 0 },
	{ "actual_speed", TOP, TP_F_CURRENT_SPEED, 1, 0 },
	{ "actual_speed_kmh", TOP, TP_F_CURRENT_SPEED_KMH, 1, 0 },
	{ "actual_speed_mph", TOP, TP_F_CURRENT_SPEED_MPH, 1, 0 },
	{ "volume_vehicles_per_hour", TOP, TP_F_VOLUME_VPH, 1, 0 },
	{ "flow_vph", TOP, TP_F_VOLUME_VPH, 2, 0 },
	{ "occupancy_percentage", TOP, TP_F_OCCUPANCY_PERCENT, 1, 0 },
	{ "occupancy_pct", TOP, TP_F_OCCUPANCY_PERCENT, 2, 0 },
	{ "freeflow_speed", TOP, TP_F_FREE_FLOW, 1, 0 },
	{ "free_flow_kmh", TOP, TP_F_FREE_FLOW_KMH, 1, 0 },
	{ "free_flow_mph", TOP, TP_F_FREE_FLOW_MPH, 1, 0 },
	{ "quality", TOP, TP_F_QUALITY, 1, 0 },
	{ "lat", TOP, TP_F_LATITUDE, 1, 0 },
	{ "lng", TOP, TP_F_LONGITUDE, 1, 0 },
	{ "lon", TOP, TP_F_LONGITUDE, 2, 0 },
	{ "roadName", TOP, TP_F_ROAD_NAME, 1, 0 },
	{ "lane_count", TOP, TP_F_LANES, 1, 0 },
	{ "num_lanes", TOP, TP_F_LANES, 2, 0 },
	{ "weather_conditions", TOP, TP_F_WEATHER, 1, 0 },
	{ "weather_condition", TOP, TP_F_WEATHER, 2, 0 },
	{ "weatherCondition", TOP, TP_F_WEATHER, 3, 0 },
	{ "condition", TP_SCOPE_WEATHER, TP_F_WEATHER, 1, 0 },
	{ "horizon_minutes", TOP, TP_F_HORIZON_MINUTES, 1, 0 },
	{ "prediction_horizon", TOP, TP_F_HORIZON_MINUTES, 2, 0 },
	{ "prediction_interval_lower", TOP, TP_F_LOWER, 1, 0 },
	{ "prediction_interval_upper", TOP, TP_F_UPPER, 1, 0 },
	{ "speed_lower", TP_SCOPE_BOUNDS, TP_F_LOWER, 1, 0 },
	{ "speed_upper", TP_SCOPE_BOUNDS, TP_F_UPPER, 1, 0 },
	{ "confidence", TOP, TP_F_CONFIDENCE_SCORE, 1, 0 },
	{ "prediction_confidence", TOP, TP_F_CONFIDENCE_SCORE, 2, 0 },
	{ "predicted_congestion_level", TOP, TP_F_CONGESTION_LEVEL, 1, 0 },
	{ "predicted_congestion_class", TOP, TP_F_CONGESTION_LEVEL, 2, 0 },
	{ "congestionLevel", TOP, TP_F_CONGESTION_LEVEL, 3, 0 },
	{ "model_type", TOP, TP_F_MODEL_KIND, 1, 0 },
	{ "location", TOP, TP_F_NONE, 0, TP_SCOPE_PLACE },
	{ "traffic_data", TOP, TP_F_NONE, 0, TP_SCOPE_TRAFFIC },
	{ "traffic_metrics", TOP, TP_F_NONE, 0, TP_SCOPE_TRAFFIC },
	{ "current_conditions", TOP, TP_F_NONE, 0, TP_SCOPE_TRAFFIC },
	{ "coordinates", TOP, TP_F_NONE, 0, TP_SCOPE_COORDINATES },
	{ "metadata", TOP, TP_F_NONE, 0, TP_SCOPE_METADATA },
	{ "uncertainty_bounds", TOP, TP_F_NONE, 0, TP_SCOPE_BOUNDS },
	{ "confidence_interval", TOP, TP_F_NONE, 0, TP_SCOPE_BOUNDS },
};

/* Open addressing, at most a fifth full; written once, before main. */
static struct tp_name table[TABLE_SIZE];

static inline uint64_t
load(const char *p)
{
	uint64_t	w;

	memcpy(&w, p, sizeof(w));
	return w;
}

/* A key's first and last eight bytes; they are all of it up to 16. */
static inline void
ends(const char *key, size_t n, uint64_t *head, uint64_t *tail)
{
	*head = load(key);
	*tail = 0;
	if (n >= 8)
		*tail = load(key + n - 8);
	else	/* little endian: the bytes behind the key are the high ones */
		*head &= ~(~UINT64_C(0) << 8 * n);
}

static inline uint32_t
slot_of(uint64_t head, uint64_t tail, size_t n, unsigned scope)
{
	uint64_t	h;

	h = (head ^ (tail << 23 | tail >> 41) ^ n ^ (uint64_t)scope << 56) *
	    UINT64_C(0x9e3779b97f4a7c15);
	return (uint32_t)(h >> (64 - TABLE_BITS));
}

static void
put(const struct alias *a)
{
	struct tp_name	e = {
		.name = a->name, .n = (uint8_t)strlen(a->name),
		.scope = a->scope, .field = a->field, .rank = a->rank,
		.opens = a->opens,
	};
	char		text[64] = "";
	uint32_t	i;

	memcpy(text, a->name, e.n);
	ends(text, e.n, &e.head, &e.tail);
	i = slot_of(e.head, e.tail, e.n, e.scope);
	while (table[i].name != NULL)
		i = (i + 1) & (TABLE_SIZE - 1);
	table[i] = e;
}

__attribute__((constructor))
static void
fill_table(void)
{
	unsigned	f;
	size_t		i;

	for (f = TP_F_NONE + 1; f < TP_F_MAX; f++) {
		struct alias	a = { fields[f].name, TOP, (uint8_t)f, 0, 0 };

		if (f == TP_F_WEATHER)
			a.opens = TP_SCOPE_WEATHER;
		put(&a);
	}
	for (i = 0; i < sizeof(aliases) / sizeof(*aliases); i++)
		put(&aliases[i]);
}

static inline const struct tp_name *
find_in(unsigned scope, const char *key, size_t n, uint64_t head,
    uint64_t tail)
{
	uint32_t	i = slot_of(head, tail, n, scope);

	for (; table[i].name != NULL; i = (i + 1) & (TABLE_SIZE - 1)) {
		const struct tp_name	*e = &table[i];

		if (e->head == head && e->tail == tail && e->n == n &&
		    e->scope == scope &&
		    (n <= 16 || memcmp(e->name, key, n) == 0))
			return e;
	}
	return NULL;
}

const struct tp_name *
tp_name_find(enum tp_scope scope, const char *key, size_t n)
{
	const struct tp_name	*e;
	uint64_t		 head, tail;

	ends(key, n, &head, &tail);
	if (scope != TOP &&
	    (e = find_in(scope, key, n, head, tail)) != NULL)
		return e;
	return find_in(TOP, key, n, head, tail);
}

const char *
tp_field_name(enum tp_field f)
{
	return fields[f].name;
}

enum tp_field
tp_field_find(const char *name, size_t n)
{
	unsigned	f;

	for (f = TP_F_NONE + 1; f < TP_F_MAX; f++)
		if (strlen(fields[f].name) == n &&
		    memcmp(fields[f].name, name, n) == 0)
			return (enum tp_field)f;
	return TP_F_NONE;
}

enum tp_kind
tp_field_kind(enum tp_field f)
{
	return fields[f].kind;
}
