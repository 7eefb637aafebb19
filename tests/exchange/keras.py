#!/usr/bin/env python3
"""keras.py write|check FILE.npz LAGS [INPUTS.csv]

write: weights as Keras' get_weights() has them of Sequential([LSTM(64),
Dropout, Dense(32, "relu"), Dense(3)]), random but so that its gates move, with
the mean and deviation that it was trained with.  check: the forecasts in
INPUTS.csv are what these say, computed here after Keras' documentation."""
import csv
import sys

import numpy as np

what, path, lags = sys.argv[1:3] + [int(sys.argv[3])]
if what == "write":
    rng = np.random.default_rng(7)
    shapes = (1, 256), (64, 256), (256,), (64, 32), (32,), (32, 3), (3,)
    arrays = [rng.normal(0, 0.4 if i == 0 else 0.15, s).astype(np.float32)
              for i, s in enumerate(shapes)]
    arrays[3] = np.asfortranarray(arrays[3])
    np.savez_compressed(path, *arrays, mean=54.0, std=np.float32(17.5))
    sys.exit()
z = np.load(path)
kernel, recurrent, bias, w1, b1, w2, b2 = \
    [z["arr_%d" % i].astype(float) for i in range(7)]
with open(sys.argv[4]) as f:
    rows = list(csv.reader(f))
head, rows = rows[0], rows[1:]
first = head.index("lag_0_mph")
x = np.array([[float(v or "nan") for v in r[first:first + lags]]
              for r in rows])[:, ::-1]
x = np.nan_to_num((x - z["mean"]) / z["std"])


def sigmoid(v):
    return 1 / (1 + np.exp(-v))


h = c = np.zeros((len(x), 64))
for t in range(lags):
    i, f, g, o = np.split(x[:, t:t + 1] @ kernel + h @ recurrent + bias, 4, 1)
    c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
    h = sigmoid(o) * np.tanh(c)
y = np.maximum(h @ w1 + b1, 0) @ w2 + b2
want = np.maximum(y * z["std"] + z["mean"], 0)
at = head.index("forecast_15")
got = np.array([[float(v) for v in r[at:at + 3]] for r in rows])
worst = (np.abs(got - want) / np.maximum(np.abs(want), 1)).max()
print(f"keras: {len(rows)} rows, off by {worst:.1e}, spread {want.std(0)}")
sys.exit(not worst <= 1e-5)
