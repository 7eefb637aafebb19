#!/usr/bin/env python3
"""tracker.py N: XGBoost's tracker for N processes, on this machine; prints
HOST:PORT and stays until they are done."""
import sys

from xgboost.tracker import RabitTracker

tracker = RabitTracker(host_ip="127.0.0.1", n_workers=int(sys.argv[1]))
tracker.start()
args = tracker.worker_args()
print(f"{args['dmlc_tracker_uri']}:{args['dmlc_tracker_port']}", flush=True)
tracker.wait_for()
