/* The tables of the store, and how a record's kind is told. */
#include "store/kind.h"

#define SENSOR	{ "sensor", TP_COLUMN_SENSOR, TP_F_SEGMENT_ID, NULL }
#define AT	{ "t", TP_COLUMN_TIME, TP_F_TIMESTAMP, NULL }

const struct tp_table tp_tables[TP_STORE_KINDS] = {
	[TP_STORE_EVENT] = { "reading", 2, 5, 0, 1, -1, {
		SENSOR, AT,
		{ "speed", TP_COLUMN_SPEED, TP_F_SPEED, NULL },
		{ "volume", TP_COLUMN_MILLI, TP_F_VOLUME_VPH, NULL },
		{ "occupancy", TP_COLUMN_MILLI, TP_F_OCCUPANCY_PERCENT, NULL },
	} },
	[TP_STORE_AGGREGATE] = { "aggregate", 3, 6, 0, 1, 5, {
		SENSOR,
		{ "t", TP_COLUMN_TIME, TP_F_WINDOW_START, NULL },
		{ "length", TP_COLUMN_SPAN, TP_F_WINDOW_END, NULL },
		{ "speed", TP_COLUMN_SPEED, TP_F_AVG_SPEED, NULL },
		{ "n", TP_COLUMN_INT, TP_F_EVENT_COUNT, NULL },
		{ "rev", TP_COLUMN_INT, TP_F_REV, NULL },
	} },
	[TP_STORE_PREDICTION] = { "forecast", 3, 7, 0, 1, -1, {
		SENSOR, AT,
		{ "minutes", TP_COLUMN_INT, TP_F_HORIZON_MINUTES, NULL },
		{ "speed", TP_COLUMN_SPEED, TP_F_PREDICTED_SPEED, NULL },
		{ "lower", TP_COLUMN_SPEED, TP_F_LOWER, NULL },
		{ "upper", TP_COLUMN_SPEED, TP_F_UPPER, NULL },
		{ "confidence", TP_COLUMN_MILLI, TP_F_CONFIDENCE_SCORE, NULL },
	} },
	[TP_STORE_SCORE] = { "score", 2, 7, -1, 1, -1, {
		{ "id", TP_COLUMN_TEXT, TP_F_NONE, "score_id" },
		{ "t", TP_COLUMN_TIME, TP_F_NONE, "to" },
		{ "model", TP_COLUMN_TEXT, TP_F_MODEL_VERSION, NULL },
		{ "minutes", TP_COLUMN_INT, TP_F_HORIZON_MINUTES, NULL },
		{ "n", TP_COLUMN_INT, TP_F_NONE, "n" },
		{ "mae", TP_COLUMN_SPEED, TP_F_NONE, "mae" },
		{ "rmse", TP_COLUMN_SPEED, TP_F_NONE, "rmse" },
	} },
	[TP_STORE_ALERT] = { "alert", 3, 6, 3, 1, -1, {
		{ "id", TP_COLUMN_TEXT, TP_F_NONE, "alert_id" },
		AT,
		{ "status", TP_COLUMN_TEXT, TP_F_NONE, "status" },
		SENSOR,
		{ "type", TP_COLUMN_TEXT, TP_F_NONE, "alert_type" },
		{ "severity", TP_COLUMN_TEXT, TP_F_NONE, "severity" },
	} },
	[TP_STORE_UPDATE] = { "route_update", 2, 4, -1, 1, -1, {
		{ "version", TP_COLUMN_TEXT, TP_F_NONE, "graph_version" },
		AT,
		{ "roads", TP_COLUMN_INT, TP_F_NONE, "roads_updated" },
		{ "type", TP_COLUMN_TEXT, TP_F_NONE, "update_type" },
	} },
	[TP_STORE_ROUTE] = { "route", 2, 5, -1, 1, -1, {
		{ "id", TP_COLUMN_TEXT, TP_F_NONE, "query_id" },
		AT,
		{ "status", TP_COLUMN_TEXT, TP_F_NONE, "status" },
		{ "distance", TP_COLUMN_MILLI, TP_F_NONE, "distance_km" },
		{ "eta", TP_COLUMN_MILLI, TP_F_NONE, "eta_minutes" },
	} },
};

const char *
tp_store_kind_name(enum tp_store_kind k)
{
	static const char *const	names[TP_STORE_KINDS] = {
		"event", "aggregate", "prediction", "score", "alert",
		"update", "route",
	};

	return names[k];
}

/* The kinds that are told by a key of their own. */
static enum tp_store_kind
by_key(const struct tp_rec *r)
{
	static const struct {
		const char		*key;
		uint32_t		 n;
		enum tp_store_kind	 kind;
	} keys[] = {
		{ "score_id", 8, TP_STORE_SCORE },
		{ "alert_id", 8, TP_STORE_ALERT },
		{ "alert_type", 10, TP_STORE_ALERT },
		{ "update_type", 11, TP_STORE_UPDATE },
		{ "waypoints", 9, TP_STORE_ROUTE },
		{ "query_id", 8, TP_STORE_ROUTE },
	};
	size_t	i, k;

	for (i = 0; i < r->o.n; i++) {
		if (r->slot[i].field != TP_F_NONE)
			continue;
		for (k = 0; k < sizeof(keys) / sizeof(*keys); k++)
			if (r->o.f[i].klen == keys[k].n &&
			    memcmp(r->o.f[i].key, keys[k].key,
			    keys[k].n) == 0)
				return keys[k].kind;
	}
	return TP_STORE_KINDS;
}

enum tp_store_kind
tp_store_kind_of(const struct tp_rec *r)
{
	enum tp_store_kind	k = by_key(r);
	struct tp_horizon	h;

	if (k != TP_STORE_KINDS)
		return k;
	if (r->at[TP_F_WINDOW_START] != NULL)
		return TP_STORE_AGGREGATE;
	if (r->at[TP_F_SEGMENT_ID] == NULL || r->at[TP_F_TIMESTAMP] == NULL)
		return TP_STORE_KINDS;
	if (r->at[TP_F_PREDICTED_SPEED] != NULL ||
	    r->at[TP_F_PREDICTED_SPEED_KMH] != NULL ||
	    r->at[TP_F_PREDICTED_SPEED_MPH] != NULL ||
	    r->at[TP_F_HORIZON_MINUTES] != NULL ||
	    tp_rec_horizons(r, &h, 1) > 0)
		return TP_STORE_PREDICTION;
	return TP_STORE_EVENT;
}
