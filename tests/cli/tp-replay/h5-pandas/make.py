"""Frames, and the events that are in them as pandas reads them."""
import json

import numpy as np
import pandas as pd


def events(path, key):
    df = pd.read_hdf(path, key)
    idx = df.index if df.index.tz is None else df.index.tz_convert("UTC")
    with open(path[:-3] + ".jsonl", "w") as f:
        for t, row in zip(idx, df.to_numpy()):
            for name, v in zip(df.columns, row):
                if v != v:
                    continue
                ms = int((pd.Timestamp(t).tz_localize(None) -
                          pd.Timestamp(0)) // pd.Timedelta("1ms"))
                v = np.format_float_positional(v, trim="-") \
                    if isinstance(v, np.floating) else str(v)
                f.write('{"segment_id":"%s","timestamp":%d,"speed_mph":%s}\n'
                        % (name, ms, v))


rng = np.random.default_rng(1)
rows, cols = 3000, 11
v = rng.uniform(0.1, 80, (rows, cols))
v[rng.uniform(size=v.shape) < 0.1] = np.nan
v[5] = np.round(v[5])
idx = pd.date_range("2012-03-10", periods=rows, freq="5min")
frames = {
    "str": pd.DataFrame(v, idx, [str(700000 + i) for i in range(cols)]),
    "int": pd.DataFrame(v, idx, [700000 + i for i in range(cols)]),
    "utf8": pd.DataFrame(v[:, :2], idx, ["Straße", "橋"]),
    "f32": pd.DataFrame(v.astype("float32"), idx, [str(i) for i in range(cols)]),
    "i64": pd.DataFrame(rng.integers(1, 90, (rows, 3)), idx, list("abc")),
    "one": pd.DataFrame(v[:, :1], idx, ["only"]),
    "zone": pd.DataFrame(
        v, idx.tz_localize("UTC").tz_convert("America/Los_Angeles"),
        list(range(cols))),
    "gap": pd.DataFrame(v, idx, list(range(cols))).drop(idx[100:200]),
}
for name, df in frames.items():
    for fmt in ("fixed", "table"):
        path = "good-%s-%s.h5" % (name, fmt)
        df.to_hdf(path, key="a/b" if name == "one" else "speed", format=fmt)
        events(path, None)
frames["str"].to_hdf("good-zlib-fixed.h5", key="df", complevel=9,
                     complib="zlib")
events("good-zlib-fixed.h5", None)
frames["str"].to_hdf("good-zlib-table.h5", key="df", format="table",
                     complevel=1, complib="zlib")
events("good-zlib-table.h5", None)

small = frames["str"].iloc[:4]
small.reset_index(drop=True).to_hdf("bad-index.h5", key="df")
small.assign(x=1).to_hdf("bad-mixed.h5", key="df")
small.assign(x=1).to_hdf("bad-mixed-table.h5", key="df", format="table")
small.to_hdf("bad-columns.h5", key="df", format="table", data_columns=True)
small["700000"].to_hdf("bad-series.h5", key="df")
small.set_axis([1.5 * i for i in range(cols)], axis=1).to_hdf(
    "bad-names.h5", key="df")
small.to_hdf("bad-two.h5", key="a")
small.to_hdf("bad-two.h5", key="b")
small.iloc[[0, 2, 1, 2]].to_hdf("bad-order.h5", key="df")
small.astype(str).to_hdf("bad-text.h5", key="df")
pd.HDFStore("bad-none.h5", "w").close()
