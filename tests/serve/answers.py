"""Asks a tp-serve that has read all.jsonl.    answers.py URL TEST"""
import base64
import collections
import hmac
import json
import math
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

import jsonschema
from openapi_spec_validator import validate

from client import WebSocket
from shapes import AUTH, GONE, HANOI, LA, NYC, POSTED, PUSH

MPH = 1.609344
STEP = 300000
url = sys.argv[1]


def ask(path, body=None, status=200, method=None, token=None):
    """body: JSON, or bytes as they are"""
    r = urllib.request.Request(
        url + path, method=method,
        data=body if body is None or isinstance(body, bytes) else
        json.dumps(body).encode(),
        headers={"Content-Type": "application/json"})
    if token is not None:
        r.add_header("Authorization", "Bearer " + token)
    try:
        with urllib.request.urlopen(r, timeout=20) as a:
            got, text = a.status, a.read()
    except urllib.error.HTTPError as e:
        got, text = e.code, e.read()
    assert got == status, (path, got, text[:300])
    return json.loads(text)


def records():
    with open("all.jsonl") as f:
        return [json.loads(line) for line in f]


def close(a, b, by=0.006):
    assert (a is None) == (b is None) and (a is None or abs(a - b) <= by), \
        (a, b)


def mean(v):
    v = list(v)
    return sum(v) / len(v) if v else None


def speeds():
    """By segment and time, km/h."""
    s = collections.defaultdict(dict)
    for r in records():
        if "event_id" in r or "speed_mph" in r and "alert_id" not in r:
            s[r["segment_id"]][r["timestamp"]] = r["speed_mph"] * MPH
    return s


def ends():
    """Two places with a road from one to the other."""
    lines = ask("/api/v1/net")["lines"]
    a = {"lat": lines[0][0], "lon": lines[0][1]}
    for x in lines[::-1]:
        b = {"lat": x[-2], "lon": x[-1]}
        try:
            ask("/api/v1/route", {"from": a, "to": b})
            return a, b
        except AssertionError:
            pass
    raise AssertionError("no road leads anywhere")


def openapi():
    api = ask("/api/v1/openapi.json")
    validate(api)
    schemas = api["components"]["schemas"]
    ids = ask("/api/v1/segments")["ids"]
    alert = ask("/api/v1/alerts?status=all")["alerts"][0]["alert_id"]
    question = dict(zip(("from", "to"), ends()))
    for path, ways in api["paths"].items():
        for method, op in ways.items():
            content = op["responses"].get("200", {}).get("content", {})
            ref = content.get("application/json", {}).get("schema")
            if ref is None:
                continue
            what = alert if "alert" in path else ids[0]
            given = "&".join(
                f"{p['name']}={question['from'][p['name']]}"
                for p in op.get("parameters", [])
                if p["in"] == "query" and p["required"])
            j = ask(path.replace("{id}", urllib.parse.quote(what, "")) +
                    (given and "?" + given),
                    question if "requestBody" in op else
                    {} if method == "post" else None)
            jsonschema.validate(j, {**ref, "components":
                                    {"schemas": schemas}})
    jsonschema.validate(ask("/api/v1/segments/none/history", status=404),
                        schemas["Problem"])
    ask("/api/v1/hotspots?n=0", status=400)
    ask("/api/v1/frames?from=9&to=1", status=400)
    ask("/api/v1/alerts?status=odd", status=400)


def shapes(rows):
    s = ask("/api/v1/segments")
    ids = s["ids"]
    values = {"SENSOR": ids[0], "LAT": s["lat"][0], "LON": s["lon"][0]}
    if rows is HANOI:
        values["ROUTE"] = {
            name: {"lat": p["lat"], "lng": p["lon"]}
            for name, p in zip(("origin", "destination"), ends())}
        values["ROUTE"]["departure_time"] = "now"
    for path, body, schema in rows:
        for name, v in values.items():
            path = path.replace(name, str(v))
        if body == "ROUTE":
            body = values["ROUTE"]
        elif body is not None:
            body = {k: values.get(v, v) for k, v in body.items()}
        j = ask(path, body)
        try:
            jsonschema.validate(j, schema, format_checker=jsonschema.
                                FormatChecker())
        except jsonschema.ValidationError as e:
            raise AssertionError(path + ": " + e.message) from e
        assert j not in ([], {}), path


def la():
    la_generate()
    shapes(LA)
    for path in GONE:
        assert len(ask(path, {}, 404)["detail"]) > 20
    la_traffic()
    ask("/api/traffic/historical/2012-6-5", status=400)
    ask("/api/traffic/predict", status=400)
    ask("/api/traffic/sensor/none", status=404)


