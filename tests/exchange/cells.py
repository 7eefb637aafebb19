"""Compares tp-window's cells with those of another program.

    cells.py geohash|h3 LEVEL

Places all over the earth, each in a window of its own: the names of their
cells must be equal, and the middles to what an aggregate tells of them.
"""
import json
import random
import subprocess
import sys

PLACES = 3000
T0 = 1420070400000


def by_geohash(level):
    import pygeohash

    def middle(cell):
        at = pygeohash.decode_exactly(cell)
        return at[0], at[1]
    return lambda lat, lon: pygeohash.encode(lat, lon, level), middle


def by_h3(level):
    import h3
    return lambda lat, lon: h3.latlng_to_cell(lat, lon, level), \
        h3.cell_to_latlng


def main():
    kind, level = sys.argv[1], int(sys.argv[2])
    cell_of, middle_of = {"geohash": by_geohash, "h3": by_h3}[kind](level)
    rng = random.Random(level)
    places = []
    for _ in range(PLACES):
        if rng.random() < 0.5:
            places.append((round(rng.uniform(-89.9, 89.9), 6),
                           round(rng.uniform(-179.9, 179.9), 6)))
        else:
            places.append((round(rng.uniform(40.5, 41), 6),
                           round(rng.uniform(-74.2, -73.7), 6)))
    events = "".join(json.dumps(
        {"segment_id": "x", "timestamp": T0 + i, "speed_mph": 1,
         "latitude": lat, "longitude": lon}) + "\n"
        for i, (lat, lon) in enumerate(places))
    out = subprocess.run(
        ["tp-window", "-q", "--size", "1ms", "--agg", "n",
         f"--cell={kind}:{level}"],
        input=events, capture_output=True, text=True, check=True).stdout
    lines = [json.loads(line) for line in out.splitlines()]
    assert len(lines) == PLACES, len(lines)
    wrong = 0
    for line, (lat, lon) in zip(lines, places):
        want = cell_of(lat, lon)
        y, x = middle_of(want)
        apart = max(abs(y - line["latitude"]), abs(x - line["longitude"]))
        if line["segment_id"] != want or (apart > 2e-6 and apart < 359):
            wrong += 1
            print(lat, lon, want, y, x, line)
    sys.exit(wrong > 0)


main()
