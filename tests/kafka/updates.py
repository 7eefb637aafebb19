#!/usr/bin/env python3
"""Whether the updates of tp-window --emit both are true: updates.py DIR

How many there are depends on when it paused, but each line must hold exactly
the first event_count events that its window took, in the order of the log,
no count may come twice, and none after the final line.
DIR has in.P, both.P and both-bad.P of each partition P.
"""
import glob
import json
import sys


def refused(path):
    return {json.loads(x)["offset"] for x in open(path)}


def offsets_of(path):
    """Lines of in.P; offsets run on but for transaction markers: it has
    none, since its producer makes no transactions."""
    return enumerate(open(path))


def check(part, d):
    windows = {}
    bad = refused(f"{d}/both-bad.{part}")
    for offset, line in offsets_of(f"{d}/in.{part}"):
        if offset in bad:
            continue
        r = json.loads(line)
        key = r["segment_id"], r["timestamp"] // 10000 * 10000
        windows.setdefault(key, []).append(r["speed_kmh"])
    seen, over, updates = {}, set(), 0
    for line in open(f"{d}/both.{part}"):
        r = json.loads(line)
        key = r["segment_id"], r["window_start"]
        n = r["event_count"]
        v = windows[key][:n]
        assert key not in over, f"after the end: {line}"
        if r["final"]:
            over.add(key)
            assert n == len(windows[key]), f"not all: {line}"
            continue
        updates += 1
        assert n > seen.get(key, 0), f"twice: {line}"
        seen[key] = n
        assert n == len(v), f"more than there are: {line}"
        assert abs(r["avg_speed_kmh"] - sum(v) / n) < 1e-3, line
        assert (r["min_speed_kmh"], r["max_speed_kmh"]) == (min(v), max(v)), \
            line
    return updates


total = sum(check(p.rsplit(".", 1)[1], sys.argv[1])
            for p in glob.glob(sys.argv[1] + "/both.?"))
print(total, "updates")
assert total > 0