def la_generate():
    """the horizons that are forecast; 404 for others"""
    path = "/api/predictions/generate"
    sensor = ask("/api/v1/segments")["ids"][0]
    assert ask(path, {})["horizons"] == [15, 30, 60]
    j = ask(path + "?horizons=60&sensor_id=" + sensor, {})
    assert j["horizons"] == [60] and j["sensor_id"] == sensor
    for bad in "horizons=45", "horizons=15&horizons=x", "sensor_id=none":
        ask(path + "?" + bad, {}, 404)


def la_traffic():
    """a reading at a segment is the segment's, one elsewhere a new one's"""
    s = ask("/api/v1/segments")
    for lat, lon, name, new in ((s["lat"][0], s["lon"][0], s["ids"][0], 0),
                                (10.5, 20.25,
                                 "segment:10.500000,20.250000", 1)):
        r = {"timestamp": "2012-06-07T00:10:00Z", "location": {
             "latitude": lat, "longitude": lon, "roadName": "A \u00fc"},
             "volume": 1234, "speed": 12.5, "congestionLevel": "high"}
        j = ask("/api/traffic", r, 201)
        jsonschema.validate(j, POSTED)
        assert j.pop("id").startswith("traffic-") and j == r
        got = [x for x in ask("/api/traffic?latitude=%r&longitude=%r" %
                              (lat, lon)) if x["id"] == name][0]
        close(got["speed"], 12.5)
        assert got["volume"] == 1234 and got["congestionLevel"] == "high"
        assert len(ask("/api/traffic")) == len(s["ids"]) + new
    for bad in ({}, {**r, "id": "x"}, {**r, "speed": None},
                {**r, "speed": -1}, {**r, "segment_id": "y"},
                {**r, "location": {"latitude": 1}},
                {**r, "location": {"latitude": 95, "longitude": 0}},
                {k: v for k, v in r.items() if k != "timestamp"}):
        ask("/api/traffic", bad, 400)
    ask("/api/traffic", b"[]", 400)
    assert len(ask("/api/traffic")) == len(s["ids"]) + 1


def hanoi():
    shapes(HANOI)


def nyc():
    shapes(NYC)
    w = WebSocket(urllib.parse.urlsplit(url).port, "/ws/stream")
    assert w.good, w.head
    m = json.loads(w.recv()[1])
    jsonschema.validate(m, PUSH)
    assert m["cells"] == ask("/api/current-traffic")["cells"] != []
    assert m["predictions"] == ask("/api/predictions")["predictions"] != []


def claims(token):
    """of a JWT whose signature is that of the file `secret`"""
    head, middle, mac = token.split(".")
    with open("secret", "rb") as f:
        want = hmac.digest(f.read(), (head + "." + middle).encode(),
                           "sha256")
    assert base64.urlsafe_b64decode(mac + "=") == want
    assert json.loads(base64.urlsafe_b64decode(head + "=="))["alg"] == \
        "HS256"
    return json.loads(base64.urlsafe_b64decode(middle + "=="))


def la_auth():
    """LA's sign-in; uma is a user and ada an admin"""
    def shaped(name, *args, **more):
        j = ask(*args, **more)
        jsonschema.validate(j, AUTH[name])
        return j

    ask("/auth/me", status=401)
    ask("/api/sensors", status=401)
    for bad in {"username": "uma", "password": "no"}, \
            {"username": "nobody", "password": "correct horse"}:
        ask("/auth/login", bad, 401)
    ask("/auth/login", {"username": "uma"}, 422)
    ask("/auth/login", b"not json", 422)
    t = shaped("token", "/auth/login",
               {"username": "uma", "password": "correct horse"})
    a, r = claims(t["access_token"]), claims(t["refresh_token"])
    assert t["expires_in"] == a["exp"] - a["iat"] == 900
    assert r["exp"] - r["iat"] == 7 * 86400
    assert abs(a["iat"] - time.time()) < 60
    assert (a["sub"], a["role"], a["type"]) == ("uma", "user", "access")
    assert (r["sub"], r["type"]) == ("uma", "refresh") and "role" not in r
    access = t["access_token"]
    me = shaped("user", "/auth/me", token=access)
    assert (me["username"], me["role"]) == ("uma", "user")
    assert me["id"] == a["user_id"] == r["user_id"]
    j = shaped("roles", "/auth/roles", token=access)
    assert j["current_user_role"] == "user" and j["current_user_level"] == 2
    assert ask("/api/sensors", token=access)
    # each is for its own use, and not to be changed
    ask("/auth/me", status=401, token=t["refresh_token"])
    ask("/auth/me", status=401, token=access[:-2] + "AA")
    ask("/auth/refresh?refresh_token=" + access, {}, 401)
    ask("/auth/refresh", {}, 422)
    new = shaped("token", "/auth/refresh?refresh_token=" +
                 t["refresh_token"], {})
    assert new["refresh_token"] is None
    assert claims(new["access_token"])["role"] == "user"
    ask("/auth/users", status=403, token=access)
    # as a form, of a name and password that are escaped
    ada = shaped("token", "/auth/token", b"grant_type=password&username="
                 b"a%64a&password=correct+hors%65")["access_token"]
    users = shaped("users", "/auth/users", token=ada)
    assert [(u["username"], u["role"]) for u in users] == [
        ("uma", "user"), ("ada", "admin")]
    ask("/auth/users", {}, 404, token=ada)
    ask("/auth/change-password", {}, 404, token=access)


