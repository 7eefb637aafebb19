"""Helps tests/shapes/run.

    check.py make KIND N    N made-up records of our own: event, position,
                            aggregate, prediction, thirds (of 10, 20, 30 min)
    check.py schema FILE    the lines on stdin are as the JSON Schema FILE says
                            (jsonschema from PyPI)
    check.py scenario NAME FILE
                            the events are as the LA system says of its
                            scenario NAME
    check.py back SHAPE MADE BACK
                            what tp-validate reads from a shape is what was
                            made, but for what the shape cannot hold
"""
import datetime
import json
import random
import sys
import uuid

MPH = 1.609344


def place(rng):
    return {"latitude": round(rng.uniform(33, 35), 6),
            "longitude": round(rng.uniform(-119, -117), 6)}


def make_event(rng, i, t):
    e = {"segment_id": "LA_I10_W_%03d" % (i % 40), "timestamp": t}
    if rng.random() < .8:
        e["event_id"] = str(uuid.UUID(int=rng.getrandbits(128), version=4))
    e[rng.choice(["speed_mph", "speed_kmh"])] = round(rng.uniform(0, 75), 3)
    if rng.random() < .9:
        e["volume_vph"] = rng.randrange(10000)
        e["occupancy_percent"] = round(rng.uniform(0, 100), 1)
    e.update(place(rng))
    if rng.random() < .5:
        e["quality_score"] = round(rng.random(), 2)
    e.update(highway="I-10", direction=rng.choice("NSEW"), lanes=4)
    if rng.random() < .7:
        e.update(weather=rng.choice(["clear", "rain", "fog"]),
                 temperature_f=round(rng.uniform(40, 100), 1))
    if rng.random() < .5:
        e.update(road_name="Đường \"Láng\"", jam_factor=round(
            rng.uniform(0, 10), 2), free_flow_speed_kmh=60.5)
    return e


def make_position(rng, i, t):
    return dict({"segment_id": "taxi_%d" % (i % 50), "timestamp": t,
                 "speed_mph": round(rng.uniform(0, 60), 2),
                 "trip_id": "trip_%d" % i}, **place(rng))


def make_aggregate(rng, i, t):
    t -= t % 300000
    unit = rng.choice(["mph", "kmh"])
    a = {"aggregate_id": "AGG_s%d_%d_300000" % (i, t), "segment_id": "s%d" % i,
         "window_start": t, "window_end": t + 300000,
         "event_count": rng.randrange(10000),
         "avg_speed_" + unit: round(rng.uniform(0, 75), 6),
         "std_speed_" + unit: round(rng.uniform(0, 20), 6)}
    if rng.random() < .8:
        a["total_volume"] = rng.randrange(100000)
    if rng.random() < .8:
        a["avg_occupancy"] = round(rng.uniform(0, 100), 6)
    a["congestion_level"] = rng.choice(["FREE_FLOW", "HEAVY", "SEVERE"])
    if rng.random() < .8:
        a.update(place(rng))
    return a


def make_prediction(rng, i, t, minutes=None, segment=None):
    h = minutes or rng.choice([15, 30, 60])
    segment = segment or "s%d" % i
    unit = rng.choice(["mph", "kmh"])
    p = {"prediction_id": "%s:%d:%d" % (segment, t, h), "segment_id": segment,
         "timestamp": t, "prediction_horizon_minutes": h,
         "target_timestamp": t + h * 60000,
         "current_speed_" + unit: round(rng.uniform(0, 75), 3),
         "predicted_speed_" + unit: round(rng.uniform(0, 75), 3),
         "lower_" + unit: round(rng.uniform(-5, 30), 3),
         "upper_" + unit: round(rng.uniform(30, 75), 3),
         "confidence_score": round(rng.random(), 3),
         "congestion_level": rng.choice(["LIGHT", "MODERATE"]),
         "model_version": rng.choice(["gbt-%08x" % rng.getrandbits(32),
                                      "linear-00000001", "persistence",
                                      "v2.1.3"])}
    if rng.random() < .8:
        p.update(place(rng))
    return p


def make(kind, n):
    rng = random.Random(7)
    for i in range(n):
        t = 1600000000000 + i * 7000
        if kind == "thirds":
            for h in (10, 20, 30):
                yield make_prediction(rng, i, t, h, "s%d" % i)
        else:
            yield globals()["make_" + kind](rng, i, t)


def lines(path):
    with open(path) as f:
        return [json.loads(line) for line in f]


