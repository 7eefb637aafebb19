"""The shapes of the older systems' answers, as JSON Schemas.

A name is a required member; one that may be null has "?" behind its type.
Types: s text, i integer, n number, b boolean, t time in ISO 8601, u UUID; a
dict is an object with no other members, a list of one thing is an array of it.
"""
TYPES = {
    "s": {"type": "string"}, "i": {"type": "integer"},
    "n": {"type": "number"}, "b": {"type": "boolean"},
    "t": {"type": "string", "pattern":
          r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$"},
    "u": {"type": "string", "pattern": "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-"
          "[0-9a-f]{12}$"},
    "d": {"type": "string", "pattern": r"^\d{4}-\d\d-\d\d$"},
    "any": {},
}


def schema(x):
    if isinstance(x, list):
        return {"type": "array", "items": schema(x[0])}
    if isinstance(x, dict):
        return {"type": "object", "additionalProperties": False,
                "required": [k for k in x if not k.endswith("*")],
                "properties": {k.rstrip("*"): schema(v)
                               for k, v in x.items()}}
    if x.startswith("="):
        return {"enum": x[1:].split("|")}
    if x.endswith("?"):
        return {"anyOf": [schema(x[:-1]), {"type": "null"}]}
    return TYPES[x]


READING = dict.fromkeys(
    "speed volume occupancy density travel_time quality_score".split(), "n?")
READING |= {"id": "u", "sensor_id": "u", "timestamp": "t",
            "weather_condition": "s?"}
PREDICTION = {
    "id": "u", "sensor_id": "u", "prediction_timestamp": "t",
    "horizon_minutes": "i", "predicted_speed": "n?", "predicted_volume": "n?",
    "predicted_travel_time": "n?", "confidence_score": "n?",
    "model_name": "s", "model_version": "s"}
METRIC = {
    "id": "u", "model_name": "s", "model_version": "s",
    "evaluation_date": "t", "metric_type": "=mae|rmse|mape|r2",
    "metric_value": "n", "horizon_minutes": "i", "sensor_count": "i?",
    "sample_size": "i?"}
SENSOR = {
    "id": "u", "sensor_id": "s", "road_name": "s", "road_type": "s?",
    "direction": "s?", "lane_count": "i?", "speed_limit": "n?", "city": "s?",
    "state": "s?", "status": "=active|inactive|maintenance",
    "created_at": "t"}
INCIDENT = {
    "id": "u", "incident_id": "s", "incident_type": "s",
    "severity": "=minor|moderate|major|severe", "description": "s?",
    "start_time": "t", "end_time": "t?", "road_name": "s?",
    "direction": "s?", "status": "=active|resolved"}
MEANS = {"avg_speed": "n?", "avg_volume": "n?", "reading_count": "i"}
LEVEL = "=low|medium|high"


def analytics(name, point, summary):
    s = schema({"metric_name": "=" + name, "time_period": "s",
                "data_points": ["any"], "summary": summary,
                "generated_at": "t"})
    s["properties"]["data_points"]["items"] = {
        "anyOf": [schema(p) for p in point]}
    return s


KEPT = {
    "segment_id": "s", "timestamp": "i", "current_speed": "n?",
    "predicted_speed": "n", "current_volume": "n?", "prediction_time": "t",
    "speed_diff": "n?", "category":
    "=free_flow|moderate_traffic|heavy_traffic|severe_congestion"}
STATS = {
    "total": "i", "categories": {
        "free_flow": "i", "moderate_traffic": "i", "heavy_traffic": "i",
        "severe_congestion": "i"},
    "avgSpeedDiff": "n?", "avg_predicted_speed": "n?",
    "avg_current_speed": "n?", "high_congestion_count": "i",
    "moderate_congestion_count": "i"}
TRAFFIC = {
    "id": "s", "timestamp": "t", "location": {
        "latitude": "n", "longitude": "n", "roadName*": "s"},
    "volume": "n?", "speed": "n?", "congestionLevel": LEVEL}
COORDINATES = {"latitude": "n", "longitude": "n"}
ROAD = {"road_id": "s", "road_name": "s", "current_speed": "n?",
        "jam_factor": "n?"}
WAY = {"waypoints": [{"lat": "n", "lng": "n", "road_name": "s"}],
       "distance_km": "n", "eta_minutes": "n", "congestion_summary": "s"}
CELL = {"cell_id": "s", "latitude": "n?", "longitude": "n?",
        "timestamp": "t", "count": "n?", "avg_speed": "n?", "class": "s?"}
AHEAD = {"cell_id": "s", "made": "t", "timestamp": "t",
         "horizon_minutes": "i", "predicted_speed": "n?", "class": "s?",
         "confidence": "n?"}

LA = [
    ("/health", None, {
        "status": "=healthy|unhealthy", "timestamp": "t", "checks": {
            "database": {"status": "s", "message": "s"},
            "kafka": {"status": "s", "message": "s", "details": "any"},
            "websocket": {"status": "s", "active_connections": "i"}}}),
    ("/api/traffic/current", None, [READING]),
    ("/api/traffic/current?sensor_id=SENSOR&limit=1", None, [READING]),
    ("/api/traffic/historical/2012-06-06?page=2&size=7", None, {
        "items": [READING], "total": "i", "page": "i", "size": "i",
        "pages": "i"}),
    ("/api/traffic/sensor/SENSOR?hours=2", None, [READING]),
    ("/api/traffic/statistics", None, {
        "sensor_count": "i", "active_sensors": "i",
        "total_readings_today": "i", "avg_speed_today": "n?",
        "avg_volume_today": "n?", "predictions_count_today": "i",
        "active_incidents": "i", "last_updated": "t"}),
    ("/api/predictions/latest?horizon=15", None, [PREDICTION]),
    ("/api/predictions/accuracy?days=7", None, [METRIC]),
    ("/api/analytics/congestion?hours=24", None, analytics(
        "traffic_congestion",
        [MEANS | {"timestamp": "t", "avg_density": "n?",
                  "congestion_level": LEVEL}],
        {"total_hours_analyzed": "i", "congested_hours": "i",
         "congestion_percentage": "n", "avg_speed_overall": "n?",
         "avg_volume_overall": "n?"})),
    ("/api/analytics/patterns?days=7", None, analytics(
        "traffic_patterns",
        [MEANS | {"type": "=hourly", "hour": "i"},
         MEANS | {"type": "=daily", "day": "s", "day_of_week": "i"}],
        {"analysis_period_days": "i", "peak_hour": "i?",
         "busiest_day": "s?", "total_data_points": "i"})),
    ("/api/analytics/trends?sensor_id=SENSOR", None, analytics(
        "traffic_trends", [MEANS | {"date": "d", "avg_density": "n?"}],
        {"analysis_period_days": "i",
         "speed_trend": "=increasing|decreasing|stable",
         "volume_trend": "=increasing|decreasing|stable",
         "avg_speed_overall": "n?", "avg_volume_overall": "n?",
         "total_days_analyzed": "i"})),
    ("/api/sensors?status=active", None, [SENSOR]),
    ("/api/incidents?status=resolved", None, [INCIDENT]),
    ("/api/ml/health", None, {
        "status": "s", "ml_libraries_available": "b",
        "predictor_loaded": "b", "metr_data_available": "b",
        "timestamp": "t"}),
    ("/api/ml/predict/congestion",
     {"hour": 8, "day_of_week": 2, "sensor_id": "SENSOR",
      "current_speed": 50, "current_volume": 900}, {
         "success": "b", "prediction": {
             "congestion_level": "=Low|Medium|High", "confidence": "n?",
             "predicted_speed": "n", "timestamp": "t", "mode": "s",
             "factors": {"current_speed": "n?", "hour": "i",
                         "day_of_week": "i", "rush_hour": "b"}},
         "input_features": {"hour": "i", "day_of_week": "i",
                            "sensor_id": "s", "current_speed": "n",
                            "current_volume": "n"}}),
    ("/api/ml/model/info", None, {
        "model_loaded": "b", "model_path": "s?", "model_type": "s?",
        "version": "s?", "status": "s", "mode": "s", "note": "s"}),
    ("/api/ml/hotspots?num_hotspots=5", None, {
        "hotspots": [{
            "sensor_id": "s", "location_name": "s", "current_speed": "n",
            "congestion_level": LEVEL, "severity_score": "n",
            "coordinates": COORDINATES}],
        "total_count": "i", "data_source": "s", "timestamp": "t"}),
    ("/api/ml/statistics", None, {
        "active_sensors": "i", "average_speed": "n?",
        "congested_sensors": "i", "free_flow_sensors": "i",
        "total_data_points": "i", "time_range": {"start": "t", "end": "t"},
        "data_source": "s"}),
    ("/api/predictions", None, {
        "success": "b", "data": {"predictions": [KEPT], "stats": STATS,
                                 "timestamp": "t"}}),
    ("/api/predictions/debug", None, {
        "isRunning": "b", "predictionCount": "i", "predictions": [KEPT],
        "stats": STATS}),
    ("/api/traffic?latitude=LAT&longitude=LON", None, [TRAFFIC]),
    ("/api/traffic/predict?latitude=LAT&longitude=LON", None, {
        "prediction_id": "s", "segment_id": "s",
        "prediction_timestamp": "i", "horizon_minutes": "i",
        "target_timestamp": "i", "predicted_speed": "n",
        "predicted_volume": "n?", "predicted_congestion_level":
        "=FREE_FLOW|LIGHT|MODERATE|HEAVY|SEVERE|UNKNOWN",
        "confidence_score": "n?", "model_version": "s",
        "coordinates": COORDINATES, "feature_metadata": {
            "source": "s", "location_id": "s"}}),
    ("/api/system/status", None, {
        "success": "b", "data": {
            "overall_status": "=healthy|degraded|down", "services": [{
                "name": "s", "status": "=active|inactive|error|starting",
                "uptime": "s", "last_check": "t",
                "health_details": "any"}],
            "timestamp": "t", "pipeline_status": {
                "data_flow_active": "b", "last_prediction": "t?",
                "predictions_per_minute": "n"}}}),
    ("/api/model-results", None, {
        "success": "b", "model": {
            "r2_score": "n?", "rmse": "n?", "mae": "n?",
            "training_samples": "i?", "test_samples": "i",
            "total_features": "i?", "algorithm": "s?",
            "model_version": "s?", "model_configuration": "any",
            "model_path": "s?", "trained_at": "t?", "verified_at": "t?",
            "performance_category": "s?", "pipeline_stages": ["s"]},
        "predictions": ["any"], "feature_importance": ["any"],
        "summary": {"total_predictions": "i", "avg_prediction_error": "n?",
                    "max_confidence": "n?", "min_confidence": "n?"},
        "timestamp": "t"}),
    ("/api/predictions/generate?sensor_id=SENSOR&horizons=15&horizons=60",
     {}, {"message": "s", "sensor_id": "s?", "horizons": ["i"],
          "status": "=completed"}),
    ("/api/predictions",
     {"segment_id": "SENSOR", "timestamp": 1339027200000,
      "prediction_horizon_minutes": 15, "predicted_speed_mph": 40},
     {"success": "b", "message": "s", "timestamp": "t"}),
]
TOKEN = {"access_token": "s", "refresh_token": "s?", "token_type": "=bearer",
         "expires_in": "i"}
USER = {"id": "u", "username": "s", "email": "s?", "full_name": "s?",
        "role": "=viewer|user|admin", "disabled": "b", "created_at": "t?"}
AUTH = {
    "token": TOKEN, "user": USER, "users": [USER],
    "roles": {"roles": {"viewer": "i", "user": "i", "admin": "i"},
              "current_user_role": "=viewer|user|admin",
              "current_user_level": "i"}}
HANOI = [
    ("/traffic/current", None, [ROAD | {
        "congestion_level":
        "=free_flow|light|moderate|heavy|severe", "last_updated": "t"}]),
    ("/route/recommend", "ROUTE", {
        "recommended_route": WAY, "alternatives": [WAY]}),
    ("/analytics/trends", None, {
        "hourly_avg_speed": [{"hour": "i", "speed": "n"}],
        "rush_hour_patterns": {"morning_7_9": "n?", "evening_17_19": "n?",
                               "all_day": "n?"},
        "top_congested_roads": [ROAD]}),
]
NYC = [
    ("/api/health", None, {"status": "s", "timestamp": "t", "cells": "i",
                           "newest": "t?"}),
    ("/api/current-traffic", None, {"timestamp": "t", "cells": [CELL]}),
    ("/api/predictions", None, {"timestamp": "t", "horizon_minutes": "i?",
                                "predictions": [AHEAD]}),
    ("/api/historical?cell_id=SENSOR", None, {
        "cell_id": "s?", "hours": [{"timestamp": "t", "avg_speed": "n",
                                    "readings": "i"}]}),
    ("/api/hotspots?n=3", None, {"timestamp": "t",
                                 "hotspots": [CELL | {"rank": "i"}]}),
    ("/api/cell/SENSOR", None, CELL | {"predictions": [AHEAD]}),
    ("/api/stats", None, {
        "timestamp": "t", "active_cells": "i", "count": "n",
        "avg_speed": "n?", "classes": {"low": "i", "medium": "i",
                                       "high": "i"}}),
]


def made(rows):
    return [(path, body, x if "type" in x and "properties" in x else
             schema(x)) for path, body, x in rows]


LA, HANOI, NYC = made(LA), made(HANOI), made(NYC)
AUTH = {name: schema(x) for name, x in AUTH.items()}
PUSH = schema({"timestamp": "t", "cells": [CELL], "horizon_minutes": "i?",
               "predictions": [AHEAD]})
POSTED = schema(TRAFFIC)
# what was only pretended
GONE = ["/api/ml/train", "/api/ml/model/load", "/api/ml/simulate/stream",
        "/api/system/status"]
