#!/usr/bin/env python3
"""moved.py LIVE STRAIGHT...: each forecast of LIVE is there once, says what
the STRAIGHT run of its model says, and those of a step are of one model.
All runs have the same forecasts; more than one model was used."""
import json
import sys

runs = {}
for path in sys.argv[2:]:
    for line in open(path):
        o = json.loads(line)
        runs.setdefault(o["model_version"], {})[o["prediction_id"]] = line
seen, model_of = set(), {}
for line in open(sys.argv[1]):
    o = json.loads(line)
    key, version, t = o["prediction_id"], o["model_version"], o["timestamp"]
    if key in seen:
        sys.exit(f"{key} twice")
    seen.add(key)
    if runs[version].get(key) != line:
        sys.exit(f"{version} does not say {line}")
    if model_of.setdefault(t, version) != version:
        sys.exit(f"step {t} of {version} and {model_of[t]}")
for version, run in runs.items():
    if run.keys() != seen:
        sys.exit(f"{len(seen)} forecasts, {len(run)} of {version}")
if len(set(model_of.values())) != len(runs):
    sys.exit(f"only {set(model_of.values())} were used")