def speed(r, name, unit):
    """The speed of a record of ours in km/h or mph, six decimals."""
    for u in ("mph", "kmh"):
        if name + "_" + u in r:
            v = r[name + "_" + u]
            if u != unit:
                v = v * MPH if u == "mph" else v / MPH
            return v
    return None


SPEEDS = ("speed", "avg_speed", "std_speed", "current_speed",
          "predicted_speed", "lower", "upper", "free_flow_speed")
# Which fields come back: of speeds without unit; fields that are absent
# before are absent after, but for those in DEFAULTS.
KEPT = {
    "la-event": "segment_id timestamp speed volume_vph occupancy_percent "
                "latitude longitude highway direction lanes weather "
                "temperature_f road_name jam_factor",
    "la-valid": "segment_id timestamp speed volume_vph occupancy_percent "
                "latitude longitude highway direction lanes weather",
    "la-nested": "segment_id timestamp speed volume_vph occupancy_percent "
                 "highway direction lanes weather temperature_f",
    "la-aggregate": "aggregate_id segment_id window_start window_end "
                    "avg_speed std_speed total_volume avg_occupancy "
                    "congestion_level event_count latitude longitude",
    "la-avro-aggregate": "segment_id window_start window_end avg_speed "
                         "total_volume avg_occupancy event_count latitude "
                         "longitude congestion_level",
    "la-prediction": "segment_id timestamp prediction_horizon_minutes "
                     "target_timestamp predicted_speed confidence_score "
                     "congestion_level lower upper latitude longitude",
    "la-avro-prediction": "prediction_id segment_id timestamp model_version "
                          "prediction_horizon_minutes target_timestamp "
                          "predicted_speed confidence_score latitude "
                          "longitude congestion_level",
    "la-front-prediction": "segment_id timestamp current_speed "
                           "predicted_speed",
    "hanoi-event": "segment_id timestamp current_speed free_flow_speed "
                   "jam_factor road_name latitude longitude",
    "nyc-position": "segment_id timestamp speed latitude longitude trip_id",
    "nyc-cell": "segment_id window_start window_end event_count avg_speed",
}
MILES = ("la-valid", "la-nested", "la-front-prediction", "nyc-position",
         "nyc-cell")
DEFAULTS = {"la-valid": {"volume_vph": 0}}


def expected(shape, name, r):
    unit = "mph" if shape in MILES else "kmh"
    if name in SPEEDS:
        v = speed(r, name, unit)
        if name in ("lower", "upper") and v is not None:
            v = min(max(v, 0), 200)
        return v
    v = r.get(name, DEFAULTS.get(shape, {}).get(name))
    return v


def got(shape, name, r):
    unit = "mph" if shape in MILES else "kmh"
    if name == "current_speed" and shape == "hanoi-event":
        name = "speed"
    return r.get(name + "_" + unit) if name in SPEEDS else r.get(name)


def same(a, b):
    if isinstance(a, float) or isinstance(b, float):
        return a is not None and b is not None and abs(a - b) <= 1e-6
    return a == b


def back(shape, made, read):
    """Those read back are among those made, in order; returns how many."""
    key = "window_start" if "aggregate" in shape or "cell" in shape \
        else "timestamp"

    def ident(r):
        return (r["segment_id"], r[key], r.get("prediction_horizon_minutes")
                if shape != "la-front-prediction" else None)
    by = {ident(r): r for r in made}
    for r in read:
        m = by.get(ident(r))
        if m is None:
            sys.exit("not made: %s" % json.dumps(r))
        for name in KEPT[shape].split():
            if shape == "hanoi-event" and name == "current_speed":
                want = expected(shape, "speed", m)
            else:
                want = expected(shape, name, m)
            if not same(want, got(shape, name, r)):
                sys.exit("%s: %r came back as %r\nmade %s\nread %s" % (
                    name, want, got(shape, name, r), json.dumps(m),
                    json.dumps(r)))
    print(len(read))


def thirds(made, shaped):
    """Hanoi's line of three forecasts, from what was made."""
    made = [made[i:i + 3] for i in range(0, len(made), 3)]
    if len(made) != len(shaped):
        sys.exit("%d lines of %d" % (len(shaped), len(made)))
    for three, s in zip(made, shaped):
        at = datetime.datetime.fromisoformat(
            s["timestamp"].replace("Z", "+00:00"))
        want = {"road_id": three[0]["segment_id"],
                "prediction_confidence": min(p["confidence_score"]
                                             for p in three),
                "current_speed": speed(three[2], "current_speed", "kmh")}
        for p in three:
            want["predicted_speed_%dmin" % p["prediction_horizon_minutes"]] \
                = speed(p, "predicted_speed", "kmh")
        if round(at.timestamp() * 1000) != three[0]["timestamp"]:
            sys.exit("time: %s" % json.dumps(s))
        for k, v in want.items():
            if not same(v, s[k]):
                sys.exit("%s: %r, not %r" % (k, s[k], v))


