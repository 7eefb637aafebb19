#!/usr/bin/env python3
"""other.py FORMAT FILE INPUTS.csv KIND HORIZON...

What the programs of others make of an exported model and the inputs that
tp-model says it takes, against the forecasts of the model itself: they must
agree to 1e-5 of the value.  HORIZON: the columns forecast_HORIZON."""
import csv
import sys

import numpy as np

form, path, table, kind, horizons = *sys.argv[1:5], sys.argv[5:]
with open(table) as f:
    rows = list(csv.reader(f))
head, rows = rows[0], rows[1:]
rows = rows[:: max(1, len(rows) // (300 if form == "pmml" else 5000))]
first = head.index("segment") + 1
last = next(i for i, name in enumerate(head) if name.startswith("forecast_"))
inputs = np.array([[float(v) for v in r[first:last]] for r in rows])
segment = np.array([int(r[2]) for r in rows])
want = np.array([[float(r[head.index("forecast_" + h)]) for h in horizons]
                 for r in rows])


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
    return s.run(["forecasts"], feed)[0]


def onnx_valid():
    import onnx
    onnx.checker.check_model(onnx.load(path), full_check=True)


def pmml():
    from pypmml import Model
    m = Model.load(path)
    out = []
    for r in rows:
        row = dict(zip(head[first:last], map(float, r[first:last])))
        out.append(next(iter(m.predict({"segment_id": r[0], **row}).values())))
    return np.array(out)[:, None]


def xgboost():
    import xgboost
    b = xgboost.Booster(model_file=path)
    assert b.feature_names == head[first + 1:last], b.feature_names
    d = xgboost.DMatrix(inputs[:, 1:].astype(np.float32),
                        base_margin=inputs[:, 0].astype(np.float32),
                        feature_names=b.feature_names)
    return np.maximum(b.predict(d), 0)[:, None]


def safetensors():
    from safetensors.numpy import load_file
    t = load_file(path)
    if kind == "persistence":
        assert t["mean"].shape == (segment.max() + 1,)
        return np.repeat(inputs[:, :1], len(horizons), 1)
    minute = np.array([int(r[1]) for r in rows]) // 60000
    day, slot = (minute // 1440 + 3) % 7, minute % 1440 // 5
    if kind == "ha":
        at = [(day * 288 + slot + int(h) // 5) % 2016 for h in horizons]
        return np.stack([t["week"][segment, a] for a in at], 1)
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
    return np.maximum(np.stack(out, 1), 0)


if form == "onnx":
    onnx_valid()
got = {"onnx": onnx, "pmml": pmml, "xgboost": xgboost,
       "safetensors": safetensors}[form]()
assert got.shape == want.shape, (got.shape, want.shape)
worst = (np.abs(got - want) / np.maximum(np.abs(want), 1)).max()
print(f"{form} {kind}: {len(rows)} rows, off by {worst:.1e}")
sys.exit(not worst <= 1e-5)
