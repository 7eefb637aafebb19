#!/usr/bin/env python3
"""learn.py INPUTS.csv HORIZON...

Trains XGBoost on the inputs of a model, a file HORIZON.json each: with the
first input as base_margin, or for the second horizon on the difference from
it.  learn.py INPUTS.csv HORIZON... forecasts.csv instead compares: the
forecasts in that table, those of the import, are what XGBoost says."""
import csv
import sys

import numpy as np
import xgboost

table, horizons = sys.argv[1], [h for h in sys.argv[2:] if h.isdigit()]


def read(path):
    with open(path) as f:
        rows = list(csv.reader(f))
    return rows[0], rows[1:]


head, rows = read(table)
first = head.index("segment") + 1
last = next(i for i, name in enumerate(head) if name.startswith("forecast_"))
inputs = np.array([[float(v) for v in r[first:last]] for r in rows],
                  dtype=np.float32)
start, names = inputs[:, 0], head[first + 1:last]
if sys.argv[-1].isdigit():
    for i, h in enumerate(horizons):
        y = np.array([float(r[head.index("target_" + h)] or "nan") for r in rows])
        ok = ~np.isnan(y)
        d = xgboost.DMatrix(inputs[ok, 1:], feature_names=names)
        if i == 1:
            d.set_label(y[ok] - start[ok])
        else:
            d.set_label(y[ok])
            d.set_base_margin(start[ok])
        b = xgboost.train({"max_depth": 5, "eta": 0.3, "seed": 1}, d, 15)
        if i != 1:
            b.set_attr(base_margin=head[first])
        b.save_model(h + ".json")
    sys.exit()
head, rows = read(sys.argv[-1])
for i, h in enumerate(horizons):
    b = xgboost.Booster(model_file=h + ".json")
    d = xgboost.DMatrix(inputs[:, 1:], feature_names=names)
    if i != 1:
        d.set_base_margin(start)
    want = np.maximum(b.predict(d) + (start if i == 1 else 0), 0)
    got = np.array([float(r[head.index("forecast_" + h)]) for r in rows])
    worst = (np.abs(got - want) / np.maximum(np.abs(want), 1)).max()
    print(f"{h}: {len(rows)} rows, off by {worst:.1e}")
    if not worst <= 1e-5:
        sys.exit(1)
