#!/usr/bin/env python3
"""other.py FORMAT FILE INPUTS.csv KIND HORIZON... [MEMBER...]

What the programs of others make of an exported model and the inputs that
tp-model says it takes, against the forecasts of the model itself: they must
agree to 1e-5 of the value.  HORIZON: the columns forecast_HORIZON.
MEMBER: kinds of the members of an ensemble; or names of classes, whose
probabilities are compared then, in the columns CLASS_HORIZON."""
import csv
import sys

import numpy as np

form, path, table, kind = sys.argv[1:5]
horizons = [h for h in sys.argv[5:] if h.isdigit()]
members = [h for h in sys.argv[5:] if not h.isdigit()]
with open(table) as f:
    rows = list(csv.reader(f))
head, rows = rows[0], rows[1:]
nets = "mlp", "gwnet", "lstm", "lstm-calendar"
every_row = 1
if not {kind, *members} & {*nets}:  # of these a step counts as a whole
    every_row = max(1, len(rows) // (300 if form == "pmml" else 5000))
rows = rows[::every_row]
first = head.index("segment") + 1
last = next(i for i, name in enumerate(head) if name.startswith("forecast_"))
inputs = np.array([[float(v or "nan") for v in r[first:last]] for r in rows])
segment = np.array([int(r[2]) for r in rows])
classes = members if members and f"{members[0]}_{horizons[0]}" in head else []
columns = [f"{c}_{h}" for h in horizons for c in classes] or \
    ["forecast_" + h for h in horizons]
want = np.array([[float(r[head.index(c)]) for c in columns] for r in rows])


def onnx():
    import onnxruntime
    s = onnxruntime.InferenceSession(path)
    feed = {"inputs": inputs}
    if s.get_inputs()[0].type == "tensor(float)":
        feed["inputs"] = inputs.astype(np.float32)
    if len(s.get_inputs()) > 1:
        feed["segment"] = segment
    names = s.get_modelmeta().custom_metadata_map["inputs"].split(",")
    assert names == head[first:last], names
    if classes:
        assert s.get_modelmeta().custom_metadata_map["classes"].split(",") == \
            classes
        return s.run(["probabilities"], feed)[0].reshape(len(rows), -1)
    return s.run(["forecasts"], feed)[0]


def onnx_net():
    """All segments of a step together, NAN where a row lacks a number."""
    import onnxruntime
    s = onnxruntime.InferenceSession(path)
    meta = s.get_modelmeta().custom_metadata_map
    assert meta["inputs"].split(",") == head[first:last]
    n = s.get_inputs()[0].shape[1]
    times = {t: i for i, t in enumerate(dict.fromkeys(r[1] for r in rows))}
    at = np.array([times[r[1]] for r in rows])
    x = np.full((len(times), n, last - first), np.nan,
                np.float32 if "float" in s.get_inputs()[0].type else float)
    x[at, segment] = inputs
    minute = np.array([int(t) for t in times]) // 60000
    out = s.run(["forecasts"], {
        "inputs": x, "slot": minute % 1440 // 5,
        "day": (minute // 1440 + 3) % 7})[0]
    return out[at, segment]


def onnx_valid():
    import onnx
    onnx.checker.check_model(onnx.load(path), full_check=True)


def pmml():
    from pypmml import Model
    m = Model.load(path)
    out = []
    for r in rows:
        row = dict(zip(head[first:last], map(float, r[first:last])))
        got = m.predict({"segment_id": r[0], **row})
        out.append([got[f"probability({c})"] for c in classes] or
                   [next(iter(got.values()))])
    return np.array(out)


def xgboost():
    import xgboost
    b = xgboost.Booster(model_file=path)
    if classes:
        assert b.attr("classes").split(",") == classes
        assert b.feature_names == head[first:last], b.feature_names
        return b.predict(xgboost.DMatrix(inputs.astype(np.float32),
                                         feature_names=b.feature_names))
    assert b.feature_names == head[first + 1:last], b.feature_names
    d = xgboost.DMatrix(inputs[:, 1:].astype(np.float32),
                        base_margin=inputs[:, 0].astype(np.float32),
                        feature_names=b.feature_names)
    return np.maximum(b.predict(d), 0)[:, None]


def numbered(t, what):
    """The arrays of layers called so, in the order of their numbers."""
    names = {k.split(".")[0] for k in t if k.startswith(what + "_")}
    return [(t[n + ".weight"], t.get(n + ".bias", 0)) for n in
            sorted(names, key=lambda n: int(n.split("_")[1]))]


def sigmoid(v):
    return 1 / (1 + np.exp(-v))


def tensors_lstm(t):
    (w, b), (u, _), dense, last = numbered(t, "linear")
    x = (inputs[:, ::-1] - t["scale"][0]) / t["scale"][1]
    x, h, c = np.nan_to_num(x), np.zeros((len(x), 64)), 0
    for k in range(x.shape[1]):
        i, f, g, o = np.split(x[:, k:k + 1] @ w + b + h @ u, 4, 1)
        c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
        h = sigmoid(o) * np.tanh(c)
    y = np.maximum(h @ dense[0] + dense[1], 0) @ last[0] + last[1]
    return y * t["scale"][1] + t["scale"][0]


def tensors_mlp(t):
    lin = numbered(t, "linear")
    seg, slot_t, day_t = (next(v for k, v in t.items() if k.startswith(n))
                          for n in ("segment_", "slot_", "day_"))
    columns = head[first:last]
    seen = np.array([c.endswith("_seen") for c in columns])
    x = np.where(seen, inputs > 0, np.nan_to_num(
        (inputs - t["scale"][0]) / t["scale"][1]))
    n, a = len(seg), np.maximum(t["graph.from"] @ t["graph.to"].T, 0)
    adj = []
    if len(t["arcs"]):
        road = np.zeros((n, n))
        for (i, j), v in zip(t["arcs"].astype(int), t["arc_weights"]):
            road[i, j] += v if i != j else 0
        for m in (road, road.T):
            total = m.sum(1, keepdims=True)
            adj.append(m / np.where(total > 0, total, 1))
    a = np.exp(a - a.max(1, keepdims=True))
    adj.append(a / a.sum(1, keepdims=True))
    # lags, what was seen, and what is usual, in this order
    x = np.concatenate([x[:, [c.startswith("lag_") and not s
                              for c, s in zip(columns, seen)]], x[:, seen],
                        x[:, [c.startswith("trail_") for c in columns]]], 1)
    out = np.empty((len(rows), lin[-1][0].shape[1]))
    minute = np.array([int(r[1]) for r in rows]) // 60000
    for m in np.unique(minute):
        at = np.flatnonzero(minute == m)
        full = np.zeros((n, x.shape[1]))
        full[segment[at]] = x[at]
        one = np.ones((n, 1))
        h = np.concatenate([full @ lin[0][0] + lin[0][1], seg,
                            one * slot_t[m % 1440 // 5],
                            one * day_t[(m // 1440 + 3) % 7]], 1)
        for i in range(3):
            z = np.concatenate([h] + [g @ h for g in adj], 1) if i == 1 else h
            (v, c), (w, b) = lin[1 + 2 * i:3 + 2 * i]
            h = h + np.maximum(z @ v + c, 0) @ w + b
        out[at] = (h @ lin[-1][0] + lin[-1][1])[segment[at]]
    return out * t["scale"][1] + t["scale"][0]


def tensors_trees(t):
    out = np.repeat(inputs[:, :1], len(horizons), 1)
    x = inputs[:, 1:].astype(np.float32)
    every = np.arange(len(x))
    for k, h in enumerate(horizons):
        node = np.ascontiguousarray(t["nodes_" + h]).view(
            [("t", "<f4"), ("col", "<u2"), ("step", "<u2")])[:, 0]
        root = np.concatenate([[0], np.cumsum(t["sizes_" + h])[:-1]])
        for r in root.astype(int):
            at = np.full(len(x), r)
            while (inner := node["step"][at] > 0).any():
                col = np.where(inner, node["col"][at], 0)
                right = ~(x[every, col] < node["t"][at])
                at = np.where(inner, at + node["step"][at] + right, at)
            out[:, k] += node["t"][at]
    return out


def tensors_linear(t):
    minute = np.array([int(r[1]) for r in rows]) // 60000
    day, slot = (minute // 1440 + 3) % 7, minute % 1440 // 5
    z = t["coefficients"]

    def usual(ahead):
        s = slot + ahead
        d = (day + s // 288) % 7
        return t["profile"][segment, np.maximum(d - 4, 0), s % 288]
    out = []
    for k, h in enumerate(horizons):
        then = usual(int(h) // 5).astype(float)
        v = inputs[:, :z.shape[2] - 1].copy()
        v[:, -1] = usual(0)
        out.append((v * z[segment, k, :-1]).sum(1) + then * (1 + z[segment, k, -1]))
    return np.stack(out, 1)


def tensors_ha(t):
    minute = np.array([int(r[1]) for r in rows]) // 60000
    day, slot = (minute // 1440 + 3) % 7, minute % 1440 // 5
    at = [(day * 288 + slot + int(h) // 5) % 2016 for h in horizons]
    return np.stack([t["week"][segment, a] for a in at], 1)


def tensors_persistence(t):
    assert t["mean"].shape == (segment.max() + 1,)
    return np.repeat(inputs[:, :1], len(horizons), 1)


def tensors_ensemble(t):
    """Its members have tables and files of their own: KIND.csv, and
    KIND.safetensors, whose arrays it has too."""
    from safetensors.numpy import load_file
    out = 0
    for i, name in enumerate(members):
        own = load_file(name + ".safetensors")
        assert own.keys() == {k[len(f"{i}."):] for k in t
                              if k.startswith(f"{i}.")}
        assert all((t[f"{i}.{k}"] == v).all() for k, v in own.items())
        with open(name + ".csv") as f:
            table_ = list(csv.reader(f))
        y = np.array([[float(r[table_[0].index("forecast_" + h)])
                       for h in horizons] for r in table_[1:]])
        out = out + t["weights"][i] * y[::every_row]
    assert len(t["weights"]) == len(members)
    return out


def safetensors():
    from safetensors.numpy import load_file
    t = load_file(path)
    how = {"lstm": tensors_lstm, "mlp": tensors_mlp, "tree": tensors_trees,
           "gbt": tensors_trees, "linear": tensors_linear, "ha": tensors_ha,
           "persistence": tensors_persistence, "ensemble": tensors_ensemble}
    out = how[kind](t)
    if kind in ("lstm", "mlp"):     # these have all steps
        out = out[:, [int(h) // 5 - 1 for h in horizons]]
    return np.maximum(out, 0)


if form == "onnx":
    onnx_valid()
got = {"onnx": onnx_net if {kind, *members} & {*nets} else onnx, "pmml": pmml, "xgboost": xgboost,
       "safetensors": safetensors}[form]()
assert got.shape == want.shape, (got.shape, want.shape)
worst = (np.abs(got - want) / np.maximum(np.abs(want), 1)).max()
print(f"{form} {kind}: {len(rows)} rows, off by {worst:.1e}")
sys.exit(not worst <= 1e-5)