# What the LA system publishes of its scenarios: events, from and to (minutes
# of the day), mph, vehicles an hour, percent, the slowest half hour, levels.
PUBLISHED = {
    "scenario_1_normal_traffic": (1000, 660, 840, (50, 65), (800, 1200),
                                  (15, 25), None, {1, 2}),
    "scenario_2_morning_rush": (1000, 420, 540, (15, 35), (2000, 3500),
                                (60, 85), 480, {3, 4}),
    "scenario_3_evening_rush": (1000, 960, 1080, (20, 40), (2500, 4000),
                                (65, 90), 1020, {3, 4}),
    "scenario_4_accident": (500, 630, 660, (5, 45), (500, 1800),
                            (40, 100), None, {2, 3, 4, 5}),
    "scenario_5_weather_impact": (500, 840, 870, (30, 50), (900, 1500),
                                  (35, 60), None, {2, 3}),
}


def number(e):
    return int(e["sensor_id"].rsplit("_", 1)[1])


def accident(events):
    for i, e in enumerate(events):
        v = e["traffic_data"]["speed_mph"]
        if not e["sensor_id"].startswith("LA_405_N_"):
            sys.exit("another road: " + e["sensor_id"])
        at = number(e)
        if at < 20:
            lo, hi = (25, 35) if i * 3.6 < 300 else (10, 20)
        else:
            lo, hi = (5, 15) if at < 25 else (30, 45)
        if not lo <= v <= hi:
            sys.exit("%d mph at %s" % (v, e["sensor_id"]))


def scenario(name, events):
    n, start, end, mph, vph, pct, peak, levels = PUBLISHED[name]
    if len(events) != n:
        sys.exit("%d events" % len(events))
    halves = {}
    for e in events:
        at = datetime.datetime.fromisoformat(e["timestamp"])
        minute = at.hour * 60 + at.minute
        d = e["traffic_data"]
        v = d["speed_mph"]
        level = 1 + sum(v < limit for limit in (60, 45, 30, 15))
        for key, value, lo, hi in (
                ("minute", minute, start, end - 1),
                ("mph", v, *mph),
                ("vph", d["volume_vehicles_per_hour"], *vph),
                ("percent", d["occupancy_percentage"], *pct)):
            if not lo <= value <= hi:
                sys.exit("%s: %r" % (key, value))
        if d["congestion_level"] != level or e["hour"] != at.hour or \
                e["day_of_week"] != at.weekday() or \
                e["is_weekend"] != (at.weekday() > 4):
            sys.exit("level or day: %s" % json.dumps(e))
        if e["weather"]["precipitation"] != (name[9] == "5"):
            sys.exit("rain: %s" % json.dumps(e))
        halves.setdefault(minute // 30 * 30, []).append(v)
    if {e["traffic_data"]["congestion_level"] for e in events} != levels:
        sys.exit("levels")
    slowest = min(halves, key=lambda m: sum(halves[m]) / len(halves[m]))
    if peak is not None and slowest != peak:
        sys.exit("slowest at %d" % slowest)
    if name == "scenario_4_accident":
        accident(events)


def schema(path):
    import jsonschema
    with open(path) as f:
        check = jsonschema.Draft7Validator(json.load(f))
    n = 0
    for n, line in enumerate(sys.stdin, 1):
        for e in check.iter_errors(json.loads(line)):
            sys.exit("%s: %s\n%s" % (path, e.message, line))
    if n == 0:
        sys.exit("%s: no lines" % path)
    print(n)


if __name__ == "__main__":
    if sys.argv[1] == "make":
        for record in make(sys.argv[2], int(sys.argv[3])):
            print(json.dumps(record, ensure_ascii=False))
    elif sys.argv[1] == "schema":
        schema(sys.argv[2])
    elif sys.argv[1] == "scenario":
        scenario(sys.argv[2], lines(sys.argv[3]))
    elif sys.argv[1] == "thirds":
        thirds(lines(sys.argv[2]), lines(sys.argv[3]))
    else:
        back(sys.argv[2], lines(sys.argv[3]), lines(sys.argv[4]))