def la_gone():
    """uma is not there any more: what she was given is worth nothing"""
    t = ask("/auth/login", {"username": "uma", "password": "correct horse"})
    with open("users") as f:
        left = [x for x in f if " uma" not in x]
    with open("users", "w") as f:
        f.writelines(left)
    with open("server") as f:
        os.kill(int(f.read()), signal.SIGHUP)
    for _ in range(100):
        try:
            ask("/auth/me", status=401, token=t["access_token"])
            break
        except AssertionError:
            time.sleep(0.1)
    else:
        raise AssertionError("she is still let in")
    ask("/auth/refresh?refresh_token=" + t["refresh_token"], {}, 401)


def readings():
    live, ids = ask("/api/v1/live"), ask("/api/v1/segments")["ids"]
    s, newest = speeds(), {}
    for r in records():
        if "predicted_speed_mph" in r and "alert_id" not in r:
            newest[r["segment_id"], r["prediction_horizon_minutes"]] = r
    for i, sensor in enumerate(ids):
        t = max(s[sensor])
        assert live["at"][i] == t
        close(live["speed_kmh"][i], s[sensor][t])
        for h, minutes in enumerate(live["horizons"]):
            r = newest[sensor, minutes]
            close(live["forecast"][h][i], r["predicted_speed_mph"] * MPH)
            close(live["lower"][h][i], r["lower_mph"] * MPH)
            close(live["upper"][h][i], r["upper_mph"] * MPH)
    last = max(max(v) for v in s.values())
    now = [v[max(v)] for v in s.values() if max(v) > last - 3 * STEP]
    close(live["summary"]["mean_speed_kmh"], mean(now))
    assert live["summary"]["live"] == len(now)
    assert live["summary"]["congested"] == sum(v < 30 * MPH for v in now)
    slow = ask("/api/v1/hotspots?n=5")["hotspots"]
    assert [round(x["speed_kmh"], 2) for x in slow] == \
        [round(v, 2) for v in sorted(now)[:5]]


