#!/usr/bin/env python3
"""taught.py WHAT INPUTS.csv HORIZON...

Trains WHAT on the inputs of a model, and saves it in files that tp-model can
import.  taught.py WHAT INPUTS.csv HORIZON... forecasts.csv instead compares:
the forecasts in that table, those of the import, are what the other program
says.  WHAT:
 lightgbm, lightgbm-forest: text, a file a horizon
 onnx-gbt, onnx-forest: scikit-learn's trees by skl2onnx, a file a horizon
 onnx-linear, onnx-mlp: a pipeline that scales and fits, all horizons a file
 onnx-gemm: Gemm and Relu, made with onnx itself, on all inputs but the first
"""
import csv
import sys

import numpy as np

what, table = sys.argv[1:3]
horizons = [h for h in sys.argv[3:] if h.isdigit()]


def read(path):
    with open(path) as f:
        rows = list(csv.reader(f))
    return rows[0], rows[1:]


head, rows = read(table)
first = head.index("segment") + 1
last = next(i for i, name in enumerate(head) if name.startswith("forecast_"))
inputs = np.array([[float(v) for v in r[first:last]] for r in rows],
                  dtype=np.float32)
start, rest, names = inputs[:, 0], inputs[:, 1:], head[first + 1:last]
y = np.array([[float(r[head.index("target_" + h)] or "nan") for h in horizons]
              for r in rows], dtype=np.float32)


def onnx_file(model, x, path):
    from skl2onnx import to_onnx
    with open(path, "wb") as f:
        f.write(to_onnx(model, x[:1], target_opset={"": 15, "ai.onnx.ml": 3})
                .SerializeToString())


def lightgbm():
    import lightgbm
    more = {"boosting": "rf", "bagging_freq": 1, "bagging_fraction": .5} \
        if what == "lightgbm-forest" else {}
    for i, h in enumerate(horizons):
        ok = ~np.isnan(y[:, i])
        if i == 1:                      # or else with an init_score
            d = lightgbm.Dataset(rest[ok], y[ok, i] - start[ok],
                                 feature_name=names)
        else:
            d = lightgbm.Dataset(rest[ok], y[ok, i] - start[ok])
        objective = ("regression", "huber", "regression_l1")[i % 3]
        b = lightgbm.train({"objective": objective, "num_leaves": 40,
                            "verbose": -1, "seed": 1, "num_threads": 1,
                            "deterministic": True, **more}, d, 20)
        b.save_model(h + ".txt")


def trees():
    from sklearn.ensemble import (GradientBoostingRegressor,
                                  RandomForestRegressor)
    for i, h in enumerate(horizons):
        ok = ~np.isnan(y[:, i])
        m = RandomForestRegressor(7, max_depth=8, random_state=1) \
            if what == "onnx-forest" else \
            GradientBoostingRegressor(n_estimators=15, random_state=1)
        m.fit(rest[ok], y[ok, i] - start[ok])
        onnx_file(m, rest, h + ".onnx")


def layers():
    from sklearn.linear_model import LinearRegression
    from sklearn.neural_network import MLPRegressor
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler
    ok = ~np.isnan(y).any(1)
    m = LinearRegression() if what == "onnx-linear" else \
        MLPRegressor(hidden_layer_sizes=(20, 10), activation="tanh", max_iter=20, random_state=1)
    m = make_pipeline(StandardScaler(), m)
    m.fit(inputs[ok], y[ok])
    onnx_file(m, inputs, "all.onnx")


def gemm():
    from onnx import TensorProto, helper, numpy_helper, save
    rng = np.random.default_rng(1)

    def constant(name, *shape):
        return numpy_helper.from_array(
            rng.normal(0, .02, shape).astype(np.float32), name)
    n, k = rest.shape[1], len(horizons)
    nodes = [
        helper.make_node("Gemm", ["x", "w", "b"], ["1"], transB=1),
        helper.make_node("Relu", ["1"], ["2"]),
        helper.make_node("Gemm", ["2", "v"], ["3"]),
        helper.make_node("Sigmoid", ["3"], ["4"]),
        helper.make_node("MatMul", ["4", "u"], ["5"]),
        helper.make_node("Add", ["c", "5"], ["y"]),
    ]
    g = helper.make_graph(
        nodes, "layers",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [None, n])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [None, k])],
        [constant("w", 16, n), constant("b", 16), constant("v", 16, 8),
         constant("u", 8, k), constant("c", 1, k)])
    save(helper.make_model(g, ir_version=8, opset_imports=[
        helper.make_opsetid("", 15)]), "all.onnx")


def say_lightgbm(h):
    import lightgbm
    return start + lightgbm.Booster(model_file=h + ".txt").predict(rest)


def say_onnx(path):
    import onnxruntime
    s = onnxruntime.InferenceSession(path)
    x = s.get_inputs()[0]
    out = s.run(None, {x.name: rest if x.shape[1] < inputs.shape[1]
                       else inputs})[0]
    out = out.reshape(len(inputs), -1)
    if x.shape[1] < inputs.shape[1]:
        out = out + start[:, None]
    return out


if sys.argv[-1].isdigit():
    {"lightgbm": lightgbm, "lightgbm-forest": lightgbm, "onnx-gbt": trees,
     "onnx-forest": trees, "onnx-linear": layers, "onnx-mlp": layers,
     "onnx-gemm": gemm}[what]()
    sys.exit()
head, rows = read(sys.argv[-1])
got = np.array([[float(r[head.index("forecast_" + h)]) for h in horizons]
                for r in rows])
if what.startswith("lightgbm"):
    want = np.stack([say_lightgbm(h) for h in horizons], 1)
elif what in ("onnx-gbt", "onnx-forest"):
    want = np.concatenate([say_onnx(h + ".onnx") for h in horizons], 1)
else:
    want = say_onnx("all.onnx")
want = np.maximum(want, 0)
worst = (np.abs(got - want) / np.maximum(np.abs(want), 1)).max()
print(f"{what}: {len(rows)} rows, off by {worst:.1e}, spread "
      f"{np.std(want - start[:, None]):.2f}")
sys.exit(not worst <= 1e-5)