def history():
    s, ids = speeds(), ask("/api/v1/segments")["ids"]
    last = max(max(v) for v in s.values())
    f = ask(f"/api/v1/frames?from={last - 6 * 3600000}&to={last}")
    assert len(f["times"]) == 73 and f["times"][-1] == last
    for t, row in zip(f["times"], f["speed_kmh"]):
        for i, v in enumerate(row):
            close(v, s[ids[i]].get(t))
    h = ask(f"/api/v1/segments/{ids[4]}/history?from={last - 86100000}")
    want = {t: v for t, v in s[ids[4]].items() if t >= last - 86100000}
    assert h["time"] == sorted(want)
    for t, v in zip(h["time"], h["speed_kmh"]):
        close(v, want[t])
    for t, v in zip(h["typical"]["time"], h["typical"]["speed_kmh"]):
        close(v, mean(x for at, x in s[ids[4]].items()
                      if at // 900000 % 96 == t // 900000 % 96), 0.02)


def hours():
    s = speeds()
    every = [(t, v) for seg in s.values() for t, v in seg.items()]
    j = ask("/api/v1/analytics/hourly?days=7")
    for h in range(24):
        v = [x for t, x in every if t // 3600000 % 24 == h]
        close(j["speed_kmh"][h], mean(v))
        assert j["n"][h] == len(v)
    j = ask("/api/v1/analytics/week")
    for d in range(7):
        for h in range(24):
            close(j["speed_kmh"][d][h], mean(
                x for t, x in every if t // 3600000 % 24 == h and
                (t // 86400000 + 3) % 7 == d))
    j = ask("/api/v1/analytics/trend")
    for t, v, c in zip(j["days"], j["speed_kmh"], j["congested_share"]):
        day = [x for at, x in every if at // 86400000 == t // 86400000]
        close(v, mean(day))
        close(c, mean(x < 30 * MPH for x in day), 0.0001)
    ids = ask("/api/v1/segments")["ids"]
    last = max(t for t, _ in every) // 3600000
    for x in ask("/api/v1/analytics/congested?hours=24")["segments"]:
        v = [y for t, y in s[ids[x["index"]]].items()
             if t // 3600000 > last - 24]
        close(x["share_congested"], mean(y < 30 * MPH for y in v), 0.0001)
        close(x["mean_kmh"], mean(v))
    la = ask("/api/analytics/congestion?hours=24")
    for x, t in zip(la["data_points"], range(last - 23, last + 1)):
        close(x["avg_speed"], mean(v for at, v in every
                                   if at // 3600000 == t) / MPH)


def errors():
    """Beside tp-eval, given the readings of all steps that are scored."""
    last = max(max(v) for v in speeds().values())
    with open("events.jsonl") as f, open("truth.jsonl", "w") as g:
        g.writelines(x for x in f
                     if json.loads(x)["timestamp"] <= last - 2 * STEP)
    out = subprocess.run(["tp-eval", "--truth", "truth.jsonl",
                          "forecasts.jsonl"], check=True,
                         capture_output=True, text=True).stdout
    score = {}
    for r in map(json.loads, out.splitlines()):
        kind = "own" if r["model_kind"] != "persistence" else "persistence"
        score[kind, r["prediction_horizon_minutes"]] = r
    j = ask("/api/v1/model")
    assert j["truth"] == "readings" and len(j["horizons"]) == 3
    for h in j["horizons"]:
        r = score["own", h["minutes"]]
        assert h["n"] == r["n"]
        for name in "mae", "rmse", "bias":
            close(h[name + "_kmh"], r[name + "_mph"] * MPH, 0.001)
        close(h["coverage_percent"], r["coverage_percent"], 0.001)
        close(h["mean_width_kmh"], r["mean_width_mph"] * MPH, 0.001)
        p = score["persistence", h["minutes"]]
        close(h["persistence_mae_kmh"], p["mae_mph"] * MPH, 0.001)
        parts = [x for x in j["by_segment"] if x["minutes"] == h["minutes"]]
        assert sum(x["n"] for x in parts) == h["n"]
        close(sum(x["n"] * x["mae_kmh"] for x in parts) / h["n"],
              h["mae_kmh"], 0.001)


def alerts():
    open_ones, all_ones = {}, {}
    for r in records():
        if "alert_id" in r:
            all_ones[r["alert_id"]] = r
    open_ones = {k for k, r in all_ones.items() if r["status"] == "ACTIVE"}
    got = ask("/api/v1/alerts?n=1000")["alerts"]
    assert {x["alert_id"] for x in got} == open_ones
    got = ask("/api/v1/alerts?status=all&n=1000")["alerts"]
    assert len(got) == len(all_ones) > 0
    for x in got:
        x.pop("acknowledged_at", None)
        x.pop("acknowledged_by", None)
        assert x == all_ones[x["alert_id"]]
    assert ask("/api/v1/live")["alerts_open"] == len(open_ones)


def metres(a, b):
    x = math.radians(b[1] - a[1]) * math.cos(math.radians(a[0]))
    return 6371008.8 * math.hypot(x, math.radians(b[0] - a[0]))


def routes():
    a, b = ends()
    j = ask("/api/v1/route", {"from": a, "to": b, "alternatives": 2})
    for r in j["routes"]:
        km, way = 0, r["waypoints"]
        for a, b in zip(way, way[1:]):
            km += metres((a["lat"], a["lon"]), (b["lat"], b["lon"])) / 1000
        assert km <= r["distance_km"] * 1.01 + 0.01, (km, r["distance_km"])
        assert len(r["speeds_kmh"]) == len(way) - 1
        assert r["eta_lower_minutes"] <= r["eta_minutes"] + 0.01
        assert r["eta_minutes"] <= r["eta_upper_minutes"] + 0.01
    ask("/api/v1/route", {"from": {"lat": 0, "lon": 0},
                          "to": b}, 404)
    ask("/api/v1/route", {"to": b}, 400)


def nearest():
    """The point that is told lies on a line of the map, as far as is said."""
    net = ask("/api/v1/net")
    for line in net["lines"][::7]:
        at = line[0], line[1] + 0.0001
        j = ask("/api/v1/nearest?lat=%.7f&lon=%.7f" % at)
        ways = [
            metres(at, (x["lat"], x["lon"])) - x["metres"] for x in j["edges"]]
        assert max(map(abs, ways)) < 0.1, ways
        assert j["edges"][0]["metres"] <= metres(at, line[:2]) + 0.1
        assert j["node"]["metres"] >= j["edges"][0]["metres"] - 0.1
        assert any(x["segments"] for x in j["edges"])
    ask("/api/v1/nearest?lat=0&lon=0", status=404)
    for bad in ("", "?lat=1", "?lat=91&lon=0", "?lat=1&lon=nan",
                "?lat=1&lon=1x", "?lat=&lon=1", "?lat=1&lon=-180.1"):
        ask("/api/v1/nearest" + bad, status=400)


globals()[sys.argv[2]]()
